"""The steps of a stream: a program logs a lot at once, then nothing for a while, and so on; each step may be a picture.

Steps are told apart by when rows were logged, not by when they came: who takes them in may be late himself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from blazon.ingest.queue import Arrival
from blazon.ingest.timeline import Timeline

APART_NS = 12_000_000  # for which nothing was logged, between two steps
KEPT = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One that has ended. logged_ns : when its last row was logged. ends : the last time of each timeline by then."""

    logged_ns: int
    ends: Mapping[Timeline, int]


class Steps:
    """Those of a recording. ended : the last few that have ended, oldest first; whoever reads it reads a snapshot."""

    def __init__(self) -> None:
        self.ended: tuple[Step, ...] = ()
        self._newest_ns: int | None = None

    def parts(self, arrivals: Sequence[Arrival], ends: Callable[[], Mapping[Timeline, int]]) -> Iterator[list[Arrival]]:
        """Yield what came, in order, in parts of one step each, to be taken in before the next part is asked for.

        ends : says the last time of each timeline.
        """
        part: list[Arrival] = []
        for arrival in arrivals:
            if self._newest_ns is not None and arrival.logged_ns - self._newest_ns > APART_NS:
                if part:
                    yield part
                self.ended = (*self.ended[1 - KEPT :], Step(self._newest_ns, ends()))
                part = []
            part.append(arrival)
            self._newest_ns = max(arrival.newest[0], self._newest_ns or 0)
        if part:
            yield part
