"""Checks of what a program gives through the Python API, at the edge, once.

Each function answers with the canonical array of one kind of component, or raises with the argument's name, the
value and what to pass. Nothing wraps, nothing is cut off in silence.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.errors import ArgumentError, DtypeError, ShapeError
from blazon.ingest.image_formats import named

ID_MAX = 2**32 - 1


def ids(values: Any, what: str) -> NDArray[np.uint32]:
    """Return class, keypoint or instance ids as uint32 (n,); a single number gives (1,)."""
    array = as_array(values, what)
    if array.size == 0:
        return np.zeros(0, np.uint32)
    if array.dtype.kind == "f":  # detectors give whole floats; anything else is a mistake
        whole = np.isfinite(array) & (array == np.floor(array))
        if not whole.all():
            raise ArgumentError(f"{what} holds {array[~whole].flat[0]}; ids are whole numbers, 0 to {ID_MAX}")
    elif array.dtype.kind not in "iu":
        raise DtypeError(f"{what} has dtype {array.dtype}; ids are whole numbers, 0 to {ID_MAX}")
    outside = (array < 0) | (array > ID_MAX)
    if outside.any():
        raise ArgumentError(f"{what} holds {array[outside].flat[0]}; ids go from 0 to {ID_MAX}")
    return _flat(array, what).astype(np.uint32)


def one_id(value: Any, what: str) -> int:
    """Return one id as an int."""
    array = ids(value, what)
    if len(array) != 1:
        raise ShapeError(f"{what} is {value!r}; pass one whole number, 0 to {ID_MAX}")
    return int(array[0])


def floats(values: Any, what: str) -> NDArray[np.float32]:
    """Return radii, opacities and such as float32 (n,); a single number gives (1,)."""
    array = _flat(numbers(values, what), what)
    with np.errstate(over="ignore"):  # what is past f32 is infinite
        return array.astype(np.float32)


def one_float(value: Any, what: str) -> NDArray[np.float32]:
    """Return a single number as float32 (1,)."""
    array = floats(value, what)
    if len(array) != 1:
        raise ShapeError(f"{what} is {value!r}; pass one number")
    return array


def vectors(values: Any, size: int, what: str) -> NDArray[np.float32]:
    """Return positions, half sizes and such as float32 (n, size); one vector gives (1, size)."""
    with np.errstate(over="ignore"):
        return np.array(_rows(values, size, what), np.float32, order="C")  # a copy: what was given may change


def vectors2(values: Any, what: str) -> NDArray[np.float32]:
    """Return vectors of the plane as float32 (n, 2); one vector gives (1, 2)."""
    return vectors(values, 2, what)


def vectors3(values: Any, what: str) -> NDArray[np.floating[Any]]:
    """Return vectors of space as float32 (n, 3) if given in 32 or 16 bits, else as float64; one vector gives (1, 3).

    Eastings and northings have seven digits before the point: rounding them to float32 would shift them by metres.
    """
    array = _rows(values, 3, what)
    is_single = array.dtype.kind == "f" and array.dtype.itemsize <= 4
    return np.array(array, np.float32 if is_single else np.float64, order="C")


def matrices3(values: Any, what: str) -> NDArray[np.float32]:
    """Return 3×3 matrices as float32 (n, 9), one column after the other, as on the wire.

    values : rows of numbers, (3, 3) or (n, 3, 3); or 9 numbers, or (n, 9), one row after the other.
    """
    each = values if isinstance(values, (list, tuple)) else [values]
    if each and all(hasattr(matrix, "flat_columns") for matrix in each):  # the reference SDK's Mat3x3
        return vectors([matrix.flat_columns for matrix in each], 9, what)
    array = numbers(values, what)
    if array.size == 0:
        return np.zeros((0, 9), np.float32)
    if array.shape not in ((3, 3), (9,)) and array.shape[1:] not in ((3, 3), (9,)):
        raise ShapeError(f"{what} has shape {array.shape}; pass an array of shape (3, 3) or (n, 3, 3)")
    with np.errstate(over="ignore"):
        return array.reshape(-1, 3, 3).transpose(0, 2, 1).astype(np.float32).reshape(-1, 9)


def one(check: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Return a check that is `check`, and refuses several values; none, such as `[]`, resets."""

    def checked(value: Any, what: str) -> Any:
        found = check(value, what)
        if len(found) > 1:
            raise ShapeError(f"{what} has {len(found)} values; pass one")
        return found

    return checked


def one_of(kind: type[enum.IntEnum]) -> Callable[[Any, str], NDArray[np.uint8]]:
    """Return a check that takes a member of `kind`, the reference SDK's, its name or number; it gives uint8 (1,)."""

    def checked(value: Any, what: str) -> NDArray[np.uint8]:
        return np.array([member(kind, value, what)], np.uint8)

    return checked


def member(kind: type[enum.IntEnum], value: Any, what: str) -> Any:
    """Return the member of `kind` that `value` (a member, the reference SDK's member, a name, a number) means."""
    plain = getattr(value, "name", value)
    if not isinstance(plain, (str, int, np.integer)) or isinstance(plain, bool):
        raise DtypeError(f"{what} is {value!r}; pass one of {', '.join(each.name for each in kind)}")
    return named(kind, value, what)


def strings(values: Any, what: str) -> list[str]:
    """Return labels as a list of str; a single str gives one."""
    alone = isinstance(values, str) or not hasattr(values, "__iter__")
    items = [values] if alone else list(values)
    for item in items:
        if not isinstance(item, str):
            raise DtypeError(f"{what} holds {item!r}, a {type(item).__name__}; pass a str, or a list of them")
    return items


def flag(value: Any, what: str) -> NDArray[np.bool_]:
    """Return a bool as bool (1,)."""
    if not isinstance(value, (bool, np.bool_)):
        raise DtypeError(f"{what} is {value!r}; pass True or False")
    return np.array([value], np.bool_)


def as_array(values: Any, what: str) -> NDArray[Any]:
    """Return `values` (array, tensor, sequence, range) as a numpy array."""
    if hasattr(values, "numpy") and not isinstance(values, np.ndarray):
        values = values.numpy(force=True)  # torch: detach, to the CPU
    try:
        return np.asarray(values)
    except (ValueError, TypeError, OverflowError) as error:
        raise ShapeError(f"{what} is not an array ({error}); pass numbers in rows of equal length") from None


def numbers(values: Any, what: str) -> NDArray[Any]:
    """Return `values` as an array of numbers, of their own dtype and shape."""
    return _numeric(as_array(values, what), what)


def numbers_of(values: Any, size: int, what: str) -> tuple[float, ...]:
    """Return exactly `size` numbers, in 64 bits."""
    array = numbers(values, what)
    if array.size != size:
        raise ShapeError(f"{what} is {values!r}; pass {size} number{'s' if size > 1 else ''}")
    return tuple(array.astype(np.float64).ravel().tolist())


def _numeric(array: NDArray[Any], what: str) -> NDArray[Any]:
    if array.dtype.kind not in "iuf" and array.size:
        raise DtypeError(f"{what} has dtype {array.dtype}; pass numbers")
    return array


def _rows(values: Any, size: int, what: str) -> NDArray[Any]:
    """Return numbers of any dtype, (n, size); float32 (0, size) where there are none."""
    array = numbers(values, what)
    if array.size == 0:
        return np.zeros((0, size), np.float32)
    if array.ndim == 1 and array.shape[0] % size == 0:
        array = array.reshape(-1, size)
    if array.ndim != 2 or array.shape[1] != size:
        raise ShapeError(f"{what} has shape {array.shape}; pass an array of shape (n, {size})")
    return array


def _flat(array: NDArray[Any], what: str) -> NDArray[Any]:
    if array.ndim > 1:
        raise ShapeError(f"{what} has shape {array.shape}; pass one number, or an array of shape (n,)")
    return array.reshape(-1)
