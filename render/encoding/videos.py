"""Pictures become a video, one after the other, through PyAV.

A video is written as NAME.partial.mp4 and takes its name once it is whole. What is there of it can be played at any
moment, even if the program is killed: mp4 is written in fragments and made an ordinary one at its end.
Colours are BT.709, limited range, and say so.
"""

from __future__ import annotations

import contextlib
import math
import os
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import remote
from blazon.ingest.errors import SourceError
from blazon.render import files
from blazon.render.ahead import cores
from blazon.render.encoding.codecs import encoder_of
from blazon.render.encoding.formats import Encoding
from blazon.render.kernels.chroma import yuv420

KEY_EVERY_S = 2.0  # what is lost of a video whose program was killed, and how far a player has to look
THREADS_PER_CORE = 1.5  # of an encoder, since they wait for each other
MOST_THREADS = 24  # more take memory, and give nothing
_BT709, _LIMITED = 1, 1  # as FFmpeg numbers them
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
Picture = NDArray[np.uint8]


class VideoWriter:
    """Writes one video file of this machine. Use it in a `with`: left by an error, it keeps a partial video.

    path : of the video. size : of the pictures, (width, height); odd ones are made even by their last row and column.
    rate : of the pictures, as many a second; None: each says when it is shown. Raises `SourceError`.
    late : of those, how many are shown later than they are to be, since no two can be at one moment.
    partial : where it is until it is whole. partial_name : what messages call that. count : of the pictures written.
    """

    def __init__(self, path: Path, size: tuple[int, int], encoding: Encoding, rate: Fraction | None) -> None:
        import av

        self.path, self.partial = path, path.with_name(f"{path.stem}.partial{path.suffix}")
        self.partial_name = str(self.partial)
        self.count = self.late = 0
        self._size, self._encoding = size, encoding
        self._ticks = Fraction(encoding.format.ticks) if rate is None or encoding.format.ticks <= 1000 else rate
        self._durations: dict[int, int] = {}
        self._next = 0
        with self._refusals():
            self._container: Any = av.open(
                str(self.partial),
                "w",
                format=encoding.format.name,
                options=_CONTAINER_OPTIONS.get(encoding.format.name, {}),
            )
        try:
            with self._refusals():
                self._stream = self._add_stream(rate)
                self._convert = _Palette(size) if self._encoder.pixels == "pal8" else _yuv
        except BaseException:
            self._leave()
            raise

    def write(self, picture: Picture, start: Fraction, stop: Fraction) -> None:
        """Add a picture, uint8 (h, w, 4), that is shown from `start` to `stop`, seconds from the video's begin."""
        wanted = round(start * self._ticks)
        first = max(wanted, self._next)
        self.late += first > wanted
        self._next = max(round(stop * self._ticks), first + 1)
        with self._refusals():
            frame = self._convert(picture)
            frame.pts, frame.time_base = first, 1 / self._ticks
            frame.pict_type = 0
            self._durations[first] = self._next - first
            self._mux(self._stream.encode(frame))
        self.count += 1

    def close(self) -> None:
        """Make it whole, under its name."""
        with self._refusals():
            self._mux(self._stream.encode(None))
            self._container.close()
            self.partial.replace(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._leave()

    def _leave(self) -> None:
        """Close what there is of it; without a picture there is nothing."""
        with contextlib.suppress(Exception):
            if self.count:
                self._mux(self._stream.encode(None))
        with contextlib.suppress(Exception):
            self._container.close()
        if not self.count:
            self.partial.unlink(missing_ok=True)

    def _add_stream(self, rate: Fraction | None) -> Any:
        self._encoder = encoder = encoder_of(self._encoding.chosen_codec)
        shown_rate = rate or Fraction(30)
        os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 tells of itself on standard error otherwise
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


@contextlib.contextmanager
def video_at(
    name: str, size: tuple[int, int], encoding: Encoding, rate: Fraction | None, mark: str = ""
) -> Iterator[VideoWriter]:
    """Give what writes a video to a path or a URL; the rest is as for `VideoWriter`. Raises `SourceError`.

    mark : see `files.sweep`. What has one is written on this machine's own disk, as for a URL, and then sent: another
    machine may be at the same video.
    """
    if not remote.is_url(name) and not mark:
        with files.refusals(name):
            path = files.writable(name)
        with VideoWriter(path, size, encoding, rate) as video:
            yield video
        return
    folder, _, last = name.rpartition("/")
    with tempfile.TemporaryDirectory(prefix="blazon-") as local:
        path = Path(local) / last
        video = VideoWriter(path, size, encoding, rate)
        video.partial_name = f"{folder}/{video.partial.name}" if folder else video.partial.name
        try:
            with video:
                yield video
        except BaseException:
            if video.partial.exists():
                files.send_whole(video.partial, video.partial_name, mark)
            raise
        files.send_whole(path, name, mark)
        files.remove(video.partial_name)


def _yuv(picture: Picture) -> Any:
    """A picture as a frame of yuv420p; a kernel takes a sixth of the time that FFmpeg's own conversion does."""
    import av

    words = np.ascontiguousarray(_even(picture)).view(np.uint32)[..., 0]
    frame = av.VideoFrame(words.shape[1], words.shape[0], "yuv420p")
    planes: Any = frame.planes
    yuv420(words, *(np.frombuffer(each, np.uint8).reshape(-1, each.line_size) for each in planes))
    return frame


class _Palette:
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
