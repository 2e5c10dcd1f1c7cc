"""Sheets that are kept up to date: of a group of entities, those are drawn anew whose cells or colours changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.annotations import CONTEXT
from blazon.ingest.notices import Notice
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import Timeline
from blazon.ingest.track_sets import TrackSet
from blazon.ingest.tracks import Found
from blazon.render.casts import Group
from blazon.render.sheets import NOWHERE, Revision, Sheet, SheetRows
from blazon.render.shot import Shot
from blazon.render.styles import Table
from blazon.render.tables import Colored, Tables
from blazon.render.visualizers.batches import Batch, batches
from blazon.render.visualizers.layers import Built, ImageLayer
from blazon.render.visualizers.query import Query, Values


class FollowedGroup:
    """What a group of entities draws, from time to time of one timeline."""

    def __init__(self, recording: Recording, group: Group, timeline: Timeline | None) -> None:
        self._recording, self._group = recording, group
        tracks = (recording.follow(entity, group.visualizer.components, timeline) for entity in group.entities)
        self._tracks: TrackSet[Found | None] = TrackSet(recording, [track for track in tracks if track is not None])
        self._colored: Colored | None = None
        self._contexts = -1
        self._tables: list[Table] = []
        self._sheet = Sheet.empty(group.ranks)

    def sheet(self, shot: Shot, tables: Tables) -> Sheet:
        """Return what the group draws in `shot`; the very same sheet while that is the same."""
        changed = np.array(self._tracks.at(shot.at.time), np.int64)
        changed = np.union1d(changed, self._recolored(shot, tables))
        if len(changed):
            self._sheet = self._sheet.revised(changed, list(self._revisions(changed)))
        return self._sheet

    def _recolored(self, shot: Shot, tables: Tables) -> NDArray[np.int64]:
        """The numbers of those that have another table than before."""
        contexts = len(self._recording.entities_with(CONTEXT))
        before = self._tables
        if self._colored is None or contexts != self._contexts:
            self._colored, before = tables.colored(self._recording, self._group.entities), []
            self._contexts = contexts
        self._tables = [tables.of_owners(shot, owners) for owners in self._colored.owners]
        if not before:
            return np.arange(len(self._group.entities))
        others = [number for number, table in enumerate(self._tables) if table is not before[number]]
        return np.flatnonzero(np.isin(self._colored.group, others)) if others else np.zeros(0, np.int64)

    def _revisions(self, changed: NDArray[np.int64]) -> Iterator[Revision]:
        visualizer = self._group.visualizer
        asked = list(self._asked(changed.tolist()))
        if visualizer.parts is not None:
            queries = [(self._group.entities[number], values, table) for number, values, table in asked]
            for chosen, batch in batches(visualizer.archetype, visualizer.required, queries):
                numbers = np.array([asked[each][0] for each in chosen], np.int64)
                parts = visualizer.parts(batch)
                rows = [
                    SheetRows(part.primitive, part.draw_order, part.rows, parts.starts(part, batch.starts))
                    for part in parts.parts
                ]
                yield Revision(numbers, rows, parts.corners(batch.starts), notices=_notices(batch, numbers))
            return
        for number, values, table in asked:
            query = Query(self._group.entities[number], visualizer.archetype, values, table)
            yield _of_one(number, visualizer.build(query))

    def _asked(self, numbers: Sequence[int]) -> Iterator[tuple[int, Values, Table]]:
        """Those that have anything to draw, with what it is and how it is coloured."""
        assert self._colored is not None
        indicator, groups = self._group.visualizer.indicator, self._colored.group
        for number in numbers:
            found = self._tracks.found[number]
            required = found.values.get(indicator) if found is not None else None
            if found is not None and required is not None and len(required):
                yield number, found.values, self._tables[groups[number]]


def _notices(batch: Batch, numbers: NDArray[np.int64]) -> dict[int, tuple[Notice, ...]]:
    told = batch.notices.list()
    if not told:
        return {}
    number_of = dict(zip(batch.entities, numbers.tolist(), strict=True))
    by_number: dict[int, list[Notice]] = {}
    for notice in told:
        if notice.entity is not None:
            by_number.setdefault(number_of[notice.entity], []).append(notice)
    return {number: tuple(each) for number, each in by_number.items()}


def _of_one(number: int, built: Built) -> Revision:
    """What was built of one entity by itself: an image, if anything."""
    image = next((each for each in built.layers if isinstance(each, ImageLayer)), None)
    bounds = built.bounds
    corners = NOWHERE if bounds is None else np.array([bounds.x0, bounds.y0, bounds.x1, bounds.y1])
    notices = {number: built.notices} if built.notices else {}
    return Revision(np.array([number]), (), corners[None], {number: image} if image else {}, notices)
