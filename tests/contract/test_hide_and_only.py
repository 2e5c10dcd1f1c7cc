"""DESIGN, `--hide` and `--only`: classes by id or label, each resolved in the entity's own context."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import blazon as bz
from tests import naive
from tests.pictures import BACKGROUND, BLUE, GREEN, RED, WHITE, Draw, disc, flat_image, is_empty, logged, mask, pixel

ONE = bz.AnnotationContext([(1, "car", RED), (2, "person", GREEN), (3, "person", BLUE)])
STRIPES = np.repeat(np.arange(4), 16)[None].repeat(48, axis=0)  # class 0, 1, 2, 3 from left to right
PERSON = bz.ClassDescription(info=(2, "person", GREEN), keypoint_connections=[(0, 1)])


def shown(picture: np.ndarray) -> set[int]:
    """Which of the four stripes are there."""
    return {i for i in range(4) if pixel(picture, 16 * i + 8, 20) != BACKGROUND}


@pytest.mark.parametrize(
    ("look", "left"),
    [
        ({}, {0, 1, 2, 3}),
        ({"hide": [1]}, {0, 2, 3}),
        ({"hide": 1}, {0, 2, 3}),
        ({"hide": "1"}, {0, 2, 3}),
        ({"hide": ["car"]}, {0, 2, 3}),
        ({"hide": "car"}, {0, 2, 3}),
        ({"hide": "person"}, {0, 1}),
        ({"hide": ["person", 0]}, {1}),
        ({"hide": [77]}, {0, 1, 2, 3}),
        ({"only": [1]}, {1}),
        ({"only": "person"}, {2, 3}),
        ({"only": ["person", "0"]}, {0, 2, 3}),
        ({"only": [77]}, set()),
        ({"only": "person", "hide": 3}, {2}),
        ({"only": 1, "hide": 1}, set()),
        ({"hide": (1, 2), "only": {2, 3}}, {3}),
    ],
    ids=str,
)
@pytest.mark.parametrize("dtype", ["u1", "i2", "u4", "i8", "f4"])
def test_pixels_of_masks(draw: Draw, look: dict[str, Any], left: set[int], dtype: str) -> None:
    """Digits are an id, else a label; all ids with that label."""
    assert shown(draw({"m": [mask(STRIPES.astype(dtype)), ONE]}, **look)) == left


@pytest.mark.parametrize("given", [np.array([1, 2]), [np.uint8(1), np.int64(2)], {np.uint16(1), "person"}], ids=repr)
def test_ids_of_numpy(draw: Draw, given: Any) -> None:
    """An id is an id: what `np.unique(mask)` answers can be hidden."""
    assert shown(draw({"m": [mask(STRIPES), ONE]}, hide=given)) <= {0, 3}


@pytest.mark.parametrize(
    "thing",
    [
        bz.Points2D([[16 * i + 8, 20] for i in range(4)], radii=4, class_ids=range(4)),
        bz.Boxes2D(centers=[[16 * i + 8.5, 30.5] for i in range(4)], half_sizes=[[6, 10]] * 4, class_ids=range(4)),
        bz.LineStrips2D([[[16 * i + 8, 10], [16 * i + 8, 40]] for i in range(4)], class_ids=range(4)),
    ],
    ids=["points", "boxes", "lines"],
)
@pytest.mark.parametrize(
    ("look", "left"), [({"hide": "person"}, {0, 1}), ({"only": ["car", 0]}, {0, 1}), ({"only": 9}, set())]
)
def test_instances(draw: Draw, thing: Any, look: dict[str, Any], left: set[int]) -> None:
    """Points, boxes and lines by the class of each."""
    assert shown(draw({"a": [thing, ONE], "z": flat_image(BACKGROUND)}, view="/", **look)) == left


def test_explicit_colors_do_not_help(draw: Draw) -> None:
    """It is the class that is hidden, whatever its instances look like."""
    assert is_empty(draw({"p": [disc(10, 10, colors=WHITE, class_ids=1), ONE]}, hide="car"))


def test_the_last_class_id_repeats_for_hiding_too(draw: Draw) -> None:
    """§6: one class id for all points hides all of them."""
    points = bz.Points2D([[10, 10], [30, 10], [50, 10]], radii=4, class_ids=[2, 1])
    picture = draw({"p": [points, ONE]}, hide=1)
    assert [pixel(picture, x, 10) for x in (10, 30, 50)] == [GREEN, BACKGROUND, BACKGROUND]


def test_labels_are_resolved_in_each_entity_s_own_context(draw: Draw) -> None:
    """The same word is another class elsewhere; where it is none, `hide` hides nothing and `only` all."""
    rec = {
        "a": bz.AnnotationContext([(1, "car", RED), (2, "tree", GREEN)]),
        "b": bz.AnnotationContext([(1, "tree", GREEN), (2, "car", RED)]),
        "a/p": bz.Points2D([[10, 10], [30, 10]], radii=4, class_ids=[1, 2]),
        "b/p": bz.Points2D([[10, 30], [30, 30]], radii=4, class_ids=[1, 2]),
        "c/p": bz.Points2D([[10, 40]], radii=4, class_ids=1),
    }
    where = ((10, 10), (30, 10), (10, 30), (30, 30), (10, 40))
    hidden = draw(rec, hide="car")
    assert [pixel(hidden, *at) for at in where] == [BACKGROUND, GREEN, GREEN, BACKGROUND, naive.auto(1)]
    only = draw(rec, only="car")
    assert [pixel(only, *at) for at in where] == [RED, BACKGROUND, BACKGROUND, RED, BACKGROUND]


def test_only_the_nearest_context_s_labels_count(draw: Draw) -> None:
    """§2: no fall-through for labels either."""
    rec = {
        "/": bz.AnnotationContext([(1, "car", RED)]),
        "a": bz.AnnotationContext([(2, "x")]),
        "a/p": disc(10, 10, class_ids=1),
    }
    assert pixel(draw(rec, hide="car"), 10, 10) == naive.auto(1)


@pytest.mark.parametrize("look", [{"hide": "person"}, {"hide": 2}, {"only": "car"}])
def test_skeleton_lines_are_taken_along(draw: Draw, look: dict[str, Any]) -> None:
    """They take lines along."""
    context = bz.AnnotationContext([PERSON, (1, "car", RED)])
    points = bz.Points2D([[10, 10], [50, 10], [30, 40]], radii=3, class_ids=[2, 2, 1], keypoint_ids=[0, 1, 0])
    assert pixel(draw({"p": [points, context]}), 30, 10) == GREEN
    picture = draw({"p": [points, context]}, **look)
    assert [pixel(picture, x, 10) for x in (10, 30, 50)] == [BACKGROUND] * 3
    assert pixel(picture, 30, 40) == RED


def test_lines_of_the_others_stay_their_own(draw: Draw) -> None:
    """Of two connected classes one is hidden: the other has its own pairs and colour, as before."""
    car = bz.ClassDescription(info=(1, "car", RED), keypoint_connections=[(0, 2)])
    points = bz.Points2D(
        [[10, 10], [50, 10], [10, 40], [50, 40]] * 2,
        class_ids=[1] * 4 + [2] * 4,
        keypoint_ids=[0, 1, 2, 3] * 2,
        radii=-1,
    )
    rec = {"p": [points, bz.AnnotationContext([car, PERSON])]}  # a car's line goes down, a person's to the right
    for look, down, right in (
        ({}, RED, GREEN),
        ({"hide": "car"}, BACKGROUND, GREEN),
        ({"only": "car"}, RED, BACKGROUND),
    ):
        picture = draw(rec, **look)
        assert [pixel(picture, 10, 25), pixel(picture, 30, 10)] == [down, right]


def test_lines_of_shown_classes_stay(draw: Draw) -> None:
    """And no others: also for keypoints without class ids, which are of class 0."""
    zero = bz.ClassDescription(info=(0, "zero", RED), keypoint_connections=[(0, 1)])
    points = bz.Points2D([[10, 10], [50, 10]], radii=3, keypoint_ids=[0, 1])
    assert pixel(draw({"p": [points, zero]}, only="zero"), 30, 10) == RED
    assert is_empty(draw({"p": [points, zero]}, hide=0))


@pytest.mark.parametrize(
    "thing",
    [
        disc(10, 10, colors=RED),
        bz.Boxes2D(half_sizes=[[9, 9]], colors=RED),
        bz.LineStrips2D([[[0, 0], [9, 9]]], colors=RED),
    ],
    ids=["point", "box", "line"],
)
def test_only_hides_instances_without_a_class(draw: Draw, thing: Any) -> None:
    """`only` also hides instances without a class; `hide` does not."""
    assert is_empty(draw({"p": [thing, ONE]}, only=1))
    assert not is_empty(draw({"p": [thing, ONE]}, hide=1))


def test_images_other_than_masks_are_never_hidden(draw: Draw) -> None:
    """Never images other than masks."""
    rec = {"a/i": flat_image(BLUE), "a/m": [mask(1), ONE]}
    for look in ({"hide": "car"}, {"only": "person"}, {"only": 77}):
        assert pixel(draw(rec, **look), 5, 5) == BLUE


@pytest.mark.parametrize("id_", [65536, 70000, 2**32 - 1])
@pytest.mark.parametrize("listed", [True, False])
def test_wide_ids_are_hidden_too(draw: Draw, id_: int, listed: bool) -> None:
    """Ids past 65535, in masks and of points, and not their low 16 bits."""
    context = bz.AnnotationContext([(id_, "wide", RED)] if listed else [])
    ids = np.full((48, 64), id_, np.int64)
    ids[:, 32:] = id_ & 0xFFFF
    rec = {"a": context, "a/m": mask(ids), "b/p": [disc(10, 10, class_ids=id_), context]}
    hidden = draw(rec, view="a", hide=id_)
    assert [pixel(hidden, 5, 5), pixel(hidden, 60, 5)] == [BACKGROUND, naive.auto(id_ & 0xFFFF)]
    only = draw(rec, view="a", only=id_)
    assert [pixel(only, 5, 5), pixel(only, 60, 5)] == [RED if listed else naive.auto(id_), BACKGROUND]
    assert is_empty(draw(rec, view="b", hide=id_))


@pytest.mark.parametrize("id_", [2**32, 2**53 + 1, 2**63, 2**64 - 1])
def test_ids_of_64_bits_in_masks_are_hidden_exactly(draw: Draw, id_: int) -> None:
    """§4: whatever the id's size; its neighbour stays."""
    ids = np.full((48, 64), id_, np.uint64)
    ids[:, 32:] = id_ - 1
    hidden = draw({"m": mask(ids)}, hide=id_)
    assert [pixel(hidden, 5, 5), pixel(hidden, 60, 5)] == [BACKGROUND, naive.auto(id_ - 1)]


def test_labels_that_nobody_knows_raise(draw: Draw) -> None:
    """A word that is in no context is a mistake, and the answer says which words there are."""
    for look in ({"hide": "cat"}, {"only": ["car", "cat"]}):
        with pytest.raises(bz.NotInRecordingError, match=r"cat.*car, person"):
            draw({"m": [mask(1), ONE]}, **look)


def test_labels_of_other_times_are_known(draw: Draw) -> None:
    """A context that comes later makes its words known; at this time nothing has that class."""
    rec = logged({"m": mask(1)})
    logged({"m": bz.AnnotationContext([(1, "car", RED)])}, rec, frame=5)
    assert pixel(draw(rec, at=("frame", 0), hide="car"), 5, 5) == naive.auto(1)
    assert is_empty(draw(rec, at=("frame", 5), hide="car"))


def test_hiding_changes_one_picture_alone(screen: Callable[..., bz.Offscreen]) -> None:
    """The next picture of the same screen shows all again."""
    one, rec = screen(), logged({"m": [mask(STRIPES), ONE]})
    pictures = [shown(one.render(rec, hide=hide)) for hide in ((), [1], (), ["person"], ())]
    every = {0, 1, 2, 3}
    assert pictures == [every, {0, 2, 3}, every, {0, 1}, every]


def test_a_label_of_another_time_is_known_and_hides_nothing_here() -> None:
    """A context may change: "car" at frame 10 is no mistake at frame 0, and "person" is still hidden there."""
    rec = bz.Recording()
    for frame, label in ((0, "person"), (10, "car")):
        rec.set_time("frame", sequence=frame)
        rec.log("a", bz.AnnotationContext([(1, label, (255, 0, 0))]))
        rec.log("a/m", bz.SegmentationImage(np.ones((4, 4), np.uint8)))
    with bz.Offscreen(4, 4) as screen:
        assert tuple(screen.render(rec, at=("frame", 0), hide=["car"])[0, 0, :3]) == (255, 0, 0)
        assert tuple(screen.render(rec, at=("frame", 0), hide=["person"])[0, 0, :3]) == (13, 16, 17)
        with pytest.raises(bz.NotInRecordingError, match="car, person"):
            screen.render(rec, hide=["nobody"])
