"""The command line: words in, exit code out. Each command has a file of its own in `commands`."""

from __future__ import annotations

import argparse
import gc
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

from blazon import __version__
from blazon.commands import bench, demo, info, render, serve, terminal, view

COMMANDS = (render, view, serve, info, demo, bench)
GARBAGE_AFTER = 100_000  # objects more: what a start makes is there to stay, and looking through it takes a tenth of it
VALUE_FLAGS = ("--at", "--range", "--bounds", "--eye", "--target")  # whose values may begin with a minus


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where to read on."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}; see `{self.prog} --help`", file=sys.stderr)
        raise SystemExit(2)


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that `words` (None: the process's own) ask for, and return its exit code."""
    gc.set_threshold(GARBAGE_AFTER)
    terminal.mend_streams()
    try:
        code = _run(sys.argv[1:] if words is None else words)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt as stop:
        print(f"blazon: {terminal.printable(str(stop) or 'interrupted')}", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read our output has had enough
        terminal.give_up_on(sys.stdout)
        return 0
    except Exception as error:
        if isinstance(error, OSError):
            terminal.give_up_on(sys.stdout)
        return _tell(error)


def _run(words: Sequence[str]) -> int:
    try:
        arguments = _parser().parse_args(_join_negative_values(words))
    except SystemExit as stop:  # argparse has printed help, the version, or what is wrong
        return int(stop.code or 0)
    return int(arguments.run(arguments))


def _join_negative_values(words: Sequence[str]) -> list[str]:
    """`--at -1s` as `--at=-1s`: argparse takes a value that begins with a minus for a flag."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in VALUE_FLAGS and re.match(r"-[\d.]", word):
            joined[-1] = f"{joined[-1]}={word}"
        else:
            joined.append(word)
    return joined


def _tell(error: Exception) -> int:
    """Print what went wrong in one line; anything that is not ours to explain is raised on."""
    from blazon.ingest.errors import BlazonError

    if not isinstance(error, (BlazonError, OSError, MemoryError)):
        raise error
    said = " ".join(str(error).split()) or "out of memory; try a smaller --size"
    print(f"blazon: {terminal.printable(said)}", file=sys.stderr)
    return getattr(error, "exit_code", 1)


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
