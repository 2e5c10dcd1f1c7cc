"""SEMANTICS §11: where we differ from the reference, on purpose; one test or more for each row of the table."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from tests import naive
from tests.pictures import BACKGROUND, RED, WHITE, Draw, differs, disc, flat_image, is_empty, logged, mask, pixel

TWO = bz.ClassDescription(info=(1, "pair", WHITE), keypoint_connections=[(0, 1)])
THREE = bz.ClassDescription(info=(1, "three", WHITE), keypoint_connections=[(0, 1), (1, 2)])


def column(i: int) -> list[tuple[float, float]]:
    """Two keypoints, one above the other."""
    return [(10 * i + 5, 8), (10 * i + 5, 40)]


def has_line(picture: np.ndarray, i: int) -> bool:
    return pixel(picture, 10 * i + 5, 24) == WHITE


# --- several people of one class in one entity


def test_a_repeated_keypoint_starts_the_next_instance(draw: Draw) -> None:
    """§11: within a row, a keypoint id that its class already has starts the next instance of that class."""
    points = bz.Points2D([xy for i in range(5) for xy in column(i)], class_ids=1, keypoint_ids=[0, 1] * 5)
    picture = draw({"p": [points, TWO]})
    assert [has_line(picture, i) for i in range(5)] == [True] * 5
    assert not differs(picture)[24, [10, 20, 30, 40]].any()  # nothing between them


def test_people_may_list_their_keypoints_in_any_order(draw: Draw) -> None:
    """§11: it is repetition that counts, not order."""
    points = bz.Points2D([*column(0), *reversed(column(1)), *column(2)], class_ids=1, keypoint_ids=[0, 1, 1, 0, 0, 1])
    picture = draw({"p": [points, TWO]})
    assert [has_line(picture, i) for i in range(3)] == [True] * 3


def test_people_of_two_classes_may_take_turns(draw: Draw) -> None:
    """§11: that *its class* already has: classes do not end each other's instances."""
    context = bz.AnnotationContext([TWO, bz.ClassDescription(info=(2, None, WHITE), keypoint_connections=[(0, 1)])])
    a, b, c, d = (column(i) for i in range(4))
    points = bz.Points2D(
        [a[0], b[0], a[1], b[1], c[0], d[0], c[1], d[1]],
        class_ids=[1, 2, 1, 2, 1, 2, 1, 2],
        keypoint_ids=[0, 0, 1, 1, 0, 0, 1, 1],
    )
    picture = draw({"p": [points, context]})
    assert [has_line(picture, i) for i in range(4)] == [True] * 4


def test_instance_ids_say_so_explicitly(draw: Draw) -> None:
    """§11: keypoints of several people, sorted by keypoint."""
    points = bz.Points2D(
        [column(i)[j] for j in range(2) for i in range(5)],
        class_ids=1,
        keypoint_ids=[0] * 5 + [1] * 5,
        instance_ids=list(range(5)) * 2,
    )
    picture = draw({"p": [points, TWO]})
    assert [has_line(picture, i) for i in range(5)] == [True] * 5


def test_instance_ids_keep_people_apart_that_repeat_nothing(draw: Draw) -> None:
    """§11: a person whose foot is missing does not get the next one's."""
    points = bz.Points2D([column(0)[0], column(0)[1]], class_ids=1, keypoint_ids=[0, 1], instance_ids=[7, 8])
    with pytest.warns(bz.BlazonWarning, match="missing end"):
        assert not has_line(draw({"p": [points, TWO]}), 0)


def test_explicit_people_with_missing_keypoints_are_not_doubted(draw: Draw) -> None:
    """§11: it is *inferred* people with missing keypoints that are a warning of their own."""
    points = bz.Points2D([*column(0), *column(1)[:1]], class_ids=1, keypoint_ids=[0, 1, 0], instance_ids=[0, 0, 1])
    with pytest.warns(bz.BlazonWarning) as told:
        draw({"p": [points, TWO]})
    assert ["instance_ids" in str(each.message) for each in told] == [False]


def test_inferred_people_with_missing_keypoints_are_a_counted_warning(draw: Draw) -> None:
    """§11: inferred people with missing keypoints are a counted warning."""
    xy = [(5, 8), (5, 24), (5, 40), (25, 8), (25, 24), (45, 8), (45, 24), (45, 40), (60, 8), (60, 24)]
    points = bz.Points2D(xy, class_ids=1, keypoint_ids=[0, 1, 2, 0, 1, 0, 1, 2, 0, 1])
    with pytest.warns(bz.BlazonWarning) as told:
        draw({"a/p": [points, THREE]})
    doubts = [str(each.message) for each in told if "instance_ids" in str(each.message)]
    assert len(doubts) == 1
    assert doubts[0].startswith("/a/p")
    assert "2" in doubts[0]


def test_one_person_with_missing_keypoints_is_not_doubted(draw: Draw) -> None:
    """§11: nobody was told apart from anybody."""
    with pytest.warns(bz.BlazonWarning) as told:
        draw({"p": [bz.Points2D(column(0)[:1], class_ids=1, keypoint_ids=0), TWO]})
    assert ["instance_ids" in str(each.message) for each in told] == [False]


@pytest.mark.parametrize(
    "ids",
    [
        [0, 0, 1, 1],
        [-1, -1, -2, -2],
        [2**40, 2**40, 2**40 + 1, 2**40 + 1],
        [1, 1, 2**32 + 1, 2**32 + 1],
        [-(2**63)] * 2 + [2**63 - 1] * 2,
    ],
)
def test_instance_ids_of_the_sdk(from_sdk: Callable[..., bz.Recording], draw: Draw, ids: list[int]) -> None:
    """§11: the component `instance_ids` through `AnyValues`; any integers, negative or huge ones too."""

    def log(stream: rr.RecordingStream) -> None:
        described = rr.ClassDescription(info=(1, "pair", (255, 255, 255)), keypoint_connections=[(0, 1)])
        stream.log("/", rr.AnnotationContext([described]), static=True)
        points = rr.Points2D([column(i)[j] for i in (0, 1) for j in (0, 1)], class_ids=1, keypoint_ids=[0, 1, 0, 1])
        stream.log("p", points, rr.AnyValues(instance_ids=np.array(ids, np.int64)))
        apart = rr.Points2D([column(i)[j] for i in (3, 4) for j in (0, 1)], class_ids=1, keypoint_ids=[0, 1, 1, 0])
        stream.log("q", apart, rr.AnyValues(instance_ids=np.array([ids[0], ids[2], ids[0], ids[2]], np.int64)))

    rec = from_sdk(log)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = draw(rec)
    assert [has_line(picture, i) for i in range(5)] == [True, True, False, False, False]


# --- ids above 65535


@pytest.mark.parametrize("id_", [65536, 65537, 70000, 2**31, 2**32 - 1])
def test_ids_above_65535_are_exact(draw: Draw, id_: int) -> None:
    """§11: exact, listed or not, in points, boxes and masks; their low 16 bits mean nothing."""
    low = bz.AnnotationContext([(id_ & 0xFFFF, None, (1, 2, 3))])
    listed = bz.AnnotationContext([(id_, None, RED), (id_ & 0xFFFF, None, (1, 2, 3))])
    ids = mask(np.full((48, 64), id_, np.uint32))
    box = bz.Boxes2D(half_sizes=[[10.5, 9.5]], class_ids=id_)
    for context, color in ((low, naive.auto(id_)), (listed, RED)):
        assert pixel(draw({"m": [ids, context]}), 5, 5) == color
        assert pixel(draw({"b": [box, context]}), 10, 3) == color
        assert pixel(draw({"p": [disc(10, 10, class_ids=id_), context]}), 10, 10) == color


@pytest.mark.parametrize("id_", [127, 128, 129, 255, 32767, 32768, 32769, 65534, 65535])
def test_ids_above_half_the_table_are_exact(draw: Draw, id_: int) -> None:
    """§11: ids above half the table have their own colour, not that of id−1."""
    ids = mask(np.full((48, 64), id_, np.uint8 if id_ < 256 else np.uint16))
    assert pixel(draw({"m": ids}), 5, 5) == naive.auto(id_)
    context = bz.AnnotationContext([(id_ - 1, None, (1, 2, 3)), (id_, None, RED)])
    assert pixel(draw({"m": [ids, context]}), 5, 5) == RED


# --- keypoints without class ids


def test_keypoints_without_class_ids_are_of_class_0(draw: Draw) -> None:
    """§11: class 0; in colours and in lines; in a context that lacks it auto(0)."""
    described = bz.ClassDescription(
        info=(0, None, WHITE), keypoint_annotations=[(1, None, RED)], keypoint_connections=[(0, 1)]
    )
    points = bz.Points2D(column(0), keypoint_ids=[0, 1], radii=4)
    picture = draw({"p": [points, described]})
    assert [pixel(picture, 5, 8), pixel(picture, 5, 40), has_line(picture, 0)] == [WHITE, RED, True]
    assert pixel(draw({"p": points}), 5, 8) == naive.auto(0)


# --- a class colour with alpha 0

GONE = bz.AnnotationContext(
    [bz.ClassDescription(info=(1, "gone", (255, 255, 255, 0)), keypoint_connections=[(0, 1)]), (2, "here", RED)]
)


@pytest.mark.parametrize(
    "thing",
    [
        mask(1),
        disc(10, 10, class_ids=1),
        bz.Points2D(column(0), class_ids=1, keypoint_ids=[0, 1]),
        bz.Boxes2D(half_sizes=[[20, 20]], class_ids=1),
        bz.LineStrips2D([[[0, 0], [60, 40]]], class_ids=1),
    ],
    ids=["mask", "point", "skeleton", "box", "line"],
)
def test_alpha_0_hides_all_of_them(draw: Draw, thing: Any) -> None:
    """§11: hides pixels, points, boxes and lines: none is black."""
    assert is_empty(draw({"p": [thing, GONE]}))
    assert (draw({"p": [thing, GONE]}, background=(0, 0, 0, 0)) == 0).all()


def test_alpha_0_hides_that_class_alone(draw: Draw) -> None:
    """§11: others of the same entity stay."""
    points = bz.Points2D([[10, 10], [30, 10], [50, 10]], radii=4, class_ids=[2, 1, 3])
    picture = draw({"p": [points, GONE]})
    assert [pixel(picture, x, 10) for x in (10, 30, 50)] == [RED, BACKGROUND, naive.auto(3)]


# --- opacity


def test_the_opacity_default_follows_this_frame(screen: Callable[..., bz.Offscreen]) -> None:
    """§11: this frame, not the last: one screen, in the order in which the reference goes wrong, and back."""
    rec = logged({"a/m": mask(1), "a": bz.AnnotationContext([(1, None, RED)])})
    logged({"a/i": flat_image((100, 100, 100, 255))}, rec, frame=1)
    logged({"a/i": bz.Clear(recursive=False)}, rec, frame=2)
    one = screen()
    colors = [pixel(one.render(rec, at=("frame", frame)), 5, 5) for frame in (0, 1, 2, 1, 0)]
    half = (198, 72, 72, 255)
    assert colors == [RED, half, RED, half, RED]


# --- ids in Python that don't fit


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "f8"])
def test_ids_in_python_that_do_not_fit_raise(dtype: str) -> None:
    """§11: raise; of every dtype that can hold them."""
    with pytest.raises(bz.ArgumentError, match="-1"):
        bz.Points2D([[0, 0]], class_ids=np.array([-1], dtype))
    if dtype in ("i8", "f8"):
        with pytest.raises(bz.ArgumentError, match="4294967296"):
            bz.Points2D([[0, 0]], class_ids=np.array([2**32], dtype))


# --- points


def test_points_are_flat(draw: Draw) -> None:
    """§11: flat: two thirds of the radius away from the middle the colour is the same."""
    picture = draw({"p": disc(32, 24, 20, colors=(200, 120, 40))})
    assert {pixel(picture, x, 24) for x in range(14, 50)} == {(200, 120, 40, 255)}


def test_points_are_drawn_over_lines(draw: Draw) -> None:
    """§11: draw order of Points2D: 30, over lines at 20 of a later path, and over its own skeleton."""
    line = bz.LineStrips2D([[[0, 8], [64, 8]]], colors=WHITE)
    points = bz.Points2D(column(0), class_ids=1, keypoint_ids=[0, 1], colors=RED, radii=4)
    picture = draw({"a": [points, TWO], "z": line})
    assert pixel(picture, 5, 8) == RED
