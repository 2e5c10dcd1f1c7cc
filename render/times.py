"""Which time, or times, a person or a program means in a recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from blazon.ingest.errors import ArgumentError, DtypeError, NotInRecordingError
from blazon.ingest.recording import At, Recording, TimelineSummary
from blazon.ingest.timeline import (
    TimeKind,
    TimeRange,
    TypedValue,
    parse_value,
    sequence_value,
    value_of,
    value_on,
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of time between the pictures of a sequence."""

    ns: int


def resolve_time(recording: Recording, timeline: str | None, at: Any) -> At:
    """Return the time that `at` means in `recording`.

    at : a value on `timeline`, or a pair (timeline, value); None or "last": the last time there is. A whole number is
    the timeline's own (a count, or ns), a float is seconds, a str is read as the command line reads it.
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
    found = {each.timeline.name: each for each in recording.timelines()}
    if name is None:
        default = recording.default_timeline()
        return found[default.name] if default else None
    if name not in found:
        known = ", ".join(found) or "none"
        raise NotInRecordingError(f"timeline {name!r} is not in the recording; it has: {known}")
    return found[name]


def time_value(summary: TimelineSummary, value: Any) -> int:
    """Return `value` (a whole number, seconds, datetime, a str, a `TypedValue`) as an integer on a timeline."""
    if isinstance(value, str):
        value = parse_value(value)
    if isinstance(value, TypedValue):
        return value_on(summary.timeline, value)
    try:
        return sequence_value(value)
    except DtypeError:
        return value_of(summary.timeline.kind, value)


def frame_times(
    recording: Recording,
    summary: TimelineSummary | None,
    *,
    within: TimeRange | None = None,
    every: int | Step | None = None,
    fps: float | None = None,
) -> list[int]:
    """Return the times of a sequence of pictures: the distinct times logged, or what is picked from them.

    within : both ends included. every : each Nth of them, or, as a `Step`, one for each step of time. fps : on a
    timeline in time, as many for each second. Static data alone makes one picture. Raises `NotInRecordingError` for a
    step on a timeline that counts.
    """
    if summary is None:
        return [0]
    logged = recording.times(summary.timeline, within)
    if len(logged) == 0:
        return []
    in_time = summary.timeline.kind is not TimeKind.SEQUENCE
    if isinstance(every, Step) and not in_time:
        raise ArgumentError(
            f"every is {every.ns / 1e9}s, but timeline {summary.timeline.name!r} counts; pass a whole number"
        )
    step_ns = every.ns if isinstance(every, Step) else 1e9 / fps if fps and in_time else None
    if step_ns is not None:
        count = int((int(logged[-1]) - int(logged[0])) // step_ns) + 1
        picked = [int(logged[0]) + round(i * step_ns) for i in range(count)]
    else:
        picked = logged.tolist()
    return picked[::every] if isinstance(every, int) else picked


def _shown(at: Any) -> str:
    return repr(at.text if isinstance(at, TypedValue) else at)
