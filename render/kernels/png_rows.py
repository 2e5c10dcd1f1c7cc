"""Rows of pictures as PNGs have them before they are deflated: each less what is beside or above it.

Source: the PNG specification, third edition, 9.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels

Array = NDArray[Any]
NONE, SUB, UP = 0, 1, 2  # a row as it is, less the pixel on the left, less the row above
_HIGH, _LOW = np.uint32(0x80808080), np.uint32(0x7F7F7F7F)


@kernel
def filter_rows(words: Array, above: Array, nothing: Array, kind: int, channels: int, out: Array) -> None:
    """Filter rows.

    words : uint32 (h, w), R, G, B, A from the lowest byte up     above : uint32 (w,), the row above the first one
    nothing : uint32 (w,), zeros     kind : of the filter     channels : 3, without A, or 4
    out : uint8 (h, 1 + channels * w), of which the first byte is `kind`
    O(h · w). Twin: tests/naive_encoding.py::png_rows
    """
    for row in range(len(words)):
        given, line = words[row], out[row]
        line[0] = kind
        if kind == SUB:
            _put(given[:1], nothing[:1], channels, line[1:])
            _put(given[1:], given[:-1], channels, line[1 + channels :])
        elif kind == UP:
            _put(given, above if row == 0 else words[row - 1], channels, line[1:])
        else:
            _put(given, nothing, channels, line[1:])


@part_of_kernels
def _put(given: Array, subtracted: Array, channels: int, line: Array) -> None:
    """Some pixels, less others. The loops have no branch within: they take a third of the time."""
    if channels == 4:
        for column in range(len(given)):
            word, at = _less(given[column], subtracted[column]), 4 * column
            _put_three(word, line, at)
            line[at + 3] = np.uint8(word >> np.uint32(24))
    else:
        for column in range(len(given)):
            _put_three(_less(given[column], subtracted[column]), line, 3 * column)


@part_of_kernels
def _less(word: Any, other: Any) -> Any:
    """A pixel less another one, each byte by itself: what one borrows never reaches the next."""
    return ((word | _HIGH) - (other & _LOW)) ^ ((word ^ ~other) & _HIGH)


@part_of_kernels
def _put_three(word: Any, line: Array, at: int) -> None:
    line[at] = np.uint8(word)
    line[at + 1] = np.uint8(word >> np.uint32(8))
    line[at + 2] = np.uint8(word >> np.uint32(16))
