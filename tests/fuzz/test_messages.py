"""Damaged messages: whatever is decoded can be read to the last cell, and nothing but errors of blazon's comes out."""

from __future__ import annotations

import subprocess
import sys

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from blazon.ingest.archetypes.schema import COMPONENTS
from blazon.ingest.chunk import ChunkRef
from blazon.ingest.errors import BlazonError
from blazon.ingest.recording import Recording
from blazon.ingest.rerun.arrow import ChunkDecoder
from blazon.ingest.rerun.messages import parse_arrow_msg, parse_set_store_info, parse_write_request
from tests.fuzz.damage import arrow_request, arrow_streams, damaged, fuzz, never_hangs, requests, sent
from tests.ingest.rerun.rrd_bytes import ARROW_MSG, SET_STORE_INFO, ipc


def read(request: bytes, decoder: ChunkDecoder) -> int:
    """Take a request as a live stream does, and read every cell; how many there were."""
    kind, body = parse_write_request(memoryview(request))
    if kind == SET_STORE_INFO:
        parse_set_store_info(body)
    if kind != ARROW_MSG:
        return 0
    arrow = parse_arrow_msg(body)
    assert len(arrow.chunk_id) in (0, 16)
    entity, chunk, notices = decoder.decode(arrow)
    str(entity)
    assert all("\n" not in each for each in notices)
    if not len(chunk.row_ids):
        return 0
    Recording().insert([ChunkRef.of(entity, chunk)])
    cells = 0
    for column in chunk.columns.values():
        assert len(column.present) == len(chunk.row_ids)
        rows = column.present.nonzero()[0].tolist()
        for row in rows:
            repr(column.read(row))
        if column.read_many is not None:
            assert len(column.read_many(rows)) == len(rows)
        cells += len(rows)
    return cells


def survives(request: bytes) -> None:
    with never_hangs():
        try:
            read(request, ChunkDecoder())
            said = "fine"
        except BlazonError as error:
            said = str(error)
    assert len(said.splitlines()) == 1


def test_what_the_sdk_sends_is_read_whole() -> None:
    decoder = ChunkDecoder()
    assert sum(read(each, decoder) for each in requests()) > 60
    assert {kind for kind, _ in sent()} == {SET_STORE_INFO, ARROW_MSG}
    assert sum(read(arrow_request(each), decoder) for each in arrow_streams()) > 60


@fuzz()
@given(st.data())
def test_damaged_requests(data: st.DataObject) -> None:
    survives(data.draw(damaged(requests())))


@fuzz()
@given(st.data())
def test_damaged_arrow_streams(data: st.DataObject) -> None:
    survives(arrow_request(data.draw(damaged(arrow_streams()))))


@fuzz(25)
@given(st.data())
def test_a_decoder_that_saw_damaged_chunks_still_reads_whole_ones(data: st.DataObject) -> None:
    decoder, whole = ChunkDecoder(), [arrow_request(each) for each in arrow_streams()]
    expected = [read(each, ChunkDecoder()) for each in whole]
    with never_hangs():
        for each in data.draw(st.lists(damaged(arrow_streams(), most=2), max_size=4)):
            try:
                read(arrow_request(each), decoder)
            except BlazonError:
                continue
    assert [read(each, decoder) for each in whole] == expected


@fuzz()
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    survives(data)
    survives(arrow_request(data))


CRASH = """
import pyarrow as pa
from blazon.ingest.rerun import cells
from blazon.ingest.archetypes.schema import Kind
points = pa.array([], pa.list_(pa.float32(), 3))
offsets = pa.py_buffer((22272).to_bytes(4, "little"))
strips = pa.Array.from_buffers(pa.list_(points.type), 0, [None, offsets], children=[points])
strips.validate(full=True)
assert len(cells.FORMS[Kind.STRIPS3].finish(strips)) == 0
"""


def test_no_strips_whose_offset_is_damaged_do_not_end_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", CRASH], check=False, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


# --- well-formed Arrow of types and values that the SDK never sends

numbers = st.sampled_from(
    [pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(), pa.int8(), pa.int64(), pa.float16(), pa.float32(), pa.float64()]
)
leaves = numbers | st.sampled_from(
    [
        pa.bool_(),
        pa.string(),
        pa.large_string(),
        pa.binary(),
        pa.large_binary(),
        pa.null(),
        pa.string_view(),
        pa.date32(),
    ]
)
NAMES = ("axis", "angle", "width", "height", "pixel_format", "color_model", "class_id", "info", "id", "label")


def nested(types: st.SearchStrategy[pa.DataType]) -> st.SearchStrategy[pa.DataType]:
    fields = st.lists(st.tuples(st.sampled_from(NAMES), types), min_size=1, max_size=4)
    return (
        types.map(pa.list_)
        | types.map(pa.large_list)
        | types.map(pa.list_view)
        | st.builds(pa.list_, types, st.sampled_from([0, 1, 2, 3, 4, 9]))
        | fields.map(lambda each: pa.struct([pa.field(name, type_) for name, type_ in each]))
        | st.just(pa.dictionary(pa.int8(), pa.string()))
    )


INFO = pa.struct([("id", pa.uint16()), ("label", pa.string()), ("color", pa.uint32())])
PAIR = pa.struct([("keypoint0", pa.uint16()), ("keypoint1", pa.uint16())])
DESCRIPTION = pa.struct(
    [("info", INFO), ("keypoint_annotations", pa.list_(INFO)), ("keypoint_connections", pa.list_(PAIR))]
)
EXPECTED = st.sampled_from(
    [
        pa.list_(pa.float32(), 2),
        pa.list_(pa.float32(), 3),
        pa.list_(pa.float64(), 4),
        pa.list_(pa.float32(), 9),
        pa.list_(pa.uint8(), 3),
        pa.list_(pa.uint8()),
        pa.list_(pa.list_(pa.float32(), 2)),
        pa.large_list(pa.list_(pa.float64(), 3)),
        pa.struct([("axis", pa.list_(pa.float32(), 3)), ("angle", pa.float32())]),
        pa.struct([("width", pa.uint32()), ("height", pa.uint64()), ("pixel_format", pa.uint8())]),
        pa.list_(pa.struct([("class_id", pa.uint16()), ("class_description", DESCRIPTION)])),
    ]
)


def values(type_: pa.DataType) -> st.SearchStrategy[object]:
    """Python values of an Arrow type, None among them."""
    return st.none() | _values(type_)


def _values(type_: pa.DataType) -> st.SearchStrategy[object]:
    is_ = pa.types
    if is_.is_struct(type_):
        names = [field.name for field in type_]
        return st.tuples(*(values(field.type) for field in type_)).map(lambda each: list(zip(names, each, strict=True)))
    if is_.is_fixed_size_list(type_):
        return st.lists(values(type_.value_type), min_size=type_.list_size, max_size=type_.list_size)
    if is_.is_list(type_) or is_.is_large_list(type_) or is_.is_list_view(type_):
        return st.lists(values(type_.value_type), max_size=3)
    if is_.is_integer(type_):
        half = 2**type_.bit_width // 2
        return st.integers(0, 2 * half - 1) if is_.is_unsigned_integer(type_) else st.integers(-half, half - 1)
    return st.floats(width=type_.bit_width) if is_.is_floating(type_) else _OF_LEAVES.get(type_, st.text(max_size=5))


_OF_LEAVES: dict[pa.DataType, st.SearchStrategy[object]] = {
    pa.bool_(): st.booleans(),
    pa.binary(): st.binary(max_size=5),
    pa.large_binary(): st.binary(max_size=5),
    pa.null(): st.none(),
    pa.date32(): st.integers(-(2**31), 2**31 - 1),
}


@st.composite
def components(draw: st.DrawFn) -> pa.Array:
    """Two cells of a component, in a list, in one of the other kinds of list, or in none."""
    type_ = draw(EXPECTED | numbers | st.recursive(leaves, nested, max_leaves=5))
    type_ = draw(st.sampled_from([pa.list_, pa.list_, pa.list_, pa.large_list, lambda each: each]))(type_)
    start = draw(st.integers(0, 2))
    cells = draw(st.lists(values(type_), min_size=2 + start, max_size=2 + start))
    return pa.array(cells, type_)[start:]


@fuzz()
@given(st.data())
def test_components_of_any_type(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(COMPONENTS)), min_size=1, max_size=3, unique=True))
    columns = {name: data.draw(components()) for name in names}
    frames = data.draw(st.none() | st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=2))
    survives(arrow_request(ipc(columns, frames=frames)))
