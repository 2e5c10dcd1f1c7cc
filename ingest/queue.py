"""The queue between those who receive chunks and the one who puts them into recordings: bounded in bytes.

Many producers, one consumer. What happens past the limit is a policy, and what is dropped is counted, by entity. Knows
nothing of sockets, and nothing of recordings but their keys.
"""

from __future__ import annotations

import enum
import threading
from collections import Counter, deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

import numpy as np

from blazon.ingest.annotations import CONTEXT
from blazon.ingest.chunk import ChunkRef
from blazon.ingest.clears import CLEAR
from blazon.ingest.entity_path import EntityPath

NEVER_DROPPED = frozenset((CONTEXT, CLEAR))
OVERHEAD_BYTES = 4096  # what a chunk takes beside its cells, however small it is


class Policy(enum.Enum):
    """What a queue does with what does not fit.

    BLOCK : who brings it waits. LATEST : chunks go that later ones of the same entity replace whole; else it waits.
    DROP_OLDEST : the oldest temporal chunks go; else it waits. Static data, contexts and clears are never dropped.
    """

    BLOCK = "block"
    LATEST = "latest"
    DROP_OLDEST = "drop-oldest"


@dataclass(slots=True, eq=False)
class Arrival:
    """A chunk on its way into a recording. key : of the recording. logged_ns : when its oldest row was logged."""

    key: Hashable
    ref: ChunkRef
    n_bytes: int
    logged_ns: int
    newest: tuple[int, int] = (0, 0)  # its last row id
    is_gone: bool = False

    @property
    def name(self) -> Hashable:
        """What it shares with chunks that may replace it, or that it may replace."""
        return self.key, self.ref.entity, frozenset(self.ref.times)

    @property
    def can_go(self) -> bool:
        """Whether a policy may drop it."""
        return not self.ref.is_static and NEVER_DROPPED.isdisjoint(self.ref.components)


@dataclass(frozen=True, slots=True)
class QueueStats:
    """What a queue holds and has seen. dropped : chunks, by the key of their recording and their entity."""

    depth: int
    n_bytes: int
    limit_bytes: int
    taken: int
    taken_bytes: int
    taken_rows: int
    dropped: dict[tuple[Hashable, EntityPath], int] = field(default_factory=dict)


class Queue:
    """Chunks in the order of their arrival. limit_bytes : what it may hold; a larger chunk goes in when it is empty."""

    def __init__(self, limit_bytes: int, policy: Policy = Policy.BLOCK) -> None:
        self.limit_bytes, self.policy = limit_bytes, policy
        self._items: deque[Arrival] = deque()
        self._changed = threading.Condition()
        self._depth = self._bytes = 0
        self._taken = self._taken_bytes = self._taken_rows = 0
        self._dropped: Counter[tuple[Hashable, EntityPath]] = Counter()
        self._goers: deque[Arrival] = deque()  # those that the policy may drop, in order
        self._current: dict[Hashable, list[Arrival]] = {}  # of an entity and its timelines, what nothing replaces yet
        self._is_open = True

    def put(self, arrival: Arrival) -> bool:
        """Take a chunk in, and wait for room where the policy makes none; False: the queue was closed, it is not in."""
        with self._changed:
            if self._is_open:
                self._note(arrival)
            while self._is_open and not self._fits(arrival) and not self._drop_one():
                self._changed.wait()
            if not self._is_open:
                return False
            self._items.append(arrival)
            self._depth += 1
            self._bytes += arrival.n_bytes
            if self.policy is Policy.DROP_OLDEST and arrival.can_go:
                self._goers.append(arrival)
            self._changed.notify_all()
            return True

    def take(self, wait_s: float = 0.0) -> Iterator[Arrival]:
        """Yield all chunks that are there, oldest first; wait for the first so long, if there is none."""
        with self._changed:
            self._changed.wait_for(lambda: self._depth or not self._is_open, wait_s)
        while True:
            with self._changed:
                while self._items and self._items[0].is_gone:
                    self._items.popleft()
                if not self._items:
                    return
                arrival = self._items.popleft()
                self._forget(arrival)
                self._taken += 1
                self._taken_bytes += arrival.n_bytes
                self._taken_rows += arrival.ref.n_rows
                self._changed.notify_all()
            yield arrival

    def close(self) -> None:
        """Take nothing more, and let those go who wait; what is there can still be taken."""
        with self._changed:
            self._is_open = False
            self._changed.notify_all()

    def stats(self) -> QueueStats:
        """Return a snapshot; it costs little."""
        with self._changed:
            counts = self._depth, self._bytes, self.limit_bytes, self._taken, self._taken_bytes, self._taken_rows
            return QueueStats(*counts, dict(self._dropped))

    def _fits(self, arrival: Arrival) -> bool:
        return self._depth == 0 or self._bytes + arrival.n_bytes <= self.limit_bytes

    def _note(self, arrival: Arrival) -> None:
        """Find out what a chunk replaces: a later one of the same entity and timelines that sets all it sets."""
        if self.policy is not Policy.LATEST or arrival.ref.is_static:
            return
        sets = arrival.ref.components.keys()
        kept = []
        for each in self._current.get(arrival.name, ()):
            if each.newest < arrival.newest and each.ref.components.keys() <= sets:
                self._goers.append(each)
            else:
                kept.append(each)
        if arrival.can_go:
            kept.append(arrival)
        self._current[arrival.name] = kept

    def _drop_one(self) -> bool:
        """Make room, if the policy has something to drop; say whether it had."""
        while self._goers:
            oldest = self._goers.popleft()
            if not oldest.is_gone:
                self._forget(oldest)
                self._dropped[oldest.key, oldest.ref.entity] += 1
                return True
        return False

    def _forget(self, arrival: Arrival) -> None:
        arrival.is_gone = True
        current = self._current.get(arrival.name, [])
        if arrival in current:
            current.remove(arrival)
        self._depth -= 1
        self._bytes -= arrival.n_bytes


def make_arrival(key: Hashable, ref: ChunkRef) -> Arrival:
    """Return the arrival of a chunk that is in memory. Raises `ValueError` for one that is not, or has no rows."""
    if ref.chunk is None or not len(ref.chunk.row_ids):
        raise ValueError(f"a chunk of {ref.entity} is not in memory, or has no rows; pass a decoded one")
    ids = ref.chunk.row_ids
    newest = ref.chunk.row_id(int(np.lexsort((ids[:, 1], ids[:, 0]))[-1]))
    return Arrival(key, ref, ref.chunk.n_bytes + OVERHEAD_BYTES, int(ids[:, 0].min()), newest)
