"""The queue between those who receive chunks and the one who puts them into recordings: bounded in bytes.

Many producers, one consumer. What happens past the limit is a policy, and what is dropped is counted, by entity. Knows
nothing of sockets, and nothing of recordings but their keys.
"""

from __future__ import annotations

import enum
import itertools
import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

from blazon.ingest.annotations import CONTEXT
from blazon.ingest.chunk import ChunkRef
from blazon.ingest.clears import CLEAR
from blazon.ingest.entity_path import EntityPath

NEVER_DROPPED = frozenset((CONTEXT, CLEAR))
OVERHEAD_BYTES = 1536  # what a chunk takes beside its cells, however small it is: measured, by resident memory


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
    dropped: dict[tuple[Hashable, EntityPath], int] = field(default_factory=dict)


class Queue:
    """Chunks in the order of their arrival. limit_bytes : what it may hold; a larger chunk goes in when it is empty."""

    def __init__(self, limit_bytes: int, policy: Policy = Policy.BLOCK) -> None:
        self.limit_bytes, self.policy = limit_bytes, policy
        self._items: OrderedDict[Arrival, None] = OrderedDict()  # from whose middle those go that are dropped
        self._lock = threading.Lock()
        self._room, self._filled = threading.Condition(self._lock), threading.Condition(self._lock)
        self._bytes = 0
        self._dropped: Counter[tuple[Hashable, EntityPath]] = Counter()
        self._goers: OrderedDict[Arrival, None] = OrderedDict()  # of the items, those that the policy may drop
        self._current: dict[Hashable, list[Arrival]] = {}  # of an entity and its timelines, what nothing replaces yet
        self._is_open = True

    def put(self, arrival: Arrival) -> bool:
        """Take a chunk in, and wait for room where the policy makes none; False: the queue was closed, it is not in."""
        with self._lock:
            self._replace(arrival)
            while self._is_open and not self._fits(arrival):
                if not self._drop_one():
                    self._room.wait()
                    self._replace(arrival)  # what came meanwhile, too
            if not self._is_open:
                return False
            self._items[arrival] = None
            self._bytes += arrival.n_bytes
            if self.policy is Policy.DROP_OLDEST and arrival.can_go:
                self._goers[arrival] = None
            elif self.policy is Policy.LATEST and arrival.can_go:
                self._current.setdefault(arrival.name, []).append(arrival)
                self._room.notify_all()  # one that waits may replace it
            self._filled.notify_all()
            return True

    def take(self, most: int, wait_s: float = 0.0) -> list[Arrival]:
        """Return up to `most` chunks that are there, oldest first; wait for the first so long, if there is none."""
        with self._lock:
            self._filled.wait_for(lambda: self._items or not self._is_open, wait_s)
            taken = list(itertools.islice(self._items, most))
            for arrival in taken:
                self._forget(arrival)
            self._room.notify_all()
        return taken

    def close(self) -> None:
        """Take nothing more, and let those go who wait; what is there can still be taken."""
        with self._lock:
            self._is_open = False
            self._filled.notify_all()
            self._room.notify_all()

    def stats(self) -> QueueStats:
        """Return a snapshot; it costs little."""
        with self._lock:
            return QueueStats(len(self._items), self._bytes, self.limit_bytes, dict(self._dropped))

    def _fits(self, arrival: Arrival) -> bool:
        return not self._items or self._bytes + arrival.n_bytes <= self.limit_bytes

    def _replace(self, arrival: Arrival) -> None:
        """Let those items go that `arrival` replaces: it is later, and sets all that they set."""
        if self.policy is not Policy.LATEST:
            return
        sets = arrival.ref.components.keys()
        for each in list(self._current.get(arrival.name, ())):
            if each.newest < arrival.newest and each.ref.components.keys() <= sets:
                self._goers[each] = None
                self._leave_current(each)

    def _drop_one(self) -> bool:
        """Make room, if the policy has something to drop; say whether it had."""
        if not self._goers:
            return False
        oldest = next(iter(self._goers))
        self._forget(oldest)
        self._dropped[oldest.key, oldest.ref.entity] += 1
        return True

    def _forget(self, arrival: Arrival) -> None:
        """Keep nothing of an item: not its bytes, which count no more, and not its name."""
        del self._items[arrival]
        self._bytes -= arrival.n_bytes
        if self.policy is Policy.BLOCK:
            return
        if arrival in self._goers:
            del self._goers[arrival]
        else:
            self._leave_current(arrival)

    def _leave_current(self, arrival: Arrival) -> None:
        current = self._current.get(arrival.name, [])
        if arrival in current:
            current.remove(arrival)
        if not current:
            self._current.pop(arrival.name, None)
