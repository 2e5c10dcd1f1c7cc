"""Where what was made is put: on this machine, or at a URL; nothing half-written is ever left under its name."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from blazon.ingest import remote
from blazon.ingest.errors import SourceError


def write_whole(name: str, data: bytes, mark: str = "") -> None:
    """Write a file, whole or not at all; makes folders that are missing.

    name : a path, or a URL. A link is followed, a file that is read-only is left alone. mark : see `sweep`. Raises
    `SourceError` where that is refused.
    """
    if remote.is_url(name):
        remote.write_whole(name, data, mark)
        return
    with refusals(name), _replacing(writable(name), mark) as temporary:
        temporary.write_bytes(data)


def send_whole(path: Path, name: str, mark: str = "") -> None:
    """Copy a file of this machine's own disk to where `write_whole` would write. Raises as that does."""
    if remote.is_url(name):
        remote.send_whole(path, name, mark)
        return
    with refusals(name), _replacing(writable(name), mark) as temporary:
        shutil.copyfile(path, temporary)


def remove(name: str) -> None:
    """Remove a file, if it is there. Raises `SourceError` where that is refused."""
    if remote.is_url(name):
        remote.remove(name)
        return
    with refusals(name):
        Path(remote.local_path(name)).unlink(missing_ok=True)


def sweep(folder: str, mark: str) -> None:
    """Remove what a process that is gone left of files that it was writing into a folder, or the folder of a URL.

    mark : what that process, and no other, was given to mark them with; not empty. Raises `SourceError`.
    """
    if remote.is_url(folder):
        remote.sweep(folder, mark)
        return
    with refusals(folder):
        for left in Path(remote.local_path(folder)).glob(f"{remote.TEMPORARY}{mark}*"):
            left.unlink(missing_ok=True)


def writable(name: str) -> Path:
    """Return the path of a file of this machine that may be written, in a folder that is there. Raises `OSError`."""
    path = Path(remote.local_path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.resolve()
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if target.exists() and not target.is_file():  # what is written takes its place
        raise FileExistsError(errno.EEXIST, "it is no file, but a device or a pipe")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    return target


def is_there(name: str) -> bool:
    """Whether there is a file under a name, and anything in it. Raises `SourceError`."""
    if remote.is_url(name):
        return remote.is_there(name)
    path = Path(remote.local_path(name))
    with refusals(name):
        return path.is_file() and path.stat().st_size > 0


def hold(path: Path) -> int:
    """Make a file that nobody else holds, no link, and return what holds it, to be closed. Raises `OSError`."""
    if path.is_symlink():
        path.unlink()
    held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not path.exists() or os.fstat(held).st_ino != path.stat().st_ino:  # it was finished meanwhile
            raise BlockingIOError
    except BlockingIOError:
        os.close(held)
        raise BlockingIOError(errno.EAGAIN, f"another program is writing {path.name}") from None
    return held


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
def _replacing(path: Path, mark: str) -> Iterator[Path]:
    """Give a temporary file beside `path` that takes its place once it is whole.

    Its name is known before it is made, so that an interrupt at any moment leaves none behind.
    """
    temporary = path.with_name(f"{remote.TEMPORARY}{mark}{uuid.uuid4().hex}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
