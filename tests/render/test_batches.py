"""Many entities that are built at once are what each is by itself: rows, bounds and what is told of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from blazon.ingest.annotations import AnnotationContext, ClassDescription
from blazon.ingest.entity_path import EntityPath
from blazon.render.class_filter import EVERYTHING, ClassFilter
from blazon.render.styles import make_table
from blazon.render.visualizers import boxes2d, points2d
from blazon.render.visualizers.batches import batches
from blazon.render.visualizers.layers import Built, RowsLayer
from blazon.render.visualizers.query import Query

CONTEXT = AnnotationContext(
    [
        ClassDescription(
            info=(1, "person", (255, 0, 0)),
            keypoint_annotations=[(0, "a"), (1, "b", (0, 255, 0)), 2],
            keypoint_connections=[(0, 1), (1, 2), (0, 3)],
        ),
        ClassDescription(info=(2, "other", (0, 0, 9, 80)), keypoint_connections=[(0, 1)]),
    ]
)
NUMBERS = st.sampled_from([0.0, 1.5, -4.0, 30.0, np.nan])
IDS = st.sampled_from([0, 1, 2, 70000])


def field(draw: Any, n: int, values: st.SearchStrategy, dtype: type, width: int = 0) -> np.ndarray | None:
    """Nothing, or as many values as there are instances, or fewer, or more."""
    length = draw(st.sampled_from([0, 1, n, n + 1]))
    made = [draw(st.tuples(*[values] * width) if width else values) for _ in range(length)]
    return np.array(made, dtype).reshape(-1, width) if width else np.array(made, dtype)


@st.composite
def people(draw: Any) -> dict[str, Any]:
    """The cells of a row of points."""
    n = draw(st.integers(1, 6))
    values = {"Points2D:positions": np.array([draw(st.tuples(NUMBERS, NUMBERS)) for _ in range(n)], np.float32)}
    for name, dtype in (("class_ids", np.uint32), ("keypoint_ids", np.uint32)):
        if draw(st.booleans()):
            values[f"Points2D:{name}"] = field(draw, n, st.integers(0, 3), dtype)
    if draw(st.booleans()):
        values["Points2D:radii"] = field(draw, n, NUMBERS, np.float32)
    if draw(st.integers(0, 3)) == 0:
        values["Points2D:draw_order"] = np.array([draw(st.sampled_from([1.0, 5.0]))], np.float32)
    if draw(st.integers(0, 3)) == 0:
        values["instance_ids"] = field(draw, n, st.integers(0, 1), np.int64)
    return values


@st.composite
def boxes(draw: Any) -> dict[str, Any]:
    """The cells of a row of boxes."""
    n = draw(st.integers(1, 5))
    values = {"Boxes2D:half_sizes": np.array([draw(st.tuples(NUMBERS, NUMBERS)) for _ in range(n)], np.float32)}
    if draw(st.booleans()):
        values["Boxes2D:centers"] = field(draw, n, NUMBERS, np.float32, 2)
    if draw(st.booleans()):
        values["Boxes2D:class_ids"] = field(draw, n, IDS, np.uint32)
    elif draw(st.booleans()):
        values["Boxes2D:colors"] = field(draw, n, st.sampled_from([0xFF0000FF, 0x00FF0000]), np.uint32)
    if draw(st.booleans()):
        values["Boxes2D:radii"] = field(draw, n, NUMBERS, np.float32)
    return values


def facts(built: Built) -> tuple[Any, ...]:
    """All that a picture takes from what was built."""
    layers = [
        (layer.primitive, layer.draw_order, layer.rows.tobytes())
        for layer in built.layers
        if isinstance(layer, RowsLayer)
    ]
    return layers, built.bounds, sorted((str(each.entity), each.what, each.count) for each in built.notices)


def check(
    archetype: str,
    required: str,
    build: Callable[[Query], Built],
    build_many: Callable[[Query], list[Built]],
    rows: list[dict[str, Any]],
    hidden: ClassFilter,
) -> None:
    table = make_table(CONTEXT, hidden)
    asked = [(EntityPath((f"e{number}",)), values, table) for number, values in enumerate(rows)]
    seen = []
    for numbers, batch in batches(archetype, required, asked):
        for number, built in zip(numbers, build_many(batch), strict=True):
            entity, values, _ = asked[number]
            assert facts(built) == facts(build(Query(entity, archetype, values, table)))
            seen.append(number)
    assert sorted(seen) == list(range(len(rows)))


@given(st.lists(people(), min_size=1, max_size=5), st.booleans())
def test_points(rows: list[dict[str, Any]], hides: bool) -> None:
    hidden = ClassFilter(hide=frozenset([2])) if hides else EVERYTHING
    check("Points2D", "positions", points2d.build, points2d.build_many, rows, hidden)


@given(st.lists(boxes(), min_size=1, max_size=5), st.booleans())
def test_boxes(rows: list[dict[str, Any]], hides: bool) -> None:
    hidden = ClassFilter(hide=frozenset([2])) if hides else EVERYTHING
    check("Boxes2D", "half_sizes", boxes2d.build, boxes2d.build_many, rows, hidden)


@given(st.integers(2, 9), st.integers(1, 4))
def test_rows_that_are_alike_are_one_batch(count: int, n: int) -> None:
    table = make_table(CONTEXT, EVERYTHING)
    values = {"Points2D:positions": np.zeros((n, 2), np.float32), "Points2D:class_ids": np.ones(1, np.uint32)}
    asked = [(EntityPath((f"e{number}",)), values, table) for number in range(count)]
    assert [len(numbers) for numbers, _ in batches("Points2D", "positions", asked)] == [count]
