"""Lines as a pointer hits them: strips, arrows, and the connections of skeletons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.chunk import Ragged
from blazon.ingest.poses import Matrix
from blazon.render.kernels.reach import AT, DEPTH, OFF, SHARE, lines_in_reach
from blazon.render.layouts import UI_RADIUS
from blazon.render.picking.found import Found
from blazon.render.picking.hits import Hit, Kind
from blazon.render.picking.instance import found_instance, labels_of
from blazon.render.picking.moment import Moment, color_of, order_of, value_of
from blazon.render.picking.seen import Pointer, Seen
from blazon.render.plane import SPACE_DRAW_ORDER
from blazon.render.visualizers import instances, line_strips2d, points2d
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.skeletons import skeleton_lines

BEST = 2  # strips of an entity
MOST_LINES = 4096  # of an outline


class Strips:
    """Strips of one entity, or arrows: strips of two points."""

    def __init__(self, moment: Moment, query: Query, seen: Seen, strips: Ragged) -> None:
        self._moment, self._query, self._seen, self._strips = moment, query, seen, strips
        self._radii = moment.once(query, "radii", lambda: instances.radii(query, len(strips)))
        self.entity, self.what = query.entity, query.archetype

    def hits(self, pointer: Pointer) -> Iterator[Hit]:
        """Yield the best few within reach."""
        for index, row in best(self._strips, self._seen, self._radii, self._shown(), pointer):
            yield self._hit(index, float(row[OFF]), float(row[DEPTH]), place_on(self._strips.points, row))

    def hit(self, index: int) -> Hit | None:
        """Return one of them; its place is where it begins."""
        shown = self._shown()
        if not 0 <= index < len(self._strips) or not shown[min(index, len(shown) - 1)]:
            return None
        first, end = self._strips.offsets[index : index + 2].tolist()
        if first == end:
            return None
        start = self._strips.points[first]
        return self._hit(index, 0.0, float(self._seen.px(start)[2]), tuple(start.tolist()))

    def outline(self, hit: Hit) -> Matrix:
        """Return the strip itself."""
        first, end = self._strips.offsets[hit.index : hit.index + 2].tolist()
        points = self._strips.points[first:end][: MOST_LINES + 1]
        return self._seen.lines(points[:-1], points[1:])

    def found(self, hit: Hit) -> Found:
        """Return who a strip is."""
        n = int(np.diff(self._strips.offsets)[hit.index])
        about = {"points": str(n)} if self.what.startswith("LineStrips") else {}
        return found_instance(self._moment, self._query, hit, **about)

    def _shown(self) -> NDArray[np.bool_]:
        """Which are drawn; those that are not finite throughout are not."""
        shown = self._moment.shown(self._query, len(self._strips))
        return self._moment.once(self._query, "finite", lambda: shown & _finite(self._strips))

    def _hit(self, index: int, off_px: float, depth: float, place: tuple[float, ...]) -> Hit:
        order, radius = order_of(self._query, line_strips2d.DRAW_ORDER), float(self._radii[index])
        raised_px = self._seen.radius_px(radius, depth, self._moment.shot.look.px_per_point) + 1
        return Hit(Kind.LINE, index, off_px, depth, place, order=order, nearer=self._seen.nearer(raised_px))


class Skeleton:
    """The connections between the keypoints of one entity; its hits have the number of the connection."""

    what = "skeleton"

    def __init__(self, moment: Moment, query: Query, seen: Seen) -> None:
        self._moment, self._query = moment, query
        positions = query.value("positions")
        self.entity = query.entity
        finite = np.isfinite(positions).all(axis=1)
        self._anchor = instances.anchor_of(positions)[: positions.shape[1]] if positions.shape[1] == 3 else np.zeros(2)
        near = (positions - self._anchor).astype(np.float32) if self._anchor.any() else positions
        lines, self._at = skeleton_lines(query, near, finite)
        ends = np.stack([lines["start"], lines["end"]], axis=1)[..., : positions.shape[1]].astype(np.float64)
        self._seen = seen
        self._strips = Ragged(
            (ends + self._anchor).reshape(-1, positions.shape[1]), np.arange(0, 2 * len(lines) + 1, 2)
        )

    def hits(self, pointer: Pointer) -> Iterator[Hit]:
        """Yield the best connection within reach."""
        radii, every = np.full(1, UI_RADIUS, np.float32), np.ones(1, np.bool_)
        for index, row in best(self._strips, self._seen, radii, every, pointer)[:1]:
            place = place_on(self._strips.points, row)
            order = points2d.SKELETON_DRAW_ORDER if self._query.archetype == "Points2D" else SPACE_DRAW_ORDER
            nearer = self._seen.nearer(1 - UI_RADIUS * pointer.px_per_point)
            yield Hit(Kind.LINE, index, float(row[OFF]), float(row[DEPTH]), place, order=order, nearer=nearer)

    def hit(self, index: int) -> Hit | None:
        """Return nothing: connections have no numbers that last."""
        del index
        return None

    def outline(self, hit: Hit) -> Matrix:
        """Return all connections of the one that was hit."""
        mine = np.flatnonzero(self._at == self._at[hit.index])[:MOST_LINES]
        return self._seen.lines(self._strips.points[2 * mine], self._strips.points[2 * mine + 1])

    def found(self, hit: Hit) -> Found:
        """Return whose skeleton it is, of which class."""
        given = value_of(self._query, "class_ids", int(self._at[hit.index]))
        class_id = 0 if given is None else int(given)
        shot = self._moment.shot
        label, _ = labels_of(shot.recording.context(self.entity, shot.at), class_id)
        own = {f"{self._query.archetype}:class_ids": np.array([class_id], np.uint32)}
        color = color_of(Query(self.entity, self._query.archetype, own, self._query.table), 0)
        about = {"of": self._query.archetype}
        return Found(self.entity, self.what, -1, class_id, label, color, hit.place, hit.off_px, about=about)


def arrows_of(query: Query) -> Ragged:
    """Return arrows as strips of two points each."""
    vectors: NDArray[Any] = query.value("vectors")
    given = query.spread("origins", len(vectors))
    origins = np.zeros_like(vectors) if given is None else given
    with np.errstate(all="ignore"):
        ends = np.stack([origins, origins + vectors], axis=1)
    return Ragged(ends.reshape(-1, vectors.shape[1]), np.arange(0, 2 * len(vectors) + 1, 2))


def _finite(strips: Ragged) -> NDArray[np.bool_]:
    """Which strips have finite points alone, bool (n,); (1,) where all have."""
    broken = ~np.isfinite(strips.points).all(axis=1)
    if not broken.any():
        return np.ones(1, np.bool_)
    whole = np.ones(len(strips), np.bool_)
    whole[np.repeat(np.arange(len(strips)), np.diff(strips.offsets))[broken]] = False
    return whole


def best(
    strips: Ragged, seen: Seen, radii: NDArray[np.float32], shown: NDArray[np.bool_], pointer: Pointer
) -> list[tuple[int, Matrix]]:
    """Return the numbers of the best few of strips within reach, with what the kernel found."""
    numbers, out = np.empty(BEST, np.int64), np.empty((BEST, 7))
    asked, points = seen.asked(pointer, lines=True), np.ascontiguousarray(strips.points)
    count = lines_in_reach(points, strips.offsets, seen.px_from_data, radii, shown, asked, numbers, out)
    return list(zip(numbers[:count].tolist(), out, strict=False))


def place_on(points: NDArray[Any], row: Matrix) -> tuple[float, ...]:
    """Return where on its segment a line was hit."""
    at = int(row[AT])
    start, end = points[at].astype(np.float64), points[at + 1].astype(np.float64)
    return tuple((start + (end - start) * row[SHARE]).tolist())
