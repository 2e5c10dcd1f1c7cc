"""Framing: files that are whole, concatenated, cut off and damaged."""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from blazon.ingest.errors import BlazonError, SourceError
from blazon.ingest.notices import Notices
from blazon.ingest.recording import Recording
from blazon.ingest.rerun import container
from tests.ingest.rerun.rrd_bytes import (
    ARROW_MSG,
    HEADER,
    arrow_msg,
    contents,
    ipc,
    log_a_bit,
    message,
    messages,
    split_footer,
    with_footer,
)

Loader = Callable[..., Recording]
ONE = arrow_msg(ipc({"Points2D:labels": pa.array([["one"]])}, entity=b"/one"))
TWO = arrow_msg(ipc({"Points2D:labels": pa.array([["two"]])}, entity=b"/two"))
LABELS = "Points2D:labels"


def labels(recording: Recording) -> list[str]:
    return [str(entity)[1:] for entity in recording.entities()]


def texts(recording: Recording) -> list[str]:
    return [str(each) for each in recording.notices.list()]


def test_a_whole_file_has_no_notices_and_reads_the_same_with_and_without_its_footer(
    a_bit: bytes, load_bytes: Loader
) -> None:
    with_manifest = load_bytes(a_bit)
    assert not with_manifest.notices.list()
    stream, _ = split_footer(a_bit)
    scanned = load_bytes(stream)
    assert contents(scanned) == contents(with_manifest)
    assert [str(each) for each in scanned.entities()] == [str(each) for each in with_manifest.entities()]
    assert {each: scanned.components(each) for each in scanned.entities()} == {
        each: with_manifest.components(each) for each in with_manifest.entities()
    }
    assert scanned.timelines() == with_manifest.timelines()


def test_a_file_written_without_a_footer_says_so(a_bit_without_footer: bytes, load_bytes: Loader) -> None:
    recording = load_bytes(a_bit_without_footer)
    assert len(contents(recording)) > 10
    assert texts(recording) == ["the file has no end mark: it was written without a footer, or more was to follow"]


def test_any_prefix_gives_what_is_complete_in_it(a_bit: bytes, load_bytes: Loader) -> None:
    frames = messages(a_bit)
    alone = []  # (where a message ends, what it holds)
    for kind, start, stop in frames:
        if kind == ARROW_MSG:
            alone.append((stop, contents(load_bytes(HEADER + a_bit[start:stop]))))
    edges = {edge + by for _, start, stop in frames for edge in (start, start + 16, stop) for by in (-1, 0, 1)}
    edges |= set(range(60)) | {len(a_bit) - by for by in range(1, 34)}
    edges |= set(np.random.default_rng(1).integers(0, len(a_bit), 60).tolist())
    first_store = frames[0][2]
    for cut in sorted(edge for edge in edges if 0 <= edge < len(a_bit)):
        if cut < first_store:
            with pytest.raises(SourceError) as caught:
                load_bytes(a_bit[:cut])
            assert "\n" not in str(caught.value)
            continue
        recording = load_bytes(a_bit[:cut])
        expected: dict[tuple[str, str], list[str]] = {}
        for stop, found in alone:
            for key, cells in found.items() if stop <= cut else ():
                expected[key] = sorted(expected.get(key, []) + cells)
        assert contents(recording) == expected, cut
        assert len(texts(recording)) == (cut != frames[-1][2]), cut  # one, but where only the footer is missing


def test_where_a_file_was_cut_off_is_said(load_bytes: Loader) -> None:
    recording = load_bytes(HEADER + ONE + TWO[:-3])
    assert labels(recording) == ["one"]
    at = len(HEADER + ONE)
    assert texts(recording) == [f"the file ends inside a message at byte {at}: what is complete is shown"]


def test_a_length_of_2_to_the_60_is_the_end_of_the_file(load_bytes: Loader) -> None:
    recording = load_bytes(HEADER + ONE + struct.pack("<QQ", ARROW_MSG, 2**60) + b"xyz")
    assert labels(recording) == ["one"]
    assert "ends inside a message" in texts(recording)[0]
    recording = load_bytes(HEADER + ONE + struct.pack("<QQ", ARROW_MSG, 2**60) + b"xyz" + HEADER + TWO)
    assert labels(recording) == ["one", "two"]


@pytest.mark.parametrize("end", [b"", with_footer(HEADER, b"")[len(HEADER) :]])
@pytest.mark.parametrize("first", [HEADER + ONE, HEADER + ONE + TWO[: len(TWO) // 2]])
def test_a_stream_after_one_that_was_cut_off_is_found(load_bytes: Loader, first: bytes, end: bytes) -> None:
    recording = load_bytes(first + HEADER + TWO + end)
    assert labels(recording) == ["one", "two"]
    assert f"the part of the file from byte 0 {'has no end mark' if first.endswith(ONE) else ''}" in texts(recording)[0]


def test_a_message_whose_length_swallows_the_next_stream_loses_only_itself(load_bytes: Loader) -> None:
    cut_off = ONE[:-100]  # its length still counts the 100 bytes, which now are those of the next stream
    recording = load_bytes(HEADER + cut_off + HEADER + ONE + TWO)
    assert labels(recording) == ["one", "two"]
    assert any("a chunk was skipped" in each for each in texts(recording))
    assert any("is damaged at byte" in each for each in texts(recording))


def test_a_bad_kind_ends_a_stream_and_not_those_after_it(load_bytes: Loader) -> None:
    damaged = HEADER + ONE + message(77, b"what") + ONE
    alone = load_bytes(damaged)
    assert labels(alone) == ["one"]
    assert texts(alone) == [f"the file is damaged at byte {len(HEADER + ONE)}: what follows can't be read"]
    recording = load_bytes(damaged + HEADER + TWO)
    assert labels(recording) == ["one", "two"]
    assert re.search("damaged at byte .* was skipped", texts(recording)[0])


def test_noise_after_a_footer_is_said(a_bit: bytes, load_bytes: Loader) -> None:
    recording = load_bytes(a_bit + b"noise" * 10)
    assert contents(recording) == contents(load_bytes(a_bit))
    recording = load_bytes(a_bit + b"noise" * 10)
    assert texts(recording) == [f"the file is damaged at byte {len(a_bit)}: what follows can't be read"]


def test_an_old_stream_behind_a_new_one_is_passed_over_with_a_notice(load_bytes: Loader) -> None:
    old = b"RRF2" + bytes([0, 23, 4, 0, 1, 2, 0, 0]) + TWO
    recording = load_bytes(HEADER + ONE + old)
    assert labels(recording) == ["one"]
    assert "damaged at byte" in texts(recording)[0]


def test_footers_are_followed_backwards_and_nothing_else_is_read(
    a_bit: bytes, save: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def walk(_data: object, start: int, stop: int, _notices: object) -> list[container.Stream]:
        assert start == stop, "the file was walked"
        return []

    other = save(log_a_bit, id="other").read_bytes()
    notices = Notices()
    monkeypatch.setattr(container, "walk", walk)
    streams = container.find_streams(a_bit + other + a_bit, notices)
    first, second = len(a_bit), len(a_bit + other)
    assert [(each.start, each.stop) for each in streams] == [
        (0, first),
        (first, second),
        (second, second + first),
    ]
    assert all(each.footer and each.messages is None for each in streams)


def test_only_the_end_of_a_file_with_a_footer_is_touched(a_bit: bytes, load_bytes: Loader) -> None:
    """All but the header and the footer may be anything, as long as nobody asks for it."""
    _, footer_start, _ = messages(a_bit)[-1]
    hollow = a_bit[:12] + bytes(footer_start - 12) + a_bit[footer_start:]
    recording = load_bytes(hollow)
    assert [str(each) for each in recording.entities()] == [str(each) for each in load_bytes(a_bit).entities()]
    recording = load_bytes(hollow)
    assert contents(recording).keys() >= {("/scene/mask", "SegmentationImage:buffer")}
    assert all("a chunk was skipped" in each for each in texts(recording))


@pytest.mark.parametrize("flip", [-32, -24, -16, -12, -8, -4])
def test_a_damaged_footer_means_that_the_file_is_read_through(a_bit: bytes, load_bytes: Loader, flip: int) -> None:
    damaged = bytearray(a_bit)
    damaged[flip] ^= 1
    recording = load_bytes(bytes(damaged))
    assert contents(recording) == contents(load_bytes(a_bit))
    recording = load_bytes(bytes(damaged))
    is_said = flip in (-16, -12, -8)  # the rest a walk doesn't need: it knows where the footer's message is
    assert len(texts(recording)) == is_said


def test_a_wrong_checksum_is_said(a_bit: bytes, load_bytes: Loader) -> None:
    damaged = bytearray(a_bit)
    damaged[-100] ^= 1  # inside the manifest
    (text,) = texts(load_bytes(bytes(damaged)))
    assert re.search(r"the footer at byte \d+ is damaged \(its checksum is [0-9a-f]{8}, not [0-9a-f]{8}\)", text)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"RRF2", "ends inside its header, after 4 bytes"),
        (HEADER, "holds no recording"),
        (b"RRF0" + HEADER[4:], "written by rerun-sdk 0.22 or older; 0.24 or later is needed"),
        (b"RRF1" + HEADER[4:], "written by rerun-sdk 0.22 or older; 0.24 or later is needed"),
        (HEADER[:9] + b"\1\0\0", "written by rerun-sdk 0.41.0; 0.24 or later is needed"),
        (HEADER[:5] + b"\x17\4" + HEADER[7:], "written by rerun-sdk 0.23.4; 0.24 or later is needed"),
        (HEADER[:9] + b"\3\0\0", "its header ends with 01 03 00 00; expected 01 02 00 00"),
        (HEADER + message(ARROW_MSG, b"") * 2, "holds no recording"),
        (HEADER + arrow_msg(b"", kind=2), "holds no recording"),
    ],
)
def test_what_is_not_a_recording_is_an_error(load_bytes: Loader, data: bytes, complaint: str) -> None:
    with pytest.raises(SourceError, match=re.escape(complaint)) as caught:
        load_bytes(data)
    assert "file.rrd: " in str(caught.value)


def test_splices_never_raise_anything_else(a_bit: bytes, a_bit_without_footer: bytes, load_bytes: Loader) -> None:
    random = np.random.default_rng(2)
    sources = (a_bit, a_bit_without_footer)
    for _ in range(120):
        pieces = []
        for _ in range(random.integers(2, 5)):
            source = sources[random.integers(2)]
            start, stop = sorted(random.integers(0, len(source), 2).tolist())
            pieces.append(source[start:stop])
        with contextlib.suppress(BlazonError):
            contents(load_bytes(HEADER + b"".join(pieces)))
