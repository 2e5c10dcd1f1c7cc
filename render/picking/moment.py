"""What entities are at the time of a picture: their cells, their colours, which of them are drawn. Read once each."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import BlazonError
from blazon.ingest.transforms import Frames, Transforms
from blazon.render.plane import SPACE_DRAW_ORDER
from blazon.render.shot import Shot
from blazon.render.tables import Tables
from blazon.render.visualizers import instances
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.registry import SpaceVisualizer, Visualizer

Made = TypeVar("Made")
_ALL = np.ones(1, np.bool_)


class Moment:
    """A recording as one picture shows it. transforms, tables : kept from picture to picture."""

    def __init__(self, shot: Shot, transforms: Transforms, tables: Tables) -> None:
        self.shot = shot
        self._transforms, self._tables = transforms, tables
        self._queries: dict[tuple[EntityPath, str], Query | None] = {}
        self._once: dict[tuple[EntityPath, str, str], Any] = {}
        tables.begin()

    @functools.cached_property
    def frames(self) -> Frames:
        """Where things stand to each other."""
        return self._transforms.frames(self.shot.recording, self.shot.at)

    def query(self, entity: EntityPath, drawn_by: Visualizer | SpaceVisualizer) -> Query | None:
        """Return what is drawn of an entity, as the one that draws it sees it; None where that is nothing."""
        key = entity, drawn_by.archetype
        if key not in self._queries:
            try:
                self._queries[key] = self._read(entity, drawn_by)
            except BlazonError:  # it is not drawn, either, and the picture says why
                self._queries[key] = None
        return self._queries[key]

    def shown(self, query: Query, n: int) -> NDArray[np.bool_]:
        """Return which of `n` instances are neither hidden nor fully transparent, bool (n,); (1,) where all are."""
        return self.once(query, "shown", lambda: self._found_shown(query, n))

    def once(self, query: Query, name: str, make: Callable[[], Made]) -> Made:
        """Return what `make` answers for a query, or what it answered before."""
        key = query.entity, query.archetype, name
        if key not in self._once:
            self._once[key] = make()
        made: Made = self._once[key]
        return made

    def _read(self, entity: EntityPath, drawn_by: Visualizer | SpaceVisualizer) -> Query | None:
        shot = self.shot
        track = drawn_by.follow(shot.recording, entity, shot.at.timeline)
        found = track.at(shot.at.time) if track is not None else None
        required = found.values.get(drawn_by.indicator) if found is not None else None
        if found is None or required is None or len(required) == 0:
            return None
        poses = None
        if isinstance(drawn_by, SpaceVisualizer) and drawn_by.takes_poses:
            poses = self.frames.instance_poses(entity)
        return Query(entity, drawn_by.archetype, found.values, self._tables.of(shot, entity), poses)

    def _found_shown(self, query: Query, n: int) -> NDArray[np.bool_]:
        shown = _ALL if query.table.classes.is_open else instances.shown(query, n)
        given = query.value("colors")
        if given is not None:
            clear = bool(((given & 0xFF) == 0).any())
        else:
            clear = instances.class_ids_of(query) is not None and _has_clear(query)
        return shown & instances.opaque_enough(instances.colors(query, n)) if clear else shown


def _has_clear(query: Query) -> bool:
    """Whether any class or keypoint is fully transparent."""
    table = query.table
    return any(bool((words >> 24 == 0).any()) for words in (table.dense, table.colors, table.keypoint_colors))


def value_of(query: Query, name: str, index: int) -> Any:
    """Return a field of an instance, of which the last value repeats; None where nothing was logged."""
    values = query.value(name)
    return None if values is None or index < 0 else values[min(index, len(values) - 1)]


def order_of(query: Query, default: float) -> float:
    """Return how high instances lie in the plane; what stands in space lies all at one height."""
    return query.draw_order(default) if query.archetype.endswith("2D") else SPACE_DRAW_ORDER


def color_of(query: Query, index: int) -> int:
    """Return the colour that an instance is drawn in, packed `0xRRGGBBAA`."""
    names = ("colors", "class_ids", "keypoint_ids")
    own = {name: value_of(query, name, index) for name in names}
    values = {f"{query.archetype}:{name}": np.array([value]) for name, value in own.items() if value is not None}
    words = instances.colors(Query(query.entity, query.archetype, values, query.table), 1)
    return int.from_bytes(int(words[0]).to_bytes(4, "little"), "big")
