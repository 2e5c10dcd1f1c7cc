"""Line strips of the plane, drawn onto bytes of sRGB as shaders/segments.frag.glsl does it, where a processor draws.

`seen`, `first`, `decode`, `encode`, `out` : as in strokes.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels
from blazon.render.kernels.strokes import ALL, first_from, first_past, light_of, mixed

Array = NDArray[Any]


@kernel
def draw_segments(
    numbers: Array, bits: Array, seen: Array, first: int, decode: Array, encode: Array, out: Array
) -> None:
    """Draw segments of strips; of two that meet, each pixel belongs to the nearer, or the earlier one.

    numbers, bits : float32 and uint32 (n, 15), SEGMENT rows twice. O(n · pixels of a segment). Twin:
    shaders/segments.frag.glsl, through GL
    """
    rows, width = out.shape
    for i in range(numbers.shape[0]):
        x0, y0 = numbers[i, 0] * seen[0] + seen[1], numbers[i, 1] * seen[0] + seen[2] - first
        x1, y1 = numbers[i, 3] * seen[0] + seen[1], numbers[i, 4] * seen[0] + seen[2] - first
        radius = numbers[i, 13] * seen[0] if numbers[i, 13] > 0 else -numbers[i, 13] * seen[3]
        drawn = max(radius, 0.5)
        reach = drawn + 0.5
        low_x, high_x = min(x0, x1) - reach, max(x0, x1) + reach
        low_y, high_y = min(y0, y1) - reach, max(y0, y1) + reach
        if not (low_x < width and high_x > 0 and low_y < rows and high_y > 0):
            continue
        begins = numbers[i, 6] == numbers[i, 0] and numbers[i, 7] == numbers[i, 1]
        ends = numbers[i, 9] == numbers[i, 3] and numbers[i, 10] == numbers[i, 4]
        bx, by = numbers[i, 6] * seen[0] + seen[1], numbers[i, 7] * seen[0] + seen[2] - first
        ax, ay = numbers[i, 9] * seen[0] + seen[1], numbers[i, 10] * seen[0] + seen[2] - first
        closing = numbers[i, 12]
        word = bits[i, 14]
        red, green, blue = light_of(word, decode)
        alpha = np.float64(word >> np.uint32(24)) / 255.0 * min(1.0, radius / drawn)
        length = np.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2)
        ahead_x, ahead_y = ((x1 - x0) / length, (y1 - y0) / length) if length > 0 else (1.0, 0.0)
        for row in range(first_from(low_y, rows), first_past(high_y, rows)):
            line, y = out[row], row + 0.5
            left, right = low_x, high_x
            if abs(ahead_y) > 1e-6:  # the stripe around the line
                a = x0 + (ahead_x * (y - y0) - reach) / ahead_y
                b = x0 + (ahead_x * (y - y0) + reach) / ahead_y
                left, right = max(left, min(a, b)), min(right, max(a, b))
            for column in range(first_from(left - 0.5, width), first_past(right + 0.5, width)):
                x = column + 0.5
                d = _distance(x, y, x0, y0, x1, y1)
                share = alpha * min(max(drawn - d + 0.5, 0.0), 1.0)
                if share <= 0.0:
                    continue
                if not begins:
                    before = _distance(x, y, bx, by, x0, y0)
                    if before < d or (before == d and closing >= 0.0):
                        continue
                if not ends:
                    after = _distance(x, y, x1, y1, ax, ay)
                    if after < d or (after == d and closing > 0.0):
                        continue
                if share >= ALL:
                    line[column] = word
                else:
                    line[column] = mixed(line[column], red, green, blue, share, decode, encode)


@part_of_kernels
def _distance(x: float, y: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """From a point to a segment; at and past an end to that very point, so that two that share it agree."""
    ax, ay = x1 - x0, y1 - y0
    along, whole = (x - x0) * ax + (y - y0) * ay, ax * ax + ay * ay
    if along <= 0.0:
        return float(np.sqrt((x - x0) ** 2 + (y - y0) ** 2))
    if along >= whole:
        return float(np.sqrt((x - x1) ** 2 + (y - y1) ** 2))
    px, py = x0 + ax * along / whole, y0 + ay * along / whole
    return float(np.sqrt((x - px) ** 2 + (y - py) ** 2))
