"""Points as a pointer hits them: those of Points2D and Points3D, and the clouds of depth images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.images import depth_array
from blazon.ingest.pinholes import Pinhole
from blazon.ingest.poses import Matrix
from blazon.render.kernels.compiled import in_slices
from blazon.render.kernels.reach import DEPTH, OFF, RANK, points_in_reach
from blazon.render.picking.found import Found
from blazon.render.picking.hits import Hit, Kind
from blazon.render.picking.instance import found_instance
from blazon.render.picking.moment import Moment, order_of
from blazon.render.picking.seen import Pointer, Seen, ring
from blazon.render.visualizers import instances, points2d
from blazon.render.visualizers.images import format_of
from blazon.render.visualizers.query import Query

BEST = 3  # points of an entity
POINTS_PER_SLICE = 1 << 16  # below which a second thread does not pay
RIM_PX = 6.0  # around the middle of one that was found, UI points
_EVERY = np.ones(1, np.bool_)


class Points:
    """Points of one entity."""

    def __init__(self, moment: Moment, query: Query, seen: Seen) -> None:
        self._moment, self._query, self._seen = moment, query, seen
        self._positions: NDArray[Any] = query.value("positions")
        self.entity, self.what = query.entity, query.archetype

    def hits(self, pointer: Pointer) -> Iterator[Hit]:
        """Yield the best few within reach."""
        n = len(self._positions)
        radii, shown = instances.few_radii(self._query, n), self._moment.shown(self._query, n)
        for index, row in best(self._positions, self._seen, radii, shown, pointer):
            yield self._hit(index, float(row[OFF]), float(row[DEPTH]))

    def hit(self, index: int) -> Hit | None:
        """Return one of them."""
        if not 0 <= index < len(self._positions):
            return None
        shown = self._moment.shown(self._query, len(self._positions))
        depth = float(self._seen.px(self._positions[index])[2])
        return self._hit(index, 0.0, depth) if shown[min(index, len(shown) - 1)] else None

    def outline(self, hit: Hit) -> Matrix:
        """Return a ring around a point."""
        return outline_of_point(self._seen, np.array(hit.place), self._moment.shot.look.px_per_point)

    def found(self, hit: Hit) -> Found:
        """Return who a point is."""
        return found_instance(self._moment, self._query, hit)

    def _hit(self, index: int, off_px: float, depth: float) -> Hit:
        place = tuple(self._positions[index].tolist())
        raised_px = 0.0
        if self._query.value("keypoint_ids") is not None:  # then lines may end at it
            radii = instances.few_radii(self._query, len(self._positions))
            radius = float(radii[min(index, len(radii) - 1)])
            raised_px = 1.5 * self._seen.radius_px(radius, depth, self._moment.shot.look.px_per_point) + 3
        nearer, order = self._seen.nearer(raised_px), order_of(self._query, points2d.DRAW_ORDER)
        return Hit(Kind.POINT, index, off_px, depth, place, order=order, nearer=nearer)


class Cloud:
    """The cloud of a depth image before a pinhole. rows : float32 (n, 5), POINT rows, in its view space."""

    def __init__(self, query: Query, seen: Seen, rows: NDArray[np.float32], pinhole: Pinhole) -> None:
        self._query, self._seen, self._rows, self._pinhole = query, seen, rows, pinhole
        self.entity: EntityPath = query.entity
        self.what = query.archetype

    def hits(self, pointer: Pointer) -> Iterator[Hit]:
        """Yield the best within reach."""
        radii = np.ascontiguousarray(self._rows[:, 3])
        for index, row in best(self._rows, self._seen, radii, _EVERY, pointer)[:1]:
            yield Hit(Kind.POINT, -1, float(row[OFF]), float(row[DEPTH]), tuple(self._rows[index, :3].tolist()))

    def hit(self, index: int) -> Hit | None:
        """Return nothing: its points have no numbers."""
        del index
        return None

    def outline(self, hit: Hit) -> Matrix:
        """Return a ring around a point."""
        return outline_of_point(self._seen, np.array(hit.place), 1.0)

    def found(self, hit: Hit) -> Found:
        """Return which pixel of the depth image a point is, and what was logged there."""
        x, y, depth = self._pinhole.image_from_view @ np.array(hit.place)
        column, row = int(x // depth), int(y // depth)
        values = depth_array(self._query.value("buffer"), format_of(self._query))
        is_there = 0 <= row < values.shape[0] and 0 <= column < values.shape[1]
        about = {"value": f"{values[row, column]:g}"} if is_there else {}
        about |= {"depth": f"{hit.place[2]:g} m"}
        return Found(self.entity, self.what, -1, None, None, None, (column, row), hit.off_px, about=about)


def best(
    points: NDArray[Any], seen: Seen, radii: NDArray[np.float32], shown: NDArray[np.bool_], pointer: Pointer
) -> list[tuple[int, Matrix]]:
    """Return the numbers of the best few of points, (n, 2 or more), within reach, with what the kernel found."""
    whole, asked = np.ascontiguousarray(points), seen.asked(pointer, lines=False)
    found: list[tuple[NDArray[np.int64], Matrix]] = []

    def look(part: slice) -> None:
        numbers, out = np.empty(BEST, np.int64), np.empty((BEST, 5))
        few, own = (each if len(each) == 1 else each[part] for each in (radii, shown))
        count = points_in_reach(whole[part], seen.px_from_data, few, own, asked, numbers, out)
        found.append((numbers[:count] + part.start, out[:count]))

    in_slices(look, len(whole), POINTS_PER_SLICE)
    numbers, out = (np.concatenate(each) for each in zip(*found, strict=True))
    order = np.lexsort((-numbers, out[:, DEPTH], out[:, RANK]))[:BEST]
    return list(zip(numbers[order].tolist(), out[order], strict=True))


def outline_of_point(seen: Seen, place: Matrix, px_per_point: float) -> Matrix:
    """Return a ring around a place of the data, (2 or 3,)."""
    x, y, depth = seen.px(place).tolist()
    return ring(x / depth, y / depth, RIM_PX * px_per_point) if depth > 0 else np.zeros((0, 4))
