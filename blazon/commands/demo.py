"""`blazon demo`: a scene of its own, as a picture, as a video, and in a window where there is a display."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Any

from blazon.commands import options
from blazon.commands.progress import Progress
from blazon.commands.signals import ended_by_sigterm
from blazon.commands.terminal import warn

if TYPE_CHECKING:
    from blazon.render.output import Output

OUTPUTS = ("out/demo.png", "out/demo.mp4")
AT = 24  # the frame of the picture


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "demo",
        help="a street of its own: mask, boxes, skeletons, labels",
        description="Draw a street that blazon makes by itself, with a mask, boxes, skeletons, labels and a legend, and"
        " show it in a window where there is a display.",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        action="append",
        help=f"a picture or a video; repeatable (default: {' and '.join(OUTPUTS)})",
    )
    parser.add_argument("--no-window", action="store_true", help="files alone")
    parser.add_argument("--quiet", action="store_true", help="say nothing but warnings, errors and the files' names")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Draw, and return the exit code. Raises `BlazonError`."""
    from blazon.ingest.errors import ArgumentError
    from blazon.render.output import Output

    outputs = [Output.parse(each) for each in arguments.output or OUTPUTS]
    for output in outputs:
        if output.is_sequence or output.names_source:
            raise ArgumentError(f"OUT is {output.pattern!r}; give one file, such as a.png or a.mp4")
    options.say_when_compiling()
    with ended_by_sigterm():
        for output in outputs:
            _write(output, quiet=arguments.quiet)
            print(output.name(), flush=True)
    if not arguments.no_window and not arguments.output and _has_display():
        _show()
    return 0


def _write(output: Output, *, quiet: bool) -> None:
    from blazon.render.movie import Reel, render_film, render_one
    from blazon.render.shot import make_look
    from blazon.render.times import moments, resolve_time
    from blazon.scenes.actors import HEIGHT, WIDTH
    from blazon.scenes.street import FPS, FRAMES, street

    look = make_look(WIDTH, HEIGHT, legend=True)
    recording = street(frames=range(FRAMES) if output.is_video else [AT])
    if output.is_video:
        with Progress(output.name(), quiet=quiet) as progress:
            reel = Reel(recording, look, moments(recording, "frame"))
            notices = render_film(reel, output, fps=FPS, report=progress.report)
    else:
        notices = render_one(recording, look, resolve_time(recording, None, None), output)
    for notice in notices:
        warn(notice)


def _show() -> None:
    """Show it until the window is closed; without a window there are the files."""
    from blazon.ingest.errors import GpuError
    from blazon.render.show import show
    from blazon.scenes.street import street

    try:
        show(street())
    except GpuError as error:
        warn(error)


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
