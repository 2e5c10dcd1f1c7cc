"""`blazon bench`: the harness in which every claim of speed is made and checked."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from blazon.benches.report import Report


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "bench",
        help="measure blazon against its peers on this machine",
        description="Measure blazon against its peers in one run. Peers that are not installed are left out:"
        " pip install 'blazon[bench]'. Scenes are logged once, and kept in ~/.cache/blazon/bench.",
    )
    parser.add_argument(
        "--scenes",
        metavar="A,B",
        help="these alone, of street, crowd, lidar, skeletons, static, entities, labels, micro, colours, many, words,"
        " sizes, start, live, film, jobs, window",
    )
    parser.add_argument(
        "--repeat", metavar="N", type=int, default=60, help="timed runs of each, fewer of slow ones (default: 60)"
    )
    parser.add_argument("--no-peers", action="store_true", help="measure blazon alone")
    parser.add_argument("--compare", metavar="OLD.json", help="tell what has changed since an older run with --json")
    parser.add_argument("--plot", metavar="OUT.png", help="draw the figures into a picture as well")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print the results for programs")
    how.add_argument("--markdown", action="store_true", help="print the results as tables for a README")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure, print, and return the exit code. Raises `BlazonError`."""
    from blazon.benches import suite
    from blazon.benches.compare import compared, read_report
    from blazon.ingest.errors import ArgumentError
    from blazon.render.output import Output

    if arguments.repeat < 1:
        raise ArgumentError(f"--repeat is {arguments.repeat}; give a whole number from 1 on")
    names = suite.chosen(arguments.scenes)
    output = Output.of_picture(arguments.plot, "--plot") if arguments.plot else None
    old = read_report(Path(arguments.compare)) if arguments.compare else None
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is started here is as warm as an installed package is
    report = suite.run(names, arguments.repeat, peers=not arguments.no_peers, tell=_teller())
    _print(report, arguments)
    if old is not None:
        # with --json, programs read standard output
        print(f"\n{compared(old, report)}", file=sys.stderr if arguments.json else sys.stdout)
    if output is not None:
        from blazon.benches.plot import plotted

        output.write(plotted(report))
    return 0


def _print(report: Report, arguments: argparse.Namespace) -> None:
    if arguments.json:
        json.dump(report.as_json(), sys.stdout, indent=2)
        print()
    else:
        print(report.as_markdown() if arguments.markdown else report.as_text())


def _teller() -> Callable[[str], None]:
    """Say on a terminal what is being measured; it takes minutes."""
    if not sys.stderr.isatty():
        return lambda _name: None
    return lambda name: print(f"blazon bench: {name} …", file=sys.stderr, flush=True)
