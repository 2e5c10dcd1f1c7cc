"""Tables of a flatbuffer, read where they lie: as much of it as the heads of Arrow messages need.

Places come from the bytes themselves, so reading raises `struct.error` or `IndexError` where these are damaged: callers
take it for what it is. Source: flatbuffers.dev/internals.
"""

from __future__ import annotations

import struct

Data = bytes | memoryview
_U16, _U32, _I32 = struct.Struct("<H"), struct.Struct("<I"), struct.Struct("<i")


def root(data: Data, at: int) -> int:
    """Return where the table begins that a buffer at `at` holds."""
    return follow(data, at)


def follow(data: Data, at: int) -> int:
    """Return where that is which the reference at `at` means."""
    there: int = at + _U32.unpack_from(data, at)[0]
    return there


def member(data: Data, table: int, index: int) -> int:
    """Return where the member `index` of a table is; 0 where it has its default."""
    names = table - _I32.unpack_from(data, table)[0]
    if names < 0:
        raise IndexError(names)
    if 4 + 2 * index >= _U16.unpack_from(data, names)[0]:
        return 0
    there: int = _U16.unpack_from(data, names + 4 + 2 * index)[0]
    return table + there if there else 0


def vector(data: Data, at: int) -> tuple[int, int]:
    """Return where the first item of the vector is that is referred to at `at`, and how many there are."""
    there = follow(data, at)
    return there + 4, _U32.unpack_from(data, there)[0]
