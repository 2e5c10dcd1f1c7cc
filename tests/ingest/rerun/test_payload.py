"""The bytes that chunks lie in: unpacked, not to be written to, refused where they are not as long as they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from blazon.ingest.errors import SourceError
from blazon.ingest.rerun import payload
from blazon.ingest.slabs import SMALLEST, Slabs

PLAIN = np.random.default_rng(0).integers(0, 4, 3000, np.uint8).tobytes() + bytes(2000)
PACKED = pa.Codec("lz4_raw").compress(PLAIN, asbytes=True)


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview])
def test_bytes_are_unpacked_to_what_cannot_be_written_to(form: Callable[[bytes], Any]) -> None:
    for packed, compression in ((PLAIN, payload.NONE), (PLAIN, 0), (PACKED, payload.LZ4)):
        found = payload.uncompressed(form(packed), compression, len(PLAIN))
        assert (found.tobytes(), found.dtype, found.shape) == (PLAIN, np.uint8, (len(PLAIN),))
        assert not found.flags.writeable


def test_what_is_not_compressed_is_copied() -> None:
    sent = bytearray(PLAIN)
    found = payload.uncompressed(memoryview(sent), payload.NONE, len(PLAIN))
    sent[:] = bytes(len(PLAIN))
    assert found.tobytes() == PLAIN


@pytest.mark.parametrize("size", [0, 1, 2999, 4999, 5001, 5002, 6000, 255 * len(PACKED), 255 * len(PACKED) + 1, 2**62])
def test_other_sizes_than_it_has_are_refused(size: int) -> None:
    with pytest.raises(SourceError, match="a payload"):
        payload.uncompressed(PACKED, payload.LZ4, size)


def test_lz4_that_is_damaged_is_refused_or_has_its_size() -> None:
    random, refusals = np.random.default_rng(1), 0
    for number in range(2000):
        packed = bytearray(PACKED)
        for at in random.integers(0, len(packed), 1 + number % 3).tolist():
            packed[at] = int(random.integers(256))
        try:
            found = payload.uncompressed(packed[: len(packed) - number % 5 * 40], payload.LZ4, len(PLAIN))
            assert found.shape == (len(PLAIN),)
        except SourceError:
            refusals += 1
    assert 1000 < refusals < 2000
    for end in range(len(PACKED)):
        with pytest.raises(SourceError, match="a payload"):
            payload.uncompressed(PACKED[:end], payload.LZ4, len(PLAIN))


def test_large_payloads_lie_in_memory_that_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    slabs, plain = Slabs(), bytes(range(256)) * (SMALLEST // 256)
    monkeypatch.setattr(payload, "SLABS", slabs)
    packed = pa.Codec("lz4_raw").compress(plain, asbytes=True)
    starts = set()
    for sent, compression in ((packed, payload.LZ4), (plain, payload.NONE), (packed, payload.LZ4)):
        found = payload.uncompressed(sent, compression, len(plain))
        assert found.tobytes() == plain
        starts.add(found.ctypes.data)
        del found
    assert len(starts) == 1
    for broken in (packed[:-1], packed[1:], packed + packed, bytes(len(packed))):
        with pytest.raises(SourceError):
            payload.uncompressed(broken, payload.LZ4, len(plain))
        assert slabs.idle_bytes == len(plain)
