"""Colour lookup: class ids and keypoint ids to RGBA.

Colours here are `words`: uint32 whose four bytes in memory are R, G, B, A, as textures and buffers want them. A table
is dense for ids below 65536; larger ids that a context lists are searched for; all others get the automatic colour.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.colors import GOLDEN, SATURATION, SRGB_THRESHOLDS, VALUE
from blazon.render.kernels.compiled import kernel, part_of_kernels

DENSE_IDS = 65536
Array = NDArray[Any]


def lookup(ids: Array, table: Array, out: Array) -> None:
    """Look 8 or 16 bit ids up, by `lookup_u8` or `lookup_u16`, which see the same bytes as words of 64 bits as well."""
    whole = ids.size // 8 * 8
    by_size = lookup_u8 if ids.dtype.itemsize == 1 else lookup_u16
    by_size(ids, ids[:whole].view(np.uint64), table, out, out[:whole].view(np.uint64))


@kernel
def lookup_u8(ids: Array, eights: Array, table: Array, out: Array, pairs: Array) -> None:
    """Look 8 bit ids up, eight at a time. Masks are patches: eight equal neighbours are looked up once.

    ids : uint8 (n,), contiguous     eights : uint64 (n // 8,), the same bytes     table : uint32 (256,), words
    out : uint32 (n,), contiguous, overwritten     pairs : uint64 (n // 8 · 4,), the same bytes
    O(n). Twin: tests/naive.py::colorize
    """
    whole = eights.size * 8
    for i in range(_unsigned(eights.size)):
        eight, at = eights[i], _unsigned(4) * i
        first = eight & np.uint64(0xFF)
        if eight == first * np.uint64(0x0101010101010101):
            pair = _pair(table, first, first)
            for k in range(_unsigned(4)):
                pairs[at + k] = pair
        else:
            for k in range(_unsigned(4)):
                two = eight >> np.uint64(16) * k
                pairs[at + k] = _pair(table, two & np.uint64(0xFF), two >> np.uint64(8) & np.uint64(0xFF))
    for i in range(whole, ids.size):
        out[i] = table[ids[i]]


@kernel
def lookup_u16(ids: Array, fours: Array, table: Array, out: Array, pairs: Array) -> None:
    """Look 16 bit ids up, eight at a time, as `lookup_u8` does.

    ids : uint16 (n,), contiguous     fours : uint64 (n // 8 · 2,), the same bytes     table : uint32 (65536,), words
    out : uint32 (n,), contiguous, overwritten     pairs : uint64 (n // 8 · 4,), the same bytes
    O(n). Twin: tests/naive.py::colorize
    """
    whole = fours.size * 4
    for i in range(_unsigned(whole // 8)):
        four, next_four, at = fours[_unsigned(2) * i], fours[_unsigned(2) * i + _unsigned(1)], _unsigned(4) * i
        first = four & np.uint64(0xFFFF)
        if four == next_four and four == first * np.uint64(0x0001000100010001):
            pair = _pair(table, first, first)
            for k in range(_unsigned(4)):
                pairs[at + k] = pair
        else:
            for k in range(_unsigned(4)):
                two = (four if k < 2 else next_four) >> np.uint64(32) * (k & np.uint64(1))
                pairs[at + k] = _pair(table, two & np.uint64(0xFFFF), two >> np.uint64(16) & np.uint64(0xFFFF))
    for i in range(whole, ids.size):
        out[i] = table[ids[i]]


@kernel
def lookup_wide(ids: Array, dense: Array, keys: Array, colors: Array, out: Array) -> int:
    """Look ids of any integer dtype up; negative ones become transparent, and their number is returned.

    ids : int32, uint32, int64 or uint64 (n,)     dense : uint32 (65536,), words
    keys : uint64 (k,), sorted: listed ids past the dense table     colors : uint32 (k,), their words
    out : uint32 (n,), overwritten
    O(n), and O(log k) where an id past the dense table differs from the one before it. Twin: tests/naive.py::colorize
    """
    zero = ids.dtype.type(0)  # of their own type: numba compares uint64 with a plain 0 as floats
    negative = 0
    last = np.uint64(0)
    color = dense[0]
    for i in range(ids.size):
        if ids[i] < zero:
            out[i] = 0
            negative += 1
            continue
        id_ = np.uint64(ids[i])
        if id_ < np.uint64(DENSE_IDS):
            out[i] = dense[id_]
            continue
        if id_ != last:
            last = id_
            color = _wide_color(id_, keys, colors)
        out[i] = color
    return negative


@kernel
def round_ids(values: Array, out: Array) -> None:
    """Round floats to the nearest id; what is no id (negative, NaN, past 2^63) becomes −1.

    values : float32 or float64 (n,)     out : int64 (n,), overwritten                       O(n). Twin:
    tests/naive.py::colorize
    """
    for i in range(values.size):
        rounded = np.rint(values[i])
        out[i] = np.int64(rounded) if rounded >= 0 and rounded < 9.2e18 else np.int64(-1)


@kernel
def color_instances(
    class_ids: Array,
    keypoint_ids: Array,
    dense: Array,
    keys: Array,
    colors: Array,
    keypoint_keys: Array,
    keypoint_colors: Array,
    out: Array,
) -> None:
    """Colour instances by class and keypoint; the last id of a shorter array repeats.

    class_ids : uint32 or uint16 (a,), a > 0     keypoint_ids : uint32 (b,); empty: no keypoints
    dense, keys, colors : as in `lookup_wide`     keypoint_keys : uint64 (k,), sorted, class << 32 | keypoint
    keypoint_colors : uint32 (k,), words     out : uint32 (n,), overwritten
    O(n log k). Twin: tests/naive.py::color_instances
    """
    for i in range(out.size):
        class_id = np.uint64(class_ids[min(i, class_ids.size - 1)])
        if keypoint_ids.size > 0:
            key = class_id << np.uint64(32) | np.uint64(keypoint_ids[min(i, keypoint_ids.size - 1)])
            at = _find(keypoint_keys, key)
            if at >= 0:
                out[i] = keypoint_colors[at]
                continue
        out[i] = dense[class_id] if class_id < np.uint64(DENSE_IDS) else _wide_color(class_id, keys, colors)


@kernel
def count_ids(ids: Array, counts: Array) -> None:
    """Count how often each id is there. Masks are patches: what is alike is counted as one.

    ids : uint8 or uint16 (h, w)     counts : int64 (k,), raised, k > max(ids)     O(h · w). Twin: numpy.bincount
    """
    for row in range(ids.shape[0]):
        line, start = ids[row], 0
        for column in range(1, line.size + 1):
            if column == line.size or line[column] != line[start]:
                counts[line[start]] += column - start
                start = column


@part_of_kernels
def _unsigned(number: Any) -> Any:
    """An index that cannot be negative: numba then leaves Python's wrap-around out, and LLVM can use wide stores."""
    return np.uintp(number)


@part_of_kernels
def _pair(table: Array, first: Any, second: Any) -> Any:
    """Two neighbouring words as one number."""
    return np.uint64(table[first]) | np.uint64(table[second]) << np.uint64(32)


@part_of_kernels
def _find(keys: Array, key: Any) -> int:
    """The index of `key` in sorted `keys`, or −1."""
    lo, hi = 0, keys.size
    while lo < hi:
        middle = (lo + hi) >> 1
        if keys[middle] < key:
            lo = middle + 1
        else:
            hi = middle
    return lo if lo < keys.size and keys[lo] == key else -1


@part_of_kernels
def _wide_color(id_: Any, keys: Array, colors: Array) -> Any:
    at = _find(keys, id_)
    return colors[at] if at >= 0 else _auto_word(id_)


@part_of_kernels
def _auto_word(id_: Any) -> Any:
    """`blazon.ingest.colors.auto_colors` of one id, as a word; f32 throughout."""
    one = np.float32(1)
    turned = np.float32(id_) * GOLDEN
    hue = (turned - np.floor(turned)) * np.float32(6)
    sector = np.floor(hue)
    fraction = hue - sector
    low = VALUE * (one - SATURATION)
    falling = VALUE * (one - SATURATION * fraction)
    rising = VALUE * (one - SATURATION * (one - fraction))
    k = int(sector) % 6
    red, green, blue = VALUE, low, falling
    if k == 0:
        red, green, blue = VALUE, rising, low
    elif k == 1:
        red, green, blue = falling, VALUE, low
    elif k == 2:
        red, green, blue = low, VALUE, rising
    elif k == 3:
        red, green, blue = low, falling, VALUE
    elif k == 4:
        red, green, blue = rising, low, VALUE
    word = _encode(red) | _encode(green) << 8 | _encode(blue) << 16 | 255 << 24
    return np.uint32(word)


@part_of_kernels
def _encode(linear: Any) -> int:
    """8 bit sRGB of linear light, by the same thresholds as `blazon.ingest.colors.encode_srgb`."""
    lo, hi = 0, 255
    while lo < hi:
        middle = (lo + hi) >> 1
        if SRGB_THRESHOLDS[middle] <= linear:
            lo = middle + 1
        else:
            hi = middle
    return lo
