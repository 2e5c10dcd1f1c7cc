"""When the pictures of a video are shown: at a constant rate, or as they were logged."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

import numpy as np

from blazon.ingest.errors import ArgumentError
from blazon.ingest.moments import At
from blazon.ingest.timeline import TimeKind

DEFAULT_FPS = 30.0
MOST_FPS = 1000.0
_FINEST = 1_001_000  # the denominator that 30000/1001 and the like still fit under


@dataclass(frozen=True, slots=True)
class Timing:
    """When each picture is shown. rate : as many a second; None where each is shown for as long as it was the newest.

    starts : seconds, one more than there are pictures: the last one is the end.
    """

    rate: Fraction | None
    starts: Sequence[Fraction]


def check_fps(fps: float) -> None:
    """Raise `ArgumentError` for a rate that no video has."""
    if isinstance(fps, bool) or not isinstance(fps, (int, float, np.number)):
        raise ArgumentError(f"fps is {fps!r}; pass pictures a second, more than 0")
    if not 0 < fps <= MOST_FPS:
        raise ArgumentError(f"fps is {fps:g}; a video has more than 0, and at most {MOST_FPS:g}")


def timing_of(times: Sequence[At], fps: float | None) -> Timing:
    """Return when pictures of `times` are shown in a video.

    fps : pictures a second; None: on a timeline in time each is shown until the time of the next one, and the last as
    long as is usual among them; else 30 a second. Raises `ArgumentError` for rates that no video has.
    """
    if fps is not None:
        check_fps(fps)
    timeline = times[0].timeline
    if fps is not None or timeline is None or timeline.kind is TimeKind.SEQUENCE or len(times) == 1:
        rate = Fraction(fps or DEFAULT_FPS).limit_denominator(_FINEST)
        return Timing(rate, [index / rate for index in range(len(times) + 1)])
    logged = [at.time for at in times]
    last = int(median(after - before for before, after in itertools.pairwise(logged)))
    return Timing(None, [Fraction(time - logged[0], 10**9) for time in (*logged, logged[-1] + last)])
