"""Who plays in a view: which visualizers draw which of its entities. Asked for once, as long as a view is the same."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import Timeline
from blazon.render.visualizers.registry import SPACE_VISUALIZERS, VISUALIZERS, SpaceVisualizer, Visualizer

Player = tuple[EntityPath, SpaceVisualizer]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Group:
    """The entities, in order, of which a visualizer draws something.

    ranks : int64 (entities,), ascending: their places among all entities of the view.
    """

    visualizer: Visualizer
    entities: tuple[EntityPath, ...]
    ranks: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cast:
    """flat : by visualizer, in the order in which they draw one entity.

    space : ascending numbers among all that stand in space, of those that do in this view.
    """

    flat: tuple[Group, ...]
    space: tuple[int, ...]
    entities: tuple[EntityPath, ...]  # with anything that is drawn, in no order

    @functools.cached_property
    def flat_entities(self) -> list[EntityPath]:
        """The entities with something flat, in order."""
        return sorted({entity for group in self.flat for entity in group.entities})


def players_of(recording: Recording, timeline: Timeline | None) -> tuple[Player, ...]:
    """Return all that stands in space, with data that is static or on `timeline`: entities in order, and who draws."""
    return tuple(
        (entity, each)
        for entity in recording.entities()
        for each in SPACE_VISUALIZERS
        if recording.has_on(entity, each.indicator, timeline)
    )


def cast_of(
    recording: Recording, timeline: Timeline | None, entities: Iterable[EntityPath] | None, players: Sequence[Player]
) -> Cast:
    """Return who draws `entities`, with data that is static or on `timeline`; None: what stands in space, all of it."""
    known = list(entities) if entities is not None else []
    groups = []
    for each in VISUALIZERS:
        ranks = [rank for rank, entity in enumerate(known) if recording.has_on(entity, each.indicator, timeline)]
        if ranks:
            groups.append(Group(each, tuple(known[rank] for rank in ranks), np.array(ranks, np.int64)))
    here = set(known)
    standing = [number for number, (entity, _) in enumerate(players) if entities is None or entity in here]
    drawn = {players[number][0] for number in standing}.union(*(group.entities for group in groups))
    return Cast(tuple(groups), tuple(standing), tuple(drawn))
