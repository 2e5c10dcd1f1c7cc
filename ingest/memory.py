"""What a live stream may keep in memory: the oldest temporal chunks go first, static ones and clears that hold never.

Static chunks that later ones replace whole go at once: nobody could see them. A chunk that says what an entity is at
the end of time stays as well, so that what was logged once, an hour ago, does not vanish from the newest picture.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from pathlib import Path

from blazon.ingest.chunk import ChunkRef
from blazon.ingest.clears import CLEAR
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.queue import OVERHEAD_BYTES, Arrival
from blazon.ingest.recording import Recording
from blazon.ingest.rerun.joined import Joiner

SHARE = 0.75  # of the machine's memory
PART_BYTES = 256  # what a chunk takes beside its bytes once it is joined with others: measured, by resident memory
LEFT_AFTER = 0.95  # of the limit: what is forgotten is forgotten in large portions
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True, slots=True)
class _Held:
    """A temporal chunk that a recording holds. chunks : how many came, that it stands for."""

    recording: Recording
    ref: ChunkRef
    n_bytes: int
    chunks: int = 1


class Memory:
    """Which chunks recordings hold, in the order in which they came. limit_bytes : of all of them together.

    Small ones of an entity are joined, some time after they came, and then go together.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.n_bytes = self.forgotten = 0
        self._held: dict[int, _Held] = {}  # by number, the oldest first; what is joined has that of its oldest part
        self._numbers: dict[ChunkRef, int] = {}
        self._count = itertools.count()
        self._static: dict[tuple[Recording, EntityPath], list[Arrival]] = {}
        self._clears: dict[tuple[Recording, EntityPath, bool], ChunkRef] = {}  # the newest; whether it is recursive
        self._joiners: dict[Recording, Joiner] = {}
        self._full_at = limit_bytes  # bytes from which on something may be found that can go

    def add(self, recording: Recording, arrivals: list[Arrival]) -> None:
        """Note what a recording took in, and have recordings forget what is too much."""
        joiner = self._joiners.get(recording)
        if joiner is None:
            joiner = self._joiners[recording] = Joiner(recording.notices.add)
        for arrival in arrivals:
            self.n_bytes += arrival.n_bytes
            if arrival.ref.is_static:
                self._replace(recording, arrival)
                continue
            number = self._numbers[arrival.ref] = next(self._count)
            self._held[number] = _Held(recording, arrival.ref, arrival.n_bytes)
            if CLEAR in arrival.ref.components:
                self._note_clear(recording, arrival.ref)
            found = joiner.add(arrival.ref)
            if found is not None:
                self._join(recording, *found)
        if self.n_bytes > self._full_at:
            self._forget()

    def drop(self, recording: Recording) -> None:
        """Have a recording forget everything."""
        gone = [number for number, held in self._held.items() if held.recording is recording]
        temporal = [self._held.pop(number) for number in gone]
        static = [each for key in list(self._static) if key[0] is recording for each in self._static.pop(key)]
        for held in temporal:
            del self._numbers[held.ref]
        self.n_bytes -= sum(each.n_bytes for each in temporal) + sum(each.n_bytes for each in static)
        self._clears = {key: ref for key, ref in self._clears.items() if key[0] is not recording}
        self._joiners.pop(recording, None)
        recording.forget([*(each.ref for each in temporal), *(each.ref for each in static)])

    def _note_clear(self, recording: Recording, ref: ChunkRef) -> None:
        """Take note of which clears hold: later ones of an entity stand for those before, if they reach as far."""
        chunk = recording.load_chunk(ref)
        column = chunk.columns.get(CLEAR) if chunk is not None else None
        for row in range(ref.n_rows) if column is not None else ():
            flags = column.read(row) if column is not None and column.present[row] else None
            if flags is not None and len(flags):
                self._clears[recording, ref.entity, bool(flags[0])] = ref
                if flags[0]:
                    self._clears[recording, ref.entity, False] = ref

    def _join(self, recording: Recording, parts: list[ChunkRef], by: ChunkRef) -> None:
        """Have a recording hold one chunk in the place of several."""
        recording.replace(parts, by)
        numbers = [self._numbers.pop(each) for each in parts]
        saved = (OVERHEAD_BYTES - PART_BYTES) * len(parts) - OVERHEAD_BYTES
        n_bytes = sum(self._held[each].n_bytes for each in numbers) - saved
        for each in numbers[1:]:
            del self._held[each]
        self._held[numbers[0]] = _Held(recording, by, n_bytes, len(parts))
        self._numbers[by] = numbers[0]
        self.n_bytes -= saved

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
        gone: dict[Recording, list[int]] = {}
        for number, held in self._held.items():
            if self.n_bytes <= self.limit_bytes * LEFT_AFTER:
                break
            if not self._is_needed(held):
                gone.setdefault(held.recording, []).append(number)
                self.n_bytes -= held.n_bytes
                self.forgotten += held.chunks
        for recording, numbers in gone.items():
            refs = [self._held.pop(each).ref for each in numbers]
            for ref in refs:
                del self._numbers[ref]
            recording.forget(refs)
            self._joiners[recording].forget(set(refs))
        # Where all that is left is needed, looking again pays once there is more
        self._full_at = max(self.limit_bytes, int(self.n_bytes + self.limit_bytes * (1 - LEFT_AFTER)))

    def _is_needed(self, held: _Held) -> bool:
        """Whether a chunk may say what an entity is at the end of time, or that something is gone."""
        if held.recording.is_newest(held.ref):
            return True
        entity = held.ref.entity
        return CLEAR in held.ref.components and any(
            self._clears.get((held.recording, entity, is_recursive)) is held.ref for is_recursive in (False, True)
        )


def default_limit() -> int:
    """Return three quarters of what the machine, or the control group that this runs in, has; bytes."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in map(Path, _CGROUP_LIMITS):
        try:
            limits.append(int(path.read_text()))
        except (OSError, ValueError):  # there is none, or it says "max"
            continue
    return int(SHARE * min(limits))
