"""Timelines: a name, a kind, and values that are 64 bit integers (a count, or nanoseconds).

`parse_value` reads what a person types; `format_value` writes what a person reads; the `*_ns` functions take what
programs have (floats in seconds, datetime, numpy's time types).
"""

from __future__ import annotations

import datetime as dt
import enum
import math
import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from blazon.ingest.errors import ArgumentError, DtypeError, NotInRecordingError

LONGEST_TEXT = 60  # no time that fits 64 bits needs more
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
NS_PER_UNIT = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
_SECONDS_PER_UNIT = {
    "Y": 31_556_952.0,
    "M": 2_629_746.0,
    "W": 604_800.0,
    "D": 86_400.0,
    "h": 3600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "ns": 1e-9,
    "ps": 1e-12,
    "fs": 1e-15,
    "as": 1e-18,
}
_NUMBER_WITH_UNIT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(ns|us|ms|s)")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class TimeKind(enum.Enum):
    """What the integers of a timeline count."""

    SEQUENCE = "sequence"
    DURATION = "duration"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True, order=True)
class Timeline:
    """A named axis of time."""

    name: str
    kind: TimeKind

    def __hash__(self) -> int:
        return hash(self.name)  # indexes hash timelines often, and an enum's own hash is slow

    @property
    def is_automatic(self) -> bool:
        """Whether the SDK adds this timeline to every row by itself."""
        return self.name in ("log_time", "log_tick")


class TimeRange(NamedTuple):
    """The first and the last value of a timeline, both included."""

    first: int
    last: int


def duration_ns(value: object) -> int:
    """Return `value` (seconds, `timedelta`, `np.timedelta64`) in nanoseconds.

    Raises `DtypeError` for other types, `ArgumentError` for NaN, NaT and what 64 bits can't hold.
    """
    if isinstance(value, np.timedelta64):
        return _numpy_ns(value)
    if isinstance(value, dt.timedelta):
        return _in_range(value // dt.timedelta(microseconds=1) * 1000, value)
    return _seconds_ns(value, "duration", "seconds, a timedelta or an np.timedelta64")


def timestamp_ns(value: object) -> int:
    """Return `value` (seconds since 1970, `datetime`, `np.datetime64`) in nanoseconds since 1970, UTC.

    A `datetime` without a zone is UTC. Raises as `duration_ns` does.
    """
    if isinstance(value, np.datetime64):
        return _numpy_ns(value)
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return _in_range((aware - _EPOCH) // dt.timedelta(microseconds=1) * 1000, value)
    return _seconds_ns(value, "timestamp", "seconds since 1970, a datetime or an np.datetime64")


def sequence_value(value: object) -> int:
    """Return `value` (any integer type) as an int. Raises `DtypeError` for anything else."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.timedelta64)):
        return _in_range(int(value), value)
    raise DtypeError(f"sequence is {value!r}, a {type(value).__name__}; pass a whole number")


def value_of(kind: TimeKind, value: object) -> int:
    """Return `value`, given in Python for a timeline of `kind`, as that timeline's integer."""
    if kind is TimeKind.SEQUENCE:
        return sequence_value(value)
    return duration_ns(value) if kind is TimeKind.DURATION else timestamp_ns(value)


@dataclass(frozen=True, slots=True)
class TypedValue:
    """A time as a person typed it: what it is, before it is known for which timeline."""

    text: str
    form: str  # "integer" (a count, or ns) | "time" (a number with a unit) | "date" (ISO 8601)
    value: int


def parse_value(text: str) -> TypedValue:
    """Read an integer (a count, or ns), a number with ns, us, ms or s, or an ISO 8601 date.

    Raises `ArgumentError` where `text` is none of them, or beyond 64 bits.
    """
    stripped = text.strip()
    if len(stripped) > LONGEST_TEXT:
        raise ArgumentError(f"time {stripped[:20]!r}… has {len(stripped)} characters; give a value that fits 64 bits")
    if re.fullmatch(r"[+-]?\d+", stripped):
        return TypedValue(text, "integer", _in_range(int(stripped), text))
    if match := _NUMBER_WITH_UNIT.fullmatch(stripped):
        return TypedValue(text, "time", _exact_ns(match[1], NS_PER_UNIT[match[2]], text))
    try:
        return TypedValue(text, "date", _iso_ns(stripped))
    except ValueError:
        raise ArgumentError(
            f"time {text!r} is not a value; give an integer, a number with ns, us, ms or s, or a date as in"
            " 2024-05-01T12:00:00"
        ) from None


def value_on(timeline: Timeline, typed: TypedValue) -> int:
    """Return the integer that `typed` is on `timeline`. Raises `NotInRecordingError` where the kinds don't fit."""
    allowed = {
        TimeKind.SEQUENCE: ("integer",),
        TimeKind.DURATION: ("integer", "time"),
        TimeKind.TIMESTAMP: ("integer", "time", "date"),
    }[timeline.kind]
    if typed.form in allowed:
        return typed.value
    expected = {
        TimeKind.SEQUENCE: "an integer",
        TimeKind.DURATION: "a number with a unit, such as 1.5s, or an integer in ns",
        TimeKind.TIMESTAMP: "an ISO 8601 date, or an integer in ns",
    }[timeline.kind]
    raise NotInRecordingError(
        f"time {typed.text!r} does not fit timeline {timeline.name!r} ({timeline.kind.value}); give {expected}"
    )


def format_value(kind: TimeKind, value: int) -> str:
    """Write `value` as a person reads it: `42`, `1.5s`, `2024-05-01T12:00:00.25Z`."""
    if kind is TimeKind.SEQUENCE:
        return str(value)
    seconds, ns = divmod(abs(value) if kind is TimeKind.DURATION else value, 1_000_000_000)
    fraction = f".{ns:09d}".rstrip("0").rstrip(".")
    if kind is TimeKind.DURATION:
        return f"{'-' if value < 0 else ''}{seconds}{fraction}s"
    return f"{np.datetime64(seconds, 's')}{fraction}Z"


def _iso_ns(text: str) -> int:
    """ISO 8601 to ns, keeping digits past the microsecond, which `datetime` drops."""
    if not re.match(r"[+-]?\d{4}-", text):
        raise ValueError(text)
    match = re.fullmatch(r"([^.,]+)(?:[.,](\d+))?(Z|[+-]\d\d:?\d\d)?", text)
    if match is None:
        raise ValueError(text)
    whole = dt.datetime.fromisoformat(match[1] + (match[3] or ""))
    return timestamp_ns(whole) + int((match[2] or "0")[:9].ljust(9, "0"))


def _exact_ns(number: str, unit_ns: int, text: str) -> int:
    from decimal import Decimal, DecimalException

    try:
        ns = Decimal(number) * unit_ns
        fits = INT64_MIN <= ns <= INT64_MAX
    except DecimalException:
        fits = False
    if not fits:
        raise ArgumentError(f"time {text!r} is beyond 64 bits of nanoseconds (about 292 years); give a smaller one")
    return round(ns)


def _seconds_ns(value: object, what: str, expected: str) -> int:
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return _in_range(int(value) * 1_000_000_000, value)
    if isinstance(value, (float, np.floating)):
        if not math.isfinite(value):
            raise ArgumentError(f"{what} is {value!r}; pass a finite number of seconds")
        fraction, whole = math.modf(float(value))  # apart, or a time of today would lose its last 8 bits
        return _in_range(int(whole) * 1_000_000_000 + round(fraction * 1e9), value)
    raise DtypeError(f"{what} is {value!r}, a {type(value).__name__}; pass {expected}")


def _numpy_ns(value: np.datetime64 | np.timedelta64) -> int:
    """A numpy time in ns. numpy itself wraps around without a word, so a rough size comes first."""
    if np.isnat(value):
        raise ArgumentError(f"time is {value!r}; pass a real time")
    unit, count = np.datetime_data(value.dtype)
    if unit not in _SECONDS_PER_UNIT:
        raise ArgumentError(f"time is {value!r}, without a unit; pass one such as 's' or 'ns'")
    rough_ns = int(value.astype(np.int64)) * count * _SECONDS_PER_UNIT[unit] * 1e9
    if abs(rough_ns) > 2**63 * 0.999:
        raise ArgumentError(
            f"time {value!r} does not fit 64 bits of nanoseconds (1678 to 2261, or 292 years); pass less"
        )
    kind = "datetime64[ns]" if isinstance(value, np.datetime64) else "timedelta64[ns]"
    return int(value.astype(kind).astype(np.int64))


def _in_range(ns: int, value: object) -> int:
    if not INT64_MIN <= ns <= INT64_MAX:
        raise ArgumentError(f"time {value!r} does not fit 64 bits; pass a value between -2^63 and 2^63-1")
    return ns
