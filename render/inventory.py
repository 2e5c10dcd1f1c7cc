"""What a recording holds, what of it is drawn, and why the rest is not. Opens no GPU."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from blazon.ingest.annotations import CONTEXT, AnnotationContext
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import NothingToDrawError
from blazon.ingest.moments import At
from blazon.ingest.notices import Notice
from blazon.ingest.recording import Recording
from blazon.ingest.store import TimelineSummary
from blazon.ingest.timeline import Timeline
from blazon.render.scene import SceneBuilder
from blazon.render.shot import Shot, make_look
from blazon.render.views import PINHOLE, View, default_views
from blazon.render.visualizers.layers import NOT_DRAWN_NOTICE
from blazon.render.visualizers.registry import NOT_DRAWN, SPACE_VISUALIZERS, VISUALIZERS

INSPECTED_TIMES, INSPECTED_ENTITIES = 25, 20_000  # how much is looked through for trouble, at most
INSPECTED_FRAMES = 4  # of videos: each may take all frames from the keyframe before it


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity. components : how many rows have each. undrawn : why nothing of it is drawn; None: it is."""

    path: EntityPath
    components: Mapping[str, int]
    undrawn: str | None


@dataclass(frozen=True, slots=True)
class Inventory:
    """A recording at a glance."""

    recording_id: str
    application_id: str
    timelines: list[TimelineSummary]
    default_timeline: Timeline | None
    entities: list[Entity]
    contexts: dict[EntityPath, AnnotationContext]  # the newest of each place
    views: list[View]
    notices: list[Notice]


def take_inventory(recording: Recording) -> Inventory:
    """Return what `recording` holds; looks through some of its moments for data that can't be drawn as it is."""
    timeline = recording.default_timeline()
    paths = recording.entities()
    cells = {path: recording.newest(path, CONTEXT, timeline) for path in paths}
    views = default_views(recording, timeline)
    inspected = _inspect(recording) if views else []
    failed = {
        each.entity: each.what.removeprefix(NOT_DRAWN_NOTICE).strip()
        for each in inspected
        if each.what.startswith(NOT_DRAWN_NOTICE)
    }
    return Inventory(
        recording.recording_id,
        recording.application_id,
        recording.timelines(),
        timeline,
        [Entity(path, recording.components(path), why_undrawn(recording, path, timeline, failed)) for path in paths],
        {path: cell.value for path, cell in cells.items() if cell and cell.value is not None},
        views,
        [*recording.notices.list(), *inspected],
    )


def why_undrawn(
    recording: Recording,
    path: EntityPath,
    timeline: Timeline | None,
    failed: Mapping[EntityPath | None, str] = MappingProxyType({}),
) -> str | None:
    """Return why nothing of an entity is drawn on a timeline; None where something is.

    failed : what pictures said of entities whose data could not be drawn.
    """
    components = recording.components(path)
    if recording.has_on(path, PINHOLE, timeline):
        return failed.get(path)
    known = [each for each in (*VISUALIZERS, *SPACE_VISUALIZERS) if each.indicator in components]
    if any(recording.has_on(path, each.indicator, timeline) for each in known):
        return failed.get(path)
    if known and timeline:
        return f"nothing of it is on timeline {timeline.name!r}; choose another with --timeline"
    if path.is_reserved:
        return "describes the recording"
    archetypes = dict.fromkeys(name.partition(":")[0] for name in components if ":" in name)
    if not archetypes:
        return "no archetype: plain values, drawn only beside one"
    return "; ".join(_reason(archetype) for archetype in archetypes)


def _reason(archetype: str) -> str:
    everything = (*VISUALIZERS, *SPACE_VISUALIZERS)
    required = next((each.required for each in everything if each.archetype == archetype), None)
    if required is not None:
        return f"{archetype} without {required}: nothing to draw"
    return f"{archetype}: {NOT_DRAWN.get(archetype, 'an archetype that blazon does not know')}"


def _inspect(recording: Recording) -> list[Notice]:
    """The notices of pictures at some moments, the last among them; of each kind the one with the largest count."""
    timeline = recording.default_timeline()
    times = recording.edges(timeline) if timeline else np.zeros(1, np.int64)
    if len(times) == 0:
        return []
    has_video = any(each.followed is not None and recording.entities_with(each.indicator) for each in VISUALIZERS)
    most = INSPECTED_FRAMES if has_video else INSPECTED_TIMES
    count = max(1, min(most, INSPECTED_ENTITIES // len(recording.entities())))
    picked = np.unique(np.linspace(len(times) - 1, 0, count).round().astype(int))
    builder, look = SceneBuilder(), make_look(16, 16)
    worst: dict[tuple[EntityPath | None, str], Notice] = {}
    for time in times[picked].tolist():
        try:
            found = builder.build(Shot(recording, At(timeline, time), look)).notices
        except NothingToDrawError:
            continue
        for notice in found:
            key = (notice.entity, notice.what)
            if key not in worst or worst[key].count < notice.count:
                worst[key] = notice
    return list(worst.values())
