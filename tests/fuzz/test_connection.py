"""Damaged conversations: a connection takes what is whole, complains in one line, and is gone when its peer is."""

from __future__ import annotations

import contextlib
import functools
import socket
import threading

import rerun as rr
from hypothesis import given
from hypothesis import strategies as st

from blazon.ingest.errors import BlazonError, SourceError
from blazon.ingest.rerun import http2
from blazon.ingest.rerun.http2 import Connection, Status
from blazon.ingest.rerun.messages import parse_write_request
from tests.fuzz.damage import damaged, fuzz, never_hangs, requests
from tests.ingest.rerun.http2_client import DATA, HELLO, PADDED, WAIT_S, calling, frame, grpc, padded
from tests.ingest.rerun.rrd_bytes import log_a_bit


class Recorder:
    """A socket that keeps what was read from it."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self.data = bytearray()

    def recv_into(self, room: memoryview, size: int, flags: int) -> int:
        """Read, and keep that."""
        count = self._peer.recv_into(room, size, flags)
        self.data += room[:count]
        return count

    def __getattr__(self, name: str) -> object:
        return getattr(self._peer, name)


@functools.cache
def recorded() -> bytes:
    """What the SDK says to a server when a program logs a bit."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(WAIT_S)
        port = listener.getsockname()[1]
        stream = rr.RecordingStream("fuzz", recording_id="run")
        stream.connect_grpc(f"rerun+http://127.0.0.1:{port}/proxy")
        peer, _ = listener.accept()
        recorder = Recorder(peer)
        serving = threading.Thread(
            target=Connection(recorder, lambda _: Status.OK, lambda _: None).run,  # type: ignore[arg-type]
            daemon=True,
        )
        serving.start()
        log_a_bit(stream, frames=1)
        stream.flush()
        stream.disconnect()
        serving.join(WAIT_S)
        assert not serving.is_alive()
        peer.close()
    return bytes(recorder.data)


@functools.cache
def conversations() -> list[bytes]:
    """What is damaged: what the SDK says, and what others might."""
    ours = [HELLO + calling()]
    for number, request in enumerate(requests()[:12]):
        body = grpc(request)
        ours += [frame(DATA, PADDED, 1, padded(body, number))] if number % 3 else [frame(DATA, 0, 1, body)]
    several = HELLO + calling() + calling(3) + frame(DATA, 0, 3, grpc(b"a")) + frame(DATA, 1, 1, grpc(b"b"))
    return [recorded(), b"".join(ours), several, HELLO]


def talk(said: bytes) -> list[bytes]:
    """Say something to a connection and leave; the messages that it took."""
    ours, theirs = socket.socketpair()
    ours.settimeout(WAIT_S)
    taken: list[bytes] = []
    wrong: list[BaseException] = []

    def serve() -> None:
        connection = Connection(theirs, lambda _: Status.OK, lambda message: taken.append(bytes(message)))
        try:
            connection.run()
        except SourceError as error:
            if len(str(error).splitlines()) != 1:
                wrong.append(error)
        except BaseException as error:
            wrong.append(error)
        theirs.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with ours, contextlib.suppress(ConnectionError):
        ours.sendall(said)
        ours.shutdown(socket.SHUT_WR)
        while ours.recv(65536):
            pass
    thread.join(WAIT_S)
    assert not thread.is_alive()
    if wrong:
        raise wrong[0]
    return taken


def test_what_the_sdk_says_is_taken_whole() -> None:
    assert recorded().startswith(http2.PREFACE)
    taken = talk(recorded())
    assert len(taken) > 5
    assert {parse_write_request(memoryview(each))[0] for each in taken} == {1, 2}


@fuzz()
@given(st.data())
def test_damaged_conversations(data: st.DataObject) -> None:
    said = data.draw(damaged(conversations()))
    with never_hangs():
        for message in talk(said):
            with contextlib.suppress(BlazonError):
                parse_write_request(memoryview(message))


@fuzz()
@given(
    st.lists(
        st.builds(
            frame,
            st.integers(0, 12),
            st.integers(0, 255),
            st.sampled_from([0, 1, 1, 2, 3, 5, 2**31 - 1]),
            st.binary(max_size=60),
            length=st.none() | st.none() | st.integers(0, 2**24 - 1),
        ),
        max_size=12,
    )
)
def test_any_frames(frames: list[bytes]) -> None:
    with never_hangs():
        talk(HELLO + calling() + b"".join(frames))


@fuzz()
@given(st.binary(max_size=200))
def test_any_headers(block: bytes) -> None:
    with never_hangs():
        talk(HELLO + frame(1, 4, 1, block) + frame(1, 4, 3, block))


@fuzz()
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    with never_hangs():
        assert talk(data) == []
        talk(HELLO + data)
        talk(HELLO + calling() + data)
