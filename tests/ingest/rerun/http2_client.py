"""A sender made by hand: HTTP/2 over a plain socket, which can also do what no honest sender does.

Every wait ends after `WAIT_S`.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time as clock
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Self

from hpack import Decoder, Encoder

from blazon.ingest.rerun.http2 import PREFACE
from blazon.ingest.rerun.server import Server

WAIT_S = 20.0
WRITE = "/rerun.sdk_comms.v1alpha1.MessageProxyService/WriteMessages"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED = 1, 1, 4, 8
SETTINGS_INITIAL_WINDOW, SETTINGS_MAX_FRAME = 4, 5
Frame = tuple[int, int, int, bytes]  # kind, flags, stream, body


def frame(kind: int, flags: int, stream: int, body: bytes = b"", *, length: int | None = None) -> bytes:
    """The bytes of a frame. length : what it claims, if that is not true."""
    size = len(body) if length is None else length
    return struct.pack(">I", size)[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + body


def grpc(message: bytes) -> bytes:
    """A message with its prefix."""
    return b"\0" + struct.pack(">I", len(message)) + message


def padded(body: bytes, padding: int) -> bytes:
    """The body of a frame with the flag PADDED."""
    return bytes([padding]) + body + bytes(padding)


def headers_of(path: str = WRITE, **more: str) -> list[tuple[str, str]]:
    """What the SDK says when it calls; `more` replaces and adds."""
    said = {
        ":method": "POST",
        ":scheme": "http",
        ":authority": "127.0.0.1",
        ":path": path,
        "te": "trailers",
        "content-type": "application/grpc",
    }
    return list({**said, **{name.replace("_", "-"): value for name, value in more.items()}}.items())


HELLO = PREFACE + frame(SETTINGS, 0, 0, struct.pack(">HI", 2, 0))


def calling(stream: int = 1, path: str = WRITE, **more: str) -> bytes:
    """A frame of headers that begins a call, by an encoder of its own."""
    return frame(HEADERS, END_HEADERS, stream, Encoder().encode(headers_of(path, **more)))


def eventually(is_so: Callable[[], Any]) -> None:
    """Wait until something is so; fail where it never is."""
    until = clock.monotonic() + WAIT_S
    while not is_so():
        assert clock.monotonic() < until, "it never was so"
        clock.sleep(0.002)


class Client:
    """A sender that keeps to the windows that it is given."""

    def __init__(self, peer: socket.socket) -> None:
        peer.settimeout(WAIT_S)
        self.socket = peer
        self.frames: list[Frame] = []  # all that came
        self._encoder, self._decoder = Encoder(), Decoder()
        self._windows = {0: 65535}
        self._initial_window, self._most_frame = 65535, 16384

    @classmethod
    def connect(cls, port: int) -> Self:
        """A sender that has said hello."""
        client = cls(socket.create_connection(("127.0.0.1", port), WAIT_S))
        client.socket.sendall(HELLO)
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def call(self, stream: int = 1, path: str = WRITE, *, flags: int = 0, **more: str) -> None:
        """Begin a call."""
        self._windows[stream] = self._initial_window
        self.socket.sendall(frame(HEADERS, END_HEADERS | flags, stream, self._encoder.encode(headers_of(path, **more))))

    def send(self, *messages: bytes, stream: int = 1) -> None:
        """Send messages; wait for credit where there is none."""
        for message in messages:
            rest = memoryview(grpc(message))
            while rest:
                room = min(self._windows[0], self._windows[stream], self._most_frame, len(rest))
                if room <= 0:
                    self.read()
                    continue
                self.socket.sendall(frame(DATA, 0, stream, b"", length=room))
                self.socket.sendall(rest[:room])
                rest = rest[room:]
                self._windows[0] -= room
                self._windows[stream] -= room

    def end(self, stream: int = 1) -> str:
        """End a call; answers its grpc-status."""
        self.socket.sendall(frame(DATA, END_STREAM, stream))
        return self.status(stream)

    def status(self, stream: int = 1) -> str:
        """The grpc-status that a call is answered with."""
        said: dict[str, str] = {}
        for _, flags, _, body in self.until(HEADERS, stream):
            said.update(self._decoder.decode(body))
            if flags & END_STREAM:
                break
        return said["grpc-status"]

    def until(self, kind: int, stream: int = 0) -> Iterator[Frame]:
        """Yield the frames of a kind as they come; raises `EOFError` after the last."""
        while True:
            each = self.read()
            if (each[0], each[2]) == (kind, stream):
                yield each

    def read(self) -> Frame:
        """The next frame that comes; raises `EOFError` after the last."""
        head = self._read(9)
        each = head[3], head[4], int.from_bytes(head[5:9], "big"), self._read(int.from_bytes(head[:3], "big"))
        kind, flags, stream, body = each
        if kind == WINDOW_UPDATE:
            self._windows[stream] = self._windows.get(stream, self._initial_window) + int.from_bytes(body, "big")
        elif kind == SETTINGS and not flags & ACK:
            self._take_settings(dict(struct.iter_unpack(">HI", body)))
        self.frames.append(each)
        return each

    def ends(self) -> list[int]:
        """Read until the other side leaves; answers the kinds of the frames that came."""
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                self.read()
        return [each[0] for each in self.frames]

    def _take_settings(self, settings: Mapping[int, int]) -> None:
        more = settings.get(SETTINGS_INITIAL_WINDOW, self._initial_window) - self._initial_window
        self._initial_window += more
        for stream in self._windows.keys() - {0}:
            self._windows[stream] += more
        self._most_frame = settings.get(SETTINGS_MAX_FRAME, self._most_frame)
        self.socket.sendall(frame(SETTINGS, ACK, 0))

    def _read(self, count: int) -> bytes:
        parts = b""
        while len(parts) < count:
            part = self.socket.recv(count - len(parts))
            if not part:
                raise EOFError
            parts += part
        return parts


class Sink:
    """A server, and all that it was sent and told. refuse : is asked before a message counts, and may raise or wait."""

    def __init__(self, refuse: Callable[[bytes], None] = lambda _: None, **options: Any) -> None:
        self.messages: list[bytes] = []
        self.troubles: list[str] = []
        self._refuse = refuse
        self.server = Server(self._take, self.troubles.append, port=0, **options)

    def _take(self, message: memoryview) -> None:
        self._refuse(bytes(message[:16]))
        self.messages.append(bytes(message))

    def connect(self) -> Client:
        """A sender that has said hello."""
        return Client.connect(self.server.port)

    def has(self, messages: Iterable[bytes]) -> None:
        """Wait until exactly these have come, in this order."""
        expected = list(messages)
        eventually(lambda: len(self.messages) >= len(expected) or self.troubles)
        assert self.messages == expected


def in_background(work: Callable[[], None]) -> threading.Thread:
    """A thread that does some work; join it with `WAIT_S`."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
