"""Many small discs become a picture with its depth: what a processor draws several times as fast as its own GL would.

A pixel is one number: the bits of its depth, a positive float32, above those of its colour; the nearer, the smaller.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels

Array = NDArray[Any]
EMPTY = np.uint64(0x7F800000) << np.uint64(32)  # nothing, infinitely far away
_DEPTH = np.uint64(32)
SMALL = 3  # pixels: what is no wider costs a third of what others do
AT_ONCE = 1024  # points that are seen before any of them is drawn


@kernel
def splat(
    numbers: Array,
    words: Array,
    radii: Array,
    pose: Array,
    px_from_view: Array,
    nearer: float,
    where: Array,
    picture: Array,
) -> None:
    """Draw discs over a picture: at the middle of each pixel the nearest one shows, of equal ones the last.

    numbers : float32 (n, k), contiguous, the first three of each are a point     words : uint32 (n,), colours
    radii : float32 (n,), or (1,) for all, pixels
    pose : float64 (3, 4), view from points: x right, y down, z forward     px_from_view : float64 (3, 3)
    nearer : what depths are multiplied by     where : float64 (3, k), scratch: so many are seen before any is drawn
    picture : uint64 (h, w), in: `EMPTY` where there is nothing
    O(n · pixels of a disc). Twin: tests/naive.py::splat
    """
    (height, width), pixels = picture.shape, picture.reshape(-1)
    step, same, are_many = where.shape[1], np.float64(radii[0]), radii.shape[0] > 1
    xs, ys, depths = where[0], where[1], where[2]
    for start in range(0, numbers.shape[0], step):
        count = min(step, numbers.shape[0] - start)
        _see(numbers[start : start + count], pose, px_from_view, xs, ys, depths)
        for i in range(count):
            px, py, depth = xs[i], ys[i], depths[i]
            r = np.float64(radii[start + i]) if are_many else same
            most = r * r
            if not (depth > 0.0 and -r < px < width + r and -r < py < height + r):
                continue
            seen = np.uint64(np.float32(depth * nearer).view(np.uint32)) << _DEPTH
            pixel = seen | np.uint64(words[start + i])
            top, left = int(np.ceil(py - r - 0.5)), int(np.ceil(px - r - 0.5))
            bottom, right = int(np.floor(py + r - 0.5)), int(np.floor(px + r - 0.5))
            widest = max(bottom - top, right - left) + 1
            if widest <= SMALL and top >= 0 and left >= 0 and top + SMALL <= height and left + SMALL <= width:
                for a in range(SMALL):  # no branch depends on a pixel, and loops are of one length
                    dy = top + a + 0.5 - py
                    at = np.uint64(top + a) * np.uint64(width) + np.uint64(left)
                    for b in range(SMALL):
                        dx = left + b + 0.5 - px
                        before = pixels[at + np.uint64(b)]
                        shows = (dx * dx + dy * dy <= most) & (seen <= before)
                        pixels[at + np.uint64(b)] = pixel if shows else before
                continue
            for row in range(max(top, 0), min(bottom + 1, height)):
                dy = row + 0.5 - py
                for column in range(max(left, 0), min(right + 1, width)):
                    dx = column + 0.5 - px
                    if dx * dx + dy * dy <= most and seen <= picture[row, column]:
                        picture[row, column] = pixel


@part_of_kernels
def _see(rows: Array, pose: Array, px_from_view: Array, xs: Array, ys: Array, depths: Array) -> None:
    """Find where points are seen and how far away: in a loop of its own, which vectors can do."""
    numbers, step = rows.reshape(-1), rows.shape[1]
    for i in range(rows.shape[0]):
        x, y, z = np.float64(numbers[step * i]), np.float64(numbers[step * i + 1]), np.float64(numbers[step * i + 2])
        depth = pose[2, 0] * x + pose[2, 1] * y + pose[2, 2] * z + pose[2, 3]
        inverse = 1.0 / depth
        right = (pose[0, 0] * x + pose[0, 1] * y + pose[0, 2] * z + pose[0, 3]) * inverse
        down = (pose[1, 0] * x + pose[1, 1] * y + pose[1, 2] * z + pose[1, 3]) * inverse
        xs[i] = px_from_view[0, 0] * right + px_from_view[0, 1] * down + px_from_view[0, 2]
        ys[i] = px_from_view[1, 0] * right + px_from_view[1, 1] * down + px_from_view[1, 2]
        depths[i] = depth


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
