"""Points, outlines of rectangles, and parts of lines: a strip of vertices for each row of a layout."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.gpu.context import Gpu
from blazon.render.layouts import DEFINES, POINT, RECT, SEGMENT


class InstancedPass:
    """Draws rows of one layout; its shader turns each into a strip of `vertices`."""

    def __init__(self, gpu: Gpu, shader: str, layout: np.dtype[np.void], vertices: int) -> None:
        self._program = gpu.program(shader, layout)
        self.buffer = gpu.growing_buffer(layout)
        self._vertices = vertices

    def upload(self, rows: NDArray[np.void]) -> None:
        """Replace what is drawn by `rows`, (n,) of the layout; nothing if they are the very same array."""
        self.buffer.write(rows)

    def draw(self, uniforms: dict[str, Any], start: int, count: int) -> None:
        """Draw `count` rows from `start` on, in a view."""
        if count:
            self._program.set(linear_of_srgb=DEFINES["UNIT_SRGB"], **uniforms)
            self._program.draw_rows(self.buffer, start, count, self._vertices)


def points_pass(gpu: Gpu) -> InstancedPass:
    """Return the pass that draws discs, one for each row of `layouts.POINT`."""
    return InstancedPass(gpu, "points", POINT, 4)


def rects_pass(gpu: Gpu) -> InstancedPass:
    """Return the pass that draws outlines, one for each row of `layouts.RECT`."""
    return InstancedPass(gpu, "rects", RECT, 10)


def segments_pass(gpu: Gpu) -> InstancedPass:
    """Return the pass that draws parts of polylines, one for each row of `layouts.SEGMENT`."""
    return InstancedPass(gpu, "segments", SEGMENT, 4)
