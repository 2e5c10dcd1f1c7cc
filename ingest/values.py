"""Checks of what a program gives through the Python API, at the edge, once.

Each function answers with the canonical array of one kind of component, or raises with the argument's name, the
value and what to pass. Nothing wraps, nothing is cut off in silence.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.errors import ArgumentError, DtypeError, ShapeError

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
    array = _flat(_numeric(as_array(values, what), what), what)
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
    array = _numeric(as_array(values, what), what)
    if array.size == 0:
        return np.zeros((0, size), np.float32)
    if array.ndim == 1 and array.shape[0] % size == 0:
        array = array.reshape(-1, size)
    if array.ndim != 2 or array.shape[1] != size:
        raise ShapeError(f"{what} has shape {array.shape}; pass an array of shape (n, {size})")
    with np.errstate(over="ignore"):
        return np.array(array, np.float32, order="C")  # a copy: what was given may change


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


def _numeric(array: NDArray[Any], what: str) -> NDArray[Any]:
    if array.dtype.kind not in "iuf" and array.size:
        raise DtypeError(f"{what} has dtype {array.dtype}; pass numbers")
    return array


def _flat(array: NDArray[Any], what: str) -> NDArray[Any]:
    if array.ndim > 1:
        raise ShapeError(f"{what} has shape {array.shape}; pass one number, or an array of shape (n,)")
    return array.reshape(-1)
