"""What groups of entities draw, kept up to date: those are drawn anew whose cells or colours changed. No GL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.annotations import CONTEXT
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.notices import Notice
from blazon.ingest.poses import Matrix
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import Timeline
from blazon.ingest.track_sets import TrackSet
from blazon.ingest.tracks import Found
from blazon.ingest.transforms import Frames
from blazon.render.casts import Group, Player
from blazon.render.sheets import NOWHERE, Revision, Sheet, SheetRows
from blazon.render.shot import Shot
from blazon.render.styles import Table
from blazon.render.tables import Colored, Tables
from blazon.render.text.texts import Labelling
from blazon.render.visualizers.batches import Asked, Batch, batches
from blazon.render.visualizers.layers import Built, BuiltSpace, ImageLayer
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.registry import SpaceVisualizer, Visualizer


class FollowedCells:
    """The newest cells of one archetype each of entities, and their colours, from time to time of one timeline.

    labelling : which labels of theirs are wanted.
    """

    def __init__(
        self,
        recording: Recording,
        players: Iterable[tuple[EntityPath, Visualizer | SpaceVisualizer]],
        timeline: Timeline | None,
    ) -> None:
        self._recording = recording
        self._players = list(players)
        tracks = [drawn_by.follow(recording, entity, timeline) for entity, drawn_by in self._players]
        self._tracks: TrackSet[Found | None] = TrackSet(recording, [track for track in tracks if track is not None])
        self._indicators = [drawn_by.indicator for _, drawn_by in self._players]
        self._colored: Colored | None = None
        self._group: list[int] = []
        self._contexts = -1
        self._tables: list[Table] = []
        self.labelling: Labelling | None = None

    def prepare(self, shot: Shot) -> None:
        """Have what takes long begin to be loaded: `changed` will be called for a shot."""
        self._tracks.prepare(shot.at.time)

    def changed(self, shot: Shot, tables: Tables) -> NDArray[np.int64]:
        """Go to the time of a shot; return the numbers of those that are others there than before, ascending."""
        changed = np.array(self._tracks.at(shot.at.time), np.int64)
        recolored = self._recolored(shot, tables)
        labelling = tables.labelling(shot)
        if labelling is not self.labelling:
            self.labelling = labelling
            return np.arange(len(self._players))
        return np.union1d(changed, recolored) if len(recolored) else changed

    def there(self, numbers: Iterable[int]) -> list[Asked]:
        """Return those of some that have anything to draw, their cells, and how they are coloured."""
        every, indicators, group, tables = self._tracks.found, self._indicators, self._group, self._tables
        return [
            (number, found.values, tables[group[number]])
            for number in numbers
            if (found := every[number]) is not None
            and (required := found.values.get(indicators[number])) is not None
            and len(required)
        ]

    def _recolored(self, shot: Shot, tables: Tables) -> NDArray[np.int64]:
        """The numbers of those that have another table than before."""
        contexts = len(self._recording.entities_with(CONTEXT))
        before = self._tables
        if self._colored is None or contexts != self._contexts:
            self._colored = tables.colored(self._recording, [entity for entity, _ in self._players])
            self._contexts, before = contexts, []
            self._group = self._colored.group.tolist()
        self._tables = [tables.of_owners(shot, owners) for owners in self._colored.owners]
        if not before:
            return np.arange(len(self._players))
        others = [number for number, table in enumerate(self._tables) if table is not before[number]]
        return np.flatnonzero(np.isin(self._colored.group, others)) if others else np.zeros(0, np.int64)


class FollowedGroup:
    """The sheet of a group of entities in the plane."""

    def __init__(self, recording: Recording, group: Group, timeline: Timeline | None) -> None:
        self._visualizer, self._entities = group.visualizer, group.entities  # not it: it says how long this is kept
        self._cells = FollowedCells(recording, ((entity, group.visualizer) for entity in group.entities), timeline)
        self._sheet = Sheet.empty(group.ranks)

    @property
    def is_of_images(self) -> bool:
        """Whether it draws images, of which one is as large as everything else."""
        return self._visualizer.parts is None

    def prepare(self, shot: Shot) -> None:
        """Have what takes long begin to be loaded: `sheet` will be called for a shot."""
        self._cells.prepare(shot)

    def sheet(self, shot: Shot, tables: Tables) -> Sheet:
        """Return what the group draws in `shot`; the very same sheet while that is the same."""
        changed = self._cells.changed(shot, tables)
        if len(changed):
            self._sheet = self._sheet.revised(changed, list(self._revisions(changed.tolist())))
        return self._sheet

    def _revisions(self, changed: Sequence[int]) -> Iterator[Revision]:
        visualizer, entities = self._visualizer, self._entities
        asked = self._cells.there(changed)
        if visualizer.parts is None:
            for number, values, table in asked:
                built = visualizer.build(Query(entities[number], visualizer.archetype, values, table))
                yield _of_image(number, built)
            return
        for chosen, batch in batches(visualizer, entities, asked, self._cells.labelling):
            numbers = np.array(chosen, np.int64)
            parts = visualizer.parts(batch)
            rows = [
                SheetRows(part.primitive, part.draw_order, part.rows, parts.starts(part, batch.starts))
                for part in parts.parts
            ]
            yield Revision(numbers, rows, parts.corners(batch.starts), notices=_notices(batch, numbers))


class FollowedSpace:
    """What entities draw in space, whichever views show it.

    players : the entities, in order, with what draws them. builts : what each is drawn as; None: nothing.
    poses : the instance poses of those that have any, by number, float64 (k, 4, 4) each.
    """

    def __init__(self, recording: Recording, players: Sequence[Player], timeline: Timeline | None) -> None:
        self.players = players
        self.builts: list[BuiltSpace | None] = [None] * len(players)
        self.poses: dict[int, Matrix] = {}
        self._frames: Frames | None = None
        self._posed_entities: set[EntityPath] = set()
        self._posed_numbers: list[int] = []
        self._cells = FollowedCells(recording, players, timeline)

    def update(self, shot: Shot, tables: Tables, frames: Frames) -> None:
        """Go to the time of a shot."""
        self._cells.prepare(shot)
        stale = set(self._cells.changed(shot, tables).tolist()) | self._posed(frames)
        for number in stale:
            self.builts[number] = None
        for number, values, table in self._cells.there(sorted(stale)):
            entity, drawn_by = self.players[number]
            poses = self.poses.get(number) if drawn_by.takes_poses else None
            query = Query(entity, drawn_by.archetype, values, table, poses, self._cells.labelling)
            self.builts[number] = drawn_by.build(query)

    def _posed(self, frames: Frames) -> set[int]:
        """The numbers of those that have to be drawn anew for their poses are others."""
        stale: set[int] = set()
        if frames is self._frames:
            return stale
        if frames.posed != self._posed_entities:
            self._posed_entities = frames.posed
            self._posed_numbers = [number for number, (entity, _) in enumerate(self.players) if entity in frames.posed]
        self._frames = frames
        for number in self._posed_numbers:
            entity, drawn_by = self.players[number]
            before, poses = self.poses.pop(number, None), frames.instance_poses(entity)
            is_same = before is poses or (before is not None and poses is not None and np.array_equal(before, poses))
            now = before if is_same else poses
            if now is not None:
                self.poses[number] = now
            if not is_same and drawn_by.takes_poses:
                stale.add(number)
        return stale


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


def _of_image(number: int, built: Built) -> Revision:
    """What was built of an entity that draws an image, if anything."""
    image = next((each for each in built.layers if isinstance(each, ImageLayer)), None)
    bounds = built.bounds
    corners = NOWHERE if bounds is None else np.array([bounds.x0, bounds.y0, bounds.x1, bounds.y1])
    notices = {number: built.notices} if built.notices else {}
    return Revision(np.array([number]), (), corners[None], {number: image} if image else {}, notices)
