"""Pictures as PNG files, deflated quickly and on all cores. See docs/decisions/0003-png.md.

Source: the PNG specification, third edition; RFC 1950.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.slabs import empty
from blazon.render.kernels.compiled import in_slices
from blazon.render.kernels.png_rows import NONE, SUB, UP, filter_rows

LEVEL = 1  # of flat colours more takes twice the time for a tenth of the bytes
ROWS_PER_BAND = 128  # deflated by itself; no matter how many cores there are, so that bytes are the same everywhere
SAMPLED = 6  # rows that lie together tell which filter is best
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB, _RGBA = 2, 6
_HEADER = b"\x78\x01"  # of a zlib stream: 32 KiB back, fast
_ADLER = 65521
_FILTERS = NONE, SUB, UP
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint32]


def png_of(picture: Bytes, *, alone: bool = True) -> bytes:
    """Return a picture, uint8 (h, w, 4), sRGB, straight alpha, as the bytes of a PNG; opaque ones without alpha.

    alone : whether all cores are there for it. The bytes are the same either way, on any machine.
    """
    height, width = picture.shape[:2]
    words = np.ascontiguousarray(picture).view(np.uint32)[..., 0]
    channels = 3 if np.bitwise_and.reduce(words, axis=None) >> 24 == 255 else 4
    parts = [slice(start, min(start + ROWS_PER_BAND, height)) for start in range(0, height, ROWS_PER_BAND)]
    made: list[tuple[bytes, int]] = [(b"", 0)] * len(parts)

    def deflate(numbers: slice) -> None:
        for number in range(numbers.start, numbers.stop):
            rows = _filtered(words, parts[number], channels)
            stream = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
            is_last = number == len(parts) - 1
            deflated = stream.compress(rows.data) + stream.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH)
            made[number] = deflated, zlib.adler32(rows.data)

    if alone:
        in_slices(deflate, len(parts), 1)
    else:
        deflate(slice(0, len(parts)))
    total = 1
    for part, (_, each) in zip(parts, made, strict=True):
        total = _adler_of_both(total, each, (part.stop - part.start) * (1 + width * channels))
    head = struct.pack(">IIBBBBB", width, height, 8, _RGB if channels == 3 else _RGBA, 0, 0, 0)
    data = [_HEADER, *(deflated for deflated, _ in made), struct.pack(">I", total)]
    return b"".join(
        [_SIGNATURE, *_chunk(b"IHDR", head), *_chunk(b"sRGB", b"\0"), *_chunk(b"IDAT", *data), *_chunk(b"IEND")]
    )


def _filtered(words: Words, part: slice, channels: int) -> Bytes:
    """Some rows as they are deflated, uint8 (rows, 1 + bytes of a row): each begins with its filter."""
    middle = (part.start + part.stop) // 2
    sampled = slice(middle, min(middle + SAMPLED, part.stop))
    sizes = [len(zlib.compress(_apply(kind, words, sampled, channels).data, LEVEL)) for kind in _FILTERS]
    return _apply(_FILTERS[int(np.argmin(sizes))], words, part, channels)


def _apply(kind: int, words: Words, part: slice, channels: int) -> Bytes:
    nothing = np.zeros(words.shape[1], np.uint32)
    above = words[part.start - 1] if part.start else nothing
    rows = empty((part.stop - part.start, 1 + words.shape[1] * channels), np.uint8)
    filter_rows(words[part], above, nothing, kind, channels, rows)
    return rows


def _chunk(name: bytes, *data: bytes) -> list[bytes]:
    """A chunk of a PNG: how long it is, its name, what is in it, and a checksum."""
    check = zlib.crc32(name)
    for each in data:
        check = zlib.crc32(each, check)
    return [struct.pack(">I", sum(map(len, data))), name, *data, struct.pack(">I", check)]


def _adler_of_both(first: int, second: int, length: int) -> int:
    """The Adler-32 of two pieces one after the other. second : that of the second by itself, of `length` bytes."""
    low = ((first & 0xFFFF) + (second & 0xFFFF) - 1) % _ADLER
    high = ((first >> 16) + (second >> 16) + length * ((first & 0xFFFF) - 1)) % _ADLER
    return high << 16 | low
