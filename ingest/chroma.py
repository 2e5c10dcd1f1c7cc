"""Pictures whose bytes are not plain channels: YUV with shared chroma, and Bayer mosaics, to sRGB.

Odd sizes follow the formats' definitions: half of an odd width or height is rounded up. (The reference viewer
rounds down, so what it can show of such pictures is shifted; even sizes are the same in both.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.colors import encode_srgb
from blazon.ingest.image_formats import PixelFormat

Bytes = NDArray[np.uint8]
Tile = tuple[int, int, int, int]

BT601 = (1.402, -0.344, -0.714, 1.772)  # red of V, green of U, green of V, blue of U
BT709 = (1.575, -0.187, -0.468, 1.856)


@dataclass(frozen=True, slots=True)
class _Yuv:
    """How many columns and rows share a chroma sample, and what the numbers mean."""

    columns: int
    rows: int
    limited: bool  # luma 16…235 and chroma 16…240, else both 0…255
    matrix: tuple[float, float, float, float] = BT709


_YUV = {
    PixelFormat.NV12: _Yuv(2, 2, limited=True, matrix=BT601),
    PixelFormat.YUY2: _Yuv(2, 1, limited=True, matrix=BT601),
    PixelFormat.Y_U_V12_LimitedRange: _Yuv(2, 2, limited=True),
    PixelFormat.Y_U_V12_FullRange: _Yuv(2, 2, limited=False),
    PixelFormat.Y_U_V16_LimitedRange: _Yuv(2, 1, limited=True),
    PixelFormat.Y_U_V16_FullRange: _Yuv(2, 1, limited=False),
    PixelFormat.Y_U_V24_LimitedRange: _Yuv(1, 1, limited=True),
    PixelFormat.Y_U_V24_FullRange: _Yuv(1, 1, limited=False),
}

# the channel (0 red, 1 green, 2 blue) of each of the four pixels of a tile, row by row
_BAYER: dict[PixelFormat, Tile] = {
    PixelFormat.BayerRGGB8: (0, 1, 1, 2),
    PixelFormat.BayerBGGR8: (2, 1, 1, 0),
    PixelFormat.BayerGBRG8: (1, 2, 0, 1),
    PixelFormat.BayerGRBG8: (1, 0, 2, 1),
}

_BAND_ROWS = 64  # even, and few enough that what is computed of a band stays in the cache


_SRGB_OF_FOUR_SAMPLES = encode_srgb(np.arange(4 * 255 + 1, dtype=np.float32) / np.float32(4 * 255))
"""8 bit sRGB of the mean of four samples of linear light, by their sum."""


def bands(height: int) -> Iterator[slice]:
    """Return slices of rows that cover a picture of `height` rows, from the top."""
    return (slice(top, min(top + _BAND_ROWS, height)) for top in range(0, height, _BAND_ROWS))


def n_bytes(kind: PixelFormat, width: int, height: int) -> int:
    """Return how many bytes a picture of `width` × `height` pixels has."""
    yuv = _YUV.get(kind)
    if yuv is None:
        return width * height
    columns, rows = -(-width // yuv.columns), -(-height // yuv.rows)
    luma = 2 * columns * height if kind is PixelFormat.YUY2 else width * height
    return luma + 2 * columns * rows


def rgba(data: Bytes, kind: PixelFormat, width: int, height: int) -> Bytes:
    """Return the colours of a picture, uint8 (height, width, 4), sRGB, opaque.

    data : uint8 (n_bytes(kind, width, height),), contiguous.
    YUV: nearest chroma sample, BT.601 for NV12 and YUY2, else BT.709; clamped, rounded to the nearest.
    Bayer: samples are linear light; a channel that a pixel lacks is the mean of its neighbours that have it. Past an
    edge the mosaic is mirrored about its outermost pixels, which leaves the mean to those that exist; an axis of one
    pixel repeats it. Source: rerun's `yuv_converter.wgsl` and, for Bayer, the shaders and changelog of SDK 0.39 to
    0.41.
    """
    if kind in _BAYER:
        return _demosaic(data.reshape(height, width), _BAYER[kind])
    if kind in _YUV:
        return _from_yuv(*_planes(data, kind, width, height), yuv=_YUV[kind])
    return grey(luma(data, kind).reshape(height, width))


def luma(data: Bytes, kind: PixelFormat) -> Bytes:
    """Return the grey levels, uint8 like `data`, of a picture in one of the Y8 formats."""
    if kind is PixelFormat.Y8_FullRange:
        return data
    return np.rint(np.clip(_luma_levels(limited=True), 0, 255)).astype(np.uint8).take(data)


def grey(levels: Bytes) -> Bytes:
    """Return levels, uint8 (h, w), as opaque greys, uint8 (h, w, 4)."""
    words = levels.astype("<u4")
    words *= np.uint32(0x010101)
    words |= np.uint32(0xFF000000)
    return words.view(np.uint8).reshape(*levels.shape, 4)


def _planes(data: Bytes, kind: PixelFormat, width: int, height: int) -> tuple[Bytes, Bytes, Bytes]:
    """Views of Y (height, width), and of U and V, each as small as it is kept."""
    yuv = _YUV[kind]
    columns, rows = -(-width // yuv.columns), -(-height // yuv.rows)
    if kind is PixelFormat.YUY2:
        quads = data.reshape(height, columns, 4)  # Y0 U Y1 V
        return data.reshape(height, 4 * columns)[:, ::2][:, :width], quads[..., 1], quads[..., 3]
    y, chroma = data[: width * height].reshape(height, width), data[width * height :]
    if kind is PixelFormat.NV12:
        pairs = chroma.reshape(rows, columns, 2)
        return y, pairs[..., 0], pairs[..., 1]
    u, v = chroma.reshape(2, rows, columns)
    return y, u, v


def _luma_levels(*, limited: bool) -> NDArray[np.float32]:
    """The level, 0 to 255 and beyond, of each luma byte; float32 (256,)."""
    codes = np.arange(256, dtype=np.float64)
    return ((codes - 16) * (255 / 219) if limited else codes).astype(np.float32)


def _chroma_levels(factor: float, *, limited: bool) -> NDArray[np.float32]:
    """What each chroma byte adds to a channel's level; float32 (256,)."""
    codes = np.arange(256, dtype=np.float64) - 128
    return (codes * factor * (255 / 224 if limited else 1)).astype(np.float32)


def _from_yuv(y: Bytes, u: Bytes, v: Bytes, *, yuv: _Yuv) -> Bytes:
    height, width = y.shape
    luma_levels = _luma_levels(limited=yuv.limited) + np.float32(0.5)  # so that cutting off rounds
    red_v, green_u, green_v, blue_u = (_chroma_levels(factor, limited=yuv.limited) for factor in yuv.matrix)
    out = np.empty((height, width, 4), np.uint8)
    out[..., 3] = 255
    for band in bands(height):
        shared = slice(band.start // yuv.rows, -(-band.stop // yuv.rows))
        level, us, vs = luma_levels.take(y[band]), u[shared], v[shared]
        added = red_v.take(vs), green_u.take(us) + green_v.take(vs), blue_u.take(us)
        for channel, levels in enumerate(added):
            full = levels.repeat(yuv.columns, axis=1).repeat(yuv.rows, axis=0)[: len(level), :width]
            full += level
            out[band, :, channel] = np.clip(full, 0, 255, out=full)
    return out


def _demosaic(mosaic: Bytes, tile: Tile) -> Bytes:
    height, width = mosaic.shape
    wide = np.pad(mosaic, 1, mode="reflect").astype(np.uint16)
    out = np.full((height, width, 4), 255, np.uint8)
    for position in range(4):
        _fill_in(out, wide, tile, *divmod(position, 2))
    return out


def _fill_in(out: Bytes, wide: NDArray[np.uint16], tile: Tile, top: int, left: int) -> None:
    """Colour the pixels at (top, left) of every tile; wide : the mosaic with a border of one pixel."""
    height, width = out.shape[:2]

    def at(down: int, right: int) -> NDArray[np.uint16]:
        return wide[1 + top + down : 1 + height + down : 2, 1 + left + right : 1 + width + right : 2]

    pixels, own = out[top::2, left::2], tile[2 * top + left]
    pixels[..., own] = _SRGB_OF_FOUR_SAMPLES[4 * at(0, 0)]
    beside, above = at(0, -1) + at(0, 1), at(-1, 0) + at(1, 0)
    if own == 1:
        pixels[..., tile[2 * top + 1 - left]] = _SRGB_OF_FOUR_SAMPLES[2 * beside]
        pixels[..., tile[2 - 2 * top + left]] = _SRGB_OF_FOUR_SAMPLES[2 * above]
    else:
        pixels[..., 1] = _SRGB_OF_FOUR_SAMPLES[beside + above]
        pixels[..., 2 - own] = _SRGB_OF_FOUR_SAMPLES[at(-1, -1) + at(-1, 1) + at(1, -1) + at(1, 1)]
