"""When a picture of a stream is worth drawing."""

from __future__ import annotations

import pytest

from blazon.ingest.together import APART_S, Together
from blazon.render.pace import LONGEST_S, Pace


def test_what_is_whole_is_drawn_at_once_and_else_it_is_waited_for_the_rest() -> None:
    pace = Pace()
    assert pace.wait_s(0, 10.0, 10.0, is_whole=False) == 0
    assert pace.wait_s(1, 10.0, 10.001, is_whole=False) == pytest.approx(LONGEST_S - 0.001)
    assert pace.wait_s(5, 10.0, 10.002, is_whole=True) == 0
    assert pace.wait_s(6, 10.1, 10.102, is_whole=False) == pytest.approx(LONGEST_S - 0.002)
    assert pace.wait_s(6, 10.1, 10.1 + LONGEST_S, is_whole=False) == 0
    assert pace.wait_s(6, 10.1, 10.1 + LONGEST_S, is_whole=False) == 0


def test_what_came_long_ago_is_drawn_at_once() -> None:
    assert Pace().wait_s(7, 1.0, 2.0, is_whole=False) == 0


def test_what_comes_in_two_parts_is_whole_with_the_second() -> None:
    together = Together()
    for frame in range(4):
        at = 5.0 + frame / 30
        together.note(12, at)
        assert not together.is_whole
        assert together.first_s == at
        together.note(10, at + 0.008)
        assert together.is_whole == (frame > 0)
        assert together.first_s == at
        together.take()


def test_what_nobody_takes_waits_from_its_first_row_on() -> None:
    together = Together()
    for at in (1.0, 1.033, 1.066):
        together.note(5, at)
    assert together.first_s == 1.0
    together.take()
    together.note(5, 1.1)
    assert together.first_s == 1.1
    assert together.is_whole


def test_one_frame_that_has_fewer_rows_is_never_called_whole_and_the_next_one_is() -> None:
    together, whole = Together(), []
    for number, rows in enumerate((9, 9, 4, 9)):
        together.note(rows, 1 + number * 2 * APART_S)
        whole.append(together.is_whole)
    assert whole == [False, True, False, True]


def test_a_stream_without_pauses_is_whole_or_is_not_but_nothing_waits_for_long() -> None:
    together, pace, now, rows = Together(), Pace(), 0.0, 0
    for _ in range(20):
        began = now
        while True:
            now, rows = now + 0.001, rows + 1
            together.note(1, now)
            if not pace.wait_s(rows, together.first_s, now, is_whole=together.is_whole):
                break
        together.take()
        assert now - began <= LONGEST_S + 0.002


def test_what_is_given_back_leaves_the_newest_to_be_waited_for() -> None:
    together, pace = Together(), Pace()
    together.note(5, 1.0)
    together.note(2, 1.033)
    together.take()
    together.give_back()
    assert together.first_s == 1.033
    assert pace.wait_s(7, together.first_s, 1.04, is_whole=together.is_whole) == pytest.approx(LONGEST_S - 0.007)
    together.note(3, 1.041)
    assert together.first_s == 1.033
    assert pace.wait_s(10, together.first_s, 1.041, is_whole=together.is_whole) == 0
    together.take()
    together.note(5, 1.066)
    assert together.first_s == 1.066
