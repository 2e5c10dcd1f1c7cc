"""What a cold start costs: `blazon render` of one picture, the whole process, from nothing to a PNG."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from blazon.benches.harness import Claim, Section, timing
from blazon.benches.rounds import WITHOUT_SDK
from blazon.benches.scenes import TIMELINE, BenchScene, scene

MOST_TURNS = 5
WANTED_S = 1.0
CPU, WALL = "processor time, all cores", "until it has ended"


def run(repeat: int) -> list[Section]:
    """Return one section. The first run warms up caches of the system, of Python, of numba, and is not counted."""
    street = scene("street")
    title = "`blazon render` of a frame of the street, 1280x720, a process of its own"
    try:
        path = street.recording()
    except ImportError:
        return [Section("start", title, [], [], [WITHOUT_SDK])]
    with tempfile.TemporaryDirectory(prefix="blazon-bench-") as folder:
        words = command(street, path, Path(folder) / "frame.png")
        spent = [_spent_s(words) for _ in range(1 + min(repeat, MOST_TURNS))][1:]
    timings = [timing(name, [1e3 * each[i] for each in spent]) for i, name in enumerate((CPU, WALL))]
    claim = Claim(CPU, timings[0].median_ms / 1e3, WANTED_S, at_most=True, unit="s")
    return [Section("start", title, timings, [claim])]


def command(shown: BenchScene, path: Path, output: Path) -> list[str]:
    """Return the command line that draws the sixth frame of a scene in the plane."""
    bounds = ",".join(f"{each:g}" for each in shown.sight.bounds)
    when = ["--timeline", TIMELINE, "--at", "5"]
    what = ["--view", "/", "--kind", "2d", "--bounds", bounds, "--size", "1280x720"]
    return [sys.executable, "-m", "blazon", "render", str(path), "-o", str(output), *when, *what]


def _spent_s(words: list[str]) -> tuple[float, float]:
    """Run a command: seconds of processor time, and of the clock. Raises `CalledProcessError` where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)
    return usage.ru_utime + usage.ru_stime, wall
