"""Times: what a person types, what a program passes, and how they are shown."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blazon.ingest.errors import ArgumentError, DtypeError, NotInRecordingError
from blazon.ingest.timeline import (
    INT64_MAX,
    INT64_MIN,
    TimeKind,
    Timeline,
    duration_ns,
    format_value,
    parse_value,
    sequence_value,
    timestamp_ns,
    value_on,
)

NOON = 1714564800_000000000  # 2024-05-01T12:00:00Z


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("12", "integer", 12),
        ("-3", "integer", -3),
        (" 7 ", "integer", 7),
        ("5ns", "time", 5),
        ("1.5us", "time", 1500),
        ("2 ms", "time", 2_000_000),
        (".5s", "time", 500_000_000),
        ("-1e-3s", "time", -1_000_000),
        ("0.1s", "time", 100_000_000),
        ("2024-05-01T12:00:00", "date", NOON),
        ("2024-05-01T12:00:00Z", "date", NOON),
        ("2024-05-01T14:00:00+02:00", "date", NOON),
        ("2024-05-01 12:00", "date", NOON),
        ("2024-05-01", "date", NOON - 12 * 3600 * 10**9),
        ("2024-05-01T12:00:00.123456789Z", "date", NOON + 123456789),
        ("2024-05-01T12:00:00.5", "date", NOON + 500_000_000),
    ],
)
def test_what_a_person_types(text: str, form: str, value: int) -> None:
    typed = parse_value(text)
    assert (typed.form, typed.value) == (form, value)


@pytest.mark.parametrize(
    "text", ["", "x", "1h", "1.5", "2024-13-01", "2024-05-01T25:00", "--3", "1s2", "9" * 30, "1e12s", "last"]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ArgumentError):
        parse_value(text)


@given(st.integers(INT64_MIN, INT64_MAX), st.sampled_from(TimeKind))
def test_what_is_shown_can_be_typed(value: int, kind: TimeKind) -> None:
    shown = format_value(kind, value)
    if kind is TimeKind.TIMESTAMP and not 0 < value < 2**62:
        return  # years that ISO 8601 writes otherwise
    assert parse_value(shown).value == value


@given(st.integers(INT64_MIN, INT64_MAX))
def test_integers_are_exact_in_every_kind(value: int) -> None:
    for kind in TimeKind:
        assert value_on(Timeline("t", kind), parse_value(str(value))) == value


@pytest.mark.parametrize(
    ("kind", "text"), [(TimeKind.SEQUENCE, "1s"), (TimeKind.SEQUENCE, "2024-05-01"), (TimeKind.DURATION, "2024-05-01")]
)
def test_a_value_that_does_not_fit_the_timeline(kind: TimeKind, text: str) -> None:
    with pytest.raises(NotInRecordingError, match="does not fit timeline 't'"):
        value_on(Timeline("t", kind), parse_value(text))


@pytest.mark.parametrize(
    ("value", "ns"),
    [
        (2, 2 * 10**9),
        (1.5, 1_500_000_000),
        (np.float32(0.25), 250_000_000),
        (dt.timedelta(microseconds=3), 3000),
        (np.timedelta64(7, "ns"), 7),
        (np.timedelta64(7, "ms"), 7_000_000),
    ],
)
def test_durations(value: object, ns: int) -> None:
    assert duration_ns(value) == ns


@pytest.mark.parametrize(
    "value",
    [
        NOON / 1e9,
        dt.datetime(2024, 5, 1, 12),
        dt.datetime(2024, 5, 1, 14, tzinfo=dt.timezone(dt.timedelta(hours=2))),
        np.datetime64("2024-05-01T12:00:00"),
        NOON // 10**9,
    ],
)
def test_timestamps(value: object) -> None:
    assert timestamp_ns(value) == NOON


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.timedelta64("NaT"), 1e30, 10**30])
def test_durations_that_are_none(value: object) -> None:
    with pytest.raises(ArgumentError):
        duration_ns(value)


@pytest.mark.parametrize("value", ["1", None, True, 1.5, [1]])
def test_sequences_are_whole_numbers(value: object) -> None:
    with pytest.raises(DtypeError):
        sequence_value(value)
