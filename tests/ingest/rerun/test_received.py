"""What is known of a chunk as it comes is what decoding it says; its cells are the same when they are read later."""

from __future__ import annotations

import contextlib
import functools

import numpy as np
import pyarrow as pa
import pytest
import rerun as rr
from hypothesis import given
from hypothesis import strategies as st

from blazon.ingest.chunk import ChunkRef
from blazon.ingest.errors import BlazonError, SourceError
from blazon.ingest.recording import Recording
from blazon.ingest.rerun import payload, received
from blazon.ingest.rerun.arrow import ChunkDecoder
from blazon.ingest.rerun.heads import read_head
from blazon.ingest.rerun.layouts import Layouts, schema_in
from blazon.ingest.rerun.lz4 import first_bytes
from blazon.ingest.rerun.messages import ArrowMsg, StoreId, parse_arrow_msg
from blazon.ingest.rerun.received import Received, Receiver
from tests.fuzz.damage import arrow_streams, damaged, fuzz, sent
from tests.ingest.rerun.rrd_bytes import ARROW_MSG, ipc

CODEC = pa.Codec("lz4_raw")
STORE = StoreId(1, "run", "app")


@functools.cache
def chunks() -> list[ArrowMsg]:
    """What the SDK sends when a program logs a bit of everything."""
    return [parse_arrow_msg(memoryview(message)) for kind, message in sent() if kind == ARROW_MSG]


def message(stream: bytes, *, compression: int = payload.NONE) -> ArrowMsg:
    packed = CODEC.compress(stream, asbytes=True) if compression == payload.LZ4 else stream
    return ArrowMsg(STORE, compression, len(stream), 1, memoryview(packed), None)


def facts(each: Received) -> tuple[object, ...]:
    ref = each.ref
    return str(ref.entity), ref.n_rows, dict(ref.times), dict(ref.components), each.oldest, each.newest, each.notices


def decoded_facts(arrow: ArrowMsg) -> tuple[object, ...]:
    """The same, found out in the plainest way."""
    entity, chunk, notices = ChunkDecoder().decode(arrow)
    ref = ChunkRef.of(entity, chunk)
    ids = sorted(chunk.row_id(row) for row in range(len(chunk.row_ids)))
    return str(entity), ref.n_rows, dict(ref.times), dict(ref.components), ids[0], ids[-1], notices


def test_what_is_known_at_once_is_what_decoding_says() -> None:
    receiver = Receiver()
    for _ in range(2):  # the second time without decoding
        for each in chunks():
            found = receiver.receive(each)
            assert found is not None
            assert facts(found) == decoded_facts(each)


def test_chunks_whose_schema_was_seen_are_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver, decoded = Receiver(), []
    for each in chunks():
        receiver.receive(each)
    real = ChunkDecoder.decode
    monkeypatch.setattr(ChunkDecoder, "decode", lambda self, arrow: decoded.append(arrow) or real(self, arrow))
    for each in chunks():
        receiver.receive(each)
    assert len(chunks()) > 15
    assert decoded == []


def test_cells_are_decoded_when_they_are_read() -> None:
    receiver = Receiver()
    for each in [*chunks(), *chunks()]:
        found, (entity, chunk, _) = receiver.receive(each), ChunkDecoder().decode(each)
        assert found is not None
        recording = Recording()
        recording.insert([found.ref])
        loaded = recording.load_chunk(found.ref)
        assert loaded is not None
        assert found.ref.source is not None
        for each_way in (loaded, found.ref.source.unpack(found.ref)()):
            assert each_way.columns.keys() == chunk.columns.keys()
            for name, column in chunk.columns.items():
                rows = np.flatnonzero(column.present).tolist()
                read = each_way.columns[name].read
                assert [repr(read(row)) for row in rows] == [repr(column.read(row)) for row in rows]
        assert recording.entities() == [entity]


def test_of_large_chunks_the_beginning_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = rr.RecordingStream("large")
    binary = stream.binary_stream()
    rng = np.random.default_rng(0)
    for frame in range(3):
        stream.set_time("frame", sequence=frame)
        stream.log("noise", rr.SegmentationImage(rng.integers(0, 256, (600, 800), np.uint8)))
        stream.flush()
        stream.log("plain", rr.SegmentationImage(np.full((600, 800), frame, np.uint8)))
        stream.flush()
    from tests.ingest.rerun.rrd_bytes import messages

    data = binary.read() or b""
    found = [parse_arrow_msg(memoryview(data[at + 16 : end])) for kind, at, end in messages(data) if kind == ARROW_MSG]
    large = [each for each in found if each.uncompressed_size > received.LARGE]
    assert len(large) == 6
    receiver = Receiver()
    for each in large[:2]:
        receiver.receive(each)
    monkeypatch.setattr(payload, "uncompressed", None)
    monkeypatch.setattr(ChunkDecoder, "decode", None)
    heads = [receiver.receive(each) for each in large[2:]]
    monkeypatch.undo()
    assert [facts(each) for each in heads if each] == [decoded_facts(each) for each in large[2:]]


@pytest.mark.parametrize("rows", [1, 2, 16, 17, 300])
def test_row_ids_and_times_in_no_order(rows: int) -> None:
    rng = np.random.default_rng(rows)
    frames = rng.integers(-(2**63), 2**63 - 1, rows).tolist()
    cells = pa.array([[float(i)] if i % 3 else None for i in range(rows)], pa.list_(pa.float32()))
    stream = ipc({"Points2D:radii": cells}, frames=frames)
    ids = rng.integers(0, 4, (rows, 2)).astype(">u8").tobytes()
    plain = ipc({"Points2D:radii": cells}, frames=frames, row_ids=ids)
    receiver = Receiver()
    receiver.receive(message(stream))
    found = receiver.receive(message(plain))
    assert found is not None
    assert read_head(plain, receiver._decoder.layouts) is not None
    assert facts(found) == decoded_facts(message(plain))


def test_times_and_row_ids_that_are_null_are_refused_as_ever() -> None:
    receiver = Receiver()
    receiver.receive(message(ipc({"Points2D:radii": pa.array([[1.0]], pa.list_(pa.float32()))}, frames=[1])))
    nulls = ipc({"Points2D:radii": pa.array([[1.0]], pa.list_(pa.float32()))}, frames=[None])
    with pytest.raises(SourceError, match="without a time"):
        receiver.receive(message(nulls))


def test_ids_that_may_be_outside_are_looked_at() -> None:
    """Where the type allows what the protocol doesn't, the cells of each chunk are looked at."""
    receiver = Receiver()
    for value, said in ((3, ()), (-1, ("holds -1",))):
        cells = pa.array([[value]], pa.list_(pa.int64()))
        found = receiver.receive(message(ipc({"Points2D:class_ids": cells}, frames=[1])))
        assert found is not None
        assert len(found.notices) == len(said)
        assert all(words in notice for words, notice in zip(said, found.notices, strict=True))


def test_cells_that_are_damaged_are_told_when_they_are_read() -> None:
    """Offsets past the end: what the chunk covers is fine, its cells are not."""
    whole = ipc({"Points2D:radii": pa.array([[1.0, 2.0]], pa.list_(pa.float32()))}, frames=[1])
    offsets = np.array([0, 2], np.int32).tobytes()
    at = whole.rindex(offsets)
    broken = whole[:at] + np.array([0, 9], np.int32).tobytes() + whole[at + len(offsets) :]
    receiver, recording = Receiver(), Recording()
    assert receiver.receive(message(whole)) is not None
    found = receiver.receive(message(broken))
    assert found is not None
    recording.insert([found.ref])
    assert recording.load_chunk(found.ref) is None
    assert "a chunk was skipped" in str(recording.notices.list())


def test_a_chunk_without_rows_is_none() -> None:
    receiver = Receiver()
    empty = ipc({"Points2D:radii": pa.array([], pa.list_(pa.float32()))}, frames=[])
    assert [receiver.receive(message(empty)) for _ in range(2)] == [None, None]


@fuzz()
@given(st.data())
def test_of_damaged_chunks_nothing_is_known_that_decoding_denies(data: st.DataObject) -> None:
    receiver = Receiver()
    for stream in arrow_streams():
        receiver.receive(message(stream))
    stream = data.draw(damaged(arrow_streams()))
    try:
        found = receiver.receive(message(stream))
    except BlazonError:
        return
    try:
        expected = decoded_facts(message(stream))
    except (BlazonError, IndexError):
        if found is not None:
            with pytest.raises(BlazonError):
                found.ref.load()
        return
    assert found is not None
    assert facts(found) == expected


@fuzz()
@given(st.lists(st.binary(max_size=40) | st.builds(bytes, st.integers(0, 600)), max_size=12), st.integers(0, 3000))
def test_the_first_bytes_of_a_block_are_those_of_all(parts: list[bytes], most: int) -> None:
    plain = b"".join(part for each in parts for part in (each, *parts[:2]))
    packed = CODEC.compress(plain, asbytes=True)
    assert first_bytes(memoryview(packed), most) == plain[:most]


def test_the_first_bytes_of_long_runs() -> None:
    noise = np.random.default_rng(0).integers(0, 256, 200_000, np.uint8).tobytes()
    for plain in (noise, bytes(200_000), b"abc" * 70_000, noise[:5000] + bytes(50_000) + noise):
        packed = memoryview(CODEC.compress(plain, asbytes=True))
        for most in (1, 4096, 60_000, len(plain)):
            assert first_bytes(packed, most) == plain[:most]


@fuzz()
@given(st.data())
def test_the_first_bytes_of_any_bytes_are_no_more_than_asked_for(data: st.DataObject) -> None:
    whole = [CODEC.compress(each, asbytes=True) for each in arrow_streams()]
    block = data.draw(st.binary(max_size=300) | damaged(whole))
    with contextlib.suppress(IndexError, ValueError):
        assert len(first_bytes(memoryview(block), 4096)) <= 4096


@fuzz()
@given(st.binary(max_size=300))
def test_bytes_that_are_no_stream_have_no_schema(data: bytes) -> None:
    assert read_head(data, Layouts()) is None
    assert len(schema_in(data)) <= len(data)
