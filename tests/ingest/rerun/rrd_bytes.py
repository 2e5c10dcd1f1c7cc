"""Bytes of `.rrd` files made by hand, and what to compare recordings by."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import rerun as rr
import xxhash

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import INT64_MAX, INT64_MIN, Timeline, TimeRange

HEADER = b"RRF2" + bytes([0, 41, 0, 0, 1, 2, 0, 0])
END, SET_STORE_INFO, ARROW_MSG = 0, 1, 2


def log_a_bit(stream: rr.RecordingStream, frames: int = 3) -> None:
    """A context, and on each frame a mask, two boxes, three keypoints; then a clear."""
    person = rr.ClassDescription(
        info=(1, "person", (255, 0, 0)), keypoint_annotations=[(0, "nose")], keypoint_connections=[(0, 1)]
    )
    stream.log("scene", rr.AnnotationContext([person, (2, "car")]), static=True)
    for frame in range(frames):
        stream.set_time("frame", sequence=frame)
        stream.set_time("seconds", duration=frame / 2)
        ids = np.zeros((12, 16), np.uint8)
        ids[2:6, 3:9] = 1 + frame
        stream.log("scene/mask", rr.SegmentationImage(ids))
        stream.log(
            "scene/boxes", rr.Boxes2D(centers=[[frame, 2], [3, 4]], half_sizes=[1, 2], labels=["a", f"é{frame}"])
        )
        stream.log("scene/pose", rr.Points2D([[1, 2], [3, frame]], class_ids=1, keypoint_ids=[0, 1]))
        stream.flush()  # a chunk for each frame
    stream.log("scene", rr.Clear(recursive=True))


def cells_between(
    recording: Recording, entity: EntityPath, component: str, timeline: Timeline, within: TimeRange
) -> Iterable[Any]:
    """Each value of `component` in the rows of `entity` whose time is `within` a range, in no order."""
    found = recording._entities[entity].temporal.get((timeline, component))
    for ref in found.refs() if found else []:
        chunk = recording.load_chunk(ref)
        if chunk is None or component not in chunk.columns:
            continue
        times, column = chunk.times[timeline], chunk.columns[component]
        inside = column.present & (times >= within.first) & (times <= within.last)
        yield from map(column.read, np.flatnonzero(inside).tolist())


def contents(recording: Recording) -> dict[tuple[str, str], list[Any]]:
    """All that `recording` holds, by entity and component: every cell, in a form that can be compared."""
    found = {}
    for entity in recording.entities():
        for component in recording.components(entity):
            cells = [("static", cell.value)] if (cell := recording.latest(entity, component, At(None))) else []
            for each in recording.timelines():
                within = TimeRange(INT64_MIN, INT64_MAX)
                values = cells_between(recording, entity, component, each.timeline, within)
                cells += [(each.timeline.name, value) for value in values]
            found[str(entity), component] = sorted((name, comparable(value)) for name, value in cells)
    return found


def comparable(value: Any) -> str:
    """A cell as text that is equal for equal cells."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape} {value.tolist()}"
    return str(value) if isinstance(value, pa.Array) else repr(value)


def messages(data: bytes) -> list[tuple[int, int, int]]:
    """(kind, start of the header, stop) of each message of a stream: a second opinion, for well-formed files."""
    found, at = [], len(HEADER)
    while at < len(data):
        kind, length = struct.unpack_from("<QQ", data, at)
        found.append((kind, at, at + 16 + length))
        at += 16 + length
        if kind == END:
            break
    return found


# --- a writer of our own


def varint(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def protobuf(fields: Mapping[int, Any]) -> bytes:
    """A message: ints as varints, bytes and str with their length, mappings as messages."""
    out = b""
    for field, value in fields.items():
        if isinstance(value, int):
            out += varint(field << 3) + varint(value)
            continue
        body = protobuf(value) if isinstance(value, Mapping) else value.encode() if isinstance(value, str) else value
        out += varint(field << 3 | 2) + varint(len(body)) + body
    return out


def message(kind: int, body: bytes) -> bytes:
    return struct.pack("<QQ", kind, len(body)) + body


def store(id: str = "run", app: str = "app", kind: int = 1) -> dict[int, Any]:
    return {1: kind, 2: id, 3: {1: app}}


def arrow_msg(
    payload: bytes, *, size: int | None = None, compression: int = 1, id: str = "run", kind: int = 1
) -> bytes:
    """An ArrowMsg with its header."""
    fields = {1: store(id, kind=kind), 2: compression, 3: len(payload) if size is None else size, 4: 1, 5: payload}
    return message(ARROW_MSG, protobuf(fields))


def ipc(
    columns: Mapping[str, Any],
    *,
    frames: Any = None,
    entity: bytes | None = b"/thing",
    rows: int | None = None,
    row_ids: bytes | None = None,
) -> bytes:
    """A chunk as an Arrow stream. columns : by component name. frames : values of timeline "frame"; None: static.

    row_ids : 16 bytes each; None: (1, 0), (1, 1) and so on.
    """
    n_rows = rows if rows is not None else len(next(iter(columns.values())))
    ids = row_ids if row_ids is not None else b"".join(struct.pack(">QQ", 1, row) for row in range(n_rows))
    fields = [pa.field("rerun.controls.RowId", pa.binary(16), metadata={"rerun:kind": "control"})]
    arrays: list[Any] = [pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), n_rows, [None, pa.py_buffer(ids)])]
    if frames is not None:
        arrays.append(frames if isinstance(frames, pa.Array) else pa.array(frames, pa.int64()))
        fields.append(pa.field("frame", arrays[-1].type, metadata={"rerun:kind": "index", "rerun:index_name": "frame"}))
    for name, array in columns.items():
        arrays.append(array)
        fields.append(pa.field(name, array.type, metadata={"rerun:kind": "data", "rerun:component": name}))
    metadata = {} if entity is None else {b"rerun:entity_path": entity}
    schema = pa.schema(fields, metadata=metadata)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
    return bytes(sink.getvalue())


def with_footer(stream: bytes, footer: bytes) -> bytes:
    """`stream` (a header and messages) and an end with `footer`, whose checksum is right."""
    start = len(stream) + 16
    crc = xxhash.xxh32_intdigest(footer, seed=7850921)
    return stream + message(END, footer) + struct.pack("<QQI4s4sI", start, len(footer), crc, b"RRF2", b"FOOT", 1)


def split_footer(data: bytes) -> tuple[bytes, bytes]:
    """The messages of a file, and its footer's message, which `with_footer` puts together again."""
    start, length = struct.unpack_from("<QQ", data, len(data) - 32)
    return data[: start - 16], data[start : start + length]


def manifest(size: int, *, start: int = len(HEADER), id: str = "run", **columns: pa.Array) -> bytes:
    """A footer with one chunk, static labels of "/thing", but for `columns`. start, size : its message, with header."""
    has = pa.field(
        "Points2D:labels:has_static_data",
        pa.bool_(),
        metadata={"rerun:index": "rerun:static", "rerun:component": "Points2D:labels"},
    )
    made = {
        "chunk_entity_path": pa.array(["/thing"]),
        "chunk_id": pa.array([bytes(16)], pa.binary(16)),
        "chunk_is_static": pa.array([True]),
        "chunk_num_rows": pa.array([1], pa.uint64()),
        "chunk_byte_offset": pa.array([start + 16], pa.uint64()),
        "chunk_byte_size": pa.array([size - 16], pa.uint64()),
        **columns,
    }
    schema = pa.schema([*(pa.field(name, array.type) for name, array in made.items()), has])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch([*made.values(), pa.array([True])], schema=schema))
    part = {2: bytes(sink.getvalue()), 3: 1, 4: sink.getvalue().size}
    return protobuf({1: {1: store(id), 4: part}})
