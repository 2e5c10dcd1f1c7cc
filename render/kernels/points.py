"""Points become rows of the GPU's layout, and are looked over, in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels

Array = NDArray[Any]
DRAWN, NOT_FINITE, TOO_FAR, TRANSPARENT = 0, 1, 2, 3  # what becomes of a point


@kernel
def pack_points(
    positions: Array,
    anchor: Array,
    words: Array,
    radii: Array,
    farthest: float,
    numbers: Array,
    bits: Array,
    out: Array,
) -> Any:
    """Write POINT rows of points, and tell which of them can be drawn.

    positions : float32 or float64 (n, 3), contiguous     anchor : float64 (3,), what they are made relative to
    words : uint32 (n,), colours     radii : float32 (n,), or (1,) for all
    farthest : the largest coordinate that can be drawn     numbers, bits : float32 and uint32 (n, 5), the rows twice
    out : uint8 (n,): what becomes of it
    Answers the bits that any of `out` has.
    O(n). Twin: tests/naive.py::pack_points
    """
    last_radius, fates = radii.shape[0] - 1, np.uint8(0)
    given, row, word = positions.reshape(-1), numbers.reshape(-1), bits.reshape(-1)
    for i in range(positions.shape[0]):
        x, y, z = np.float64(given[3 * i]), np.float64(given[3 * i + 1]), np.float64(given[3 * i + 2])
        row[5 * i] = x - anchor[0]
        row[5 * i + 1] = y - anchor[1]
        row[5 * i + 2] = z - anchor[2]
        row[5 * i + 3] = radii[min(i, last_radius)]
        word[5 * i + 4] = words[i]
        fate = _fate(x, y, z, words[i], farthest)
        out[i] = fate
        fates |= np.uint8(fate)
    return fates


@kernel
def look_over(positions: Array, words: Array, farthest: float) -> tuple[Any, Any]:
    """Tell what becomes of points, all together, as `pack_points` does, without writing anything.

    positions : float32 (n, 3), contiguous     words : uint32 (n,), colours     farthest : see there
    Answers the bits that all colours have, and those of what becomes of them that any has.
    O(n). Twin: tests/naive.py::pack_points
    """
    common, fates = np.uint32(0xFFFFFFFF), np.uint8(0)
    given = positions.reshape(-1)
    for i in range(positions.shape[0]):
        x, y, z = np.float64(given[3 * i]), np.float64(given[3 * i + 1]), np.float64(given[3 * i + 2])
        fates |= np.uint8(_fate(x, y, z, words[i], farthest))
        common &= words[i]
    return common, fates


@part_of_kernels
def _fate(x: float, y: float, z: float, word: Any, farthest: float) -> int:
    """What becomes of a point."""
    reach = max(abs(x), abs(y), abs(z))
    if not (np.isfinite(x) and np.isfinite(y) and np.isfinite(z)):
        return NOT_FINITE
    if reach > farthest:
        return TOO_FAR
    return TRANSPARENT if word >> np.uint32(24) == 0 else DRAWN
