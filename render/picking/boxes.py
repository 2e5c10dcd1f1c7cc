"""Boxes as a pointer hits them: anywhere inside of what is seen of them, and near their edges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.archetypes.boxes3d import FillMode
from blazon.ingest.poses import Matrix, compose
from blazon.render.kernels.reach import DEPTH, OFF, lines_in_reach
from blazon.render.picking.found import Found
from blazon.render.picking.hits import Hit, Kind
from blazon.render.picking.instance import found_instance
from blazon.render.picking.moment import Moment, color_of, order_of
from blazon.render.picking.seen import Pointer, Seen
from blazon.render.visualizers import boxes2d
from blazon.render.visualizers.boxes3d import CORNERS, EDGES, RADIUS
from blazon.render.visualizers.query import Query, spread

BEST = 8  # boxes of an entity
SLACK = 1 + 1e-6  # times a box: rounding takes nothing from flat ones
_SIGNS = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])


class Rects:
    """The boxes of a plane of one entity."""

    def __init__(self, moment: Moment, query: Query, seen: Seen) -> None:
        self._moment, self._query, self._seen = moment, query, seen
        self._half_sizes: NDArray[np.float32] = np.abs(query.value("half_sizes"))
        given = query.spread("centers", len(self._half_sizes))
        self._centers = np.zeros_like(self._half_sizes) if given is None else given
        self.entity, self.what = query.entity, query.archetype

    def hits(self, pointer: Pointer) -> Iterator[Hit]:
        """Yield the smallest few around the pointer, or with an edge near it."""
        at = self._seen.on_plane(pointer)
        if at is None:
            return
        with np.errstate(all="ignore"):
            lengths = np.maximum(self._seen.lengths_px(at), 1e-300)
            off = np.abs(self._centers - at[:2]) - self._half_sizes
            inside = (off <= pointer.reach_px / 2 / lengths).all(axis=1)
        numbers = np.flatnonzero(inside & self._moment.shown(self._query, len(self._half_sizes)))
        areas = self._half_sizes[numbers].prod(axis=1)
        for index in numbers[np.argsort(areas, kind="stable")][:BEST].tolist():
            outside = np.maximum(off[index], 0) * lengths
            yield self._hit(index, float(np.hypot(*outside)), at[2], float(lengths.prod()))

    def hit(self, index: int) -> Hit | None:
        """Return one of them."""
        shown = self._moment.shown(self._query, len(self._half_sizes))
        if not 0 <= index < len(self._half_sizes) or not shown[min(index, len(shown) - 1)]:
            return None
        return self._hit(index, 0.0, float(self._seen.px(self._centers[index])[2]))

    def outline(self, hit: Hit) -> Matrix:
        """Return the four edges."""
        corners = self._centers[hit.index] + _SIGNS * self._half_sizes[hit.index]
        return self._seen.lines(corners, np.roll(corners, -1, axis=0))

    def found(self, hit: Hit) -> Found:
        """Return who a box is."""
        return found_instance(self._moment, self._query, hit, size=_sizes(self._half_sizes[hit.index]))

    def _hit(self, index: int, off_px: float, depth: float, px: float = 1.0) -> Hit:
        order = order_of(self._query, boxes2d.DRAW_ORDER)
        area = 4 * px * float(self._half_sizes[index].prod())
        return Hit(Kind.RECT, index, off_px, depth, tuple(self._centers[index].tolist()), size=area, order=order)


class Boxes:
    """The boxes in space of one entity. Only those that may be hit are turned."""

    def __init__(self, moment: Moment, query: Query, seen: Seen) -> None:
        self._moment, self._query, self._seen = moment, query, seen
        self._parts = {
            "translation": query.value("centers"),
            "rotation_axis_angle": query.value("rotation_axis_angles"),
            "quaternion": query.value("quaternions"),
        }
        given = (query.poses, *self._parts.values(), query.value("half_sizes"))
        lengths = [len(each) for each in given if each is not None]
        self._n = max(lengths) if min(lengths) else 0
        self._half_sizes: NDArray[Any] = spread(query.value("half_sizes"), self._n)
        self._is_solid = query.scalar("fill_mode") == FillMode.Solid
        self.entity, self.what = query.entity, query.archetype

    def hits(self, pointer: Pointer) -> Iterator[Hit]:
        """Yield the nearest few around the pointer, or with an edge near it."""
        numbers = self._near(pointer)
        poses, half_sizes = self._poses(numbers), self._half_sizes[numbers].astype(np.float64)
        depths = self._depths(pointer, poses, half_sizes)
        hit = np.flatnonzero(np.isfinite(depths))
        for at in hit[np.argsort(depths[hit], kind="stable")][:BEST].tolist():
            yield self._hit(int(numbers[at]), 0.0, float(depths[at]), poses[at])
        missed = np.flatnonzero(~np.isfinite(depths))
        for at, off_px, depth in self._edges_near(pointer, poses[missed], half_sizes[missed]):
            yield self._hit(int(numbers[missed[at]]), off_px, depth, poses[missed[at]])

    def hit(self, index: int) -> Hit | None:
        """Return one of them."""
        shown = self._moment.shown(self._query, self._n)
        if not 0 <= index < self._n or not shown[min(index, len(shown) - 1)]:
            return None
        pose = self._poses(np.array([index]))[0]
        return self._hit(index, 0.0, float(self._seen.px(pose[:3, 3])[2]), pose)

    def outline(self, hit: Hit) -> Matrix:
        """Return the twelve edges, as far as they are before the eye."""
        numbers = np.array([hit.index])
        corners = _corners(self._poses(numbers), self._half_sizes[numbers])[0]
        return self._seen.lines(corners[EDGES[:, 0]], corners[EDGES[:, 1]])

    def found(self, hit: Hit) -> Found:
        """Return who a box is."""
        return found_instance(self._moment, self._query, hit, size=_sizes(self._half_sizes[hit.index]))

    def _hit(self, index: int, off_px: float, depth: float, pose: Matrix) -> Hit:
        hides = self._is_solid and off_px == 0 and color_of(self._query, index) & 0xFF == 0xFF
        return Hit(Kind.BOX, index, off_px, depth, tuple(pose[:3, 3].tolist()), hides=hides)

    def _near(self, pointer: Pointer) -> NDArray[np.int64]:
        """Those whose ball around them comes near the pointer, and that are drawn, int64 (k,)."""
        middles, radii = self._moment.once(self._query, "balls", self._balls)
        px = self._seen.px(middles)
        with np.errstate(all="ignore"):
            away = np.linalg.norm(px[:, :2] - px[:, 2:] * (pointer.x, pointer.y), axis=1)
            # Homogeneous pixels change by at most so much with the place, and so much more with the depth.
            linear = self._seen.px_from_data[:, :3]
            steepest = np.linalg.norm(linear[:2] - np.outer((pointer.x, pointer.y), linear[2]))
            depths = np.maximum(px[:, 2] + radii * np.linalg.norm(linear[2]), 0)
            near = np.asarray((away <= steepest * radii + depths * pointer.reach_px) & (depths > 0))
        return np.flatnonzero(near & self._moment.shown(self._query, self._n))

    def _balls(self) -> tuple[Matrix, Matrix]:
        """The middles and radii of balls around them, (n, 3), or (1, 3) for all, and (n,)."""
        centers = self._parts["translation"]
        middles = np.zeros((1, 3)) if centers is None else centers.astype(np.float64)
        radii = np.linalg.norm(self._half_sizes.astype(np.float64), axis=1)
        if self._query.poses is not None:
            poses = spread(self._query.poses, self._n)
            middles = (poses[:, :3, :3] @ spread(middles, self._n)[:, :, None])[:, :, 0] + poses[:, :3, 3]
            radii = radii * np.linalg.norm(poses[:, :3, :3], axis=(1, 2))
        return middles, radii

    def _poses(self, numbers: NDArray[np.int64]) -> Matrix:
        """Where some of them are, float64 (k, 4, 4)."""
        parts = {
            name: None if values is None else values[np.minimum(numbers, len(values) - 1)]
            for name, values in self._parts.items()
        }
        placed = compose(parts, len(numbers), _nobody)
        if self._query.poses is not None:
            placed = self._query.poses[np.minimum(numbers, len(self._query.poses) - 1)] @ placed
        return placed

    def _depths(self, pointer: Pointer, poses: Matrix, half_sizes: Matrix) -> Matrix:
        """How deep along the pointer each box begins, (k,); infinite where it is not there."""
        ray = self._seen.ray(pointer)
        missed = np.full(len(poses), np.inf)
        if ray is None or len(poses) == 0:
            return missed
        linear = poses[:, :3, :3]
        with np.errstate(all="ignore"):
            sound = np.asarray(np.isfinite(poses).all(axis=(1, 2)) & np.isfinite(half_sizes).all(axis=1))
            sound &= np.abs(np.linalg.det(np.where(sound[:, None, None], linear, np.eye(3)))) > 0
            box_from_data = np.linalg.inv(np.where(sound[:, None, None], linear, np.eye(3)))
            start = (box_from_data @ (ray[0] - poses[:, :3, 3])[:, :, None])[:, :, 0]
            step = (box_from_data @ ray[1][:, None])[:, :, 0]
            half = np.abs(half_sizes) * SLACK
            one, other = (-half - start) / step, (half - start) / step
            beside = np.abs(start) > half  # where the ray runs along an axis it is beside the box, or within it
            one = np.where(step == 0, np.where(beside, np.inf, -np.inf), one)
            other = np.where(step == 0, np.where(beside, -np.inf, np.inf), other)
            enters, leaves = np.minimum(one, other).max(axis=1), np.maximum(one, other).min(axis=1)
            is_hit = sound & (enters <= leaves) & (leaves > self._seen.near)
        return np.where(is_hit, np.maximum(enters, self._seen.near), missed)

    def _edges_near(self, pointer: Pointer, poses: Matrix, half_sizes: Matrix) -> Iterator[tuple[int, float, float]]:
        """The best few boxes with an edge within reach: which, how far off, how deep."""
        corners = _corners(poses, half_sizes)
        ends = corners[:, EDGES].reshape(-1, 3)
        starts = np.arange(0, len(ends) + 1, 2)
        numbers, out = np.empty(BEST, np.int64), np.empty((BEST, 7))
        asked = self._seen.asked(pointer, lines=True)
        radii, every = np.full(1, RADIUS, np.float32), np.ones(1, np.bool_)
        count = lines_in_reach(ends, starts, self._seen.px_from_data, radii, every, asked, numbers, out)
        told: set[int] = set()
        for at, row in zip((numbers[:count] // len(EDGES)).tolist(), out, strict=False):
            if at not in told:
                told.add(at)
                yield at, max(float(row[OFF]), 1e-3), float(row[DEPTH])


def _corners(poses: Matrix, half_sizes: NDArray[Any]) -> Matrix:
    """The corners of boxes, float64 (k, 8, 3)."""
    with np.errstate(all="ignore"):
        axes = (poses[:, :3, :3] * half_sizes[:, None, :]).transpose(0, 2, 1)
        return np.asarray(poses[:, None, :3, 3] + CORNERS.astype(np.float64) @ axes)


def _sizes(half_sizes: NDArray[Any]) -> str:
    return " x ".join(f"{2 * float(each):g}" for each in half_sizes)


def _nobody(what: str, count: int) -> None:
    """Say nothing: the picture has told it."""
    del what, count
