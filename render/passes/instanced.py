"""What there are many of: points, lines, arrows, outlines and faces, a strip of vertices for each row of a layout.

In the plane rows are placed by the view; in space each row also names a pose.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.gpu.buffers import GrowingBuffer
from blazon.render.gpu.context import Gpu
from blazon.render.layouts import ARROW, DEFINES, FACE, GLYPH, LINE, POINT, POSE, RECT, SEGMENT


class InstancedPass:
    """Draws rows of one layout; its shader turns each into a strip of `vertices`."""

    def __init__(
        self,
        gpu: Gpu,
        shader: str,
        layout: np.dtype[np.void],
        vertices: int,
        *,
        posed: bool = False,
        dots: bool = False,
        fed_by: InstancedPass | None = None,
    ) -> None:
        layouts = (layout, POSE) if posed else (layout,)
        self.buffers: list[GrowingBuffer]
        self._program = gpu.program(shader, layouts, ("POSED",) * posed + ("DOTS",) * dots)
        self.buffers = fed_by.buffers if fed_by else [gpu.growing_buffer(each) for each in layouts]
        self._vertices = vertices
        self._rows: NDArray[np.void] | None = None
        self.radii = 0.0, 0.0  # the least and the greatest of all rows, where they have any

    def upload(self, rows: NDArray[np.void], poses: NDArray[np.void] | None = None) -> None:
        """Replace what is drawn by `rows`, (n,) of the layout; nothing if they are the very same array.

        poses : POSE (n,), where rows stand in space
        """
        self.buffers[0].write(rows)
        if rows is not self._rows and "radius" in (rows.dtype.names or ()):
            self._rows = rows
            self.radii = (float(rows["radius"].min()), float(rows["radius"].max())) if len(rows) else (0.0, 0.0)
        if poses is not None:
            self.buffers[1].write(poses)

    def draw(self, uniforms: dict[str, Any], start: int, count: int, phase: str = "PHASE_WHOLE") -> None:
        """Draw `count` rows from `start` on, in a view; in space, in a phase of it."""
        if count:
            self._program.set(
                linear_of_srgb=DEFINES["UNIT_SRGB"], poses=DEFINES["UNIT_POSES"], phase=DEFINES[phase], **uniforms
            )
            self._program.draw_rows(self.buffers, start, count, self._vertices)


def points_pass(gpu: Gpu, *, posed: bool = False) -> InstancedPass:
    """Return the pass that draws discs, one for each row of `layouts.POINT`."""
    return InstancedPass(gpu, "points", POINT, 4, posed=posed)


def plane_dots_pass(gpu: Gpu, points: InstancedPass) -> InstancedPass:
    """Return the pass that draws the rows of `points` as GL's own points, which have to be small."""
    return InstancedPass(gpu, "points", POINT, 1, dots=True, fed_by=points)


def dots_pass(gpu: Gpu) -> InstancedPass:
    """Return the pass that draws small discs in space, of a few pixels each; GL's own points, at half the cost."""
    return InstancedPass(gpu, "points", POINT, 1, posed=True, dots=True)


def rects_pass(gpu: Gpu) -> InstancedPass:
    """Return the pass that draws outlines, one for each row of `layouts.RECT`."""
    return InstancedPass(gpu, "rects", RECT, 10)


def segments_pass(gpu: Gpu, *, posed: bool = False) -> InstancedPass:
    """Return the pass that draws parts of polylines, one for each row of `layouts.SEGMENT`."""
    return InstancedPass(gpu, "segments", SEGMENT, 4, posed=posed)


def lines_pass(gpu: Gpu, *, posed: bool = False) -> InstancedPass:
    """Return the pass that draws lines by themselves, one for each row of `layouts.LINE`."""
    return InstancedPass(gpu, "lines", LINE, 4, posed=posed)


def arrows_pass(gpu: Gpu, *, posed: bool = False) -> InstancedPass:
    """Return the pass that draws arrows, one for each row of `layouts.ARROW`."""
    return InstancedPass(gpu, "arrows", ARROW, 4, posed=posed)


def glyphs_pass(gpu: Gpu) -> InstancedPass:
    """Return the pass that draws glyphs and their plates, one for each row of `layouts.GLYPH`."""
    return InstancedPass(gpu, "glyphs", GLYPH, 4)


def faces_pass(gpu: Gpu) -> InstancedPass:
    """Return the pass that draws parallelograms in space, one for each row of `layouts.FACE`."""
    return InstancedPass(gpu, "faces", FACE, 4, posed=True)
