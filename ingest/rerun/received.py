"""Chunks as they are received: what they cover is known at once, and their cells are decoded when they are asked for.

What is kept is what was sent, compressed as it was: a tenth of what it decodes to, or less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from blazon.ingest.chunk import Chunk, ChunkRef
from blazon.ingest.rerun import payload
from blazon.ingest.rerun.arrow import ChunkDecoder
from blazon.ingest.rerun.decoded import Block
from blazon.ingest.rerun.heads import Head, RowId, ends, read_head
from blazon.ingest.rerun.layouts import Layouts
from blazon.ingest.rerun.lz4 import first_bytes
from blazon.ingest.rerun.messages import ARROW_IPC, ArrowMsg

LARGE = 1 << 16  # bytes; of larger chunks the beginning alone is decompressed
BEGINNING = 1 << 14


class Received(NamedTuple):
    """A chunk that was received. n_bytes : as it is kept. oldest, newest : its first and its last row id."""

    ref: ChunkRef
    n_bytes: int
    oldest: RowId
    newest: RowId
    notices: tuple[str, ...]


class Packed:
    """Loads a chunk from the payload of the message that it came in. stamps : see `Head`. Raises `SourceError`."""

    __slots__ = ("compression", "decoder", "payload", "size", "stamps")

    def __init__(self, decoder: ChunkDecoder, message: ArrowMsg, stamps: tuple[bytes, ...]) -> None:
        self.decoder, self.stamps = decoder, stamps
        self.payload, self.compression, self.size = message.payload, message.compression, message.uncompressed_size

    def __call__(self) -> Chunk:
        """Decode it."""
        return self.decoder.decode_payload(self.payload, self.compression, self.size).chunk


class Receiver:
    """Takes chunks in, from one source or several. May be shared by threads."""

    def __init__(self) -> None:
        self._decoder = ChunkDecoder()

    def receive(self, message: ArrowMsg) -> Received | None:
        """Return the chunk in a message, whose payload it keeps; None for one without rows.

        Raises `SourceError` for what can't be decoded. Cells that turn out to be damaged are told when they are read.
        """
        head = head_of(message, self._decoder.layouts)
        if head is not None:
            load = Packed(self._decoder, message, head.stamps)
            ref = ChunkRef(head.entity, head.n_rows, head.times, head.components, load)
            ref.source = self
            return Received(ref, len(message.payload), head.oldest, head.newest, ())
        entity, chunk, notices = self._decoder.decode(message)
        if not len(chunk.row_ids):
            return None
        ref = ChunkRef.of(entity, chunk)
        stamps = chunk.row_ids.astype(">u8").tobytes(), *(each.astype("<i8").tobytes() for each in chunk.times.values())
        ref.leave(Packed(self._decoder, message, stamps))
        ref.source = self
        return Received(ref, len(message.payload), *ends(chunk.row_ids), notices)

    def load_alike(self, refs: Sequence[ChunkRef]) -> list[Chunk | None]:
        """Decode many; None for each that has to be decoded by itself, or can't be."""
        found: list[Chunk | None] = [None] * len(refs)
        loads = [(number, load) for number, ref in enumerate(refs) if isinstance(load := ref.load, Packed)]
        blocks = {number: Block(load.payload, load.size) for number, load in loads if load.compression == payload.LZ4}
        for number, decoded in zip(blocks, self._decoder.decode_alike(list(blocks.values())), strict=True):
            found[number] = decoded.chunk if decoded is not None else None
        return found

    def unpack(self, ref: ChunkRef) -> Callable[[], Chunk]:
        """Decompress a chunk, and return what loads it from there. Raises `SourceError`, as that does."""
        load = ref.load
        if not isinstance(load, Packed):
            return load
        stream = load.decoder.stream_of(load.payload, load.compression, load.size)
        return lambda: load.decoder.decode_stream(stream).chunk

    def n_bytes(self, ref: ChunkRef) -> int:
        """Return how many bytes a chunk has, as its sender says; 0: nobody knows."""
        return ref.load.size if isinstance(ref.load, Packed) else 0


def head_of(message: ArrowMsg, layouts: Layouts) -> Head | None:
    """Return the head of a message's chunk, where it can be told without decoding it. Raises `SourceError`."""
    if message.encoding != ARROW_IPC:
        return None
    packed, size = message.payload, message.uncompressed_size
    if message.compression == payload.LZ4 and size > LARGE:
        try:
            beginning = first_bytes(packed, min(BEGINNING, size))
        except (IndexError, ValueError):
            return None
    else:
        with payload.foreign_errors("a chunk"):
            beginning = payload.uncompressed(packed, message.compression, size).tobytes()
    return read_head(beginning, layouts)
