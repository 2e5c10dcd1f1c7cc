"""What decoding costs, counted in packets; which samples are keyframes; colours; several threads."""

from __future__ import annotations

import gc
import io
import threading
import weakref
from fractions import Fraction

import av
import numpy as np
import pytest
import rerun as rr
import rerun_bindings
from av.video.reformatter import VideoReformatter

import blazon as bz
from blazon.ingest.archetypes.video import VideoCodec
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.moments import At
from blazon.ingest.timeline import TimeKind, Timeline
from blazon.ingest.video import frames
from blazon.ingest.video import videos as rooms
from blazon.ingest.video.files import Asset
from blazon.ingest.video.kept import FrameCache
from blazon.ingest.video.keyframes import keyframe_head
from blazon.ingest.video.tracks import Frame, follow_stream, stream_size
from tests.videos import ENCODERS, HEIGHT, WIDTH, number_in, samples, video_file

FRAME = Timeline("frame", TimeKind.SEQUENCE)
STREAM = ("VideoStream:codec", "VideoStream:sample")
PATH = EntityPath.parse("v")


def asset_of(contents: bytes) -> tuple[rooms.Videos, Asset]:
    """A file, and what shows its frames."""
    rec = bz.Recording()
    rec.log("v", bz.AssetVideo(contents=contents), static=True)
    cell = rec.latest(PATH, "AssetVideo:blob", At(None))
    assert cell is not None
    return rec.videos, Asset(cell.row_id, cell.value)


def stream_of(given: tuple[bytes, ...], codec: str = "H264") -> bz.Recording:
    rec = bz.Recording()
    rec.log("v", bz.VideoStream(codec), static=True)
    for frame, sample in enumerate(given):
        rec.set_time("frame", sequence=frame)
        rec.log("v", bz.VideoStream.from_fields(sample=sample))
    return rec


# --- files


@pytest.mark.parametrize("b_frames", [0, 2])
def test_playing_decodes_each_frame_once(b_frames: int) -> None:
    """And begins once, past all keyframes."""
    videos, asset = asset_of(video_file(60, gop=6, b_frames=b_frames))
    for number in range(60):
        assert number_in(videos.file_picture(asset, number).pixels) == number
        assert videos.work.packets <= number + 1 + 2 * bool(b_frames)
    assert (videos.work.packets, videos.work.seeks) == (60 + bool(b_frames), 1)


def test_a_few_frames_ahead_are_decoded_on_the_way() -> None:
    videos, asset = asset_of(video_file(60, gop=60))
    for number in range(0, 60, 5):
        assert number_in(videos.file_picture(asset, number).pixels) == number
    assert (videos.work.packets, videos.work.seeks) == (56, 1)


def test_a_jump_begins_at_the_nearest_keyframe() -> None:
    videos, asset = asset_of(video_file(120, gop=12))
    for number, packets in ((100, 5), (3, 4), (50, 3), (14, 3)):
        before = videos.work.packets
        assert number_in(videos.file_picture(asset, number).pixels) == number
        assert videos.work.packets - before == packets


def test_going_back_decodes_a_group_once() -> None:
    """What was decoded on the way to a frame is kept for a while."""
    videos, asset = asset_of(video_file(48, gop=12))
    assert [number_in(videos.file_picture(asset, number).pixels) for number in reversed(range(48))] == list(
        reversed(range(48))
    )
    assert (videos.work.packets, videos.work.seeks) == (48, 4)


def test_frames_that_are_kept_are_bounded() -> None:
    """With room for few, or for none, the pictures are the same."""
    for room in (0, 5 * WIDTH * HEIGHT * 3 // 2):
        videos, asset = asset_of(video_file(48, gop=12, b_frames=2))
        videos.frames = FrameCache(room)
        for number in (*range(0, 48, 7), *reversed(range(48)), *range(10)):
            assert number_in(videos.file_picture(asset, number).pixels) == number
            assert videos.frames.n_bytes <= room


def test_decoders_that_are_open_are_bounded() -> None:
    rec = bz.Recording()
    for each in range(rooms.MOST_DECODERS + 3):
        rec.log(f"v{each}", bz.AssetVideo(contents=video_file(8, first=each)), static=True)
        cell = rec.latest(EntityPath.parse(f"v{each}"), "AssetVideo:blob", At(None))
        assert cell is not None
        assert number_in(rec.videos.file_picture(Asset(cell.row_id, cell.value), 2).pixels) == each + 2
    assert len(rec.videos._decoders) == rooms.MOST_DECODERS


# --- streams


@pytest.mark.parametrize("codec", list(ENCODERS))
def test_playing_a_stream_gives_each_sample_once(codec: str) -> None:
    rec = stream_of(samples(48, codec=codec, gop=24), codec)
    track = follow_stream(rec, PATH, STREAM, FRAME)
    assert track is not None
    for number in range(48):
        found = track.at(number)
        assert found is not None
        frame: Frame = found.values["VideoStream:frame"]
        assert number_in(frame.picture().pixels) == number
        assert track.at(number) is found
    assert rec.videos.work.packets == 48


def test_a_stream_is_read_back_to_its_keyframe_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it is."""
    rec = stream_of(samples(200, gop=10))
    read = []
    load = rec.load_chunk
    monkeypatch.setattr(rec, "load_chunk", lambda ref: (read.append(ref), load(ref))[1])
    track = follow_stream(rec, PATH, STREAM, FRAME)
    assert track is not None
    found = track.at(195)
    assert found is not None
    assert number_in(found.values["VideoStream:frame"].picture().pixels) == 195
    assert len({id(ref) for ref in read}) <= 7  # five samples before it, itself, and the codec


def test_what_a_recording_forgets_is_not_kept_here() -> None:
    """Nor can what is left be decoded any more, before the next keyframe."""
    rec = stream_of(samples(24, gop=8))
    track = follow_stream(rec, PATH, STREAM, FRAME)
    assert track is not None
    for number in range(24):
        found = track.at(number)
        assert found is not None
        found.values["VideoStream:frame"].picture()
    index = rec.index_of(PATH)
    assert index is not None
    gone = index.temporal[FRAME, "VideoStream:sample"].refs()[:10]
    watched = [weakref.ref(each) for each in gone]
    rec.forget(gone)
    del gone, found
    assert [each() for each in watched] == [None] * 10
    cut = track.at(12)
    assert cut is not None
    assert isinstance(cut.values["VideoStream:frame"].error, bz.SourceError)
    assert number_in(track.at(17).values["VideoStream:frame"].picture().pixels) == 17  # type: ignore[union-attr]


def test_a_recording_that_is_dropped_is_gone_at_once() -> None:
    """Without waiting for Python's collector: it may hold gigabytes."""
    rec = stream_of(samples(24, gop=8))
    rec.log("f", bz.AssetVideo(contents=video_file()), static=True)
    rec.log("f", bz.VideoFrameReference(seconds=1), static=True)
    with bz.Offscreen(WIDTH, HEIGHT) as screen:
        screen.render(rec, view="v", at=("frame", 9))
        screen.render(rec, view="f")
    gone = weakref.ref(rec)
    gc.disable()
    try:
        del rec, screen
        assert gone() is None
    finally:
        gc.enable()


def test_the_size_of_a_stream_is_known_without_decoding_it() -> None:
    """Once for all keyframes that say the same."""
    rec = stream_of(samples(200, gop=10))
    for number in range(200):
        assert stream_size(rec, PATH, At(FRAME, number)) == (WIDTH, HEIGHT)
    stream = rec.videos.stream(PATH, FRAME)
    assert len(stream._sizes) == 1


@pytest.mark.parametrize("codec", list(ENCODERS))
def test_keyframes_are_those_that_the_reference_finds(codec: str) -> None:
    """Whole, cut short, and damaged."""
    kind = VideoCodec[codec]
    given = samples(24, codec=codec, gop=8)
    assert [i for i, sample in enumerate(given) if keyframe_head(kind, sample) is not None] == [0, 8, 16]
    for sample in given:
        theirs = rerun_bindings.video_detect_gop_start(sample, int(kind))
        assert (keyframe_head(kind, sample) is not None) == theirs


@pytest.mark.parametrize("codec", list(ENCODERS))
def test_damaged_samples_are_read_without_an_error(codec: str) -> None:
    rng = np.random.default_rng(3)
    for sample in (samples(9, codec=codec)[0], samples(9, codec=codec)[1]):
        for end in range(min(len(sample), 80)):
            keyframe_head(VideoCodec[codec], sample[:end])
        for _ in range(300):
            damaged = bytearray(sample)
            for at in rng.integers(0, min(len(sample), 60), 3):
                damaged[at] = rng.integers(0, 256)
            keyframe_head(VideoCodec[codec], bytes(damaged))


# --- threads


def test_several_threads_see_the_right_frames() -> None:
    """Each at its own pace, over the same file."""
    videos, asset = asset_of(video_file(60, gop=12, b_frames=2))
    wrong: list[tuple[int, int]] = []

    def look(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for number in [*range(seed, 60, 3), *rng.integers(0, 60, 40).tolist()]:
            found = number_in(videos.file_picture(asset, number).pixels)
            if found != number:
                wrong.append((number, found))

    threads = [threading.Thread(target=look, args=(seed,)) for seed in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong


# --- colours

MATRICES = {5: (0.299, 0.114), 1: (0.2126, 0.0722), 9: (0.2627, 0.0593)}


def flat(rgb: tuple[int, int, int], matrix: int, is_full: bool) -> av.VideoFrame:
    """A frame of one colour, by the equations of ITU-R BT.601, 709 and 2020."""
    kr, kb = MATRICES[matrix]
    red, green, blue = (each / 255 for each in rgb)
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    chroma = (blue - luma) / (2 - 2 * kb), (red - luma) / (2 - 2 * kr)
    scale, lift = ((255, 255), 0) if is_full else ((219, 224), 16)
    levels = [lift + scale[0] * luma, *(128 + scale[1] * each for each in chroma)]
    frame = av.VideoFrame(64, 48, "yuv420p")
    for plane, level in zip(frame.planes, levels, strict=True):
        plane.update(bytes([min(max(round(level), 0), 255)]) * plane.buffer_size)
    return frame


def encoded_flat(rgb: tuple[int, int, int], matrix: int, is_full: bool, *, says: bool) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=10, options={"preset": "ultrafast", "qp": "1"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        context = stream.codec_context
        if says:
            context.colorspace, context.color_range = matrix, 2 if is_full else 1
        for number in range(2):
            frame = flat(rgb, matrix, is_full)
            frame.pts, frame.time_base = number, Fraction(1, 10)
            if says:
                frame.colorspace, frame.color_range = matrix, 2 if is_full else 1
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize("rgb", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128), (200, 60, 90), (0, 0, 0)])
@pytest.mark.parametrize("matrix", list(MATRICES))
@pytest.mark.parametrize("is_full", [False, True])
def test_colors_are_those_that_were_encoded(rgb: tuple[int, int, int], matrix: int, is_full: bool) -> None:
    videos, asset = asset_of(encoded_flat(rgb, matrix, is_full, says=True))
    found = videos.file_picture(asset, 1)
    assert found.notes == ()
    assert np.abs(found.pixels[..., :3].astype(int) - rgb).max() <= 3
    assert (found.pixels[..., 3] == 255).all()


def test_what_says_nothing_is_bt709_of_limited_range() -> None:
    """As in the reference, whatever the size."""
    videos, asset = asset_of(encoded_flat((200, 60, 90), 1, False, says=False))
    assert np.abs(videos.file_picture(asset, 0).pixels[..., :3].astype(int) - (200, 60, 90)).max() <= 3


def test_a_picture_whose_rows_are_padded() -> None:
    videos, asset = asset_of(video_file(4, size=(104, 50)))
    picture = videos.file_picture(asset, 3).pixels
    assert picture.shape == (50, 104, 4)
    assert picture.flags.c_contiguous
    assert number_in(picture) == 3


def test_a_file_whose_head_comes_first_has_the_same_times() -> None:
    contents = video_file(30, container="mp4", flags="faststart")
    theirs = rr.AssetVideo(contents=contents, media_type="video/mp4").read_frame_timestamps_nanos()
    np.testing.assert_array_equal(bz.AssetVideo(contents=contents).read_frame_timestamps_nanos(), theirs)


@pytest.mark.parametrize("form", ["yuv420p", "yuv422p", "yuv444p", "nv12", "yuvj420p", "yuv420p10le"])
def test_every_column_of_a_frame_is_decoded(form: str) -> None:
    """Whatever its width, and whatever lay in memory where it is put."""
    for width in (*range(2, 70, 2), *range(320, 342), 642, 1366):
        frame = av.VideoFrame(width, 8, form)
        for plane in frame.planes:
            np.frombuffer(plane, np.uint8)[:] = 100
        seen = []
        for left in (0, 255):
            junk = [np.full(4 * width * 8 + 4096, left, np.uint8) for _ in range(4)]
            del junk
            seen.append(frames.decoded(frame, VideoReformatter()).pixels)
        assert (seen[0] == seen[0][0, 0]).all(), width
        np.testing.assert_array_equal(*seen)
