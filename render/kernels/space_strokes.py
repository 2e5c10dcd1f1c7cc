"""Strips and lines of space, drawn onto bytes of sRGB and their depths as the shaders do it, where a processor draws.

First where their ends are seen, then the solid part of each, which hides what is behind it, then their soft rims; of
what lets something through, all at once. In the order of the rows, and mixed in linear light; see kernels/strokes.py
for `decode`, `encode` and the words of pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels
from blazon.render.kernels.strokes import ALL, first_pixel, light_of, mixed
from blazon.render.kernels.tiles import SHIFT, differ, mark, touches

Array = NDArray[Any]
SEEN = 14  # numbers of a stroke that is seen: see `see_strokes`
SOLID, RIMS, WHOLE = 0, 1, 2
_NOWHERE = -1.0


@kernel
def see_strokes(
    numbers: Array,
    bits: Array,
    pose_of: Array,
    poses: Array,
    px_from_view: Array,
    units: Array,
    has_neighbours: bool,
    stale: Array,
    now: Array,
    tiles: Array,
    out: Array,
) -> None:
    """Write where strokes are seen, in pixels of the viewport, and mark the tiles in which that is not as before.

    numbers, bits : float32 and uint32 (n, 8), LINE rows twice, or (n, 15), SEGMENT rows, with those beside them
    pose_of : uint32 (n,)
    poses : float32 (p, 4, 4), rows of view from rows, then (scale, …, lift in pixels)     px_from_view : float64 (3, 3)
    units : float64 (3,): pixels of a scene unit at a depth of 1, of a UI point, and the near plane
    stale : bool (p,), the poses whose rows may be seen elsewhere than `out` says; (0,): all
    now : float64 (SEEN,), scratch     tiles : see tiles.py
    out : float64 (n, SEEN): start x and y, end x and y, the radius at both, one over the depth at both, where the strip
    comes from, x and y, and goes on to, `closing` of SEGMENT, and the colour; a radius of −1 where a stroke is not seen
    O(n). Twin: shaders/segments.vert.glsl, lines.vert.glsl, through GL
    """
    at_color = bits.shape[1] - 1
    for i in range(numbers.shape[0]):
        if stale.size > 0 and not stale[pose_of[i]]:
            continue
        _see(numbers[i], poses[pose_of[i]], px_from_view, units, has_neighbours, now)
        now[13] = bits[i, at_color]
        seen = out[i]
        if tiles.size > 0 and differ(now, seen):
            _mark(tiles, seen)
            _mark(tiles, now)
        for k in range(SEEN):
            seen[k] = now[k]


@kernel
def draw_space_strokes(
    seen: Array,
    bits: Array,
    phase: int,
    tiles: Array,
    first: int,
    decode: Array,
    encode: Array,
    depths: Array,
    out: Array,
) -> None:
    """Draw strokes, all or a part of each, over a part of a picture where nothing nearer is.

    phase : `SOLID` parts, which leave their depths, `RIMS`, or what lets something through, `WHOLE`
    seen : float64 (n, SEEN), of `see_strokes`     bits : uint32 (n, …), the rows; the last number is the colour
    tiles : see tiles.py; nothing is drawn in the others     first : which row of the viewport out[0] is
    depths : float32 (rows, columns)     out : uint32 (rows, columns), words
    O(n · pixels of a stroke). Twin: shaders/segments.frag.glsl, lines.frag.glsl, through GL
    """
    rows, width = out.shape
    at_color = bits.shape[1] - 1
    least, most = (0.5 if phase == SOLID else 1e-9), (0.5 if phase == RIMS else 2.0)
    is_whole = tiles.size == 0
    beyond = 0.0 if phase == SOLID else 0.5  # the solid part is what is covered by half and more
    for i in range(seen.shape[0]):
        start_radius, end_radius = seen[i, 4], seen[i, 5]
        if start_radius < 0:
            continue
        ax, ay, bx, by = seen[i, 0], seen[i, 1] - first, seen[i, 2], seen[i, 3] - first
        reach = max(start_radius, end_radius, 0.5) + beyond
        low_x, high_x = min(ax, bx) - reach, max(ax, bx) + reach
        low_y, high_y = min(ay, by) - reach, max(ay, by) + reach
        if not (
            low_x < width
            and high_x > 0
            and low_y < rows
            and high_y > 0
            and touches(tiles, low_x, high_x, max(low_y, 0.0) + first, min(high_y, np.float64(rows)) + first)
        ):
            continue
        dx, dy = bx - ax, by - ay
        whole = dx * dx + dy * dy
        per_whole = 1.0 / whole if whole > 0 else 0.0
        slant, half = (dx / dy, 1e-6 + reach * np.sqrt(whole) / abs(dy)) if abs(dy) > 1e-6 else (0.0, np.inf)
        word = bits[i, at_color]
        red, green, blue = light_of(word, decode)
        alpha = np.float64(word >> np.uint32(24)) / 255.0
        start_near, nearer, wider = seen[i, 6], seen[i, 7] - seen[i, 6], end_radius - start_radius
        before_x, before_y, after_x, after_y = seen[i, 8], seen[i, 9] - first, seen[i, 10], seen[i, 11] - first
        closing, comes, goes = seen[i, 12], before_x != ax or before_y != ay, after_x != bx or after_y != by
        # which way the middle between two segments that meet is crossed; what lies on this side is this one's
        back_x, back_y = _across(before_x - ax, before_y - ay, dx, dy)
        on_x, on_y = _across(after_x - bx, after_y - by, -dx, -dy)
        for row in range(first_pixel(low_y, rows), first_pixel(high_y, rows)):
            y = row + 0.5
            middle = ax + slant * (y - ay)  # of the stripe around the line
            left, right = max(low_x, middle - half), min(high_x, middle + half)
            for column in range(first_pixel(left, width), first_pixel(right, width)):
                x = column + 0.5
                share = min(max(((x - ax) * dx + (y - ay) * dy) * per_whole, 0.0), 1.0)
                away_x = x - (bx if share == 1.0 else ax + dx * share)
                away_y = y - (by if share == 1.0 else ay + dy * share)
                square = away_x * away_x + away_y * away_y
                covered = _covered(np.sqrt(square), start_radius + wider * share)
                depth = np.float32(1.0 / max(start_near + nearer * share, 1e-300))
                if not (
                    least <= covered < most
                    and depth <= depths[row, column]
                    and (is_whole or tiles[(row + first) >> SHIFT, column >> SHIFT] != 0)
                ):
                    continue
                covered *= alpha
                # where two segments of a strip are as solid it does not matter whose pixel it is
                if covered < ALL and (
                    (
                        comes
                        and (share == 0.0 or (x - ax) * back_x + (y - ay) * back_y >= 0.0)
                        and _yields(square, _square(x, y, ax, ay, before_x, before_y), closing >= 0.0)
                    )
                    or (
                        goes
                        and (share == 1.0 or (x - bx) * on_x + (y - by) * on_y >= 0.0)
                        and _yields(square, _square(x, y, bx, by, after_x, after_y), closing > 0.0)
                    )
                ):
                    continue
                if phase == SOLID:
                    depths[row, column] = depth
                if covered >= ALL:
                    out[row, column] = word
                else:
                    out[row, column] = mixed(out[row, column], red, green, blue, covered, decode, encode)


@part_of_kernels
def _see(numbers: Array, pose: Array, px_from_view: Array, units: Array, has_neighbours: bool, out: Array) -> None:
    """Write where a stroke is seen, but for its colour."""
    near = units[2]
    at_radius = numbers.shape[0] - 2
    for k in range(SEEN):
        out[k] = 0.0
    out[4] = out[5] = _NOWHERE
    ax, ay, az = _in_view(pose, numbers[0], numbers[1], numbers[2])
    bx, by, bz = _in_view(pose, numbers[3], numbers[4], numbers[5])
    if not max(az, bz) >= near:
        return
    begins, ends = az < near, bz < near
    if az < near:
        t = (bz - near) / (bz - az)
        ax, ay, az = bx + (ax - bx) * t, by + (ay - by) * t, near
    if bz < near:
        t = (az - near) / (az - bz)
        bx, by, bz = ax + (bx - ax) * t, ay + (by - ay) * t, near
    start_x, start_y = _in_px(px_from_view, ax, ay, az)
    end_x, end_y = _in_px(px_from_view, bx, by, bz)
    radius = np.float64(numbers[at_radius])
    scale, lift = np.float64(pose[3, 0]) * units[0], np.float64(pose[3, 3])
    start_radius = radius * scale / az if radius > 0 else -radius * units[1]
    end_radius = radius * scale / bz if radius > 0 else -radius * units[1]
    if not np.isfinite(start_x + start_y + end_x + end_y + start_radius + end_radius):
        return
    out[0], out[1], out[2], out[3] = start_x, start_y, end_x, end_y
    out[4], out[5] = start_radius, end_radius
    out[6] = 1.0 / (az * (1.0 - min((lift if lift > 0 else start_radius + 1.0) / units[0], 0.5)))
    out[7] = 1.0 / (bz * (1.0 - min((lift if lift > 0 else end_radius + 1.0) / units[0], 0.5)))
    out[8], out[9], out[10], out[11] = start_x, start_y, end_x, end_y
    if has_neighbours:
        out[12] = numbers[12]
        x, y, z = _in_view(pose, numbers[6], numbers[7], numbers[8])
        if not (begins or z < near):
            out[8], out[9] = _in_px(px_from_view, x, y, z)
        x, y, z = _in_view(pose, numbers[9], numbers[10], numbers[11])
        if not (ends or z < near):
            out[10], out[11] = _in_px(px_from_view, x, y, z)


@part_of_kernels
def _mark(tiles: Array, seen: Array) -> None:
    """Mark all tiles that a stroke may reach."""
    if seen[4] >= 0:
        reach = max(seen[4], seen[5], 0.5) + 0.5
        low_x, high_x = min(seen[0], seen[2]) - reach, max(seen[0], seen[2]) + reach
        low_y, high_y = min(seen[1], seen[3]) - reach, max(seen[1], seen[3]) + reach
        mark(tiles, low_x, high_x, low_y, high_y)


@part_of_kernels
def _in_view(pose: Any, x: Any, y: Any, z: Any) -> tuple[float, float, float]:
    return (
        np.float64(pose[0, 0]) * x + np.float64(pose[0, 1]) * y + np.float64(pose[0, 2]) * z + pose[0, 3],
        np.float64(pose[1, 0]) * x + np.float64(pose[1, 1]) * y + np.float64(pose[1, 2]) * z + pose[1, 3],
        np.float64(pose[2, 0]) * x + np.float64(pose[2, 1]) * y + np.float64(pose[2, 2]) * z + pose[2, 3],
    )


@part_of_kernels
def _in_px(px_from_view: Array, x: float, y: float, z: float) -> tuple[float, float]:
    right, down = x / z, y / z
    return (
        px_from_view[0, 0] * right + px_from_view[0, 1] * down + px_from_view[0, 2],
        px_from_view[1, 0] * right + px_from_view[1, 1] * down + px_from_view[1, 2],
    )


@part_of_kernels
def _square(x: float, y: float, ax: float, ay: float, bx: float, by: float) -> float:
    """The square of the distance to a segment that shares a with another; nearest to a, the same as of that one."""
    dx, dy = bx - ax, by - ay
    share = min(max(((x - ax) * dx + (y - ay) * dy) / max(dx * dx + dy * dy, 1e-300), 0.0), 1.0)
    away_x, away_y = x - (ax + dx * share), y - (ay + dy * share)
    return away_x * away_x + away_y * away_y


@part_of_kernels
def _covered(distance: float, radius: float) -> Any:
    """How much of a pixel a stroke covers; thinner than a pixel it fades."""
    drawn = max(radius, 0.5)
    return min(max(drawn - distance + 0.5, 0.0), 1.0) * min(1.0, radius / drawn)


@part_of_kernels
def _across(there_x: float, there_y: float, here_x: float, here_y: float) -> tuple[float, float]:
    """From one direction to another, both of them of length 1."""
    there = np.sqrt(there_x * there_x + there_y * there_y)
    here = np.sqrt(here_x * here_x + here_y * here_y)
    x, y = (there_x / there, there_y / there) if there > 0.0 else (0.0, 0.0)
    return (x - here_x / here, y - here_y / here) if here > 0.0 else (x, y)


@part_of_kernels
def _yields(square: float, other: float, also_if_equal: bool) -> bool:
    """Whether a pixel is another segment's, which is nearer to it."""
    return other < square or (also_if_equal and other == square)
