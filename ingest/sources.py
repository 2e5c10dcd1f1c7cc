"""What opens what: the one table of the kinds of files that recordings come from.

Reads no recording by itself, and imports a reader when a file of its kind is opened.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, cast

from blazon.ingest import remote
from blazon.ingest.errors import SourceError
from blazon.ingest.recording import Recording

if TYPE_CHECKING:
    from blazon.ingest.rerun.mapped_file import MappedFile

_READERS: Mapping[bytes, tuple[str, str]] = {  # what a file starts with -> module and class of its reader
    b"RRF": ("blazon.ingest.rerun.rrd", "RrdFile"),
}
_LFS_POINTER = b"version https://git-lfs"


class SourceFile(Protocol):
    """An open file that holds recordings."""

    def recordings(self) -> list[tuple[str, str]]:
        """The id of each recording and the application that it comes from, in file order."""

    def open(self, recording_id: str | None = None) -> Recording:
        """Return one recording, the first if none is named."""


def load(path: str | os.PathLike[str], recording: str | None = None) -> Recording:
    """Return a recording of the file at `path`, the first if none is named. Chunks are read as they are needed.

    path : of a file, or a URL that fsspec reads, of which a copy is made on this machine for as long as it is open.
    recording : a recording id. The file is a `.rrd` of rerun-sdk 0.24 or later. What is missing or damaged in it is in
    the recording's `notices`. Raises `SourceError` where it can't be read at all, and `NotInRecordingError` for an id
    that it lacks.
    """
    return open_source(path).open(recording)


def open_source(path: str | os.PathLike[str]) -> SourceFile:
    """Return the file at `path`, opened by its reader. Raises `SourceError`."""
    file = _mapped(os.fspath(path))
    head = file.data[:32]
    for magic, (module, name) in _READERS.items():
        if head.startswith(magic[: len(head)]):
            return cast(SourceFile, getattr(importlib.import_module(module), name)(file))
    if head.startswith(_LFS_POINTER):
        raise SourceError(f"{file.path} is a Git LFS pointer, not the file itself; run `git lfs pull` first")
    raise SourceError(f"{file.path} starts with {head[:4]!r}; expected an .rrd file, which starts with b'RRF2'")


def _mapped(name: str) -> MappedFile:
    from blazon.ingest.rerun.mapped_file import MappedFile

    if not remote.is_url(name):
        return MappedFile(remote.local_path(name))
    with remote.fetched(name) as path:
        return MappedFile(path, name)  # what is mapped stays, whatever becomes of its name
