"""What a frame takes at the least: its bytes out of LZ4, and bare loops over its points and pixels, nothing else.

No file, no entities, no contexts, no fields that may be there or not; a kernel for this one scene, on all cores. It
draws less than blazon does (no words, and of the lidar no boxes), so that nobody draws all of it in less.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from blazon.ingest.colors import LINEAR_OF_SRGB
from blazon.render.kernels.compiled import in_slices, kernel, slices
from blazon.render.kernels.strokes import ENCODED
from blazon.render.srgb import encoded

Array = NDArray[Any]
ROWS_PER_SLICE, POINTS_PER_SLICE = 64, 1 << 16
FAR = np.uint64(0x7F800000) << np.uint64(32)
_CODEC = pa.Codec("lz4_raw")


class Packed:
    """Arrays as a file holds them."""

    def __init__(self, *arrays: NDArray[Any]) -> None:
        self._shapes = [(each.dtype, each.shape, each.nbytes) for each in arrays]
        plain = b"".join(np.ascontiguousarray(each).tobytes() for each in arrays)
        self._size, self._packed = len(plain), _CODEC.compress(plain)

    def arrays(self) -> list[NDArray[Any]]:
        """Return the arrays."""
        plain = _CODEC.decompress(self._packed, self._size)
        found, start = [], 0
        for dtype, shape, size in self._shapes:
            found.append(np.frombuffer(plain, dtype, size // dtype.itemsize, start).reshape(shape))
            start += size
        return found


class StreetLoops:
    """A mask in the colours of its classes, and a colour mixed into each pixel that anything is drawn over, once."""

    def __init__(self, colors: NDArray[np.uint8]) -> None:
        """Colors : uint8 (k, 4), RGBA by class id."""
        self._table = np.zeros(256, np.uint32)
        self._table[: len(colors)] = np.ascontiguousarray(colors).view(np.uint32)[:, 0]
        self._pixels = np.zeros((0, 0), np.uint32)

    def draw(self, mask: Packed, covered: list[NDArray[np.int64]]) -> NDArray[np.uint8]:
        """Return a new picture, uint8 (h, w, 4). covered : of each part of it, which pixels are drawn over."""
        (ids,) = mask.arrays()
        if self._pixels.shape != ids.shape:
            self._pixels = np.zeros(ids.shape, np.uint32)
        out, flat = self._pixels, self._pixels.reshape(-1)

        def paint(numbers: slice) -> None:
            for number in range(numbers.start, numbers.stop):
                part = slice(len(out) * number // len(covered), len(out) * (number + 1) // len(covered))
                color(ids[part].reshape(-1), self._table, out[part].reshape(-1))
                mix_over(covered[number], np.float32(0.5), LINEAR_OF_SRGB, encoded(), flat)

        in_slices(paint, len(covered), 1)
        return out.copy().view(np.uint8).reshape(*ids.shape, 4)


class LidarLoops:
    """Points in the colours of their classes, the nearest of which shows, as discs of a radius in pixels."""

    def __init__(self, size: tuple[int, int], eye: Any, target: Any, fov_degrees: float, colors: Array) -> None:
        """Size : w, h. fov_degrees : of the height. colors : uint8 (k, 4), RGBA by class id."""
        ahead = np.subtract(target, eye) / np.linalg.norm(np.subtract(target, eye))
        right = np.cross(ahead, (0, 0, 1)) / np.linalg.norm(np.cross(ahead, (0, 0, 1)))
        view_from_world = np.array([right, np.cross(ahead, right), ahead])
        self._size = size
        self._pose = np.column_stack([view_from_world, -view_from_world @ eye])
        self._focal = size[1] / 2 / np.tan(np.radians(fov_degrees) / 2)
        self._table = np.ascontiguousarray(colors).view(np.uint32)[:, 0]
        self._pictures = np.empty((0, *size[::-1]), np.uint64)

    def draw(self, points: Packed, radius: float, background: int) -> NDArray[np.uint8]:
        """Return a new picture, uint8 (h, w, 4)."""
        positions, class_ids = points.arrays()
        width, height = self._size
        parts = slices(len(positions), POINTS_PER_SLICE)
        if len(self._pictures) != len(parts):
            self._pictures = np.empty((len(parts), height, width), np.uint64)
        out = np.empty((height, width), np.uint32)

        def splat_part(numbers: slice) -> None:
            for part, picture in zip(parts[numbers], self._pictures[numbers], strict=True):
                picture.fill(FAR | np.uint64(background))
                given = positions[part], class_ids[part], self._table
                splat_points(*given, self._pose, self._focal, radius, picture)

        def join(part: slice) -> None:
            nearest(self._pictures[:, part], out[part])

        in_slices(splat_part, len(parts), 1)
        in_slices(join, height, ROWS_PER_SLICE)
        return out.view(np.uint8).reshape(height, width, 4)


@kernel
def color(ids: Array, table: Array, out: Array) -> None:
    """Look ids, uint8 (n,), up; table : uint32 (256,). out : uint32 (n,)."""
    for i in range(ids.size):
        out[i] = table[ids[i]]


@kernel
def mix_over(at: Array, share: Any, decode: Array, encode: Array, out: Array) -> None:
    """Mix white into pixels, in linear light. at : int64 (n,). share : 0 to 1. out : uint32 (pixels,)."""
    steps = np.float32((ENCODED - 1) ** 2)
    for i in range(at.size):
        word = out[at[i]]
        mixed = np.uint32(0xFF000000)
        for shift in (np.uint32(0), np.uint32(8), np.uint32(16)):
            light = decode[word >> shift & np.uint32(255)] * (np.float32(1) - share) + share
            mixed |= np.uint32(encode[np.uint32(np.sqrt(light * steps))]) << shift
        out[at[i]] = mixed


@kernel
def splat_points(
    points: Array, class_ids: Array, table: Array, pose: Array, focal: float, radius: float, out: Array
) -> None:
    """Draw discs where points, float32 (n, 3), are seen; the nearest shows. out : uint64 (h, w), depth and colour."""
    height, width = out.shape
    side = int(2 * radius) + 1
    for i in range(points.shape[0]):
        x, y, z = np.float64(points[i, 0]), np.float64(points[i, 1]), np.float64(points[i, 2])
        depth = pose[2, 0] * x + pose[2, 1] * y + pose[2, 2] * z + pose[2, 3]
        if depth <= 0.0:
            continue
        px = width / 2 + focal * (pose[0, 0] * x + pose[0, 1] * y + pose[0, 2] * z + pose[0, 3]) / depth
        py = height / 2 + focal * (pose[1, 0] * x + pose[1, 1] * y + pose[1, 2] * z + pose[1, 3]) / depth
        left, top = int(np.ceil(px - radius - 0.5)), int(np.ceil(py - radius - 0.5))
        if not (left >= 0 and top >= 0 and left + side <= width and top + side <= height):
            continue
        pixel = np.uint64(np.float32(depth).view(np.uint32)) << np.uint64(32) | np.uint64(table[class_ids[i]])
        for row in range(side):
            dy = top + row + 0.5 - py
            for column in range(side):
                dx = left + column + 0.5 - px
                before = out[top + row, left + column]
                shows = (dx * dx + dy * dy <= radius * radius) & (pixel < before)
                out[top + row, left + column] = pixel if shows else before


@kernel
def nearest(pictures: Array, out: Array) -> None:
    """Write the colour of the nearest of some pictures, uint64 (k, h, w). out : uint32 (h, w)."""
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            pixel = pictures[0, row, column]
            for k in range(1, pictures.shape[0]):
                pixel = min(pixel, pictures[k, row, column])
            out[row, column] = np.uint32(pixel & np.uint64(0xFFFFFFFF))
