"""Videos: the right pictures, the right timing, whatever happens on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

import blazon as bz
from blazon.ingest.moments import At
from blazon.render import movie
from blazon.render.encoding.formats import Encoding, format_of
from blazon.render.encoding.frames import YUV_FRAMES
from blazon.render.encoding.videos import VideoWriter
from blazon.render.kernels import compiled
from blazon.render.movie import render_film
from blazon.render.shot import Shot, make_look
from blazon.render.times import moments
from tests.films import SIZE, frames_of, number_in, on_the_command_line, output, recording, reel, write_long


@pytest.mark.parametrize(
    ("name", "codec", "decoded_by"),
    [
        ("a.mp4", None, "h264"),
        ("a.mp4", "h265", "hevc"),
        ("a.mp4", "av1", "av1"),
        ("a.mov", None, "h264"),
        ("a.mkv", None, "h264"),
        ("a.webm", None, "vp9"),
        ("a.gif", None, "gif"),
    ],
)
def test_a_video_shows_each_time_as_the_pictures_do(
    tmp_path: Path, name: str, codec: str | None, decoded_by: str
) -> None:
    rec = recording(40)
    bz.render_video(rec, tmp_path / name, width=SIZE[0], height=SIZE[1], timeline="frame", fps=25, codec=codec)
    with bz.Offscreen(*SIZE) as screen:
        wanted = list(screen.frames(rec, timeline="frame"))
    shown = frames_of(tmp_path / name)
    assert [number_in(each) for each in shown] == list(range(40))
    for picture, frame in zip(wanted, shown, strict=True):  # half an image's width from a border, chroma is whole
        middle = np.abs(picture[8::16, 8::16, :3].astype(int) - frame[8::16, 8::16].astype(int))
        assert middle.max() <= 8
    with av.open(str(tmp_path / name)) as container:
        stream = container.streams.video[0]
        assert decoded_by in stream.codec_context.name.replace("libdav1d", "av1")
        assert container.duration == pytest.approx(40 / 25 * 1e6, rel=0.02)
        if name != "a.gif":
            assert stream.codec_context.pix_fmt == "yuv420p"
            assert stream.codec_context.color_range == 1
            assert stream.codec_context.colorspace == 1
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_pictures_in_time_are_shown_until_the_next(tmp_path: Path) -> None:
    rec = recording(9)
    for name, tick in (("a.mp4", 1e-4), ("a.webm", 2e-3), ("a.gif", 1.1e-2)):
        render_film(reel(rec, "clock"), output(tmp_path / name))
        with av.open(str(tmp_path / name)) as container:
            starts = [frame.time for frame in container.decode(video=0)]
            length = container.duration / 1e6
        logged = [i * 0.1 + (0.05 if i % 3 == 0 else 0) for i in range(9)]
        assert starts == pytest.approx([each - logged[0] for each in logged], abs=tick)
        assert length == pytest.approx(logged[-1] - logged[0] + 0.1, abs=0.011)


def test_a_rate_resamples_a_timeline_in_time(tmp_path: Path) -> None:
    rec = recording(9)
    render_film(reel(rec, "clock", fps=20), output(tmp_path / "a.mp4"), fps=20)
    with av.open(str(tmp_path / "a.mp4")) as container:
        starts = [frame.time for frame in container.decode(video=0)]
    assert starts == pytest.approx(np.arange(len(starts)) / 20)
    shown = [number_in(each) for each in frames_of(tmp_path / "a.mp4")]
    logged = np.array([i * 0.1 + (0.05 if i % 3 == 0 else 0) for i in range(9)]) - 0.05
    assert shown == [int(np.flatnonzero(logged <= i / 20 + 1e-9)[-1]) for i in range(len(shown))]


@pytest.mark.parametrize(("name", "most"), [("a.mp4", 23_000), ("a.mov", 23_000), ("a.gif", 655), ("a.webm", 10**7)])
def test_a_picture_that_is_shown_for_hours(tmp_path: Path, name: str, most: int) -> None:
    rec = bz.Recording("slow")
    for i, seconds in enumerate((0, 1, most, 3 * most)):
        rec.set_time("clock", duration=seconds)
        rec.log("w/mask", bz.SegmentationImage(np.full((96, 160), i, np.uint8)))
    if name == "a.webm":
        render_film(reel(rec, "clock"), output(tmp_path / name))
        return
    with pytest.raises(bz.NotInRecordingError, match=r"resample with --fps"):
        render_film(reel(rec, "clock"), output(tmp_path / name))
    assert not list(tmp_path.iterdir())
    render_film(reel(rec, "clock", last=float(most)), output(tmp_path / name))


def test_times_as_far_apart_as_they_can_be(tmp_path: Path) -> None:
    rec = bz.Recording("far")
    for stamp in (-(2**62) - 5, 2**62 + 5):
        rec.set_time("clock", duration=np.timedelta64(stamp, "ns"))
        rec.log("w/mask", bz.SegmentationImage(np.zeros((96, 160), np.uint8)))
    with pytest.raises(bz.NotInRecordingError, match=r"9,223,372,037 s"):
        render_film(reel(rec, "clock"), output(tmp_path / "a.mp4"))


def test_pictures_too_close_to_each_other_are_all_there_and_told(tmp_path: Path) -> None:
    rec = bz.Recording("fast")
    for i in range(20):
        rec.set_time("clock", duration=i * 1e-4)
        rec.log("w/mask", bz.SegmentationImage(np.full((96, 160), i, np.uint8)))
    for name, late in (("a.mp4", 0), ("a.webm", 19), ("a.gif", 19)):
        told = render_film(reel(rec, "clock"), output(tmp_path / name))
        assert [notice.count for notice in told if "closer to each other" in notice.what] == ([late] if late else [])
        assert len(frames_of(tmp_path / name)) == 20


def test_an_odd_size_is_made_even_by_its_last_row_and_column(tmp_path: Path) -> None:
    bz.render_video(recording(3), tmp_path / "a.mp4", width=161, height=97, timeline="frame")
    with bz.Offscreen(161, 97) as screen:
        wanted = next(screen.frames(recording(1), timeline="frame"))
    first = frames_of(tmp_path / "a.mp4")[0].astype(int)
    assert first.shape == (98, 162, 3)
    assert np.abs(first[:97:8, :161:8] - wanted[::8, ::8, :3]).mean() < 6


def test_many_rates_are_exact(tmp_path: Path) -> None:
    for fps in (1, 12.5, 29.97, 30000 / 1001, 60, 240):
        render_film(reel(recording(12)), output(tmp_path / "a.mp4"), fps=fps)
        with av.open(str(tmp_path / "a.mp4")) as container:
            starts = [frame.time for frame in container.decode(video=0)]
            assert float(container.streams.video[0].average_rate) == pytest.approx(fps, rel=1e-4)
        assert starts == pytest.approx(np.arange(12) / fps, abs=1e-5)


def test_quality_is_bytes_and_likeness(tmp_path: Path) -> None:
    sizes, errors = {}, {}
    rec = recording(4, labels=True)
    with bz.Offscreen(*SIZE) as screen:
        wanted = screen.render(rec, at=("frame", 3))[..., :3].astype(int)
    for name in ("a.mp4", "a.webm", "a.jpg", "a.webp"):
        for quality in (5, 95):
            made = output(tmp_path / name, quality=quality)
            if made.is_video:
                render_film(reel(rec), made)
                shown = frames_of(tmp_path / name)[-1]
            else:
                movie.render_one(rec, make_look(*SIZE), moments(rec, "frame")[-1], made)
                shown = np.asarray(Image.open(tmp_path / name).convert("RGB"))
            sizes[name, quality] = (tmp_path / name).stat().st_size
            errors[name, quality] = np.abs(shown.astype(int) - wanted).mean()
        assert sizes[name, 95] > 1.2 * sizes[name, 5]
        assert errors[name, 95] < errors[name, 5]


def test_an_error_half_way_keeps_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = VideoWriter.write

    def fail(self: VideoWriter, *arguments: Any) -> None:
        if self.count == 20:
            raise bz.SourceError("the disk is full")
        write(self, *arguments)

    monkeypatch.setattr(VideoWriter, "write", fail)
    with pytest.raises(bz.SourceError, match=r"disk is full \(20 of 40 pictures are in .*a\.partial\.mp4\)"):
        render_film(reel(recording(40)), output(tmp_path / "a.mp4"))
    assert [each.name for each in tmp_path.iterdir()] == ["a.partial.mp4"]
    assert [number_in(each) for each in frames_of(tmp_path / "a.partial.mp4")] == list(range(20))


def test_nothing_is_left_of_a_video_without_pictures(tmp_path: Path) -> None:
    rec = bz.Recording("empty")
    rec.set_time("frame", sequence=1)
    rec.log("w/mask", bz.Clear(recursive=True))
    with pytest.raises(bz.NothingToDrawError):
        bz.render_video(rec, tmp_path / "a.mp4", timeline="frame")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.gif"])
def test_a_killed_video_leaves_its_name_free_and_a_part_that_plays(tmp_path: Path, name: str) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.films import *
from blazon.render.movie import render_film
from pathlib import Path
tell = lambda done, _: print(done, flush=True)
render_film(reel(recording(1000)), output(Path({str(tmp_path / name)!r})), report=tell)
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= 400:
            process.kill()
            break
    process.wait(60)
    process.stdout.close()
    partial = f"a.partial{Path(name).suffix}"
    assert [each.name for each in tmp_path.iterdir()] == [partial]
    shown = [number_in(each) for each in frames_of(tmp_path / partial)]
    assert shown == list(range(len(shown)))
    assert len(shown) >= 240


@pytest.mark.parametrize("fps", [0, -1, 1001, float("nan"), float("inf")])
def test_rates_that_no_video_has(tmp_path: Path, fps: float) -> None:
    with pytest.raises(bz.ArgumentError, match="fps is"):
        bz.render_video(recording(2), tmp_path / "a.mp4", timeline="frame", fps=fps)


def test_a_writer_of_one_picture(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", SIZE, Encoding(format_of("a.mp4")), Fraction(30)) as video:
        video.write(np.full((SIZE[1], SIZE[0], 4), 200, np.uint8), Fraction(0), Fraction(1, 30))
    assert len(frames_of(tmp_path / "a.mp4")) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_video_says_where_it_is(tmp_path: Path, number: int) -> None:
    source = tmp_path / "long.rrd"
    write_long(source)
    process = on_the_command_line("render", source, "-o", tmp_path / "a.mp4", "--size", "640x384", "--fps", "60")
    partial = tmp_path / "a.partial.mp4"
    until = time.monotonic() + 60
    while not (partial.exists() and partial.stat().st_size > 50_000) and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    lines = [line for line in said.splitlines() if "compiling" not in line]
    assert len(lines) == 1
    count = int(lines[0].split("interrupted: ")[1].split(" of ")[0])
    assert f"{count} of 1000 pictures are in {partial}" in lines[0]
    assert len(frames_of(partial)) == count
    assert not (tmp_path / "a.mp4").exists()


def test_two_writers_of_one_video_do_not_meet(tmp_path: Path) -> None:
    encoding = Encoding(format_of("a.mp4"))
    picture = np.full((SIZE[1], SIZE[0], 4), 90, np.uint8)
    with VideoWriter(tmp_path / "a.mp4", SIZE, encoding, Fraction(30)) as first:
        first.write(picture, Fraction(0), Fraction(1, 30))
        with (
            pytest.raises(bz.SourceError, match=r"another program is writing a\.partial\.mp4"),
            VideoWriter(tmp_path / "a.mp4", SIZE, encoding, Fraction(30)) as second,
        ):
            second.write(picture, Fraction(0), Fraction(1, 30))
    assert len(frames_of(tmp_path / "a.mp4")) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["a.mp4"]


def test_what_an_earlier_run_kept_stays_until_there_is_more(tmp_path: Path) -> None:
    kept = tmp_path / "a.partial.mp4"
    kept.write_bytes(b"an hour's work")
    rec = bz.Recording("empty")
    rec.set_time("frame", sequence=1)
    rec.log("w/mask", bz.Clear(recursive=True))
    with pytest.raises(bz.NothingToDrawError):
        bz.render_video(rec, tmp_path / "a.mp4", timeline="frame")
    assert kept.read_bytes() == b"an hour's work"
    kept.unlink()
    mine = tmp_path / "mine"
    mine.write_bytes(b"mine")
    kept.symlink_to(mine)
    bz.render_video(recording(2), tmp_path / "a.mp4", timeline="frame", width=SIZE[0], height=SIZE[1])
    assert mine.read_bytes() == b"mine"
    assert not (tmp_path / "a.mp4").is_symlink()
    assert not kept.is_symlink()


@pytest.mark.parametrize(("codec", "least"), [("h265", 64), ("av1", 16), ("h264", 1)])
def test_sizes_that_an_encoder_does_not_take(tmp_path: Path, codec: str, least: int) -> None:
    rec = recording(2)
    bz.render_video(rec, tmp_path / "a.mp4", width=least, height=least, timeline="frame", codec=codec)
    if least > 1:
        with pytest.raises(bz.ArgumentError, match=f"{codec} takes {least} pixels each way or more"):
            bz.render_video(rec, tmp_path / "b.mp4", width=least - 1, height=100, timeline="frame", codec=codec)
    assert [each.name for each in tmp_path.iterdir()] == ["a.mp4"]


def test_a_slow_video_has_keys_by_time(tmp_path: Path) -> None:
    rec = bz.Recording("slow")
    for i in range(20):
        rec.set_time("clock", duration=float(i))
        rec.log("w/mask", bz.SegmentationImage(np.full((96, 160), i, np.uint8)))
    render_film(reel(rec, "clock"), output(tmp_path / "a.mp4"))
    with av.open(str(tmp_path / "a.mp4")) as container:
        keys = [float(packet.pts * packet.time_base) for packet in container.demux(video=0) if packet.is_keyframe]
    assert keys[0] == 0
    assert np.diff([*keys, 20.0]).max() <= 2


def test_hevc_is_called_as_players_call_it(tmp_path: Path) -> None:
    render_film(reel(recording(2)), output(tmp_path / "a.mp4", codec="h265"))
    assert b"hvc1" in (tmp_path / "a.mp4").read_bytes()


@pytest.mark.parametrize("cores", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("points", [20, 40_000])
def test_frames_that_are_filled_while_they_are_drawn(points: int, cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are what a whole picture becomes, in whatever bands it is drawn."""
    monkeypatch.setattr(compiled, "cores", lambda: cores)
    rec, random = bz.Recording(), np.random.default_rng(0)
    rec.log("mask", bz.SegmentationImage(random.integers(0, 9, (450, 96), np.uint8)), static=True)
    rec.log("points", bz.Points2D(random.uniform(0, 450, (points, 2)) * [0.2, 1], radii=1, class_ids=3), static=True)
    for size in ((96, 450), (95, 449)):
        shot = Shot(rec, At(None), make_look(*size))
        with bz.Offscreen(*size) as screen:
            ((picture, _),) = screen.pictures([screen.build(shot)])
        with bz.Offscreen(*size) as screen:
            ((frame, _),) = screen.pictures([screen.build(shot)], YUV_FRAMES)
        np.testing.assert_array_equal(frame.to_ndarray(), YUV_FRAMES.of(picture, is_own=False).to_ndarray())


def test_each_nth_of_a_rate_is_shown_as_long_as_it_takes(tmp_path: Path) -> None:
    rec = recording(40)
    bz.render_video(rec, tmp_path / "a.mp4", width=SIZE[0], height=SIZE[1], timeline="clock", fps=10, every=2)
    bz.render_video(rec, tmp_path / "b.mp4", width=SIZE[0], height=SIZE[1], timeline="clock", fps=10)
    lengths = []
    for name in ("a.mp4", "b.mp4"):
        with av.open(str(tmp_path / name)) as container:
            lengths.append((container.duration or 0) / 1e6)
    assert lengths[0] == pytest.approx(lengths[1], abs=0.11)


@pytest.mark.parametrize("words", [{"path": 5}, {"path": "a.mp4", "report": None}, {"path": b"a.mp4"}], ids=str)
def test_what_is_no_path_and_no_report(words: dict[str, Any]) -> None:
    with pytest.raises(bz.BlazonError, match="pass"):
        bz.render_video(recording(2), **words)


def test_a_pipe_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.mp4")
    with pytest.raises(bz.SourceError, match="pipe"):
        bz.render_video(recording(2), tmp_path / "a.mp4", width=SIZE[0], height=SIZE[1])
    assert (tmp_path / "a.mp4").is_fifo()


def test_a_url_that_nobody_can_write_is_told_before_anything_is_drawn() -> None:
    told: list[int] = []
    with pytest.raises(bz.SourceError, match="nosuch"):
        bz.render_video(recording(2), "nosuch://a/b.mp4", report=lambda done, _total: told.append(done))
    assert not told
