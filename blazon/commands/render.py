"""`blazon render`: pictures from a recording, headless."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from blazon.commands import live_options, options
from blazon.commands.signals import until_told
from blazon.commands.terminal import warn


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "render",
        help="pictures from a recording, headless",
        description="Draw a recording into a PNG, or each time of a range into one of a numbered sequence.",
        epilog="blazon render street.rrd -o street.png --at 12;"
        " blazon render street.rrd -o 'frames/{:05d}.png' --range 0..59 --every 2;"
        " blazon render --live --every 1s -o 'live/{:05d}.png'",
    )
    parser.add_argument("source", metavar="SOURCE", nargs="?", help="a .rrd file of rerun-sdk 0.24 or later")
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="a.png, or frames/{:05d}.png")
    options.add_shot_flags(parser)
    live = parser.add_argument_group("live")
    live.add_argument(
        "--live",
        action="store_true",
        help="instead of SOURCE: listen as `blazon serve` does, and draw the newest moment of the newest recording, at"
        " most each --every (default: 1s), whenever something came, until Ctrl+C; an OUT without {} is written anew",
    )
    live.add_argument("--count", metavar="N", help="end after N pictures")
    live_options.add_live_flags(parser, policy="block")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Render, and return the exit code. Raises `BlazonError`."""
    from blazon.ingest.errors import ArgumentError
    from blazon.render.output import Output

    if arguments.live:
        return _run_live(arguments)
    if arguments.source is None or arguments.count is not None:
        raise ArgumentError("a SOURCE is missing" if arguments.source is None else "--count belongs to --live")
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


def _run_live(arguments: argparse.Namespace) -> int:
    """Draw a live stream until a signal ends it."""
    from blazon.ingest.errors import ArgumentError
    from blazon.render.output import Output
    from blazon.render.times import Step

    if arguments.source is not None:
        raise ArgumentError(f"SOURCE is {arguments.source!r} and --live was given; give one of them")
    if arguments.at not in (None, "last") or arguments.range or arguments.fps:
        raise ArgumentError("--live draws the newest moment; leave --range and --fps out, and --at, or give --at last")
    every, look = options.every_of(arguments.every or "1s"), options.look_of(arguments)
    if not isinstance(every, Step):
        raise ArgumentError(f"--every is {arguments.every!r}; with --live give a step of time such as 1s")
    count = options.count_of(arguments.count)
    output = Output.parse(arguments.output)

    from blazon.render.snapshots import Snapshots

    options.say_when_compiling()
    with until_told() as ended, live_options.live_of(arguments) as live:
        live_options.say_where(live)
        pictures = Snapshots(live, look, output, recording=arguments.recording, timeline=arguments.timeline)
        notices = pictures.write_all(every.ns / 1e9, ended, count)
    print(f"blazon: {pictures.written} pictures", file=sys.stderr)
    for notice in notices:
        warn(notice)
    return 0
