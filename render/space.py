"""What stands in space becomes arrays, in the order in which a camera has it drawn. No GL, no recording.

Every member's rows lie once in its primitive's buffer, however many views show it; each view has a pose for each
member: view from member, worked out in float64, so that what reaches the GPU is small where the eye is near. What is
translucent is sorted for each view, the farthest first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.poses import Matrix, mean_scale
from blazon.render.cameras import Viewport
from blazon.render.cameras3d import Camera3D
from blazon.render.ensembles import Ensemble, Key, Member
from blazon.render.extents import Plane, with_planes
from blazon.render.kernels.hidden import TILE, hide, project
from blazon.render.layouts import ARROW, DEFINES, FACE, LINE, POINT, POSE, SEGMENT, joined
from blazon.render.splats import Dots, Splats, Splatter
from blazon.render.visualizers.layers import BuiltSpace, ImageLayer, Primitive, SpaceLayer

LAYOUTS = {
    Primitive.FACES: FACE,
    Primitive.DOTS: POINT,
    Primitive.POINTS: POINT,
    Primitive.SEGMENTS: SEGMENT,
    Primitive.LINES: LINE,
    Primitive.ARROWS: ARROW,
}
CENTERS = {  # the fields whose mean is the middle of a row
    Primitive.FACES: ("center",),
    Primitive.DOTS: ("position",),
    Primitive.POINTS: ("position",),
    Primitive.SEGMENTS: ("start", "end"),
    Primitive.LINES: ("start", "end"),
    Primitive.ARROWS: ("start", "tip"),
}
STROKES = (Primitive.SEGMENTS, Primitive.LINES, Primitive.ARROWS)
Parts = dict[Primitive, list[tuple[NDArray[np.void], NDArray[np.uint32] | int]]]  # rows, and which pose each has
MOST_SOFT_DOTS = 10_000  # more of them in one member have hard edges: nobody sees single rims, and they cost as much
MOST_SOFT_STROKES = 20_000  # more of them in one draw have no rims: as above
PUSHED = 1.5, 4.0  # surfaces are pushed back so far that lines along their edges, and points on them, stand out
MOST_RUNS = 256  # of translucent things of one primitive
LEAST_DISCS = 64  # of a member, that it pays to find out which of them hide
MOST_OVERDRAW = 4.0  # times the picture that discs may cover before it pays


class SpaceRows(NamedTuple):
    """Draw rows `start` to `start + n` of a primitive in space. soft : its rims are drawn as well."""

    primitive: Primitive
    start: int
    n: int
    soft: bool = True

    @property
    def has_rims(self) -> bool:
        """Whether its rims are drawn after all that is solid; faces have none, and very many strokes neither."""
        is_many = self.primitive in STROKES and self.n > MOST_SOFT_STROKES
        return self.soft and self.primitive is not Primitive.FACES and not is_many


@dataclass(frozen=True, slots=True, eq=False)
class SpaceFrame:
    """What a camera sees. first_pose : where its poses begin.

    clip : the pixels of the picture that alone are drawn; None: all of the camera's viewport.
    splats : points that are drawn already.
    ensembles : who stands there.
    planes : opaque images that hang in space. translucent : all that lets something through, in order, far to near.
    """

    camera: Camera3D
    first_pose: int
    solid: tuple[SpaceRows, ...]
    planes: tuple[Plane, ...]
    translucent: tuple[SpaceRows | Plane, ...]
    splats: Splats | None = None
    clip: Viewport | None = None
    ensembles: tuple[Ensemble, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not (self.solid or self.planes or self.translucent or self.splats)

    def images(self) -> list[ImageLayer]:
        """Return all images."""
        hung = [*self.planes, *(each for each in self.translucent if isinstance(each, Plane))]
        return [plane.layer for plane in hung]


class Plan:
    """Where the poses of members are, and what of them is solid: the same while they were built of the same things."""

    def __init__(self, ensembles: Sequence[Ensemble], px_per_point: float) -> None:
        self._of = [(ensemble.builts, ensemble.copies) for ensemble in ensembles]
        self._px_per_point = px_per_point
        self.parts: Parts = {primitive: [] for primitive in LAYOUTS}
        self.lengths = dict.fromkeys(LAYOUTS, 0)
        self.placed: dict[Key, list[SpaceRows]] = {}
        self.first_pose: dict[Key, int] = {}
        self.pose_count = 0

    def fits(self, ensembles: Sequence[Ensemble], px_per_point: float) -> bool:
        """Whether it is what a plan of these would be."""
        return (
            self._px_per_point == px_per_point
            and len(self._of) == len(ensembles)
            and all(
                builts == each.builts and (copies is each.copies or np.array_equal(copies, each.copies))
                for (builts, copies), each in zip(self._of, ensembles, strict=True)
            )
        )

    def of(self, ensemble: Ensemble) -> tuple[NDArray[np.int64], tuple[SpaceRows, ...]]:
        """Return the first pose of each member, int64 (n,), and what of them is solid."""
        if ensemble.planned is None or ensemble.planned[0] is not self:
            first = np.array([self.first_pose[key] for key in ensemble.keys], np.int64)
            solid = tuple(_joined(rows for key in ensemble.keys for rows in self.placed[key]))
            ensemble.planned = self, (first, solid)
        found: tuple[NDArray[np.int64], tuple[SpaceRows, ...]] = ensemble.planned[1]
        return found


class SpaceCollector:
    """Gives rows and poses their places in shared arrays, view by view.

    splatter : draws many small points, where a processor draws, and large ones that hide are left out as well; None:
    all is left to GL.
    """

    def __init__(self, px_per_point: float, splatter: Splatter | None) -> None:
        self._px_per_point, self._splatter = px_per_point, splatter
        self.parts: Parts = {primitive: [] for primitive in LAYOUTS}
        self._lengths = dict.fromkeys(LAYOUTS, 0)
        self._plan = Plan([], px_per_point)
        self._views: list[tuple[Camera3D, Sequence[Ensemble]]] = []

    def plan(self, ensembles: Sequence[Ensemble], known: Plan | None) -> Plan:
        """Number the poses of members, and place what of them is solid; once for those that several views show.

        known : what this answered before; it is that again where nothing of it would differ.
        """
        if known is not None and known.fits(ensembles, self._px_per_point):
            self._plan = known
        else:
            self._plan = Plan(ensembles, self._px_per_point)
            self.parts, self._lengths = self._plan.parts, self._plan.lengths
            for ensemble in ensembles:
                for member in ensemble.members:
                    self._place(member)
        self.parts = {primitive: list(parts) for primitive, parts in self._plan.parts.items()}
        self._lengths = dict(self._plan.lengths)
        return self._plan

    def _place(self, member: Member) -> None:
        plan = self._plan
        if member.key in plan.first_pose:
            return
        first = plan.first_pose[member.key] = plan.pose_count
        copies = len(member.world_from_entity)
        plan.pose_count += copies
        placed = plan.placed[member.key] = []
        for layer in member.built.layers:
            if not layer.is_translucent and len(layer) and not self._is_drawn_otherwise(member.built, layer):
                soft = not self._is_hard(layer)
                placed += [self._take(layer.primitive, layer.rows, first + copy, soft=soft) for copy in range(copies)]

    def frame(self, camera: Camera3D, ensembles: Sequence[Ensemble], hung: Sequence[Plane]) -> SpaceFrame:
        """Return what `camera` sees of members that were planned, and of images."""
        fitted = with_planes(camera, ensembles, hung)
        first_pose = len(self._views) * self._plan.pose_count
        special = [ensemble.members[number] for ensemble in ensembles for number in ensemble.special]
        splats = self._splats(fitted, special)
        self._views.append((fitted, ensembles))
        planned = [rows for ensemble in ensembles for rows in self._plan.of(ensemble)[1]]
        solid = [*_joined(planned), *_joined(self._thinned(fitted, special))]
        opaque = _far_to_near(fitted, (plane for plane in hung if not plane.is_translucent))
        translucent = self._sorted(fitted, special, (plane for plane in hung if plane.is_translucent))
        return SpaceFrame(
            fitted, first_pose, tuple(solid), tuple(opaque), tuple(translucent), splats, ensembles=tuple(ensembles)
        )

    def poses(self) -> NDArray[np.float32]:
        """Return the poses of all views, float32 (n, 4, 4), as `PoseTexture` takes them."""
        poses = np.zeros((len(self._views) * self._plan.pose_count, 4, 4), np.float32)
        for view, (camera, ensembles) in enumerate(self._views):
            for ensemble in ensembles:
                copies, total = ensemble.copies, len(ensemble.world_from_rows)
                first, _ = self._plan.of(ensemble)
                at = np.repeat(first - np.cumsum(copies) + copies, copies) + np.arange(total)
                here = np.zeros((total, 4, 4))
                here[:, :3] = _seen(camera, ensemble.world_from_rows)[:, :3]
                here[:, 3, 0] = mean_scale(here)
                here[:, 3, 1:] = np.repeat(ensemble.facts, copies, axis=0)
                poses[view * self._plan.pose_count + at] = here
        return poses

    def _take(
        self, primitive: Primitive, rows: NDArray[np.void], pose: NDArray[np.uint32] | int, *, soft: bool = True
    ) -> SpaceRows:
        start = self._lengths[primitive]
        self._lengths[primitive] += len(rows)
        self.parts[primitive].append((rows, pose))
        return SpaceRows(primitive, start, len(rows), soft)

    def _is_hard(self, layer: SpaceLayer) -> bool:
        """Whether a layer is drawn without rims: where rows are many, and yet not so small that they are all rim."""
        is_many = layer.primitive is Primitive.DOTS and len(layer) > MOST_SOFT_DOTS
        return is_many and -layer.radii[1] * self._px_per_point >= 0.5

    def _is_drawn_otherwise(self, built: BuiltSpace, layer: SpaceLayer) -> bool:
        if layer.primitive is not Primitive.DOTS and layer.primitive is not Primitive.POINTS:
            return False
        return self._is_splatted(built, layer) or self._is_thinned(built, layer)

    def _is_splatted(self, built: BuiltSpace, layer: SpaceLayer) -> bool:
        """Whether a layer is drawn here, not by GL."""
        is_plain = self._splatter is not None and not layer.is_translucent and built.shading == 0
        return is_plain and self._is_hard(layer)

    def _is_thinned(self, built: BuiltSpace, layer: SpaceLayer) -> bool:
        """Whether of a layer each view gets those rows that may show there."""
        many = layer.primitive is Primitive.POINTS and len(layer) >= LEAST_DISCS
        return self._splatter is not None and many and not (layer.is_translucent or built.raises_points)

    def _thinned(self, camera: Camera3D, members: Sequence[Member]) -> Iterable[SpaceRows]:
        """Place those discs that may show in a view."""
        for member in members:
            for layer in (each for each in member.built.layers if self._is_thinned(member.built, each)):
                for copy, pose in enumerate(camera.view_from_world @ member.world_from_rows):
                    shown = _visible_discs(layer.rows, pose, camera, self._px_per_point)
                    yield self._take(layer.primitive, shown, self._plan.first_pose[member.key] + copy)

    def _splats(self, camera: Camera3D, members: Sequence[Member]) -> Splats | None:
        """Draw what is drawn here."""
        dots = []
        for member in members:
            for layer in (each for each in member.built.layers if self._is_splatted(member.built, each)):
                radius_px = -layer.radii[0] * self._px_per_point
                raised_px = member.built.raises_points * (1.5 * radius_px + 3) + member.built.lift_px
                nearer = 1 - min(raised_px / camera.px_per_unit, 0.5)
                for pose in camera.view_from_world @ member.world_from_rows:
                    dots.append(Dots(layer, pose, self._px_per_point, nearer=nearer))
        return self._splatter.draw(len(self._views), camera, dots) if self._splatter and dots else None

    def _sorted(
        self, camera: Camera3D, members: Sequence[Member], hung: Iterable[Plane]
    ) -> Iterable[SpaceRows | Plane]:
        """Place what is translucent, and yield it, the farthest first."""
        parts: list[tuple[Primitive, NDArray[np.void], NDArray[np.uint32], Matrix]] = []
        for member in members:
            for layer in member.built.layers:
                if not layer.is_translucent or not len(layer):
                    continue
                middles = np.mean([layer.rows[name] for name in CENTERS[layer.primitive]], axis=0, dtype=np.float64)
                for copy, pose in enumerate(camera.view_from_world @ member.world_from_rows):
                    numbers = np.full(len(layer.rows), self._plan.first_pose[member.key] + copy, np.uint32)
                    depths = np.linalg.norm(middles @ pose[:3, :3].T + pose[:3, 3], axis=1)
                    parts.append((layer.primitive, layer.rows, numbers, depths))
        images = _far_to_near(camera, hung)
        if not parts and not images:
            return
        kind = np.concatenate(
            [
                *(np.full(len(depths), primitive) for primitive, _, _, depths in parts),
                np.full(len(images), Primitive.IMAGE),
            ]
        )
        depths = np.concatenate([*(each[3] for each in parts), [_distance(camera, plane) for plane in images]])
        order = _in_few_runs(kind, depths)
        next_row: dict[int, int] = {}
        for primitive in dict.fromkeys(each[0] for each in parts):
            mine = [each for each in parts if each[0] is primitive]
            picked = (np.cumsum(kind == primitive) - 1)[order[kind[order] == primitive]]
            rows = joined([each[1] for each in mine], LAYOUTS[primitive])
            numbers = np.concatenate([each[2] for each in mine])
            next_row[primitive] = self._take(primitive, rows[picked], numbers[picked]).start
        edges = np.flatnonzero(np.diff(kind[order])) + 1
        for first, end in itertools.pairwise([0, *edges.tolist(), len(order)]):
            primitive = Primitive(kind[order[first]])
            if primitive is Primitive.IMAGE:
                yield from (images[each - len(kind) + len(images)] for each in order[first:end].tolist())
            else:
                yield SpaceRows(primitive, next_row[primitive], end - first)
                next_row[primitive] += end - first


def _seen(camera: Camera3D, world_from_rows: Matrix) -> Matrix:
    """Return view from rows, (n, 4, 4); one product of matrices, for numpy takes a microsecond for each of many."""
    side_by_side = world_from_rows.transpose(1, 0, 2).reshape(4, -1)
    return (camera.view_from_world @ side_by_side).reshape(4, -1, 4).transpose(1, 0, 2)


def _in_few_runs(kind: NDArray[np.int64], depths: Matrix) -> NDArray[np.int64]:
    """Return the order from far to near, int64 (n,), in which `kind` changes at most some hundred times.

    Where it would change more often, near neighbours of one kind come together.
    """
    order = np.argsort(-depths, kind="stable")
    if np.count_nonzero(np.diff(kind[order])) < MOST_RUNS:
        return order
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    slices = rank * (MOST_RUNS // len(Primitive)) // len(order)
    return np.lexsort((rank, kind, slices))


def _visible_discs(rows: NDArray[np.void], pose: Matrix, camera: Camera3D, px_per_point: float) -> NDArray[np.void]:
    """Those of POINT rows of any radii that may show; all of them where they hardly overlap. See kernels/hidden.py."""
    width, height, n = camera.viewport.width, camera.viewport.height, len(rows)
    projected = np.empty((n, 3), np.float32)
    closest = DEFINES["CLOSEST"] * camera.near
    project(rows["position"], np.ascontiguousarray(pose[:3]), camera.px_from_view, closest, projected)
    depths, given = projected[:, 2], rows["radius"]
    scale = np.float32(mean_scale(pose[None])[0] * camera.px_per_unit)
    with np.errstate(divide="ignore"):
        radii = np.where(given > 0, given * scale / depths, -given * np.float32(px_per_point))
    radii = np.where(depths > 0, np.clip(radii, DEFINES["LEAST_POINT_PX"], 1e9), 0).astype(np.float32)
    if np.minimum(np.pi * radii.astype(np.float64) ** 2, width * height).sum() < MOST_OVERDRAW * width * height:
        return rows[depths > 0]
    tiles = -(-height // TILE), -(-width // TILE)
    left = np.full(tiles, TILE * TILE)
    left[-1] = left[-1] // TILE * (height - (tiles[0] - 1) * TILE)
    left[:, -1] = left[:, -1] // TILE * (width - (tiles[1] - 1) * TILE)
    shows, closed = np.empty(n, np.bool_), np.full(tiles, np.inf, np.float32)
    covered = np.zeros((height, width), np.bool_)
    hide(projected, radii, np.argsort(depths, kind="stable"), camera.near, closed, left, covered, shows)
    return rows[shows]


def pose_rows(parts: Sequence[tuple[NDArray[np.void], NDArray[np.uint32] | int]]) -> NDArray[np.void]:
    """Return which pose each row of `parts` has, POSE (n,)."""
    numbers = [np.full(len(rows), pose, np.uint32) if isinstance(pose, int) else pose for rows, pose in parts]
    return np.concatenate([np.zeros(0, np.uint32), *numbers]).view(POSE)


def _far_to_near(camera: Camera3D, hung: Iterable[Plane]) -> list[Plane]:
    return sorted(hung, key=lambda plane: (-_distance(camera, plane), plane.level))


def _distance(camera: Camera3D, plane: Plane) -> float:
    middle = plane.corners().mean(axis=0)
    return float(np.linalg.norm(camera.view_from_world[:3, :3] @ middle + camera.view_from_world[:3, 3]))


def _joined(rows: Iterable[SpaceRows]) -> Iterable[SpaceRows]:
    """Rows that lie one after the other are one draw."""
    last: tuple[Primitive, int, int, bool] | None = None
    for primitive, start, count, soft in sorted((each.primitive, each.start, each.n, each.soft) for each in rows):
        if last and last[0] is primitive and last[3] == soft and last[1] + last[2] == start:
            last = primitive, last[1], last[2] + count, soft
            continue
        if last:
            yield SpaceRows(*last)
        last = primitive, start, count, soft
    if last:
        yield SpaceRows(*last)
