"""How far the work is, said on standard error: a line that changes on a terminal, a line now and then in a log."""

from __future__ import annotations

import shutil
import sys
import time as clock
from types import TracebackType
from typing import Self

from blazon.commands.terminal import printable

LINE_EVERY_S, CHANGE_EVERY_S = 10.0, 0.1
_BAR = 24  # letters


class Progress:
    """Counts pictures. Use it in a `with`: it ends as it should, however the work ends.

    name : of what is made. quiet : whether nothing is to be said.
    """

    def __init__(self, name: str, *, quiet: bool = False) -> None:
        self._name, self._quiet = printable(name), quiet
        self._changes = sys.stderr.isatty()
        self._begun = self._said = clock.monotonic()
        self._first: int | None = None
        self._done = self._total = 0
        self._is_open = False

    def report(self, done: int, total: int) -> None:
        """Take note of how many pictures are done."""
        if self._first is None:
            self._first = done
        self._done, self._total = done, total
        now = clock.monotonic()
        every = CHANGE_EVERY_S if self._changes else LINE_EVERY_S
        if not self._quiet and total > 1 and now - self._said >= every:
            self._said = now
            self._say()

    def _say(self) -> None:
        left = self._total - self._done
        rate = self._rate()
        text = f"{self._done:,} of {self._total:,} pictures, {rate:.1f} a second"
        if rate and left:
            text += f", {duration(left / rate)} left"
        if not self._changes:
            print(f"blazon: {self._name}: {text}", file=sys.stderr, flush=True)
            return
        self._is_open = True
        full = _BAR * self._done // max(self._total, 1)
        line = f"blazon: {self._name} {'█' * full}{'░' * (_BAR - full)} {text}"
        width = shutil.get_terminal_size().columns - 1
        if len(line) > width:
            line = text
        print(f"\r\x1b[K{line[:width]}", end="", file=sys.stderr, flush=True)

    def _rate(self) -> float:
        return (self._done - (self._first or 0)) / max(clock.monotonic() - self._begun, 1e-9)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        is_worth_it = self._changes or clock.monotonic() - self._begun >= LINE_EVERY_S
        if kind is None and self._total > 1 and not self._quiet and is_worth_it:
            took = duration(clock.monotonic() - self._begun)
            clear = "\r\x1b[K" if self._is_open else ""
            text = f"{self._name}: {self._done:,} pictures in {took}, {self._rate():.1f} a second"
            print(f"{clear}blazon: {text}", file=sys.stderr)
        elif self._is_open:
            print(file=sys.stderr)
        if kind is None and self._first is not None and self._total == 0 and not self._quiet:
            print(f"blazon: {self._name}: it is there already", file=sys.stderr)


def duration(seconds: float) -> str:
    """Return a duration for people: 0.8 s, 12 s, 3:05, 1:02:03."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, whole = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{whole:02d}" if hours else f"{minutes}:{whole:02d}"
