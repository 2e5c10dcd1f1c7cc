"""The flags that say how pictures are written, and by how many; what they mean."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blazon.render.output import Output

MOST_JOBS = 1024


def add_output_flags(parser: Any) -> None:
    """Add the flags."""
    written = parser.add_argument_group("how it is written")
    written.add_argument(
        "--codec",
        metavar="NAME",
        help="of a video: h264 (default), h265, av1, vp9 (default of .webm); in hardware where there is any",
    )
    written.add_argument(
        "--quality", metavar="Q", help="1 to 100, of .jpg and .webp (default: 90) and videos (default: 75)"
    )
    written.add_argument(
        "--resume", action="store_true", help="leave out what is there already: files are whole if they are there"
    )
    written.add_argument("--jobs", metavar="N", help="processes that share the work (default: 1)")
    written.add_argument("--quiet", action="store_true", help="say nothing but warnings and errors")


def output_of(arguments: argparse.Namespace) -> Output:
    """Return where the flags say that pictures go. Raises `ArgumentError`."""
    from blazon.render.output import Output

    return Output.parse(arguments.output, codec=arguments.codec, quality=_quality_of(arguments.quality))


def jobs_of(text: str | None) -> int:
    """Return what `--jobs` says. Raises `ArgumentError`."""
    from blazon.ingest.errors import ArgumentError

    if text is not None and not (re.fullmatch(r"[1-9]\d{0,3}", text) and int(text) <= MOST_JOBS):
        raise ArgumentError(f"--jobs is {text!r}; give a whole number from 1 to {MOST_JOBS}")
    return 1 if text is None else int(text)


def _quality_of(text: str | None) -> int | None:
    from blazon.ingest.errors import ArgumentError

    if text is not None and not re.fullmatch(r"\d{1,3}", text):
        raise ArgumentError(f"--quality is {text!r}; give a whole number from 1 to 100, 100 is best")
    return None if text is None else int(text)
