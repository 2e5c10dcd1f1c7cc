"""Pictures become a video, one after the other, through PyAV.

A video is written as NAME.partial.mp4 and takes its name once it is whole. What is there of it can be played at any
moment, even if the program is killed: mp4 is written in fragments and made an ordinary one at its end.
Colours are BT.709, limited range, and say so.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from blazon.ingest.cores import cores
from blazon.ingest.errors import SourceError
from blazon.render import files
from blazon.render.encoding.codecs import encoder_of
from blazon.render.encoding.formats import Encoding
from blazon.render.encoding.frames import YUV_FRAMES, PaletteFrames
from blazon.render.pictures import ARRAYS

KEY_EVERY_S = Fraction(2)  # what is lost of a video whose program was killed, and how far a player has to look
THREADS_PER_CORE = 1.5  # of an encoder, since they wait for each other
MOST_THREADS = 24  # more take memory, and give nothing
_BT709, _LIMITED = 1, 1  # as FFmpeg numbers them
_ANY, _KEY = 0, 1  # likewise: what a frame is to be
_FRAGMENTS = {
    "movflags": "hybrid_fragmented+frag_keyframe+default_base_moof+negative_cts_offsets",
    "flush_packets": "1",
}
_CLUSTERS = {"cluster_time_limit": str(round(1000 * KEY_EVERY_S)), "flush_packets": "1"}
_CONTAINER_OPTIONS = {
    "mp4": _FRAGMENTS,
    "mov": _FRAGMENTS,
    "matroska": _CLUSTERS,
    "webm": _CLUSTERS,
    "gif": {"loop": "0", "flush_packets": "1"},
}


class VideoWriter:
    """Writes one video file of this machine. Use it in a `with`: left by an error, it keeps a partial video.

    path : of the video. size : of the pictures, (width, height); odd ones are made even by their last row and column.
    rate : of the pictures, as many a second; None: each says when it is shown. Raises `SourceError`.
    partial : where it is from its first picture until it is whole; nobody else may write there meanwhile.
    partial_name : what messages call that. form : what pictures are best given as.
    count : of the pictures written; once it was left, of those that can be played.
    late : how many are shown later than they are to be, since no two can be at one moment.
    """

    def __init__(self, path: Path, size: tuple[int, int], encoding: Encoding, rate: Fraction | None) -> None:
        self.path, self.partial = path, partial_of(path)
        self.partial_name = str(self.partial)
        self.count = self.late = 0
        self._size, self._encoding, self._rate = size, encoding, rate
        self._encoder = encoder_of(encoding.chosen_codec, size)
        self.form = ARRAYS if self._encoder.pixels == "pal8" else YUV_FRAMES
        self._ticks = Fraction(encoding.format.ticks) if rate is None or encoding.format.ticks <= 1000 else rate
        self._durations: dict[int, int] = {}
        self._next = 0
        self._next_key = Fraction(0)
        self._held: int | None = None
        self._container: Any = None

    def write(self, picture: Any, start: Fraction, stop: Fraction) -> None:
        """Add a picture that is shown from `start` to `stop`, seconds from the video's begin.

        picture : in the writer's `form`, not to be used by anybody else any more; or uint8 (h, w, 4).
        """
        with self._refusals():
            if self._container is None:
                self._open()
            wanted = round(start * self._ticks)
            first = max(wanted, self._next)
            self.late += first > wanted
            self._next = max(round(stop * self._ticks), first + 1)
            frame = self._convert(picture) if isinstance(picture, np.ndarray) else picture
            frame.pts, frame.time_base = first, 1 / self._ticks
            frame.pict_type = _KEY if start >= self._next_key else _ANY
            if start >= self._next_key:
                self._next_key = start + KEY_EVERY_S
            self._durations[first] = self._next - first
            self._mux(self._stream.encode(frame))
        self.count += 1

    def close(self) -> None:
        """Make it whole, under its name; without a picture there is nothing."""
        if self._container is None:
            return
        with self._refusals():
            self._mux(self._stream.encode(None))
            self._container.close()
            self.partial.replace(self.path)
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.close()
        except BaseException:
            self._leave()
            raise
        if kind is not None:
            self._leave()

    def _leave(self) -> None:
        """Close what there is of it; without a picture there is nothing."""
        if self._container is None:
            return
        with contextlib.suppress(Exception):
            self._mux(self._stream.encode(None))
        with contextlib.suppress(Exception):
            self._container.close()
        self.count = min(self.count, _playable(self.partial))
        if not self.count:
            self.partial.unlink(missing_ok=True)
        self._let_go()

    def _open(self) -> None:
        import av

        self._held = files.hold(self.partial)
        try:
            self._container = av.open(
                str(self.partial),
                "w",
                format=self._encoding.format.name,
                options=_CONTAINER_OPTIONS.get(self._encoding.format.name, {}),
            )
            self._stream = self._add_stream(self._rate)
            is_yuv = self.form is YUV_FRAMES
            self._convert = partial(YUV_FRAMES.of, is_own=False) if is_yuv else PaletteFrames(self._size)
            self._stream.codec_context.open()
        except BaseException:
            self.partial.unlink(missing_ok=True)
            self._container = None
            self._let_go()
            raise

    def _let_go(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _add_stream(self, rate: Fraction | None) -> Any:
        encoder = self._encoder
        shown_rate = rate or Fraction(30)
        if encoder.name == "libsvtav1":
            os.environ.setdefault("SVT_LOG", "1")  # it tells of itself on standard error otherwise
        stream: Any = self._container.add_stream(encoder.name, rate=shown_rate)
        width, height = self._size
        even = encoder.pixels != "pal8"
        context = stream.codec_context
        stream.width, stream.height = (width + width % 2, height + height % 2) if even else (width, height)
        stream.pix_fmt, stream.time_base = encoder.pixels, 1 / self._ticks
        context.time_base = 1 / self._ticks
        context.options = encoder.options_at(self._encoding.chosen_quality)
        context.thread_count = threads_of(self._encoding)
        if even:
            context.max_b_frames = 0  # they take a third of the time, and mp4 can't tell how long each frame is shown
            context.gop_size = max(round(KEY_EVERY_S * shown_rate), 1)
            context.colorspace = context.color_primaries = context.color_trc = _BT709
            context.color_range = _LIMITED
        if encoder.tag and self._encoding.format.name in ("mp4", "mov"):
            context.codec_tag = encoder.tag
        return stream

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            duration = self._durations.pop(packet.pts, None)
            if duration is not None:
                packet.duration = duration
            self._container.mux(packet)

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        """Turn what FFmpeg or the file system refuses into a `SourceError`."""
        try:
            yield
        except (OSError, ValueError) as error:  # PyAV's are both kinds
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise SourceError(f"{self.path} can't be written: {reason}; give another OUT, or another --codec") from None


def threads_of(encoding: Encoding) -> int:
    """Return how many threads encode a video."""
    return min(math.ceil(THREADS_PER_CORE * (encoding.threads or cores())), MOST_THREADS)


def partial_of(path: Path) -> Path:
    """Return where a video is until it is whole."""
    return path.with_name(f"{path.stem}.partial{path.suffix}")


def _playable(path: Path) -> int:
    """How many pictures of a video can be read."""
    import av

    count = 0
    with contextlib.suppress(OSError, ValueError), av.open(str(path)) as container:
        for packet in container.demux(video=0):
            count += bool(packet.size)
    return count
