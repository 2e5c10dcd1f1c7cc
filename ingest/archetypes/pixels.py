"""What a program gives as pixels: checked, and as it is kept. Shared by all archetypes of images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import values
from blazon.ingest.chunk import ImageFormat
from blazon.ingest.errors import ArgumentError, DtypeError, ShapeError, SourceError
from blazon.ingest.image_formats import ChannelDatatype

MAGNIFY_NEAREST, MAGNIFY_LINEAR, MAGNIFY_BICUBIC = 1, 2, 3


def blob(given: Any, what: str) -> NDArray[np.uint8]:
    """Bytes, or an array of any dtype, as uint8 (n,), copied."""
    if isinstance(given, np.ndarray):
        return np.frombuffer(np.ascontiguousarray(given).tobytes(), np.uint8)
    if not isinstance(given, (bytes, bytearray, memoryview)):
        raise DtypeError(f"{what} is a {type(given).__name__}; pass bytes or an array")
    return np.frombuffer(bytes(given), np.uint8)


def contents_of(owner: str, path: str | Path | None, contents: Any) -> Any:
    """Return the bytes of a file that is given as a path, as bytes, or as an open binary file."""
    if (path is None) == (contents is None):
        raise ArgumentError(f"{owner} wants either path or contents; pass exactly one of them")
    if path is None:
        return contents.read() if hasattr(contents, "read") else contents
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SourceError(f"{owner} path {str(path)!r} can't be read: {error.strerror}") from None


def image_format(given: Any, what: str) -> ImageFormat:
    """Return an `ImageFormat` as it is."""
    if not isinstance(given, ImageFormat):
        raise DtypeError(f"{what} is {given!r}; pass a blazon.ingest.chunk.ImageFormat")
    return given


def magnification(given: Any, what: str) -> NDArray[np.uint8]:
    """Return the number of a filter, given as the SDK's member, a name or a number; uint8 (1,)."""
    filters: dict[str | int, int] = {"nearest": MAGNIFY_NEAREST, "linear": MAGNIFY_LINEAR, "bicubic": MAGNIFY_BICUBIC}
    filters |= {number: number for number in filters.values()}
    name = getattr(given, "name", given)
    key = name.lower() if isinstance(name, str) else name
    if key not in filters:
        raise ArgumentError(f"{what} is {given!r}; pass 'nearest', 'linear' or 'bicubic'")
    return np.array([filters[key]], np.uint8)


def squeeze(array: NDArray[Any]) -> NDArray[Any]:
    """Drop leading, then trailing axes of length 1, down to two axes."""
    while array.ndim > 2 and array.shape[0] == 1:
        array = array[0]
    while array.ndim > 2 and array.shape[-1] == 1:
        array = array[..., 0]
    return array


def single_channel(given: Any, what: str, holds: str) -> tuple[NDArray[Any], ImageFormat]:
    """Return an image of one number for each pixel, (h, w), little endian, and its format."""
    array = squeeze(values.as_array(given, what))
    if array.ndim != 2:
        raise ShapeError(f"{what} has shape {np.shape(given)}; pass {holds} of shape (h, w)")
    datatype = channel_datatype(array.dtype, what)
    made = ImageFormat(array.shape[1], array.shape[0], channel_datatype=datatype)
    return array.astype(datatype.dtype, copy=False), made


def channel_datatype(dtype: Any, what: str) -> ChannelDatatype:
    """Return the protocol's name for a numpy dtype."""
    found = ChannelDatatype.of(dtype)
    if found is None:
        raise DtypeError(
            f"{what} has dtype {np.dtype(dtype)}; pass integers of 8 to 64 bits or floats of 16 to 64 bits"
        )
    return found
