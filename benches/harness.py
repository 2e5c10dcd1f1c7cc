"""What a bench answers with: figures, what follows from them, and where the time of a frame goes.

A figure is a median of repeated runs after a warm-up, with its spread; a claim is a ratio of two figures of one run.
"""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """What one thing costs. times are in milliseconds: the median, and the first and third quartile."""

    name: str
    median_ms: float
    low_ms: float
    high_ms: float

    def shared_by(self, count: int) -> Timing:
        """Return what one of so many things costs that are made in one call."""
        return Timing(self.name, self.median_ms / count, self.low_ms / count, self.high_ms / count)


@dataclass(frozen=True, slots=True)
class Claim:
    """A ratio of two medians of this run, or a figure in `unit`, and what is wanted of it; None: it is told alone."""

    what: str
    ratio: float
    wanted: float | None
    at_most: bool  # wanted is a ceiling, not a floor
    unit: str = "x"

    @property
    def holds(self) -> bool:
        """Whether this run bears the claim out."""
        if self.wanted is None:
            return True
        return self.ratio <= self.wanted if self.at_most else self.ratio >= self.wanted


@dataclass(frozen=True, slots=True)
class Stages:
    """Where blazon's time for a new frame goes: medians for one frame, of each stage timed by itself.

    open_ms : what the very first build takes longer than one whose cells were read before. decode_ms : the same of
    later frames, their mean, for one chunk may hold many. draw_ms : until the GPU is done.
    again_ms : the same frame once more, all of it. python_calls : of Python functions, in `Offscreen.draw`.
    peak_mib : resident memory at its highest, of a process that draws a few frames and does nothing else; 0: unknown.
    """

    open_ms: float
    decode_ms: float
    build_ms: float
    upload_ms: float
    draw_ms: float
    read_ms: float
    again_ms: float
    uploaded_bytes: int
    uploads: int
    draws: int
    python_calls: int
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Section:
    """One bench: what was timed, what follows, and what has to be known to read it, a line each.

    name : the same in every run. series : (size, ms), where a cost was measured against a size.
    """

    name: str
    title: str
    timings: Sequence[Timing]
    claims: Sequence[Claim]
    notes: Sequence[str] = ()
    stages: Stages | None = None
    series: Sequence[tuple[float, float]] = ()


def time_together(calls: Mapping[str, Callable[[], object]], repeat: int, warm_up: int = WARM_UP) -> dict[str, Timing]:
    """Time several calls in turns, so that what else the machine does falls on all of them alike."""
    samples = _samples(calls, warm_up + repeat)
    return {name: timing(name, each[warm_up:]) for name, each in samples.items()}


Turn = Callable[[str], contextlib.AbstractContextManager[object]]
"""Takes the name of what is called, and is entered while it is called."""


def time_in_turns(
    calls: Mapping[str, Callable[[], object]],
    turns: int,
    in_a_row: int,
    turn: Turn = lambda _name: contextlib.nullcontext(),
) -> tuple[dict[str, Timing], dict[str, Timing]]:
    """Time calls as who draws many frames calls them: each `in_a_row` times before it is another's turn.

    The first turn warms up. turn : what surrounds each. Returns figures of the calls of later turns, and of the first
    call of each by itself, which the former don't have in them: memory that lay idle while others had their turn is
    dear to some machines.
    """
    steady, first = dict[str, Timing](), dict[str, Timing]()
    for name, each in _samples(calls, (1 + turns) * in_a_row, in_a_row, turn).items():
        later = range(in_a_row, len(each))
        steady[name] = timing(name, [each[i] for i in later if i % in_a_row])
        first[name] = timing(name, [each[i] for i in later if i % in_a_row == 0])
    return steady, first


def _samples(
    calls: Mapping[str, Callable[[], object]],
    repeat: int,
    in_a_row: int = 1,
    turn: Turn = lambda _name: contextlib.nullcontext(),
) -> dict[str, list[float]]:
    samples: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(0, repeat, in_a_row):
        for name, call in calls.items():
            with turn(name):
                for _ in range(in_a_row):
                    start = time.perf_counter()
                    call()
                    samples[name].append((time.perf_counter() - start) * 1e3)
    return samples


def timing(name: str, samples: Sequence[float]) -> Timing:
    """Return the figure of some samples, milliseconds."""
    if len(samples) < 4:
        return Timing(name, statistics.median(samples), min(samples), max(samples))
    low, middle, high = statistics.quantiles(samples, n=4)
    return Timing(name, middle, low, high)
