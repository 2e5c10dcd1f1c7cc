"""Outlines, lines and discs of the plane, drawn onto bytes of sRGB as the shaders do it, where a processor draws.

All mix in linear light, in the order of the rows. A pixel of `out` is a word, R, G, B and A from the lowest byte up,
whose alpha is 255 and stays so.

`seen`, float64 (4,): pixels of a scene unit, where the scene's (0, 0) lies, x and y, and pixels of a UI point.
`first` : which row of the picture out[0] is. `decode` : float32 (256,), linear light of bytes. `encode` : uint8
(ENCODED,), bytes for steps of the root of linear light.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels

Array = NDArray[Any]
ENCODED = 4096  # steps of the root of linear light
_OPAQUE = np.uint32(0xFF000000)
BYTE, _STEPS, _HALF = np.uint32(255), np.float32((ENCODED - 1) ** 2), np.float32(ENCODED)
ALL = 1.0 - 1.0 / 512.0  # as good as opaque


@kernel
def draw_rects(
    numbers: Array,
    bits: Array,
    seen: Array,
    first: int,
    decode: Array,
    encode: Array,
    shares: Array,
    words: Array,
    out: Array,
) -> None:
    """Draw outlines of rectangles. numbers, bits : float32 and uint32 (n, 6), RECT rows twice.

    shares, words : float64 and uint32 (2, columns of `out`), scratch
    O(n · pixels of an outline). Twin: shaders/rects.frag.glsl, through GL
    """
    rows, width = out.shape
    outer, inner = shares[0], shares[1]  # how much of each column lies in the outline, and in its hole
    before, after = words[0], words[1]  # what was mixed last in each column
    for i in range(numbers.shape[0]):
        x, y = numbers[i, 0] * seen[0] + seen[1], numbers[i, 1] * seen[0] + seen[2] - first
        half_x, half_y = numbers[i, 2] * seen[0], numbers[i, 3] * seen[0]
        radius = numbers[i, 4] * seen[0] if numbers[i, 4] > 0 else -numbers[i, 4] * seen[3]
        outer_x, outer_y = half_x + radius, half_y + radius
        inner_x, inner_y = half_x - radius, half_y - radius
        hollow = min(inner_x, inner_y) > 0
        if not (-outer_x < x < width + outer_x and -outer_y < y < rows + outer_y):
            continue
        word = bits[i, 5]
        red, green, blue = light_of(word, decode)
        alpha = np.float64(word >> np.uint32(24)) / 255.0
        left, right = (
            first_from(x - outer_x, width),
            first_past(x + outer_x, width),
        )
        top, bottom = (
            first_from(y - outer_y, rows),
            first_past(y + outer_y, rows),
        )
        hole_left, hole_right = right, right
        if hollow:  # columns between these are in the hole
            hole_left = min(max(first_past(x - inner_x, width), left), right)
            hole_right = min(max(first_from(x + inner_x, width), hole_left), right)
        for column in range(left, right):
            across = column + 0.5 - x
            outer[column] = _overlap(across, outer_x)
            inner[column] = _overlap(across, inner_x) if hollow else 0.0
            before[column] = 0  # what no pixel is: they are opaque
        for row in range(top, bottom):
            line = out[row]
            at = row + 0.5 - y
            covered_y = _overlap(at, outer_y)
            hole_y = _overlap(at, inner_y) if hollow else 0.0
            is_open = hole_y >= 1.0 and hole_left < hole_right
            column = left
            while column < right:
                if is_open and column == hole_left:
                    column = hole_right
                    continue
                share = alpha * (outer[column] * covered_y - inner[column] * hole_y)
                if share >= ALL:
                    line[column] = word
                elif share > 0.0:
                    here = line[column]
                    if not is_open:
                        line[column] = mixed(here, red, green, blue, share, decode, encode)
                    elif before[column] == here:  # the sides are the same in each row
                        line[column] = after[column]
                    else:
                        line[column] = mixed(here, red, green, blue, share, decode, encode)
                        before[column], after[column] = here, line[column]
                column += 1


@kernel
def draw_lines(numbers: Array, bits: Array, seen: Array, first: int, decode: Array, encode: Array, out: Array) -> None:
    """Draw lines with round ends. numbers, bits : float32 and uint32 (n, 8), LINE rows twice.

    O(n · pixels of a line). Twin: shaders/lines.frag.glsl, through GL
    """
    rows, width = out.shape
    for i in range(numbers.shape[0]):
        x, y = numbers[i, 0] * seen[0] + seen[1], numbers[i, 1] * seen[0] + seen[2] - first
        dx, dy = (numbers[i, 3] - numbers[i, 0]) * seen[0], (numbers[i, 4] - numbers[i, 1]) * seen[0]
        radius = numbers[i, 6] * seen[0] if numbers[i, 6] > 0 else -numbers[i, 6] * seen[3]
        drawn = max(radius, 0.5)
        reach = drawn + 0.5
        low_x, high_x = min(x, x + dx) - reach, max(x, x + dx) + reach
        low_y, high_y = min(y, y + dy) - reach, max(y, y + dy) + reach
        if not (low_x < width and high_x > 0 and low_y < rows and high_y > 0):
            continue
        word = bits[i, 7]
        red, green, blue = light_of(word, decode)
        alpha = np.float64(word >> np.uint32(24)) / 255.0 * min(1.0, radius / drawn)
        length = np.sqrt(dx * dx + dy * dy)
        nearest, farthest = (drawn - 0.5) * (drawn - 0.5), reach * reach  # squares: all within, nothing from there on
        ahead_x, ahead_y = (dx / length, dy / length) if length > 0 else (1.0, 0.0)
        for row in range(first_from(low_y, rows), first_past(high_y, rows)):
            line = out[row]
            away_y = row + 0.5 - y
            left, right = low_x, high_x
            if abs(ahead_y) > 1e-6:  # the stripe around the line
                a = x + (ahead_x * away_y - reach) / ahead_y
                b = x + (ahead_x * away_y + reach) / ahead_y
                left, right = max(left, min(a, b)), min(right, max(a, b))
            for column in range(
                first_from(left - 0.5, width),
                first_past(right + 0.5, width),
            ):
                away_x = column + 0.5 - x
                along = away_x * ahead_x + away_y * ahead_y
                across = away_y * ahead_x - away_x * ahead_y
                past = max(-along, along - length, 0.0)
                away = past * past + across * across
                if away >= farthest:
                    continue
                share = alpha
                if away > nearest:
                    share *= min(max(drawn - np.sqrt(away) + 0.5, 0.0), 1.0)
                if share >= ALL:
                    line[column] = word
                elif share > 0.0:
                    line[column] = mixed(line[column], red, green, blue, share, decode, encode)


@kernel
def draw_discs(numbers: Array, bits: Array, seen: Array, first: int, decode: Array, encode: Array, out: Array) -> None:
    """Draw discs. numbers, bits : float32 and uint32 (n, 5), POINT rows twice.

    O(n · pixels of a disc). Twin: shaders/points.frag.glsl, through GL
    """
    rows, width = out.shape
    for i in range(numbers.shape[0]):
        x, y = numbers[i, 0] * seen[0] + seen[1], numbers[i, 1] * seen[0] + seen[2] - first
        radius = numbers[i, 3] * seen[0] if numbers[i, 3] > 0 else -numbers[i, 3] * seen[3]
        drawn = max(radius, 0.5)
        reach = drawn + 0.5
        if not (-reach < x < width + reach and -reach < y < rows + reach):
            continue
        word = bits[i, 4]
        red, green, blue = light_of(word, decode)
        alpha = np.float64(word >> np.uint32(24)) / 255.0 * min(1.0, radius * radius / (drawn * drawn))
        for row in range(first_from(y - reach, rows), first_past(y + reach, rows)):
            line = out[row]
            away_y = row + 0.5 - y
            half = np.sqrt(max(reach * reach - away_y * away_y, 0.0))
            for column in range(
                first_from(x - half - 0.5, width),
                first_past(x + half + 0.5, width),
            ):
                away_x = column + 0.5 - x
                covered = min(max(drawn - np.sqrt(away_x * away_x + away_y * away_y) + 0.5, 0.0), 1.0)
                share = alpha * covered
                if share >= ALL:
                    line[column] = word
                elif share > 0.0:
                    line[column] = mixed(line[column], red, green, blue, share, decode, encode)


@part_of_kernels
def _overlap(at: float, half_extent: float) -> float:
    """How much of a pixel along one axis, centred `at`, lies in [-half_extent, half_extent]."""
    return min(max(min(at + 0.5, half_extent) - max(at - 0.5, -half_extent), 0.0), 1.0)


@part_of_kernels
def first_pixel(edge: float, count: int) -> int:
    """The first of `count` pixels whose middle is not before `edge`; `count` where there is none."""
    return int(np.ceil(min(max(edge - 0.5, 0.0), np.float64(count))))


@part_of_kernels
def first_from(edge: float, count: int) -> int:
    """The pixel of `count` that an edge lies in, 0 before all, `count` past them."""
    return int(np.floor(min(max(edge, 0.0), np.float64(count))))


@part_of_kernels
def first_past(edge: float, count: int) -> int:
    """The first pixel that begins at or after an edge; 0 to `count`."""
    return int(np.ceil(min(max(edge, 0.0), np.float64(count))))


@part_of_kernels
def light_of(word: Any, decode: Array) -> tuple[Any, Any, Any]:
    """Red, green and blue of a word as light."""
    return decode[word & BYTE], decode[word >> np.uint32(8) & BYTE], decode[word >> np.uint32(16) & BYTE]


@part_of_kernels
def mixed(before: Any, red: Any, green: Any, blue: Any, alpha: Any, decode: Array, encode: Array) -> Any:
    """The word of a pixel once a colour is put over it. red, green, blue : its light. alpha : 0 to 1."""
    share = np.float32(alpha) * _STEPS
    rest = _STEPS - share
    r = decode[before & BYTE] * rest + red * share + _HALF
    g = decode[before >> np.uint32(8) & BYTE] * rest + green * share + _HALF
    b = decode[before >> np.uint32(16) & BYTE] * rest + blue * share + _HALF
    return (
        _OPAQUE
        | np.uint32(encode[np.uint32(np.sqrt(r))])
        | np.uint32(encode[np.uint32(np.sqrt(g))]) << np.uint32(8)
        | np.uint32(encode[np.uint32(np.sqrt(b))]) << np.uint32(16)
    )
