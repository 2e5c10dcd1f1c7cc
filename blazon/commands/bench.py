"""`blazon bench`: the harness in which every claim of speed is made and checked."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "bench",
        help="measure blazon against its peers on this machine",
        description="Measure blazon against its peers in one run. Peers that are not installed are left out:"
        " pip install 'blazon[bench]'.",
    )
    parser.add_argument("--json", action="store_true", help="print the results for programs")
    parser.add_argument("--repeat", metavar="N", type=int, default=60, help="timed runs of each (default: %(default)s)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure, print, and return the exit code. Raises `BlazonError`."""
    from blazon.benches.harness import run_all
    from blazon.ingest.errors import ArgumentError

    if arguments.repeat < 1:
        raise ArgumentError(f"--repeat is {arguments.repeat}; give a whole number from 1 on")
    report = run_all(arguments.repeat)
    if arguments.json:
        json.dump(report.as_json(), sys.stdout, indent=2)
        print()
    else:
        print(report.as_text())
    return 0
