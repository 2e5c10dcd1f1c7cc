"""SEMANTICS §8: keypoints and connections."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from tests import naive
from tests.pictures import BACKGROUND, BLUE, GREEN, RED, WHITE, Draw, is_empty, logged, pixel

# Keypoints on a coarse grid, so that each line has a pixel of its own: 0 - 1 - 2 along the top, 3 below 1.
AT = {0: (8, 8), 1: (32, 8), 2: (56, 8), 3: (32, 40)}
MIDDLE = {(0, 1): (20, 8), (1, 2): (44, 8), (1, 3): (32, 24)}


def person(id_: int = 1, color: Any = WHITE, pairs: Any = ((0, 1), (1, 2), (1, 3)), **what: Any) -> bz.ClassDescription:
    return bz.ClassDescription(info=(id_, None, color), keypoint_connections=pairs, **what)


def pose(*keypoints: int, **what: Any) -> bz.Points2D:
    return bz.Points2D([AT[each] for each in keypoints], **{"class_ids": 1, "keypoint_ids": keypoints, **what})


def lines(picture: np.ndarray, color: naive.Color | None = None) -> set[tuple[int, int]]:
    """Which of the connections are drawn; in a certain colour."""
    found = {pair: pixel(picture, *where) for pair, where in MIDDLE.items()}
    return {pair for pair, each in found.items() if (each != BACKGROUND if color is None else each == color)}


ALL = set(MIDDLE)


def test_connections_are_drawn_between_the_keypoints_of_an_instance(draw: Draw) -> None:
    """§8: a class's connections; and no others."""
    assert lines(draw({"p": [pose(0, 1, 2, 3), person()]}), WHITE) == ALL
    assert lines(draw({"p": [pose(0, 1, 2, 3), person(pairs=[(1, 3)])]})) == {(1, 3)}


def test_connections_may_be_said_in_any_order_and_direction(draw: Draw) -> None:
    """§8: ids, not places in the row, say what is connected."""
    picture = draw({"p": [pose(3, 1, 0, 2), person(pairs=[(3, 1), (2, 1), (1, 0)])]})
    assert lines(picture, WHITE) == ALL


def test_connections_need_no_keypoint_annotations(draw: Draw) -> None:
    """§8: nor do listed keypoints change anything."""
    listed = person(keypoint_annotations=[(0, "nose", RED), (1, "neck", GREEN)])
    assert lines(draw({"p": [pose(0, 1, 2, 3), listed]}), WHITE) == ALL


@pytest.mark.parametrize("color", [RED, None], ids=["context", "auto"])
def test_lines_are_in_the_class_color(draw: Draw, color: Any) -> None:
    """§8: in the class colour: context, else auto; never in `colors` or the keypoint's own colour."""
    described = person(1, color, keypoint_annotations=[(each, None, BLUE) for each in AT])
    for points in (pose(0, 1, 2, 3), pose(0, 1, 2, 3, colors=GREEN)):
        picture = draw({"p": [points, described]})
        assert lines(picture, color or naive.auto(1)) == ALL
        assert pixel(picture, 8, 8) == (GREEN if points.components.get("Points2D:colors") is not None else BLUE)


def test_the_auto_color_of_lines_is_of_the_info_s_id(draw: Draw) -> None:
    """§8 with §3.3: auto(class `info.id`)."""
    context = bz.AnnotationContext.from_map({1: bz.ClassDescription(info=42, keypoint_connections=[(0, 1)])})
    assert lines(draw({"p": [pose(0, 1), context]}), naive.auto(42)) == {(0, 1)}


def test_translucent_class_colors_make_translucent_lines(draw: Draw) -> None:
    """§8: the class colour, with its alpha."""
    picture = draw({"p": [pose(0, 1), person(1, (255, 0, 0, 128), [(0, 1)])]})
    assert pixel(picture, 20, 8) == pytest.approx(naive.blend((255, 0, 0, 128), BACKGROUND), abs=1)


def test_keypoints_without_class_ids_are_of_class_0(draw: Draw) -> None:
    """§8: keypoint ids without class ids mean class 0."""
    described = person(0, WHITE, keypoint_annotations=[(0, None, GREEN)])
    picture = draw({"p": [pose(0, 1, 2, 3, class_ids=None), described]})
    assert lines(picture, WHITE) == ALL
    assert [pixel(picture, *AT[each]) for each in (0, 1)] == [GREEN, WHITE]


def test_class_ids_without_keypoints_connect_nothing(draw: Draw) -> None:
    """§8: connections are between keypoints."""
    assert not lines(draw({"p": [bz.Points2D(list(AT.values()), class_ids=1), person()]}))


def test_each_class_has_its_own_connections(draw: Draw) -> None:
    """§8: a class's connections: of two classes in one row, each has its own."""
    context = bz.AnnotationContext([person(1, RED, [(0, 1)]), person(2, BLUE, [(1, 3)])])
    points = bz.Points2D([AT[0], AT[1], AT[1], AT[3]], class_ids=[1, 1, 2, 2], keypoint_ids=[0, 1, 1, 3])
    picture = draw({"p": [points, context]})
    assert (lines(picture, RED), lines(picture, BLUE)) == ({(0, 1)}, {(1, 3)})


def test_keypoints_of_two_classes_are_not_joined(draw: Draw) -> None:
    """§8: between the keypoints of one instance, and an instance has one class."""
    context = bz.AnnotationContext([person(1, RED, [(0, 1)]), person(2, BLUE, [(0, 1)])])
    with pytest.warns(bz.BlazonWarning, match="missing"):
        picture = draw({"p": [pose(0, 1, class_ids=[1, 2]), context]})
    assert not lines(picture)


def test_connections_belong_to_the_row(draw: Draw) -> None:
    """§8: the points logged together: not those of another entity, nor of another time."""
    rec = logged({"/": person(pairs=[(0, 1)])})
    logged({"a": pose(0), "b": pose(1)}, rec, frame=0)
    logged({"a": pose(1), "b": pose(0)}, rec, frame=1)
    for frame in (0, 1):
        with pytest.warns(bz.BlazonWarning, match="missing"):
            assert not lines(draw(rec, at=("frame", frame)))


@pytest.mark.parametrize(
    ("points", "left", "skipped"),
    [
        (pose(0, 1), {(0, 1)}, 2),
        (pose(1, 2, 3), {(1, 2), (1, 3)}, 1),
        (pose(0, 2, 3), set(), 3),
        (pose(0), set(), 3),
    ],
    ids=["0 1", "1 2 3", "0 2 3", "0"],
)
def test_a_connection_with_a_missing_end_is_skipped_and_counted(
    screen: Callable[..., bz.Offscreen], points: Any, left: set, skipped: int
) -> None:
    """§8: skipped and counted; the others are drawn."""
    rec = logged({"a/p": [points, person()]})
    with pytest.warns(bz.BlazonWarning, match="/a/p") as told:
        picture = screen().render(rec, bounds=(0, 0, 64, 48))
    assert lines(picture, WHITE) == left
    assert len(told) == 1
    assert skipped == 1 or str(skipped) in str(told[0].message)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_keypoint_without_a_place_is_a_missing_end(draw: Draw, bad: float) -> None:
    """§8 with §10: as pose models say "not seen"."""
    points = bz.Points2D([AT[0], (bad, 8), AT[2]], class_ids=1, keypoint_ids=[0, 1, 2])
    with pytest.warns(bz.BlazonWarning) as told:
        picture = draw({"p": [points, person(pairs=[(0, 1), (1, 2), (0, 2)])]})
    assert any("missing end" in str(each.message) and "2" in str(each.message) for each in told)
    assert any("position" in str(each.message) for each in told)
    assert pixel(picture, 20, 8) == WHITE  # 0 to 2, all along the top


def test_whole_people_are_no_reason_to_warn(draw: Draw) -> None:
    """§8: nothing is missing, nothing is said; nor where a class has no connections."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw({"p": [pose(0, 1, 2, 3, 0, 1, 2, 3), person()], "q": pose(0, 2, class_ids=7)})


def test_skeletons_from_the_sdk(from_sdk: Callable[..., bz.Recording], draw: Draw) -> None:
    """§8: through the wire, with keypoints whose class is not said."""

    def log(stream: rr.RecordingStream) -> None:
        stream.log("/", rr.ClassDescription(info=(0, None, WHITE), keypoint_connections=[(0, 1), (1, 2), (1, 3)]))
        stream.log("p", rr.Points2D(list(AT.values()), keypoint_ids=list(AT)))

    assert lines(draw(from_sdk(log)), WHITE) == ALL


def test_ids_of_keypoints_may_be_logged_apart(draw: Draw) -> None:
    """§8 with §9: ids logged once, static; positions at each time."""
    rec = logged({"p": [person(), bz.Points2D.from_fields(keypoint_ids=list(AT), class_ids=1)]})
    rec.set_time("frame", sequence=0)
    rec.log("p", bz.Points2D.from_fields(positions=list(AT.values())))
    assert lines(draw(rec, at=("frame", 0)), WHITE) == ALL
    assert is_empty(draw(rec, at=("frame", -1)))


def test_self_connections_and_unknown_keypoints_do_no_harm(draw: Draw) -> None:
    """§8: a pair of one keypoint is no line; a pair that names unknown ones is skipped and counted."""
    with pytest.warns(bz.BlazonWarning, match="missing end"):
        picture = draw({"p": [pose(0, 1), person(pairs=[(0, 0), (0, 1), (98, 99)])]})
    assert lines(picture, WHITE) == {(0, 1)}


@pytest.mark.parametrize("pairs", [[(0, 1), (0, 1)], [(0, 1), (1, 0)]], ids=str)
def test_a_connection_that_is_listed_twice_is_one_line(draw: Draw, pairs: Any) -> None:
    """§8, where it is silent: either way round; a translucent line does not darken."""
    color = (255, 0, 0, 100)
    once = draw({"p": [pose(0, 1), person(1, color, [(0, 1)])]})
    np.testing.assert_array_equal(draw({"p": [pose(0, 1), person(1, color, pairs)]}), once)
