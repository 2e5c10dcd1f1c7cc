"""One connection, over a pair of sockets: what comes through, what is answered, what ends it and what it costs."""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
import threading
import time as clock
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hpack import Encoder
from hypothesis import given, settings
from hypothesis import strategies as st

from blazon.ingest.errors import SourceError
from blazon.ingest.rerun import http2
from blazon.ingest.rerun.http2 import PREFACE, Connection, Status
from tests.ingest.rerun.http2_client import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEADERS,
    HELLO,
    PADDED,
    PING,
    PRIORITY,
    RST_STREAM,
    SETTINGS,
    WAIT_S,
    WINDOW_UPDATE,
    Client,
    calling,
    frame,
    grpc,
    headers_of,
    in_background,
    padded,
)

MIB = 2**20
CALL = HELLO + calling()


class Served:
    """A connection that is served on a thread of its own. `end` waits for that, and answers with what ended it."""

    def __init__(self, receive: Callable[[memoryview], None] | None = None) -> None:
        ours, theirs = socket.socketpair()
        self.messages: list[bytes] = []
        self.client = Client(ours)
        self.connection = Connection(theirs, lambda _: Status.OK, receive or self._keep)
        self.error: Exception | None = None
        self._theirs = theirs
        self._thread = in_background(self._run)

    def _keep(self, message: memoryview) -> None:
        self.messages.append(bytes(message))

    def _run(self) -> None:
        try:
            self.connection.run()
        except Exception as error:
            self.error = error
        self._theirs.close()

    def say(self, *data: bytes) -> None:
        """Send bytes as they are, as far as they are taken."""
        with contextlib.suppress(ConnectionError):
            self.client.socket.sendall(b"".join(data))

    def end(self, *, leave: bool = True) -> str:
        """Leave, unless the other side has to end it by itself; answers with what it complains about."""
        if leave:
            with contextlib.suppress(OSError):
                self.client.socket.shutdown(socket.SHUT_WR)
        if self.client.socket.fileno() >= 0:  # it is the first time
            self.client.ends()
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive()
        self.client.socket.close()
        assert self.error is None or isinstance(self.error, SourceError), repr(self.error)
        return "" if self.error is None else str(self.error)


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.end()


def noise(size: int, seed: int = 0) -> bytes:
    return np.random.default_rng(seed).bytes(size)


@st.composite
def framed(draw: st.DrawFn) -> tuple[list[bytes], bytes]:
    """Messages, and the frames that carry them: cut anywhere, padded or not, with other frames between."""
    messages = draw(st.lists(st.binary(max_size=60), max_size=6))
    body = b"".join(map(grpc, messages))
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=12)))
    sent = b""
    for start, stop in itertools.pairwise([0, *cuts, len(body)]):
        padding = draw(st.none() | st.integers(0, 255))
        part = body[start:stop]
        sent += frame(DATA, 0, 1, part) if padding is None else frame(DATA, PADDED, 1, padded(part, padding))
        between = [b"", frame(PING, 0, 0, bytes(8)), frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\1"), frame(77, 255, 9, b"x")]
        sent += draw(st.sampled_from(between))
    return messages, sent


@given(framed())
def test_messages_arrive_whole_and_in_order_however_they_are_framed(case: tuple[list[bytes], bytes]) -> None:
    messages, sent = case
    served = Served()
    served.say(CALL, sent)
    assert served.end() == ""
    assert served.messages == messages


@settings(max_examples=20)
@given(st.lists(st.integers(1, 400_000), min_size=1, max_size=4), st.integers(1, 2**24 - 1))
def test_messages_that_are_larger_than_what_is_read_ahead_arrive_whole(sizes: list[int], most: int) -> None:
    messages = [noise(size, seed) for seed, size in enumerate(sizes)]
    body = b"".join(map(grpc, messages))
    most = max(most, len(body) // 500)
    served = Served()
    served.say(CALL, *(frame(DATA, 0, 1, body[at : at + most]) for at in range(0, len(body), most)))
    assert served.end() == ""
    assert served.messages == messages


def test_frames_of_one_byte(served: Served) -> None:
    body = grpc(noise(3000)) + grpc(b"")
    served.say(CALL, *(frame(DATA, 0, 1, body[at : at + 1]) for at in range(len(body))))
    assert served.end() == ""
    assert served.messages == [noise(3000), b""]


def test_frames_as_large_as_they_may_be(served: Served) -> None:
    body, most = grpc(noise(40 * MIB)) + grpc(b"after"), 2**24 - 1
    served.say(CALL, *(frame(DATA, 0, 1, body[at : at + most]) for at in range(0, len(body), most)))
    assert served.end() == ""
    assert served.messages == [noise(40 * MIB), b"after"]


def test_messages_of_several_calls_are_not_mixed_up(served: Served) -> None:
    one, two = grpc(b"one" * 10), grpc(b"two" * 10)
    served.say(CALL, calling(3))
    served.say(
        *(frame(DATA, 0, stream, body[at : at + 1]) for at in range(35) for stream, body in ((1, one), (3, two)))
    )
    served.say(frame(DATA, END_STREAM, 1), frame(DATA, 0, 3, grpc(b"more")))
    assert served.end() == ""
    assert served.messages == [b"one" * 10, b"two" * 10, b"more"]


# --- what is answered


def test_a_call_that_ends_is_answered_with_an_empty_message_and_status_0(served: Served) -> None:
    served.say(HELLO)
    served.client.call()
    served.client.send(b"a")
    assert served.client.end() == "0"
    assert [each[3] for each in served.client.frames if each[0] == DATA] == [bytes(5)]


def test_a_call_that_ends_with_trailers_or_with_its_headers_is_answered(served: Served) -> None:
    served.say(HELLO)
    served.client.call()
    served.client.send(b"a")
    served.say(frame(HEADERS, END_HEADERS | END_STREAM, 1, Encoder().encode([("x", "y")])))
    assert served.client.status() == "0"
    served.client.call(3, flags=END_STREAM)
    assert served.client.status(3) == "0"


def test_a_ping_is_answered_with_its_bytes(served: Served) -> None:
    served.say(HELLO, frame(PING, 0, 0, b"12345678"), frame(PING, 1, 0, b"answered"))
    assert next(served.client.until(PING)) == (PING, 1, 0, b"12345678")
    served.say(frame(PING, 0, 0, b"87654321"))
    assert next(served.client.until(PING))[3] == b"87654321"


def test_settings_are_acknowledged_once(served: Served) -> None:
    served.say(HELLO, frame(SETTINGS, 1, 0), frame(PING, 0, 0, bytes(8)))
    next(served.client.until(PING))
    assert sum(each[:2] == (SETTINGS, 1) for each in served.client.frames) == 1
    (ours,) = [each[3] for each in served.client.frames if each[:2] == (SETTINGS, 0)]
    assert dict(struct.iter_unpack(">HI", ours)).items() >= {4: http2.WINDOW, 5: 2**24 - 1}.items()


def test_more_calls_at_once_than_there_may_be_are_refused_alone(served: Served) -> None:
    served.say(HELLO)
    for stream in range(1, 2 * http2.MOST_STREAMS + 2, 2):
        served.client.call(stream)
    refused = 2 * http2.MOST_STREAMS + 1
    assert next(served.client.until(RST_STREAM, refused))[3] == struct.pack(">I", 7)
    served.client.send(b"to one of those that were not")
    assert served.client.end() == "0"
    served.client.call(refused + 2)
    assert served.client.end(refused + 2) == "0"


def test_headers_may_be_padded_and_continued_and_say_a_priority(served: Served) -> None:
    block = Encoder().encode(headers_of())
    first, rest = padded(bytes(5) + block[:4], 7), [block[at : at + 1] for at in range(4, len(block))]
    served.say(HELLO, frame(HEADERS, PADDED | 0x20, 1, first), *(frame(CONTINUATION, 0, 1, part) for part in rest[:-1]))
    served.say(frame(CONTINUATION, END_HEADERS, 1, rest[-1]), frame(DATA, END_STREAM, 1, grpc(b"a")))
    assert served.client.status() == "0"
    assert served.messages == [b"a"]


# --- flow control


def test_a_sender_that_keeps_to_its_window_can_send_100_mb() -> None:
    sums: list[int] = []
    served = Served(lambda message: sums.append(int(np.frombuffer(message, np.uint8).sum())))
    messages = [noise(10**6, seed) for seed in range(5)]
    served.say(HELLO)
    served.client.call()
    for _ in range(20):
        served.client.send(*messages)
    assert served.client.end() == "0"
    assert served.end() == ""
    assert sums == 20 * [int(np.frombuffer(message, np.uint8).sum()) for message in messages]
    assert any(each[0] == WINDOW_UPDATE and each[2] == 1 for each in served.client.frames)


def test_credit_is_given_for_all_that_was_sent_but_a_quarter_of_the_window(served: Served) -> None:
    sent = 3 * http2.WINDOW
    served.say(HELLO)
    served.client.call()
    served.client.send(bytes(sent))
    assert served.client.end() == "0"
    given = {
        stream: sum(int.from_bytes(each[3], "big") for each in served.client.frames if each[::2][:2] == (8, stream))
        for stream in (0, 1)
    }
    assert sent - http2.WINDOW // 4 <= given[1] <= sent + 5
    assert given[0] == given[1] + http2.WINDOW - 65535


def test_padding_and_data_of_no_call_are_given_credit_for(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http2, "WINDOW", 80_000)
    lost = [frame(DATA, PADDED, 1, padded(b"", 255)), frame(DATA, 0, 5, bytes(256))]
    served.say(CALL, *lost * 100)
    served.say(frame(PING, 0, 0, bytes(8)))
    next(served.client.until(PING))
    updates = [int.from_bytes(each[3], "big") for each in served.client.frames if each[0::2][:2] == (WINDOW_UPDATE, 0)]
    assert 512 * 100 - 20_000 < sum(updates) - (80_000 - 65535) <= 512 * 100


def test_while_a_receiver_waits_nothing_more_is_read() -> None:
    may_go, taken = threading.Event(), []

    def receive(message: memoryview) -> None:
        assert may_go.wait(WAIT_S)
        taken.append(len(message))

    served = Served(receive)
    served.say(HELLO)
    served.client.call()
    sender = in_background(lambda: served.client.send(*[bytes(MIB)] * 80))
    while served.connection.received_bytes < MIB:
        clock.sleep(0.002)
    clock.sleep(0.05)
    assert served.connection.received_bytes < 2 * MIB
    assert sender.is_alive()
    may_go.set()
    sender.join(WAIT_S)
    assert served.client.end() == "0"
    assert served.end() == ""
    assert taken == [MIB] * 80


# --- what ends a connection

BIG_HEADERS = Encoder().encode([("x", "y" * 4000)])
BROKEN: dict[str, tuple[bytes, str]] = {
    "noise": (noise(1000), "does not speak HTTP/2"),
    "almost_the_preface": (PREFACE[:-1] + b"x", "does not speak HTTP/2"),
    "http_1": (b"GET / HTTP/1.1\r\n\r\n", "does not speak HTTP/2"),
    "noise_after_hello": (HELLO + b"\xff" * 1000, "expected 16384 at most"),
    "large_settings": (HELLO + frame(SETTINGS, 0, 0, length=2**24 - 1), "has 16777215 bytes"),
    "large_unknown": (HELLO + frame(99, 0, 0, length=2**24 - 1), "has 16777215 bytes"),
    "large_headers": (HELLO + frame(HEADERS, 0, 1, length=2**24 - 1), "has 16777215 bytes"),
    "padding_longer_than_data": (CALL + frame(DATA, PADDED, 1, b"\x05abc"), "more padding than bytes"),
    "padding_of_no_data": (CALL + frame(DATA, PADDED, 1), "more padding than bytes"),
    "padding_longer_than_headers": (HELLO + frame(HEADERS, PADDED, 1, b"\x05abc"), "more padding than bytes"),
    "padding_of_no_headers": (HELLO + frame(HEADERS, PADDED | END_HEADERS, 1), "more padding than bytes"),
    "continuation_of_nothing": (HELLO + frame(CONTINUATION, END_HEADERS, 1, b"\x88"), "had not begun"),
    "continuation_of_another": (HELLO + frame(HEADERS, 0, 1) + frame(CONTINUATION, 4, 3, b"\x88"), "is not continued"),
    "no_continuation": (HELLO + frame(HEADERS, 0, 1) + frame(PING, 0, 0, bytes(8)), "is not continued"),
    "empty_continuations": (HELLO + frame(HEADERS, 0, 1) + frame(CONTINUATION, 0, 1) * 9, "is not continued"),
    "many_continuations": (
        HELLO + frame(HEADERS, 0, 1) + frame(CONTINUATION, 0, 1, bytes(100)) * 200,
        "is not continued, or has over 16384 bytes",
    ),
    "headers_that_are_none": (HELLO + frame(HEADERS, END_HEADERS, 1, b"\xff" * 99), "can't be decoded"),
    "headers_of_no_text": (HELLO + frame(HEADERS, END_HEADERS, 1, b"\x00\x01\xff\x01\xff"), "can't be decoded"),
    "headers_cut_off": (HELLO + frame(HEADERS, END_HEADERS, 1, b"\x00\x7f"), "can't be decoded"),
    "headers_that_grow": (
        HELLO + frame(HEADERS, END_HEADERS, 1, b"\x40\x01a\x7f\xa1\x1e" + b"b" * 4000 + b"\xbe" * 9000),
        "can't be decoded: OversizedHeaderListError",
    ),
    "a_number_without_end": (HELLO + frame(HEADERS, END_HEADERS, 1, b"\xff" * 16000 + b"\1"), "can't be decoded"),
    "a_table_that_grows": (HELLO + frame(HEADERS, END_HEADERS, 1, b"\x3f\xe1\xff\xff\x0f"), "can't be decoded"),
    "short_ping": (HELLO + frame(PING, 0, 0, b"1234"), "a ping has 4 bytes"),
    "compressed": (CALL + frame(DATA, 0, 1, b"\x01\0\0\0\3abc"), "is compressed by gRPC"),
    "a_message_of_4_gib": (CALL + frame(DATA, 0, 1, b"\0\xff\xff\xff\xff"), "a message has 4294967295 bytes"),
    "ends_inside_a_message": (CALL + frame(DATA, END_STREAM, 1, grpc(b"abc")[:-1]), "ended in the middle"),
    "ends_inside_a_prefix": (CALL + frame(DATA, END_STREAM, 1, bytes(3)), "ended in the middle"),
    "cancelled_inside_a_message": (
        CALL + frame(DATA, 0, 1, grpc(b"abc")[:-1]) + frame(RST_STREAM, 0, 1, bytes(4)),
        "cancelled in the middle",
    ),
}


@pytest.mark.parametrize(("sent", "complaint"), BROKEN.values(), ids=BROKEN.keys())
def test_what_breaks_the_protocol_is_cut_off(served: Served, sent: bytes, complaint: str) -> None:
    served.say(sent)
    said = served.end(leave=False)
    assert complaint in said
    assert "\n" not in said
    assert len(said) < 200
    assert served.messages == []


@pytest.mark.parametrize("name", [each for each, (sent, _) in BROKEN.items() if sent.startswith(HELLO)])
def test_who_breaks_the_protocol_is_told_so(served: Served, name: str) -> None:
    served.say(HELLO, frame(PING, 0, 0, bytes(8)))
    next(served.client.until(PING))  # so that nothing is unread, which would reset the connection
    served.say(BROKEN[name][0].removeprefix(HELLO)[:20000])
    assert GOAWAY in served.client.ends() or len(BROKEN[name][0]) > 5000


FLOODS = {
    "pings": frame(PING, 0, 0, bytes(8)),
    "answers_to_pings": frame(PING, 1, 0, bytes(8)),
    "settings": frame(SETTINGS, 0, 0),
    "credit": frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\1"),
    "priorities": frame(PRIORITY, 0, 1, bytes(5)),
    "resets": frame(RST_STREAM, 0, 9, bytes(4)),
    "unknown": frame(99, 0, 0),
    "empty_data": frame(DATA, 0, 1),
    "padding": frame(DATA, PADDED, 1, padded(b"", 3)),
    "data_of_no_call": frame(DATA, 0, 7, b"abc"),
    "calls_of_even_number": frame(HEADERS, END_HEADERS, 2, b"\x88"),
}


@pytest.mark.parametrize("each", FLOODS.values(), ids=FLOODS.keys())
def test_a_flood_of_frames_that_bring_nothing_is_cut_off(
    served: Served, monkeypatch: pytest.MonkeyPatch, each: bytes
) -> None:
    monkeypatch.setattr(http2, "MOST_CONTROL_FRAMES", 50)
    served.say(CALL, each * 60)
    assert "over 50 frames without a message" in served.end(leave=False)


def test_frames_that_bring_nothing_are_no_flood_where_messages_come_between(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http2, "MOST_CONTROL_FRAMES", 50)
    some = frame(PING, 1, 0, bytes(8)) * 40
    served.say(CALL, *[some, frame(DATA, 0, 1, grpc(b"a"))] * 10)
    assert served.end() == ""
    assert len(served.messages) == 10


def test_frames_that_bring_nothing_are_no_flood_where_they_are_rare(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http2, "MOST_CONTROL_FRAMES", 50)
    monkeypatch.setattr(http2, "FLOOD_S", -1.0)  # each is later than the one before by more
    served.say(CALL, frame(PING, 1, 0, bytes(8)) * 500, frame(DATA, 0, 1, grpc(b"a")))
    assert served.end() == ""
    assert served.messages == [b"a"]


@pytest.mark.parametrize("size", [2**30, 2**29])
def test_memory_is_taken_as_bytes_come_and_not_as_they_are_announced(served: Served, size: int) -> None:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        served.say(CALL, frame(DATA, 0, 1, b"\0" + struct.pack(">I", size) + bytes(100)), frame(PING, 0, 0, bytes(8)))
        next(served.client.until(PING))
        assert tracemalloc.get_traced_memory()[1] - before < 8 * MIB
    finally:
        tracemalloc.stop()
    assert "in the middle of a message" in served.end()


@pytest.mark.parametrize("cut", range(1, 60, 4))
def test_who_leaves_inside_a_message_has_lost_it_and_that_is_said(served: Served, cut: int) -> None:
    served.say(CALL, frame(DATA, 0, 1, grpc(b"whole")))
    served.say(frame(DATA, 0, 1, grpc(b"x" * 60)[:cut]))
    assert "left in the middle of a message" in served.end()
    assert served.messages == [b"whole"]


def test_any_part_of_an_honest_stream_is_taken_without_complaint_or_with_one() -> None:
    sent = CALL + frame(DATA, 0, 1, grpc(b"abc")) + frame(DATA, END_STREAM, 1)
    for cut in range(len(sent)):
        served = Served()
        served.say(sent[:cut])
        said = served.end()
        assert said == "" or said.startswith("it left in the middle"), cut
        assert served.messages in ([], [b"abc"])


def test_a_reset_inside_a_message_is_said() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    ours = socket.create_connection(listener.getsockname())
    theirs, _ = listener.accept()
    with listener, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection = Connection(theirs, lambda _: Status.OK, lambda _: None)
        sent = CALL + frame(DATA, 0, 1, grpc(bytes(MIB))[:1000])
        ours.sendall(sent)

        def reset() -> None:
            while connection.received_bytes < len(sent):
                clock.sleep(0.002)
            ours.close()

        thread = in_background(reset)
        with pytest.raises(SourceError, match="left in the middle of a message"):
            connection.run()
        thread.join(WAIT_S)


# --- who is slow


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits for a quarter of a second."""
    monkeypatch.setattr(http2, "GREETING_S", 0.25)
    monkeypatch.setattr(http2, "STALLED_S", 0.25)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        (b"", "it said nothing"),
        (PREFACE[:10], "it said nothing"),
        (HELLO, "made no call"),
        (HELLO + frame(HEADERS, 0, 1, length=100), "made no call"),
        (CALL + frame(DATA, 0, 1, grpc(b"abc")[:6]), "stood still"),
        (CALL + frame(DATA, 0, 1, grpc(b"abc"))[:5], "stood still"),
        (CALL + frame(DATA, 0, 1, b"\0"), "stood still"),
    ],
)  # fmt: skip
def test_who_stops_in_the_middle_is_cut_off(sent: bytes, complaint: str) -> None:
    served = Served()
    served.say(sent)
    assert complaint in served.end(leave=False)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "head", [b"", HELLO + frame(HEADERS, 0, 1, length=10_000), HELLO], ids=["preface", "headers", "pings"]
)
def test_who_says_hello_byte_by_byte_is_cut_off(head: bytes) -> None:
    served = Served()
    served.say(head)
    drip = {b"": PREFACE, HELLO: frame(PING, 0, 0, bytes(8)) * 10}.get(head, bytes(100))
    for at in range(len(drip)):
        served.say(drip[at : at + 1])
        clock.sleep(0.02)
        if served.error is not None:
            break
    assert 0 < at < 60
    assert "no call" in served.end(leave=False)


@pytest.mark.usefixtures("impatient")
def test_who_has_called_may_be_silent_between_messages() -> None:
    served = Served()
    served.say(CALL, frame(DATA, 0, 1, grpc(b"one")))
    clock.sleep(0.6)
    served.say(frame(DATA, 0, 1, grpc(b"two")))
    assert served.end() == ""
    assert served.messages == [b"one", b"two"]


@pytest.mark.usefixtures("impatient")
def test_who_is_done_and_does_not_leave_is_left_without_complaint() -> None:
    served = Served()
    served.say(CALL, frame(DATA, END_STREAM, 1, grpc(b"one")))
    assert served.end(leave=False) == ""
    assert served.messages == [b"one"]
