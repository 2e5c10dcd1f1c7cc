"""What a chunk covers, read from the first bytes of its Arrow stream, without Arrow and without its cells.

A live stream brings thousands of small chunks a second, of which few are ever drawn: making Arrow's objects of each
takes longer than all else. Only chunks are read here whose layout is known and in which nothing is unusual; what is
read is checked as far as it is used, the rest when the chunk is decoded. Source: Arrow's `Message.fbs`; WIRE.md.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.rerun.flatbuffer import follow, member, root, vector
from blazon.ingest.rerun.layout import Places
from blazon.ingest.rerun.layouts import CONTINUATION, PREFIX, Layouts, entity_of, schema_in
from blazon.ingest.timeline import Timeline, TimeRange

FEW_ROWS = 16  # so many are looked at one by one
_RECORD_BATCH = 3
_ROW_ID, _TIME = struct.Struct(">QQ"), struct.Struct("<q")
RowId = tuple[int, int]


class Head(NamedTuple):
    """What a chunk covers. components : how many rows have each. oldest, newest : its first and its last row id.

    stamps : the bytes of its row ids, big endian, then of its times on each timeline, little endian.
    """

    entity: EntityPath
    n_rows: int
    times: Mapping[Timeline, TimeRange]
    components: Mapping[str, int]
    oldest: RowId
    newest: RowId
    stamps: tuple[bytes, ...]


def read_head(stream: bytes, layouts: Layouts) -> Head | None:
    """Return the head of a chunk; None where it can't be told: decoding it will, or will tell what is wrong.

    stream : its bytes, not compressed; or the first of them, if all that is told lies there.
    Raises `SourceError` where the entity's path is none.
    """
    schema = schema_in(stream)
    known = layouts.find(schema)
    if known is None or known[0].places is None:
        return None
    try:
        return _head(stream, 8 + len(schema), known[0].places, entity_of(known[1]))
    except (struct.error, IndexError, UnicodeDecodeError):
        return None


def _head(stream: bytes, at: int, places: Places, entity: EntityPath) -> Head | None:
    """The head of the batch whose message begins at `at`."""
    mark, size = PREFIX.unpack_from(stream, at)
    message, body = root(stream, at + 8), at + 8 + size
    kind, batch_at = member(stream, message, 1), member(stream, message, 2)
    if mark != CONTINUATION or not kind or not batch_at or stream[kind] != _RECORD_BATCH:
        return None
    batch = follow(stream, batch_at)
    rows_at, nodes_at, buffers_at = (member(stream, batch, index) for index in range(3))
    if not (rows_at and nodes_at and buffers_at) or member(stream, batch, 3):  # a body that is compressed by itself
        return None
    (first_node, n_nodes), (first_buffer, n_buffers) = vector(stream, nodes_at), vector(stream, buffers_at)
    n_rows = _TIME.unpack_from(stream, rows_at)[0]
    if n_rows < 1 or (16 * n_nodes, 16 * n_buffers) != (places.nodes.size, places.buffers.size):
        return None
    nodes = places.nodes.unpack_from(stream, first_node)  # of each its length, and how many are null
    buffers = places.buffers.unpack_from(stream, first_buffer)  # of each its place in the body, and its length

    def values(node: int, buffer: int, size: int) -> bytes:
        """The values of a column that has one for each row."""
        start, length = buffers[2 * buffer : 2 * buffer + 2]
        is_whole = nodes[2 * node : 2 * node + 2] == (n_rows, 0) and start >= 0 and n_rows * size <= length
        if not is_whole or body + start + n_rows * size > len(stream):
            raise IndexError(node)
        return stream[body + start : body + start + n_rows * size]

    ids = values(*places.row_id, _ROW_ID.size)
    stamps = [values(node, buffer, _TIME.size) for _, node, buffer in places.timelines]
    times = {line: _covered(each) for (line, *_), each in zip(places.timelines, stamps, strict=True)}
    counts = [(name, n_rows - nodes[2 * node + 1]) for name, node in places.components]
    if any(not 0 <= count <= n_rows for _, count in counts):
        return None
    components = _counts(tuple([each for each in counts if each[1]]))
    covered = (_ROW_ID.unpack(ids),) * 2 if n_rows == 1 else ends(np.frombuffer(ids, ">u8").reshape(-1, 2))
    return Head(entity, n_rows, times, components, *covered, (ids, *stamps))


def _covered(stamps: bytes) -> TimeRange:
    if len(stamps) == _TIME.size:
        time = _TIME.unpack(stamps)[0]
        return TimeRange(time, time)
    times = np.frombuffer(stamps, "<i8")
    return TimeRange(int(times.min()), int(times.max()))


def ends(words: NDArray[np.uint64]) -> tuple[RowId, RowId]:
    """Return the first and the last of some row ids, (n, 2), of which there are any."""
    if len(words) <= FEW_ROWS:
        ids = sorted(map(tuple, words.tolist()))
        return ids[0], ids[-1]
    order = np.lexsort((words[:, 1], words[:, 0]))
    oldest, newest = words[order[0]].tolist(), words[order[-1]].tolist()
    return (oldest[0], oldest[1]), (newest[0], newest[1])


@functools.lru_cache(maxsize=1024)
def _counts(counts: tuple[tuple[str, int], ...]) -> Mapping[str, int]:
    """Rows by component, the same object for the same ones: most chunks of a stream are alike in that."""
    return dict(counts)
