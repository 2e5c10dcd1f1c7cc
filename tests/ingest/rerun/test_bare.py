"""Cells that are read where they lie are what Arrow says they are; what is unusual is left to Arrow."""

from __future__ import annotations

import functools
from typing import Any

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
from blazon.ingest.rerun.arrow import ChunkDecoder
from blazon.ingest.rerun.bare import MANY_ROWS, bare_form
from blazon.ingest.rerun.messages import parse_arrow_msg
from blazon.ingest.slabs import SMALLEST, Slabs
from tests.fuzz.damage import arrow_streams, fuzz
from tests.ingest.rerun.chunk_bytes import (
    FORMAT,
    KINDS,
    SIZE,
    SORTS,
    Lengths,
    bare,
    by_arrow,
    chunk_of,
    column,
    exact,
    facts,
    knowing,
    nodes_of,
    put,
    same,
    stream_of,
)
from tests.ingest.rerun.rrd_bytes import ARROW_MSG, ipc, messages


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
