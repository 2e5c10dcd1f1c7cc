"""The manifest in a file's footer: which chunks a recording has, where they are, and what they cover.

One row for each chunk; for each timeline, and for each component on it, a few columns, of which there can be
thousands: they are read column by column, and only those that an index needs. Nothing in it is trusted before it
is checked.
Source: rerun's `re_log_encoding::rrd::footer`, as in WIRE.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from blazon.ingest.chunk import ChunkRef
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import SourceError
from blazon.ingest.rerun import payload
from blazon.ingest.rerun.cells import valid
from blazon.ingest.rerun.layout import timeline_of
from blazon.ingest.rerun.messages import StoreId, parse_store_id
from blazon.ingest.rerun.protobuf import fields, number, view
from blazon.ingest.timeline import Timeline, TimeRange

_WHAT = "the manifest of a recording"
_FIXED = {
    "chunk_entity_path": pa.string(),
    "chunk_id": pa.binary(16),
    "chunk_is_static": pa.bool_(),
    "chunk_num_rows": pa.uint64(),
    "chunk_byte_offset": pa.uint64(),
    "chunk_byte_size": pa.uint64(),
}
_MAX_ROWS_PER_BYTE = 16  # a row has an id of 16 bytes, and LZ4 packs 255 bytes into one at best


class Manifest(NamedTuple):
    """The manifest of one recording, not yet decoded."""

    store: StoreId
    part: memoryview


class Place(NamedTuple):
    """Where a chunk's message is in the file, and what is to be found there."""

    start: int
    stop: int
    entity: EntityPath
    times: Mapping[Timeline, TimeRange]  # none: static


class _Mark(NamedTuple):
    """What a column of a manifest is about."""

    column: int
    timeline: str
    component: str | None  # None: the chunk as a whole
    marker: str  # "start", "end", "num_rows", "has_static_data"


class Span(NamedTuple):
    """Which chunks are on a timeline, and their first and last value; each (n,), one for each chunk."""

    timeline: Timeline
    has: NDArray[np.bool_]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """A manifest's columns, one row for each chunk.

    starts, stops : int64 (n,), bytes of the file. ids : 16 bytes each. n_rows : int64 (n,).
    times : what those that are not static cover, timeline by timeline.
    counts : for each component how many rows of each chunk have it, int64 (n,).
    """

    entities: list[str]
    ids: list[bytes]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    n_rows: NDArray[np.int64]
    times: list[Span]
    counts: dict[str, NDArray[np.int64]]


def parse_footer(message: memoryview) -> list[Manifest]:
    """Return the manifests in a stream's last message, undecoded. Raises `SourceError`."""
    manifests = []
    for field, value in fields(message):
        if field == 1:
            found = dict(fields(view({1: value}, 1)))
            manifests.append(Manifest(parse_store_id(view(found, 1)), view(found, 4)))
    return manifests


def read_table(manifest: Manifest, start: int, stop: int) -> Table:
    """Decode and check a manifest.

    start, stop : the bytes of its stream, from whose start its offsets count.
    Raises `SourceError` where it isn't one, or points outside of its stream.
    """
    found = dict(fields(manifest.part))
    with payload.foreign_errors(_WHAT):
        stream = payload.uncompressed(view(found, 2), number(found, 3), number(found, 4))
        batch = payload.record_batch(stream)
        fixed = {name: _fixed(batch, name, type_) for name, type_ in _FIXED.items()}
        n_rows = _checked_rows(fixed, stop - start)
        marks = _marked(batch.schema)
        times = _times(batch, marks)
        is_timeless = ~np.any([np.zeros(len(n_rows), np.bool_), *(span.has for span in times)], axis=0)
        if (is_timeless != fixed["chunk_is_static"].to_numpy(zero_copy_only=False))[n_rows > 0].any():
            raise SourceError(f"{_WHAT} has static chunks with times, or others without")
        starts = fixed["chunk_byte_offset"].to_numpy().astype(np.int64) + start
        return Table(
            entities=fixed["chunk_entity_path"].to_pylist(),
            ids=fixed["chunk_id"].to_pylist(),
            starts=starts,
            stops=starts + fixed["chunk_byte_size"].to_numpy().astype(np.int64),
            n_rows=n_rows,
            times=times,
            counts=_counts(batch, marks, n_rows),
        )


def chunk_refs(
    table: Table, skip: set[bytes], make: Callable[[Place, int, Mapping[str, int]], ChunkRef]
) -> list[ChunkRef]:
    """Return a ref for each chunk of `table` that has rows.

    skip : ids of chunks that are known already; takes those of this table. make : from its place, how many rows it has,
    and how many of them each component.
    """
    times, counts = _times_by_chunk(table), _counts_by_chunk(table)
    refs = []
    starts, stops, n_rows = table.starts.tolist(), table.stops.tolist(), table.n_rows.tolist()
    for row, id_ in enumerate(table.ids):
        if n_rows[row] and id_ not in skip:
            skip.add(id_)
            entity = EntityPath.parse(table.entities[row])
            place = Place(starts[row], stops[row], entity, times[row])
            refs.append(make(place, n_rows[row], counts[row]))
    return refs


def _times_by_chunk(table: Table) -> list[dict[Timeline, TimeRange]]:
    times: list[dict[Timeline, TimeRange]] = [{} for _ in table.ids]
    for line, has, first, last in table.times:
        rows = np.flatnonzero(has)
        for row, begin, end in zip(rows.tolist(), first[rows].tolist(), last[rows].tolist(), strict=True):
            times[row][line] = TimeRange(begin, end)
    return times


def _counts_by_chunk(table: Table) -> list[dict[str, int]]:
    counts: list[dict[str, int]] = [{} for _ in table.ids]
    for name, count in table.counts.items():
        rows = np.flatnonzero(count)
        for row, rows_with in zip(rows.tolist(), count[rows].tolist(), strict=True):
            counts[row][name] = rows_with
    return counts


def _checked_rows(fixed: Mapping[str, Any], stream_bytes: int) -> NDArray[np.int64]:
    """How many rows each chunk has, int64 (n,), after a check of all numbers that could be beyond the stream."""
    names = ("chunk_byte_offset", "chunk_byte_size", "chunk_num_rows")
    offsets, sizes, n_rows = (fixed[name].to_numpy() for name in names)
    limit = np.uint64(stream_bytes)
    if ((offsets > limit) | (sizes > limit - np.minimum(offsets, limit))).any():
        raise SourceError(f"{_WHAT} points outside of its stream, which has {limit} bytes")
    if (n_rows > limit * np.uint64(_MAX_ROWS_PER_BYTE)).any():
        raise SourceError(f"{_WHAT} has a chunk of {n_rows.max()} rows, in a stream of {limit} bytes")
    return np.asarray(n_rows.astype(np.int64))


def _fixed(batch: Any, name: str, type_: Any) -> Any:
    """A column that every manifest has."""
    column = batch.column(name)
    if column.type != type_ or column.null_count:
        raise SourceError(f"{_WHAT} has {name} of type {column.type}, {column.null_count} missing; expected {type_}")
    return column


def _marked(schema: Any) -> list[_Mark]:
    """The index columns of a manifest: those that are about times, or about components."""
    marks = []
    for index, field in enumerate(schema):
        about = field.metadata or {}
        timeline, component = about.get(b"rerun:index"), about.get(b"rerun:component")
        if timeline is not None:
            marker = field.name.rpartition(":")[2]
            marks.append(_Mark(index, timeline.decode(), None if component is None else component.decode(), marker))
    return marks


def _times(batch: Any, marks: list[_Mark]) -> list[Span]:
    bounds = {(mark.timeline, mark.marker): batch.column(mark.column) for mark in marks if mark.component is None}
    times = []
    for name, marker in bounds:
        if marker == "start":
            first, last = bounds[name, "start"], bounds[name, "end"]
            has = valid(first)
            begin, end = (_filled(each.view(pa.int64())) for each in (first, last))
            if (begin > end).any() or last.null_count != first.null_count:
                raise SourceError(f"{_WHAT} has chunks that end on {name!r} before they begin")
            times.append(Span(timeline_of(name, first.type), has, begin, end))
    return times


def _filled(column: Any) -> NDArray[np.int64]:
    """Times as int64 (n,), 0 where there is none."""
    times = np.frombuffer(column.buffers()[1], np.int64)[column.offset : column.offset + len(column)]
    return np.where(valid(column), times, 0)


def _counts(batch: Any, marks: list[_Mark], n_rows: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """How many rows of each chunk have each component: the same on all timelines; of static chunks, all rows."""
    counts: dict[str, NDArray[np.int64]] = {}
    for index, _, component, marker in marks:
        if component is None or marker not in ("has_static_data", "num_rows"):
            continue
        column = batch.column(index)
        if marker == "num_rows":
            rows = _unsigned(column).astype(np.int64)
        else:
            rows = np.where(column.to_numpy(zero_copy_only=False) == True, n_rows, 0)  # noqa: E712 (a null is None)
        counts[component] = np.maximum(counts[component], rows) if component in counts else rows
    return counts


def _unsigned(column: Any) -> NDArray[np.uint64]:
    if not pa.types.is_uint64(column.type):
        raise SourceError(f"{_WHAT} has a column of type {column.type}; expected uint64")
    return np.asarray((column.fill_null(0) if column.null_count else column).to_numpy())
