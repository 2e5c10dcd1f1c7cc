"""Slow, obvious twins of what blazon computes, written from SEMANTICS and from nothing else.

Plain Python, one instance at a time. Colours are tuples (red, green, blue, alpha) of ints, sRGB, straight alpha.
"""

from __future__ import annotations

import colorsys
import itertools
import math
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from blazon.ingest.annotations import AnnotationContext, ClassDescription

Color = tuple[int, int, int, int]
CLEAR: Color = (0, 0, 0, 0)
NO_CLASSES = AnnotationContext([])


# --- §3: the automatic colour


def auto(id_: int) -> Color:
    """§3: hue = frac(id · (√5−1)/2), saturation 0.85, value 0.5, HSV in linear light, then sRGB; f32 throughout."""
    one = np.float32(1)
    golden = (np.sqrt(np.float32(5)) - one) / np.float32(2)
    turned = np.float32(id_) * golden
    hue = turned - np.floor(turned)
    rgb = colorsys.hsv_to_rgb(hue, np.float32(0.85), np.float32(0.5))
    red, green, blue = (encode(float(channel)) for channel in rgb)
    return red, green, blue, 255


def encode(linear: float) -> int:
    """Linear light to sRGB, 8 bit, to the nearest. IEC 61966-2-1."""
    curved = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return math.floor(255 * curved + 0.5)


def decode(level: int) -> float:
    """Return the linear light of an sRGB level. IEC 61966-2-1."""
    unit = level / 255
    return unit / 12.92 if unit <= 0.04045 else ((unit + 0.055) / 1.055) ** 2.4


# --- §3: colours of classes and instances


def rgba(packed: int) -> Color:
    """0xRRGGBBAA, taken apart."""
    return packed >> 24 & 255, packed >> 16 & 255, packed >> 8 & 255, packed & 255


def class_color(class_id: int, context: AnnotationContext | None) -> Color:
    """§3, 3 and 4: the colour of the class, else auto(class `info.id`); auto(class id) where it is not listed."""
    described = (context or NO_CLASSES).classes.get(class_id)
    if described is None:
        return auto(class_id)
    return auto(described.info.id) if described.info.color is None else rgba(described.info.color)


def instance_color(class_id: int, keypoint_id: int | None, context: AnnotationContext | None) -> Color:
    """§3, 2 to 4: keypoint colour, else class colour, else an automatic one."""
    described = (context or NO_CLASSES).classes.get(class_id)
    listed = [each for each in described.keypoint_annotations if each.id == keypoint_id] if described else []
    if described is None or not listed:
        return class_color(class_id, context)
    keypoint = listed[-1]  # §2: of duplicates the last wins
    if keypoint.color is not None:
        return rgba(keypoint.color)
    return auto(keypoint.id) if described.info.color is None else rgba(described.info.color)


def color_instances(
    class_ids: Sequence[int], keypoint_ids: Sequence[int], context: AnnotationContext | None, n: int
) -> list[Color]:
    """§3 for `n` instances; §6: the last id repeats."""
    return [
        instance_color(at(class_ids, i), at(keypoint_ids, i) if len(keypoint_ids) else None, context) for i in range(n)
    ]


def at(values: Sequence[Any], i: int) -> Any:
    """§6: the last value of a shorter component repeats, extra values are dropped."""
    return values[min(i, len(values) - 1)]


def spread(values: Sequence[Any], n: int) -> list[Any]:
    """§6, as a list of `n` values."""
    return [at(values, i) for i in range(n)]


# --- §4: masks


def class_of(value: Any) -> int | None:
    """§4: floats round to the nearest; what is negative or NaN is no class."""
    if isinstance(value, (float, np.floating)):
        if math.isnan(value):
            return None
        value = round(float(value))
    return None if value < 0 else int(value)


def shows(
    class_id: int | None, context: AnnotationContext, hide: Collection[int | str] = (), only: Collection[int | str] = ()
) -> bool:
    """Tell whether a class is shown: digits are an id, else a label, resolved in the context. DESIGN, `--hide`."""
    label = context.classes[class_id].info.label if class_id in context.classes else None
    names = {name for name in (class_id, label) if name is not None}
    return not names & set(hide) and (not only or bool(names & set(only)))


def colorize(
    ids: np.ndarray,
    context: AnnotationContext | None,
    hide: Collection[int | str] = (),
    only: Collection[int | str] = (),
) -> np.ndarray:
    """§4: the colour of every id, listed or not; uint8, (*ids.shape, 4)."""
    out = np.zeros((*ids.shape, 4), np.uint8)
    for index in np.ndindex(ids.shape):
        id_ = class_of(ids[index])
        if id_ is not None and shows(id_, context or NO_CLASSES, hide, only):
            out[index] = class_color(id_, context)
    return out


# --- §8, §11: people and their connections


def people(
    class_ids: Sequence[int], keypoint_ids: Sequence[int], instance_ids: Sequence[int], n: int
) -> list[tuple[int, list[int]]]:
    """§11: the instances of a row, each as (class id, its points), in order of appearance.

    Within a row, a keypoint id that its class already has starts the next instance of that class; `instance_ids` says
    so explicitly.
    """
    found: list[tuple[int, list[int]]] = []
    open_: dict[Any, int] = {}
    for i in range(n):
        class_id, keypoint_id = at(class_ids, i), at(keypoint_ids, i)
        key = (class_id, at(instance_ids, i)) if len(instance_ids) else class_id
        has = [at(keypoint_ids, j) for j in found[open_[key]][1]] if key in open_ else []
        if key not in open_ or (not len(instance_ids) and keypoint_id in has):
            open_[key] = len(found)
            found.append((class_id, []))
        found[open_[key]][1].append(i)
    return found


def connect(
    positions: Sequence[Sequence[float]],
    class_ids: Sequence[int],
    keypoint_ids: Sequence[int],
    instance_ids: Sequence[int],
    context: AnnotationContext,
) -> tuple[list[tuple[tuple[float, ...], tuple[float, ...], Color]], int]:
    """§8: the lines of a row, (from, to, colour) each, and how many connections are skipped for a missing end.

    Lines have the class colour. A connection that is listed twice, either way round, is one line; one of a keypoint
    with itself is none. A point whose position is not finite does not exist (§10). Of a keypoint that one instance
    has twice, which only `instance_ids` can make, the last counts.
    """
    lines, skipped = [], 0
    for class_id, members in people(class_ids, keypoint_ids, instance_ids, len(positions)):
        described = context.classes.get(class_id, ClassDescription(info=class_id))
        here = {at(keypoint_ids, i): tuple(positions[i]) for i in members if all(map(math.isfinite, positions[i]))}
        for first, second in {tuple(sorted(pair)): pair for pair in described.keypoint_connections}.values():
            if first == second:
                continue
            if first in here and second in here:
                lines.append((here[first], here[second], class_color(class_id, context)))
            else:
                skipped += 1
    return lines, skipped


# --- §4: blending, and the 2D camera


def blend(over: Color, under: Color, coverage: float = 1.0) -> Color:
    """§4: `over`, with `coverage` times its alpha, over an opaque colour, in linear light."""
    alpha = over[3] / 255 * coverage
    mixed = [encode(alpha * decode(a) + (1 - alpha) * decode(b)) for a, b in zip(over[:3], under[:3], strict=True)]
    return mixed[0], mixed[1], mixed[2], 255


def project(
    point: tuple[float, float], bounds: tuple[float, float, float, float], size: tuple[int, int]
) -> tuple[float, float]:
    """DESIGN, `--bounds`: equal scale, centred, never stretched. Scene units to pixels, y down."""
    x0, y0, x1, y1 = bounds
    scale = min(size[0] / (x1 - x0), size[1] / (y1 - y0))
    return (
        size[0] / 2 + (point[0] - (x0 + x1) / 2) * scale,
        size[1] / 2 + (point[1] - (y0 + y1) / 2) * scale,
    )


# --- space: poses, eyes, pinholes. DESIGN (3D views), SEMANTICS §9, §10

Matrix = np.ndarray
_LETTERS = {"R": (1, 0, 0), "L": (-1, 0, 0), "D": (0, 1, 0), "U": (0, -1, 0), "F": (0, 0, 1), "B": (0, 0, -1)}


def turn(quaternion: Sequence[float]) -> Matrix:
    """The rotation of a quaternion x, y, z, w of any length: each axis v becomes q v q*, by Hamilton's product."""

    def product(a: Sequence[float], b: Sequence[float]) -> list[float]:
        ax, ay, az, aw = a
        bx, by, bz, bw = b
        return [
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        ]

    length = math.sqrt(sum(each * each for each in quaternion))
    unit = [each / length for each in quaternion]
    back = [-unit[0], -unit[1], -unit[2], unit[3]]
    columns = [product(product(unit, [*axis, 0]), back)[:3] for axis in np.eye(3)]
    return np.array(columns).T


def turn_about(axis: Sequence[float], angle: float) -> Matrix:
    """The rotation about an axis of any length, radians, counterclockwise when it points at you. Rodrigues."""
    unit = np.array(axis, np.float64) / np.linalg.norm(axis)
    columns = [
        each * math.cos(angle) + np.cross(unit, each) * math.sin(angle) + unit * (unit @ each) * (1 - math.cos(angle))
        for each in np.eye(3)
    ]
    return np.array(columns).T


def pose(
    translation: Sequence[float] = (0, 0, 0),
    axis_angle: tuple[Sequence[float], float] | None = None,
    quaternion: Sequence[float] | None = None,
    scale: Sequence[float] = (1, 1, 1),
    mat3x3: Any = None,
    inverse: bool = False,
) -> Matrix:
    """Parent from child, (4, 4): matrix first, then scale, quaternion, axis and angle, translation; or the way back."""
    linear = np.eye(3) if mat3x3 is None else np.array(mat3x3, np.float64)
    linear = np.diag(scale) @ linear
    if quaternion is not None:
        linear = turn(quaternion) @ linear
    if axis_angle is not None:
        linear = turn_about(*axis_angle) @ linear
    whole = np.eye(4)
    whole[:3, :3], whole[:3, 3] = linear, translation
    return np.linalg.inv(whole) if inverse else whole


def moved(point: Sequence[float], world_from_entity: Matrix) -> Matrix:
    """A point, moved."""
    return (world_from_entity @ np.array([*point, 1.0]))[:3]


def through_eye(
    point: Sequence[float],
    eye: Sequence[float],
    target: Sequence[float],
    fov: float,
    size: tuple[int, int],
    up: Sequence[float] = (0, 0, 1),
) -> tuple[float, float, float]:
    """DESIGN, 3D views: where an eye sees a point: pixels, y down, and how deep. fov : vertical, degrees."""
    away = np.array(target, np.float64) - np.array(eye, np.float64)
    ahead = away / np.linalg.norm(away)
    right = np.cross(ahead, up)
    right = right / np.linalg.norm(right)
    over = np.cross(right, ahead)
    offset = np.array(point, np.float64) - np.array(eye, np.float64)
    depth = float(offset @ ahead)
    if depth == 0:
        return math.nan, math.nan, 0.0
    half = math.tan(math.radians(fov / 2))
    pixels = size[1] / 2 / half
    return size[0] / 2 + offset @ right / depth * pixels, size[1] / 2 - offset @ over / depth * pixels, depth


def through_pinhole(
    point: Sequence[float], world_from_camera: Matrix, image_from_view: Any, axes: str = "RDF"
) -> tuple[float, float, float]:
    """K [R|t]: where a pinhole sees a point of the world: pixels, y down, and depth. axes : of the camera's x, y, z."""
    x, y, z = np.linalg.solve(world_from_camera, np.array([*point, 1.0]))[:3]
    view = x * np.array(_LETTERS[axes[0]]) + y * np.array(_LETTERS[axes[1]]) + z * np.array(_LETTERS[axes[2]])
    u, v, depth = np.array(image_from_view, np.float64) @ view
    return u / depth, v / depth, depth


def extent(points: Matrix, pose: Matrix, low: Matrix, high: Matrix) -> tuple[Matrix, Matrix] | None:
    """The box around the points that, once moved, lie between two corners, these included; None if there are none."""
    placed = [pose[:, :3] @ point.astype(np.float64) + pose[:, 3] for point in points]
    inside = [each for each in placed if all(low <= each) and all(each <= high)]
    return (np.min(inside, axis=0), np.max(inside, axis=0)) if inside else None


def depths_in_sight(points: Matrix, pose: Matrix, edges: Sequence[float]) -> list[float]:
    """The depths of the points before an eye that it sees: x / z and y / z between the edges, these included."""
    depths = []
    for point in points:
        x, y, z = pose[:, :3] @ point.astype(np.float64) + pose[:, 3]
        if z > 0 and edges[0] <= x / z <= edges[1] and edges[2] <= y / z <= edges[3]:
            depths.append(float(z))
    return depths


def sides_of_sight(
    points: Matrix,
    world_from_points: Matrix,
    axes_from_world: Matrix,
    radius: float,
    bounds: Matrix,
    tangents: Sequence[float],
) -> list[float]:
    """Where the planes lie, to the right, left, below and above, that balls between two corners touch; −inf: none.

    axes_from_world : (3, 4), to right, down and forward. tangents : of the angles between the planes and forward.
    A plane is told by its offset along right or down at no depth.
    """
    sides = [-math.inf] * 4
    for point in points:
        world = world_from_points[:, :3] @ point.astype(np.float64) + world_from_points[:, 3]
        if all(bounds[0] <= world) and all(world <= bounds[1]):
            right, down, forward = axes_from_world[:, :3] @ world + axes_from_world[:, 3]
            for side, (across, tangent) in enumerate(
                zip((right, -right, down, -down), np.repeat(tangents, 2), strict=True)
            ):
                angle = math.atan(tangent)
                # The signed distance from a plane through the origin, and a ball's radius, along the plane's normal.
                beyond = across * math.cos(angle) - forward * math.sin(angle) + radius
                sides[side] = max(sides[side], beyond / math.cos(angle))
    return sides


def unproject(
    depths: Matrix, colors: Matrix, image_from_view: Matrix, scale: float, fill: float
) -> list[tuple[Matrix, float, Color]]:
    """A point (position, radius, colour) for each pixel that has a depth, where K takes its middle; transparent: none.

    The colours, uint8 (h', w', 4), are stretched over the depths. The radius is `fill` times half the pixel there.
    """
    height, width = depths.shape
    found = []
    for i in range(height):
        for j in range(width):
            z = float(depths[i, j]) * scale
            color = colors[i * colors.shape[0] // height, j * colors.shape[1] // width]
            if not math.isfinite(z) or z <= 0 or color[3] == 0:
                continue
            position = np.linalg.solve(image_from_view, np.array([j + 0.5, i + 0.5, 1.0])) * z
            pixel = z / math.sqrt(abs(image_from_view[0, 0] * image_from_view[1, 1]))
            found.append((position, fill * pixel / 2, tuple(int(each) for each in color)))
    return found


def visible_discs(
    seen: Sequence[tuple[float, float, float]], radii: Sequence[float], width: int, height: int
) -> list[bool]:
    """Which discs show, rims and all: at the middle of some pixel no nearer disc is half a pixel past it."""
    shows = [False] * len(seen)
    for row in range(height):
        for column in range(width):
            away = [math.hypot(column + 0.5 - x, row + 0.5 - y) for x, y, _ in seen]
            for i, (_, _, depth) in enumerate(seen):
                hidden = any(0 < other < depth and away[j] <= radii[j] - 0.5 for j, (_, _, other) in enumerate(seen))
                shows[i] |= depth > 0 and away[i] < radii[i] + 0.5 and not hidden
    return shows


def splat(
    seen: Sequence[tuple[float, float, float]], colors: Sequence[int], radii: Sequence[float], width: int, height: int
) -> tuple[Matrix, Matrix]:
    """The colour and the depth at the middle of each pixel: of the nearest disc there, of equal ones the last.

    seen : pixels x, y, and the depth. Where nothing is, the colour is 0 and the depth infinite.
    """
    words, depths = np.zeros((height, width), np.uint32), np.full((height, width), np.inf, np.float32)
    for row in range(height):
        for column in range(width):
            for (x, y, depth), color, radius in zip(seen, colors, radii, strict=True):
                is_here = (column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2 <= radius**2
                if depth > 0 and is_here and np.float32(depth) <= depths[row, column]:
                    words[row, column], depths[row, column] = color, depth
    return words, depths


def pack_points(
    positions: Matrix, anchor: Matrix, words: Sequence[int], radii: Sequence[float], farthest: float
) -> list[tuple[Any, ...]]:
    """For each point its place, radius, colour, and what becomes of it: 0 drawn, 1 not finite, 2 far, 3 transparent."""
    rows = []
    for i, position in enumerate(positions.astype(np.float64)):
        if not all(map(math.isfinite, position)):
            fate = 1
        elif max(map(abs, position)) > farthest:
            fate = 2
        else:
            fate = 3 if int(words[i]).to_bytes(4, "little")[3] == 0 else 0
        rows.append((position - anchor, radii[min(i, len(radii) - 1)], words[i], fate))
    return rows


def points_in_reach(
    points: Matrix, pose: Matrix, radii: Sequence[float], shown: Sequence[bool], asked: Sequence[float], most: int
) -> list[tuple[int, float, float]]:
    """The best discs next to a pixel: which, how deep, how far off. asked : as in render/kernels/reach.py."""
    x, y, reach, closest, px_per_unit, px_per_point, step, least = asked
    found = []
    for i, point in enumerate(points.astype(np.float64)):
        u, v, depth = pose[:, : len(point)] @ point + pose[:, 3]
        if not (depth > 0 and depth >= closest) or not at(shown, i):
            continue
        radius = at(radii, i)
        radius_px = max(radius * px_per_unit / depth if radius > 0 else -radius * px_per_point, least)
        off = max(math.hypot(u / depth - x, v / depth - y) - radius_px, 0)
        if off <= reach:
            found.append((math.ceil(off / step) if step else off, depth, -i, off))
    return [(-i, depth, off) for _, depth, i, off in sorted(found)[:most]]


def lines_in_reach(
    strips: Sequence[Matrix], pose: Matrix, radii: Sequence[float], shown: Sequence[bool], asked: Sequence[float]
) -> dict[int, float]:
    """How far off each strip within reach is, by very many places along its segments."""
    x, y, reach, closest, px_per_unit, px_per_point, _, _ = asked
    found: dict[int, float] = {}
    for i, strip in enumerate(strips):
        for a, b in itertools.pairwise(strip.astype(np.float64)):
            for share in np.linspace(0, 1, 2001):
                point = a + (b - a) * share
                u, v, depth = pose[:, : len(point)] @ point + pose[:, 3]
                if depth >= closest and depth > 0 and at(shown, i):
                    radius = at(radii, i)
                    radius_px = radius * px_per_unit / depth if radius > 0 else -radius * px_per_point
                    off = max(math.hypot(u / depth - x, v / depth - y) - radius_px, 0)
                    if off <= reach:
                        found[i] = min(found.get(i, math.inf), off)
    return found


def sample_nearest(
    image: Matrix, origin: tuple[float, float], units_per_px: float, background: int, shape: tuple[int, int]
) -> Matrix:
    """The texel that the middle of each pixel lies in, or the background where that is not on the image."""
    shown = np.full(shape, background, image.dtype)
    for row in range(shape[0]):
        for column in range(shape[1]):
            x, y = (column + 0.5 - origin[0]) * units_per_px, (row + 0.5 - origin[1]) * units_per_px
            if 0 <= x < image.shape[1] and 0 <= y < image.shape[0]:
                shown[row, column] = image[math.floor(y), math.floor(x)]
    return shown


def over(before: int, color: Sequence[float], alpha: float) -> int:
    """The word of a pixel once light is put over it. color : red, green, blue, linear."""
    mixed = [old * (1 - alpha) + new * alpha for old, new in zip(light(before), color, strict=True)]
    return sum(encode(part) << shift for part, shift in zip(mixed, (0, 8, 16), strict=True)) | 0xFF000000


def light(word: int) -> list[float]:
    """The linear light of a word."""
    return [decode(word >> shift & 255) for shift in (0, 8, 16)]


def mix_nearest(words: Matrix, before: Matrix, origin: tuple[float, float], units: float, opacity: float) -> Matrix:
    """`before`, with the texel over it that the middle of each pixel lies in."""
    shown = before.copy()
    for row, column in np.ndindex(*before.shape):
        x, y = (column + 0.5 - origin[0]) * units, (row + 0.5 - origin[1]) * units
        if 0 <= x < words.shape[1] and 0 <= y < words.shape[0]:
            word = int(words[math.floor(y), math.floor(x)])
            shown[row, column] = over(int(before[row, column]), light(word), (word >> 24) / 255 * opacity)
    return shown


def mix_reduced(words: Matrix, before: Matrix, origin: tuple[float, float], units: float, opacity: float) -> Matrix:
    """`before`, with the mean light over it of what each pixel covers, where its middle lies on the image."""
    shown = before.copy()
    height, width = words.shape
    for row, column in np.ndindex(*before.shape):
        left, top = (column - origin[0]) * units, (row - origin[1]) * units
        if not (0 <= left + units / 2 < width and 0 <= top + units / 2 < height):
            continue
        total, mean = 0.0, [0.0, 0.0, 0.0]
        for y, x in np.ndindex(height, width):
            share = max(min(left + units, x + 1) - max(left, x), 0) * max(min(top + units, y + 1) - max(top, y), 0)
            total += share
            mean = [part + share * each for part, each in zip(mean, light(int(words[y, x])), strict=True)]
        shown[row, column] = over(int(before[row, column]), [part / total for part in mean], opacity)
    return shown


# --- §5: labels


def label_of(
    i: int,
    n: int,
    *,
    labels: Sequence[str],
    class_ids: Sequence[int] | None,
    keypoint_ids: Sequence[int] | None,
    context: AnnotationContext | None,
) -> tuple[str, bool]:
    """§5: the text of instance `i` of `n`, "" for none, and whether it was logged for it; not what one label says."""
    if len(labels) == 1 and n > 1:
        return "", False
    if i < len(labels):
        return labels[i], True
    if class_ids is None and keypoint_ids is None:
        return "", False
    class_id = at(class_ids, i) if class_ids else 0
    described = (context or NO_CLASSES).classes.get(class_id)
    if described is None:
        return "", False
    if keypoint_ids:
        for keypoint in reversed(described.keypoint_annotations):
            if keypoint.id == at(keypoint_ids, i):
                if keypoint.label:
                    return keypoint.label, False
                break
    return described.info.label or "", False


def shows_labels(n: int, *, labels: Sequence[str], show_labels: bool | None, mode: str) -> bool:
    """§5: whether the labels of an entity of `n` instances are shown; mode is "auto", "on" or "off"."""
    if mode != "auto":
        return mode == "on"
    return len(labels) == 1 or n < 30 if show_labels is None else show_labels


# --- where labels go


Rect = tuple[float, float, float, float]  # left, top, right, bottom
_SAME = 1e-6


def places(anchor: str, box: Rect, reach: float, size: tuple[float, float], px_per_point: float) -> list[Any]:
    """The left upper corners that a plate may have, the best one first; None for a place that is not there."""
    left, top, right, bottom = box
    width, height = size
    x, y = (left + right) / 2, (top + bottom) / 2
    gap = reach + 2 * px_per_point
    if anchor == "below":
        gap = max(gap, 5 * px_per_point)
        centred = x - width / 2
        return [
            (centred, y + gap),
            (centred, y - gap - height),
            (x + gap, y - height / 2),
            (x - gap - width, y - height / 2),
        ]
    centred = x - width / 2
    if anchor == "edge":
        has_room = height + 2 * gap <= bottom - top
        return [
            (centred, bottom + gap),
            (centred, top - gap - height),
            (left, bottom + gap),
            (right - width, bottom + gap),
            (centred, bottom - gap - height) if has_room else None,
            (centred, top + gap) if has_room else None,
        ]
    return [
        (centred, y - height / 2),
        (centred, y + height / 2 + gap),
        (centred, y - 1.5 * height - gap),
        (x + 2 * gap, y - height / 2),
        (x - 2 * gap - width, y - height / 2),
    ]


def place_labels(
    wanted: Sequence[tuple[str, Rect, float, tuple[int, int], int]], window: Rect, px_per_point: float, gap: float
) -> list[tuple[float, float, int] | None]:
    """Where each label goes and at which of its places, or None; those that come first choose first.

    wanted : of each its anchor, the box and the reach of what is labelled, the plate's size, and the place it had or −1
    """
    taken: list[Rect] = []
    found: list[tuple[float, float, int] | None] = []
    for anchor, box, reach, (width, height), kept in wanted:
        corners = places(anchor, box, reach, (width, height), px_per_point)
        numbers = [*([kept] if kept >= 0 else []), *(each for each in range(len(corners)) if each != kept)]
        found.append(None)
        for number in numbers:
            if number >= len(corners) or corners[number] is None:
                continue
            x, y = corners[number]
            is_centred = number in {"below": (0, 1), "edge": (0, 1, 4, 5), "middle": (0, 1, 2)}[anchor]
            inside_x = min(max(x, window[0]), window[2] - width)
            inside_y = min(max(y, window[1]), window[3] - height)
            if width > window[2] - window[0] or height > window[3] - window[1]:
                continue
            if abs(inside_x - x) >= _SAME and not is_centred:
                continue
            if abs(inside_y - y) >= _SAME and anchor != "middle":
                continue
            mine = inside_x, inside_y, inside_x + width, inside_y + height
            if any(_nearer(mine, other, gap - _SAME) for other in taken):
                continue
            taken.append(mine)
            found[-1] = (inside_x, inside_y, number)
            break
    return found


def _nearer(one: Rect, other: Rect, gap: float) -> bool:
    """Whether two rectangles are nearer to each other than a gap, in both directions."""
    apart_x = max(other[0] - one[2], one[0] - other[2])
    apart_y = max(other[1] - one[3], one[1] - other[3])
    return apart_x < gap and apart_y < gap
