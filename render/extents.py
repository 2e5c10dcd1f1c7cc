"""How far what stands in space reaches: extents, depths before a camera, and the images that hang in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from blazon.ingest.poses import Matrix
from blazon.render.cameras3d import Camera3D, Cloud, Extent, fences, planes, union
from blazon.render.ensembles import Ensemble, Key
from blazon.render.kernels.compiled import in_slices
from blazon.render.kernels.extents import depths_in_sight, extent
from blazon.render.visualizers.layers import ImageLayer

POINTS_PER_SLICE = 1 << 16  # below which a second thread does not pay
SAMPLES = 4096  # of each cloud's points, at most, tell how large a scene is


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """An image that hangs in space. world_from_image : float64 (4, 4). level : of those on one plane, higher on top.

    key : its entity and archetype.
    """

    layer: ImageLayer
    opacity: float
    world_from_image: Matrix
    level: int
    key: Key | None = None

    @property
    def is_translucent(self) -> bool:
        """Whether what is behind it shows."""
        return self.opacity < 1

    def corners(self) -> Matrix:
        """Return the corners of the image in the world, float64 (4, 3)."""
        width, height = self.layer.size
        corners = np.array([(x, y, 0, 1) for x in (0, width) for y in (0, height)], np.float64)
        return (corners @ self.world_from_image.T)[:, :3]


def clouds_of(ensembles: Iterable[Ensemble], hung: Iterable[Plane] = (), points: Sequence[Matrix] = ()) -> list[Cloud]:
    """Return all that a view is fitted to, as clouds that are not empty. points : float64 (k, 3) each, of the world."""
    clouds = [Cloud(each, np.eye(4), 0.0) for each in (*points, *(plane.corners() for plane in hung))]
    return clouds + [cloud for ensemble in ensembles for cloud in ensemble.clouds()]


def extent_of(clouds: Sequence[Cloud]) -> Extent | None:
    """Return how far things reach, but for those that are lost far away; None where there is nothing."""
    if not clouds:
        return None
    low, high = fences(np.concatenate([_sample(each) for each in clouds]))
    return union(_extent(each, low, high) for each in clouds)


def with_planes(camera: Camera3D, ensembles: Sequence[Ensemble], hung: Sequence[Plane]) -> Camera3D:
    """Return the camera with near and far around what it sees; what is lost far away is no measure of far."""
    nearest, farthest, reaches_eye = math.inf, -math.inf, False
    wide, edges = np.array([-np.inf, np.inf, -np.inf, np.inf]), camera.edges()
    depths = []
    for cloud in clouds_of(ensembles, hung):
        seen_from = Cloud(cloud.points, camera.view_from_world @ cloud.world_from_points, cloud.radius)
        reaches = cloud.reaches or cloud.radius > 0
        least, most, seen = _depths(seen_from, wide if reaches else edges)
        reaches_eye |= reaches and seen < len(cloud.points)
        nearest, farthest = min(nearest, least), max(farthest, most)
        depths.append(_sample(seen_from)[:, 2])
    if reaches_eye:
        ahead = np.concatenate(depths)
        ahead = ahead[ahead > 0]
        farthest = min(farthest, float(fences(ahead[:, None])[1][0])) if len(ahead) else farthest
    near, far = planes(min(nearest, farthest), farthest, reaches_eye=reaches_eye)
    return replace(camera, near=near, far=far)


def _depths(cloud: Cloud, edges: Matrix) -> tuple[float, float, int]:
    """The least and the greatest depth of what an eye sees of a cloud, and of how many points; see the kernel."""
    points, pose = np.ascontiguousarray(cloud.points), np.ascontiguousarray(cloud.world_from_points[:3])
    found: list[tuple[float, float, int]] = []

    def look(part: slice) -> None:
        out = np.empty(2)
        seen = depths_in_sight(points[part], pose, edges, out)
        found.append((out[0], out[1], seen))

    in_slices(look, len(cloud.points), POINTS_PER_SLICE)
    least, most, seen = zip(*found, strict=True)
    return min(least), max(most), sum(seen)


def _sample(cloud: Cloud) -> Matrix:
    """Some points of a cloud in the world, (n, 3)."""
    points = cloud.points[:: max(1, len(cloud.points) // SAMPLES)].astype(np.float64)
    return np.asarray(points @ cloud.world_from_points[:3, :3].T + cloud.world_from_points[:3, 3])


def _extent(cloud: Cloud, low: Matrix, high: Matrix) -> Extent | None:
    out = np.empty((2, 3))
    count = extent(cloud.points, np.ascontiguousarray(cloud.world_from_points[:3]), low, high, out)
    return Extent.of(out[0] - cloud.radius, out[1] + cloud.radius) if count else None
