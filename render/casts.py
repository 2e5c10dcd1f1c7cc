"""Who plays in a view: which visualizers draw which of its entities. Asked for once, as long as a view is the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import Timeline
from blazon.render.visualizers.registry import SPACE_VISUALIZERS, VISUALIZERS, SpaceVisualizer, Visualizer


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """flat, space : entities, in order, with what draws them in the plane and in space."""

    flat: tuple[tuple[EntityPath, Visualizer], ...]
    space: tuple[tuple[EntityPath, SpaceVisualizer], ...]

    def flat_entities(self) -> list[EntityPath]:
        """Return the entities with something flat, in order."""
        return list(dict.fromkeys(entity for entity, _ in self.flat))

    def entities(self) -> dict[EntityPath, None]:
        """Return the entities with anything that is drawn, as keys."""
        return dict.fromkeys([*(entity for entity, _ in self.space), *(entity for entity, _ in self.flat)])


def cast_of(recording: Recording, timeline: Timeline | None, entities: Iterable[EntityPath]) -> Cast:
    """Return who draws `entities`, with data that is static or on `timeline`."""
    known = list(entities)
    has_on = recording.has_on
    return Cast(
        tuple((entity, each) for entity in known for each in VISUALIZERS if has_on(entity, each.indicator, timeline)),
        tuple(
            (entity, each) for entity in known for each in SPACE_VISUALIZERS if has_on(entity, each.indicator, timeline)
        ),
    )
