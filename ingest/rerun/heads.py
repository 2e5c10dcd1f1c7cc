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
from blazon.ingest.rerun.batches import PREFIX, UnusualError, read_batch
from blazon.ingest.rerun.layout import Places
from blazon.ingest.rerun.layouts import Layouts, entity_of, schema_in
from blazon.ingest.timeline import Timeline, TimeRange

FEW_ROWS = 16  # so many are looked at one by one
MOST_PLANS = 8  # of each layout
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
    except (struct.error, IndexError, UnicodeDecodeError, UnusualError):
        return None


class _Plan(NamedTuple):
    """What the head of a batch says, for all that have the same: where in a stream ids and stamps lie."""

    n_rows: int
    ids: slice
    stamps: tuple[slice, ...]
    components: Mapping[str, int]


def _head(stream: bytes, at: int, places: Places, entity: EntityPath) -> Head | None:
    """The head of the batch whose message begins at `at`."""
    key = at, stream[at : at + PREFIX.size + PREFIX.unpack_from(stream, at)[1]]
    plan = places.heads.get(key)
    if plan is None:
        plan = _plan(stream, at, places)
        if plan is None:
            return None
        if len(places.heads) >= MOST_PLANS:
            places.heads.clear()
        places.heads[key] = plan
    ids, *stamps = [stream[each] for each in (plan.ids, *plan.stamps)]
    if any(part.stop > len(stream) for part in (plan.ids, *plan.stamps)):
        raise IndexError(len(stream))
    times = {line: _covered(each) for (line, *_), each in zip(places.timelines, stamps, strict=True)}
    covered = (_ROW_ID.unpack(ids),) * 2 if plan.n_rows == 1 else ends(np.frombuffer(ids, ">u8").reshape(-1, 2))
    return Head(entity, plan.n_rows, times, plan.components, *covered, (ids, *stamps))


def _plan(stream: bytes, at: int, places: Places) -> _Plan | None:
    batch = read_batch(stream, at, places)
    if batch is None or batch.n_rows < 1:
        return None
    n_rows, nodes = batch.n_rows, batch.nodes

    def values(node: int, buffer: int, size: int) -> slice:
        """Where the values of a column are that has one for each row."""
        start = batch.place(buffer, n_rows * size)
        if batch.length(node) != n_rows:
            raise IndexError(node)
        return slice(start, start + n_rows * size)

    counts = [(name, n_rows - nodes[2 * node + 1]) for name, node in places.components]
    if any(not 0 <= count <= n_rows for _, count in counts):
        return None
    ids = values(*places.row_id, _ROW_ID.size)
    stamps = tuple(values(node, buffer, _TIME.size) for _, node, buffer in places.timelines)
    return _Plan(n_rows, ids, stamps, _counts(tuple([each for each in counts if each[1]])))


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
