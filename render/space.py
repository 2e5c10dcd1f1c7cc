"""What stands in space becomes arrays: members at their poses, seen by a camera. No GL, no recording.

Every member's rows lie once in its primitive's buffer, however many views show it; each view has a pose for each
member: view from member, worked out in float64, so that what reaches the GPU is small where the eye is near. What is
translucent is sorted for each view, the farthest first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.poses import Matrix, mean_scale
from blazon.render.cameras3d import Camera3D, Extent, fences, planes, union
from blazon.render.kernels.compiled import in_slices
from blazon.render.kernels.extents import depths_in_sight, extent
from blazon.render.kernels.hidden import cover, project, visible
from blazon.render.layouts import ARROW, FACE, POINT, POSE, SEGMENT
from blazon.render.visualizers.layers import BuiltSpace, ImageLayer, Primitive, SpaceLayer

LAYOUTS = {
    Primitive.FACES: FACE,
    Primitive.DOTS: POINT,
    Primitive.POINTS: POINT,
    Primitive.SEGMENTS: SEGMENT,
    Primitive.ARROWS: ARROW,
}
CENTERS = {  # the fields whose mean is the middle of a row
    Primitive.FACES: ("center",),
    Primitive.DOTS: ("position",),
    Primitive.POINTS: ("position",),
    Primitive.SEGMENTS: ("start", "end"),
    Primitive.ARROWS: ("start", "tip"),
}
DOTS_PER_SLICE, LINES_PER_SLICE = 1 << 16, 64  # below which a second thread does not pay
SAMPLES = 4096  # of each member's points, at most, tell how large a scene is


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """What was built of one entity, and where it stands: world_from_entity, float64 (k, 4, 4), once at each."""

    key: tuple[EntityPath, str]
    built: BuiltSpace
    world_from_entity: Matrix

    def world_from_rows(self) -> Matrix:
        """Return the poses of the rows, float64 (k, 4, 4)."""
        poses = self.world_from_entity.copy()
        poses[:, :3, 3] += poses[:, :3, :3] @ self.built.anchor
        return poses


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """An image that hangs in space. world_from_image : float64 (4, 4). level : of those on one plane, higher on top."""

    layer: ImageLayer
    opacity: float
    world_from_image: Matrix
    level: int

    def corners(self) -> Matrix:
        """Return the corners of the image in the world, float64 (4, 3)."""
        height, width = self.layer.pixels.shape[:2]
        corners = np.array([(x, y, 0, 1) for x in (0, width) for y in (0, height)], np.float64)
        return (corners @ self.world_from_image.T)[:, :3]


@dataclass(frozen=True, slots=True)
class SpaceRows:
    """Draw rows `start` to `start + count` of a primitive in space. soft : its rims are drawn as well."""

    primitive: Primitive
    start: int
    count: int
    soft: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class SpaceFrame:
    """What a camera sees. first_pose : where its poses begin. Planes and translucent rows are in order, far to near."""

    camera: Camera3D
    first_pose: int
    solid: tuple[SpaceRows, ...]
    planes: tuple[Plane, ...]
    translucent: tuple[SpaceRows, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not (self.solid or self.planes or self.translucent)


MOST_SOFT_DOTS = (
    100_000  # more of them in one member have hard edges: nobody sees single rims, and they cost as much again
)


class SpaceCollector:
    """Gives rows and poses their places in shared arrays, view by view.

    thins : whether small points that hide behind others are left out: pays where a processor draws.
    """

    def __init__(self, px_per_point: float, *, thins: bool) -> None:
        self._px_per_point, self._thins = px_per_point, thins
        self.parts: dict[Primitive, list[tuple[NDArray[np.void], NDArray[np.uint32] | int]]] = {p: [] for p in LAYOUTS}
        self._lengths = dict.fromkeys(LAYOUTS, 0)
        self._placed: dict[tuple[EntityPath, str], list[SpaceRows]] = {}
        self._first_pose: dict[tuple[EntityPath, str], int] = {}
        self._pose_count = 0
        self._views: list[tuple[Camera3D, Sequence[Member]]] = []

    def plan(self, members: Iterable[Member]) -> None:
        """Number the poses of members, and place what of them is solid; once for those that several views show."""
        for member in members:
            if member.key in self._first_pose:
                continue
            first = self._first_pose[member.key] = self._pose_count
            copies = len(member.world_from_entity)
            self._pose_count += copies
            self._placed[member.key] = [
                self._take(layer.primitive, layer.rows, first + copy)
                for layer in member.built.layers
                if not layer.is_translucent and len(layer.rows) and not self._is_thinned(layer)
                for copy in range(copies)
            ]

    def frame(self, camera: Camera3D, members: Sequence[Member], hung: Sequence[Plane]) -> SpaceFrame:
        """Return what `camera` sees of members that were planned, and of images."""
        fitted = _with_planes(camera, members, hung)
        first_pose = len(self._views) * self._pose_count
        self._views.append((fitted, members))
        placed = [rows for member in members for rows in self._placed[member.key]]
        solid = _joined([*placed, *self._thinned(fitted, members)])
        eye = np.asarray(np.linalg.inv(camera.view_from_world)[:3, 3], np.float64)
        ordered = sorted(hung, key=lambda plane: (-_distance(plane, eye), plane.level))
        return SpaceFrame(fitted, first_pose, tuple(solid), tuple(ordered), tuple(self._sorted(fitted, members)))

    def poses(self) -> NDArray[np.float32]:
        """Return the poses of all views, float32 (n, 4, 4), as `PoseTexture` takes them."""
        poses = np.zeros((len(self._views) * self._pose_count, 4, 4), np.float32)
        for view, (camera, members) in enumerate(self._views):
            for member in members:
                world_from_rows = member.world_from_rows()
                first = view * self._pose_count + self._first_pose[member.key]
                here = poses[first : first + len(world_from_rows)]
                here[:, :3] = (camera.view_from_world @ world_from_rows)[:, :3]
                here[:, 3, 0] = mean_scale(camera.view_from_world @ world_from_rows)
                here[:, 3, 1] = member.built.shading
                here[:, 3, 2] = len({layer.primitive for layer in member.built.layers}) > 1  # keypoints on their lines
        return poses

    def _take(self, primitive: Primitive, rows: NDArray[np.void], pose: NDArray[np.uint32] | int) -> SpaceRows:
        start = self._lengths[primitive]
        self._lengths[primitive] += len(rows)
        self.parts[primitive].append((rows, pose))
        return SpaceRows(primitive, start, len(rows), primitive is not Primitive.DOTS or len(rows) <= MOST_SOFT_DOTS)

    def _is_thinned(self, layer: SpaceLayer) -> bool:
        """Whether of a layer each view gets those rows that may show there."""
        many = layer.primitive is Primitive.DOTS and len(layer.rows) > MOST_SOFT_DOTS and not layer.is_translucent
        if not (self._thins and many):
            return False
        radius = layer.rows["radius"]
        return bool(radius[0] == radius.min() == radius.max())

    def _thinned(self, camera: Camera3D, members: Sequence[Member]) -> Iterable[SpaceRows]:
        """Place those points of the many that may show in a view."""
        for member in members:
            for layer in filter(self._is_thinned, member.built.layers):
                radius_px = -float(layer.rows["radius"][0]) * self._px_per_point
                for copy, pose in enumerate(camera.view_from_world @ member.world_from_rows()):
                    shown = _visible_dots(layer.rows, pose, camera, radius_px)
                    taken = self._take(layer.primitive, shown, self._first_pose[member.key] + copy)
                    yield replace(taken, soft=False)

    def _sorted(self, camera: Camera3D, members: Sequence[Member]) -> Iterable[SpaceRows]:
        """Place what is translucent, the farthest first."""
        for primitive in LAYOUTS:
            rows, poses, depths = [], [], []
            for member in members:
                view_from_rows = camera.view_from_world @ member.world_from_rows()
                for layer in member.built.layers:
                    if layer.primitive is not primitive or not layer.is_translucent or not len(layer.rows):
                        continue
                    middles = np.mean([layer.rows[name] for name in CENTERS[primitive]], axis=0, dtype=np.float64)
                    for copy, pose in enumerate(view_from_rows):
                        rows.append(layer.rows)
                        poses.append(np.full(len(layer.rows), self._first_pose[member.key] + copy, np.uint32))
                        depths.append(np.linalg.norm(middles @ pose[:3, :3].T + pose[:3, 3], axis=1))
            if rows:
                order = np.argsort(-np.concatenate(depths), kind="stable")
                yield self._take(primitive, np.concatenate(rows)[order], np.concatenate(poses)[order])


def _visible_dots(rows: NDArray[np.void], pose: Matrix, camera: Camera3D, radius_px: float) -> NDArray[np.void]:
    """Those of POINT rows that may show; see kernels/hidden.py."""
    points, n = rows["position"], len(rows)
    view_from_rows = np.ascontiguousarray(pose[:3])
    projected, shows = np.empty((n, 3), np.float32), np.empty(n, np.bool_)
    nearest = np.full((camera.viewport.height, camera.viewport.width), np.inf, np.float32)
    lens, near = camera.px_from_view, camera.near
    in_slices(lambda part: project(points[part], view_from_rows, lens, near, projected[part]), n, DOTS_PER_SLICE)
    in_slices(
        lambda part: cover(projected, radius_px, part.start, len(nearest), nearest[part]), len(nearest), LINES_PER_SLICE
    )
    in_slices(lambda part: visible(projected[part], radius_px, near, nearest, shows[part]), n, DOTS_PER_SLICE)
    return rows[shows]


def pose_rows(parts: Sequence[tuple[NDArray[np.void], NDArray[np.uint32] | int]]) -> NDArray[np.void]:
    """Return which pose each row of `parts` has, POSE (n,)."""
    numbers = [np.full(len(rows), pose, np.uint32) if isinstance(pose, int) else pose for rows, pose in parts]
    return np.concatenate([np.zeros(0, np.uint32), *numbers]).view(POSE)


def extent_of(members: Iterable[Member], hung: Iterable[Plane] = (), points: Sequence[Matrix] = ()) -> Extent | None:
    """Return how far things reach, but for those that are lost far away; None where there is nothing.

    points : float64 (k, 3) each, further points of the world.
    """
    clouds = clouds_of(members, hung, points)
    if not clouds:
        return None
    low, high = fences(np.concatenate([_sample(content) @ pose[:3, :3].T + pose[:3, 3] for content, pose in clouds]))
    return union(_extent(content, pose, low, high) for content, pose in clouds)


def clouds_of(
    members: Iterable[Member], hung: Iterable[Plane] = (), points: Sequence[Matrix] = ()
) -> list[tuple[NDArray[Any], Matrix]]:
    """Return all points of `extent_of`, as clouds that are not empty: float (n, 3), and world from those, (4, 4)."""
    clouds: list[tuple[NDArray[Any], Matrix]] = [
        (member.built.content, pose)
        for member in members
        for pose in member.world_from_rows()
        if len(member.built.content)
    ]
    return clouds + [(each, np.eye(4)) for each in (*points, *(plane.corners() for plane in hung))]


def _sample(content: NDArray[Any]) -> Matrix:
    return content[:: max(1, len(content) // SAMPLES)].astype(np.float64)


def _extent(content: NDArray[np.floating], pose: Matrix, low: Matrix, high: Matrix) -> Extent | None:
    out = np.empty((2, 3))
    count = extent(content, np.ascontiguousarray(pose[:3]), low, high, out)
    return Extent.of(out[0], out[1]) if count else None


def _with_planes(camera: Camera3D, members: Sequence[Member], hung: Sequence[Plane]) -> Camera3D:
    """The camera with near and far around what it sees."""
    nearest, farthest, reaches_eye = math.inf, -math.inf, False
    out, wide = np.empty(2), np.array([-np.inf, np.inf, -np.inf, np.inf])
    clouds = [(each.built.content, pose, each.built.reaches) for each in members for pose in each.world_from_rows()]
    clouds += [(each.corners().astype(np.float32), np.eye(4), True) for each in hung]
    edges = camera.edges()
    for content, pose, reaches in clouds:
        view_from_rows = np.ascontiguousarray((camera.view_from_world @ pose)[:3])
        seen = depths_in_sight(content, view_from_rows, wide if reaches else edges, out)
        reaches_eye |= reaches and seen < len(content)
        nearest, farthest = min(nearest, out[0]), max(farthest, out[1])
    near, far = planes(nearest, farthest, reaches_eye=reaches_eye)
    return replace(camera, near=near, far=far)


def _distance(plane: Plane, eye: Matrix) -> float:
    return float(np.linalg.norm(plane.corners().mean(axis=0) - eye))


def _joined(rows: list[SpaceRows]) -> Iterable[SpaceRows]:
    """Rows that lie one after the other are one draw."""
    last: SpaceRows | None = None
    for each in sorted(rows, key=lambda each: (each.primitive, each.start)):
        fits = last and (last.primitive, last.soft) == (each.primitive, each.soft)
        if last and fits and last.start + last.count == each.start:
            last = replace(last, count=last.count + each.count)
            continue
        if last:
            yield last
        last = each
    if last:
        yield last
