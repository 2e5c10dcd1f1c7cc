"""The legend: which classes are in sight, how often, in which colours; and how it is laid out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import blazon as bz
from blazon.ingest.errors import BlazonWarning
from blazon.ingest.moments import At
from blazon.render.census import Census
from blazon.render.layouts import GLYPH
from blazon.render.legend import EDGE, MOST_ROWS
from blazon.render.scene import Scene, SceneBuilder
from blazon.render.shot import Shot, make_look
from blazon.render.text import fonts
from blazon.render.text.typesetter import Typesetter
from blazon.render.visualizers.layers import Primitive
from tests import naive
from tests.pictures import (
    BLUE,
    BOUNDS,
    GREEN,
    HEIGHT,
    RED,
    WIDTH,
    Draw,
    differs,
    extent,
    flat_image,
    logged,
    mask,
    pixel,
)

Line = tuple[int, str, int, int]  # class id, label, instances, pixels of masks
CONTEXT = bz.AnnotationContext([(1, "car", RED), (2, "person", GREEN), (3, "sky", BLUE)])
UNNAMED = bz.AnnotationContext([(1, None, RED), (2, None, GREEN), (3, None, BLUE)])  # nothing to write beside things
FOUR = [[8, 10], [24, 10], [40, 10], [56, 10]]
SPACE: dict[str, Any] = {"bounds": None, "eye": (0, -10, 0), "target": (0, 0, 0)}


@pytest.fixture(autouse=True)
def no_installed_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "installed", lambda: ())


@dataclass
class Told:
    """What legends found, and wrote: a text and where its left upper corner is."""

    found: list[tuple[list[Line], int]] = field(default_factory=list)
    words: list[tuple[int, bytes]] = field(default_factory=list)
    texts: list[tuple[str, int, int]] = field(default_factory=list)
    builder: SceneBuilder = field(default_factory=SceneBuilder)

    def scene(self, rec: bz.Recording, time: int = 0, size: tuple[int, int] = (WIDTH, HEIGHT), **look: Any) -> Scene:
        """Build one, after which all of the above is of it, or empty where it was as the one before."""
        for each in (self.found, self.words, self.texts):
            each.clear()
        shown = make_look(*size, **{"bounds": BOUNDS, "labels": "off", "legend": True, **look})
        return self.builder.build(Shot(rec, At(rec.default_timeline(), time), shown))

    def lines(self, things: Any, **look: Any) -> list[Line]:
        """The classes of a picture."""
        self.scene(things if isinstance(things, bz.Recording) else logged(things), **look)
        return self.found[-1][0] if self.found else []

    def names(self, things: Any, **look: Any) -> list[str]:
        """The names as they are written, downwards, then to the right."""
        scene = self.scene(logged(things), **look)
        assert (scene.legend is not None) == bool(self.texts)
        return [text for text, _, _ in self.texts if text and not text[0].isdigit()]


@pytest.fixture
def legend(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Builds scenes with a legend, and listens to what that finds and writes."""
    told = Told()
    find, write = Census.classes, Typesetter.rows

    def classes(self: Census, *arguments: Any) -> Any:
        found, seen = find(self, *arguments)
        told.found.append(([(each.id, each.label, each.count, each.pixels) for each in found], seen))
        told.words.extend((each.id, each.word.to_bytes(4, "little")) for each in found)
        return found, seen

    def rows(self: Typesetter, text: str, x: int, y: int, color: int) -> Any:
        told.texts.append((text, x, y))
        return write(self, text, x, y, color)

    monkeypatch.setattr(Census, "classes", classes)
    monkeypatch.setattr(Typesetter, "rows", rows)
    return told


# --- instances in sight

FLAT = {
    "points": bz.Points2D(FOUR, class_ids=[2, 1, 2, 2]),
    "boxes": bz.Boxes2D(centers=FOUR, half_sizes=[[3, 3]] * 4, class_ids=[2, 1, 2, 2]),
    "lines": bz.LineStrips2D([[[x - 3, y], [x + 3, y]] for x, y in FOUR], class_ids=[2, 1, 2, 2]),
    "arrows": bz.Arrows2D(origins=FOUR, vectors=[[3, 3]] * 4, class_ids=[2, 1, 2, 2]),
}


@pytest.mark.parametrize("thing", FLAT.values(), ids=FLAT)
@pytest.mark.parametrize(
    ("look", "counts"),
    [
        ({}, {1: 1, 2: 3}),
        ({"bounds": (16, 0, 64, 36)}, {1: 1, 2: 2}),
        ({"bounds": (32, 0, 64, 24)}, {2: 2}),
        ({"bounds": (0, 20, 64, 68)}, {}),
        ({"hide": "car"}, {2: 3}),
        ({"hide": [1, 2]}, {}),
        ({"only": "car"}, {1: 1}),
        ({"only": 2, "bounds": (32, 0, 64, 24)}, {2: 2}),
        ({"labels": "on"}, {1: 1, 2: 3}),
    ],
    ids=str,
)
def test_instances_in_sight_are_counted(legend: Told, thing: Any, look: dict[str, Any], counts: dict[int, int]) -> None:
    names = {1: "car", 2: "person"}
    expected = [(id_, names[id_], count, 0) for id_, count in counts.items()]
    assert legend.lines({"p": [thing, CONTEXT]}, **look) == expected


def test_what_reaches_into_the_picture_is_in_sight(legend: Told) -> None:
    """Of which any part shows: boxes, lines, the discs of points; in space what is around them."""
    box = bz.Boxes2D(centers=[[-4, 20], [-6, 20], [32, 24]], half_sizes=[[5, 5], [5, 5], [90, 90]], class_ids=1)
    line = bz.LineStrips2D([[[-50, 20], [100, 20]]], class_ids=2)
    point = bz.Points2D([[0.5, 20], [-0.5, 20]], radii=3, class_ids=3)
    assert legend.lines({"b": box, "l": line, "p": point}) == [(1, "", 2, 0), (2, "", 1, 0), (3, "", 2, 0)]
    wide = bz.Boxes3D(centers=[[0, 30, 0]], half_sizes=[[60, 1, 1]], class_ids=1)
    aside = {"eye": (-40, 0, 0), "target": (-40, 9, 0), "kind": "3d", "bounds": None}
    assert legend.lines({"w": wide}, **aside) == [(1, "", 1, 0)]


STANDING = [[0, 0, 0], [0.5, 3, 0], [0, -20, 0], [100, 0, 0]]  # two before the eye, one behind it, one aside
IN_SPACE = {
    "points": bz.Points3D(STANDING, class_ids=[1, 2, 1, 2]),
    "boxes": bz.Boxes3D(centers=STANDING, half_sizes=[[0.2, 0.2, 0.2]] * 4, class_ids=[1, 2, 1, 2]),
    "lines": bz.LineStrips3D([[at, np.add(at, 0.1)] for at in STANDING], class_ids=[1, 2, 1, 2]),
    "arrows": bz.Arrows3D(origins=STANDING, vectors=[[0.1, 0.1, 0]] * 4, class_ids=[1, 2, 1, 2]),
}


@pytest.mark.parametrize("thing", IN_SPACE.values(), ids=IN_SPACE)
def test_instances_in_space_are_counted(legend: Told, thing: Any) -> None:
    """Not those behind the eye, nor beside what it sees."""
    things = {"w/p": [thing, CONTEXT]}
    assert legend.lines(things, **SPACE) == [(1, "car", 1, 0), (2, "person", 1, 0)]
    assert legend.lines(things, hide="car", **SPACE) == [(2, "person", 1, 0)]
    assert legend.lines(things, only="car", **SPACE) == [(1, "car", 1, 0)]


def test_copies_at_instance_poses_are_counted(legend: Told) -> None:
    poses = bz.InstancePoses3D(translations=[[0, 0, 0], [1, 0, 0], [0, 0, 1]])
    boxes = bz.Boxes3D(half_sizes=[[0.1, 0.1, 0.1]], class_ids=2)
    assert legend.lines({"b": [boxes, poses]}, **SPACE) == [(2, "", 3, 0)]


def test_entities_count_together(legend: Told) -> None:
    """Those of one view and of several, in the plane and in space."""
    things = {
        "a/image": bz.Image(np.zeros((48, 64, 3), np.uint8)),
        "a/boxes": FLAT["boxes"],
        "b/image": bz.Image(np.zeros((24, 32, 3), np.uint8)),
        "b/points": bz.Points2D([[5, 5], [6, 6]], class_ids=[1, 3]),
        "w/points": bz.Points3D([[0, 0, 0], [1, 0, 0]], class_ids=3),
    }
    found = legend.lines({"/": CONTEXT, **things}, bounds=None, size=(200, 200), kind="2d")
    assert found == [(1, "car", 2, 0), (2, "person", 3, 0), (3, "sky", 1, 0)]
    assert legend.lines({"/": CONTEXT, **things}, bounds=None, view="w", kind="3d") == [(3, "sky", 2, 0)]


def test_what_is_not_drawn_is_not_counted(legend: Told) -> None:
    """Positions that are none, colours that are transparent, and what has no class."""
    context = bz.AnnotationContext([(1, "gone", (9, 9, 9, 0)), (2, "here", RED)])
    things = {
        "/": context,
        "nowhere": bz.Points2D([[np.nan, 1], [10, 10]], class_ids=2),
        "clear": bz.Points2D(FOUR, class_ids=[1, 1, 1, 2]),
        "own": bz.Points2D(FOUR[:2], colors=[RED, (0, 0, 0, 0)], class_ids=2),
        "boxes": bz.Boxes2D(centers=FOUR, half_sizes=[[2, 2]] * 4, class_ids=1),
        "none": bz.Points2D(FOUR, colors=RED),
        "mask": mask(1),
    }
    assert legend.lines(things) == [(2, "here", 3, 0)]
    assert legend.lines({"w": [context, bz.Points3D(STANDING[:2], class_ids=[1, 2])]}, **SPACE) == [(2, "here", 1, 0)]


# --- people


BODY = [[0, 0], [2, 4], [4, 0]]


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_person_is_counted_once(legend: Told, dimensions: int) -> None:
    """Two of class 1 and one of class 2, of three keypoints each, in one entity; and one more in another."""
    look: dict[str, Any] = {} if dimensions == 2 else {"bounds": None}
    places = np.array([np.add(BODY, at) for at in ([5, 5], [20, 20], [40, 30])]).reshape(-1, 2)
    positions = places if dimensions == 2 else np.insert(places, 2, 1.0, axis=1)
    points: Any = bz.Points2D if dimensions == 2 else bz.Points3D
    people = points(positions, class_ids=[1] * 6 + [2] * 3, keypoint_ids=[0, 1, 2] * 3)
    alone = points(positions[:3], class_ids=1, keypoint_ids=[0, 1, 2])
    expected = [(1, "car", 3, 0), (2, "person", 1, 0)]
    assert legend.lines({"/": CONTEXT, "w/people": people, "w/alone": alone}, view="w", **look) == expected


def test_people_who_lack_keypoints_are_counted(legend: Told) -> None:
    """As many as there are of what most have."""
    ids = [0, 1, 2, 1, 2, 2]
    points = bz.Points2D([[5 * i, 9] for i in range(6)], class_ids=1, keypoint_ids=ids)
    assert legend.lines({"p": points}) == [(1, "", 3, 0)]


def test_people_of_entities_are_counted_in_each(legend: Told) -> None:
    """Two in the one, as its heads say; two in the other, as its feet do."""
    places = [[9, 9], [19, 9], [29, 9]]
    heads = bz.Points2D(places, class_ids=1, keypoint_ids=[0, 0, 1])
    feet = bz.Points2D(places, class_ids=1, keypoint_ids=[0, 1, 1])
    assert legend.lines({"a": heads, "b": feet}) == [(1, "", 4, 0)]


def test_keypoints_without_a_class_are_of_class_0(legend: Told) -> None:
    assert legend.lines({"p": bz.Points2D(FOUR, keypoint_ids=[0, 1, 0, 1])}) == [(0, "", 2, 0)]


# --- masks

STRIPES = np.repeat([[1, 2, 2, 3]], 16, axis=1).reshape(1, -1).repeat(HEIGHT, axis=0)  # a quarter, a half, a quarter
DTYPES = pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"])


def striped(ids: Any = (1, 2, 2, 3), dtype: str = "u1") -> bz.SegmentationImage:
    """A mask over the picture, of four stripes, 16 pixels wide."""
    return mask(np.repeat(ids, 16)[None].repeat(HEIGHT, axis=0).astype(dtype))


@DTYPES
def test_pixels_of_masks_are_counted(legend: Told, dtype: str) -> None:
    found = legend.lines({"m": [striped(dtype=dtype), CONTEXT]})
    assert found == [(1, "car", 0, 768), (2, "person", 0, 1536), (3, "sky", 0, 768)]
    assert legend.found[-1][1] == WIDTH * HEIGHT


@DTYPES
@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((16, 0, 48, 24), {2: 32 * 24}),
        ((8, 0, 24, 12), {1: 8 * 12, 2: 8 * 12}),
        ((15.5, 0, 23.5, 6), {1: 1 * 6, 2: 8 * 6}),  # pixels that are partly in sight count
        ((-32, 0, 32, 48), {1: 16 * 48, 2: 16 * 48}),
        ((64, 0, 128, 48), {}),
        ((-500, -500, 500, 250), {1: 768, 2: 1536, 3: 768}),
    ],
    ids=str,
)
def test_pixels_of_masks_out_of_sight_are_not(
    legend: Told, bounds: tuple[float, ...], expected: dict[int, int], dtype: str
) -> None:
    found = legend.lines({"m": striped(dtype=dtype)}, bounds=bounds)
    assert found == [(id_, "", 0, count) for id_, count in expected.items()]
    assert legend.found[-1][1] == sum(expected.values())


def test_what_is_no_class_is_not_counted(legend: Told) -> None:
    assert legend.lines({"m": striped([-1, 2, -7, 2], "i2")}) == [(2, "", 0, 1536)]
    assert legend.lines({"m": striped([-1.0, 2.4, np.nan, 1.6], "f4")}) == [(2, "", 0, 1536)]


@pytest.mark.parametrize("id_", [0, 255, 65535, 70000, 2**32, 2**53 + 1, 2**63 + 5], ids=hex)
def test_ids_of_masks_are_exact(legend: Told, id_: int) -> None:
    ids = np.full((HEIGHT, WIDTH), id_, np.uint64)
    assert legend.lines({"m": mask(ids)}) == [(id_, "", 0, WIDTH * HEIGHT)]


@pytest.mark.parametrize("look", [{"hide": 2}, {"only": [1, 3]}, {"hide": "person"}], ids=str)
def test_classes_of_masks_that_are_not_shown_are_not_listed(legend: Told, look: dict[str, Any]) -> None:
    found = legend.lines({"m": [striped(), CONTEXT]}, **look)
    assert found == [(1, "car", 0, 768), (3, "sky", 0, 768)]


def test_masks_count_together_with_instances(legend: Told) -> None:
    things = {"/": CONTEXT, "one": striped(), "two": striped([3, 3, 3, 3], "i4"), "p": FLAT["points"]}
    assert legend.lines(things) == [(1, "car", 1, 768), (2, "person", 3, 1536), (3, "sky", 0, 768 + 3072)]
    assert legend.found[-1][1] == 2 * WIDTH * HEIGHT


def test_images_have_no_classes(legend: Told) -> None:
    assert legend.scene(logged({"i": flat_image(RED)})).legend is None
    assert legend.scene(logged({"d": bz.DepthImage(np.ones((HEIGHT, WIDTH), np.uint16))})).legend is None


# --- lines


def test_lines_are_in_the_order_of_ids(legend: Told) -> None:
    ids = [70000, 3, 255, 0, 4294967295, 2]
    things = {"p": bz.Points2D([[9, 9]] * 6, class_ids=ids), "m": mask(77)}
    assert [line[0] for line in legend.lines(things)] == sorted([*ids, 77])


def test_two_contexts_are_two_lines(legend: Told) -> None:
    """Where they name an id, or colour it, differently; else they are one."""
    things = {
        "a": [bz.AnnotationContext([(1, "car", RED)]), bz.Points2D(FOUR[:1], class_ids=1)],
        "b": [bz.AnnotationContext([(1, "bus", RED)]), bz.Points2D(FOUR[:2], class_ids=1)],
        "c": [bz.AnnotationContext([(1, "car", BLUE)]), bz.Points2D(FOUR[:3], class_ids=1)],
        "d": [bz.AnnotationContext([(1, "car", RED)]), bz.Points2D(FOUR, class_ids=1)],
    }
    found = legend.lines(things)
    assert sorted(found) == [(1, "bus", 2, 0), (1, "car", 3, 0), (1, "car", 5, 0)]
    assert [line[1] for line in found] == ["bus", "car", "car"]
    both = {"a": things["a"], "m": [bz.AnnotationContext([(1, "road", RED)]), mask(1)]}
    assert legend.lines(both) == [(1, "car", 1, 0), (1, "road", 0, 3072)]


def test_colors_are_those_of_classes(legend: Told) -> None:
    """Opaque, whatever instances have themselves."""
    context = bz.AnnotationContext([(1, "a", (10, 20, 30, 40)), (2, "b")])
    things = {"m": [context, striped([1, 2, 9, 9])], "m/p": bz.Points2D(FOUR[:1], class_ids=1, colors=RED)}
    legend.scene(logged(things))
    assert legend.words == [
        (1, bytes([10, 20, 30, 255])),
        (2, bytes(naive.auto(2))),
        (9, bytes(naive.auto(9))),
    ]


def test_how_lines_read(legend: Told) -> None:
    """What has no label says its id; labels are one line; then how many there are, and their share of masks."""
    context = bz.AnnotationContext([(1, "two\n  lines "), (2, ""), (3, " \t"), (4, "Łódź"), (5, "rare")])
    ids = np.full((HEIGHT, WIDTH), 4)
    ids[:12], ids[20, 20] = 7, 5
    crowd = bz.Points2D([[9, 9]] * 1234, class_ids=1)
    things = {"/": context, "m": mask(ids), "p": crowd, "q": bz.Points2D(FOUR[:3], class_ids=[2, 3, 7])}
    legend.scene(logged(things), size=(400, 300), bounds=(0, 0, 64, 48))
    assert [text for text, _, _ in legend.texts] == [
        *("two lines", "1,234"),
        *("class 2", "1"),
        *("class 3", "1"),
        *("Łódź", "75 %"),
        *("rare", "<1 %"),
        *("class 7", "1 · 25 %"),
    ]


def test_a_long_label_is_cut(legend: Told) -> None:
    context = bz.AnnotationContext([(1, "a very long name " * 20), (2, "b")])
    long, short = legend.names({"p": [context, bz.Points2D(FOUR, class_ids=[1, 1, 2, 2])]}, size=(300, 200))
    assert long.startswith("a very")
    assert long.endswith("…")
    assert short == "b"
    assert 4 < len(long) < 60


# --- the sheet


def crowd(n: int, *, often: Any = 1, name: Any = "class {}".format) -> dict[str, Any]:
    """`n` classes. often : how many instances each has. name : its label."""
    ids = np.repeat(np.arange(n), often)
    context = bz.AnnotationContext([(i, name(i)) for i in range(n)])
    return {"/": context, "p": bz.Points2D(np.full((len(ids), 2), 9.0), class_ids=ids)}


@pytest.mark.parametrize("height", [240, 720])
def test_a_legend_that_is_long_has_columns(legend: Told, height: int) -> None:
    """They are read downwards, then to the right, and are as long as the picture is high, or a certain length."""
    names = [f"class {i}" for i in range(60)]
    assert legend.names(crowd(60), size=(1280, height)) == names
    places = [(x, y) for text, x, y in legend.texts if text in names]
    assert places == sorted(places)
    lengths = [sum(x == column for x, _ in places) for column in sorted({x for x, _ in places})]
    rows = MOST_ROWS if height == 720 else lengths[0]
    assert lengths == [rows] * (60 // rows) + [60 % rows] * (60 % rows > 0)
    assert rows == MOST_ROWS or 240 * 0.6 < rows * (places[1][1] - places[0][1]) < 240


def test_a_legend_without_room_says_how_many_more_there_are(legend: Told) -> None:
    """Those that occur most are left, in the order of ids."""
    often = np.ones(40, int)
    often[[3, 17, 31]] = 5
    *names, last = legend.names(crowd(40, often=often), size=(160, 220))
    assert last == f"+{40 - len(names)} more"
    few = [i for i in range(40) if i not in (3, 17, 31)]
    assert 3 < len(names) < 20
    assert names == [f"class {i}" for i in sorted([3, 17, 31, *few[: len(names) - 3]])]


@pytest.mark.parametrize("size", [(360, 160), (300, 90), (640, 80), (200, 200)], ids=str)
def test_no_class_is_left_out_without_a_word(legend: Told, size: tuple[int, int]) -> None:
    """Though names of those that are left may be longer than others."""
    names = ["a" if i < 30 else f"a rather long name {i}" for i in range(40)]
    *shown, last = legend.names(crowd(40, often=[1] * 30 + [3] * 10, name=names.__getitem__), size=size)
    assert last == f"+{40 - len(shown)} more"


@pytest.mark.parametrize("size", [(40, 200), (200, 20), (1, 1), (64, 10)], ids=str)
def test_where_the_picture_is_too_small_there_is_none(legend: Told, draw: Draw, size: tuple[int, int]) -> None:
    things = {"/": UNNAMED, "p": FLAT["points"]}
    assert legend.scene(logged(things), size=size).legend is None
    with pytest.warns(BlazonWarning, match="too small for a legend"):
        with_it = draw(things, size=size, legend=True)
    assert np.array_equal(with_it, draw(things, size=size))


def test_without_classes_there_is_none(legend: Told) -> None:
    scene = legend.scene(logged({"p": bz.Points2D(FOUR, colors=RED)}))
    assert scene.legend is None
    assert legend.scene(logged({"p": FLAT["points"]}), legend=False).legend is None


def test_it_lies_in_the_upper_right_corner(draw: Draw) -> None:
    """12 UI points from the edges, with a swatch in each class's colour, over all views."""
    look: dict[str, Any] = {"size": (320, 240), "bounds": (0, 0, 320, 240)}
    still = {"/": UNNAMED, "p": bz.Points2D([[5, 5], [7, 5], [9, 5]], class_ids=[1, 2, 3], radii=0.1)}
    for scale in (1, 2):
        more: dict[str, Any] = {**look, "scale": scale}
        with_it, without = draw(still, legend=True, **more), draw(still, **more)
        changed = (with_it != without).any(axis=2)
        ys, xs = np.nonzero(changed)
        assert (xs.max() + 1, ys.min()) == (320 - EDGE * scale, EDGE * scale)
        for color in (RED, GREEN, BLUE):
            y, x = np.nonzero((with_it == color).all(axis=2) & changed)
            side = x.max() - x.min() + 1
            assert side == y.max() - y.min() + 1
            assert 8 * scale <= side <= 14 * scale
            assert len(x) >= 0.85 * side**2  # but for its round corners
        reds, greens = (np.nonzero((with_it == color).all(axis=2) & changed)[0].min() for color in (RED, GREEN))
        assert reds < greens


@pytest.mark.parametrize("background", ["0d1011", "0d1011fe", "00000000"])
def test_it_lies_over_all_views(draw: Draw, background: str) -> None:
    """Of a picture of several, and of one in space."""
    things = {
        "/": UNNAMED,
        "a/m": striped(),
        "b/m": bz.SegmentationImage(np.full((20, 20), 3, np.uint8)),
        "w/p": bz.Points3D(STANDING[:2], class_ids=2),
    }
    look: dict[str, Any] = {"size": (400, 200), "bounds": None, "background": background}
    for more in ({}, {"kind": "3d", "view": "w"}):
        with_it, without = draw(things, legend=True, **look, **more), draw(things, **look, **more)
        ys, xs = np.nonzero((with_it != without).any(axis=2))
        assert xs.min() > 250
        assert xs.max() + 1 == 400 - EDGE
        assert (ys.min(), ys.max() < 120) == (EDGE, True)
    assert pixel(with_it, 10, 190) == pixel(without, 10, 190)


def test_a_swatch_is_opaque_where_the_mask_is_not(draw: Draw) -> None:
    things = {"/": UNNAMED, "m": bz.SegmentationImage(np.full((240, 320), 1, np.uint8), opacity=0.25)}
    picture = draw(things, size=(320, 240), bounds=(0, 0, 320, 240), legend=True)
    assert 60 < np.count_nonzero((picture == RED).all(axis=2)) < 200


def test_without_labels_the_legend_is_all_that_is_written(draw: Draw) -> None:
    things = {"/": CONTEXT, "b": bz.Boxes2D(centers=[[60, 120]], half_sizes=[[20, 20]], class_ids=1)}
    look: dict[str, Any] = {"size": (320, 240), "bounds": (0, 0, 320, 240), "labels": "off"}
    with_it, without = draw(things, legend=True, **look), draw(things, **look)
    assert np.array_equal(with_it[:, :160], without[:, :160])
    assert (with_it != without).any()


def test_labels_are_as_they_are_without_it(draw: Draw) -> None:
    things = {"/": CONTEXT, "b": bz.Boxes2D(centers=[[60, 120]], half_sizes=[[20, 20]], class_ids=1)}
    look: dict[str, Any] = {"size": (320, 240), "bounds": (0, 0, 320, 240)}
    for labels in ("auto", "on"):
        with_it, without = draw(things, legend=True, labels=labels, **look), draw(things, labels=labels, **look)
        assert np.array_equal(with_it[:, :160], without[:, :160])
        assert extent(without)[3] > 145  # there is a label below the box


# --- from one picture to the next


def written(scene: Scene) -> np.ndarray:
    """The rows of what is written: of the legend alone, where there are no labels."""
    assert scene.legend is not None
    rows = scene.rows[Primitive.GLYPHS]
    assert rows.dtype == GLYPH
    assert scene.legend.count == len(rows)
    return rows


def moving(*, ids: list[Any]) -> bz.Recording:
    """What has no class moves; points of classes are logged at some frames: `ids`, None: as before."""
    rec = bz.Recording("moving")
    logged({"still": bz.Boxes2D(centers=[[20, 20]], half_sizes=[[5, 5]], class_ids=1), "m": striped()}, rec)
    for frame, each in enumerate(ids):
        logged({"moves": bz.LineStrips2D([[[frame, 9], [30, 30]]], colors=RED)}, rec, frame=frame)
        if each is not None:
            logged({"points": bz.Points2D([[9, 9]] * len(each), class_ids=each)}, rec, frame=frame)
    return rec


LARGE: dict[str, Any] = {"size": (320, 240), "bounds": (0, 0, 64, 48)}


def test_the_same_rows_are_used_while_nothing_changes(legend: Told) -> None:
    """Nothing is counted then, nor set, nor uploaded."""
    rec = moving(ids=[[5, 6], None, None, [5, 7], None])
    rows = []
    for frame in range(5):
        rows.append(written(legend.scene(rec, frame, **LARGE)))
        is_new = frame in (0, 3)
        assert bool(legend.found) == is_new
        assert bool(legend.texts) == is_new
    assert rows[0] is rows[1] is rows[2]
    assert rows[3] is rows[4]
    assert rows[2] is not rows[3]


@pytest.mark.parametrize(
    "other",
    [
        {"bounds": (0, 0, 32, 24)},
        {"size": (330, 240)},
        {"scale": 2},
        {"label_size": 15},
        {"hide": 1},
        {"only": [1, 2]},
    ],
    ids=str,
)
def test_rows_are_others_where_the_look_is(legend: Told, other: dict[str, Any]) -> None:
    """And the first ones again where that is as it was."""
    rec = moving(ids=[[5, 6]])
    before = written(legend.scene(rec, **LARGE)).copy()
    after = written(legend.scene(rec, **{**LARGE, **other}))
    alone = written(Told().scene(rec, **{**LARGE, **other}))
    assert before.tobytes() != after.tobytes()
    assert len(after) == len(alone)
    assert np.array_equal(after["corner"], alone["corner"])
    assert np.array_equal(after["color"], alone["color"])
    again = written(legend.scene(rec, **LARGE))
    assert np.array_equal(again["corner"], before["corner"])


def test_a_sequence_counts_at_each_time(legend: Told, screen: Callable[..., bz.Offscreen]) -> None:
    rec = moving(ids=[[5, 6], [6], None, [7, 7, 7]])
    counts = []
    for picture in screen(320, 240).frames(rec, bounds=(0, 0, 64, 48), legend=True, labels="off"):
        assert differs(picture).any()
        counts.append({id_: count for id_, _, count, _ in legend.found[-1][0] if id_ > 4})
    assert counts == [{5: 1, 6: 1}, {6: 1}, {6: 1}, {7: 3}]
