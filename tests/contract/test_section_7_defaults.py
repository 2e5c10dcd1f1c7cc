"""SEMANTICS §7: radii, draw orders and fills where nothing is said; and what the shapes look like."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import blazon as bz
from tests import naive
from tests.pictures import (
    BACKGROUND,
    BLUE,
    BOUNDS,
    GREEN,
    RED,
    WHITE,
    Draw,
    differs,
    disc,
    extent,
    flat_image,
    logged,
    mask,
    pixel,
)

HALF = (0, 0, 32, 24)  # two pixels for each unit
ZOOMS = pytest.mark.parametrize("zoom", [1, 2])


def bounds(zoom: int) -> tuple[float, float, float, float]:
    return tuple(each / zoom for each in BOUNDS)  # type: ignore[return-value]


def thick(picture: np.ndarray, x: int = 32) -> int:
    """How many rows of a column are not background."""
    return int(differs(picture)[:, x].sum())


# --- radii and widths


@ZOOMS
def test_points_are_discs_of_one_and_a_half_ui_points(draw: Draw, zoom: int) -> None:
    """§7: Points2D: 1.5 UI points: three pixels across, however near the camera is."""
    picture = draw({"p": bz.Points2D([[32.5 / zoom, 24.5 / zoom]], colors=RED)}, bounds=bounds(zoom))
    assert extent(picture) == (31, 23, 34, 26)
    assert [pixel(picture, x, 24) for x in (31, 32, 33)] == [RED] * 3


@ZOOMS
def test_radii_of_points(draw: Draw, zoom: int) -> None:
    """§7 with §1: scene units grow with the zoom, UI points do not."""
    for radius, across in ((4.5, 2 * 4.5 * zoom), (-4.5, 9)):
        picture = draw({"p": bz.Points2D([[32.5 / zoom, 24.5 / zoom]], radii=radius, colors=RED)}, bounds=bounds(zoom))
        x0, y0, x1, y1 = extent(picture)
        assert (x1 - x0, y1 - y0) == pytest.approx((across, across), abs=1)


@ZOOMS
def test_lines_are_three_ui_points_wide(draw: Draw, zoom: int) -> None:
    """§7: LineStrips2D: 1.5 UI points is half the width."""
    picture = draw({"l": bz.LineStrips2D([[[0, 24.5 / zoom], [64, 24.5 / zoom]]], colors=RED)}, bounds=bounds(zoom))
    assert [pixel(picture, 32, y) for y in (22, 23, 24, 25, 26)] == [BACKGROUND, RED, RED, RED, BACKGROUND]


@ZOOMS
@pytest.mark.parametrize(("radius", "at_1", "at_2"), [(2.5, 5, 10), (-2.5, 5, 5), (0.75, 3, 3)])
def test_widths_of_lines(draw: Draw, zoom: int, radius: float, at_1: int, at_2: int) -> None:
    """§7 with §1: twice the radius; a part of a pixel counts as one here."""
    y = (24.5 if (at_1, at_2)[zoom - 1] % 2 else 24) / zoom
    picture = draw({"l": bz.LineStrips2D([[[0, y], [64, y]]], radii=radius, colors=RED)}, bounds=bounds(zoom))
    assert thick(picture) == (at_1, at_2)[zoom - 1]


@ZOOMS
def test_outlines_are_three_ui_points_wide(draw: Draw, zoom: int) -> None:
    """§7: Boxes2D: 1.5 UI points is the line's half width: the outline lies on both sides of the edge."""
    box = bz.Boxes2D(centers=[[32.5 / zoom, 24.5 / zoom]], half_sizes=[[10 / zoom, 8 / zoom]], colors=RED)
    picture = draw({"b": box}, bounds=bounds(zoom))
    expected = np.full((48, 64, 4), BACKGROUND, np.uint8)
    expected[15:34, 21:44] = RED
    expected[18:31, 24:41] = BACKGROUND
    np.testing.assert_array_equal(picture, expected)


@ZOOMS
@pytest.mark.parametrize(("radius", "at_1", "at_2"), [(1.5, 3, 6), (-0.5, 1, 1), (-2.5, 5, 5)])
def test_widths_of_outlines(draw: Draw, zoom: int, radius: float, at_1: int, at_2: int) -> None:
    """§7 with §1: twice the radius; the top edge, at a row's middle or between two."""
    across = (at_1, at_2)[zoom - 1]
    top = (10.5 if across % 2 else 10) / zoom
    box = bz.Boxes2D(mins=[[10 / zoom, top]], sizes=[[44 / zoom, 100]], radii=radius, colors=RED)
    picture = draw({"b": box}, bounds=bounds(zoom))
    assert thick(picture) == across
    assert set(map(tuple, picture[:, 32].tolist())) == {RED, BACKGROUND}


def test_lines_thinner_than_a_pixel_fade(draw: Draw) -> None:
    """§7, where it is silent: a line of a tenth of a pixel is there, and faint."""
    thin, full = (
        pixel(draw({"l": bz.LineStrips2D([[[0, 24.5], [64, 24.5]]], radii=radius, colors=WHITE)}), 32, 24)
        for radius in (0.05, 0.5)
    )
    assert BACKGROUND[0] < thin[0] < full[0] == 255


# --- fills


def test_points_are_round(draw: Draw) -> None:
    """§7: disc: the corners of its square are background."""
    picture = draw({"p": disc(20, 20, 10, colors=RED)})
    assert extent(picture) == (10, 10, 30, 30)
    corners = [pixel(picture, x, y) for x, y in itertools.product((10, 29), (10, 29))]
    assert corners == [BACKGROUND] * 4
    ys, xs = np.mgrid[:48, :64] + 0.5
    away = np.hypot(xs - 20, ys - 20)
    assert not differs(picture)[away > 10.6].any()
    assert not differs(picture, RED)[away < 9.4].any()


def test_points_are_flat(draw: Draw) -> None:
    """§7: one flat colour: no shading towards the rim."""
    picture = draw({"p": disc(32, 24, 20, class_ids=1)})
    ys, xs = np.mgrid[:48, :64] + 0.5
    inside = picture[np.hypot(xs - 32, ys - 24) < 19]
    assert {tuple(each) for each in inside.tolist()} == {naive.auto(1)}


def test_the_rim_of_a_disc_is_smooth(draw: Draw) -> None:
    """§7, disc: rim pixels lie between the colour and what is below, in linear light."""
    picture = draw({"p": disc(32.3, 23.9, 10.3, colors=WHITE)}, background=(0, 0, 0))
    levels = set(picture[..., 0].reshape(-1).tolist())
    assert len(levels) > 10
    area = sum(naive.decode(level) for level in picture[..., 0].reshape(-1).tolist())
    assert area == pytest.approx(np.pi * 10.3**2, rel=0.01)


def test_outlines_are_not_filled(draw: Draw) -> None:
    """§7: outline: what is inside shows what is below."""
    box = bz.Boxes2D(centers=[[32, 24]], half_sizes=[[20, 15]], class_ids=1)
    picture = draw({"a/b": box, "a/i": flat_image(BLUE)})
    inside = picture[24 - 13 : 24 + 13, 32 - 18 : 32 + 18]
    assert {tuple(each) for each in inside.reshape(-1, 4).tolist()} == {BLUE}


@pytest.mark.parametrize("half_size", [(0, 0), (1, 1), (0, 5), (5, 0)])
def test_a_rect_smaller_than_its_line_is_a_blot(draw: Draw, half_size: tuple[float, float]) -> None:
    """§7, where it is silent: the outline closes over the inside."""
    picture = draw({"b": bz.Boxes2D(centers=[[20.5, 20.5]], half_sizes=[half_size], colors=RED, radii=1.5)})
    expected = np.full((48, 64, 4), BACKGROUND, np.uint8)
    dx, dy = (int(each + 1) for each in half_size)
    expected[20 - dy : 21 + dy, 20 - dx : 21 + dx] = RED
    np.testing.assert_array_equal(picture, expected)


@pytest.mark.parametrize("half_size", [(-10, 8), (10, -8), (-10, -8)])
def test_negative_sizes_are_the_same_rect(draw: Draw, half_size: tuple[float, float]) -> None:
    """§7, where it is silent: corners given the wrong way round make the same rect."""
    same = bz.Boxes2D(centers=[[32.5, 24.5]], half_sizes=[[10, 8]], colors=RED)
    picture = draw({"b": bz.Boxes2D(centers=[[32.5, 24.5]], half_sizes=[half_size], colors=RED)})
    np.testing.assert_array_equal(picture, draw({"b": same}))


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("XYWH", [10, 20, 30, 16]),
        ("YXHW", [20, 10, 16, 30]),
        ("XYXY", [10, 20, 40, 36]),
        ("YXYX", [20, 10, 36, 40]),
        ("XCYCWH", [25, 28, 30, 16]),
        ("XCYCW2H2", [25, 28, 15, 8]),
        (bz.Box2DFormat.XYXY, [10, 20, 40, 36]),
    ],
)
def test_every_form_of_a_rect(draw: Draw, form: Any, numbers: list[float]) -> None:
    """§7, Boxes2D: the same rect in every form of the SDK."""
    picture = draw({"b": bz.Boxes2D(array=[numbers], array_format=form, colors=RED, radii=1)})
    assert extent(picture) == (9, 19, 41, 37)


def test_lines_have_round_caps_and_joins(draw: Draw) -> None:
    """§7, LineStrips2D, where it is silent: constant width, round at ends and bends."""
    picture = draw({"l": bz.LineStrips2D([[[16, 16], [48, 16], [48, 40]]], radii=6, colors=RED)})
    ys, xs = np.mgrid[:48, :64] + 0.5
    across = np.hypot(xs - np.clip(xs, 16, 48), ys - 16)
    down = np.hypot(xs - 48, ys - np.clip(ys, 16, 40))
    away = np.minimum(across, down)
    assert not differs(picture, RED)[away < 5.4].any()
    assert not differs(picture)[away > 6.6].any()


def test_a_translucent_line_does_not_darken_where_it_bends(draw: Draw) -> None:
    """§7 with §4: a strip is one shape: each pixel is blended once."""
    strip = [[8, 40], [20, 8], [32, 40], [44, 8], [56, 40]]
    picture = draw({"l": bz.LineStrips2D([strip], radii=5, colors=(255, 255, 255, 128))}, background=(0, 0, 0))
    assert picture[..., 0].max() == pytest.approx(naive.blend((255, 255, 255, 128), (0, 0, 0, 255))[0], abs=1)


# --- draw order

STACK: list[tuple[str, Any]] = [
    ("f_image", flat_image((50, 50, 50, 255))),
    ("e_mask", mask(1, opacity=1)),
    ("d_box", bz.Boxes2D(centers=[[42.5, 24.5]], half_sizes=[[10, 10]], colors=GREEN)),
    ("c_line", bz.LineStrips2D([[[20, 24.5], [60, 24.5]]], colors=BLUE)),
    ("a_point", disc(32.5, 24.5, colors=RED)),
]
COLORS = [(50, 50, 50, 255), naive.auto(1), GREEN, BLUE, RED]


@pytest.mark.parametrize("n", range(1, len(STACK) + 1))
def test_points_over_lines_over_boxes_over_masks_over_images(draw: Draw, n: int) -> None:
    """§7: draw orders 30, 20, 10, 0, −10, against the order of entity paths."""
    assert pixel(draw(dict(STACK[:n]), view="/"), 32, 24) == COLORS[n - 1]


SKELETON = bz.ClassDescription(info=(1, None, WHITE), keypoint_connections=[(0, 1)])
POSE = bz.Points2D([[10, 24.5], [54, 24.5]], class_ids=1, keypoint_ids=[0, 1])


@pytest.mark.parametrize(("order", "on_top"), [(19.5, WHITE), (20.5, BLUE)])
def test_skeleton_lines_are_at_20(draw: Draw, order: float, on_top: naive.Color) -> None:
    """§7: skeleton lines 20, and the points of the same entity stay at 30."""
    line = bz.LineStrips2D([[[32.5, 0], [32.5, 48]]], colors=BLUE, draw_order=order)
    assert pixel(draw({"p": [POSE, SKELETON], "q": line}), 32, 24) == on_top


def test_skeleton_lines_are_three_ui_points_wide(draw: Draw) -> None:
    """§7: skeleton lines 1.5 UI points, whatever the points' radii are."""
    pose = bz.Points2D([[10, 24.5], [54, 24.5]], radii=5, class_ids=1, keypoint_ids=[0, 1])
    picture = draw({"p": [pose, SKELETON]})
    assert [pixel(picture, 32, y) for y in (22, 23, 24, 25, 26)] == [BACKGROUND, WHITE, WHITE, WHITE, BACKGROUND]


DEFAULTS: list[tuple[Any, float]] = [
    (lambda **k: disc(32, 24, colors=RED, **k), 30),
    (lambda **k: bz.LineStrips2D([[[0, 24], [64, 24]]], radii=4, colors=RED, **k), 20),
    (lambda **k: bz.Boxes2D(centers=[[32, 24]], half_sizes=[[1, 1]], radii=4, colors=RED, **k), 10),
    (lambda **k: bz.SegmentationImage(np.full((48, 64), 1), opacity=1, **k), 0),
    (lambda **k: flat_image(RED, **k), -10),
    (lambda **k: bz.DepthImage(np.full((48, 64), 1, np.uint16), **k), -20),
]


@pytest.mark.parametrize(("make", "default"), DEFAULTS, ids=["points", "lines", "boxes", "mask", "image", "depth"])
def test_the_default_lies_between_its_neighbours(draw: Draw, make: Any, default: float) -> None:
    """§7: each default, to half a step; and a given order counts instead of it."""
    for order, given, marker_on_top in (
        (default - 0.5, {}, False),
        (default + 0.5, {}, True),
        (default - 0.5, {"draw_order": default - 1}, True),
        (default + 0.5, {"draw_order": default + 1}, False),
    ):
        marker = disc(32, 24, colors=GREEN, draw_order=order)
        assert (pixel(draw({"m": marker, "t": make(**given)}), 32, 24) == GREEN) == marker_on_top


def stack(**orders: float) -> dict[str, Any]:
    """Discs at one place, by path; the colours are red, green, blue."""
    colors = itertools.cycle([RED, GREEN, BLUE])
    return {
        path: disc(32, 24, colors=color, draw_order=order)
        for (path, order), color in zip(orders.items(), colors, strict=False)
    }


@pytest.mark.parametrize(
    ("orders", "top"),
    [
        ({"a": 1, "b": 2, "c": 3}, BLUE),
        ({"a": 3, "b": 2, "c": 1}, RED),
        ({"a": -1, "b": -0.5, "c": -100}, GREEN),
        ({"a": float("-inf"), "b": 0, "c": float("-inf")}, GREEN),
        ({"a": float("inf"), "b": 1e30, "c": 0}, RED),
        ({"a": float("nan"), "b": 1e30, "c": 0}, RED),
        ({"a": float("nan"), "b": float("inf"), "c": 0}, RED),
        ({"a": float("nan"), "b": float("nan"), "c": 0}, GREEN),
        ({"a": 5, "b": 5, "c": 5}, BLUE),
        ({"c": 5, "b": 5, "a": 5}, RED),
    ],
    ids=str,
)
def test_draw_order(draw: Draw, orders: dict[str, float], top: naive.Color) -> None:
    """§7: higher on top; NaN counts as highest; ties keep the order of the entity paths, not of logging."""
    assert pixel(draw(stack(**orders)), 32, 24) == top


def test_ties_are_by_path_whatever_the_kind(draw: Draw) -> None:
    """§7: a box of a later path lies over a point of an earlier one at the same draw order."""
    box = {"draw_order": 5, "centers": [[32, 24]], "half_sizes": [[1, 1]], "radii": 4, "colors": GREEN}
    for path, top in (("a", RED), ("c", GREEN)):
        assert pixel(draw({"b": disc(32, 24, colors=RED, draw_order=5), path: bz.Boxes2D(**box)}), 32, 24) == top


def test_ties_of_paths_go_part_by_part(draw: Draw) -> None:
    """§7: the order of the entity paths: a parent before its children, a/z before ab."""
    for below, above in (("a", "a/b"), ("a/z", "ab"), ("b/a", "c")):
        picture = draw({above: disc(32, 24, colors=GREEN), below: disc(32, 24, colors=RED)})
        assert pixel(picture, 32, 24) == GREEN


def test_within_an_entity_later_instances_are_on_top(draw: Draw) -> None:
    """§7, where it is silent: painter's order."""
    points = bz.Points2D([[30, 24], [34, 24], [32, 24]], radii=6, colors=[RED, GREEN, BLUE])
    assert pixel(draw({"p": points}), 32, 24) == BLUE


def test_masks_and_images_follow_their_draw_order(draw: Draw) -> None:
    """§7: an image lifted above a mask hides it."""
    rec = {"a/m": mask(1, opacity=1), "a/i": flat_image(GREEN, draw_order=1)}
    assert pixel(draw(rec), 5, 5) == GREEN


def test_draw_order_may_change_over_time(draw: Draw) -> None:
    """§7 with §9: it is a component as any other."""
    rec = logged({"a": disc(32, 24, colors=RED), "b": disc(32, 24, colors=GREEN)})
    logged({"c": disc(60, 40)}, rec, frame=0)
    rec.set_time("frame", sequence=1)
    rec.log("a", bz.Points2D.from_fields(draw_order=99))
    assert [pixel(draw(rec, at=("frame", frame)), 32, 24) for frame in (0, 1)] == [GREEN, RED]
