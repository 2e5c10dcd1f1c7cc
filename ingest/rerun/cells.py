"""Cells: the Arrow values of one row of one component, and their canonical forms.

`FORMS` says, for each `Kind`, which Arrow types are accepted and how they are read. Columns are converted when their
first cell is read, and never copied where Arrow's bytes already are the canonical form. An Arrow array may be a slice
of a longer one; nothing here looks at buffers, so that pyarrow minds the offsets.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from blazon.ingest.archetypes.schema import Kind
from blazon.ingest.chunk import ImageFormat, Ragged
from blazon.ingest.rerun.contexts import is_context, one_context
from blazon.ingest.values import ID_MAX

MANY_ROWS = 4096
SMALL_IDS = (pa.uint8(), pa.uint16(), pa.uint32())  # of these types all are within the limits


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of cell is read from the items of a list column."""

    accepts: Callable[[Any], bool]  # the Arrow type of one item
    convert: Callable[[Any], Any]  # all items of the column, once -> something that can be sliced
    finish: Callable[[Any], Any]  # the slice of one cell -> the canonical value
    is_kept: bool = False  # whether the same cell is the same object each time


class CellReader:
    """Reads the cells of one list column: `reader(row)`. Converts nothing before the first call."""

    __slots__ = ("_column", "_form", "_items", "_kept", "_offsets", "is_slice")

    def __init__(self, column: Any, form: Form) -> None:
        self._column = column
        self._form = form
        self.is_slice = form.finish is _same and not form.is_kept
        self._items: Any = None
        self._offsets: Any = ()
        self._kept: dict[int, Any] = {}

    def __call__(self, row: int) -> Any:
        """Return the canonical value of the cell in `row`."""
        self._convert()
        if self.is_slice:
            return self._items[self._offsets[row] : self._offsets[row + 1]]
        if row in self._kept:
            return self._kept[row]
        value = self._form.finish(self._items[self._offsets[row] : self._offsets[row + 1]])
        return self._kept.setdefault(row, value) if self._form.is_kept else value

    def many(self, rows: Sequence[int]) -> list[Any]:
        """Return the cells of `rows`, where they are slices."""
        self._convert()
        items, offsets = self._items, self._offsets
        return [items[offsets[row] : offsets[row + 1]] for row in rows]

    def _convert(self) -> None:
        if self._items is None:
            offsets = self._column.offsets.to_numpy()
            self._offsets = offsets.tolist() if len(offsets) < MANY_ROWS else offsets  # a list answers faster
            self._items = self._form.convert(_plain(self._column.values))


def is_list(type_: Any) -> bool:
    """Whether an Arrow type is a list with offsets, as all components are."""
    return bool(pa.types.is_list(type_) or pa.types.is_large_list(type_))


def form_of(kind: Kind, type_: Any) -> Form | None:
    """Return how cells of `kind` are read from a column of the Arrow type `type_`; None if they can't be."""
    form = FORMS[kind]
    return form if is_list(type_) and form.accepts(_storage(type_.value_type)) else None


def ids_outside(column: Any) -> int | None:
    """Return an id of a column that is not within 0 to 2^32−1; not for columns of `SMALL_IDS`."""
    ids = column.values.drop_null().to_numpy()
    ends = (int(ids.min()), int(ids.max())) if len(ids) else ()
    return next((each for each in ends if not 0 <= each <= ID_MAX), None)


def present(column: Any, everywhere: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows of a column have a cell; bool (rows,), which is `everywhere` where all have."""
    return valid(column) if column.null_count else everywhere


def valid(array: Any) -> NDArray[np.bool_]:
    """Return which values of an Arrow array are there, bool (n,); without pyarrow.compute, which is long to import."""
    if array.null_count == 0:
        return np.ones(len(array), np.bool_)
    bits = array.buffers()[0]
    if bits is None:  # of a type that knows no bits
        return np.asarray(array.is_valid().to_numpy(zero_copy_only=False))
    end = array.offset + len(array)
    marks = np.unpackbits(np.frombuffer(bits, np.uint8), count=end, bitorder="little")
    return marks[array.offset :].astype(np.bool_)


def _storage(type_: Any) -> Any:
    return type_.storage_type if isinstance(type_, pa.BaseExtensionType) else type_


def _plain(array: Any) -> Any:
    return array.storage if isinstance(array, pa.ExtensionArray) else array


def _is_float(type_: Any) -> bool:
    return bool(pa.types.is_floating(type_))


def _is_vector(type_: Any, size: int) -> bool:
    return _is_fixed(type_, size) and _is_float(type_.value_type)


def _is_fixed(type_: Any, size: int) -> bool:
    return bool(pa.types.is_fixed_size_list(type_)) and type_.list_size == size


def _is_view_axes(type_: Any) -> bool:
    return _is_fixed(type_, 3) and bool(pa.types.is_uint8(type_.value_type))


def _is_axis_angle(type_: Any) -> bool:
    if not pa.types.is_struct(type_):
        return False
    types = [(field.name, field.type) for field in type_]
    return [name for name, _ in types] == ["axis", "angle"] and _is_vector(types[0][1], 3) and _is_float(types[1][1])


def _is_string(type_: Any) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))


def _is_blob(type_: Any) -> bool:
    is_binary = pa.types.is_binary(type_) or pa.types.is_large_binary(type_)
    return bool(is_binary or (is_list(type_) and pa.types.is_uint8(type_.value_type)))


def _is_format(type_: Any) -> bool:
    if not pa.types.is_struct(type_):
        return False
    types = {field.name: field.type for field in type_}
    if len(types) < type_.num_fields or not {"width", "height"} <= types.keys():
        return False
    return all(pa.types.is_unsigned_integer(types[name]) for name in types.keys() & set(ImageFormat.__slots__))


def _is_strip(type_: Any, size: int) -> bool:
    return is_list(type_) and _is_vector(type_.value_type, size)


def _floats(items: Any) -> NDArray[np.float32]:
    """float32 (n,), NaN for nulls."""
    with np.errstate(over="ignore"):
        return np.asarray(items.to_numpy(zero_copy_only=False).astype(np.float32, copy=False))


def _vectors(items: Any, size: int) -> NDArray[np.float32]:
    """float32 (n, size), NaN for nulls."""
    vectors = _floats(_numbers_of(items, size)).reshape(-1, size)
    return np.where(valid(items)[:, None], vectors, np.float32(math.nan)) if items.null_count else vectors


def _numbers_of(items: Any, size: int) -> Any:
    """The numbers of fixed size lists, those of nulls included."""
    return items.values.slice(size * items.offset, size * len(items))


def _axis_angles(items: Any) -> NDArray[np.float32]:
    """float32 (n, 4): axis and radians, NaN for nulls."""
    axes, angles = items.flatten()  # which, unlike field(), minds the nulls of the structs
    return np.column_stack([_vectors(axes, 3), _floats(angles)])


def _view_axes(items: Any) -> NDArray[np.uint8]:
    """uint8 (n, 3), 0 for nulls."""
    axes = _integers(_numbers_of(items, 3)).reshape(-1, 3)
    return np.where(valid(items)[:, None], axes, np.uint8(0)) if items.null_count else axes


def _integers(items: Any) -> NDArray[Any]:
    """Their own dtype (n,), 0 for nulls."""
    return np.asarray((items.fill_null(0) if items.null_count else items).to_numpy())


def _flags(items: Any) -> NDArray[np.bool_]:
    """Bool (n,), False for nulls."""
    if len(items) == 0:
        return np.zeros(0, np.bool_)
    bits = np.frombuffer(items.buffers()[1], np.uint8)
    flags = np.unpackbits(bits, count=items.offset + len(items), bitorder="little")[items.offset :]
    return flags.astype(np.bool_) & valid(items)


def _same(value: Any) -> Any:
    return value


def _strings(items: Any) -> list[str]:
    return [each or "" for each in items.to_pylist()]


def _blob(items: Any) -> NDArray[np.uint8]:
    """The bytes of the first blob, as a view; uint8 (n,), (0,) where there is none."""
    if len(items) == 0 or not items[0].is_valid:
        return np.zeros(0, np.uint8)
    blob = items[0]
    return _integers(blob.values) if is_list(items.type) else np.frombuffer(blob.as_buffer(), np.uint8)


def _format(items: Any) -> ImageFormat | None:
    fields = items[0].as_py() if len(items) else None
    if fields is None:
        return None
    return ImageFormat(
        width=fields["width"] or 0,
        height=fields["height"] or 0,
        pixel_format=fields.get("pixel_format"),
        color_model=fields.get("color_model"),
        channel_datatype=fields.get("channel_datatype"),
    )


def _strips(items: Any, size: int) -> Ragged:
    if len(items) == 0:  # whose one offset may be anything, which `flatten` ends the process for
        return Ragged(np.zeros((0, size), np.float32), np.zeros(1, np.int64))
    lengths = np.where(valid(items), np.diff(items.offsets.to_numpy()), 0)
    return Ragged(_vectors(items.flatten(), size), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


def _vector_form(size: int) -> Form:
    return Form(functools.partial(_is_vector, size=size), functools.partial(_vectors, size=size), _same)


def _strip_form(size: int) -> Form:
    return Form(functools.partial(_is_strip, size=size), _same, functools.partial(_strips, size=size))


FORMS: Mapping[Kind, Form] = {
    Kind.FLOATS: Form(_is_float, _floats, _same),
    Kind.VECTORS2: _vector_form(2),
    Kind.VECTORS3: _vector_form(3),
    Kind.QUATERNIONS: _vector_form(4),
    Kind.MAT3X3: _vector_form(9),
    Kind.AXIS_ANGLES: Form(_is_axis_angle, _axis_angles, _same),
    Kind.VIEW_AXES: Form(_is_view_axes, _view_axes, _same),
    Kind.IDS: Form(pa.types.is_integer, _integers, _same),
    Kind.COLORS: Form(pa.types.is_uint32, _integers, _same),
    Kind.STRINGS: Form(_is_string, _same, _strings),
    Kind.FLAGS: Form(pa.types.is_boolean, _flags, _same),
    Kind.ENUMS: Form(pa.types.is_uint8, _integers, _same),
    Kind.CODES: Form(pa.types.is_uint32, _integers, _same),
    Kind.TIMES: Form(pa.types.is_int64, _integers, _same),
    Kind.BLOB: Form(_is_blob, _same, _blob),
    Kind.FORMAT: Form(_is_format, _same, _format),
    Kind.STRIPS2: _strip_form(2),
    Kind.STRIPS3: _strip_form(3),
    Kind.CONTEXT: Form(is_context, _same, one_context, is_kept=True),  # tables are kept by a context's identity
}
