"""The steps of a stream: what a program logs for one frame, then for the next one; each may be a picture.

A step ends where nothing was logged for a while, by when rows were logged, not by when they came: who takes them in may
be late himself. It also ends where the program's own time goes on, as in a loop that logs what it found in a picture,
and then at once the next picture; not where each row has a time of its own.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from blazon.ingest.queue import Arrival
from blazon.ingest.timeline import Timeline

APART_NS = 12_000_000  # for which nothing was logged, between two steps
BACK_NS = 1_000_000_000  # by which a clock was set back
LEAST_ROWS = 2  # of one time, which are more than a row with its own
KEPT = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One that has ended. logged_ns : when its last row was logged. ends : the last time of each timeline by then.

    generation : of the recording by then.
    """

    logged_ns: int
    ends: Mapping[Timeline, int]
    generation: int


class Ends(Protocol):
    """A recording: what a step ends with is what that has when it ends."""

    generation: int

    def ends(self) -> Mapping[Timeline, int]:
        """The last time of each timeline."""


class Steps:
    """Those of a recording. ended : the last few that have ended, oldest first; whoever reads it reads a snapshot."""

    def __init__(self) -> None:
        self.ended: tuple[Step, ...] = ()
        self._newest_ns: int | None = None
        self._own: dict[Timeline, tuple[int, int]] = {}  # the program's timelines: the last time, and rows that have it

    def parts(self, arrivals: Sequence[Arrival], recording: Ends) -> Iterator[list[Arrival]]:
        """Yield what came, by when it was logged, in parts of one step each.

        recording : that takes each part in before the next one is asked for.
        """
        part: list[Arrival] = []
        is_late = False  # whether any of a part is of the step before: the SDK sends rows by entity
        for arrival in sorted(arrivals, key=operator.attrgetter("logged_ns")):
            if self._newest_ns is not None and (self._is_apart(arrival, self._newest_ns) or self._is_later(arrival)):
                if part:
                    yield part
                if is_late:
                    self._complete(recording)
                step = Step(self._newest_ns, recording.ends(), recording.generation)
                self.ended = (*self.ended[1 - KEPT :], step)
                part, is_late = [], False
            part.append(arrival)
            is_late = is_late or self._is_late(arrival)
            self._note(arrival)
        if part:
            yield part
        if is_late:
            self._complete(recording)

    def _is_late(self, arrival: Arrival) -> bool:
        """Whether what comes has the very time that the last step ended with, on the program's timelines."""
        ends = self.ended[-1].ends if self.ended else {}
        times = ((line, covered.last) for line, covered in arrival.ref.times.items() if line in self._own)
        return any(ends.get(line) == last < self._own[line][0] for line, last in times)

    def _complete(self, recording: Ends) -> None:
        """Have the last step that ended be whole only now."""
        self.ended = (*self.ended[:-1], replace(self.ended[-1], generation=recording.generation))

    def _is_apart(self, arrival: Arrival, newest_ns: int) -> bool:
        return arrival.logged_ns - newest_ns > APART_NS

    def _is_later(self, arrival: Arrival) -> bool:
        """Whether the program's time went on, on any timeline."""
        times = arrival.ref.times
        known = [(times[line].first, last, rows) for line, (last, rows) in self._own.items() if line in times]
        return any(rows >= LEAST_ROWS and first > last for first, last, rows in known)

    def _note(self, arrival: Arrival) -> None:
        last_ns = arrival.newest[0]
        is_newer = self._newest_ns is None or last_ns > self._newest_ns or last_ns < self._newest_ns - BACK_NS
        self._newest_ns = last_ns if is_newer else self._newest_ns
        for line, (first, last) in arrival.ref.times.items():
            known, rows = self._own.get(line, (last, 0))
            if last >= known and not line.is_automatic:
                came = arrival.ref.n_rows if first == last else 1
                self._own[line] = last, came + rows * (last == known)
