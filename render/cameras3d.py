"""Where things of space lie in a picture: extents, eyes, and cameras. No GL, no state.

A camera's view space is that of a pinhole: x to the right, y down, z forward, its origin the eye. All of it is float64;
what reaches the GPU is relative to the eye before it becomes float32.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.cameras import Camera2D, Viewport
from blazon.render.kernels.extents import sides_of_sight

Matrix = NDArray[np.float64]
DEFAULT_FOV = 50.0  # degrees, vertical
FIT_MARGIN = 0.05  # around what an eye is fitted to, of the picture's size
TRIMMED = 0.02  # of all points on each side are no measure of how large a scene is
LOST = 30.0  # times the rest's extent away from it: a point is lost, and not fitted to
LEAST_NEAR = 1e-4  # of the far plane's distance: depth keeps its precision


@dataclass(frozen=True, slots=True)
class Extent:
    """A box of space, scene units."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]

    def union(self, other: Extent | None) -> Extent:
        """Return the smallest extent around both."""
        if other is None:
            return self
        low, high = np.minimum(self.low, other.low), np.maximum(self.high, other.high)
        return Extent(_triple(low), _triple(high))

    def corners(self) -> Matrix:
        """Return the corners, (8, 3)."""
        return np.array(list(itertools.product(*zip(self.low, self.high, strict=True))), np.float64)

    @property
    def middle(self) -> Matrix:
        """The middle, (3,)."""
        return np.asarray((np.array(self.low) + np.array(self.high)) / 2)

    @property
    def diagonal(self) -> float:
        """The distance between opposite corners."""
        return float(np.linalg.norm(np.array(self.high) - np.array(self.low)))

    def opened(self) -> Extent:
        """Return this extent, or one unit around it where it has no size to speak of."""
        if self.diagonal > 1e-9 * (1 + float(np.abs(self.middle).max())):
            return self
        return Extent.of(self.middle - 0.5, self.middle + 0.5)

    @staticmethod
    def of(low: Matrix, high: Matrix) -> Extent:
        """Return the extent between two corners, (3,) each."""
        return Extent(_triple(low), _triple(high))


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Balls of one radius, scene units. points : float32 or float64 (n, 3). world_from_points : float64 (4, 4).

    reaches : whether things lie between them as well.
    """

    points: NDArray[Any]
    world_from_points: Matrix
    radius: float
    reaches: bool = True


UNIT_EXTENT = Extent((-0.5, -0.5, -0.5), (0.5, 0.5, 0.5))  # shown where there is nothing


def fences(samples: Matrix) -> tuple[Matrix, Matrix]:
    """Return the corners, (3,) each, past which points are lost: too far away to say how large a scene is.

    samples : float64 (n, 3), n > 0, in world space.
    A point is lost if it is `LOST` times as far from the others as those are large; one in fifty may be, and at least
    one where there are four.
    """
    n = len(samples)
    trimmed = max(int(n >= 4), math.floor(TRIMMED * n))
    ordered = np.sort(samples, axis=0)
    low, high = ordered[trimmed], ordered[n - 1 - trimmed]
    reach = LOST * float((high - low).max())
    if reach == 0:  # all but the trimmed are one point: nobody can say who is lost
        return ordered[0], ordered[-1]
    return low - reach, high + reach


@dataclass(frozen=True, slots=True)
class Eye:
    """Where somebody stands and looks. fov : vertical, in degrees."""

    position: tuple[float, float, float]
    target: tuple[float, float, float]
    up: tuple[float, float, float] = (0.0, 0.0, 1.0)
    fov: float = DEFAULT_FOV

    @staticmethod
    def seeing(
        clouds: Sequence[Cloud],
        extent: Extent,
        direction: Matrix,
        up: Matrix,
        *,
        fov: float,
        aspect: float,
        target: tuple[float, float, float] | None = None,
    ) -> Eye:
        """Return the eye that looks against `direction` and sees all of `clouds` in `extent`, with a margin.

        aspect : width over height of the picture. target : what it looks at; None: the middle of what it sees.
        """
        middle = extent.middle if target is None else np.array(target)
        tangent = math.tan(math.radians(fov) / 2) * (1 - 2 * FIT_MARGIN)
        axes = look_along(-direction, up)
        pose = np.zeros((6, 4))
        pose[3:, :3], pose[3:, 3] = axes, -axes @ middle
        bounds, tangents = np.array([extent.low, extent.high]), np.array([tangent * aspect, tangent])
        sides = np.full(4, -np.inf)
        for cloud in clouds or [Cloud(extent.corners(), np.eye(4), 0.0)]:
            pose[:3] = cloud.world_from_points[:3]
            sides_of_sight(cloud.points, pose, cloud.radius, bounds, tangents, sides)
        left_right, up_down = sides[:2], sides[2:]
        if not np.isfinite(sides).all():  # all of it is lost
            across, back = (0.0, 0.0), extent.diagonal
        elif target is None:  # what is seen touches two opposite sides, and lies in the middle of the others
            across = (left_right[0] - left_right[1]) / 2, (up_down[0] - up_down[1]) / 2
            back = max(left_right.sum() / 2 / tangents[0], up_down.sum() / 2 / tangents[1])
        else:
            across = 0.0, 0.0
            back = max(left_right.max() / tangents[0], up_down.max() / tangents[1])
        back = max(back, 1e-9 * (1 + float(np.abs(middle).max())))
        looked_at = middle + across[0] * axes[0] + across[1] * axes[1]
        return Eye(_triple(looked_at - back * axes[2]), _triple(looked_at), _triple(up), fov)

    def view_from_world(self) -> Matrix:
        """Return the matrix, float64 (4, 4), that takes scene units to view space."""
        axes = look_along(np.array(self.target) - np.array(self.position), np.array(self.up))
        matrix = np.eye(4)
        matrix[:3, :3] = axes
        matrix[:3, 3] = -axes @ np.array(self.position)
        return matrix


def look_along(forward: Matrix, up: Matrix) -> Matrix:
    """Return right, down and forward of a view, float64 (3, 3), a row each; `up` is another if it is `forward`."""
    ahead = forward / np.linalg.norm(forward)
    right = np.cross(ahead, up)
    if np.linalg.norm(right) < 1e-9 * np.linalg.norm(up):
        other = np.array([0.0, 1.0, 0.0]) if abs(ahead[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
        right = np.cross(ahead, other)
    right = right / np.linalg.norm(right)
    return np.stack([right, np.cross(ahead, right), ahead])


@dataclass(frozen=True, slots=True, eq=False)
class Camera3D:
    """How space is shown in a viewport.

    view_from_world : float64 (4, 4), rigid     px_from_view : float64 (3, 3), pixels of the viewport, y down
    near, far : depths that are drawn, scene units
    """

    viewport: Viewport
    view_from_world: Matrix
    px_from_view: Matrix
    near: float = 0.1
    far: float = 1000.0

    @staticmethod
    def of_eye(eye: Eye, viewport: Viewport) -> Camera3D:
        """Return the camera of an eye."""
        focal = viewport.height / 2 / math.tan(math.radians(eye.fov) / 2)
        px_from_view = np.array([[focal, 0, viewport.width / 2], [0, focal, viewport.height / 2], [0, 0, 1]])
        return Camera3D(viewport, eye.view_from_world(), px_from_view)

    @staticmethod
    def of_pinhole(view_from_world: Matrix, image_from_view: Matrix, plane: Camera2D) -> Camera3D:
        """Return the camera that shows space as a pinhole does, in the plane of its image.

        image_from_view : float64 (3, 3), the pinhole's matrix. plane : how its image is shown.
        """
        px_from_image = np.diag([plane.px_per_unit, plane.px_per_unit, 1.0])
        px_from_image[:2, 2] = plane.origin_px
        return Camera3D(plane.viewport, view_from_world, px_from_image @ image_from_view)

    @property
    def px_per_unit(self) -> float:
        """How large a scene unit is at a depth of 1."""
        return math.sqrt(abs(float(np.linalg.det(self.px_from_view[:2, :2]))))

    def edges(self) -> Matrix:
        """Return what is in sight, float64 (4,): x / z from the first to the second, y / z between the others."""
        corners_px = itertools.product((0, self.viewport.width), (0, self.viewport.height))
        corners = np.linalg.solve(self.px_from_view, np.array([(x, y, 1) for x, y in corners_px], np.float64).T)
        x, y = corners[:2] / corners[2]
        return np.array([x.min(), x.max(), y.min(), y.max()])

    def clip_from_view(self) -> Matrix:
        """Return the matrix, float64 (4, 4), that takes view space to GL's clip space; row 0 of a picture is lowest."""
        width, height = self.viewport.width, self.viewport.height
        matrix = np.zeros((4, 4))
        matrix[0, :3] = 2 * self.px_from_view[0] / width - self.px_from_view[2]
        matrix[1, :3] = 2 * self.px_from_view[1] / height - self.px_from_view[2]
        matrix[2, 2] = (self.far + self.near) / (self.far - self.near)
        matrix[2, 3] = -2 * self.far * self.near / (self.far - self.near)
        matrix[3, :3] = self.px_from_view[2]
        return matrix


def planes(nearest: float, farthest: float, *, reaches_eye: bool) -> tuple[float, float]:
    """Return near and far planes around depths that are in sight; finite and positive, whatever is given.

    reaches_eye : whether something may lie between the eye and what is nearest.
    """
    if not (0 < farthest < math.inf):
        return 0.1, 1000.0
    near = 0.9 * nearest if 0 < nearest <= farthest else farthest / 2
    least = LEAST_NEAR * farthest if reaches_eye else 1e-7 * farthest
    return max(min(near, LEAST_NEAR * farthest) if reaches_eye else near, least), 1.1 * farthest


def union(extents: Iterable[Extent | None]) -> Extent | None:
    """Return the smallest extent around all; None if there are none."""
    found: Extent | None = None
    for each in extents:
        found = each.union(found) if each else found
    return found


def _triple(vector: Matrix) -> tuple[float, float, float]:
    x, y, z = (float(each) for each in vector)
    return x, y, z
