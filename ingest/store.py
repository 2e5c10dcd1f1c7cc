"""Chunks in memory or on disk, by entity, component and timeline: what there is. Decodes chunks as they are asked for.

Every write raises `generation`, so that whoever draws can tell that nothing changed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import timeline as timelines
from blazon.ingest.cache import LARGE, ChunkCache
from blazon.ingest.chunk import Chunk, ChunkRef, ChunkSource
from blazon.ingest.clears import CLEAR
from blazon.ingest.cores import cores
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import BlazonError
from blazon.ingest.index import EntityIndex
from blazon.ingest.notices import Notices
from blazon.ingest.timeline import Timeline, TimeRange


@dataclass(frozen=True, slots=True)
class TimelineSummary:
    """What a recording has on one timeline."""

    timeline: Timeline
    covered: TimeRange
    rows: int


class ChunkStore:
    """Chunks and their index. clears : how many chunks clear something.

    shape : raised when an entity gets a component that it had not, or not on that timeline: who draws what depends on
    that alone, and on the sizes of images.
    """

    def __init__(self) -> None:
        self.generation = self.shape = 0
        self.clears = 0
        self.notices = Notices()
        self.cache = ChunkCache()
        self._lock = threading.RLock()
        self._entities: dict[EntityPath, EntityIndex] = {}
        self._summaries: dict[Timeline, list[int]] = {}  # the first and the last time, and the number of rows
        self._clearing: set[EntityPath] = set()  # those that were ever cleared
        self._having: dict[str, set[EntityPath]] = {}  # component -> entities
        self._having_sorted: dict[str, list[EntityPath]] = {}
        self._broken: set[ChunkRef] = set()
        self.loads_alike = False  # whether there is any chunk that can be loaded together with others

    def insert(self, refs: Iterable[ChunkRef]) -> None:
        """Take chunks in; queries see them as soon as this returns."""
        with self._lock:
            try:
                for ref in refs:
                    self._take(ref)
            finally:
                self.generation += 1  # last: who has read in between sees it change

    def forget(self, refs: Iterable[ChunkRef]) -> None:
        """Leave chunks out that were taken in before: temporal ones, and static ones that later ones replace whole."""
        refs = list(refs)
        with self._lock:
            gone: dict[EntityPath, set[ChunkRef]] = {}
            for ref in refs:
                gone.setdefault(ref.entity, set()).add(ref)
                self.clears -= CLEAR in ref.components
            for entity, chunks in gone.items():
                self._entities[entity].drop(chunks)
            for line in {line for chunks in gone.values() for ref in chunks for line in ref.times}:
                rows = sum(ref.n_rows for chunks in gone.values() for ref in chunks if line in ref.times)
                ends = [index.ends for each in self._entities.values() for index in each.on(line) if index.ends]
                known = self._summaries.pop(line, [0, 0, rows])[2]
                if ends:
                    self._summaries[line] = [min(each[0] for each in ends), max(each[1] for each in ends), known - rows]
            self.generation += 1
        self._let_go(refs)

    def replace(self, refs: Sequence[ChunkRef], by: ChunkRef) -> None:
        """Have one temporal chunk stand for several of its entity that hold the same rows."""
        with self._lock:
            self._entities[by.entity].replace(set(refs), by)
            self.generation += 1
        self._let_go(refs)

    def _let_go(self, refs: Sequence[ChunkRef]) -> None:
        """Keep nothing of chunks that are in no index any more."""
        self.cache.drop(refs)
        self._broken.difference_update(refs)

    def is_newest(self, ref: ChunkRef) -> bool:
        """Whether what an entity is at the end of time may come from a chunk."""
        with self._lock:
            return self._entities[ref.entity].is_newest(ref)

    def entities(self) -> list[EntityPath]:
        """All entities that anything was logged at, in order."""
        with self._lock:
            return sorted(self._entities)

    def components(self, entity: EntityPath) -> Mapping[str, int]:
        """How many rows of `entity` have each component, in order of name."""
        with self._lock:
            index = self._entities.get(entity)
            return dict(sorted(index.components.items())) if index else {}

    def has(self, entity: EntityPath, component: str) -> bool:
        """Whether `component` was ever logged at `entity`."""
        index = self._entities.get(entity)
        return index is not None and component in index.components

    def has_on(self, entity: EntityPath, component: str, timeline: Timeline | None) -> bool:
        """Whether `entity` has `component` as static data or on `timeline`."""
        index = self._entities.get(entity)
        return index is not None and (component in index.static or (timeline, component) in index.temporal)

    def entities_with(self, component: str) -> list[EntityPath]:
        """All entities that `component` was ever logged at, in order."""
        with self._lock:
            having = self._having.get(component, ())
            known = self._having_sorted.get(component)
            if known is None or len(known) != len(having):
                known = self._having_sorted[component] = sorted(having)
            return known

    def timelines(self) -> list[TimelineSummary]:
        """All timelines, by name."""
        with self._lock:
            known = sorted(self._summaries.items(), key=lambda each: each[0].name)
            return [TimelineSummary(line, TimeRange(first, last), rows) for line, (first, last, rows) in known]

    def ends(self) -> dict[Timeline, int]:
        """The last time of each timeline."""
        with self._lock:
            return {line: last for line, (_, last, _) in self._summaries.items()}

    def default_timeline(self) -> Timeline | None:
        """The program's own timeline with the most rows, ties by name; `log_time` only where there is no other."""
        found = self.timelines()
        own = [each for each in found if not each.timeline.is_automatic] or [
            each for each in found if each.timeline.name == "log_time"
        ]
        candidates = own or found
        return min(candidates, key=lambda each: (-each.rows, each.timeline.name)).timeline if candidates else None

    def times(self, timeline: Timeline, within: TimeRange | None = None) -> NDArray[np.int64]:
        """The distinct times logged on `timeline` (`within` a range), sorted; int64 (n,)."""
        lo, hi = (within.first, within.last) if within else (timelines.INT64_MIN, timelines.INT64_MAX)
        found = []
        for ref in self._refs_on(timeline):
            covered = ref.times[timeline]
            if covered.first > hi or covered.last < lo:
                continue
            if covered.first == covered.last or ref.n_rows == 2:  # its rows are at both ends
                found.append(np.array(covered, np.int64))
            else:
                found.append(self._times_of(ref, timeline))
        every = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
        return every[(every >= lo) & (every <= hi)]

    def _times_of(self, ref: ChunkRef, timeline: Timeline) -> NDArray[np.int64]:
        """The times of a chunk's rows on a timeline; nothing that keeps the chunk in memory."""
        known = ref.read_times() if ref.read_times is not None and ref.chunk is None else None
        if known is None or timeline not in known:
            chunk = self.load_chunk(ref)
            known = chunk.times if chunk is not None else {}
        return known[timeline].copy() if timeline in known else np.zeros(0, np.int64)

    def edges(self, timeline: Timeline) -> NDArray[np.int64]:
        """The first and last times of all chunks on `timeline`, distinct and sorted, int64 (n,); decodes nothing."""
        return np.unique(self.spans(timeline))

    def spans(self, timeline: Timeline) -> NDArray[np.int64]:
        """The first and the last time of each chunk on `timeline`, int64 (n, 2), in no order; decodes nothing."""
        covered = [ref.times[timeline] for ref in self._refs_on(timeline)]
        return np.array(covered, np.int64).reshape(-1, 2)

    def _take(self, ref: ChunkRef) -> None:
        index = self._entities.get(ref.entity)
        if index is None:
            index = self._entities[ref.entity] = EntityIndex()
        for component in ref.components.keys() - index.components.keys():
            self._having.setdefault(component, set()).add(ref.entity)
        before = index.shape
        self.loads_alike = self.loads_alike or ref.source is not None
        index.add(ref)
        self.shape += index.shape - before
        if CLEAR in ref.components:
            self._clearing.add(ref.entity)
            self.clears += 1
        for line, covered in ref.times.items():
            self._summarize(line, covered, ref.n_rows)

    def _summarize(self, line: Timeline, covered: TimeRange, rows: int) -> None:
        known = self._summaries.setdefault(line, [covered.first, covered.last, 0])
        known[:] = min(known[0], covered.first), max(known[1], covered.last), known[2] + rows

    def _refs_on(self, timeline: Timeline) -> list[ChunkRef]:
        with self._lock:
            found = {
                ref: None
                for index in self._entities.values()
                for (line, _), times in index.temporal.items()
                if line == timeline
                for ref in times.refs()
            }
        return list(found)

    def load_chunk(self, ref: ChunkRef) -> Chunk | None:
        """The chunk of `ref`, or None, with a notice, where it can't be decoded."""
        if ref.chunk is not None:
            return ref.chunk
        if ref in self._broken:
            return None
        try:
            return self.cache.get(ref)
        except BlazonError as error:
            with self._lock:
                if ref not in self._broken:  # another thread may have found the same
                    self._broken.add(ref)
                    self.notices.add(ref.entity, f"a chunk was skipped: {error}")
            return None

    def begin_chunk(self, ref: ChunkRef) -> None:
        """Have a large chunk begin to be loaded, for who asks for it soon, while there is something else to do."""
        source = ref.source if ref.chunk is None and ref not in self._broken else None
        if source is not None and self.cache.missing([ref]) and source.n_bytes(ref) >= LARGE and cores() > 1:
            self.cache.begin(ref)

    def load_chunks(self, refs: Iterable[ChunkRef]) -> None:
        """Have the chunks in the cache that can be loaded together, for who asks for each of them next.

        They should be no more than there is room for. What can't be decoded is told by `load_chunk`.
        """
        by_source: dict[ChunkSource, list[ChunkRef]] = {}
        for ref in self.cache.missing(refs):
            if ref.source is not None and ref.chunk is None and ref not in self._broken:
                by_source.setdefault(ref.source, []).append(ref)
        for source, wanted in by_source.items():
            for ref, chunk in zip(wanted, source.load_alike(wanted), strict=True):
                if chunk is not None:
                    self.cache.put(ref, chunk)
