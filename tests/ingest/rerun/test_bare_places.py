"""Where the cells of a chunk lie: heads that say what is not so are left to Arrow, or refused as it refuses them."""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pytest

from blazon.ingest.archetypes.schema import Kind
from blazon.ingest.rerun import payload
from blazon.ingest.rerun.bare import MANY_ROWS
from blazon.ingest.rerun.flatbuffer import follow, member, root
from tests.ingest.rerun.chunk_bytes import (
    KINDS,
    SORTS,
    Lengths,
    bare,
    batch_at,
    batch_of,
    buffers_of,
    by_arrow,
    chunk_of,
    column,
    exact,
    facts,
    knowing,
    nodes_of,
    put,
    refused,
    replaced,
    same,
    stream_of,
)
from tests.ingest.rerun.rrd_bytes import ipc


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


TWO: dict[Kind, Lengths] = {Kind.FLOATS: [1, None], Kind.STRINGS: [1, 2], Kind.FORMAT: [1, 1]}
NODES, BUFFERS = [0, 1, 2, 4, 6], {"ids": 1, "times": 3, "offsets": 5, "floats": 7, "letters": 12, "widths": 17}


def number(stream: bytes, at: int) -> int:
    return int(struct.unpack_from("<q", stream, at)[0])


@pytest.mark.parametrize("more", [-1, 1, -2])
@pytest.mark.parametrize("node", [None, *range(10)])
def test_lengths_that_contradict_each_other_are_refused(node: int | None, more: int) -> None:
    """Of the batch, its ids, its times, and its components: lists of floats, strings, and formats with their fields."""
    stream = chunk_of(TWO, frames=[1, 2])
    at = member(stream, batch_of(stream), 0) if node is None else nodes_of(stream)[node]
    broken = put(stream, at, "<q", number(stream, at) + more)
    assert bare(knowing(stream), broken) is None


def test_rows_of_a_chunk_of_no_components_are_counted() -> None:
    stream = ipc({}, frames=[3, 4], rows=2)
    for count in (1, 3, 2**24):
        refused(put(stream, member(stream, batch_of(stream), 0), "<q", count), stream)


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
