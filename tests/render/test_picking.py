"""What is under a pixel: the instance that is drawn there, who it is, and lines around it; whatever was logged."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.moments import At
from blazon.render.offscreen import Offscreen
from blazon.render.picking import Found, Pick, Picker
from blazon.render.picking import points as points_module
from blazon.render.picking import strips as strips_module
from blazon.render.shot import Shot, make_look
from tests.naive import through_eye

SIZE = 200, 100
PLANE = (0, 0, 200, 100)  # a scene unit is a pixel
EYE = {"eye": (0, -10, 0), "target": (0, 0, 0), "fov": 50}  # x to the right, z up
CLOSE = {**EYE, "scale": 0.25}  # what is two pixels off is out of reach
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
PERSON = bz.ClassDescription(
    info=(3, "person", RED),
    keypoint_annotations=[(0, "nose", GREEN), (1, "hand", BLUE)],
    keypoint_connections=[(0, 1)],
)
Logged = dict[str, Any]


class Seen:
    """A picture and a picker over it."""

    def __init__(self, screen: Offscreen, recording: bz.Recording, **look: Any) -> None:
        at = At(recording.default_timeline(), 10**6)
        self.shot = Shot(recording, at, make_look(*SIZE, **{"labels": "off", **look}))
        self._screen, self._picker = screen, Picker()
        self.picture, self.scene = screen.draw(self.shot)

    def go(self, **look: Any) -> Seen:
        """The same recording, seen otherwise."""
        return Seen(self._screen, self.shot.recording, **look)

    def pick(self, x: float, y: float) -> Pick:
        """What is under a pixel."""
        pick = self._picker.pick(self.shot, self.scene, x, y)
        assert pick is not None
        return pick

    def at(self, x: float, y: float) -> list[tuple[str, int]]:
        """What is under a pixel, shortly."""
        return [(each.what, each.index) for each in self.pick(x, y).found]

    def first(self, x: float, y: float) -> Found:
        """The best of what is under a pixel."""
        return self.pick(x, y).found[0]

    def again(self, pick: Pick) -> Pick | None:
        """What was picked in another picture, in this one."""
        return self._picker.again(self.shot, self.scene, pick)


See = Callable[..., Seen]


@pytest.fixture
def see(screen: Callable[..., Offscreen]) -> See:
    """`see({path: archetype, …}, **look)` draws in the plane, pixel by pixel, unless it is told otherwise."""
    shown = screen(*SIZE)

    def see(things: Logged, **look: Any) -> Seen:
        recording = bz.Recording("picking")
        recording.set_time("frame", sequence=0)
        for path, given in things.items():
            for each in given if isinstance(given, list) else [given]:
                recording.log(path, each)
        return Seen(shown, recording, **(look or {"bounds": PLANE}))

    return see


def px_of(point: Any, eye: Any = None) -> tuple[float, float]:
    x, y, _ = through_eye(point, **{**EYE, **(eye or {})}, size=SIZE)
    return x, y


def test_what_is_under_a_pixel(see: See) -> None:
    ids = np.ones((100, 200), np.uint8)
    ids[:, 100:] = 2
    seen = see(
        {
            "/": bz.AnnotationContext([(1, "road", RED), (2, "car", GREEN)]),
            "cam/mask": bz.SegmentationImage(ids),
            "cam/boxes": bz.Boxes2D(centers=[[50, 50]], half_sizes=[[20, 12]], class_ids=2),
            "cam/points": bz.Points2D([[150, 80], [154, 80]], class_ids=[1, 2], labels=["a", "b"]),
        }
    )

    def at(x: float, y: float) -> list[tuple[str, int, int | None, str | None]]:
        pick = seen.pick(x, y)
        assert pick.place == pytest.approx((x, y))
        return [(each.what, each.index, each.class_id, each.label) for each in pick.found]

    assert at(5.5, 5.5) == [("mask", -1, 1, "road")]
    assert at(150.5, 5.5) == [("mask", -1, 2, "car")]
    assert at(50.5, 50.5) == [("Boxes2D", 0, 2, "car"), ("mask", -1, 1, "road")]
    assert at(50.5, 65.5)[0][0] == "Boxes2D"  # at its edge
    assert at(50.5, 75.5) == [("mask", -1, 1, "road")]
    assert [each[:2] for each in at(153.8, 80.5)] == [("Points2D", 1), ("Points2D", 0), ("mask", -1)]
    assert at(149.0, 80.0)[0] == ("Points2D", 0, 1, "a")
    assert Picker().pick(seen.shot, seen.scene, -5, 5) is None
    text = seen.pick(50.5, 50.5).as_text()
    assert "entity: /cam/boxes" in text
    assert "size: 40 x 24" in text
    assert seen.first(5.5, 5.5).facts()[2:5] == [("class", "1"), ("color", "#FF0000"), ("value", "1")]


def test_rectangles_by_area_and_lines_that_are_right_there(see: See) -> None:
    seen = see(
        {
            "boxes": bz.Boxes2D(centers=[[100, 50]] * 3, half_sizes=[[60, 40], [20, 10], [40, 30]]),
            "line": bz.LineStrips2D([[[0, 0], [5, 0]], [[110, 0], [110, 99]]], class_ids=[4, 7]),
        }
    )
    assert seen.at(95, 50) == [("Boxes2D", 1), ("Boxes2D", 2), ("Boxes2D", 0)]
    assert seen.at(104, 50) == [("Boxes2D", 1), ("Boxes2D", 2), ("Boxes2D", 0), ("LineStrips2D", 1)]
    line = seen.first(110.4, 50)
    assert (line.what, line.index, line.class_id) == ("LineStrips2D", 1, 7)
    assert line.place == pytest.approx((110, 50))
    np.testing.assert_allclose(line.outline_px, [[110, 0, 110, 99]])


def test_the_outline_of_a_box_is_where_it_is_drawn(see: See) -> None:
    first = see({"b": bz.Boxes2D(centers=[[100, 50]], half_sizes=[[30, 20]])}).first(100, 50)
    corners = {tuple(each) for each in first.outline_px[:, :2].tolist()}
    assert corners == {(70, 30), (130, 30), (130, 70), (70, 70)}


def test_turned_and_scaled_rectangles(see: See) -> None:
    turned = bz.Transform3D(
        translation=[100, 50, 0], rotation_axis_angle=bz.RotationAxisAngle([0, 0, 1], degrees=45), scale=[2, 1, 1]
    )
    box = bz.Boxes2D(centers=[[0, 0]], half_sizes=[[20, 5]])
    seen = see({"t": turned, "t/b": box}, view="/", kind="2d", bounds=PLANE)
    along = 35 / math.sqrt(2)
    assert seen.at(100 + along, 50 + along) == [("Boxes2D", 0)]  # within 40 of its middle, along its length
    assert seen.at(100 + along, 50 - along) == []  # and only 5 across
    assert seen.at(100 + 45 / math.sqrt(2), 50 + 45 / math.sqrt(2)) == []
    drawn = (seen.picture != seen.picture[0, 0]).any(axis=2)
    for x0, y0, x1, y1 in seen.first(100, 50).outline_px:
        for share in (0.1, 0.5, 0.9):
            x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
            assert drawn[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2].any()


def test_arrows_and_skeletons_are_hit_along_their_lines(see: See) -> None:
    seen = see(
        {
            "/": bz.AnnotationContext([PERSON]),
            "arrows": bz.Arrows2D(vectors=[[0, 60], [60, 0]], origins=[[20, 20], [100, 20]]),
            "pose": bz.Points2D([[40, 80], [120, 80]], class_ids=3, keypoint_ids=[0, 1]),
        }
    )
    assert seen.at(130, 21) == [("Arrows2D", 1)]
    limb = seen.first(80, 80)
    assert (limb.what, limb.index, limb.class_id, limb.label, limb.color) == ("skeleton", -1, 3, "person", 0xFF0000FF)
    nose = seen.first(40, 80)
    assert (nose.what, nose.index, nose.label, nose.color) == ("Points2D", 0, "nose", 0x00FF00FF)
    assert nose.about["keypoint"] == "0 nose"


def test_hidden_things_are_not_hit(see: See) -> None:
    context = bz.AnnotationContext([(1, "road", RED), (2, "car", GREEN), (3, "glass", (*BLUE, 0)), PERSON])
    seen = see(
        {
            "/": context,
            "mask": bz.SegmentationImage(np.ones((100, 200), np.uint8)),
            "b": bz.Boxes2D(centers=[[50, 50]] * 2, half_sizes=[[20, 20], [10, 10]], class_ids=[1, 2]),
            "clear": bz.Points2D([[150, 50], [160, 50]], colors=[(255, 0, 0, 0), (255, 0, 0, 255)]),
        }
    )
    assert seen.at(50, 50) == [("Boxes2D", 1), ("Boxes2D", 0), ("mask", -1)]
    assert seen.at(150, 50) == [("mask", -1)]
    assert seen.go(bounds=PLANE, hide=["car"]).at(50, 50) == [("Boxes2D", 0), ("mask", -1)]
    assert seen.go(bounds=PLANE, hide=["road"]).at(50, 50) == [("Boxes2D", 1)]
    assert seen.go(bounds=PLANE, only=["car"]).at(160, 50) == []  # it has no class
    look = seen.shot.look
    for hidden, wanted in (("b", [("mask", -1)]), ("mask", [("Boxes2D", 1), ("Boxes2D", 0)])):
        shot = Shot(seen.shot.recording, seen.shot.at, _replaced(look, hidden=frozenset([EntityPath.parse(hidden)])))
        _, scene = seen._screen.draw(shot)
        pick = Picker().pick(shot, scene, 50, 50)
        assert pick is not None
        assert [(each.what, each.index) for each in pick.found] == wanted
    shot = Shot(seen.shot.recording, seen.shot.at, _replaced(look, mask_share=0.0))
    _, scene = seen._screen.draw(shot)
    pick = Picker().pick(shot, scene, 5, 5)
    assert pick is not None
    assert pick.found == ()


def _replaced(look: Any, **changes: Any) -> Any:
    import dataclasses

    return dataclasses.replace(look, **changes)


def test_images_tell_what_was_logged(see: See) -> None:
    y, x = np.mgrid[:100, :200]
    colors = np.stack([x, y, np.full_like(x, 7)], axis=2).astype(np.uint8)
    depths = (1000 + 10 * x).astype(np.uint16)
    seen = see({"rgb": bz.Image(colors), "depth": bz.DepthImage(depths, meter=1000)})
    color, depth = seen.pick(12.5, 34.5).found
    assert (color.what, color.about["value"], color.color_text) == ("Image", "12, 34, 7", "#0C2207")
    assert (depth.what, depth.about) == ("DepthImage", {"value": "1120", "depth": "1.12 m"})
    wide = see({"l": bz.Image(depths)}).first(12.5, 34.5)  # more than eight bits: not what is drawn
    assert wide.about["value"] == "1120"


def test_the_pixel_of_an_image_is_outlined_where_it_is_large(see: See) -> None:
    seen = see({"m": bz.SegmentationImage(np.ones((10, 20), np.uint8))}, bounds=(0, 0, 20, 10))
    found = seen.first(35, 57)
    assert found.place == (3, 5)
    assert found.outline_px.min(axis=0).tolist() == [30, 50, 30, 50]
    assert found.outline_px.max(axis=0).tolist() == [40, 60, 40, 60]
    assert len(see({"m": bz.SegmentationImage(np.ones((100, 200), np.uint8))}).first(35, 57).outline_px) == 0


def test_wide_and_negative_ids(see: See) -> None:
    ids = np.full((100, 200), 70000, np.int64)
    ids[:, 100:] = -1
    seen = see({"/": bz.AnnotationContext([(70000, "wide", RED)]), "m": bz.SegmentationImage(ids)})
    assert (seen.first(5, 5).class_id, seen.first(5, 5).label) == (70000, "wide")
    assert seen.first(150, 5).class_id is None
    assert seen.first(150, 5).about == {"value": "-1"}


@pytest.mark.parametrize("fill_mode", ["MajorWireframe", "Solid", "TransparentFillMajorWireframe"])
def test_boxes_of_space_are_hit_anywhere(see: See, fill_mode: str) -> None:
    boxes = bz.Boxes3D(
        centers=[[0, 0, 0], [0, 4, 0]], half_sizes=[[1, 1, 0.5], [2, 1, 2]], class_ids=[1, 2], fill_mode=fill_mode
    )
    seen = see({"b": boxes}, **CLOSE)
    behind = [] if fill_mode == "Solid" else [("Boxes3D", 1)]
    assert seen.at(*px_of((0.5, -1, 0.3))) == [("Boxes3D", 0), *behind]  # the nearer one first
    assert seen.at(*px_of((1.5, 3, 1.5))) == [("Boxes3D", 1)]
    assert seen.at(*px_of((1.1, -1, 0))) == [("Boxes3D", 1), ("Boxes3D", 0)]  # just beside it, within the other
    assert seen.at(*px_of((3, 3, 0))) == []
    outline = seen.first(*px_of((0.5, -1, 0.3))).outline_px
    corners = {(round(x), round(y)) for x, y in outline.reshape(-1, 2).tolist()}
    assert len(outline) == 12
    wanted = {px_of((x, y, z)) for x in (-1, 1) for y in (-1, 1) for z in (-0.5, 0.5)}
    assert corners == {(round(x), round(y)) for x, y in wanted}


def test_boxes_that_are_turned_posed_and_moved(see: See) -> None:
    half_turn = bz.RotationAxisAngle([0, 1, 0], degrees=90)
    seen = see(
        {
            "t": bz.Transform3D(translation=[-1, 0, 0], scale=[0.5, 0.5, 0.5]),
            "t/b": [
                bz.Boxes3D(half_sizes=[[3, 0.2, 0.2]], rotation_axis_angles=[half_turn]),
                bz.InstancePoses3D(translations=[[0, 0, 0], [4, 0, 0]]),
            ],
        },
        **CLOSE,
    )
    assert seen.at(*px_of((-1, 0, 1.4))) == [("Boxes3D", 0)]  # it stands upright
    assert seen.at(*px_of((0.4, 0, 0))) == []
    assert seen.at(*px_of((1, 0, -1.4))) == [("Boxes3D", 1)]
    assert seen.first(*px_of((1, 0, -1.4))).place == pytest.approx((4, 0, 0))
    drawn = (seen.picture != seen.picture[0, 0]).any(axis=2)
    rows, columns = np.nonzero(drawn)
    for index in range(0, len(rows), 7):
        assert seen.at(columns[index] + 0.5, rows[index] + 0.5)
    assert drawn.any()


def test_the_nearest_in_space_wins(see: See) -> None:
    seen = see(
        {
            "near": bz.Points3D([[0, -2, 0]], radii=-3),
            "far": bz.Points3D([[0, 2, 0]], radii=-3),
            "box": bz.Boxes3D(centers=[[0, -4, 0]], half_sizes=[[1, 0.5, 1]]),
            "line": bz.LineStrips3D([[[-9, 0, -9], [-9, 0, -8]], [[-3, 0, 1], [3, 0, 1]]]),
        },
        **EYE,
    )
    middle = px_of((0, 0, 0))
    assert [str(each.entity) for each in seen.pick(*middle).found] == ["/near", "/far", "/box"]
    assert seen.at(*px_of((2.5, 0, 1)))[0] == ("LineStrips3D", 1)
    assert seen.first(*px_of((2.5, 0, 1))).place == pytest.approx((2.5, 0, 1), abs=1e-6)
    solid = seen.shot.recording
    solid.log("box", bz.Boxes3D(centers=[[0, -4, 0]], half_sizes=[[1, 0.5, 1]], fill_mode="Solid"))
    assert [str(each.entity) for each in seen.go(**EYE).pick(*middle).found] == ["/box"]


def test_a_line_that_begins_behind_the_eye(see: See) -> None:
    seen = see({"l": bz.LineStrips3D([[[0.5, -30, 0], [0.5, 30, 0]]]), "p": bz.Points3D([[0, -11, 0]])}, **EYE)
    found = seen.pick(*px_of((0.5, 0, 0))).found
    assert [each.what for each in found] == ["LineStrips3D"]  # what lies behind the eye is not there
    assert np.isfinite(found[0].outline_px).all()


@pytest.fixture
def through_camera() -> Logged:
    """A camera that looks along y from (0, −10, 0), at an image of its own."""
    return {
        "cam": [
            bz.Transform3D(translation=[0, -10, 0], mat3x3=[[1, 0, 0], [0, 0, 1], [0, -1, 0]]),
            bz.Pinhole(focal_length=100, width=200, height=100, image_plane_distance=2),
        ],
        "cam/rgb": bz.Image(np.full((100, 200, 3), 90, np.uint8)),
        "cam/boxes": bz.Boxes2D(centers=[[40, 50]], half_sizes=[[20, 20]]),
        "p": bz.Points3D([[1, 0, 0], [4, 0, 1]], radii=-3),
        "b": bz.Boxes3D(centers=[[-3, 0, 0]], half_sizes=[[1, 1, 1]]),
        "l": bz.LineStrips3D([[[5, 0, -3], [5, 0, 3]]]),
    }


def test_space_through_a_pinhole(see: See, through_camera: Logged) -> None:
    seen = see(through_camera, view="cam", kind="2d")
    assert seen.at(110, 50)[0] == ("Points3D", 0)
    assert seen.at(140, 40)[0] == ("Points3D", 1)
    assert seen.at(71, 50) == [("Boxes3D", 0), ("Image", -1)]
    assert seen.at(59, 50) == [("Boxes2D", 0), ("Boxes3D", 0), ("Image", -1)]
    assert seen.at(150, 70)[0] == ("LineStrips3D", 0)
    assert seen.at(150, 95) == [("Image", -1)]


def test_what_hangs_before_a_pinhole(see: See, through_camera: Logged) -> None:
    seen = see(through_camera, view="/", kind="3d", eye=(0, -20, 0), target=(0, 0, 0))

    def at(column: float, row: float) -> tuple[float, float]:  # of the camera's image, two units before it
        return px_of(((column - 100) / 50, -8, (50 - row) / 50), {"eye": (0, -20, 0)})

    assert seen.at(*at(40, 50))[0] == ("Boxes2D", 0)
    assert seen.at(*at(180, 80))[0] == ("Image", -1)
    assert seen.first(*at(180.5, 80.5)).place == (180, 80)
    assert seen.at(*at(100 + 50 * 1 / 20 * 12, 50))[:1] == [("Image", -1)]  # it hides the point behind it


def test_clouds_of_depth_images(see: See) -> None:
    depths = np.full((10, 20), 2000, np.uint16)
    depths[4, 7] = 1500
    camera = bz.Pinhole(focal_length=10, width=20, height=10, camera_xyz="RDF")
    seen = see(
        {"cam": camera, "cam/d": bz.DepthImage(depths, meter=1000)},
        view="/",
        kind="3d",
        eye=(1, -1, -1),
        target=(0, 0, 2),
    )
    place = np.array([(7.5 - 10) / 10, (4.5 - 5) / 10, 1]) * 1.5
    x, y, _ = through_eye(place, (1, -1, -1), (0, 0, 2), 50, SIZE)
    found = [each for each in seen.pick(x, y).found if each.what == "DepthImage"]
    assert found, seen.pick(x, y).as_text()
    assert found[0].about == {"value": "1500", "depth": "1.5 m"}
    assert found[0].place == (7, 4)


def test_confidence_and_all_components(from_sdk: Callable[..., bz.Recording], screen: Any) -> None:
    def log(stream: rr.RecordingStream) -> None:
        stream.set_time("frame", sequence=0)
        stream.log(
            "b",
            rr.Boxes2D(
                centers=[[50, 50], [150, 50]], half_sizes=[[20, 20]] * 2, class_ids=[1, 2], labels=["x", "y" * 99]
            ),
            rr.AnyValues(Confidence=[0.25, 0.75], note=["first", "second"], table=[[1, 2, 3]] * 2),
        )
        stream.log("s", rr.Points2D([[100, 90]]), rr.AnyValues(score=0.5))

    seen = Seen(screen(*SIZE), from_sdk(log), bounds=PLANE)
    first, second = seen.first(50, 50), seen.first(150, 50)
    assert first.about["confidence"] == "0.25"
    assert second.about["confidence"] == "0.75"
    assert seen.first(100, 90).about["confidence"] == "0.5"
    told = dict(seen.pick(150, 50).components)
    assert list(told) == sorted(told)
    assert told["Boxes2D:class_ids"] == "2"
    assert told["Boxes2D:centers"] == "150, 50"
    assert told["Boxes2D:labels"].startswith('"yyy')
    assert len(told["Boxes2D:labels"]) == 60
    assert told["note"] == '"second"'
    assert told["table"] == "1, 2, 3"
    pick = seen.pick(50, 50)
    assert pick.components is pick.components  # asked for once


def test_components_of_images_and_strips(see: See) -> None:
    seen = see(
        {
            "m": bz.SegmentationImage(np.ones((100, 200), np.uint8), opacity=0.5),
            "l": bz.LineStrips2D([[[10, 50], [90, 50], [90, 60]]], colors=[RED]),
        }
    )
    of_mask, of_line = dict(seen.pick(150, 20).components), dict(seen.pick(50, 50).components)
    assert of_mask == {
        "SegmentationImage:buffer": "uint8 (20000,)",
        "SegmentationImage:format": "200 x 100, U8",
        "SegmentationImage:opacity": "0.5",
    }
    assert of_line == {"LineStrips2D:colors": "#FF0000FF", "LineStrips2D:strips": "float32 (3, 2)"}


def test_what_was_picked_is_found_again(see: See) -> None:
    seen = see({"p": bz.Points2D([[50, 50], [150, 50]], class_ids=[1, 2])})
    kept = seen.pick(150, 50)
    seen.shot.recording.log("p", bz.Points2D([[50, 50], [100, 20]], class_ids=[1, 9]))
    later = seen.go(bounds=PLANE)
    now = later.again(kept)
    assert now is not None
    assert (now.found[0].index, now.found[0].class_id, now.found[0].place) == (1, 9, (100, 20))
    np.testing.assert_allclose(now.found[0].outline_px[:, :2].mean(axis=0), (100, 20), atol=1e-6)
    assert later.go(bounds=PLANE, hide=[9]).again(kept) is None
    seen.shot.recording.log("p", bz.Points2D([[50, 50]]))
    assert later.go(bounds=PLANE).again(kept) is None


@pytest.mark.parametrize("seed", range(4))
def test_what_is_drawn_is_what_is_picked_in_the_plane(see: See, seed: int) -> None:
    rng = np.random.default_rng(seed)
    colors = iter(_distinct(60))

    def some(n: int) -> list[Any]:
        return [next(colors) for _ in range(n)]

    seen = see(
        {
            "t": bz.Transform3D(translation=[10, 5, 0], scale=[0.9, 0.9, 1]),
            "t/p": bz.Points2D(rng.uniform(0, (200, 100), (20, 2)), radii=rng.uniform(1, 9, 20), colors=some(20)),
            "/": bz.Points2D(rng.uniform(0, (200, 100), (20, 2)), radii=-4, colors=some(20), draw_order=15),
            "a": bz.LineStrips2D(rng.uniform(0, (200, 100), (12, 3, 2)), colors=some(12), radii=-2),
        }
    )
    checked, wrong = _agree(seen, rng)
    assert checked > 100
    assert wrong == 0


@pytest.mark.parametrize("seed", range(4))
def test_what_is_drawn_is_what_is_picked_in_space(see: See, seed: int) -> None:
    rng = np.random.default_rng(seed)
    colors = iter(_distinct(45))

    def some(n: int) -> list[Any]:
        return [next(colors) for _ in range(n)]

    seen = see(
        {
            "t": bz.Transform3D(
                translation=[0.3, 0, 0], rotation_axis_angle=bz.RotationAxisAngle([0, 0, 1], degrees=30)
            ),
            "t/p": bz.Points3D(rng.uniform(-2, 2, (25, 3)), radii=rng.uniform(0.05, 0.4, 25), colors=some(25)),
            "l": bz.LineStrips3D(rng.uniform(-3, 3, (20, 2, 3)), colors=some(20), radii=-2),
        },
        **EYE,
    )
    checked, wrong = _agree(seen, rng)
    assert checked > 100
    assert wrong <= checked / 30  # where one is as near as the other


def test_solid_boxes_that_are_drawn_are_picked(see: See) -> None:
    rng = np.random.default_rng(5)
    turns = rng.normal(size=(3, 4))
    boxes = bz.Boxes3D(
        centers=[[-0.9, 0, 0], [0.9, 0, 0.3], [0, 2, 1]],
        half_sizes=[[0.5, 0.7, 0.4], [0.6, 0.4, 0.7], [1.2, 0.9, 1]],
        quaternions=turns,
        colors=[RED, GREEN, BLUE],
        fill_mode="Solid",
    )
    seen = see({"b": boxes}, eye=(0, -4, 0), target=(0, 0, 0))
    checked = np.zeros(3, int)
    for y in range(1, 99, 2):
        for x in range(1, 199, 2):
            around = seen.picture[y - 1 : y + 2, x - 1 : x + 2, :3].reshape(-1, 3)
            if (around == around[0]).all():
                is_there = around[0].max() > 60
                found = seen.pick(x + 0.5, y + 0.5).found
                assert bool(found) == bool(is_there) or found[0].distance_px > 0
                if is_there:
                    assert found[0].index == around[0].argmax()
                    checked[found[0].index] += 1
    assert (checked > 4).all()


def _distinct(n: int) -> list[tuple[int, int, int]]:
    """Colours that are all different, and none of which a blend of two others is likely to be."""
    return [(40 + 37 * i % 211, 40 + 101 * i % 213, 40 + 59 * i % 209) for i in range(n)]


def _agree(seen: Seen, rng: np.random.Generator) -> tuple[int, int]:
    """Look at many pixels: at how many one instance alone is drawn, and at how many of these another is picked."""
    known = {tuple(each) for each in _distinct(60)}
    checked = wrong = 0
    for x, y in rng.integers(0, SIZE, (3000, 2)).tolist():
        drawn = tuple(seen.picture[y, x, :3].tolist())
        if drawn in known:
            first, *others = [each.color_text for each in seen.pick(x + 0.5, y + 0.5).found]
            is_first = first == "#{:02X}{:02X}{:02X}".format(*drawn)
            assert is_first or others[0] == "#{:02X}{:02X}{:02X}".format(*drawn), (x, y)
            checked, wrong = checked + 1, wrong + (not is_first)
    return checked, wrong


NAN = math.nan
BAD: dict[str, Any] = {
    "positions": bz.Points2D([[NAN, 0], [50, 50], [math.inf, 2]], radii=[NAN, 0], class_ids=[1]),
    "no points": bz.Points2D(np.zeros((0, 2))),
    "flat": bz.Boxes2D(half_sizes=[[0, 0], [NAN, 1], [3, 0]], centers=[[50, 50]]),
    "labels": bz.Boxes2D(half_sizes=[[9, 9]] * 3, centers=[[50, 50]], labels=["a", "b"], class_ids=[]),
    "strips": bz.LineStrips2D([np.zeros((0, 2)), [[50, 50]], [[NAN, 0], [50, 50]], [[0, 50], [90, 50]]]),
    "repeated": bz.LineStrips2D([[[50, 50], [50, 50], [50, 50]]]),
    "arrows": bz.Arrows2D(vectors=[[0, 0], [NAN, 1]]),
    "boxes": bz.Boxes3D(half_sizes=[[0, 0, 0], [1, 0, 1], [NAN, 1, 1]], quaternions=[[0, 0, 0, 0], [NAN, 0, 0, 1]]),
    "points": bz.Points3D([[NAN, 0, 0], [0, 0, 0], [1e38, 0, 0]], radii=[math.inf, -1]),
    "lines": bz.LineStrips3D([np.zeros((0, 3)), [[0, 0, 0]], [[NAN, 0, 0], [1, 1, 1]], [[-1, 0, 0], [1, 0, 0]]]),
    "squashed": [bz.Transform3D(scale=[0, 1, 1]), bz.Boxes3D(half_sizes=[[1, 1, 1]]), bz.Points3D([[0, 0, 0]])],
    "skeleton": [
        bz.AnnotationContext([PERSON]),
        bz.Points2D([[50, 50], [NAN, 50]], class_ids=3, keypoint_ids=[0, 1, 7]),
    ],
    "poses": [bz.Boxes3D(half_sizes=[[1, 1, 1]]), bz.InstancePoses3D(translations=[[NAN, 0, 0]], scales=[[0, 0, 0]])],
}


@pytest.mark.parametrize("name", BAD)
def test_bad_data_is_no_reason_to_fail(see: See, name: str) -> None:
    for look in ({"bounds": PLANE, "view": "/", "kind": "2d"}, {**EYE, "view": "/", "kind": "3d"}):
        try:
            seen = see({"bad": BAD[name], "good": bz.Points2D([[50, 50]]), "here": bz.Points3D([[0, 0, 0]])}, **look)
        except bz.BlazonError:
            continue
        for x, y in ((50, 50), (100, 50), (0, 0), (199, 99), px_of((0, 0, 0))):
            pick = seen.pick(x, y)
            assert pick.as_text()
            assert all(np.isfinite(each.outline_px).all() for each in pick.found)
            assert isinstance(pick.components, list)
            assert pick.found == () or seen.again(pick) is None or seen.again(pick).found  # type: ignore[union-attr]
        at = seen.at(50, 50) if look["kind"] == "2d" else seen.at(*px_of((0, 0, 0)))
        assert ("Points2D", 0) in at or ("Points3D", 0) in at


def test_buffers_that_are_too_short(tmp_path: Path, from_sdk: Callable[..., bz.Recording], screen: Any) -> None:
    del tmp_path

    def log(stream: rr.RecordingStream) -> None:
        format_ = rr.components.ImageFormat(width=200, height=100, color_model="L", channel_datatype="U16")
        for name, kind in (("m", rr.SegmentationImage), ("d", rr.DepthImage), ("i", rr.Image)):
            stream.log(name, kind.from_fields(buffer=np.zeros(9, np.uint8), format=format_), static=True)
        stream.log("p", rr.Points2D([[50, 50]]), static=True)

    seen = Seen(screen(*SIZE), from_sdk(log), view="/", kind="2d", bounds=PLANE)
    assert seen.at(50, 50) == [("Points2D", 0)]
    assert seen.at(5, 5) == []


def test_of_many_entities_those_nearby_are_found(see: See) -> None:
    things: Logged = {
        f"e/{i:03d}": bz.Boxes2D(centers=[[10 * (i % 20) + 5, 10 * (i // 20) + 5]], half_sizes=[[3, 3]])
        for i in range(200)
    }
    things["wide"] = bz.Points2D([[100, 50]], radii=60)
    seen = see(things)
    pick = seen.pick(45, 25)
    assert [str(each.entity) for each in pick.found] == ["/wide", "/e/044"][
        :: 1 if pick.found[0].what == "Points2D" else -1
    ]
    space = see(
        {f"e/{i}": bz.Boxes3D(centers=[[i / 2 - 20, 0, 0]], half_sizes=[[0.2, 1, 1]]) for i in range(80)}, **EYE
    )
    assert str(space.first(*px_of((0.5, 0, 0))).entity) == "/e/41"


def test_the_best_of_very_many_points_wherever_they_are(see: See) -> None:
    many = np.full((400_000, 3), (0, 0, 9), np.float32)
    many[[5, 399_999, 250_000]] = (0, 0, 0), (0, -1, 0), (0, 1, 0)
    seen = see({"p": bz.Points3D(many)}, **EYE)
    assert seen.at(*px_of((0, 0, 0))) == [("Points3D", 399_999), ("Points3D", 5), ("Points3D", 250_000)]


@pytest.mark.parametrize(
    ("module", "name", "what"),
    [
        (points_module, "points_in_reach", "Points2D"),
        (strips_module, "lines_in_reach", "LineStrips2D"),
    ],
)
def test_without_the_kernel_nothing_is_found(
    see: See, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, what: str
) -> None:
    seen = see({"p": bz.Points2D([[50, 50]]), "l": bz.LineStrips2D([[[40, 40], [60, 60]]])})
    assert (what, 0) in seen.at(50, 50)
    monkeypatch.setattr(module, name, lambda *_: 0)
    assert (what, 0) not in seen.at(50, 50)
