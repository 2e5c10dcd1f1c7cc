"""Chunks made of streams without Arrow's objects, by a plan: one by itself, or many together that are alike."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.chunk import Chunk, Column
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import BlazonError, SourceError
from blazon.ingest.rerun import payload
from blazon.ingest.rerun.bare import BareCells, CellsPlan, Marks, Numbers, Offsets, Stream
from blazon.ingest.rerun.batches import PREFIX
from blazon.ingest.rerun.layout import Layout
from blazon.ingest.rerun.layouts import Cut, Layouts, entity_of, schema_in
from blazon.ingest.rerun.messages import ARROW_IPC, ArrowMsg
from blazon.ingest.rerun.plans import BatchPlan, Plans
from blazon.ingest.timeline import Timeline

MOST_OF_CELLS = 4  # sizes of a chunk that its cells may take where they are kept
LARGEST = 1 << 16  # bytes of a chunk that is decoded together with others
FEWEST, MOST = 4, 64  # of those; one that is kept keeps the memory of all
MOST_KINDS = 8  # among those of one size
Streams = NDArray[np.uint8]  # (streams, bytes)
_Cells = tuple[BareCells, Marks | None]


class Decoded(NamedTuple):
    """A chunk, where it was logged, and what could not be taken from it."""

    entity: EntityPath
    chunk: Chunk
    notices: tuple[str, ...]


class Block(NamedTuple):
    """The payload of a message that holds an LZ4 block, and its size when it is not compressed any more."""

    packed: bytes | memoryview
    size: int

    @staticmethod
    def of(message: ArrowMsg) -> Block | None:
        """Return that of a message; None where it holds something else."""
        is_block = message.encoding == ARROW_IPC and message.compression == payload.LZ4
        return Block(message.payload, message.uncompressed_size) if is_block else None


def decoded(stream: Stream, plan: BatchPlan, layout: Layout, path: bytes) -> Decoded | None:
    """Return the chunk in a stream; None where Arrow has to read it, or to say what is wrong. path : of the entity."""
    if plan.end > stream.size:
        return None
    try:
        cells = [column.read(stream) for column in plan.columns]
    except ValueError:
        return None
    times = {line: read(stream) for line, read in plan.times}
    chunk = _chunk(plan, _row_ids(plan.ids(stream)), times, cells, stream.size)
    return Decoded(entity_of(path), chunk, layout.notices)


def decoded_alike(
    blocks: Sequence[Block], layouts: Layouts, plans: Plans, alone: Callable[[Block], Decoded]
) -> list[Decoded | None]:
    """Return the chunks in blocks, those together that are alike; None for each that has to be decoded by itself.

    alone : decodes one by itself, and learns its layout. May raise `SourceError`.
    """
    found: list[Decoded | None] = [None] * len(blocks)
    by_size: dict[int, list[int]] = {}
    for number, block in enumerate(blocks):
        by_size.setdefault(block.size, []).append(number)
    for size, numbers in by_size.items():
        for start in range(0, len(numbers) if 0 < size <= LARGEST else 0, MOST):
            group = numbers[start : start + MOST]
            if len(group) >= FEWEST:
                chunks = _together([blocks[number] for number in group], layouts, plans, alone)
                for number, chunk in zip(group, chunks, strict=True):
                    found[number] = chunk
    return found


def _together(
    blocks: Sequence[Block], layouts: Layouts, plans: Plans, alone: Callable[[Block], Decoded]
) -> Sequence[Decoded | None]:
    """The chunks in blocks of one size, of which there may be some kinds."""
    found: list[Decoded | None] = [None] * len(blocks)
    streams, left = payload.uncompressed_alike([block.packed for block in blocks], blocks[0].size)
    for _ in range(MOST_KINDS):
        if np.count_nonzero(left) < FEWEST:
            break
        first = int(np.argmax(left))
        left[first] = False
        kind = _kind(streams, first, layouts, plans)
        if kind is None:
            with contextlib.suppress(SourceError):
                found[first] = alone(blocks[first])
            kind = _kind(streams, first, layouts, plans)
        if kind is not None:
            alike = kind.alike(left)
            left &= ~alike
            for number in np.flatnonzero(alike).tolist():
                found[number] = kind.chunk(number)
            found[first] = found[first] or kind.chunk(first)
    return found


def _kind(streams: Streams, first: int, layouts: Layouts, plans: Plans) -> _Kind | None:
    """What the first stream is of; None where that is not known, or only Arrow can read it."""
    model = streams[first]
    schema = schema_in(model.data)
    known = layouts.find_cut(schema)
    plan = plans.find(model, 8 + len(schema), known[0].places) if known is not None else None
    if known is None or plan is None or plan.end > model.size:
        return None
    try:
        return _Kind(streams, model, plan, *known)
    except ValueError:
        return None


class _Kind:
    """Streams that differ from one of them in nothing but ids, paths, times and values.

    What is the same to the byte need not be checked again. Raises `ValueError` where the one is damaged.
    """

    def __init__(self, streams: Streams, model: Stream, plan: BatchPlan, layout: Layout, cut: Cut) -> None:
        self._streams, self._model, self._plan, self._layout = streams, model, plan, layout
        self._columns = [_ColumnOfMany(column, streams, model) for column in plan.columns]
        schema = (slice(PREFIX.size + part.start, PREFIX.size + part.stop) for part in cut.kept)
        self._same = [slice(0, PREFIX.size), *schema, plan.head]
        self._same += [column.same for column in self._columns if column.same is not None]
        self._path = slice(PREFIX.size + cut.entity.start, PREFIX.size + cut.entity.stop)
        self._ids = _row_ids(plan.ids.of_many(streams))
        self._times = [(line, read.of_many(streams)) for line, read in plan.times]

    def alike(self, asked: Marks) -> Marks:
        """Return which of those that are asked about are of this kind, bool (streams,)."""
        found = asked.copy()
        for span in self._same:
            found &= (self._streams[:, span] == self._model[span]).all(axis=1)
        return found

    def chunk(self, number: int) -> Decoded | None:
        """Return the chunk in a stream of this kind; None where it has to be decoded by itself."""
        try:
            cells = [column.read(number) for column in self._columns]
            entity = entity_of(self._streams[number, self._path].tobytes())
        except (BlazonError, ValueError):
            return None
        times = {line: each[number] for line, each in self._times}
        chunk = _chunk(self._plan, self._ids[number], times, cells, self._model.size)
        return Decoded(entity, chunk, self._layout.notices)


class _ColumnOfMany:
    """A column of chunks that are alike. same : the bytes that have to be the same in all, if any."""

    __slots__ = ("_every", "_offsets", "_plan", "_streams", "same")

    def __init__(self, plan: CellsPlan, streams: Streams, model: Stream) -> None:
        self._plan, self._streams = plan, streams
        self._every: NDArray[Any] | None = None
        self._offsets: Offsets = ()
        self.same: slice | None = None
        if isinstance(plan.items, Numbers) and plan.marks is None:
            self._every, self._offsets, self.same = plan.items.of_many(streams), plan.starts(model), plan.starts.span

    def read(self, number: int) -> _Cells:
        """Return the cells of a chunk, and which of its rows have one. Raises `ValueError`, as the plan does."""
        if self._every is None:
            return self._plan.read(self._streams[number])
        return BareCells(self._every[number], self._offsets), None


def _chunk(
    plan: BatchPlan,
    ids: NDArray[np.uint64],
    times: Mapping[Timeline, NDArray[np.int64]],
    cells: Sequence[_Cells],
    n_bytes: int,
) -> Chunk:
    keeps_cells = plan.cell_bytes <= MOST_OF_CELLS * n_bytes
    columns = {
        column.name: Column(
            plan.everywhere if there is None else there, read, read.many if keeps_cells and column.is_slice else None
        )
        for column, (read, there) in zip(plan.columns, cells, strict=True)
    }
    return Chunk(ids, times, columns, n_bytes + plan.cell_bytes * keeps_cells)


def _row_ids(ids: NDArray[Any]) -> NDArray[np.uint64]:
    """Row ids as they lie in a stream, (…, rows) of 16 bytes, as numbers, (…, rows, 2)."""
    return ids.view(">u8").reshape(*ids.shape, 2).astype(np.uint64)
