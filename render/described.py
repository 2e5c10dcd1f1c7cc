"""What the annotation contexts of a recording say of its classes at the time that is shown."""

from __future__ import annotations

import operator

from blazon.ingest.annotations import CONTEXT, AnnotationContext, ClassDescription
from blazon.ingest.recording import Recording
from blazon.render.class_choices import ClassName
from blazon.render.playback import Playback

MOST = 256  # contexts that are asked


class Described:
    """Finds the descriptions of all classes, anew only where a context is another."""

    def __init__(self) -> None:
        self._contexts: list[AnnotationContext] = []
        self._classes: dict[ClassName, ClassDescription] = {}

    def classes(self, recording: Recording | None, playback: Playback) -> dict[ClassName, ClassDescription]:
        """Return the classes by id and label; of several with the same ones, the one that has the most keypoints."""
        contexts = _contexts(recording, playback) if recording is not None else []
        if len(contexts) != len(self._contexts) or not all(map(operator.is_, contexts, self._contexts)):
            found: dict[ClassName, ClassDescription] = {}
            for context in contexts:
                for id_, each in context.classes.items():
                    name = id_, each.info.label or ""
                    known = found.get(name)
                    if known is None or len(known.keypoint_annotations) < len(each.keypoint_annotations):
                        found[name] = each
            self._contexts, self._classes = contexts, found
        return self._classes


def _contexts(recording: Recording, playback: Playback) -> list[AnnotationContext]:
    at = playback.at(recording)
    owners = sorted(recording.entities_with(CONTEXT))[:MOST]
    cells = [recording.latest(owner, CONTEXT, at) for owner in owners]
    return [cell.value for cell in cells if cell is not None]
