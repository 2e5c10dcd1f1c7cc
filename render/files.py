"""Where what was made is put: on this machine, or at a URL; nothing half-written is ever left under its name."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from blazon.ingest import remote
from blazon.ingest.errors import SourceError


def write_whole(name: str, data: bytes) -> None:
    """Write a file, whole or not at all; makes folders that are missing.

    name : a path, or a URL. A link is followed, a file that is read-only is left alone. Raises `SourceError` where that
    is refused.
    """
    if remote.is_url(name):
        remote.write_whole(name, data)
        return
    with refusals(name):
        target = writable(name)
        with _replacing(target) as temporary:
            temporary.write_bytes(data)


def writable(name: str) -> Path:
    """Return the path of a file of this machine that may be written, in a folder that is there. Raises `OSError`."""
    path = Path(remote.local_path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.resolve()
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    return target


def exists(name: str) -> bool:
    """Whether there is anything under a name. Raises `SourceError`."""
    return remote.exists(name) if remote.is_url(name) else Path(remote.local_path(name)).exists()


@contextlib.contextmanager
def reading(name: str) -> Iterator[Any]:
    """Give a file to read. Raises `OSError`, or `SourceError`."""
    with remote.opened(name) if remote.is_url(name) else Path(remote.local_path(name)).open("rb") as file:
        yield file


@contextlib.contextmanager
def refusals(name: str) -> Iterator[None]:
    """Turn what the file system refuses into a `SourceError`."""
    try:
        yield
    except OSError as error:
        raise SourceError(f"{name} can't be written: {error.strerror or error}; give another OUT") from None


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Give a temporary file beside `path` that takes its place once it is whole.

    Its name is known before it is made, so that an interrupt at any moment leaves none behind.
    """
    temporary = path.with_name(f".blazon-{uuid.uuid4().hex}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
