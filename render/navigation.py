"""What dragging and the wheel do to what a view shows. Pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from blazon.render.cameras import LEAST_EXTENT, Bounds, Camera2D
from blazon.render.cameras3d import Eye, look_along

STEP = 1.2  # a notch of the wheel
NEAREST, FARTHEST, GOES_ON = 1e-3, 100.0, 0.01  # an eye to its target, and a notch from there on, in sizes of a scene
MOST_PX_PER_UNIT, LEAST_PX_PER_UNIT = 256.0, 1e-6
STEEPEST = math.radians(89.5)  # over the horizon; further up and down would change places
Vector = NDArray[np.float64]


def shown_by(camera: Camera2D) -> Bounds:
    """Return all that a camera shows, scene units."""
    x, y = (-origin / camera.px_per_unit for origin in camera.origin_px)
    viewport = camera.viewport
    return Bounds(x, y, x + viewport.width / camera.px_per_unit, y + viewport.height / camera.px_per_unit)


def scene_point(camera: Camera2D, x_px: float, y_px: float) -> tuple[float, float]:
    """Return which point of the plane is at a pixel of the picture."""
    x, y = x_px - camera.viewport.x - camera.origin_px[0], y_px - camera.viewport.y - camera.origin_px[1]
    return x / camera.px_per_unit, y / camera.px_per_unit


def panned(camera: Camera2D, dx_px: float, dy_px: float) -> Bounds:
    """Return what is shown after the plane was dragged so far."""
    shown = shown_by(camera)
    dx, dy = dx_px / camera.px_per_unit, dy_px / camera.px_per_unit
    return Bounds(shown.x0 - dx, shown.y0 - dy, shown.x1 - dx, shown.y1 - dy)


def zoomed(camera: Camera2D, notches: float, x_px: float, y_px: float) -> Bounds:
    """Return what is shown after the wheel was turned over a pixel, whose point stays where it is."""
    x, y = scene_point(camera, x_px, y_px)
    scale = min(max(camera.px_per_unit * STEP**notches, LEAST_PX_PER_UNIT), MOST_PX_PER_UNIT)
    factor, shown = camera.px_per_unit / scale, shown_by(camera)
    if min(shown.width, shown.height) * factor <= LEAST_EXTENT:
        return shown
    (x0, x1), (y0, y1) = (
        (at + (low - at) * factor, at + (high - at) * factor)
        for at, low, high in ((x, shown.x0, shown.x1), (y, shown.y0, shown.y1))
    )
    return Bounds(x0, y0, x1, y1)


def orbited(eye: Eye, right: float, up: float) -> Eye:
    """Return an eye that has gone round its target; right, up : radians."""
    axis = _unit(np.array(eye.up))
    away = np.array(eye.position) - np.array(eye.target)
    distance = float(np.linalg.norm(away))
    height = math.asin(min(max(float(away @ axis) / distance, -1.0), 1.0))
    level = away - axis * (away @ axis)
    if np.linalg.norm(level) < 1e-9 * distance:  # it looks straight down, or up
        level = -look_along(-away, axis)[1] * (1 if height > 0 else -1)
    level = _unit(level)
    side = np.cross(axis, level)
    turned = level * math.cos(right) + side * math.sin(right)
    height = min(max(height + up, -STEEPEST), STEEPEST)
    return replace(eye, position=_moved(eye.target, distance * (turned * math.cos(height) + axis * math.sin(height))))


def shifted(eye: Eye, right: float, down: float, ahead: float = 0.0) -> Eye:
    """Return an eye that has moved, target and all; in shares of its distance from that."""
    forward = np.array(eye.target) - np.array(eye.position)
    axes = look_along(forward, np.array(eye.up))
    move = np.array([right, down, ahead]) @ axes * float(np.linalg.norm(forward))
    return replace(eye, position=_moved(eye.position, move), target=_moved(eye.target, move))


def dollied(eye: Eye, notches: float, towards: tuple[float, float], size: float) -> Eye:
    """Return an eye that has come nearer, and what is under the pointer stays there.

    towards : where the pointer is, from the middle, in picture heights, x to the right, y down. size : of what there
    is to see, scene units: an eye as near as can be goes on, and takes its target along.
    """
    away = np.array(eye.position) - np.array(eye.target)
    distance = float(np.linalg.norm(away))
    factor = STEP**-notches
    if factor < 1 and distance * factor < NEAREST * size:
        ahead = _unit(away) * -GOES_ON * size * notches
        return replace(eye, position=_moved(eye.position, ahead), target=_moved(eye.target, ahead))
    if factor > 1:
        factor = max(min(factor, FARTHEST * size / distance), 1.0)
    axes = look_along(-away, np.array(eye.up))
    height = 2 * distance * math.tan(math.radians(eye.fov) / 2)
    point = np.array(eye.target) + (axes[0] * towards[0] + axes[1] * towards[1]) * height
    target = point + (np.array(eye.target) - point) * factor
    return replace(eye, position=_moved((0, 0, 0), target + away * factor), target=_moved((0, 0, 0), target))


def seen_from(eye: Eye, direction: tuple[float, float, float]) -> Eye:
    """Return an eye that sees its target from another side, as far away as before.

    direction : where it is seen from, as if up were z; whatever is up is turned there the shortest way.
    """
    distance = float(np.linalg.norm(np.array(eye.position) - np.array(eye.target)))
    turned = _from_z_up(_unit(np.array(eye.up, np.float64))) @ _unit(np.array(direction, np.float64))
    return replace(eye, position=_moved(eye.target, turned * distance))


def _from_z_up(up: Vector) -> Vector:
    """The rotation, float64 (3, 3), that takes z to `up` the shortest way; where that is down, about x."""
    x, y, z = up.tolist()
    if z < -1 + 1e-9:
        return np.diag([1.0, -1.0, -1.0])
    share = 1 / (1 + z)
    return np.array([[1 - x * x * share, -x * y * share, x], [-x * y * share, 1 - y * y * share, y], [-x, -y, z]])


def _moved(point: tuple[float, float, float], by: Vector) -> tuple[float, float, float]:
    x, y, z = (float(each) for each in np.array(point) + by)
    return x, y, z


def _unit(vector: Vector) -> Vector:
    return np.asarray(vector / np.linalg.norm(vector))
