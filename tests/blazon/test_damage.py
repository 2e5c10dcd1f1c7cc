"""Broken files, made here from good ones: a picture with warnings, or one line.

Never an exception, and never half a file.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import rerun as rr

from tests.blazon.conftest import HEIGHT, WIDTH, Answer, class_in, context, read_png, write

Call = Callable[..., Answer]
Random = np.random.Generator
SIZE = ("--size", "8x6")


def log_steps(stream: rr.RecordingStream) -> None:
    """Log a mask of class 1, 2, 3, 4, each in a chunk of its own."""
    stream.log("w", context(), static=True)
    for i in range(4):
        stream.flush()
        stream.set_time("frame", sequence=i)
        stream.log("w/mask", rr.SegmentationImage(np.full((HEIGHT, WIDTH), i + 1, np.uint8)))


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file without a footer and an end mark, as a program leaves it that is killed."""
    return write(tmp_path_factory.mktemp("bare") / "bare.rrd", log_steps, "bare", write_footer=False).read_bytes()


@pytest.fixture(scope="session")
def good(recordings: Path, bare: bytes) -> list[bytes]:
    """Files with and without a footer, with much and with little in them."""
    return [bare, *((recordings / f"{name}.rrd").read_bytes() for name in ("clip", "everything"))]


def flip(data: bytes, random: Random) -> bytes:
    """Some bytes become others."""
    out = bytearray(data)
    for at in random.integers(0, len(out), random.integers(1, 9)).tolist():
        out[at] = int(random.integers(256))
    return bytes(out)


def cut(data: bytes, random: Random) -> bytes:
    """The end is missing."""
    return data[: int(random.integers(1, len(data)))]


def drop(data: bytes, random: Random) -> bytes:
    """Something in the middle is missing."""
    start = int(random.integers(12, len(data)))
    return data[:start] + data[start + int(random.integers(1, 400)) :]


def splice(data: bytes, random: Random) -> bytes:
    """The beginning of the file, and then its end or its middle again."""
    return data[: int(random.integers(12, len(data)))] + data[int(random.integers(12, len(data))) :]


def fill(data: bytes, random: Random) -> bytes:
    """A hole: a run of zeros, or of ones."""
    start = int(random.integers(12, len(data)))
    length = min(int(random.integers(1, 300)), len(data) - start)
    return data[:start] + (b"\0", b"\xff")[int(random.integers(2))] * length + data[start + length :]


def lie(data: bytes, random: Random) -> bytes:
    """Eight bytes say 2^60 or another length that is not so."""
    start = int(random.integers(12, len(data) - 8))
    length = [2**60, 2**63, 2**64 - 1, 2**31, 2**32 - 1][int(random.integers(5))]
    return data[:start] + length.to_bytes(8, "little") + data[start + 8 :]


def broken(good: list[bytes], how: Callable[[bytes, Random], bytes], n: int) -> Iterator[bytes]:
    random = np.random.default_rng(list(how.__name__.encode()))
    for i in range(n):
        yield how(good[i % len(good)], random)


@pytest.mark.parametrize("how", [flip, cut, drop, splice, fill, lie], ids=lambda how: how.__name__)
def test_broken_files(call: Call, good: list[bytes], tmp_path: Path, how: Callable[[bytes, Random], bytes]) -> None:
    codes = []
    for i, data in enumerate(broken(good, how, 60)):
        source, out = tmp_path / f"{i}.rrd", tmp_path / f"{i}.png"
        source.write_bytes(data)
        answer = call("render", source, "-o", out, *SIZE)
        codes.append(answer.code)
        if answer.code == 0:
            assert all(line.startswith("blazon: warning: ") for line in answer.err.splitlines()), answer.err
            assert read_png(out).shape == (6, 8, 4)
        else:
            answer.refused(1)
            assert not out.exists()
        told = call("info", source)
        if told.code == 0:
            assert told.err == ""
            assert told.out.startswith("recording ")
        else:
            told.refused(1)
    assert codes.count(0) >= 10
    assert {each.suffix for each in tmp_path.iterdir()} <= {".rrd", ".png"}


def test_a_file_cut_anywhere_draws_what_is_complete(call: Call, bare: bytes, tmp_path: Path) -> None:
    """The earlier the cut, the earlier the last picture; and a cut file says that it is cut."""
    shown = []
    for stop in range(len(bare), 12, -61):
        source, out = tmp_path / f"{stop}.rrd", tmp_path / f"{stop}.png"
        source.write_bytes(bare[:stop])
        answer = call("render", source, "-o", out, *SIZE)
        if answer.code == 0:
            shown.append(class_in(out))
            assert answer.err.startswith("blazon: warning: ")
        else:
            answer.refused(1)
            shown.append(None)
    assert [each for each, _ in itertools.groupby(shown)] == [4, 3, 2, 1, None]


@pytest.mark.parametrize("length", [2**60, 2**64 - 1, 2**40])
def test_a_chunk_of_2_to_the_60_bytes(call: Call, bare: bytes, tmp_path: Path, length: int) -> None:
    """What comes before it is drawn, with a warning; alone, it is one line."""
    source, out = tmp_path / "long.rrd", tmp_path / "long.png"
    message = (2).to_bytes(8, "little") + length.to_bytes(8, "little") + bytes(100)
    source.write_bytes(bare[:12] + message)
    call("render", source, "-o", out, *SIZE).refused(1)
    source = tmp_path / "longer.rrd"  # the other may still be mapped
    source.write_bytes(bare + message)
    answer = call("render", source, "-o", out, *SIZE)
    assert answer.code == 0
    assert answer.err.startswith("blazon: warning: ")
    assert class_in(out) == 4


def test_a_warning_is_one_line_each(call: Call, tmp_path: Path, recordings: Path) -> None:
    source = tmp_path / "cut.rrd"
    source.write_bytes((recordings / "clip.rrd").read_bytes()[:-500])
    answer = call("render", source, "-o", tmp_path / "a.png", *SIZE)
    assert answer.code == 0
    assert len(answer.err.splitlines()) == 1
    assert '"what"' in call("info", source, "--json").out


def test_junk_behind_a_recording(call: Call, recordings: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "junk.rrd", tmp_path / "a.png"
    source.write_bytes((recordings / "clip.rrd").read_bytes() + b"\0" * 1000)
    answer = call("render", source, "-o", out, *SIZE)
    assert answer.code == 0
    assert class_in(out) == 4
    assert answer.err.startswith("blazon: warning: ")
