"""`blazon render`: the right picture of the right time, in the right file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from tests.blazon.conftest import HEIGHT, WIDTH, Answer, class_in, class_of, read_png

Call = Callable[..., Answer]
SIZE = ("--size", f"{WIDTH}x{HEIGHT}")
BACKGROUND = (0x0D, 0x10, 0x11, 255)
FONT = Path(__file__).parents[1] / "assets" / "fonts" / "chinese.ttf"
PictureOf = Callable[..., np.ndarray]


@pytest.fixture
def picture_of(call: Call, recordings: Path, out: Path) -> PictureOf:
    """`picture_of(name, *words)` renders a recording and answers with the picture that was written."""

    def picture_of(name: str, *words: str) -> np.ndarray:
        call("render", recordings / f"{name}.rrd", "-o", out, *words).worked()
        return read_png(out)

    return picture_of


def test_a_process_of_its_own_writes_one_png_and_says_nothing(run: Call, clip: str, out: Path) -> None:
    run("render", clip, "-o", out, *SIZE).worked()
    assert class_in(out) == 4  # the last time
    assert list(out.parent.iterdir()) == [out]


def test_the_file_is_the_picture_of_offscreen(call: Call, recordings: Path, out: Path) -> None:
    source = recordings / "classes.rrd"
    call("render", source, "-o", out, "--size", "77x41").worked()
    with bz.Offscreen(77, 41) as screen:
        np.testing.assert_array_equal(read_png(out), screen.render(bz.load(source)))


def test_the_default_size_is_1280_by_720(call: Call, clip: str, out: Path) -> None:
    call("render", clip, "-o", out).worked()
    assert read_png(out).shape == (720, 1280, 4)


def test_a_file_written_twice_is_the_same_to_the_byte(call: Call, clip: str, out: Path) -> None:
    call("render", clip, "-o", out, *SIZE).worked()
    first = out.read_bytes()
    call("render", clip, "-o", out, *SIZE).worked()
    assert out.read_bytes() == first


def test_folders_of_out_are_made(call: Call, clip: str, tmp_path: Path) -> None:
    out = tmp_path / "some" / "where" / "a.PNG"
    call("render", clip, "-o", out, *SIZE).worked()
    assert class_in(out) == 4


def test_a_relative_out_lies_in_the_working_folder(
    call: Call, clip: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    call("render", clip, "-o", "a.png", *SIZE).worked()
    assert class_in(tmp_path / "a.png") == 4


def test_the_mode_of_out_is_that_of_any_new_file(call: Call, clip: str, out: Path) -> None:
    call("render", clip, "-o", out, *SIZE).worked()
    other = out.with_name("other")
    other.touch()
    assert out.stat().st_mode == other.stat().st_mode


def test_a_name_as_long_as_names_may_be(call: Call, clip: str, tmp_path: Path) -> None:
    out = tmp_path / ("n" * 251 + ".png")
    out.touch()  # the file system takes it
    call("render", clip, "-o", out, *SIZE).worked()
    assert class_in(out) == 4


def test_a_symbolic_link_stays_one(call: Call, clip: str, out: Path) -> None:
    real = out.with_name("real.png")
    real.write_bytes(b"old")
    out.symlink_to(real)
    call("render", clip, "-o", out, *SIZE).worked()
    assert out.is_symlink()
    assert class_in(real) == 4


# --- when


@pytest.mark.parametrize(
    ("timeline", "at", "shown"),
    [
        ("frame", "0", 1),
        ("frame", "20", 3),
        ("frame", "+20", 3),
        ("frame", "29", 3),
        ("frame", "9223372036854775807", 4),
        ("frame", "last", 4),
        ("clock", "0.5s", 2),
        ("clock", "0.4999999999s", 2),  # to the nearest ns
        ("clock", "0.499999999s", 1),
        ("clock", ".5s", 2),
        ("clock", "500ms", 2),
        ("clock", "1e3 ms", 3),
        ("clock", "500000us", 2),
        ("clock", "499999.9us", 1),
        ("clock", "500000000ns", 2),
        ("clock", "500000000", 2),
        ("clock", "last", 4),
        ("date", "2024-05-01T12:00:01", 2),
        ("date", "2024-05-01T12:00:01Z", 2),
        ("date", "2024-05-01 12:00:01.5", 2),
        ("date", "2024-05-01T12:00:01.999999999Z", 2),
        ("date", "2024-05-01T14:00:02+02:00", 3),
        ("date", "2024-05-02", 4),
        ("date", "1714564801s", 2),
        ("date", "1714564801000000000", 2),
        ("date", "last", 4),
    ],
)
def test_at(picture_of: PictureOf, timeline: str, at: str, shown: int | None) -> None:
    assert class_of(picture_of("clip", *SIZE, "--timeline", timeline, "--at", at)) == shown


@pytest.mark.parametrize(
    ("timeline", "at"),
    [
        ("frame", "-1"),
        ("frame", "-9223372036854775808"),
        ("clock", "-1s"),
        ("clock", "-0.5ms"),
        ("clock", "-1"),
        ("date", "2024-05-01"),
        ("date", "1969-12-31T23:59:59"),
    ],
)
def test_a_time_before_everything_makes_an_empty_picture_and_a_warning(
    call: Call, clip: str, out: Path, timeline: str, at: str
) -> None:
    answer = call("render", clip, "-o", out, *SIZE, "--timeline", timeline, "--at", at)
    assert answer.code == 0, answer.err
    assert answer.err.startswith(f"blazon: warning: nothing is there to draw at {timeline}")
    assert len(answer.err.splitlines()) == 1
    assert (read_png(out) == BACKGROUND).all()


def test_the_default_timeline_is_the_first_of_those_with_most_rows(call: Call, clip: str, out: Path) -> None:
    call("render", clip, "-o", out, *SIZE, "--at", "0.5s").worked()  # clock, date and frame have four each
    assert class_in(out) == 2


def test_static_data_needs_no_time(call: Call, recordings: Path, out: Path) -> None:
    call("render", recordings / "static.rrd", "-o", out, *SIZE).worked()
    assert class_in(out) == 2


# --- sequences


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ([], [1, 2, 3, 4]),
        (["--timeline", "frame"], [1, 2, 3, 4]),
        (["--timeline", "frame", "--range", "10..20"], [2, 3]),
        (["--timeline", "frame", "--range", "5..25"], [2, 3]),
        (["--timeline", "frame", "--range", "20..20"], [3]),
        (["--timeline", "frame", "--range", "10.."], [2, 3, 4]),
        (["--timeline", "frame", "--range", "..10"], [1, 2]),
        (["--timeline", "frame", "--range", "0..30", "--every", "2"], [1, 3]),
        (["--timeline", "frame", "--every", "3"], [1, 4]),
        (["--timeline", "frame", "--every", "9223372036854775807"], [1]),
        (["--timeline", "frame", "--fps", "1"], [1, 2, 3, 4]),  # the playback rate: no other pictures
        (["--timeline", "clock", "--range", "0.5s..1s"], [2, 3]),
        (["--timeline", "clock", "--range", "500ms..1000000000"], [2, 3]),
        (["--timeline", "clock", "--every", "1s"], [1, 3]),
        (["--timeline", "clock", "--every", "750ms"], [1, 2, 4]),
        (["--timeline", "clock", "--every", "100s"], [1]),
        (["--timeline", "clock", "--fps", "4"], [1, 1, 2, 2, 3, 3, 4]),
        (["--timeline", "clock", "--fps", "4", "--every", "3"], [1, 2, 4]),
        (["--timeline", "clock", "--fps", "0.5"], [1]),
        (["--timeline", "date", "--range", "2024-05-01T12:00:01..2024-05-01T12:00:02Z"], [2, 3]),
        (["--timeline", "date", "--fps", "1"], [1, 2, 3, 4]),
    ],
)
def test_sequence(call: Call, clip: str, tmp_path: Path, words: list[str], shown: list[int]) -> None:
    call("render", clip, "-o", tmp_path / "frames/{:05d}.png", *SIZE, *words).worked()
    files = [tmp_path / "frames" / f"{i:05d}.png" for i in range(len(shown))]
    assert sorted((tmp_path / "frames").iterdir()) == files
    assert [class_in(file) for file in files] == shown


def test_a_negative_range_is_a_value_and_no_flag(call: Call, clip: str, tmp_path: Path) -> None:
    pattern = tmp_path / "{}.png"
    call("render", clip, "-o", pattern, *SIZE, "--timeline", "frame", "--range", "-5..5").worked()
    assert [class_in(each) for each in tmp_path.glob("*.png")] == [1]


def test_static_data_is_a_sequence_of_one(call: Call, recordings: Path, tmp_path: Path) -> None:
    call("render", recordings / "static.rrd", "-o", tmp_path / "{}.png", *SIZE).worked()
    assert [class_in(each) for each in tmp_path.glob("*.png")] == [2]


@pytest.mark.parametrize("pattern", ["{}.png", "{:d}.png", "{0:03}.png", "{:x}/a.png", "a{{{:02d}}}.png"])
def test_patterns(call: Call, clip: str, tmp_path: Path, pattern: str) -> None:
    call("render", clip, "-o", tmp_path / pattern, *SIZE).worked()
    assert [class_in(tmp_path / pattern.format(i)) for i in range(4)] == [1, 2, 3, 4]


def test_a_sequence_is_fitted_once() -> None:
    rec = bz.Recording("fit")
    for i in range(2):
        rec.set_time("frame", sequence=i)
        rec.log("box", bz.Boxes2D(half_sizes=[[5, 5]], centers=[[100 * i, 0]]))
    with bz.Offscreen(64, 32) as screen:
        first, second = screen.frames(rec, timeline="frame")
    assert (first[:, :32] != BACKGROUND).any()
    assert (first[:, 32:] == BACKGROUND).all()
    assert (second[:, :32] == BACKGROUND).all()


# --- what


@pytest.mark.parametrize(("recording", "shown"), [(None, 2), ("static", 2), ("clip", 4)])
def test_recording(call: Call, recordings: Path, out: Path, recording: str | None, shown: int) -> None:
    words = [] if recording is None else ["--recording", recording]
    call("render", recordings / "three.rrd", "-o", out, *SIZE, *words).worked()
    assert class_in(out) == shown


@pytest.mark.parametrize(("view", "shown"), [("left", 1), ("/right/mask", 2), ("right", 2)])
def test_view(call: Call, recordings: Path, out: Path, view: str, shown: int) -> None:
    call("render", recordings / "sizes.rrd", "-o", out, *SIZE, "--view", view).worked()
    assert class_in(out) == shown


def test_views_lie_in_a_grid(call: Call, recordings: Path, out: Path) -> None:
    call("render", recordings / "sizes.rrd", "-o", out, "--size", "40x20").worked()
    picture = read_png(out)[..., :3]
    assert (picture[:, :20] == (255, 0, 0)).all(-1).any()
    assert (picture[:, 20:] == (0, 255, 0)).all(-1).any()


def test_kind_2d_is_what_there_is(call: Call, clip: str, out: Path) -> None:
    call("render", clip, "-o", out, *SIZE, "--kind", "2d").worked()


# --- how


@pytest.mark.parametrize("size", ["8x6", "8X6", "16x12", "1x1", "8x1000"])
def test_size(call: Call, clip: str, out: Path, size: str) -> None:
    call("render", clip, "-o", out, "--size", size).worked()
    width, height = map(int, size.lower().split("x"))
    assert read_png(out).shape == (height, width, 4)


def test_bounds_are_centred_and_never_stretched(call: Call, clip: str, out: Path) -> None:
    call("render", clip, "-o", out, "--size", "8x8", "--bounds", "0,0,4,2").worked()
    picture = read_png(out)
    yellow = (picture[..., :3] == (255, 255, 0)).all(-1)
    assert yellow[2:].all()  # y from -1 to 3: what is beside the bounds is shown too
    assert not yellow[:2].any()
    call("render", clip, "-o", out, "--size", "20x10", "--bounds", "4,0,14,10").worked()
    picture = read_png(out)
    yellow = (picture[..., :3] == (255, 255, 0)).all(-1)
    assert yellow[:6, 5:9].all()  # one unit is one pixel: 5 of margin on each side
    assert not yellow[:, 9:].any()
    assert not yellow[6:].any()


@pytest.mark.parametrize("words", [["--bounds", "-2,-2,10,8"], ["--bounds=-2,-2,10,8"]])
def test_negative_bounds_are_a_value_and_no_flag(call: Call, clip: str, out: Path, words: list[str]) -> None:
    call("render", clip, "-o", out, "--size", "12x10", *words).worked()
    picture = read_png(out)
    assert tuple(picture[1, 1]) == BACKGROUND
    assert tuple(picture[2, 2]) == (255, 255, 0, 255)


@pytest.mark.parametrize("size", ["1e-320", "1e-40", "1e300"])
def test_bounds_of_any_size(call: Call, clip: str, out: Path, size: str) -> None:
    answer = call("render", clip, "-o", out, *SIZE, "--bounds", f"0,0,{size},{size}")
    if answer.code:
        answer.refused(2, "bounds")
    else:
        answer.worked()


def test_labels_and_the_legend(call: Call, recordings: Path, out: Path) -> None:
    """Each word about words makes another picture."""
    variants = ([], ["--labels", "off"], ["--label-size", "20"], ["--scale", "2"], ["--legend"], ["--font", str(FONT)])
    pictures = {}
    for words in variants:
        call("render", recordings / "classes.rrd", "-o", out, "--size", "320x240", *words).worked()
        pictures[tuple(words)] = out.read_bytes()
    assert len(set(pictures.values())) == len(variants)


def test_labels_that_find_no_place_are_drawn_where_that_is_asked_for(call: Call, out: Path, tmp_path: Path) -> None:
    source = tmp_path / "crowd.rrd"
    with rr.RecordingStream("crowd") as stream:
        stream.save(source)
        stream.log("p", rr.Points2D([[10, 10]] * 9, labels=["label"] * 9), static=True)
    shown = {}
    for declutter in ("on", "off"):
        call("render", source, "-o", out, "--size", "64x64", "--declutter", declutter).worked()
        shown[declutter] = read_png(out)
    assert (shown["on"] != shown["off"]).any()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--label-size", "0"], 2),
        (["--label-size", "big"], 2),
        (["--scale", "0"], 2),
        (["--scale", "nan"], 2),
        (["--labels", "some"], 2),
        (["--declutter", "maybe"], 2),
        (["--font", "no such file.ttf"], 1),
        (["--font", __file__], 1),
    ],
    ids=str,
)
def test_wrong_words_about_words(call: Call, clip: str, out: Path, words: list[str], code: int) -> None:
    call("render", clip, "-o", out, *SIZE, *words).refused(code, words[0].strip("-").replace("-", " ").split()[0])


@pytest.mark.parametrize(
    ("words", "shown"),  # left, right, middle
    [
        ([], (1, 2, 3)),
        (["--hide", "1"], (None, 2, 3)),
        (["--hide", "one"], (None, 2, 3)),
        (["--hide", "one", "--hide", "2"], (None, None, 3)),
        (["--hide", "three"], (1, 2, 2)),
        (["--hide", "77"], (1, 2, 3)),  # an id that no pixel has
        (["--hide", "4294967296"], (1, 2, 3)),
        (["--hide", "99999999999999999999999"], (1, 2, 3)),
        (["--only", "2"], (None, 2, 2)),
        (["--only", "two", "--only", "3"], (None, 2, 3)),
        (["--only", "77"], (None, None, None)),
        (["--only", "1", "--hide", "one"], (None, None, None)),
    ],
)
def test_hide_and_only(picture_of: PictureOf, words: list[str], shown: tuple[int | None, ...]) -> None:
    picture = picture_of("classes", *SIZE, *words)
    colors = {1: (255, 0, 0), 2: (0, 255, 0), 3: (0, 0, 255), None: BACKGROUND[:3]}
    found = [tuple(picture[y, x, :3].tolist()) for y, x in ((0, 0), (0, 7), (3, 4))]
    assert found == [colors[each] for each in shown]


@pytest.mark.parametrize(
    ("background", "shown"),
    [
        ("336699", (0x33, 0x66, 0x99, 255)),
        ("336699ff", (0x33, 0x66, 0x99, 255)),
        ("33669980", (0x33, 0x66, 0x99, 0x80)),
        ("AABBCC", (0xAA, 0xBB, 0xCC, 255)),
    ],
)
def test_background(call: Call, clip: str, out: Path, background: str, shown: tuple[int, ...]) -> None:
    call("render", clip, "-o", out, "--size", "8x20", "--background", background).worked()
    picture = read_png(out)
    np.testing.assert_allclose(picture[0, 0], shown, atol=1 if shown[3] < 255 else 0)
    assert tuple(picture[10, 4]) == (255, 255, 0, 255)


def test_a_background_that_is_not_there(call: Call, clip: str, out: Path) -> None:
    call("render", clip, "-o", out, "--size", "8x20", "--background", "00000000").worked()
    picture = read_png(out)
    assert picture[0, 0, 3] == 0
    assert tuple(picture[10, 4]) == (255, 255, 0, 255)


# --- words


@pytest.mark.parametrize("words", [["--help"], ["render", "--help"], ["info", "--help"], ["--version"]])
def test_help_and_version_go_to_stdout(call: Call, words: list[str]) -> None:
    answer = call(*words)
    answer.worked()
    assert answer.out.startswith(("usage: blazon", "blazon 0."))
