"""Images seen from very near: where each of their pixels lies, and what was logged there, as text. No GL.

All is taken from the scene that is drawn, so that numbers and colours are of one time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.colors import LINEAR_OF_SRGB
from blazon.render.cameras import Camera2D
from blazon.render.plane import DrawImage
from blazon.render.scene import ViewFrame
from blazon.render.styles import Table
from blazon.render.visualizers.layers import ImageLayer, ImageRole, Mask

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear red, green and blue. Source: Rec. 709
BRIGHT = 0.18  # of luminance: black has more contrast with what is brighter, white with what is darker
Texts = NDArray[np.str_]
_UNMOVED = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)  # rows of a matrix of the plane


@dataclass(frozen=True, slots=True, eq=False)
class PixelGrid:
    """The pixels in sight of images whose pixels cover each other.

    columns, rows : int64 (k,) and (m,), their numbers, from the left and from the top of the picture.
    xs_px, ys_px : float64 (k + 1,) and (m + 1,), their edges, ascending, pixels of the picture.
    draws : the images, the topmost first.
    """

    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    xs_px: NDArray[np.float64]
    ys_px: NDArray[np.float64]
    draws: tuple[DrawImage, ...]

    @property
    def size_px(self) -> tuple[float, float]:
        """Width and height of one of them, pixels of the picture."""
        return float(self.xs_px[1] - self.xs_px[0]), float(self.ys_px[1] - self.ys_px[0])

    def sampled(self, image: NDArray[Any]) -> NDArray[Any]:
        """Return its pixels' values in an image, (h, w, …), as (m × k, …), row by row; zeros where it has none."""
        height, width = image.shape[:2]
        rows, columns = np.minimum(self.rows, height - 1), np.minimum(self.columns, width - 1)
        found: NDArray[Any] = image[rows[:, None], columns]
        found[(self.rows >= height)[:, None] | (self.columns >= width)] = 0
        return found.reshape(-1, *image.shape[2:])

    def covered(self, layer: ImageLayer) -> NDArray[np.bool_]:
        """Return in which of its pixels an image has one, bool (m × k,)."""
        width, height = layer.size
        return ((self.rows < height)[:, None] & (self.columns < width)).reshape(-1)


@dataclass(frozen=True, slots=True, eq=False)
class PixelTexts:
    """What is written in the pixels of a grid, row by row, in the order of how much it matters.

    groups : of each, str (m × k, lines); empty where there is nothing to say. bright : bool (m × k,), whether what is
    drawn there asks for dark letters.
    """

    groups: tuple[Texts, ...]
    bright: NDArray[np.bool_]


def pixel_grids(frame: ViewFrame, least_px: float) -> tuple[PixelGrid, ...]:
    """Return the grids of a view whose pixels are so large or larger, pixels of the picture; none of what is turned.

    Of images whose pixels do not cover each other, those that lie below are left out where they meet.
    """
    camera = frame.camera
    if not isinstance(camera, Camera2D):
        return ()
    alike: dict[tuple[float, ...], list[DrawImage]] = {}
    for each in reversed(frame.draws):
        if isinstance(each, DrawImage) and each.opacity > 0:
            matrix = each.layer.plane_from_image
            alike.setdefault(_UNMOVED if matrix is None else tuple(matrix.reshape(-1).tolist()), []).append(each)
    found: list[PixelGrid] = []
    for moved, draws in alike.items():
        grid = _grid(camera, moved, draws, least_px)
        if grid is not None and not any(_meet(grid, each) for each in found):
            found.append(grid)
    return tuple(found)


def pixel_texts(grid: PixelGrid, frame: ViewFrame, background: int) -> PixelTexts:
    """Return what was logged in each pixel of a grid of a view.

    Of the topmost mask the id and the label, of colours red, green and blue or what there is, of depth metres if it
    was said how many of its units are one. background : packed, what lies below all.
    """
    masks = [(each.layer, each.layer.mask) for each in grid.draws]
    ids, labels = _filled(_mask_texts(grid, layer, mask) for layer, mask in masks if mask is not None) or (None, None)
    colors = _filled(_value_texts(grid, each) for each in _layers(grid, ImageRole.COLOR))
    depths = _filled(_value_texts(grid, each) for each in _layers(grid, ImageRole.DEPTH))
    groups = [ids, labels if labels is not None and (labels != "").any() else None]
    groups += [each[0] for each in (colors, depths) if each]
    return PixelTexts(tuple(each for each in groups if each is not None), _is_bright(grid, frame, background))


def _grid(camera: Camera2D, moved: Sequence[float], draws: list[DrawImage], least_px: float) -> PixelGrid | None:
    xx, xy, x0, yx, yy, y0 = moved
    if xy or yx or min(abs(xx), abs(yy)) * camera.px_per_unit < least_px:
        return None
    port, scale = camera.viewport, camera.px_per_unit
    widths, heights = zip(*(each.layer.size for each in draws), strict=True)
    left, top = x0 * scale + camera.origin_px[0] + port.x, y0 * scale + camera.origin_px[1] + port.y
    columns, xs_px = _in_sight(xx * scale, left, max(widths), (port.x, port.x + port.width))
    rows, ys_px = _in_sight(yy * scale, top, max(heights), (port.y, port.y + port.height))
    return PixelGrid(columns, rows, xs_px, ys_px, tuple(draws)) if len(columns) and len(rows) else None


def _in_sight(
    step_px: float, first_px: float, n: int, between_px: tuple[float, float]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Which of `n` pixels lie between two places along an axis, and their edges, both in the order of the picture."""
    ends = sorted((each - first_px) / step_px for each in between_px)
    numbers = np.arange(min(max(math.floor(ends[0]), 0), n), max(min(math.ceil(ends[1]), n), 0) + 1, dtype=np.int64)
    edges = first_px + np.float64(step_px) * numbers
    return (numbers[:-1], edges) if step_px > 0 else (numbers[:-1][::-1], edges[::-1])


def _meet(one: PixelGrid, other: PixelGrid) -> bool:
    pairs = (one.xs_px, other.xs_px), (one.ys_px, other.ys_px)
    return all(a[0] < b[-1] and b[0] < a[-1] for a, b in pairs)


def _layers(grid: PixelGrid, role: ImageRole) -> list[ImageLayer]:
    return [each.layer for each in grid.draws if each.layer.role is role]


def _filled(found: Iterable[tuple[Texts, ...]]) -> tuple[Texts, ...]:
    """The texts of the topmost image, and where it has none, those of the next; nothing if there is no image."""
    answer: tuple[Texts, ...] = ()
    for texts in found:
        if not answer:
            answer = texts
            continue
        lines = [max(a.shape[1], b.shape[1]) for a, b in zip(answer, texts, strict=True)]
        above, below = (
            [np.pad(each, ((0, 0), (0, n - each.shape[1]))) for each, n in zip(every, lines, strict=True)]
            for every in (answer, texts)
        )
        is_open = (answer[0] == "").all(axis=1)[:, None]
        answer = tuple(np.where(is_open, b, a) for a, b in zip(above, below, strict=True))
    return answer


def _mask_texts(grid: PixelGrid, layer: ImageLayer, mask: Mask) -> tuple[Texts, Texts]:
    """Ids and labels, each str (pixels, 1); empty where the class is hidden."""
    ids = grid.sampled(mask.ids)
    valid = np.isfinite(ids) & (ids >= 0)
    whole = np.where(valid, np.rint(ids) if ids.dtype.kind == "f" else ids, 0).astype(np.uint64)
    shown = np.where(valid, mask.table.classes.shows(whole), mask.table.classes.is_open) & grid.covered(layer)
    labels = np.where(shown & valid, _labels(mask.table, whole), "")
    return np.where(shown, _said(ids), "")[:, None], labels[:, None]


def _labels(table: Table, ids: NDArray[np.uint64]) -> Texts:
    """The label of each of `ids`, uint64 (n,); empty where it has none."""
    keys, names = table.labels.class_keys, np.array([*table.labels.of_classes, ""])
    at = np.searchsorted(keys, ids)
    is_there = np.isin(ids, keys)
    return np.asarray(names[np.where(is_there, at, len(keys))])


def _value_texts(grid: PixelGrid, layer: ImageLayer) -> tuple[Texts]:
    """What was logged in each pixel, str (pixels, 1 or 3)."""
    logged = layer.logged
    values = grid.sampled(layer.pixels if logged is None else logged.values)[:, :3]
    said = _said(values if logged is None or logged.per_unit == 1 else values / logged.per_unit)
    return (np.where(grid.covered(layer)[:, None], said, ""),)


def _said(values: NDArray[Any]) -> Texts:
    """Numbers as text; with three digits after the point, unless all of them are whole."""
    if values.dtype.kind != "f":
        return values.astype(np.str_)
    numbers = values.reshape(-1).astype(np.float64)
    are_whole = bool((np.isnan(numbers) | (numbers == np.round(numbers))).all())
    return np.array([_digits(each, are_whole) for each in numbers.tolist()], np.str_).reshape(values.shape)


def _digits(value: float, is_whole: bool) -> str:
    if is_whole or not math.isfinite(value):
        return f"{value:g}"
    return f"{value:.3f}" if value == 0 or 1e-3 <= abs(value) < 1e5 else f"{value:.1e}"


def _is_bright(grid: PixelGrid, frame: ViewFrame, background: int) -> NDArray[np.bool_]:
    """Whether what all images of a view make of each pixel's middle is bright, bool (pixels,)."""
    assert isinstance(frame.camera, Camera2D)
    at_px = np.stack(np.meshgrid(_middles(grid.xs_px), _middles(grid.ys_px)), axis=-1).reshape(-1, 2)
    port = frame.camera.viewport
    plane = (at_px - (port.x, port.y) - frame.camera.origin_px) / frame.camera.px_per_unit
    below = np.array([background >> shift & 255 for shift in (24, 16, 8)])
    light = np.tile(LINEAR_OF_SRGB[below], (len(plane), 1))
    for each in frame.draws:
        if isinstance(each, DrawImage):
            drawn = _seen(each.layer, plane)
            share = drawn[:, 3:] / 255 * each.opacity
            light += (LINEAR_OF_SRGB[drawn[:, :3]] - light) * share
    return np.asarray(light @ LUMINANCE > BRIGHT)


def _middles(edges: NDArray[np.float64]) -> NDArray[np.float64]:
    return (edges[1:] + edges[:-1]) / 2


def _seen(layer: ImageLayer, plane: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The colours of an image at points of the plane, float64 (n, 2), as uint8 (n, 4); transparent where it is not."""
    moved, (width, height), mask = layer.plane_from_image, layer.size, layer.mask
    drawn = np.zeros((len(plane), 4), np.uint8)
    if moved is not None:
        if np.linalg.det(moved[:, :2]) == 0:
            return drawn
        plane = np.linalg.solve(moved[:, :2], (plane - moved[:, 2]).T).T.astype(np.float64)
    inside = ((plane >= 0) & (plane < (width, height))).all(axis=1)
    x, y = plane[inside].astype(np.int64).T
    drawn[inside] = layer.pixels[y, x] if mask is None else mask.table.color_image(mask.ids[y, x][None])[0][0]
    return drawn
