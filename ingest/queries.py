"""What an entity was at a time: latest-at, static data, clears and the nearest annotation context.

Source: SEMANTICS §2, §9.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from blazon.ingest import timeline as timelines
from blazon.ingest.annotations import CONTEXT, AnnotationContext
from blazon.ingest.chunk import STATIC_TIME, Chunk, ChunkRef
from blazon.ingest.clears import CLEAR, ClearRow, clears_in, is_cleared
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.index import EntityIndex
from blazon.ingest.moments import At, Cell, Row
from blazon.ingest.row_tracks import RowTrack
from blazon.ingest.store import ChunkStore
from blazon.ingest.timeline import Timeline
from blazon.ingest.tracks import Track
from blazon.ingest.video.videos import Videos


class Queries(ChunkStore):
    """Answers what entities were; decodes no more than a query needs."""

    def __init__(self) -> None:
        super().__init__()
        self.videos = Videos()
        self._clears: dict[tuple[EntityPath, Timeline | None], tuple[int, list[ClearRow]]] = {}

    def index_of(self, entity: EntityPath) -> EntityIndex | None:
        """Where the chunks of an entity are; None where nothing was logged there."""
        return self._entities.get(entity)

    def latest(self, entity: EntityPath, component: str, at: At) -> Cell | None:
        """The newest cell of `component` at `entity`, not after `at`; None if there is none, or it was cleared.

        Static data shadows temporal data. Of equal times the later row wins.
        """
        cell = self.latest_uncleared(entity, component, at)
        return None if cell is None or self._is_cleared(entity, cell, at) else cell

    def newest(self, entity: EntityPath, component: str, timeline: Timeline | None) -> Cell | None:
        """The newest cell of `component` at `entity`, whatever the time and even if it was cleared since."""
        return self.latest_uncleared(entity, component, At(timeline, timelines.INT64_MAX))

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
            chunk = self.load_chunk(ref) if ref.times[timeline].last > time else None
            if chunk is not None and timeline in chunk.times and component in chunk.columns:
                _, times = chunk.sorted_rows(timeline, component)
                at = bisect.bisect_right(times, time)
                soonest = min(soonest, times[at]) if at < len(times) else soonest
        return soonest

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

    def newest_rows(self, entity: EntityPath, rows: Iterable[Row], at: At) -> tuple[Row, ...]:
        """Of `rows` of `entity`, what `latest_rows` is of all."""
        there = [row for row in rows if row.time <= at.time or row.time == STATIC_TIME]
        static = [row for row in there if row.time == STATIC_TIME]
        temporal = [row for row in there if row.time != STATIC_TIME]
        newest = [max(each, key=lambda row: (row.time, row.row_id)) for each in (static, temporal) if each]
        return tuple(row for row in newest if not self._is_cleared(entity, row, at))

    def rows(self, entity: EntityPath, components: Iterable[str], timeline: Timeline | None) -> list[Row]:
        """All rows of `entity` that have any of `components`, static ones and those on `timeline`; in no order."""
        index = self._entities.get(entity)
        found: dict[tuple[ChunkRef, int], Row] = {}
        for name in components if index else ():
            times = index.temporal.get((timeline, name)) if index and timeline else None
            for ref in [*(index.static.get(name, ()) if index else ()), *(times.refs() if times else ())]:
                chunk = self.load_chunk(ref)
                if chunk is None or name not in chunk.columns or (not ref.is_static and timeline not in chunk.times):
                    continue
                for row in np.flatnonzero(chunk.columns[name].present).tolist():
                    time = STATIC_TIME if ref.is_static or timeline is None else int(chunk.times[timeline][row])
                    found[ref, row] = Row(time, chunk.row_id(row), (ref, row))
        return list(found.values())

    def read(self, rows: Iterable[Row], component: str) -> Any:
        """The value of `component` in the first of `rows` that has it; None where none has, or it is empty."""
        for row in rows:
            ref, at = row.key
            chunk = self.load_chunk(ref)
            column = chunk.columns.get(component) if chunk else None
            if column is not None and column.present[at]:
                value = column.read(at)
                return None if value is None or (hasattr(value, "__len__") and len(value) == 0) else value
        return None

    def read_all(self, rows: Iterable[Row], components: Iterable[str]) -> dict[str, Any]:
        """What `read` answers for each of `components`, without those that there is nothing of."""
        found: dict[str, Any] = {}
        for row in rows:
            ref, at = row.key
            chunk = self.load_chunk(ref)
            for name in components:
                column = chunk.columns.get(name) if chunk is not None and name not in found else None
                if column is not None and column.present[at]:
                    found[name] = column.read(at)
        return {name: value for name, value in found.items() if value is not None and len(value)}

    def follow(self, entity: EntityPath, components: tuple[str, ...], timeline: Timeline | None) -> Track | None:
        """Return what follows `components` of `entity`; None where nothing was logged there."""
        index = self._entities.get(entity)
        return None if index is None else Track(self, entity, index, components, timeline)

    def follow_rows(
        self, entity: EntityPath, components: tuple[str, ...], timeline: Timeline | None
    ) -> RowTrack | None:
        """Return what follows the newest rows of `entity` that have any of `components`; None as for `follow`."""
        index = self._entities.get(entity)
        return None if index is None else RowTrack(self, entity, index, components, timeline)

    def context(self, entity: EntityPath, at: At) -> AnnotationContext | None:
        """The nearest annotation context at or above `entity` at a time; None if there is none."""
        for ancestor in entity.ancestors():
            if self.has(ancestor, CONTEXT):
                cell = self.latest(ancestor, CONTEXT, at)
                if cell is not None and cell.value is not None:
                    return cell.value  # type: ignore[no-any-return]
        return None

    def contexts(self, timeline: Timeline | None) -> Iterator[AnnotationContext]:
        """Yield every annotation context that was ever logged, static or on `timeline`."""
        for entity in self.entities():
            index = self._entities[entity]
            temporal = index.temporal.get((timeline, CONTEXT)) if timeline else None
            for ref in [*index.static.get(CONTEXT, ()), *(temporal.refs() if temporal else ())]:
                chunk = self.load_chunk(ref)
                if chunk is not None and CONTEXT in chunk.columns:
                    column = chunk.columns[CONTEXT]
                    found = map(column.read, np.flatnonzero(column.present).tolist())
                    yield from (context for context in found if context is not None)

    def latest_uncleared(self, entity: EntityPath, component: str, at: At) -> Cell | None:
        """As `latest`, whatever was cleared since."""
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
            chunk = self.load_chunk(ref)
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
            chunk = self.load_chunk(ref)
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
            (clear for ref in refs if (chunk := self.load_chunk(ref)) for clear in clears_in(chunk, timeline)),
            key=lambda clear: clear.stamp,
        )
        self._clears[(entity, timeline)] = (generation, clears)
        return clears


def _found(chunk: Chunk, ref: ChunkRef, component: str, row: int, time: int) -> Cell:
    return Cell(chunk.columns[component].read(row), time, chunk.row_id(row), (ref, row))


def _later(best: Cell | None, found: Cell) -> Cell:
    """The later of two cells, by (time, row id)."""
    return found if best is None or (best.time, best.row_id) <= (found.time, found.row_id) else best
