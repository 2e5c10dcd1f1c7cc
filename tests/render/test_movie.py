"""Sequences and videos: the right pictures, the right timing, whatever happens on the way."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

import blazon as bz
from blazon.render import movie
from blazon.render.ahead import Crew, ahead
from blazon.render.encoding.formats import FORMATS, Encoding, check_format, format_of
from blazon.render.encoding.videos import VideoWriter
from blazon.render.gpu.targets import Target
from blazon.render.movie import Reel, render_film, render_sequence
from blazon.render.output import Output
from blazon.render.passes import atlas as atlas_pass
from blazon.render.shot import Shot, make_look
from blazon.render.times import moments

SIZE = 160, 96
CONTEXT = bz.AnnotationContext(
    [(0, "road", (128, 64, 128)), (1, "car", (0, 0, 142)), (2, "tree", (107, 142, 35)), (3, "sky", (70, 130, 180))]
)


def recording(count: int, *, labels: bool = False) -> bz.Recording:
    """A mask whose columns of 16 tell the time, a box that moves; labels that push each other about."""
    rec = bz.Recording("movie")
    rec.log("w", CONTEXT, static=True)
    for i in range(count):
        rec.set_time("frame", sequence=i)
        rec.set_time("clock", duration=i * 0.1 + (0.05 if i % 3 == 0 else 0))
        ids = np.zeros((SIZE[1], SIZE[0]), np.uint8)
        for bit in range(10):
            ids[:, 16 * bit : 16 * bit + 16] = 1 + (i >> bit & 1)
        rec.log("w/mask", bz.SegmentationImage(ids))
        if labels:
            for name, size in (("small", 6.0), ("large", 3.0 + i % 10)):  # which is larger changes; who was first stays
                rec.log(f"w/{name}", bz.Boxes2D(centers=[[80, 40]], half_sizes=[[size, 6]], labels=[name]))
    return rec


def frames_of(path: Path | str) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def number_in(picture: np.ndarray) -> int:
    """Which time a picture shows."""
    middle = picture[SIZE[1] // 2, 8::16][:10].astype(int)
    tree = np.abs(middle - (107, 142, 35)).sum(axis=1) < np.abs(middle - (0, 0, 142)).sum(axis=1)
    return int(sum(1 << bit for bit in range(10) if tree[bit]))


def reel(rec: bz.Recording, timeline: str = "frame", **options: Any) -> Reel:
    return Reel(rec, make_look(*SIZE), moments(rec, timeline, **options))


def output(path: Path, **options: Any) -> Output:
    return Output.parse(str(path), **options)


# --- videos


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
from tests.render.test_movie import *
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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("a.mp4", "mp3", None), "codec is 'mp3'; mp4 takes h264, h265"),
        (("a.webm", "h264", None), "webm takes vp9, av1"),
        (("a.png", "h264", None), "none: it is no video"),
        (("a.mp4", None, 0), "quality is 0; pass a whole number from 1 to 100"),
        (("a.mp4", None, 101), "quality is 101"),
        (("a.mp4", None, True), "quality is True"),
        (("a.png", None, 50), "png has none"),
        (("a.gif", None, 50), "gif has none"),
        (("a.avi", None, None), r"ends with one of \.png"),
        (("a", None, None), "ends with one of"),
        (("{}.mp4", None, None), "numbers videos"),
        (("{stem}{}{}.png", None, None), "one field for the number"),
        (("{steam}.png", None, None), "one field for the number"),
    ],
)
def test_outputs_that_mean_nothing(words: tuple[str, str | None, Any], told: str) -> None:
    with pytest.raises(bz.ArgumentError, match=told):
        Output.parse(words[0], codec=words[1], quality=words[2])


@pytest.mark.parametrize("name", [name for name, each in FORMATS.items() if not each.has_alpha])
def test_what_is_always_opaque_takes_no_translucent_background(tmp_path: Path, name: str) -> None:
    rec = recording(2)
    made = output(tmp_path / f"a{name}")
    translucent = make_look(*SIZE, background=(0, 0, 0, 100))
    seen = Reel(rec, translucent, moments(rec, "frame"))
    with pytest.raises(bz.ArgumentError, match="translucent"):
        render_film(seen, made) if made.is_video else movie.render_one(rec, translucent, seen.times[0], made)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("fps", [0, -1, 1001, float("nan"), float("inf")])
def test_rates_that_no_video_has(tmp_path: Path, fps: float) -> None:
    with pytest.raises(bz.ArgumentError, match="fps is"):
        bz.render_video(recording(2), tmp_path / "a.mp4", timeline="frame", fps=fps)


# --- sequences


def test_pictures_of_all_kinds(tmp_path: Path) -> None:
    rec = recording(5)
    with bz.Offscreen(*SIZE) as screen:
        wanted = list(screen.frames(rec, timeline="frame"))
    for name, most in (("{}.png", 0), ("{}.jpg", 12), ("{}.webp", 40)):
        render_sequence(reel(rec), output(tmp_path / name))
        for number, picture in enumerate(wanted):
            read = np.asarray(Image.open(tmp_path / name.format(number)).convert("RGB")).astype(int)
            assert np.abs(read[8::16, 8::16] - picture[8::16, 8::16, :3]).max() <= most


def test_a_part_and_a_rest_are_what_the_whole_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With labels, which stay where they were: the same bytes, wherever a sequence was taken up again."""
    monkeypatch.setattr(movie, "CHAPTER", 16)
    rec = recording(40, labels=True)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    render_sequence(reel(rec), output(whole / "{:03d}.png"))
    render_sequence(reel(rec), output(parts / "{:03d}.png"))
    for number in (3, 4, 17, 30, 39):
        (parts / f"{number:03d}.png").unlink()
    Image.new("RGB", (8, 8)).save(parts / "005.png")  # of another run
    (parts / "006.png").write_bytes(b"something else")
    kept = (parts / "010.png").stat()
    reported: list[tuple[int, int]] = []
    render_sequence(reel(rec), output(parts / "{:03d}.png"), resume=True, report=lambda *each: reported.append(each))
    assert {each.name: each.read_bytes() for each in whole.iterdir()} == {
        each.name: each.read_bytes() for each in parts.iterdir()
    }
    assert (parts / "010.png").stat().st_mtime_ns == kept.st_mtime_ns
    assert (reported[0], reported[-1]) == ((33, 40), (40, 40))
    halves = tmp_path / "halves"
    for part in (range(16, 40), range(16)):
        render_sequence(Reel(rec, make_look(*SIZE), moments(rec, "frame"), part), output(halves / "{:03d}.png"))
    assert {each.name: each.read_bytes() for each in halves.iterdir()} == {
        each.name: each.read_bytes() for each in whole.iterdir()
    }


def test_labels_of_a_chapter_do_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the test above relies on matters: with chapters of one picture, others come out."""
    rec = recording(24, labels=True)
    render_sequence(reel(rec), output(tmp_path / "long/{:03d}.png"))
    monkeypatch.setattr(movie, "CHAPTER", 1)
    render_sequence(reel(rec), output(tmp_path / "short/{:03d}.png"))
    pairs = [(tmp_path / kind / f"{number:03d}.png" for kind in ("long", "short")) for number in range(24)]
    assert any(one.read_bytes() != other.read_bytes() for one, other in pairs)


# --- what works ahead


def test_ahead_yields_all_in_order_and_no_more_than_is_asked_for() -> None:
    made: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    taken = ahead(numbers(), 2)
    assert [next(taken) for _ in range(10)] == list(range(10))
    time.sleep(0.2)
    assert len(made) <= 14
    taken.close()
    assert len(made) <= 14


def test_ahead_raises_what_was_raised() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise bz.SourceError("no more")

    taken = ahead(numbers(), 2)
    assert next(taken) == 1
    with pytest.raises(bz.SourceError, match="no more"):
        next(taken)


def test_a_crew_does_all_and_raises_the_first_error() -> None:
    done: list[int] = []
    with Crew(2, 3) as crew:
        for number in range(50):
            crew.give(done.append, number)
    assert (sorted(done), crew.count) == (list(range(50)), 50)

    def fail(number: int) -> None:
        if number == 5:
            raise bz.SourceError("five")

    given = iter(range(50))
    with pytest.raises(bz.SourceError, match="five"), Crew(2, 3) as crew:
        [crew.give(fail, number) for number in given]
    assert next(given) < 15


def test_a_writer_of_one_picture(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", SIZE, Encoding(format_of("a.mp4")), Fraction(30)) as video:
        video.write(np.full((SIZE[1], SIZE[0], 4), 200, np.uint8), Fraction(0), Fraction(1, 30))
    assert len(frames_of(tmp_path / "a.mp4")) == 1


# --- the command


def on_the_command_line(*words: object, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["env", "--default-signal=INT", sys.executable, "-m", "blazon", *map(str, words)],
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


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


def write_long(path: Path) -> None:
    import rerun as rr

    with rr.RecordingStream("long", recording_id="long") as stream:
        stream.save(path)
        stream.log("w", rr.AnnotationContext([(0, "a", (9, 9, 9)), (1, "b", (200, 0, 0))]), static=True)
        ids = np.random.default_rng(1).integers(0, 2, (96, 160), np.uint8)
        for i in range(1000):
            stream.set_time("frame", sequence=i)
            stream.log("w/mask", rr.SegmentationImage(np.roll(ids, i, axis=1)))
        stream.flush()
        stream.disconnect()


def test_a_log_is_told_nothing_of_short_work_and_quiet_is_quiet(tmp_path: Path) -> None:
    source = tmp_path / "long.rrd"
    write_long(source)
    for words in ((), ("--quiet",)):
        process = on_the_command_line(
            "render", source, "-o", tmp_path / "{}.png", "--range", "0..9", *words, env={**os.environ, "TERM": "dumb"}
        )
        _, said = process.communicate(timeout=60)
        assert (process.returncode, said) == (0, "")


# --- reading back


def test_pictures_on_their_way_back_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a GPU: through pixel buffers, two behind; a translucent background has GL draw all of it."""
    rec = recording(12, labels=True)
    for background in ((10, 20, 30, 100), (10, 20, 30)):
        with bz.Offscreen(*SIZE) as screen:
            wanted = list(screen.frames(rec, timeline="frame", background=background))
        with monkeypatch.context() as patched:
            patched.setattr(Target, "reads_ahead", 2)
            with bz.Offscreen(*SIZE) as screen:
                found = list(screen.frames(rec, timeline="frame", background=background))
                stopped = screen.frames(rec, timeline="frame", background=background)
                first = next(stopped)
                stopped.close()  # type: ignore[attr-defined] # a generator
                again = screen.render(rec, at=("frame", 11), background=background)
        assert len(found) == 12
        assert all(np.array_equal(one, other) for one, other in zip(wanted, found, strict=True))
        assert np.array_equal(first, wanted[0])
        assert again.shape == wanted[0].shape
        assert not any(np.shares_memory(one, other) for one, other in itertools.pairwise(found))


# --- what a hostile user found


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


def test_a_picture_wider_than_its_format() -> None:
    for name, largest in (("a.webp", 16_383), ("a.jpg", 65_500)):
        check_format(format_of(name), 0xFF, (largest, 2))
        with pytest.raises(bz.ArgumentError, match="each way at most"):
            check_format(format_of(name), 0xFF, (2, largest + 1))


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


def test_resume_does_not_take_anything_for_a_picture(tmp_path: Path) -> None:
    rec = recording(6)
    render_sequence(reel(rec), output(tmp_path / "{}.png"))
    whole = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    (tmp_path / "1.png").write_bytes(whole["1.png"][: len(whole["1.png"]) // 2])
    Image.new("RGB", SIZE).save(tmp_path / "2.png", "BMP")
    (tmp_path / "3.png").write_bytes(b"")
    render_sequence(reel(rec), output(tmp_path / "{}.png"), resume=True)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == whole


def test_a_crew_does_nothing_after_an_error() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 3:
            raise bz.SourceError("three")
        time.sleep(0.01)
        done.append(number)

    with pytest.raises(bz.SourceError, match="three"), Crew(1, 6) as crew:
        [crew.give(work, number) for number in range(20)]
    assert done == [0, 1, 2]


def test_glyphs_that_come_while_others_are_uploaded_are_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that builds goes on adding them: here while each upload is on its way."""
    rec = bz.Recording("words")
    for i in range(24):
        rec.set_time("frame", sequence=i)
        text = "".join(chr(0x100 + 6 * i + n) for n in range(6))
        rec.log("w/box", bz.Boxes2D(mins=[[20, 20]], sizes=[[80, 40]], labels=[text]))
    look = make_look(*SIZE, background=(9, 9, 9, 100), labels="on")
    times = moments(rec, "frame")
    with bz.Offscreen(*SIZE) as screen:
        fitted = screen.fitted(rec, times, look)
        wanted = [screen.draw(Shot(rec, at, fitted))[0] for at in times]

    def copied(pixels: np.ndarray) -> np.ndarray:
        whole = np.array(pixels)
        time.sleep(0.02)
        return whole

    monkeypatch.setattr(atlas_pass, "np", SimpleNamespace(ascontiguousarray=copied))
    with bz.Offscreen(*SIZE) as screen:
        scenes = ahead((screen.build(Shot(rec, at, fitted)) for at in times), 4)
        found = [picture for picture, _ in screen.pictures(scenes)]
    assert all(np.array_equal(one, other) for one, other in zip(wanted, found, strict=True))
