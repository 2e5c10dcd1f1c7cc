"""How fast a live stream gets in: one SDK process that logs all it can, into blazon's sink and elsewhere, in turns.

What is compared with is the same program saving into /dev/null: that is what the SDK can emit at all, and blazon is not
the bottleneck where it is as fast. A run's time goes from the first row until all has arrived: in blazon, until queries
see every row, which is checked; with the others, until the SDK says that all has left.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from blazon.benches.harness import Claim, Section, Timing, timing
from blazon.benches.live_emit import TIMELINE, Emitted
from blazon.benches.peers.errors import PeerError
from blazon.benches.peers.grpcio_sink import GrpcioSink
from blazon.benches.peers.rerun_receive import FLAGS, RerunReceiver
from blazon.benches.rounds import WITHOUT_SDK
from blazon.ingest.live import Live, serve
from blazon.ingest.rerun.server import Server

SECONDS, MOST_TURNS = 2.0, 5
ENDS_WITHIN_S = 120.0
MEMORY_BYTES = 2**26  # of the sink: so little that it is full soon, as after an hour
_PAUSE_S = 0.005
NULL, BLAZON, NOTHING = "the SDK into /dev/null", "the SDK into blazon", "the SDK into a sink that keeps nothing"
OWN = (NULL, BLAZON, NOTHING)


@dataclass(frozen=True, slots=True)
class Stream:
    """One section: a kind that `live_emit` knows. one : what a row is. wanted : of the rate into /dev/null."""

    name: str
    kind: str
    title: str
    one: str
    wanted: float


STREAMS = (
    Stream("live masks", "masks", "masks of 1920x1080, uint8, all noise", "mask", 0.6),
    Stream("live clouds", "clouds", "clouds of 100,000 points with class ids", "cloud", 0.6),
    Stream("live rows 1", "rows1", "rows of ten boxes, one entity", "row", 0.9),
    Stream("live rows 50", "rows50", "rows of ten boxes over 50 entities", "row", 0.9),
    Stream("live rows 500", "rows500", "rows of ten boxes over 500 entities", "row", 0.9),
)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program. seconds : until all of it had arrived. cpu_s : of this process, if the sink is in it."""

    logged: int
    seconds: float
    cpu_s: float = 0.0


Contender = Callable[[str, float], Run]
"""Takes the kind, and for how long it is logged."""


class LostRowsError(Exception):
    """Not all that was logged arrived; the message says how much did."""


def run(repeat: int, *, peers: bool, seconds: float = SECONDS) -> Iterator[Section]:
    """Yield a section for each kind of stream. seconds : for which each run logs."""
    for stream in STREAMS:
        yield section(stream, min(repeat, MOST_TURNS), peers=peers, seconds=seconds)


def section(stream: Stream, turns: int, *, peers: bool, seconds: float) -> Section:
    """Return the section of one kind of stream: each contender in turns."""
    title = f"{stream.title}: one SDK process logs for {seconds:g} s; times are for one {stream.one}"
    try:
        import rerun  # noqa: F401 (whether it is there)
    except ImportError:
        return Section(stream.name, title, [], [], [WITHOUT_SDK])
    contenders: dict[str, Contender] = {NULL: into_null, BLAZON: into_blazon, NOTHING: into_nothing}
    if peers:
        contenders |= {f"the SDK into rerun {flag}": partial(into_rerun, flag) for flag in FLAGS}
        contenders["the SDK into grpcio, which keeps nothing"] = into_grpcio
    runs, notes = _in_turns(contenders, stream.kind, turns, seconds)
    timings = {name: timing(name, [1e3 * each.seconds / each.logged for each in found]) for name, found in runs.items()}
    return Section(stream.name, title, list(timings.values()), _claims(stream, timings), [*_said(stream, runs), *notes])


def into_null(kind: str, seconds: float) -> Run:
    """Log into nothing: what the SDK does by itself."""
    with emitting(kind, os.devnull, seconds) as emitted:
        return Run(emitted.logged, emitted.seconds)


def into_blazon(kind: str, seconds: float) -> Run:
    """Log into a sink of this process. Raises `LostRowsError` where not all has arrived."""
    with serve(port=0, memory_bytes=MEMORY_BYTES) as live:
        before = time.process_time()
        with emitting(kind, live.url, seconds) as emitted:
            wait(live, emitted)
            arrived_s = (time.time_ns() - emitted.begun_ns) / 1e9
            cpu_s = time.process_time() - before
        check(live, emitted)
    return Run(emitted.logged, arrived_s, cpu_s)


def into_nothing(kind: str, seconds: float) -> Run:
    """Log into a server that throws away what it gets: what the wire costs."""
    server = Server(lambda _message: False, lambda _trouble: None, port=0)
    try:
        return _into_own(kind, f"rerun+http://{server.address}:{server.port}/proxy", seconds)
    finally:
        server.stop()


def into_rerun(flag: str, kind: str, seconds: float) -> Run:
    """Log into a receiver of the SDK's. Raises `PeerError`."""
    with RerunReceiver(flag) as receiver:
        with emitting(kind, receiver.url, seconds) as emitted:
            run_there = Run(emitted.logged, emitted.seconds)
        receiver.check()
    return run_there


def into_grpcio(kind: str, seconds: float) -> Run:
    """Log into what would be the sink if it were made of `grpcio`. Raises `PeerError`."""
    with GrpcioSink() as sink:
        return _into_own(kind, sink.url, seconds)


def _into_own(kind: str, url: str, seconds: float) -> Run:
    """Log into a sink of this process that keeps nothing."""
    before = time.process_time()
    with emitting(kind, url, seconds) as emitted:
        return Run(emitted.logged, emitted.seconds, time.process_time() - before)


@contextlib.contextmanager
def emitting(kind: str, target: str, seconds: float) -> Iterator[Emitted]:
    """Have a process log, and yield what it says once it has flushed; it ends meanwhile. Raises `PeerError`."""
    with started(kind, target, seconds) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise PeerError(f"the SDK's program, which logs {kind}, failed with code {process.wait()}, or hung")
        yield Emitted(**json.loads(line))
        process.wait()


@contextlib.contextmanager
def started(kind: str, target: str, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """Start a process that logs, and end it afterwards, or long after it should have ended."""
    words = [sys.executable, "-m", "blazon.benches.live_emit", kind, target, str(seconds)]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        alarm = threading.Timer(seconds + ENDS_WITHIN_S, process.kill)
        alarm.start()
        try:
            yield process
        finally:
            alarm.cancel()
            process.kill()


def wait(live: Live, emitted: Emitted) -> None:
    """Wait until as many rows as were logged are there, or for long."""
    until = time.monotonic() + ENDS_WITHIN_S
    while live.stats().rows - static_rows(live) < emitted.logged and time.monotonic() < until:
        time.sleep(_PAUSE_S)


def check(live: Live, emitted: Emitted) -> None:
    """Raise `LostRowsError` unless all that was logged is in recordings, or was forgotten there for want of memory."""
    stats = live.stats()
    arrived = stats.rows - static_rows(live)
    held = sum(line.rows for each in live.recordings for line in each.timelines() if line.timeline.name == TIMELINE)
    if arrived != emitted.logged or (not stats.forgotten and held != emitted.logged) or stats.dropped or stats.troubles:
        raise LostRowsError(
            f"{emitted.logged:,} rows were logged, {arrived:,} arrived, {held:,} are in the recordings; dropped:"
            f" {sum(stats.dropped.values())}; troubles: {dict(stats.troubles)}"
        )


def static_rows(live: Live) -> int:
    """Return how many rows the SDK has sent of its own: what a recording is called, and when it began."""
    properties = [(each, path) for each in live.recordings for path in each.entities() if path.is_reserved]
    return sum(max(each.components(path).values(), default=0) for each, path in properties)


def _in_turns(
    contenders: dict[str, Contender], kind: str, turns: int, seconds: float
) -> tuple[dict[str, list[Run]], list[str]]:
    """Run contenders in turns, and say why some took no part to the end."""
    runs: dict[str, list[Run]] = {}
    notes: list[str] = []
    for _ in range(turns):
        for name, contender in list(contenders.items()):
            try:
                runs.setdefault(name, []).append(contender(kind, seconds))
            except PeerError as error:
                if name in OWN:
                    raise
                notes.append(f"without {name}: {error}")
                del contenders[name]
    return {name: found for name, found in runs.items() if found}, notes


def _claims(stream: Stream, timings: dict[str, Timing]) -> list[Claim]:
    own = timings[BLAZON].median_ms
    against = [Claim("blazon against /dev/null", timings[NULL].median_ms / own, stream.wanted, at_most=False)]
    others = [each for name, each in timings.items() if name not in (NULL, BLAZON)]
    return against + [
        Claim(f"blazon against {each.name.removeprefix('the SDK into ')}", each.median_ms / own, None, at_most=False)
        for each in others
    ]


def _said(stream: Stream, runs: dict[str, list[Run]]) -> Iterator[str]:
    rates = {name: _median([each.logged / each.seconds for each in found]) for name, found in runs.items()}
    yield f"{stream.one}s a second: " + ", ".join(f"{name} {rate:,.0f}" for name, rate in rates.items())
    yield f"all that was logged had arrived in blazon, {sum(each.logged for each in runs[BLAZON]):,} {stream.one}s"
    busy = {name: _median([each.cpu_s / each.seconds for each in found]) for name, found in runs.items()}
    if len(runs) > len(OWN):
        yield "the figures of other receivers end when the SDK has sent all, blazon's when all can be asked for"
    yield "busy cores: " + ", ".join(f"{name} {share:.2f}" for name, share in busy.items() if share)


def _median(found: Sequence[float]) -> float:
    return sorted(found)[len(found) // 2]
