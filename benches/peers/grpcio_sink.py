"""What `grpcio` would be as the sink: a server that takes the same calls, and keeps nothing of them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from blazon.benches.peers.errors import PeerError
from blazon.ingest.rerun.server import LOOPBACK, WRITE

SENDERS = 8  # at once: a thread each
_OPTIONS = (("grpc.max_receive_message_length", -1),)  # a message may be of any length, as the SDK's are


class GrpcioSink:
    """A server on a port of the loopback that is free; for a `with`. Raises `PeerError` where grpcio is missing."""

    def __init__(self) -> None:
        try:
            self._grpc = importlib.import_module("grpc")
        except ImportError:
            raise PeerError("grpcio is not installed: pip install 'blazon[bench]'") from None
        self._server: Any = None
        self.url = ""

    def __enter__(self) -> Self:
        self._server = self._grpc.server(ThreadPoolExecutor(SENDERS), options=_OPTIONS)
        service, _, method = WRITE.lstrip("/").partition("/")
        handler = self._grpc.stream_unary_rpc_method_handler(_take)
        self._server.add_generic_rpc_handlers([self._grpc.method_handlers_generic_handler(service, {method: handler})])
        port = self._server.add_insecure_port(f"{LOOPBACK}:0")
        self._server.start()
        self.url = f"rerun+http://{LOOPBACK}:{port}/proxy"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(None).wait()


def _take(messages: Iterator[bytes], _context: object) -> bytes:
    """Take all that a sender says, as bytes; answer with an empty message."""
    for _ in messages:
        pass
    return b""
