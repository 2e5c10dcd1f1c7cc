"""Where the time of a new frame goes: blazon's parts, run one after another, each until it is done.

The figures of a whole frame come from `Offscreen`; these do not add up to them exactly, for here the GPU is waited for
between the parts.
"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.benches.harness import Stages
from blazon.benches.scenes import TIMELINE, BenchScene
from blazon.ingest.recording import Recording
from blazon.ingest.sources import load
from blazon.render.gpu.context import Gpu
from blazon.render.gpu.targets import Target
from blazon.render.offscreen import Offscreen
from blazon.render.shot import Shot, make_look
from blazon.render.times import resolve_time

WARM_FRAMES = 2
COUNTED_FRAMES = 5  # in which calls are counted: that is slow
PEAK_FRAMES = 4
PEAK_WITHIN_S = 120


class _MarkedTarget(Target):
    """A target that knows when all was uploaded: `FrameRenderer.draw` begins it after that."""

    def __init__(self, gpu: Gpu, width: int, height: int) -> None:
        super().__init__(gpu, width, height)
        self._finish: Callable[[], object] = gpu.context.finish
        self.begun_at = 0.0

    def begin(self, background: int) -> None:
        self._finish()
        self.begun_at = time.perf_counter()
        super().begin(background)

    def show(self, picture: NDArray[np.uint8], copy: NDArray[np.uint8] | None = None) -> None:
        self.begun_at = time.perf_counter()
        super().show(picture, copy)


def stages_of(scene: BenchScene, path: Path, size: tuple[int, int], frames: int) -> Stages:
    """Measure `frames` frames of a scene, after some to warm up."""
    shown = range(min(scene.frames, WARM_FRAMES + frames))
    _timed_parts(Shots(scene, load(path), size), size, shown[:WARM_FRAMES])  # compiles kernels
    rows = _timed_parts(Shots(scene, load(path), size), size, shown)
    opening, later = rows[0], rows[1:] or rows
    _, build, upload, draw, read, moved, uploads, draws = map(statistics.median, zip(*later, strict=True))
    again, calls = _whole_frames(scene, load(path), size, shown[:COUNTED_FRAMES])
    return Stages(
        open_ms=max(0.0, opening[0] - opening[1]),
        decode_ms=max(0.0, statistics.mean(row[0] - row[1] for row in later)),
        build_ms=build,
        upload_ms=upload,
        draw_ms=draw,
        read_ms=read,
        again_ms=again,
        uploaded_bytes=int(moved),
        uploads=int(uploads),
        draws=int(draws),
        python_calls=calls,
        peak_mib=peak_mib(scene, path, size),
    )


class Shots:
    """The frames of a scene as shots."""

    def __init__(self, scene: BenchScene, recording: Recording, size: tuple[int, int]) -> None:
        self._recording = recording
        self._look = make_look(*size, **scene.sight.as_look())

    def __call__(self, frame: int) -> Shot:
        """Return the shot of a frame."""
        return Shot(self._recording, resolve_time(self._recording, None, (TIMELINE, frame)), self._look)


def _timed_parts(shots: Shots, size: tuple[int, int], frames: Sequence[int]) -> list[tuple[float, ...]]:
    """For each frame: first build, build, upload, draw, read, milliseconds; bytes, uploads, draws.

    The parts are those of two `Offscreen`s, so that they are made just as they are for everyone.
    """
    with Offscreen(*size) as cold, Offscreen(*size) as warm, warm._gpu.context:
        target = _MarkedTarget(warm._gpu, *size)
        rows = [_timed_frame(shots(frame), cold, warm, target) for frame in frames]
        del target
        warm._gpu.collect()
    return rows


def _timed_frame(shot: Shot, cold: Offscreen, warm: Offscreen, target: _MarkedTarget) -> tuple[float, ...]:
    before = warm.counts()
    marks = [time.perf_counter()]
    cold._builder.build(shot)
    marks.append(time.perf_counter())
    scene = warm._builder.build(shot)
    marks.append(time.perf_counter())
    warm._frames.draw(scene, target)
    warm._gpu.context.finish()
    marks += [target.begun_at, time.perf_counter()]
    target.read()
    marks.append(time.perf_counter())
    after = warm.counts()
    moved = (getattr(after, name) - getattr(before, name) for name in ("uploaded_bytes", "uploads", "draws"))
    return (*((b - a) * 1e3 for a, b in itertools.pairwise(marks)), *moved)


def _whole_frames(
    scene: BenchScene, recording: Recording, size: tuple[int, int], frames: Sequence[int]
) -> tuple[float, int]:
    """What a frame that was just drawn costs, milliseconds, and how many Python functions a new one calls."""
    shots, again, calls = Shots(scene, recording, size), list[float](), list[int]()
    with Offscreen(*size) as screen:
        for frame in frames:
            shot = shots(frame)
            calls.append(_python_calls(screen.draw, shot))
            start = time.perf_counter()
            screen.draw(shot)
            again.append((time.perf_counter() - start) * 1e3)
    return statistics.median(again), int(statistics.median(calls))


def _python_calls(call: Callable[[Shot], Any], shot: Shot) -> int:
    count = 0

    def note(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        call(shot)
    finally:
        sys.setprofile(None)
    return count


def peak_mib(scene: BenchScene, path: Path, size: tuple[int, int]) -> float:
    """Return the most memory that a process held that drew some frames and nothing else; 0 where nobody says."""
    words = [scene.name, str(path), f"{size[0]}x{size[1]}", str(min(PEAK_FRAMES, scene.frames))]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "blazon.benches.peak", *words],
            capture_output=True,
            text=True,
            timeout=PEAK_WITHIN_S,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        return 0.0
    return float(done.stdout)
