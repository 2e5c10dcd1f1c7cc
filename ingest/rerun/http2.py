"""One connection of HTTP/2, as far as gRPC's streams of messages to a server need it; see docs/decisions/0005-live.md.

Bytes go from the socket straight into the memory of a message. Every length that a peer claims has a limit, memory is
taken as bytes arrive and not as they are announced, and whoever stops in the middle of something is cut off after a
while. Sources: RFC 9113, RFC 7541, and gRPC over HTTP/2 (grpc/doc/PROTOCOL-HTTP2.md).
"""

from __future__ import annotations

import contextlib
import enum
import os
import socket
import ssl
import struct
import time as clock
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.errors import SourceError

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
WINDOW = 32 << 20  # bytes that a peer may send ahead
MOST_FRAME = (1 << 24) - 1  # the most that HTTP/2 allows: fewer, larger frames are what makes it fast
MOST_HEADERS = 1 << 14  # bytes of a block, continuations included
MOST_STREAMS = 16  # at once
MOST_MESSAGE = 1 << 30  # bytes; the SDK never splits what was logged at once
MOST_CONTROL_FRAMES = 10_000  # that bring nothing, between two messages and within FLOOD_S
FLOOD_S = 60.0
STAGE = 1 << 18  # bytes that are read ahead
DIRECT = 1 << 16  # from so many bytes on they are read where they belong
MOST_KEPT = 1 << 26  # bytes that are used again for the next message: new memory is dear
MAY_BE_KEPT = 1 << 16  # from so many bytes on a message has memory of its own, which whoever receives it may keep
FIRST_ROOM = 1 << 22  # bytes that are taken for a message before any of them is there
STALLED_S = 60.0  # in the middle of a frame or a message
GREETING_S = 10.0  # from connecting to the first call, however many bytes come meanwhile
NOT_HTTP2 = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"


class Frame(enum.IntEnum):
    """The types of frames."""

    DATA = 0
    HEADERS = 1
    PRIORITY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PUSH_PROMISE = 5
    PING = 6
    GOAWAY = 7
    WINDOW_UPDATE = 8
    CONTINUATION = 9


class Status(enum.IntEnum):
    """What gRPC calls end with."""

    OK = 0
    UNIMPLEMENTED = 12
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


END_STREAM, ACK, END_HEADERS, PADDED, PRIORITY = 1, 1, 4, 8, 0x20
PROTOCOL_ERROR, NO_ERROR, FRAME_SIZE_ERROR, REFUSED_STREAM = 1, 0, 6, 7
Headers = Mapping[str, str]


class _GoneError(Exception):
    """The peer has gone."""


@dataclass(slots=True, eq=False)
class _Call:
    """A call that sends messages. need : the bytes of the one that is coming, −1 before that is known."""

    need: int = -1
    at: int = 0
    room: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    prefix: bytearray = field(default_factory=bytearray)
    credit: int = 0  # bytes that it may be told to send again


class Connection:
    """Serves one peer until it leaves.

    answer : the status of a call, from its headers: messages of calls that are `OK` are taken. receive : takes the
    bytes of a message, which are good until it returns, or for good if it says that it keeps them; it may wait, and the
    peer is held back meanwhile.
    """

    def __init__(
        self, peer: socket.socket, answer: Callable[[Headers], Status], receive: Callable[[memoryview], bool]
    ) -> None:
        from hpack import Decoder

        self._peer, self._answer, self._receive = peer, answer, receive
        self._stage = memoryview(bytearray(STAGE))
        self._from = self._until = 0  # what of it is read ahead
        self._decoder = Decoder(max_header_list_size=MOST_HEADERS)
        self._calls: dict[int, _Call] = {}
        self._credit = 0
        self._control_frames, self._counted_from = 0, clock.monotonic()
        self._greeted_by = clock.monotonic() + GREETING_S
        self._is_greeted = self._has_called = self._is_closing = False
        self._whole = 0  # what has a read wait until all is there
        self.received_bytes = 0

    def run(self) -> None:
        """Serve. Raises `SourceError` for a peer that breaks the protocol, stalls, or leaves inside a message."""
        try:
            self._greet()
            while True:
                self._frame()
        except (TimeoutError, BlockingIOError):
            if not self._has_called:
                raise SourceError(_NO_CALL.format(GREETING_S)) from None
            raise SourceError(f"it stood still for {STALLED_S:g} s in the middle of a message") from None
        except SourceError:
            with contextlib.suppress(OSError):  # who was not greeted speaks something else
                if self._is_greeted:
                    self._send(Frame.GOAWAY, 0, 0, struct.pack(">II", 0, PROTOCOL_ERROR))
            raise
        except (_GoneError, OSError):  # it closed, or was reset, or is no longer listened to
            if self._is_closing:
                self._say_goodbye()
            elif self._is_inside_message:
                raise SourceError("it left in the middle of a message, which is lost") from None

    @property
    def _is_inside_message(self) -> bool:
        return any(call.need >= 0 or call.prefix for call in self._calls.values())

    def close(self) -> None:
        """Listen no longer, from any thread; its own then tells the peer, and ends."""
        self._is_closing = True
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._peer, socket.SHUT_RD)  # an SSL socket's own would end the encryption

    def cut(self) -> None:
        """Leave at once, from any thread, whatever is being said."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._peer, socket.SHUT_RDWR)

    def _say_goodbye(self) -> None:
        """End all calls, so that a program says why it is no longer heard."""
        with contextlib.suppress(OSError):
            self._peer.settimeout(GREETING_S)
            for stream in self._calls:
                trailer = _trailer(Status.UNAVAILABLE, b"blazon has stopped; call rr.connect_grpc() when it is back")
                self._send(Frame.HEADERS, END_HEADERS | END_STREAM, stream, trailer)
            socket.socket.shutdown(self._peer, socket.SHUT_WR)

    def _greet(self) -> None:
        self._peer.settimeout(GREETING_S)
        try:
            if bytes(self._take(3)) != PREFACE[:3] or bytes(self._take(len(PREFACE) - 3)) != PREFACE[3:]:
                self._refuse_other_protocol()
        except TimeoutError:
            raise SourceError(f"it said nothing for {GREETING_S:g} s") from None
        settings = struct.pack(">HIHIHIHI", 3, MOST_STREAMS, 4, WINDOW, 5, MOST_FRAME, 6, MOST_HEADERS)
        self._send(Frame.SETTINGS, 0, 0, settings)
        self._send(Frame.WINDOW_UPDATE, 0, 0, struct.pack(">I", WINDOW - 65535))
        self._is_greeted = True

    def _refuse_other_protocol(self) -> None:
        with contextlib.suppress(OSError):
            self._peer.sendall(NOT_HTTP2 + b"blazon listens here for rerun-sdk: rr.connect_grpc()\n")
        raise SourceError("it does not speak HTTP/2; expected a program that calls rr.connect_grpc()")

    def _frame(self) -> None:
        """Take the next frame, and do what it asks for."""
        head = self._next_head()
        length, kind, flags = head[0] << 16 | head[1] << 8 | head[2], head[3], head[4]
        stream = int.from_bytes(head[5:9], "big") & 0x7FFFFFFF
        if kind == Frame.DATA:
            self._data(length, flags, stream)
            return
        self._count_frame()
        if length > MOST_HEADERS:
            raise SourceError(f"a frame of type {kind} has {length} bytes; expected {MOST_HEADERS} at most")
        body = bytes(self._take(length))
        if kind == Frame.HEADERS:
            self._headers(body, flags, stream)
        elif kind == Frame.CONTINUATION:
            raise SourceError("a block of headers goes on that had not begun")
        elif kind == Frame.SETTINGS and not flags & ACK:
            self._send(Frame.SETTINGS, ACK, 0)
        elif kind == Frame.PING and not flags & ACK:
            if length != 8:
                raise SourceError(f"a ping has {length} bytes; expected 8")
            self._send(Frame.PING, ACK, 0, body)
        elif kind == Frame.RST_STREAM:
            call = self._calls.pop(stream, None)
            if call is not None and (call.need >= 0 or call.prefix):
                raise SourceError("a call was cancelled in the middle of a message, which is lost")

    def _count_frame(self) -> None:
        """Count a frame that brings nothing, so that floods of them end."""
        now = clock.monotonic()
        if now > self._counted_from + FLOOD_S:
            self._control_frames, self._counted_from = 0, now
        self._control_frames += 1
        if self._control_frames > MOST_CONTROL_FRAMES:
            raise SourceError(f"it sent over {MOST_CONTROL_FRAMES} frames without a message")

    def _next_head(self) -> bytes:
        """The head of the next frame. A peer that has called may be silent between messages for as long as it likes."""
        while self._until - self._from < 9:
            try:
                self._fill()
            except TimeoutError:
                if not self._has_called or self._until > self._from or self._is_inside_message:
                    raise
                if not self._calls:  # it is done, and forgot to leave
                    raise _GoneError from None
        return bytes(self._take(9))

    def _headers(self, block: bytes, flags: int, stream: int) -> None:
        from hpack import HPACKError

        if flags & PADDED:
            if not block or block[0] >= len(block):
                raise SourceError("a frame of headers has more padding than bytes")
            block = block[1 : len(block) - block[0]]
        if flags & PRIORITY:
            block = block[5:]
        whole = bytearray(block)
        while not flags & END_HEADERS:
            head = bytes(self._take(9))
            length, flags = head[0] << 16 | head[1] << 8 | head[2], flags | head[4] & END_HEADERS
            is_next = head[3] == Frame.CONTINUATION and int.from_bytes(head[5:9], "big") & 0x7FFFFFFF == stream
            if not is_next or length == 0 or len(whole) + length > MOST_HEADERS:
                raise SourceError(f"a block of headers is not continued, or has over {MOST_HEADERS} bytes")
            whole += self._take(length)
        try:
            headers = dict(self._decoder.decode(bytes(whole)))
        except HPACKError as error:
            raise SourceError(f"its headers can't be decoded: {type(error).__name__}") from None
        if stream in self._calls:  # trailers
            self._end(stream, flags)
            return
        if stream % 2 == 0 or len(self._calls) >= MOST_STREAMS:
            self._send(Frame.RST_STREAM, 0, stream, struct.pack(">I", REFUSED_STREAM))
            return
        self._begin({str(name): str(value) for name, value in headers.items()}, flags, stream)

    def _begin(self, headers: Headers, flags: int, stream: int) -> None:
        status = self._answer(headers)
        if status is not Status.OK:
            self._send(Frame.HEADERS, END_HEADERS | END_STREAM, stream, _HEAD + _trailer(status))
            return
        self._has_called = True
        self._settle()
        self._calls[stream] = _Call()
        self._send(Frame.HEADERS, END_HEADERS, stream, _HEAD)
        self._end(stream, flags)

    def _settle(self) -> None:
        """From the first call on, have the system wait for whole messages, and mind the time itself.

        With Python's own timeouts the interpreter's lock is waited for several times for each portion of bytes.
        """
        if isinstance(self._peer, ssl.SSLSocket) or os.name != "posix":
            self._peer.settimeout(STALLED_S)
            return
        self._peer.settimeout(None)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            self._peer.setsockopt(
                socket.SOL_SOCKET, option, struct.pack("@ll", int(STALLED_S), int(STALLED_S % 1 * 1e6))
            )
        self._whole = socket.MSG_WAITALL

    def _end(self, stream: int, flags: int) -> None:
        """Answer a call whose peer has no more to say."""
        if not flags & END_STREAM:
            return
        call = self._calls.pop(stream)
        if call.need >= 0 or call.prefix:
            raise SourceError("a call ended in the middle of a message, which is lost")
        self._send(Frame.DATA, 0, stream, bytes(5))  # an empty message
        self._send(Frame.HEADERS, END_HEADERS | END_STREAM, stream, _trailer(Status.OK))

    def _data(self, length: int, flags: int, stream: int) -> None:
        padding, left = 0, length
        if flags & PADDED:
            padding = self._take(1)[0] if length else 0
            left -= 1 + padding
            if left < 0:
                raise SourceError("a frame of data has more padding than bytes")
        call = self._calls.get(stream)
        if call is None or not left:
            self._count_frame()
        while left:
            left -= self._into_message(call, left) if call is not None else self._skip(left)
        while padding:
            padding -= self._skip(padding)
        self._give_credit(length, call)
        if call is not None:
            self._end(stream, flags)

    def _into_message(self, call: _Call, most: int) -> int:
        """Put up to `most` bytes into a call's message; pass it on once it is whole. Answers how many bytes."""
        if call.need < 0:
            taken = min(5 - len(call.prefix), most)
            call.prefix += self._take(taken)
            if len(call.prefix) == 5:
                self._begin_message(call)
            return taken
        end = min(call.need, call.at + most)
        if end > len(call.room):
            end = min(end, max(2 * len(call.room), FIRST_ROOM))
            room = np.empty(min(call.need, max(2 * len(call.room), FIRST_ROOM)), np.uint8)
            room[: call.at] = call.room[: call.at]
            call.room = room
        taken = end - call.at
        self._take_into(call.room.data[call.at : end])
        call.at = end
        if call.at == call.need:
            self._finish_message(call)
        return taken

    def _begin_message(self, call: _Call) -> None:
        is_compressed, size = call.prefix[0], int.from_bytes(call.prefix[1:], "big")
        call.prefix.clear()
        if is_compressed:
            raise SourceError("a message is compressed by gRPC, which was not agreed upon")
        if size > MOST_MESSAGE:
            raise SourceError(f"a message has {size} bytes; expected {MOST_MESSAGE} at most")
        call.need, call.at = size, 0
        first = min(size, FIRST_ROOM)
        if len(call.room) < first or (size >= MAY_BE_KEPT and 4 * len(call.room) > 5 * size):
            call.room = np.empty(first, np.uint8)
        if size == 0:
            self._finish_message(call)

    def _finish_message(self, call: _Call) -> None:
        size, call.need = call.need, -1
        self._control_frames = 0
        if self._receive(call.room.data[:size]) or len(call.room) > MOST_KEPT:
            call.room = np.empty(0, np.uint8)

    def _give_credit(self, length: int, call: _Call | None) -> None:
        """Tell the peer that it may send more, in large portions, once what it sent is done with."""
        self._credit += length
        if call is not None:
            call.credit += length
        if self._credit < WINDOW >> 2:
            return
        self._send(Frame.WINDOW_UPDATE, 0, 0, struct.pack(">I", self._credit))
        self._credit = 0
        for stream, each in self._calls.items():
            if each.credit:
                self._send(Frame.WINDOW_UPDATE, 0, stream, struct.pack(">I", each.credit))
                each.credit = 0

    def _fill(self) -> None:
        """Read ahead, at least a byte."""
        if self._from == self._until:
            self._from = self._until = 0
        elif self._until == STAGE:
            kept = bytes(self._stage[self._from : self._until])
            self._stage[: len(kept)] = kept
            self._from, self._until = 0, len(kept)
        self._until += self._read_into(self._stage[self._until :])

    def _read_into(self, room: memoryview, flags: int = 0) -> int:
        try:
            count = self._peer.recv_into(room, 0, flags)
        except BlockingIOError:
            raise TimeoutError from None
        if count == 0:
            raise _GoneError
        self.received_bytes += count
        if not self._has_called and clock.monotonic() > self._greeted_by:
            raise SourceError(_NO_CALL.format(GREETING_S))
        return count

    def _take(self, count: int) -> memoryview:
        """The next `count` bytes, at most `MOST_HEADERS`, good until the next call."""
        while self._until - self._from < count:
            self._fill()
        self._from += count
        return self._stage[self._from - count : self._from]

    def _skip(self, most: int) -> int:
        return len(self._take(min(most, MOST_HEADERS)))

    def _take_into(self, room: memoryview) -> None:
        """Fill `room`: from what was read ahead, then from the socket."""
        at = min(self._until - self._from, len(room))
        room[:at] = self._stage[self._from : self._from + at]
        self._from += at
        while at < len(room):
            if len(room) - at >= DIRECT:
                at += self._read_into(room[at:], self._whole)
                continue
            rest = self._take(len(room) - at)
            room[at:] = rest
            return

    def _send(self, kind: Frame, flags: int, stream: int, body: bytes = b"") -> None:
        self._peer.sendall(struct.pack(">I", len(body))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + body)


_NO_CALL = "it made no call that could be taken within {:g} s"
_HEAD = b"\x88" + b"\x0f\x10\x10application/grpc"  # :status 200 and the content type, by HPACK's static table


def _trailer(status: Status, message: bytes = b"") -> bytes:
    """What a call ends with. message : ASCII without %, at most 126 bytes."""
    code = str(int(status)).encode()
    said = b"\x00\x0cgrpc-message" + bytes([len(message)]) + message if message else b""
    return b"\x00\x0bgrpc-status" + bytes([len(code)]) + code + said


def is_grpc(headers: Headers) -> bool:
    """Whether a call is one of gRPC."""
    return headers.get(":method") == "POST" and headers.get("content-type", "").startswith("application/grpc")
