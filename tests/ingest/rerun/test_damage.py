"""Files whose bytes are wrong: never anything but errors of blazon's own and notices, never a huge allocation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pytest

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import BlazonError
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.ingest.rerun.messages import parse_arrow_msg
from blazon.ingest.rerun.payload import uncompressed
from tests.ingest.rerun.rrd_bytes import HEADER, arrow_msg, contents, ipc, manifest, messages, split_footer, with_footer

Loader = Callable[..., Recording]
THING = EntityPath(("thing",))
MIB = 2**20


@pytest.fixture
def pool() -> Iterator[pa.MemoryPool]:
    """Counts what pyarrow allocates meanwhile."""
    before = pa.default_memory_pool()
    counting = pa.proxy_memory_pool(before)
    pa.set_memory_pool(counting)
    yield counting
    pa.set_memory_pool(before)


def flipped(data: bytes, random: np.random.Generator, start: int = 0) -> bytes:
    """`data` with one to four of its bytes, from `start` on, set to something else."""
    out = bytearray(data)
    for at in random.integers(start, len(data), random.integers(1, 5)).tolist():
        out[at] ^= int(random.integers(1, 256))
    return bytes(out)


def read_all(load_bytes: Loader, data: bytes) -> Recording | None:
    """The recording in `data`, after all of it was read; None where blazon refuses it."""
    try:
        recording = load_bytes(data)
        contents(recording)
    except BlazonError as error:
        lines = str(error).splitlines()
    else:
        lines = [""]
    assert len(lines) == 1
    if lines != [""]:
        return None
    assert all("\n" not in each.what for each in recording.notices.list())
    return recording


@pytest.mark.parametrize("has_footer", [True, False])
def test_flipped_bytes_of_a_file(
    a_bit: bytes, a_bit_without_footer: bytes, load_bytes: Loader, pool: pa.MemoryPool, has_footer: bool
) -> None:
    random = np.random.default_rng(3)
    data = a_bit if has_footer else a_bit_without_footer
    read = [read_all(load_bytes, flipped(data, random)) for _ in range(150)]
    assert sum(each is not None for each in read) > 100
    assert sum(bool(each and each.notices.list()) for each in read) > 20
    assert pool.max_memory() < 16 * MIB


def test_flipped_bytes_of_arrow_data(a_bit: bytes, load_bytes: Loader, pool: pa.MemoryPool) -> None:
    """LZ4 notices most damage; here the Arrow stream itself is damaged, one chunk at a time."""
    random = np.random.default_rng(4)
    plain = []
    for kind, start, stop in messages(a_bit):
        if kind == 2:
            message = parse_arrow_msg(memoryview(a_bit)[start + 16 : stop])
            plain.append(bytes(uncompressed(message.payload, message.compression, message.uncompressed_size)))
    read = [
        read_all(load_bytes, with_footer(HEADER + arrow_msg(flipped(stream, random)), b""))
        for stream in plain
        for _ in range(40)
    ]
    assert len(read) > 300
    assert sum(bool(each and not each.notices.list()) for each in read) > 50
    assert sum(bool(each and each.notices.list()) for each in read) > 50
    assert pool.max_memory() < 64 * MIB


def test_flipped_bytes_of_a_manifest_whose_checksum_is_right(a_bit: bytes, load_bytes: Loader) -> None:
    random = np.random.default_rng(5)
    stream, footer = split_footer(a_bit)
    assert with_footer(stream, footer) == a_bit
    read = [read_all(load_bytes, with_footer(stream, flipped(footer, random))) for _ in range(150)]
    assert sum(bool(each and each.notices.list()) for each in read) > 10


@pytest.mark.parametrize("size", [2**60, 2**40, 10_000_000])
def test_a_payload_that_claims_too_much_is_never_allocated(load_bytes: Loader, pool: pa.MemoryPool, size: int) -> None:
    codec = pa.Codec("lz4_raw")
    plain = ipc({"Points2D:labels": pa.array([["x"]])})
    data = HEADER + arrow_msg(codec.compress(plain, asbytes=True), size=size, compression=2)
    recording = load_bytes(with_footer(data, b""))
    assert recording.entities() == []
    assert f"claims to hold {size}" in recording.notices.list()[0].what
    assert pool.max_memory() < MIB


@pytest.mark.parametrize(("by", "complaint"), [(1, "and holds"), (500, "and holds"), (-1, "is no LZ4")])
def test_a_payload_of_another_size_than_it_says_is_skipped(load_bytes: Loader, by: int, complaint: str) -> None:
    plain = ipc({"Points2D:labels": pa.array([["x"]])})
    compressed = pa.Codec("lz4_raw").compress(plain, asbytes=True)
    assert load_bytes(HEADER + arrow_msg(compressed, size=len(plain), compression=2)).entities() == [THING]
    recording = load_bytes(with_footer(HEADER + arrow_msg(compressed, size=len(plain) + by, compression=2), b""))
    assert recording.entities() == []
    assert complaint in recording.notices.list()[0].what


LISTS = pa.list_(pa.float32())


def corrupt_offsets() -> bytes:
    """A chunk with an offset of ten million."""
    good = ipc({"Points2D:radii": pa.array([[1.0], [2.0]], LISTS)}, frames=[0, 1])
    at = good.index(np.array([0, 1, 2], np.int32).tobytes())
    return good[:at] + np.array([0, 1, 10_000_000], np.int32).tobytes() + good[at + 12 :]


def without_a_batch() -> bytes:
    sink = pa.BufferOutputStream()
    pa.ipc.new_stream(sink, pa.schema([])).close()
    return bytes(sink.getvalue())


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        (arrow_msg(b"no arrow"), "a chunk can't be decoded"),
        (arrow_msg(b""), "a chunk can't be decoded"),
        (arrow_msg(ipc({"Points2D:radii": pa.array([[1.0]])})[:-200]), "a chunk can't be decoded"),
        (arrow_msg(corrupt_offsets()), "a chunk can't be decoded"),
        (arrow_msg(ipc({"Points2D:radii": pa.array([[1.0]])}), compression=9), "has compression 9"),
        (arrow_msg(ipc({"Points2D:radii": pa.array([[1.0]])}, entity=None)), "doesn't say of which entity"),
        (arrow_msg(ipc({"a": pa.array([[1.0]])}, frames=pa.array([None], pa.int64()))), "without a time on 'frame'"),
        (arrow_msg(ipc({"a": pa.array([[1.0]])}, frames=pa.array([1.5]))), "timeline 'frame' has type double"),
        (arrow_msg(without_a_batch()), "StopIteration"),
    ],
)  # fmt: skip
def test_a_chunk_that_cannot_be_decoded_is_skipped_and_the_next_is_read(
    load_bytes: Loader, message: bytes, complaint: str
) -> None:
    good = arrow_msg(ipc({"Points2D:labels": pa.array([["fine"]])}))
    recording = load_bytes(with_footer(HEADER + message + good, b""))
    (notice,) = recording.notices.list()
    assert notice.what.startswith("a chunk was skipped: ")
    assert complaint in notice.what
    assert recording.entities() == [THING]


def test_the_same_trouble_is_counted(load_bytes: Loader) -> None:
    recording = load_bytes(HEADER + arrow_msg(b"no arrow") * 3)
    assert [each.count for each in recording.notices.list() if "skipped" in each.what] == [3]


def test_a_chunk_without_rows_is_nothing(load_bytes: Loader) -> None:
    empty = ipc({"Points2D:radii": pa.array([], LISTS)}, frames=[], rows=0)
    recording = load_bytes(with_footer(HEADER + arrow_msg(empty), b""))
    assert recording.entities() == []
    assert recording.timelines() == []
    assert recording.notices.list() == []


# --- manifests that lie


CHUNK = arrow_msg(ipc({"Points2D:labels": pa.array([["fine"]])}))
LABELS = "Points2D:labels"


def uints(*values: int) -> pa.Array:
    return pa.array(values, pa.uint64())


def test_an_honest_manifest_is_used(load_bytes: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blazon.ingest.rerun.rrd.walk", None)
    recording = load_bytes(with_footer(HEADER + CHUNK, manifest(len(CHUNK))))
    assert recording.components(THING) == {LABELS: 1}
    cell = recording.latest(THING, LABELS, At(None))
    assert cell is not None
    assert cell.value == ["fine"]
    assert recording.notices.list() == []


@pytest.mark.parametrize(
    "lie",
    [
        {"chunk_byte_offset": uints(2**63)},
        {"chunk_byte_offset": uints(2**64 - 1)},
        {"chunk_byte_offset": uints(10_000)},
        {"chunk_byte_size": uints(2**64 - 1)},
        {"chunk_byte_size": uints(10_000)},
        {"chunk_num_rows": uints(2**63)},
        {"chunk_num_rows": pa.array(["many"])},
        {"chunk_entity_path": pa.array([None], pa.string())},
        {"chunk_is_static": pa.array([None], pa.bool_())},
        {"chunk_is_static": pa.array([False])},
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_true_means_that_the_file_is_read_through(
    load_bytes: Loader, lie: dict[str, pa.Array]
) -> None:
    recording = load_bytes(with_footer(HEADER + CHUNK, manifest(len(CHUNK), **lie)))
    cell = recording.latest(THING, LABELS, At(None))
    assert cell is not None
    assert cell.value == ["fine"]
    (notice,) = recording.notices.list()
    assert "manifest" in notice.what
    assert notice.what.endswith("the file was read through instead")


@pytest.mark.parametrize(
    "lie",
    [
        {"chunk_byte_offset": uints(len(HEADER))},
        {"chunk_byte_size": uints(20)},
        {"chunk_entity_path": pa.array(["/another"])},
    ],
)  # fmt: skip
def test_a_chunk_that_is_not_where_the_manifest_says_is_skipped(load_bytes: Loader, lie: dict[str, pa.Array]) -> None:
    recording = load_bytes(with_footer(HEADER + CHUNK, manifest(len(CHUNK), **lie)))
    (entity,) = recording.entities()
    assert recording.latest(entity, LABELS, At(None)) is None
    (notice,) = recording.notices.list()
    assert (notice.entity, notice.what[:21]) == (entity, "a chunk was skipped: ")


def test_a_chunk_that_is_static_against_its_manifest_is_skipped(load_bytes: Loader) -> None:
    temporal = arrow_msg(ipc({LABELS: pa.array([["fine"]])}, frames=[3]))
    recording = load_bytes(with_footer(HEADER + temporal, manifest(len(temporal))))
    assert recording.latest(THING, LABELS, At(None)) is None
    assert "another chunk" in recording.notices.list()[0].what
