"""What is flat, in columns: all that one archetype draws of many entities, so that they cost what a large one does.

A sheet never changes; where some of its entities do, there is another one, and what they share is shared. No GL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.notices import Notice
from blazon.render.cameras import Bounds
from blazon.render.visualizers.layers import ImageLayer, Primitive, height_of

NOWHERE = np.array([np.inf, np.inf, -np.inf, -np.inf])  # the corners of what covers nothing
Key = tuple[Primitive, tuple[bool, float]]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class SheetRows:
    """Rows of one primitive at one draw order. starts : int64 (entities + 1,), where each entity's begin, and the end.

    rows : of the primitive's layout, those of one entity after those of another.
    """

    primitive: Primitive
    draw_order: float
    rows: NDArray[np.void]
    starts: Numbers

    @property
    def key(self) -> Key:
        """What no two parts of a sheet have in common."""
        return self.primitive, height_of(self)


@dataclass(frozen=True, slots=True, eq=False)
class Revision:
    """What some entities are drawn as now. numbers : int64 (k,), ascending, of the sheet's entities.

    parts : their `starts` are of the k entities. corners : float64 (k, 4). images, notices : by the sheet's numbers.
    """

    numbers: Numbers
    parts: Sequence[SheetRows]
    corners: NDArray[np.float64]
    images: Mapping[int, ImageLayer] = field(default_factory=dict)
    notices: Mapping[int, tuple[Notice, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Sheet:
    """What one archetype draws of many entities.

    ranks : int64 (entities,), ascending: their places among the entities of a view.
    corners : float64 (entities, 4): x0, y0, x1, y1 of what each covers; `NOWHERE` where that is nothing.
    images, notices : by the number of the entity.
    """

    ranks: Numbers
    parts: tuple[SheetRows, ...]
    corners: NDArray[np.float64]
    images: Mapping[int, ImageLayer]
    notices: Mapping[int, tuple[Notice, ...]]

    @staticmethod
    def empty(ranks: Numbers) -> Sheet:
        """Return the sheet of entities that draw nothing."""
        return Sheet(ranks, (), np.tile(NOWHERE, (len(ranks), 1)), {}, {})

    def bounds(self) -> Bounds | None:
        """Return the rectangle around all that it covers."""
        if len(self.corners) == 0:
            return None
        x0, y0 = self.corners[:, :2].min(axis=0).tolist()
        x1, y1 = self.corners[:, 2:].max(axis=0).tolist()
        return Bounds(x0, y0, x1, y1) if x0 <= x1 else None

    def revised(self, changed: Numbers, revisions: Sequence[Revision]) -> Sheet:
        """Return the sheet in which entities are what `revisions` say, and those of `changed` that none names nothing.

        changed : int64, ascending, all numbers that are in a revision, each in one, and maybe others.
        """
        corners = self.corners.copy()
        corners[changed] = NOWHERE
        gone = set(changed.tolist()) if self.images or self.notices else set()
        images = {number: layer for number, layer in self.images.items() if number not in gone}
        notices = {number: told for number, told in self.notices.items() if number not in gone}
        news: dict[Key, list[tuple[Numbers, SheetRows]]] = {part.key: [] for part in self.parts}
        for revision in revisions:
            corners[revision.numbers] = revision.corners
            images |= revision.images
            notices |= revision.notices
            for part in revision.parts:
                news.setdefault(part.key, []).append((revision.numbers, part))
        before = {part.key: part for part in self.parts}
        merged = (self._merged(before.get(key), changed, added) for key, added in news.items())
        return Sheet(self.ranks, tuple(part for part in merged if part is not None), corners, images, notices)

    def _merged(
        self, before: SheetRows | None, changed: Numbers, added: Sequence[tuple[Numbers, SheetRows]]
    ) -> SheetRows | None:
        if len(added) == 1 and len(added[0][0]) == len(self.ranks):  # it is of all entities, as the sheet is
            return added[0][1] if len(added[0][1].rows) else None
        counts = np.zeros(len(self.ranks), np.int64) if before is None else np.diff(before.starts)
        if before is not None and not added and not counts[changed].any():
            return before
        counts[changed] = 0
        kept = np.flatnonzero(counts)
        for numbers, part in added:
            counts[numbers] = np.diff(part.starts)
        starts = np.concatenate([[0], np.cumsum(counts)])
        if starts[-1] == 0:
            return None
        first = before if before is not None and len(kept) else added[0][1]
        if len(kept) == 0 and len(added) == 1:
            return SheetRows(first.primitive, first.draw_order, first.rows, starts)
        raw = np.dtype((np.void, first.rows.dtype.itemsize))  # numpy copies fields one by one otherwise
        rows = np.empty(starts[-1], raw)
        if before is not None and len(kept):
            rows[rows_of(starts, kept)] = before.rows.view(raw)[rows_of(before.starts, kept)]
        for numbers, part in added:
            rows[rows_of(starts, numbers)] = part.rows.view(raw)
        return SheetRows(first.primitive, first.draw_order, rows.view(first.rows.dtype), starts)


def rows_of(starts: Numbers, numbers: Numbers) -> Numbers:
    """Return the rows of entities, int64; starts : int64 (entities + 1,). numbers : int64 (k,)."""
    counts = starts[numbers + 1] - starts[numbers]
    return np.repeat(starts[numbers] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())


def images_of(sheets: Iterable[Sheet]) -> Iterator[ImageLayer]:
    """Yield all images."""
    for sheet in sheets:
        yield from sheet.images.values()
