"""Each kernel of render/kernels/connections.py against its slow twin, alone and through the visualizer of points."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blazon.ingest.annotations import AnnotationContext, ClassDescription
from blazon.ingest.entity_path import EntityPath
from blazon.render.class_choices import EVERYTHING
from blazon.render.kernels import connections as kernels
from blazon.render.styles import make_table
from blazon.render.visualizers import points2d
from blazon.render.visualizers.layers import Built, Primitive, RowsLayer
from blazon.render.visualizers.query import Query
from tests import naive
from tests.render.strategies import Row, rows, skeletons

ANY_INTEGER = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([-1, 0, 1, -(2**63), 2**63 - 1, 2**32, 2**32 + 1])
SMALL = st.integers(0, 3)


def group(row: Row) -> tuple[list[int], list[int]]:
    """The person of each point, and the class of each person, by the kernel."""
    n = len(row.positions)
    slots = kernels.table_size(n)
    person, person_class = np.full(n, -7, np.int32), np.full(n, 777, np.uint32)
    count = kernels.group(
        np.array(row.class_ids, np.uint32),
        np.array(row.keypoint_ids, np.uint32),
        np.array(row.instance_ids, np.int64),
        np.zeros(1, np.int64),
        np.empty(slots, np.uint64),
        np.full(slots, -1, np.int32),
        np.empty(slots, np.uint64),
        np.full(slots, -1, np.int32),
        person,
        person_class,
    )
    return person.tolist(), person_class[:count].tolist()


def build(row: Row, context: AnnotationContext) -> Built:
    """What the visualizer makes of a row, without a recording."""
    values = {
        "Points2D:positions": row.positions,
        "Points2D:class_ids": np.array(row.class_ids, np.uint32),
        "Points2D:keypoint_ids": np.array(row.keypoint_ids, np.uint32),
        "instance_ids": np.array(row.instance_ids, np.int64),
    }
    query = Query(EntityPath.parse("p"), "Points2D", values, make_table(context, EVERYTHING))
    return points2d.parts(query).built(query)


def lines_of(built: Built) -> Counter:
    """The lines as (from, to, colour), however often each is there."""
    found = [layer.rows for layer in built.layers if isinstance(layer, RowsLayer)]
    segments = found[0] if built.layers[0].primitive is Primitive.LINES else found[0][:0]
    return Counter(
        (tuple(each["start"][:2].tolist()), tuple(each["end"][:2].tolist()), tuple(each["color"].tolist()))
        for each in segments
    )


def skipped(built: Built) -> int:
    return sum(notice.count for notice in built.notices if "missing end" in notice.what)


# --- the kernels


@given(rows(instance_ids=SMALL))
def test_group(row: Row) -> None:
    person, person_class = group(row)
    expected = naive.people(row.class_ids, row.keypoint_ids, row.instance_ids, len(row.positions))
    assert person_class == [class_id for class_id, _ in expected]
    assert [[i for i, who in enumerate(person) if who == k] for k in range(len(expected))] == [
        members for _, members in expected
    ]


def drawn_points(row: Row, person: list[int], count: int) -> np.ndarray:
    """How many points of each person there are, int64 (count,)."""
    finite = np.isfinite(row.positions).all(axis=1)
    return np.array([sum(who == k and there for who, there in zip(person, finite, strict=True)) for k in range(count)])


@given(rows(instance_ids=SMALL), skeletons())
def test_count_lines_leaves_room_for_all_lines_and_not_for_much_more(row: Row, context: AnnotationContext) -> None:
    """At least as many as are drawn, at most the connections of every person."""
    connections = make_table(context, EVERYTHING).connections
    person, person_class = group(row)
    points = drawn_points(row, person, len(person_class))
    count = kernels.count_lines(np.array(person_class, np.uint32), points, connections.class_keys, connections.starts)
    lines, skipped = naive.connect(row.positions.tolist(), row.class_ids, row.keypoint_ids, row.instance_ids, context)
    assert len(lines) <= count <= len(lines) + skipped


@given(rows(instance_ids=SMALL), skeletons())
def test_connect(row: Row, context: AnnotationContext) -> None:
    """The lines and the missing ends, in scratch memory that holds anything."""
    connections = make_table(context, EVERYTHING).connections
    person, person_class = group(row)
    n, count = len(row.positions), len(person_class)
    expected, missing_ends = naive.connect(
        row.positions.tolist(), row.class_ids, row.keypoint_ids, row.instance_ids, context
    )
    points = drawn_points(row, person, count)
    room = kernels.count_lines(np.array(person_class, np.uint32), points, connections.class_keys, connections.starts)
    ends, words, missing = np.empty((room, 2, 2), np.float32), np.empty(room, np.uint32), np.full(count, 99, np.int64)
    slots = kernels.table_size(n)
    found = kernels.connect(
        row.positions,
        np.isfinite(row.positions).all(axis=1),
        np.array(person, np.int32),
        np.array(row.keypoint_ids, np.uint32),
        np.array(person_class, np.uint32),
        points,
        connections.class_keys,
        connections.starts,
        connections.pairs,
        connections.colors,
        np.full(slots, 3, np.uint64),
        np.full(slots, -1, np.int32),
        ends,
        words,
        missing,
    )
    colors = words[:found].view(np.uint8).reshape(-1, 4).tolist()
    lines = [(tuple(a), tuple(b), tuple(color)) for (a, b), color in zip(ends[:found].tolist(), colors, strict=True)]
    assert lines == expected
    assert missing.sum() == missing_ends


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 7, 8, 9, 1000])
def test_hash_tables_have_room(n: int) -> None:
    size = kernels.table_size(n)
    assert size & (size - 1) == 0
    assert size >= 2 * n


def test_many_people_are_found_in_a_full_table() -> None:
    """Two thousand people of 17 keypoints; every table holds as many keys as it ever will."""
    n = 2000
    row = Row(np.zeros((17 * n, 2), np.float32), [1], list(range(17)) * n, [])
    person, person_class = group(row)
    assert person == [i // 17 for i in range(17 * n)]
    assert person_class == [1] * n


# --- through the visualizer


@given(rows(instance_ids=ANY_INTEGER), skeletons())
def test_the_visualizer_draws_the_lines_of_the_twin(row: Row, context: AnnotationContext) -> None:
    """Instance ids may be any integers: from the SDK they come as int64, negative or huge."""
    built = build(row, context)
    lines, missing_ends = naive.connect(
        row.positions.tolist(), row.class_ids, row.keypoint_ids, row.instance_ids, context
    )
    assert lines_of(built) == Counter(lines)
    assert skipped(built) == missing_ends


def test_ids_of_32_bits_are_not_mixed_up() -> None:
    """Class 65536 is not class 0, keypoint 70000 is not keypoint 4464."""
    context = AnnotationContext(
        [
            ClassDescription(info=(65536, None, (1, 1, 1)), keypoint_connections=[(70000, 2**32 - 1)]),
            ClassDescription(info=(0, None, (2, 2, 2)), keypoint_connections=[(4464, 65535)]),
        ]
    )
    positions = np.array([[0, 0], [1, 1]], np.float32)
    assert lines_of(build(Row(positions, [65536], [70000, 2**32 - 1], []), context)) == Counter(
        [((0, 0), (1, 1), (1, 1, 1, 255))]
    )
    assert not lines_of(build(Row(positions, [0], [70000, 2**32 - 1], []), context))


def test_instance_ids_that_differ_past_32_bits_are_two_people() -> None:
    context = AnnotationContext([ClassDescription(info=0, keypoint_connections=[(0, 1)])])
    row = Row(np.array([[0, 0], [1, 1]], np.float32), [0], [0, 1], [1, 2**32 + 1])
    assert not lines_of(build(row, context))


def test_a_row_without_a_connected_class_has_no_lines_and_no_complaint() -> None:
    built = build(Row(np.zeros((3, 2), np.float32), [9], [0, 1, 2], []), AnnotationContext([(9, "nine")]))
    assert not lines_of(built)
    assert not built.notices
