"""When the pictures of a video are shown: at a constant rate, or as they were logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.errors import ArgumentError
from blazon.ingest.moments import At
from blazon.ingest.timeline import TimeKind

DEFAULT_FPS = 30.0
MOST_FPS = 1000.0
NS = 10**9
_FINEST = 1_001_000  # the denominator that 30000/1001 and the like still fit under


@dataclass(frozen=True, slots=True)
class Timing:
    """When each picture is shown. rate : as many a second; None where each is shown for as long as it was the newest.

    logged_ns : int64 (pictures,), without a rate: when they were logged, ascending. last_ns : how long the last one is
    shown then.
    """

    rate: Fraction | None
    logged_ns: NDArray[np.int64] | None = None
    last_ns: int = 0

    def start(self, number: int) -> Fraction:
        """Return when a picture is shown first, seconds since the first one; of one past the last: the end."""
        if self.logged_ns is None:
            return Fraction(number) / (self.rate or 1)
        ends = number == len(self.logged_ns)
        since = int(self.logged_ns[number - ends]) - int(self.logged_ns[0])
        return Fraction(since + ends * self.last_ns, NS)

    def longest_s(self) -> float:
        """Return for how long a picture is shown at the most."""
        if self.logged_ns is None:
            return float(1 / (self.rate or 1))
        return max(int(_gaps(self.logged_ns).max()), self.last_ns) / NS


def check_fps(fps: float) -> None:
    """Raise `ArgumentError` for a rate that no video has."""
    if isinstance(fps, bool) or not isinstance(fps, (int, float, np.number)):
        raise ArgumentError(f"fps is {fps!r}; pass pictures a second, more than 0")
    if not 0 < fps <= MOST_FPS:
        raise ArgumentError(f"fps is {fps:g}; a video has more than 0, and at most {MOST_FPS:g}")


def timing_of(times: Sequence[At], fps: float | None) -> Timing:
    """Return when pictures of `times` are shown in a video.

    fps : pictures a second, of which `times` may be each Nth on a timeline in time; None: on a timeline in time each is
    shown until the time of the next one, and the last as long as is usual among them; else 30 a second.
    Raises `ArgumentError` for rates that no video has.
    """
    if fps is not None:
        check_fps(fps)
    timeline = times[0].timeline
    is_counted = timeline is None or timeline.kind is TimeKind.SEQUENCE or len(times) == 1
    if fps is not None and not is_counted:  # of times that were resampled, each Nth may have been taken
        taken = max(round((times[1].time - times[0].time) * fps / NS), 1)
        return Timing(Fraction(fps).limit_denominator(_FINEST) / taken)
    if is_counted:
        return Timing(Fraction(fps or DEFAULT_FPS).limit_denominator(_FINEST))
    logged = np.array([at.time for at in times], np.int64)
    return Timing(None, logged, int(np.median(_gaps(logged))))


def _gaps(logged_ns: NDArray[np.int64]) -> NDArray[np.uint64]:
    """What lies between times that ascend, unsigned: it may be more than an int64 holds."""
    unsigned = logged_ns.view(np.uint64)
    gaps: NDArray[np.uint64] = unsigned[1:] - unsigned[:-1]
    return gaps
