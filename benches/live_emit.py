"""A program that logs with the unmodified SDK into a target, and prints what it did as JSON: for the benches.

`python -m blazon.benches.live_emit KIND TARGET SECONDS`. It is a process of its own, and owes nothing to blazon but its
folder. What it logs is made beforehand, and wrapped into an archetype each time, as programs do. Masks are noise, which
does not compress: every byte goes over the wire.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from rerun import RecordingStream

TIMELINE, APPLICATION = "frame", "blazon bench live"
WIDTH, HEIGHT, POINTS, BOXES, CLASSES = 1920, 1080, 100_000, 10, 40
POOL = 8  # of different masks, clouds and rows of boxes that are logged over and over
STEADY_ENTITIES, STEADY_HZ = 50, 30.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of what is logged. entities : that get a row in each turn. hz : turns a second; None: as many as can be.

    beside : something more that gets a row in every so many turns, 0 for never.
    """

    entity: str
    entities: int
    make: Callable[[int], Any]
    hz: float | None = None
    beside: int = 0


@dataclass(frozen=True, slots=True)
class Emitted:
    """What was done. logged : rows. begun_ns : by the clock that latencies are told in. seconds : until all had left.

    logging_s : until the last was logged; what is left of `seconds` is the flush. cpu_s : of the process meanwhile.
    """

    kind: str
    logged: int
    begun_ns: int
    logging_s: float
    seconds: float
    cpu_s: float


def mask(seed: int) -> Callable[[], Any]:
    """Return what makes an archetype of a mask of 1080 rows, uint8, all noise."""
    import rerun as rr

    ids = np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    return partial(rr.SegmentationImage, ids)


def cloud(seed: int) -> Callable[[], Any]:
    """Return what makes an archetype of 100,000 points with class ids."""
    import rerun as rr

    rng = np.random.default_rng(seed)
    points = rng.normal(size=(POINTS, 3)).astype(np.float32)
    return partial(rr.Points3D, points, class_ids=rng.integers(0, CLASSES, POINTS, np.uint16))


def boxes(seed: int) -> Callable[[], Any]:
    """Return what makes an archetype of ten boxes with class ids."""
    import rerun as rr

    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 1000, (BOXES, 4)).astype(np.float32)
    class_ids = rng.integers(0, CLASSES, BOXES, np.uint16)
    return partial(rr.Boxes2D, array=corners, array_format=rr.Box2DFormat.XYWH, class_ids=class_ids)


KINDS = {
    "masks": Kind("mask", 1, mask),
    "clouds": Kind("cloud", 1, cloud),
    "rows1": Kind("boxes", 1, boxes),
    "rows50": Kind("boxes", 50, boxes),
    "rows500": Kind("boxes", 500, boxes),
    "steady": Kind("boxes", STEADY_ENTITIES, boxes, STEADY_HZ, beside=1),
    "soak": Kind("boxes", STEADY_ENTITIES, boxes, STEADY_HZ, beside=3),
}


def main(words: Sequence[str] | None = None) -> None:
    """Log, flush, and print what was done as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=list(KINDS))
    parser.add_argument("target", help="a grpc url, or a path to save into, such as /dev/null")
    parser.add_argument("seconds", type=float)
    given = parser.parse_args(words)
    print(json.dumps(asdict(emit(given.kind, given.target, given.seconds))), flush=True)


def emit(name: str, target: str, seconds: float) -> Emitted:
    """Log a kind into a target for so long, and flush."""
    import rerun as rr

    kind = KINDS[name]
    pool = [kind.make(seed) for seed in range(POOL)]
    beside = [mask(seed) for seed in range(POOL)] if kind.beside else []
    stream = rr.RecordingStream(APPLICATION)
    if "://" in target:
        stream.connect_grpc(target)
    else:
        stream.save(target)
    stream.flush()  # it is connected from here on
    begun_ns, begun, begun_cpu = time.time_ns(), time.perf_counter(), time.process_time()
    logged = sum(_turn(stream, kind, turn, pool, beside) for turn in _turns(begun, seconds, kind.hz))
    logging_s = time.perf_counter() - begun
    stream.flush()
    spent = time.perf_counter() - begun
    return Emitted(name, logged, begun_ns, logging_s, spent, time.process_time() - begun_cpu)


def _turns(begun: float, seconds: float, hz: float | None) -> Iterator[int]:
    """Count turns until the time is over: one at least; with `hz`, each when it is due."""
    turn = 0
    while turn == 0 or time.perf_counter() - begun < seconds:
        if hz is not None:
            time.sleep(max(0.0, begun + turn / hz - time.perf_counter()))
        yield turn
        turn += 1


def _turn(
    stream: RecordingStream,
    kind: Kind,
    turn: int,
    pool: Sequence[Callable[[], Any]],
    beside: Sequence[Callable[[], Any]],
) -> int:
    """Log a row at each entity; return how many rows."""
    stream.set_time(TIMELINE, sequence=turn)
    for i in range(kind.entities):
        stream.log(f"{kind.entity}/{i}", pool[(turn + i) % POOL]())
    if not kind.beside or turn % kind.beside:
        return kind.entities
    stream.log("mask", beside[turn % POOL]())
    return kind.entities + 1


if __name__ == "__main__":
    main()
