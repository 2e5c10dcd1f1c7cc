"""Keypoint connections: the keypoints of a row become the lines of its skeletons.

Two kernels. `group` says which object ("person") each keypoint belongs to; `connect` writes a line for each connection
of each person's class whose two ends are there. Both use open-addressing hash tables that the caller allocates.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels

Array = NDArray[Any]


def table_size(n: int) -> int:
    """How many slots a hash table for `n` keys wants: a power of two, at most half full."""
    return max(4, 1 << (2 * n - 1).bit_length()) if n else 4


@kernel
def group(
    class_ids: Array,
    keypoint_ids: Array,
    instance_ids: Array,
    starts: Array,
    object_keys: Array,
    object_persons: Array,
    seen_keys: Array,
    seen_persons: Array,
    person: Array,
    person_class: Array,
) -> int:
    """Tell the persons in a row of keypoints apart; answers how many there are.

    class_ids : uint32 (a,), keypoint_ids : uint32 (b,), both > 0 long, the last one repeats
    instance_ids : int64 (c,), which object each belongs to, 0 to 2^32-1; empty: a repeated keypoint id starts the next
    starts : int64 (rows,), ascending, the first is 0: where rows begin that have nothing to do with each other
    object_keys, seen_keys : uint64 (slots,), scratch     object_persons, seen_persons : int32 (slots,), scratch, all −1
    person : int32 (n,), overwritten: the person of each keypoint, numbered in order of appearance
    person_class : uint32 (n,), overwritten in its first entries: the class of each person
    O(n). Twin: tests/naive.py::connect. Source: SEMANTICS §8, §11
    """
    count = 0
    row = 0
    first_of_row = 0
    for i in range(person.size):
        while row < starts.size and starts[row] <= i:
            first_of_row = count
            row += 1
        class_id = np.uint64(class_ids[min(i, class_ids.size - 1)])
        keypoint = np.uint64(keypoint_ids[min(i, keypoint_ids.size - 1)])
        which = np.uint64(0)
        if instance_ids.size > 0:
            which = np.uint64(instance_ids[min(i, instance_ids.size - 1)])
        at = _slot(object_keys, object_persons, class_id << np.uint64(32) | which)
        seen = _slot(seen_keys, seen_persons, class_id << np.uint64(32) | keypoint)
        current = object_persons[at]
        repeated = instance_ids.size == 0 and current >= 0 and seen_persons[seen] == current
        if current < first_of_row or repeated:
            current = count
            object_persons[at] = count
            person_class[count] = np.uint32(class_id)
            count += 1
        seen_persons[seen] = current
        person[i] = current
    return count


@kernel
def connect(
    positions: Array,
    drawn: Array,
    person: Array,
    keypoint_ids: Array,
    person_class: Array,
    person_points: Array,
    class_keys: Array,
    class_starts: Array,
    pairs: Array,
    class_colors: Array,
    point_keys: Array,
    points: Array,
    ends: Array,
    colors: Array,
    missing: Array,
) -> int:
    """Write the lines of all persons; answers how many.

    positions : float32 (n, d)     drawn : bool (n,), False where a point is to be treated as absent
    person, person_class : from `group`     person_points : int64 (persons,), how many points of each are drawn
    keypoint_ids : uint32 (b,), the last one repeats
    class_keys : uint32 (k,), sorted: classes with connections     class_starts : int64 (k+1,), into pairs
    pairs : uint32 (m, 2), keypoint ids     class_colors : uint32 (k,), words
    point_keys : uint64 (slots,), scratch     points : int32 (slots,), scratch, all −1
    ends : float32 (lines, 2, d), overwritten; as long as `count_lines` says     colors : uint32 (lines,), overwritten
    missing : int64 (persons,), overwritten: connections skipped for want of an end
    O(n + lines). Twin: tests/naive.py::connect
    """
    for i in range(person.size):
        if drawn[i]:
            keypoint = np.uint64(keypoint_ids[min(i, keypoint_ids.size - 1)])
            points[_slot(point_keys, points, np.uint64(person[i]) << np.uint64(32) | keypoint)] = i
    count = 0
    for who in range(person_points.size):
        missing[who] = 0
        at = _found(class_keys, person_class[who])
        if at == class_keys.size or class_keys[at] != person_class[who]:
            continue
        if person_points[who] < 2:
            missing[who] = class_starts[at + 1] - class_starts[at]
            continue
        for k in range(class_starts[at], class_starts[at + 1]):
            first = points[_slot(point_keys, points, np.uint64(who) << np.uint64(32) | np.uint64(pairs[k, 0]))]
            second = points[_slot(point_keys, points, np.uint64(who) << np.uint64(32) | np.uint64(pairs[k, 1]))]
            if first < 0 or second < 0:
                missing[who] += 1
                continue
            for axis in range(positions.shape[1]):
                ends[count, 0, axis], ends[count, 1, axis] = positions[first, axis], positions[second, axis]
            colors[count] = class_colors[at]
            count += 1
    return count


@kernel
def count_lines(person_class: Array, person_points: Array, class_keys: Array, class_starts: Array) -> int:
    """Answer how many lines `connect` can write at most: of each person, its connections, or its pairs of points.

    person_class, person_points, class_keys, class_starts : as in `connect`. O(persons log k)
    """
    total = 0
    for who in range(person_points.size):
        at = _found(class_keys, person_class[who])
        if at < class_keys.size and class_keys[at] == person_class[who]:
            points = person_points[who]
            total += min(class_starts[at + 1] - class_starts[at], points * (points - 1))
    return total


@part_of_kernels
def _found(keys: Array, key: Any) -> int:
    """Where the first of sorted keys is that is not below `key`; numpy's own brings all of numba's numpy with it."""
    low, high = 0, keys.size
    while low < high:
        middle = (low + high) // 2
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low


@part_of_kernels
def _slot(keys: Array, values: Array, key: Any) -> Any:
    """The slot of `key`: its own, or the free one (value −1), which is given to it."""
    mask = np.uint64(keys.size - 1)
    at = (key * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(36)) & mask  # bits that all bits of a key have a part in
    while values[at] >= 0 and keys[at] != key:
        at = (at + np.uint64(1)) & mask
    keys[at] = key
    return at
