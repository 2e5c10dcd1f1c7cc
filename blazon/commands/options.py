"""The flags that `render` and `view` share, and what they mean."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blazon.ingest.timeline import TypedValue
    from blazon.render.shot import Look
    from blazon.render.times import Step


def add_recording_flag(parser: argparse.ArgumentParser) -> None:
    """Add the flag that chooses a recording of a file."""
    parser.add_argument("--recording", metavar="ID", help="which recording of the file (default: the first)")


def add_shot_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say what is drawn, when, and how it looks."""
    when, how, words = _add_flags(
        parser,
        at="a time, or 'last' (default)",
        within="many pictures: every logged time from A to B, both included (default: all)",
        fps="many: on a timeline in time, F pictures a second; on one that counts, how fast a video shows them"
        " (default: 30)",
        size="pixels",
    )
    when.add_argument("--every", metavar="N", help="many: each Nth picture, or one for each step of time, as 0.5s")
    how.add_argument("--scale", metavar="S", default="1", help="pixels of a UI point (default: %(default)s)")
    words.add_argument("--legend", action="store_true", help="say which classes there are, and how often")


def add_window_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say what a window shows at first: it has a legend, and the display says its scale."""
    _add_flags(
        parser,
        at="where to begin: a time, or 'last' (default: the first)",
        within="what is played: from A to B, both included (default: all there is)",
        fps="how fast a timeline that counts is played: F counts a second (default: 30)",
        size="UI points",
    )
    parser.set_defaults(scale="1", legend=False)


def _add_flags(parser: argparse.ArgumentParser, *, at: str, within: str, fps: str, size: str) -> tuple[Any, Any, Any]:
    """Add what pictures and windows have in common; answer the groups of when, how, and words."""
    add_recording_flag(parser)
    what = parser.add_argument_group("what")
    what.add_argument("--view", metavar="PATH", help="all at and below an entity (default: every view, in a grid)")
    what.add_argument(
        "--kind",
        choices=("2d", "3d"),
        help="views of this kind alone; where both lie at --view: 2d, or 3d if cameras do",
    )
    what.add_argument(
        "--hide", metavar="CLASS", action="append", default=[], help="hide a class: id or label; repeatable"
    )
    what.add_argument("--only", metavar="CLASS", action="append", default=[], help="show this class alone; repeatable")
    when = parser.add_argument_group(
        "when", "VALUE: an integer (a count, or ns), a number with ns, us, ms or s, or a date as in 2024-05-01T12:00:00"
    )
    when.add_argument("--timeline", metavar="NAME", help="default: the program's own with the most rows")
    when.add_argument("--at", metavar="VALUE", help=at)
    when.add_argument("--range", metavar="A..B", help=within)
    when.add_argument("--fps", metavar="F", help=fps)
    how = parser.add_argument_group("how")
    how.add_argument("--size", metavar="WxH", default="1280x720", help=f"{size} (default: %(default)s)")
    how.add_argument("--bounds", metavar="X0,Y0,X1,Y1", help="the scene units shown (default: all there is)")
    how.add_argument("--eye", metavar="X,Y,Z", help="where to stand, of views in space (default: all is seen)")
    how.add_argument("--target", metavar="X,Y,Z", help="what to look at (default: the middle of all there is)")
    how.add_argument("--fov", metavar="DEG", default="50", help="vertical field of view (default: %(default)s)")
    words = parser.add_argument_group("words")
    words.add_argument(
        "--labels",
        choices=("auto", "on", "off"),
        default="auto",
        help="auto (default): of entities with one label, or fewer than 30 instances, unless they say otherwise",
    )
    words.add_argument("--label-size", metavar="PT", default="12", help="UI points (default: %(default)s)")
    words.add_argument(
        "--declutter",
        choices=("on", "off"),
        default="on",
        help="on (default): labels that would lie on each other are left out; off: all are drawn",
    )
    words.add_argument(
        "--font", metavar="FILE", action="append", default=[], help="a font that is asked first; repeatable"
    )
    how.add_argument("--background", metavar="RRGGBB[AA]", help="default: 0d1011")
    return when, how, words


def look_of(arguments: argparse.Namespace) -> Look:
    """Return the look that the flags ask for. Raises `ArgumentError`."""
    from blazon.render.shot import make_look

    return make_look(
        *_size(arguments.size),
        view=arguments.view,
        kind=arguments.kind,
        bounds=_numbers(arguments.bounds, "--bounds") if arguments.bounds is not None else None,
        labels=arguments.labels,
        label_size=_numbers(arguments.label_size, "--label-size", count=1)[0],
        declutter=arguments.declutter == "on",
        legend=arguments.legend,
        font=arguments.font,
        scale=_numbers(arguments.scale, "--scale", count=1)[0],
        hide=arguments.hide,
        only=arguments.only,
        background=arguments.background,
        eye=_numbers(arguments.eye, "--eye", count=3) if arguments.eye is not None else None,
        target=_numbers(arguments.target, "--target", count=3) if arguments.target is not None else None,
        fov=_numbers(arguments.fov, "--fov", count=1)[0],
    )


def time_of(text: str | None) -> TypedValue | str | None:
    """Return what `--at` says: a value, or "last"."""
    from blazon.ingest.timeline import parse_value

    return text if text in (None, "last") else parse_value(str(text))


def range_of(text: str | None) -> tuple[TypedValue | None, TypedValue | None]:
    """Return the ends that `--range A..B` says; an end may be left out."""
    from blazon.ingest.errors import ArgumentError
    from blazon.ingest.timeline import parse_value

    if text is None:
        return None, None
    first, dots, last = text.partition("..")
    if not dots:
        raise ArgumentError(f"--range is {text!r}; give A..B, such as 0..59")
    ends = parse_value(first) if first else None, parse_value(last) if last else None
    if ends[0] and ends[1] and ends[0].form == ends[1].form and ends[0].value > ends[1].value:
        raise ArgumentError(f"--range is {text!r}, which ends before it begins; give A..B with A at or before B")
    return ends


def every_of(text: str | None) -> int | Step | None:
    """Return what `--every` says: a count, or a step of time."""
    from blazon.ingest.errors import ArgumentError
    from blazon.ingest.timeline import parse_value
    from blazon.render.times import Step

    if text is None:
        return None
    value = parse_value(text)
    if value.value < 1 or value.form == "date":
        raise ArgumentError(f"--every is {text!r}; give a whole number from 1 on, or a step such as 0.5s")
    return value.value if value.form == "integer" else Step(value.value)


def fps_of(text: str | None) -> float | None:
    """Return what `--fps` says."""
    from blazon.ingest.errors import ArgumentError

    if text is None:
        return None
    (rate,) = _numbers(text, "--fps", count=1)
    if not 0 < rate <= 1e6:
        raise ArgumentError(f"--fps is {text!r}; give pictures a second, more than 0")
    return rate


def count_of(text: str | None) -> int | None:
    """Return what `--count` says."""
    from blazon.ingest.errors import ArgumentError

    if text is not None and not re.fullmatch(r"[1-9]\d{0,8}", text):
        raise ArgumentError(f"--count is {text!r}; give a whole number from 1 on")
    return None if text is None else int(text)


def say_when_compiling() -> None:
    """Tell the user, once, where a first run on a machine spends its seconds."""
    from blazon.render.kernels.compiled import when_compiling

    told: list[bool] = []

    def tell() -> None:
        if not told:
            told.append(True)
            print("blazon: compiling kernels, once on this machine …", file=sys.stderr)

    when_compiling(tell)


def _size(text: str) -> tuple[Any, Any]:
    from blazon.ingest.errors import ArgumentError

    match = re.fullmatch(r"(\d{1,9})[xX×](\d{1,9})", text)
    if match is None:
        raise ArgumentError(f"--size is {text!r}; give WxH in pixels, such as 1280x720")
    return int(match[1]), int(match[2])


def _numbers(text: str, flag: str, count: int = 4) -> list[float]:
    from blazon.ingest.errors import ArgumentError

    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise ArgumentError(f"{flag} is {text!r}; give {count} number{'s, with commas' if count > 1 else ''}")
    return numbers
