"""Cells read where they lie in the bytes of a record batch, without Arrow's objects.

Only what is as the SDK sends it is read here: of the usual types, without a null among the values of a cell. Anything
else is `UnusualError`, and for cells.py, which knows all that Arrow can hold. What the head of a batch says is checked
once (`plan_cells`), and what is in its body before the first cell is read, so that no cell can turn out to be damaged
later. Source: Arrow's columnar format.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from blazon.ingest.archetypes.schema import Kind
from blazon.ingest.chunk import ImageFormat, Ragged
from blazon.ingest.rerun.batches import RecordBatch, UnusualError

FEW_ROWS, MANY_ROWS = 64, 4096
Stream = NDArray[np.uint8]
Offsets = Sequence[int] | NDArray[np.int32]
Marks = NDArray[np.bool_]
_FLOAT32 = pa.float32()
_NOTHING = np.zeros(0, np.uint8)


class Items(Protocol):
    """All items of a column: a part of them is the canonical value of a cell."""

    def __getitem__(self, part: slice, /) -> Any:
        """Return the value of the cell that holds some items."""


# Reads items from a stream whose batch has a head that was checked.
ReadItems = Callable[[Stream], Items]


class BareForm(NamedTuple):
    """How one kind of cell is read. is_slice : whether cells are views, which may all be kept.

    plan : from the head of a batch, a node and its first buffer, how its items are read, and how many there are.
    """

    plan: Callable[[RecordBatch, int, int], tuple[ReadItems | Numbers, int]]
    is_slice: bool


class BareColumn(NamedTuple):
    """A component: the node of its list, the first of its buffers, and how its items are read."""

    name: str
    node: int
    buffer: int
    form: BareForm


class BareCells:
    """The cells of one component: `cells(row)`."""

    __slots__ = ("_items", "_offsets")

    def __init__(self, items: Items, offsets: Offsets) -> None:
        self._items, self._offsets = items, offsets

    def __call__(self, row: int) -> Any:
        """Return the canonical value of the cell in `row`."""
        offsets = self._offsets = _quick(self._offsets)
        return self._items[offsets[row] : offsets[row + 1]]

    def many(self, rows: Sequence[int]) -> list[Any]:
        """Return the cells of `rows`."""
        items, offsets = self._items, _quick(self._offsets)
        return [items[offsets[row] : offsets[row + 1]] for row in rows]


class CellsPlan(NamedTuple):
    """How the cells of a component are read from streams whose batch has a certain head."""

    name: str
    is_slice: bool
    items: ReadItems | Numbers
    starts: Starts
    marks: Callable[[Stream], Marks] | None

    def read(self, stream: Stream) -> tuple[BareCells, Marks | None]:
        """Return the cells, and which rows have one, bool (rows,); None: all.

        Raises `UnusualError`, or another `ValueError`, where there is anything in them that is for Arrow to read.
        """
        cells = BareCells(self.items(stream), self.starts(stream))
        return cells, self.marks(stream) if self.marks is not None else None


def plan_cells(column: BareColumn, batch: RecordBatch) -> CellsPlan:
    """Return how a component is read from a stream with such a batch. Raises `UnusualError` where Arrow has to."""
    n_rows, nulls = batch.nodes[2 * column.node : 2 * column.node + 2]
    if n_rows != batch.n_rows or not 0 <= nulls <= n_rows:
        raise UnusualError(column.name)
    items, count = column.form.plan(batch, column.node + 1, column.buffer + 2)
    starts = Starts(batch, column.buffer + 1, n_rows, count)
    marks = _marks(batch, column.buffer, n_rows, nulls) if nulls else None
    return CellsPlan(column.name, column.form.is_slice, items, starts, marks)


def bare_form(kind: Kind, type_: Any) -> BareForm | None:
    """Return how cells of `kind` are read from a column of the Arrow type `type_`; None where Arrow has to."""
    if not pa.types.is_list(type_):
        return None
    make = _FORMS.get(kind)
    return make(type_.value_type) if make is not None else None


class Numbers(NamedTuple):
    """Numbers, none of which is null, as they lie in a stream from byte `place` on."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    place: int

    def __call__(self, stream: Stream) -> NDArray[Any]:
        """Return them, as a view of the stream."""
        return np.ndarray(self.shape, self.dtype, stream, self.place)

    def of_many(self, streams: NDArray[np.uint8]) -> NDArray[Any]:
        """Return those of many streams, uint8 (streams, bytes), as a view, (streams, *shape)."""
        part = streams[:, self.place : self.place + self.dtype.itemsize * math.prod(self.shape)]
        return part.view(self.dtype).reshape(len(streams), *self.shape)


def values(batch: RecordBatch, node: int, buffer: int, dtype: np.dtype[Any]) -> Numbers:
    """Return how an array of numbers is read, (n,), none of which is null. buffer : that of the values."""
    return _numbers_at(batch, node, buffer, dtype, ())


def _numbers_at(batch: RecordBatch, node: int, buffer: int, dtype: np.dtype[Any], inner: tuple[int, ...]) -> Numbers:
    n, size = batch.length(node), math.prod(inner)
    if n % size:
        raise UnusualError(node)
    return Numbers((n // size, *inner), dtype, batch.place(buffer, n * dtype.itemsize))


def _marks(batch: RecordBatch, buffer: int, n: int, nulls: int | None = None) -> Callable[[Stream], Marks]:
    """How the bits of a buffer are read, bool (n,)."""
    n_bytes = -(-n // 8)
    place = batch.place(buffer, n_bytes)

    def read(stream: Stream) -> Marks:
        marks = np.unpackbits(stream[place : place + n_bytes], count=n, bitorder="little").astype(np.bool_)
        if nulls is not None and np.count_nonzero(marks) != n - nulls:
            raise UnusualError(buffer)
        return marks

    return read


class Starts:
    """Where the parts begin that `n` lists have of `most` items, and where the last one ends; n + 1 of them.

    Those of the last stream are kept: in the next one they are most often the same.
    """

    __slots__ = ("_buffer", "_known", "_most", "_n", "_place")

    def __init__(self, batch: RecordBatch, buffer: int, n: int, most: int) -> None:
        self._buffer, self._n, self._most = buffer, n, most
        self._place = batch.place(buffer, 4 * (n + 1)) if n else 0  # of no lists there need be none
        self._known: tuple[bytes, list[int]] = b"", []

    @property
    def span(self) -> slice:
        """The bytes of a stream that tell them."""
        return slice(self._place, self._place + 4 * (self._n + 1) * bool(self._n))

    def __call__(self, stream: Stream) -> Offsets:
        """Return them. Raises `UnusualError` where they are none."""
        if self._n == 0:
            return [0]
        if self._n > FEW_ROWS:
            return self._checked(stream)
        raw = stream.data[self._place : self._place + 4 * (self._n + 1)].tobytes()
        known = self._known
        if known[0] != raw:
            known = self._known = raw, self._checked(stream).tolist()
        return known[1]

    def _checked(self, stream: Stream) -> NDArray[np.int32]:
        found: NDArray[np.int32] = np.frombuffer(stream, "<i4", self._n + 1, self._place)
        if found[0] < 0 or found[-1] > self._most or (found[1:] < found[:-1]).any():
            raise UnusualError(self._buffer)
        return found


def _quick(offsets: Offsets) -> Offsets:
    """Offsets as a list, which answers faster, and takes ten times the memory: where somebody reads, and few are."""
    if isinstance(offsets, list) or len(offsets) > MANY_ROWS:
        return offsets
    listed: list[int] = np.asarray(offsets).tolist()
    return listed


def _numbers(batch: RecordBatch, node: int, buffer: int, *, dtype: np.dtype[Any]) -> tuple[Numbers, int]:
    found = _numbers_at(batch, node, buffer + 1, dtype, ())
    return found, found.shape[0]


def _vectors(batch: RecordBatch, node: int, buffer: int, *, size: int, dtype: np.dtype[Any]) -> tuple[Numbers, int]:
    found = _numbers_at(batch, node + 1, buffer + 2, dtype, (size,))
    if batch.length(node) != found.shape[0]:
        raise UnusualError(node)
    return found, found.shape[0]


def _flags(batch: RecordBatch, node: int, buffer: int) -> tuple[ReadItems, int]:
    n = batch.length(node)
    return _marks(batch, buffer + 1, n), n


class _Strings:
    """UTF-8 that was checked. Cells are lists of str."""

    __slots__ = ("_data", "_offsets")

    def __init__(self, data: bytes, offsets: NDArray[np.int64]) -> None:
        self._data, self._offsets = data, offsets

    def __getitem__(self, part: slice, /) -> list[str]:
        data, offsets = self._data, self._offsets[part.start : part.stop + 1].tolist()
        return [data[a:b].decode() for a, b in itertools.pairwise(offsets)]


def _strings(batch: RecordBatch, node: int, buffer: int) -> tuple[ReadItems, int]:
    n = batch.length(node)
    read_offsets = Starts(batch, buffer + 1, n, batch.buffers[2 * (buffer + 2) + 1])

    def read(stream: Stream) -> _Strings:
        begins = np.array(read_offsets(stream))
        end = int(begins[-1])
        start = batch.place(buffer + 2, end)
        data = stream[start : start + end].tobytes()
        data[begins[0] :].decode()  # raises where it is no UTF-8
        if (np.frombuffer(data, np.uint8)[begins[begins < end]] & 0xC0 == 0x80).any():  # within a letter
            raise UnusualError(node)
        return _Strings(data, begins)

    return read, n


class _Strips:
    """Cells are strips of points."""

    __slots__ = ("_offsets", "_points")

    def __init__(self, points: NDArray[np.float32], offsets: Offsets) -> None:
        self._points, self._offsets = points, offsets

    def __getitem__(self, part: slice, /) -> Ragged:
        offsets = np.array(self._offsets[part.start : part.stop + 1], np.int64)
        return Ragged(self._points[offsets[0] : offsets[-1]], offsets - offsets[0])


def _strips(batch: RecordBatch, node: int, buffer: int, *, size: int, dtype: np.dtype[Any]) -> tuple[ReadItems, int]:
    n = batch.length(node)
    read_points, n_points = _vectors(batch, node + 1, buffer + 2, size=size, dtype=dtype)
    read_offsets = Starts(batch, buffer + 1, n, n_points)
    return lambda stream: _Strips(read_points(stream), read_offsets(stream)), n


class _Blobs:
    """A cell is the bytes of its first blob."""

    __slots__ = ("_data", "_offsets")

    def __init__(self, data: NDArray[np.uint8], offsets: Offsets) -> None:
        self._data, self._offsets = data, offsets

    def __getitem__(self, part: slice, /) -> NDArray[np.uint8]:
        if part.start == part.stop:
            return _NOTHING
        return self._data[self._offsets[part.start] : self._offsets[part.start + 1]]


def _blobs(batch: RecordBatch, node: int, buffer: int, *, dtype: np.dtype[Any]) -> tuple[ReadItems, int]:
    n = batch.length(node)
    read_data = _numbers_at(batch, node + 1, buffer + 3, dtype, ())
    read_offsets = Starts(batch, buffer + 1, n, read_data.shape[0])
    return lambda stream: _Blobs(read_data(stream), read_offsets(stream)), n


class _Formats:
    """A cell is its first format. fields : of each the values, and which are there; None: all."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, tuple[NDArray[Any], NDArray[np.bool_] | None]]) -> None:
        self._fields = fields

    def __getitem__(self, part: slice, /) -> ImageFormat | None:
        at = part.start
        if at == part.stop:
            return None
        found = {
            name: int(numbers[at]) if there is None or there[at] else None
            for name, (numbers, there) in self._fields.items()
        }
        width, height = (found.pop(name) or 0 for name in ("width", "height"))
        return ImageFormat(width, height, **found)


def _formats(
    batch: RecordBatch, node: int, buffer: int, *, fields: Sequence[tuple[str, np.dtype[Any]]]
) -> tuple[ReadItems, int]:
    n = batch.length(node)
    plans: dict[str, tuple[Callable[[Stream], Any], Callable[[Stream], Marks] | None]] = {}
    for number, (name, dtype) in enumerate(fields):
        own, first = node + 1 + number, buffer + 1 + 2 * number
        length, nulls = batch.nodes[2 * own : 2 * own + 2]
        if length != n:
            raise UnusualError(own)
        place = batch.place(first + 1, n * dtype.itemsize)
        numbers = functools.partial(np.frombuffer, dtype=dtype, count=n, offset=place)
        plans[name] = numbers, _marks(batch, first, n, nulls) if nulls else None

    def read(stream: Stream) -> _Formats:
        return _Formats({name: (numbers(stream), there and there(stream)) for name, (numbers, there) in plans.items()})

    return read, n


def _number_form(*accepted: Any) -> Callable[[Any], BareForm | None]:
    def form(type_: Any) -> BareForm | None:
        known = type_ in accepted
        return BareForm(functools.partial(_numbers, dtype=_dtype(type_)), is_slice=True) if known else None

    return form


def _vector_form(size: int, accepted: Any = _FLOAT32) -> Callable[[Any], BareForm | None]:
    def form(type_: Any) -> BareForm | None:
        if not _is_vector(type_, size, accepted):
            return None
        return BareForm(functools.partial(_vectors, size=size, dtype=_dtype(accepted)), is_slice=True)

    return form


def _strip_form(size: int) -> Callable[[Any], BareForm | None]:
    def form(type_: Any) -> BareForm | None:
        if not (pa.types.is_list(type_) and _is_vector(type_.value_type, size, _FLOAT32)):
            return None
        return BareForm(functools.partial(_strips, size=size, dtype=_dtype(_FLOAT32)), is_slice=False)

    return form


def _string_form(type_: Any) -> BareForm | None:
    return BareForm(_strings, is_slice=False) if type_ == pa.string() else None


def _flag_form(type_: Any) -> BareForm | None:
    return BareForm(_flags, is_slice=True) if type_ == pa.bool_() else None


def _blob_form(type_: Any) -> BareForm | None:
    is_known = pa.types.is_list(type_) and type_.value_type == pa.uint8()
    return BareForm(functools.partial(_blobs, dtype=_dtype(pa.uint8())), is_slice=False) if is_known else None


def _format_form(type_: Any) -> BareForm | None:
    if not pa.types.is_struct(type_) or {field.name for field in type_} != set(ImageFormat.__slots__):
        return None
    if type_.num_fields != len(ImageFormat.__slots__) or not all(
        pa.types.is_unsigned_integer(field.type) for field in type_
    ):
        return None
    fields = [(field.name, _dtype(field.type)) for field in type_]
    return BareForm(functools.partial(_formats, fields=fields), is_slice=False)


def _is_vector(type_: Any, size: int, number: Any) -> bool:
    return bool(pa.types.is_fixed_size_list(type_)) and type_.list_size == size and type_.value_type == number


def _dtype(type_: Any) -> np.dtype[Any]:
    dtype: np.dtype[Any] = np.dtype(type_.to_pandas_dtype()).newbyteorder("<")
    return dtype


_FORMS: dict[Kind, Callable[[Any], BareForm | None]] = {
    Kind.FLOATS: _number_form(_FLOAT32),
    Kind.VECTORS2: _vector_form(2),
    Kind.VECTORS3: _vector_form(3),
    Kind.QUATERNIONS: _vector_form(4),
    Kind.MAT3X3: _vector_form(9),
    Kind.VIEW_AXES: _vector_form(3, pa.uint8()),
    Kind.IDS: _number_form(pa.uint8(), pa.uint16(), pa.uint32()),
    Kind.COLORS: _number_form(pa.uint32()),
    Kind.STRINGS: _string_form,
    Kind.FLAGS: _flag_form,
    Kind.ENUMS: _number_form(pa.uint8()),
    Kind.CODES: _number_form(pa.uint32()),
    Kind.TIMES: _number_form(pa.int64()),
    Kind.BLOB: _blob_form,
    Kind.FORMAT: _format_form,
    Kind.STRIPS2: _strip_form(2),
    Kind.STRIPS3: _strip_form(3),
}
