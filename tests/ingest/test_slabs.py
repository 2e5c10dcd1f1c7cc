"""Memory that is lent: nobody else has it while anything refers to it, and then it is used again."""

from __future__ import annotations

import gc
import itertools
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blazon.ingest import slabs as module
from blazon.ingest.slabs import SMALLEST, Slabs, empty
from tests.fuzz.damage import fuzz, never_hangs

N = SMALLEST + 12_345  # no multiple of anything
HUGE = 2**21


@pytest.fixture
def slabs() -> Slabs:
    return Slabs()


@pytest.fixture
def by_hand() -> Iterator[None]:
    """Garbage is collected when a test says so."""
    gc.disable()
    yield
    gc.enable()


def address(array: np.ndarray) -> int:
    return array.ctypes.data


# --- what is lent


@pytest.mark.parametrize("size", [0, 1, SMALLEST - 1])
def test_what_is_small_comes_from_numpy(slabs: Slabs, size: int) -> None:
    taken = slabs.take(size)
    assert (type(taken), taken.shape, taken.dtype) == (np.ndarray, (size,), np.uint8)
    assert taken.flags.owndata
    del taken
    assert slabs.idle_bytes == 0


@pytest.mark.parametrize(
    "size", [SMALLEST, SMALLEST + 1, HUGE - 1, HUGE, HUGE + 1, 2 * HUGE - 1, 2 * HUGE, 3 * HUGE + 123]
)
def test_a_loan_has_the_size_that_was_asked_for(slabs: Slabs, size: int) -> None:
    first = 0
    for each in (size, max(size - size // 3, SMALLEST), size):  # the second one from memory that has more
        taken = slabs.take(each)
        first = first or address(taken)
        assert address(taken) == first
        assert first % (HUGE if size >= HUGE else 4096) == 0
        assert (taken.shape, taken.strides, taken.dtype, taken.nbytes) == ((each,), (1,), np.uint8, each)
        assert taken.flags.writeable
        assert taken.flags.c_contiguous
        taken[[0, -1]] = 1, 2
        assert bytes(taken[[0, -1]]) == b"\1\2"
        del taken


def test_memory_comes_back_and_is_used_again(slabs: Slabs) -> None:
    taken = slabs.take(N)
    first = address(taken)
    assert slabs.idle_bytes == 0
    del taken
    assert N <= slabs.idle_bytes < N + 4096
    again = slabs.take(N)
    assert (address(again), slabs.idle_bytes) == (first, 0)


def test_what_is_lent_at_once_is_not_the_same(slabs: Slabs) -> None:
    loans = [slabs.take(N) for _ in range(9)]
    starts = sorted(map(address, loans))
    assert all(a + N <= b for a, b in itertools.pairwise(starts))
    del loans
    assert sorted(address(each) for each in [slabs.take(N) for _ in range(9)]) == starts


def test_what_was_done_to_a_loan_does_not_stick_to_the_next(slabs: Slabs) -> None:
    taken = slabs.take(N)
    first = address(taken)
    taken.flags.writeable = False
    del taken
    taken = slabs.take(N)
    assert address(taken) == first
    assert taken.flags.writeable
    taken[:] = 3


@pytest.mark.parametrize("dtype", [np.uint8, "<f4", np.float64, np.dtype([("at", "<f4", 3), ("id", "u1")])], ids=str)
@pytest.mark.parametrize("shape", [0, 7, (0, 3), (5, 0), (3, 4), (), SMALLEST, (3, SMALLEST // 3 + 1)], ids=str)
def test_arrays_of_any_shape_and_dtype(monkeypatch: pytest.MonkeyPatch, slabs: Slabs, shape: Any, dtype: Any) -> None:
    monkeypatch.setattr(module, "SLABS", slabs)
    expected, found = np.empty(shape, dtype), empty(shape, dtype)
    assert (type(found), found.shape, found.dtype) == (np.ndarray, expected.shape, expected.dtype)
    assert found.flags.c_contiguous
    assert found.flags.writeable
    part, n_bytes = found[..., :1] if found.ndim else found, found.nbytes
    del found
    assert slabs.idle_bytes == 0
    del part
    assert (slabs.idle_bytes > 0) == (n_bytes >= SMALLEST)


# --- what refers to it


VIEWS: dict[str, Callable[[Any], Any]] = {
    "itself": lambda loan: loan,
    "a slice": lambda loan: loan[5:50],
    "a slice of a slice": lambda loan: loan[5:50][::3],
    "a numpy array": lambda loan: loan.view(np.ndarray),
    "a slice of a numpy array": lambda loan: loan.view(np.ndarray)[9:][1:4],
    "an image": lambda loan: loan.view(np.ndarray)[: N - N % 15].reshape(-1, 5, 3)[::2, 1:].transpose(2, 0, 1),
    "another dtype": lambda loan: loan.view(np.int8),
    "asarray": np.asarray,
    "a read-only view": lambda loan: np.broadcast_to(loan, (2, N)),
    "strides": lambda loan: np.lib.stride_tricks.as_strided(loan, (3,), (2,)),
    "a record": lambda loan: loan.view(np.dtype([("x", "u1", N)]))[0]["x"],
    "frombuffer": lambda loan: np.frombuffer(loan, np.uint8),
    "a part of frombuffer": lambda loan: np.frombuffer(loan, np.uint8, 10, 100)[2:],
    "frombuffer of what is read-only": lambda loan: (loan.setflags(write=False), np.frombuffer(loan, np.uint8))[1],
    "a memoryview": memoryview,
    "its data": lambda loan: loan.data,
    "a part of a memoryview": lambda loan: memoryview(loan)[7:9],
    "a buffer of Arrow": pa.py_buffer,
    "a part of a buffer of Arrow": lambda loan: pa.py_buffer(loan).slice(8, 100),
    "an array of Arrow": lambda loan: pa.Array.from_buffers(pa.uint8(), N, [None, pa.py_buffer(loan)]),
    "a part of an array of Arrow": lambda loan: pa.Array.from_buffers(pa.uint8(), N, [None, pa.py_buffer(loan)])[3:9],
    "numpy over Arrow": lambda loan: pa.Array.from_buffers(pa.uint8(), N, [None, pa.py_buffer(loan)]).to_numpy()[1:],
    "a list of Arrow": lambda loan: pa.ListArray.from_arrays([0, N], pa.array(loan))[0].values,
    "dlpack": np.from_dlpack,
}


@pytest.mark.parametrize("name", VIEWS)
def test_no_memory_comes_back_while_a_view_lives(slabs: Slabs, name: str) -> None:
    taken = slabs.take(N)
    taken[:] = 1
    first, view = address(taken), VIEWS[name](taken)
    del taken
    assert slabs.idle_bytes == 0
    for _ in range(2):
        other = slabs.take(N)
        assert address(other) != first
        other[:] = 2
        assert (np.asarray(view) == 1).all()
    del view
    assert slabs.idle_bytes > 0
    del other
    assert first in [address(each) for each in (slabs.take(N), slabs.take(N))]


def test_the_last_of_many_views_counts(slabs: Slabs) -> None:
    taken = slabs.take(N)
    views = [make(taken) for make in VIEWS.values()]
    del taken
    np.random.default_rng(0).shuffle(views)
    while views:
        assert slabs.idle_bytes == 0
        views.pop()
    assert slabs.idle_bytes > 0


def test_a_copy_is_no_view(slabs: Slabs) -> None:
    taken = slabs.take(N)
    taken[:] = 1
    copies = taken.copy(), taken[5:9].copy(), taken + 0, taken.tobytes()
    del taken
    assert slabs.idle_bytes > 0
    slabs.take(N)[:] = 2
    assert [np.frombuffer(each, np.uint8).max() for each in copies] == [1] * 4


# --- garbage


@pytest.mark.usefixtures("by_hand")
def test_a_loan_in_a_cycle_comes_back_when_that_is_collected(slabs: Slabs) -> None:
    cycle: list[Any] = [slabs.take(N)]
    cycle += [cycle, cycle[0][3:], memoryview(cycle[0])]
    first = address(cycle[0])
    del cycle
    assert slabs.idle_bytes == 0
    gc.collect()
    assert address(slabs.take(N)) == first


@pytest.mark.usefixtures("by_hand")
def test_what_a_finalizer_saves_is_not_lent_again(slabs: Slabs) -> None:
    """The garbage collector says that an object is gone before its cycle's finalizers are asked."""
    saved: list[np.ndarray] = []

    class Holder:
        def __init__(self, loan: np.ndarray) -> None:
            self.loan, self.cycle = loan, self

        def __del__(self) -> None:
            saved.append(self.loan)

    holder = Holder(slabs.take(N))
    holder.loan[:] = 1
    del holder
    gc.collect()
    slabs.take(N)[:] = 2
    assert (saved[0] == 1).all()
    saved.clear()
    assert slabs.idle_bytes >= 2 * N


def test_garbage_may_be_collected_while_memory_is_taken(slabs: Slabs) -> None:
    before = gc.get_threshold()
    with never_hangs():
        try:
            gc.set_threshold(1)
            for _ in range(300):
                cycle: list[Any] = [slabs.take(N)]
                cycle.append(cycle)
        finally:
            gc.set_threshold(*before)
    del cycle
    gc.collect()
    assert slabs.idle_bytes >= N


# --- what waits


def test_no_more_waits_than_is_allowed() -> None:
    size = SMALLEST
    slabs = Slabs(most_idle=3 * size)
    loans = [slabs.take(size) for _ in range(5)]
    starts = list(map(address, loans))
    for count in range(1, 6):
        loans.pop(0)
        assert slabs.idle_bytes == min(count, 3) * size
    again = [slabs.take(size) for _ in range(3)]
    assert set(map(address, again)) == set(starts[:3])  # for which there was room


def test_what_waits_makes_room_for_other_sizes() -> None:
    slabs = Slabs(most_idle=9 * SMALLEST)
    loans = [slabs.take(3 * SMALLEST) for _ in range(3)]
    while loans:
        loans.pop()
    large = slabs.take(8 * SMALLEST)
    start = address(large)
    del large
    assert slabs.idle_bytes == 8 * SMALLEST
    assert address(slabs.take(8 * SMALLEST)) == start


@pytest.mark.parametrize("most", [0, SMALLEST - 1, 2 * SMALLEST - 1])
def test_what_is_larger_than_all_that_may_wait_goes(most: int) -> None:
    slabs = Slabs(most_idle=most)
    slabs.take(2 * SMALLEST)[:] = 1
    assert slabs.idle_bytes == 0


def test_what_waits_is_lent_to_whoever_needs_most_of_it(slabs: Slabs) -> None:
    sizes = 3 * SMALLEST, 8 * SMALLEST, 4 * SMALLEST, 4 * SMALLEST
    loans = [slabs.take(size) for size in sizes]
    three, eight, _, four = map(address, loans)
    while loans:
        loans.pop(0)
    for size, start in ((4, four), (3, three), (5, eight)):  # of two alike, the one that came last
        assert address(slabs.take(size * SMALLEST)) == start
    for size in (SMALLEST, 9 * SMALLEST):  # for which too much of it would lie idle, or which none has
        waiting, taken = slabs.idle_bytes, slabs.take(size)
        assert slabs.idle_bytes == waiting
        del taken


# --- all of it at once


@fuzz(60)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(SMALLEST, 5 * SMALLEST)), max_size=40))
def test_loans_never_meet(steps: list[tuple[int, int]]) -> None:
    """Step (i, size) drops the ith loan, if there is one, and takes another."""
    most = 8 * SMALLEST
    slabs, loans = Slabs(most), dict[int, tuple[int, np.ndarray]]()
    for number, (place, size) in enumerate(steps):
        loans.pop(place, None)
        assert slabs.idle_bytes <= most
        mark, taken = number + 1, slabs.take(size)
        taken[[0, size // 2, -1]] = mark
        loans[place] = mark, taken
        del taken
        assert all(loan[[0, len(loan) // 2, -1]].tolist() == [mark] * 3 for mark, loan in loans.values())
        spans = sorted((address(loan), address(loan) + len(loan)) for _, loan in loans.values())
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


def test_threads_never_get_the_same_memory() -> None:
    slabs = Slabs(most_idle=20 * SMALLEST)  # little, so that some of it goes
    lock, live, failures, starts = threading.Lock(), dict[int, int](), list[str](), set[int]()
    all_held: list[list[np.ndarray]] = [[] for _ in range(4)]

    def take(random: np.random.Generator, mark: int) -> np.ndarray:
        taken = slabs.take(int(random.integers(SMALLEST, 3 * SMALLEST)))
        start, size = address(taken), len(taken)
        with lock:
            starts.add(start)
            if any(start < other + most and other < start + size for other, most in live.items()):
                failures.append("what one has was lent to another")
            live[start] = size
        taken[[0, -1]] = mark
        return taken

    def work(mark: int) -> None:
        random, held = np.random.default_rng(mark), all_held[mark]
        try:
            for _ in range(1000):
                held.append(take(random, mark))
                for _ in range(random.integers(3) if len(held) < 6 else 4):
                    if held:
                        loan = held.pop(random.integers(len(held)))
                        if loan[[0, -1]].tolist() != [mark] * 2:
                            failures.append("another one wrote to it")
                        with lock:
                            del live[address(loan)]
                        del loan
        except Exception as error:
            failures.append(repr(error))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(mark,)) for mark in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not failures
    all_held.clear()
    assert len(starts) < 2000  # of 4000: most was used again
    assert 0 < slabs.idle_bytes <= 20 * SMALLEST
