"""A video by OpenCV, supervision and PyAV, as people write it: draw a frame, encode it, draw the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class FilmWriter:
    """Writes RGB pictures, uint8 (h, w, 3), into an H.264 video of this machine, one after the other.

    options : of libx264. threads : of the encoder.
    """

    def __init__(
        self, path: Path, size: tuple[int, int], rate: int, *, options: Mapping[str, str], threads: int
    ) -> None:
        import av

        self._container = av.open(str(path), "w")
        self._stream: Any = self._container.add_stream("libx264", rate=rate)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.options = dict(options)
        self._stream.codec_context.thread_count = threads
        self._frame: Callable[..., Any] = av.VideoFrame.from_ndarray

    def write(self, picture: NDArray[np.uint8]) -> None:
        """Encode a picture."""
        self._container.mux(self._stream.encode(self._frame(picture, format="rgb24")))

    def close(self) -> None:
        """End the video."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
