"""Chunks that are decoded together are what each is by itself, whatever is among them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import rerun as rr

import blazon as bz
from blazon.ingest.archetypes.schema import Kind
from blazon.ingest.errors import SourceError
from blazon.ingest.rerun.arrow import ChunkDecoder
from blazon.ingest.rerun.decoded import FEWEST, LARGEST, MOST, Block, Decoded
from blazon.ingest.rerun.messages import ArrowMsg
from blazon.ingest.store import ChunkStore
from tests.ingest.rerun.chunk_bytes import KINDS, batch_at, by_arrow, chunk_of, facts, knowing, put

PACKS = pa.Codec("lz4_raw")


def streams_of(kind: Kind, count: int, names: Sequence[str] = ("a",)) -> list[bytes]:
    """Chunks of two rows with other times each, of entities by turns."""
    return [
        chunk_of({kind: [2, 3]}, frames=[10 * i, 10 * i + 1 + i % 2], entity=f"/{names[i % len(names)]}{i % 10}")
        for i in range(count)
    ]


def together(streams: Sequence[bytes], *seen: bytes) -> list[Decoded | None]:
    blocks = [Block(PACKS.compress(stream, asbytes=True), len(stream)) for stream in streams]
    return knowing(*(seen or streams)).decode_alike(blocks)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_as_each_is_by_itself(kind: Kind) -> None:
    streams = streams_of(kind, MOST + FEWEST + 3)
    for stream, found in zip(streams, together(streams), strict=True):
        assert found is not None
        assert facts(found) == facts(by_arrow(stream))


def test_several_kinds_of_several_lengths() -> None:
    streams = [each for kind in KINDS for each in streams_of(kind, 12, ("a", "bb", "a/longer/path/"))]
    np.random.default_rng(0).shuffle(streams)
    count = 0
    for stream, found in zip(streams, together(streams), strict=True):
        count += found is not None
        assert found is None or facts(found) == facts(by_arrow(stream))
    assert count > len(streams) // 2


def test_few_and_large_ones_are_left() -> None:
    assert together(streams_of(Kind.FLOATS, FEWEST - 1)) == [None] * (FEWEST - 1)
    large = [chunk_of({Kind.FLOATS: [LARGEST // 4]}, frames=[i]) for i in range(FEWEST)]
    assert together(large) == [None] * FEWEST
    assert together([]) == []


def test_those_that_nobody_has_seen() -> None:
    streams = streams_of(Kind.FLOATS, FEWEST)
    for stream, found in zip(streams, together(streams, streams_of(Kind.COLORS, 1)[0]), strict=True):
        assert found is not None
        assert facts(found) == facts(by_arrow(stream))


def test_a_path_that_is_none_is_left() -> None:
    streams = streams_of(Kind.FLOATS, 8)
    bad = streams[3].replace(b"/a3", b"/\xff3")
    assert len(bad) == len(streams[3])
    found = together([*streams[:3], bad, *streams[4:]], *streams)
    assert [each is None for each in found] == [i == 3 for i in range(8)]


@pytest.mark.parametrize("place", [0, 3], ids=["the first", "another"])
@pytest.mark.parametrize("kind", [Kind.VECTORS2, Kind.STRINGS, Kind.FORMAT, Kind.STRIPS3, Kind.BLOB], ids=str)
def test_one_that_is_damaged(kind: Kind, place: int) -> None:
    """It is as Arrow reads it, or as it was where that is all that Arrow minds, or left; all others are as they are."""
    streams = streams_of(kind, 6)
    wanted = [facts(by_arrow(each)) for each in streams]
    random, start = np.random.default_rng(0), batch_at(streams[0])
    left = 0
    within_schema, within_batch = np.arange(8, start), np.arange(start, len(streams[0]))
    places = [np.arange(8), random.permutation(within_schema)[:40], random.permutation(within_batch)[:80]]
    for at in np.concatenate(places).tolist():
        damaged = put(streams[place], at, "B", streams[place][at] ^ 1 << int(random.integers(8)))
        found = together([*streams[:place], damaged, *streams[place + 1 :]], *streams)
        for number, (each, fact) in enumerate(zip(found, wanted, strict=True)):
            if number != place:
                assert each is not None
                assert facts(each) == fact
        each = found[place]
        left += each is None
        if each is not None:
            try:
                assert facts(each) == facts(by_arrow(damaged)), at
            except SourceError:
                assert facts(each) == wanted[place], at
    assert left > 0


def test_blocks_that_are_none() -> None:
    streams = streams_of(Kind.FLOATS, 8)
    blocks = [Block(PACKS.compress(stream, asbytes=True), len(stream)) for stream in streams]
    decoder = knowing(*streams)
    for packed in (b"", b"\xff" * 9, blocks[2].packed[:-5], bytes(blocks[3].packed) + b"\0\0"):
        found = decoder.decode_alike([*blocks[:4], Block(packed, blocks[0].size), *blocks[5:]])
        assert [each is None for each in found] == [i == 4 for i in range(8)]
    assert None not in decoder.decode_alike(blocks)


def test_a_recording_of_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's file of many small entities shows the same, and few of its chunks are decoded by themselves."""
    path, alone = tmp_path / "many.rrd", 0
    with rr.RecordingStream("many") as stream:
        stream.save(path)
        for frame in range(6):
            stream.set_time("frame", sequence=frame)
            for i in range(40):
                stream.log(f"p{i}", rr.Points2D([[i, frame], [i + 1, frame]], class_ids=i % 3, keypoint_ids=[0, 1]))

    decode = ChunkDecoder.decode

    def counted(decoder: ChunkDecoder, message: ArrowMsg) -> Decoded:
        nonlocal alone
        alone += 1
        return decode(decoder, message)

    def pictures() -> list[np.ndarray]:
        recording = bz.load(path)
        with bz.Offscreen(64, 48) as screen:
            return [screen.render(recording, at=("frame", frame)) for frame in (5, 4, 3, 2, 1, 0)]

    monkeypatch.setattr(ChunkDecoder, "decode", counted)
    together = pictures()
    few, alone = alone, 0
    monkeypatch.setattr(ChunkStore, "load_chunks", lambda _store, _refs: None)
    np.testing.assert_array_equal(pictures(), together)
    assert few < alone
