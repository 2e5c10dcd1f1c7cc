"""Videos: AssetVideo with VideoFrameReference, and VideoStream, logged by the real SDK."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.moments import At
from blazon.ingest.video.files import Asset
from tests import naive
from tests.pictures import BLUE, RED, Draw, pixel, write_rrd
from tests.videos import ENCODERS, HEIGHT, WIDTH, number_in, numbered, samples, video_file

FromSdk = Callable[..., bz.Recording]
Shows = Callable[..., int]
SIZE = (WIDTH, HEIGHT)


@pytest.fixture
def shows(screen: Callable[..., bz.Offscreen]) -> Shows:
    """`shows(rec, 3)` is the number of the frame that is drawn at frame 3."""
    one = screen(*SIZE)

    def shows(rec: bz.Recording, at: int, **look: Any) -> int:
        return number_in(one.render(rec, at=("frame", at), labels="off", **look))

    return shows


def auto_frames(contents: bytes) -> Callable[[rr.RecordingStream], None]:
    """The SDK's example: a video with automatically determined frames."""

    def log(stream: rr.RecordingStream) -> None:
        asset = rr.AssetVideo(contents=contents, media_type="video/mp4")
        stream.log("video", asset, static=True)
        times = asset.read_frame_timestamps_nanos()
        stream.send_columns(
            "video",
            indexes=[rr.TimeColumn("frame", sequence=np.arange(len(times)))],
            columns=rr.VideoFrameReference.columns_nanos(times),
        )

    return log


def streamed(
    given: Sequence[bytes], codec: str = "H264", order: Sequence[int] | None = None, path: str = "v"
) -> Callable[[rr.RecordingStream], None]:
    """A codec, and a sample for each frame. order : in which they are logged."""

    def log(stream: rr.RecordingStream) -> None:
        stream.log(path, rr.VideoStream(codec=codec), static=True)  # type: ignore[arg-type]
        for frame in order if order is not None else range(len(given)):
            stream.set_time("frame", sequence=frame)
            stream.log(path, rr.VideoStream.from_fields(sample=given[frame]))

    return log


# --- files


@pytest.mark.parametrize("b_frames", [0, 2])
def test_each_reference_shows_its_frame(from_sdk: FromSdk, shows: Shows, b_frames: int) -> None:
    """Forward, backward and at random, whatever the order in which frames lie in the file."""
    rec = from_sdk(auto_frames(video_file(b_frames=b_frames)))
    asked = [*range(30), *reversed(range(30)), *np.random.default_rng(0).integers(0, 30, 30).tolist()]
    assert [shows(rec, frame) for frame in asked] == asked


@pytest.mark.parametrize("codec", ["H264", "H265", "AV1", "VP9"])
def test_codecs_of_files(from_sdk: FromSdk, shows: Shows, codec: str) -> None:
    rec = from_sdk(auto_frames(video_file(12, codec=codec)))
    assert [shows(rec, frame) for frame in (0, 1, 5, 11, 3)] == [0, 1, 5, 11, 3]


@pytest.mark.parametrize("codec", ["H264", "H265"])
def test_frames_that_need_what_lies_before_their_keyframe(codec: str) -> None:
    """Open groups of pictures: frames after a keyframe, shown before it, refer to the group before. Each from anew."""
    contents = video_file(40, codec=codec, b_frames=3, is_open=True)
    for number in range(40):
        rec = bz.Recording()
        rec.log("v", bz.AssetVideo(contents=contents), static=True)
        cell = rec.latest(EntityPath.parse("v"), "AssetVideo:blob", At(None))
        assert cell is not None
        assert number_in(rec.videos.file_picture(Asset(cell.row_id, cell.value), number).pixels) == number


@pytest.mark.parametrize("trimmed", [0, 3])
def test_edits_of_a_file_are_not_made(trimmed: int) -> None:
    """As the SDK tells times: all frames that are there count."""
    whole = bytearray(video_file(b_frames=2))
    at = whole.index(b"elst") + 4 + 4 + 4 + 4  # its version, how many there are, how long the first one is
    start = int.from_bytes(whole[at : at + 4], "big")
    whole[at : at + 4] = (start + trimmed * 1024).to_bytes(4, "big")
    theirs = rr.AssetVideo(contents=bytes(whole), media_type="video/mp4").read_frame_timestamps_nanos()
    np.testing.assert_array_equal(bz.AssetVideo(contents=bytes(whole)).read_frame_timestamps_nanos(), theirs)


@pytest.mark.parametrize(("container", "codec"), [("matroska", "H264"), ("webm", "VP8"), ("mov", "H265")])
def test_containers_that_the_reference_does_not_read(shows: Shows, container: str, codec: str) -> None:
    rec = bz.Recording()
    asset = bz.AssetVideo(contents=video_file(12, codec=codec, container=container))
    rec.log("v", asset, static=True)
    for frame, shown_ns in enumerate(asset.read_frame_timestamps_nanos().tolist()):
        rec.set_time("frame", sequence=frame)
        rec.log("v", bz.VideoFrameReference(nanoseconds=shown_ns))
    assert [shows(rec, frame) for frame in (0, 11, 5, 6)] == [0, 11, 5, 6]


def test_the_last_frame_not_after_a_time_is_shown(from_sdk: FromSdk, shows: Shows) -> None:
    """Frames are 100 ms apart; before the first the first, past the end the last."""
    milliseconds = [-500, 0, 1, 99, 100, 199, 250, 2899, 2900, 3100, 10**9]
    expected = [0, 0, 0, 0, 1, 1, 2, 28, 29, 29, 29]

    def log(stream: rr.RecordingStream) -> None:
        stream.log("v", rr.AssetVideo(contents=video_file(b_frames=2), media_type="video/mp4"), static=True)
        for frame, shown_ms in enumerate(milliseconds):
            stream.set_time("frame", sequence=frame)
            stream.log("v", rr.VideoFrameReference(nanoseconds=shown_ms * 10**6))

    rec = from_sdk(log)
    assert [shows(rec, frame) for frame in range(len(expected))] == expected


def test_times_that_were_rounded_are_forgiven(from_sdk: FromSdk, shows: Shows) -> None:
    """A third of a second in nanoseconds is less than that of the file, by less than a tick of it."""

    def log(stream: rr.RecordingStream) -> None:
        stream.log("v", rr.AssetVideo(contents=video_file(rate=3), media_type="video/mp4"), static=True)
        for frame in range(30):
            stream.set_time("frame", sequence=frame)
            stream.log("v", rr.VideoFrameReference(nanoseconds=frame * 10**9 // 3))

    rec = from_sdk(log)
    assert [shows(rec, frame) for frame in range(30)] == list(range(30))


@pytest.mark.parametrize("rate", [3, 7, 24, 30, 60])
@pytest.mark.parametrize("b_frames", [0, 2])
def test_times_of_frames_are_those_that_the_sdk_tells(rate: int, b_frames: int) -> None:
    contents = video_file(rate=rate, b_frames=b_frames)
    expected = rr.AssetVideo(contents=contents, media_type="video/mp4").read_frame_timestamps_nanos()
    np.testing.assert_array_equal(bz.AssetVideo(contents=contents).read_frame_timestamps_nanos(), expected)


def test_a_reference_to_another_entity(from_sdk: FromSdk, screen: Callable[..., bz.Offscreen]) -> None:
    """The SDK's example of manual references: one video, frozen at two times, in two views."""

    def log(stream: rr.RecordingStream) -> None:
        stream.log("asset", rr.AssetVideo(contents=video_file(), media_type="video/mp4"), static=True)
        stream.log("frame_1s", rr.VideoFrameReference(seconds=1.0, video_reference="asset"))
        stream.log("frame_2s", rr.VideoFrameReference(seconds=2.0, video_reference="/asset"))

    rec, one = from_sdk(log), screen(*SIZE)
    assert [number_in(one.render(rec, view=view)) for view in ("frame_1s", "frame_2s")] == [10, 20]
    both = one.render(rec, timeline="log_time")
    assert both.shape == (HEIGHT, WIDTH, 4)


def test_a_reference_is_kept_while_times_change(from_sdk: FromSdk, shows: Shows) -> None:
    """The path is logged once; latest-at keeps it."""

    def log(stream: rr.RecordingStream) -> None:
        stream.log("asset", rr.AssetVideo(contents=video_file(), media_type="video/mp4"), static=True)
        stream.set_time("frame", sequence=0)
        stream.log("v", rr.VideoFrameReference(nanoseconds=0, video_reference="asset"))
        for frame in range(1, 5):
            stream.set_time("frame", sequence=frame)
            stream.log("v", rr.VideoFrameReference(nanoseconds=frame * 10**8))

    rec = from_sdk(log)
    assert [shows(rec, frame) for frame in range(5)] == list(range(5))


def test_an_asset_that_is_replaced_changes_the_picture(shows: Shows) -> None:
    """Nothing is logged at the entity that refers to it."""
    rec = bz.Recording()
    rec.set_time("frame", sequence=0)
    rec.log("v", bz.VideoFrameReference(seconds=0.2, video_reference="asset"))
    rec.log("asset", bz.AssetVideo(contents=video_file()))
    assert shows(rec, 0) == 2
    rec.log("asset", bz.AssetVideo(contents=video_file(8, first=100)))
    assert shows(rec, 0) == 102
    rec.set_time("frame", sequence=5)
    rec.log("asset", bz.AssetVideo(contents=video_file(8, first=200)))
    assert [shows(rec, frame) for frame in (0, 4, 5, 9, 4)] == [102, 102, 202, 202, 102]


def test_a_clear_takes_the_picture_away(screen: Callable[..., bz.Offscreen], shows: Shows) -> None:
    """§9: until the next reference."""
    rec = bz.Recording()
    rec.log("v", bz.AssetVideo(contents=video_file()), static=True)
    for frame, thing in enumerate(
        [bz.VideoFrameReference(seconds=0.1), bz.Clear(recursive=False), bz.VideoFrameReference(seconds=0.2)]
    ):
        rec.set_time("frame", sequence=frame)
        rec.log("v", thing)
    assert (shows(rec, 0), shows(rec, 2)) == (1, 2)
    assert (screen(*SIZE).render(rec, at=("frame", 1)) == (13, 16, 17, 255)).all()


# --- streams


@pytest.mark.parametrize("codec", list(ENCODERS))
def test_each_sample_is_shown(from_sdk: FromSdk, shows: Shows, codec: str) -> None:
    rec = from_sdk(streamed(samples(codec=codec), codec))
    asked = [*range(24), *reversed(range(24)), *np.random.default_rng(1).integers(0, 24, 30).tolist()]
    assert [shows(rec, frame) for frame in asked] == asked


def test_between_samples_the_last_one_is_shown(shows: Shows) -> None:
    rec = bz.Recording()
    rec.log("v", bz.VideoStream("h264"), static=True)
    for number, sample in enumerate(samples()):
        rec.set_time("frame", sequence=10 * number)
        rec.log("v", bz.VideoStream.from_fields(sample=sample))
    assert [shows(rec, at) for at in (0, 9, 10, 19, 155, 239, 10**6)] == [0, 0, 1, 1, 15, 23, 23]


def test_samples_that_were_logged_out_of_order(from_sdk: FromSdk, shows: Shows) -> None:
    """§9: the time decides."""
    order = np.random.default_rng(2).permutation(24).tolist()
    rec = from_sdk(streamed(samples(), order=order))
    assert [shows(rec, frame) for frame in range(24)] == list(range(24))


def test_samples_in_chunks_that_overlap(from_sdk: FromSdk, shows: Shows) -> None:
    """The even ones, then the odd ones, then three of them that came apart."""
    given = samples()

    def log(stream: rr.RecordingStream) -> None:
        stream.log("v", rr.VideoStream(codec="H264"), static=True)
        for part in (
            [4, 9, 17],
            [i for i in range(0, 24, 2) if i != 4],
            [i for i in range(1, 24, 2) if i not in (9, 17)],
        ):
            stream.send_columns(
                "v",
                indexes=[rr.TimeColumn("frame", sequence=part)],
                columns=rr.VideoStream.columns(sample=[given[i] for i in part]),
            )

    rec = from_sdk(log)
    asked = [*range(24), 11, 3, 23, 16, 17, 9, 2]
    assert [shows(rec, frame) for frame in asked] == asked


def test_a_sample_that_comes_late_is_used(shows: Shows) -> None:
    """What was decoded without it is decoded again."""
    given, rec = samples(gop=24), bz.Recording()
    rec.log("v", bz.VideoStream("H264"), static=True)
    for frame in (0, 1, 2, 4, 5):
        rec.set_time("frame", sequence=frame)
        rec.log("v", bz.VideoStream.from_fields(sample=given[frame]))
    shows_before = rec.videos.work.packets
    shows(rec, 4)
    rec.set_time("frame", sequence=3)
    rec.log("v", bz.VideoStream.from_fields(sample=given[3]))
    assert [shows(rec, frame) for frame in (5, 4, 3)] == [5, 4, 3]
    assert rec.videos.work.packets - shows_before == 4 + 6


def test_a_stream_on_another_timeline(from_sdk: FromSdk, screen: Callable[..., bz.Offscreen], shows: Shows) -> None:
    """§9: rows that do not carry the timeline do not exist there."""
    given = samples()

    def log(stream: rr.RecordingStream) -> None:
        stream.log("v", rr.VideoStream(codec="H264"), static=True)
        for frame, sample in enumerate(given):
            stream.reset_time()
            if frame < 16:
                stream.set_time("other", sequence=100 - frame)
            stream.set_time("frame", sequence=frame)
            stream.log("v", rr.VideoStream.from_fields(sample=sample))
        stream.reset_time()
        stream.set_time("empty", sequence=0)
        stream.log("b", rr.Boxes2D(half_sizes=[[9, 9]]))

    rec, one = from_sdk(log), screen(*SIZE)
    assert shows(rec, 23) == 23
    with pytest.warns(bz.BlazonWarning):  # backwards in time nothing can be decoded but keyframes
        one.render(rec, at=("other", 95))
    assert number_in(one.render(rec, at=("other", 100))) == 0
    assert number_in(one.render(rec, at=("other", 92))) == 8


def test_a_cleared_stream_goes_on_from_the_keyframe_before(screen: Callable[..., bz.Offscreen], shows: Shows) -> None:
    """As in the reference: what hides a picture does not take away what later ones need."""
    rec = bz.Recording()
    rec.log("v", bz.VideoStream("H264"), static=True)
    for frame, sample in enumerate(samples()):
        rec.set_time("frame", sequence=2 * frame)
        rec.log("v", bz.VideoStream.from_fields(sample=sample))
    rec.set_time("frame", sequence=7)
    rec.log("v", bz.Clear(recursive=False))
    assert [shows(rec, at) for at in (6, 8, 10)] == [3, 4, 5]
    assert (screen(*SIZE).render(rec, at=("frame", 7)) == (13, 16, 17, 255)).all()


def test_a_reference_to_a_stream_is_a_time_of_the_timeline(from_sdk: FromSdk, shows: Shows) -> None:
    """SDK 0.41: references to a stream use the active timeline."""

    def log(stream: rr.RecordingStream) -> None:
        streamed(samples(), path="a")(stream)
        for frame in range(24):
            stream.set_time("frame", sequence=frame)
            stream.log("b", rr.VideoFrameReference(nanoseconds=23 - frame, video_reference="a"))

    rec = from_sdk(log)
    assert [shows(rec, frame, view="b") for frame in (0, 5, 23, 22)] == [23, 18, 0, 1]


# --- as images among others


def detections(contents: bytes) -> Callable[[rr.RecordingStream], None]:
    """The shape of the SDK's example "detect and track objects"."""

    def log(stream: rr.RecordingStream) -> None:
        stream.log("video", rr.AnnotationContext([(1, "person", (255, 0, 0)), (2, "car", (0, 0, 255))]), static=True)
        auto_frames(contents)(stream)
        for frame in range(len(rr.AssetVideo(contents=contents).read_frame_timestamps_nanos())):
            stream.set_time("frame", sequence=frame)
            ids = np.zeros((HEIGHT, WIDTH), np.uint8)
            ids[:16, :] = 1
            stream.log("video/segmentation", rr.SegmentationImage(ids))
            box = rr.Boxes2D(array=[frame, 40, 40, 16], array_format=rr.Box2DFormat.XYWH, class_ids=[2], radii=1)
            stream.log("video/detections/things", box)

    return log


@pytest.mark.parametrize("frame", [0, 7, 20])
def test_boxes_and_masks_lie_over_the_right_frame(from_sdk: FromSdk, draw: Draw, frame: int) -> None:
    """One view, as large as the video; the mask half transparent over it, the box above both."""
    rec = from_sdk(detections(video_file()))
    picture = draw(rec, at=("frame", frame), size=SIZE, bounds=None)
    assert number_in(picture[17:47]) == frame
    expected = numbered(frame)[0]
    for x in range(8, WIDTH, 16):
        below = (*expected[x].tolist(), 255)
        found, blended = pixel(picture, x, 4), naive.blend(RED, below, 0.5)
        assert np.abs(np.subtract(found, blended)).max() <= 6, (found, blended)
    for x, y in ((frame, 48), (frame + 40, 48), (frame + 20, 56)):
        assert pixel(picture, x, y)[2] > 240, (x, y)
        assert pixel(picture, x, y)[:2] == BLUE[:2], (x, y)


def test_it_lies_below_images_and_above_depth(from_sdk: FromSdk, draw: Draw) -> None:
    """The draw orders are −20, −15 and −10; a colour image over depth is half transparent."""

    def log(stream: rr.RecordingStream) -> None:
        stream.log("a", rr.AssetVideo(contents=video_file(), media_type="video/mp4"), static=True)
        stream.log("a/video", rr.VideoFrameReference(seconds=0.3, video_reference="a"))
        stream.log("a/image", rr.Image(np.full((HEIGHT, WIDTH, 3), 7, np.uint8), opacity=1.0))

    assert pixel(draw(from_sdk(log), view="a", size=SIZE, bounds=None), 5, 5) == (7, 7, 7, 255)

    def log_depth(stream: rr.RecordingStream) -> None:
        stream.log("a", rr.AssetVideo(contents=video_file(), media_type="video/mp4"), static=True)
        stream.log("a/video", rr.VideoFrameReference(seconds=0.3, video_reference="a", opacity=1.0))
        stream.log("a/depth", rr.DepthImage(np.full((HEIGHT, WIDTH), 1000, np.uint16)))

    assert number_in(draw(from_sdk(log_depth), view="a", size=SIZE, bounds=None)) == 3


def test_opacity_and_draw_order_that_were_logged(from_sdk: FromSdk, draw: Draw) -> None:
    def log(stream: rr.RecordingStream) -> None:
        stream.log("a", rr.AssetVideo(contents=video_file(), media_type="video/mp4"), static=True)
        frame = rr.VideoFrameReference(seconds=0, video_reference="a", opacity=0.5, draw_order=5)
        stream.log("a/video", frame)
        stream.log("a/image", rr.Image(np.full((HEIGHT, WIDTH, 3), 255, np.uint8)))

    found = pixel(draw(from_sdk(log), view="a", size=SIZE, bounds=None), 5, 5)
    assert np.abs(np.subtract(found, naive.blend((0, 0, 0, 255), (255, 255, 255, 255), 0.5))).max() <= 2


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_its_size_decides_the_views(from_sdk: FromSdk, kind: str) -> None:
    """A mask of its size shares its view, one of another size does not; nothing has to be drawn for that."""
    from blazon.render.views import default_views

    def log(stream: rr.RecordingStream, height: int) -> None:
        stream.set_time("frame", sequence=0)
        if kind == "file":
            stream.log("a/v", rr.AssetVideo(contents=video_file(), media_type="video/mp4"), static=True)
            stream.log("a/v", rr.VideoFrameReference(nanoseconds=0))
        else:
            streamed(samples(), path="a/v")(stream)
        stream.log("a/m", rr.SegmentationImage(np.zeros((height, WIDTH), np.uint8)))

    same, other = (from_sdk(lambda stream, height=height: log(stream, height)) for height in (HEIGHT, HEIGHT + 1))
    assert [str(view.root) for view in default_views(same, same.default_timeline())] == ["/a"]
    assert [str(view.root) for view in default_views(other, other.default_timeline())] == ["/a/m", "/a/v"]


def test_it_hangs_before_a_pinhole_and_colors_its_cloud(from_sdk: FromSdk, draw: Draw) -> None:
    """As an image of the same colours does; through the codec they are near, not equal."""

    def log(stream: rr.RecordingStream, image: Any) -> None:
        stream.log("cam", rr.Pinhole(focal_length=100, width=WIDTH, height=HEIGHT))
        stream.log("cam/depth", rr.DepthImage(np.full((HEIGHT, WIDTH), 2000, np.uint16), point_fill_ratio=1.5))
        stream.log("asset", rr.AssetVideo(contents=video_file(), media_type="video/mp4"), static=True)
        stream.log("cam/image", image)

    look: dict[str, Any] = {"kind": "3d", "eye": (0, 0, -1), "target": (0, 0, 2), "bounds": None}
    video, image = (
        draw(from_sdk(lambda stream, each=each: log(stream, each)), **look)
        for each in (rr.VideoFrameReference(seconds=0.5, video_reference="asset"), rr.Image(numbered(5)))
    )
    assert np.abs(video.astype(int) - image).max() < 40
    assert np.abs(video.astype(int) - image).mean() < 2


# --- what is decoded when, and what is told


def test_what_stays_is_not_decoded_again(shows: Shows) -> None:
    """Nor when something else changes, or another time refers to the same frame."""
    rec = bz.Recording()
    rec.log("v", bz.AssetVideo(contents=video_file()), static=True)
    for frame, seconds in enumerate([0.3, 0.3, 0.35, 0.399]):
        rec.set_time("frame", sequence=frame)
        rec.log("v", bz.VideoFrameReference(seconds=seconds))
        rec.log("b", bz.Boxes2D(half_sizes=[[frame, 2]]))
    assert shows(rec, 0) == 3
    rec.videos.frames.limit_bytes = 0  # nothing is kept but the picture
    before = rec.videos.work.packets
    assert [shows(rec, frame) for frame in (1, 2, 3, 2, 0)] == [3] * 5
    assert rec.videos.work.packets == before


def test_an_asset_alone_is_not_drawn_and_info_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As in the reference, which asks for references; what refers to it is drawn."""
    from blazon.cli import main

    path = tmp_path / "a.rrd"

    def log(stream: rr.RecordingStream) -> None:
        stream.log("alone", rr.AssetVideo(contents=video_file(), media_type="video/mp4"), static=True)
        stream.log("shown", rr.VideoFrameReference(seconds=0, video_reference="alone"))
        stream.log("stream", rr.VideoStream(codec="H264", sample=samples()[0]))
        stream.log("broken", rr.VideoFrameReference(seconds=0, video_reference="nowhere"))

    write_rrd(path, log)
    assert main(["info", str(path), "--json"]) == 0
    drawn = {each["path"]: each["drawn"] for each in json.loads(capsys.readouterr().out)["entities"]}
    assert drawn["/shown"] is True
    assert drawn["/stream"] is True
    assert "a VideoFrameReference says which frame" in drawn["/alone"]
    assert "there is no video at /nowhere" in drawn["/broken"]


def test_a_pixel_of_a_video_tells_its_color() -> None:
    """Picking, as for other images."""
    from blazon.render.picking import Picker
    from blazon.render.scene import SceneBuilder
    from blazon.render.shot import Shot, make_look

    rec = bz.Recording()
    rec.log("v", bz.AssetVideo(contents=video_file()), static=True)
    rec.log("v", bz.VideoFrameReference(seconds=0.1), static=True)
    shot = Shot(rec, At(None), make_look(*SIZE))
    pick = Picker().pick(shot, SceneBuilder().build(shot), 4, 4)
    assert pick is not None
    found = pick.found[0]
    assert found.what == "VideoFrameReference"
    values = [int(each) for each in found.about["value"].split(", ")]
    assert len(values) == 3
    assert min(values) > 245


def has_come(rec: bz.Recording, frame: int) -> bool:
    """Whether a stream has sent that frame, and its codec: the SDK may send static data after what is temporal."""
    line = rec.default_timeline()
    ends = rec.edges(line) if line is not None and line.name == "frame" else []
    return len(ends) > 0 and ends[-1] >= frame and rec.has(EntityPath.parse("v"), "VideoStream:codec")


def test_a_live_stream_is_drawn_as_it_comes(screen: Callable[..., bz.Offscreen]) -> None:
    """Through a socket: each of its newest pictures is the right one, and each sample is decoded about once."""
    from blazon.ingest.live import Live

    live, one, given = Live(port=0), screen(*SIZE), samples(120, gop=60)
    try:
        sender = rr.RecordingStream("sender")
        sender.connect_grpc(live.url)
        sender.log("v", rr.VideoStream(codec="H264"), static=True)
        seen = []
        for frame, sample in enumerate(given):
            sender.set_time("frame", sequence=frame)
            sender.log("v", rr.VideoStream.from_fields(sample=sample))
            if frame % 10 == 9:
                sender.flush()
                until = time.monotonic() + 20
                while time.monotonic() < until:
                    recordings = list(live.recordings)
                    if recordings and has_come(recordings[0], frame):
                        break
                    time.sleep(0.01)
                seen.append(number_in(one.render(recordings[0], at=("frame", frame), labels="off")))
        assert seen == list(range(9, 120, 10))
        assert recordings[0].videos.work.packets <= 125
        sender.disconnect()
    finally:
        live.stop()
