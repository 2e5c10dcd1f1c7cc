"""Skeletons: the connections between the keypoints of a row, in the plane and in space. SEMANTICS §8, §11."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels import connections as kernels
from blazon.render.layouts import LINE, UI_RADIUS
from blazon.render.styles import Connections
from blazon.render.visualizers import instances
from blazon.render.visualizers.query import Query, spread

_NO_INSTANCES = np.zeros(0, np.int64)


def skeleton_lines(
    query: Query, positions: NDArray[np.float32], finite: NDArray[np.bool_]
) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """Return the connections between the keypoints of rows, LINE (lines,), in their classes' colours.

    positions : float32 (n, 2 or 3), n > 0     finite : bool (n,), which of them exist
    And for each line an instance, int64 (lines,), of the row that it belongs to.
    """
    connections = query.table.connections
    if connections.class_keys.size == 0:
        return np.zeros(0, LINE), np.zeros(0, np.int64)
    class_ids, keypoint_ids, instance_ids = _ids(query, len(positions))
    person, person_class, count = _group(query, class_ids, keypoint_ids, instance_ids, len(positions))
    person_points = np.bincount(person[finite], minlength=count)
    size = kernels.count_lines(person_class, person_points, connections.class_keys, connections.starts)
    ends = np.empty((size, 2, positions.shape[1]), np.float32)
    words = np.empty(size, np.uint32)
    missing = np.empty(count, np.int64)
    slots = kernels.table_size(len(positions))
    found = kernels.connect(
        positions,
        finite,
        person,
        keypoint_ids,
        person_class,
        person_points,
        connections.class_keys,
        connections.starts,
        connections.pairs,
        connections.colors,
        np.empty(slots, np.uint64),
        np.full(slots, -1, np.int32),
        ends,
        words,
        missing,
    )
    first_of_person = np.unique(person, return_index=True)[1][:count]
    if missing.any():
        _warn_of_missing(query, missing, person_class, first_of_person, inferred=instance_ids.size == 0)
    lines_of_person = _connections_of(connections, person_class[:count]) - missing
    at = np.repeat(first_of_person, lines_of_person)
    visible = instances.opaque_enough(words[:found])
    return _rows(ends[:found][visible], words[:found][visible]), at[visible]


def _connections_of(connections: Connections, person_class: NDArray[np.uint32]) -> NDArray[np.int64]:
    """How many connections the class of each person has, int64 (persons,)."""
    at = np.minimum(np.searchsorted(connections.class_keys, person_class), connections.class_keys.size - 1)
    counts = np.diff(connections.starts)[at]
    return np.where(connections.class_keys[at] == person_class, counts, 0)


def _ids(query: Query, n: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int64]]:
    """Class ids, keypoint ids and instance ids; the last two, if not empty, as many as there are points."""
    class_ids = instances.class_ids_of(query)
    instance_ids = query.spread("instance_ids", n)
    if instance_ids is None:
        numbered = _NO_INSTANCES
    else:  # any integers will do: number them
        numbered = np.unique(instance_ids, return_inverse=True)[1].astype(np.int64)
    keypoint_ids = spread(query.value("keypoint_ids"), n)
    if class_ids is None:
        class_ids = np.zeros(1, np.uint32)
    return class_ids.astype(np.uint32), np.ascontiguousarray(keypoint_ids, np.uint32), numbered


def _group(
    query: Query,
    class_ids: NDArray[np.uint32],
    keypoint_ids: NDArray[np.uint32],
    instance_ids: NDArray[np.int64],
    n: int,
) -> tuple[NDArray[np.int32], NDArray[np.uint32], int]:
    slots = kernels.table_size(n)
    person, person_class = np.empty(n, np.int32), np.empty(n, np.uint32)
    count = kernels.group(
        class_ids,
        keypoint_ids,
        instance_ids,
        query.starts,
        np.empty(slots, np.uint64),
        np.full(slots, -1, np.int32),
        np.empty(slots, np.uint64),
        np.full(slots, -1, np.int32),
        person,
        person_class,
    )
    return person, person_class, count


def _warn_of_missing(
    query: Query,
    missing: NDArray[np.int64],
    person_class: NDArray[np.uint32],
    first_of_person: NDArray[np.int64],
    *,
    inferred: bool,
) -> None:
    what = "connections with a missing end: skipped"
    query.warn(what, int(missing.sum()), np.repeat(first_of_person, missing))
    if not inferred:
        return
    row = (np.searchsorted(query.starts, first_of_person, side="right") - 1).astype(np.uint64)
    classes = np.unique(row << np.uint64(32) | person_class[: len(missing)]) >> np.uint64(32)
    is_crowd = np.bincount(row.astype(np.int64)) > np.bincount(classes.astype(np.int64), minlength=int(row.max()) + 1)
    unsure = first_of_person[(missing > 0) & is_crowd[row.astype(np.int64)]]
    query.warn(
        "instances told apart by repeated keypoints have missing keypoints: log instance_ids to be sure",
        len(unsure),
        unsure,
    )


def _rows(ends: NDArray[np.float32], words: NDArray[np.uint32]) -> NDArray[np.void]:
    """LINE rows; ends float32 (n, 2, d), words uint32 (n,)."""
    rows = np.zeros(len(ends), LINE)
    dimensions = ends.shape[2]
    rows["start"][:, :dimensions], rows["end"][:, :dimensions] = ends[:, 0], ends[:, 1]
    rows["radius"] = UI_RADIUS
    rows["color"] = words.view(np.uint8).reshape(-1, 4)
    return rows
