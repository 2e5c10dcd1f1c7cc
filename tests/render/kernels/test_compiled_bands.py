"""Bands: each row is worked on once, by whichever thread is free, and nothing runs on once an error is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blazon.render.kernels import compiled
from blazon.render.kernels.compiled import BANDS_A_CORE, in_bands
from tests.fuzz.damage import fuzz

WAIT_S = 20.0


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread beside the one that asks, however many cores there are."""
    monkeypatch.setattr(compiled, "cores", lambda: 2)


def bands_of(n: int, at_least: int, work: Callable[[slice], None] = lambda _: None) -> list[slice]:
    """The bands that are worked on, in order."""
    found: list[slice] = []

    def take(band: slice) -> None:
        found.append(band)
        work(band)

    in_bands(take, n, at_least)
    return sorted(found, key=lambda band: (band.start, band.stop))


def assert_covered(n: int, at_least: int) -> list[slice]:
    rows = np.zeros(n, np.int64)

    def count(band: slice) -> None:
        rows[band] += 1

    bands = bands_of(n, at_least, count)
    assert (rows == 1).all()
    assert all(0 <= band.start <= band.stop <= n and band.step is None for band in bands)
    assert all(band.start % 8 == 0 for band in bands)
    return bands


@pytest.mark.parametrize("cores", [1, 2, 3, 7, 64])
@pytest.mark.parametrize("at_least", [1, 7, 8, 16, 100])
def test_each_row_is_in_one_band_that_begins_at_eight(
    monkeypatch: pytest.MonkeyPatch, cores: int, at_least: int
) -> None:
    monkeypatch.setattr(compiled, "cores", lambda: cores)
    for n in [*range(70), *range(120, 132), 255, 256, 257, 1080, 2161]:
        bands = assert_covered(n, at_least)
        assert 1 <= len(bands) <= max(1, min(BANDS_A_CORE * cores, n // at_least))
        if n >= at_least * BANDS_A_CORE * cores and at_least >= 8:
            assert len(bands) == BANDS_A_CORE * cores
            assert max(band.stop - band.start for band in bands) <= n / len(bands) + 8


@fuzz(150)
@given(st.integers(0, 5000), st.integers(1, 6000))
def test_any_number_of_rows(n: int, at_least: int) -> None:
    assert_covered(n, at_least)


@pytest.mark.parametrize(("n", "at_least"), [(0, 1), (0, 64), (1, 2), (63, 64), (7, 8)])
def test_what_is_too_little_is_one_band_of_the_thread_that_asks(n: int, at_least: int) -> None:
    threads: list[threading.Thread] = []
    assert bands_of(n, at_least, lambda _: threads.append(threading.current_thread())) == [slice(0, n)]
    assert threads == [threading.current_thread()]


@pytest.mark.usefixtures("two_cores")
def test_two_work_at_once() -> None:
    both = threading.Barrier(2)
    threads: set[str] = set()

    def work(_band: slice) -> None:
        both.wait(WAIT_S)
        threads.add(threading.current_thread().name)

    in_bands(work, 8 * 2 * BANDS_A_CORE, 8)
    assert len(threads) == 2


@pytest.mark.usefixtures("two_cores")
@pytest.mark.parametrize("slow", [0, 3, 7])
def test_who_is_done_takes_the_next(slow: int) -> None:
    """One band ends when all others did."""
    count = 2 * BANDS_A_CORE
    done, lock, others_are = [], threading.Lock(), threading.Event()

    def work(band: slice) -> None:
        if band.start == 8 * slow:
            assert others_are.wait(WAIT_S)
            return
        with lock:
            done.append(band.start)
            if len(done) == count - 1:
                others_are.set()

    in_bands(work, 8 * count, 8)
    assert sorted(done) == [8 * i for i in range(count) if i != slow]


@pytest.mark.usefixtures("two_cores")
@pytest.mark.parametrize("bad", range(2 * BANDS_A_CORE))
def test_an_error_in_any_band_is_raised_when_nobody_works_any_more(bad: int) -> None:
    running, lock = set[int](), threading.Lock()
    ends: list[int] = []

    def work(band: slice) -> None:
        with lock:
            running.add(band.start)
        try:
            if band.start == 8 * bad:
                raise ValueError(f"band {bad}")
            time.sleep(0.003)
            ends.append(band.start)
        finally:
            with lock:
                running.remove(band.start)

    with pytest.raises(ValueError, match=f"band {bad}"):
        in_bands(work, 8 * 2 * BANDS_A_CORE, 8)
    assert running == set()
    seen = list(ends)
    time.sleep(0.005)
    assert ends == seen


@pytest.mark.usefixtures("two_cores")
@pytest.mark.parametrize("here", [True, False], ids=["of the one that asks", "of the other"])
def test_an_error_of_either_thread_waits_for_the_other(here: bool) -> None:
    asking, raised, finished = threading.current_thread(), threading.Event(), threading.Event()
    both = threading.Barrier(2)

    def work(_band: slice) -> None:
        if raised.is_set():
            return
        both.wait(WAIT_S)
        if (threading.current_thread() is asking) == here:
            raised.set()
            raise ZeroDivisionError
        assert raised.wait(WAIT_S)
        time.sleep(0.05)
        finished.set()

    with pytest.raises(ZeroDivisionError):
        in_bands(work, 8 * 2 * BANDS_A_CORE, 8)
    assert finished.is_set()


@pytest.mark.usefixtures("two_cores")
def test_when_all_fail_one_error_is_raised_and_the_next_call_works() -> None:
    def work(_band: slice) -> None:
        raise KeyError("all")

    for _ in range(3):
        with pytest.raises(KeyError, match="all"):
            in_bands(work, 640, 8)
        assert_covered(640, 8)
