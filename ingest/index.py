"""Which chunks can hold an entity's newest cell at a time; says where to look, decodes nothing."""

from __future__ import annotations

import bisect
import math
import operator
from collections.abc import Iterator

from blazon.ingest.chunk import ChunkRef
from blazon.ingest.timeline import Timeline

FIRST = operator.itemgetter(0)


class TimeIndex:
    """The chunks of one component on one timeline, by their first time.

    One list of entries, changed by one operation at a time: a reader on another thread sees it before or after, never
    between. An entry is (first time, the latest end of this chunk and of all before it, chunk).
    """

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, ChunkRef]] = []

    def add(self, ref: ChunkRef, first: int, last: int) -> None:
        """Add `ref`, which covers `first` to `last`. Cheap at the end, where live data arrives."""
        entries = self._entries
        at = bisect.bisect_right(entries, first, key=FIRST)
        entries.insert(at, (first, max(last, entries[at - 1][1]) if at else last, ref))
        for later in range(at + 1, len(entries)):
            start, end, known = entries[later]
            if end >= last:
                break
            entries[later] = (start, last, known)

    def candidates(self, time: int) -> Iterator[tuple[ChunkRef, int]]:
        """Yield chunks that begin at or before `time`, latest start first, each with a bound.

        The bound: neither this chunk nor any that follows in the iteration reaches past it, so that a reader who has
        found something later than the bound can stop.
        """
        for at in range(bisect.bisect_right(self._entries, time, key=FIRST) - 1, -1, -1):
            _, end, ref = self._entries[at]
            yield ref, end

    def alone(self, time: int) -> tuple[ChunkRef | None, int | None] | None:
        """Return the one chunk that can hold the newest cell at `time`, and the first time at which the next begins.

        None where several can: chunks overlap there. (None, …) before all of them.
        """
        entries = self._entries
        at = bisect.bisect_right(entries, (time, math.inf)) - 1
        after = entries[at + 1][0] if at + 1 < len(entries) else None
        if at < 0:
            return None, after
        first, _, ref = entries[at]
        return (ref, after) if at == 0 or entries[at - 1][1] < first else None

    def next_start(self, time: int) -> int | None:
        """The first time after `time` at which a chunk begins."""
        at = bisect.bisect_right(self._entries, time, key=FIRST)
        return self._entries[at][0] if at < len(self._entries) else None

    def refs(self) -> list[ChunkRef]:
        """All chunks, by their first time."""
        return [ref for _, _, ref in self._entries]


class EntityIndex:
    """The chunks of one entity."""

    __slots__ = ("components", "generation", "static", "temporal")

    def __init__(self) -> None:
        self.generation = 0
        self.components: dict[str, int] = {}  # rows that have it
        self.static: dict[str, list[ChunkRef]] = {}
        self.temporal: dict[tuple[Timeline, str], TimeIndex] = {}

    def add(self, ref: ChunkRef) -> None:
        """Take `ref` in, and raise `generation` once it is there."""
        for component, rows in ref.components.items():
            self.components[component] = self.components.get(component, 0) + rows
            if ref.is_static:
                self.static.setdefault(component, []).append(ref)
            for timeline, covered in ref.times.items():
                key = (timeline, component)
                index = self.temporal.get(key)
                if index is None:
                    index = self.temporal[key] = TimeIndex()
                index.add(ref, covered.first, covered.last)
        self.generation += 1
