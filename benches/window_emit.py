"""A program that streams the street of the demo at 30 Hz with the unmodified SDK, and prints when it logged what.

`python -m blazon.benches.window_emit URL FRAMES`. It drops no frames: what is late is logged at once.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from blazon.benches import marker
from blazon.benches.window_scene import drawn, log_frame, log_static
from blazon.scenes.street import FPS, FRAMES

APPLICATION = "blazon bench window"


@dataclass(frozen=True, slots=True)
class Sent:
    """When frames were logged, nanoseconds of `time.monotonic_ns`.

    due_ns : when each should have been. begun_ns : before its first row. marked_ns : before its last.
    """

    due_ns: Sequence[int]
    begun_ns: Sequence[int]
    marked_ns: Sequence[int]


def main(words: Sequence[str] | None = None) -> None:
    """Stream, and print what was done as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("frames", type=int, choices=range(1, marker.LAST + 1), metavar="FRAMES")
    given = parser.parse_args(words)
    emit(given.url, given.frames)


def emit(url: str, frames: int) -> None:
    """Stream so many frames; say when before the last have left, for that may take long."""
    import rerun as rr

    pool = drawn(min(frames, FRAMES))
    with rr.RecordingStream(APPLICATION) as stream:
        stream.connect_grpc(url)
        log_static(stream)
        stream.flush()
        start = time.monotonic_ns()
        due_ns = [start + round(1e9 * number / FPS) for number in range(frames)]
        begun_ns, marked_ns = [], []
        for number, due in enumerate(due_ns):
            time.sleep(max(0, due - time.monotonic_ns()) / 1e9)
            begun_ns.append(time.monotonic_ns())
            marked_ns.append(log_frame(stream, number, pool[number % len(pool)]))
        print(json.dumps(asdict(Sent(due_ns, begun_ns, marked_ns))), flush=True)
        stream.flush()


if __name__ == "__main__":
    main()
