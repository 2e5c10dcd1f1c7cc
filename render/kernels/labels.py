"""Where labels go: which of them are in sight, in which order they choose, and which places they get.

A spot, float64 (SPOT,), is where what is labelled lies, in pixels of the viewport: left, top, right, bottom, the reach
around that, its size, and its depth. A size below 0: it is not in sight.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels

Array = NDArray[Any]
SPOT = 7
BELOW, EDGE, MIDDLE = 0, 1, 2  # as `tags.Anchor`
HIDDEN = -1  # in place of the number of the place that a label got
MOST_PLACES = 6  # that a label may try
CELL_WIDTH, CELL_HEIGHT = 64.0, 32.0  # pixels, of the grid in which plates are found
_NOBODY = -1
_NONE = (np.nan,) * 6
# By anchor, the places of a plate, the one that it likes best first. Of x: how far from the left to the right side of
# what is labelled, how many widths and how much of the distance to it further; then the same of y.
_PLACES = np.array(
    [
        [  # below, above, right, left
            (0.5, -0.5, 0, 0.5, 0, 1),
            (0.5, -0.5, 0, 0.5, -1, -1),
            (0.5, 0, 1, 0.5, -0.5, 0),
            (0.5, -1, -1, 0.5, -0.5, 0),
            _NONE,
            _NONE,
        ],
        [  # below, above, below on the left and on the right, and inside, at the lower and at the upper edge
            (0.5, -0.5, 0, 1, 0, 1),
            (0.5, -0.5, 0, 0, -1, -1),
            (0, 0, 0, 1, 0, 1),
            (1, -1, 0, 1, 0, 1),
            (0.5, -0.5, 0, 1, -1, -1),
            (0.5, -0.5, 0, 0, 0, 1),
        ],
        [  # on it, below, above, right, left
            (0.5, -0.5, 0, 0.5, -0.5, 0),
            (0.5, -0.5, 0, 0.5, 0.5, 1),
            (0.5, -0.5, 0, 0.5, -1.5, -1),
            (0.5, 0, 2, 0.5, -0.5, 0),
            (0.5, -1, -2, 0.5, -0.5, 0),
            _NONE,
        ],
    ]
)
_INSIDE = 4  # the first of the places inside a rectangle, which has to be large enough
_SAME = 1e-6  # pixels; less is no difference: what moves by whole pixels stays as it is


@kernel
def see_plane_tags(numbers: Array, bits: Array, seen: Array, window: Array, spots: Array) -> None:
    """Find where TAG rows lie. numbers, bits : float32 and uint32 (n, 10), TAG rows twice.

    seen : float64 (4,): pixels of a scene unit, where the scene's (0, 0) lies, x and y, and pixels of a UI point
    window : float64 (4,), left, top, right and bottom of what is shown, pixels     spots : float64 (n, SPOT)
    O(n). Twin: tests/naive.py::see_plane_tag
    """
    for i in range(numbers.shape[0]):
        x0, y0 = numbers[i, 0] * seen[0] + seen[1], numbers[i, 1] * seen[0] + seen[2]
        x1, y1 = numbers[i, 2] * seen[0] + seen[1], numbers[i, 3] * seen[0] + seen[2]
        radius = np.float64(numbers[i, 4])
        reach = radius * seen[0] if radius > 0 else -radius * seen[3]
        width, height = (numbers[i, 2] - numbers[i, 0]) * seen[0], (numbers[i, 3] - numbers[i, 1]) * seen[0]
        size = np.sqrt(max(width, 0.0) * max(height, 0.0))
        _write(spots[i], x0, y0, x1, y1, reach, max(size, reach), 0.0, window, bits[i, 9] & np.uint32(255))


@kernel
def see_space_tags(
    numbers: Array,
    bits: Array,
    pose_of: Array,
    view_from_rows: Array,
    scales: Array,
    px_from_view: Array,
    units: Array,
    window: Array,
    spots: Array,
) -> None:
    """Find where SPACE_TAG rows are seen. numbers, bits : float32 and uint32 (n, 10), SPACE_TAG rows twice.

    pose_of : int64 (n,)     view_from_rows : float64 (p, 4, 4)     scales : float64 (p,), how much each enlarges
    px_from_view : float64 (3, 3)     units : float64 (3,): pixels of a scene unit at a depth of 1, of a UI point, and
    the least depth that is seen     window, spots : as in `see_plane_tags`
    O(n). Twin: tests/naive.py::see_space_tag
    """
    for i in range(numbers.shape[0]):
        pose = view_from_rows[pose_of[i]]
        x, y, z = np.float64(numbers[i, 0]), np.float64(numbers[i, 1]), np.float64(numbers[i, 2])
        vx = pose[0, 0] * x + pose[0, 1] * y + pose[0, 2] * z + pose[0, 3]
        vy = pose[1, 0] * x + pose[1, 1] * y + pose[1, 2] * z + pose[1, 3]
        vz = pose[2, 0] * x + pose[2, 1] * y + pose[2, 2] * z + pose[2, 3]
        if not vz > units[2]:
            spots[i, 5] = -1.0
            continue
        w = px_from_view[2, 0] * vx + px_from_view[2, 1] * vy + px_from_view[2, 2] * vz
        px = (px_from_view[0, 0] * vx + px_from_view[0, 1] * vy + px_from_view[0, 2] * vz) / w
        py = (px_from_view[1, 0] * vx + px_from_view[1, 1] * vy + px_from_view[1, 2] * vz) / w
        per_unit = scales[pose_of[i]] * units[0] / vz
        radius = np.float64(numbers[i, 4])
        reach = radius * per_unit if radius > 0 else -radius * units[1]
        own = np.float64(numbers[i, 3]) * per_unit
        anchor = bits[i, 9] & np.uint32(255)
        around = own if anchor == EDGE else 0.0
        x0, y0, x1, y1 = px - around, py - around, px + around, py + around
        _write(spots[i], x0, y0, x1, y1, reach, max(own, reach), vz, window, anchor)


@kernel
def rank_labels(spots: Array, explicit: Array, kept: Array, keys: Array) -> None:
    """Say who chooses first: what was logged for one instance, what had a place, what is large, what is near.

    spots : float64 (n, SPOT)     explicit : uint8 (n,)     kept : int8 (n,), the place that each had, or HIDDEN
    keys : uint64 (n,), overwritten, all different; the lowest is the first. Who is not in sight comes last.
    O(n). Twin: tests/naive.py::rank_label
    """
    for i in range(spots.shape[0]):
        size, depth = spots[i, 5], spots[i, 6]
        if size < 0:
            keys[i] = np.uint64(0xFFFFFFFF00000000) | np.uint64(i)
            continue
        is_inferred = np.uint64(0 if explicit[i] else 1)
        is_new = np.uint64(1 if kept[i] == HIDDEN else 0)
        smallness = np.uint64(255 - min(int(4.0 * np.log2(size + 1.0)), 255))
        farness = np.uint64(0)
        if depth > 0:
            farness = np.uint64(min(max((np.log2(depth) + 32.0) * 512.0, 0.0), 32767.0))
        keys[i] = (
            is_inferred << np.uint64(63)
            | is_new << np.uint64(62)
            | smallness << np.uint64(54)
            | farness << np.uint64(38)
            | np.uint64(i)
        )


@kernel
def place_labels(
    spots: Array,
    anchors: Array,
    sizes: Array,
    order: Array,
    kept: Array,
    window: Array,
    blocked: Array,
    units: Array,
    heads: Array,
    following: Array,
    owners: Array,
    corners: Array,
    places: Array,
) -> None:
    """Give labels places, so that no two plates meet; whoever finds none is hidden.

    spots : float64 (n, SPOT)     anchors : uint8 (n,)     sizes : int32 (n, 2), of plates, pixels
    order : int64 (n,), who chooses first     kept : int8 (n,), the place that each had, which it tries first, or HIDDEN
    window, blocked : float64 (4,), what is shown, and where no plate may be
    units : float64 (2,): pixels of a UI point, and between plates, 1 at least
    heads : int32 (rows, columns), −1 everywhere, a cell each     following, owners : int32 (k,), scratch, k >= cells
    that all plates together may touch
    corners : float64 (n, 2), overwritten where a label gets a place, not rounded
    places : int8 (n,), overwritten with the number of each one's place, or HIDDEN
    O(n · plates near a place). Twin: tests/naive.py::place_labels
    """
    used = 0
    gap = units[1]
    for rank in range(order.shape[0]):
        i = order[rank]
        places[i] = HIDDEN
        width, height = np.float64(sizes[i, 0]), np.float64(sizes[i, 1])
        if spots[i, 5] < 0 or width <= 0:
            continue
        anchor = anchors[i]
        for attempt in range(MOST_PLACES + 1):
            place = kept[i] if attempt == 0 else attempt - 1
            if place == HIDDEN or (attempt > 0 and place == kept[i]):
                continue
            x, y = _corner(spots[i], anchor, place, width, height, units[0])
            if np.isnan(x):
                continue
            x = _into(x, width, window[0], window[2], _PLACES[anchor, place, 1] == -0.5)
            y = _into(y, height, window[1], window[3], anchor == MIDDLE)
            is_blocked = x < blocked[2] and x + width > blocked[0] and y < blocked[3] and y + height > blocked[1]
            if (
                np.isnan(x)
                or np.isnan(y)
                or is_blocked
                or _meets(x, y, width, height, gap, corners, sizes, heads, following, owners)
            ):
                continue
            corners[i, 0], corners[i, 1] = x, y
            places[i] = place
            for row in range(_cell(y, CELL_HEIGHT, heads.shape[0]), _cell(y + height, CELL_HEIGHT, heads.shape[0]) + 1):
                for column in range(
                    _cell(x, CELL_WIDTH, heads.shape[1]), _cell(x + width, CELL_WIDTH, heads.shape[1]) + 1
                ):
                    owners[used], following[used] = i, heads[row, column]
                    heads[row, column] = used
                    used += 1
            break


@kernel
def place_all(
    spots: Array, anchors: Array, sizes: Array, window: Array, units: Array, corners: Array, places: Array
) -> None:
    """Give each label in sight the place that it likes best, moved into the picture; see `place_labels`."""
    for i in range(spots.shape[0]):
        places[i] = HIDDEN
        width, height = np.float64(sizes[i, 0]), np.float64(sizes[i, 1])
        if spots[i, 5] < 0 or width <= 0:
            continue
        x, y = _corner(spots[i], anchors[i], 0, width, height, units[0])
        corners[i, 0] = max(min(x, window[2] - width), window[0])
        corners[i, 1] = max(min(y, window[3] - height), window[1])
        places[i] = 0


@part_of_kernels
def _write(
    spot: Array,
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    reach: float,
    size: float,
    depth: float,
    window: Array,
    anchor: Any,
) -> None:
    """Write a spot; of an edge, what of the rectangle is in sight."""
    spot[5] = -1.0
    if not np.isfinite(x0 + y0 + x1 + y1 + reach + size):
        return
    if anchor == EDGE:
        x0, y0, x1, y1 = max(x0, window[0]), max(y0, window[1]), min(x1, window[2]), min(y1, window[3])
        if x0 > x1 or y0 > y1:
            return
    elif not (window[0] <= x0 <= window[2] and window[1] <= y0 <= window[3]):
        return
    spot[0], spot[1], spot[2], spot[3], spot[4], spot[5], spot[6] = x0, y0, x1, y1, reach, size, depth


@part_of_kernels
def _corner(spot: Array, anchor: Any, place: int, width: float, height: float, px_per_point: float) -> Any:
    """The left upper corner of a plate at one of its places; NaN where there is no such place."""
    away = spot[4] + 2 * px_per_point
    if anchor == BELOW:
        away = max(away, 5 * px_per_point)
    if anchor == EDGE and place >= _INSIDE and height + 2 * away > spot[3] - spot[1]:
        return np.nan, np.nan
    where = _PLACES[anchor, place]
    x = spot[0] + (spot[2] - spot[0]) * where[0] + width * where[1] + away * where[2]
    y = spot[1] + (spot[3] - spot[1]) * where[3] + height * where[4] + away * where[5]
    return x, y


@part_of_kernels
def _into(start: float, extent: float, low: float, high: float, may_move: bool) -> float:
    """Where a plate begins along one axis so that all of it shows; NaN where it doesn't."""
    if extent > high - low:
        return np.nan
    moved = max(min(start, high - extent), low)
    return moved if may_move or abs(moved - start) < _SAME else np.nan


@part_of_kernels
def _cell(at: float, extent: float, count: int) -> int:
    return min(max(int(at // extent), 0), count - 1)


@part_of_kernels
def _meets(
    x: float,
    y: float,
    width: float,
    height: float,
    gap: float,
    corners: Array,
    sizes: Array,
    heads: Array,
    following: Array,
    owners: Array,
) -> bool:
    """Whether a plate would be nearer to one that is there than the gap."""
    for row in range(
        _cell(y - gap, CELL_HEIGHT, heads.shape[0]), _cell(y + height + gap, CELL_HEIGHT, heads.shape[0]) + 1
    ):
        for column in range(
            _cell(x - gap, CELL_WIDTH, heads.shape[1]), _cell(x + width + gap, CELL_WIDTH, heads.shape[1]) + 1
        ):
            at = heads[row, column]
            while at != _NOBODY:
                other = owners[at]
                least = gap - _SAME
                if (
                    corners[other, 0] - (x + width) < least
                    and x - (corners[other, 0] + sizes[other, 0]) < least
                    and corners[other, 1] - (y + height) < least
                    and y - (corners[other, 1] + sizes[other, 1]) < least
                ):
                    return True
                at = following[at]
    return False
