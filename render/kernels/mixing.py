"""Images mixed into bytes of sRGB, in linear light, where a processor draws: reduced ones, and those that show through.

`out` : uint32 (rows, columns), words whose alpha is 255 and stays so. `first` : which row of the picture out[0] is.
`decode`, `encode` : as in strokes.py. origin_x, origin_y : pixels: where the image's corner lies in the picture.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels
from blazon.render.kernels.strokes import ALL, ENCODED, light_of

Array = NDArray[Any]
_OPAQUE, _LAST = np.uint32(0xFF000000), np.float32(ENCODED - 1)


@kernel
def mix_nearest(
    texels: Array,
    table: Array,
    seen: Array,
    first: int,
    opacity: float,
    decode: Array,
    encode: Array,
    at: Array,
    out: Array,
) -> None:
    """Put the texel that the middle of each pixel lies in over what is there.

    texels : uint32 (h, w), words, or uint8 or uint16, ids     table : uint32 (k,), the words of ids; (0,): not asked
    seen : float32 (3,), origin_x, origin_y, scene units of a pixel     opacity : 0 to 1
    at : int64 (columns,), scratch     O(rows · columns). Twin: tests/naive.py::mix_nearest
    """
    height, width = texels.shape
    columns = out.shape[1]
    low, last = columns, -1
    for column in range(columns):
        x = (np.float32(column) + np.float32(0.5) - seen[0]) * seen[2]
        if np.float32(0.0) <= x < np.float32(width):
            low = min(low, column)
            last = column
            at[column] = int(x)
    word, alpha = np.uint32(0), 0.0
    red, green, blue = light_of(word, decode)
    for row in range(out.shape[0]):
        y = (np.float32(first + row) + np.float32(0.5) - seen[1]) * seen[2]
        if not np.float32(0.0) <= y < np.float32(height):
            continue
        line, mine = texels[int(y)], out[row]
        for column in range(low, last + 1):
            texel = line[at[column]]
            here = table[texel] if table.size > 0 else np.uint32(texel)
            if here != word:
                word = here
                alpha = (word >> np.uint32(24)) / 255.0 * opacity
                red, green, blue = light_of(word, decode)
            if alpha >= ALL:
                mine[column] = word | _OPAQUE
            elif alpha > 0.0:
                r, g, b = light_of(mine[column], decode)
                share, rest = np.float32(alpha), np.float32(1.0 - alpha)
                mine[column] = _word(r * rest + red * share, g * rest + green * share, b * rest + blue * share, encode)


@kernel
def mix_reduced(
    texels: Array,
    seen: Array,
    first: int,
    opacity: float,
    decode: Array,
    encode: Array,
    at: Array,
    shares: Array,
    line: Array,
    sums: Array,
    out: Array,
) -> None:
    """Put an opaque image of more texels than pixels over what is there, each pixel the mean light of what it covers.

    texels : uint32 (h, w), words     seen : float64 (3,), origin_x, origin_y, scene units of a pixel, 1 or more
    opacity : 0 to 1     at : int64 (2, columns), shares : float32 (3, columns), line, sums : float32 (3 · columns,),
    scratch
    O(h · w + rows · columns). Twin: tests/naive.py::mix_reduced
    """
    height, width = texels.shape
    columns = out.shape[1]
    begin = _first_middle(seen[0], columns)
    end = _first_middle(seen[0] + width / seen[2], columns)
    _share_out(seen[0], seen[2], np.float64(width), begin, end, at, shares)
    held = -1
    for row in range(out.shape[0]):
        top = (first + row - seen[1]) * seen[2]
        middle = top + 0.5 * seen[2]
        if not 0.0 <= middle < height:
            continue
        low, high = max(top, 0.0), min(top + seen[2], np.float64(height))
        for k in range(3 * begin, 3 * end):
            sums[k] = 0.0
        for y in range(int(low), int(np.ceil(high))):
            if y != held:
                _reduce(texels[y], begin, end, decode, at, shares, line)
                held = y
            share = np.float32((min(high, y + 1.0) - max(low, np.float64(y))) / (high - low))
            for k in range(3 * begin, 3 * end):
                sums[k] += line[k] * share
        mine, share, rest = out[row], np.float32(opacity), np.float32(1.0 - opacity)
        for column in range(begin, end):
            r, g, b = light_of(mine[column], decode) if rest > 0 else (rest, rest, rest)
            red, green, blue = sums[3 * column] * share, sums[3 * column + 1] * share, sums[3 * column + 2] * share
            mine[column] = _word(r * rest + red, g * rest + green, b * rest + blue, encode)


@part_of_kernels
def _word(red: Any, green: Any, blue: Any, encode: Array) -> Any:
    """The word of a light, 0 to 1."""
    r = encode[np.uint32(np.sqrt(red) * _LAST + np.float32(0.5))]
    g = encode[np.uint32(np.sqrt(green) * _LAST + np.float32(0.5))]
    b = encode[np.uint32(np.sqrt(blue) * _LAST + np.float32(0.5))]
    return _OPAQUE | np.uint32(r) | np.uint32(g) << np.uint32(8) | np.uint32(b) << np.uint32(16)


@part_of_kernels
def _first_middle(edge: float, count: int) -> int:
    """The first pixel whose middle lies at or after an edge; 0 to `count`."""
    return int(np.ceil(min(max(edge - 0.5, 0.0), np.float64(count))))


@part_of_kernels
def _share_out(origin: float, units: float, width: float, begin: int, end: int, at: Array, shares: Array) -> None:
    """Find which texels of a row each pixel covers, from at[0] to before at[1].

    shares : how much of the first one, how much of the last, and of how many in all; of those between, all.
    """
    for column in range(begin, end):
        low = min(max((column - origin) * units, 0.0), width)
        high = min(max((column + 1 - origin) * units, 0.0), width)
        at[0, column], at[1, column] = int(low), int(np.ceil(high))
        shares[0, column] = min(high, int(low) + 1.0) - low
        shares[1, column] = high - max(low, np.ceil(high) - 1.0)
        shares[2, column] = high - low


@part_of_kernels
def _reduce(texels: Array, begin: int, end: int, decode: Array, at: Array, shares: Array, line: Array) -> None:
    """The mean light of what each pixel of a row covers of a row of texels."""
    for column in range(begin, end):
        start, last, share = at[0, column], at[1, column] - 1, shares[0, column]
        r, g, b = light_of(texels[np.uint64(start)], decode)
        red, green, blue = r * share, g * share, b * share
        for x in range(np.uint64(start + 1), np.uint64(max(last, start + 1))):
            r, g, b = light_of(texels[x], decode)
            red += r
            green += g
            blue += b
        if last > start:
            r, g, b = light_of(texels[np.uint64(last)], decode)
            share = shares[1, column]
            red += r * share
            green += g * share
            blue += b * share
        whole = shares[2, column]
        line[3 * column], line[3 * column + 1], line[3 * column + 2] = red / whole, green / whole, blue / whole
