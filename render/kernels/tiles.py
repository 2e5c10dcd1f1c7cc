"""Tiles of a picture, squares of pixels: which of them have to be drawn anew because what is seen in them changed.

`tiles` : uint8 (rows of tiles, columns of tiles), 1 where one is drawn anew; (0, 0): all are, and nothing is compared.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels

Array = NDArray[Any]
SHIFT = 3
SIDE = 1 << SHIFT  # pixels


@kernel
def begin_tiles(
    words: Array, splat_depths: Array, background: Any, tiles: Array, first: int, depths: Array, out: Array
) -> None:
    """Begin a part of a picture with what is drawn already, where it is drawn anew.

    words, splat_depths : uint32 and float32, as `out`, what points look like, or (0, 0) where there are none
    background : uint32, where there is nothing     first : which row of the picture out[0] is
    depths : float32 (rows, columns)     out : uint32 (rows, columns)     O(rows · columns). Twin: numpy.where
    """
    rows, width = out.shape
    has_splats = words.size > 0
    for row in range(rows):
        for left in range(0, width, SIDE):
            if tiles.size > 0 and tiles[(row + first) >> SHIFT, left >> SHIFT] == 0:
                continue
            for column in range(left, min(left + SIDE, width)):
                depth = splat_depths[row, column] if has_splats else np.float32(np.inf)
                depths[row, column] = depth
                out[row, column] = words[row, column] if depth < np.inf else background


@part_of_kernels
def mark(tiles: Array, low_x: float, high_x: float, low_y: float, high_y: float) -> None:
    """Have the tiles drawn anew that a rectangle of pixels touches, which is not all beside the picture."""
    rows, columns = tiles.shape
    if low_x < columns * SIDE and high_x > 0 and low_y < rows * SIDE and high_y > 0:
        for row in range(_tile(low_y, rows), _tile(high_y, rows) + 1):
            for column in range(_tile(low_x, columns), _tile(high_x, columns) + 1):
                tiles[row, column] = 1


@part_of_kernels
def touches(tiles: Array, low_x: float, high_x: float, low_y: float, high_y: float) -> bool:
    """Whether a rectangle of pixels, not all beside the picture, touches a tile that is drawn anew."""
    rows, columns = tiles.shape
    if tiles.size == 0:
        return True
    for row in range(_tile(low_y, rows), _tile(high_y, rows) + 1):
        for column in range(_tile(low_x, columns), _tile(high_x, columns) + 1):
            if tiles[row, column] != 0:
                return True
    return False


@part_of_kernels
def differ(one: Array, other: Array) -> bool:
    """Whether numbers, (n,), are not the same."""
    found = False
    for k in range(one.shape[0]):
        found |= one[k] != other[k]
    return found


@part_of_kernels
def _tile(at: float, count: int) -> int:
    return int(min(max(at, 0.0), np.float64(count * SIDE - 1))) >> SHIFT
