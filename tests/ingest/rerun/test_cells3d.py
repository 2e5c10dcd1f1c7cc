"""Archetypes of space: words mean the same to the real SDK and to blazon, and all other Arrow forms are read."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import rerun as rr

import blazon as bz
from blazon.ingest import sources
from blazon.ingest.archetypes.schema import COMPONENTS
from blazon.ingest.chunk import Ragged
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.recording import LOG_TIME, Recording
from blazon.ingest.timeline import TimeKind, Timeline, TimeRange
from tests.ingest.rerun.rrd_bytes import HEADER, arrow_msg, cells_between, comparable, ipc, with_footer

THING = EntityPath(("thing",))
FRAME = Timeline("frame", TimeKind.SEQUENCE)
V3 = [[1.5, 2, 3], [4, 5, 6]]
V2 = [[1.5, 2], [3, 4]]
ROWS = [[1, 2, 3], [4, 5, 6], [7, 8, 10]]
INSTANCES = {
    "radii": [1.5, -2],
    "colors": [(255, 0, 0, 128), (0, 255, 0)],
    "labels": ["a", "é"],
    "show_labels": True,
    "class_ids": [1, 65535],
}
WORDS: dict[str, Callable[[Any], Any]] = {  # what both `rerun` and `blazon` can be asked for
    "points": lambda sdk: sdk.Points3D(V3, keypoint_ids=[7, 8], point_shading="gradient", **INSTANCES),
    "one point": lambda sdk: sdk.Points3D([1, 2, 3], point_shading="Flat"),
    "flat points": lambda sdk: sdk.Points3D([1, 2, 3, 4, 5, 6]),
    "no points": lambda sdk: sdk.Points3D([]),
    "some of the points": lambda sdk: sdk.Points3D.from_fields(radii=[2.0]),
    "boxes": lambda sdk: sdk.Boxes3D(
        half_sizes=V3,
        centers=V3,
        quaternions=[sdk.Quaternion(xyzw=[0, 0, 1, 1]), sdk.Quaternion(xyzw=[0, 0, 0, 2])],
        rotation_axis_angles=[sdk.RotationAxisAngle([0, 0, 2], degrees=45), sdk.RotationAxisAngle([1, 0, 0], 0.5)],
        fill_mode="solid",
        **INSTANCES,
    ),
    "boxes by sizes and mins": lambda sdk: sdk.Boxes3D(sizes=V3, mins=[1, 1, 1], fill_mode=4),
    "boxes by half sizes and mins": lambda sdk: sdk.Boxes3D(half_sizes=[V3[0]], mins=V3),
    "boxes turned by numbers": lambda sdk: sdk.Boxes3D(half_sizes=V3, quaternions=[[0, 0, 0, 1], [0, 1, 0, 0]]),
    "boxes turned by either, numbers": lambda sdk: sdk.Boxes3D(half_sizes=V3, rotations=np.eye(4)),
    "boxes turned by either, quaternions": lambda sdk: sdk.Boxes3D(
        half_sizes=V3, rotations=[sdk.Quaternion(xyzw=[1, 0, 0, 0])]
    ),
    "boxes turned by either, angles": lambda sdk: sdk.Boxes3D(
        half_sizes=V3, rotations=[sdk.RotationAxisAngle([1, 1, 0], radians=1)]
    ),
    "boxes turned by one": lambda sdk: sdk.Boxes3D(rotations=sdk.RotationAxisAngle([1, 1, 0], angle=1)),
    "strips": lambda sdk: sdk.LineStrips3D([V3, [*V3, [7, 8, 9]]], **INSTANCES),
    "one strip": lambda sdk: sdk.LineStrips3D([V3]),
    "strips as an array": lambda sdk: sdk.LineStrips3D(np.arange(12.0).reshape(2, 2, 3)),
    "arrows in the plane": lambda sdk: sdk.Arrows2D(vectors=V2, origins=V2, draw_order=3.0, **INSTANCES),
    "arrows": lambda sdk: sdk.Arrows3D(vectors=V3, origins=V3, **INSTANCES),
    "transform by axis": lambda sdk: sdk.Transform3D(
        translation=[1, 2, 3],
        rotation=sdk.RotationAxisAngle([0, 1, 0], degrees=90),
        scale=[1, 2, 3],
        relation=sdk.TransformRelation.ChildFromParent,
        child_frame="c",
        parent_frame="p",
    ),
    "transform by quaternion": lambda sdk: sdk.Transform3D(rotation=sdk.Quaternion(xyzw=[0, 0, 3, 4]), scale=2),
    "transform by both": lambda sdk: sdk.Transform3D(
        quaternion=[0, 0, 0, 1], rotation_axis_angle=sdk.RotationAxisAngle([0, 1, 0], radians=3)
    ),
    "transform by matrix": lambda sdk: sdk.Transform3D(mat3x3=ROWS, relation="parentfromchild"),
    "transform by nine numbers": lambda sdk: sdk.Transform3D(mat3x3=np.arange(9)),
    "some of a transform": lambda sdk: sdk.Transform3D.from_fields(translation=[1, 2, 3]),
    "only some of a transform": lambda sdk: sdk.Transform3D.from_fields(clear_unset=True, translation=[1, 2, 3]),
    "poses": lambda sdk: sdk.InstancePoses3D(
        translations=V3,
        rotation_axis_angles=[sdk.RotationAxisAngle([0, 1, 0], degrees=90)],
        quaternions=[sdk.Quaternion(xyzw=[0, 0, 3, 4])],
        scales=V3,
        mat3x3=[ROWS, np.eye(3)],
    ),
    "poses by one matrix": lambda sdk: sdk.InstancePoses3D(mat3x3=ROWS),
    "frame": lambda sdk: sdk.CoordinateFrame("x"),
    "axes": lambda sdk: sdk.TransformAxes3D(1.5, show_frame=True),
    "pinhole by matrix": lambda sdk: sdk.Pinhole(
        image_from_camera=ROWS,
        resolution=[640, 480],
        camera_xyz=sdk.ViewCoordinates.RUB,
        child_frame="c",
        parent_frame="p",
        image_plane_distance=2.5,
        color=[255, 0, 0],
        line_width=-3.0,
    ),
    "pinhole by focal length": lambda sdk: sdk.Pinhole(focal_length=300, width=640, height=480),
    "pinhole by two focal lengths": lambda sdk: sdk.Pinhole(focal_length=[300, 200], resolution=[640, 480]),
    "pinhole by its middle": lambda sdk: sdk.Pinhole(focal_length=300.0, principal_point=[3, 4]),
    "pinhole by angle": lambda sdk: sdk.Pinhole(fov_y=0.8, aspect_ratio=1.5, camera_xyz=[3, 2, 5]),
    "pinhole of no angle": lambda sdk: sdk.Pinhole(fov_y=0, aspect_ratio=1.5, principal_point=[0, 0]),
    "some of a pinhole": lambda sdk: sdk.Pinhole.from_fields(image_plane_distance=3),
    "view coordinates by number": lambda sdk: sdk.ViewCoordinates([3, 5, 1]),
    "view coordinates by name": lambda sdk: sdk.ViewCoordinates(["Right", "down", "Forward"]),
    "depth": lambda sdk: sdk.DepthImage(np.ones((2, 3), np.uint16), meter=1000, point_fill_ratio=0.5),
}
HANDS = [f"{hand}_HAND_{axis}_{way}" for hand in ("LEFT", "RIGHT") for axis in "XYZ" for way in ("UP", "DOWN")]
LETTERS = [name for name in dir(rr.ViewCoordinates) if len(name) == 3 and name.isupper()]


@pytest.fixture(scope="module")
def logged(save: Callable[..., Path]) -> Recording:
    """What the SDK makes of `WORDS` and of its constants, each at an entity of its own."""

    def log(stream: rr.RecordingStream) -> None:
        for name, make in WORDS.items():
            stream.log([name], make(rr))
        for name in HANDS + LETTERS:
            stream.log(name, getattr(rr.ViewCoordinates, name))

    return sources.load(save(log))


def cells_of(recording: Recording, name: str) -> dict[str, Any]:
    """The cells at the entity called `name`, as lists; None where one is empty."""
    entity = EntityPath((name,))
    found = {component: recording.newest(entity, component, LOG_TIME) for component in recording.components(entity)}
    return {component: as_lists(cell.value) for component, cell in found.items() if cell is not None}


def as_lists(cell: Any) -> Any:
    if isinstance(cell, Ragged):
        return [cell.points.tolist(), cell.offsets.tolist()]
    if isinstance(cell, np.ndarray) and cell.dtype == np.float64:
        cell = cell.astype(np.float32)  # the wire has no more
    return (cell.tolist() if isinstance(cell, np.ndarray) else cell) or None if hasattr(cell, "__len__") else cell


@pytest.mark.parametrize("name", WORDS)
def test_words_mean_what_they_mean_to_the_sdk(logged: Recording, name: str) -> None:
    ours = {component: as_lists(cell) for component, cell in WORDS[name](bz).components.items()}
    theirs = cells_of(logged, name)
    assert ours == theirs
    assert not logged.notices.list()


@pytest.mark.parametrize("name", HANDS + LETTERS)
def test_constants_are_the_sdk_s(logged: Recording, name: str) -> None:
    constant = getattr(bz.ViewCoordinates, name)
    assert isinstance(constant, bz.ViewCoordinates)
    assert {component: as_lists(cell) for component, cell in constant.components.items()} == cells_of(logged, name)


def test_all_constants_are_covered() -> None:
    assert len(LETTERS) == 48


def test_all_components_are_covered_but_those_of_old_sdks() -> None:
    covered: set[str] = set().union(*(make(bz).components for make in WORDS.values()))
    ours = {name.split(":")[0] for name in covered}
    of_space = {name for name in COMPONENTS if name.split(":")[0] in ours - {"DepthImage"}}
    old = {"CoordinateFrame:frame_id", "Transform3D:axis_length"}
    assert of_space - covered == old
    assert {"DepthImage:meter", "DepthImage:point_fill_ratio"} < covered
    assert covered <= COMPONENTS.keys()


KINDS: Mapping[str, Any] = {
    "points/Points3D:positions": np.array(V3, np.float32),
    "points/Points3D:point_shading": np.array([1], np.uint8),
    "boxes/Boxes3D:quaternions": np.array([[0, 0, 1, 1], [0, 0, 0, 2]], np.float32),
    "boxes/Boxes3D:rotation_axis_angles": np.array([[0, 0, 2, math.pi / 4], [1, 0, 0, 0.5]], np.float32),
    "boxes/Boxes3D:fill_mode": np.array([3], np.uint8),
    "arrows in the plane/Arrows2D:vectors": np.array(V2, np.float32),
    "strips/LineStrips3D:strips": Ragged(np.array([*V3, *V3, [7, 8, 9]], np.float32), np.array([0, 2, 5])),
    "transform by matrix/Transform3D:mat3x3": np.array([[1, 4, 7, 2, 5, 8, 3, 6, 10]], np.float32),
    "transform by matrix/Transform3D:relation": np.array([1], np.uint8),
    "transform by axis/Transform3D:child_frame": ["c"],
    "pinhole by matrix/Pinhole:camera_xyz": np.array([[3, 1, 6]], np.uint8),
    "pinhole by matrix/Pinhole:color": np.array([0xFF0000FF], np.uint32),
    "pinhole by matrix/Pinhole:resolution": np.array([[640, 480]], np.float32),
    "RDF/ViewCoordinates:xyz": np.array([[3, 2, 5]], np.uint8),
    "only some of a transform/Transform3D:rotation_axis_angle": np.zeros((0, 4), np.float32),
    "only some of a transform/Transform3D:mat3x3": np.zeros((0, 9), np.float32),
    "only some of a transform/Transform3D:parent_frame": [],
    "no points/Points3D:positions": np.zeros((0, 3), np.float32),
}


@pytest.mark.parametrize("where", KINDS)
def test_cells_have_their_canonical_form(logged: Recording, where: str) -> None:
    name, component = where.split("/")
    cell = logged.newest(EntityPath((name,)), component, LOG_TIME)
    assert cell is not None
    assert comparable(cell.value) == comparable(KINDS[where])


# --- what the SDK doesn't write


def f32(*values: Any) -> np.ndarray:
    return np.array(values, np.float32)


NAN = math.nan
VECTOR = pa.list_(pa.float32(), 3)
TURN = pa.struct({"axis": VECTOR, "angle": pa.float32()})
ZERO = {"axis": [0, 0, 0], "angle": 0}
X = {"axis": [1, 0, 0], "angle": 2}


@pytest.mark.parametrize(
    ("name", "array", "expected"),
    [
        (
            "Points3D:positions",
            pa.array([[[0, 0, 0]], [[1, 2, 3], None], [[3, None, 5]], []], pa.list_(VECTOR))[1:],
            [f32([1, 2, 3], [NAN, NAN, NAN]), f32([3, NAN, 5]), np.zeros((0, 3), np.float32)],
        ),
        (
            "Points3D:positions",
            pa.array([[[1, 2, 1e300]], None], pa.large_list(pa.list_(pa.float64(), 3))),
            [f32([1, 2, math.inf]), None],
        ),
        (
            "Boxes3D:rotation_axis_angles",
            pa.array([[ZERO], [X, None], [{"axis": None, "angle": 1}], [{"axis": [0, 1, 0], "angle": None}]],
                     pa.list_(TURN))[1:],
            [f32([1, 0, 0, 2], [NAN] * 4), f32([NAN, NAN, NAN, 1]), f32([0, 1, 0, NAN])],
        ),
        (
            "Transform3D:rotation_axis_angle",
            pa.array([[X]], pa.list_(pa.struct({"axis": pa.list_(pa.float64(), 3), "angle": pa.float64()}))),
            [f32([1, 0, 0, 2])],
        ),
        (
            "Transform3D:quaternion",
            pa.array([[[0, 0, 0, 1]], [[1, 2, 3, 4]], [None]], pa.list_(pa.list_(pa.float32(), 4)))[1:],
            [f32([1, 2, 3, 4]), f32([NAN] * 4)],
        ),
        (
            "Pinhole:image_from_camera",
            pa.array([[range(9)]], pa.list_(pa.list_(pa.float32(), 9))),
            [f32(range(9))],
        ),
        (
            "ViewCoordinates:xyz",
            pa.array([[[9, 9, 9]], [[3, 5, 1], None], [[1, None, 2]]], pa.list_(pa.list_(pa.uint8(), 3)))[1:],
            [np.array([[3, 5, 1], [0, 0, 0]], np.uint8), np.array([[1, 0, 2]], np.uint8)],
        ),
        (
            "LineStrips3D:strips",
            pa.array([[[[0, 0, 0]]], [[[1, 1, 1], [2, 2, 2]], None, []]], pa.list_(pa.list_(VECTOR)))[1:],
            [Ragged(f32([1, 1, 1], [2, 2, 2]), np.array([0, 2, 2, 2]))],
        ),
        ("CoordinateFrame:frame_id", pa.array([["x"]], pa.list_(pa.string())), [["x"]]),
        ("Transform3D:axis_length", pa.array([[2.0]], pa.list_(pa.float32())), [f32(2)]),
    ],
)  # fmt: skip
def test_other_forms_are_read(
    load_bytes: Callable[..., Recording], name: str, array: pa.Array, expected: list[Any]
) -> None:
    recording, found = of_column(load_bytes, name, array)
    assert list(map(comparable, found)) == list(map(comparable, expected))
    assert not recording.notices.list()


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("Points3D:positions", pa.list_(pa.float32(), 2)),
        ("Points3D:positions", pa.list_(pa.int32(), 3)),
        ("Points3D:positions", pa.list_(pa.float32())),
        ("Transform3D:quaternion", VECTOR),
        ("Transform3D:mat3x3", VECTOR),
        ("Transform3D:rotation_axis_angle", pa.list_(pa.float32(), 4)),
        ("Transform3D:rotation_axis_angle", pa.struct({"axis": VECTOR})),
        ("Transform3D:rotation_axis_angle", pa.struct({"axis": VECTOR, "angle": pa.string()})),
        ("Transform3D:rotation_axis_angle", pa.struct({"axis": pa.list_(pa.float32(), 2), "angle": pa.float32()})),
        ("Transform3D:rotation_axis_angle", pa.struct([("axis", VECTOR), ("axis", VECTOR)])),
        ("ViewCoordinates:xyz", VECTOR),
        ("ViewCoordinates:xyz", pa.list_(pa.uint8(), 2)),
        ("LineStrips3D:strips", pa.list_(pa.list_(pa.float32(), 2))),
        ("Transform3D:relation", pa.string()),
        ("Transform3D:child_frame", pa.uint8()),
    ],
    ids=str,
)
def test_other_types_are_left_out_and_said(load_bytes: Callable[..., Recording], name: str, type_: Any) -> None:
    recording, found = of_column(load_bytes, name, pa.array([[]], pa.list_(type_)))
    assert found == [None]
    assert [name in str(each) for each in recording.notices.list()] == [True]


def of_column(load_bytes: Callable[..., Recording], name: str, array: pa.Array) -> tuple[Recording, list[Any]]:
    """A recording of one column of component `name`, and its cells, None where there is none."""
    frames = list(range(len(array)))
    recording = load_bytes(with_footer(HEADER + arrow_msg(ipc({name: array}, frames=frames)), b""))
    found: list[Any] = []
    for frame in frames:
        found += list(cells_between(recording, THING, name, FRAME, TimeRange(frame, frame))) or [None]
    return recording, found
