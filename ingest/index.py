"""Which chunks can hold an entity's newest cell at a time; says where to look, decodes nothing."""

from __future__ import annotations

import bisect
import itertools
import math
import operator
from collections.abc import Collection, Iterable, Iterator, Sequence, Set

from blazon.ingest.chunk import ChunkRef
from blazon.ingest.timeline import Timeline

MOST_SETS = 64  # of components of an entity that are remembered
FIRST = operator.itemgetter(0)


class TimeIndex:
    """The chunks of some components on one timeline, by their first time. components : those in every one of them.

    One list of entries, appended to, or replaced where a chunk comes in between: a reader on another thread sees it
    before or after, never between, if it takes the list once. Of one insert several indexes change one after the other;
    a store's generation tells when all have. An entry is (first time, the latest end of this chunk and all before,
    chunk).
    """

    __slots__ = ("_entries", "components", "farthest")

    def __init__(
        self,
        components: Set[str],
        entries: Iterable[tuple[int, int, ChunkRef]] = (),
        farthest: tuple[int, ChunkRef] | None = None,
    ) -> None:
        self.components = components
        self._entries: list[tuple[int, int, ChunkRef]] = list(entries)
        self.farthest = farthest  # the last time of all, and of those that reach it the chunk that came last

    def split(self, components: Set[str]) -> TimeIndex:
        """Leave `components` to another one, which is returned: from now on they come apart from the rest."""
        self.components = self.components - components
        return TimeIndex(components, self._entries, self.farthest)

    def add(self, ref: ChunkRef, first: int, last: int) -> None:
        """Add `ref`, which covers `first` to `last`. Cheap at the end, where live data arrives."""
        entries = self._entries
        if self.farthest is None or last >= self.farthest[0]:
            self.farthest = last, ref
        at = bisect.bisect_right(entries, first, key=FIRST)
        entry = (first, max(last, entries[at - 1][1]) if at else last, ref)
        if at == len(entries):
            entries.append(entry)
            return
        later = [(start, max(end, last), known) for start, end, known in entries[at:]]
        self._entries = [*entries[:at], entry, *later]

    def drop(self, gone: Collection[ChunkRef], timeline: Timeline) -> None:
        """Leave chunks out. timeline : the one that this is an index of."""
        entries, oldest = self._entries, 0
        while oldest < len(entries) and entries[oldest][2] in gone:
            oldest += 1
        is_all = oldest == len(gone) and oldest < len(entries)
        if is_all and (oldest == 0 or entries[oldest - 1][1] < entries[oldest][0]):  # nothing of them reaches further
            self._entries = entries[oldest:]
        else:
            self._entries = _entries([ref for _, _, ref in entries if ref not in gone], timeline)
        self._reach_again(gone, timeline)

    def replace(self, gone: Collection[ChunkRef], by: ChunkRef, timeline: Timeline) -> None:
        """Put one chunk in the place of several. timeline : the one that this is an index of."""
        entries, (first, last) = self._entries, by.times[timeline]
        at = bisect.bisect_left(entries, first, key=FIRST)
        end = at + len(gone)
        if all(ref in gone for _, _, ref in entries[at:end]) and end <= len(entries):  # they lie together
            before = entries[at - 1][1] if at else last
            self._entries = [*entries[:at], (first, max(before, last), by), *entries[end:]]
        else:
            refs = [ref for _, _, ref in entries if ref not in gone]
            refs.insert(bisect.bisect_right([ref.times[timeline].first for ref in refs], first), by)
            self._entries = _entries(refs, timeline)
        self._reach_again(gone, timeline)

    def _reach_again(self, gone: Collection[ChunkRef], timeline: Timeline) -> None:
        """Find the chunk that reaches farthest, if it was one of those that are gone."""
        if self.farthest is not None and self.farthest[1] in gone:
            refs = self.refs()
            at = max(range(len(refs)), key=lambda i: (refs[i].times[timeline].last, i), default=-1)
            self.farthest = (refs[at].times[timeline].last, refs[at]) if refs else None

    def candidates(self, time: int) -> Iterator[tuple[ChunkRef, int]]:
        """Yield chunks that begin at or before `time`, latest start first, each with a bound.

        The bound: neither this chunk nor any that follows in the iteration reaches past it, so that a reader who has
        found something later than the bound can stop.
        """
        entries = self._entries
        for at in range(bisect.bisect_right(entries, time, key=FIRST) - 1, -1, -1):
            _, end, ref = entries[at]
            yield ref, end

    def alone(self, time: int) -> tuple[ChunkRef | None, int, int | None] | None:
        """Return the one chunk that can hold the newest cell at `time`, when it begins, and when the next one does.

        None where several can: chunks overlap there. (None, …) before all of them.
        """
        entries = self._entries
        after = bisect.bisect_right(entries, (time, math.inf))
        then = entries[after][0] if after < len(entries) else None
        if after == 0:
            return None, time, then
        first, _, ref = entries[after - 1]
        return (ref, first, then) if after == 1 or entries[after - 2][1] < first else None

    def next_start(self, time: int) -> int | None:
        """The first time after `time` at which a chunk begins."""
        entries = self._entries
        at = bisect.bisect_right(entries, time, key=FIRST)
        return entries[at][0] if at < len(entries) else None

    @property
    def ends(self) -> tuple[int, int] | None:
        """The first and the last time; None where there is nothing."""
        entries = self._entries
        return (entries[0][0], self.farthest[0]) if entries and self.farthest is not None else None

    @property
    def newest(self) -> ChunkRef | None:
        """The chunk that begins last."""
        entries = self._entries
        return entries[-1][2] if entries else None

    def refs(self) -> list[ChunkRef]:
        """All chunks, by their first time."""
        return [ref for _, _, ref in self._entries]


class EntityIndex:
    """The chunks of one entity. shape : how many components it has, static ones and those of timelines apart."""

    __slots__ = ("_together", "components", "generation", "shape", "static", "temporal")

    def __init__(self) -> None:
        self.generation = self.shape = 0
        self.components: dict[str, int] = {}  # rows that have it
        self.static: dict[str, list[ChunkRef]] = {}
        self.temporal: dict[tuple[Timeline, str], TimeIndex] = {}
        self._together: dict[tuple[Timeline, Set[str]], list[TimeIndex]] = {}  # those of components that came together

    def add(self, ref: ChunkRef) -> None:
        """Take `ref` in, and raise `generation` once it is there."""
        for component, rows in ref.components.items():
            self.components[component] = self.components.get(component, 0) + rows
            if ref.is_static:
                self.static.setdefault(component, []).append(ref)
        names = frozenset(ref.components)
        for timeline, covered in ref.times.items():
            for index in self._indexes(timeline, names):
                index.add(ref, covered.first, covered.last)
        self.shape = len(self.static) + len(self.temporal)
        self.generation += 1

    def drop(self, gone: Collection[ChunkRef]) -> None:
        """Leave chunks out, and raise `generation`. Which components there are stays known."""
        for ref in gone:
            for component, rows in ref.components.items():
                self.components[component] -= rows
                if ref.is_static:
                    self.static[component] = [each for each in self.static[component] if each is not ref]
        for line in {line for ref in gone for line in ref.times}:
            for index in self.on(line):
                index.drop(gone, line)
        self.generation += 1

    def replace(self, gone: Collection[ChunkRef], by: ChunkRef) -> None:
        """Put one chunk in the place of several that have the same rows, and raise `generation`."""
        names = frozenset(by.components)
        for timeline in by.times:
            for index in self._indexes(timeline, names):
                index.replace(gone, by, timeline)
        self.generation += 1

    def on(self, timeline: Timeline) -> list[TimeIndex]:
        """The indexes of a timeline, each once."""
        return list({id(index): index for (line, _), index in self.temporal.items() if line == timeline}.values())

    def is_newest(self, ref: ChunkRef) -> bool:
        """Whether what an entity is at the end of time may come from a chunk."""
        names = [(timeline, component) for timeline in ref.times for component in ref.components]
        indexes = [index for name in names if (index := self.temporal.get(name)) is not None]
        return any(each.newest is ref or (each.farthest is not None and each.farthest[1] is ref) for each in indexes)

    def _indexes(self, timeline: Timeline, components: Set[str]) -> list[TimeIndex]:
        """The indexes of just `components`: components that always come together share one, and others don't."""
        known = self._together.get((timeline, components))
        if known is not None:
            return known
        found = {id(index): index for name in components if (index := self.temporal.get((timeline, name))) is not None}
        indexes = []
        for index in found.values():
            together = index.components & components
            is_all = len(together) == len(index.components)
            indexes.append(index if is_all else self._shared(timeline, index.split(together)))
            if not is_all or len(self._together) >= MOST_SETS:
                self._together.clear()
        fresh = frozenset(name for name in components if (timeline, name) not in self.temporal)
        if fresh:
            indexes.append(self._shared(timeline, TimeIndex(fresh)))
        self._together[timeline, components] = indexes
        return indexes

    def _shared(self, timeline: Timeline, index: TimeIndex) -> TimeIndex:
        for name in index.components:
            self.temporal[timeline, name] = index
        return index


def _entries(refs: Sequence[ChunkRef], timeline: Timeline) -> list[tuple[int, int, ChunkRef]]:
    """The entries of chunks that are in order of their first time."""
    ends = itertools.accumulate((ref.times[timeline].last for ref in refs), max)
    return [(ref.times[timeline].first, end, ref) for ref, end in zip(refs, ends, strict=True)]
