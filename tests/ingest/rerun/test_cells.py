"""Every component, as the real SDK writes it and in every other form that is accepted."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import rerun as rr

from blazon.ingest import sources
from blazon.ingest.annotations import CONTEXT, AnnotationContext, AnnotationInfo, ClassDescription
from blazon.ingest.archetypes.schema import COMPONENTS
from blazon.ingest.chunk import ImageFormat, Ragged
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import TimeKind, Timeline, TimeRange
from tests.ingest.rerun.rrd_bytes import HEADER, arrow_msg, cells_between, comparable, ipc, with_footer

FRAME = Timeline("frame", TimeKind.SEQUENCE)
THING = EntityPath(("thing",))


def f32(*values: Any) -> np.ndarray:
    return np.array(values, np.float32)


def u8(*values: int) -> np.ndarray:
    return np.array(values, np.uint8)


IDS = np.arange(6, dtype=np.uint16).reshape(2, 3) * 300
FLAG, ORDER = np.array([True]), {"draw_order": f32(3)}
INSTANCES: dict[str, Any] = {
    "radii": f32(1.5, -2),
    "colors": np.array([0xFF000080, 0x00FF00FF], np.uint32),
    "labels": ["a", "é"],
    "show_labels": FLAG,
    "class_ids": np.array([1, 65535], np.uint16),
    **ORDER,
}
GIVEN = {"radii": [1.5, -2], "colors": [(255, 0, 0, 128), (0, 255, 0)], "labels": ["a", "é"], "show_labels": True}
MORE = {"class_ids": [1, 65535], "draw_order": 3.0}

LOGGED: list[tuple[Any, dict[str, Any]]] = [
    (
        rr.Points2D([[1, 2], [3, 4]], keypoint_ids=[7, 8], **GIVEN, **MORE),
        {**INSTANCES, "positions": f32([1, 2], [3, 4]), "keypoint_ids": np.array([7, 8], np.uint16)},
    ),
    (
        rr.Boxes2D(centers=[[1, 2], [3, 4]], half_sizes=[[5, 6], [7, 8]], **GIVEN, **MORE),
        {**INSTANCES, "centers": f32([1, 2], [3, 4]), "half_sizes": f32([5, 6], [7, 8])},
    ),
    (
        rr.LineStrips2D([[[0, 0], [1, 1]], [[2, 2], [3, 3], [4, 5]]], **GIVEN, **MORE),
        {**INSTANCES, "strips": Ragged(f32([0, 0], [1, 1], [2, 2], [3, 3], [4, 5]), np.array([0, 2, 5]))},
    ),
    (
        rr.SegmentationImage(IDS, opacity=0.5, draw_order=3.0),
        {
            "buffer": IDS.view(np.uint8).ravel(),
            "format": ImageFormat(3, 2, channel_datatype=8),
            "opacity": f32(0.5),
            **ORDER,
        },
    ),
    (
        rr.Image(
            np.arange(12, dtype=np.uint8).reshape(2, 2, 3), opacity=0.5, draw_order=3.0, magnification_filter="linear"
        ),
        {
            "buffer": u8(*range(12)),
            "format": ImageFormat(2, 2, color_model=2, channel_datatype=6),
            "opacity": f32(0.5),
            "magnification_filter": u8(2),
            **ORDER,
        },
    ),
    (
        rr.Image(bytes=bytes(6), width=2, height=2, pixel_format=rr.PixelFormat.NV12),
        {"buffer": u8(*[0] * 6), "format": ImageFormat(2, 2, pixel_format=26)},
    ),
    (
        rr.DepthImage(
            np.full((1, 2), 1.5, np.float32),
            colormap="viridis",
            depth_range=[0.5, 2.5],
            draw_order=3.0,
            magnification_filter="nearest",
        ),
        {
            "colormap": u8(6),
            "depth_range": f32([0.5, 2.5]),
            "buffer": f32(1.5, 1.5).view(np.uint8),
            "format": ImageFormat(2, 1, channel_datatype=34),
            "magnification_filter": u8(1),
            **ORDER,
        },
    ),
    (
        rr.EncodedImage(
            contents=b"\x89PNG", media_type="image/png", opacity=0.5, draw_order=3.0, magnification_filter="linear"
        ),
        {
            "blob": u8(*b"\x89PNG"),
            "media_type": ["image/png"],
            "opacity": f32(0.5),
            "magnification_filter": u8(2),
            **ORDER,
        },
    ),
    (rr.Clear(recursive=True), {"is_recursive": FLAG}),
    (
        rr.AnnotationContext(
            [
                rr.ClassDescription(
                    info=(7, "cat", (1, 2, 3)), keypoint_annotations=[(0, "tail"), 1], keypoint_connections=[(0, 1)]
                ),
                (9, "dog"),
            ]
        ),
        {
            "context": AnnotationContext(
                [
                    ClassDescription(
                        info=AnnotationInfo(7, "cat", (1, 2, 3)),
                        keypoint_annotations=[(0, "tail"), 1],
                        keypoint_connections=[(0, 1)],
                    ),
                    (9, "dog"),
                ]
            )
        },
    ),
    (rr.AnyValues(instance_ids=np.array([-5, 2**40], np.int64)), {"": np.array([-5, 2**40], np.int64)}),
]


def name_of(archetype: Any, field: str) -> str:
    return f"{type(archetype).__name__}:{field}" if field else "instance_ids"


@pytest.fixture(scope="module")
def logged(save: Callable[..., Path]) -> Recording:
    """Everything in `LOGGED`, the nth at frame n of entity n; then all of it partially updated, and then cleared."""

    def log(stream: rr.RecordingStream) -> None:
        for frame, (archetype, _) in enumerate(LOGGED):
            stream.set_time("frame", sequence=frame)
            stream.log(str(frame), archetype)
        stream.set_time("frame", sequence=100)
        stream.log("0", rr.Points2D.from_fields(class_ids=[2]))
        stream.set_time("frame", sequence=200)
        for frame, (archetype, _) in enumerate(LOGGED):
            if hasattr(type(archetype), "cleared"):
                stream.log(str(frame), type(archetype).cleared())

    return sources.load(save(log))


@pytest.mark.parametrize("frame", range(len(LOGGED)))
def test_what_the_sdk_logs_is_read(logged: Recording, frame: int) -> None:
    archetype, expected = LOGGED[frame]
    for field, value in expected.items():
        name = name_of(archetype, field)
        (found,) = cells_between(logged, EntityPath((str(frame),)), name, FRAME, TimeRange(frame, frame))
        assert comparable(found) == comparable(value), field
        assert logged.latest(EntityPath((str(frame),)), name, At(FRAME, frame - 1)) is None
    assert not logged.notices.list()


def test_all_components_are_covered_but_those_that_the_sdk_lacks() -> None:
    covered = {name_of(archetype, field) for archetype, expected in LOGGED for field in expected}
    here = {name.partition(":")[0] for name in covered}  # the others: test_cells3d.py
    lacking = {name for name in COMPONENTS if name.partition(":")[0] in here} - covered
    assert lacking == {
        "SegmentationImage:magnification_filter",
        "DepthImage:meter",
        "DepthImage:point_fill_ratio",
    }


def test_a_partial_update_leaves_the_other_components(logged: Recording) -> None:
    at = At(FRAME, 150)
    entity = EntityPath(("0",))
    ids, positions = (logged.latest(entity, f"Points2D:{field}", at) for field in ("class_ids", "positions"))
    assert ids is not None
    assert positions is not None
    assert (ids.time, ids.value.tolist()) == (100, [2])
    assert (positions.time, positions.value.tolist()) == (0, [[1, 2], [3, 4]])


@pytest.mark.parametrize("frame", [frame for frame, (each, _) in enumerate(LOGGED) if hasattr(type(each), "cleared")])
def test_cleared_components_are_there_and_empty(logged: Recording, frame: int) -> None:
    archetype, expected = LOGGED[frame]
    for field in expected:
        cell = logged.newest(EntityPath((str(frame),)), name_of(archetype, field), FRAME)
        assert cell is not None
        assert cell.time == 200
        if field == "context":  # which the SDK clears by logging a context without classes
            assert cell.value.classes == {}
        else:
            assert cell.value is None if field == "format" else len(cell.value) == 0
        if isinstance(expected[field], np.ndarray):
            assert (cell.value.dtype, cell.value.ndim) == (expected[field].dtype, expected[field].ndim)


def test_several_timelines_columns_and_unsorted_times(save: Callable[..., Path]) -> None:
    def log(stream: rr.RecordingStream) -> None:
        frames = rr.TimeColumn("frame", sequence=[12, 10, 11])
        stamps = rr.TimeColumn("stamp", timestamp=np.array([3, 1, 2], "datetime64[s]"))
        waits = rr.TimeColumn("wait", duration=np.array([30, 10, 20], "timedelta64[ms]"))
        points = rr.Points2D.columns(positions=np.arange(12).reshape(6, 2), class_ids=[1, 1, 2, 2, 0, 0])
        stream.send_columns("thing", indexes=[frames, stamps, waits], columns=points.partition([1, 2, 3]))
        stream.log("thing", rr.Points2D.from_fields(radii=9.0), static=True)

    recording = sources.load(save(log))
    assert {
        (each.timeline.name, each.timeline.kind.value, each.covered.first, each.covered.last)
        for each in recording.timelines()
    } == {
        ("frame", "sequence", 10, 12),
        ("stamp", "timestamp", 1_000_000_000, 3_000_000_000),
        ("wait", "duration", 10_000_000, 30_000_000),
    }
    wanted = {9: None, 10: [[2, 3], [4, 5]], 11: [[6, 7], [8, 9], [10, 11]], 12: [[0, 1]], 99: [[0, 1]]}
    for frame, positions in wanted.items():
        cell = recording.latest(THING, "Points2D:positions", At(FRAME, frame))
        assert (cell and cell.value.tolist()) == positions
        static = recording.latest(THING, "Points2D:radii", At(FRAME, frame))
        assert static is not None
        assert static.value.tolist() == [9]


# --- what the SDK doesn't write


Loader = Callable[..., Recording]


@pytest.fixture
def read(load_bytes: Loader) -> Callable[..., Any]:
    """`read(name, array)` gives the cells of a column of component `name`, None where there is none."""

    def read(name: str, array: pa.Array) -> list[Any]:
        frames = list(range(len(array)))
        recording = load_bytes(with_footer(HEADER + arrow_msg(ipc({name: array}, frames=frames)), b""))
        found = []
        for frame in frames:
            found += list(cells_between(recording, THING, name, FRAME, TimeRange(frame, frame))) or [None]
        assert not recording.notices.list()
        return found

    return read


SIZE = pa.struct({"width": pa.uint32(), "height": pa.uint32()})
BLOBS = pa.list_(pa.list_(pa.uint8()))
VECTOR = pa.list_(pa.float32(), 2)
SLICED = pa.array([[9.0], [1.0, None], None, [], [2.0]], pa.list_(pa.float32()))[1:]


@pytest.mark.parametrize(
    ("name", "array", "expected"),
    [
        ("Points2D:radii", SLICED, [f32(1, math.nan), None, f32(), f32(2)]),
        ("Points2D:radii", pa.array([[1.5]], pa.list_(pa.float64())), [f32(1.5)]),
        ("Points2D:radii", pa.array([[1e300]], pa.list_(pa.float64())), [f32(math.inf)]),
        ("Points2D:radii", pa.array([[np.float16(1.5), None]], pa.list_(pa.float16())), [f32(1.5, math.nan)]),
        ("Points2D:radii", pa.array([[1.5], [2.5]], pa.large_list(pa.float32()))[1:], [f32(2.5)]),
        (
            "Points2D:positions",
            pa.array([[[0, 0]], [[1, 2], None], [[3, None]]], pa.list_(VECTOR))[1:],
            [f32([1, 2], [math.nan, math.nan]), f32([3, math.nan])],
        ),
        ("Points2D:class_ids", pa.array([[1, None]], pa.list_(pa.int64())), [np.array([1, 0])]),
        ("Points2D:class_ids", pa.array([[2**32 - 1]], pa.list_(pa.uint64())), [np.array([2**32 - 1], np.uint64)]),
        ("instance_ids", pa.array([[2**64 - 1]], pa.list_(pa.uint64())), [np.array([2**64 - 1], np.uint64)]),
        ("Points2D:colors", pa.array([[None, 5]], pa.list_(pa.uint32())), [np.array([0, 5], np.uint32)]),
        ("Points2D:labels", pa.array([["x"], ["é", None, ""]], pa.list_(pa.large_string()))[1:], [["é", "", ""]]),
        ("Clear:is_recursive", pa.array([[True], [None, True]], pa.list_(pa.bool_()))[1:], [np.array([False, True])]),
        ("Image:magnification_filter", pa.array([[2, None]], pa.list_(pa.uint8())), [u8(2, 0)]),
        ("Image:buffer", pa.array([[[1, 2]], [[3], [4]], [], [None]], BLOBS)[1:], [u8(3), u8(), u8()]),
        ("Image:buffer", pa.array([[[3, None]]], pa.list_(pa.large_list(pa.uint8()))), [u8(3, 0)]),
        ("EncodedImage:blob", pa.array([[b"a"], [b"bc"], []], pa.list_(pa.binary()))[1:], [u8(*b"bc"), u8()]),
        ("EncodedImage:blob", pa.array([[b"bc"]], pa.list_(pa.large_binary())), [u8(*b"bc")]),
        (
            "Image:format",
            pa.array([[{"width": 3, "height": None}], [None]], pa.list_(SIZE)),
            [ImageFormat(3, 0), None],
        ),
        (
            "LineStrips2D:strips",
            pa.array([[[[0, 0]]], [[[1, 1], [2, 2]], None, [], [[3, 3]]], []], pa.list_(pa.list_(VECTOR)))[1:],
            [
                Ragged(f32([1, 1], [2, 2], [3, 3]), np.array([0, 2, 2, 2, 3])),
                Ragged(np.zeros((0, 2), np.float32), np.array([0])),
            ],
        ),
    ],
)  # fmt: skip
def test_other_forms_are_read(read: Callable[..., list[Any]], name: str, array: pa.Array, expected: list[Any]) -> None:
    assert list(map(comparable, read(name, array))) == list(map(comparable, expected))


INFO = pa.struct({"id": pa.uint16(), "label": pa.string(), "color": pa.uint32()})
DESCRIPTION = pa.struct(
    {
        "info": INFO,
        "keypoint_annotations": pa.list_(INFO),
        "keypoint_connections": pa.list_(pa.struct({"keypoint0": pa.uint16(), "keypoint1": pa.uint16()})),
    }
)
CONTEXTS = pa.list_(pa.list_(pa.struct({"class_id": pa.uint16(), "class_description": DESCRIPTION})))


def test_contexts_go_by_class_id_and_the_last_duplicate_wins(read: Callable[..., list[Any]]) -> None:
    def entry(class_id: int, info: Any, **more: Any) -> dict[str, Any]:
        return {"class_id": class_id, "class_description": {"info": info, **more}}

    old, new = {"id": 7, "label": "old", "color": None}, {"id": 8, "label": None, "color": 5}
    array = pa.array([[[entry(1, old), entry(1, new), entry(2, None), None]], [[]], []], CONTEXTS)
    first, empty, cleared = read(CONTEXT, array)
    assert {key: each.info for key, each in first.classes.items()} == {
        1: AnnotationInfo(8, None, 5),
        2: AnnotationInfo(2),
    }
    assert empty.classes == {}
    assert cleared is None


def test_a_context_is_one_object_as_long_as_its_chunk(logged: Recording) -> None:
    frame = next(index for index, (each, _) in enumerate(LOGGED) if isinstance(each, rr.AnnotationContext))
    entity, at = EntityPath((str(frame),)), At(FRAME, frame)
    first, second = logged.latest(entity, CONTEXT, at), logged.latest(entity, CONTEXT, at)
    assert first is not None
    assert second is not None
    assert first.value is second.value


def test_big_payloads_are_not_copied(save: Callable[..., Path]) -> None:
    def log(stream: rr.RecordingStream) -> None:
        stream.log("thing", rr.SegmentationImage(np.ones((500, 700), np.uint8)), static=True)

    recording = sources.load(save(log))
    first, second = (recording.latest(THING, "SegmentationImage:buffer", At(None)) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.value.nbytes == 350_000
    assert np.shares_memory(first.value, second.value)
    assert not first.value.flags.owndata


@pytest.mark.parametrize(
    ("name", "array", "complaint"),
    [
        ("Points2D:radii", pa.array([["x"]]), "has type list<item: string>; expected float32 (n,)"),
        ("Points2D:radii", pa.array([1.0]), "has type double; expected float32 (n,)"),
        ("Points2D:positions", pa.array([[[1, 2, 3]]], pa.list_(pa.list_(pa.float32(), 3))), "expected float32 (n, 2)"),
        ("Points2D:class_ids", pa.array([[-1]], pa.list_(pa.int64())), "holds -1; ids go from 0 to 2^32−1"),
        ("Points2D:keypoint_ids", pa.array([[2**32]], pa.list_(pa.uint64())), "holds 4294967296; ids go from"),
        ("Points2D:class_ids", pa.array([[1.0]]), "expected integers (n,)"),
        ("AnnotationContext:context", pa.array([[[{"class_id": 1}]]]), "expected an AnnotationContext"),
        ("Image:format", pa.array([[{"width": 1}]]), "expected an ImageFormat"),
        ("Image:buffer", pa.array([[[1.0]]]), "expected uint8 (n,)"),
    ],
)  # fmt: skip
def test_what_has_another_type_is_left_out_with_a_notice(
    load_bytes: Loader, name: str, array: pa.Array, complaint: str
) -> None:
    other = pa.array([["fine"]])
    recording = load_bytes(HEADER + arrow_msg(ipc({name: array, "Points2D:labels": other}, frames=[5])))
    for _ in range(2):
        assert recording.latest(THING, name, At(FRAME, 5)) is None
        assert recording.latest(THING, "Points2D:labels", At(FRAME, 5)) is not None
        recording.cache = type(recording.cache)()  # so that the chunk is loaded again, and says the same again
    (notice,) = (each for each in recording.notices.list() if "end mark" not in each.what)
    assert notice.entity == THING
    assert notice.count == 1
    assert notice.what.startswith(f"component {name} ")
    assert complaint in notice.what
    labels = recording.latest(THING, "Points2D:labels", At(FRAME, 5))
    assert labels is not None
    assert labels.value == ["fine"]


def test_unknown_components_are_counted_and_stay_arrow(save: Callable[..., Path]) -> None:
    def log(stream: rr.RecordingStream) -> None:
        stream.set_time("frame", sequence=0)
        stream.log("thing", rr.AnyValues(speed=[1.5, 2.5]))
        stream.set_time("frame", sequence=1)
        stream.log("thing", rr.AnyValues(speed=[3.5]))

    recording = sources.load(save(log))
    assert recording.components(THING) == {"speed": 2}
    cell = recording.latest(THING, "speed", At(FRAME, 1))
    assert cell is not None
    assert isinstance(cell.value, pa.Array)
    assert cell.value.to_pylist() == [[3.5]]
