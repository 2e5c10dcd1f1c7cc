"""SEMANTICS §6: the last value of a shorter component repeats, extra values are dropped, empty means the default."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import blazon as bz
from tests import naive
from tests.pictures import BACKGROUND, BLUE, GREEN, RED, Draw, differs, extent, is_empty, pixel

XS = (10, 24, 38, 52)
AT = [[x, 10] for x in XS]


def colors_at(picture: np.ndarray, y: int = 10) -> list[naive.Color]:
    return [pixel(picture, x, y) for x in XS]


@pytest.mark.parametrize(
    "given", [[RED], [RED, GREEN], [RED, GREEN, BLUE], [RED, GREEN, BLUE, RED], [RED] * 3 + [GREEN, BLUE]]
)
def test_colors_of_points(draw: Draw, given: list[naive.Color]) -> None:
    """§6: of four points, with one to five colours."""
    picture = draw({"p": bz.Points2D(AT, radii=4, colors=given)})
    assert colors_at(picture) == naive.spread(given, 4)


@pytest.mark.parametrize("given", [[1], [1, 2], [1, 2, 3, 4], [1, 2, 3, 4, 5, 6], 7, range(3)], ids=str)
def test_class_ids_of_points(draw: Draw, given: Any) -> None:
    """§6: class ids; a number stands for a list of one."""
    picture = draw({"p": bz.Points2D(AT, radii=4, class_ids=given)})
    expected = naive.spread([given] if isinstance(given, int) else list(given), 4)
    assert colors_at(picture) == [naive.auto(id_) for id_ in expected]


@pytest.mark.parametrize("given", [[1], [1, 2], [1, 2, 3, 4, 5]])
def test_keypoint_ids_of_points(draw: Draw, given: list[int]) -> None:
    """§6: keypoint ids."""
    described = bz.ClassDescription(info=9, keypoint_annotations=[1, 2, 3, 4, 5])
    picture = draw({"p": [bz.Points2D(AT, radii=4, class_ids=9, keypoint_ids=given), described]})
    assert colors_at(picture) == [naive.auto(id_) for id_ in naive.spread(given, 4)]


@pytest.mark.parametrize("given", [[4], [4, 2], [4, 2, 3, 5, 6]])
def test_radii_of_points(draw: Draw, given: list[float]) -> None:
    """§6: radii: a disc's width at its middle is twice its radius."""
    picture = draw({"p": bz.Points2D(np.array(AT) + 0.5, radii=np.array(given) + 0.5, colors=RED)})
    widths = [int(differs(picture)[10, x - 7 : x + 7].sum()) for x in XS]
    assert widths == [2 * radius + 1 for radius in naive.spread(given, 4)]


def test_lines_take_ids_and_colors_alike(draw: Draw) -> None:
    """§6: line strips: one value for each strip."""
    strips = [[[5, y + 0.5], [55, y + 0.5]] for y in (5, 15, 25)]
    picture = draw({"l": bz.LineStrips2D(strips, class_ids=[1, 2], radii=[1.5, 2.5])})
    assert [pixel(picture, 30, y) for y in (5, 15, 25)] == [naive.auto(1), naive.auto(2), naive.auto(2)]
    assert [int(differs(picture)[y - 4 : y + 5, 30].sum()) for y in (5, 15, 25)] == [3, 5, 5]


def test_boxes_are_as_many_as_half_sizes(draw: Draw) -> None:
    """§6: number of 2D boxes = half sizes; extra centres, colours and ids are dropped."""
    picture = draw({"b": bz.Boxes2D(half_sizes=[[3, 3]], centers=[[10.5, 10.5], [40, 40]], colors=[RED, GREEN])})
    assert extent(picture) == (6, 6, 15, 15)
    assert pixel(picture, 7, 10) == RED


def test_centers_repeat(draw: Draw) -> None:
    """§6: centres repeat: the second box lies around the first's centre."""
    picture = draw({"b": bz.Boxes2D(half_sizes=[[3, 3], [10, 10]], centers=[[20.5, 20.5]], colors=[RED, GREEN])})
    assert [pixel(picture, 17, 20), pixel(picture, 10, 20)] == [RED, GREEN]


def test_centers_default_to_the_origin(draw: Draw) -> None:
    """§6: default 0, 0."""
    picture = draw({"b": bz.Boxes2D(half_sizes=[[10.5, 9.5]], colors=RED)})
    assert [pixel(picture, 10, 0), pixel(picture, 0, 9), pixel(picture, 5, 5)] == [RED, RED, BACKGROUND]


@pytest.mark.parametrize("centers", [[], np.zeros((0, 2))], ids=repr)
def test_empty_centers_are_the_default(draw: Draw, centers: Any) -> None:
    """§6: empty means the default."""
    picture = draw({"b": bz.Boxes2D(half_sizes=[[10.5, 9.5]], centers=centers, colors=RED)})
    assert pixel(picture, 10, 0) == RED


@pytest.mark.parametrize("field", ["radii", "colors", "class_ids", "keypoint_ids", "labels", "instance_ids"])
def test_empty_means_the_default_of_points(draw: Draw, field: str) -> None:
    """§6: as if it was not given."""
    picture = draw({"p": bz.Points2D(AT, **{field: []})})
    np.testing.assert_array_equal(picture, draw({"p": bz.Points2D(AT)}))


@pytest.mark.parametrize("field", ["radii", "colors", "class_ids", "labels"])
def test_empty_means_the_default_of_boxes_and_lines(draw: Draw, field: str) -> None:
    """§6: as if it was not given."""
    for make in (lambda **k: bz.Boxes2D(half_sizes=[[9, 9]], **k), lambda **k: bz.LineStrips2D([AT], **k)):
        np.testing.assert_array_equal(draw({"p": make(**{field: []})}), draw({"p": make()}))


@pytest.mark.parametrize(
    "empty",
    [
        bz.Points2D([]),
        bz.Points2D(np.zeros((0, 2)), class_ids=[1, 2], colors=RED, radii=5),
        bz.Points2D([], class_ids=1, keypoint_ids=range(3)),
        bz.Boxes2D(half_sizes=[], centers=[[5, 5]]),
        bz.Boxes2D(array=np.zeros((0, 4)), array_format="XYXY", class_ids=[]),
        bz.LineStrips2D([]),
        bz.LineStrips2D([[]], colors=RED),
        bz.LineStrips2D([[[5, 5]]], colors=RED),
    ],
    ids=repr,
)
def test_no_instances_draw_nothing(draw: Draw, empty: Any) -> None:
    """§6: the number of instances is that of positions, half sizes or strips, whatever else is there."""
    described = bz.ClassDescription(info=1, keypoint_connections=[(0, 1)])
    assert is_empty(draw({"p": [empty, described], "q": bz.Points2D([[500, 500]])}))


def test_a_detector_that_finds_nothing_clears_what_was_there(draw: Draw) -> None:
    """§6 with §9: empty positions logged later are drawn as none."""
    rec = bz.Recording()
    for frame, n in enumerate((4, 0, 2)):
        rec.set_time("frame", sequence=frame)
        rec.log("p", bz.Points2D(np.reshape(AT[:n], (n, 2)), radii=4, colors=RED))
    drawn = [[each == RED for each in colors_at(draw(rec, at=("frame", frame)))] for frame in range(3)]
    assert drawn == [[True] * 4, [False] * 4, [True, True, False, False]]


def test_more_values_than_instances_are_dropped_for_all(draw: Draw) -> None:
    """§6: extra values are dropped: nothing is drawn for them."""
    picture = draw({"p": bz.Points2D(AT[:1], radii=[4, 9, 9], colors=[RED, GREEN], class_ids=[1, 2, 3])})
    np.testing.assert_array_equal(picture, draw({"p": bz.Points2D(AT[:1], radii=4, colors=RED)}))
