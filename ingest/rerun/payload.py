"""The Arrow payload of a message: bytes in, a checked record batch out.

The only place where lengths that a file claims lead to an allocation, and where pyarrow's many exceptions become one.
Nothing leaves here that could make numpy or pyarrow read out of bounds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import cramjam
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from blazon.ingest.errors import BlazonError, SourceError
from blazon.ingest.slabs import SLABS

NONE, LZ4 = 1, 2
Bytes = NDArray[np.uint8]
_LZ4_MAX_RATIO = 255  # no byte of an LZ4 block stands for more
_FOREIGN = (pa.ArrowException, OSError, ValueError, TypeError, LookupError, ArithmeticError, MemoryError)
_MAX_REASON = 160
_APART = 64  # bytes


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


def uncompressed(payload: bytes | memoryview, compression: int, size: int) -> Bytes:
    """Return the Arrow IPC stream in `payload`, uint8 (n,), not to be written to.

    compression : `NONE` (also 0) or `LZ4` (a block without a frame).
    size : bytes after decompression, as the sender says.
    Raises `SourceError` for a compression that is not known and for a size that isn't true.
    """
    if compression in (0, NONE):
        plain = SLABS.take(len(payload))
        plain[:] = np.frombuffer(payload, np.uint8)  # a copy: in the file it is neither aligned nor safe from changes
        plain.flags.writeable = False
        return plain
    if compression != LZ4:
        raise SourceError(f"a payload has compression {compression}; expected {NONE} (none) or {LZ4} (LZ4)")
    if size > _LZ4_MAX_RATIO * len(payload):
        raise SourceError(f"a payload of {len(payload)} bytes claims to hold {size}; LZ4 can't hold that much")
    plain = SLABS.take(size)
    try:
        n_bytes = cramjam.lz4.decompress_block_into(payload, plain.data, output_len=size)
    except cramjam.DecompressionError:
        raise SourceError(f"a payload of {len(payload)} bytes is no LZ4 that holds {size}: it is damaged") from None
    if n_bytes != size:
        raise SourceError(f"a payload claims to hold {size} bytes, and holds {n_bytes}: it is damaged")
    plain.flags.writeable = False
    return plain


def uncompressed_alike(packed: Sequence[bytes | memoryview], size: int) -> tuple[Bytes, NDArray[np.bool_]]:
    """Return what LZ4 blocks hold, uint8 (n, size), not to be written to, and which of them hold just so much, (n,).

    size : bytes of each after decompression. Rows are apart as arrays of numbers have to be.
    """
    step = -(-size // _APART) * _APART
    plain = SLABS.take(len(packed) * step)
    memory, whole = plain.data, []
    for number, each in enumerate(packed):
        try:
            part = memory[number * step : number * step + size]
            whole.append(cramjam.lz4.decompress_block_into(each, part, output_len=size) == size)
        except cramjam.DecompressionError:
            whole.append(False)
    plain.flags.writeable = False
    return plain.reshape(len(packed), step)[:, :size], np.array(whole, np.bool_)


def record_batch(stream: Bytes) -> Any:
    """Return the one record batch of an Arrow IPC stream as views into it, with every offset and string checked.

    Raises what pyarrow raises.
    """
    batch = pa.ipc.open_stream(pa.py_buffer(stream)).read_next_batch()
    batch.validate(full=True)
    return batch
