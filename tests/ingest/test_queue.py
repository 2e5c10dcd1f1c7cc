"""The queue's laws, one by one, and against a model that knows nothing but lists."""

from __future__ import annotations

import gc
import itertools
import threading
import time as clock
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blazon.ingest.annotations import CONTEXT
from blazon.ingest.chunk import Chunk, ChunkRef, Column
from blazon.ingest.clears import CLEAR
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.queue import Arrival, Policy, Queue
from blazon.ingest.timeline import TimeKind, Timeline

SMALL = 1000
FRAME, OTHER = Timeline("frame", TimeKind.SEQUENCE), Timeline("other", TimeKind.SEQUENCE)
SIZE, WAIT_S, MANY = 10_000, 20.0, 10_000
DROPPING = (Policy.LATEST, Policy.DROP_OLDEST)
numbers = itertools.count(1)


def arrival(
    entity: str = "a",
    names: Iterable[str] = ("x",),
    *,
    size: int = SIZE,
    lines: Iterable[Timeline] = (FRAME,),
    id: int | None = None,
    rows: int = 1,
    key: str = "run",
) -> Arrival:
    """A chunk on its way. size : bytes, as they count. id : of its last row; None: later than all before."""
    last = next(numbers) * 1000 if id is None else id
    ids = np.array([(last - row, 7) for row in range(rows)], np.uint64)
    columns = {name: Column(np.ones(rows, np.bool_), lambda _: None) for name in names}
    times = {line: np.zeros(rows, np.int64) for line in lines}
    ref = ChunkRef.of(EntityPath((entity,)), Chunk(ids, times, columns, 0))
    return Arrival(key, ref, size, int(ids[-1, 0]), (int(ids[0, 0]), 7))


def full(policy: Policy, *arrivals: Arrival) -> Queue:
    """A queue that holds these, and has room for no more."""
    queue = Queue(sum(each.n_bytes for each in arrivals), policy)
    assert all(queue.put(each) for each in arrivals)
    return queue


@pytest.fixture
def background() -> Iterator[Callable[[Callable[[], object]], threading.Thread]]:
    """`background(work)` has a thread do it, which is over when the test is."""
    threads: list[threading.Thread] = []

    def background(work: Callable[[], object]) -> threading.Thread:
        threads.append(threading.Thread(target=work, daemon=True))
        threads[-1].start()
        return threads[-1]

    yield background
    for each in threads:
        each.join(WAIT_S)
        assert not each.is_alive()


def waits(thread: threading.Thread) -> bool:
    """Whether a thread is still there after a while in which it could have gone on."""
    thread.join(0.05)
    return thread.is_alive()


# --- what all policies share


@pytest.mark.parametrize("policy", Policy)
def test_what_fits_is_taken_out_whole_and_in_order(policy: Policy) -> None:
    arrivals = [arrival(each) for each in "abcaab"]
    queue = full(policy, *arrivals)
    assert queue.take(MANY) == arrivals
    assert queue.take(MANY) == []


@pytest.mark.parametrize("policy", Policy)
def test_one_that_is_larger_than_the_limit_goes_in_when_it_is_empty(policy: Policy) -> None:
    queue = Queue(1, policy)
    large = arrival()
    assert queue.put(large)
    assert queue.stats().n_bytes == SIZE
    assert queue.take(MANY) == [large]
    assert queue.stats().n_bytes == 0


def test_taking_waits_for_the_first(background: Callable[..., threading.Thread]) -> None:
    queue, one = Queue(SIZE), arrival()
    background(lambda: queue.put(one))
    assert queue.take(1, WAIT_S) == [one]


def test_taking_waits_no_longer_than_it_should() -> None:
    assert Queue(SIZE).take(MANY, 0.01) == []


@pytest.mark.parametrize("policy", Policy)
def test_what_is_left_when_taking_is_broken_off_is_taken_the_next_time(policy: Policy) -> None:
    arrivals = [arrival() for _ in range(5)]
    queue = full(policy, *arrivals)
    assert queue.take(2) == arrivals[:2]
    assert queue.take(MANY) == arrivals[2:]


@pytest.mark.parametrize("policy", Policy)
def test_a_closed_queue_takes_nothing_in_and_gives_out_what_it_has(policy: Policy) -> None:
    one = arrival()
    queue = full(policy, one)
    queue.close()
    queue.close()
    assert not queue.put(arrival())
    assert queue.stats().dropped == {}
    assert queue.take(MANY, WAIT_S) == [one]
    assert queue.take(MANY, WAIT_S) == []


@pytest.mark.parametrize("policy", Policy)
def test_closing_lets_those_go_who_wait(policy: Policy, background: Callable[..., threading.Thread]) -> None:
    queue, said = full(policy, arrival(lines=())), []
    thread = background(lambda: said.append(queue.put(arrival(lines=()))))
    taker = Queue(SIZE, policy)
    taking = background(lambda: said.append(taker.take(MANY, WAIT_S)))
    assert waits(thread)
    assert waits(taking)
    queue.close()
    thread.join(WAIT_S)
    taker.close()
    taking.join(WAIT_S)
    assert said == [False, []]
    assert len(queue.take(MANY)) == 1


def test_stats_say_what_is_there() -> None:
    queue = full(Policy.BLOCK, arrival(rows=3), arrival(size=5000), arrival())
    queue.take(1)
    found = queue.stats()
    assert (found.depth, found.n_bytes, found.limit_bytes, found.dropped) == (2, 15_000, 25_000, {})


# --- block


def test_block_waits_for_room_and_goes_on_when_there_is(background: Callable[..., threading.Thread]) -> None:
    first, second = arrival(), arrival()
    queue = full(Policy.BLOCK, first)
    thread = background(lambda: queue.put(second))
    assert waits(thread)
    assert queue.take(MANY) == [first]
    thread.join(WAIT_S)
    assert queue.take(MANY) == [second]


@pytest.mark.parametrize("policy", Policy)
def test_many_producers_lose_nothing_that_may_not_go_and_keep_their_order(
    policy: Policy, background: Callable[..., threading.Thread]
) -> None:
    lines = (FRAME,) if policy is Policy.BLOCK else ()
    made = {who: [arrival(who, lines=lines, size=5000) for _ in range(300)] for who in "abcd"}
    queue, taken = Queue(20_000, policy), list[Arrival]()
    for who in "abcd":
        background(lambda who=who: [queue.put(each) for each in made[who]])
    until = clock.monotonic() + WAIT_S
    while len(taken) < 1200 and clock.monotonic() < until:
        taken += queue.take(7, 0.1)
        assert queue.stats().n_bytes <= 20_000
    for who in "abcd":
        assert [each for each in taken if each.ref.entity.parts == (who,)] == made[who]


# --- latest


def test_latest_keeps_all_that_fits() -> None:
    arrivals = [arrival() for _ in range(9)]
    assert full(Policy.LATEST, *arrivals).take(MANY) == arrivals


def test_latest_drops_what_a_later_one_replaces_and_counts_it() -> None:
    old, other = arrival("a"), arrival("b")
    queue = full(Policy.LATEST, old, other)
    new = arrival("a")
    assert queue.put(new)
    assert queue.stats().dropped == {("run", EntityPath(("a",))): 1}
    assert queue.take(MANY) == [other, new]


def test_latest_drops_no_more_than_it_has_to() -> None:
    arrivals = [arrival() for _ in range(4)]
    queue = full(Policy.LATEST, *arrivals)
    assert queue.put(arrival(size=SIZE + 1))
    assert queue.take(MANY)[:-1] == arrivals[2:]


def test_latest_drops_what_sets_a_part_of_what_the_later_one_sets() -> None:
    queue = full(Policy.LATEST, arrival(names=["x"]))
    new = arrival(names=["x", "y"])
    assert queue.put(new)
    assert queue.take(MANY) == [new]


OLD = {"names": ["x", "y"], "id": 5000}
NOT_REPLACED = {
    "sets_less": (OLD, {"names": ["x"]}),
    "sets_something_else": (OLD, {"names": ["x", "z"]}),
    "of_another_entity": (OLD, {"names": ["x", "y"], "entity": "b"}),
    "of_another_recording": (OLD, {"names": ["x", "y"], "key": "another"}),
    "on_fewer_timelines": ({**OLD, "lines": (FRAME, OTHER)}, {"names": ["x", "y"]}),
    "on_more_timelines": (OLD, {"names": ["x", "y"], "lines": (FRAME, OTHER)}),
    "on_another_timeline": (OLD, {"names": ["x", "y"], "lines": (OTHER,)}),
    "logged_before": (OLD, {"names": ["x", "y"], "id": 4999}),
    "logged_at_once": (OLD, {"names": ["x", "y"], "id": 5000}),
    "static_after_temporal": (OLD, {"names": ["x", "y"], "lines": ()}),
    "temporal_after_static": ({**OLD, "lines": ()}, {"names": ["x", "y"]}),
    "static_after_static": ({**OLD, "lines": ()}, {"names": ["x", "y"], "lines": ()}),
    "a_context": ({"names": [CONTEXT]}, {"names": [CONTEXT]}),
    "a_clear": ({"names": [CLEAR]}, {"names": [CLEAR]}),
    "a_context_and_more": ({"names": [CONTEXT, "x"]}, {"names": [CONTEXT, "x"]}),
}


@pytest.mark.parametrize(("old", "new"), NOT_REPLACED.values(), ids=NOT_REPLACED.keys())
def test_latest_waits_where_nothing_is_replaced(
    old: dict[str, object], new: dict[str, object], background: Callable[..., threading.Thread]
) -> None:
    first, second = arrival(**old), arrival(**new)
    queue = full(Policy.LATEST, first)
    thread = background(lambda: queue.put(second))
    assert waits(thread)
    taken = queue.take(1)
    thread.join(WAIT_S)
    assert taken + queue.take(MANY) == [first, second]
    assert queue.stats().dropped == {}


def test_latest_makes_room_for_others_by_what_was_replaced(background: Callable[..., threading.Thread]) -> None:
    old, new = arrival("a"), arrival("a")
    queue = full(Policy.LATEST, old, new)
    other = arrival("b", lines=())
    background(lambda: queue.put(other)).join(WAIT_S)
    assert queue.take(MANY) == [new, other]


def test_latest_never_drops_what_is_not_in_yet(background: Callable[..., threading.Thread]) -> None:
    """One that waits for room, and that a later one replaces meanwhile."""
    held, waiting, later = arrival("b", lines=()), arrival("a"), arrival("a")
    queue = full(Policy.LATEST, held)
    threads = [background(lambda each=each: queue.put(each)) for each in (waiting, later) if not time_passes()]
    assert all(waits(each) for each in threads)
    assert (queue.stats().depth, queue.stats().n_bytes, queue.stats().dropped) == (1, SIZE, {})
    taken = []
    until = clock.monotonic() + WAIT_S
    while any(each.is_alive() for each in threads) and clock.monotonic() < until:
        taken += queue.take(1, 0.01)
    taken += queue.take(MANY)
    found = queue.stats()
    assert len(taken) + sum(found.dropped.values()) == 3
    assert (found.depth, found.n_bytes) == (0, 0)
    assert held in taken
    assert later in taken


def time_passes() -> bool:
    """So that threads begin in order; False."""
    clock.sleep(0.02)
    return False


def test_latest_drops_what_came_while_it_waited(background: Callable[..., threading.Thread]) -> None:
    held, new = arrival("b", lines=(), size=20_000), arrival("a", id=9000)
    queue = Queue(25_000, Policy.LATEST)
    assert queue.put(held)
    thread = background(lambda: queue.put(new))
    assert waits(thread)
    assert queue.put(arrival("a", id=8000, size=5000))
    until = clock.monotonic() + WAIT_S
    while not queue.stats().dropped and clock.monotonic() < until:
        clock.sleep(0.002)
    assert thread.is_alive()
    assert queue.take(1) == [held]
    thread.join(WAIT_S)
    assert queue.take(MANY) == [new]
    assert queue.stats().dropped == {("run", EntityPath(("a",))): 1}


# --- drop-oldest


def test_drop_oldest_drops_the_oldest_temporal_ones_of_all_entities() -> None:
    kept = [arrival("s", lines=()), arrival(names=[CONTEXT]), arrival(names=[CLEAR, "x"])]
    goers = [arrival("a"), arrival("b"), arrival("c")]
    queue = full(Policy.DROP_OLDEST, goers[0], kept[0], goers[1], kept[1], kept[2], goers[2])
    new = [arrival("d"), arrival("s", lines=())]
    assert all(map(queue.put, new))
    assert queue.take(MANY) == [*kept, goers[2], *new]
    assert queue.stats().dropped == {("run", EntityPath(("a",))): 1, ("run", EntityPath(("b",))): 1}


def test_drop_oldest_waits_where_nothing_may_go(background: Callable[..., threading.Thread]) -> None:
    held, new = arrival(lines=()), arrival()
    queue = full(Policy.DROP_OLDEST, held)
    thread = background(lambda: queue.put(new))
    assert waits(thread)
    assert queue.take(1) == [held]
    thread.join(WAIT_S)
    assert queue.take(MANY) == [new]


# --- memory


@pytest.mark.parametrize("policy", DROPPING)
def test_what_was_dropped_is_not_kept_though_nobody_takes_anything(policy: Policy) -> None:
    queue = Queue(3 * SIZE, policy)
    chunks = []
    for _ in range(50):
        each = arrival()
        chunks.append(weakref.ref(each.ref.chunk.row_ids))
        assert queue.put(each)
    del each
    gc.collect()
    assert sum(chunk() is not None for chunk in chunks) == queue.stats().depth == 3


@pytest.mark.parametrize("policy", Policy)
def test_what_was_taken_is_not_kept(policy: Policy) -> None:
    queue = Queue(100 * SIZE, policy)
    chunks = []
    for entity in "aabcab" * 5:
        each = arrival(entity)
        chunks.append(weakref.ref(each.ref.chunk.row_ids))
        assert queue.put(each)
        if len(chunks) % 3 == 0:
            assert len(queue.take(MANY)) == 3
    del each
    gc.collect()
    assert not any(chunk() for chunk in chunks)
    assert not queue._current


# --- against a model


@dataclass
class Model:
    """What a queue is to do, by lists alone. `put` answers whether it can be done without waiting."""

    limit: int
    policy: Policy
    items: list[Arrival] = field(default_factory=list)
    replaced: list[Arrival] = field(default_factory=list)  # in the order in which they became so
    dropped: Counter[tuple[str, EntityPath]] = field(default_factory=Counter)

    def put(self, new: Arrival) -> bool:
        """Take a chunk in, if that can be; else nothing changes."""
        replaced = [each for each in self.replaced if each in self.items]
        if self.policy is Policy.LATEST:
            replaced += [each for each in self.items if each not in replaced and replaces(new, each)]
        goers = [each for each in self.items if may_go(each)] if self.policy is Policy.DROP_OLDEST else replaced
        for count in range(len(goers) + 1):
            kept = [each for each in self.items if each not in goers[:count]]
            if not kept or sum(each.n_bytes for each in [*kept, new]) <= self.limit:
                self.items, self.replaced = [*kept, new], replaced
                self.dropped.update(("run", each.ref.entity) for each in goers[:count])
                return True
        return False


def may_go(each: Arrival) -> bool:
    return bool(each.ref.times) and not {CONTEXT, CLEAR} & set(each.ref.components)


def replaces(new: Arrival, old: Arrival) -> bool:
    is_same = new.ref.entity == old.ref.entity and set(new.ref.times) == set(old.ref.times)
    return may_go(old) and is_same and new.newest > old.newest and set(old.ref.components) <= set(new.ref.components)


chunks = st.builds(
    arrival,
    st.sampled_from("ab"),
    st.sets(st.sampled_from(["x", "y", CONTEXT, CLEAR]), min_size=1, max_size=2),
    size=st.integers(1, 4).map(lambda count: count * SMALL),
    lines=st.sampled_from([(), (FRAME,), (FRAME,), (FRAME,), (FRAME, OTHER)]),
    id=st.integers(1000, 1020),
)


@settings(max_examples=300)
@given(
    st.sampled_from(list(Policy)),
    st.integers(1, 12) | st.just(6),  # as many small ones
    st.lists(st.one_of(chunks, chunks, chunks, st.integers(1, 3)), min_size=8, max_size=40),
)
def test_it_does_what_the_model_does(policy: Policy, small_ones: int, steps: list[Arrival | int]) -> None:
    limit = small_ones * SMALL
    queue, model = Queue(limit, policy), Model(limit, policy)
    put, taken = 0, 0
    for step in steps:
        if isinstance(step, Arrival):
            while not model.put(step):  # it would wait for ever: make room, as a consumer does
                assert queue.take(1) == [model.items.pop(0)]
                taken += 1
            assert queue.put(step)
            put += 1
        else:
            expected, model.items = model.items[:step], model.items[step:]
            assert queue.take(step) == expected
            taken += len(expected)
        found = queue.stats()
        assert found.dropped == dict(model.dropped)
        assert found.n_bytes == sum(each.n_bytes for each in model.items)
        assert found.n_bytes <= limit or found.depth == 1
        assert found.depth == len(model.items)
        assert taken + sum(found.dropped.values()) + found.depth == put
    assert queue.take(MANY) == model.items


@settings(max_examples=40)
@given(
    st.sampled_from(list(Policy)),
    st.integers(1, 12).map(lambda count: count * SMALL),
    st.lists(st.lists(chunks, min_size=4, max_size=12), min_size=2, max_size=3),
)
def test_with_threads_all_that_was_put_is_taken_or_counted_as_dropped(
    policy: Policy, limit: int, given: list[list[Arrival]]
) -> None:
    queue, taken = Queue(limit, policy), list[Arrival]()
    threads = [
        threading.Thread(target=lambda each=each: [queue.put(one) for one in each], daemon=True) for each in given
    ]
    for thread in threads:
        thread.start()
    until = clock.monotonic() + WAIT_S
    while any(each.is_alive() for each in threads) and clock.monotonic() < until:
        taken += queue.take(3, 0.001)
        assert queue.stats().n_bytes >= 0
    taken += queue.take(MANY)
    found, put = queue.stats(), sum(map(len, given))
    assert len(taken) == put - sum(found.dropped.values())
    assert (found.depth, found.n_bytes) == (0, 0)
    assert all(each in taken for some in given for each in some if not may_go(each))
    assert policy is not Policy.BLOCK or len(taken) == put
