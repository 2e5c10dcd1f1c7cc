"""Tracks: the newest cells of some components of one entity, followed through time.

A track knows from when until when its answer holds, so that asking again costs next to nothing while nothing has
changed, and one search where all components come in the same rows. What it answers with is the very same object for as
long as it is the same cells. Source: SEMANTICS §9.
"""

from __future__ import annotations

import bisect
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from blazon.ingest.chunk import ChunkRef, WholeRows
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.index import EntityIndex, TimeIndex
from blazon.ingest.moments import At
from blazon.ingest.timeline import INT64_MAX, Timeline

if TYPE_CHECKING:
    from blazon.ingest.queries import Queries

ALWAYS, NEVER = INT64_MAX + 1, -(2**63) - 2  # after, and before, every time


class Found:
    """Cells of one entity. values : by component name, and maybe None. keys : equal for equal cells."""

    __slots__ = ("keys", "values")

    def __init__(self, values: Mapping[str, Any], keys: Any) -> None:
        self.values, self.keys = values, keys


class Following:
    """What follows some components of an entity on a timeline (None: static data alone).

    since, until : from when until before when the last answer holds; from a time until the same one: for no time.
    """

    __slots__ = (
        "_clears",
        "_components",
        "_entity",
        "_generation",
        "_recording",
        "_shared",
        "_temporal",
        "_timeline",
        "index",
        "since",
        "until",
    )

    def __init__(
        self,
        recording: Queries,
        entity: EntityPath,
        index: EntityIndex,
        components: tuple[str, ...],
        timeline: Timeline | None,
    ) -> None:
        self._recording, self._entity, self.index = recording, entity, index
        self._components, self._timeline = components, timeline
        self._generation = self._clears = -1
        self.since = self.until = 0
        self._temporal: tuple[str, ...] = ()  # those with rows of their own times; static data shadows the others
        self._shared: TimeIndex | None = None  # theirs, where they always come together, and nothing is static

    def _holds(self, time: int) -> bool:
        same = self._generation == self.index.generation and self._clears == self._recording.clears
        return same and self.since <= time < self.until

    def wants(self, time: int) -> ChunkRef | None:
        """Return the chunk that `find` will ask for, as far as can be told."""
        alone = self._shared.alone(time) if self._shared is not None else None
        return alone[0] if alone is not None else None

    def _plan(self) -> None:
        """Note which components have rows, and whether they come from the same chunks."""
        index, line = self.index, self._timeline
        temporal = [name for name in self._components if (line, name) in index.temporal and name not in index.static]
        self._temporal = tuple(temporal)
        indexes = {id(each): each for name in temporal if line for each in (index.temporal[line, name],)}
        is_alone = len(indexes) == 1 and not any(name in index.static for name in self._components)
        self._shared = next(iter(indexes.values())) if is_alone else None


# The chunk that was read last, its rows, while it is in memory, and from when until before when it alone is asked.
_Near = tuple[ChunkRef, "weakref.ref[WholeRows]", int, int]


class Track(Following):
    """Follows the newest cells of components."""

    __slots__ = ("_found", "_near", "_static", "_wanted", "_wants_all")

    def __init__(
        self,
        recording: Queries,
        entity: EntityPath,
        index: EntityIndex,
        components: tuple[str, ...],
        timeline: Timeline | None,
    ) -> None:
        super().__init__(recording, entity, index, components, timeline)
        self._found: Found | None = None
        self._static: tuple[str, ...] = ()
        self._wanted: frozenset[str] = frozenset()
        self._wants_all = False  # whether all that the entity has on the timeline is asked for
        self._near: _Near | None = None

    def at(self, time: int) -> Found | None:
        """Return the newest cells not after `time`; None where there are none."""
        return self._found if self._holds(time) else self.find(time)

    def find(self, time: int) -> Found | None:
        """Return the same as `at`, where it is known to be another than before, or likely so."""
        if self.index.generation != self._generation:
            self._follow_anew()
        self._clears = clears = self._recording.clears
        if self._shared is None or clears or not (self._is_near(time) or self._is_row(self._shared, time)):
            self._search(time)
        return self._found

    def wants(self, time: int) -> ChunkRef | None:
        """Return the chunk that `find` will ask for, as far as can be told."""
        if self.index.generation != self._generation:
            self._follow_anew()
        near = self._near
        return None if near is not None and near[2] <= time < near[3] and near[1]() is not None else super().wants(time)

    def _follow_anew(self) -> None:
        generation = self.index.generation  # read first: what comes meanwhile is for the next time
        self._near = None
        self._plan()
        self._static = tuple(name for name in self._components if name in self.index.static)
        self._wanted, line = frozenset(self._temporal), self._timeline
        self._wants_all = all(name in self._wanted for each, name in list(self.index.temporal) if each == line)
        self._generation = generation

    def _is_near(self, time: int) -> bool:
        """Take a row of the chunk that was read last, where it alone can be the newest; say whether that is so."""
        if self._near is None:
            return False
        ref, kept, first, end = self._near
        rows = kept() if first <= time < end else None
        if rows is None:
            return False
        values, key = self._of_row(ref, rows, end, time)
        if self._found is None or self._found.keys != key:
            self._found = Found(values, key)
        return True

    def _is_row(self, chunks: TimeIndex, time: int) -> bool:
        """Take a row that lies in memory as it is, where it alone can be the newest; say whether that is so."""
        alone = chunks.alone(time)
        ref = alone[0] if alone is not None else None
        if alone is None or ref is None or ref.row is None:
            return False
        if not self._wants_all and not ref.row.keys() <= self._wanted:
            return False
        self.since, self.until = alone[1], ALWAYS if alone[2] is None else alone[2]
        if self._found is None or self._found.keys is not ref:
            self._found = Found(ref.row, ref)
        return True

    def _search(self, time: int) -> None:
        clears = self._recording.clears
        found: tuple[Mapping[str, Any], tuple[Any, ...]] | None
        if clears:
            found, self.since, self.until = self._uncleared(time), time, time
        elif self._shared is not None:
            found = self._of_whole_rows(self._shared, time)
        else:
            found = self._of_several(time)
        if found is None or not found[1]:
            self._found = None
        elif self._found is None or self._found.keys != found[1]:
            self._found = Found(*found)

    def _of_whole_rows(self, chunks: TimeIndex, time: int) -> tuple[Mapping[str, Any], tuple[Any, ...]] | None:
        """Where all components come in the same rows, and one chunk alone can hold the newest: one search for all."""
        line, alone = self._timeline, chunks.alone(time)
        if alone is None or line is None:
            return self._of_several(time)
        ref, _, after = alone
        until = ALWAYS if after is None else after
        if ref is None:
            self.since, self.until = NEVER, until
            return None
        chunk = self._recording.load_chunk(ref)
        rows = chunk.whole_rows(line, self._temporal) if chunk is not None else None
        if rows is None or time < rows.times[0]:  # others may have them
            return self._of_several(time)
        self._near = ref, weakref.ref(rows), rows.times[0], until
        return self._of_row(ref, rows, until, time)

    def _of_row(
        self, ref: ChunkRef, rows: WholeRows, until: int, time: int
    ) -> tuple[Mapping[str, Any], tuple[Any, ...]]:
        """The newest of `rows`, none of which is followed by one of another chunk before `until`."""
        times = rows.times
        at = bisect.bisect_right(times, time)
        self.since, self.until = times[at - 1], min(until, times[at]) if at < len(times) else until
        key = ref, rows.rows[at - 1]
        if self._found is not None and self._found.keys == key:
            return self._found.values, key
        return rows.cells(at - 1), key

    def _of_several(self, time: int) -> tuple[Mapping[str, Any], tuple[Any, ...]]:
        values: dict[str, Any] = {}
        keys: list[Any] = []
        since, until, at = NEVER, ALWAYS, At(self._timeline, time)
        for name in (*self._static, *self._temporal):
            cell = self._recording.latest_uncleared(self._entity, name, at)
            if name in self._temporal and self._timeline is not None:
                until = min(until, self._recording.changes_after(self._entity, name, self._timeline, time))
                since = max(since, cell.time if cell is not None else NEVER)
            if cell is not None:
                values[name] = cell.value
                keys.append((name, cell.key))
        self.since, self.until = since, until
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
