"""Decoded chunks, kept while there is room: least recently used first out, bounded in bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from blazon.ingest.chunk import Chunk, ChunkRef

LIMIT_BYTES = 256 * 2**20
FIRST_LIMIT_BYTES = 32 * 2**20  # memory that is used again costs less than new one: no more is taken than is of use
MOST_GONE = 4096


class ChunkCache:
    """A map from chunk ref to decoded chunk that holds at most `limit_bytes`, and always the newest one.

    It begins with less, and doubles what it holds whenever a chunk is asked for again that had to go.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.n_bytes = 0
        self._room = min(FIRST_LIMIT_BYTES, limit_bytes)
        self._chunks: OrderedDict[ChunkRef, Chunk] = OrderedDict()
        self._gone: OrderedDict[int, None] = OrderedDict()  # by their ids: nothing of them is kept
        self._lock = threading.Lock()

    def drop(self, refs: Iterable[ChunkRef]) -> None:
        """Let go of chunks that nobody will ask for again."""
        with self._lock:
            for ref in refs:
                self._gone.pop(id(ref), None)
                chunk = self._chunks.pop(ref, None)
                self.n_bytes -= chunk.n_bytes if chunk is not None else 0

    def get(self, ref: ChunkRef) -> Chunk:
        """Return the chunk of `ref`, loading it if it is not here. Raises what `ref.load` raises."""
        with self._lock:
            chunk = self._chunks.get(ref)
            if chunk is not None:
                self._chunks.move_to_end(ref)
                return chunk
        chunk = ref.load()
        with self._lock:
            if id(ref) in self._gone:
                del self._gone[id(ref)]
                self._room = min(2 * self._room, self.limit_bytes)
            if ref not in self._chunks:
                self._chunks[ref] = chunk
                self.n_bytes += chunk.n_bytes
            while self.n_bytes > min(self._room, self.limit_bytes) and len(self._chunks) > 1:
                gone, oldest = self._chunks.popitem(last=False)
                self.n_bytes -= oldest.n_bytes
                self._gone[id(gone)] = None
            while len(self._gone) > MOST_GONE:
                self._gone.popitem(last=False)
        return chunk
