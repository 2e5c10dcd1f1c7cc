"""Whether anything answers at a cluster's address. Ray itself would try for minutes, and say little."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

from blazon.ingest.errors import ArgumentError, ClusterError

PATIENCE_S = 10.0
CLIENT = "ray://"
_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))  # RFC 9113 §3.4, and empty SETTINGS
_SETTINGS, _FRAME_HEAD = 4, 9
_ADDRESS = re.compile(r"(?:ray://)?(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[^\s:/\[\]]+)):(?P<port>\d{1,5})")


def check_address(address: str) -> None:
    """Raise `ArgumentError` for what can be no address."""
    if address != "auto" and not _ADDRESS.fullmatch(address):
        raise ArgumentError(f"--ray is {address!r}; give auto, HOST:6379 on a node of a cluster, or ray://HOST:10001")


def check_answers(address: str) -> None:
    """Raise `ClusterError` where, within `PATIENCE_S`, nothing answers that could be a cluster."""
    where = os.environ.get("RAY_ADDRESS") or _started_here() if address == "auto" else address
    found = _ADDRESS.fullmatch(where) if where else None
    if found is None:
        raise _not_there(address, "none was started on this machine")
    host, port = found["six"] or found["host"], int(found["port"])
    try:
        with socket.create_connection((host, port), timeout=PATIENCE_S) as line:
            line.settimeout(PATIENCE_S)
            if not os.environ.get("RAY_USE_TLS"):
                _greet(line)
    except (OSError, OverflowError) as error:
        said = error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)
        raise _not_there(address if address == where else f"{address} ({where})", said) from None


def _greet(line: socket.socket) -> None:
    """Raise `OSError` where no gRPC answers: whoever speaks it sends its settings first."""
    line.sendall(_HELLO)
    head = line.recv(_FRAME_HEAD, socket.MSG_WAITALL)
    if len(head) < _FRAME_HEAD or head[3] != _SETTINGS:
        raise OSError("what answers there is no Ray")


def _started_here() -> str:
    """The address of the cluster whose node was last started on this machine; "": there is none."""
    folder = os.environ.get("RAY_TMPDIR") or os.environ.get("TMPDIR") or "/tmp"
    try:
        return Path(folder, "ray/ray_current_cluster").read_text("utf-8").strip()
    except OSError:
        return ""


def _not_there(address: str, reason: str) -> ClusterError:
    return ClusterError(
        f"no Ray cluster at {address}: {reason}; start one with `ray start --head`, or give another --ray"
    )
