"""What of many points and lines is seen within reach of a pixel: the best few alone, in one pass.

Asked again whenever a pointer moves: nothing is written for what is out of reach.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels

Array = NDArray[Any]
# Columns of what is found: pixels, depth, how far off, its rank; of lines the first end, and the share to the next.
X, Y, DEPTH, OFF, RANK, AT, SHARE = range(7)
# What is asked: pixels, how far around them, the least depth, pixels of a unit at depth 1 and of a UI point, the step
# of ranks, the least radius in pixels.
ASKED_X, ASKED_Y, REACH, CLOSEST, PX_PER_UNIT, PX_PER_POINT, STEP, LEAST = range(8)


@kernel
def points_in_reach(
    points: Array, pose: Array, radii: Array, shown: Array, asked: Array, numbers: Array, out: Array
) -> int:
    """Find the discs next to a pixel: those that are less steps off first, then the nearest, then the last; how many.

    points : float32 or float64 (n, 2 or more): x, y, and z where there are more     pose : float64 (3, 4), homogeneous
    pixels from points     radii : float32 (n,), or (1,) for all; > 0 units, < 0 UI points     shown : bool, likewise
    asked : float64 (8,), see above     numbers : int64 (k,), overwritten: which they are
    out : float64 (k, 5), overwritten: X to RANK
    O(n). Twin: tests/naive.py::points_in_reach
    """
    count = 0
    last_radius, last_shown = radii.shape[0] - 1, shown.shape[0] - 1
    is_flat = points.shape[1] == 2
    pixel_x, pixel_y, closest = asked[ASKED_X], asked[ASKED_Y], max(asked[CLOSEST], 1e-300)
    reach, least, px_per_unit, px_per_point = asked[REACH], asked[LEAST], asked[PX_PER_UNIT], asked[PX_PER_POINT]
    for i in range(points.shape[0]):
        x, y, z = np.float64(points[i, 0]), np.float64(points[i, 1]), 0.0
        if not is_flat:
            z = np.float64(points[i, 2])
        depth = pose[2, 0] * x + pose[2, 1] * y + pose[2, 2] * z + pose[2, 3]
        if not depth >= closest:
            continue
        right = pose[0, 0] * x + pose[0, 1] * y + pose[0, 2] * z + pose[0, 3] - pixel_x * depth
        radius = np.float64(radii[min(i, last_radius)])  # and all times the depth: to divide takes longest
        limit = max(radius * px_per_unit, -radius * px_per_point * depth, least * depth) + reach * depth
        if not abs(right) <= limit:
            continue
        down = pose[1, 0] * x + pose[1, 1] * y + pose[1, 2] * z + pose[1, 3] - pixel_y * depth
        if not right * right + down * down <= limit * limit or not shown[min(i, last_shown)]:
            continue
        off = max((np.sqrt(right * right + down * down) - limit) / depth + reach, 0.0)
        at = _place(count, _rank(off, asked[STEP]), depth, numbers, out)
        if at < numbers.shape[0]:
            count = min(count + 1, numbers.shape[0])
            numbers[at] = i
            out[at, X], out[at, Y] = pixel_x + right / depth, pixel_y + down / depth
            out[at, DEPTH], out[at, OFF], out[at, RANK] = depth, off, _rank(off, asked[STEP])
    return count


@kernel
def lines_in_reach(
    points: Array, starts: Array, pose: Array, radii: Array, shown: Array, asked: Array, numbers: Array, out: Array
) -> int:
    """Find the strips next to a pixel, as `points_in_reach` does; of each strip the segment that is nearest to it.

    points : float32 or float64 (m, 2 or more)     starts : int64 (n + 1,), where each strip begins, and the end
    pose, asked, numbers : as there     radii, shown : of strips
    out : float64 (k, 7), overwritten: X to SHARE; the segment is that from point AT to the next
    O(m). Twin: tests/naive.py::lines_in_reach
    """
    count = 0
    last_radius, last_shown = radii.shape[0] - 1, shown.shape[0] - 1
    near = max(asked[CLOSEST], 1e-300)
    for i in range(starts.shape[0] - 1):
        radius = np.float64(radii[min(i, last_radius)])
        best, u, v, depth, at, share = _best_of_strip(points, starts[i], starts[i + 1], pose, radius, near, asked)
        if at < 0 or not shown[min(i, last_shown)]:
            continue
        place = _place(count, _rank(best, asked[STEP]), depth, numbers, out)
        if place < numbers.shape[0]:
            count = min(count + 1, numbers.shape[0])
            numbers[place] = i
            out[place, X], out[place, Y] = asked[ASKED_X] + u, asked[ASKED_Y] + v
            out[place, DEPTH], out[place, OFF], out[place, RANK] = depth, best, _rank(best, asked[STEP])
            out[place, AT], out[place, SHARE] = at, share
    return count


@part_of_kernels
def _best_of_strip(
    points: Array, start: int, end: int, pose: Array, radius: float, near: float, asked: Array
) -> tuple[float, float, float, float, int, float]:
    """How far off a strip is, where, in pixels from those that are asked about, how deep, and where on it; or at −1."""
    best = (np.inf, 0.0, 0.0, 0.0, -1, 0.0)
    is_flat = points.shape[1] == 2
    units, limit = max(radius, 0.0) * asked[PX_PER_UNIT], asked[REACH] + max(-radius, 0.0) * asked[PX_PER_POINT]
    bx, by, b = np.nan, np.nan, np.nan
    for j in range(start, end):
        ax, ay, a = bx, by, b
        x, y, z = np.float64(points[j, 0]), np.float64(points[j, 1]), 0.0
        if not is_flat:
            z = np.float64(points[j, 2])
        b = pose[2, 0] * x + pose[2, 1] * y + pose[2, 2] * z + pose[2, 3]
        bx = pose[0, 0] * x + pose[0, 1] * y + pose[0, 2] * z + pose[0, 3] - asked[ASKED_X] * b
        by = pose[1, 0] * x + pose[1, 1] * y + pose[1, 2] * z + pose[1, 3] - asked[ASKED_Y] * b
        if j == start or not (a >= near or b >= near):
            continue
        if a >= near and b >= near and _are_beside(ax, ay, a, units + limit * a, bx, by, b, units + limit * b):
            continue
        first = 0.0 if a >= near else (near - a) / (b - a)
        last = 1.0 if b >= near else (near - a) / (b - a)
        c, d = a + (b - a) * first, a + (b - a) * last
        cx, cy = (ax + (bx - ax) * first) / c, (ay + (by - ay) * first) / c
        dx, dy = (ax + (bx - ax) * last) / d - cx, (ay + (by - ay) * last) / d - cy
        length = dx * dx + dy * dy
        share = min(max(-(cx * dx + cy * dy) / length, 0.0), 1.0) if length > 0.0 else 0.0
        u, v = cx + dx * share, cy + dy * share
        depth = 1.0 / ((1.0 - share) / c + share / d)
        off = max(np.sqrt(u * u + v * v) - _radius_px(radius, depth, asked), 0.0)
        if off <= asked[REACH] and off < best[0]:
            best = (off, u, v, depth, j - 1, first + (last - first) * share / d * depth)
    return best


@part_of_kernels
def _are_beside(ax: float, ay: float, a: float, a_limit: float, bx: float, by: float, b: float, b_limit: float) -> Any:
    """Whether both ends of a line are beyond the same limit, or it passes by; to divide takes longer."""
    if (ax > a_limit and bx > b_limit) or (ax < -a_limit and bx < -b_limit):
        return True
    if (ay > a_limit and by > b_limit) or (ay < -a_limit and by < -b_limit):
        return True
    dx, dy = bx * a - ax * b, by * a - ay * b
    limit = max(a_limit * b, b_limit * a)
    return a * b * abs(ax * by - ay * bx) > limit * np.sqrt(dx * dx + dy * dy)


@part_of_kernels
def _radius_px(radius: float, depth: float, asked: Array) -> Any:
    return max(radius * asked[PX_PER_UNIT] / depth, -radius * asked[PX_PER_POINT])


@part_of_kernels
def _rank(off: float, step: float) -> Any:
    return np.ceil(off / step) if step > 0.0 else off


@part_of_kernels
def _place(count: int, rank: float, depth: float, numbers: Array, out: Array) -> int:
    """Make room for one more among `count` that are in order, and answer where; past all: it is not good enough."""
    at = count
    while at > 0 and (rank < out[at - 1, RANK] or (rank == out[at - 1, RANK] and depth <= out[at - 1, DEPTH])):
        at -= 1
    for k in range(min(count, numbers.shape[0] - 1), at, -1):
        numbers[k] = numbers[k - 1]
        for column in range(out.shape[1]):
            out[k, column] = out[k - 1, column]
    return at
