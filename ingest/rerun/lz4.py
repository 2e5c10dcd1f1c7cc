"""The first bytes of an LZ4 block, without the rest. Source: lz4's `lz4_Block_format.md`."""

from __future__ import annotations

import re

_SHORTEST_MATCH = 4
_GOES_ON = 15  # a length that is continued in the bytes that follow
_RUN = re.compile(rb"\xff*")


def first_bytes(block: bytes | memoryview, most: int) -> bytes:
    """Return up to `most` bytes of what an LZ4 block holds. Raises `IndexError` or `ValueError` for a damaged one."""
    packed = bytes(block[: 2 * most])  # as literals alone, and what is said of their lengths, if all are literals
    plain = bytearray()
    at = there = 0
    while there < most and at < len(packed):
        token = packed[at]
        at += 1
        length = token >> 4
        if length == _GOES_ON:
            length, at = _long(block, at)
        if length:
            plain += block[at : at + min(length, most)]
            at += length
        if at >= len(block):  # the last ones
            break
        there = len(plain)
        if there >= most:
            break
        start = there - (packed[at] | packed[at + 1] << 8)
        at += 2
        length = token & _GOES_ON
        if length == _GOES_ON:
            length, at = _long(block, at)
        length = min(length + _SHORTEST_MATCH, most)
        if not 0 <= start < there:
            raise ValueError(there - start)
        if start + length <= there:
            plain += plain[start : start + length]
        else:  # it repeats what it makes
            piece = plain[start:]
            plain += (piece * (length // len(piece) + 1))[:length]
        there = len(plain)
    return bytes(plain[:most])


def _long(block: bytes | memoryview, at: int) -> tuple[int, int]:
    """A length that goes on at `at`, and where the block does after it."""
    run = _RUN.match(block, at)
    end = run.end() if run is not None else at
    return _GOES_ON + 255 * (end - at) + block[end], end + 1
