"""Which discs hide behind others: settled here where a processor draws, which is slow at finding out by itself.

A disc is left out only if each pixel that it could cover is covered by a nearer disc for certain: the picture is the
same without it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel

Array = NDArray[Any]
SLACK_PX = 0.02  # by which this and the shader may differ about where a disc ends
RIM_PX = 0.5  # the solid part of a disc ends so much within its radius, and its soft rim as much outside of it
TILE = 16  # pixels
DEPTH_STEP = 2.0**-22  # of depth in the GPU's buffer, four times over


@kernel
def project(points: Array, pose: Array, px_from_view: Array, closest: float, out: Array) -> None:
    """Project points to pixels.

    points : float32 (n, 3)     pose : float64 (3, 4), view from points     px_from_view : float64 (3, 3)
    out : float32 (n, 3), overwritten: x, y, and the depth, which is 0 where a point is nearer than `closest`
    O(n). Twin: tests/naive.py::visible_dots
    """
    for i in range(points.shape[0]):
        x = np.float64(points[i, 0])
        y = np.float64(points[i, 1])
        z = np.float64(points[i, 2])
        right = pose[0, 0] * x + pose[0, 1] * y + pose[0, 2] * z + pose[0, 3]
        down = pose[1, 0] * x + pose[1, 1] * y + pose[1, 2] * z + pose[1, 3]
        depth = pose[2, 0] * x + pose[2, 1] * y + pose[2, 2] * z + pose[2, 3]
        if not depth >= closest:
            out[i, 2] = 0.0
            continue
        out[i, 0] = (px_from_view[0, 0] * right + px_from_view[0, 1] * down) / depth + px_from_view[0, 2]
        out[i, 1] = (px_from_view[1, 0] * right + px_from_view[1, 1] * down) / depth + px_from_view[1, 2]
        out[i, 2] = depth


@kernel
def hide(
    projected: Array, radii: Array, order: Array, near: float, closed: Array, left: Array, covered: Array, out: Array
) -> None:
    """Tell which discs may show, tile by tile of the picture: one that is covered throughout shows nothing farther.

    projected : from `project`     radii : float32 (n,), pixels     order : int64 (n,), the nearest disc first
    near : depth of the near plane; what is nearer counts as there
    closed : float32 (ceil(h / TILE), ceil(w / TILE)), in: inf; out: from which depth on
    nothing shows in a tile     left : int64, the same shape, in: the pixels of each tile     covered : bool (h, w),
    in: False     out : bool (n,), overwritten
    O(n · tiles of a disc + pixels until tiles are covered). Twin: tests/naive.py::visible_discs
    """
    height, width = covered.shape
    for k in range(order.shape[0]):
        i = order[k]
        out[i] = False
        x, y, depth = projected[i, 0], projected[i, 1], projected[i, 2]
        outer = radii[i] + RIM_PX + SLACK_PX
        inner = radii[i] - RIM_PX - SLACK_PX
        if depth <= 0 or not (-outer < x < width + outer and -outer < y < height + outer):
            continue
        depth = max(depth, near)
        reached = depth - depth * depth * DEPTH_STEP / near
        top, bottom = max(int(y - outer), 0) // TILE, min(int(y + outer), height - 1) // TILE
        first, last = max(int(x - outer), 0) // TILE, min(int(x + outer), width - 1) // TILE
        for row in range(top, bottom + 1):
            for column in range(first, last + 1):
                if closed[row, column] < reached:
                    continue
                out[i] = True
                if closed[row, column] < np.inf or inner <= 0:
                    continue
                for py in range(row * TILE, min((row + 1) * TILE, height)):
                    dy = py + 0.5 - y
                    half = inner * inner - dy * dy
                    if half < 0:
                        continue
                    half = np.sqrt(half)
                    low = max(int(np.ceil(max(x - half - 0.5, -1.0))), column * TILE)
                    high = min(int(np.floor(min(x + half - 0.5, float(width)))), min((column + 1) * TILE, width) - 1)
                    for px in range(low, high + 1):
                        if not covered[py, px]:
                            covered[py, px] = True
                            left[row, column] -= 1
                if left[row, column] == 0:
                    closed[row, column] = depth
