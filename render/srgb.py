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
