"""Many tracks at once: only those are asked whose answer may be another, so that entities that stay cost nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.chunk import ChunkRef
from blazon.ingest.store import ChunkStore
from blazon.ingest.timeline import INT64_MAX, INT64_MIN

MANY, AT_ONCE = 8, 256  # followers whose chunks are loaded together
Answer = TypeVar("Answer")
Answer_co = TypeVar("Answer_co", covariant=True)


class Changing(Protocol):
    """What changes."""

    @property
    def generation(self) -> int:
        """Another number whenever it has."""


class Follower(Protocol[Answer_co]):
    """What can be followed: it answers with the very same object until it has another answer."""

    @property
    def index(self) -> Changing:
        """Its generation changes whenever anything is logged that an answer depends on, clears aside."""

    @property
    def since(self) -> int:
        """From when the last answer holds."""

    @property
    def until(self) -> int:
        """Until before when it holds; from a time until the same one: for no time."""

    def wants(self, time: int) -> ChunkRef | None:
        """Return the chunk that `find` will ask for, as far as can be told."""

    def find(self, time: int) -> Answer_co:
        """Return the answer at a time at which the last one may not hold."""


class TrackSet(Generic[Answer]):
    """Followers of one store on one timeline. found : what each answered at the last time that was asked for."""

    def __init__(self, store: ChunkStore, followers: Sequence[Follower[Answer]]) -> None:
        self._store, self._followers = store, followers
        self._indexes = [follower.index for follower in followers]
        n = len(followers)
        self._first, self._last = np.full(n, INT64_MAX), np.full(n, INT64_MIN)  # of the times at which they hold
        self._generations = np.full(n, -1)
        self._generation = self._clears = -1
        self.found: list[Answer | None] = [None] * n

    def prepare(self, time: int) -> None:
        """Have large chunks begin to be loaded that few followers will ask for at a time."""
        if len(self._followers) < MANY:
            for follower in self._followers:
                wanted = follower.wants(time)
                if wanted is not None:
                    self._store.begin_chunk(wanted)

    def at(self, time: int) -> list[int]:
        """Ask for a time; return the numbers, ascending, of those that answer with something else than before."""
        generation, clears = self._store.generation, self._store.clears  # read first: what comes later is for later
        stale = (time < self._first) | (time > self._last)
        if generation != self._generation:
            now = np.array([index.generation for index in self._indexes], np.int64)
            stale |= (now != self._generations) | (clears != self._clears)
            self._generations, self._generation, self._clears = now, generation, clears
        changed: list[int] = []
        numbers = np.flatnonzero(stale)
        for start in range(0, len(numbers), AT_ONCE):
            changed += self._ask(numbers[start : start + AT_ONCE], time)
        return changed

    def _ask(self, numbers: NDArray[np.int64], time: int) -> list[int]:
        """Ask some; return the numbers of those that answer with something else than before."""
        asked = numbers.tolist()
        followers = [self._followers[number] for number in asked]
        if self._store.loads_alike and len(asked) >= MANY:
            wanted = [follower.wants(time) for follower in followers]
            self._store.load_chunks([ref for ref in wanted if ref is not None])
        answers = [follower.find(time) for follower in followers]
        self._first[numbers] = _int64([follower.since for follower in followers])
        self._last[numbers] = _int64([follower.until - 1 for follower in followers])
        found = self.found
        changed = [number for number, answer in zip(asked, answers, strict=True) if answer is not found[number]]
        for number, answer in zip(asked, answers, strict=True):
            found[number] = answer
        return changed


def _int64(times: list[int]) -> NDArray[np.int64]:
    """Times, which may lie before and after all that fit."""
    try:
        return np.array(times, np.int64)
    except OverflowError:
        return np.array([min(max(time, INT64_MIN), INT64_MAX) for time in times], np.int64)
