"""Appends what arrives to a `.rrd` file, as it was sent: readable, at any moment, up to its last whole message.

The file has no footer while it grows, as those of programs that still run have none; see container.py.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from blazon.ingest.errors import SourceError
from blazon.ingest.rerun.container import MessageKind, message_head, stream_head


class RrdWriter:
    """A file that grows. Several threads may append.

    path : must not exist yet: what is there is never overwritten. Raises `SourceError` where it can't be made.
    failure : why nothing more is written, a full disk for example; None: all is well.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.n_bytes = 0
        self.failure: str | None = None
        self._lock = threading.Lock()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        except FileExistsError:
            raise SourceError(f"{self.path} is there already; give another name to --save") from None
        except OSError as error:
            raise SourceError(f"{self.path} can't be written: {error.strerror}; give another name to --save") from None
        self._write([stream_head()])

    def append(self, kind: MessageKind, message: memoryview) -> None:
        """Append a message, and hand it to the system, whole; after a failure nothing is appended any more."""
        with self._lock:
            if self.failure is None:
                self._write([message_head(kind, len(message)), message])

    def close(self) -> None:
        """End the file. May be called twice."""
        with self._lock:
            if self._file >= 0:
                if self.failure is None:
                    self._write([message_head(MessageKind.END, 0)])
                with contextlib.suppress(OSError):
                    os.close(self._file)
                self._file = -1

    def _write(self, parts: list[bytes | memoryview]) -> None:
        """Write parts one after the other, all or nothing."""
        before = self.n_bytes
        try:
            while parts:
                written = os.writev(self._file, parts)
                self.n_bytes += written
                while parts and written >= len(parts[0]):
                    written -= len(parts.pop(0))
                if written:
                    parts[0] = memoryview(parts[0])[written:]
        except OSError as error:
            self.failure = f"{self.path}: {error.strerror}; what was written until then is whole"
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, before)
            self.n_bytes = before
