"""Chunks that begin to be loaded before they are asked for: once, by whoever is first, and whatever goes wrong."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from blazon.ingest import cache as caches
from blazon.ingest import store as stores
from blazon.ingest.cache import ChunkCache
from blazon.ingest.chunk import Chunk, ChunkRef
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import SourceError
from blazon.ingest.loads import Load
from blazon.ingest.rerun.arrow import ChunkDecoder
from tests.pictures import write_rrd

WITHIN_S = 30.0
FORKS = """
import os, sys, threading
from tests.ingest.test_loads import chunk, ref_of
from blazon.ingest.cache import ChunkCache
begun, may_go_on, parent = threading.Event(), threading.Event(), os.getpid()
def load():
    if os.getpid() == parent:
        begun.set()
        may_go_on.wait(30)
    return chunk()
cache, ref = ChunkCache(), ref_of(load)
cache.begin(ref)
assert begun.wait(30)
child = os.fork()
if child == 0:
    cache.get(ref)
    other = ref_of(chunk)
    cache.begin(other)
    cache.get(other)
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
may_go_on.set()
cache.get(ref)
print("both have it")
"""


def chunk() -> Chunk:
    return Chunk(np.zeros((1, 2), np.uint64), {}, {}, 40)


class Source:
    """Where all of it is unpacking."""

    def load_alike(self, refs: Sequence[ChunkRef]) -> list[Chunk | None]:
        """Nothing is alike."""
        return [None] * len(refs)

    def unpack(self, ref: ChunkRef) -> Callable[[], Chunk]:
        """Do all of it."""
        made = ref.load()
        return lambda: made

    def n_bytes(self, ref: ChunkRef) -> int:
        """All are small."""
        del ref
        return 0


def ref_of(load: Callable[[], Chunk]) -> ChunkRef:
    ref = ChunkRef(EntityPath(("a",)), 1, {}, {}, load)
    ref.source = Source()
    return ref


class Loading:
    """Loads a chunk once it may, and remembers who did."""

    def __init__(self, *, may_end: bool = True) -> None:
        self.by: list[str] = []
        self.begun, self.may_end = threading.Event(), threading.Event()
        if may_end:
            self.may_end.set()
        self.made = chunk()
        self.ref = ref_of(self)

    def __call__(self) -> Chunk:
        """Do it."""
        self.by.append(threading.current_thread().name)
        self.begun.set()
        assert self.may_end.wait(WITHIN_S)
        return self.made


def test_what_was_begun_is_loaded_once_by_another_thread() -> None:
    cache, loading = ChunkCache(), Loading()
    cache.begin(loading.ref)
    assert loading.begun.wait(WITHIN_S)
    cache.begin(loading.ref)
    assert cache.get(loading.ref) is loading.made
    assert cache.get(loading.ref) is loading.made
    (by,) = loading.by
    assert by.startswith("blazon-load")


def test_who_asks_first_loads_it_himself() -> None:
    loading = Loading()
    load = Load(loading.ref)  # which nobody was offered
    assert load.result([]) is loading.made
    assert loading.by == [threading.current_thread().name]
    assert not load.run()


def test_who_would_have_to_wait_loads_others_meanwhile() -> None:
    cache, first, second = ChunkCache(), Loading(may_end=False), Loading()
    load = Load(first.ref)
    thread = threading.Thread(target=load.run)
    thread.start()
    assert first.begun.wait(WITHIN_S)
    other = Load(second.ref)
    second.may_end = first.may_end  # which is free once the other is being loaded
    threading.Thread(target=lambda: second.begun.wait(WITHIN_S) and first.may_end.set()).start()
    assert load.result([other]) is first.made
    thread.join()
    assert second.by == [threading.current_thread().name]
    assert other.result([]) is second.made
    assert len(second.by) == 1
    assert cache.n_bytes == 0


def test_what_goes_wrong_is_raised_for_who_asks_and_tried_again_for_the_next() -> None:
    tries: list[int] = []

    def load() -> Chunk:
        tries.append(0)
        if len(tries) == 1:
            raise SourceError("a chunk is damaged")
        return made

    cache, made, ref = ChunkCache(), chunk(), ref_of(load)
    cache.begin(ref)
    with pytest.raises(SourceError, match="damaged"):
        cache.get(ref)
    assert cache.get(ref) is made
    assert len(tries) == 2


def test_an_interrupt_is_not_kept_for_who_asks_next() -> None:
    def load() -> Chunk:
        if not tries:
            tries.append(0)
            raise KeyboardInterrupt
        return made

    tries, made = list[int](), chunk()
    slow = Loading(may_end=False)
    waited_for, interrupted = Load(slow.ref), Load(ref_of(load))
    thread = threading.Thread(target=waited_for.run)
    thread.start()
    assert slow.begun.wait(WITHIN_S)
    with pytest.raises(KeyboardInterrupt):
        waited_for.result([interrupted])
    slow.may_end.set()
    thread.join()
    assert interrupted.result([]) is made


def test_no_more_is_begun_than_a_few_and_nothing_that_was_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Load, "begin", lambda _self: None)  # all other threads are busy
    loads = [Loading() for _ in range(caches.MOST_BEGUN + 1)]
    cache = ChunkCache()
    begun: list[Load] = []
    for each in loads:
        cache.begin(each.ref)
        begun = [*begun, *(load for load in cache._begun.values() if load not in begun)]
    cache.drop([loads[1].ref])
    for load in begun:
        load.run()
    assert [len(each.by) for each in loads] == [0, 0, *[1] * (caches.MOST_BEGUN - 1)]


def test_a_forked_process_waits_for_no_thread_that_it_has_not() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKS], capture_output=True, text=True, timeout=120, check=False, cwd=Path.cwd()
    )
    assert done.stdout == "both have it\n", done.stderr


@pytest.mark.parametrize("n_cores", [1, 2])
def test_large_masks_of_a_file_are_loaded_by_others_where_there_are_other_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_cores: int
) -> None:
    by: dict[int, str] = {}
    stream_of = ChunkDecoder.stream_of

    def noted(packed: Any, compression: int, size: int) -> Any:
        by[size] = threading.current_thread().name
        return stream_of(packed, compression, size)

    def log(stream: rr.RecordingStream) -> None:
        for frame in range(2):
            stream.set_time("frame", sequence=frame)
            for height in (2400, 2300, 10):
                stream.log(f"view/{height}", rr.SegmentationImage(np.full((height, 2000), frame + 1, np.uint8)))

    recording = write_rrd(tmp_path / "masks.rrd", log)
    monkeypatch.setattr(stores, "cores", lambda: n_cores)
    monkeypatch.setattr(ChunkDecoder, "stream_of", staticmethod(noted))
    with bz.Offscreen(100, 120) as screen:
        screen.render(recording, view="view", at=("frame", 0))  # looks how large they are, one by one
        by.clear()
        picture = screen.render(recording, view="view", at=("frame", 1))
    large = [name for size, name in by.items() if size >= caches.LARGE]
    assert len(large) == 2
    assert any(name.startswith("blazon-load") for name in large) == (n_cores > 1)
    assert len(np.unique(picture.reshape(-1, 4), axis=0)) == 1  # the mask's colour, everywhere
