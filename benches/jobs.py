"""What more processes give: whole runs of `blazon render`, start and end in them, alone and beside another.

A process that is held to one core shows what a second core gives; llvmpipe, kernels and encoders use all they may.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from blazon.benches import scene_logs
from blazon.benches.harness import Claim, Section, time_together
from blazon.benches.rounds import WITHOUT_SDK
from blazon.benches.scenes import LARGE, BenchScene, scene
from blazon.benches.sight import Sight

FRAMES, MOST_TURNS, ENDS_WITHIN_S = 240, 3, 300.0
ONE_PINNED, TWO_PINNED = "one job, held to a core", "two jobs, held to a core each"
ONE_AFTER_THE_OTHER, SIDE_BY_SIDE = "two recordings, --jobs 1", "two recordings, --jobs 2"
WANTED, LOST_AT_MOST = 1.7, 1.0
_HELD = "import os, sys; os.sched_setaffinity(0, {int(sys.argv.pop(1))}); from blazon.cli import main; sys.exit(main())"


def run(repeat: int, frames: int = FRAMES) -> Iterator[Section]:
    """Yield one section, where there are two cores. frames : of each recording."""
    title = f"{frames} frames of the street as an H.264 video, 1920x1080: whole processes"
    if len(_cores()) < 2:
        yield Section("jobs", title, [], [], ["left out: there is one core"])
        return
    street = scene("street")
    longer = BenchScene("street", street.title, Sight("2d"), frames, scene_logs.log_street)
    try:
        path = longer.recording()
    except ImportError:
        yield Section("jobs", title, [], [], [WITHOUT_SDK])
        return
    with tempfile.TemporaryDirectory(prefix="blazon-bench-") as folder:
        yield _measured(title, path, Path(folder), min(repeat, MOST_TURNS), frames)


def _measured(title: str, path: Path, folder: Path, turns: int, frames: int) -> Section:
    allowed = _cores()
    both = [folder / "a.rrd", folder / "b.rrd"]
    for each in both:
        each.symlink_to(path)

    def held(*numbers: int) -> None:
        _run_all([[sys.executable, "-c", _HELD, str(allowed[n]), *_words(both[n : n + 1], folder)] for n in numbers])

    def with_jobs(count: int) -> None:
        words = _words(both, folder)
        _run_all([[sys.executable, "-m", "blazon", *words, "--jobs", str(count)]])

    calls = {
        ONE_PINNED: lambda: held(0),
        TWO_PINNED: lambda: held(0, 1),
        ONE_AFTER_THE_OTHER: lambda: with_jobs(1),
        SIDE_BY_SIDE: lambda: with_jobs(2),
    }
    timings = time_together(calls, turns, warm_up=1)
    one, two, before, beside = (timings[name].median_ms for name in calls)
    claims = [
        Claim("what two held jobs do in the time of one", 2 * one / two, WANTED, at_most=False),
        Claim(f"{SIDE_BY_SIDE} against --jobs 1", beside / before, LOST_AT_MOST, at_most=True),
    ]
    rates = ", ".join(
        f"{name} {count * frames / (timings[name].median_ms / 1e3):.1f}"
        for name, count in zip(calls, (1, 2, 2, 2), strict=True)
    )
    return Section("jobs", title, list(timings.values()), claims, [f"frames a second: {rates}"])


def _cores() -> list[int]:
    """The cores that a process may be held to."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def _words(sources: Sequence[Path], folder: Path) -> list[str]:
    size = f"{LARGE[0]}x{LARGE[1]}"
    return ["render", *map(str, sources), "-o", f"{folder}/{{stem}}.mp4", "--size", size, "--quiet"]


def _run_all(commands: Sequence[Sequence[str]]) -> None:
    """Run commands side by side. Raises `CalledProcessError` where one fails, `TimeoutExpired` where one hangs."""
    with contextlib.ExitStack() as opened:
        started = [opened.enter_context(subprocess.Popen(each, stdin=subprocess.DEVNULL)) for each in commands]
        until = time.monotonic() + ENDS_WITHIN_S
        try:
            for process, words in zip(started, commands, strict=True):
                if process.wait(max(until - time.monotonic(), 0)):
                    raise subprocess.CalledProcessError(process.returncode, words)
        finally:
            for process in started:
                process.kill()
