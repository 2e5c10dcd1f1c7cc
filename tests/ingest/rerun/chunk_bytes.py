"""Chunks of every kind of cell as bytes, and what is read of them with Arrow and without, for tests."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest

from blazon.ingest.archetypes.schema import Kind
from blazon.ingest.chunk import ImageFormat, Ragged
from blazon.ingest.errors import SourceError
from blazon.ingest.rerun import payload
from blazon.ingest.rerun.arrow import ChunkDecoder, Decoded
from blazon.ingest.rerun.flatbuffer import follow, member, root, vector
from blazon.ingest.rerun.layouts import schema_in
from tests.ingest.rerun.rrd_bytes import comparable, ipc

Lengths = Sequence[int | None]  # of cells: how many items each has, None for one that is null
Place = tuple[int, int]


class Sort(NamedTuple):
    """A component of some kind: the Arrow type of its items, and the nth of them."""

    component: str
    type: Any
    item: Callable[[int], Any]


def vectors(size: int, number: Any = None) -> Any:
    return pa.list_(pa.field("item", number or pa.float32(), nullable=False), size)


def counted(size: int) -> Callable[[int], Any]:
    return lambda n: [n + i / 4 for i in range(size)]


def strip(size: int) -> Callable[[int], Any]:
    return lambda n: [[n + i + j / 4 for j in range(size)] for i in range(n % 4)]


SIZE = [pa.field(name, pa.uint32(), nullable=False) for name in ("width", "height")]
FORMAT = pa.struct([*SIZE, *(pa.field(name, pa.uint8()) for name in ImageFormat.__slots__[2:])])
WORDS = ["", "a", "é", "日本語", "🙂🙂", "a\0b", "ß" * 40]
SORTS: Mapping[Kind, Sort] = {
    Kind.FLOATS: Sort("Points2D:radii", pa.float32(), lambda n: n / 2),
    Kind.VECTORS2: Sort("Points2D:positions", vectors(2), counted(2)),
    Kind.VECTORS3: Sort("Points3D:positions", vectors(3), counted(3)),
    Kind.QUATERNIONS: Sort("Transform3D:quaternion", vectors(4), counted(4)),
    Kind.MAT3X3: Sort("Transform3D:mat3x3", vectors(9), counted(9)),
    Kind.VIEW_AXES: Sort("Pinhole:camera_xyz", vectors(3, pa.uint8()), lambda n: [n % 7, 2, 200]),
    Kind.IDS: Sort("Points2D:class_ids", pa.uint16(), lambda n: 7 * n % 2**16),
    Kind.COLORS: Sort("Points2D:colors", pa.uint32(), lambda n: 2**32 - 1 - n),
    Kind.STRINGS: Sort("Points2D:labels", pa.string(), lambda n: WORDS[n % len(WORDS)]),
    Kind.FLAGS: Sort("Clear:is_recursive", pa.bool_(), lambda n: n % 3 == 0),
    Kind.ENUMS: Sort("Image:magnification_filter", pa.uint8(), lambda n: n % 256),
    Kind.CODES: Sort("VideoStream:codec", pa.uint32(), lambda n: 0x61763031 + n),
    Kind.TIMES: Sort("VideoFrameReference:timestamp", pa.int64(), lambda n: (-1) ** n * 2 ** (n % 63)),
    Kind.BLOB: Sort("Image:buffer", pa.list_(pa.uint8()), lambda n: [(n + i) % 256 for i in range(n % 6)]),
    Kind.FORMAT: Sort(
        "Image:format",
        FORMAT,
        lambda n: {name: None if i > 1 and n >> i & 1 else n + i for i, name in enumerate(ImageFormat.__slots__)},
    ),
    Kind.STRIPS2: Sort("LineStrips2D:strips", pa.list_(vectors(2)), strip(2)),
    Kind.STRIPS3: Sort("LineStrips3D:strips", pa.list_(vectors(3)), strip(3)),
}
KINDS = list(SORTS)


def column(kind: Kind, lengths: Lengths) -> Any:
    """Cells of so many items, all of which are counted through."""
    numbers, item = itertools.count(1), SORTS[kind].item
    cells = [None if length is None else [item(next(numbers) % 200) for _ in range(length)] for length in lengths]
    return pa.array(cells, pa.list_(SORTS[kind].type))


def chunk_of(lengths: Mapping[Kind, Lengths], **more: Any) -> bytes:
    return ipc({SORTS[kind].component: column(kind, each) for kind, each in lengths.items()}, **more)


def stream_of(kinds: list[Kind]) -> bytes:
    """A chunk of two rows."""
    return chunk_of({kind: [1, 2] for kind in kinds}, frames=[1, 2], rows=2)


class FellBackError(Exception):
    """Arrow was asked."""


def fall_back(_stream: Any) -> Any:
    raise FellBackError


def by_arrow(stream: bytes) -> Decoded:
    """The chunk in a stream, read by one who has seen no schema before."""
    return ChunkDecoder().decode_payload(stream, payload.NONE, len(stream))


def bare(decoder: ChunkDecoder, stream: bytes) -> Decoded | None:
    """The chunk in a stream as it is read without Arrow; None where Arrow has to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(payload, "record_batch", fall_back)
        try:
            return decoder.decode_payload(stream, payload.NONE, len(stream))
        except FellBackError:
            return None


def knowing(*streams: bytes) -> ChunkDecoder:
    """One who has seen the schemas of `streams`."""
    decoder = ChunkDecoder()
    for stream in (*streams, *streams):  # the second time its head is known, too
        decoder.decode_payload(stream, payload.NONE, len(stream))
    return decoder


def facts(decoded: Decoded) -> dict[str, Any]:
    """All that there is to know of a chunk, each of its cells read in each way, as what can be compared."""
    entity, chunk, notices = decoded
    rows = list(range(len(chunk.row_ids)))
    found = {"entity": str(entity), "ids": exact(chunk.row_ids), "n_bytes": chunk.n_bytes, "notices": notices}
    for line, times in chunk.times.items():
        found[str(line)] = exact(times)
    for name, each in chunk.columns.items():
        found[name] = exact(each.present), [exact(each.read(row)) for row in rows]
        found[f"many of {name}"] = each.read_many and [exact(cell) for cell in each.read_many(rows)]
    everywhere = [name for name, each in chunk.columns.items() if each.present.all()]
    return {**found, "whole": bool(everywhere) and chunk.has_whole(tuple(everywhere))}


def exact(cell: Any) -> Any:
    """A cell as what is equal for equal ones: arrays with their type, shape and bytes."""
    if isinstance(cell, Ragged):
        return exact(cell.points), exact(cell.offsets)
    if isinstance(cell, np.ndarray):
        return str(cell.dtype), cell.shape, cell.flags.aligned, cell.flags.c_contiguous, cell.tobytes()
    return comparable(cell)


def same(stream: bytes, *seen: bytes) -> dict[str, Any]:
    """Assert that a stream is read without Arrow, and as Arrow reads it; return what is read."""
    found = bare(knowing(*(seen or [stream])), stream)
    assert found is not None
    expected = facts(by_arrow(stream))
    assert facts(found) == expected
    return expected


def nodes_of(stream: bytes) -> range:
    """Where the nodes of the batch in a stream are: the length of each and, 8 bytes on, how many are null."""
    return vector_of(stream, 1)


def buffers_of(stream: bytes) -> range:
    """Where its buffers are: the start of each and, 8 bytes on, its length."""
    return vector_of(stream, 2)


def batch_at(stream: bytes) -> int:
    return 8 + len(schema_in(stream))


def vector_of(stream: bytes, index: int) -> range:
    first, count = vector(stream, member(stream, batch_of(stream), index))
    return range(first, first + 16 * count, 16)


def batch_of(stream: bytes) -> int:
    return follow(stream, member(stream, root(stream, batch_at(stream) + 8), 2))


def put(stream: bytes, at: int, form: str, *values: int) -> bytes:
    """`stream` with other numbers at `at`."""
    out = bytearray(stream)
    struct.pack_into(form, out, at, *values)
    return bytes(out)


def replaced(stream: bytes, old: Sequence[int], new: Sequence[int]) -> bytes:
    """`stream` with other offsets."""
    assert stream.count(np.array(old, np.int32).tobytes()) == 1
    return stream.replace(np.array(old, np.int32).tobytes(), np.array(new, np.int32).tobytes())


def refused(stream: bytes, seen: bytes) -> None:
    """Assert that neither reads a stream."""
    decoder = knowing(seen)
    assert bare(decoder, stream) is None
    for each in (decoder, ChunkDecoder()):
        with pytest.raises(SourceError):
            each.decode_payload(stream, payload.NONE, len(stream))
