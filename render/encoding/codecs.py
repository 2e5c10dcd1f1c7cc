"""Which encoders make a video, and how a quality is said to each. The only tables of it.

Source: the encoders' own documentation, as `ffmpeg -h encoder=NAME` prints it.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blazon.ingest.errors import ArgumentError

Options = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Encoder:
    """One encoder of a codec, by the name that FFmpeg knows it by.

    best, worst : the numbers of `scale` at quality 100 and 1. options : for all videos. least : pixels
    each way that it takes; some end the program below that. tag : what the codec is called in .mp4 and .mov, where
    FFmpeg calls it otherwise than players do.
    """

    name: str
    scale: str = ""
    best: int = 0
    worst: int = 0
    options: Options = field(default_factory=dict)
    pixels: str = "yuv420p"
    least: int = 1
    tag: str = ""

    def options_at(self, quality: int) -> dict[str, str]:
        """Return what it is told for a quality, 1 to 100."""
        told = dict(self.options)
        if self.scale:
            told[self.scale] = str(round(self.best + (self.worst - self.best) * (100 - quality) / 99))
        return told


# Of drawn pictures, whose areas are flat, that takes 40 % of the time of `veryfast`, for a fifth of the bytes more
_FAST = "subme=1:me=dia:weightp=0:rc-lookahead=5"
_X265 = {"preset": "superfast", "x265-params": "log-level=error"}
_NVENC = {"preset": "p4", "rc": "vbr", "b": "0"}
ENCODERS: Mapping[str, tuple[Encoder, ...]] = {  # by codec; all but the last are a GPU's, and may be a name alone
    "h264": (
        Encoder("h264_nvenc", "cq", 12, 51, _NVENC, least=160),
        Encoder("libx264", "crf", 10, 51, {"preset": "veryfast", "x264-params": _FAST}),
    ),
    "h265": (
        Encoder("hevc_nvenc", "cq", 14, 51, _NVENC, least=160, tag="hvc1"),
        Encoder("libx265", "crf", 14, 51, _X265, least=64, tag="hvc1"),
    ),
    "av1": (
        Encoder("av1_nvenc", "cq", 16, 63, _NVENC, least=160),
        Encoder("libsvtav1", "crf", 20, 63, {"preset": "10"}, least=16),
    ),
    "vp9": (Encoder("libvpx-vp9", "crf", 18, 63, {"b": "0", "deadline": "realtime", "cpu-used": "7", "row-mt": "1"}),),
    "gif": (Encoder("gif", pixels="pal8"),),
}
_TRIED = 256  # pixels each way: what encoders in hardware take at least


def encoder_of(codec: str, size: tuple[int, int]) -> Encoder:
    """Return the encoder of a codec that works on this machine for pictures of a size, one in hardware if there is any.

    Raises `ArgumentError` for a size that is too small for it.
    """
    *others, last = ENCODERS[codec]
    if min(size) < last.least:
        raise ArgumentError(
            f"size is {size[0]}x{size[1]}; {codec} takes {last.least} pixels each way or more: pass a larger size, or"
            " another codec"
        )
    return next((each for each in others if min(size) >= each.least and _works(each.name)), last)


@functools.cache
def _works(name: str) -> bool:
    """Whether an encoder in hardware opens; its name is there with any FFmpeg."""
    import av

    if not os.path.exists("/dev/nvidiactl"):  # noqa: PTH110 - a device, not a path of anybody's
        return False
    try:
        context: Any = av.CodecContext.create(name, "w")
        context.width = context.height = _TRIED
        context.pix_fmt = "yuv420p"
        context.framerate = 30
        context.open()
    except Exception:  # FFmpeg raises an error of its own for each reason
        return False
    return True
