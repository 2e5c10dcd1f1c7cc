"""A stream into windows: what became of its frames, in figures, claims and words."""

from __future__ import annotations

import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from blazon.benches.display import Display
from blazon.benches.harness import Claim, Timing
from blazon.benches.viewers import BLAZON, RERUN, Contender, Running, in_turns
from blazon.benches.window_host import SAYS
from blazon.benches.window_watch import Streamed, streamed, wait_until_blank
from blazon.scenes.street import FPS

WANTED_HZ, WANTED_MS = 30.0, 50.0
ANSWERS_WITHIN_S = 5.0
_PAUSE_S = 0.05


@dataclass(frozen=True, slots=True)
class Spans:
    """How long a stream lasts, seconds: those that count, and those before, in which a window finds to its layout."""

    warm_up_s: float = 4.0
    counts_s: float = 10.0

    @property
    def frames(self) -> tuple[int, int]:
        """Both, as numbers of frames."""
        return round(self.warm_up_s * FPS), max(round(self.counts_s * FPS), 1)


@dataclass(frozen=True, slots=True)
class Found:
    """What a section says."""

    timings: Sequence[Timing]
    claims: Sequence[Claim]
    notes: Sequence[str]


def measured(display: Display, turns: int, spans: Spans, *, peers: bool) -> Found:
    """Stream into windows in turns. Raises `PeerError` where blazon shows nothing."""
    runs, notes = in_turns(display, turns, lambda each: _streamed(display, each, spans), peers=peers)
    timings = [
        Timing(f"{name}: rr.log to the screen, p50, and p50 to p99", p50, p50, _median(each, _p99))
        for name, each in runs.items()
        for p50 in [_median(each, _p50)]
    ]
    notes += [said(name, each) for name, each in runs.items()]
    with contextlib.suppress(TimeoutError):
        notes.append(_own_words(display, spans))
    return Found(timings, list(claims(runs)), notes)


def claims(runs: Mapping[str, Sequence[Streamed]]) -> Iterator[Claim]:
    """Yield what is wanted of blazon, and how it does beside the SDK's window."""
    own = runs[BLAZON]
    yield Claim("blazon view: pictures a second", _median(own, _hz), WANTED_HZ, at_most=False, unit="Hz")
    yield Claim("blazon view: rr.log to the screen, p50", _median(own, _p50), WANTED_MS, at_most=True, unit="ms")
    yield Claim("blazon view: rr.log to the screen, p99", _median(own, _p99), None, at_most=True, unit="ms")
    if other := runs.get(RERUN):
        yield Claim("rerun: pictures a second", _median(other, _hz), None, at_most=False, unit="Hz")
        more, sooner = _median(own, _hz) / _median(other, _hz), _median(other, _p50) / _median(own, _p50)
        yield Claim("pictures a second, blazon against rerun", more, None, at_most=False)
        yield Claim("p50 of rr.log to the screen, rerun against blazon", sooner, None, at_most=False)


def said(name: str, runs: Sequence[Streamed]) -> str:
    """Return what else is to be known of a window's runs."""
    frames, shown = sum(each.frames for each in runs), sum(each.shown for each in runs)
    late, last = (np.concatenate([getattr(each, what) for each in runs]) for what in ("late_ms", "last_ms"))
    return (
        f"{name}: {shown} of {frames} frames were on the screen; from a frame's last rr.log p50"
        f" {np.median(last):.1f} ms; the program that streams was {np.median(late):.1f} ms late at the median,"
        f" {late.max():.1f} at most"
    )


def _streamed(display: Display, contender: Contender, spans: Spans) -> Streamed:
    warm_up, frames = spans.frames
    with Running(contender, display) as running:
        try:
            return streamed(display.pixels, running.url(), warm_up=warm_up, frames=frames)
        finally:
            running.check()  # why nothing is shown


def _own_words(display: Display, spans: Spans) -> str:
    """What blazon says of one more run, which costs it some time. Raises `TimeoutError` where it does not answer."""
    warm_up, frames = spans.frames
    with tempfile.TemporaryDirectory(prefix="blazon-bench-") as folder:
        state = Path(folder) / "state.json"

        def words(size: str, _port: int, _path: Path | None) -> list[str]:
            return ["-m", "blazon.benches.window_host", size, str(state)]

        wait_until_blank(display.pixels)
        with Running(Contender(BLAZON, words), display) as running:
            done = streamed(display.pixels, running.url(), warm_up=warm_up, frames=frames)
            says, pictures = _asked(running), json.loads(state.read_text("utf-8"))["pictures"]
    drawn = says["drawn"]
    return (
        f"blazon says of one more run: log to drawn p50 {drawn['p50_ms']} ms, p99 {drawn['p99_ms']} ms;"
        f" {pictures} pictures drawn for {warm_up + frames} frames, {sum(says['dropped'].values())} chunks dropped;"
        f" seen from outside: p50 {done.whole(50):.1f} ms, {done.shown_hz:.1f} pictures a second"
    )


def _asked(running: Running) -> dict[str, Any]:
    """What the window says of its stream. Raises `TimeoutError`."""
    assert running.process.stdin is not None
    running.process.stdin.write("\n")
    running.process.stdin.flush()
    until = time.monotonic() + ANSWERS_WITHIN_S
    while time.monotonic() < until:
        lines = [line for line in running.log().splitlines(keepends=True) if line.startswith(SAYS)]
        if lines and lines[-1].endswith("\n"):
            answer: dict[str, Any] = json.loads(lines[-1].removeprefix(SAYS))
            return answer
        time.sleep(_PAUSE_S)
    raise TimeoutError


def _hz(run: Streamed) -> float:
    return run.shown_hz


def _p50(run: Streamed) -> float:
    return run.whole(50)


def _p99(run: Streamed) -> float:
    return run.whole(99)


def _median(runs: Sequence[Streamed], figure: Callable[[Streamed], float]) -> float:
    return statistics.median(map(figure, runs))
