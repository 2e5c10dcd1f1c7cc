"""What was built of each entity, kept as long as what it was built from stays the same. No GL."""

from __future__ import annotations

import operator
import weakref
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.pinholes import Pinhole
from blazon.ingest.tracks import Found
from blazon.ingest.transforms import Frames
from blazon.render.casts import Cast, Group, Player
from blazon.render.followed import FollowedGroup, FollowedSpace
from blazon.render.sheets import Sheet
from blazon.render.shot import Shot
from blazon.render.styles import Table
from blazon.render.tables import Tables
from blazon.render.text.texts import Texts
from blazon.render.troupes import Troupe
from blazon.render.views import View
from blazon.render.visualizers import depth_clouds
from blazon.render.visualizers.layers import Built, BuiltSpace, ImageLayer, ImageRole
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.registry import VISUALIZERS, Cells, Visualizer


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was built, and from what."""

    key: tuple[Any, ...]
    built: Any


class _Followed:
    """One archetype of one entity: its newest cells, and what was built of them."""

    __slots__ = ("built", "found", "more", "scene", "table", "track")

    def __init__(self, track: Cells | None) -> None:
        self.track = track
        self.found: Found | None = None
        self.table: Table | None = None
        self.more: tuple[Any, ...] = ()
        self.built: Any = None
        self.scene = 0  # the last one that asked for it


_Key = tuple[EntityPath, Hashable]
_IS_OF_IMAGES = operator.attrgetter("is_of_images")  # these come last: they may still be on their way


class Builds:
    """Asks visualizers, and remembers what they answered."""

    def __init__(self) -> None:
        self._tables = Tables()
        self._space: FollowedSpace | None = None
        self._troupes: weakref.WeakKeyDictionary[View, Troupe] = weakref.WeakKeyDictionary()
        self._groups: weakref.WeakKeyDictionary[Group, FollowedGroup] = weakref.WeakKeyDictionary()
        self._kept: dict[_Key, _Kept] = {}
        self._used: set[_Key] = set()
        self._followed: dict[_Key, _Followed] = {}
        self._follows: tuple[Any, ...] = ()
        self._scene = 0

    def begin(self) -> None:
        """Start a scene: what is not asked for until `end` is forgotten there."""
        self._used.clear()
        self._tables.begin()
        self._scene += 1

    def end(self) -> None:
        """Forget what nobody asked for since `begin`."""
        self._kept = {key: kept for key, kept in self._kept.items() if key in self._used}
        if any(each.scene != self._scene for each in self._followed.values()):
            self._followed = {key: each for key, each in self._followed.items() if each.scene == self._scene}

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._followed.clear()
        self._groups.clear()
        self._troupes.clear()
        self._space = None
        self._tables.clear()
        self._follows = ()

    def flat(self, shot: Shot, entity: EntityPath, visualizer: Visualizer) -> Built | None:
        """What a visualizer of the plane makes of an entity; None where it has nothing to draw."""
        built: Built | None = self._one(shot, entity, visualizer, visualizer.archetype, build=visualizer.build)
        return built

    def sheets(self, shot: Shot, groups: Sequence[Group]) -> list[Sheet]:
        """What groups of entities draw in the plane; the very same sheets while that is the same."""
        followed = [self._follow_group(shot, group) for group in groups]
        for each in followed:
            each.prepare(shot)
        sheets = {each: each.sheet(shot, self._tables) for each in sorted(followed, key=_IS_OF_IMAGES)}
        return [sheets[each] for each in followed]

    def _follow_group(self, shot: Shot, group: Group) -> FollowedGroup:
        followed = self._groups.get(group)
        if followed is None:
            followed = self._groups[group] = FollowedGroup(shot.recording, group, shot.at.timeline)
        return followed

    def troupe(self, shot: Shot, frames: Frames, view: View, cast: Cast, players: Sequence[Player]) -> Troupe:
        """Who of `cast` stands in the space of a view, of all `players`, as they are drawn in `shot`."""
        if self._space is None or self._space.players is not players:
            self._space = FollowedSpace(shot.recording, players, shot.at.timeline)
            self._troupes.clear()
        self._space.update(shot, self._tables, frames)
        troupe = self._troupes.get(view)
        if troupe is None:
            troupe = self._troupes[view] = Troupe(self._space, cast.space)
        return troupe

    def texts(self, shot: Shot) -> Texts | None:
        """The book of all that may be written in `shot`; None where nothing may be."""
        labelling = self._tables.labelling(shot)
        return labelling.texts if labelling is not None else None

    def cloud(
        self, shot: Shot, entity: EntityPath, depth: Visualizer, pinhole: Pinhole, beside: EntityPath | None
    ) -> BuiltSpace | None:
        """The cloud of a depth image before a pinhole, in the colours of the image beside it."""
        colored_by = self._picture(shot, beside) if beside is not None else None
        cloud: BuiltSpace | None = self._one(
            shot,
            entity,
            depth,
            f"{depth.archetype} in space",
            build=lambda query: depth_clouds.build(query, pinhole, colored_by.pixels if colored_by else None),
            more=(pinhole.rows, colored_by),
        )
        return cloud

    def _picture(self, shot: Shot, entity: EntityPath) -> ImageLayer | None:
        """The first image of an entity that is none of depth."""
        for visualizer in VISUALIZERS:
            if visualizer.image in (ImageRole.COLOR, ImageRole.MASK):
                built = self.flat(shot, entity, visualizer)
                for layer in built.layers if built else ():
                    if isinstance(layer, ImageLayer):
                        return layer
        return None

    def derived(self, entity: EntityPath, name: Hashable, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """Return what `make` answers for an entity, or what it answered for an equal `key`."""
        self._used.add((entity, name))
        kept = self._kept.get((entity, name))
        if kept is None or kept.key != key:
            kept = self._kept[entity, name] = _Kept(key, make())
        return kept.built

    def _one(
        self,
        shot: Shot,
        entity: EntityPath,
        visualizer: Visualizer,
        name: str,
        *,
        build: Callable[[Query], Any],
        more: tuple[Any, ...] = (),
    ) -> Any:
        """What `build` answers for the newest cells of an entity, or what it answered for the same ones and `more`."""
        followed = self._follow(shot, entity, visualizer, name)
        found, table = self._newest(shot, entity, visualizer, followed)
        if found is None or table is None:
            return None
        labelling = self._tables.labelling(shot)
        more = (*more, labelling)
        if followed.found is not found or followed.table is not table or followed.more != more:
            followed.built = build(Query(entity, visualizer.archetype, found.values, table, labelling=labelling))
            followed.found, followed.table, followed.more = found, table, more
        return followed.built

    def _follow(self, shot: Shot, entity: EntityPath, visualizer: Visualizer, name: str) -> _Followed:
        follows = (shot.recording, shot.at.timeline)
        if self._follows != follows:
            self._followed.clear()
            self._follows = follows
        key = (entity, name)
        followed = self._followed.get(key)
        if followed is None:
            track = visualizer.follow(shot.recording, entity, shot.at.timeline)
            followed = self._followed[key] = _Followed(track)
        followed.scene = self._scene
        return followed

    def _newest(
        self, shot: Shot, entity: EntityPath, visualizer: Visualizer, followed: _Followed
    ) -> tuple[Found | None, Table | None]:
        """The newest cells of an entity, and the table that colours them; None where there is nothing to draw."""
        found = followed.track.at(shot.at.time) if followed.track is not None else None
        required = found.values.get(visualizer.indicator) if found is not None else None
        if required is None or len(required) == 0:
            return None, None
        return found, self._tables.of(shot, entity)
