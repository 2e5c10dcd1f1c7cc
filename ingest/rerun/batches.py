"""A record batch as it lies in the bytes of an Arrow stream: how many rows, and where which values are.

Places come from the bytes themselves: what is asked for is checked against what is there.
Source: Arrow's `Message.fbs`.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from blazon.ingest.rerun.flatbuffer import Data, follow, member, root, vector

if TYPE_CHECKING:
    from blazon.ingest.rerun.layout import Places

CONTINUATION = 0xFFFFFFFF  # what an Arrow IPC message begins with
PREFIX = struct.Struct("<II")  # that, and how many bytes the head of the message has
_RECORD_BATCH = 3
_INT64 = struct.Struct("<q")


class RecordBatch(NamedTuple):
    """The head of a record batch. body, size : where its buffers begin in the stream, and how many bytes they take.

    nodes : of each array, in Arrow's order, its length and how many of it are null. buffers : of each its place in the
    body, and its length.
    """

    n_rows: int
    body: int
    size: int
    nodes: tuple[int, ...]
    buffers: tuple[int, ...]

    def length(self, node: int) -> int:
        """Return how long an array is; raise `UnusualError` where anything of it is null."""
        length, nulls = self.nodes[2 * node : 2 * node + 2]
        if nulls or length < 0:
            raise UnusualError(node)
        return length

    def place(self, buffer: int, size: int) -> int:
        """Return where a buffer of `size` bytes or more is in the stream; raise `UnusualError` where it is shorter."""
        start, length = self.buffers[2 * buffer : 2 * buffer + 2]
        if start < 0 or start & 7 or not 0 <= size <= length or start + length > self.size:
            raise UnusualError(buffer)
        return self.body + start


class UnusualError(ValueError):
    """What is read here alone where nothing about it is unusual: Arrow will, or will tell what is wrong."""


def read_batch(stream: Data, at: int, places: Places) -> RecordBatch | None:
    """Return the head of the record batch whose message begins at `at`; None for one that is not as `places` say.

    Raises `struct.error` or `IndexError` for a damaged one.
    """
    mark, size = PREFIX.unpack_from(stream, at)
    message = root(stream, at + 8)
    kind, batch_at, size_at = (member(stream, message, index) for index in (1, 2, 3))
    if mark != CONTINUATION or not (kind and batch_at and size_at) or stream[kind] != _RECORD_BATCH:
        return None
    batch = follow(stream, batch_at)
    rows_at, nodes_at, buffers_at = (member(stream, batch, index) for index in range(3))
    if not (rows_at and nodes_at and buffers_at) or member(stream, batch, 3):  # a body that is compressed by itself
        return None
    (first_node, n_nodes), (first_buffer, n_buffers) = vector(stream, nodes_at), vector(stream, buffers_at)
    if (16 * n_nodes, 16 * n_buffers) != (places.nodes.size, places.buffers.size):
        return None
    if max(first_node + 16 * n_nodes, first_buffer + 16 * n_buffers) > at + 8 + size:
        return None
    return RecordBatch(
        _INT64.unpack_from(stream, rows_at)[0],
        at + 8 + size,
        _INT64.unpack_from(stream, size_at)[0],
        places.nodes.unpack_from(stream, first_node),
        places.buffers.unpack_from(stream, first_buffer),
    )
