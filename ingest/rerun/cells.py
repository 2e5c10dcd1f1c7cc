"""Cells: the Arrow values of one row of one component, and their canonical forms.

`FORMS` says, for each `Kind`, which Arrow types are accepted and how they are read. Columns are converted when their
first cell is read, and never copied where Arrow's bytes already are the canonical form. An Arrow array may be a slice
of a longer one; nothing here looks at buffers, so that pyarrow minds the offsets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from blazon.ingest.archetypes.schema import Kind
from blazon.ingest.chunk import ImageFormat, Ragged
from blazon.ingest.rerun.contexts import is_context, one_context
from blazon.ingest.values import ID_MAX


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of cell is read from the items of a list column."""

    accepts: Callable[[Any], bool]  # the Arrow type of one item
    convert: Callable[[Any], Any]  # all items of the column, once -> something that can be sliced
    finish: Callable[[Any], Any]  # the slice of one cell -> the canonical value
    is_kept: bool = False  # whether the same cell is the same object each time


class CellReader:
    """Reads the cells of one list column: `reader(row)`. Converts nothing before the first call."""

    __slots__ = ("_column", "_form", "_items", "_kept", "_offsets")

    def __init__(self, column: Any, form: Form) -> None:
        self._column = column
        self._form = form
        self._items: Any = None
        self._offsets: list[int] = []
        self._kept: dict[int, Any] = {}

    def __call__(self, row: int) -> Any:
        """Return the canonical value of the cell in `row`."""
        if row in self._kept:
            return self._kept[row]
        if self._items is None:
            self._offsets = self._column.offsets.to_numpy()
            self._items = self._form.convert(_plain(self._column.values))
        value = self._form.finish(self._items[self._offsets[row] : self._offsets[row + 1]])
        return self._kept.setdefault(row, value) if self._form.is_kept else value


def is_list(type_: Any) -> bool:
    """Whether an Arrow type is a list with offsets, as all components are."""
    return bool(pa.types.is_list(type_) or pa.types.is_large_list(type_))


def form_of(kind: Kind, type_: Any) -> Form | None:
    """Return how cells of `kind` are read from a column of the Arrow type `type_`; None if they can't be."""
    form = FORMS[kind]
    return form if is_list(type_) and form.accepts(_storage(type_.value_type)) else None


def ids_outside(column: Any) -> int | None:
    """Return an id in a column of integers that is not within 0 to 2^32−1, if there is one."""
    if column.values.type in (pa.uint8(), pa.uint16(), pa.uint32()):
        return None
    found = pc.min_max(column.values).as_py()
    outside = [each for each in found.values() if each is not None and not 0 <= each <= ID_MAX]
    return outside[0] if outside else None


def present(column: Any, everywhere: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows of a column have a cell; bool (rows,), which is `everywhere` where all have."""
    return _valid(column) if column.null_count else everywhere


def _valid(array: Any) -> NDArray[np.bool_]:
    return np.asarray(array.is_valid().to_numpy(zero_copy_only=False))


def _storage(type_: Any) -> Any:
    return type_.storage_type if isinstance(type_, pa.BaseExtensionType) else type_


def _plain(array: Any) -> Any:
    return array.storage if isinstance(array, pa.ExtensionArray) else array


def _is_float(type_: Any) -> bool:
    return bool(pa.types.is_floating(type_))


def _is_vector2(type_: Any) -> bool:
    return bool(pa.types.is_fixed_size_list(type_)) and type_.list_size == 2 and _is_float(type_.value_type)


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


def _is_strip2(type_: Any) -> bool:
    return is_list(type_) and _is_vector2(type_.value_type)


def _floats(items: Any) -> NDArray[np.float32]:
    """float32 (n,), NaN for nulls."""
    with np.errstate(over="ignore"):
        return np.asarray(items.to_numpy(zero_copy_only=False).astype(np.float32, copy=False))


def _vectors(items: Any) -> NDArray[np.float32]:
    """float32 (n, 2), NaN for nulls."""
    numbers = items.values.slice(2 * items.offset, 2 * len(items))
    vectors = _floats(numbers).reshape(-1, 2)
    return np.where(_valid(items)[:, None], vectors, np.float32(math.nan)) if items.null_count else vectors


def _integers(items: Any) -> NDArray[Any]:
    """Their own dtype (n,), 0 for nulls."""
    return np.asarray((items.fill_null(0) if items.null_count else items).to_numpy())


def _flags(items: Any) -> NDArray[np.bool_]:
    """Bool (n,), False for nulls."""
    return np.asarray(items.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)


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


def _strips(items: Any) -> Ragged:
    lengths = pc.list_value_length(items).fill_null(0).to_numpy()
    return Ragged(_vectors(items.flatten()), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


FORMS: Mapping[Kind, Form] = {
    Kind.FLOATS: Form(_is_float, _floats, _same),
    Kind.VECTORS2: Form(_is_vector2, _vectors, _same),
    Kind.IDS: Form(pa.types.is_integer, _integers, _same),
    Kind.COLORS: Form(pa.types.is_uint32, _integers, _same),
    Kind.STRINGS: Form(_is_string, _same, _strings),
    Kind.FLAGS: Form(pa.types.is_boolean, _flags, _same),
    Kind.ENUMS: Form(pa.types.is_uint8, _integers, _same),
    Kind.BLOB: Form(_is_blob, _same, _blob),
    Kind.FORMAT: Form(_is_format, _same, _format),
    Kind.STRIPS2: Form(_is_strip2, _same, _strips),
    Kind.CONTEXT: Form(is_context, _same, one_context, is_kept=True),  # tables are kept by a context's identity
}
