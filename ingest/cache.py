"""Decoded chunks, kept while there is room: least recently used first out, bounded in bytes.

Large ones and small ones have rooms of their own. A large one is seldom asked for again, and the memory that it leaves
is what the next one is decoded into: to find new memory costs more than decoding. Small ones are read row by row, for
long, and would all have to go for the first few large ones.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from blazon.ingest.chunk import Chunk, ChunkRef
from blazon.ingest.loads import Load

LIMIT_BYTES = 256 * 2**20
LARGE = 2**20  # bytes
# Of small ones and of large ones: no more is taken than is of use. Rows of small ones that are read take twice as much
FIRST_LIMITS_BYTES = 6 * 2**20, 8 * 2**20
MOST_GONE = 4096
MOST_BEGUN = 8


class ChunkCache:
    """A map from chunk ref to decoded chunk that holds at most `limit_bytes`, and always the newest one of each size.

    It begins with less, and doubles what it holds whenever a chunk is asked for again that had to go.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self._shelves = [_Shelf(first) for first in FIRST_LIMITS_BYTES]
        self._gone: OrderedDict[int, None] = OrderedDict()  # by their ids: nothing of them is kept
        self._begun: OrderedDict[ChunkRef, Load] = OrderedDict()  # what will be asked for
        self._lock = threading.Lock()

    @property
    def n_bytes(self) -> int:
        """How much it holds."""
        return sum(shelf.n_bytes for shelf in self._shelves)

    def begin_again(self) -> None:
        """Be as at the beginning, if anything had to go: who goes through all of it once more misses none of that."""
        with self._lock:
            if self._gone:
                self._gone.clear()
                self._shelves = [_Shelf(first) for first in FIRST_LIMITS_BYTES]

    def drop(self, refs: Iterable[ChunkRef]) -> None:
        """Let go of chunks that nobody will ask for again."""
        with self._lock:
            for ref in refs:
                self._gone.pop(id(ref), None)
                self._abandon(ref)
                for shelf in self._shelves:
                    shelf.drop(ref)

    def begin(self, ref: ChunkRef) -> None:
        """Have other threads load a chunk that will be asked for soon, if it is not here, until then."""
        with self._lock:
            if ref in self._begun or any(ref in shelf.chunks for shelf in self._shelves):
                return
            if len(self._begun) == MOST_BEGUN:
                self._abandon(next(iter(self._begun)))
            load = self._begun[ref] = Load(ref)
        load.begin()

    def _abandon(self, ref: ChunkRef) -> None:
        load = self._begun.pop(ref, None)
        if load is not None:
            load.abandon()

    def get(self, ref: ChunkRef) -> Chunk:
        """Return the chunk of `ref`, loading it if it is not here. Raises what `ref.load` raises."""
        with self._lock:
            for shelf in self._shelves:
                chunk = shelf.chunks.get(ref)
                if chunk is not None:
                    shelf.chunks.move_to_end(ref)
                    return chunk
            begun = self._begun.pop(ref, None)
            others = list(self._begun.values())
        chunk = begun.result(others) if begun is not None else ref.load()
        self.put(ref, chunk)
        return chunk

    def missing(self, refs: Iterable[ChunkRef]) -> list[ChunkRef]:
        """Return those of some whose chunks are not here."""
        with self._lock:
            return [ref for ref in refs if not any(ref in shelf.chunks for shelf in self._shelves)]

    def put(self, ref: ChunkRef, chunk: Chunk) -> None:
        """Keep a chunk that was loaded."""
        with self._lock:
            shelf = self._shelves[chunk.n_bytes >= LARGE]
            if id(ref) in self._gone:
                del self._gone[id(ref)]
                shelf.room = min(2 * shelf.room, self.limit_bytes)
            self._gone.update(dict.fromkeys(map(id, shelf.put(ref, chunk, self.limit_bytes // 2))))
            while len(self._gone) > MOST_GONE:
                self._gone.popitem(last=False)


class _Shelf:
    """Chunks in the order in which they were asked for, and for how many bytes there is room."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.n_bytes = 0
        self.chunks: OrderedDict[ChunkRef, Chunk] = OrderedDict()

    def put(self, ref: ChunkRef, chunk: Chunk, most: int) -> list[ChunkRef]:
        """Keep a chunk; return those that have to go for it. most : bytes for which there may be room."""
        if ref not in self.chunks:
            self.chunks[ref] = chunk
            self.n_bytes += chunk.n_bytes
        gone = []
        while self.n_bytes > min(self.room, most) and len(self.chunks) > 1:
            each, oldest = self.chunks.popitem(last=False)
            self.n_bytes -= oldest.n_bytes
            gone.append(each)
        return gone

    def drop(self, ref: ChunkRef) -> None:
        chunk = self.chunks.pop(ref, None)
        self.n_bytes -= chunk.n_bytes if chunk is not None else 0
