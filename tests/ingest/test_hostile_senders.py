"""What no SDK sends, and somebody may: the sink, its memory and the other senders live on."""

from __future__ import annotations

import itertools
import struct
import time
from collections.abc import Iterator

import pyarrow as pa
import pytest

import blazon as bz
from blazon.ingest.live import Live
from blazon.ingest.notices import MOST_LETTERS, Notices
from tests.ingest.rerun.http2_client import Client, eventually
from tests.ingest.rerun.rrd_bytes import ipc, protobuf, store

numbers = itertools.count()


def request(stream: bytes, *, junk: bytes = b"", id: str = "run") -> bytes:
    message = {1: store(id), 2: 1, 3: len(stream), 4: 1, 5: stream}
    return protobuf({1: {2: protobuf({**message, 15: junk} if junk else message)}})


def radii(
    frame: int, *, row_id: tuple[int, int] = (1, 0), entity: bytes = b"/thing", name: str = "Points2D:radii"
) -> bytes:
    cells = pa.array([[float(frame)]], pa.list_(pa.float32()))
    return ipc({name: cells}, frames=[frame], row_ids=struct.pack(">QQ", *row_id), entity=entity)


def twice_timed(frame: int) -> bytes:
    """A chunk with two columns for one timeline."""
    ids = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), 1, [None, pa.py_buffer(struct.pack(">QQ", 1, frame))])
    times, cells = pa.array([frame], pa.int64()), pa.array([[1.0]], pa.list_(pa.float32()))
    about = {"rerun:kind": "index", "rerun:index_name": "frame"}
    fields = [
        pa.field("rerun.controls.RowId", pa.binary(16), metadata={"rerun:kind": "control"}),
        *[pa.field("frame", pa.int64(), metadata=about)] * 2,
        pa.field("r", cells.type, metadata={"rerun:kind": "data", "rerun:component": "Points2D:radii"}),
    ]
    schema = pa.schema(fields, metadata={b"rerun:entity_path": b"/twice"})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch([ids, times, times, cells], schema=schema))
    return bytes(sink.getvalue())


@pytest.fixture
def live() -> Iterator[Live]:
    with bz.serve(port=0, memory_bytes=1 << 20) as live:
        yield live


def send(live: Live, *requests: bytes) -> Client:
    client = Client.connect(live.port)
    client.call()
    for each in requests:
        client.send(each)
    return client


def lives_on(live: Live) -> None:
    """Another sender's chunk arrives."""
    witness = f"witness {next(numbers)}"
    with send(live, request(radii(7), id=witness)).socket:
        eventually(lambda: any(each.recording_id == witness and each.entities() for each in live.recordings))


def test_row_ids_of_any_time(live: Live) -> None:
    with send(live, *(request(radii(1, row_id=(high, 1))) for high in (0, 2**63, 2**64 - 1))).socket:
        lives_on(live)
        eventually(lambda: live.stats().rows == 4)
    live.mark_drawn(live.take_undrawn())
    assert not live.stats().troubles


def test_two_columns_of_one_timeline(live: Live) -> None:
    with send(live, *(request(twice_timed(frame)) for frame in range(200))).socket:
        eventually(lambda: live.rows == 200)
        lives_on(live)
    assert not live.stats().troubles


def test_components_of_another_type_alone_and_little_memory(live: Live) -> None:
    other = [ipc({"Points2D:radii": pa.array([["x"]])}, frames=[frame], entity=b"/other") for frame in range(50)]
    large = [radii(frame, row_id=(frame, 0), entity=b"/" + b"e" * 100, name="of:nobody") for frame in range(3000)]
    with send(live, *map(request, [*other, *large, *other])).socket:
        eventually(lambda: live.rows == len(large))
        lives_on(live)
    assert live.stats().forgotten
    assert not live.stats().troubles
    noticed = [each.what for recording in live.recordings for each in recording.notices.list()]
    assert any("has type" in each for each in noticed)


def test_what_a_message_holds_beside_its_payload_is_not_kept(live: Live) -> None:
    with send(live, request(radii(1), junk=bytes(1 << 20))).socket:
        eventually(lambda: live.rows == 1)
        lives_on(live)
    assert live.stats().memory_bytes < 20_000


def test_paths_that_are_too_long_are_refused(live: Live) -> None:
    with send(live, request(radii(1, entity=b"/" + b"e" * 5000))).socket:
        eventually(lambda: any("4096 at most" in each for each in live.stats().troubles))
        lives_on(live)


def test_an_error_of_ours_costs_one_senders_chunks_and_is_told(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("ours")

    with send(live, request(radii(1))).socket:
        eventually(lambda: live.rows == 1)
        monkeypatch.setattr(live.recordings[0], "insert", fail)
    with send(live, request(radii(2))).socket:
        eventually(lambda: live.stats().troubles)
    monkeypatch.undo()
    lives_on(live)
    assert "were skipped: KeyError" in next(iter(live.stats().troubles))


def test_what_is_said_of_troubles_has_an_end() -> None:
    notices = Notices()
    notices.add(None, "x" * 1_000_000)
    assert len(notices.list()[0].what) == MOST_LETTERS + 1


def test_nobody_who_does_not_read_holds_up_the_end() -> None:
    """Pings that are answered, and answers that nobody reads: three such peers end within one deadline."""
    live = bz.serve(port=0)
    ping = struct.pack(">I", 8)[1:] + bytes((6, 0)) + bytes(4) + bytes(8)
    clients = [send(live) for _ in range(3)]
    for each in clients:
        each.socket.setblocking(False)
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            try:
                each.socket.send(ping * 500)
            except BlockingIOError:
                time.sleep(0.02)
            except OSError:
                break
    live.stop()
    assert live.stats().senders == 0
    for each in clients:
        each.socket.close()


def test_recordings_that_are_announced_have_an_end(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blazon.ingest.live.MOST_RECORDINGS", 3)
    with send(live, *(protobuf({1: {1: {2: {2: store(f"run {i}")}}}}) for i in range(10))).socket:
        eventually(lambda: live.stats().troubles)
    assert len(live.recordings) == 3


@pytest.mark.parametrize(
    ("given", "error", "complaint"),
    [
        ({"port": "9876"}, bz.DtypeError, "port is '9876', a str"),
        ({"port": -1}, bz.ArgumentError, "port is -1"),
        ({"memory_bytes": "4GB"}, bz.DtypeError, "memory_bytes is '4GB'"),
        ({"queue_bytes": 0}, bz.ArgumentError, "queue_bytes is 0"),
        ({"token": ""}, bz.ArgumentError, "token is empty"),
        ({"tls": "cert.pem"}, bz.DtypeError, "tls is 'cert.pem'"),
    ],
)
def test_serve_says_what_is_wrong(given: dict[str, object], error: type[Exception], complaint: str) -> None:
    with pytest.raises(error, match=complaint):
        bz.serve(**{"port": 0, **given})  # type: ignore[arg-type]
