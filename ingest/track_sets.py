"""Many tracks at once: only those are asked whose answer may be another, so that entities that stay cost nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.store import ChunkStore
from blazon.ingest.timeline import INT64_MAX, INT64_MIN

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

    def at(self, time: int) -> list[int]:
        """Ask for a time; return the numbers, ascending, of those that answer with something else than before."""
        generation, clears = self._store.generation, self._store.clears  # read first: what comes later is for later
        stale = (time < self._first) | (time > self._last)
        if generation != self._generation:
            now = np.array([index.generation for index in self._indexes], np.int64)
            stale |= (now != self._generations) | (clears != self._clears)
            self._generations, self._generation, self._clears = now, generation, clears
        changed: list[int] = []
        since: list[int] = []
        last: list[int] = []
        numbers = np.flatnonzero(stale)
        for number in numbers.tolist():
            follower = self._followers[number]
            answer = follower.find(time)
            since.append(follower.since)
            last.append(follower.until - 1)
            if answer is not self.found[number]:
                self.found[number] = answer
                changed.append(number)
        if since:
            self._first[numbers], self._last[numbers] = _int64(since), _int64(last)
        return changed


def _int64(times: list[int]) -> NDArray[np.int64]:
    """Times, which may lie before and after all that fit."""
    try:
        return np.array(times, np.int64)
    except OverflowError:
        return np.array([min(max(time, INT64_MIN), INT64_MAX) for time in times], np.int64)
