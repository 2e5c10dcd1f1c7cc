"""The field iterator, against a writer of our own and against lies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blazon.ingest.errors import SourceError
from blazon.ingest.rerun.protobuf import fields, number, text, view
from tests.ingest.rerun.rrd_bytes import protobuf, varint

VALUES = st.integers(0, 2**64 - 1) | st.binary(max_size=300)


@given(st.dictionaries(st.integers(1, 2**29 - 1), VALUES))
def test_what_is_written_is_read(message: dict[int, int | bytes]) -> None:
    found = dict(fields(memoryview(protobuf(message))))
    assert {key: value if isinstance(value, int) else bytes(value) for key, value in found.items()} == message


def test_fixed_numbers_are_little_endian() -> None:
    data = varint(1 << 3 | 1) + (2**63 + 5).to_bytes(8, "little") + varint(2 << 3 | 5) + (7).to_bytes(4, "little")
    assert list(fields(memoryview(data))) == [(1, 2**63 + 5), (2, 7)]


def test_the_last_of_a_repeated_field_wins() -> None:
    assert number(dict(fields(memoryview(protobuf({1: 5}) + protobuf({1: 6})))), 1) == 6


def test_bytes_are_views_of_the_message() -> None:
    data = bytearray(protobuf({1: b"abc"}))
    value = view(dict(fields(memoryview(data))), 1)
    data[-1] = ord("d")
    assert bytes(value) == b"abd"


@given(st.binary(max_size=80))
def test_any_bytes_give_fields_or_a_source_error(data: bytes) -> None:
    try:
        found = list(fields(memoryview(data)))
    except SourceError:
        return
    assert sum(len(value) for _, value in found if not isinstance(value, int)) <= len(data)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (varint(1 << 3 | 2) + varint(2**60) + b"abc", "1152921504606846976 bytes has 3 left"),
        (varint(1 << 3 | 2) + varint(4) + b"abc", "4 bytes has 3 left"),
        (varint(1 << 3 | 1) + b"1234567", "8 bytes has 7 left"),
        (varint(1 << 3) + b"\x80", "past the end"),
        (varint(1 << 3) + b"\xff" * 10 + b"\x01", "more than 10 bytes"),
        (varint(1 << 3 | 3), "wire type 3"),
    ],
)
def test_a_lying_length_is_an_error(data: bytes, complaint: str) -> None:
    with pytest.raises(SourceError, match=complaint):
        list(fields(memoryview(data)))


def test_a_field_of_another_type_is_an_error() -> None:
    found = dict(fields(memoryview(protobuf({1: 5, 2: b"\xff"}))))
    with pytest.raises(SourceError, match="field 1 holds a number"):
        view(found, 1)
    with pytest.raises(SourceError, match="field 2 holds bytes"):
        number(found, 2)
    with pytest.raises(SourceError, match="field 2 is not UTF-8"):
        text(found, 2)
    assert (number(found, 9), bytes(view(found, 9)), text(found, 9)) == (0, b"", "")
