"""SEMANTICS §3: the colour of an instance, in its order of five rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from tests import naive
from tests.pictures import BACKGROUND, BLUE, GREEN, RED, WHITE, Draw, disc, logged, mask, pixel
from tests.render.kernels.test_colors import KNOWN


def point(**what: Any) -> tuple[Any, tuple[int, int]]:
    return bz.Points2D([[10, 10]], radii=4, **what), (10, 10)


def box(**what: Any) -> tuple[Any, tuple[int, int]]:
    return bz.Boxes2D(centers=[[20.5, 20.5]], half_sizes=[[10, 10]], **what), (10, 20)


def line(**what: Any) -> tuple[Any, tuple[int, int]]:
    return bz.LineStrips2D([[[5, 10.5], [40, 10.5]]], **what), (20, 10)


SHAPES = pytest.mark.parametrize("shape", [point, box, line])


def color_of(draw: Draw, thing: tuple[Any, tuple[int, int]], context: Any = None, path: str = "p") -> naive.Color:
    """The colour that a thing has at a pixel well inside it."""
    archetype, where = thing
    return pixel(draw({path: [archetype, *([context] if context else [])]}), *where)


def person(info: Any, *keypoints: Any) -> bz.ClassDescription:
    return bz.ClassDescription(info=info, keypoint_annotations=keypoints)


# --- 1: explicit colours


@SHAPES
def test_rule_1_explicit_colors_ignore_annotations(draw: Draw, shape: Any) -> None:
    """§3.1: used as they are."""
    context = bz.AnnotationContext([(1, None, RED)])
    assert color_of(draw, shape(colors=(3, 5, 7), class_ids=1), context) == (3, 5, 7, 255)


def test_rule_1_explicit_colors_over_keypoint_colors(draw: Draw) -> None:
    """§3.1: also where the keypoint has one."""
    assert color_of(draw, point(colors=BLUE, class_ids=1, keypoint_ids=0), person(1, (0, None, RED))) == BLUE


def test_rule_1_the_alpha_of_a_class_does_not_matter_to_explicit_colors(draw: Draw) -> None:
    """§3.1: annotations are ignored, all of them."""
    assert color_of(draw, point(colors=BLUE, class_ids=1), bz.AnnotationContext([(1, None, (0, 0, 0, 0))])) == BLUE


@SHAPES
def test_rule_1_translucent_colors_blend(draw: Draw, shape: Any) -> None:
    """§3.1, as they are: with their alpha."""
    found = color_of(draw, shape(colors=(255, 0, 0, 128)))
    assert found == pytest.approx(naive.blend((255, 0, 0, 128), BACKGROUND), abs=1)


@SHAPES
@pytest.mark.parametrize("empty", [[], (), np.zeros((0, 4), np.uint8), np.zeros(0, np.uint32)], ids=repr)
def test_rule_1_empty_colors_are_none(draw: Draw, shape: Any, empty: Any) -> None:
    """§3.1: not empty."""
    assert color_of(draw, shape(colors=empty, class_ids=1), bz.AnnotationContext([(1, None, RED)])) == RED


@pytest.mark.parametrize(
    "reset", [{"colors": []}, {"clear_unset": True, "positions": [[10, 10]], "radii": 4, "class_ids": 1}]
)
def test_rule_1_empty_colors_logged_explicitly_reset(draw: Draw, reset: dict[str, Any]) -> None:
    """§3.1: `colors=[]` logged explicitly resets to the annotations."""
    rec = logged({"/": bz.AnnotationContext([(1, None, RED)])})
    logged({"p": disc(10, 10, class_ids=1, colors=BLUE)}, rec, frame=0)
    logged({"p": bz.Points2D.from_fields(**reset)}, rec, frame=1)
    assert [pixel(draw(rec, at=("frame", frame)), 10, 10) for frame in (0, 1)] == [BLUE, RED]


def test_rule_1_empty_colors_of_the_sdk_reset(from_sdk: Callable[..., bz.Recording], draw: Draw) -> None:
    """§3.1: through the wire, alone and by `clear_unset`."""

    def log(stream: rr.RecordingStream) -> None:
        stream.log("/", rr.AnnotationContext([(1, "red", (255, 0, 0))]), static=True)
        every = {"radii": 4, "class_ids": 1}
        for frame, points in enumerate(
            [
                rr.Points2D([[10, 10]], colors=BLUE, **every),
                rr.Points2D.from_fields(colors=[]),
                rr.Points2D.from_fields(colors=[GREEN]),
                rr.Points2D.from_fields(clear_unset=True, positions=[[10, 10]], **every),
                rr.Points2D.cleared(),
            ]
        ):
            stream.set_time("frame", sequence=frame)
            stream.log("p", points)

    rec = from_sdk(log)
    colors = [pixel(draw(rec, at=("frame", frame)), 10, 10) for frame in range(5)]
    assert colors == [BLUE, RED, GREEN, RED, BACKGROUND]


# --- 2: class and keypoint found


@pytest.mark.parametrize(
    ("described", "color"),
    [
        (person((1, None, RED), (7, None, GREEN)), GREEN),
        (person((1, None, RED), (7, "nose")), RED),
        (person(1, (7, None, GREEN)), GREEN),
        (person(1, 7), naive.auto(7)),
    ],
    ids=["keypoint colour", "class colour", "keypoint colour without a class colour", "auto(keypoint id)"],
)
def test_rule_2_class_and_keypoint_found(draw: Draw, described: Any, color: naive.Color) -> None:
    """§3.2: keypoint colour, else class colour, else auto(keypoint id)."""
    assert color_of(draw, point(class_ids=1, keypoint_ids=7), described) == color


def test_rule_2_keypoints_are_those_of_the_class(draw: Draw) -> None:
    """§3.2: the same keypoint id has another colour in another class."""
    context = bz.AnnotationContext([person(1, (7, None, GREEN)), person(2, (7, None, BLUE))])
    points = bz.Points2D([[10, 10], [30, 10]], radii=4, class_ids=[1, 2], keypoint_ids=7)
    picture = draw({"p": [points, context]})
    assert [pixel(picture, 10, 10), pixel(picture, 30, 10)] == [GREEN, BLUE]


# --- 3: class found, keypoint not listed


@pytest.mark.parametrize(
    ("described", "color"),
    [(person((1, None, RED), (0, None, GREEN)), RED), (person(1, (0, None, GREEN)), naive.auto(1))],
    ids=["class colour", "auto(info.id)"],
)
def test_rule_3_keypoint_not_listed(draw: Draw, described: Any, color: naive.Color) -> None:
    """§3.3: class colour, else auto(class info.id)."""
    assert color_of(draw, point(class_ids=1, keypoint_ids=7), described) == color


def test_rule_3_the_info_s_own_id_makes_the_color(draw: Draw) -> None:
    """§3.3: auto(class `info.id`), which on the wire may differ from the class id."""
    context = bz.AnnotationContext.from_map({1: bz.ClassDescription(info=42)})
    assert color_of(draw, point(class_ids=1, keypoint_ids=7), context) == naive.auto(42)
    assert color_of(draw, box(class_ids=1), context) == naive.auto(42)
    assert pixel(draw({"m": [mask(1), context]}), 5, 5) == naive.auto(42)


@SHAPES
def test_rule_3_without_keypoints_the_class_color(draw: Draw, shape: Any) -> None:
    """§3.3: rects and lines have no keypoints at all."""
    assert color_of(draw, shape(class_ids=1), person((1, None, RED), (0, None, GREEN))) == RED
    assert color_of(draw, shape(class_ids=1), person(1, (0, None, GREEN))) == naive.auto(1)


# --- 4: class id not in the context, or no context


@SHAPES
@pytest.mark.parametrize("context", [None, bz.AnnotationContext([(2, None, RED)])], ids=["none", "another class"])
@pytest.mark.parametrize("id_", [0, 1, 255, 65535, 65536, 2**32 - 1])
def test_rule_4_class_unknown(draw: Draw, shape: Any, context: Any, id_: int) -> None:
    """§3.4: auto(class id)."""
    assert color_of(draw, shape(class_ids=id_), context) == naive.auto(id_)


def test_rule_4_with_a_keypoint_id_too(draw: Draw) -> None:
    """§3.4: auto(class id), not auto(keypoint id)."""
    assert color_of(draw, point(class_ids=3, keypoint_ids=7)) == naive.auto(3)


# --- 5: no class ids


@SHAPES
def test_rule_5_one_color_for_the_entity(draw: Draw, shape: Any) -> None:
    """§3.5: auto(hash of the path): one of the automatic colours, whatever the context says."""
    color = color_of(draw, shape())
    assert color in {naive.auto(id_) for id_ in range(65535)}
    assert color_of(draw, shape(), bz.AnnotationContext([(id_, None, WHITE) for id_ in range(300)])) == color


def test_rule_5_all_instances_alike(draw: Draw) -> None:
    """§3.5: one colour for the entity."""
    picture = draw({"p": bz.Points2D([[10, 10], [30, 10], [50, 10]], radii=4)})
    assert len({pixel(picture, x, 10) for x in (10, 30, 50)}) == 1


def test_rule_5_of_the_path_and_stable(draw: Draw) -> None:
    """§3.5: stable; other paths have, mostly, other colours; the path's spelling does not matter."""
    colors = [color_of(draw, point(), path=path) for path in ("a", "b", "a/b", "c/d/e", "x", "/a", "a/")]
    assert colors[0] == colors[5] == colors[6]
    assert len(set(colors)) >= 4
    assert (
        colors[0] == color_of(draw, box(), path="a") == (77, 188, 182, 255)
    )  # pinned: it outlives processes and releases


@SHAPES
@pytest.mark.parametrize("empty", [[], np.zeros(0, np.uint16)], ids=repr)
def test_rule_5_empty_class_ids_are_none(draw: Draw, shape: Any, empty: Any) -> None:
    """§3.5 with §6: empty means the default."""
    assert color_of(draw, shape(class_ids=empty)) == color_of(draw, shape())


# --- auto


@pytest.mark.parametrize(("id_", "rgb"), KNOWN.items())
def test_known_values_are_what_is_drawn(draw: Draw, id_: int, rgb: tuple[int, int, int]) -> None:
    """§3, auto(id): the known values, in a mask and as a point."""
    assert pixel(draw({"m": mask(id_)}), 5, 5) == (*rgb, 255)
    assert color_of(draw, point(class_ids=id_)) == (*rgb, 255)


def test_a_mixed_row_follows_each_rule(draw: Draw) -> None:
    """§3: of one entity, each instance by its own class and keypoint."""
    context = bz.AnnotationContext([person((1, None, RED), (0, None, GREEN), 1), person(2, 1), (3, None, BLUE)])
    class_ids, keypoint_ids = [1, 1, 1, 2, 2, 3, 4], [0, 1, 2, 1, 2, 0, 0]
    points = bz.Points2D([[8 * i + 5, 10] for i in range(7)], radii=3, class_ids=class_ids, keypoint_ids=keypoint_ids)
    picture = draw({"p": [points, context]})
    expected = [GREEN, RED, RED, naive.auto(1), naive.auto(2), BLUE, naive.auto(4)]
    assert [pixel(picture, 8 * i + 5, 10) for i in range(7)] == expected
    assert naive.color_instances(class_ids, keypoint_ids, context, 7) == expected
