"""Many small entities against one that holds as much: what an entity costs by itself. No GL, no file.

No labels either, which only the small ones would have by default.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from blazon.benches.harness import WARM_UP, Claim, Section, time_together
from blazon.benches.scenes import FLAT, TIMELINE
from blazon.ingest.annotations import AnnotationContext
from blazon.ingest.archetypes import Boxes2D
from blazon.ingest.recording import Recording
from blazon.render.scene import SceneBuilder
from blazon.render.shot import Shot, make_look
from blazon.render.times import resolve_time
from blazon.scenes import crowd

ENTITIES, INSTANCES = 500, 10
MOST_TURNS = 20
WANTED = 3
MANY, ONE = f"{ENTITIES} entities of {INSTANCES} boxes", f"one entity of {ENTITIES * INSTANCES:,} boxes"


def run(repeat: int) -> list[Section]:
    """Return one section."""
    turns = min(repeat, MOST_TURNS)
    calls = {name: _builds(logged(each, WARM_UP + turns)) for name, each in ((MANY, ENTITIES), (ONE, 1))}
    timings = time_together(calls, turns)
    claim = Claim(f"{MANY} against one", timings[MANY].median_ms / timings[ONE].median_ms, WANTED, at_most=True)
    return [Section("many", "building a scene, all of it new in each frame", list(timings.values()), [claim])]


def logged(entities: int, frames: int, total: int = ENTITIES * INSTANCES) -> Recording:
    """Return a recording of `total` boxes, all moving, of as many entities as are asked for."""
    recording = Recording("blazon bench")
    recording.log("crowd", AnnotationContext([(i, f"class {i}") for i in range(crowd.CLASSES)]), static=True)
    each = total // entities
    for frame in range(frames):
        recording.set_time(TIMELINE, sequence=frame)
        boxes, class_ids = crowd.boxes(total, frame)
        for i in range(entities):
            part = slice(i * each, (i + 1) * each)
            row = Boxes2D(array=boxes[part], array_format="XYXY", class_ids=class_ids[part])
            recording.log(f"crowd/{i}", row)
    return recording


def _builds(recording: Recording) -> Callable[[], object]:
    """Return a call that builds the next frame."""
    builder, look, frames = SceneBuilder(), make_look(1280, 720, labels="off", **FLAT.as_look()), itertools.count()
    return lambda: builder.build(Shot(recording, resolve_time(recording, None, (TIMELINE, next(frames))), look))
