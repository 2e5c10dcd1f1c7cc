"""Depth images in a file: of one channel in what Pillow reads, or RVL as ROS 2 sends it.

RVL: Wilson, "Fast Lossless Depth Image Compression", 2017: runs of zeros and of others, whose differences are numbers
of three bits at a time. ROS 2 puts a head before that: `compressed_depth_image_transport`.
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import images
from blazon.ingest.errors import SourceError

RVL = "application/rvl"
MOST_PIXELS = 1 << 26  # RVL has no mark that tells it from anything else: damaged heads ask for anything
_HEAD = struct.Struct("<iffII")
_NIBBLES = np.arange(28, -1, -4, dtype=np.uint32)  # of a word, the first one on top
_MOST_NIBBLES = 11  # of one number of 32 bits


class _Rvl(NamedTuple):
    """The head of an image. quantized : of floats, what they were divided by, and what was added; 0: integers."""

    quantized: tuple[float, float]
    width: int
    height: int


def decode_depths(blob: NDArray[np.uint8], media_type: str | None) -> NDArray[Any]:
    """Return the depths in a file, (h, w): of its own dtype; of RVL uint16, or float32 with NaN for no depth.

    blob : uint8 (n,). Raises `SourceError` for what can't be read, or has several channels.
    """
    if media_type == RVL:
        return _decode_rvl(blob)
    values = images.decode_file(blob, media_type).values
    if values is None or values.shape[-1] != 1:
        raise SourceError(
            f"encoded depth image ({media_type or 'no media type'}) has colours; log depths with one channel, such as a"
            " PNG of 16 bits"
        )
    return values[..., 0]


def size_of_depths(blob: NDArray[np.uint8], media_type: str | None) -> tuple[int, int]:
    """Return the width and height of the depths in a file, from its head alone. Raises `SourceError`."""
    if media_type == RVL:
        head = _rvl_head(blob)
        return head.width, head.height
    return images.image_size(blob)


def _rvl_head(blob: NDArray[np.uint8]) -> _Rvl:
    if len(blob) < _HEAD.size:
        raise SourceError(f"RVL depth image has {len(blob)} bytes; its head alone has {_HEAD.size}: log all of it")
    _, a, b, width, height = _HEAD.unpack(blob[: _HEAD.size].tobytes())
    if not 0 < width * height <= MOST_PIXELS:
        raise SourceError(f"RVL depth image is {width}×{height} pixels; expected 1 to {MOST_PIXELS} in all")
    return _Rvl((a, b), width, height)


def _decode_rvl(blob: NDArray[np.uint8]) -> NDArray[Any]:
    head = _rvl_head(blob)
    words = blob[_HEAD.size :][: len(blob[_HEAD.size :]) // 4 * 4]
    depths = _runs(_numbers(np.frombuffer(words.tobytes(), "<u4")), head.width * head.height)
    a, b = head.quantized
    if a == 0:
        return depths.reshape(head.height, head.width)
    with np.errstate(divide="ignore"):
        metres = np.where(depths == 0, np.nan, a / (depths - np.float64(b)))
    return metres.astype(np.float32).reshape(head.height, head.width)


def _numbers(words: NDArray[np.uint32]) -> NDArray[np.int64]:
    """All numbers in words: each of nibbles, the lowest first, all but the last with their top bit set."""
    nibbles = (words[:, None] >> _NIBBLES & 15).reshape(-1)
    ends = np.flatnonzero(nibbles < 8)
    nibbles = nibbles[: ends[-1] + 1] if len(ends) else nibbles[:0]
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    places = np.arange(len(nibbles)) - np.repeat(starts, ends - starts + 1)
    if (places >= _MOST_NIBBLES).any():
        raise SourceError("RVL depth image holds a number of more than 32 bits; it is damaged: log all of it")
    parts = (nibbles & 7).astype(np.int64) << 3 * places
    return np.add.reduceat(parts, starts) if len(starts) else parts


def _runs(numbers: NDArray[np.int64], n: int) -> NDArray[np.uint16]:
    """The depths of `n` pixels: how many are zero, how many are not, the differences of those, and again."""
    is_depth, at, done = np.zeros(len(numbers), np.bool_), 0, 0
    where = np.zeros(n, np.bool_)
    while done < n:
        if at + 2 > len(numbers):
            raise SourceError(f"RVL depth image ends after {done} of {n} pixels; log all of it")
        zeros, others = int(numbers[at]), int(numbers[at + 1])
        if zeros + others == 0 or done + zeros + others > n or at + 2 + others > len(numbers):
            raise SourceError(f"RVL depth image is damaged, or cut short, after {done} of {n} pixels; log all of it")
        where[done + zeros : done + zeros + others] = True
        is_depth[at + 2 : at + 2 + others] = True
        at, done = at + 2 + others, done + zeros + others
    packed = numbers[is_depth]
    depths = np.cumsum((packed >> 1) ^ -(packed & 1))
    if len(depths) and not (depths.min() >= 0 and depths.max() <= 0xFFFF):
        raise SourceError("RVL depth image holds depths past 16 bits; it is damaged: log all of it")
    found = np.zeros(n, np.uint16)
    found[where] = depths
    return found
