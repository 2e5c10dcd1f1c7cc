"""A recording: an index over chunks that answers what an entity was at a time.

Owns latest-at, static data, clears and the nearest annotation context; never draws and never decodes more than a
query needs. Every write raises `generation`, so that whoever draws can tell that nothing changed.
Source: SEMANTICS §2, §9.
"""

from __future__ import annotations

import bisect
import itertools
import threading
import time as clock
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import timeline as timelines
from blazon.ingest.annotations import CONTEXT, AnnotationContext
from blazon.ingest.cache import ChunkCache
from blazon.ingest.chunk import STATIC_TIME, Chunk, ChunkRef, Column
from blazon.ingest.clears import CLEAR, ClearRow, clears_in, is_cleared
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import ArgumentError, BlazonError, DtypeError
from blazon.ingest.index import EntityIndex
from blazon.ingest.moments import At, Cell, Row
from blazon.ingest.notices import Notices
from blazon.ingest.timeline import TimeKind, Timeline, TimeRange
from blazon.ingest.tracks import RowTrack, Track

LOG_TIME = Timeline("log_time", TimeKind.TIMESTAMP)


@dataclass(frozen=True, slots=True)
class TimelineSummary:
    """What a recording has on one timeline."""

    timeline: Timeline
    covered: TimeRange
    rows: int


class Loggable(Protocol):
    """An archetype: something that says which components are logged for it."""

    @property
    def components(self) -> Mapping[str, Any]:
        """Canonical cells by component name."""


class Recording:
    """What one program logged, in memory or in a file that is read as it is needed.

    application_id : the name of the program. recording_id : a name that is unique to this run; made up if not given.
    """

    def __init__(self, application_id: str = "blazon", *, recording_id: str | None = None) -> None:
        self.application_id = application_id
        self.recording_id = recording_id or uuid.uuid4().hex
        self.generation = 0
        self.notices = Notices()
        self.cache = ChunkCache()
        self._lock = threading.RLock()
        self._entities: dict[EntityPath, EntityIndex] = {}
        self._summaries: dict[Timeline, TimelineSummary] = {}
        self._clears: dict[tuple[EntityPath, Timeline | None], tuple[int, list[ClearRow]]] = {}
        self._clearing: set[EntityPath] = set()  # those that were ever cleared
        self.clears = 0  # how many chunks clear something
        self._having: dict[str, set[EntityPath]] = {}  # component -> entities
        self._having_sorted: dict[str, list[EntityPath]] = {}
        self._broken: set[ChunkRef] = set()
        self._now = threading.local()
        self._counter = itertools.count()

    def __repr__(self) -> str:
        return f"<Recording {self.application_id!r} {self.recording_id}: {len(self._entities)} entities>"

    # --- writing

    def set_time(self, timeline: str, *, sequence: Any = None, duration: Any = None, timestamp: Any = None) -> None:
        """Set the time that this thread's following `log` calls carry on `timeline`.

        Exactly one of: sequence, a whole number; duration, seconds, `timedelta` or `np.timedelta64`; timestamp, seconds
        since 1970, `datetime` or `np.datetime64`. Raises `ArgumentError` for none or several, for values that are
        out of range, and for a timeline that already has another kind.
        """
        if not isinstance(timeline, str):
            raise DtypeError(f"timeline is {timeline!r}, a {type(timeline).__name__}; pass its name")
        given = {"sequence": sequence, "duration": duration, "timestamp": timestamp}
        given = {name: value for name, value in given.items() if value is not None}
        if len(given) != 1:
            raise ArgumentError(
                f"set_time({timeline!r}) got {sorted(given) or 'nothing'}; pass one of sequence=, duration=, timestamp="
            )
        if timeline == LOG_TIME.name:
            raise ArgumentError(f"timeline {timeline!r} is stamped by log itself; pass another name")
        ((name, value),) = given.items()
        line = Timeline(timeline, TimeKind(name))
        for known in [*self._summaries, *self._times()]:
            if known.name == timeline and known.kind is not line.kind:
                raise ArgumentError(f"timeline {timeline!r} is a {known.kind.value}; it can't take a {name} as well")
        self._times()[line] = timelines.value_of(line.kind, value)

    def reset_time(self) -> None:
        """Forget the times of this thread: what is logged next carries `log_time` alone."""
        self._times().clear()

    def log(
        self,
        path: str | EntityPath,
        archetype: Loggable,
        *more: Loggable,
        static: bool = False,
    ) -> None:
        """Log one row at `path`: the components of `archetype` and of `more`, at this thread's time and at `log_time`.

        static : the row holds at all times, and shadows temporal data of the same components. What is logged is copied.
        Raises `DtypeError` where something that can't be logged is given.
        """
        cells: dict[str, Any] = {}
        for each in (archetype, *more):
            cells.update(_components(each))
        now = clock.time_ns()
        times = {} if static else {**self._times(), LOG_TIME: now}
        self.insert([_single_row(EntityPath.parse(path), cells, times, (now, next(self._counter)))])

    def insert(self, refs: Iterable[ChunkRef]) -> None:
        """Take chunks in; queries see them as soon as this returns."""
        with self._lock:
            try:
                for ref in refs:
                    self._take(ref)
            finally:
                self.generation += 1  # last: who has read in between sees it change

    # --- what there is

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

    def timelines(self) -> list[TimelineSummary]:
        """All timelines, by name."""
        with self._lock:
            return [self._summaries[line] for line in sorted(self._summaries, key=lambda each: each.name)]

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
            if covered.first == covered.last:
                found.append(np.array([covered.first], np.int64))
            elif (chunk := self._load(ref)) and timeline in chunk.times:
                found.append(chunk.times[timeline])
        every = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
        return every[(every >= lo) & (every <= hi)]

    # --- queries

    def latest(self, entity: EntityPath, component: str, at: At) -> Cell | None:
        """The newest cell of `component` at `entity`, not after `at`; None if there is none, or it was cleared.

        Static data shadows temporal data. Of equal times the later row wins.
        """
        cell = self._latest_uncleared(entity, component, at)
        return None if cell is None or self._is_cleared(entity, cell, at) else cell

    def newest(self, entity: EntityPath, component: str, timeline: Timeline | None) -> Cell | None:
        """The newest cell of `component` at `entity`, whatever the time and even if it was cleared since."""
        return self._latest_uncleared(entity, component, At(timeline, timelines.INT64_MAX))

    def latest_rows(self, entity: EntityPath, components: Iterable[str], at: At) -> tuple[Row, ...]:
        """The newest static row of `entity` that has any of `components`, and the newest temporal one not after `at`.

        For what is logged as one thing, such as a transform. `read` has the first shadow the second; cleared rows, and
        those that never were, are left out.
        """
        index = self._entities.get(entity)
        cells: list[Cell | None] = []
        for name in components if index is not None else ():
            if index is not None and name in index.components:
                cells.append(self._latest_static(index, name))
                cells.append(self._latest_temporal(index, name, at.timeline, at.time) if at.timeline else None)
        rows = [Row(cell.time, cell.row_id, cell.key) for cell in cells if cell is not None]
        return self.newest_rows(entity, rows, at)

    def rows(self, entity: EntityPath, components: Iterable[str], timeline: Timeline | None) -> list[Row]:
        """All rows of `entity` that have any of `components`, static ones and those on `timeline`; in no order."""
        index = self._entities.get(entity)
        found: dict[tuple[ChunkRef, int], Row] = {}
        for name in components if index else ():
            times = index.temporal.get((timeline, name)) if index and timeline else None
            for ref in [*(index.static.get(name, ()) if index else ()), *(times.refs() if times else ())]:
                chunk = self._load(ref)
                if chunk is None or name not in chunk.columns or (not ref.is_static and timeline not in chunk.times):
                    continue
                for row in np.flatnonzero(chunk.columns[name].present).tolist():
                    time = STATIC_TIME if ref.is_static or timeline is None else int(chunk.times[timeline][row])
                    found[ref, row] = Row(time, chunk.row_id(row), (ref, row))
        return list(found.values())

    def newest_rows(self, entity: EntityPath, rows: Iterable[Row], at: At) -> tuple[Row, ...]:
        """Of `rows` of `entity`, what `latest_rows` is of all."""
        there = [row for row in rows if row.time <= at.time or row.time == STATIC_TIME]
        static = [row for row in there if row.time == STATIC_TIME]
        temporal = [row for row in there if row.time != STATIC_TIME]
        newest = [max(each, key=lambda row: (row.time, row.row_id)) for each in (static, temporal) if each]
        return tuple(row for row in newest if not self._is_cleared(entity, row, at))

    def read(self, rows: Iterable[Row], component: str) -> Any:
        """The value of `component` in the first of `rows` that has it; None where none has, or it is empty."""
        for row in rows:
            ref, at = row.key
            chunk = self._load(ref)
            column = chunk.columns.get(component) if chunk else None
            if column is not None and column.present[at]:
                value = column.read(at)
                return None if value is None or (hasattr(value, "__len__") and len(value) == 0) else value
        return None

    def follow(self, entity: EntityPath, components: tuple[str, ...], timeline: Timeline | None) -> Track | None:
        """Return what follows `components` of `entity`; None where nothing was logged there."""
        index = self._entities.get(entity)
        return None if index is None else Track(self, entity, index, components, timeline)

    def follow_rows(self, entity: EntityPath, components: tuple[str, ...]) -> RowTrack | None:
        """Return what follows the newest rows of `entity` that have any of `components`; None as for `follow`."""
        index = self._entities.get(entity)
        return None if index is None else RowTrack(self, entity, index, components)

    def load_chunk(self, ref: ChunkRef) -> Chunk | None:
        """The chunk of `ref`; None, with a notice, where it can't be decoded."""
        return self._load(ref)

    def latest_uncleared(self, entity: EntityPath, component: str, at: At) -> Cell | None:
        """As `latest`, whatever was cleared since."""
        return self._latest_uncleared(entity, component, at)

    def changes_after(self, entity: EntityPath, component: str, timeline: Timeline, time: int) -> int:
        """The first time after `time` at which `component` of `entity` may change; past all times: never."""
        index = self._entities.get(entity)
        found = index.temporal.get((timeline, component)) if index else None
        if found is None:
            return timelines.INT64_MAX + 1
        start = found.next_start(time)
        soonest = timelines.INT64_MAX + 1 if start is None else start
        for ref, bound in found.candidates(time):
            if bound <= time:
                break
            chunk = self._load(ref) if ref.times[timeline].last > time else None
            if chunk is not None and timeline in chunk.times and component in chunk.columns:
                _, times = chunk.sorted_rows(timeline, component)
                at = bisect.bisect_right(times, time)
                soonest = min(soonest, times[at]) if at < len(times) else soonest
        return soonest

    def entities_with(self, component: str) -> list[EntityPath]:
        """All entities that `component` was ever logged at, in order."""
        with self._lock:
            having = self._having.get(component, ())
            known = self._having_sorted.get(component)
            if known is None or len(known) != len(having):
                known = self._having_sorted[component] = sorted(having)
            return known

    def contexts(self, timeline: Timeline | None) -> Iterator[AnnotationContext]:
        """Yield every annotation context that was ever logged, static or on `timeline`."""
        for entity in self.entities():
            index = self._entities[entity]
            temporal = index.temporal.get((timeline, CONTEXT)) if timeline else None
            for ref in [*index.static.get(CONTEXT, ()), *(temporal.refs() if temporal else ())]:
                chunk = self._load(ref)
                if chunk is not None and CONTEXT in chunk.columns:
                    column = chunk.columns[CONTEXT]
                    found = map(column.read, np.flatnonzero(column.present).tolist())
                    yield from (context for context in found if context is not None)

    def edges(self, timeline: Timeline) -> NDArray[np.int64]:
        """The first and last times of all chunks on `timeline`, distinct and sorted, int64 (n,); decodes nothing."""
        covered = [ref.times[timeline] for ref in self._refs_on(timeline)]
        return np.unique(np.array([(each.first, each.last) for each in covered], np.int64).reshape(-1))

    def context(self, entity: EntityPath, at: At) -> AnnotationContext | None:
        """The nearest annotation context at or above `entity` at a time; None if there is none."""
        for ancestor in entity.ancestors():
            if self.has(ancestor, CONTEXT):
                cell = self.latest(ancestor, CONTEXT, at)
                if cell is not None and cell.value is not None:
                    return cell.value  # type: ignore[no-any-return]
        return None

    # --- inside

    def _times(self) -> dict[Timeline, int]:
        if not hasattr(self._now, "times"):
            self._now.times = {}
        times: dict[Timeline, int] = self._now.times
        return times

    def _take(self, ref: ChunkRef) -> None:
        index = self._entities.get(ref.entity)
        if index is None:
            index = self._entities[ref.entity] = EntityIndex()
        for component in ref.components:
            self._having.setdefault(component, set()).add(ref.entity)
        index.add(ref)
        if CLEAR in ref.components:
            self._clearing.add(ref.entity)
            self.clears += 1
        for line, covered in ref.times.items():
            self._summarize(line, covered, ref.n_rows)

    def _summarize(self, line: Timeline, covered: TimeRange, rows: int) -> None:
        known = self._summaries.get(line)
        if known:
            covered = TimeRange(min(known.covered.first, covered.first), max(known.covered.last, covered.last))
            rows += known.rows
        self._summaries[line] = TimelineSummary(line, covered, rows)

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

    def _load(self, ref: ChunkRef) -> Chunk | None:
        """The chunk of `ref`, or None, with a notice, where it can't be decoded."""
        if ref in self._broken:
            return None
        try:
            return self.cache.get(ref)
        except BlazonError as error:
            self._broken.add(ref)
            self.notices.add(ref.entity, f"a chunk was skipped: {error}")
            return None

    def _latest_uncleared(self, entity: EntityPath, component: str, at: At) -> Cell | None:
        index = self._entities.get(entity)
        if index is None or component not in index.components:
            return None
        cell = self._latest_static(index, component)
        if cell is None and at.timeline is not None:
            cell = self._latest_temporal(index, component, at.timeline, at.time)
        return cell

    def _latest_static(self, index: EntityIndex, component: str) -> Cell | None:
        best: Cell | None = None
        for ref in index.static.get(component, ()):
            chunk = self._load(ref)
            if chunk is None or component not in chunk.columns:
                continue
            rows = chunk.rows_in_order(None, component)
            if len(rows):
                best = _later(best, _found(chunk, ref, component, int(rows[-1]), STATIC_TIME))
        return best

    def _latest_temporal(self, index: EntityIndex, component: str, timeline: Timeline, time: int) -> Cell | None:
        found = index.temporal.get((timeline, component))
        best: Cell | None = None
        for ref, bound in found.candidates(time) if found else ():
            if best is not None and bound < best.time:
                break
            chunk = self._load(ref)
            if chunk is None or component not in chunk.columns or timeline not in chunk.times:
                continue
            rows = chunk.rows_in_order(timeline, component)
            times = chunk.times[timeline]
            at = int(np.searchsorted(times[rows], time, side="right")) - 1
            if at >= 0:
                row = int(rows[at])
                best = _later(best, _found(chunk, ref, component, row, int(times[row])))
        return best

    def _is_cleared(self, entity: EntityPath, cell: Cell | Row, at: At) -> bool:
        stamp = (cell.time, cell.row_id)
        line = None if cell.time == STATIC_TIME else at.timeline  # a temporal clear leaves static data alone
        for ancestor in entity.ancestors() if self._clearing else ():
            if ancestor not in self._clearing:
                continue
            if is_cleared(self._clears_of(ancestor, line), stamp, at.time, is_own=ancestor == entity):
                return True
        return False

    def _clears_of(self, entity: EntityPath, timeline: Timeline | None) -> list[ClearRow]:
        """All clears of `entity`, static ones (`timeline` None) or temporal ones, in order."""
        index = self._entities[entity]
        generation = index.generation  # read first: what is logged meanwhile is for the next time
        kept = self._clears.get((entity, timeline))
        if kept and kept[0] == generation:
            return kept[1]
        if timeline is None:
            refs = index.static.get(CLEAR, [])
        else:
            found = index.temporal.get((timeline, CLEAR))
            refs = found.refs() if found else []
        clears = sorted(
            (clear for ref in refs if (chunk := self._load(ref)) for clear in clears_in(chunk, timeline)),
            key=lambda clear: clear.stamp,
        )
        self._clears[(entity, timeline)] = (generation, clears)
        return clears


def _found(chunk: Chunk, ref: ChunkRef, component: str, row: int, time: int) -> Cell:
    return Cell(chunk.columns[component].read(row), time, chunk.row_id(row), (ref, row))


def _later(best: Cell | None, found: Cell) -> Cell:
    """The later of two cells, by (time, row id)."""
    return found if best is None or (best.time, best.row_id) <= (found.time, found.row_id) else best


def _components(loggable: Loggable) -> Mapping[str, Any]:
    components = getattr(loggable, "components", None)
    if not isinstance(components, Mapping):
        kind = loggable if isinstance(loggable, type) else type(loggable)
        name = f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}"
        what = f"the class {name}" if kind is loggable else f"a {name}"
        raise DtypeError(f"log got {what}; pass an archetype of blazon, such as blazon.Points2D(…)")
    return components


def _single_row(
    entity: EntityPath, cells: Mapping[str, Any], times: Mapping[Timeline, int], row_id: tuple[int, int]
) -> ChunkRef:
    present = np.ones(1, np.bool_)
    columns = {name: Column(present, (value,).__getitem__) for name, value in cells.items()}
    stamps = {line: np.array([time], np.int64) for line, time in times.items()}
    n_bytes = sum(getattr(value, "nbytes", 64) for value in cells.values())
    return ChunkRef.of(entity, Chunk(np.array([row_id], np.uint64), stamps, columns, n_bytes))
