"""Pictures as videos have them: lightness for each pixel, colour for each four. BT.709, limited range.

Source: ITU-R BT.709-6, items 3.2 to 3.5; ITU-R BT.601 has the same limits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel

Array = NDArray[Any]
RED, BLUE = 0.2126, 0.0722  # of lightness
GREEN = 1 - RED - BLUE
_ONE = 1 << 16  # numbers are whole ones of it
_LUMA, _CHROMA = 219 / 255 * _ONE, 112 / 255 * _ONE
_Y = tuple(np.int32(round(share * _LUMA)) for share in (RED, GREEN, BLUE))
_U = tuple(np.int32(round(share * _CHROMA)) for share in (-RED / (1 - BLUE), -GREEN / (1 - BLUE), 1.0))
_V = tuple(np.int32(round(share * _CHROMA)) for share in (1.0, -GREEN / (1 - RED), -BLUE / (1 - RED)))
_Y_ROUNDED, _C_ROUNDED = np.int32(16.5 * _ONE), np.int32((4 * 128 + 2) * _ONE)
_BYTE = np.uint32(255)


@kernel
def yuv420(words: Array, luma: Array, blue: Array, red: Array) -> None:
    """Turn a picture into the planes of yuv420p.

    words : uint32 (2 h, 2 w), R, G, B from the lowest byte up; what is above is ignored     luma : uint8 (2 h, 2 w)
    blue, red : uint8 (h, w), of the mean of four pixels each; lines may be longer than that, their ends are left alone
    O(h · w). Twin: tests/naive_encoding.py::yuv420
    """
    height, width = words.shape[0] // 2, words.shape[1] // 2
    for row in range(height):
        for line in range(2):
            given, shown = words[2 * row + line], luma[2 * row + line]
            for column in range(2 * width):
                word = given[column]
                r, g, b = np.int32(word & _BYTE), np.int32(word >> 8 & _BYTE), np.int32(word >> 16 & _BYTE)
                shown[column] = np.uint8((r * _Y[0] + g * _Y[1] + b * _Y[2] + _Y_ROUNDED) >> 16)
        above, below = words[2 * row], words[2 * row + 1]
        for column in range(width):
            p, q = above[2 * column], above[2 * column + 1]
            s, t = below[2 * column], below[2 * column + 1]
            # of two pixels each, red and blue side by side in a word: none of them runs over
            mixed = (p & 0xFF00FF) + (q & 0xFF00FF) + (s & 0xFF00FF) + (t & 0xFF00FF)
            g = np.int32((p >> 8 & _BYTE) + (q >> 8 & _BYTE) + (s >> 8 & _BYTE) + (t >> 8 & _BYTE))
            r, b = np.int32(mixed & 0xFFFF), np.int32(mixed >> 16)
            blue[row, column] = np.uint8((r * _U[0] + g * _U[1] + b * _U[2] + _C_ROUNDED) >> 18)
            red[row, column] = np.uint8((r * _V[0] + g * _V[1] + b * _V[2] + _C_ROUNDED) >> 18)
