"""Videos that are damaged, cut short, or none at all: never a crash, never a wrong picture, never silence. §10."""

from __future__ import annotations

import io
import re
import struct
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import av
import numpy as np
import pytest
import rerun as rr
from hypothesis import given, settings
from hypothesis import strategies as st

import blazon as bz
from tests.pictures import is_empty
from tests.videos import HEIGHT, WIDTH, number_in, samples, video_file

FromSdk = Callable[..., bz.Recording]
SIZE = (WIDTH, HEIGHT)
MASK = bz.SegmentationImage(np.zeros((HEIGHT, WIDTH), np.uint8), opacity=0)  # so that there is always a view


def drawn(rec: bz.Recording, at: int = 0) -> tuple[np.ndarray, list[str]]:
    """A picture, and what was said about it."""
    with bz.Offscreen(*SIZE) as screen, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        picture = screen.render(rec, at=("frame", at), bounds=(0, 0, *SIZE), labels="off")
    return picture, [str(each.message) for each in told]


def referring(contents: bytes, times_s: Sequence[float] = (0.0,), *, target: str | None = None) -> bz.Recording:
    """A file, and references to it at frames 0, 1 and so on."""
    rec = bz.Recording()
    rec.log("a", MASK, static=True)
    rec.log("v", bz.AssetVideo(contents=contents), static=True)
    for frame, seconds in enumerate(times_s):
        rec.set_time("frame", sequence=frame)
        rec.log("v", bz.VideoFrameReference(seconds=seconds, video_reference=target))
    return rec


def streaming(given: Sequence[bytes], codec: Any = "H264") -> bz.Recording:
    rec = bz.Recording()
    rec.log("a", MASK, static=True)
    if codec is not None:
        rec.log("v", bz.VideoStream(codec), static=True)
    for frame, sample in enumerate(given):
        rec.set_time("frame", sequence=frame)
        rec.log("v", bz.VideoStream.from_fields(sample=sample))
    return rec


def audio() -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


def mpeg4_with_unknown_codec() -> bytes:
    """An MP4 whose codec has letters that nobody knows."""
    return video_file().replace(b"avc1", b"zzz1").replace(b"avcC", b"zzzC")


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"no video at all", r"not drawn: video file \(15 bytes\) can't be read"),
        (b"\0" * 5000, "can't be read"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "can't be read"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "can't be read"),
        (video_file()[:900], "can't be read"),
        (audio(), "holds audio and no video"),
        (mpeg4_with_unknown_codec(), "codec"),
    ],
    ids=["text", "zeros", "playlist", "concat", "no head", "audio", "unknown codec"],
)
def test_what_is_no_video_is_not_drawn_and_said(contents: bytes, message: str) -> None:
    picture, told = drawn(referring(contents))
    assert is_empty(picture)
    assert len(told) == 1
    assert re.search(message, told[0]), told
    assert "/v" in told[0]


def test_what_is_no_video_has_no_times() -> None:
    with pytest.raises(bz.SourceError, match=r"video file \(4 bytes\)"):
        bz.AssetVideo(contents=b"none").read_frame_timestamps_nanos()


def test_a_reference_to_an_entity_without_a_video() -> None:
    for target in ("nowhere", "a", "/"):
        picture, told = drawn(referring(video_file(), target=target))
        assert is_empty(picture)
        assert len(told) == 1
        assert "there is no video at /" + target.strip("/") in told[0]


def test_a_reference_that_is_no_path_comes_from_the_sdk(from_sdk: FromSdk) -> None:
    def log(stream: rr.RecordingStream) -> None:
        stream.log("a", rr.SegmentationImage(np.zeros((HEIGHT, WIDTH), np.uint8), opacity=0), static=True)
        stream.set_time("frame", sequence=0)
        stream.log("v", rr.VideoFrameReference(seconds=0, video_reference="a//b\\"))

    picture, told = drawn(from_sdk(log))
    assert is_empty(picture)
    assert len(told) == 1


@settings(max_examples=25)
@given(part=st.floats(0.02, 0.999), shape=st.sampled_from(["faststart", "frag_keyframe+empty_moov"]), b=st.booleans())
def test_of_a_file_that_was_cut_all_is_shown_that_is_there(part: float, shape: str, b: bool) -> None:
    """Each frame is the right one, or the last one before it that there is, and that is said."""
    whole = video_file(40, gop=10, flags=shape, b_frames=2 * b)
    rec = referring(whole[: int(part * len(whole))], [frame / 10 for frame in range(40)])
    shown = []
    with bz.Offscreen(*SIZE) as screen, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for at in (0, 39, 5, 20, 38, 12):
            picture = screen.render(rec, at=("frame", at), bounds=(0, 0, *SIZE))
            shown.append((at, None if is_empty(picture) else number_in_or_none(picture)))
    assert all(number is None or number <= at for at, number in shown)
    if any(number != at for at, number in shown):
        cut = whole[int(part * len(whole)) :]
        assert told or cut[4:8] in (b"moof", b"mfra")  # right there, nothing tells


def number_in_or_none(picture: np.ndarray) -> int | None:
    """A frame whose end was cut off may have a lower half that is grey."""
    return number_in(picture[: HEIGHT // 4])


def test_a_file_without_its_end_says_how_much_is_missing() -> None:
    whole = video_file(40, gop=10, flags="faststart")
    picture, told = drawn(referring(whole[: len(whole) * 3 // 4], [3.9]))
    assert not is_empty(picture)
    assert len(told) == 1
    assert "frames that the video file should have and has not: it was cut short (" in told[0]


def test_damage_in_the_middle_does_not_end_it() -> None:
    """After the next keyframe all is as it was."""
    whole = bytearray(video_file(40, gop=10, flags="faststart"))
    middle = whole.index(b"mdat") + 300
    whole[middle : middle + 400] = bytes(400)
    rec = referring(bytes(whole), [frame / 10 for frame in range(40)])
    assert number_in(drawn(rec, 39)[0]) == 39
    for at in (0, 10, 15):
        drawn(rec, at)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**31))
def test_damaged_files_do_not_crash(seed: int) -> None:
    rng = np.random.default_rng(seed)
    whole = bytearray(video_file(20, gop=5))
    for at in rng.integers(0, len(whole), 12):
        whole[at] = rng.integers(0, 256)
    rec = referring(bytes(whole), [frame / 10 for frame in range(20)])
    for at in (0, 19, 7):
        drawn(rec, at)


# --- streams


def test_a_stream_from_the_middle_shows_nothing_until_its_first_keyframe() -> None:
    rec = streaming(samples(24, gop=8)[3:])
    for at, count in ((0, 1), (4, 5)):
        picture, told = drawn(rec, at)
        assert is_empty(picture)
        assert len(told) == 1
        assert "video samples before the first keyframe" in told[0]
        assert ("(5)" in told[0]) == (count == 5)
    picture, told = drawn(rec, 5)
    assert number_in(picture) == 8
    assert not told


def test_a_stream_without_a_codec() -> None:
    picture, told = drawn(streaming(samples(), codec=None))
    assert is_empty(picture)
    assert len(told) == 1
    assert "samples but no codec" in told[0]


def test_a_codec_that_nobody_knows(from_sdk: FromSdk) -> None:
    def log(stream: rr.RecordingStream) -> None:
        stream.log("a", rr.SegmentationImage(np.zeros((HEIGHT, WIDTH), np.uint8), opacity=0), static=True)
        codec = rr.ComponentDescriptor("VideoStream:codec")
        batch = rr.components.ColorBatch([0x7A7A7A31])  # a number of 32 bits as well
        stream.log("v", [rr.DescribedComponentBatch(batch, codec)], static=True)
        stream.set_time("frame", sequence=0)
        stream.log("v", rr.VideoStream.from_fields(sample=samples()[0]))

    picture, told = drawn(from_sdk(log))
    assert is_empty(picture)
    assert any("codec 0x7a7a7a31 ('zzz1'); known are AV1, H264, H265, VP8, VP9" in each for each in told), told


def test_a_wrong_codec() -> None:
    picture, told = drawn(streaming(samples(codec="VP8"), "H264"), 3)
    assert is_empty(picture)
    assert "video samples before the first keyframe" in told[0]


def test_samples_of_no_bytes_show_nothing_and_are_passed_over() -> None:
    """As what was cleared: SDK, `VideoStream.cleared`."""
    given = list(samples())
    rec = streaming([given[0], b"", *given[1:]])
    assert is_empty(drawn(rec, 1)[0])
    assert [number_in(drawn(rec, at)[0]) for at in (0, 2, 3, 24)] == [0, 1, 2, 23]


def test_a_damaged_sample_shows_the_picture_before_and_says_so() -> None:
    given = list(samples(16, gop=8))
    given[3] = given[3][:5] + bytes(3)
    rec = streaming(given)
    picture, told = drawn(rec, 3)
    assert number_in(picture) <= 3
    assert told
    assert number_in(drawn(rec, 8)[0]) == 8
    assert number_in(drawn(rec, 15)[0]) == 15


def test_a_damaged_keyframe() -> None:
    """Its parameters are there, its picture is not."""
    given = list(samples(8))
    given[0] = given[0][:-10][: given[0].index(b"\0\0\1\x65") + 5]
    picture, told = drawn(streaming(given[:1]), 0)
    assert is_empty(picture)
    assert "can't be decoded" in told[0]


def test_a_codec_that_changes_in_the_middle() -> None:
    rec = bz.Recording()
    for frame in range(16):
        codec, first = ("H264", 0) if frame < 8 else ("VP9", 100)
        rec.set_time("frame", sequence=frame)
        rec.log("v", bz.VideoStream(codec, sample=samples(8, codec=codec, first=first)[frame % 8]))
    assert [number_in(drawn(rec, at)[0]) for at in (7, 8, 15, 3, 12)] == [7, 100, 107, 3, 104]


def test_samples_with_b_frames_are_told() -> None:
    """Their times can't say in which order they are decoded; the SDK has no word for it either."""
    with av.open(io.BytesIO(video_file(24, gop=24, b_frames=3))) as file:
        to_annex_b = av.BitStreamFilterContext("h264_mp4toannexb", file.streams.video[0])
        packets = [bytes(out) for each in file.demux(video=0) for out in to_annex_b.filter(each) if out.size]
    told = [message for at in range(24) for message in drawn(streaming(packets), at)[1]]
    assert any("B-frames" in each for each in told)


def test_nothing_is_written_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    """FFmpeg's own words would be of no use there."""
    whole = bytearray(video_file(20, gop=5))
    whole[len(whole) // 3 : len(whole) // 3 + 100] = bytes(100)
    capfd.readouterr()
    for contents in (b"no video", bytes(whole), video_file()[:-300]):
        drawn(referring(contents, [0.5]))
    assert capfd.readouterr().err == ""


def test_values_that_are_wrong_raise_where_they_are_given() -> None:
    for make in (
        bz.AssetVideo,
        lambda: bz.AssetVideo(path="a.mp4", contents=b""),
        bz.VideoFrameReference,
        lambda: bz.VideoFrameReference(1, seconds=2),
        lambda: bz.VideoFrameReference(1.5),
        lambda: bz.VideoFrameReference(2**63),
        lambda: bz.VideoFrameReference(seconds=float("nan")),
        lambda: bz.VideoStream("H266"),
        lambda: bz.VideoStream(None),
        lambda: bz.VideoStream("H264", sample="text"),
        bz.EncodedDepthImage,
    ):
        with pytest.raises(bz.ArgumentError):
            make()
    with pytest.raises(bz.SourceError, match=r"gone\.mp4"):
        bz.AssetVideo(path="gone.mp4")


def test_arguments_are_those_of_the_sdk() -> None:
    assert bz.VideoFrameReference(rr.components.VideoTimestamp(seconds=1.5)).components[
        "VideoFrameReference:timestamp"
    ].tolist() == [1_500_000_000]
    codec = bz.VideoStream(rr.VideoCodec.H265, is_keyframe=True).components["VideoStream:codec"]
    assert codec.tolist() == [rr.VideoCodec.H265.value]
    assert struct.pack(">I", bz.VideoCodec.AV1) == b"av01"
