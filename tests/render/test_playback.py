"""Which time is shown, as time goes by and as a user says."""

from __future__ import annotations

import pytest

import blazon as bz
from blazon.ingest.recording import LOG_TIME
from blazon.ingest.steps import Step
from blazon.render.playback import PATIENCE, Playback


@pytest.fixture
def recording() -> bz.Recording:
    """Frames 0, 10, 20 … 100; seconds of a tenth of that."""
    recording = bz.Recording("playback")
    for frame in range(0, 101, 10):
        recording.set_time("frame", sequence=frame)
        recording.set_time("seconds", duration=frame / 10)
        recording.log("p", bz.Points2D([[frame, 0]]))
    return recording


def test_it_begins_at_the_first_time_and_follows_the_last(recording: bz.Recording) -> None:
    playback = Playback("frame")
    assert playback.at(recording).time == 0
    playback.follow(recording)
    assert playback.at(recording).time == 100
    recording.set_time("frame", sequence=200)
    recording.log("p", bz.Points2D([[1, 0]]))
    assert playback.at(recording).time == 200
    playback.follow(recording)
    assert not playback.is_following
    assert playback.at(recording).time == 200  # it stands where it was


def test_counts_go_by_thirty_a_second_and_seconds_by_themselves(recording: bz.Recording) -> None:
    for timeline, expected in (("frame", 15), ("seconds", 500_000_000)):
        playback = Playback(timeline, is_playing=True)
        for _ in range(10):
            playback.advance(recording, 0.05)
        assert playback.at(recording).time == pytest.approx(expected, abs=1)
    slow = Playback("frame", is_playing=True, speed=0.1)
    slow.advance(recording, 1.0)
    assert slow.at(recording).time == 3


def test_at_the_end_it_begins_again_or_stops(recording: bz.Recording) -> None:
    playback = Playback("frame", time=99, is_playing=True)
    playback.advance(recording, 0.05)
    assert playback.at(recording).time == 100  # the last one is shown for as long as the others
    playback.advance(recording, 0.05)
    assert (playback.at(recording).time, playback.is_playing) == (0, True)
    once = Playback("frame", time=99, is_playing=True, loops=False)
    once.advance(recording, 1.0)
    assert (once.at(recording).time, once.is_playing) == (100, False)
    once.toggle(recording)
    assert (once.at(recording).time, once.is_playing) == (0, True)


@pytest.mark.parametrize(
    ("start", "by", "expected"),
    [(0, 1, 10), (10, 1, 20), (15, 1, 20), (15, -1, 10), (10, -1, 0), (0, -1, 0), (100, 1, 100)],
)
def test_steps_go_to_times_that_were_logged(recording: bz.Recording, start: int, by: int, expected: int) -> None:
    playback = Playback("frame", time=start, is_playing=True)
    playback.step(recording, by)
    assert (playback.at(recording).time, playback.is_playing) == (expected, False)


def test_times_outside_are_the_ends(recording: bz.Recording) -> None:
    playback = Playback("frame")
    for time, expected in ((float("inf"), 100), (float("-inf"), 0), (1e30, 100), (-5, 0)):
        playback.go_to(time)
        assert playback.at(recording).time == expected
    playback.choose("seconds")
    assert playback.at(recording).timeline.name == "seconds"
    assert playback.at(recording).time == 0


def test_what_is_static_has_no_time() -> None:
    recording = bz.Recording("static")
    recording.log("p", bz.Points2D([[1, 2]]), static=True)
    playback = Playback()
    playback.advance(recording, 1.0)
    playback.step(recording, 1)
    playback.toggle(recording)
    assert playback.at(recording).timeline is None


def test_a_timeline_that_is_not_there_is_the_default_one(recording: bz.Recording) -> None:
    assert Playback("nope").summary(recording) == Playback().summary(recording)


def test_it_plays_within_a_range_as_fast_as_asked(recording: bz.Recording) -> None:
    playback = Playback("frame", within=(20, 55), hz=10, is_playing=True)
    assert playback.at(recording).time == 20
    playback.advance(recording, 1.0)
    assert playback.at(recording).time == 30
    playback.go_to(1e9)
    assert playback.at(recording).time == 55
    playback.is_playing = True
    playback.advance(recording, 0.2)
    assert playback.at(recording).time == 20
    playback.choose("seconds")
    assert playback.span(playback.summary(recording)) == (0, 10**10)


def test_a_range_past_the_ends_is_cut(recording: bz.Recording) -> None:
    for within, expected in (((-5, 500), (0, 100)), ((300, 400), (100, 100)), ((None, -7), (0, 0))):
        playback = Playback("frame", within=within)
        assert playback.span(playback.summary(recording)) == expected


def come(recording: bz.Recording, frame: int) -> None:
    """Two rows of a step of a stream: the one before has ended."""
    if recording.entities():
        recording.steps.ended = (*recording.steps.ended[-3:], Step(frame, recording.ends(), recording.generation))
    recording.set_time("frame", sequence=frame)
    for row in range(2):
        recording.log(f"row {row}", bz.Points2D([[frame, row]]))


def shown_next(playback: Playback, recording: bz.Recording) -> int:
    """Draw once; the time that is shown."""
    playback.go_on(recording)
    return playback.at(recording).time


def test_what_ended_unseen_is_shown_before_what_began() -> None:
    recording, playback = bz.Recording("stream"), Playback("frame", is_following=True)
    come(recording, 1)
    assert shown_next(playback, recording) == 1
    come(recording, 2)
    come(recording, 3)
    assert playback.at(recording).time == 1  # until it goes on
    assert shown_next(playback, recording) == 2
    assert shown_next(playback, recording) == 3
    assert shown_next(playback, recording) == 3


def test_who_is_too_slow_leaves_some_out_and_is_never_far_behind() -> None:
    recording, playback = bz.Recording("stream"), Playback("frame", is_following=True)
    come(recording, 1)
    shown = [shown_next(playback, recording)]
    for frame in range(2, 60, 2):  # two come while one is drawn
        come(recording, frame)
        come(recording, frame + 1)
        shown.append(shown_next(playback, recording))
        assert frame + 1 - shown[-1] <= 2
    assert shown == sorted(set(shown))
    shown += [shown_next(playback, recording) for _ in range(3)]
    assert shown[-1] == 59


def test_one_that_opens_shows_the_newest_and_so_does_one_that_follows_again() -> None:
    recording, playback = bz.Recording("stream"), Playback("frame", is_following=True)
    for frame in range(1, 6):
        come(recording, frame)
    assert shown_next(playback, recording) == 5
    playback.follow(recording)
    for frame in range(6, 9):
        come(recording, frame)
    assert shown_next(playback, recording) == 5
    playback.follow(recording)
    assert shown_next(playback, recording) == 8


def test_another_timeline_and_a_range_show_what_they_have() -> None:
    recording, playback = bz.Recording("stream"), Playback("frame", is_following=True)
    for frame in range(1, 4):
        come(recording, frame)
        shown_next(playback, recording)
    playback.choose("log_time")
    assert playback.at(recording).time == recording.ends()[LOG_TIME]
    playback.choose("frame")
    playback.within = (None, 2)
    assert shown_next(playback, recording) == 2
    assert playback.older_step(recording) is None


def test_a_step_that_was_shown_in_part_is_shown_whole_before_the_next() -> None:
    recording, playback = bz.Recording("stream"), Playback("frame", is_following=True)
    recording.set_time("frame", sequence=1)
    recording.log("picture", bz.Points2D([[0, 1]]))
    assert shown_next(playback, recording) == 1
    recording.log("found", bz.Points2D([[0, 1]]))
    come(recording, 2)
    assert shown_next(playback, recording) == 1
    assert shown_next(playback, recording) == 2
    come(recording, 3)
    assert shown_next(playback, recording) == 3  # all of 2 was shown


def test_who_is_always_one_behind_catches_up() -> None:
    recording, playback = bz.Recording("stream"), Playback("frame", is_following=True)
    come(recording, 1)
    shown_next(playback, recording)
    come(recording, 2)
    behind = []
    for frame in range(3, 200):
        come(recording, frame)
        behind.append(frame - shown_next(playback, recording))
    assert set(behind) == {0, 1}
    assert behind[:PATIENCE] == [1] * PATIENCE
    assert sum(behind) <= PATIENCE + 1
