"""What was built of each entity, kept as long as what it was built from stays the same. No GL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.pinholes import Pinhole
from blazon.ingest.poses import Matrix
from blazon.render.shot import Shot
from blazon.render.styles import Styles
from blazon.render.visualizers import depth_clouds
from blazon.render.visualizers.layers import Built, BuiltSpace, ImageLayer, ImageRole
from blazon.render.visualizers.query import Query, newest_cells
from blazon.render.visualizers.registry import VISUALIZERS, SpaceVisualizer, Visualizer


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was built for one archetype of one entity, and from what."""

    key: tuple[Any, ...]
    built: Any  # Built or BuiltSpace


class Builds:
    """Asks visualizers, and remembers what they answered."""

    def __init__(self) -> None:
        self._styles = Styles()
        self._kept: dict[tuple[EntityPath, str], _Kept] = {}
        self._used: set[tuple[EntityPath, str]] = set()

    def begin(self) -> None:
        """Start a scene: what is not asked for until `end` is forgotten there."""
        self._used.clear()

    def end(self) -> None:
        """Forget what nobody asked for since `begin`."""
        self._kept = {key: kept for key, kept in self._kept.items() if key in self._used}

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()

    def flat(self, shot: Shot, entity: EntityPath, visualizer: Visualizer) -> Built | None:
        """What a visualizer of the plane makes of an entity; None where it has nothing to draw."""
        built: Built | None = self._one(shot, entity, visualizer, visualizer.archetype, build=visualizer.build)
        return built

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

    def derived(self, entity: EntityPath, name: str, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
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
        cells = newest_cells(shot.recording, entity, visualizer.components, shot.at)
        required = cells.get(visualizer.indicator)
        if required is None or required.value is None or len(required.value) == 0:
            return None
        table = self._styles.table(shot.recording.context(entity, shot.at), shot.look.classes)
        key = (table, *((component, cell.key) for component, cell in cells.items()), *more)
        return self.derived(entity, name, key, lambda: build(Query(entity, visualizer.archetype, cells, table, poses)))
