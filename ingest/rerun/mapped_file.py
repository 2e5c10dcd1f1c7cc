"""A file mapped into memory: read as bytes, without memory of its own.

Pages that were read count as resident until they are given back, so readers say what they have read, and every so
often all of it is given back to the kernel (which keeps it as long as there is room). A file that another program
cuts off while it is mapped can't be read safely: the kernel then stops the reader.
"""

from __future__ import annotations

import mmap
import os
import stat

from blazon.ingest.errors import SourceError

_GIVE_BACK_BYTES = 4 * 2**20  # as fast as 16, which a process then has at its peak


class MappedFile:
    """The bytes of a file.

    data : the bytes, to search and unpack. view : the same, to take slices without copying. name : what messages call
    it, if not by its path.
    Raises `SourceError` where `path` is missing, not a file, empty, or can't be read.
    """

    def __init__(self, path: str | os.PathLike[str], name: str | None = None) -> None:
        self.path = name or os.fspath(path)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # O_NONBLOCK: a fifo may not wait
        except OSError as error:
            raise SourceError(_cannot_open(self.path, error)) from None
        try:
            self.data = _map(self.path, descriptor)
        finally:
            os.close(descriptor)
        self.view = memoryview(self.data)
        self._n_read = 0

    def has_read(self, n_bytes: int) -> None:
        """Count bytes as read and not needed any more."""
        self._n_read += n_bytes
        if self._n_read >= _GIVE_BACK_BYTES:
            self._n_read = 0
            self.data.madvise(mmap.MADV_DONTNEED)


def _map(path: str, descriptor: int) -> mmap.mmap:
    status = os.fstat(descriptor)
    if stat.S_ISDIR(status.st_mode):
        raise SourceError(f"{path} is a directory; give a file")
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{path} is not a regular file; write it to a file first")
    if status.st_size == 0:
        raise SourceError(f"{path} is empty; expected a recording")
    try:
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise SourceError(_cannot_open(path, error)) from None


def _cannot_open(path: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path} does not exist; check the path"
    return f"{path} can't be read: {error.strerror or error}"
