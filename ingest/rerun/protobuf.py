"""The fields of a protobuf message, without a schema and without copying.

Every length is checked against the bytes that are there; a nested message is a view into its parent.
Source: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Mapping

from blazon.ingest.errors import SourceError

Value = int | memoryview
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES = 10
_GOES_ON = 0x80  # of a byte: another one follows


def fields(message: memoryview) -> list[tuple[int, Value]]:
    """Return (field number, value) of each field: an int for numbers, a view for bytes, strings and messages.

    message : bytes, of format B. `dict(fields(message))` is how protobuf reads single fields: the last one wins.
    Raises `SourceError` where a field reaches past the end or is of no known wire type.
    """
    found: list[tuple[int, Value]] = []
    at, end = 0, len(message)
    while at < end:
        key, at = (message[at], at + 1) if message[at] < _GOES_ON else _varint(message, at)
        wire_type = key & 7
        if wire_type in (_VARINT, _LENGTH):
            size, at = (message[at], at + 1) if at < end and message[at] < _GOES_ON else _varint(message, at)
            if wire_type == _VARINT:
                found.append((key >> 3, size))
                continue
        elif wire_type in (_FIXED64, _FIXED32):
            size = 8 if wire_type == _FIXED64 else 4
        else:
            raise SourceError(f"a protobuf field has wire type {wire_type}; expected 0, 1, 2 or 5: it is damaged")
        if size > end - at:
            raise SourceError(f"a protobuf field of {size} bytes has {end - at} left: the message is damaged")
        value = message[at : at + size]
        at += size
        found.append((key >> 3, value if wire_type == _LENGTH else int.from_bytes(value, "little")))
    return found


def number(found: Mapping[int, Value], field: int) -> int:
    """Return the number in `field`, 0 where it is not set. Raises `SourceError` where it isn't a number."""
    value = found.get(field, 0)
    if not isinstance(value, int):
        raise SourceError(f"protobuf field {field} holds bytes; expected a number: the message is damaged")
    return value


def view(found: Mapping[int, Value], field: int) -> memoryview:
    """Return the bytes in `field`, none where it is not set. Raises `SourceError` where it isn't bytes."""
    value = found.get(field, memoryview(b""))
    if isinstance(value, int):
        raise SourceError(f"protobuf field {field} holds a number; expected bytes: the message is damaged")
    return value


def text(found: Mapping[int, Value], field: int) -> str:
    """Return the string in `field`, "" where it is not set. Raises `SourceError` where it isn't UTF-8."""
    try:
        return str(view(found, field), "utf-8")
    except UnicodeDecodeError:
        raise SourceError(f"protobuf field {field} is not UTF-8: the message is damaged") from None


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """The number at `at`, and where the next byte is."""
    try:
        byte = message[at]
        if byte < _GOES_ON:
            return byte, at + 1
        value = byte & 0x7F
        for place in range(1, _MAX_VARINT_BYTES):
            byte = message[at + place]
            value |= (byte & 0x7F) << (7 * place)
            if byte < _GOES_ON:
                return value & 0xFFFFFFFFFFFFFFFF, at + place + 1
    except IndexError:
        raise SourceError("a protobuf number reaches past the end: the message is damaged") from None
    raise SourceError(f"a protobuf number has more than {_MAX_VARINT_BYTES} bytes: the message is damaged")
