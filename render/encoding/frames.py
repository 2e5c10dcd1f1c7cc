"""Pictures as the frames that encoders take."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.chroma import yuv420
from blazon.render.pictures import Fill, Form, Picture, Words


class _YuvFrames:
    """Pictures as frames of yuv420p, whose rows are found while they are drawn.

    A kernel takes a sixth of the time that FFmpeg's own conversion does.
    """

    def canvas(self, height: int, width: int) -> None:
        """Nothing is drawn as they are."""

    def begin(self, height: int, width: int) -> tuple[Any, Fill] | None:
        if height % 2 or width % 2:
            return None
        frame, (luma, blue, red) = _new_frame(height, width)

        def fill(band: slice, drawn: Words) -> None:
            half = slice(band.start // 2, band.stop // 2)
            yuv420(drawn, luma[band], blue[half], red[half])

        return frame, fill

    def of(self, picture: Picture, *, is_own: bool) -> Any:
        del is_own
        words = np.ascontiguousarray(_even(picture)).view(np.uint32)[..., 0]
        frame, planes = _new_frame(*words.shape)
        yuv420(words, *planes)
        return frame


YUV_FRAMES: Form = _YuvFrames()


def _new_frame(height: int, width: int) -> tuple[Any, list[NDArray[np.uint8]]]:
    """A frame, and its planes, whose lines may be longer than it is wide."""
    import av

    frame = av.VideoFrame(width, height, "yuv420p")
    planes: Any = frame.planes
    return frame, [np.frombuffer(each, np.uint8).reshape(-1, each.line_size) for each in planes]


class PaletteFrames:
    """Pictures as frames with 256 colours of their own each."""

    def __init__(self, size: tuple[int, int]) -> None:
        from av.filter import Graph

        self._graph = graph = Graph()
        width, height = size
        given = graph.add("buffer", f"video_size={width}x{height}:pix_fmt=rgba:time_base=1/100:pixel_aspect=1/1")
        split = graph.add("split")
        make = graph.add("palettegen", "stats_mode=single:reserve_transparent=0")
        use = graph.add("paletteuse", "new=1:dither=none")
        given.link_to(split)
        split.link_to(use, 0, 0)
        split.link_to(make, 1, 0)
        make.link_to(use, 0, 1)
        use.link_to(graph.add("buffersink"))
        graph.configure()
        self._count = 0

    def __call__(self, picture: Picture) -> Any:
        """Return the frame of a picture, uint8 (h, w, 4)."""
        import av

        frame = av.VideoFrame.from_ndarray(picture, "rgba")  # a copy: filters hold on to it
        frame.pts, frame.time_base = self._count, Fraction(1, 100)
        self._count += 1
        self._graph.vpush(frame)
        return self._graph.vpull()


def _even(picture: Picture) -> Picture:
    """A picture with an even number of rows and of columns: the last ones are there twice."""
    height, width = picture.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        return picture
    return np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
