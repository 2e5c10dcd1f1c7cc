"""Latest-at, static data, clears and contexts, against a naive store that looks at every row. SEMANTICS §2, §9."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import blazon as bz
from blazon.ingest import cache as caches
from blazon.ingest.cache import ChunkCache
from blazon.ingest.chunk import Chunk, ChunkRef, Column
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import ArgumentError, DtypeError, SourceError
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import TimeKind, Timeline, TimeRange

FRAME, STEP = Timeline("frame", TimeKind.SEQUENCE), Timeline("step", TimeKind.SEQUENCE)
ENTITIES = [EntityPath.parse(text) for text in ("", "a", "a/b", "a/b/c", "d")]
CLEAR = "Clear:is_recursive"


@dataclass(frozen=True)
class Row:
    """One logged row; `number` is the order of logging and the value of its components."""

    number: int
    entity: EntityPath
    times: tuple[tuple[Timeline, int], ...]
    components: tuple[str, ...]
    clears: bool | None  # recursive or not; None: no clear


rows = st.builds(
    lambda entity, times, components, clears: (entity, tuple(times.items()), tuple(components), clears),
    st.sampled_from(ENTITIES),
    st.dictionaries(st.sampled_from([FRAME, STEP]), st.integers(-3, 3), max_size=2),
    st.sets(st.sampled_from(["A:x", "A:y"]), max_size=2),
    st.sampled_from([None, None, None, False, True]),
)


def naive_latest(
    logged: list[Row], entity: EntityPath, component: str, timeline: Timeline | None, time: int
) -> int | None:
    """The value of the newest cell, by looking at every row."""

    def stamp(row: Row) -> tuple[bool, int, int] | None:
        """(temporal, time, number), or None for a row that does not exist for this query."""
        if not row.times:
            return False, 0, row.number
        at = dict(row.times).get(timeline) if timeline else None
        return None if at is None or at > time else (True, at, row.number)

    found = [s for row in logged if row.entity == entity and component in row.components and (s := stamp(row))]
    if not found:
        return None
    static = [s for s in found if not s[0]]
    newest = max(static or found)
    for row in logged:
        if row.clears is None or not entity.is_within(row.entity) or (row.entity != entity and not row.clears):
            continue
        s = stamp(row)
        if s is not None and s[0] == newest[0] and s >= newest:
            return None
    return newest[2]


def chunk_of(rows_of_chunk: list[Row]) -> ChunkRef:
    """A chunk of rows that share an entity and their timelines."""
    n = len(rows_of_chunk)
    times = {line: np.array([dict(row.times)[line] for row in rows_of_chunk]) for line, _ in rows_of_chunk[0].times}
    columns = {}
    for name in ("A:x", "A:y"):
        present = np.array([name in row.components for row in rows_of_chunk])
        columns[name] = Column(present, [row.number for row in rows_of_chunk].__getitem__)
    clears = [None if row.clears is None else np.array([row.clears]) for row in rows_of_chunk]
    columns[CLEAR] = Column(np.array([each is not None for each in clears]), clears.__getitem__)
    ids = np.array([[7, row.number] for row in rows_of_chunk], np.uint64).reshape(n, 2)
    return ChunkRef.of(rows_of_chunk[0].entity, Chunk(ids, times, columns, 8 * n))


@given(st.lists(rows, max_size=14), st.randoms(use_true_random=False))
def test_latest_at_is_what_a_naive_store_says(drawn: list[Any], random: Any) -> None:
    logged = [Row(number, *each) for number, each in enumerate(drawn)]
    groups: dict[Any, list[Row]] = {}
    for row in logged:  # chunks of one, two or three rows, arriving in any order
        lines = tuple(sorted(line for line, _ in row.times))
        groups.setdefault((row.entity, lines, random.randrange(3)), []).append(row)
    refs = [chunk_of(random.sample(group, len(group))) for group in groups.values()]
    random.shuffle(refs)
    recording = Recording()
    recording.insert(refs)
    for entity in ENTITIES:
        for component in ("A:x", "A:y"):
            for timeline in (FRAME, STEP, None):
                for time in range(-4, 5):
                    found = recording.latest(entity, component, At(timeline, time))
                    expected = naive_latest(logged, entity, component, timeline, time)
                    assert (None if found is None else found.value) == expected


@given(st.lists(rows, max_size=10))
def test_times_are_the_distinct_ones(drawn: list[Any]) -> None:
    logged = [Row(number, *each) for number, each in enumerate(drawn) if each[2] or each[3] is not None]
    recording = Recording()
    recording.insert(chunk_of([row]) for row in logged)
    expected = sorted({time for row in logged for line, time in row.times if line == FRAME})
    assert recording.times(FRAME).tolist() == expected
    assert recording.times(FRAME, TimeRange(0, 2)).tolist() == [time for time in expected if 0 <= time <= 2]


def test_the_default_timeline_is_the_programs_own_with_the_most_rows() -> None:
    rec = bz.Recording()
    assert rec.default_timeline() is None
    rec.log("a", bz.Points2D([[0, 0]]))
    assert rec.default_timeline() == Timeline("log_time", TimeKind.TIMESTAMP)
    rec.set_time("z", sequence=0)
    rec.set_time("b", sequence=0)
    rec.log("a", bz.Points2D([[0, 0]]))
    assert rec.default_timeline() == Timeline("b", TimeKind.SEQUENCE)  # a tie, by name
    rec.reset_time()
    rec.set_time("z", sequence=1)
    rec.log("a", bz.Points2D([[0, 0]]))
    assert rec.default_timeline() == Timeline("z", TimeKind.SEQUENCE)


def test_a_write_raises_the_generation_and_is_seen_at_once() -> None:
    rec = bz.Recording()
    before = rec.generation
    rec.log("a", bz.Points2D([[1, 2]]), static=True)
    assert rec.generation > before
    cell = rec.latest(EntityPath.parse("a"), "Points2D:positions", At(None))
    assert cell is not None
    np.testing.assert_array_equal(cell.value, [[1, 2]])


def test_what_is_logged_is_copied() -> None:
    rec, xy = bz.Recording(), np.zeros((1, 2), np.float32)
    ids = np.zeros((2, 2), np.uint8)
    rec.log("a", bz.Points2D(xy), bz.SegmentationImage(ids), static=True)
    xy[:], ids[:] = 9, 9
    assert rec.latest(EntityPath.parse("a"), "Points2D:positions", At(None)).value.max() == 0  # type: ignore[union-attr]
    assert rec.latest(EntityPath.parse("a"), "SegmentationImage:buffer", At(None)).value.max() == 0  # type: ignore[union-attr]


def test_times_belong_to_a_thread() -> None:
    rec = bz.Recording()
    rec.set_time("frame", sequence=1)
    other = threading.Thread(target=lambda: rec.log("other", bz.Points2D([[0, 0]])))
    other.start()
    other.join()
    rec.log("own", bz.Points2D([[0, 0]]))
    assert rec.has_on(EntityPath.parse("own"), "Points2D:positions", FRAME)
    assert not rec.has_on(EntityPath.parse("other"), "Points2D:positions", FRAME)


def test_many_threads_lose_nothing() -> None:
    rec = bz.Recording()

    def log(thread: int) -> None:
        for frame in range(50):
            rec.set_time("frame", sequence=50 * thread + frame)
            rec.log(f"a/{thread}", bz.Points2D([[thread, frame]]))

    threads = [threading.Thread(target=log, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rec.times(FRAME)) == 400
    assert all(rec.components(EntityPath.parse(f"a/{i}"))["Points2D:positions"] == 50 for i in range(8))


@pytest.mark.parametrize("times", [{}, {"sequence": 1, "duration": 2}])
def test_set_time_wants_exactly_one_value(times: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match="pass one of"):
        bz.Recording().set_time("t", **times)


def test_a_timeline_keeps_its_kind() -> None:
    rec = bz.Recording()
    rec.set_time("t", sequence=1)
    with pytest.raises(ArgumentError, match="is a sequence"):
        rec.set_time("t", duration=1.0)


def test_only_archetypes_can_be_logged() -> None:
    with pytest.raises(DtypeError, match="pass an archetype"):
        bz.Recording().log("a", [1, 2])  # type: ignore[arg-type]


def broken() -> Chunk:
    raise SourceError("the disk is on fire")


def test_a_chunk_that_cannot_be_read_is_one_notice_and_the_rest_is_there() -> None:
    recording = Recording()
    good = chunk_of([Row(1, ENTITIES[1], ((FRAME, 0),), ("A:x",), None)])
    bad = ChunkRef(ENTITIES[1], 1, {FRAME: TimeRange(1, 1)}, {"A:x": 1}, broken)
    recording.insert([good, bad])
    for _ in range(2):
        cell = recording.latest(ENTITIES[1], "A:x", At(FRAME, 5))
        assert cell is not None
        assert cell.value == 1
    (notice,) = recording.notices.list()
    assert "the disk is on fire" in str(notice)


def test_the_cache_is_bounded_in_bytes_and_keeps_what_was_used_last() -> None:
    loads: list[int] = []

    def ref(number: int) -> ChunkRef:
        def load() -> Chunk:
            loads.append(number)
            return Chunk(np.zeros((0, 2), np.uint64), {}, {}, 40)

        return ChunkRef(ENTITIES[0], 0, {}, {}, load)

    cache, refs = ChunkCache(limit_bytes=200), [ref(i) for i in range(3)]
    for number in (0, 1, 0, 2, 0, 1):
        cache.get(refs[number])
        assert cache.n_bytes <= 100
    assert loads == [0, 1, 2, 1]  # 1 was the one used longest ago when 2 came


def test_the_cache_takes_more_room_only_when_it_is_of_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "FIRST_LIMITS_BYTES", (100, 100))
    chunk = Chunk(np.zeros((1, 2), np.uint64), {}, {}, 40)
    refs = [ChunkRef(EntityPath(("c",)), 1, {}, {}, lambda: chunk) for _ in range(9)]
    cache = ChunkCache(limit_bytes=600)
    for ref in refs:
        cache.get(ref)
    assert cache.n_bytes <= 100  # nothing was asked for twice
    for _ in range(4):
        for ref in refs[:7]:
            cache.get(ref)
    assert 7 * 40 <= cache.n_bytes <= 300


def test_going_through_all_once_more_takes_no_more_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "FIRST_LIMITS_BYTES", (100, 100))
    chunk = Chunk(np.zeros((1, 2), np.uint64), {}, {}, 40)
    refs = [ChunkRef(EntityPath(("c",)), 1, {}, {}, lambda: chunk) for _ in range(9)]
    cache = ChunkCache(limit_bytes=600)
    for _ in range(3):
        for ref in refs:
            cache.get(ref)
            assert cache.n_bytes <= 100
        cache.begin_again()
    for _ in range(2):  # where all of it has room, nothing is let go of
        cache.get(refs[0])
        cache.begin_again()
    assert cache.n_bytes == 40


def test_large_chunks_and_small_ones_do_not_push_each_other_out() -> None:
    loads: list[tuple[int, int]] = []

    def ref(number: int, n_bytes: int) -> ChunkRef:
        def load() -> Chunk:
            loads.append((number, n_bytes))
            return Chunk(np.zeros((0, 2), np.uint64), {}, {}, n_bytes)

        return ChunkRef(ENTITIES[0], 0, {}, {}, load)

    few, many = caches.LARGE - 1, caches.LARGE
    for kept, others in ((few, many), (many, few)):
        cache = ChunkCache()
        refs, more = [ref(i, kept) for i in range(5)], [ref(5 + i, others) for i in range(100)]
        loads.clear()
        for each in (*refs, *more, *refs):
            cache.get(each)
        assert [number for number, _ in loads] == list(range(105))  # those that were there are there still
        assert cache.n_bytes <= sum(caches.FIRST_LIMITS_BYTES)
        cache.get(more[0])
        assert loads[-1] == (5, others)  # of its own kind, it was the one used longest ago
        cache.drop(refs)
        cache.get(refs[0])
        assert loads[-1] == (0, kept)


def test_reading_while_another_thread_logs_finds_a_whole_index() -> None:
    rec, stop, failures = bz.Recording(), threading.Event(), []
    entity = EntityPath.parse("a")

    def log() -> None:
        for frame in range(4000):
            rec.set_time("frame", sequence=(frame * 37) % 4001)  # out of order: chunks land in the middle
            rec.log("a", bz.Points2D([[frame, 0]]))
        stop.set()

    def read() -> None:
        while not stop.is_set():
            try:
                rec.latest(entity, "Points2D:positions", At(FRAME, 5000))
                rec.components(entity)
            except Exception as error:
                failures.append(error)
                return

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=log), threading.Thread(target=read)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not failures
