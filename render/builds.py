"""What was built of each entity, kept as long as what it was built from stays the same. No GL."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from blazon.ingest.annotations import CONTEXT, AnnotationContext
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.pinholes import Pinhole
from blazon.ingest.poses import Matrix
from blazon.ingest.tracks import Found, Track
from blazon.render.class_filter import ClassFilter
from blazon.render.shot import Shot
from blazon.render.styles import Styles, Table
from blazon.render.visualizers import depth_clouds
from blazon.render.visualizers.batches import batches
from blazon.render.visualizers.layers import Built, BuiltSpace, ImageLayer, ImageRole
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.registry import VISUALIZERS, SpaceVisualizer, Visualizer


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was built, and from what."""

    key: tuple[Any, ...]
    built: Any


class _Followed:
    """One archetype of one entity: its newest cells, and what was built of them."""

    __slots__ = ("built", "found", "more", "scene", "table", "track")

    def __init__(self, track: Track | None) -> None:
        self.track = track
        self.found: Found | None = None
        self.table: Table | None = None
        self.more: tuple[Any, ...] = ()
        self.built: Any = None
        self.scene = 0  # the last one that asked for it


_Key = tuple[EntityPath, Hashable]


class Builds:
    """Asks visualizers, and remembers what they answered."""

    def __init__(self) -> None:
        self._styles = Styles()
        self._kept: dict[_Key, _Kept] = {}
        self._used: set[_Key] = set()
        self._followed: dict[_Key, _Followed] = {}
        self._follows: tuple[Any, ...] = ()
        self._scene = 0
        self._owners: dict[EntityPath, tuple[EntityPath, ...]] = {}
        self._owned_by: tuple[Any, ...] = ()
        self._contexts: dict[EntityPath, AnnotationContext | None] = {}
        self._tables: dict[tuple[AnnotationContext | None, ClassFilter], Table] = {}
        self._of_time: tuple[Any, ...] = ()

    def begin(self) -> None:
        """Start a scene: what is not asked for until `end` is forgotten there."""
        self._used.clear()
        self._tables.clear()
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
        self._owners.clear()
        self._contexts.clear()
        self._of_time = self._follows = ()

    def flat(self, shot: Shot, entity: EntityPath, visualizer: Visualizer) -> Built | None:
        """What a visualizer of the plane makes of an entity; None where it has nothing to draw."""
        built: Built | None = self._one(shot, entity, visualizer, visualizer.archetype, build=visualizer.build)
        return built

    def flat_many(
        self, shot: Shot, asked: Sequence[tuple[EntityPath, Visualizer]]
    ) -> Iterator[tuple[EntityPath, Visualizer, Built]]:
        """Yield what `flat` answers for each of `asked`, but for those with nothing to draw; many are built at once."""
        current: list[tuple[EntityPath, Visualizer, _Followed]] = []
        changed: dict[str, list[tuple[EntityPath, Visualizer, _Followed]]] = {}
        for entity, visualizer in asked:
            followed = self._follow(shot, entity, visualizer, visualizer.archetype)
            found, table = self._newest(shot, entity, visualizer, followed)
            if found is None:
                continue
            current.append((entity, visualizer, followed))
            if followed.found is not found or followed.table is not table or followed.more:
                followed.found, followed.table, followed.more = found, table, ()
                changed.setdefault(visualizer.archetype, []).append(current[-1])
        for stale in changed.values():
            _build_all(stale)
        return ((entity, visualizer, followed.built) for entity, visualizer, followed in current)

    def space(
        self, shot: Shot, entity: EntityPath, visualizer: SpaceVisualizer, poses: Matrix | None = None
    ) -> BuiltSpace | None:
        """What a visualizer of space makes of an entity; None where it has nothing to draw.

        poses : of its instances, float64 (n, 4, 4), for a visualizer that takes them.
        """
        given = poses if visualizer.takes_poses else None
        built: BuiltSpace | None = self._one(
            shot,
            entity,
            visualizer,
            visualizer.archetype,
            build=visualizer.build,
            poses=given,
            more=(None if given is None else given.tobytes(),),
        )
        return built

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
        visualizer: Visualizer | SpaceVisualizer,
        name: str,
        *,
        build: Callable[[Query], Any],
        poses: Matrix | None = None,
        more: tuple[Any, ...] = (),
    ) -> Any:
        """What `build` answers for the newest cells of an entity, or what it answered for the same ones and `more`."""
        followed = self._follow(shot, entity, visualizer, name)
        found, table = self._newest(shot, entity, visualizer, followed)
        if found is None or table is None:
            return None
        if followed.found is not found or followed.table is not table or followed.more != more:
            followed.built = build(Query(entity, visualizer.archetype, found.values, table, poses))
            followed.found, followed.table, followed.more = found, table, more
        return followed.built

    def _follow(self, shot: Shot, entity: EntityPath, visualizer: Visualizer | SpaceVisualizer, name: str) -> _Followed:
        follows = (shot.recording, shot.at.timeline)
        if self._follows != follows:
            self._followed.clear()
            self._follows = follows
        key = (entity, name)
        followed = self._followed.get(key)
        if followed is None:
            track = shot.recording.follow(entity, visualizer.components, shot.at.timeline)
            followed = self._followed[key] = _Followed(track)
        followed.scene = self._scene
        return followed

    def _newest(
        self, shot: Shot, entity: EntityPath, visualizer: Visualizer | SpaceVisualizer, followed: _Followed
    ) -> tuple[Found | None, Table | None]:
        """The newest cells of an entity, and the table that colours them; None where there is nothing to draw."""
        found = followed.track.at(shot.at.time) if followed.track is not None else None
        required = found.values.get(visualizer.indicator) if found is not None else None
        if required is None or len(required) == 0:
            return None, None
        context = self._context(shot, entity)
        key = context, shot.look.classes
        table = self._tables.get(key)
        if table is None:
            table = self._tables[key] = self._styles.table(*key)
        return found, table

    def _context(self, shot: Shot, entity: EntityPath) -> AnnotationContext | None:
        """The nearest context at or above an entity; each is asked for once in a scene."""
        recording = shot.recording
        of_time = (recording, recording.generation, shot.at)
        if self._of_time != of_time:
            self._of_time = of_time
            self._contexts.clear()
            having = recording, len(recording.entities_with(CONTEXT))
            if having != self._owned_by:
                self._owned_by = having
                self._owners.clear()
        owners = self._owners.get(entity)
        if owners is None:
            owners = tuple(each for each in entity.ancestors() if recording.has(each, CONTEXT))
            self._owners[entity] = owners
        for owner in owners:
            if owner not in self._contexts:
                cell = recording.latest(owner, CONTEXT, shot.at)
                self._contexts[owner] = cell.value if cell is not None else None
            context = self._contexts[owner]
            if context is not None:
                return context
        return None


def _build_all(stale: Sequence[tuple[EntityPath, Visualizer, _Followed]]) -> None:
    """Build what has changed of one archetype, many entities at once where its visualizer can."""
    visualizer = stale[0][1]
    if visualizer.build_many is None or len(stale) == 1:
        for entity, _, followed in stale:
            if followed.found is not None and followed.table is not None:
                query = Query(entity, visualizer.archetype, followed.found.values, followed.table)
                followed.built = visualizer.build(query)
        return
    asked = [
        (entity, followed.found.values, followed.table)
        for entity, _, followed in stale
        if followed.found is not None and followed.table is not None
    ]
    for numbers, batch in batches(visualizer.archetype, visualizer.required, asked):
        for number, built in zip(numbers, visualizer.build_many(batch), strict=True):
            stale[number][2].built = built
