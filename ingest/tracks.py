"""Tracks: the newest cells of some components of one entity, followed through time.

A track knows from when until when its answer holds, so that asking again costs next to nothing while nothing has
changed, and one search where all components come from one chunk. What it answers with is the very same object for as
long as it is the same cells. Source: SEMANTICS §9.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from blazon.ingest.chunk import ChunkRef
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.index import EntityIndex
from blazon.ingest.moments import At
from blazon.ingest.timeline import INT64_MAX, Timeline

if TYPE_CHECKING:
    from blazon.ingest.recording import Recording

_ALWAYS, _NEVER = INT64_MAX + 1, -(2**63) - 2  # after, and before, every time


class Found:
    """Cells of one entity. values : by component name. keys : equal for equal cells."""

    __slots__ = ("keys", "values")

    def __init__(self, values: Mapping[str, Any], keys: tuple[Any, ...]) -> None:
        self.values, self.keys = values, keys


class Track:
    """Follows components of an entity on a timeline (None: static data alone)."""

    __slots__ = (
        "_clears",
        "_components",
        "_entity",
        "_found",
        "_generation",
        "_index",
        "_recording",
        "_since",
        "_single",
        "_static",
        "_temporal",
        "_timeline",
        "_until",
    )

    def __init__(
        self,
        recording: Recording,
        entity: EntityPath,
        index: EntityIndex,
        components: tuple[str, ...],
        timeline: Timeline | None,
    ) -> None:
        self._recording, self._entity, self._index = recording, entity, index
        self._components, self._timeline = components, timeline
        self._generation = self._clears = -1
        self._since = self._until = 0
        self._found: Found | None = None
        self._static: tuple[str, ...] = ()
        self._temporal: tuple[str, ...] = ()
        self._single: ChunkRef | None = None

    def at(self, time: int) -> Found | None:
        """Return the newest cells not after `time`; None where there are none."""
        same = self._generation == self._index.generation and self._clears == self._recording.clears
        if not (same and self._since <= time < self._until):
            self._find(time)
        return self._found

    def _find(self, time: int) -> None:
        generation, clears = self._index.generation, self._recording.clears
        if generation != self._generation:
            self._plan()
        found: tuple[Mapping[str, Any], tuple[Any, ...]] | None
        if clears:
            found, self._since, self._until = self._uncleared(time), time, time
        elif self._single is not None and not self._static:
            found = self._of_one_chunk(self._single, time)
        else:
            found = self._of_several(time)
        self._generation, self._clears = generation, clears
        if found is None or not found[1]:
            self._found = None
        elif self._found is None or self._found.keys != found[1]:
            self._found = Found(*found)

    def _plan(self) -> None:
        """Note which components are static, and whether all others come from one chunk."""
        index, line = self._index, self._timeline
        self._static = tuple(name for name in self._components if name in index.static)
        self._temporal = tuple(
            name for name in self._components if (line, name) in index.temporal and name not in index.static
        )
        refs = {id(ref): ref for name in self._temporal if line for ref in index.temporal[line, name].refs()}
        self._single = next(iter(refs.values())) if len(refs) == 1 else None

    def _of_one_chunk(self, ref: ChunkRef, time: int) -> tuple[Mapping[str, Any], tuple[Any, ...]] | None:
        chunk = self._recording.load_chunk(ref)
        if chunk is None or self._timeline is None:
            self._since, self._until = _NEVER, _ALWAYS
            return None
        columns = chunk.columns
        first = columns.get(self._temporal[0])
        if first is None or any(
            name not in columns or columns[name].present is not first.present for name in self._temporal
        ):
            return self._of_several(time)
        order, times = chunk.sorted_rows(self._timeline, self._temporal[0])
        at = bisect.bisect_right(times, time)
        self._until = times[at] if at < len(times) else _ALWAYS
        if at == 0:
            self._since = _NEVER
            return None
        self._since = times[at - 1]
        row = order[at - 1]
        key = (ref, row)
        if self._found is not None and self._found.keys == key:
            return self._found.values, key
        return {name: columns[name].read(row) for name in self._temporal}, key

    def _of_several(self, time: int) -> tuple[Mapping[str, Any], tuple[Any, ...]]:
        values: dict[str, Any] = {}
        keys: list[Any] = []
        since, until, at = _NEVER, _ALWAYS, At(self._timeline, time)
        for name in (*self._static, *self._temporal):
            cell = self._recording.latest_uncleared(self._entity, name, at)
            if name in self._temporal and self._timeline is not None:
                until = min(until, self._recording.changes_after(self._entity, name, self._timeline, time))
                since = max(since, cell.time if cell is not None else _NEVER)
            if cell is not None:
                values[name] = cell.value
                keys.append((name, cell.key))
        self._since, self._until = since, until
        return values, tuple(keys)

    def _uncleared(self, time: int) -> tuple[Mapping[str, Any], tuple[Any, ...]]:
        """Where something was cleared, what is left is asked for each time."""
        values: dict[str, Any] = {}
        keys: list[Any] = []
        at = At(self._timeline, time)
        for name in (*self._static, *self._temporal):
            cell = self._recording.latest(self._entity, name, at)
            if cell is not None:
                values[name] = cell.value
                keys.append((name, cell.key))
        return values, tuple(keys)
