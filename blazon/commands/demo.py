"""`blazon demo`: a scene of its own, drawn."""

from __future__ import annotations

import argparse
from typing import Any

from blazon.commands import options


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "demo",
        help="a street of its own: mask, boxes, skeletons, labels",
        description="Draw a street that blazon makes by itself, with a mask, boxes, skeletons, labels and a legend.",
    )
    parser.add_argument("-o", "--output", metavar="OUT", default="out/demo.png", help="default: %(default)s")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Draw, and return the exit code. Raises `BlazonError`."""
    from blazon.render.movie import render_one
    from blazon.render.output import Output
    from blazon.render.shot import make_look
    from blazon.render.times import resolve_time

    output = Output.parse(arguments.output)
    options.say_when_compiling()

    from blazon.scenes.actors import HEIGHT, WIDTH
    from blazon.scenes.street import street

    recording = street(frames=[24])
    render_one(recording, make_look(WIDTH, HEIGHT, legend=True), resolve_time(recording, None, None), output)
    print(output.name())
    return 0
