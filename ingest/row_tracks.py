"""Row tracks: the newest rows of an entity that have any of some components, followed through time.

For what is logged as one thing, such as a transform; tracks.py follows cells. Source: SEMANTICS §9.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from blazon.ingest.chunk import STATIC_TIME
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.index import EntityIndex, TimeIndex
from blazon.ingest.moments import At, Row
from blazon.ingest.timeline import Timeline
from blazon.ingest.tracks import ALWAYS, NEVER, Following

if TYPE_CHECKING:
    from blazon.ingest.queries import Queries


class RowTrack(Following):
    """Follows the newest rows that have any of some components, as `Recording.latest_rows` answers."""

    __slots__ = ("_rows",)

    def __init__(
        self,
        recording: Queries,
        entity: EntityPath,
        index: EntityIndex,
        components: tuple[str, ...],
        timeline: Timeline | None,
    ) -> None:
        super().__init__(recording, entity, index, components, timeline)
        self._rows: tuple[Row, ...] = ()

    def at(self, time: int) -> tuple[Row, ...]:
        """Return the rows at a time; the very same tuple while they are the same."""
        return self._rows if self._holds(time) else self.find(time)

    def find(self, time: int) -> tuple[Row, ...]:
        """Return the same as `at`, where it is known to be another than before, or likely so."""
        at = At(self._timeline, time)
        generation, clears = self.index.generation, self._recording.clears
        if generation != self._generation:
            self._plan()
        if clears or self._shared is None or not self._of_whole_rows(self._shared, at.time):
            self._of_several(at)
        self._generation, self._clears = generation, clears
        return self._rows

    def _of_several(self, at: At) -> None:
        there = [name for name in self._components if name in self.index.components]
        rows = self._recording.latest_rows(self._entity, there, at)
        if rows != self._rows:
            self._rows = rows
        if self._recording.clears:
            self.since = self.until = at.time
        elif at.timeline is None:
            self.since, self.until = NEVER, ALWAYS
        else:
            line = at.timeline
            changes = (self._recording.changes_after(self._entity, name, line, at.time) for name in there)
            self.until = min(changes, default=ALWAYS)
            newest = max((row.time for row in rows), default=STATIC_TIME)
            self.since = newest if newest != STATIC_TIME or not rows else NEVER
            if not rows:
                self.since = at.time

    def _of_whole_rows(self, chunks: TimeIndex, time: int) -> bool:
        """Find the row where one chunk alone can hold it, and it is whole; say whether that is so."""
        line, alone = self._timeline, chunks.alone(time)
        chunk = self._recording.load_chunk(alone[0]) if alone is not None and alone[0] is not None else None
        if alone is None or alone[0] is None or chunk is None or line is None:
            return False
        if line not in chunk.times or not chunk.has_whole(self._temporal):
            return False
        order, times = chunk.sorted_rows(line, self._temporal[0])
        at, after = bisect.bisect_right(times, time), ALWAYS if alone[2] is None else alone[2]
        if at == 0:
            return False
        rows = (Row(times[at - 1], chunk.row_id(order[at - 1]), (alone[0], order[at - 1])),)
        self.since, self.until = times[at - 1], min(after, times[at]) if at < len(times) else after
        if rows != self._rows:
            self._rows = rows
        return True
