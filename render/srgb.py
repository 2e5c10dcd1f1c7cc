"""Bytes of sRGB by table, as kernels write them."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.colors import encode_srgb
from blazon.render.kernels.strokes import ENCODED


@functools.cache
def encoded() -> NDArray[np.uint8]:
    """Return the bytes of sRGB for `ENCODED` steps of the root of linear light."""
    return encode_srgb(((np.arange(ENCODED) / (ENCODED - 1)) ** 2).astype(np.float32))


@functools.cache
def encoded_as_blended() -> NDArray[np.uint8]:
    """Return the same as Mesa rounds where it blends into sRGB: up to a level off, and what SEMANTICS §4 pins.

    Red at opacity 0.5 over (100, 100, 100) is 71.4 in exact arithmetic; all of Mesa's software says 72.
    """
    root = np.arange(ENCODED) / (ENCODED - 1)  # of the light
    curved = 1.0622 * (0.675 * np.sqrt(root * np.sqrt(root)) + 0.325 * root) - 0.062
    unit = np.where(root**2 <= 0.0031308, 12.92 * root**2, curved)
    return np.floor(255 * np.clip(unit, 0, 1) + 0.5).astype(np.uint8)
