"""Many small discs become a picture with its depth: what a processor draws several times as fast as its own GL would.

A pixel is one number: the bits of its depth, a positive float32, above those of its colour; the nearer, the smaller.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel

Array = NDArray[Any]
EMPTY = np.uint64(0x7F800000) << np.uint64(32)  # nothing, infinitely far away
_DEPTH = np.uint64(32)


@kernel
def splat(
    points: Array, words: Array, radii: Array, pose: Array, px_from_view: Array, nearer: float, picture: Array
) -> None:
    """Draw discs over a picture: at the middle of each pixel the nearest one shows, of equal ones the last.

    points : float32 (n, 3)     words : uint32 (n,), colours     radii : float32 (n,), or (1,) for all, pixels
    pose : float64 (3, 4), view from points: x right, y down, z forward     px_from_view : float64 (3, 3)
    nearer : what depths are multiplied by     picture : uint64 (h, w), in: `EMPTY` where there is nothing
    O(n · pixels of a disc). Twin: tests/naive.py::splat
    """
    height, width = picture.shape
    last_radius = radii.shape[0] - 1
    for i in range(points.shape[0]):
        x = np.float64(points[i, 0])
        y = np.float64(points[i, 1])
        z = np.float64(points[i, 2])
        depth = pose[2, 0] * x + pose[2, 1] * y + pose[2, 2] * z + pose[2, 3]
        if not depth > 0.0:
            continue
        inverse = 1.0 / depth
        right = (pose[0, 0] * x + pose[0, 1] * y + pose[0, 2] * z + pose[0, 3]) * inverse
        down = (pose[1, 0] * x + pose[1, 1] * y + pose[1, 2] * z + pose[1, 3]) * inverse
        px = px_from_view[0, 0] * right + px_from_view[0, 1] * down + px_from_view[0, 2]
        py = px_from_view[1, 0] * right + px_from_view[1, 1] * down + px_from_view[1, 2]
        r = np.float64(radii[min(i, last_radius)])
        if not (-r < px < width + r and -r < py < height + r):
            continue
        seen = np.uint64(np.float32(depth * nearer).view(np.uint32))
        pixel = seen << _DEPTH | np.uint64(words[i])
        top, left, side = int(np.ceil(py - r - 0.5)), int(np.ceil(px - r - 0.5)), int(2 * r) + 1
        most = r * r
        if top >= 0 and left >= 0 and top + side <= height and left + side <= width:  # no branch depends on a pixel
            for a in range(side):
                dy = top + a + 0.5 - py
                for b in range(side):
                    dx = left + b + 0.5 - px
                    before = picture[top + a, left + b]
                    shows = (dx * dx + dy * dy <= most) & (seen <= before >> _DEPTH)
                    picture[top + a, left + b] = pixel if shows else before
        else:
            for row in range(max(top, 0), min(top + side, height)):
                dy = row + 0.5 - py
                for column in range(max(left, 0), min(left + side, width)):
                    dx = column + 0.5 - px
                    if dx * dx + dy * dy <= most and seen <= picture[row, column] >> _DEPTH:
                        picture[row, column] = pixel


@kernel
def merge(picture: Array, over: Array) -> None:
    """Put one picture over another: of each pixel the nearer one shows, of equal ones the second.

    picture, over : uint64 (h, w), the first overwritten     O(h · w). Twin: tests/naive.py::splat
    """
    height, width = picture.shape
    for row in range(height):
        for column in range(width):
            mine, other = picture[row, column], over[row, column]
            picture[row, column] = other if other >> _DEPTH <= mine >> _DEPTH else mine


@kernel
def take_apart(picture: Array, depths: Array, words: Array) -> None:
    """Write the depths and the colours of a picture.

    picture : uint64 (h, w)     depths : uint32 (h, w), bits of float32     words : uint32 (h, w)     O(h · w)
    """
    height, width = picture.shape
    for row in range(height):
        for column in range(width):
            depths[row, column] = np.uint32(picture[row, column] >> _DEPTH)
            words[row, column] = np.uint32(picture[row, column] & np.uint64(0xFFFFFFFF))
