"""Depth images become clouds of points before their pinhole."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel

Array = NDArray[Any]


@kernel
def unproject(
    depths: Array,
    words: Array,
    view_from_image: Array,
    scale: float,
    fill: float,
    positions: Array,
    radii: Array,
    colors: Array,
) -> int:
    """Write a point for each pixel that has a depth, through the pixel's centre; answers how many.

    depths : float32 (h, w), positive where there is any     words : uint32 (h', w'), colours, stretched over the depths
    view_from_image : float64 (3, 3), the pinhole's matrix, undone     scale : scene units of a depth of 1
    fill : radius of a point, in halves of its pixel
    positions : float32 (n, 3), radii : float32 (n,), colors : uint32 (n,), n = h w, overwritten in their first entries
    O(n). Twin: tests/naive.py::unproject
    """
    height, width = depths.shape
    count = 0
    half_pixel = 0.5 * np.sqrt(abs(view_from_image[0, 0] * view_from_image[1, 1]))
    for i in range(height):
        row = i * words.shape[0] // height
        for j in range(width):
            depth = np.float64(depths[i, j]) * scale
            if not 0.0 < depth < 1e30:
                continue
            word = words[row, j * words.shape[1] // width]
            if word >> np.uint32(24) == 0:
                continue
            x, y = j + 0.5, i + 0.5
            for axis in range(3):
                ray = view_from_image[axis, 0] * x + view_from_image[axis, 1] * y + view_from_image[axis, 2]
                positions[count, axis] = ray * depth
            radii[count] = fill * half_pixel * depth
            colors[count] = word
            count += 1
    return count
