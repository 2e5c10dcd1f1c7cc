"""The harness: runs every bench, and says on what machine.

A figure is a median of repeated runs after a warm-up, with its spread; a claim is a ratio of two figures of one run.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """What one thing costs. times are in milliseconds: the median, and the first and third quartile."""

    name: str
    median_ms: float
    low_ms: float
    high_ms: float


@dataclass(frozen=True, slots=True)
class Claim:
    """A ratio of two medians of this run, and what is wanted of it."""

    what: str
    ratio: float
    wanted: float
    at_most: bool  # wanted is a ceiling, not a floor

    @property
    def holds(self) -> bool:
        """Whether this run bears the claim out."""
        return self.ratio <= self.wanted if self.at_most else self.ratio >= self.wanted


@dataclass(frozen=True, slots=True)
class Section:
    """One bench: what was timed, what follows, and what has to be known to read it, a line each."""

    title: str
    timings: list[Timing]
    claims: list[Claim]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All benches of one run, and the machine they ran on."""

    machine: dict[str, str]
    sections: list[Section]

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    def as_text(self) -> str:
        """Return tables to read."""
        lines = [f"{name}: {value}" for name, value in self.machine.items()]
        for section in self.sections:
            lines += ["", section.title, *map(_timing_line, section.timings), *map(_claim_line, section.claims)]
            lines += [f"  {note}" for note in section.notes]
        return "\n".join(lines)


def run_all(repeat: int) -> Report:
    """Run every bench, `repeat` timed runs of each thing."""
    from blazon.benches import colorize, lidar, street

    return Report(machine(), [*colorize.run(repeat), *street.run(repeat), *lidar.run(repeat)])


def time_together(calls: dict[str, Callable[[], object]], repeat: int) -> dict[str, Timing]:
    """Time several calls in turns, so that what else the machine does falls on all of them alike."""
    samples: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(WARM_UP + repeat):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            spent_ms = (time.perf_counter() - start) * 1e3
            if turn >= WARM_UP:
                samples[name].append(spent_ms)
    return {name: _timing(name, each) for name, each in samples.items()}


def machine() -> dict[str, str]:
    """Return what the figures were measured on."""
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "numba", "moderngl", "pyarrow")]
    return {
        "machine": f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, {_cpu()}",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "versions": ", ".join(versions),
        "OpenGL": _renderer(),
    }


def _timing(name: str, samples: list[float]) -> Timing:
    if len(samples) < 4:
        return Timing(name, statistics.median(samples), min(samples), max(samples))
    low, middle, high = statistics.quantiles(samples, n=4)
    return Timing(name, middle, low, high)


def _timing_line(timing: Timing) -> str:
    spread = f"{timing.low_ms:.3f} to {timing.high_ms:.3f}"
    return f"  {timing.name:44} {timing.median_ms:9.3f} ms   ({spread})"


def _claim_line(claim: Claim) -> str:
    wanted = f"{'at most' if claim.at_most else 'at least'} {claim.wanted:g}"
    return f"  {claim.what:44} {claim.ratio:9.2f} x    wanted: {wanted}, {'holds' if claim.holds else 'MISSED'}"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def _renderer() -> str:
    from blazon.ingest.errors import GpuError
    from blazon.render.offscreen import Offscreen

    try:
        with Offscreen(16, 16) as screen:
            return screen.renderer
    except GpuError as error:
        return f"none ({error})"
