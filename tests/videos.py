"""Videos for tests, whose frames say which they are: eight black or white blocks, a number in binary.

PyAV makes them; `number_in` reads a picture of one, whatever a lossy codec did to it.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

WIDTH, HEIGHT, BITS = 128, 64, 8
ENCODERS = {"H264": "libx264", "H265": "libx265", "AV1": "libsvtav1", "VP8": "libvpx", "VP9": "libvpx-vp9"}
OPTIONS: dict[str, dict[str, str]] = {
    "libx264": {"preset": "ultrafast", "crf": "20", "x264-params": "scenecut=0"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:scenecut=0"},
    "libsvtav1": {"preset": "10", "svtav1-params": "pred-struct=1:scd=0"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
}


def numbered(number: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """A picture that says a number, uint8 (h, w, 3)."""
    bits = [255 * (number >> bit & 1) for bit in range(BITS)]
    row = np.repeat(np.array(bits, np.uint8), width // BITS)
    return np.broadcast_to(row[None, :, None], (height, width, 3)).copy()


def number_in(picture: np.ndarray) -> int:
    """The number that a picture says; its blocks may lie at any size, over the whole of it."""
    width = picture.shape[1] // BITS
    middles = [int(picture[picture.shape[0] // 2, bit * width + width // 2, 1]) for bit in range(BITS)]
    assert all(each < 90 or each > 165 for each in middles), middles
    return sum((each > 127) << bit for bit, each in enumerate(middles))


def _context(codec: Any, name: str, size: tuple[int, int], gop: int, b_frames: int, is_open: bool = False) -> None:
    codec.width, codec.height, codec.pix_fmt = *size, "yuv420p"
    codec.gop_size = gop
    if name in ("libx264", "libx265"):
        codec.max_b_frames = b_frames
        key = "x264-params" if name == "libx264" else "x265-params"
        own = f"{OPTIONS[name][key]}:open-gop={int(is_open)}:bframes={b_frames}:b-adapt=0"
        codec.options = {**OPTIONS[name], key: own}


@functools.cache
def video_file(
    frames: int = 30,
    *,
    first: int = 0,
    codec: str = "H264",
    container: str = "mp4",
    gop: int = 8,
    b_frames: int = 0,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    rate: int = 10,
    flags: str = "",
    is_open: bool = False,
) -> bytes:
    """A file of numbered frames, from `first` on. flags : of the muxer, such as faststart. is_open : its groups."""
    name = ENCODERS[codec]
    with (
        tempfile.NamedTemporaryFile() as file,
        av.open(  # faststart reads it again, by its name
            file.name, "w", format=container, options={"movflags": flags} if flags else {}
        ) as out,
    ):
        stream = out.add_stream(name, rate=rate, options=OPTIONS[name])
        _context(stream.codec_context, name, size, gop, b_frames, is_open)
        for number in range(first, first + frames):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(number, *size), format="rgb24")))
        out.mux(stream.encode(None))
        out.close()
        return Path(file.name).read_bytes()


@functools.cache
def samples(
    frames: int = 24, *, first: int = 0, codec: str = "H264", gop: int = 8, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> Sequence[bytes]:
    """The samples of a stream of numbered frames, one each; every `gop`th begins with a keyframe."""
    name = ENCODERS[codec]
    context = av.CodecContext.create(name, "w")
    assert isinstance(context, av.VideoCodecContext)
    context.options = dict(OPTIONS[name])
    _context(context, name, size, gop, 0)
    context.time_base, context.framerate = Fraction(1, 30), Fraction(30)
    packets = []
    for number in range(frames):
        frame = av.VideoFrame.from_ndarray(numbered(first + number, *size), format="rgb24")
        frame.pts = number
        packets += context.encode(frame)
    return tuple(bytes(packet) for packet in (*packets, *context.encode(None)))
