"""Which chunks can hold an entity's newest cell at a time; says where to look, decodes nothing."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

from blazon.ingest.chunk import ChunkRef
from blazon.ingest.timeline import Timeline


class TimeIndex:
    """The chunks of one component on one timeline, by their first time."""

    __slots__ = ("_ends", "_refs", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._refs: list[ChunkRef] = []
        self._ends: list[int] = []  # the latest end of this chunk and of all before it

    def add(self, ref: ChunkRef, first: int, last: int) -> None:
        """Add `ref`, which covers `first` to `last`. Cheap at the end, where live data arrives."""
        at = bisect.bisect_right(self._starts, first)
        self._starts.insert(at, first)
        self._refs.insert(at, ref)
        self._ends.insert(at, max(last, self._ends[at - 1]) if at else last)
        for later in range(at + 1, len(self._ends)):
            if self._ends[later] >= last:
                break
            self._ends[later] = last

    def candidates(self, time: int) -> Iterator[tuple[ChunkRef, int]]:
        """Yield chunks that begin at or before `time`, latest start first, each with a bound.

        The bound: neither this chunk nor any that follows in the iteration reaches past it, so that a reader who has
        found something later than the bound can stop.
        """
        for at in range(bisect.bisect_right(self._starts, time) - 1, -1, -1):
            yield self._refs[at], self._ends[at]

    def refs(self) -> list[ChunkRef]:
        """All chunks, by their first time."""
        return self._refs


class EntityIndex:
    """The chunks of one entity."""

    __slots__ = ("components", "generation", "static", "temporal")

    def __init__(self) -> None:
        self.generation = 0
        self.components: dict[str, int] = {}  # rows that have it
        self.static: dict[str, list[ChunkRef]] = {}
        self.temporal: dict[tuple[Timeline, str], TimeIndex] = {}

    def add(self, ref: ChunkRef, generation: int) -> None:
        """Take `ref` in."""
        self.generation = generation
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
