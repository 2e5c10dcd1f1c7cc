"""SEMANTICS §1, types: what ids, infos, contexts, colours and radii may be, and what raises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from tests import naive
from tests.pictures import GREEN, RED, Draw, disc, extent, mask, pixel

INK = (7, 200, 90)
TOP_ID = 2**32 - 1


# --- ids


@pytest.mark.parametrize("id_", [0, 255, 65535, 65536, 70000, TOP_ID])
def test_class_ids_of_32_bits_are_exact_in_memory(draw: Draw, id_: int) -> None:
    """§1: class id; ours accept u32 in memory."""
    context = bz.AnnotationContext([(id_, "it", INK), ((id_ + 1) % 2**16, "other", (1, 1, 1))])
    picture = draw({"/": context, "p": disc(10, 10, class_ids=id_)})
    assert pixel(picture, 10, 10) == (*INK, 255)


@pytest.mark.parametrize("id_", [65536, 70000, TOP_ID])
def test_keypoint_ids_of_32_bits_are_exact_in_memory(draw: Draw, id_: int) -> None:
    """§1: keypoint id; nothing is cut to 16 bits."""
    keypoints = [(id_, "it", INK), (id_ % 2**16, "its low half", (1, 1, 1))]
    context = bz.AnnotationContext([bz.ClassDescription(info=1, keypoint_annotations=keypoints)])
    picture = draw({"/": context, "p": disc(10, 10, class_ids=1, keypoint_ids=id_)})
    assert pixel(picture, 10, 10) == (*INK, 255)


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8"])
def test_ids_may_be_arrays_of_any_number(draw: Draw, dtype: str) -> None:
    """§1: whole numbers of whatever dtype are ids."""
    picture = draw({"p": disc(10, 10, class_ids=np.array([5], dtype))})
    assert pixel(picture, 10, 10) == naive.auto(5)


# --- infos, descriptions, contexts


@pytest.mark.parametrize(
    ("given", "label", "color"),
    [
        (3, None, None),
        ((3,), None, None),
        ((3, "three"), "three", None),
        ((3, "three", INK), "three", INK),
        ([3, "three", INK], "three", INK),
        ((3, None, INK), None, INK),
        (bz.AnnotationInfo(3, "three", INK), "three", INK),
        (bz.AnnotationInfo(id=3, label="three", color=INK), "three", INK),
        (np.int64(3), None, None),
    ],
    ids=str,
)
def test_an_info_is_an_int_or_a_tuple(draw: Draw, given: Any, label: str | None, color: Any) -> None:
    """§1: AnnotationInfo accepts an int, (id, label), (id, label, color)."""
    picture = draw({"/": bz.AnnotationContext([given]), "m": mask(3)})
    assert pixel(picture, 5, 5) == ((*color, 255) if color else naive.auto(3))
    assert bz.AnnotationContext([given]).classes[3].info.label == label


@pytest.mark.parametrize("given", [(3, "three", INK, 4), "three", (3, 4), None, 3.5, (), ("three", 3)], ids=repr)
def test_what_is_no_info_raises(given: Any) -> None:
    """§1: and nothing else."""
    with pytest.raises(bz.ArgumentError):
        bz.AnnotationContext([given])


def test_a_class_description_is_info_keypoints_and_connections() -> None:
    """§1: ClassDescription: `info`, `keypoint_annotations`, `keypoint_connections`."""
    described = bz.ClassDescription(
        info=(1, "person"),
        keypoint_annotations=[0, (1, "hip"), (2, "foot", INK)],
        keypoint_connections=[(0, 1), [1, 2]],
    )
    assert described.info == bz.AnnotationInfo(1, "person")
    assert [each.id for each in described.keypoint_annotations] == [0, 1, 2]
    assert described.keypoint_connections == ((0, 1), (1, 2))


@pytest.mark.parametrize("pair", [(0,), (0, 1, 2), 0, (0, -1), (0, 2**32), (0, 0.5), ("a", "b")], ids=repr)
def test_what_is_no_pair_of_keypoint_ids_raises(pair: Any) -> None:
    """§1: `keypoint_connections: [(id, id)]`."""
    with pytest.raises(bz.ArgumentError):
        bz.ClassDescription(info=0, keypoint_connections=[pair])


def test_a_description_can_be_logged_by_itself(draw: Draw) -> None:
    """§1: as the SDK's can: a context of this one class."""
    picture = draw({"/": bz.ClassDescription(info=(3, None, INK)), "m": mask(3)})
    assert pixel(picture, 5, 5) == (*INK, 255)


@pytest.mark.parametrize("context", [3, bz.AnnotationInfo(3), bz.ClassDescription(info=3)], ids=repr)
def test_a_context_of_one_class_needs_no_list(context: Any) -> None:
    """§1: as the SDK's AnnotationContext."""
    assert list(bz.AnnotationContext(context).classes) == [3]


def test_one_value_holds_the_whole_map(draw: Draw) -> None:
    """§1: one component value holds the whole map: a later context replaces all of an earlier one."""
    rec = bz.Recording()
    rec.log("m", mask(1), static=True)
    rec.set_time("frame", sequence=0)
    rec.log("m", bz.AnnotationContext([(1, "one", INK)]))
    rec.set_time("frame", sequence=1)
    rec.log("m", bz.AnnotationContext([(2, "two", INK)]))
    assert pixel(draw(rec, at=("frame", 0)), 5, 5) == (*INK, 255)
    assert pixel(draw(rec, at=("frame", 1)), 5, 5) == naive.auto(1)


# --- colours

COLORS: list[tuple[Any, naive.Color]] = [
    ((10, 20, 30), (10, 20, 30, 255)),
    ((10, 20, 30, 255), (10, 20, 30, 255)),
    ([10, 20, 30], (10, 20, 30, 255)),
    (np.array([10, 20, 30], np.uint8), (10, 20, 30, 255)),
    (np.array([10, 20, 30], np.int64), (10, 20, 30, 255)),
    ((1, 1, 1), (1, 1, 1, 255)),
    ((0.2, 0.4, 1.0), (51, 102, 255, 255)),
    ((1.0, 1.0, 1.0, 1.0), (255, 255, 255, 255)),
    (np.array([0.2, 0.4, 1.0], np.float32), (51, 102, 255, 255)),
    ((0, 255 / 9 * 3, 0), (0, 85, 0, 255)),
    ((0, 255 / 9 * 0, 0), (0, 0, 0, 255)),
    ((10.0, 20.0, 255.0), (10, 20, 255, 255)),
    ((0.0, 0.0, 200.4), (0, 0, 200, 255)),
]


@pytest.mark.parametrize(("given", "color"), COLORS, ids=str)
def test_colors_of_points(draw: Draw, given: Any, color: naive.Color) -> None:
    """§1: 3 or 4 numbers; ints 0…255; floats 0…1, or 0…255 where one exceeds 1."""
    assert pixel(draw({"p": disc(10, 10, colors=given)}), 10, 10) == color


@pytest.mark.parametrize(("given", "color"), COLORS, ids=str)
def test_colors_of_classes(draw: Draw, given: Any, color: naive.Color) -> None:
    """§1: the same in annotations."""
    assert pixel(draw({"/": bz.AnnotationContext([(1, None, given)]), "m": mask(1)}), 5, 5) == color


def test_alpha_is_straight(draw: Draw) -> None:
    """§1: sRGB, straight alpha."""
    picture = draw({"p": disc(10, 10, colors=(200, 100, 50, 128))}, background=(0, 0, 0, 0))
    assert pixel(picture, 10, 10) == pytest.approx((200, 100, 50, 128), abs=1)


def test_a_gradient_of_floats_up_to_255(draw: Draw) -> None:
    """§1: `(0, 255/9*i, 0)` is in use: all colours of one call share their range."""
    colors = [(0, 255 / 9 * i, 0) for i in range(10)]
    points = bz.Points2D([[6 * i + 3, 10] for i in range(10)], radii=2, colors=colors)
    picture = draw({"p": points})
    assert [pixel(picture, 6 * i + 3, 10)[1] for i in range(10)] == [round(255 / 9 * i) for i in range(10)]


BAD_COLORS = [
    (256, 0, 0),
    (-1, 0, 0),
    (0, 0, 0, 256),
    (255.5, 0, 0),
    (-0.1, 0, 0),
    (float("nan"), 0, 0),
    (float("inf"), 0, 0),
    (0, 0),
    (0, 0, 0, 0, 0),
    (True, False, True),
    ("a", "b", "c"),
    (1 + 2j, 0, 0),
]
TAKE_COLORS: list[Callable[[Any], Any]] = [
    lambda color: bz.AnnotationInfo(1, None, color),
    lambda color: bz.Points2D([[0, 0]], colors=color),
    lambda color: bz.Points2D([[0, 0]], colors=[color]),
    lambda color: bz.Boxes2D(half_sizes=[[1, 1]], colors=[color]),
    lambda color: bz.LineStrips2D([[[0, 0], [1, 1]]], colors=[color]),
]


@pytest.mark.parametrize("take", TAKE_COLORS, ids=["info", "point", "points", "boxes", "lines"])
@pytest.mark.parametrize("color", BAD_COLORS, ids=str)
def test_colors_outside_raise(take: Callable[[Any], Any], color: Any) -> None:
    """§1: anything outside, or NaN, raises."""
    with pytest.raises(bz.ArgumentError, match="color"):
        take(color)


@pytest.mark.parametrize("color", BAD_COLORS, ids=str)
def test_backgrounds_outside_raise(draw: Draw, color: Any) -> None:
    """§1: a background is a colour too."""
    with pytest.raises(bz.ArgumentError, match="background"):
        draw({"m": mask(1)}, background=color)


def test_colors_of_the_wire_are_rrggbbaa(from_sdk: Callable[..., bz.Recording], draw: Draw) -> None:
    """§1: on the wire u32 0xRRGGBBAA."""
    rec = from_sdk(lambda stream: stream.log("p", rr.Points2D([[10, 10]], radii=4, colors=[0x0A141EFF])))
    assert pixel(draw(rec), 10, 10) == (10, 20, 30, 255)


# --- radii


def test_positive_radii_are_scene_units_and_negative_ones_points(draw: Draw) -> None:
    """§1: radius: positive = scene units, negative = that many UI points; 1 point = 1 px at scale 1."""
    for radius, at_1, at_2 in ((2.25, 5, 9), (-2.5, 5, 5)):
        near, far = {"p": disc(32.5, 24.5, radius)}, {"p": disc(16.25, 12.25, radius)}
        x0, _, x1, _ = extent(draw(near))
        assert x1 - x0 == at_1
        x0, _, x1, _ = extent(draw(far, bounds=(0, 0, 32, 24)))
        assert x1 - x0 == at_2


# --- component names

NAMES = {
    "Points2D": {"positions", "radii", "colors", "labels", "show_labels", "draw_order", "class_ids", "keypoint_ids"},
    "SegmentationImage": {"buffer", "format", "opacity", "draw_order"},
}


def test_component_names() -> None:
    """§1: `AnnotationContext:context`, `Points2D:{…}`, `SegmentationImage:{…}`."""
    points = bz.Points2D(
        [[0, 0]],
        radii=1,
        colors=RED,
        labels="a",
        show_labels=True,
        draw_order=1,
        class_ids=1,
        keypoint_ids=1,
    )
    assert set(points.components) == {f"Points2D:{name}" for name in NAMES["Points2D"]}
    image = mask(1, opacity=1, draw_order=1)
    assert set(image.components) == {f"SegmentationImage:{name}" for name in NAMES["SegmentationImage"]}
    assert set(bz.AnnotationContext([]).components) == {"AnnotationContext:context"}


def test_component_names_are_the_sdk_s(from_sdk: Callable[..., bz.Recording]) -> None:
    """§1: the same names on the wire."""

    def log(stream: rr.RecordingStream) -> None:
        stream.log("a", rr.AnnotationContext([1]))
        stream.log(
            "a",
            rr.Points2D(
                [[0, 0]], radii=1, colors=RED, labels="a", show_labels=True, draw_order=1, class_ids=1, keypoint_ids=1
            ),
        )
        stream.log("a", rr.SegmentationImage(np.zeros((2, 2), np.uint8), opacity=1, draw_order=1))

    rec = from_sdk(log)
    names = set(rec.components(rec.entities()[-1]))
    expected = {f"{archetype}:{field}" for archetype, fields in NAMES.items() for field in fields}
    assert expected | {"AnnotationContext:context"} <= names


def test_what_is_logged_is_copied(draw: Draw) -> None:
    """§1, of values in memory: a buffer that the program goes on to use does not change what it logged."""
    xy, half = np.array([[10, 10]], np.float32), np.array([[5, 5]], np.float32)
    colors, ids = np.array([[0, 255, 0, 255]], np.uint8), np.full((48, 64), 1, np.uint8)
    class_ids, radii = np.array([1], np.uint32), np.array([4], np.float32)
    strip = np.array([[40, 10], [60, 10]], np.float32)
    rec = bz.Recording()
    rec.log("/", bz.AnnotationContext([(1, None, RED)]), static=True)
    rec.log("m", bz.SegmentationImage(ids), static=True)
    rec.log("p", bz.Points2D(xy, radii=radii, colors=colors), static=True)
    rec.log("b", bz.Boxes2D(centers=xy, half_sizes=half, class_ids=class_ids), static=True)
    rec.log("l", bz.LineStrips2D([strip], colors=colors), static=True)
    before = draw(rec)
    for array in (xy, half, colors, ids, class_ids, radii, strip):
        np.add(array, 1, out=array)
    np.testing.assert_array_equal(draw(rec), before)
    assert pixel(before, 10, 10) == GREEN
