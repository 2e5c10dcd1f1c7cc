"""Decoded chunks, kept while there is room: least recently used first out, bounded in bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict

from blazon.ingest.chunk import Chunk, ChunkRef

DEFAULT_LIMIT_BYTES = 256 * 2**20


class ChunkCache:
    """A map from chunk ref to decoded chunk that holds at most `limit_bytes`, and always the newest one."""

    def __init__(self, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.n_bytes = 0
        self._chunks: OrderedDict[ChunkRef, Chunk] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, ref: ChunkRef) -> Chunk:
        """Return the chunk of `ref`, loading it if it is not here. Raises what `ref.load` raises."""
        with self._lock:
            chunk = self._chunks.get(ref)
            if chunk is not None:
                self._chunks.move_to_end(ref)
                return chunk
        chunk = ref.load()
        with self._lock:
            if ref not in self._chunks:
                self._chunks[ref] = chunk
                self.n_bytes += chunk.n_bytes
            while self.n_bytes > self.limit_bytes and len(self._chunks) > 1:
                _, oldest = self._chunks.popitem(last=False)
                self.n_bytes -= oldest.n_bytes
        return chunk
