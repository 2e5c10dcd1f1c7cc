"""Chunks as Arrow: the payload of a message in, `Chunk` out.

Decompresses, checks, and lays columns over the bytes; converts no cell. Source: rerun's `re_sorbet`, as in WIRE.md.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from blazon.ingest.chunk import Chunk, Column
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import SourceError
from blazon.ingest.rerun import cells, payload
from blazon.ingest.rerun.bare import read_cells, values
from blazon.ingest.rerun.batches import read_batch
from blazon.ingest.rerun.layout import Layout
from blazon.ingest.rerun.layouts import ENTITY_PATH, Layouts, entity_of, schema_in
from blazon.ingest.rerun.messages import ArrowMsg
from blazon.ingest.timeline import Timeline

CELL_BYTES, MOST_OF_CELLS = 200, 4  # what a kept cell takes beside its bytes; and all of them, in sizes of the chunk
ARROW_IPC = 1
_ROW_ID, _TIME = np.dtype("S16"), np.dtype("<i8")
Bytes = bytes | memoryview
_OLD_ENTITY_PATH = b"rerun.entity_path"


class Decoded(NamedTuple):
    """A chunk, where it was logged, and what could not be taken from it."""

    entity: EntityPath
    chunk: Chunk
    notices: tuple[str, ...]


class ChunkDecoder:
    """Decodes the chunks of one source, and remembers their schemas meanwhile. May be shared by threads."""

    def __init__(self) -> None:
        self.layouts = Layouts()

    def decode(self, message: ArrowMsg) -> Decoded:
        """Return the chunk in `message`, as views into its decompressed payload.

        Raises `SourceError` where it can't be decoded. A component of an unexpected type is left out, with a notice.
        """
        if message.encoding != ARROW_IPC:
            raise SourceError(f"a chunk has encoding {message.encoding}; expected {ARROW_IPC} (Arrow IPC)")
        return self.decode_payload(message.payload, message.compression, message.uncompressed_size)

    def decode_payload(self, packed: Bytes, compression: int, size: int) -> Decoded:
        """Return the chunk in the payload of a message, as `decode` does."""
        with payload.foreign_errors("a chunk"):
            stream = payload.uncompressed(packed, compression, size)
            schema = schema_in(stream.data)
            known = self.layouts.find(schema)
            if known is not None:
                bare = _bare(stream, 8 + len(schema), known[0], known[1])
                if bare is not None:
                    return bare
            batch = payload.record_batch(stream)
            metadata = batch.schema.metadata or {}
            layout = self.layouts.of(batch.schema, schema)
            return _decoded(batch, layout, _entity(metadata), stream.size)


def _bare(stream: NDArray[np.uint8], at: int, layout: Layout, path: bytes) -> Decoded | None:
    """The chunk in a stream whose batch begins at `at`; None where Arrow has to read it, or to say what is wrong."""
    places = layout.places
    if places is None or places.bare is None:
        return None
    try:
        batch = read_batch(stream.data, at, places)
        if batch is None or batch.n_rows < 1 or batch.body + batch.size > stream.size:
            return None
        ids = values(batch, stream, *places.row_id, _ROW_ID)
        times = {line: values(batch, stream, node, buffer, _TIME) for line, node, buffer in places.timelines}
        if any(len(each) != batch.n_rows for each in (ids, *times.values())):
            return None
        cells = [read_cells(column, batch, stream) for column in places.bare]
    except (struct.error, IndexError, ValueError):
        return None
    everywhere = np.ones(batch.n_rows, np.bool_)
    cell_bytes = batch.n_rows * len(cells) * CELL_BYTES
    keeps_cells = cell_bytes <= MOST_OF_CELLS * stream.size
    columns = {}
    for (name, _, _, form), (read, there) in zip(places.bare, cells, strict=True):
        many = read.many if keeps_cells and form.is_slice else None
        columns[name] = Column(everywhere if there is None else there, read, many)
    n_bytes = stream.size + cell_bytes * keeps_cells
    chunk = Chunk(ids.view(">u8").reshape(-1, 2).astype(np.uint64), times, columns, n_bytes)
    return Decoded(entity_of(path), chunk, layout.notices)


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
