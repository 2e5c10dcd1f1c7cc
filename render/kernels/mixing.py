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

    texels : uint32 (h, w), words, or uint8 (h, w, 3), triples
    seen : float64 (3,), origin_x, origin_y, scene units of a pixel, 1 or more
    opacity : 0 to 1     at : int64 (k,), shares : float32 (`most_covered`, k), scratch, k : `most_columns`, or more
    line, sums : float32 (3 · columns,), scratch
    O(h · w + rows · columns). Twin: tests/naive.py::mix_reduced
    """
    height, width = texels.shape[0], texels.shape[1]
    columns = out.shape[1]
    begin = _first_middle(seen[0], columns)
    end = _first_middle(seen[0] + width / seen[2], columns)
    _share_out(seen[0], seen[2], width, begin, end, at, shares)
    # Loops from 0 on, over arrays of their own: those that might count from the end take twice as long
    starts, weights = at[: end - begin], shares[:, : end - begin]
    light, whole = line[3 * begin : 3 * end], sums[3 * begin : 3 * end]
    held = -1
    for row in range(out.shape[0]):
        top = (first + row - seen[1]) * seen[2]
        middle = top + 0.5 * seen[2]
        if not 0.0 <= middle < height:
            continue
        low, high = max(top, 0.0), min(top + seen[2], np.float64(height))
        for k in range(whole.size):
            whole[k] = 0.0
        for y in range(int(low), int(np.ceil(high))):
            if y != held:
                _reduce(texels[y], decode, starts, weights, light)
                held = y
            part = np.float32((min(high, y + 1.0) - max(low, np.float64(y))) / (high - low))
            for k in range(whole.size):
                whole[k] += light[k] * part
        mine, share, rest = out[row, begin:end], np.float32(opacity), np.float32(1.0 - opacity)
        if rest > 0:
            for column in range(mine.size):
                r, g, b = light_of(mine[column], decode)
                whole[3 * column] = r * rest + whole[3 * column] * share
                whole[3 * column + 1] = g * rest + whole[3 * column + 1] * share
                whole[3 * column + 2] = b * rest + whole[3 * column + 2] * share
        for k in range(whole.size):  # of thousands of shares the sum may be more than 1
            whole[k] = np.sqrt(min(whole[k], np.float32(1.0))) * _LAST + np.float32(0.5)
        for column in range(mine.size):
            mine[column] = _packed(whole[3 * column], whole[3 * column + 1], whole[3 * column + 2], encode)


@part_of_kernels
def _word(red: Any, green: Any, blue: Any, encode: Array) -> Any:
    """The word of a light, 0 to 1."""
    half = np.float32(0.5)
    return _packed(np.sqrt(red) * _LAST + half, np.sqrt(green) * _LAST + half, np.sqrt(blue) * _LAST + half, encode)


@part_of_kernels
def _packed(red: Any, green: Any, blue: Any, encode: Array) -> Any:
    """The word of a light whose steps, of its root, were found."""
    r, g, b = encode[np.uint32(red)], encode[np.uint32(green)], encode[np.uint32(blue)]
    return _OPAQUE | np.uint32(r) | np.uint32(g) << np.uint32(8) | np.uint32(b) << np.uint32(16)


@part_of_kernels
def _first_middle(edge: float, count: int) -> int:
    """The first pixel whose middle lies at or after an edge; 0 to `count`."""
    return int(np.ceil(min(max(edge - 0.5, 0.0), np.float64(count))))


def most_columns(units: float, width: int, columns: int) -> int:
    """Return how many of so many columns of pixels an image may cover. units : of the scene, of a pixel."""
    return int(min(width / units + 2, columns))


def most_covered(units: float, width: int) -> int:
    """Return how many texels of a row a pixel may cover. units : of the scene, of a pixel. width : of the row."""
    return int(min(np.ceil(units) + 1, width))


@part_of_kernels
def _share_out(origin: float, units: float, width: int, begin: int, end: int, at: Array, shares: Array) -> None:
    """Find which texels of a row each pixel covers: from `at` on as many as there are shares, which add up to 1.

    All that a pixel may cover are looked at in each: a share of nothing costs less than a loop that ends anywhere.
    """
    for column in range(begin, end):
        low = min(max((column - origin) * units, 0.0), np.float64(width))
        high = min(max((column + 1 - origin) * units, 0.0), np.float64(width))
        place = column - begin
        at[place] = max(min(int(low), width - shares.shape[0]), 0)
        for k in range(shares.shape[0]):
            x = np.float64(at[place] + k)
            shares[k, place] = max(min(high, x + 1.0) - max(low, x), 0.0) / (high - low)


@part_of_kernels
def _light_at(texels: Array, at: Any, decode: Array) -> tuple[Any, Any, Any]:
    """Red, green and blue of a texel of a row as light."""
    if texels.ndim == 2:
        return decode[texels[at, 0]], decode[texels[at, 1]], decode[texels[at, 2]]
    return light_of(texels[at], decode)


@part_of_kernels
def _reduce(texels: Array, decode: Array, starts: Array, shares: Array, light: Array) -> None:
    """The mean light of what each pixel of a row covers of a row of texels."""
    if shares.shape[0] == 3:  # what most have that are shown at half their size or more; twice as fast in one piece
        _reduce_three(texels, decode, starts, shares[0], shares[1], shares[2], light)
        return
    for column in range(starts.size):
        at = np.uint64(starts[column])
        red = green = blue = np.float32(0)
        for k in range(shares.shape[0]):
            r, g, b = _light_at(texels, at + np.uint64(k), decode)
            share = shares[k, column]
            red += r * share
            green += g * share
            blue += b * share
        light[3 * column], light[3 * column + 1], light[3 * column + 2] = red, green, blue


@part_of_kernels
def _reduce_three(
    texels: Array, decode: Array, starts: Array, left: Array, middle: Array, right: Array, light: Array
) -> None:
    """`_reduce` where a pixel may cover three texels; left, middle, right : the shares of each."""
    for column in range(starts.size):
        at = np.uint64(starts[column])
        x, y, z = left[column], middle[column], right[column]
        r0, g0, b0 = _light_at(texels, at, decode)
        r1, g1, b1 = _light_at(texels, at + np.uint64(1), decode)
        r2, g2, b2 = _light_at(texels, at + np.uint64(2), decode)
        light[3 * column] = r0 * x + r1 * y + r2 * z
        light[3 * column + 1] = g0 * x + g1 * y + g2 * z
        light[3 * column + 2] = b0 * x + b1 * y + b2 * z
