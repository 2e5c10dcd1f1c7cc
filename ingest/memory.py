"""What a live stream may keep in memory: the oldest temporal chunks go first, static ones never.

Static chunks that later ones replace whole go at once: nobody could see them. A chunk that says what an entity is at
the end of time stays as well, so that what was logged once, an hour ago, does not vanish from the newest picture.
"""

from __future__ import annotations

import functools
import os
from collections import OrderedDict
from pathlib import Path

from blazon.ingest.chunk import ChunkRef
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.queue import OVERHEAD_BYTES, Arrival
from blazon.ingest.recording import Recording
from blazon.ingest.rerun.joined import Joiner

SHARE = 0.75  # of the machine's memory
PART_BYTES = 256  # what a chunk takes beside its bytes once it is joined with others: measured, by resident memory
LEFT_AFTER = 0.95  # of the limit: what is forgotten is forgotten in large portions
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


class Memory:
    """Which chunks recordings hold, in the order in which they came. limit_bytes : of all of them together.

    Small ones of an entity are joined, some time after they came.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.n_bytes = self.forgotten = 0
        self._held: OrderedDict[ChunkRef, tuple[Recording, int]] = OrderedDict()
        self._static: dict[tuple[Recording, EntityPath], list[Arrival]] = {}
        self._joiners: dict[Recording, Joiner] = {}

    def add(self, recording: Recording, arrivals: list[Arrival]) -> None:
        """Note what a recording took in, and have recordings forget what is too much."""
        joiner = self._joiners.get(recording)
        if joiner is None:
            joiner = self._joiners[recording] = Joiner(functools.partial(recording.notices.add, None))
        for arrival in arrivals:
            self.n_bytes += arrival.n_bytes
            if arrival.ref.is_static:
                self._replace(recording, arrival)
                continue
            self._held[arrival.ref] = recording, arrival.n_bytes
            found = joiner.add(arrival.ref)
            if found is not None:
                self._join(recording, *found)
        if self.n_bytes > self.limit_bytes:
            self._forget()

    def _join(self, recording: Recording, parts: list[ChunkRef], by: ChunkRef) -> None:
        """Have a recording hold one chunk in the place of several."""
        recording.replace(parts, by)
        n_bytes = sum(self._held.pop(each)[1] for each in parts) - (OVERHEAD_BYTES - PART_BYTES) * len(parts)
        self._held[by] = recording, n_bytes + OVERHEAD_BYTES
        self.n_bytes += OVERHEAD_BYTES - (OVERHEAD_BYTES - PART_BYTES) * len(parts)

    def _replace(self, recording: Recording, arrival: Arrival) -> None:
        """Have a recording forget static data of an entity that a later chunk replaces."""
        held = self._static.setdefault((recording, arrival.ref.entity), [])
        sets = arrival.ref.components.keys()
        gone = [each for each in held if each.newest < arrival.newest and each.ref.components.keys() <= sets]
        if gone:
            recording.forget([each.ref for each in gone])
            self.n_bytes -= sum(each.n_bytes for each in gone)
        held[:] = [*(each for each in held if each not in gone), arrival]

    def _forget(self) -> None:
        gone: dict[Recording, list[ChunkRef]] = {}
        for ref, (recording, n_bytes) in self._held.items():
            if self.n_bytes <= self.limit_bytes * LEFT_AFTER:
                break
            if not recording.is_newest(ref):
                gone.setdefault(recording, []).append(ref)
                self.n_bytes -= n_bytes
        for recording, refs in gone.items():
            for ref in refs:
                del self._held[ref]
            recording.forget(refs)
            self._joiners[recording].forget(set(refs))
            self.forgotten += len(refs)


def default_limit() -> int:
    """Return three quarters of what the machine, or the control group that this runs in, has; bytes."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in map(Path, _CGROUP_LIMITS):
        try:
            limits.append(int(path.read_text()))
        except (OSError, ValueError):  # there is none, or it says "max"
            continue
    return int(SHARE * min(limits))
