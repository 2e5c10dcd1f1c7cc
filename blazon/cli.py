"""The command line: words in, exit code out. Each command has a file of its own in `commands`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from blazon import __version__
from blazon.commands import bench, demo, info, render

COMMANDS = (render, info, demo, bench)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where to read on."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}; see `{self.prog} --help`", file=sys.stderr)
        raise SystemExit(2)


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that `words` (None: the process's own) ask for, and return its exit code."""
    arguments = _parser().parse_args(words)
    try:
        return int(arguments.run(arguments))
    except KeyboardInterrupt:
        print("blazon: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _tell(error)


def _tell(error: Exception) -> int:
    """Print what went wrong in one line; anything that is not ours to explain is raised on."""
    from blazon.ingest.errors import BlazonError

    if isinstance(error, BlazonError):
        print(f"blazon: {_one_line(error)}", file=sys.stderr)
        return error.exit_code
    if isinstance(error, (OSError, MemoryError)):
        print(f"blazon: {_one_line(error) or 'out of memory; try a smaller --size'}", file=sys.stderr)
        return 1
    raise error


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="blazon",
        description="Draws what vision models see: masks, boxes and skeletons of a rerun-sdk recording, coloured by its"
        " annotation contexts.",
    )
    parser.add_argument("--version", action="version", version=f"blazon {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_parser(commands)
    return parser
