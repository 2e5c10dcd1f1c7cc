"""Which text each instance gets, where it is and when it shows: SEMANTICS §5. Placement has tests of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import blazon as bz
from blazon.ingest.annotations import AnnotationContext, ClassDescription
from blazon.ingest.moments import At
from blazon.render.labels import MARGINS
from blazon.render.scene import Scene, SceneBuilder
from blazon.render.shot import Shot, make_look
from blazon.render.times import resolve_time
from blazon.render.visualizers.layers import Primitive
from tests import naive
from tests.pictures import BACKGROUND, BLUE, GREEN, RED, WHITE, logged

CONTEXT = AnnotationContext(
    [
        ClassDescription(
            info=(1, "person", RED), keypoint_annotations=[(0, "nose", GREEN), (1, "eye"), (2, None), (0, "tip")]
        ),
        (2, "car", BLUE),
        (3, None, WHITE),
        (4, "", WHITE),
        (5, "ghost", (255, 255, 255, 0)),
    ]
)
MODES = ("auto", "on", "off")
LABELS = st.sampled_from(["", "a", "0.93", "two\nlines"])


class Seen:
    """What a builder writes, as texts: tags of instances before any of them is placed."""

    def __init__(self) -> None:
        self.builder = SceneBuilder()

    def scene(self, rec: bz.Recording, **look: Any) -> Scene:
        """Return the scene of a recording at 640 x 480."""
        at: At = resolve_time(rec, None, None)
        return self.builder.build(Shot(rec, at, make_look(640, 480, **look)))

    def texts(self, rec: bz.Recording, **look: Any) -> list[tuple[str, int, bool]]:
        """Return the text, the instance and whether it was logged for it, of all that is to be written."""
        found: list[tuple[str, int, bool]] = []

        def keep(look: Any, texts: Any, pages: Any, memory: Any) -> Any:
            del look, memory
            for page in pages:
                for rows in page.rows(Primitive.TAGS):
                    mine = rows[0] if isinstance(rows, tuple) else rows
                    for row in mine:
                        found.append((texts.all[row["text"]], int(row["instance"]), bool(row["explicit"])))
            return [np.zeros(0)] * len(pages), None

        self.builder._writer.write = keep  # type: ignore[method-assign, assignment]
        self.scene(rec, **look)
        return found


def people(draw: Any) -> tuple[dict[str, Any], int]:
    """What is logged with points or boxes, and how many there are."""
    n = draw(st.sampled_from([1, 2, 3, 29, 30, 31]))
    lengths = st.sampled_from([0, 1, 2, n, n + 1])
    what: dict[str, Any] = {}
    if draw(st.booleans()):
        what["class_ids"] = [draw(st.integers(0, 4)) for _ in range(draw(st.sampled_from([1, n])))]
    length = draw(lengths)
    if length:
        what["labels"] = [draw(LABELS) for _ in range(length)]
    shown = draw(st.sampled_from([None, None, True, False]))
    if shown is not None:
        what["show_labels"] = shown
    return what, n


def expected(what: dict[str, Any], n: int, mode: str) -> list[tuple[str, int, bool]]:
    """What the twin says of each instance, and of all of them together."""
    labels = what.get("labels", [])
    if not naive.shows_labels(n, labels=labels, show_labels=what.get("show_labels"), mode=mode):
        return []
    if len(labels) == 1 and n > 1:
        return [(labels[0], 0, True)] if labels[0] else []
    found = []
    for i in range(n):
        text, explicit = naive.label_of(
            i,
            n,
            labels=labels,
            class_ids=what.get("class_ids"),
            keypoint_ids=what.get("keypoint_ids"),
            context=CONTEXT,
        )
        if text:
            found.append((text, i, explicit))
    return found


@pytest.mark.parametrize("kind", ["Points2D", "Boxes2D", "LineStrips2D", "Arrows2D"])
@given(data=st.data(), mode=st.sampled_from(MODES))
def test_the_text_of_each_instance_in_the_plane(kind: str, data: Any, mode: str) -> None:
    what, n = people(data.draw)
    at = np.arange(2 * n).reshape(n, 2) + 1.0
    if kind == "Points2D" and data.draw(st.booleans()):
        what["keypoint_ids"] = [data.draw(st.integers(0, 3)) for _ in range(data.draw(st.sampled_from([1, n])))]
    thing: Any = {
        "Points2D": lambda: bz.Points2D(at, **what),
        "Boxes2D": lambda: bz.Boxes2D(centers=at, half_sizes=np.ones((n, 2)), **what),
        "LineStrips2D": lambda: bz.LineStrips2D(np.stack([at, at + 1], axis=1), **what),
        "Arrows2D": lambda: bz.Arrows2D(origins=at, vectors=np.ones((n, 2)), **what),
    }[kind]()
    rec = logged({"/": bz.AnnotationContext(list(CONTEXT.classes.values())), "things": thing})
    assert Seen().texts(rec, labels=mode) == expected(what, n, mode)


@pytest.mark.parametrize("kind", ["Points3D", "Boxes3D", "LineStrips3D", "Arrows3D"])
@given(data=st.data(), mode=st.sampled_from(MODES))
def test_the_text_of_each_instance_in_space(kind: str, data: Any, mode: str) -> None:
    what, n = people(data.draw)
    at = np.arange(3 * n).reshape(n, 3) + 1.0
    if kind == "Points3D" and data.draw(st.booleans()):
        what["keypoint_ids"] = [data.draw(st.integers(0, 3)) for _ in range(data.draw(st.sampled_from([1, n])))]
    thing: Any = {
        "Points3D": lambda: bz.Points3D(at, **what),
        "Boxes3D": lambda: bz.Boxes3D(centers=at, half_sizes=np.ones((n, 3)), **what),
        "LineStrips3D": lambda: bz.LineStrips3D(np.stack([at, at + 1], axis=1), **what),
        "Arrows3D": lambda: bz.Arrows3D(origins=at, vectors=np.ones((n, 3)), **what),
    }[kind]()
    rec = logged({"/": bz.AnnotationContext(list(CONTEXT.classes.values())), "things": thing})
    assert Seen().texts(rec, labels=mode) == expected(what, n, mode)


@pytest.fixture
def studio() -> Iterator[bz.Offscreen]:
    with bz.Offscreen(160, 120) as screen:
        yield screen


Plate = tuple[int, int, int, int]


def plate(picture: np.ndarray) -> Plate:
    """The first and last column and row, ends excluded, of what is darker than a white picture."""
    ys, xs = np.nonzero((picture[..., :3] < 250).any(axis=2))
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def alone(studio: bz.Offscreen, thing: Any, **look: Any) -> Plate:
    """Where the plate of a thing is: what differs on white between a picture with its label and one without."""
    rec = logged({"things": thing})
    look = {"bounds": (0, 0, 160, 120), "background": "ffffff"} | look
    with_label = studio.render(rec, labels="on", **look)
    without = studio.render(rec, labels="off", **look)
    changed = np.full_like(with_label, 255)
    differs = (with_label != without).any(axis=2)
    changed[differs] = 0
    return plate(changed)


def test_a_label_is_5_px_below_its_point(studio: bz.Offscreen) -> None:
    x0, y0, x1, _ = alone(studio, bz.Points2D([[80, 40]], labels=["label"], colors=WHITE))
    assert y0 == 45
    assert abs((x0 + x1) / 2 - 80) <= 1


def test_a_label_is_at_the_middle_of_the_lower_edge_of_a_rect(studio: bz.Offscreen) -> None:
    box = bz.Boxes2D(centers=[[80, 40]], half_sizes=[[30, 20]], radii=1, labels=["label"], colors=WHITE)
    x0, y0, x1, _ = alone(studio, box)
    assert y0 == 63  # the edge, its half width, and a gap
    assert abs((x0 + x1) / 2 - 80) <= 1


def test_a_label_is_on_the_centre_of_a_box_of_space(studio: bz.Offscreen) -> None:
    box = bz.Boxes3D(half_sizes=[[1, 1, 1]], labels=["label"], colors=WHITE)
    x0, y0, x1, y1 = alone(studio, box, bounds=None, eye=(0, -10, 0), target=(0, 0, 0))
    assert abs((x0 + x1) / 2 - 80) <= 1
    assert abs((y0 + y1) / 2 - 60) <= 1


def test_one_label_for_several_is_at_the_centre_of_their_bounding_box(studio: bz.Offscreen) -> None:
    x0, y0, x1, y1 = alone(studio, bz.Points2D([[40, 20], [120, 30], [60, 80]], labels=["all"], colors=WHITE))
    assert abs((x0 + x1) / 2 - 80) <= 1
    assert abs((y0 + y1) / 2 - 50) <= 1


def test_text_has_the_colour_of_its_instance_on_a_dark_plate(studio: bz.Offscreen) -> None:
    box = bz.Boxes2D(centers=[[80, 40]], half_sizes=[[30, 20]], labels=["HHHH"], colors=[(0, 255, 0)])
    picture = studio.render(logged({"b": box}), bounds=(0, 0, 160, 120))
    text = picture[66:80]
    assert (text == GREEN).all(axis=2).any()
    assert (text.max(axis=2) <= 255).all()
    dark = (text[..., :3] < 13).all(axis=2)
    assert dark.sum() > 100


@pytest.mark.parametrize("color", [(0, 0, 90), (0, 0, 0), (60, 0, 0), (90, 0, 90), (20, 20, 20)])
@pytest.mark.parametrize("background", ["000000", "808080", "ffffff"])
def test_dark_colours_remain_readable(studio: bz.Offscreen, color: Any, background: str) -> None:
    """Contrast of the text with its own plate: 3 to 1 or more, whatever lies behind the plate. WCAG 2."""
    point = bz.Points2D([[80, 40]], radii=-0.1, labels=["HHHHHHHH"], colors=[color])
    picture = studio.render(logged({"p": point}), bounds=(0, 0, 160, 120), background=background)
    plate = picture[46:62, 62:98, :3]
    linear = np.vectorize(naive.decode)(plate)
    light = linear @ [0.2126, 0.7152, 0.0722]
    assert (light.max() + 0.05) / (light.min() + 0.05) >= 3


def test_an_instance_that_is_hidden_takes_its_label_along(studio: bz.Offscreen) -> None:
    rec = logged({"/": bz.AnnotationContext([(1, "a", RED)]), "b": bz.Boxes2D(half_sizes=[[9, 9]], class_ids=1)})
    assert (studio.render(rec, hide=["a"], bounds=(0, 0, 160, 120)) == BACKGROUND).all()


def test_a_label_of_an_instance_that_cannot_be_seen_is_not_there() -> None:
    """Its class is transparent, its position no number."""
    context = bz.AnnotationContext(list(CONTEXT.classes.values()))
    points = bz.Points2D([[50, 50], [np.nan, 3]], class_ids=[5, 1])
    assert Seen().texts(logged({"/": context, "p": points})) == []


def test_labels_of_2d_and_3d_lie_in_the_view_of_a_pinhole() -> None:
    rec = logged(
        {
            "cam": bz.Pinhole(focal_length=100, width=160, height=120),
            "cam/box": bz.Boxes2D(centers=[[20, 20]], half_sizes=[[9, 9]], labels=["flat"]),
            "b": bz.Boxes3D(centers=[[0, 0, 5]], half_sizes=[[1, 1, 1]], labels=["solid"]),
        }
    )
    assert sorted(text for text, *_ in Seen().texts(rec, view="cam")) == ["flat", "solid"]


def test_labels_of_what_is_flat_follow_it_before_its_pinhole() -> None:
    """In the view of space that the pinhole stands in."""
    rec = logged(
        {
            "cam": bz.Pinhole(focal_length=100, width=160, height=120),
            "cam/box": bz.Boxes2D(centers=[[20, 20]], half_sizes=[[9, 9]], labels=["flat"]),
            "b": bz.Boxes3D(centers=[[0, 0, 5]], half_sizes=[[1, 1, 1]], labels=["solid"]),
        }
    )
    assert sorted(text for text, *_ in Seen().texts(rec, kind="3d")) == ["flat", "solid"]


def test_a_label_at_each_instance_pose() -> None:
    poses = bz.InstancePoses3D(translations=[[0, 0, 0], [5, 0, 0], [0, 5, 0]])
    rec = logged({"p": [bz.Points3D([[0, 0, 0]], labels=["here"]), poses]})
    assert [text for text, *_ in Seen().texts(rec)] == ["here"] * 3


@given(
    st.lists(
        st.tuples(st.floats(0, 160, width=32), st.floats(0, 120, width=32), st.floats(0, 60, width=32)),
        min_size=1,
        max_size=40,
    )
)
def test_no_two_plates_of_a_picture_overlap(boxes: list[Any]) -> None:
    """Nor is any of them cut by the edge of the picture."""
    centers = np.array([each[:2] for each in boxes])
    sizes = np.array([[each[2], each[2]] for each in boxes])
    rec = logged({"b": bz.Boxes2D(centers=centers, half_sizes=sizes, labels=["a", "bb", "a long one"] * 14)})
    builder = SceneBuilder()
    scene = builder.build(
        Shot(rec, resolve_time(rec, None, None), make_look(160, 120, bounds=(0, 0, 160, 120), labels="on"))
    )
    covered = np.zeros((120, 160), np.int64)
    rows = scene.rows[Primitive.GLYPHS]
    for row in rows[rows["texel"][:, 0] < 0]:
        (x, y), (width, height) = row["corner"].astype(int), row["size"].astype(int)
        assert 0 <= x <= x + width <= 160
        assert 0 <= y <= y + height <= 120
        covered[y : y + height, x : x + width] += 1
    assert covered.max() <= 1
    glyphs = rows[rows["texel"][:, 0] >= 0]
    for row in glyphs:  # each inside a plate, whole
        (x, y), (width, height) = row["corner"].astype(int), row["size"].astype(int)
        assert covered[y : y + height, x : x + width].all()


def test_labels_are_not_thrown_about_by_a_small_pan() -> None:
    """Of many that compete, those away from the edges of the picture stay where they are, seen from the boxes."""
    rng = np.random.default_rng(5)
    centers = rng.uniform(0, 640, (300, 2)).astype(np.float32)
    rec = logged({"b": bz.Boxes2D(centers=centers, half_sizes=rng.uniform(4, 40, (300, 2)), labels=["label"] * 300)})

    def plates(dx: float, dy: float) -> set[tuple[int, int]]:
        look = make_look(640, 640, bounds=(dx, dy, 640 + dx, 640 + dy), labels="on")
        scene = SceneBuilder().build(Shot(rec, resolve_time(rec, None, None), look))
        rows = scene.rows[Primitive.GLYPHS]
        corners = rows[rows["texel"][:, 0] < 0]["corner"]
        inner = ((corners > 60) & (corners < 520)).all(axis=1)
        return {(int(x + dx), int(y + dy)) for x, y in corners[inner]}

    before = plates(0, 0)
    assert len(before) > 50
    for dx, dy in ((1, 0), (0, 1), (-1, -1)):
        after = plates(dx, dy)
        assert len(before ^ after) <= 4, before ^ after  # a pixel's rim of where we look, and what the edges push


def test_who_had_a_place_keeps_it_in_a_sequence(screen: Callable[..., bz.Offscreen]) -> None:
    """A larger box comes near: in a picture by itself its label would take the place."""
    rec = bz.Recording("test")
    for frame, size in enumerate((3.0, 12.0)):
        rec.set_time("frame", sequence=frame)
        rec.log("small", bz.Boxes2D(centers=[[80, 40]], half_sizes=[[6, 6]], labels=["small"], colors=RED))
        rec.log("large", bz.Boxes2D(centers=[[80, 40]], half_sizes=[[size, 6]], labels=["large"], colors=GREEN))
    one = screen(160, 120)
    look = {"bounds": (0, 0, 160, 120)}
    first, second = one.frames(rec, timeline="frame", **look)
    by_itself = one.render(rec, at=("frame", 1), **look)
    below = slice(49, 62), slice(60, 100)

    def has(picture: np.ndarray, color: Any) -> bool:
        return bool((picture[below] == color).all(axis=2).any())

    assert not has(first, GREEN)
    assert has(by_itself, GREEN)
    assert not has(second, GREEN)


def test_a_picture_is_the_same_whatever_was_drawn_before(screen: Callable[..., bz.Offscreen]) -> None:
    rng = np.random.default_rng(1)
    rec = bz.Recording("test")
    for frame in range(4):
        rec.set_time("frame", sequence=frame)
        rec.log(
            "b",
            bz.Boxes2D(
                centers=rng.uniform(0, 160, (20, 2)),
                half_sizes=rng.uniform(3, 30, (20, 2)),
                labels=[f"{i} {frame}" for i in range(20)],
            ),
        )
    one = screen(160, 120)
    pictures = {frame: one.render(rec, at=("frame", frame)) for frame in (3, 1, 0, 2)}
    for frame, picture in pictures.items():
        np.testing.assert_array_equal(one.render(rec, at=("frame", frame)), picture)
        np.testing.assert_array_equal(screen(160, 120).render(rec, at=("frame", frame)), picture)


def test_margins_are_whole_pixels_around_the_text() -> None:
    """So that no glyph lies between pixels."""
    rec = logged({"p": bz.Points2D([[40.3, 20.7]], labels=["text"])})
    for scale in (0.7, 1.0, 1.5, 2.0):
        rows = Seen().scene(rec, scale=scale).rows[Primitive.GLYPHS]
        assert (rows["corner"] == np.round(rows["corner"])).all()
        assert rows[0]["size"][0] >= 2 * round(MARGINS[0] * scale)


def test_a_label_at_each_of_many_instance_poses() -> None:
    """And each is someone else."""
    poses = bz.InstancePoses3D(translations=np.random.default_rng(0).uniform(-9, 9, (600, 3)))
    scene = Seen().scene(logged({"p": [bz.Points3D([[0, 0, 0]], labels=["here"]), poses]}), eye=(0, -40, 0))
    assert len(scene.rows[Primitive.GLYPHS])
    builder = SceneBuilder()
    rec = logged({"p": [bz.Points3D([[0, 0, 0], [1, 1, 1]], labels=["a", "b"]), poses]})
    found: list[Any] = []
    builder._writer.write = lambda *given: found.append(given[2]) or ([np.zeros(0)], None)  # type: ignore
    builder.build(Shot(rec, resolve_time(rec, None, None), make_look(64, 48)))
    rows = found[0][0].rows(Primitive.TAGS)[0][0]
    assert len({(int(row["entity"]), int(row["instance"])) for row in rows}) == len(rows) == 1200


def test_pictures_in_between_do_not_disturb_a_sequence(screen: Callable[..., bz.Offscreen]) -> None:
    rng = np.random.default_rng(3)
    rec = bz.Recording("test")
    for frame in range(6):
        rec.set_time("frame", sequence=frame)
        centers = rng.uniform(0, 160, (30, 2))
        rec.log("b", bz.Boxes2D(centers=centers, half_sizes=rng.uniform(3, 30, (30, 2)), labels=["label"] * 30))
    look = {"bounds": (0, 0, 160, 160), "labels": "on"}
    undisturbed = list(screen(160, 160).frames(rec, timeline="frame", **look))
    one = screen(160, 160)
    for frame, picture in enumerate(one.frames(rec, timeline="frame", **look)):
        np.testing.assert_array_equal(picture, undisturbed[frame])
        one.render(rec, at=("frame", 5 - frame), **look)


def test_what_is_asked_of_one_screen_in_turn_is_what_is_drawn(screen: Callable[..., bz.Offscreen]) -> None:
    """Decluttered and not, with and without a legend, from one eye and another."""
    rec = logged(
        {
            "/": bz.AnnotationContext([(1, "one", RED)]),
            "b": bz.Boxes3D(centers=np.zeros((9, 3)), half_sizes=np.ones((9, 3)), class_ids=1),
        }
    )
    one = screen(160, 120)
    looks: list[dict[str, Any]] = [
        {"eye": (0, -9, 0)},
        {"eye": (0, -9, 3)},
        {"eye": (0, -9, 3), "declutter": False},
        {"eye": (0, -9, 3)},
        {"eye": (0, -9, 3), "legend": True},
        {"eye": (0, -9, 3), "label_size": 20},
        {"eye": (0, -9, 0), "scale": 2},
        {"eye": (0, -9, 0)},
    ]
    for look in looks:
        found = one.render(rec, target=(0, 0, 0), **look)
        np.testing.assert_array_equal(found, screen(160, 120).render(rec, target=(0, 0, 0), **look))


def test_a_label_is_cut_to_the_width_of_its_view(screen: Callable[..., bz.Offscreen]) -> None:
    """Not of the whole picture: in a grid it would vanish."""
    things = {
        f"v{i}": [
            bz.Image(np.full((90, 160, 3), 60, np.uint8)),
            bz.Boxes2D(mins=[[30, 30]], sizes=[[80, 30]], labels=["a label that goes on and on " * 9]),
        ]
        for i in range(4)
    }
    rec = logged(things)
    one = screen(640, 360)
    assert (one.render(rec) != one.render(rec, labels="off")).any()


def test_labels_keep_out_of_the_legend() -> None:
    boxes = bz.Boxes2D(centers=[[600, 20], [560, 40], [100, 400]], half_sizes=[[30, 10]] * 3, class_ids=[1, 2, 1])
    rec = logged({"/": bz.AnnotationContext([(1, "one", RED), (2, "two", GREEN)]), "b": boxes})
    seen = Seen()
    rows = seen.scene(rec, bounds=(0, 0, 640, 480), legend=True).rows[Primitive.GLYPHS]
    plates = rows[rows["texel"][:, 0] < 0]
    panel = plates[plates["size"][:, 1] > 30][0]
    for plate in plates[(plates["size"][:, 1] <= 30) & (plates["color"][:, 3] < 255)]:
        apart = (plate["corner"] >= panel["corner"] + panel["size"]) | (
            plate["corner"] + plate["size"] <= panel["corner"]
        )
        assert apart.any()
