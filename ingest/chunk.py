"""A chunk: some rows of one entity, as columns, immutable once made.

`ChunkRef` says where a chunk is and what it covers without decoding it; that is all an index needs. `Chunk` holds the
decoded columns. A cell (one component of one row) is a canonical value: a numpy array with one entry for each
instance, or one of the small types below.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.timeline import Timeline, TimeRange

STATIC_TIME = -(2**63) - 1  # before every 64 bit time: static data is older than all that is temporal


@dataclass(frozen=True, slots=True)
class Ragged:
    """Strips of points: strip i is `points[offsets[i] : offsets[i + 1]]`.

    points : float32 (m, 2), float32 or float64 (m, 3)     offsets : int64 (n + 1,)
    """

    points: NDArray[np.floating[Any]]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def dtype(self) -> np.dtype[Any]:
        """That of the points."""
        return self.points.dtype

    @staticmethod
    def joined(parts: Sequence[Ragged]) -> Ragged:
        """Return the strips of all `parts`, one or more, in order."""
        lengths = np.concatenate([np.diff(part.offsets) for part in parts])
        points = np.concatenate([part.points[part.offsets[0] : part.offsets[-1]] for part in parts])
        return Ragged(points, np.concatenate([[0], np.cumsum(lengths)]))


@dataclass(frozen=True, slots=True)
class ImageFormat:
    """How the bytes of an image are to be read. The numbers are the protocol's enums, None where not given."""

    width: int
    height: int
    pixel_format: int | None = None
    color_model: int | None = None
    channel_datatype: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One component of a chunk: which rows have it, and how to read a row's cell."""

    present: NDArray[np.bool_]  # (rows,)
    read: Callable[[int], Any]  # row -> canonical value; an empty array or None where it was logged as empty
    read_many: Callable[[Sequence[int]], list[Any]] | None = None  # the same of rows, where those may all be kept


@dataclass(frozen=True, slots=True, weakref_slot=True)
class WholeRows:
    """The rows of a chunk that have some components, all of them each, in order of time.

    rows, times : of each. known : the cells that may be kept, by component name, of each; empty where none may.
    others : the columns of those that are read row by row.
    """

    rows: list[int]
    times: list[int]
    known: list[dict[str, Any]]
    others: Mapping[str, Column]

    def cells(self, at: int) -> Mapping[str, Any]:
        """Return the cells of a row by component name; at : its place among these."""
        read = {name: column.read(self.rows[at]) for name, column in self.others.items()}
        return {**self.known[at], **read} if read and self.known else read or self.known[at]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Decoded rows of one entity."""

    row_ids: NDArray[np.uint64]  # (rows, 2): time_ns, counter; their lexicographic order is the order of logging
    times: Mapping[Timeline, NDArray[np.int64]]  # (rows,) each; none: static
    columns: Mapping[str, Column]
    n_bytes: int
    _orders: dict[tuple[Timeline | None, str], NDArray[np.int64]] = field(default_factory=dict, compare=False)
    _sorted: dict[tuple[Timeline, str], tuple[list[int], list[int]]] = field(default_factory=dict, compare=False)
    _whole: dict[tuple[Timeline, tuple[str, ...]], WholeRows] = field(default_factory=dict, compare=False)

    def row_id(self, row: int) -> tuple[int, int]:
        """Return the id of `row`, which orders as rows were logged."""
        return int(self.row_ids[row, 0]), int(self.row_ids[row, 1])

    def sorted_rows(self, timeline: Timeline, component: str) -> tuple[list[int], list[int]]:
        """Return the rows that have `component`, as `rows_in_order` does, and their times, both as lists."""
        if len(self.row_ids) == 1:
            return ([0], self.times[timeline].tolist()) if self.columns[component].present[0] else ([], [])
        key = (timeline, component)
        known = self._sorted.get(key)
        if known is None:
            known = self._sorted[key] = self._as_logged(timeline, component) or self._by_time(timeline, component)
        return known

    def _as_logged(self, timeline: Timeline, component: str) -> tuple[list[int], list[int]] | None:
        """The rows and their times, where all have the component and each is later than the one before."""
        times: list[int] = self.times[timeline].tolist()
        if not all(map(operator.lt, times, times[1:])) or not all(self.columns[component].present.tolist()):
            return None
        return list(range(len(times))), times

    def _by_time(self, timeline: Timeline, component: str) -> tuple[list[int], list[int]]:
        order = self.rows_in_order(timeline, component)
        return order.tolist(), self.times[timeline][order].tolist()

    def whole_rows(self, timeline: Timeline, names: tuple[str, ...]) -> WholeRows | None:
        """Return the rows that have the components `names`; None where some have a part of them alone, or none does."""
        known = self._whole.get((timeline, names))
        if known is None and timeline in self.times and self.has_whole(names):
            rows, times = self.sorted_rows(timeline, names[0])
            if rows:
                many = {name: each for name in names if (each := self.columns[name].read_many) is not None}
                cells = zip(*(read(rows) for read in many.values()), strict=True)
                others = {name: self.columns[name] for name in names if name not in many}
                known = WholeRows(rows, times, [dict(zip(many, each, strict=True)) for each in cells], others)
                self._whole[timeline, names] = known
        return known

    def has_whole(self, names: tuple[str, ...]) -> bool:
        """Whether each row has all components that are named, or none of them."""
        columns = self.columns
        first = columns.get(names[0])
        if first is None:
            return False
        for name in names:
            column = columns.get(name)
            if column is None or column.present is not first.present:
                return False
        return True

    def rows_in_order(self, timeline: Timeline | None, component: str) -> NDArray[np.int64]:
        """Return the rows that have `component`, sorted by (time, row id); int64 (k,). `None` is for static chunks."""
        key = (timeline, component)
        order = self._orders.get(key)
        if order is None:
            keys = [self.row_ids[:, 1], self.row_ids[:, 0]]
            order = np.lexsort(keys if timeline is None else [*keys, self.times[timeline]])
            order = order[self.columns[component].present[order]]
            self._orders[key] = order
        return order


class ChunkSource(Protocol):
    """Where chunks come from."""

    def load_alike(self, refs: Sequence[ChunkRef]) -> list[Chunk | None]:
        """Load many at once, which costs less; None for each that has to be loaded by itself."""

    def unpack(self, ref: ChunkRef) -> Callable[[], Chunk]:
        """Decompress a chunk, with next to no interpreter, and return what loads it from there.

        Both raise what `ref.load` does.
        """

    def n_bytes(self, ref: ChunkRef) -> int:
        """Return about how many bytes the chunk of a ref has, without loading it."""


class ChunkRef:
    """Where a chunk is, what it covers, and how to load it. chunk : it itself, where it lies in memory anyhow.

    row : the cells of its only row, by component name, where those lie in memory. read_times : the times of its rows
    by timeline, int64 (n,), without its cells, or None; where that costs less than to load it. source : where it can
    be loaded together with others from there; None: only by itself, at once.

    components : how many rows have each component. times : first and last value on each timeline; none: static.
    """

    __slots__ = (
        "__weakref__",
        "chunk",
        "components",
        "entity",
        "load",
        "n_rows",
        "read_times",
        "row",
        "source",
        "times",
    )

    def __init__(
        self,
        entity: EntityPath,
        n_rows: int,
        times: Mapping[Timeline, TimeRange],
        components: Mapping[str, int],
        load: Callable[[], Chunk],
    ) -> None:
        self.entity = entity
        self.n_rows = n_rows
        self.times = times
        self.components = components
        self.load = load
        self.chunk: Chunk | None = None
        self.row: Mapping[str, Any] | None = None
        self.read_times: Callable[[], Mapping[Timeline, NDArray[np.int64]] | None] | None = None
        self.source: ChunkSource | None = None

    @property
    def is_static(self) -> bool:
        """Whether the chunk holds at all times."""
        return not self.times

    def leave(self, load: Callable[[], Chunk]) -> None:
        """Don't keep the chunk in memory; load it by `load` when it is needed again."""
        self.load, self.chunk, self.row, self.source = load, None, None, None

    @staticmethod
    def of(entity: EntityPath, chunk: Chunk) -> ChunkRef:
        """Return a ref that describes `chunk` and keeps it."""
        times = {line: TimeRange(int(at.min()), int(at.max())) for line, at in chunk.times.items() if len(at)}
        counts = {name: int(np.count_nonzero(column.present)) for name, column in chunk.columns.items()}
        present = {name: count for name, count in counts.items() if count}
        ref = ChunkRef(entity, len(chunk.row_ids), times, present, lambda: chunk)
        ref.chunk = chunk
        return ref
