"""What stands in space, and how far it reaches: members and hung images, extents of them, depths before a camera."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.poses import Matrix, mean_scale
from blazon.render.cameras3d import Camera3D, Cloud, Extent, fences, planes, union
from blazon.render.kernels.extents import depths_in_sight, extent
from blazon.render.visualizers.layers import BuiltSpace, ImageLayer

FEW = 256  # points of a member
SAMPLES = 4096  # of each cloud's points, at most, tell how large a scene is


@dataclass(frozen=True, eq=False)
class Member:
    """What was built of one entity, and where it stands: world_from_entity, float64 (k, 4, 4), once at each."""

    key: tuple[EntityPath, str]
    built: BuiltSpace
    world_from_entity: Matrix

    @functools.cached_property
    def world_from_rows(self) -> Matrix:
        """The poses of the rows, float64 (k, 4, 4)."""
        poses = self.world_from_entity.copy()
        poses[:, :3, 3] += poses[:, :3, :3] @ self.built.anchor
        return poses

    @functools.cached_property
    def clouds(self) -> list[Cloud]:
        """Its points, once for each pose."""
        scales = mean_scale(self.world_from_rows)
        return [
            Cloud(self.built.content, pose, self.built.radius * float(scale), self.built.reaches)
            for pose, scale in zip(self.world_from_rows, scales, strict=True)
        ]

    @functools.cached_property
    def world_points(self) -> Matrix:
        """All its points in the world, float64 (n, 3)."""
        poses = self.world_from_rows
        moved = self.built.content.astype(np.float64) @ poses[:, :3, :3].transpose(0, 2, 1) + poses[:, None, :3, 3]
        return np.asarray(moved.reshape(-1, 3))

    @functools.cached_property
    def world_radius(self) -> float:
        """How far it reaches around its points in the world."""
        if self.built.radius == 0:
            return 0.0
        return self.built.radius * float(mean_scale(self.world_from_rows).max(initial=0))

    @functools.cached_property
    def pose_facts(self) -> tuple[float, bool, float]:
        """What the GPU is told with each of its poses: shading, whether points are raised, the lift."""
        return self.built.shading, self.built.raises_points, self.built.lift_px


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """An image that hangs in space. world_from_image : float64 (4, 4). level : of those on one plane, higher on top."""

    layer: ImageLayer
    opacity: float
    world_from_image: Matrix
    level: int

    @property
    def is_translucent(self) -> bool:
        """Whether what is behind it shows."""
        return self.opacity < 1

    def corners(self) -> Matrix:
        """Return the corners of the image in the world, float64 (4, 3)."""
        height, width = self.layer.pixels.shape[:2]
        corners = np.array([(x, y, 0, 1) for x in (0, width) for y in (0, height)], np.float64)
        return (corners @ self.world_from_image.T)[:, :3]


def clouds_of(members: Iterable[Member], hung: Iterable[Plane] = (), points: Sequence[Matrix] = ()) -> list[Cloud]:
    """Return all that a view is fitted to, as clouds that are not empty. points : float64 (k, 3) each, of the world.

    Members of few points come together, so that many of them cost little.
    """
    clouds = [Cloud(each, np.eye(4), 0.0) for each in (*points, *(plane.corners() for plane in hung))]
    few: dict[tuple[float, bool], list[Matrix]] = {}
    for member in members:
        n = len(member.built.content)
        if n > FEW:
            clouds += member.clouds
        elif n:
            few.setdefault((member.world_radius, member.built.reaches), []).append(member.world_points)
    return clouds + [Cloud(np.concatenate(each), np.eye(4), radius, reaches) for (radius, reaches), each in few.items()]


def extent_of(clouds: Sequence[Cloud]) -> Extent | None:
    """Return how far things reach, but for those that are lost far away; None where there is nothing."""
    if not clouds:
        return None
    low, high = fences(np.concatenate([_sample(each) for each in clouds]))
    return union(_extent(each, low, high) for each in clouds)


def with_planes(camera: Camera3D, members: Sequence[Member], hung: Sequence[Plane]) -> Camera3D:
    """Return the camera with near and far around what it sees; what is lost far away is no measure of far."""
    nearest, farthest, reaches_eye = math.inf, -math.inf, False
    out, wide, edges = np.empty(2), np.array([-np.inf, np.inf, -np.inf, np.inf]), camera.edges()
    depths = []
    for cloud in clouds_of(members, hung):
        seen_from = Cloud(cloud.points, camera.view_from_world @ cloud.world_from_points, cloud.radius)
        reaches = cloud.reaches or cloud.radius > 0
        pose = np.ascontiguousarray(seen_from.world_from_points[:3])
        seen = depths_in_sight(cloud.points, pose, wide if reaches else edges, out)
        reaches_eye |= reaches and seen < len(cloud.points)
        nearest, farthest = min(nearest, out[0]), max(farthest, out[1])
        depths.append(_sample(seen_from)[:, 2])
    if reaches_eye:
        ahead = np.concatenate(depths)
        ahead = ahead[ahead > 0]
        farthest = min(farthest, float(fences(ahead[:, None])[1][0])) if len(ahead) else farthest
    near, far = planes(min(nearest, farthest), farthest, reaches_eye=reaches_eye)
    return replace(camera, near=near, far=far)


def _sample(cloud: Cloud) -> Matrix:
    """Some points of a cloud in the world, (n, 3)."""
    points = cloud.points[:: max(1, len(cloud.points) // SAMPLES)].astype(np.float64)
    return np.asarray(points @ cloud.world_from_points[:3, :3].T + cloud.world_from_points[:3, 3])


def _extent(cloud: Cloud, low: Matrix, high: Matrix) -> Extent | None:
    out = np.empty((2, 3))
    count = extent(cloud.points, np.ascontiguousarray(cloud.world_from_points[:3]), low, high, out)
    return Extent.of(out[0] - cloud.radius, out[1] + cloud.radius) if count else None
