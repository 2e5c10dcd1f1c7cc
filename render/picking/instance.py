"""Who an instance is, in words: class, keypoint, label, colour, confidence."""

from __future__ import annotations

from typing import Any

from blazon.ingest.annotations import AnnotationContext
from blazon.ingest.errors import BlazonError
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.render.picking.components import confidence_of
from blazon.render.picking.found import Found
from blazon.render.picking.hits import Hit
from blazon.render.picking.moment import Moment, color_of, value_of
from blazon.render.visualizers.query import Query


def found_instance(moment: Moment, query: Query, hit: Hit, **about: str) -> Found:
    """Return an instance of an archetype, as it was hit. about : more facts."""
    index, shot = hit.index, moment.shot
    class_id, keypoint = (_number(value_of(query, name, index)) for name in ("class_ids", "keypoint_ids"))
    if class_id is None and keypoint is not None:
        class_id = 0  # SEMANTICS §8
    context = shot.recording.context(query.entity, shot.at)
    of_class, of_keypoint = labels_of(context, class_id, keypoint)
    facts = {}
    if keypoint is not None:
        facts["keypoint"] = f"{keypoint} {of_keypoint or ''}".strip()
    confidence = _confidence(shot.recording, shot.at, query, index)
    if confidence is not None:
        facts["confidence"] = confidence
    return Found(
        query.entity,
        query.archetype,
        index,
        class_id,
        _given_label(query, index) or of_keypoint or of_class,
        color_of(query, index),
        hit.place,
        hit.off_px,
        about={**facts, **about},
        class_label=of_class,
    )


def labels_of(
    context: AnnotationContext | None, class_id: int | None, keypoint: int | None = None
) -> tuple[str | None, str | None]:
    """Return what a context calls a class, and a keypoint of it; None: nothing."""
    described = context.classes.get(class_id) if context is not None and class_id is not None else None
    if described is None:
        return None, None
    named = (each.label for each in reversed(described.keypoint_annotations) if each.id == keypoint)
    return described.info.label, next(named, None)


def _given_label(query: Query, index: int) -> str | None:
    """The label that was logged; one alone is that of all instances. SEMANTICS §5."""
    labels = query.value("labels")
    if labels is None:
        return None
    given: str | None = labels[0] if len(labels) == 1 else labels[index] if index < len(labels) else None
    return given or None


def _confidence(recording: Recording, at: At, query: Query, index: int) -> str | None:
    try:
        return confidence_of(recording, at, query.entity, index)
    except (BlazonError, ValueError, TypeError):  # of a component that blazon knows nothing about
        return None


def _number(value: Any) -> int | None:
    return None if value is None else int(value)
