"""`blazon render`: pictures from a recording, headless."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from blazon.commands import options
from blazon.commands.terminal import warn


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "render",
        help="pictures from a recording, headless",
        description="Draw a recording into a PNG, or each time of a range into one of a numbered sequence.",
        epilog="blazon render street.rrd -o street.png --at 12;"
        " blazon render street.rrd -o 'frames/{:05d}.png' --range 0..59 --every 2",
    )
    parser.add_argument("source", metavar="SOURCE", help="a .rrd file of rerun-sdk 0.24 or later")
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="a.png, or frames/{:05d}.png")
    options.add_shot_flags(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Render, and return the exit code. Raises `BlazonError`."""
    from blazon.ingest.errors import ArgumentError
    from blazon.render.output import Output

    look, at = options.look_of(arguments), options.time_of(arguments.at)
    first, last = options.range_of(arguments.range)
    every, fps = options.every_of(arguments.every), options.fps_of(arguments.fps)
    output = Output.parse(arguments.output)
    if output.is_sequence and at is not None:
        raise ArgumentError("--at asks for one picture, and OUT for a sequence; give --range, or an OUT without {}")
    if not output.is_sequence and (arguments.range or every or fps):
        raise ArgumentError("--range, --every and --fps ask for a sequence; give an OUT such as frames/{:05d}.png")

    from blazon.ingest.sources import load
    from blazon.render.movie import render_one, render_sequence
    from blazon.render.times import moments, resolve_time

    recording = load(arguments.source, arguments.recording)
    options.say_when_compiling()
    if output.is_sequence:
        times = moments(recording, arguments.timeline, first=first, last=last, every=every, fps=fps)
        notices = render_sequence(recording, look, times, output, progress=sys.stderr.isatty())
    else:
        notices = render_one(recording, look, resolve_time(recording, arguments.timeline, at), output)
    for notice in notices:
        warn(notice)
    return 0
