"""What a terminal is told: always in one piece, always printable, whatever was logged."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO


def printable(text: object) -> str:
    """Return `text` with what a terminal would act on (escapes, newlines) spelt out."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in str(text))


def warn(text: object) -> None:
    """Print one line of warning on standard error."""
    print(f"blazon: warning: {printable(text)}", file=sys.stderr)


def has_colors(stream: TextIO) -> bool:
    """Whether `stream` is a terminal that wants colours."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def mend_streams() -> None:
    """Make standard output and error usable: closed ones go nowhere, and letters they lack are spelt out."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - open until the end
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def give_up_on(stream: TextIO) -> None:
    """Send what `stream` still holds nowhere, so that Python does not try again as it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
