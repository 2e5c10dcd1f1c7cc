"""What programs give to the archetypes of space: kept exactly, in one form, or refused in one line."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rerun as rr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rerun.encodings import Mat3x3

import blazon as bz

V3 = [[1.0, 2, 3], [4, 5, 6]]
UTM = [[500_000.123, 4_649_776.456, 30.0]]  # float32 would round the northing to half a metre


def cell(archetype: Any, field: str) -> Any:
    return archetype.components[f"{type(archetype).__name__}:{field}"]


# --- coordinates

TAKE_VECTORS: dict[str, Callable[[Any], Any]] = {
    "Points3D:positions": bz.Points3D,
    "Boxes3D:half_sizes": lambda given: bz.Boxes3D(half_sizes=given),
    "Boxes3D:centers": lambda given: bz.Boxes3D(centers=given),
    "Arrows3D:vectors": lambda given: bz.Arrows3D(vectors=given),
    "Arrows3D:origins": lambda given: bz.Arrows3D(vectors=[], origins=given),
    "InstancePoses3D:translations": lambda given: bz.InstancePoses3D(translations=given),
    "InstancePoses3D:scales": lambda given: bz.InstancePoses3D(scales=given),
    "Transform3D:translation": lambda given: bz.Transform3D(translation=given),
    "Transform3D:scale": lambda given: bz.Transform3D(scale=given),
}


@pytest.fixture(params=TAKE_VECTORS)
def take(request: pytest.FixtureRequest) -> Callable[[Any], np.ndarray]:
    """Gives vectors to one archetype, and answers with the cell that it keeps."""

    def take(given: Any) -> np.ndarray:
        found: np.ndarray = TAKE_VECTORS[request.param](given).components[request.param]
        return found

    return take


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (UTM, np.float64),
        (np.array(UTM), np.float64),
        (np.array([[1, 2, 3]]), np.float64),
        (np.array([[1, 2, 3]], np.uint8), np.float64),
        (np.array([[1, 2, 3]], np.float32), np.float32),
        (np.array([[1, 2, 3]], np.float16), np.float32),
        (np.array([[1, 2, 3]], ">f8"), np.float64),
        ([[math.nan, math.inf, -math.inf]], np.float64),
        ([], np.float32),
        (np.array([[1, 9], [2, 9], [3, 9]], np.float32).T[:1], np.float32),
    ],
)
def test_coordinates_keep_their_precision(take: Callable[[Any], np.ndarray], given: Any, kept: type) -> None:
    found = take(given)
    assert (found.dtype, found.shape) == (kept, (len(given), 3))
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, np.asarray(given).reshape(-1, 3))


def test_coordinates_are_copied(take: Callable[[Any], np.ndarray]) -> None:
    for dtype in (np.float32, np.float64):
        given = np.ones((1, 3), dtype)
        found = take(given)
        given[:] = 9
        assert found.tolist() == [[1, 1, 1]]


@pytest.mark.parametrize(
    "given", [[1, 2], [[1, 2]], [[1, 2, 3, 4]], np.ones((2, 3, 3)), [[1, 2, 3], [1]], np.ones((3, 1))]
)
def test_wrong_shapes_raise(take: Callable[[Any], np.ndarray], given: Any) -> None:
    with pytest.raises(bz.ShapeError):
        take(given)


@pytest.mark.parametrize("given", ["abc", [["a", "b", "c"]], [[True, False, True]], [[1j, 0, 0]], [[None, 1, 2]]])
def test_what_is_no_number_raises(take: Callable[[Any], np.ndarray], given: Any) -> None:
    with pytest.raises(bz.DtypeError):
        take(given)


def test_boxes_keep_the_precision_of_their_corners() -> None:
    boxes = bz.Boxes3D(mins=UTM, sizes=np.ones((1, 3), np.float32))
    np.testing.assert_array_equal(cell(boxes, "centers"), np.array(UTM) + 0.5)
    assert cell(boxes, "half_sizes").tolist() == [[0.5, 0.5, 0.5]]


@given(hnp.arrays(np.float64, (3, 3), elements=st.floats(-1e9, 1e9)))
def test_mins_and_sizes_are_centers_and_half_sizes(mins: np.ndarray) -> None:
    sizes = np.abs(mins[::-1]) + 1
    one, other = bz.Boxes3D(mins=mins, sizes=sizes), bz.Boxes3D(centers=mins + sizes / 2, half_sizes=sizes / 2)
    for field in ("centers", "half_sizes"):
        np.testing.assert_array_equal(cell(one, field), cell(other, field))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_strips_keep_their_precision(dtype: type) -> None:
    strips = cell(bz.LineStrips3D([np.array(UTM * 2, dtype), np.array(UTM * 3, dtype)]), "strips")
    assert (strips.points.dtype, strips.offsets.tolist()) == (dtype, [0, 2, 5])
    np.testing.assert_array_equal(strips.points, np.array(UTM * 5, dtype))


def test_one_strip_and_none() -> None:
    assert cell(bz.LineStrips3D(V3), "strips").offsets.tolist() == [0, 2]
    empty = cell(bz.LineStrips3D([]), "strips")
    assert (len(empty), empty.points.shape) == (0, (0, 3))
    for with_empty in ([[], V3], [V3, []], [np.zeros((0, 3)), V3]):
        assert len(cell(bz.LineStrips3D(with_empty), "strips")) == 2


@pytest.mark.parametrize("given", [5, [5], [[[1, 2]]], [V3, 5], [[[1, 2], [3, 4]]]])
def test_strips_of_a_wrong_shape_raise(given: Any) -> None:
    with pytest.raises(bz.ShapeError):
        bz.LineStrips3D(given)


def test_arrows_in_the_plane_are_of_32_bits() -> None:
    arrows = bz.Arrows2D(vectors=[[1, 2]], origins=np.array([[3.0, 4]]), draw_order=1)
    assert {cell(arrows, field).dtype for field in ("vectors", "origins", "draw_order")} == {np.dtype(np.float32)}
    with pytest.raises(bz.ShapeError):
        bz.Arrows2D(vectors=V3)


# --- what all of them have

INSTANCES: list[Callable[..., Any]] = [
    lambda **more: bz.Points3D(V3, **more),
    lambda **more: bz.Boxes3D(half_sizes=V3, **more),
    lambda **more: bz.LineStrips3D([V3], **more),
    lambda **more: bz.Arrows3D(vectors=V3, **more),
    lambda **more: bz.Arrows2D(vectors=[[1, 2]], **more),
]


@pytest.fixture(params=INSTANCES, ids=["points", "boxes", "strips", "arrows", "arrows2d"])
def make(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Makes an archetype with what all of them have."""
    found: Callable[..., Any] = request.param
    return found


def test_instances_have_the_same_fields(make: Callable[..., Any]) -> None:
    made = make(radii=[1, -2], colors=(255, 0, 0), labels="a", show_labels=True, class_ids=[70000, 2**32 - 1])
    assert cell(made, "radii").tolist() == [1, -2]
    assert cell(made, "colors").tolist() == [0xFF0000FF]
    assert cell(made, "labels") == ["a"]
    assert cell(made, "show_labels").tolist() == [True]
    assert cell(made, "class_ids").tolist() == [70000, 2**32 - 1]


@pytest.mark.parametrize("ids", [-1, 1.5, 2**32, [1, -1], "a", [[1]], math.nan, True])
def test_wrong_class_ids_raise(make: Callable[..., Any], ids: Any) -> None:
    with pytest.raises(bz.ArgumentError, match="class_ids"):
        make(class_ids=ids)


@pytest.mark.parametrize(
    "more",
    [{"radii": "1"}, {"radii": [[1]]}, {"colors": (300, 0, 0)}, {"labels": 3}, {"show_labels": 1}],
    ids=str,
)
def test_other_wrong_values_raise(make: Callable[..., Any], more: dict[str, Any]) -> None:
    with pytest.raises(bz.ArgumentError, match=next(iter(more))):
        make(**more)


def test_points_have_keypoints_and_instances() -> None:
    points = bz.Points3D(V3, keypoint_ids=[0, 1], instance_ids=[7, 7], point_shading=bz.PointShading.Gradient)
    assert points.components["instance_ids"].tolist() == [7, 7]
    assert cell(points, "keypoint_ids").tolist() == [0, 1]
    assert cell(points, "point_shading").tolist() == [1]


@pytest.mark.parametrize(
    "make",
    [
        lambda: bz.Points3D(positions=None),
        lambda: bz.LineStrips3D(None),
        lambda: bz.Arrows2D(vectors=None),
        lambda: bz.Arrows3D(vectors=None),
        lambda: bz.CoordinateFrame(None),  # type: ignore[arg-type]
        lambda: bz.TransformAxes3D(None),  # type: ignore[arg-type]
        lambda: bz.ViewCoordinates(None),
    ],
)
def test_what_makes_no_sense_without_a_value(make: Callable[[], Any]) -> None:
    with pytest.raises(bz.ArgumentError, match="from_fields"):
        make()


# --- boxes


@pytest.mark.parametrize(
    "words",
    [
        {"sizes": V3, "half_sizes": V3},
        {"sizes": V3, "mins": V3, "centers": V3},
        {"mins": V3},
        {"mins": [[1, 2, 3]] * 3, "sizes": V3},
        {"rotations": np.eye(4), "quaternions": np.eye(4)},
        {"rotations": np.eye(4), "rotation_axis_angles": []},
    ],
    ids="+".join,
)
def test_contradicting_words_for_boxes_raise(words: dict[str, Any]) -> None:
    with pytest.raises(bz.ArgumentError, match="Boxes3D"):
        bz.Boxes3D(**words)


@pytest.mark.parametrize(
    "mode", [3, np.uint8(3), "Solid", "solid", "SOLID", bz.FillMode.Solid, rr.components.FillMode.Solid]
)
def test_fill_modes(mode: Any) -> None:
    found = cell(bz.Boxes3D(half_sizes=V3, fill_mode=mode), "fill_mode")
    assert (found.dtype, found.tolist()) == (np.uint8, [3])


@pytest.mark.parametrize("mode", [0, 5, 256, "filled", "", None, True, 3.0, [3, 3], object(), np.ones(2)])
def test_wrong_fill_modes_raise(mode: Any) -> None:
    if mode is None:
        assert list(bz.Boxes3D(half_sizes=V3, fill_mode=None).components) == ["Boxes3D:half_sizes"]
        return
    with pytest.raises(bz.ArgumentError, match=r"fill_mode is .*MajorWireframe, DenseWireframe, Solid"):
        bz.Boxes3D(half_sizes=V3, fill_mode=mode)


# --- rotations


@pytest.mark.parametrize(
    "given",
    [
        [[0, 0, 3, 4], [1, 0, 0, 0]],
        np.array([[0, 0, 3, 4], [1, 0, 0, 0]]),
        [bz.Quaternion(xyzw=[0, 0, 3, 4]), bz.Quaternion(xyzw=np.array([1, 0, 0, 0]))],
        [rr.Quaternion(xyzw=[0, 0, 3, 4]), rr.Quaternion(xyzw=[1, 0, 0, 0])],
        (bz.Quaternion(xyzw=[0, 0, 3, 4]), [1, 0, 0, 0]),
        [0, 0, 3, 4, 1, 0, 0, 0],
    ],
)
def test_quaternions_are_kept_as_given(given: Any) -> None:
    for boxes in (bz.Boxes3D(quaternions=given), bz.Boxes3D(rotations=given)):
        found = cell(boxes, "quaternions")
        assert (found.dtype, found.tolist()) == (np.float32, [[0, 0, 3, 4], [1, 0, 0, 0]])


def test_quaternions_that_are_none_are_data() -> None:
    found = cell(bz.Boxes3D(quaternions=[[0, 0, 0, 0], [math.nan, 0, 0, math.inf]]), "quaternions")
    np.testing.assert_array_equal(found, [[0, 0, 0, 0], [math.nan, 0, 0, math.inf]])


@pytest.mark.parametrize("xyzw", [[1, 2, 3], np.eye(4), "abcd", [1, 2, 3, None], 5, None])
def test_wrong_quaternions_raise(xyzw: Any) -> None:
    with pytest.raises(bz.ArgumentError, match="Quaternion xyzw"):
        bz.Quaternion(xyzw=xyzw)


def test_quaternions_are_values() -> None:
    assert bz.Quaternion(xyzw=[0, 0, 0, 1]) == bz.Quaternion.identity()
    assert bz.Quaternion.identity().xyzw == (0, 0, 0, 1)
    assert len({bz.Quaternion.identity(), bz.Quaternion.identity()}) == 1


@pytest.mark.parametrize(
    "turn",
    [
        bz.RotationAxisAngle([0, 0, 2], math.pi / 2),
        bz.RotationAxisAngle([0, 0, 2], angle=np.float64(math.pi / 2)),
        bz.RotationAxisAngle(np.array([0, 0, 2]), radians=math.pi / 2),
        bz.RotationAxisAngle(axis=(0, 0, 2), degrees=90),
        bz.RotationAxisAngle([0, 0, 2], rr.Angle(deg=90)),
        rr.RotationAxisAngle([0, 0, 2], degrees=90),
    ],
)
def test_axis_angles_are_axis_and_radians(turn: Any) -> None:
    expected = np.array([[0, 0, 2, math.pi / 2]], np.float32)
    for found in (
        cell(bz.Boxes3D(rotation_axis_angles=turn), "rotation_axis_angles"),
        cell(bz.Boxes3D(rotations=[turn]), "rotation_axis_angles"),
        cell(bz.InstancePoses3D(rotation_axis_angles=[turn]), "rotation_axis_angles"),
        cell(bz.Transform3D(rotation=turn), "rotation_axis_angle"),
        cell(bz.Transform3D(rotation_axis_angle=turn), "rotation_axis_angle"),
    ):
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"angle": 1, "degrees": 1},
        {"radians": 0, "degrees": 0},
        {"degrees": "90"},
        {"degrees": [1, 2]},
        {"radians": True},
    ],
    ids=str,
)
def test_wrong_angles_raise(words: dict[str, Any]) -> None:
    with pytest.raises(bz.ArgumentError, match="RotationAxisAngle"):
        bz.RotationAxisAngle([0, 0, 1], **words)


@pytest.mark.parametrize("axis", [[0, 1], "xyz", 3, [[1, 2], [3, 4]]])
def test_wrong_axes_raise(axis: Any) -> None:
    with pytest.raises(bz.ArgumentError, match="RotationAxisAngle axis"):
        bz.RotationAxisAngle(axis, 1)


@pytest.mark.parametrize("given", [[[1, 0, 0, 1]], np.ones((1, 4)), 5, "x", [bz.Quaternion.identity()]])
def test_what_is_no_axis_angle_raises(given: Any) -> None:
    with pytest.raises(bz.DtypeError, match=r"pass .*RotationAxisAngle"):
        bz.Boxes3D(rotation_axis_angles=given)


def test_either_kind_of_rotation_resets_the_other() -> None:
    assert len(cell(bz.Boxes3D(rotations=np.eye(4)), "rotation_axis_angles")) == 0
    assert len(cell(bz.Boxes3D(rotations=[bz.RotationAxisAngle([1, 0, 0], 1)]), "quaternions")) == 0


# --- transforms

MATRIX = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 10]])
COLUMNS = [1, 4, 7, 2, 5, 8, 3, 6, 10]


@pytest.mark.parametrize(
    ("given", "n"),
    [
        (MATRIX, 1),
        (MATRIX.tolist(), 1),
        (MATRIX.ravel(), 1),
        (np.asfortranarray(MATRIX), 1),
        (np.stack([MATRIX, MATRIX]), 2),
        ([MATRIX, MATRIX], 2),
        (np.stack([MATRIX, MATRIX]).reshape(2, 9), 2),
        (Mat3x3(MATRIX), 1),
        ([Mat3x3(MATRIX), Mat3x3(MATRIX)], 2),
        ([], 0),
    ],
)
def test_matrices_are_rows_and_kept_as_columns(given: Any, n: int) -> None:
    found = cell(bz.InstancePoses3D(mat3x3=given), "mat3x3")
    assert (found.dtype, found.shape, found.tolist()) == (np.float32, (n, 9), [COLUMNS] * n)
    if n < 2:
        assert cell(bz.Transform3D(mat3x3=given), "mat3x3").tolist() == [COLUMNS] * n
    else:
        with pytest.raises(bz.ShapeError, match="mat3x3 has 2 values; pass one"):
            bz.Transform3D(mat3x3=given)


@pytest.mark.parametrize("given", [np.eye(4), np.ones(16), np.ones((3, 4)), 1, np.ones((2, 3)), np.ones(18)])
def test_wrong_matrices_raise(given: Any) -> None:
    with pytest.raises(bz.ShapeError, match=r"mat3x3 has shape .*pass an array of shape \(3, 3\)"):
        bz.Transform3D(mat3x3=given)


def test_what_is_not_given_is_not_logged() -> None:
    """As by the SDK since 0.28: a transform is what its newest row says."""
    assert bz.Transform3D().components == {}
    assert list(bz.Transform3D(translation=[1, 2, 3]).components) == ["Transform3D:translation"]
    assert set(bz.Transform3D.cleared().components.values()) == {None}
    assert len(bz.Transform3D.cleared().components) == 8


@pytest.mark.parametrize("scale", [2, 2.0, [2], np.float32(2), [2, 2, 2], rr.Scale3D(2)])
def test_scales_are_for_all_axes_or_for_each(scale: Any) -> None:
    assert cell(bz.Transform3D(scale=scale), "scale").tolist() == [[2, 2, 2]]
    assert cell(bz.Transform3D.from_fields(scale=scale), "scale").tolist() == [[2, 2, 2]]


@pytest.mark.parametrize("relation", [2, "ChildFromParent", "childfromparent", bz.TransformRelation.ChildFromParent,
                                      rr.TransformRelation.ChildFromParent])  # fmt: skip
def test_relations(relation: Any) -> None:
    assert cell(bz.Transform3D(relation=relation), "relation").tolist() == [2]


def test_from_parent_is_a_relation() -> None:
    assert cell(bz.Transform3D(from_parent=True), "relation").tolist() == [2]
    assert bz.Transform3D(from_parent=False).components == {}


@pytest.mark.parametrize(
    "words",
    [
        {"rotation": np.eye(4)[0], "quaternion": np.eye(4)[0]},
        {"rotation": np.eye(4)[0], "rotation_axis_angle": bz.RotationAxisAngle([1, 0, 0], 1)},
        {"from_parent": True, "relation": 1},
        {"from_parent": 1},
        {"relation": "upwards"},
        {"relation": 3},
        {"translation": V3},
        {"scale": [1, 2]},
        {"scale": "big"},
        {"quaternion": [[0, 0, 0, 1], [0, 0, 0, 1]]},
        {"quaternion": [0, 0, 1]},
        {"rotation": "left"},
        {"child_frame": ""},
        {"child_frame": ["a", "b"]},
        {"parent_frame": 3},
    ],
    ids=lambda words: "+".join(f"{name}={value}" for name, value in words.items()),
)
def test_wrong_words_for_transforms_raise(words: dict[str, Any]) -> None:
    with pytest.raises(bz.ArgumentError, match=f"Transform3D.*({'|'.join(words)}|quaternion)"):
        bz.Transform3D(**words)


def test_frames_have_a_name() -> None:
    assert cell(bz.CoordinateFrame("map"), "frame") == ["map"]
    for wrong in ("", ["a", "b"], 3):
        with pytest.raises(bz.ArgumentError, match="CoordinateFrame frame"):
            bz.CoordinateFrame(wrong)  # type: ignore[arg-type]


# --- pinholes


@pytest.mark.parametrize(
    ("words", "matrix", "resolution"),
    [
        ({"image_from_camera": MATRIX}, MATRIX, None),
        ({"image_from_camera": MATRIX, "width": 4, "height": 6}, MATRIX, [4, 6]),
        ({"focal_length": 3, "width": 4, "height": 6}, [[3, 0, 2], [0, 3, 3], [0, 0, 1]], [4, 6]),
        ({"focal_length": np.float32(3), "resolution": (4, 6)}, [[3, 0, 2], [0, 3, 3], [0, 0, 1]], [4, 6]),
        ({"focal_length": [3], "resolution": [4, 6]}, [[3, 0, 2], [0, 3, 3], [0, 0, 1]], [4, 6]),
        ({"focal_length": (3, 5), "principal_point": [1, 2]}, [[3, 0, 1], [0, 5, 2], [0, 0, 1]], None),
        ({"fov_y": math.pi / 2, "aspect_ratio": 2}, [[0.5, 0, 1], [0, 0.5, 0.5], [0, 0, 1]], [2, 1]),
    ],
    ids=str,
)
def test_pinholes(words: dict[str, Any], matrix: Any, resolution: Any) -> None:
    found = bz.Pinhole(**words)
    np.testing.assert_allclose(cell(found, "image_from_camera"), [np.ravel(matrix, "F")], rtol=1e-6)
    if resolution is None:
        assert "Pinhole:resolution" not in found.components
    else:
        assert cell(found, "resolution").tolist() == [resolution]


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"resolution": [4, 6]},
        {"focal_length": 3},
        {"focal_length": 3, "width": 4},
        {"focal_length": 3, "height": 4},
        {"focal_length": 3, "width": 4, "height": 6, "resolution": [4, 6]},
        {"image_from_camera": MATRIX, "focal_length": 3},
        {"image_from_camera": MATRIX, "principal_point": [1, 2]},
        {"image_from_camera": MATRIX, "fov_y": 1, "aspect_ratio": 1},
        {"fov_y": 1},
        {"fov_y": 1, "resolution": [4, 6]},
        {"aspect_ratio": 1, "focal_length": 3, "resolution": [4, 6]},
        {"fov_y": 1, "aspect_ratio": 1, "focal_length": 3},
        {"fov_y": 1, "aspect_ratio": 1, "width": 4, "height": 6},
        {"fov_y": -1, "aspect_ratio": 1},
        {"fov_y": 4, "aspect_ratio": 1},
        {"fov_y": math.nan, "aspect_ratio": 1},
        {"fov_y": math.inf, "aspect_ratio": 1},
        {"fov_y": [1, 2], "aspect_ratio": 1},
        {"fov_y": 1, "aspect_ratio": "wide"},
        {"focal_length": [1, 2, 3], "resolution": [4, 6]},
        {"focal_length": [], "resolution": [4, 6]},
        {"focal_length": "long", "resolution": [4, 6]},
        {"focal_length": 3, "resolution": [4, 6, 3]},
        {"focal_length": 3, "resolution": 4},
        {"focal_length": 3, "principal_point": 4},
        {"focal_length": 3, "width": "4", "height": 6},
        {"image_from_camera": np.eye(4)},
        {"image_from_camera": [MATRIX, MATRIX]},
        {"image_from_camera": MATRIX, "camera_xyz": "RRR"},
        {"image_from_camera": MATRIX, "color": [(1, 2, 3), (4, 5, 6)]},
        {"image_from_camera": MATRIX, "color": (300, 0, 0)},
        {"image_from_camera": MATRIX, "line_width": [1, 2]},
        {"image_from_camera": MATRIX, "image_plane_distance": "far"},
        {"image_from_camera": MATRIX, "child_frame": ""},
    ],
    ids=lambda words: "+".join(f"{name}={value}" for name, value in words.items()),
)
def test_wrong_words_for_pinholes_raise(words: dict[str, Any]) -> None:
    with pytest.raises(bz.ArgumentError, match=r"^Pinhole ") as raised:
        bz.Pinhole(**words)
    assert len(str(raised.value).splitlines()) == 1


# --- view coordinates


@pytest.mark.parametrize(
    "xyz",
    [
        "RDF",
        ["R", "D", "F"],
        ["Right", "Down", "Forward"],
        ("right", "down", "forward"),
        [3, 2, 5],
        np.array([3, 2, 5], np.uint8),
        bz.ViewCoordinates.RDF,
        bz.ViewCoordinates.RIGHT_HAND_Y_DOWN,
        rr.ViewCoordinates.RDF,
    ],
    ids=str,
)
def test_view_coordinates(xyz: Any) -> None:
    for found in (
        cell(bz.ViewCoordinates(xyz), "xyz"),
        cell(bz.Pinhole.from_fields(camera_xyz=xyz), "camera_xyz"),
    ):
        assert (found.dtype, found.tolist()) == (np.uint8, [[3, 2, 5]])


@pytest.mark.parametrize(
    "xyz",
    [
        "RD",
        "RDFU",
        "RDX",
        "RRR",
        "UDF",
        [1, 2, 3],
        [3, 2],
        [3, 2, 7],
        [3, 2, 5.5],
        [[3, 2, 5]],
        3,
        [True, 3, 5],
        object(),
    ],
    ids=str,
)
def test_wrong_view_coordinates_raise(xyz: Any) -> None:
    with pytest.raises(bz.ArgumentError, match="ViewCoordinates xyz"):
        bz.ViewCoordinates(xyz)


def test_constants_can_be_logged() -> None:
    rec = bz.Recording()
    rec.log("world", bz.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
    assert rec.components(rec.entities()[0]).keys() == {"ViewCoordinates:xyz"}


def test_a_constant_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="RDX"):
        _ = bz.ViewCoordinates.RDX


def test_constants_of_a_pinhole_are_copied() -> None:
    pinhole = bz.Pinhole(image_from_camera=MATRIX, camera_xyz=bz.ViewCoordinates.RUB)
    cell(pinhole, "camera_xyz")[:] = 0
    assert cell(bz.ViewCoordinates.RUB, "xyz").tolist() == [[3, 1, 6]]
