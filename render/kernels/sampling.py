"""What a picture shows of an image, pixel by pixel, where a processor draws and no texel is mixed with others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels

Array = NDArray[Any]
_OPAQUE = np.uint32(0xFF000000)


@kernel
def sample_nearest(
    texels: Array,
    table: Array,
    origin_x: Any,
    origin_y: Any,
    units_per_px: Any,
    first_row: int,
    background: Any,
    at: Array,
    out: Array,
) -> np.uint32:
    """Write the texel that the middle of each pixel lies in, and the background where that is not on the image.

    texels : uint32 (h, w), words, uint8 (h, w, 3), triples, or uint8 or uint16 (h, w), ids
    table : uint32 (k,), the words of ids; (0,): not asked
    origin_x, origin_y : float32, pixels: where the image's corner lies     units_per_px : float32
    first_row : the pixels' row that is the first of `out`     background : uint32
    at : int64 (columns,), scratch     out : uint32 (rows, columns)
    Answers those bits that all texels which show have. O(rows · columns). Twin: tests/naive.py::sample_nearest
    """
    height, width = texels.shape[0], texels.shape[1]
    columns = out.shape[1]
    first, last, common = columns, -1, np.uint32(0xFFFFFFFF)
    for column in range(columns):
        x = (np.float32(column) + np.float32(0.5) - origin_x) * units_per_px
        if np.float32(0.0) <= x < np.float32(width):
            first = min(first, column)
            last = column
            at[column] = int(x)
    is_plain = first <= last and at[last] - at[first] == last - first  # texel by texel
    shown = -1
    for row in range(out.shape[0]):
        y = (np.float32(first_row + row) + np.float32(0.5) - origin_y) * units_per_px
        if not np.float32(0.0) <= y < np.float32(height):
            _fill(out[row], 0, columns, background)
            continue
        mine = out[row]
        if int(y) == shown:
            before = out[row - 1]
            for column in range(columns):
                mine[column] = before[column]
            continue
        shown = int(y)
        line = texels[shown]
        _fill(mine, 0, first, background)
        _fill(mine, last + 1, columns, background)
        if texels.ndim == 3:
            _take_triples(line, at, first, last, is_plain, mine)
        elif table.size > 0:
            for column in range(first, last + 1):
                mine[column] = table[line[at[column]]]
        else:
            _take(line, at, first, last, is_plain, mine)
        for column in range(first, last + 1):
            common &= mine[column]
    return common


@part_of_kernels
def _take(line: Array, at: Array, first: int, last: int, is_plain: bool, out: Array) -> None:
    """Write the texels of a row, where they are words."""
    if is_plain:
        begin = at[first]
        for column in range(last + 1 - first):
            out[first + column] = line[begin + column]
    else:
        for column in range(first, last + 1):
            out[column] = line[at[column]]


@part_of_kernels
def _take_triples(line: Array, at: Array, first: int, last: int, is_plain: bool, out: Array) -> None:
    """Write the texels of a row, where they are red, green and blue."""
    mine = out[first : last + 1]
    if is_plain:
        texels = line[at[first] :]
        for column in range(mine.size):
            mine[column] = _word(texels, column)
    else:
        places = at[first : last + 1]
        for column in range(mine.size):
            mine[column] = _word(line, np.uint64(places[column]))


@part_of_kernels
def _word(triples: Array, at: Any) -> Any:
    """The word of a triple, which is opaque."""
    red, green, blue = triples[at, 0], triples[at, 1], triples[at, 2]
    return np.uint32(red) | np.uint32(green) << np.uint32(8) | np.uint32(blue) << np.uint32(16) | _OPAQUE


@part_of_kernels
def _fill(line: Array, first: int, end: int, value: Any) -> None:
    for column in range(first, end):
        line[column] = value
