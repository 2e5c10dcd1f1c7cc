"""Who plays in a view: which visualizers draw which of its entities. Asked for once, as long as a view is the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import Timeline
from blazon.render.visualizers.registry import SPACE_VISUALIZERS, VISUALIZERS, SpaceVisualizer, Visualizer


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Group:
    """The entities, in order, of which a visualizer draws something.

    ranks : int64 (entities,), ascending: their places among all entities of the view.
    """

    visualizer: Visualizer
    entities: tuple[EntityPath, ...]
    ranks: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """flat : by visualizer, in the order in which they draw one entity. space : entities, in order, with what draws."""

    flat: tuple[Group, ...]
    space: tuple[tuple[EntityPath, SpaceVisualizer], ...]

    def flat_entities(self) -> list[EntityPath]:
        """Return the entities with something flat, in order."""
        return sorted({entity for group in self.flat for entity in group.entities})

    def entities(self) -> dict[EntityPath, None]:
        """Return the entities with anything that is drawn, as keys."""
        return dict.fromkeys([*(entity for entity, _ in self.space), *self.flat_entities()])


def cast_of(recording: Recording, timeline: Timeline | None, entities: Iterable[EntityPath]) -> Cast:
    """Return who draws `entities`, with data that is static or on `timeline`."""
    known = list(entities)
    has_on = recording.has_on
    groups = []
    for each in VISUALIZERS:
        ranks = [rank for rank, entity in enumerate(known) if has_on(entity, each.indicator, timeline)]
        if ranks:
            groups.append(Group(each, tuple(known[rank] for rank in ranks), np.array(ranks, np.int64)))
    return Cast(
        tuple(groups),
        tuple(
            (entity, each) for entity in known for each in SPACE_VISUALIZERS if has_on(entity, each.indicator, timeline)
        ),
    )
