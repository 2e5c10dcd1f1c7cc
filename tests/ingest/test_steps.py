"""What a stream comes in: steps, told apart by when rows were logged, and by the program's own time."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import rerun as rr

from blazon.ingest.chunk import Chunk, ChunkRef
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.live import Live
from blazon.ingest.queue import Arrival
from blazon.ingest.recording import LOG_TIME, Recording
from blazon.ingest.steps import APART_NS, KEPT, Step
from blazon.ingest.timeline import TimeKind, Timeline

FRAME, SECONDS = Timeline("frame", TimeKind.SEQUENCE), Timeline("seconds", TimeKind.DURATION)
NEAR = APART_NS // 3
START = 10**18


def arrival(logged_ns: int, **times: int) -> Arrival:
    """A row of an entity. times : frame, seconds."""
    stamps = {Timeline(name, FRAME.kind if name == "frame" else SECONDS.kind): time for name, time in times.items()}
    stamps[LOG_TIME] = logged_ns
    row_id = np.array([[logged_ns, 0]], np.uint64)
    chunk = Chunk(row_id, {line: np.array([time]) for line, time in stamps.items()}, {}, 1)
    return Arrival("recording", ChunkRef.of(EntityPath.parse("a"), chunk), 1, logged_ns, (logged_ns, 0))


def taken(batches: Iterable[list[Arrival]]) -> tuple[list[list[Arrival]], tuple[Step, ...]]:
    """What a recording takes in at once, and the steps that ended."""
    recording, seen = Recording(), list[list[Arrival]]()
    for batch in batches:
        for part in recording.steps.parts(batch, recording):
            seen.append(part)
            recording.insert([each.ref for each in part])
    return seen, recording.steps.ended


def test_a_pause_ends_a_step_whether_or_not_it_came_at_once() -> None:
    first = [arrival(START), arrival(START + NEAR), arrival(START + 2 * NEAR)]
    then = [arrival(START + 6 * NEAR)]
    for batches in ([first + then], [first, then], [first[:1], first[1:] + then], [first[::-1] + then]):
        seen, (ended,) = taken(batches)
        assert [each for part in seen for each in part] == first + then
        assert seen[-1] == then
        assert ended == Step(START + 2 * NEAR, {LOG_TIME: START + 2 * NEAR}, len(seen) - 1)


def test_few_are_kept_and_a_clock_that_stands_ends_none() -> None:
    logged = [START + number * 10 * APART_NS for number in range(50)]
    seen, ended = taken([list(map(arrival, logged))])
    assert len(seen) == 50
    assert [step.logged_ns for step in ended] == logged[:-1][-KEPT:]
    assert taken([[arrival(7)] * 50])[1] == ()


def test_a_clock_that_was_wrong_once_ends_steps_again() -> None:
    wild = replace(arrival(START), logged_ns=2**63 - 1, newest=(2**64 - 1, 0))
    logged = [START + number * 10 * APART_NS for number in range(20)]
    ended = taken([[each] for each in (wild, *map(arrival, logged))])[1]
    assert [step.logged_ns for step in ended] == logged[:-1][-KEPT:]


def test_the_next_frame_ends_a_step_that_a_pause_did_not() -> None:
    """What was found in a picture is logged long after it, and just before the next picture."""
    frames = [
        [
            arrival(START + number * 10 * APART_NS, frame=number),
            arrival(START + (number * 10 + 9) * APART_NS, frame=number),
        ]
        for number in range(6)
    ]
    for number, frame in enumerate(frames[1:], 1):
        frame[0] = arrival(frames[number - 1][1].logged_ns + NEAR, frame=number)
    rows = [row for frame in frames for row in frame]
    for batches in ([rows], [[row] for row in rows], [sorted(rows[at : at + 3], key=id) for at in range(0, 12, 3)]):
        ended = taken(batches)[1]
        whole = {step.ends[FRAME]: step.logged_ns for step in ended}
        assert {3, 4} <= whole.keys()
        assert [whole[number] for number in (3, 4)] == [frames[number][1].logged_ns for number in (3, 4)]


def test_rows_with_a_time_of_their_own_are_no_steps() -> None:
    rows = [arrival(START + number * NEAR, seconds=number, frame=0) for number in range(9)]
    seen, ended = taken([rows])
    assert (seen, ended) == ([rows], ())


def streamed(live: Live, frames: int, entities: str) -> Recording:
    """The recording of a program that logs frames at these entities with the SDK, and pauses after each."""
    with rr.RecordingStream("frames") as stream:
        stream.connect_grpc(live.url)
        for frame in range(frames):
            stream.set_time("frame", sequence=frame)
            for entity in entities:
                stream.log(entity, rr.Points2D([[frame, 0]]))
            stream.flush()
            time.sleep(0.04)
    until = time.monotonic() + 20
    while live.rows < frames * len(entities) and time.monotonic() < until:
        live.drain(wait_s=0.1)
    (recording,) = live.recordings
    return recording


def test_frames_of_a_program_that_came_all_at_once_are_steps() -> None:
    with Live(port=0, drains=False) as live:
        recording = streamed(live, 6, "ab")
        ends = [step.ends[FRAME] for step in recording.steps.ended]
        assert ends == sorted(ends)
        assert ends[-1] == 4 or ends[-2:] == [4, 5]  # a slow machine may pause within a frame
        assert recording.ends()[FRAME] == 5


def test_what_is_given_back_counts_once_it_is_drawn() -> None:
    with Live(port=0, drains=False) as live:
        recording = streamed(live, 3, "a")
        undrawn = live.take_undrawn()
        assert len(undrawn) >= 3
        assert live.take_undrawn() == []
        step = recording.steps.ended[-1]
        later = [each for each in undrawn if each > step.logged_ns]
        assert 0 < len(later) < len(undrawn)
        live.give_back(later)
        assert live.take_undrawn() == later


def test_a_row_that_comes_after_the_next_frame_began_is_of_the_step_before() -> None:
    """The SDK sends what it has each 8 ms, by entity: the next picture, and then what was found in this one."""
    first = [arrival(START, frame=1), arrival(START + NEAR, frame=1)]
    following, found = arrival(START + 3 * NEAR, frame=2), arrival(START + 2 * NEAR, frame=1)
    (before,) = taken([first, [following]])[1]
    (after,) = taken([first, [following], [found]])[1]
    assert (before.ends[FRAME], after.ends[FRAME]) == (1, 1)
    assert after.generation > before.generation
    (same,) = taken([first, [following], [arrival(START + 4 * NEAR, frame=2)]])[1]
    assert same == before
