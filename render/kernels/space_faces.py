"""Faces of space, drawn onto bytes of sRGB and their depths as the shaders do it, where a processor draws.

They are parallelograms, mixed in linear light; see kernels/strokes.py for `decode`, `encode` and the words of pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels
from blazon.render.kernels.strokes import ALL, first_pixel, light_of, mixed
from blazon.render.kernels.tiles import SHIFT, differ, mark, touches

Array = NDArray[Any]
SEEN = 19  # numbers of a face that is seen: see `see_faces`
_NOWHERE = -1.0


@kernel
def see_faces(
    numbers: Array,
    bits: Array,
    pose_of: Array,
    poses: Array,
    px_from_view: Array,
    view_from_px: Array,
    least: float,
    corners: Array,
    cut: Array,
    stale: Array,
    now: Array,
    tiles: Array,
    out: Array,
) -> None:
    """Write where faces are seen, in pixels of the viewport, and mark the tiles in which that is not as before.

    numbers, bits : float32 and uint32 (n, 11), FACE rows twice     pose_of : uint32 (n,)
    poses : float32 (p, 4, 4), rows of view from rows
    px_from_view, view_from_px : float64 (3, 3)     least : the depth at which they are cut off
    stale : bool (p,), the poses whose rows may be seen elsewhere than `out` says; (0,): all
    corners, cut, now : float64 (4, 3), (5, 3) and (SEEN,), scratch     tiles : see tiles.py
    out : float64 (n, SEEN): how many corners there are, or −1 where a face is not seen; x and y of up to five; one over
    the depth at pixel (0, 0), and how that grows along x and y; the normal in view space; how much light does, 0 or 1;
    the colour
    O(n). Twin: shaders/faces.vert.glsl, through GL
    """
    for i in range(numbers.shape[0]):
        if stale.size > 0 and not stale[pose_of[i]]:
            continue
        _see(numbers[i], poses[pose_of[i]], px_from_view, view_from_px, least, corners, cut, now)
        now[18] = bits[i, 10]
        seen = out[i]
        if tiles.size > 0 and differ(now, seen):
            _mark(tiles, seen)
            _mark(tiles, now)
        for k in range(SEEN):
            seen[k] = now[k]


@kernel
def draw_faces(
    seen: Array,
    bits: Array,
    push: Array,
    view_from_px: Array,
    light_least: float,
    leaves_depth: bool,
    tiles: Array,
    first: int,
    decode: Array,
    encode: Array,
    depths: Array,
    out: Array,
) -> None:
    """Draw faces over a part of a picture where nothing nearer is.

    seen : float64 (n, SEEN), of `see_faces`     bits : uint32 (n, 11), the rows     push : float64 (2,), how far they
    are pushed back: in pixels along their slope, and of one over the depth     view_from_px : float64 (3, 3)
    light_least : of its light that a face has at a grazing angle
    tiles : see tiles.py; nothing is drawn in the others     first : which row of the viewport out[0] is
    depths : float32 (rows, columns)     out : uint32 (rows, columns), words
    O(n · pixels of a face). Twin: shaders/faces.frag.glsl, through GL
    """
    rows, width = out.shape
    is_whole = tiles.size == 0
    for i in range(seen.shape[0]):
        count = int(seen[i, 0])
        if count < 3:
            continue
        low_x, high_x, low, high = _box(seen[i])
        if not (
            low_x < width
            and high_x > 0
            and low < first + rows
            and high > first
            and touches(tiles, low_x, high_x, max(low, np.float64(first)), min(high, np.float64(first + rows)))
        ):
            continue
        low, high = low - first, high - first
        word = bits[i, 10]
        red, green, blue = light_of(word, decode)
        alpha, is_lit = np.float64(word >> np.uint32(24)) / 255.0, seen[i, 17] > 0.0
        at_corner, per_column, per_row = seen[i, 11], seen[i, 12], seen[i, 13]
        pushed = push[0] * max(abs(per_column), abs(per_row)) + push[1]
        for row in range(first_pixel(low, rows), first_pixel(high, rows)):
            y = row + 0.5
            left, right = np.inf, -np.inf
            for k in range(count):  # the sides that cross the row
                j = k + 1 if k + 1 < count else 0
                ay, by = seen[i, 2 + 2 * k] - first, seen[i, 2 + 2 * j] - first
                if (ay <= y) != (by <= y):
                    x = seen[i, 1 + 2 * k] + (seen[i, 1 + 2 * j] - seen[i, 1 + 2 * k]) * (y - ay) / (by - ay)
                    left, right = min(left, x), max(right, x)
            start = at_corner + per_row * (y + first) - pushed
            for column in range(first_pixel(left, width), first_pixel(right, width)):
                depth = np.float32(1.0 / max(start + per_column * (column + 0.5), 1e-300))
                is_here = is_whole or tiles[(row + first) >> SHIFT, column >> SHIFT] != 0
                if not (depth <= depths[row, column] and is_here):
                    continue
                light = np.float32(1.0)
                if is_lit:
                    facing = _facing(seen[i, 14], seen[i, 15], seen[i, 16], view_from_px, column + 0.5, y + first)
                    light = np.float32(light_least + (1.0 - light_least) * facing)
                if leaves_depth:
                    depths[row, column] = depth
                if alpha >= ALL and not is_lit:
                    out[row, column] = word
                else:
                    out[row, column] = mixed(
                        out[row, column], red * light, green * light, blue * light, alpha, decode, encode
                    )


@part_of_kernels
def _see(
    numbers: Array,
    pose: Array,
    px_from_view: Array,
    view_from_px: Array,
    least: float,
    corners: Array,
    cut: Array,
    out: Array,
) -> None:
    """Write where a face is seen, but for its colour."""
    for k in range(SEEN):
        out[k] = 0.0
    out[0] = _NOWHERE
    cx, cy, cz = _turned(pose, numbers[0], numbers[1], numbers[2])
    cx, cy, cz = cx + pose[0, 3], cy + pose[1, 3], cz + pose[2, 3]
    ux, uy, uz = _turned(pose, numbers[3], numbers[4], numbers[5])
    vx, vy, vz = _turned(pose, numbers[6], numbers[7], numbers[8])
    for k in range(4):  # around the face
        a, b = (1.0 if k in (1, 2) else -1.0), (1.0 if k >= 2 else -1.0)
        corners[k, 0], corners[k, 1], corners[k, 2] = (
            cx + a * ux + b * vx,
            cy + a * uy + b * vy,
            cz + a * uz + b * vz,
        )
    count = _cut(corners, least, cut)
    nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    off, length = nx * cx + ny * cy + nz * cz, np.sqrt(nx * nx + ny * ny + nz * nz)
    if count < 3 or off == 0.0 or length == 0.0 or not (np.isfinite(off) and np.isfinite(length)):
        return  # it is seen from its side, or too small or too large to be worked out
    total = 0.0
    for k in range(count):
        right, down = cut[k, 0] / cut[k, 2], cut[k, 1] / cut[k, 2]
        out[1 + 2 * k] = px_from_view[0, 0] * right + px_from_view[0, 1] * down + px_from_view[0, 2]
        out[2 + 2 * k] = px_from_view[1, 0] * right + px_from_view[1, 1] * down + px_from_view[1, 2]
        total += out[1 + 2 * k] + out[2 + 2 * k]
    for k in range(3):
        along = nx * view_from_px[0, k] + ny * view_from_px[1, k] + nz * view_from_px[2, k]
        out[11 + (k + 1) % 3] = along / off
    out[14], out[15], out[16] = nx / length, ny / length, nz / length
    out[17] = numbers[9]
    if np.isfinite(total):
        out[0] = count


@part_of_kernels
def _mark(tiles: Array, seen: Array) -> None:
    """Mark all tiles that a face may reach."""
    if seen[0] > 0:
        low_x, high_x, low_y, high_y = _box(seen)
        mark(tiles, low_x, high_x, low_y, high_y)


@part_of_kernels
def _box(seen: Array) -> tuple[float, float, float, float]:
    """From where to where a face that is seen reaches, x and y."""
    low_x, high_x, low_y, high_y = np.inf, -np.inf, np.inf, -np.inf
    for k in range(int(seen[0])):
        low_x, high_x = min(low_x, seen[1 + 2 * k]), max(high_x, seen[1 + 2 * k])
        low_y, high_y = min(low_y, seen[2 + 2 * k]), max(high_y, seen[2 + 2 * k])
    return low_x, high_x, low_y, high_y


@part_of_kernels
def _turned(pose: Any, x: Any, y: Any, z: Any) -> tuple[float, float, float]:
    return (
        np.float64(pose[0, 0]) * x + np.float64(pose[0, 1]) * y + np.float64(pose[0, 2]) * z,
        np.float64(pose[1, 0]) * x + np.float64(pose[1, 1]) * y + np.float64(pose[1, 2]) * z,
        np.float64(pose[2, 0]) * x + np.float64(pose[2, 1]) * y + np.float64(pose[2, 2]) * z,
    )


@part_of_kernels
def _cut(corners: Array, least: float, out: Array) -> int:
    """Cut off what of a polygon (4, 3) is nearer than `least`; return how many corners, in `out` (5, 3), are left."""
    count = 0
    for k in range(4):
        j = k + 1 if k < 3 else 0
        here, there = corners[k, 2], corners[j, 2]
        if here >= least:
            for axis in range(3):
                out[count, axis] = corners[k, axis]
            count += 1
        if (here >= least) != (there >= least) and count < 5:
            t = (least - here) / (there - here)
            for axis in range(2):
                out[count, axis] = corners[k, axis] + (corners[j, axis] - corners[k, axis]) * t
            out[count, 2] = least  # which rounding may miss by far where a face is huge
            count += 1
    return count


@part_of_kernels
def _facing(nx: float, ny: float, nz: float, view_from_px: Array, x: float, y: float) -> Any:
    """How straight a face of that normal is looked at in a pixel; 0 to 1."""
    right = view_from_px[0, 0] * x + view_from_px[0, 1] * y + view_from_px[0, 2]
    down = view_from_px[1, 0] * x + view_from_px[1, 1] * y + view_from_px[1, 2]
    ahead = view_from_px[2, 0] * x + view_from_px[2, 1] * y + view_from_px[2, 2]
    return abs(nx * right + ny * down + nz * ahead) / np.sqrt(right * right + down * down + ahead * ahead)
