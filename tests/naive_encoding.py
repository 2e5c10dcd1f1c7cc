"""Naive twins of the kernels that make pictures ready for encoders."""

from __future__ import annotations

import numpy as np

from tests.naive import Matrix


def yuv420(picture: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Lightness of each pixel, blue and red of the mean of each four; BT.709, limited. picture : RGB (h, w, 3)."""
    red, blue = 0.2126, 0.0722
    height, width = picture.shape[:2]
    luma = np.zeros((height, width))
    chroma = np.zeros((2, height // 2, width // 2))
    for row, column in np.ndindex(height, width):
        r, g, b = picture[row, column] / 255
        light = red * r + (1 - red - blue) * g + blue * b
        luma[row, column] = 16 + 219 * light
        chroma[0, row // 2, column // 2] += (128 + 224 * (b - light) / (2 * (1 - blue))) / 4
        chroma[1, row // 2, column // 2] += (128 + 224 * (r - light) / (2 * (1 - red))) / 4
    return luma, chroma[0], chroma[1]


def png_rows(picture: Matrix, kind: int, channels: int) -> Matrix:
    """Rows as PNGs have them: their filter, and each byte less that of the pixel on the left (1) or above (2)."""
    height, width = picture.shape[:2]
    out = np.zeros((height, 1 + channels * width), np.uint8)
    for row, column, channel in np.ndindex(height, width, channels):
        value = int(picture[row, column, channel])
        if kind == 1 and column:
            value -= int(picture[row, column - 1, channel])
        if kind == 2 and row:
            value -= int(picture[row - 1, column, channel])
        out[row, 0] = kind
        out[row, 1 + channels * column + channel] = value % 256
    return out
