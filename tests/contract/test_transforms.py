"""SEMANTICS §9, §10: where transforms and named frames put things, and what becomes of those that can't be applied."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from tests import naive
from tests.pictures import BLUE, GREEN, RED, is_empty, logged

SIZE = (96, 72)
LOOK: dict[str, Any] = {"eye": (4.0, -11.0, 5.0), "target": (0.0, 0.0, 0.0), "fov": 60.0}
AT = (1.0, 0.5, -0.5)
NAN, INF = float("nan"), float("inf")
UP = (0.0, 0.0, 1.0)


@pytest.fixture(scope="module")
def studio() -> Iterator[bz.Offscreen]:
    with bz.Offscreen(*SIZE) as screen:
        yield screen


def told(studio: bz.Offscreen, rec: bz.Recording, **look: Any) -> tuple[np.ndarray, list[str]]:
    """A picture of all, and what was said about it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        picture = studio.render(rec, **{"view": "/", "kind": "3d", **LOOK, **look})
    return picture, [str(each.message) for each in caught]


def drawn(studio: bz.Offscreen, rec: bz.Recording, **look: Any) -> np.ndarray:
    """A picture of what is no reason to warn."""
    picture, said = told(studio, rec, **look)
    assert not said
    return picture


def point(color: Any = RED, at: Any = AT) -> bz.Points3D:
    return bz.Points3D([at], radii=-3, colors=color)


def assert_at(picture: np.ndarray, world: Any, color: naive.Color = RED) -> None:
    """The one disc of a colour is where the eye sees a point of the world."""
    ys, xs = np.nonzero((picture == color).all(axis=2))
    assert len(xs), "it is not drawn"
    x, y, depth = naive.through_eye(world, size=SIZE, **LOOK)
    assert depth > 0
    assert abs(xs.mean() + 0.5 - x) <= 0.6, (xs.mean() + 0.5, x)
    assert abs(ys.mean() + 0.5 - y) <= 0.6, (ys.mean() + 0.5, y)


def has(picture: np.ndarray, color: naive.Color) -> bool:
    return bool((picture == color).all(axis=2).any())


def moved(x: float, y: float, z: float) -> bz.Transform3D:
    return bz.Transform3D(translation=(x, y, z))


def about(said: list[str], words: str, count: int = 1) -> bool:
    """Whether exactly one warning has these words, and counts so many."""
    found = [each for each in said if words in each]
    if len(found) != 1:
        return False
    return count == 1 or str(count) in re.findall(r"\d+", found[0])


# --- what a transform is made of

MATRIX = [[1, 0.5, 0], [0, 1, -0.25], [0.25, 0, 1]]
PARTS: dict[str, dict[str, Any]] = {
    "matrix then scale": {"mat3x3": MATRIX, "scale": (2, 1, 0.5)},
    "scale then quaternion": {"scale": (2, 1, 0.5), "quaternion": (0.3, 0.2, 0.1, 0.9)},
    "quaternion then axis and angle": {"quaternion": (0.3, 0.2, 0.1, 0.9), "axis_angle": ((1, 2, -1), 1.2)},
    "axis and angle then translation": {"axis_angle": ((1, 2, -1), 1.2), "translation": (-2, 1, 1)},
    "all": {
        "mat3x3": MATRIX,
        "scale": (2, 1, 0.5),
        "quaternion": (0.3, 0.2, 0.1, 0.9),
        "axis_angle": ((1, 2, -1), 1.2),
        "translation": (-2, 1, 1),
    },
}


def as_logged(parts: dict[str, Any], **more: Any) -> bz.Transform3D:
    named = {name: value for name, value in parts.items() if name != "axis_angle"}
    if "axis_angle" in parts:
        axis, angle = parts["axis_angle"]
        named["rotation_axis_angle"] = bz.RotationAxisAngle(axis=axis, radians=angle)
    return bz.Transform3D(**named, **more)


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("inverse", [False, True])
def test_the_order_of_the_parts(studio: bz.Offscreen, name: str, inverse: bool) -> None:
    """The matrix first, then scale, quaternion, axis and angle, translation; or all of it the other way round."""
    parts = PARTS[name]
    transform = as_logged(parts, relation="ChildFromParent" if inverse else "ParentFromChild")
    picture = drawn(studio, logged({"a": [transform, point()]}))
    assert_at(picture, naive.moved(AT, naive.pose(**parts, inverse=inverse)))


def test_from_parent_is_child_from_parent(studio: bz.Offscreen) -> None:
    picture = drawn(studio, logged({"a": [bz.Transform3D(translation=(1, 2, 1), from_parent=True), point()]}))
    assert_at(picture, np.array(AT) - (1, 2, 1))


def test_the_sdk_s_transforms_are_composed_in_the_same_order(
    studio: bz.Offscreen, from_sdk: Callable[..., bz.Recording]
) -> None:
    """What the real SDK writes: matrices by columns, quaternions xyzw, angles in its own way."""
    parts = {each: value for each, value in PARTS["all"].items() if each != "quaternion"}

    def log(stream: rr.RecordingStream) -> None:
        stream.log(
            "a",
            rr.Transform3D(
                translation=parts["translation"],
                rotation=rr.RotationAxisAngle(axis=parts["axis_angle"][0], radians=parts["axis_angle"][1]),
                scale=parts["scale"],
                mat3x3=parts["mat3x3"],
            ),
            static=True,
        )
        stream.log("a/b", rr.Transform3D(rotation=rr.Quaternion(xyzw=[0.3, 0.2, 0.1, 0.9])), static=True)
        stream.log("a/b", rr.Points3D([AT], radii=rr.Radius.ui_points(3), colors=RED), static=True)

    world = naive.pose(**parts) @ naive.pose(quaternion=(0.3, 0.2, 0.1, 0.9))
    assert_at(drawn(studio, from_sdk(log)), naive.moved(AT, world))


def test_transforms_add_up_along_the_path(studio: bz.Offscreen) -> None:
    """The parent's is applied last; a path between without one changes nothing, nor does one beside."""
    turned = bz.Transform3D(rotation=bz.RotationAxisAngle(axis=UP, degrees=90))
    things = {"a": turned, "a/b/c": [moved(2, 0, 0), point(at=(1, 0, 0))], "a/x": moved(5, 5, 5)}
    assert_at(drawn(studio, logged(things)), (0, 3, 0))


def test_instance_poses_move_nothing_below(studio: bz.Offscreen) -> None:
    copies = bz.InstancePoses3D(translations=[[2, 0, 0], [-2, 0, 0]])
    picture = drawn(studio, logged({"a": [copies, point(GREEN)], "a/b": point(RED)}))
    assert_at(picture, AT, RED)
    x, y, _ = naive.through_eye(np.array(AT) + (2, 0, 0), size=SIZE, **LOOK)
    assert tuple(picture[int(y), int(x)]) == GREEN
    x, y, _ = naive.through_eye(np.array(AT) - (2, 0, 0), size=SIZE, **LOOK)
    assert tuple(picture[int(y), int(x)]) == GREEN


def test_a_view_is_in_the_frame_of_its_root(studio: bz.Offscreen) -> None:
    """What is above the root moves nothing; neither does the root's own transform."""
    rec = logged({"a": moved(9, 9, 9), "a/b": [moved(1, 1, 1), point()], "a/b/c": [moved(-1, 0, 1), point(GREEN)]})
    picture = drawn(studio, rec, view="a/b")
    assert_at(picture, AT)
    assert_at(picture, np.array(AT) + (-1, 0, 1), GREEN)


# --- time


def test_a_newer_row_replaces_the_whole_transform(studio: bz.Offscreen) -> None:
    """§9: what an earlier row said of the rotation is gone."""
    rec = logged({"a": bz.Transform3D(rotation=bz.RotationAxisAngle(axis=UP, degrees=90), scale=2)}, frame=1)
    logged({"a": moved(0, 0, 1)}, rec, frame=3)
    logged({"a": point()}, rec, frame=0)
    turned = naive.pose(axis_angle=(UP, np.pi / 2), scale=(2, 2, 2))
    for frame, world in ((0, AT), (1, naive.moved(AT, turned)), (2, naive.moved(AT, turned)), (3, (1, 0.5, 0.5))):
        assert_at(drawn(studio, rec, at=("frame", frame)), world)


def test_of_rows_at_one_time_the_later_counts(studio: bz.Offscreen) -> None:
    rec = logged({"a": [moved(3, 0, 0), moved(0, 0, 2), point()]}, frame=1)
    assert_at(drawn(studio, rec, at=("frame", 1)), np.array(AT) + (0, 0, 2))


def test_static_transforms_hold_at_all_times(studio: bz.Offscreen) -> None:
    rec = logged({"a": moved(0, 0, 2)})
    logged({"a": point()}, rec, frame=5)
    assert_at(drawn(studio, rec, at=("frame", 5)), np.array(AT) + (0, 0, 2))


def test_static_data_shadows_temporal_data(studio: bz.Offscreen) -> None:
    """§9: of the same component and entity."""
    rec = logged({"a": [point(), moved(2, 0, 0)]}, frame=5)
    logged({"a": moved(0, 0, 2)}, rec)
    assert_at(drawn(studio, rec, at=("frame", 6)), np.array(AT) + (0, 0, 2))


def test_clear_undoes_a_transform(studio: bz.Offscreen) -> None:
    """§9: from its time on; of the entity, or of all below it."""
    rec = logged({"a": moved(0, 0, 2), "a/b": moved(1, 0, 0)}, frame=1)
    rec.log("a/b/c", point(), static=True)
    logged({"a": bz.Clear(recursive=False)}, rec, frame=2)
    logged({"a": bz.Clear(recursive=True)}, rec, frame=3)
    logged({"a": moved(0, 2, 0)}, rec, frame=4)
    for frame, by in ((1, (1, 0, 2)), (2, (1, 0, 0)), (3, (0, 0, 0)), (4, (0, 2, 0))):
        assert_at(drawn(studio, rec, at=("frame", frame)), np.array(AT) + by)


def test_clear_does_not_undo_a_static_transform(studio: bz.Offscreen) -> None:
    rec = logged({"a": [moved(0, 0, 2), point()]})
    logged({"a": bz.Clear(recursive=True)}, rec, frame=2)
    assert_at(drawn(studio, rec, at=("frame", 3)), np.array(AT) + (0, 0, 2))


# --- named frames


def named(child: str | None, parent: str | None, x: float = 0, y: float = 0, z: float = 0) -> bz.Transform3D:
    return bz.Transform3D(translation=(x, y, z), child_frame=child, parent_frame=parent)


def test_data_stands_in_the_frame_that_is_named(studio: bz.Offscreen) -> None:
    """Wherever the transforms were logged: the path says nothing any more."""
    things = {
        "somewhere": named("robot", "map", 0, 0, 2),
        "else/where": named("arm", "robot", 1, 0, 0),
        "data": [moved(7, 7, 7), bz.CoordinateFrame("arm"), point()],
        "rest": [bz.CoordinateFrame("map"), point(GREEN)],
    }
    picture = drawn(studio, logged(things))
    assert_at(picture, np.array(AT) + (1, 0, 2))
    assert_at(picture, AT, GREEN)


def test_one_entity_may_speak_of_several_frames(studio: bz.Offscreen) -> None:
    """Each has the newest row about it."""
    rec = logged({"tf": [named("a", "map", 0, 0, 2), named("b", "map", 1, 0, 0)]}, frame=1)
    logged({"tf": named("a", "map", -1, 0, 0)}, rec, frame=2)
    for name, color in (("a", RED), ("b", GREEN)):
        logged({f"data/{name}": [bz.CoordinateFrame(name), point(color)]}, rec)
    for frame, by in ((1, (0, 0, 2)), (2, (-1, 0, 0))):
        picture = drawn(studio, rec, at=("frame", frame))
        assert_at(picture, np.array(AT) + by)
        assert_at(picture, np.array(AT) + (1, 0, 0), GREEN)


def test_the_frame_of_an_entity_has_a_name(studio: bz.Offscreen) -> None:
    """`tf#/path`: named and unnamed frames make one tree."""
    things = {
        "a": moved(0, 0, 2),
        "tf": named("tool", "tf#/a", 1, 0, 0),
        "data": [bz.CoordinateFrame("tool"), point()],
        "rest": point(GREEN),
    }
    picture = drawn(studio, logged({**things, "/": bz.CoordinateFrame("tf#/")}))
    assert_at(picture, np.array(AT) + (1, 0, 2))
    assert_at(picture, AT, GREEN)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_frames_in_a_circle(studio: bz.Offscreen, size: int) -> None:
    """Counted once; the rest is drawn."""
    circle = [named(f"f{i}", f"f{(i + 1) % size}", 1) for i in range(size)]
    things = {"tf": circle, "data": [bz.CoordinateFrame("f0"), point()], "rest": point(GREEN)}
    picture, said = told(studio, logged(things))
    assert about(said, "circle", size), said
    assert not has(picture, RED)
    assert_at(picture, AT, GREEN)


def test_what_hangs_below_a_circle_is_not_drawn(studio: bz.Offscreen) -> None:
    tf = [named("a", "b"), named("b", "a"), named("c", "a")]
    things = {"tf": tf, "data": [bz.CoordinateFrame("c"), point()], "rest": point(GREEN)}
    picture, said = told(studio, logged(things))
    assert about(said, "circle", 2), said
    assert not has(picture, RED)
    assert has(picture, GREEN)


def test_a_frame_that_is_not_connected(studio: bz.Offscreen) -> None:
    """Counted for its entity; the rest is drawn."""
    things = {
        "/": bz.CoordinateFrame("map"),
        "tf": [named("robot", "map", 0, 0, 2), named("island", "sea")],
        "data": [bz.CoordinateFrame("island"), point()],
        "rest": [bz.CoordinateFrame("robot"), point(GREEN)],
    }
    picture, said = told(studio, logged(things))
    assert about(said, "no transform connects"), said
    assert "/data" in next(each for each in said if "no transform connects" in each)
    assert not has(picture, RED)
    assert_at(picture, np.array(AT) + (0, 0, 2), GREEN)


# --- §10: what can't be applied


@pytest.mark.parametrize(
    "parts",
    [
        {"mat3x3": [[1, 0, 0], [0, 1, 0], [1, 1, 0]]},
        {"mat3x3": np.zeros((3, 3))},
        {"scale": 0},
        {"scale": (1, 1, 0), "relation": "ChildFromParent"},
        {"translation": (NAN, 0, 0)},
        {"translation": (0, INF, 0)},
        {"scale": (1, NAN, 1)},
        {"mat3x3": [[NAN, 0, 0], [0, 1, 0], [0, 0, 1]]},
    ],
    ids=str,
)
def test_a_transform_that_cannot_be_applied(studio: bz.Offscreen, parts: dict[str, Any]) -> None:
    """§10: never a crash, never silence; all else is drawn."""
    things = {"a": [bz.Transform3D(**parts), point()], "rest": point(GREEN, (-1, 0, 1))}
    picture, said = told(studio, logged(things))
    assert about(said, "not applied"), said
    assert "/a" in said[0]
    assert_at(picture, (-1, 0, 1), GREEN)
    assert_at(picture, AT)


@pytest.mark.parametrize("bad", [(0, 0, 0, 0), (NAN, 0, 0, 1), (0, INF, 0, 1)])
def test_a_quaternion_that_is_none(studio: bz.Offscreen, bad: Any) -> None:
    """§10: no rotation, and one warning; the other parts stay."""
    transform = bz.Transform3D(quaternion=bad, translation=(0, 0, 2), scale=2)
    picture, said = told(studio, logged({"a": [transform, point()]}))
    assert about(said, "rotation"), said
    assert len(said) == 1
    assert_at(picture, 2 * np.array(AT) + (0, 0, 2))


@pytest.mark.parametrize(("axis", "angle"), [((0, 0, 0), 1.0), ((NAN, 0, 1), 1.0), ((0, 0, 1), NAN)])
def test_an_axis_and_angle_that_are_none(studio: bz.Offscreen, axis: Any, angle: float) -> None:
    transform = bz.Transform3D(
        rotation_axis_angle=bz.RotationAxisAngle(axis=axis, radians=angle), translation=(0, 0, 2)
    )
    picture, said = told(studio, logged({"a": [transform, point()]}))
    assert about(said, "rotation"), said
    assert_at(picture, np.array(AT) + (0, 0, 2))


def test_rotations_of_boxes_that_are_none_are_counted(studio: bz.Offscreen) -> None:
    boxes = bz.Boxes3D(
        half_sizes=[[0.5, 0.5, 0.5]], centers=[[0, 0, 0], [2, 0, 0], [-2, 0, 0]], colors=BLUE, radii=-1, fill_mode=1,
        quaternions=[(0, 0, 0, 1), (0, 0, 0, 0), (NAN, 0, 0, 1)],
    )  # fmt: skip
    picture, said = told(studio, logged({"b": boxes}))
    assert about(said, "rotation", 2), said
    straight = bz.Boxes3D(
        half_sizes=[[0.5, 0.5, 0.5]], centers=[[0, 0, 0], [2, 0, 0], [-2, 0, 0]], colors=BLUE, radii=-1, fill_mode=1
    )
    np.testing.assert_array_equal(picture, drawn(studio, logged({"b": straight})))


def test_poses_that_are_not_finite_are_dropped(studio: bz.Offscreen) -> None:
    """§10: these instances, counted; the others stay where they are."""
    copies = bz.InstancePoses3D(translations=[[NAN, 0, 0], [0, 0, 2], [0, INF, 0]])
    picture, said = told(studio, logged({"a": [copies, point()]}))
    assert about(said, "poses", 2), said
    assert_at(picture, np.array(AT) + (0, 0, 2))


def test_points_without_a_place_are_dropped(studio: bz.Offscreen) -> None:
    points = bz.Points3D([[NAN, 0, 0], AT, [0, 0, -INF]], radii=-3, colors=[BLUE, RED, GREEN])
    picture, said = told(studio, logged({"p": points}))
    assert len(said) == 1
    assert about(said, "/p", 2), said
    assert_at(picture, AT)
    assert not has(picture, BLUE)
    assert not has(picture, GREEN)


EMPTY = np.zeros((0, 3))


@pytest.mark.parametrize(
    "nothing",
    [
        bz.Points3D(EMPTY),
        bz.Boxes3D(half_sizes=EMPTY),
        bz.LineStrips3D([]),
        bz.Arrows3D(vectors=EMPTY),
        bz.InstancePoses3D(translations=EMPTY),
        bz.Transform3D(),
    ],
    ids=lambda each: type(each).__name__,
)
def test_empty_batches(studio: bz.Offscreen, nothing: Any) -> None:
    """They draw nothing, move nothing, and are no reason to warn."""
    assert_at(drawn(studio, logged({"a": nothing, "a/b": point()})), AT)


def test_empty_instance_poses_draw_once(studio: bz.Offscreen) -> None:
    """§6: empty means the default."""
    assert_at(drawn(studio, logged({"a": [bz.InstancePoses3D(translations=EMPTY), point()]})), AT)


def test_an_empty_batch_takes_the_points_away(studio: bz.Offscreen) -> None:
    rec = logged({"a": point()}, frame=1)
    logged({"a": bz.Points3D(EMPTY)}, rec, frame=2)
    assert_at(drawn(studio, rec, at=("frame", 1)), AT)
    assert is_empty(drawn(studio, rec, at=("frame", 2)))
