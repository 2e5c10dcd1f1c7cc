"""How data of an entity is seen in a picture, be it flat or in space: by one matrix. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.poses import Matrix, is_flat, mean_scale
from blazon.render.cameras import Camera2D, Viewport
from blazon.render.cameras3d import Camera3D
from blazon.render.layouts import DEFINES


@dataclass(frozen=True, slots=True)
class Pointer:
    """What is asked about. x, y : pixels of the picture. reach_px : around it. px_per_point : of the user interface.

    step_px : what is less than that further off is as near; 0: every bit counts.
    """

    x: float
    y: float
    reach_px: float
    px_per_point: float
    step_px: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """px_from_data : float64 (3, 4), homogeneous pixels of the picture from data, x, y, z, 1; the third is the depth.

    near : the depth from which on lines are drawn, 0 in the plane. px_per_unit : of data, at a depth of 1.
    focal_px : of the world's units likewise.
    """

    px_from_data: Matrix
    near: float
    px_per_unit: float
    focal_px: float

    @staticmethod
    def in_plane(camera: Camera2D, plane_from_data: Matrix) -> Seen:
        """Return how what is flat is seen; plane_from_data : float64 (2, 3)."""
        px = np.zeros((3, 4))
        px[:2, [0, 1, 3]] = plane_from_data * camera.px_per_unit
        px[:2, 3] += np.add(camera.origin_px, (camera.viewport.x, camera.viewport.y))
        px[2, 3] = 1
        scale = np.sqrt(abs(np.linalg.det(plane_from_data[:, :2])))
        return Seen(px, 0.0, float(scale) * camera.px_per_unit, camera.px_per_unit)

    @staticmethod
    def in_space(camera: Camera3D, world_from_data: Matrix) -> Seen:
        """Return how what stands in space is seen, or hangs there, z = 0; world_from_data : float64 (4, 4)."""
        lens = camera.px_from_view.copy()
        lens[:2] += np.array([[camera.viewport.x], [camera.viewport.y]]) * lens[2]
        view = camera.view_from_world @ world_from_data
        scale = float(mean_scale(view[None])[0])
        return Seen(lens @ view[:3], camera.near, scale * camera.px_per_unit, camera.px_per_unit)

    @property
    def is_plane(self) -> bool:
        """Whether there is no depth to it."""
        return self.near == 0

    def asked(self, pointer: Pointer, *, lines: bool) -> NDArray[np.float64]:
        """Return what the kernels of render/kernels/reach.py are asked, float64 (8,)."""
        closest = self.near if lines else DEFINES["CLOSEST"] * self.near
        least = 0.0 if lines or self.is_plane else DEFINES["LEAST_POINT_PX"]
        where = pointer.x, pointer.y, pointer.reach_px, closest
        return np.array([*where, self.px_per_unit, pointer.px_per_point, pointer.step_px, least])

    def radius_px(self, radius: float, depth: float, px_per_point: float) -> float:
        """Return how large a radius is seen; > 0 units of the data, < 0 UI points."""
        return max(radius * self.px_per_unit / depth, -radius * px_per_point) if depth > 0 else 0.0

    def nearer(self, raised_px: float) -> float:
        """Return which share of its depth something is drawn at that stands out so far; see shaders/view.glsl."""
        return 1.0 if self.is_plane else 1 - min(raised_px / self.focal_px, 0.5)

    def px(self, points: NDArray[Any]) -> Matrix:
        """Return homogeneous pixels of points, (…, 2 or 3); float64 (…, 3)."""
        flat = self.px_from_data[:, : points.shape[-1]]
        with np.errstate(all="ignore"):
            return np.asarray(points.astype(np.float64) @ flat.T + self.px_from_data[:, 3])

    def lines(self, starts: NDArray[Any], ends: NDArray[Any]) -> Matrix:
        """Return lines, (k, 2 or 3) each, as x0, y0, x1, y1 in pixels, float64 (m, 4): what of them is seen."""
        a, b = self.px(starts), self.px(ends)
        near = max(self.near, 1e-300)
        with np.errstate(all="ignore"):
            there = ((a[:, 2] >= near) | (b[:, 2] >= near)) & np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1)
            a, b = a[there], b[there]
            at = (near - a[:, 2:]) / (b[:, 2:] - a[:, 2:])
            cut = a + (b - a) * at
            first, last = np.where(a[:, 2:] >= near, a, cut), np.where(b[:, 2:] >= near, b, cut)
            found = np.concatenate([first[:, :2] / first[:, 2:], last[:, :2] / last[:, 2:]], axis=1)
        return np.asarray(found[np.isfinite(found).all(axis=1)])

    def on_plane(self, pointer: Pointer) -> tuple[float, float, float] | None:
        """Return x and y of the data that is flat under the pointer, and the depth; None where there is none."""
        homography = self.px_from_data[:, [0, 1, 3]]
        try:
            x, y, w = np.linalg.solve(homography, np.array([pointer.x, pointer.y, 1.0])).tolist()
        except np.linalg.LinAlgError:
            return None
        with np.errstate(all="ignore"):
            x, y, depth = np.divide((x, y, 1.0), w).tolist()
        is_there = np.isfinite((x, y, depth)).all() and depth >= max(DEFINES["CLOSEST"] * self.near, 1e-300)
        return (x, y, depth) if is_there else None

    def ray(self, pointer: Pointer) -> tuple[Matrix, Matrix] | None:
        """Return where the eye is, and what one step of depth is along the pointer, in data, float64 (3,) each."""
        linear = self.px_from_data[:, :3]
        if not np.isfinite(self.px_from_data).all() or is_flat(linear):
            return None
        inverse = np.linalg.inv(linear)
        return -inverse @ self.px_from_data[:, 3], inverse @ np.array([pointer.x, pointer.y, 1.0])

    def lengths_px(self, at: tuple[float, float, float]) -> tuple[float, float]:
        """Return how long a unit of data is along x and along y, in pixels, where something flat is; see `on_plane`."""
        x, y, depth = at
        px = self.px_from_data @ (x, y, 0.0, 1.0)
        along = (self.px_from_data[:2, :2] - px[:2, None] / depth * self.px_from_data[2, :2]) / depth
        across, down = np.linalg.norm(along, axis=0).tolist()
        return across, down


def ring(x: float, y: float, radius: float) -> Matrix:
    """Return a circle as lines, pixels, float64 (16, 4)."""
    turns = np.linspace(0, 2 * np.pi, 17)
    rim = np.stack([x + radius * np.cos(turns), y + radius * np.sin(turns)], axis=1)
    return np.concatenate([rim[:-1], rim[1:]], axis=1)


def is_in(viewport: Viewport, x: float, y: float) -> bool:
    """Whether a pixel of the picture lies in a viewport."""
    return viewport.x <= x < viewport.x + viewport.width and viewport.y <= y < viewport.y + viewport.height
