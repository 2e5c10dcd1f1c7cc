"""Which time, or times, a person or a program means in a recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.errors import ArgumentError, NotInRecordingError
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.ingest.store import TimelineSummary
from blazon.ingest.timeline import (
    TimeKind,
    Timeline,
    TimeRange,
    TypedValue,
    format_value,
    parse_value,
    sequence_value,
    value_of,
    value_on,
)

MOST_PICTURES = 2_000_000  # of one sequence that is resampled: 18 hours at 30 a second


@dataclass(frozen=True, slots=True)
class Step:
    """A step of time between the pictures of a sequence."""

    ns: int


def resolve_time(recording: Recording, timeline: str | None, at: Any) -> At:
    """Return the time that `at` means in `recording`.

    at : a value on `timeline`, or a pair (timeline, value); None or "last": the last time there is. A whole
    number is the timeline's own (a count, or ns); else values are what `Recording.set_time` takes (float seconds,
    datetime, numpy's times), or a str, read as the command line reads it.
    Raises `NotInRecordingError` for a timeline that is not there or that the value does not fit, `ArgumentError` for
    what is no value.
    """
    if isinstance(at, tuple):
        if len(at) != 2:
            raise ArgumentError(f"at is {at!r}; pass a value, or a pair (timeline, value)")
        timeline, at = at
    summary = find_timeline(recording, timeline)
    if summary is None:
        if at not in (None, "last"):
            raise NotInRecordingError(
                f"time {_shown(at)} was asked for, but the recording has no timeline: leave it out"
            )
        return At(None)
    if at is None or at == "last":
        return At(summary.timeline, summary.covered.last)
    return At(summary.timeline, time_value(summary, at))


def find_timeline(recording: Recording, name: str | None) -> TimelineSummary | None:
    """Return the timeline of that name, or the default one; None where there is none and none was asked for."""
    if name is None:
        default = recording.default_timeline()
        return next((each for each in recording.timelines() if each.timeline == default), None)
    found = {each.timeline.name: each for each in recording.timelines()}
    if name not in found:
        known = ", ".join(found) or "none"
        raise NotInRecordingError(f"timeline {name!r} is not in the recording; it has: {known}")
    return found[name]


def time_value(summary: TimelineSummary, value: Any) -> int:
    """Return a time of any type that `resolve_time` takes, or a `TypedValue`, as an integer on a timeline."""
    if isinstance(value, str):
        value = parse_value(value)
    if isinstance(value, TypedValue):
        return value_on(summary.timeline, value)
    if isinstance(value, (int, np.integer)) and not isinstance(value, np.timedelta64):
        return sequence_value(value)
    return value_of(summary.timeline.kind, value)


def moments(
    recording: Recording,
    timeline: str | None = None,
    *,
    first: Any = None,
    last: Any = None,
    every: int | Step | None = None,
    fps: float | None = None,
) -> list[At]:
    """Return the times of a sequence of pictures: the distinct times logged, or what is picked from them.

    first, last : both included; None: the ends of the timeline. every : each Nth of the times, or, as a `Step`, one for
    each step of time. fps : on a timeline in time, as many for each second. Static data alone makes one picture.
    Raises `NotInRecordingError` for a timeline that is not there, a range without any time, and a step of time on a
    timeline that counts.
    """
    summary = find_timeline(recording, timeline)
    if summary is None:
        return [At(None)]
    covered = summary.covered
    within = TimeRange(
        covered.first if first is None else time_value(summary, first),
        covered.last if last is None else time_value(summary, last),
    )
    counts = isinstance(every, (int, np.integer)) and not isinstance(every, (bool, np.timedelta64))
    if every is not None and not isinstance(every, Step) and not (counts and every >= 1):
        raise ArgumentError(f"every is {every!r}; pass a whole number from 1 on")
    if fps is not None and isinstance(every, Step):
        raise ArgumentError("both a step of time and fps say which times are picked; pass one of them")
    if fps is not None and not 0 < fps < float("inf"):
        raise ArgumentError(f"fps is {fps!r}; pass pictures a second, more than 0")
    logged = recording.times(summary.timeline, within)
    if len(logged) == 0:
        ends = [format_value(summary.timeline.kind, end) for end in (covered.first, covered.last)]
        raise NotInRecordingError(
            f"no time on timeline {summary.timeline.name!r} lies in the range; it goes from {ends[0]} to {ends[1]}"
        )
    return [At(summary.timeline, time) for time in _pick(logged, summary.timeline, every, fps)]


def _pick(logged: NDArray[np.int64], timeline: Timeline, every: int | Step | None, fps: float | None) -> list[int]:
    in_time = timeline.kind is not TimeKind.SEQUENCE
    if isinstance(every, Step) and not in_time:
        raise NotInRecordingError(
            f"a step of {every.ns / 1e9:g}s was asked for, but timeline {timeline.name!r} counts; give a whole number"
        )
    step_ns = every.ns if isinstance(every, Step) else 1e9 / fps if fps and in_time else None
    if step_ns is None:
        picked = [int(time) for time in logged]
    else:
        first, last = int(logged[0]), int(logged[-1])
        count = int((last - first) // step_ns) + 1
        if count > MOST_PICTURES:
            raise NotInRecordingError(
                f"a step of {step_ns / 1e9:g}s makes {count:,} pictures; give a longer one, or a shorter range"
            )
        picked = [first + round(i * step_ns) for i in range(count)]
    return picked if every is None or isinstance(every, Step) else picked[::every]


def _shown(at: Any) -> str:
    return repr(at.text if isinstance(at, TypedValue) else at)
