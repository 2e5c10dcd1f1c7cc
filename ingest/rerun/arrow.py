"""Chunks as Arrow: the payload of a message in, `Chunk` out.

Decompresses, checks, and lays columns over the bytes; converts no cell. Source: rerun's `re_sorbet`, as in WIRE.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from blazon.ingest.chunk import Chunk, Column
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import SourceError
from blazon.ingest.rerun import cells, payload
from blazon.ingest.rerun.decoded import MOST_OF_CELLS, Block, Decoded, decoded, decoded_alike
from blazon.ingest.rerun.layout import Layout
from blazon.ingest.rerun.layouts import ENTITY_PATH, Layouts, entity_of, schema_in
from blazon.ingest.rerun.messages import ARROW_IPC, ArrowMsg
from blazon.ingest.rerun.plans import CELL_BYTES, Plans
from blazon.ingest.timeline import Timeline

Bytes = bytes | memoryview
_OLD_ENTITY_PATH = b"rerun.entity_path"


class ChunkDecoder:
    """Decodes the chunks of one source, and remembers their schemas meanwhile. May be shared by threads."""

    def __init__(self) -> None:
        self.layouts = Layouts()
        self._plans = Plans()

    def decode(self, message: ArrowMsg) -> Decoded:
        """Return the chunk in `message`, as views into its decompressed payload.

        Raises `SourceError` where it can't be decoded. A component of an unexpected type is left out, with a notice.
        """
        if message.encoding != ARROW_IPC:
            raise SourceError(f"a chunk has encoding {message.encoding}; expected {ARROW_IPC} (Arrow IPC)")
        return self.decode_payload(message.payload, message.compression, message.uncompressed_size)

    def decode_alike(self, blocks: Sequence[Block]) -> list[Decoded | None]:
        """Return the chunks in blocks that are alike; None for each that has to be decoded by itself."""
        return decoded_alike(blocks, self.layouts, self._plans, self._alone)

    def _alone(self, block: Block) -> Decoded:
        return self.decode_payload(block.packed, payload.LZ4, block.size)

    def decode_payload(self, packed: Bytes, compression: int, size: int) -> Decoded:
        """Return the chunk in the payload of a message, as `decode` does."""
        return self.decode_stream(self.stream_of(packed, compression, size))

    @staticmethod
    def stream_of(packed: Bytes, compression: int, size: int) -> NDArray[np.uint8]:
        """Return what is in the payload of a message, for `decode_stream`. Raises `SourceError`."""
        with payload.foreign_errors("a chunk"):
            return payload.uncompressed(packed, compression, size)

    def decode_stream(self, stream: NDArray[np.uint8]) -> Decoded:
        """Return the chunk in a payload that was decompressed, uint8 (n,), as `decode` does."""
        with payload.foreign_errors("a chunk"):
            schema = schema_in(stream.data)
            known = self.layouts.find(schema)
            if known is not None:
                plan = self._plans.find(stream, 8 + len(schema), known[0].places)
                bare = decoded(stream, plan, *known) if plan is not None else None
                if bare is not None:
                    return bare
            batch = payload.record_batch(stream)
            metadata = batch.schema.metadata or {}
            layout = self.layouts.of(batch.schema, schema)
            return _decoded(batch, layout, _entity(metadata), stream.size)


def _decoded(batch: Any, layout: Layout, entity: EntityPath, n_bytes: int) -> Decoded:
    columns: dict[str, Column] = {}
    notices = list(layout.notices)
    everywhere = np.ones(batch.num_rows, np.bool_)
    cell_bytes = batch.num_rows * len(layout.known) * CELL_BYTES
    keeps_cells = cell_bytes <= MOST_OF_CELLS * n_bytes
    for name, index, form in layout.known:
        column = batch.column(index)
        outside = cells.ids_outside(column) if index in layout.limited else None
        if outside is None:
            reader = cells.CellReader(column, form)
            columns[name] = Column(
                cells.present(column, everywhere), reader, reader.many if keeps_cells and reader.is_slice else None
            )
        else:
            notices.append(f"component {name} holds {outside}; ids go from 0 to 2^32−1: it was left out")
    for name, index in layout.others:
        column = batch.column(index)
        columns[name] = Column(cells.present(column, everywhere), _slicer(column))
    times = {line: _times(batch.column(index), line) for line, index in layout.timelines}
    chunk = Chunk(_row_ids(batch.column(layout.row_id)), times, columns, n_bytes + cell_bytes * keeps_cells)
    return Decoded(entity, chunk, tuple(notices))


def _slicer(column: Any) -> Callable[[int], Any]:
    return lambda row: column.slice(row, 1)  # of a component that blazon doesn't know: Arrow as it is


def _entity(metadata: dict[bytes, bytes]) -> EntityPath:
    path = metadata.get(ENTITY_PATH)
    if path is None and _OLD_ENTITY_PATH in metadata:
        raise SourceError("a chunk was written by rerun-sdk 0.23; 0.24 or later is needed: record it again")
    if path is None:
        raise SourceError("a chunk doesn't say of which entity it is; expected rerun:entity_path in its schema")
    return entity_of(path)


def _row_ids(column: Any) -> NDArray[np.uint64]:
    """(rows, 2): big endian in Arrow, native here."""
    if column.null_count:
        raise SourceError(f"a chunk has {column.null_count} rows without a row id")
    words = np.frombuffer(column.buffers()[1], ">u8", count=2 * len(column), offset=16 * column.offset)
    return words.reshape(-1, 2).astype(np.uint64)


def _times(column: Any, line: Timeline) -> NDArray[np.int64]:
    if column.null_count:  # the reference refuses such chunks as well
        raise SourceError(f"a chunk has {column.null_count} rows without a time on {line.name!r}")
    return np.asarray(column.view(pa.int64()).to_numpy())
