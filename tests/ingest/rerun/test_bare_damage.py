"""Damaged chunks: what is read without Arrow is what Arrow reads, or what there was."""

from __future__ import annotations

import functools
import struct
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blazon.ingest.archetypes.schema import Kind
from blazon.ingest.errors import SourceError
from blazon.ingest.rerun.arrow import ChunkDecoder
from blazon.ingest.rerun.flatbuffer import member
from tests.fuzz.damage import arrow_streams, damaged, fuzz
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
    facts,
    knowing,
    nodes_of,
    put,
)


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
    yield member(stream, batch_of(stream), 0)
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
