"""`blazon view`: the window, on files and on what programs stream here."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import PurePath
from typing import Any

from blazon.commands import live_options, options
from blazon.commands.signals import ended_by_sigterm


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "view",
        help="the window: files, and programs as they stream",
        description="Show recordings in a window, and what programs stream here: those of rerun-sdk that call"
        " rr.connect_grpc(), rr.spawn() or rr.init(…, spawn=True). In it ? shows all keys.",
        epilog="blazon view; blazon view street.rrd --at 12 --no-listen; blazon view --port 9877 --save live.rrd",
    )
    parser.add_argument("sources", metavar="SOURCE", nargs="*", help="a .rrd file of rerun-sdk 0.24 or later")
    options.add_window_flags(parser)
    parser.add_argument("--no-listen", action="store_true", help="don't take streams")
    parser.add_argument("--debug-state", metavar="FILE", help="say in FILE, as JSON, what is shown: for tests")
    live_options.add_live_flags(parser, policy="latest")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the window until it is closed, and return the exit code. Raises `BlazonError`."""
    from blazon.ingest.errors import ArgumentError, SourceError
    from blazon.ingest.sources import load
    from blazon.render.playback import SEQUENCE_HZ, Playback
    from blazon.render.settings import Settings, user_folder
    from blazon.render.show import open_window
    from blazon.render.times import find_timeline, time_value
    from blazon.render.viewer import Viewer

    options.say_when_compiling()
    look, at = options.look_of(arguments), options.time_of(arguments.at)
    first, last = options.range_of(arguments.range)
    if not arguments.sources and (at is not None or arguments.range is not None):
        raise ArgumentError("--at and --range are times of a recording; give a SOURCE")
    recordings = [load(each, arguments.recording) for each in arguments.sources]
    playback = Playback(arguments.timeline, hz=options.fps_of(arguments.fps) or SEQUENCE_HZ)
    summary = find_timeline(recordings[0], arguments.timeline) if recordings else None
    if summary is not None:
        low, high, now = (None if each is None else time_value(summary, each) for each in (first, last, at))
        playback.within, playback.time = (low, high), now
    with contextlib.ExitStack() as kept:
        kept.enter_context(ended_by_sigterm())
        live = None
        if not arguments.no_listen:
            try:
                live = kept.enter_context(live_options.live_of(arguments))
                live_options.say_where(live)
            except SourceError as error:
                if not recordings:
                    raise
                print(f"blazon: {error}; only what is open is shown", file=sys.stderr)
        viewer = Viewer(recordings, live, look, playback, Settings(user_folder()))
        for recording, source in zip(recordings, arguments.sources, strict=True):
            viewer.name(recording, PurePath(source).name)
        open_window(viewer, live, (look.width, look.height), arguments.debug_state).run()
    return 0
