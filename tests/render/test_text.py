"""Texts become glyphs: what is written, in which font, what never is, and what happens where there is no more room."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import features

import blazon as bz
from blazon.ingest.errors import BlazonWarning
from blazon.ingest.moments import At
from blazon.render import tables
from blazon.render.layouts import GLYPH
from blazon.render.scene import Scene, SceneBuilder
from blazon.render.shot import Shot, make_look
from blazon.render.text import atlas as atlases
from blazon.render.text import fonts
from blazon.render.text.atlas import FIRST_HEIGHT, Atlas, AtlasFull
from blazon.render.text.fonts import Font, Fonts
from blazon.render.text.texts import Texts
from blazon.render.text.typesetter import ELLIPSIS, MOST_EMS, MOST_LINES, Typesetter
from tests.pictures import WHITE, Draw, extent, logged

Screen = Callable[..., bz.Offscreen]
FONTS = Path(__file__).parents[1] / "assets" / "fonts"
DEVANAGARI = str(FONTS / "devanagari.ttf")
EM = 12.0
NOBODYS = "\U0010fffd"  # for private use: no font has it
JOINING = "\u0646", "\u0645"  # two letters of Arabic
needs_shaping = pytest.mark.skipif(not features.check("raqm"), reason="Pillow is without raqm, or without FriBiDi")


@pytest.fixture(autouse=True)
def no_installed_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fonts of this machine are nobody's business, but for tests that say so."""
    monkeypatch.setattr(fonts, "installed", lambda: ())


def typesetter(*own: str, size_px: float = EM, longest_px: float = 1e4) -> Typesetter:
    return Typesetter(Texts(), Fonts(own), size_px, longest_px)


def ink(text: str, setter: Typesetter | None = None) -> np.ndarray:
    """How much of each pixel a text covers, uint8 (h, w), around a margin of an em."""
    setter = setter or typesetter()
    margin = round(setter.size_px)
    rows = setter.rows(text, margin, margin, 0xFFFFFFFF)
    width, height = size(text, setter)
    out = np.zeros((height + 2 * margin, width + 2 * margin), np.uint8)
    for row in rows:
        (x, y), (across, down), (u, v) = (row[name].astype(int) for name in ("corner", "size", "texel"))
        glyph = setter.atlas.pixels[v : v + down, u : u + across]
        np.maximum(out[y : y + down, x : x + across], glyph, out=out[y : y + down, x : x + across])
    return out


def size(text: str, setter: Typesetter | None = None) -> tuple[int, int]:
    """The width and height of a text."""
    setter = setter or typesetter()
    number = setter.texts[text]
    setter.set(np.array([number], np.int32))
    width, height = setter.sizes[number].tolist()
    return width, height


def same(text: str, other: str) -> bool:
    """Whether two texts look alike."""
    return np.array_equal(ink(text), ink(other))


def in_the_middle(label: str) -> bz.Points2D:
    """Two small points far from each other, and one label for both: it is halfway between them."""
    return bz.Points2D([[2, 2], [198, 118]], radii=0.1, colors=WHITE, labels=[label])


def picture(draw: Draw, label: str, *, size: tuple[int, int] = (200, 120), **look: Any) -> np.ndarray:
    return draw({"p": in_the_middle(label)}, **{"size": size, "bounds": (0, 0, 200, 120), "labels": "auto", **look})


# --- what is written


def test_lines_end_at_newlines_and_are_centred() -> None:
    setter = typesetter()
    assert size("ii\nmmmm", setter) == (size("mmmm", setter)[0], 2 * setter.line_px)
    both, shift = ink("ii\nmmmm", setter), (size("mmmm", setter)[0] - size("ii", setter)[0]) // 2
    upper, lower = ink("ii", setter), ink("mmmm", setter)
    expected = np.zeros_like(both)
    expected[: len(upper), shift : shift + upper.shape[1]] = upper
    expected[setter.line_px :] = np.maximum(expected[setter.line_px :], lower)
    assert np.array_equal(both, expected)


@needs_shaping
def test_lines_that_are_shaped_are_centred_as_well() -> None:
    setter = typesetter()
    short, long = "".join(JOINING), "".join(JOINING * 4)
    assert size(f"{short}\n{long}", setter) == (size(long, setter)[0], 2 * setter.line_px)
    xs = np.flatnonzero(ink(f"{short}\n{long}", setter)[: round(EM) + setter.line_px].any(axis=0))
    middle = (2 * round(EM) + size(long, setter)[0]) / 2
    assert abs((xs.min() + xs.max() + 1) / 2 - middle) <= 2


@pytest.mark.parametrize("end", ["", "\r\n", "\r\n\r\n"], ids=["between", "one at the end", "two at the end"])
@pytest.mark.parametrize("text", ["ab\r\nc", pytest.param("".join(JOINING) + "\r\nc", marks=needs_shaping)], ids=ascii)
def test_the_newlines_of_windows_are_newlines(text: str, end: str) -> None:
    """At the end of a text they make it no higher, as others don't."""
    assert same(text + end, (text + end).replace("\r\n", "\n"))


def test_a_tab_is_four_spaces() -> None:
    assert same("a\tb", "a    b")


@pytest.mark.parametrize(
    "character",
    [*map(chr, (*range(9), 11, 12, *range(14, 32), 0x7F, 0x85, 0x200B, 0x2028, 0x2029, 0xFEFF, 0xD800, 0xDFFF))],
    ids=ascii,
)
@pytest.mark.parametrize("around", [("i", "j"), pytest.param(JOINING, marks=needs_shaping)], ids=["plain", "shaped"])
def test_what_is_no_character_is_not_written(around: tuple[str, str], character: str) -> None:
    """Controls and halves of pairs leave no box, wherever they are; letters around them may join, or not."""
    before, after = around
    found = ink(before + character + after)
    assert any(np.array_equal(found, ink(before + between + after)) for between in ("", "\u200c"))


@needs_shaping
def test_a_lone_return_is_no_mistake() -> None:
    assert ink("\r".join(JOINING)).any()


@pytest.mark.parametrize(
    "text",
    ["", " ", "   ", "\t", "\n", "\n\n\n", " \n\t\n ", "\r\n", "\u00a0", "\u2003", "\u3000", "\u200b", "\ufeff", "\x00"]
    + ["\ud800", "\u200d", "\u2028"],
    ids=ascii,
)
def test_blank_texts_draw_nothing(draw: Draw, text: str) -> None:
    """Not even a plate."""
    assert np.array_equal(picture(draw, text), picture(draw, "a", labels="off"))
    assert not np.array_equal(picture(draw, "a"), picture(draw, "a", labels="off"))


@pytest.mark.parametrize("character", [NOBODYS, "\ue000", "\U000e0fff", "\uffff", "人"], ids=ascii)
def test_a_character_that_no_font_has_is_a_box(character: str) -> None:
    """Hollow, as high as a letter, one for each."""
    found = ink(character)
    ys, xs = np.nonzero(found)
    box = found[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    assert box.shape[0] > box.shape[1] > 3
    assert (box[[0, -1]] == 255).all()
    assert (box[:, [0, -1]] == 255).all()
    assert not box[1:-1, 1:-1].any()
    assert size(3 * character)[0] == 3 * size(character)[0]
    assert size(f"a{character}b")[0] == size(character)[0] + size("a")[0] + size("b")[0]


@needs_shaping
def test_a_box_between_letters_that_are_shaped() -> None:
    """What is on both sides of it is written as without it."""
    text = "".join(JOINING)
    setter = typesetter()
    assert size(f"{text}{NOBODYS}{text}", setter)[0] == 2 * size(text, setter)[0] + size(NOBODYS, setter)[0]


@pytest.mark.parametrize(
    "emoji",
    ["👨\u200d👩\u200d👧", "👍\U0001f3fd", "\U0001f1e9\U0001f1ea", "\u2764\ufe0f", "1\ufe0f\u20e3", "\u200d👨\u200d"],
    ids=ascii,
)
def test_emoji_of_several_characters_are_no_mistake(draw: Draw, emoji: str) -> None:
    assert (picture(draw, emoji) != picture(draw, "")).any()
    assert ink(emoji).any()


def test_what_joins_emoji_is_not_written() -> None:
    assert same("👨\u200d👩", "👨👩")


@needs_shaping
def test_letters_join_and_marks_combine() -> None:
    """What keeps them from that makes them another picture."""
    assert size("\u0628\u0628\u0628")[0] < size("\u0628\u200c\u0628\u200c\u0628")[0]
    assert size("a\u0301") == size("a")
    deva = typesetter(DEVANAGARI)
    assert size("\u0915\u094d\u0937", deva)[0] < size("\u0915\u0937", deva)[0]


@needs_shaping
@pytest.mark.parametrize("rest", ["\u062f\u062f", f"{NOBODYS}\u062f", " 12", f" {NOBODYS}"], ids=ascii)
def test_a_line_from_the_right_begins_there(rest: str) -> None:
    """Its first letter is at its right end, where it has several parts as well."""
    first = ink("\u0627")[:, -round(EM) - size("\u0627")[0] + 1 :]
    found = ink("\u0627" + rest)
    assert first.any()
    assert np.array_equal(found[:, -first.shape[1] :], first)


# --- what is too long


LONG_TEXTS = pytest.mark.parametrize(
    "text",
    [
        pytest.param("xyz" * 200, id="plain"),
        pytest.param(NOBODYS * 300, id="missing"),
        pytest.param("".join(JOINING) * 300, id="shaped", marks=needs_shaping),
        pytest.param((JOINING[0] + NOBODYS) * 300, id="shaped and missing", marks=needs_shaping),
        pytest.param(("\u0915" + JOINING[0]) * 300, id="of two fonts", marks=needs_shaping),
    ],
)


@LONG_TEXTS
@pytest.mark.parametrize("longest", [1e4, 130.0])
def test_a_long_line_is_cut(text: str, longest: float) -> None:
    """At 40 em, or where the picture ends; as much of it is there as has room."""
    limit = min(MOST_EMS * EM, longest)
    width = size(text, typesetter(DEVANAGARI, longest_px=longest))[0]
    assert limit - 2 * EM < width <= limit


@pytest.mark.parametrize(
    "letters", ["x", NOBODYS, pytest.param("\u0628", marks=needs_shaping), pytest.param("\u05d0", marks=needs_shaping)]
)
def test_where_a_line_is_cut_an_ellipsis_is(letters: str) -> None:
    """Low as it is, at the end: on the left where letters run from the right."""
    setter = typesetter(longest_px=130)
    dots, found, margin = ink(ELLIPSIS, setter), ink(letters * 99, setter), round(EM)
    if letters in "\u0628\u05d0":
        dots, found = dots[:, ::-1], found[:, ::-1]
    end = found[:, -margin - size(ELLIPSIS, setter)[0] + 1 :]
    ys = np.flatnonzero(dots.any(axis=1))
    assert end.any()
    assert not np.delete(end, np.arange(ys.min() - 1, ys.max() + 2), axis=0).any()


def test_a_long_line_is_its_beginning_and_an_ellipsis() -> None:
    setter = typesetter(longest_px=100)
    fits = next(n for n in range(100) if size("x" * (n + 1) + ELLIPSIS, typesetter())[0] > 100)
    assert same_in(setter, "x" * 500, "x" * fits + ELLIPSIS)
    assert same_in(setter, "ab\n" + "x" * 500 + "\nc", "ab\n" + "x" * fits + ELLIPSIS + "\nc")


def same_in(setter: Typesetter, text: str, other: str) -> bool:
    return np.array_equal(ink(text, setter), ink(other, setter))


@pytest.mark.parametrize("letter", ["x", pytest.param(JOINING[0], marks=needs_shaping)], ids=["plain", "shaped"])
def test_too_many_lines_end_in_an_ellipsis(letter: str) -> None:
    allowed = [letter] * MOST_LINES
    assert same("\n".join([*allowed, letter, letter]), "\n".join(allowed) + ELLIPSIS)
    assert same("\n".join(allowed) + "\n\n", "\n".join(allowed))


@LONG_TEXTS
def test_a_long_label_stays_in_the_picture(draw: Draw, text: str) -> None:
    """As wide as that is, but for margins."""
    bright = (picture(draw, text, size=(100, 60)) != picture(draw, "", size=(100, 60))).any(axis=2)
    bright &= picture(draw, text, size=(100, 60))[..., 0] > 60
    xs = np.flatnonzero(bright.any(axis=0))
    assert 2 <= xs.min() < 24
    assert 76 < xs.max() <= 97


def test_a_picture_that_is_too_small_for_a_word_shows_none(draw: Draw) -> None:
    assert np.array_equal(picture(draw, "word", size=(10, 6)), picture(draw, "", size=(10, 6)))


# --- where it is written


def glyphs_of(scene: Scene) -> np.ndarray:
    """What is written in a scene, GLYPH rows."""
    (rows,) = [rows for rows in scene.rows.values() if rows.dtype == GLYPH]
    return rows


def scene_of(label: str, bounds: tuple[float, ...], builder: SceneBuilder | None = None) -> Scene:
    rec = logged({"p": in_the_middle(label)})
    return (builder or SceneBuilder()).build(Shot(rec, At(None, 0), make_look(200, 120, bounds=bounds)))


@pytest.mark.parametrize("shift", [(0.25, 0), (0.5, 0.5), (-0.4, 0.75), (13.3, -7.8)], ids=str)
def test_glyphs_lie_on_whole_pixels(draw: Draw, shift: tuple[float, float]) -> None:
    """Wherever what they belong to lies, their pixels are the same, and at most half a pixel from there."""
    bounds = 0.0, 0.0, 200.0, 120.0
    moved = (shift[0], shift[1], 200 + shift[0], 120 + shift[1])
    builder = SceneBuilder()
    before, after = (glyphs_of(scene_of("Hamburgefonts", each, builder)) for each in (bounds, moved))
    assert (after["corner"] == np.round(after["corner"])).all()
    by = after["corner"] - before["corner"]
    assert (by == by[0]).all()
    assert np.abs(by[0] + shift).max() <= 1
    assert np.array_equal(after["texel"], before["texel"])
    pictures = [picture(draw, "Hamburgefonts", bounds=each)[20:100, 30:170] for each in (bounds, moved)]
    (x0, y0, x1, y1), (u0, v0, u1, v1) = map(extent, pictures)
    assert np.array_equal(pictures[0][y0:y1, x0:x1], pictures[1][v0:v1, u0:u1])


def enlarged(picture: np.ndarray) -> float:
    """How much of what changes from pixel to pixel does so within pairs of pixels: 0 where all are twice as large."""
    light = picture[..., 0].astype(int)
    within = []
    for dy in (0, 1):
        for dx in (0, 1):
            part = light[dy : (light.shape[0] - dy) // 2 * 2 + dy, dx : (light.shape[1] - dx) // 2 * 2 + dx]
            blocks = part.reshape(part.shape[0] // 2, 2, part.shape[1] // 2, 2)
            mixed = np.ptp(blocks, axis=(1, 3)) > 0
            shown = blocks.max(axis=(1, 3)) > 40
            within.append(np.count_nonzero(mixed & shown) / np.count_nonzero(shown))
    return float(min(within))


def test_labels_are_crisp_at_any_scale(draw: Draw) -> None:
    """At scale 2 they are twice as large, and of as many pixels more; no enlargement."""
    small, large = picture(draw, "Hamburg"), picture(draw, "Hamburg", scale=2, size=(400, 240))
    blown_up = np.kron(small, np.ones((2, 2, 1), np.uint8))
    middle = slice(80, 160), slice(80, 320)
    (x0, y0, x1, y1), (u0, v0, u1, v1) = extent(blown_up[middle]), extent(large[middle])
    assert abs((x1 - x0) - (u1 - u0)) <= 6
    assert abs((y1 - y0) - (v1 - v0)) <= 2
    assert enlarged(blown_up[middle]) == 0
    assert enlarged(large[middle]) > 0.25


def test_letters_at_a_scale_are_those_of_a_larger_size(draw: Draw) -> None:
    def letters(**look: Any) -> np.ndarray:
        shown = picture(draw, "Hamburg", size=(400, 240), **look)[80:160, 80:320, 0]
        ys, xs = np.nonzero(shown > 20)
        return shown[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]

    assert np.array_equal(letters(scale=2), letters(label_size=24))
    assert letters().shape[1] < 0.6 * letters(scale=2).shape[1]


# --- where glyphs are kept


def test_an_atlas_that_grows_keeps_what_is_there() -> None:
    rng = np.random.default_rng(0)
    atlas, kept = Atlas(), []
    while len(atlas.pixels) < 4 * FIRST_HEIGHT:
        version = atlas.version
        mask = rng.integers(1, 256, rng.integers(1, 60, 2)).astype(np.uint8)
        kept.append((mask, atlas.add(mask)))
        assert atlas.version > version
    taken = np.zeros_like(atlas.pixels)
    for mask, (x, y) in kept:
        place = slice(y, y + mask.shape[0]), slice(x, x + mask.shape[1])
        assert np.array_equal(atlas.pixels[place], mask)
        taken[y : y + mask.shape[0] + 1, x : x + mask.shape[1] + 1] += 1
    assert taken.max() == 1  # none touches another
    assert len(kept) > 30


def test_an_atlas_says_that_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atlases, "MOST_HEIGHT", 200)
    atlas = Atlas()
    for _ in range(3):
        atlas.add(np.full((60, atlases.WIDTH - 1), 9, np.uint8))
    with pytest.raises(AtlasFull):
        atlas.add(np.full((60, 5), 9, np.uint8))
    assert atlas.add(np.full((5, 5), 9, np.uint8)) == (0, 183)
    with pytest.raises(AtlasFull):
        Atlas().add(np.zeros((5, atlases.WIDTH), np.uint8))


ALPHABETS = ["abcdefghijklm", "nopqrstuvwxyz", "ABCDEFGHIJKLM", "NOPQRSTUVWXYZ", "αβγδεζηθικλμ", "БГДЖЗИЛПУФЦЧ"]
ALPHABETS += ["абвгдежзийкл", "νξοπρστυφχψω", "мнопрстуфхцч"]
WHOLE = "0d1011", "0d1011fe"  # backgrounds: kernels write, GL writes
LARGE: dict[str, Any] = {"bounds": (0, 0, 200, 20), "label_size": 90}


def written(screen: bz.Offscreen, rec: bz.Recording, frame: int, **look: Any) -> tuple[np.ndarray, Scene]:
    at = At(rec.default_timeline(), frame)
    return screen.draw(Shot(rec, at, make_look(screen.width, screen.height, **look)))


def texts_in_time(texts: list[str]) -> bz.Recording:
    rec = bz.Recording("texts")
    for frame, text in enumerate(texts):
        logged({"p": bz.Points2D([[0, 0], [200, 20]], colors=WHITE, labels=[text])}, rec, frame=frame)
    return rec


@pytest.mark.parametrize("background", WHOLE, ids=["kernels", "GL"])
def test_texts_of_an_atlas_that_grows_stay_right(screen: Screen, background: str) -> None:
    """One picture after the other is what it is by itself."""
    rec, one = texts_in_time(ALPHABETS), screen(1300, 160)
    heights = set()
    for frame in range(len(ALPHABETS)):
        found, scene = written(one, rec, frame, background=background, **LARGE)
        alone, _ = written(screen(1300, 160), rec, frame, background=background, **LARGE)
        assert np.array_equal(found, alone)
        heights.add(len(scene.atlas.pixels) if scene.atlas is not None else 0)
    assert len(heights) > 1


@pytest.mark.parametrize("background", WHOLE, ids=["kernels", "GL"])
@pytest.mark.parametrize("count", [6, len(ALPHABETS)], ids=["once", "again and again"])
def test_an_atlas_that_is_full_begins_anew(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, count: int, background: str
) -> None:
    """Each text finds room in it alone, all together don't; pictures are what they are where there is more room."""
    rec = texts_in_time(ALPHABETS[:count])
    roomy = [written(screen(1300, 160), rec, frame, background=background, **LARGE)[0] for frame in range(count)]
    monkeypatch.setattr(atlases, "WIDTH", 1024)
    monkeypatch.setattr(atlases, "MOST_HEIGHT", 325)
    used = []
    one = screen(1300, 160)
    for frame in range(count):
        alone, _ = written(screen(1300, 160), rec, frame, background=background, **LARGE)
        assert np.array_equal(alone, roomy[frame])
        found, scene = written(one, rec, frame, background=background, **LARGE)
        assert np.array_equal(found, roomy[frame]), ALPHABETS[frame]
        used.append(scene.atlas)
    assert len(set(map(id, used))) > 1


def test_what_finds_no_room_at_all_is_a_box(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """One picture needs more than there can be: it is drawn, in part. The next one is right again."""
    rec = texts_in_time(["abcdefghijklm", "AB"])
    roomy = [written(screen(1300, 160), rec, frame, **LARGE)[0] for frame in (0, 1)]
    nothing, _ = written(screen(1300, 160), rec, 0, labels="off", **LARGE)
    monkeypatch.setattr(atlases, "MOST_HEIGHT", 160)
    one = screen(1300, 160)
    found = [written(one, rec, frame, **LARGE)[0] for frame in (0, 1)]
    assert not np.array_equal(found[0], roomy[0])
    assert not np.array_equal(found[0], nothing)
    assert np.array_equal(found[1], roomy[1])


# --- the book of texts


@pytest.mark.parametrize("background", WHOLE, ids=["kernels", "GL"])
def test_a_book_that_is_full_is_followed_by_a_new_one(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, background: str
) -> None:
    """Numbers mean other texts then; pictures are right all the same, with the labels of classes, and the legend."""
    monkeypatch.setattr(tables, "MOST_TEXTS", 12)
    rec = bz.Recording("book")
    rec.log("/", bz.AnnotationContext([(1, "cat", (255, 90, 0)), (2, "dog", (0, 200, 255))]), static=True)
    rec.log("still", bz.Boxes2D(centers=[[30, 20], [90, 20]], half_sizes=[[9, 9]] * 2, class_ids=[1, 2]), static=True)
    for frame in range(12):
        points = bz.Points2D([[30, 80], [90, 80], [150, 80]], labels=[f"{frame} {name}" for name in "abc"])
        logged({"moving": points}, rec, frame=frame)
    one, look = screen(200, 120), {"background": background, "legend": True, "bounds": (0, 0, 200, 120)}
    used = []
    for frame in range(12):
        found, scene = written(one, rec, frame, **look)
        assert np.array_equal(found, written(screen(200, 120), rec, frame, **look)[0]), frame
        used.append(scene.atlas)
    assert len(set(map(id, used))) > 2


def test_texts_have_the_numbers_of_their_places() -> None:
    texts = Texts()
    assert texts.numbers(["b", "", "a", "b"]).tolist() == [1, 0, 2, 1]
    assert texts.all == ["", "b", "a"]


def test_there_may_be_many_texts_and_letters() -> None:
    """More than there is room for at first: each is what it is by itself."""
    letters = [chr(each) for each in range(0x21, 0x250) if not 0x7F <= each < 0xA1 and each != 0xAD]
    texts = ["".join(letters[i : i + 9]) for i in range(len(letters) - 9)]
    setter = typesetter()
    setter.set(setter.texts.numbers(texts[:100]))
    setter.set(setter.texts.numbers(texts))
    assert len(texts) > 400
    for text in texts[::37]:
        assert np.array_equal(ink(text, setter), ink(text))


# --- fonts


def test_the_shipped_font_has_what_it_is_said_to_have() -> None:
    """But for controls, which no font has: for these nobody looks into the file."""
    unknown = Font(fonts.shipped().path)
    assert [hex(each) for each in fonts.SURELY_SHIPPED if not unknown.has(each) and not 0x7F <= each < 0xA0] == []
    assert fonts.shipped().has(ord("a"))


def test_fonts_are_asked_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's first, then the one that ships, then those that are installed."""
    shipped, installed = fonts.shipped(), Font(str(FONTS / "chinese.ttf"))
    monkeypatch.setattr(fonts, "installed", lambda: (installed,))
    asked = Fonts([DEVANAGARI])
    mine = asked.leading[0]
    assert mine.path == DEVANAGARI
    assert [asked.of(ord(each)) for each in "\u0915 a\u4eba" + NOBODYS] == [mine, mine, shipped, installed, None]
    assert asked.of_all(map(ord, "ab ")) is shipped
    assert asked.of_all(map(ord, "\u0915 ")) is mine
    assert asked.of_all(map(ord, "a\u0915")) is None
    assert Fonts().leading == (shipped, shipped)


def test_installed_fonts_are_looked_for_where_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for what the others have; once, for what they lack."""
    asked = []
    monkeypatch.setattr(fonts, "installed", lambda: asked.append(1) or ())
    mine = Fonts([DEVANAGARI])
    for character in "ab\u0915\u042f":
        assert mine.of(ord(character)) is not None
    assert asked == []
    assert mine.of(ord(NOBODYS)) is None
    assert mine.of(0xF0000) is None
    assert asked == [1]


def test_the_plain_ones_of_a_machine_come_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = ["A-Bold.ttf", "B Mono.otf", "Zed-Regular.ttf", "ZedSans-Regular.TTF", "notes.txt"]
    (tmp_path / "fonts" / "deep").mkdir(parents=True)
    for name in names:
        (tmp_path / "fonts" / "deep" / name).write_bytes(b"")
    monkeypatch.undo()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    paths = [font.path for font in fonts.installed.__wrapped__() if font.path.startswith(str(tmp_path))]
    found = [Path(path).name for path in paths]
    assert set(found) == set(names) - {"notes.txt"}
    assert set(found[:2]) == {"Zed-Regular.ttf", "ZedSans-Regular.TTF"}


@pytest.mark.parametrize(
    "content", [b"", b"no font", Path(DEVANAGARI).read_bytes()[:5000]], ids=["empty", "text", "cut"]
)
def test_an_installed_file_that_is_broken_is_passed_over(
    draw: Draw, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    """And closed again."""
    (tmp_path / "broken.ttf").write_bytes(content)
    without = picture(draw, "\u0928")
    monkeypatch.setattr(fonts, "installed", lambda: (Font(str(tmp_path / "broken.ttf")),))
    assert np.array_equal(picture(draw, "\u0928"), without)
    monkeypatch.setattr(fonts, "installed", lambda: (Font(str(tmp_path / "broken.ttf")), Font(DEVANAGARI)))
    assert not np.array_equal(picture(draw, "\u0928"), without)


@needs_shaping
def test_the_users_font_writes_what_it_has(draw: Draw) -> None:
    """What is a row of boxes without it."""
    with_it, without = picture(draw, "\u0939\u093f", font=DEVANAGARI), picture(draw, "\u0939\u093f")
    assert (with_it != without).any()
    assert np.array_equal(with_it, picture(draw, "\u0939\u093f", font=[Path(DEVANAGARI)]))
    assert np.array_equal(with_it, picture(draw, "\u0939\u093f", font=(DEVANAGARI, FONTS / "chinese.ttf")))


def test_one_screen_writes_in_one_font_after_the_other(screen: Screen) -> None:
    rec, one = logged({"p": in_the_middle("a\u4eba")}), screen(200, 120)
    look: dict[str, Any] = {"bounds": (0, 0, 200, 120)}
    for font in ((), str(FONTS / "chinese.ttf"), ()):
        assert np.array_equal(one.render(rec, font=font, **look), screen(200, 120).render(rec, font=font, **look))


@pytest.mark.parametrize("background", WHOLE, ids=["kernels", "GL"])
@pytest.mark.parametrize("label", ["word", "word " * 99], ids=["short", "long"])
def test_one_screen_writes_at_one_size_after_the_other(screen: Screen, label: str, background: str) -> None:
    """At two of them letters are as large, but lines not as long."""
    rec, one = logged({"p": in_the_middle(label)}), screen(200, 120)
    for size in ({}, {"label_size": 24}, {"scale": 2}, {"label_size": 6, "scale": 2}, {}):
        look: dict[str, Any] = {"bounds": (0, 0, 200, 120), "background": background, **size}
        assert np.array_equal(one.render(rec, **look), screen(200, 120).render(rec, **look))


# --- what is no font, no size, no scale


@pytest.fixture
def installed_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of a file that is not there, though a font of its name is installed."""
    (tmp_path / "data" / "fonts").mkdir(parents=True)
    shutil.copy(DEVANAGARI, tmp_path / "data" / "fonts" / "mine.ttf")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return str(tmp_path / "nowhere" / "mine.ttf")


@pytest.mark.parametrize("font", ["/no/such/font.ttf", "", "font.ttf", __file__, str(FONTS), "a\0b"], ids=ascii)
@pytest.mark.parametrize("many", [False, True], ids=["one", "a list"])
def test_a_file_that_is_no_font_is_refused(draw: Draw, font: str, many: bool) -> None:
    with pytest.raises(bz.SourceError, match="font") as refused:
        picture(draw, "a", font=[DEVANAGARI, font] if many else font)
    assert refused.value.exit_code == 1
    assert "\n" not in str(refused.value)


def test_a_font_is_the_file_that_is_named(draw: Draw, installed_elsewhere: str) -> None:
    """Not one of that name that is somewhere else."""
    with pytest.raises(bz.SourceError, match="no such file"):
        picture(draw, "a", font=installed_elsewhere)


@pytest.mark.parametrize("font", [5, None, 1.5, object, [5], [None], [DEVANAGARI, 5], b"font.ttf"], ids=repr)
def test_what_is_no_path_is_refused(draw: Draw, font: Any) -> None:
    with pytest.raises(bz.DtypeError, match="font") as refused:
        picture(draw, "a", font=font)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("value", [0, -1, 3.99, 200.1, float("nan"), float("inf"), "large", None, [12, 13]], ids=repr)
def test_a_label_size_that_can_not_be_is_refused(draw: Draw, value: Any) -> None:
    with pytest.raises(bz.ArgumentError, match="label size"):
        picture(draw, "a", label_size=value)


@pytest.mark.parametrize("value", [0, -1, 0.24, 16.1, float("nan"), float("inf"), "large", None, [1, 2]], ids=repr)
def test_a_scale_that_can_not_be_is_refused(draw: Draw, value: Any) -> None:
    with pytest.raises(bz.ArgumentError, match="scale"):
        picture(draw, "a", scale=value)


@pytest.mark.parametrize(
    "look",
    [{"label_size": 4}, {"label_size": 200}, {"scale": 0.25}, {"scale": 16}, {"scale": 16, "label_size": 200}],
    ids=str,
)
def test_the_least_and_the_largest_are_drawn(draw: Draw, look: dict[str, Any]) -> None:
    """Where the largest find no place in the picture, nothing is written, and nothing fails."""
    picture(draw, "Wort", **look)
    assert (picture(draw, "Wort", declutter=False, **look) != picture(draw, "", declutter=False, **look)).any()


def test_a_font_whose_outlines_are_broken_is_given_up(monkeypatch: pytest.MonkeyPatch, draw: Draw) -> None:
    """It is told, others are asked, and a box is drawn where there are none: no picture fails for it."""

    class Broken(Font):
        def sized(self, size_px: float, *, shaped: bool) -> Any:
            raise OSError(f"invalid outline at {size_px}, {shaped}")

    broken, good = Broken(DEVANAGARI), Font(DEVANAGARI)
    monkeypatch.setattr(fonts, "installed", lambda: (broken, good))
    with pytest.warns(BlazonWarning, match="can't be drawn"):
        found = picture(draw, "\u0939\u093f")
    monkeypatch.setattr(fonts, "installed", lambda: (good,))
    assert np.array_equal(found, picture(draw, "\u0939\u093f"))
    monkeypatch.setattr(fonts, "installed", lambda: (Broken(str(FONTS / "chinese.ttf")),))
    with pytest.warns(BlazonWarning, match="can't be drawn"):
        picture(draw, "\u4eba")


def test_a_long_line_of_large_letters_is_forty_ems() -> None:
    """The atlas is narrower than that; single letters don't care."""
    book = Texts()
    setter = Typesetter(book, Fonts(), 100.0, 100_000.0)
    numbers = book.numbers(["letters " * 99])
    setter.set(numbers)
    assert 3800 <= setter.sizes[numbers[0], 0] <= 4000


def test_only_new_rows_of_the_atlas_are_uploaded(screen: Screen) -> None:
    rec = texts_in_time(["abcdefghijklmnopqrstuvwxyz", "é"])
    one = screen(200, 120)
    uploaded = []
    for frame in (0, 1):
        before = one.counts().uploaded_bytes
        one.render(rec, at=("frame", frame), bounds=(0, 0, 200, 20), background="00000000")
        uploaded.append(one.counts().uploaded_bytes - before)
    assert uploaded[1] < uploaded[0] / 3
