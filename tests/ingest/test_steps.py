"""What a stream comes in: steps, told apart by when rows were logged."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import rerun as rr

from blazon.ingest.live import Live
from blazon.ingest.queue import Arrival
from blazon.ingest.steps import APART_NS, KEPT, Steps
from blazon.ingest.timeline import TimeKind, Timeline

FRAME = Timeline("frame", TimeKind.SEQUENCE)
NEAR = APART_NS // 3


def arrival(first_ns: int, last_ns: int) -> Arrival:
    ref: Any = None
    return Arrival("recording", ref, 1, first_ns, (last_ns, 0))


def taken(steps: Steps, arrivals: Sequence[Arrival], seen: list[list[Arrival]]) -> None:
    """Take them in; the end of the timeline is how many parts there were."""
    for part in steps.parts(arrivals, lambda: {FRAME: len(seen)}):
        seen.append(part)


def test_a_pause_ends_a_step_whether_or_not_it_came_at_once() -> None:
    now = 10**18
    first = [arrival(now, now + NEAR), arrival(now + NEAR, now + 2 * NEAR), arrival(now, now)]
    then = [arrival(now + 6 * NEAR, now + 7 * NEAR)]
    for batches in ([first + then], [first, then], [first[:1], first[1:] + then]):
        steps, seen = Steps(), list[list[Arrival]]()
        for batch in batches:
            taken(steps, batch, seen)
        assert [each for part in seen for each in part] == first + then
        assert seen[-1] == then
        (ended,) = steps.ended
        assert ended.logged_ns == now + 2 * NEAR
        assert ended.ends == {FRAME: len(seen) - 1}  # before what came after the pause was taken in


def test_few_are_kept_and_a_clock_that_stands_ends_none() -> None:
    steps, seen = Steps(), list[list[Arrival]]()
    taken(steps, [arrival(number * 10 * APART_NS, number * 10 * APART_NS) for number in range(50)], seen)
    assert len(seen) == 50
    assert [step.ends[FRAME] for step in steps.ended] == list(range(50))[-KEPT:]
    assert [step.logged_ns for step in steps.ended] == [each * 10 * APART_NS for each in range(49)][-KEPT:]
    still = Steps()
    taken(still, [arrival(7, 7)] * 50, seen)
    assert still.ended == ()


def test_frames_of_a_program_that_came_all_at_once_are_steps() -> None:
    with Live(port=0, drains=False) as live:
        with rr.RecordingStream("frames") as stream:
            stream.connect_grpc(live.url)
            for frame in range(6):
                stream.set_time("frame", sequence=frame)
                stream.log("a", rr.Points2D([[frame, 0]]))
                stream.log("b", rr.Points2D([[0, frame]]))
                stream.flush()
                time.sleep(0.04)
        until = time.monotonic() + 20
        while live.rows < 12 and time.monotonic() < until:
            live.drain(wait_s=0.1)
        (recording,) = live.recordings
        ends = [step.ends[FRAME] for step in recording.steps.ended]
        assert ends == sorted(ends)
        assert {2, 3, 4} <= set(ends) | {1}  # a slow machine may take a pause within a frame for another step
        assert recording.ends()[FRAME] == 5
