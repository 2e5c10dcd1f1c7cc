"""A frame's number as a row of discs in its picture, so that pixels of a screen say which frame is on it.

The first disc is magenta, the last one green: between them lie the bits, the lowest first, black or white, and a last
bit that makes the number of white ones even.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BITS = 10
LAST = 2**BITS - 1  # the highest number
CELLS = BITS + 3
RADIUS, GAP, LEFT, TOP = 12.0, 30.0, 40.0, 30.0  # scene units
FIRST_COLOR, LAST_COLOR = (255, 0, 255), (0, 255, 0)
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_NEAR = 40  # of a channel: what is that far from a colour is still it
_STRIDE = 4  # pixels: discs are larger than that on a screen

Color = tuple[int, int, int]
Places = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Rows and columns of the discs' middles, (13,) each: an index into pixels."""


def positions() -> NDArray[np.float32]:
    """Return where the discs are, float32 (13, 2), scene units."""
    return np.array([(LEFT + GAP * i, TOP) for i in range(CELLS)], np.float32)


def colors(number: int) -> list[Color]:
    """Return the discs' colours, 13 of them, for a number of 0 to `LAST`."""
    bits = [number >> i & 1 for i in range(BITS)]
    return [FIRST_COLOR, *(_WHITE if bit else _BLACK for bit in (*bits, sum(bits) % 2)), LAST_COLOR]


def number_of(found: NDArray[np.uint8]) -> int | None:
    """Return the number that colours say, uint8 (13, 3); None where they say none, as halfway between two pictures."""
    shades = found.astype(np.int64)
    ends = np.abs(shades[[0, -1]] - (FIRST_COLOR, LAST_COLOR)).max()
    inner = shades[1:-1]
    white = inner.min(axis=1) >= 255 - _NEAR
    if ends > _NEAR or not (white | (inner.max(axis=1) <= _NEAR)).all() or white.sum() % 2:
        return None
    return int((white[:-1] << np.arange(BITS)).sum())


def find(pixels: NDArray[np.uint8]) -> Places | None:
    """Return where the discs are in pixels, uint8 (h, w, 3), that have them once, in a row; None where they are not."""
    sparse = pixels[::_STRIDE, ::_STRIDE]
    first, last = _middle(sparse, FIRST_COLOR), _middle(sparse, LAST_COLOR)
    if first is None or last is None or abs(first[0] - last[0]) > _STRIDE or first[1] >= last[1]:
        return None
    rows, columns = (np.rint(np.linspace(first[i], last[i], CELLS)).astype(np.intp) for i in range(2))
    return (rows, columns) if number_of(pixels[rows, columns]) is not None else None


def _middle(sparse: NDArray[np.uint8], color: Color) -> tuple[float, float] | None:
    """The middle of what has a colour, row and column in pixels."""
    near = np.ones(sparse.shape[:2], np.bool_)
    for channel, wanted in enumerate(color):
        each = sparse[..., channel]
        near &= (each >= 255 - _NEAR) if wanted else (each <= _NEAR)
    rows, columns = np.nonzero(near)
    if not len(rows):
        return None
    return _STRIDE * (rows.min() + rows.max()) / 2, _STRIDE * (columns.min() + columns.max()) / 2
