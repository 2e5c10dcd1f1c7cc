"""What a file's suffix means: the one table of what is written. Encodes nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from blazon.ingest.errors import ArgumentError

BEST = 100  # quality; the worst is 1


@dataclass(frozen=True, slots=True)
class Format:
    """A file format. quality : what is taken where none is asked for; None: it has none.

    has_alpha : whether it keeps how much of what lies behind is seen. codecs : of a video, the default first.
    ticks : of a video, how many moments of a second it can tell apart. longest_s : that a picture of it can be shown.
    largest : pixels each way.
    """

    name: str
    quality: int | None = None
    has_alpha: bool = False
    codecs: tuple[str, ...] = ()
    ticks: int = 0
    longest_s: float = math.inf
    largest: float = math.inf

    @property
    def is_video(self) -> bool:
        """Whether it holds many pictures."""
        return bool(self.codecs)


_JPEG = Format("jpeg", quality=90, largest=65_500)
_OF_32_BITS = (2**31 - 1) / 90_000
_OF_MP4 = ("h264", "h265", "av1")
FORMATS: Mapping[str, Format] = {
    ".png": Format("png", has_alpha=True),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".webp": Format("webp", quality=90, has_alpha=True, largest=16_383),
    ".mp4": Format("mp4", quality=75, codecs=_OF_MP4, ticks=90_000, longest_s=_OF_32_BITS),
    ".mov": Format("mov", quality=75, codecs=("h264", "h265"), ticks=90_000, longest_s=_OF_32_BITS),
    ".mkv": Format("matroska", quality=75, codecs=(*_OF_MP4, "vp9"), ticks=1_000),
    ".webm": Format("webm", quality=75, codecs=("vp9", "av1"), ticks=1_000),
    ".gif": Format("gif", codecs=("gif",), ticks=100, longest_s=655.0),
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """How pictures are encoded. codec : of a video, None: the format's own; quality : 1 to 100, None: the format's own.

    Raises `ArgumentError` for what the format does not have.
    """

    format: Format
    codec: str | None = None
    quality: int | None = None
    threads: int = field(default=0, compare=False)  # that encode; 0: as many as there are cores

    def __post_init__(self) -> None:
        if self.codec is not None and self.codec not in self.format.codecs:
            known = ", ".join(self.format.codecs) or "none: it is no video"
            raise ArgumentError(f"codec is {self.codec!r}; {self.format.name} takes {known}")
        if self.quality is None:
            return
        if self.format.quality is None:
            raise ArgumentError(f"quality is {self.quality!r}; {self.format.name} has none: leave it out")
        if isinstance(self.quality, bool) or not isinstance(self.quality, int) or not 1 <= self.quality <= BEST:
            raise ArgumentError(f"quality is {self.quality!r}; pass a whole number from 1 to 100, 100 is best")

    @property
    def chosen_codec(self) -> str:
        """The codec of a video."""
        return self.codec or self.format.codecs[0]

    @property
    def chosen_quality(self) -> int:
        """The quality, 1 to 100."""
        return self.quality or self.format.quality or BEST


def format_of(name: str) -> Format:
    """Return the format of a file's name or URL, by its suffix. Raises `ArgumentError` for one that is not known."""
    found = None if name.endswith("/") else FORMATS.get(PurePosixPath(name).suffix.lower())
    if found is None:
        raise ArgumentError(f"OUT is {name!r}; give a name that ends with one of {', '.join(FORMATS)}")
    return found


def check_format(found: Format, background: int, size: tuple[int, int]) -> None:
    """Raise `ArgumentError` for a background, `0xRRGGBBAA`, or a size, that the format can't have."""
    if max(size) > found.largest:
        raise ArgumentError(
            f"size is {size[0]}x{size[1]}; {found.name} takes {found.largest:,} pixels each way at most: pass a smaller"
            " size, or write .png"
        )
    if background & 255 < 255 and not found.has_alpha:
        raise ArgumentError(
            f"background is {background:08x}, which is translucent, and {found.name} is always opaque; give an opaque"
            " one, or write .png or .webp"
        )
