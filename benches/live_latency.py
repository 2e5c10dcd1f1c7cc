"""How long it takes from `rr.log` in one process until a query in another sees it, while that one has work to do.

Who drains does 4 ms of Python in each of 60 turns a second, as a window does for a frame, and drains in between: by
itself, as the window does, or by the sink's own thread.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator

from blazon.benches.harness import Claim, Section, Timing
from blazon.benches.live import started
from blazon.benches.live_emit import STEADY_ENTITIES, STEADY_HZ
from blazon.benches.peers.errors import PeerError
from blazon.benches.rounds import WITHOUT_SDK
from blazon.ingest.live import Live
from blazon.ingest.live_stats import LiveStats

HZ, WORK_S, BUDGET_S = 60.0, 0.004, 0.004
SECONDS, MOST_TURNS = 4.0, 3
STARTS_WITHIN_S = 30.0
MEMORY_BYTES = 2**28
WANTED_MS = 20.0
DUE = (STEADY_ENTITIES + 1) * STEADY_HZ  # rows a second


def run(repeat: int, *, seconds: float = SECONDS) -> list[Section]:
    """Return one section. The run with the middle tail of some stands for all; seconds : of each run."""
    title = (
        f"from rr.log to drained; {STEADY_ENTITIES} entities of ten boxes and a 1080p mask, {STEADY_HZ:g} a second;"
        f" meanwhile {1e3 * WORK_S:g} ms of Python at {HZ:g} Hz"
    )
    try:
        import rerun  # noqa: F401 (whether it is there)
    except ImportError:
        return [Section("live latency", title, [], [], [WITHOUT_SDK])]
    timings, claims = [], []
    notes = ["the loop that drains is what a window does"]
    for name, drains in (("the loop drains", False), ("a thread of its own drains", True)):
        found = [measured(drains=drains, seconds=seconds) for _ in range(min(repeat, MOST_TURNS))]
        tails = sorted(found, key=lambda each: each.drained.p99_ms - each.drained.p50_ms)
        drained = tails[len(tails) // 2].drained
        rows = ", ".join(f"{each.rows_per_s:,.0f}" for each in found)
        notes.append(f"{name}: {rows} rows came a second, of {DUE:,.0f}: with fewer, the machine was too busy")
        timings.append(Timing(f"{name}: p50, and p50 to p99", drained.p50_ms, drained.p50_ms, drained.p99_ms))
        wanted = None if drains else WANTED_MS
        claims.append(Claim(f"{name}: p99 - p50", drained.p99_ms - drained.p50_ms, wanted, at_most=True, unit="ms"))
    return [Section("live latency", title, timings, claims, notes)]


def measured(*, drains: bool, seconds: float) -> LiveStats:
    """Return what a sink says of the newest chunks, so long after the first. Raises `PeerError` where none came."""
    with Live(port=0, drains=drains, memory_bytes=MEMORY_BYTES) as live:
        drain: Callable[[], object] = (lambda: None) if drains else (lambda: live.drain(BUDGET_S))
        with started("steady", live.url, seconds + STARTS_WITHIN_S) as process:
            ends = time.monotonic() + STARTS_WITHIN_S
            until = ends
            for _ in _turns():
                work(WORK_S)
                drain()
                if until == ends and live.stats().rows > STEADY_ENTITIES:
                    until = time.monotonic() + seconds
                if time.monotonic() > until or process.poll() is not None:
                    break
            stats = live.stats()
    if until == ends or stats.troubles or stats.dropped:
        raise PeerError(f"{stats.rows} rows came within {STARTS_WITHIN_S:g} s: {dict(stats.troubles)}")
    return stats


def work(seconds: float) -> int:
    """Be busy in Python, holding its lock as Python does; return how much was done."""
    until, done = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        done += 1
    return done


def _turns() -> Iterator[int]:
    """Count turns, each when it is due; one that is late shifts those that follow."""
    due = time.perf_counter()
    for turn in itertools.count():
        yield turn
        due = max(due + 1 / HZ, time.perf_counter())
        time.sleep(max(0.0, due - time.perf_counter()))
