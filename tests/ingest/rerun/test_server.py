"""The server, over loopback: whatever one sender does, the others go on."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blazon.ingest.errors import ArgumentError, SourceError
from blazon.ingest.rerun import http2, server
from blazon.ingest.rerun.server import Access, Server
from tests.ingest.rerun.http2_client import (
    DATA,
    HELLO,
    PING,
    WAIT_S,
    WRITE,
    Client,
    Sink,
    calling,
    eventually,
    frame,
    grpc,
    in_background,
)

SERVICE = WRITE.rpartition("/")[0]


@pytest.fixture
def serve() -> Iterator[Callable[..., Sink]]:
    """`serve()` starts a server, which is stopped when the test is over."""
    sinks: list[Sink] = []

    def serve(refuse: Callable[[bytes], None] = lambda _: None, **options: object) -> Sink:
        sinks.append(Sink(refuse, **options))
        return sinks[-1]

    yield serve
    for each in sinks:
        each.server.stop()
    eventually(lambda: not {each.name for each in threading.enumerate()} & {"blazon-listener", "blazon-sender"})


def test_messages_of_one_sender_come_in_order(serve: Callable[..., Sink]) -> None:
    sink = serve()
    messages = [str(number).encode() * number for number in range(200)]
    with sink.connect() as sender:
        sender.call()
        sender.send(*messages)
        assert sender.end() == "0"
    sink.has(messages)
    eventually(lambda: sink.server.senders == 0)
    assert sink.troubles == []


def test_a_connection_can_call_again(serve: Callable[..., Sink]) -> None:
    sink = serve()
    with sink.connect() as sender:
        for stream in (1, 3, 5):
            sender.call(stream)
            sender.send(str(stream).encode(), stream=stream)
            assert sender.end(stream) == "0"
    sink.has([b"1", b"3", b"5"])
    assert sink.server.accepted == 1


@pytest.mark.parametrize(
    "path",
    [f"{SERVICE}/ReadMessages", f"{SERVICE}/WriteTable", "/rerun.cloud.v1alpha1.RerunCloudService/Version", "/", ""],
)
def test_other_methods_are_not_implemented(serve: Callable[..., Sink], path: str) -> None:
    sink = serve()
    with sink.connect() as sender:
        sender.call(path=path)
        sender.socket.sendall(frame(DATA, 0, 1, grpc(b"sent before the answer came")))
        assert sender.status() == "12"
        sender.call(3)
        sender.send(b"as it should be", stream=3)
        assert sender.end(3) == "0"
    sink.has([b"as it should be"])
    assert sink.troubles == []


def test_what_is_not_grpc_is_not_implemented(serve: Callable[..., Sink]) -> None:
    sink = serve()
    with sink.connect() as sender:
        sender.call(1, content_type="text/html")
        assert sender.status(1) == "12"
        sender.socket.sendall(calling(3).replace(b"\x83", b"\x82", 1))  # :method GET
        assert sender.status(3) == "12"


@pytest.mark.parametrize(
    "said", [{}, {"authorization": "Bearer wrong"}, {"authorization": "right"}, {"authorization": "Bearer é"}]
)
def test_who_does_not_say_the_token_is_refused(serve: Callable[..., Sink], said: dict[str, str]) -> None:
    sink = serve(access=Access(token="right"))
    with sink.connect() as sender:
        sender.call(**said)
        sender.socket.sendall(frame(DATA, 0, 1, grpc(b"sent before the answer came")))
        assert sender.status() == "16"
    assert sink.troubles == ["a sender was refused: it did not say the token"]
    assert sink.messages == []


def test_who_says_the_token_may_send(serve: Callable[..., Sink]) -> None:
    sink = serve(access=Access(token="right"))
    with sink.connect() as sender:
        sender.call(authorization="Bearer right")
        sender.send(b"a")
        assert sender.end() == "0"
    sink.has([b"a"])
    assert sink.troubles == []


def test_a_sender_that_is_held_back_holds_no_other_back(serve: Callable[..., Sink]) -> None:
    may_go = threading.Event()

    def refuse(head: bytes) -> None:
        assert not head.startswith(b"slow") or may_go.wait(WAIT_S)

    sink = serve(refuse)
    with sink.connect() as slow, sink.connect() as fast:
        slow.call()
        sending = in_background(lambda: slow.send(*[b"slow" + bytes(2**20)] * 60))
        fast.call()
        fast.send(*[b"fast" + bytes(2**20)] * 60)
        assert fast.end() == "0"
        assert {each[:4] for each in sink.messages} == {b"fast"}
        assert sending.is_alive()  # 60 MiB are more than it may send ahead
        may_go.set()
        sending.join(WAIT_S)
        assert slow.end() == "0"
    assert len(sink.messages) == 120


# --- senders that do what they should not


def reset(port: int) -> None:
    with Client.connect(port) as sender:
        sender.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sender.call()
        sender.socket.sendall(frame(DATA, 0, 1, grpc(bytes(10**6))[:1000]) + frame(PING, 0, 0, bytes(8)))
        next(sender.until(PING))


def speak_tls(port: int) -> None:
    context = ssl.create_default_context()
    with socket.create_connection(("127.0.0.1", port), WAIT_S) as peer, contextlib.suppress(OSError):
        context.wrap_socket(peer, server_hostname="localhost")


def sending(*data: bytes) -> Callable[[int], None]:
    def send(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), WAIT_S) as peer:
            try:
                peer.sendall(b"".join(data))
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(65536):
                    pass
            except TimeoutError:
                raise
            except OSError:  # it was reset, and may be gone already
                return

    return send


@pytest.mark.parametrize(
    ("attack", "complaint"),
    [
        (sending(b"\x8f" * 5000), "does not speak HTTP/2"),
        (sending(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "does not speak HTTP/2"),
        (speak_tls, "does not speak HTTP/2"),
        (sending(HELLO, b"\xff" * 100), "has 16777215 bytes"),
        (sending(HELLO, calling(), frame(DATA, 0, 1, b"\0\xff\xff\xff\xff")), "a message has 4294967295 bytes"),
        (sending(HELLO, calling(), frame(PING, 1, 0, bytes(8)) * 10_001), "10000 frames without a message"),
        (sending(HELLO, calling(), frame(DATA, 0, 1, grpc(b"abc")[:6])), "left in the middle of a message"),
        (reset, "left in the middle of a message"),
    ],
    ids=["noise", "http_1", "tls", "large_frame", "large_message", "pings", "cut_off", "reset"],
)  # fmt: skip
def test_who_breaks_the_protocol_ends_alone_and_is_counted(
    serve: Callable[..., Sink], attack: Callable[[int], None], complaint: str
) -> None:
    sink = serve()
    with sink.connect() as other:
        other.call()
        other.send(b"before")
        attack(sink.server.port)
        eventually(lambda: sink.troubles and sink.server.senders == 1)
        other.send(b"after")
        assert other.end() == "0"
    sink.has([b"before", b"after"])
    (trouble,) = sink.troubles
    assert trouble.startswith("a sender was cut off: ")
    assert complaint in trouble


def test_a_browser_is_told_what_is_here(serve: Callable[..., Sink]) -> None:
    sink = serve()
    with socket.create_connection(("127.0.0.1", sink.server.port), WAIT_S) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        said = b"".join(iter(lambda: peer.recv(4096), b""))
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"rr.connect_grpc()" in said
    assert said.endswith(b"\n")  # and no frames after it


def test_who_says_nothing_ends_alone(serve: Callable[..., Sink], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http2, "GREETING_S", 0.2)
    sink = serve()
    with sink.connect() as other, socket.create_connection(("127.0.0.1", sink.server.port), WAIT_S) as silent:
        other.call()
        assert silent.recv(1) == b""
        other.send(b"after")
        assert other.end() == "0"
    sink.has([b"after"])
    assert sink.troubles == ["a sender was cut off: it said nothing for 0.2 s"]


@pytest.mark.parametrize(
    "error", [SourceError("it is damaged"), ValueError("no\nway"), KeyError("x"), AssertionError(), MemoryError()]
)
def test_a_message_that_can_not_be_taken_is_skipped_and_the_call_goes_on(
    serve: Callable[..., Sink], error: Exception
) -> None:
    def refuse(head: bytes) -> None:
        if head == b"bad":
            raise error

    sink = serve(refuse)
    with sink.connect() as sender:
        sender.call()
        sender.send(b"one", b"bad", b"two", b"bad", b"three")
        assert sender.end() == "0"
    sink.has([b"one", b"two", b"three"])
    assert len(sink.troubles) == 2
    assert all("skipped" in each and "\n" not in each for each in sink.troubles)
    if not isinstance(error, (SourceError, MemoryError)):
        assert type(error).__name__ in sink.troubles[0]


def test_what_fails_outside_of_messages_ends_that_sender_alone(
    serve: Callable[..., Sink], monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = serve()
    with sink.connect() as other, sink.connect() as sender:
        other.call()
        other.send(b"before")
        sink.has([b"before"])
        monkeypatch.setattr(server, "is_grpc", lambda _: 1 / 0)
        sender.call()
        sender.ends()
        other.send(b"after")
        assert other.end() == "0"
    sink.has([b"before", b"after"])
    assert sink.troubles == ["a sender was cut off: ZeroDivisionError: division by zero"]


def test_there_are_only_so_many_senders_and_one_that_leaves_makes_room(
    serve: Callable[..., Sink], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_SENDERS", 2)
    sink = serve()
    with sink.connect() as first, sink.connect() as second:
        for each in (first, second):
            each.call()
            each.send(b"a")
        sink.has([b"a", b"a"])
        with contextlib.suppress(ConnectionError), sink.connect() as third:
            assert third.ends() == []
        assert sink.troubles == ["a sender was refused: 2 are connected"]
        assert second.end() == "0"
        second.socket.close()
        eventually(lambda: sink.server.senders == 1)
        with sink.connect() as fourth:
            fourth.call()
            fourth.send(b"b")
            assert fourth.end() == "0"
        assert first.end() == "0"


def test_senders_that_come_at_once_are_counted_at_once(
    serve: Callable[..., Sink], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_SENDERS", 3)
    sink = serve()
    peers = [socket.create_connection(("127.0.0.1", sink.server.port), WAIT_S) for _ in range(20)]
    eventually(lambda: sink.server.accepted == 20)
    assert sink.server.senders <= 3
    eventually(lambda: len(sink.troubles) == 17)
    for each in peers:
        each.close()


# --- where it listens, and until when


def test_a_port_that_is_taken_is_one_clear_error(serve: Callable[..., Sink]) -> None:
    sink = serve()
    with pytest.raises(SourceError, match="--port") as caught:
        Server(lambda _: None, lambda _: None, port=sink.server.port)
    assert str(sink.server.port) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(ArgumentError, match="--port"):
        Server(lambda _: None, lambda _: None, port=port)


@pytest.mark.parametrize("address", ["203.0.113.1", "no such host.invalid"])
def test_an_address_that_is_not_this_machines_is_refused(address: str) -> None:
    with pytest.raises(SourceError, match="--bind"):
        Server(lambda _: None, lambda _: None, address=address, port=0, access=Access(insecure=True))


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_other_machines_are_not_let_in_by_accident(address: str) -> None:
    with pytest.raises(ArgumentError, match="--token") as caught:
        Server(lambda _: None, lambda _: None, address=address, port=0)
    assert "--insecure" in str(caught.value)


@pytest.mark.parametrize("access", [Access(token="t"), Access(insecure=True), Access(certificate="c", key="k")])
def test_other_machines_are_let_in_on_purpose(access: Access) -> None:
    access.check("0.0.0.0")


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_is_always_let_in(address: str) -> None:
    Access().check(address)


def test_a_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="--tls-key"):
        Access(certificate="c").check("127.0.0.1")
    (tmp_path / "bad").write_text("no certificate")
    with pytest.raises(SourceError, match="no certificate and key"):
        Server(
            lambda _: None, lambda _: None, port=0, access=Access(certificate=f"{tmp_path}/bad", key=f"{tmp_path}/bad")
        )


def test_stopping_twice_frees_the_port_once(serve: Callable[..., Sink]) -> None:
    sink = serve()
    sink.server.stop()
    sink.server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", sink.server.port), WAIT_S)
    Server(lambda _: None, lambda _: None, port=sink.server.port).stop()


def test_stopping_cuts_senders_off_wherever_they_are_and_blames_none(serve: Callable[..., Sink]) -> None:
    sink = serve()
    silent = socket.create_connection(("127.0.0.1", sink.server.port), WAIT_S)
    with silent, sink.connect() as idle, sink.connect() as between, sink.connect() as inside:
        for each in (between, inside):
            each.call()
            each.send(b"a")
        inside.socket.sendall(frame(DATA, 0, 1, grpc(b"abc")[:6]))
        sink.has([b"a", b"a"])
        eventually(lambda: sink.server.senders == 4)
        sink.server.stop()
        assert sink.server.senders == 0
        for each in (idle, between, inside):
            each.ends()
    assert sink.troubles == []


def test_stopping_while_senders_come_and_send(serve: Callable[..., Sink]) -> None:
    sink = serve()
    is_over = threading.Event()

    def send() -> None:
        while not is_over.is_set():
            with contextlib.suppress(OSError, EOFError), sink.connect() as sender:
                sender.call()
                while not is_over.is_set():
                    sender.send(bytes(10_000))

    threads = [in_background(send) for _ in range(4)]
    eventually(lambda: len(sink.messages) > 100)
    sink.server.stop()
    count = len(sink.messages)
    is_over.set()
    for each in threads:
        each.join(WAIT_S)
        assert not each.is_alive()
    assert len(sink.messages) == count
    assert sink.troubles == []


# --- encrypted


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Files of a certificate for localhost and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    names = ["-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem", "-subj", "/CN=localhost", "-days", "2"]
    kind = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]
    subprocess.run(["openssl", "req", "-x509", *kind, *names], check=True, capture_output=True, timeout=WAIT_S)
    return f"{folder}/cert.pem", f"{folder}/key.pem"


def encrypted(port: int, certificate: str) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=certificate)
    context.set_alpn_protocols(["h2"])
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), WAIT_S), server_hostname="localhost")


def test_messages_come_through_tls(serve: Callable[..., Sink], certificate: tuple[str, str]) -> None:
    sink = serve(access=Access(certificate=certificate[0], key=certificate[1]))
    assert sink.server.is_encrypted
    with encrypted(sink.server.port, certificate[0]) as peer:
        assert peer.selected_alpn_protocol() == "h2"
        sender = Client(peer)
        peer.sendall(HELLO)
        sender.call()
        sender.send(b"a", bytes(10**6))
        assert sender.end() == "0"
    sink.has([b"a", bytes(10**6)])
    assert sink.troubles == []


def test_plain_senders_end_alone_at_a_server_that_speaks_tls(
    serve: Callable[..., Sink], certificate: tuple[str, str]
) -> None:
    sink = serve(access=Access(certificate=certificate[0], key=certificate[1]))
    with encrypted(sink.server.port, certificate[0]) as peer:
        sending(HELLO, calling())(sink.server.port)
        eventually(lambda: sink.troubles)
        sender = Client(peer)
        peer.sendall(HELLO)
        sender.call()
        sender.send(b"after")
        assert sender.end() == "0"
    sink.has([b"after"])
    (trouble,) = sink.troubles
    assert "SSL" in trouble


def test_stopping_in_the_middle_of_a_handshake(serve: Callable[..., Sink], certificate: tuple[str, str]) -> None:
    sink = serve(access=Access(certificate=certificate[0], key=certificate[1]))
    with socket.create_connection(("127.0.0.1", sink.server.port), WAIT_S) as peer:
        peer.sendall(b"\x16\x03\x01")
        eventually(lambda: sink.server.senders == 1)
        sink.server.stop()
        assert sink.server.senders == 0
    assert sink.troubles == []
