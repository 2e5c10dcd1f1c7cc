"""When a picture of a stream is worth drawing."""

from __future__ import annotations

import pytest

from blazon.render.pace import GATHER_S, LONGEST_S, Pace


def test_it_waits_until_nothing_more_comes() -> None:
    pace = Pace()
    assert pace.wait_s(0, 0.0, 10.0) == 0
    assert pace.wait_s(1, 10.0, 10.0) == pytest.approx(GATHER_S)
    assert pace.wait_s(5, 10.002, 10.002) == pytest.approx(GATHER_S)
    assert pace.wait_s(5, 10.002, 10.002 + GATHER_S) == 0
    assert pace.wait_s(5, 10.002, 11.0) == 0


def test_it_does_not_wait_for_ever() -> None:
    pace, now, waited = Pace(), 0.0, 0
    while pace.wait_s(waited + 1, now, now):
        now, waited = now + 0.001, waited + 1
    assert now == pytest.approx(LONGEST_S, abs=0.002)


def test_what_came_long_ago_is_drawn_at_once() -> None:
    assert Pace().wait_s(7, 1.0, 2.0) == 0
