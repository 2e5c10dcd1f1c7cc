"""Listens where the SDK looks, and takes what it sends: a thread for each sender. See http2.py for the protocol.

Whatever a sender does, others and the program go on: what it did wrong is told to `trouble`, and counted.
"""

from __future__ import annotations

import contextlib
import errno
import hmac
import ipaddress
import socket
import ssl
import threading
import time as clock
from collections.abc import Callable
from dataclasses import dataclass

from blazon.ingest.errors import ArgumentError, BlazonError, SourceError
from blazon.ingest.rerun.http2 import Connection, Headers, Status, is_grpc

WRITE = "/rerun.sdk_comms.v1alpha1.MessageProxyService/WriteMessages"
PORT = 9876  # where the SDK looks
LOOPBACK = "127.0.0.1"
MOST_SENDERS = 1024
WAITING = 128  # connections that the system holds until they are taken
HANDSHAKE_S = 10.0
GOODBYE_S = 2.0  # in which all senders together are told that this ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may send. token : what a sender says in `authorization: Bearer …`; None: nothing is asked.

    certificate, key : files; with them the connection is TLS. insecure : others than this machine may send as they
    like.
    """

    token: str | None = None
    certificate: str | None = None
    key: str | None = None
    insecure: bool = False

    def check(self, address: str) -> None:
        """Raise `ArgumentError` where an address would be open to others without anything that keeps them out."""
        if (self.certificate is None) != (self.key is None):
            raise ArgumentError("--tls-cert and --tls-key belong together; give both")
        if not (_is_loopback(address) or self.token or self.certificate or self.insecure):
            raise ArgumentError(
                f"--bind {address} lets other machines send; give --token or --tls-cert and --tls-key, or --insecure"
            )

    def context(self) -> ssl.SSLContext | None:
        """Return how connections are encrypted; None: they are not. Raises `SourceError` for files that are no use."""
        if self.certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["h2"])
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            raise SourceError(f"{self.certificate} and {self.key} are no certificate and key: {error}") from None
        return context


class Server:
    """A sink for SDK programs, from when it is made until `stop`.

    receive : is called with the bytes of a `WriteMessagesRequest`, on the sender's own thread; while it waits, that
    sender is held back. They are good until it returns, or for good if it says that it keeps them.
    trouble : is told what a sender did wrong, in a few words.
    Raises `SourceError` where the port is taken or the address is not this machine's.
    """

    def __init__(
        self,
        receive: Callable[[memoryview], bool],
        trouble: Callable[[str], None],
        *,
        address: str = LOOPBACK,
        port: int = PORT,
        access: Access | None = None,
    ) -> None:
        self._receive, self._trouble, self._access = receive, trouble, access or Access()
        self._access.check(address)
        self._tls = self._access.context()
        self._listener = _listen(address, port)
        self.address, self.port = address, int(self._listener.getsockname()[1])
        self._lock = threading.Lock()
        self._senders: dict[threading.Thread, Connection | None] = {}  # None: it has not said hello yet
        self._is_open = True
        self.accepted = 0
        self._thread = threading.Thread(target=self._accept, name="blazon-listener", daemon=True)
        self._thread.start()

    @property
    def is_encrypted(self) -> bool:
        """Whether it speaks TLS."""
        return self._tls is not None

    @property
    def senders(self) -> int:
        """How many are connected."""
        return len(self._senders)

    def stop(self) -> None:
        """Cut all senders off, and free the port. May be called twice."""
        self._is_open = False
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(HANDSHAKE_S)
        with self._lock:
            senders = dict(self._senders)
        for ends_by_s, end in ((GOODBYE_S, Connection.close), (HANDSHAKE_S, Connection.cut)):
            for thread, connection in senders.items():
                if connection is not None and thread.is_alive():
                    end(connection)
            until = clock.monotonic() + ends_by_s  # for all of them together
            for thread in senders:
                thread.join(max(0.0, until - clock.monotonic()))

    def _accept(self) -> None:
        while self._is_open:
            try:
                peer, _ = self._listener.accept()
            except OSError as error:
                if not self._is_open or error.errno in (errno.EBADF, errno.EINVAL):  # it is closed
                    return
                self._trouble(f"a sender could not be taken: {error.strerror or error}")
                clock.sleep(0.1)
                continue
            self.accepted += 1
            if self.senders >= MOST_SENDERS:
                self._trouble(f"a sender was refused: {MOST_SENDERS} are connected")
                peer.close()
                continue
            self._begin(peer)

    def _begin(self, peer: socket.socket) -> None:
        thread = threading.Thread(target=self._serve, args=(peer,), name="blazon-sender", daemon=True)
        with self._lock:
            self._senders[thread] = None
        try:
            thread.start()
        except RuntimeError as error:  # the system has no more threads
            with self._lock:
                del self._senders[thread]
            peer.close()
            self._trouble(f"a sender could not be taken: {error}")

    def _serve(self, peer: socket.socket) -> None:
        try:
            _keep_alive(peer)
            if self._tls is not None:
                peer.settimeout(HANDSHAKE_S)
                peer = self._tls.wrap_socket(peer, server_side=True, do_handshake_on_connect=False)
            connection = Connection(peer, self._answer, self._take)
            with self._lock:
                self._senders[threading.current_thread()] = connection
            if self._is_open:
                if isinstance(peer, ssl.SSLSocket):
                    peer.do_handshake()
                connection.run()
        except Exception as error:  # whatever it is, it ends this sender alone
            if self._is_open:
                self._trouble(f"a sender was cut off: {_reason(error)}")
        finally:
            with self._lock:
                del self._senders[threading.current_thread()]
            with contextlib.suppress(OSError):
                peer.close()

    def _answer(self, headers: Headers) -> Status:
        if not is_grpc(headers) or headers.get(":path") != WRITE:
            return Status.UNIMPLEMENTED
        token = self._access.token
        if token is not None and not hmac.compare_digest(
            headers.get("authorization", "").encode(), f"Bearer {token}".encode()
        ):
            self._trouble("a sender was refused: it did not say the token")
            return Status.UNAUTHENTICATED
        return Status.OK

    def _take(self, message: memoryview) -> bool:
        try:
            return self._receive(message)
        except MemoryError:
            self._trouble(f"a message of {len(message)} bytes was skipped: out of memory")
        except Exception as error:  # a sender whose call fails is silent for good
            self._trouble(f"a message was skipped: {_reason(error)}")
        return False


def _reason(error: Exception) -> str:
    """One line. What is not blazon's own says of which type it is."""
    if isinstance(error, BlazonError):
        return str(error)
    said = getattr(error, "strerror", None) or next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _listen(address: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise ArgumentError(f"--port is {port}; give 0 to 65535, 0 for any that is free")
    try:
        (family, kind, protocol, _, place), *_ = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise SourceError(
            f"{address} is no address to listen on: {error.strerror or error}; give another --bind"
        ) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(WAITING)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise SourceError(
                f"port {port} is taken, maybe by the SDK's viewer or another blazon; stop that, or give another --port"
            ) from None
        raise SourceError(f"{address}:{port} can't be listened on: {error.strerror}; give another --bind") from None
    return listener


def _keep_alive(peer: socket.socket) -> None:
    """Have the system notice, within two minutes, a machine that is gone without a word."""
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            peer.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _is_loopback(address: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(address).is_loopback
    return address == "localhost"
