"""`blazon serve`: a sink for SDK programs, without a window."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from typing import TYPE_CHECKING, Any

from blazon.commands import live_options
from blazon.commands.signals import until_told
from blazon.commands.terminal import warn

if TYPE_CHECKING:
    from blazon.ingest.live import Live

EVERY_S = 1.0


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "serve",
        help="listen for programs that log with rerun-sdk, and keep what they send",
        description="Listen where rerun-sdk looks: rr.connect_grpc(), rr.spawn() and rr.init(…, spawn=True) of"
        " unmodified programs stream here. Ends with Ctrl+C. From another machine: a tunnel, ssh -L"
        " 9876:127.0.0.1:9876 HOST run there, which needs no --bind. The SDK itself (0.41) speaks neither TLS nor"
        " tokens: those are for proxies beside it.",
        epilog="blazon serve --save live.rrd; blazon serve --port 0 --json",
    )
    live_options.add_live_flags(parser, policy="block")
    parser.add_argument("--json", action="store_true", help="a line of figures each second, on standard output")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Listen until a signal ends it, and return the exit code. Raises `BlazonError`."""
    with until_told() as ended, live_options.live_of(arguments) as live:
        live_options.say_where(live)
        _watch(live, ended, as_json=arguments.json)
    _sum_up(live, as_json=arguments.json)
    return 1 if live.stats().save_failure else 0


def _watch(live: Live, ended: threading.Event, *, as_json: bool) -> None:
    """Say each second how it goes, where somebody looks, and at once what goes wrong."""
    on_terminal = sys.stderr.isatty() and not as_json
    told: set[str] = set()
    while not ended.wait(EVERY_S):
        stats = live.stats()
        news = [*stats.troubles, *(f"{entity}: chunks are dropped" for entity in stats.dropped)]
        news += [stats.save_failure] if stats.save_failure else []
        for each in news:
            if each not in told:
                told.add(each)
                warn(each)
        if as_json:
            print(json.dumps(stats.as_json()), flush=True)
        elif on_terminal:
            print(f"\r\x1b[K{stats.as_line()}", end="", file=sys.stderr, flush=True)
    if on_terminal:
        print(file=sys.stderr)


def _sum_up(live: Live, *, as_json: bool) -> None:
    stats = live.stats()
    if as_json:
        print(json.dumps(stats.as_json()), flush=True)
        return
    saved = f", {stats.saved_bytes / 1e6:,.1f} MB saved" if stats.saved_bytes else ""
    recordings = f"{stats.recordings} recording{'s' if stats.recordings != 1 else ''}"
    print(f"blazon: {stats.rows:,} rows in {stats.chunks:,} chunks, {recordings}{saved}", file=sys.stderr)
    for entity, count in stats.dropped.items():
        warn(f"{entity}: {count:,} chunks dropped")
