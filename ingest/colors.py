"""Colours: what programs write, RGBA8 as it is kept, and the automatic colour of an id.

Kept colours are sRGB with straight alpha, as uint8 (…, 4) or packed as `0xRRGGBBAA` in uint32, as on the wire.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blazon.ingest.errors import ArgumentError, DtypeError, ShapeError

GOLDEN = np.float32((np.sqrt(np.float32(5.0), dtype=np.float32) - np.float32(1.0)) / np.float32(2.0))
SATURATION, VALUE = np.float32(0.85), np.float32(0.5)


def auto_colors(ids: ArrayLike) -> NDArray[np.uint8]:
    """Return the automatic colour of each id: hues a golden ratio apart, so that neighbours differ.

    ids : integers (…); answers uint8 (…, 4), sRGB, opaque. hue = frac(id · (√5−1)/2), saturation 0.85, value 0.5,
    HSV in linear light, f32 throughout. Source: SEMANTICS §3, rerun's `auto_color`.
    """
    one = np.float32(1.0)
    turned = np.asarray(ids).astype(np.float32) * GOLDEN
    hue = (turned - np.floor(turned)) * np.float32(6.0)
    sector = np.floor(hue)
    fraction = hue - sector
    low = np.full_like(hue, VALUE * (one - SATURATION))
    falling = VALUE * (one - SATURATION * fraction)
    rising = VALUE * (one - SATURATION * (one - fraction))
    high = np.full_like(hue, VALUE)
    k = sector.astype(np.int64) % 6
    red = np.choose(k, [high, falling, low, low, rising, high])
    green = np.choose(k, [rising, high, high, falling, low, low])
    blue = np.choose(k, [low, low, rising, high, high, falling])
    rgb = encode_srgb(np.stack([red, green, blue], axis=-1))
    return np.concatenate([rgb, np.full((*rgb.shape[:-1], 1), 255, np.uint8)], axis=-1)


@functools.lru_cache(maxsize=4096)
def auto_color(id_: int) -> int:
    """Return the automatic colour of one id, packed `0xRRGGBBAA`."""
    return int(pack(auto_colors(np.uint64(id_))))


def encode_srgb(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Encode linear light, float32 (…), as 8 bit sRGB, rounding to the nearest. Source: IEC 61966-2-1."""
    return np.searchsorted(SRGB_THRESHOLDS, linear, side="right").astype(np.uint8)


def _decode_exactly(encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    unit = encoded / 255
    return np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)


SRGB_THRESHOLDS = _decode_exactly(np.arange(0.5, 255)).astype(np.float32)
"""The least linear value that rounds to 1, 2 … 255: what numpy and the kernels encode with, so that they agree."""

LINEAR_OF_SRGB = _decode_exactly(np.arange(256.0)).astype(np.float32)
"""The linear value of each 8 bit sRGB value."""


def pack(rgba: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Pack uint8 (…, 4) as uint32 (…), `0xRRGGBBAA`."""
    return np.ascontiguousarray(rgba).view(">u4")[..., 0].astype(np.uint32)


def unpack(packed: ArrayLike) -> NDArray[np.uint8]:
    """Unpack uint32 (…), `0xRRGGBBAA`, to uint8 (…, 4)."""
    return np.ascontiguousarray(np.asarray(packed, np.uint32).astype(">u4")[..., None]).view(np.uint8)


def parse_color(value: Any, what: str = "color") -> int:
    """Return one colour, given as 3 or 4 numbers, `#RRGGBB[AA]` or a packed int, packed `0xRRGGBBAA`.

    Ints are 0…255; floats 0…1, or 0…255 where one exceeds 1. Raises `ArgumentError` for anything outside or NaN.
    """
    if isinstance(value, str):
        return parse_hex(value, what)
    colors = parse_colors(value, what)
    if len(colors) != 1:
        raise ShapeError(f"{what} is {value!r}; pass one colour: 3 or 4 numbers")
    return int(colors[0])


def parse_colors(values: Any, what: str = "colors") -> NDArray[np.uint32]:
    """Return colours packed as uint32 (n,), `0xRRGGBBAA`.

    values : one colour (3 or 4 numbers, or a packed int), an array (n, 3) or (n, 4), a list of colours, or a uint32
    array (n,) of packed colours; empty gives (0,). Ints are 0…255; floats 0…1, or 0…255 where one exceeds 1; alpha
    defaults to opaque.
    Raises `ShapeError`, `DtypeError`, or `ArgumentError` for values outside or NaN.
    """
    if isinstance(values, (int, np.integer)) and not isinstance(values, bool):
        return np.array([_packed_int(int(values), what)], np.uint32)
    if isinstance(values, np.ndarray) and values.dtype == np.uint32 and values.ndim == 1:
        return values.copy()
    try:
        array = np.asarray(values)
    except ValueError:  # rows of 3 and of 4 numbers mixed
        return np.concatenate([parse_colors(value, what) for value in values])
    if array.size == 0:
        return np.zeros(0, np.uint32)
    if array.ndim == 1:
        array = array[None]
    if array.ndim != 2 or array.shape[1] not in (3, 4):
        raise ShapeError(
            f"{what} has shape {np.shape(values)}; pass 3 or 4 numbers for each colour, or uint32 0xRRGGBBAA"
        )
    return pack(_with_alpha(_to_u8(array, what)))


def parse_hex(text: str, what: str = "color") -> int:
    """Return `RRGGBB` or `RRGGBBAA`, with or without a leading `#`, packed. Raises `ArgumentError`."""
    digits = text.removeprefix("#")
    if len(digits) not in (6, 8) or not all(c in "0123456789abcdefABCDEF" for c in digits):
        raise ArgumentError(f"{what} {text!r} is not a colour; give RRGGBB or RRGGBBAA in hexadecimal, such as 0d1011")
    return int(digits if len(digits) == 8 else digits + "ff", 16)


def _packed_int(value: int, what: str) -> int:
    if not 0 <= value <= 0xFFFFFFFF:
        raise ArgumentError(f"{what} is {value}; a packed colour is 0xRRGGBBAA, from 0 to 0xffffffff")
    return value


def _to_u8(array: NDArray[Any], what: str) -> NDArray[np.uint8]:
    if array.dtype.kind in "iu":
        _require(bool(((array >= 0) & (array <= 255)).all()), array, what, "whole numbers 0 to 255")
        return array.astype(np.uint8)
    if array.dtype.kind != "f":
        raise DtypeError(f"{what} has dtype {array.dtype}; pass ints 0 to 255 or floats 0 to 1")
    _require(bool(((array >= 0) & (array <= 255)).all()), array, what, "floats 0 to 1, or 0 to 255")
    scale = 1.0 if bool((array > 1).any()) else 255.0
    return np.rint(array.astype(np.float64) * scale).astype(np.uint8)


def _require(holds: bool, array: NDArray[Any], what: str, expected: str) -> None:
    if not holds:
        raise ArgumentError(f"{what} has a value outside: {array.min()} to {array.max()}; pass {expected}")


def _with_alpha(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if array.shape[1] == 4:
        return array
    return np.concatenate([array, np.full((len(array), 1), 255, np.uint8)], axis=1)
