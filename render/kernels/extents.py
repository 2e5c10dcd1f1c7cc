"""Where things are in three dimensions: how far a cloud reaches in its world, and how deep it lies before an eye."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel

Array = NDArray[Any]
_FARTHEST, _NEAREST = 2**63 - 1, -(2**63)


@kernel
def extent(points: Array, pose: Array, low: Array, high: Array, out: Array) -> int:
    """Find the box around those of a cloud that lie between two corners; answers how many do.

    points : float32 or float64 (n, 3), finite     pose : float64 (3, 4), world from points
    low, high : float64 (3,), world
    out : float64 (2, 3), overwritten: the lowest and the highest corner; infinite where no point is inside
    O(n). Twin: tests/naive.py::extent
    """
    for axis in range(3):
        out[0, axis] = np.inf
        out[1, axis] = -np.inf
    count = 0
    for i in range(points.shape[0]):
        x = np.float64(points[i, 0])
        y = np.float64(points[i, 1])
        z = np.float64(points[i, 2])
        wx = pose[0, 0] * x + pose[0, 1] * y + pose[0, 2] * z + pose[0, 3]
        wy = pose[1, 0] * x + pose[1, 1] * y + pose[1, 2] * z + pose[1, 3]
        wz = pose[2, 0] * x + pose[2, 1] * y + pose[2, 2] * z + pose[2, 3]
        inside = low[0] <= wx <= high[0] and low[1] <= wy <= high[1] and low[2] <= wz <= high[2]
        if inside:
            count += 1
            out[0, 0] = min(out[0, 0], wx)
            out[0, 1] = min(out[0, 1], wy)
            out[0, 2] = min(out[0, 2], wz)
            out[1, 0] = max(out[1, 0], wx)
            out[1, 1] = max(out[1, 1], wy)
            out[1, 2] = max(out[1, 2], wz)
    return count


@kernel
def depths_in_sight(points: Array, pose: Array, edges: Array, out: Array) -> int:
    """Find the least and the greatest depth of those of a cloud that an eye sees; answers how many it sees.

    points : float32 or float64 (n, 3), finite, contiguous     pose : float64 (3, 4), view from points: x right, y
    down, z forward
    edges : float64 (4,), what is in sight: x / z from edges[0] to edges[1], y / z from edges[2] to edges[3]
    out : float64 (2,), overwritten: infinite where nothing is in sight
    O(n). Twin: tests/naive.py::depths_in_sight
    """
    numbers = points.reshape(-1)
    (a, b, c, d), (e, f, g, h), (o, p, q, r) = pose[0], pose[1], pose[2]
    low_x, high_x, low_y, high_y = edges
    least: Any = _FARTHEST
    most: Any = _NEAREST
    count = 0
    for i in range(points.shape[0]):  # without a branch, and of whole numbers the least and the greatest: for vectors
        x, y, z = np.float64(numbers[3 * i]), np.float64(numbers[3 * i + 1]), np.float64(numbers[3 * i + 2])
        depth = o * x + p * y + q * z + r
        right = a * x + b * y + c * z + d
        down = e * x + f * y + g * z + h
        seen = (depth > 0.0) & (low_x * depth <= right) & (right <= high_x * depth)
        seen &= (low_y * depth <= down) & (down <= high_y * depth)
        bits = np.float64(depth).view(np.int64)  # of positive numbers these have the same order
        least = min(least, bits if seen else _FARTHEST)
        most = max(most, bits if seen else _NEAREST)
        count += int(seen)
    out[0] = np.int64(least).view(np.float64) if count > 0 else np.inf
    out[1] = np.int64(most).view(np.float64) if count > 0 else -np.inf
    return count


@kernel
def sides_of_sight(points: Array, pose: Array, radius: float, bounds: Array, tangents: Array, out: Array) -> None:
    """Find where the four planes lie that an eye's sight is bounded by, if it is to see all of a cloud.

    points : float32 or float64 (n, 3), finite     pose : float64 (6, 4): three rows of world from points, then three of
    right, down and forward from world     radius : of every point, a ball, world     bounds : float64 (2, 3), world:
    what is not between these corners does not count     tangents : float64 (2,), of half the angles that are seen
    out : float64 (4,), raised to the greatest of right - t · forward, -right - t · forward, and those of down
    O(n). Twin: tests/naive.py::sides_of_sight
    """
    wide = radius * np.sqrt(1 + tangents[0] ** 2)
    high = radius * np.sqrt(1 + tangents[1] ** 2)
    for i in range(points.shape[0]):
        x = np.float64(points[i, 0])
        y = np.float64(points[i, 1])
        z = np.float64(points[i, 2])
        wx = pose[0, 0] * x + pose[0, 1] * y + pose[0, 2] * z + pose[0, 3]
        wy = pose[1, 0] * x + pose[1, 1] * y + pose[1, 2] * z + pose[1, 3]
        wz = pose[2, 0] * x + pose[2, 1] * y + pose[2, 2] * z + pose[2, 3]
        inside = bounds[0, 0] <= wx <= bounds[1, 0] and bounds[0, 1] <= wy <= bounds[1, 1]
        if inside and bounds[0, 2] <= wz <= bounds[1, 2]:
            right = pose[3, 0] * wx + pose[3, 1] * wy + pose[3, 2] * wz + pose[3, 3]
            down = pose[4, 0] * wx + pose[4, 1] * wy + pose[4, 2] * wz + pose[4, 3]
            forward = pose[5, 0] * wx + pose[5, 1] * wy + pose[5, 2] * wz + pose[5, 3]
            out[0] = max(out[0], wide + right - tangents[0] * forward)
            out[1] = max(out[1], wide - right - tangents[0] * forward)
            out[2] = max(out[2], high + down - tangents[1] * forward)
            out[3] = max(out[3], high - down - tangents[1] * forward)
