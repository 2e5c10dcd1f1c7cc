"""Small chunks of an entity that came one after the other, kept as one: for streams that go on for hours.

Each chunk that is kept costs memory beside its bytes, a place in every index, and objects that Python's collector goes
through again and again. Joined, they are one chunk to everybody else. Their bytes stay as they came, and a part is
decoded when one of its cells is read; where that can't be, its cells are empty. Chunks whose time goes back, as where
two programs log to one entity, are left as they are.
"""

from __future__ import annotations

import bisect
import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.archetypes.schema import COMPONENTS, Kind
from blazon.ingest.chunk import Chunk, ChunkRef, Column, Ragged
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import BlazonError
from blazon.ingest.queue import NEVER_DROPPED
from blazon.ingest.rerun.received import Packed
from blazon.ingest.timeline import TimeRange

MOST_BYTES = 1 << 14  # of a chunk that is worth joining
TOGETHER, LEFT = 64, 32  # chunks that become one, and those after them, which stay as they are: they are drawn
DECODED_BYTES = 12 * 1024  # what a part takes beside its bytes once it is decoded
Tell = Callable[[EntityPath, str], None]

_SHAPES: Mapping[Kind, tuple[str, tuple[int, ...]]] = {
    Kind.FLOATS: ("f4", (0,)),
    Kind.VECTORS2: ("f4", (0, 2)),
    Kind.VECTORS3: ("f4", (0, 3)),
    Kind.QUATERNIONS: ("f4", (0, 4)),
    Kind.AXIS_ANGLES: ("f4", (0, 4)),
    Kind.MAT3X3: ("f4", (0, 9)),
    Kind.VIEW_AXES: ("u1", (0, 3)),
    Kind.IDS: ("u2", (0,)),
    Kind.COLORS: ("u4", (0,)),
    Kind.FLAGS: ("?", (0,)),
    Kind.ENUMS: ("u1", (0,)),
    Kind.CODES: ("u4", (0,)),
    Kind.TIMES: ("i8", (0,)),
    Kind.BLOB: ("u1", (0,)),
}


class Joiner:
    """Finds which chunks of a recording are to be joined. tell : is told of parts that turn out to be damaged."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._alike: dict[tuple[Any, ...], list[ChunkRef]] = {}  # in order of time

    def add(self, ref: ChunkRef) -> tuple[list[ChunkRef], ChunkRef] | None:
        """Take note of the next chunk; return chunks to leave out now, and the one that takes their place."""
        if not may_join(ref):
            return None
        alike = self._alike.setdefault((ref.entity, tuple(ref.times), frozenset(ref.components)), [])
        if alike and any(covered.first < alike[-1].times[line].last for line, covered in ref.times.items()):
            alike.clear()  # time has gone back
        alike.append(ref)
        if len(alike) < TOGETHER + LEFT:
            return None
        parts, alike[:] = alike[:TOGETHER], alike[TOGETHER:]
        return parts, join(parts, self._tell)

    def forget(self, refs: set[ChunkRef]) -> None:
        """Take chunks for gone."""
        for key, alike in list(self._alike.items()):
            alike[:] = [each for each in alike if each not in refs]
            if not alike:
                del self._alike[key]


def may_join(ref: ChunkRef) -> bool:
    """Whether a chunk is small, temporal, as it was received, and has all of its components in each row."""
    if ref.is_static or not isinstance(ref.load, Packed) or len(ref.load.payload) > MOST_BYTES:
        return False
    return NEVER_DROPPED.isdisjoint(ref.components) and all(rows == ref.n_rows for rows in ref.components.values())


def join(refs: Sequence[ChunkRef], tell: Tell) -> ChunkRef:
    """Return one chunk for several that may be joined, are of one entity, alike, and in order of time."""
    first, last = refs[0], refs[-1]
    n_rows = sum(each.n_rows for each in refs)
    times = {line: TimeRange(covered.first, last.times[line].last) for line, covered in first.times.items()}
    counts = dict.fromkeys(first.components, n_rows)
    return ChunkRef(first.entity, n_rows, times, counts, _Joined(refs, tell))


class _Joined:
    """Loads chunks as one. The parts are of types that the garbage collector leaves alone."""

    __slots__ = ("decoder", "entity", "lines", "names", "packed", "stamps", "starts", "tell", "told")

    def __init__(self, refs: Sequence[ChunkRef], tell: Tell) -> None:
        loads = [each.load for each in refs if isinstance(each.load, Packed)]
        self.decoder, self.entity = loads[0].decoder, refs[0].entity
        self.tell, self.told = tell, set[int]()  # which parts it was said of that they are damaged
        self.lines, self.names = tuple(refs[0].times), tuple(refs[0].components)
        self.packed = tuple((bytes(each.payload), each.compression, each.size) for each in loads)
        self.starts = tuple(itertools.accumulate((each.n_rows for each in refs), initial=0))
        self.stamps = tuple(b"".join(each) for each in zip(*(each.stamps for each in loads), strict=True))

    def __call__(self) -> Chunk:
        """Return the whole; nothing is decoded yet."""
        ids, *times = self.stamps
        n_rows = self.starts[-1]
        everywhere, parts = np.ones(n_rows, np.bool_), _Parts(self)
        return Chunk(
            np.frombuffer(ids, ">u8").reshape(-1, 2).astype(np.uint64),
            {line: np.frombuffer(each, "<i8") for line, each in zip(self.lines, times, strict=True)},
            {name: Column(everywhere, functools.partial(parts.read, name)) for name in self.names},
            sum(size + DECODED_BYTES for *_, size in self.packed),
        )


class _Parts:
    """The parts of a joined chunk, each decoded when it is asked for, and kept as long as the whole is."""

    def __init__(self, joined: _Joined) -> None:
        self._joined = joined
        self._chunks: dict[int, Chunk | None] = {}

    def read(self, name: str, row: int) -> Any:
        """Return the cell of a component in a row of the whole; an empty one where its part is damaged."""
        at = bisect.bisect_right(self._joined.starts, row) - 1
        if at not in self._chunks:
            self._chunks[at] = self._decode(at)
        chunk = self._chunks[at]
        column = chunk.columns.get(name) if chunk is not None else None
        return _nothing(name) if column is None else column.read(row - self._joined.starts[at])

    def _decode(self, at: int) -> Chunk | None:
        try:
            return self._joined.decoder.decode_payload(*self._joined.packed[at]).chunk
        except BlazonError as error:
            if at not in self._joined.told:
                self._joined.told.add(at)
                self._joined.tell(self._joined.entity, f"a chunk was skipped: {error}")
            return None


def _nothing(name: str) -> Any:
    """The cell of a component where nothing is."""
    kind = COMPONENTS.get(name)
    if kind in (Kind.STRIPS2, Kind.STRIPS3):
        size = 2 if kind is Kind.STRIPS2 else 3
        return Ragged(np.zeros((0, size), np.float32), np.zeros(1, np.int64))
    if kind is Kind.STRINGS:
        return []
    found = _SHAPES.get(kind) if kind is not None else None
    empty: NDArray[Any] | None = np.zeros(found[1], found[0]) if found is not None else None
    return empty
