"""Where scene coordinates lie in a picture. No GL, no state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_EXTENT = 1e-30  # scene units; smaller differences are lost in f32


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rectangle of the plane, scene units; x to the right, y down."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Extent along x."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Extent along y."""
        return self.y1 - self.y0

    def corners(self) -> NDArray[np.float64]:
        """Return the corners, float64 (4, 2)."""
        return np.array([(x, y) for x in (self.x0, self.x1) for y in (self.y0, self.y1)], np.float64)

    def union(self, other: Bounds | None) -> Bounds:
        """Return the smallest rectangle around both."""
        if other is None:
            return self
        return Bounds(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def grown(self, fraction: float) -> Bounds:
        """Return this rectangle with a margin of `fraction` of its size on each side."""
        dx, dy = self.width * fraction, self.height * fraction
        return Bounds(self.x0 - dx, self.y0 - dy, self.x1 + dx, self.y1 + dy)

    def opened(self) -> Bounds:
        """Return this rectangle, or one unit around it where it has no extent to speak of."""
        if max(self.width, self.height) > LEAST_EXTENT:
            return self
        return Bounds(self.x0 - 0.5, self.y0 - 0.5, self.x1 + 0.5, self.y1 + 0.5)


@dataclass(frozen=True, slots=True)
class Viewport:
    """A rectangle of the picture, pixels; y down, row 0 on top."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Camera2D:
    """How a plane is shown in a viewport: equal scale in both directions, centred, never stretched."""

    viewport: Viewport
    px_per_unit: float
    origin_px: tuple[float, float]  # where the scene's (0, 0) lies in the viewport

    @staticmethod
    def fit(bounds: Bounds, viewport: Viewport) -> Camera2D:
        """Return the camera that shows all of `bounds` as large as it can.

        At a whole number of pixels for each unit the corner of `bounds` lies on a whole pixel: nothing is blurred.
        """
        shown = bounds.opened()
        scales = [
            size / extent
            for size, extent in ((viewport.width, shown.width), (viewport.height, shown.height))
            if extent > LEAST_EXTENT
        ]
        scale = min(scales)
        left = (viewport.width - shown.width * scale) / 2
        top = (viewport.height - shown.height * scale) / 2
        if scale == round(scale):
            left, top = np.ceil(left - 0.5), np.ceil(top - 0.5)
        return Camera2D(viewport, scale, (float(left - shown.x0 * scale), float(top - shown.y0 * scale)))

    def viewport_of(self, bounds: Bounds) -> Viewport:
        """Return the pixels of the viewport that show `bounds`."""
        x0, y0 = (
            origin + low * self.px_per_unit for origin, low in zip(self.origin_px, (bounds.x0, bounds.y0), strict=True)
        )
        x1, y1 = x0 + bounds.width * self.px_per_unit, y0 + bounds.height * self.px_per_unit
        left, right = (min(max(round(x), 0), self.viewport.width) for x in (x0, x1))
        top, bottom = (min(max(round(y), 0), self.viewport.height) for y in (y0, y1))
        return Viewport(self.viewport.x + left, self.viewport.y + top, max(right - left, 1), max(bottom - top, 1))

    def clip_from_scene(self) -> NDArray[np.float32]:
        """Return the matrix, float32 (4, 4), row-major, that takes scene units to GL's clip space.

        Row 0 of a picture is the first in memory, and GL's first row is its lowest: y down in the scene is y up in GL.
        """
        sx, sy = 2 * self.px_per_unit / self.viewport.width, 2 * self.px_per_unit / self.viewport.height
        matrix = np.eye(4)
        matrix[0, 0], matrix[1, 1] = sx, sy
        matrix[0, 3] = 2 * self.origin_px[0] / self.viewport.width - 1
        matrix[1, 3] = 2 * self.origin_px[1] / self.viewport.height - 1
        with np.errstate(over="ignore"):  # what is past f32 is not in sight
            return matrix.astype(np.float32)


GUTTER_PX = 4


def grid(count: int, width: int, height: int, aspect: float) -> list[Viewport]:
    """Return `count` equal viewports of a picture, row by row, with gutters between them.

    aspect : the typical width over height of what is shown; the number of columns is the one that shows it largest.
    """

    def shown_area(columns: int) -> float:
        rows = -(-count // columns)
        cell = (width / columns, height / rows)
        return min(cell[0], cell[1] * aspect)

    columns = max(range(1, count + 1), key=shown_area)
    rows = -(-count // columns)
    xs, ys = _tracks(width, columns), _tracks(height, rows)
    cells = [Viewport(x, y, w, h) for y, h in ys for x, w in xs]
    return cells[:count]


def _tracks(size: int, count: int) -> list[tuple[int, int]]:
    """Split `size` pixels into `count` starts and lengths with gutters between them, at least a pixel each."""
    gutter = GUTTER_PX if size >= count * 4 * GUTTER_PX else 0
    usable = size - gutter * (count - 1)
    edges = [usable * i // count for i in range(count + 1)]
    return [(edges[i] + i * gutter, max(1, edges[i + 1] - edges[i])) for i in range(count)]
