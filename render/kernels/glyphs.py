"""Labels that have a place become rows of glyphs, and those are drawn onto bytes of sRGB as the shaders do it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels
from blazon.render.kernels.strokes import ALL, BYTE, light_of, mixed

Array = NDArray[Any]
LEAST_LIGHT = 0.3  # of text on its plate: darker colours are lightened to that much
_HALF_PIXEL = 0.5 + 1e-6  # what moves by whole pixels stays as it is


@kernel
def count_glyphs(order: Array, places: Array, texts: Array, count: Array) -> int:
    """Return how many GLYPH rows labels need: a plate and glyphs for each. See `write_glyphs`."""
    rows = 0
    for k in range(order.shape[0]):
        i = order[k]
        if places[i] >= 0:
            rows += 1 + count[texts[i]]
    return rows


@kernel
def write_glyphs(
    order: Array,
    places: Array,
    corners: Array,
    sizes: Array,
    texts: Array,
    words: Array,
    first: Array,
    count: Array,
    placed: Array,
    glyphs: Array,
    plate: Array,
    decode: Array,
    encode: Array,
    numbers: Array,
    bits: Array,
) -> int:
    """Write the plates and glyphs of labels, the first to choose on top; answers how many rows there are.

    order : int64 (k,)     places : int8 (n,), below 0: hidden     corners : float64 (n, 2)     sizes : int32 (n, 2)
    texts : int32 (n,)     words : uint32 (n,), colours     first, count, placed, glyphs : of `Typesetter`
    plate : float64 (4,): its margins, left and on top, the radius of its corners, and its colour, a word
    decode, encode : see strokes.py     numbers, bits : float32 and uint32 (m, 7), GLYPH rows twice, overwritten
    O(m). Twin: tests/naive.py::write_glyphs
    """
    at = 0
    for k in range(order.shape[0] - 1, -1, -1):
        i = order[k]
        if places[i] < 0:
            continue
        x, y = np.floor(corners[i, 0] + _HALF_PIXEL), np.floor(corners[i, 1] + _HALF_PIXEL)
        numbers[at, 0], numbers[at, 1], numbers[at, 2], numbers[at, 3] = x, y, sizes[i, 0], sizes[i, 1]
        numbers[at, 4], numbers[at, 5] = -1.0, plate[2]
        bits[at, 6] = np.uint32(plate[3])
        at += 1
        word = readable(words[i], decode, encode)
        text = texts[i]
        for row in range(first[text], first[text] + count[text]):
            slot = placed[row, 0]
            if glyphs[slot, 2] == 0:
                continue
            numbers[at, 0] = x + plate[0] + placed[row, 1] + glyphs[slot, 4]
            numbers[at, 1] = y + plate[1] + placed[row, 2] + glyphs[slot, 5]
            numbers[at, 2], numbers[at, 3] = glyphs[slot, 2], glyphs[slot, 3]
            numbers[at, 4], numbers[at, 5] = glyphs[slot, 0], glyphs[slot, 1]
            bits[at, 6] = word
            at += 1
    return at


@kernel
def draw_glyphs(
    numbers: Array, bits: Array, atlas: Array, first: int, decode: Array, encode: Array, dimmed: Array, out: Array
) -> None:
    """Draw plates and glyphs. numbers, bits : float32 and uint32 (n, 7), GLYPH rows twice.

    atlas : uint8 (rows, columns), how much of each pixel is covered     dimmed : uint8 (3, 256), scratch, what the last
    plate makes of bytes. The rest is as in strokes.py.
    O(n · pixels of a plate). Twin: shaders/glyphs.frag.glsl, through GL
    """
    rows, width = out.shape
    dimmed_by = np.uint32(0)
    for i in range(numbers.shape[0]):
        left, top = int(numbers[i, 0]), int(numbers[i, 1]) - first
        across, down = int(numbers[i, 2]), int(numbers[i, 3])
        begin, end = max(left, 0), min(left + across, width)
        if begin >= end or top >= rows or top + down <= 0:
            continue
        word = bits[i, 6]
        red, green, blue = light_of(word, decode)
        alpha = np.float64(word >> np.uint32(24)) / 255.0
        is_plate = numbers[i, 4] < 0
        if is_plate and word != dimmed_by:
            _dim(word, alpha, decode, encode, dimmed)
            dimmed_by = word
        for row in range(max(top, 0), min(top + down, rows)):
            line = out[row]
            if is_plate:
                for column in range(begin, end):
                    covered_here = plate_coverage(column - left, row - top, across, down, np.float64(numbers[i, 5]))
                    here = line[column]
                    line[column] = (
                        _looked_up(here, dimmed)
                        if covered_here >= 1.0
                        else mixed(here, red, green, blue, alpha * covered_here, decode, encode)
                    )
                continue
            texels = atlas[int(numbers[i, 5]) + row - top]
            u = int(numbers[i, 4]) - left
            for column in range(begin, end):
                covered = texels[u + column]
                if covered:
                    share = alpha * covered / 255.0
                    if share >= ALL:
                        line[column] = word
                    else:
                        line[column] = mixed(line[column], red, green, blue, share, decode, encode)


@part_of_kernels
def _dim(word: Any, alpha: float, decode: Array, encode: Array, out: Array) -> None:
    """Write what a colour of some alpha makes of each byte of red, green and blue, uint8 (3, 256)."""
    red, green, blue = light_of(word, decode)
    for value in range(256):
        after = mixed(np.uint32(value) * np.uint32(0x010101), red, green, blue, alpha, decode, encode)
        if alpha >= ALL:
            after = word
        out[0, value] = after & BYTE
        out[1, value] = after >> np.uint32(8) & BYTE
        out[2, value] = after >> np.uint32(16) & BYTE


@part_of_kernels
def _looked_up(word: Any, bytes_of: Array) -> Any:
    """The word of a pixel each of whose bytes is looked up."""
    red, green = bytes_of[0, word & BYTE], bytes_of[1, word >> np.uint32(8) & BYTE]
    blue = bytes_of[2, word >> np.uint32(16) & BYTE]
    return np.uint32(0xFF000000) | np.uint32(red) | np.uint32(green) << np.uint32(8) | np.uint32(blue) << np.uint32(16)


@part_of_kernels
def plate_coverage(column: int, row: int, width: int, height: int, radius: float) -> float:
    """How much of a pixel of a plate is in it, whose corners are round."""
    x = max(radius - column - 0.5, column + 0.5 - (width - radius), 0.0)
    y = max(radius - row - 0.5, row + 0.5 - (height - radius), 0.0)
    if x == 0.0 or y == 0.0:
        return 1.0
    return float(min(max(radius - np.sqrt(x * x + y * y) + 0.5, 0.0), 1.0))


@part_of_kernels
def readable(word: Any, decode: Array, encode: Array) -> Any:
    """A colour as text has it: opaque, and with white in it where it would be too dark on a plate."""
    red, green, blue = light_of(word, decode)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    white = (LEAST_LIGHT - light) / (1.0 - light) if light < LEAST_LIGHT else 0.0
    if white == 0.0:
        return word | np.uint32(0xFF000000)
    return mixed(word, np.float32(1.0), np.float32(1.0), np.float32(1.0), white, decode, encode)
