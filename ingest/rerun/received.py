"""Chunks as they are received: what they cover is known at once, and their cells are decoded when they are asked for.

What is kept is what was sent, compressed as it was: a tenth of what it decodes to, or less.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from blazon.ingest.chunk import Chunk, ChunkRef
from blazon.ingest.rerun import payload
from blazon.ingest.rerun.arrow import ARROW_IPC, ChunkDecoder
from blazon.ingest.rerun.heads import Head, RowId, ends, read_head
from blazon.ingest.rerun.lz4 import first_bytes
from blazon.ingest.rerun.messages import ArrowMsg

LARGE = 1 << 16  # bytes; of larger chunks the beginning alone is decompressed
BEGINNING = 1 << 14


class Received(NamedTuple):
    """A chunk that was received. n_bytes : as it is kept. oldest, newest : its first and its last row id."""

    ref: ChunkRef
    n_bytes: int
    oldest: RowId
    newest: RowId
    notices: tuple[str, ...]


class Receiver:
    """Takes chunks in, from one source or several. May be shared by threads."""

    def __init__(self) -> None:
        self._decoder = ChunkDecoder()

    def receive(self, message: ArrowMsg) -> Received | None:
        """Return the chunk in a message, whose payload it keeps; None for one without rows.

        Raises `SourceError` for what can't be decoded. Cells that turn out to be damaged are told when they are read.
        """
        packed = message.payload
        load = functools.partial(self._load, packed, message.compression, message.uncompressed_size)
        head = self._head(message) if message.encoding == ARROW_IPC else None
        if head is not None:
            ref = ChunkRef(head.entity, head.n_rows, head.times, head.components, load)
            return Received(ref, len(packed), head.oldest, head.newest, ())
        entity, chunk, notices = self._decoder.decode(message)
        if not len(chunk.row_ids):
            return None
        ref = ChunkRef.of(entity, chunk)
        ref.leave(load)
        return Received(ref, len(packed), *ends(chunk.row_ids), notices)

    def _head(self, message: ArrowMsg) -> Head | None:
        """The head of a chunk, where it can be told without decoding it."""
        packed, size = message.payload, message.uncompressed_size
        if message.compression == payload.LZ4 and size > LARGE:
            try:
                beginning = first_bytes(packed, min(BEGINNING, size))
            except (IndexError, ValueError):
                return None
        else:
            with payload.foreign_errors("a chunk"):
                beginning = payload.uncompressed(packed, message.compression, size).to_pybytes()
        return read_head(beginning, self._decoder.layouts)

    def _load(self, packed: memoryview, compression: int, size: int) -> Chunk:
        """Decode a chunk that was received before. Raises `SourceError`."""
        return self._decoder.decode_payload(packed, compression, size).chunk
