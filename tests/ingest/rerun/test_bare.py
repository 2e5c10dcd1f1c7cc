"""Cells that are read where they lie are what Arrow says they are; what is unusual or damaged is left to Arrow."""

from __future__ import annotations

import functools
import itertools
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest
import rerun as rr
from hypothesis import given
from hypothesis import strategies as st

from blazon.ingest.archetypes.schema import COMPONENTS, Kind
from blazon.ingest.chunk import ImageFormat, Ragged
from blazon.ingest.errors import SourceError
from blazon.ingest.rerun import payload
from blazon.ingest.rerun.arrow import ChunkDecoder, Decoded
from blazon.ingest.rerun.bare import MANY_ROWS, bare_form
from blazon.ingest.rerun.flatbuffer import follow, member, root, vector
from blazon.ingest.rerun.layouts import schema_in
from blazon.ingest.rerun.messages import parse_arrow_msg
from blazon.ingest.slabs import SMALLEST, Slabs
from tests.fuzz.damage import arrow_streams, damaged, fuzz
from tests.ingest.rerun.rrd_bytes import ARROW_MSG, comparable, ipc, messages

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
    for stream in streams:
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


# --- each kind


def test_all_kinds_are_here_but_those_that_arrow_reads() -> None:
    assert set(Kind) - SORTS.keys() == {Kind.AXIS_ANGLES, Kind.CONTEXT}
    for kind, sort in SORTS.items():
        assert COMPONENTS[sort.component] is kind
        assert bare_form(kind, pa.list_(sort.type)) is not None
        assert bare_form(kind, pa.large_list(sort.type)) is None


@pytest.mark.parametrize("frames", [True, False], ids=["temporal", "static"])
@pytest.mark.parametrize(
    "lengths",
    [[1], [0], [None], [7], [3, 2], [0, 0, 0], [None, None], [2, None, 0, 1, None, 3], [1] * 20, [*range(9), None]],
    ids=str,
)
@pytest.mark.parametrize("kind", SORTS)
def test_cells_of_each_kind(kind: Kind, lengths: Lengths, frames: bool) -> None:
    at = [5 - row for row in range(len(lengths))] if frames else None
    found = same(chunk_of({kind: lengths}, frames=at))
    assert len(found[SORTS[kind].component][1]) == len(lengths)


@pytest.mark.parametrize(
    ("count", "kinds"),
    [(MANY_ROWS - 1, [Kind.FLOATS, Kind.STRINGS]), (MANY_ROWS, [Kind.FLOATS, Kind.STRINGS]), (MANY_ROWS + 1, KINDS)],
)
def test_many_rows(count: int, kinds: list[Kind]) -> None:
    lengths = {kind: [None if row % 11 == i else (row + i) % 3 for row in range(count)] for i, kind in enumerate(kinds)}
    same(chunk_of(lengths, frames=range(count)))


@pytest.mark.parametrize("kind", [Kind.STRINGS, Kind.BLOB, Kind.STRIPS2, Kind.STRIPS3, Kind.FLAGS, Kind.FORMAT])
def test_many_items(kind: Kind) -> None:
    same(chunk_of({kind: [3, MANY_ROWS + 5, 0, 2]}, frames=range(4)))


@pytest.mark.parametrize("type_", [pa.uint8(), pa.uint16(), pa.uint32()], ids=str)
def test_ids_keep_their_type(type_: Any) -> None:
    ids = pa.array([[1, 255], [], None, [7]], pa.list_(type_))
    found = same(ipc({"Points2D:class_ids": ids, "instance_ids": ids}, frames=range(4)))
    assert found["Points2D:class_ids"][1][0][0] == found["instance_ids"][1][0][0] == str(type_)


def test_formats_of_other_numbers_and_in_another_order() -> None:
    fields = [(name, pa.uint64() if i % 2 else pa.uint16()) for i, name in enumerate(reversed(ImageFormat.__slots__))]
    values = [{name: i for i, (name, _) in enumerate(fields)}, dict.fromkeys(ImageFormat.__slots__)]
    cells = pa.array([[each] for each in values], pa.list_(pa.struct(fields)))
    found = same(ipc({"Image:format": cells}, frames=[0, 1]))
    assert found["Image:format"][1] == [repr(ImageFormat(4, 3, 2, 1, 0)), repr(ImageFormat(0, 0))]


ROWS = st.integers(1, 12)
LENGTHS = st.none() | st.integers(0, 4)


@fuzz(60)
@given(ROWS.flatmap(lambda n: st.lists(st.lists(LENGTHS, min_size=n, max_size=n), min_size=17, max_size=17)))
def test_lists_of_any_lengths(lengths: list[Lengths]) -> None:
    found = same(chunk_of(dict(zip(KINDS, lengths, strict=True)), frames=range(len(lengths[0]))))
    for kind, each in zip(KINDS, lengths, strict=True):
        there = np.array([length is not None for length in each])
        assert found[SORTS[kind].component][0] == exact(there)


def test_the_schema_of_one_chunk_does_for_another_entity() -> None:
    first = chunk_of({kind: [1] for kind in KINDS}, frames=[1])
    second = chunk_of({kind: [2, None, 0] for kind in KINDS}, frames=[3, 2, 1], entity=b"/other")
    assert same(second, first)["entity"] == "/other"


def test_a_chunk_of_no_components() -> None:
    same(ipc({}, frames=[3, 4], rows=2))


def test_cells_are_parts_of_the_stream_that_cannot_be_written_to() -> None:
    stream = chunk_of({kind: [2, 3] for kind in KINDS}, frames=[1, 2])
    decoded = bare(knowing(stream), stream)
    assert decoded is not None
    for kind in set(KINDS) - {Kind.STRINGS, Kind.FLAGS, Kind.FORMAT}:
        cell = decoded.chunk.columns[SORTS[kind].component].read(1)
        array = cell.points if isinstance(cell, Ragged) else cell
        assert not array.flags.owndata
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_cells_outlive_their_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their memory isn't lent again meanwhile."""
    monkeypatch.setattr(payload, "SLABS", Slabs())
    numbers = np.arange(SMALLEST, dtype=np.float32)
    cells = pa.ListArray.from_arrays([0, SMALLEST // 2, SMALLEST], pa.array(numbers))
    stream = ipc({"Points2D:radii": cells}, frames=[1, 2])
    decoder = knowing(stream)
    found = bare(decoder, stream)
    assert found is not None
    cell = found.chunk.columns["Points2D:radii"].read(1)
    del found
    for _ in range(3):
        payload.uncompressed(bytes(len(stream)), payload.NONE, len(stream))
    assert (cell == numbers[SMALLEST // 2 :]).all()


# --- what the SDK sends


def log_more(stream: rr.RecordingStream) -> None:
    """What `arrow_streams` lacks."""
    stream.set_time("frame", sequence=0)
    stream.log("video", rr.VideoStream(codec=rr.VideoCodec.H264, sample=b"\0\0\0\1abc"))
    stream.log("asset", rr.AssetVideo(contents=b"abcd", media_type="video/mp4"))
    stream.log("frame", rr.VideoFrameReference(seconds=1.5, video_reference="asset"))
    stream.log("clear", rr.Clear(recursive=True))
    stream.log("image", rr.Image(bytes=bytes(6), width=2, height=2, pixel_format=rr.PixelFormat.NV12, opacity=0.5))
    stream.log("points", rr.Points2D([[1, 2]] * 4, labels=["", "é", "日本語", "🙂"], colors=[1, 2, 3, 4], radii=2.0))
    stream.log("strips", rr.LineStrips2D([[[0, 0], [1, 1]], [], [[2, 2]], []]))
    stream.log("axes", rr.TransformAxes3D(1.5, show_frame=True))
    stream.log("none", rr.Points3D([]))
    stream.log("cleared", rr.Points3D.cleared())
    count = MANY_ROWS + 3
    names = rr.Points3D.columns(positions=np.ones((2 * count, 3)), labels=["ä"] * 2 * count).partition([2] * count)
    stream.send_columns("many", indexes=[rr.TimeColumn("frame", sequence=range(count))], columns=names)


@functools.cache
def more_streams() -> list[bytes]:
    stream = rr.RecordingStream("bare", recording_id="run")
    binary = stream.binary_stream()
    log_more(stream)
    stream.flush()
    data, found = binary.read() or b"", []
    for kind, start, stop in messages(data):
        if kind == ARROW_MSG:
            arrow = parse_arrow_msg(memoryview(data)[start + 16 : stop])
            found.append(bytes(payload.uncompressed(arrow.payload, arrow.compression, arrow.uncompressed_size)))
    return found


def components(stream: bytes) -> list[str]:
    """The names of the components in a stream."""
    about = [field.metadata for field in pa.ipc.open_stream(stream).schema]
    return [each[b"rerun:component"].decode() for each in about if b"rerun:component" in each]


def test_what_the_sdk_sends_is_read_without_arrow() -> None:
    streams, seen = [*arrow_streams(), *more_streams()], set[Kind | None]()
    decoder = knowing(*streams)
    for stream in streams:
        kinds = {COMPONENTS.get(name) for name in components(stream)}
        found = bare(decoder, stream)
        assert (found is not None) == (kinds <= SORTS.keys()), kinds
        if found is not None:
            assert facts(found) == facts(by_arrow(stream))
            seen |= kinds
    assert seen == SORTS.keys()


def test_the_second_chunk_of_a_schema_makes_no_arrow_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, decoder = chunk_of({kind: [1, 2] for kind in KINDS}, frames=[1, 2]), ChunkDecoder()
    decoder.decode_payload(stream, payload.NONE, len(stream))
    monkeypatch.setattr(payload, "record_batch", None)
    monkeypatch.setattr(pa.ipc, "open_stream", None)
    packed = pa.Codec("lz4_raw").compress(stream, asbytes=True)
    for _ in range(3):
        decoder.decode_payload(packed, payload.LZ4, len(stream))


# --- what is left to Arrow


def with_a_null(kind: Kind) -> Any:
    """Cells of which one has a null among its items."""
    sort = SORTS[kind]
    return pa.array([[sort.item(1)], [sort.item(2), None], None, []], pa.list_(sort.type))


VECTOR = pa.list_(pa.float32(), 2)
TURN = pa.struct([("axis", pa.list_(pa.float32(), 3)), ("angle", pa.float32())])
UNUSUAL: list[tuple[str, Any]] = [
    *((sort.component, with_a_null(kind)) for kind, sort in SORTS.items()),
    ("Points2D:positions", pa.array([[[1, 2], [3, None]]], pa.list_(VECTOR))),
    ("Pinhole:camera_xyz", pa.array([[[1, None, 2]]], pa.list_(pa.list_(pa.uint8(), 3)))),
    ("LineStrips2D:strips", pa.array([[[[1, 2], None]], []], pa.list_(pa.list_(VECTOR)))),
    ("LineStrips2D:strips", pa.array([[[[1, None]]], []], pa.list_(pa.list_(VECTOR)))),
    ("Image:buffer", pa.array([[[1, None, 2]]], BLOBS := pa.list_(pa.list_(pa.uint8())))),
    ("Image:buffer", pa.array([[None], [[1]]], BLOBS)),
    ("Points2D:radii", pa.array([[1.5], [2.5]], pa.large_list(pa.float32()))),
    ("Points2D:radii", pa.array([[1.5], [1e300]], pa.list_(pa.float64()))),
    ("Points2D:radii", pa.array([[np.float16(1.5)]], pa.list_(pa.float16()))),
    ("Points2D:positions", pa.array([[[1, 2]]], pa.list_(pa.list_(pa.float64(), 2)))),
    ("Points2D:class_ids", pa.array([[1], [2]], pa.list_(pa.int64()))),
    ("Points2D:class_ids", pa.array([[1], [-2]], pa.list_(pa.int64()))),
    ("instance_ids", pa.array([[-(2**60)]], pa.list_(pa.int64()))),
    ("Points2D:labels", pa.array([["é"]], pa.list_(pa.large_string()))),
    ("EncodedImage:blob", pa.array([[b"abc"], [b""], []], pa.list_(pa.binary()))),
    ("EncodedImage:blob", pa.array([[b"abc"]], pa.list_(pa.large_binary()))),
    ("Image:buffer", pa.array([[[3, 4]]], pa.list_(pa.large_list(pa.uint8())))),
    ("LineStrips3D:strips", pa.array([[[[1, 2, 3]]]], pa.list_(pa.large_list(pa.list_(pa.float32(), 3))))),
    ("Image:format", pa.array([[{"width": 1, "height": 2}]], pa.list_(pa.struct(SIZE)))),
    ("Image:format", pa.array([[{"width": 1, "height": 2}]], pa.list_(pa.struct([*FORMAT, ("more", pa.uint8())])))),
    ("Boxes3D:rotation_axis_angles", pa.array([[{"axis": [1, 0, 0], "angle": 2}], []], pa.list_(TURN))),
    ("Points2D:radii", pa.array([["x"]])),
]  # fmt: skip


@pytest.mark.parametrize(("component", "array"), UNUSUAL, ids=[f"{name} {array.type}" for name, array in UNUSUAL])
def test_what_is_unusual_is_read_by_arrow(component: str, array: Any) -> None:
    frames = range(len(array))
    columns = {"Points3D:radii": pa.array([[1.5]] * len(array), pa.list_(pa.float32())), component: array}
    stream = ipc(columns, frames=frames)
    usual = ipc({name: each.slice(0, 0) for name, each in columns.items()}, frames=[], rows=0)
    decoder = knowing(usual)
    assert bare(decoder, stream) is None
    assert facts(decoder.decode_payload(stream, payload.NONE, len(stream))) == facts(by_arrow(stream))


def test_a_component_that_nobody_knows_makes_the_chunk_arrow_s() -> None:
    stream = ipc({"Points2D:radii": column(Kind.FLOATS, [1]), "speed": pa.array([[1.5]])}, frames=[1])
    assert bare(knowing(stream), stream) is None


def test_a_chunk_without_rows_is_arrow_s() -> None:
    empty = chunk_of({kind: [] for kind in KINDS}, frames=[])
    decoder = knowing(empty)
    assert bare(decoder, empty) is None
    assert len(decoder.decode_payload(empty, payload.NONE, len(empty)).chunk.row_ids) == 0


@pytest.mark.parametrize("kinds", [[], KINDS], ids=["no components", "all"])
def test_a_body_that_is_compressed_by_itself_is_arrow_s(kinds: list[Kind]) -> None:
    stream = stream_of(kinds)
    reader, sink = pa.ipc.open_stream(stream), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, reader.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_batch(reader.read_next_batch())
    packed, decoder = bytes(sink.getvalue()), knowing(stream)
    assert bare(decoder, packed) is None
    found = facts(decoder.decode_payload(packed, payload.NONE, len(packed)))
    assert found == facts(by_arrow(stream)) | {"n_bytes": found["n_bytes"]}


@pytest.mark.parametrize("damage", ["ids", "times"])
def test_stamps_that_are_null_are_refused(damage: str) -> None:
    stream = ipc({"Points2D:radii": column(Kind.FLOATS, [1, 2])}, frames=[1, 2])
    broken = put(stream, nodes_of(stream)[0 if damage == "ids" else 1] + 8, "<q", 1)
    assert bare(knowing(stream), broken) is None
    with pytest.raises(SourceError):
        by_arrow(broken)


# --- where things lie in a stream


def nodes_of(stream: bytes) -> range:
    """Where the nodes of the batch in a stream are: the length of each and, 8 bytes on, how many are null."""
    return _vector(stream, 1)


def buffers_of(stream: bytes) -> range:
    """Where its buffers are: the start of each and, 8 bytes on, its length."""
    return _vector(stream, 2)


def batch_at(stream: bytes) -> int:
    return 8 + len(schema_in(stream))


def _vector(stream: bytes, index: int) -> range:
    first, count = vector(stream, member(stream, _batch(stream), index))
    return range(first, first + 16 * count, 16)


def _batch(stream: bytes) -> int:
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


@pytest.mark.parametrize("kind", SORTS)
def test_the_first_items_and_the_last_may_be_nobody_s(kind: Kind) -> None:
    stream = chunk_of({kind: [7, 9, 5]}, frames=[1, 2, 3])
    same(replaced(stream, [0, 7, 16, 21], [5, 8, 8, 17]), stream)


@pytest.mark.parametrize("offsets", [[-1, 7, 16, 21], [0, 17, 16, 21], [0, 7, 16, 22], [0, 7, 2**31 - 1, 21]], ids=str)
@pytest.mark.parametrize("kind", SORTS)
def test_offsets_that_lead_nowhere_are_refused(kind: Kind, offsets: list[int]) -> None:
    stream = chunk_of({kind: [7, 9, 5]}, frames=[1, 2, 3])
    refused(replaced(stream, [0, 7, 16, 21], offsets), stream)


@pytest.mark.parametrize(("row", "value"), [(0, -1), (9, 7), (9, 12), (MANY_ROWS, MANY_ROWS + 1)])
def test_many_offsets_that_lead_nowhere_are_refused(row: int, value: int) -> None:
    cells = range(MANY_ROWS + 1)
    for kind, each in ((Kind.FLOATS, [1] * MANY_ROWS), (Kind.BLOB, [MANY_ROWS])):
        items = pa.array([1] * MANY_ROWS, pa.uint8())
        inner = pa.ListArray.from_arrays(pa.array(cells, pa.int32()), items)
        column_ = pa.ListArray.from_arrays([0, MANY_ROWS], inner) if kind is Kind.BLOB else column(kind, each)
        stream = ipc({SORTS[kind].component: column_}, frames=range(len(each)))
        at = stream.index(np.arange(MANY_ROWS, dtype=np.int32).tobytes()) + 4 * row
        refused(put(stream, at, "<i", value), stream)


@pytest.mark.parametrize(
    ("kind", "old"),
    [(Kind.STRINGS, [0, 3, 7, 9]), (Kind.BLOB, [0, 3, 7, 9]), (Kind.STRIPS2, [0, 3, 7, 9])],
)
def test_offsets_within_a_cell(kind: Kind, old: list[int]) -> None:
    items = {Kind.STRINGS: ["abc", "defg", "hi"], Kind.BLOB: [[1, 2, 3], [4, 5, 6, 7], [8, 9]]}
    strips = [[[i, j] for j in range(n)] for i, n in enumerate((3, 4, 2))]
    cells = pa.array([items.get(kind, strips)], pa.list_(SORTS[kind].type))
    stream = ipc({SORTS[kind].component: cells}, frames=[1])
    for new in ([1, 3, 7, 8], [2, 2, 2, 2], [9, 9, 9, 9], [0, 0, 0, 0]):
        same(replaced(stream, old, new), stream)
    for new in ([-1, 3, 7, 9], [0, 7, 3, 9], [0, 3, 7, 10], [2**31 - 1] * 4):
        refused(replaced(stream, old, new), stream)


def refused(stream: bytes, seen: bytes) -> None:
    """Assert that neither reads a stream."""
    decoder = knowing(seen)
    assert bare(decoder, stream) is None
    for each in (decoder, ChunkDecoder()):
        with pytest.raises(SourceError):
            each.decode_payload(stream, payload.NONE, len(stream))


# --- heads that say what isn't so


TWO: dict[Kind, Lengths] = {Kind.FLOATS: [1, None], Kind.STRINGS: [1, 2], Kind.FORMAT: [1, 1]}
NODES, BUFFERS = [0, 1, 2, 4, 6], {"ids": 1, "times": 3, "offsets": 5, "floats": 7, "letters": 12, "widths": 17}


def number(stream: bytes, at: int) -> int:
    return int(struct.unpack_from("<q", stream, at)[0])


@pytest.mark.parametrize("more", [-1, 1, -2])
@pytest.mark.parametrize("node", [None, *range(10)])
def test_lengths_that_contradict_each_other_are_refused(node: int | None, more: int) -> None:
    """Of the batch, its ids, its times, and its components: lists of floats, strings, and formats with their fields."""
    stream = chunk_of(TWO, frames=[1, 2])
    at = member(stream, _batch(stream), 0) if node is None else nodes_of(stream)[node]
    broken = put(stream, at, "<q", number(stream, at) + more)
    assert bare(knowing(stream), broken) is None


def test_rows_of_a_chunk_of_no_components_are_counted() -> None:
    stream = ipc({}, frames=[3, 4], rows=2)
    for count in (1, 3, 2**24):
        refused(put(stream, member(stream, _batch(stream), 0), "<q", count), stream)


@pytest.mark.parametrize("count", [1, 3, -2])
def test_nulls_that_are_not_so_many_are_refused(count: int) -> None:
    for kind in (Kind.FLOATS, Kind.STRINGS, Kind.STRIPS2):
        stream = chunk_of({kind: [1, None, None, 2]}, frames=range(4))
        refused(put(stream, nodes_of(stream)[2] + 8, "<q", count), stream)
    stream = chunk_of({Kind.FORMAT: [1] * 4}, frames=range(4))
    for node in nodes_of(stream)[-3:]:
        if number(stream, node + 8) not in (0, count):
            refused(put(stream, node + 8, "<q", count), stream)


@pytest.mark.parametrize("buffer", BUFFERS.values(), ids=BUFFERS.keys())
def test_buffers_between_words_are_refused(buffer: int) -> None:
    stream = chunk_of(TWO, frames=[1, 2])
    at = buffers_of(stream)[buffer]
    for more in (1, 2, 4):
        refused(put(stream, at, "<q", number(stream, at) + more), stream)


@pytest.mark.parametrize("buffer", BUFFERS.values(), ids=BUFFERS.keys())
def test_what_lies_behind_a_batch_is_none_of_its_values(buffer: int) -> None:
    """Whatever it is: here zeros, of which all could be made."""
    stream = chunk_of(TWO, frames=[1, 2])
    body = len(stream) - 8
    stream = stream[:-8] + bytes(512)
    refused(put(stream, buffers_of(stream)[buffer], "<q", body - _body(stream)), chunk_of(TWO, frames=[1, 2]))


def _body(stream: bytes) -> int:
    at = batch_at(stream)
    return at + 8 + int(struct.unpack_from("<I", stream, at + 4)[0])


@pytest.mark.parametrize("less", [1, 8, 9, 16, 17])
def test_the_last_label_may_not_be_cut_off(less: int) -> None:
    stream = labels(["a", "b" * 20])
    refused(stream[: stream.index(b"ab") + 21 - less], stream)


@pytest.mark.parametrize("size", [0, 8, 64])
@pytest.mark.parametrize("kinds", [[], KINDS], ids=["no components", "all"])
def test_a_head_that_ends_too_soon_is_refused(kinds: list[Kind], size: int) -> None:
    stream = stream_of(kinds)
    refused(put(stream, batch_at(stream) + 4, "<I", size), stream)


def test_numbers_that_are_big_endian_are_arrow_s() -> None:
    stream = chunk_of({Kind.FLOATS: [0, 0]}, frames=[1, 2])
    schema = follow(stream, member(stream, root(stream, 8), 2))
    says_so = next(at for at in range(schema + 2, batch_at(stream), 2) if stream[at : at + 2] == b"\1\0")
    members = schema - struct.unpack_from("<i", stream, schema)[0]
    stream = put(stream, members + 4, "<H", says_so - schema)
    decoder = knowing(stream)
    found = facts(decoder.decode_payload(stream, payload.NONE, len(stream)))
    assert found == facts(by_arrow(stream))
    assert exact(np.array([1, 2]).byteswap()) in found.values()


# --- text


def labels(*cells: list[str]) -> bytes:
    return ipc({"Points2D:labels": pa.array(list(cells), pa.list_(pa.string()))}, frames=range(len(cells)))


@pytest.mark.parametrize("bytes_", [b"\xff", b"\xc3", b"\xa9", b"\x80"])
def test_text_that_is_no_utf8_is_refused(bytes_: bytes) -> None:
    stream = labels(["ab", "Z"], ["cd"])
    refused(stream.replace(b"abZcd", b"ab" + bytes_ + b"cd"), stream)


def test_a_letter_in_two_labels_is_refused() -> None:
    stream = labels(["ab", "é", "c"])
    refused(replaced(stream, [0, 2, 4, 5], [0, 3, 4, 5]), stream)
    refused(replaced(stream, [0, 2, 4, 5], [0, 3, 3, 5]), stream)
    refused(replaced(stream, [0, 2, 4, 5], [3, 4, 4, 5]), stream)
    same(replaced(stream, [0, 2, 4, 5], [0, 4, 4, 5]), stream)


def test_bytes_in_no_label_may_be_anything() -> None:
    stream = labels(["ab", "é", "c"])
    broken = replaced(stream, [0, 2, 4, 5], [1, 2, 4, 4]).replace("abéc".encode(), b"\xffb\xc3\xa9\xff")
    same(broken, stream)


# --- damage


def all_kinds() -> bytes:
    """A small chunk with two rows of each kind."""
    lengths: list[Lengths] = [[2, 3], [1, None], [0, 2], [1, 1]]
    return chunk_of({kind: lengths[i % 4] for i, kind in enumerate(KINDS)}, frames=[5, 6])


class Judge:
    """Looks at what comes of damaged chunks that were one that is whole.

    Arrow checks all of a message: its version, and tables in it that say nothing of where cells lie. Where that is all
    that Arrow minds, what is read must be what there was.
    """

    def __init__(self, whole: bytes) -> None:
        self._decoder, self._whole = knowing(whole), facts(by_arrow(whole))
        self.counts = {"read": 0, "as it was": 0, "left to Arrow": 0}

    def judge(self, stream: bytes, what: object) -> None:
        """Assert that a damaged chunk is read as Arrow does, or as it was. what : the damage."""
        try:
            found = bare(self._decoder, stream)
        except SourceError:
            with pytest.raises(SourceError):
                by_arrow(stream)
            return
        if found is None:
            self.counts["left to Arrow"] += 1
            return
        read = facts(found)
        try:
            expected = facts(by_arrow(stream))
            self.counts["read"] += 1
        except SourceError:
            expected = {**self._whole, "n_bytes": read["n_bytes"]}
            self.counts["as it was"] += 1
        assert read == expected, what


@pytest.mark.parametrize("kind", [*SORTS, None], ids=str)
def test_bytes_that_are_damaged(kind: Kind | None) -> None:
    stream = all_kinds() if kind is None else chunk_of({kind: [2, None, 3]}, frames=[5, 6, 7])
    random, judge, start = np.random.default_rng(0), Judge(stream), batch_at(stream)
    for at in random.permutation(np.arange(start, len(stream)))[:200].tolist():
        for value in {0, 1, 255, stream[at] ^ 1 << int(random.integers(8))} - {stream[at]}:
            judge.judge(put(stream, at, "B", value), (at - start, value))
    assert min(judge.counts["read"], judge.counts["left to Arrow"]) > 100


LIES = [0, 1, -1, -2, 2, 3, 8, 2**32 + 1, 2**61 - 1, 2**63 - 400, -(2**63)]


def numbers_of(stream: bytes) -> Iterator[int]:
    """Where the numbers are that the head of a batch holds: of rows, of its nodes, of its buffers."""
    yield member(stream, _batch(stream), 0)
    for at in (*nodes_of(stream), *buffers_of(stream)):
        yield at
        yield at + 8


@pytest.mark.parametrize("kind", SORTS)
def test_heads_that_lie(kind: Kind) -> None:
    stream = chunk_of({kind: [2, None, 3]}, frames=[5, 6, 7])
    judge = Judge(stream)
    for number, at in enumerate(numbers_of(stream)):
        true = struct.unpack_from("<q", stream, at)[0]
        for value in {*LIES, true - 1, true + 1, true - 8, true + 8} - {true}:
            judge.judge(put(stream, at, "<q", value), (number, value))
    assert min(judge.counts["read"], judge.counts["left to Arrow"]) > 10


def test_streams_that_end_too_soon() -> None:
    for lengths in ({kind: [1, 2]} for kind in KINDS):
        stream = chunk_of(lengths, frames=[5, 6])
        judge = Judge(stream)
        for end in range(batch_at(stream), len(stream)):
            judge.judge(stream[:end], end - len(stream))
        assert judge.counts["read"] == 8  # without a mark of the end


@fuzz(200)
@given(st.data())
def test_streams_that_are_damaged_in_any_way(data: st.DataObject) -> None:
    streams = [*arrow_streams(), all_kinds()]
    stream = data.draw(damaged(streams))
    try:
        found = bare(known_to_all(), stream)
    except SourceError:
        with pytest.raises(SourceError):
            by_arrow(stream)
        return
    if found is not None:
        read = facts(found)
        assert {len(each.present) for each in found.chunk.columns.values()} <= {len(found.chunk.row_ids)}
        assert {len(each) for each in found.chunk.times.values()} <= {len(found.chunk.row_ids)}
        try:
            expected = facts(by_arrow(stream))
        except SourceError:
            return  # for what it was, see `Judge`
        assert read == expected


@functools.cache
def known_to_all() -> ChunkDecoder:
    return knowing(*arrow_streams(), all_kinds())


# --- the bytes that all of it lies in


PLAIN = np.random.default_rng(0).integers(0, 4, 3000, np.uint8).tobytes() + bytes(2000)
PACKED = pa.Codec("lz4_raw").compress(PLAIN, asbytes=True)


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview])
def test_bytes_are_unpacked_to_what_cannot_be_written_to(form: Callable[[bytes], Any]) -> None:
    for packed, compression in ((PLAIN, payload.NONE), (PLAIN, 0), (PACKED, payload.LZ4)):
        found = payload.uncompressed(form(packed), compression, len(PLAIN))
        assert (found.tobytes(), found.dtype, found.shape) == (PLAIN, np.uint8, (len(PLAIN),))
        assert not found.flags.writeable


def test_what_is_not_compressed_is_copied() -> None:
    sent = bytearray(PLAIN)
    found = payload.uncompressed(memoryview(sent), payload.NONE, len(PLAIN))
    sent[:] = bytes(len(PLAIN))
    assert found.tobytes() == PLAIN


@pytest.mark.parametrize("size", [0, 1, 2999, 4999, 5001, 5002, 6000, 255 * len(PACKED), 255 * len(PACKED) + 1, 2**62])
def test_other_sizes_than_it_has_are_refused(size: int) -> None:
    with pytest.raises(SourceError, match="a payload"):
        payload.uncompressed(PACKED, payload.LZ4, size)


def test_lz4_that_is_damaged_is_refused_or_has_its_size() -> None:
    random, refusals = np.random.default_rng(1), 0
    for number in range(2000):
        packed = bytearray(PACKED)
        for at in random.integers(0, len(packed), 1 + number % 3).tolist():
            packed[at] = int(random.integers(256))
        try:
            found = payload.uncompressed(packed[: len(packed) - number % 5 * 40], payload.LZ4, len(PLAIN))
            assert found.shape == (len(PLAIN),)
        except SourceError:
            refusals += 1
    assert 1000 < refusals < 2000
    for end in range(len(PACKED)):
        with pytest.raises(SourceError, match="a payload"):
            payload.uncompressed(PACKED[:end], payload.LZ4, len(PLAIN))


def test_large_payloads_lie_in_memory_that_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    slabs, plain = Slabs(), bytes(range(256)) * (SMALLEST // 256)
    monkeypatch.setattr(payload, "SLABS", slabs)
    packed = pa.Codec("lz4_raw").compress(plain, asbytes=True)
    starts = set()
    for sent, compression in ((packed, payload.LZ4), (plain, payload.NONE), (packed, payload.LZ4)):
        found = payload.uncompressed(sent, compression, len(plain))
        assert found.tobytes() == plain
        starts.add(found.ctypes.data)
        del found
    assert len(starts) == 1
    for broken in (packed[:-1], packed[1:], packed + packed, bytes(len(packed))):
        with pytest.raises(SourceError):
            payload.uncompressed(broken, payload.LZ4, len(plain))
        assert slabs.idle_bytes == len(plain)
