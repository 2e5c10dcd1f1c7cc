"""What a picture shows of an image, pixel by pixel, where a processor draws and no texel is mixed with others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel

Array = NDArray[Any]


@kernel
def sample_nearest(words: Array, origin_x: Any, origin_y: Any, units_per_px: Any, out: Array) -> None:
    """Write the texel that the middle of each pixel lies in; what is not on the image stays as it is.

    words : uint32 (h, w)     origin_x, origin_y : float32, pixels: where the image's corner lies in `out`
    units_per_px : float32     out : uint32 (rows, columns)
    O(rows · columns). Twin: tests/naive.py::sample_nearest
    """
    height, width = words.shape
    columns = out.shape[1]
    first, last = columns, -1
    for column in range(columns):
        x = (np.float32(column) + np.float32(0.5) - origin_x) * units_per_px
        if np.float32(0.0) <= x < np.float32(width):
            first = min(first, column)
            last = column
    for row in range(out.shape[0]):
        y = (np.float32(row) + np.float32(0.5) - origin_y) * units_per_px
        if not np.float32(0.0) <= y < np.float32(height):
            continue
        line = words[int(y)]
        for column in range(first, last + 1):
            out[row, column] = line[int((np.float32(column) + np.float32(0.5) - origin_x) * units_per_px)]
