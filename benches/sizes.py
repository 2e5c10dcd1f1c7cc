"""What a frame costs against how much there is in it: points in space, all new, from a thousand to ten million."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from blazon.benches.harness import Section, Timing, time_together
from blazon.benches.scenes import TIMELINE
from blazon.benches.sight import Sight
from blazon.ingest.annotations import AnnotationContext
from blazon.ingest.archetypes import Points3D
from blazon.ingest.recording import Recording
from blazon.render.offscreen import Offscreen
from blazon.scenes import crowd

SIZE = (1280, 720)
SIGHT = Sight("3d", eye=(-2.2, -1.6, 1.2), target=(0.0, 0.0, 0.0))
COUNTS = (1_000, 10_000, 100_000, 1_000_000)
MOST = 10_000_000
REPEAT_FOR_MOST = 3  # with fewer it isn't worth its minute
MOST_TURNS, WARM_UP = 10, 2


def run(repeat: int) -> list[Section]:
    """Return one section, with its figures as a series as well."""
    turns = min(repeat, MOST_TURNS)
    counts = [*COUNTS, MOST] if repeat >= REPEAT_FOR_MOST else [*COUNTS]
    timings = [_timed(count, min(turns, 3) if count == MOST else turns) for count in counts]
    series = [(float(count), timing.median_ms) for count, timing in zip(counts, timings, strict=True)]
    title = f"points in space, {SIZE[0]}x{SIZE[1]}, pixels in numpy, all new in each frame"
    return [Section("sizes", title, timings, [], series=series)]


def cloud(count: int, frame: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a cloud, float32 (count, 3), from -1 to 1, and its class ids, uint8 (count,)."""
    rng = np.random.default_rng(count + frame)
    positions = rng.random((count, 3), np.float32) * np.float32(2) - np.float32(1)
    return positions, rng.integers(0, crowd.CLASSES, count, np.uint8)


def _timed(count: int, turns: int) -> Timing:
    with Offscreen(*SIZE) as screen:
        name = f"{count:,} points"
        return time_together({name: _draws(count, WARM_UP + turns, screen)}, turns, WARM_UP)[name]


def _draws(count: int, frames: int, screen: Offscreen) -> Callable[[], object]:
    """Return a call that draws the next frame."""
    recording = Recording("blazon bench")
    recording.log("cloud", AnnotationContext([(i, f"class {i}") for i in range(crowd.CLASSES)]), static=True)
    for frame in range(frames):
        positions, class_ids = cloud(count, frame)
        recording.set_time(TIMELINE, sequence=frame)
        recording.log("cloud/points", Points3D(positions, class_ids=class_ids))
    look, numbers = SIGHT.as_look(), itertools.count()
    return lambda: screen.render(recording, at=(TIMELINE, next(numbers)), **look)
