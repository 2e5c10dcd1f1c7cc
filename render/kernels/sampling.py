"""What a picture shows of an image, pixel by pixel, where a processor draws and no texel is mixed with others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel

Array = NDArray[Any]


@kernel
def sample_nearest(
    words: Array, origin_x: Any, origin_y: Any, units_per_px: Any, background: Any, out: Array
) -> np.uint32:
    """Write the texel that the middle of each pixel lies in, and the background where that is not on the image.

    words : uint32 (h, w)     origin_x, origin_y : float32, pixels: where the image's corner lies in `out`
    units_per_px : float32     background : uint32     out : uint32 (rows, columns)
    Answers those bits that all texels which show have. O(rows · columns). Twin: tests/naive.py::sample_nearest
    """
    height, width = words.shape
    columns = out.shape[1]
    first, last, common = columns, -1, np.uint32(0xFFFFFFFF)
    at = np.empty(columns, np.int64)
    for column in range(columns):
        x = (np.float32(column) + np.float32(0.5) - origin_x) * units_per_px
        if np.float32(0.0) <= x < np.float32(width):
            first = min(first, column)
            last = column
            at[column] = int(x)
    is_plain = first <= last and at[last] - at[first] == last - first  # texel by texel
    shown = -1
    for row in range(out.shape[0]):
        y = (np.float32(row) + np.float32(0.5) - origin_y) * units_per_px
        if not np.float32(0.0) <= y < np.float32(height):
            out[row] = background
            continue
        mine = out[row]
        if int(y) == shown:
            mine[:] = out[row - 1]
            continue
        shown = int(y)
        line = words[shown]
        mine[:first] = background
        mine[last + 1 :] = background
        if is_plain:
            mine[first : last + 1] = line[at[first] : at[first] + last - first + 1]
        else:
            for column in range(first, last + 1):
                mine[column] = line[at[column]]
        for column in range(first, last + 1):
            common &= mine[column]
    return common
