"""What is said of many recordings while they are drawn: each as it ends, and all of them at the end."""

from __future__ import annotations

import sys
import time as clock
from collections import Counter
from collections.abc import Sequence

from blazon.commands.progress import CHANGE_EVERY_S, LINE_EVERY_S, duration
from blazon.commands.terminal import printable, warn
from blazon.render.batch import Progress, Result, Split
from blazon.render.jobs import Job


class Board:
    """Counts recordings, and the pictures of all of them. quiet : whether only what went wrong is to be said."""

    def __init__(self, jobs: Sequence[Job], *, quiet: bool) -> None:
        self._parts = Counter(job.source for job in jobs)
        self._quiet = quiet
        self._changes = sys.stderr.isatty()
        self._begun = self._said = clock.monotonic()
        self._pictures: dict[tuple[str, range | None], int] = {}
        self._results: dict[str, list[Result]] = {source: [] for source in self._parts}
        self._is_open = False

    def tell(self, event: Progress | Result | Split) -> None:
        """Take note of how far a job is, or of what came of it."""
        if isinstance(event, Split):
            self._parts[event.job.source] = event.parts
        elif isinstance(event, Progress):
            self._pictures[event.job.source, event.job.part] = event.done
        else:
            self._pictures[event.job.source, event.job.part] = event.pictures
            ended = self._results[event.job.source]
            ended.append(event)
            if len(ended) == self._parts[event.job.source]:
                self._clear()
                self._tell_of(ended)
        now = clock.monotonic()
        if not self._quiet and now - self._said >= (CHANGE_EVERY_S if self._changes else LINE_EVERY_S):
            self._said = now
            self._say()

    def end(self) -> int:
        """Say how it went, and return the exit code."""
        self._clear()
        failed = [source for source in self._parts if self._error_of(source)]
        whole = [source for source in self._parts if len(self._results[source]) == self._parts[source]]
        if failed or not self._quiet:
            took = duration(clock.monotonic() - self._begun)
            done = len([source for source in whole if source not in failed])
            text = f"{done} of {len(self._parts)} recordings drawn in {took}, {sum(self._pictures.values()):,} pictures"
            print(f"blazon: {text}" + (f"; {len(failed)} failed" if failed else ""), file=sys.stderr)
        return 1 if failed else 0

    def _tell_of(self, ended: list[Result]) -> None:
        source, output = printable(ended[0].job.source), printable(ended[0].job.output.pattern)
        error = self._error_of(ended[0].job.source)
        if error:
            print(f"blazon: {source}: {printable(error)}", file=sys.stderr)
        elif not self._quiet:
            pictures = sum(result.pictures for result in ended)
            seconds = max(result.seconds for result in ended)
            counted = f"{pictures:,} pictures" if pictures > 1 else "1 picture"
            said = f"{counted} in {duration(seconds)}" if pictures else "it is there already"
            print(f"blazon: {source} → {output}: {said}", file=sys.stderr)
        for text in dict.fromkeys(str(notice) for result in ended for notice in result.notices):
            warn(f"{ended[0].job.source}: {text}")

    def _error_of(self, source: str) -> str | None:
        return next((result.error for result in self._results[source] if result.error), None)

    def _say(self) -> None:
        ended = sum(len(self._results[source]) == parts for source, parts in self._parts.items())
        pictures = sum(self._pictures.values())
        rate = pictures / max(clock.monotonic() - self._begun, 1e-9)
        text = f"blazon: {ended} of {len(self._parts)} recordings, {pictures:,} pictures, {rate:.1f} a second"
        self._is_open = self._changes
        start, end = ("\r\x1b[K", "") if self._changes else ("", "\n")
        print(f"{start}{text}", end=end, file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._is_open:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._is_open = False
