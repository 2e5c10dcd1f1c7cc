"""The Arrow payload of a message: bytes in, a checked record batch out.

The only place where lengths that a file claims lead to an allocation, and where pyarrow's many exceptions become one.
Nothing leaves here that could make numpy or pyarrow read out of bounds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from blazon.ingest.errors import BlazonError, SourceError

NONE, LZ4 = 1, 2
_CODEC = pa.Codec("lz4_raw")
_LZ4_MAX_RATIO = 255  # no byte of an LZ4 block stands for more
_LZ4_LAST_LITERALS = 5  # an LZ4 block ends with as many bytes that stand for themselves
_FOREIGN = (pa.ArrowException, OSError, ValueError, TypeError, LookupError, ArithmeticError, MemoryError)
_MAX_REASON = 160


@contextlib.contextmanager
def foreign_errors(what: str) -> Iterator[None]:
    """Turn whatever pyarrow and numpy raise about `what` into a `SourceError` of one line."""
    try:
        yield
    except BlazonError:
        raise
    except (*_FOREIGN, NotImplementedError, StopIteration) as error:
        reason = next(iter(str(error).splitlines()), "")[:_MAX_REASON] or type(error).__name__
        raise SourceError(f"{what} can't be decoded: {reason}") from None


def uncompressed(payload: bytes | memoryview, compression: int, size: int) -> pa.Buffer:
    """Return the Arrow IPC stream in `payload`.

    compression : `NONE` (also 0) or `LZ4` (a block without a frame).
    size : bytes after decompression, as the sender says.
    Raises `SourceError` for a compression that is not known and for a size that can't be true, and what pyarrow raises.
    """
    if compression in (0, NONE):
        return pa.py_buffer(bytes(payload))  # a copy: in the file it is neither aligned nor safe from changes
    if compression != LZ4:
        raise SourceError(f"a payload has compression {compression}; expected {NONE} (none) or {LZ4} (LZ4)")
    if size > _LZ4_MAX_RATIO * len(payload):
        raise SourceError(f"a payload of {len(payload)} bytes claims to hold {size}; LZ4 can't hold that much")
    plain = _CODEC.decompress(pa.py_buffer(payload), size)
    tail = min(_LZ4_LAST_LITERALS, size)
    # pyarrow doesn't say how many bytes there were, and leaves the rest uninitialised
    if bytes(memoryview(plain)[size - tail :]) != bytes(payload[len(payload) - tail :]):
        raise SourceError(f"a payload claims to hold {size} bytes, and holds fewer: it is damaged")
    return plain


def record_batch(stream: pa.Buffer) -> Any:
    """Return the one record batch of an Arrow IPC stream as views into it, with every offset and string checked.

    Raises what pyarrow raises.
    """
    batch = pa.ipc.open_stream(stream).read_next_batch()
    batch.validate(full=True)
    return batch
