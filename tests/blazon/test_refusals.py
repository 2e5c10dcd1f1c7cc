"""What can't be done: one line, the pinned exit code, and nothing written. Exit code 2 opens nothing."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rerun as rr

from tests.blazon.conftest import Answer, write

Call = Callable[..., Answer]
ASSETS = Path(__file__).parents[1] / "assets"
HUGE = "9" * 5000  # more digits than Python's int() takes

# --- words and values that are wrong without opening anything


@pytest.mark.parametrize(
    ("words", "says"),
    [
        # size
        (["--size", "0x0"], "size"),
        (["--size", "0x10"], "size"),
        (["--size", "10x0"], "size"),
        (["--size", "-1x10"], "size"),
        (["--size=-1x10"], "size"),
        (["--size", "10"], "size"),
        (["--size", "10x"], "size"),
        (["--size", "axb"], "size"),
        (["--size", "10x10x10"], "size"),
        (["--size", "10.5x10"], "size"),
        (["--size", "1e3x10"], "size"),
        (["--size", "nanxnan"], "size"),
        (["--size", " 10x10"], "size"),
        (["--size", ""], "size"),
        (["--size", f"{2**60}x10"], "size"),
        (["--size", HUGE + "x1"], "size"),
        # at
        (["--at", "soon"], "soon"),
        (["--at", ""], "time"),
        (["--at", "1.5"], "1.5"),
        (["--at", "1 h"], "1 h"),
        (["--at", "5seconds"], "5seconds"),
        (["--at", "nans"], "nans"),
        (["--at", "infs"], "infs"),
        (["--at", "1e30s"], "1e30s"),
        (["--at", "1e999999999999s"], "64 bit"),
        (["--at", "1e9999999999999999999999s"], "64 bit"),
        (["--at", str(2**63)], "64 bit"),
        (["--at", str(-(2**63) - 1)], "64 bit"),
        (["--at", HUGE], "time"),
        (["--at", HUGE + "s"], "time"),
        (["--at", "2024-13-01"], "2024-13-01"),
        (["--at", "2024-05-01T25:00"], "2024-05-01T25:00"),
        (["--at", "9999-12-31T23:59:59"], "9999-12-31"),
        (["--at", "0001-01-01"], "0001-01-01"),
        (["--at", "2024-05-01T12:00:00+99:99"], "2024"),
        (["--at", "LAST"], "LAST"),
        # bounds
        (["--bounds", "1,2,3"], "bounds"),
        (["--bounds", "1,2,3,4,5"], "bounds"),
        (["--bounds", "a,b,c,d"], "bounds"),
        (["--bounds", ""], "bounds"),
        (["--bounds", "0,0,0,0"], "bounds"),
        (["--bounds", "5,0,1,1"], "bounds"),
        (["--bounds", "0,0,nan,1"], "bounds"),
        (["--bounds", "0,0,inf,1"], "bounds"),
        (["--bounds", "0,0,1e400,1"], "bounds"),
        (["--bounds", "0 0 1 1"], "bounds"),
        # background
        (["--background", "red"], "background"),
        (["--background", "fff"], "background"),
        (["--background", ""], "background"),
        (["--background", "0d10111"], "background"),
        (["--background", "0d1011fff"], "background"),
        (["--background", "zzzzzz"], "background"),
        (["--background", "-11111"], ""),
        (["--background", " 12345"], "background"),
        (["--background", "0x1234"], "background"),
        (["--background", "1_2_3_"], "background"),
        # the rest
        (["--labels", "maybe"], "labels"),
        (["--labels", ""], "labels"),
        (["--kind", "4d"], "kind"),
        (["--eye", "1,2"], "eye"),
        (["--eye", "a,b,c"], "eye"),
        (["--target", "1,2,inf"], "target"),
        (["--eye", "1,2,3", "--target", "1,2,3"], "eye"),
        (["--fov", "0"], "fov"),
        (["--fov", "180"], "fov"),
        (["--fov", "wide"], "fov"),
        (["--nonsense"], "nonsense"),
        (["another.rrd"], "another.rrd"),
        (["--rec", "a", "--wiew", "b"], "wiew"),
        (["--at"], "--at"),
        (["--range", "0..3"], "--range"),
        (["--every", "2"], "--every"),
        (["--fps", "2"], "--fps"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_words_for_a_picture(call: Call, out: Path, words: list[str], says: str) -> None:
    call("render", "/no/such/file.rrd", "-o", out, *words).refused(2, says)
    assert not list(out.parent.iterdir())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--range", ""], "range"),
        (["--range", "5"], "range"),
        (["--range", "1-5"], "range"),
        (["--range", "a..b"], "a"),
        (["--range", "5..1"], "range"),
        (["--range", "5s..1000ms"], "range"),
        (["--range", "2024-05-02..2024-05-01"], "range"),
        (["--range", "1..2..3"], "2..3"),
        (["--range", f"{HUGE}..1"], "time"),
        (["--range", "last..5"], "last"),
        (["--every", ""], ""),
        (["--every", "0"], "every"),
        (["--every", "-1"], "every"),
        (["--every", "0s"], "every"),
        (["--every=-1s"], "every"),
        (["--every", "1e-30s"], "every"),
        (["--every", "1.5"], "1.5"),
        (["--every", "often"], "often"),
        (["--every", "2024-05-01"], "every"),
        (["--every", HUGE], ""),
        (["--fps", "0"], "fps"),
        (["--fps=-1"], "fps"),
        (["--fps", "nan"], "fps"),
        (["--fps", "inf"], "fps"),
        (["--fps", "fast"], "fps"),
        (["--fps", ""], "fps"),
        (["--fps", "1,2"], "fps"),
        (["--at", "5"], "--at"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_words_for_a_sequence(call: Call, out: Path, words: list[str], says: str) -> None:
    call("render", "/no/such/file.rrd", "-o", out.with_name("{}.png"), *words).refused(2, says)
    assert not list(out.parent.iterdir())


@pytest.mark.parametrize(
    "name",
    [
        "a.tiff",
        "a",
        "",
        ".png",
        "a.png/",
        "a.bmp",
        "{}.mp4",
        "{.png",
        "}.png",
        "{{}}.png",
        "{}{}.png",
        "{}/{}.png",
        "{name}.png",
        "{1}.png",
        "{:s}.png",
        "{:q}.png",
        "{:05d.png",
        "{:0}{:1}.png",
        "{0.real}{1}.png",
        "{!r:.0}.png",
        "{0[0]}.png",
        "{:c}.png",  # the first is a name that no file can have
        "{:.0e}.png",  # 10 and 11 are one file
        "{:999999999999}.png",
    ],
)
def test_wrong_outs(call: Call, clip: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    call("render", clip, "-o", name, "--size", "8x6").refused(2, "OUT")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "COMMAND"),
        (["rendre"], "rendre"),
        (["render"], "--output"),
        (["render", "a.rrd"], "-o"),
        (["info"], "SOURCE"),
        (["info", "a.rrd", "b.rrd"], "b.rrd"),
        (["info", "a.rrd", "--size", "3x3"], "--size"),
        (["--frobnicate"], ""),
        (["demo", "-o", "a.bmp"], "OUT"),
        (["bench", "--repeat", "0"], "--repeat"),
        (["bench", "--repeat", "many"], "--repeat"),
    ],
    ids=str,
)
def test_wrong_commands(call: Call, words: list[str], says: str) -> None:
    call(*words).refused(2, says)


# --- what the file system or the recording decides


def sources(folder: Path, recordings: Path) -> dict[str, Path]:
    whole = (recordings / "clip.rrd").read_bytes()
    contents = {
        "empty.rrd": b"",
        "one byte.rrd": b"R",
        "text.rrd": b"hello, I am no recording\n",
        "head.rrd": whole[:4],
        "header.rrd": whole[:12],
        "before the store.rrd": whole[:30],
        "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(100),
        "zeros.rrd": bytes(4096),
        "lfs.rrd": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 130\n",
        "no magic.rrd": b"RRF9" + whole[4:],
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    (folder / "folder.rrd").mkdir()
    (folder / "loop.rrd").symlink_to(folder / "loop.rrd")
    os.mkfifo(folder / "fifo.rrd")
    others = ["missing.rrd", "folder.rrd", "fifo.rrd", "loop.rrd", "missing/a.rrd", "text.rrd/a.rrd", "x" * 300]
    return {name: folder / name for name in [*contents, *others]} | {"null": Path("/dev/null")}


@pytest.mark.parametrize("command", ["render", "info"])
def test_sources_that_are_no_recordings(call: Call, recordings: Path, tmp_path: Path, command: str) -> None:
    out = tmp_path / "out.png"
    for name, path in sources(tmp_path, recordings).items():
        words = ["-o", out] if command == "render" else []
        call(command, path, *words).refused(1, path.name if name != "null" else "null")
        assert not out.exists()


def test_a_source_that_is_no_name(call: Call, out: Path) -> None:
    call("render", "", "-o", out).refused(1)


@pytest.mark.parametrize("version", ["0.22.1", "0.23.4"])
@pytest.mark.parametrize("command", ["render", "info"])
def test_files_older_than_0_24(call: Call, out: Path, version: str, command: str) -> None:
    words = ["-o", out] if command == "render" else []
    answer = call(command, ASSETS / f"sdk-{version}.rrd", *words)
    answer.refused(1, "0.24")
    assert not out.exists()


@pytest.mark.parametrize("version", ["0.24.1", "0.26.2", "0.30.2", "0.36.3"])
def test_files_of_0_24_and_later(call: Call, out: Path, version: str) -> None:
    call("render", ASSETS / f"sdk-{version}.rrd", "-o", out, "--size", "64x48").worked()
    assert out.exists()
    assert call("info", ASSETS / f"sdk-{version}.rrd").code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--timeline", "nope"], "nope"),
        (["--timeline", ""], "timeline"),
        (["--timeline", "frame", "--at", "1s"], "frame"),
        (["--timeline", "frame", "--at", "2024-05-01"], "frame"),
        (["--timeline", "clock", "--at", "2024-05-01"], "clock"),
        (["--recording", "nope"], "nope"),
        (["--recording", ""], "recording"),
        (["--view", "nope"], "nope"),
        (["--view", "w/mask/deeper"], "w/mask/deeper"),
        (["--view", "w/mas"], "w/mas"),
        (["--hide", "nobody"], "nobody"),
        (["--only", "nobody"], "nobody"),
        (["--only", "One"], "One"),
        (["--hide", ""], "class"),
        (["--hide", "²"], "²"),  # a digit to str.isdigit, and no number
        (["--size", "100000x100000"], "100000"),
        (["--size", "8x100000"], "100000"),
        (["--size", "999999999x1"], "999999999"),
    ],
    ids=str,
)
def test_what_the_recording_or_the_gpu_lacks(call: Call, clip: str, out: Path, words: list[str], says: str) -> None:
    call("render", clip, "-o", out, *words).refused(1, says)
    assert not list(out.parent.iterdir())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--timeline", "frame", "--range", "100..200"], "30"),
        (["--timeline", "frame", "--range", "1..9"], "range"),
        (["--timeline", "frame", "--range", "0s..1s"], "frame"),
        (["--timeline", "clock", "--range", "2024-05-01.."], "clock"),
        (["--timeline", "frame", "--every", "0.5s"], "frame"),  # the recording decides what kind its timeline is
        (["--timeline", "nope"], "nope"),
        (["--view", "nope"], "nope"),
    ],
    ids=str,
)
def test_what_the_recording_lacks_for_a_sequence(call: Call, clip: str, out: Path, words: list[str], says: str) -> None:
    call("render", clip, "-o", out.with_name("{}.png"), *words).refused(1, says)
    assert not list(out.parent.iterdir())


@pytest.mark.parametrize("words", [["--every", "1ns"], ["--fps", "1000000"]], ids=str)
def test_more_pictures_than_anyone_wants(run: Call, tmp_path: Path, words: list[str]) -> None:
    """A year at a picture a nanosecond: refused at once, not counted in memory."""

    def log(stream: rr.RecordingStream) -> None:
        for second in (0, 366 * 86400):
            stream.set_time("t", timestamp=second)
            stream.log("mask", rr.SegmentationImage(np.zeros((2, 2), np.uint8)))

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (6, 6))

    source = write(tmp_path / "year.rrd", log, "year")
    answer = run("render", source, "-o", tmp_path / "{}.png", "--timeline", "t", *words, preexec_fn=bound)
    answer.refused(1)


@pytest.mark.parametrize(("source", "words"), [("scalars", []), ("3d", ["--kind", "2d"]), ("clip", ["--kind", "3d"])])
def test_nothing_to_draw(call: Call, recordings: Path, out: Path, source: str, words: list[str]) -> None:
    for name in (out, out.with_name("{}.png")):
        call("render", recordings / f"{source}.rrd", "-o", name, *words).refused(1, "draw")
    assert not list(out.parent.iterdir())


def test_a_view_with_nothing_to_draw(call: Call, recordings: Path, out: Path) -> None:
    call("render", recordings / "everything.rrd", "-o", out, "--view", "w/log").refused(1, "w/log")
    assert not out.exists()


def test_a_time_for_a_recording_without_any(call: Call, tmp_path: Path, out: Path) -> None:
    def log(stream: rr.RecordingStream) -> None:
        stream.log("mask", rr.SegmentationImage(np.zeros((2, 2), np.uint8)), static=True)

    source = write(tmp_path / "static.rrd", log, "static", write_footer=True)
    call("render", source, "-o", out, "--at", "5").refused(1, "5")
    call("render", source, "-o", out, "--timeline", "frame").refused(1, "frame")


def test_a_refusal_names_what_there_is(call: Call, recordings: Path, out: Path) -> None:
    three = recordings / "three.rrd"
    call("render", three, "-o", out, "--recording", "nope").refused(1, "static", "clip", "sizes")
    call("render", recordings / "clip.rrd", "-o", out, "--timeline", "nope").refused(1, "frame", "clock", "date")
    call("render", recordings / "clip.rrd", "-o", out, "--hide", "nope").refused(1, "one", "two", "three", "four")


def test_a_real_process_refuses_without_a_traceback(run: Call, clip: str, out: Path) -> None:
    run("render", clip, "-o", out, "--timeline", "nope").refused(1, "nope")
    run("render", clip, "-o", out, "--size", "0x0").refused(2, "size")
