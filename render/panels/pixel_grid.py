"""The pixels of images as a grid, once they are large, and what was logged in each, once that fits into them.

What is written in the picture itself, labels and the legend, stays on top.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from imgui_bundle import imgui
from numpy.typing import NDArray

from blazon.render.cameras import Viewport
from blazon.render.panels.gui import PICTURE
from blazon.render.pixel_values import PixelGrid, PixelTexts, Texts, pixel_grids, pixel_texts
from blazon.render.plane import DrawRows
from blazon.render.scene import Scene, ViewFrame
from blazon.render.visualizers.layers import Primitive

LINES_FROM, LINES_FULL = 10.0, 24.0  # of a pixel: where lines begin to show, and no longer grow stronger; UI points
VALUES_FROM = 36.0  # where values are written
MOST = 1200  # pixels of a grid that have their values written
SHADE, SHINE = 0.34, 0.20  # how opaque the dark and the light half of a line are
SMALLEST, LARGEST, SHARE = 12.0, 15.0, 0.2  # of letters, UI points, and of a pixel
PITCH, DIGIT, CENTER = 0.9, 0.7, 0.55  # from line to line, how high a digit is, where its middle is; of their size
MARGIN = 2.0  # around what is written, UI points
DARK, LIGHT = (0.03, 0.04, 0.05), (1.0, 1.0, 1.0)
FIRST, OTHERS = 0.95, 0.75  # how opaque they are: what matters most, and what is said beside it
Rect = tuple[imgui.ImVec2, imgui.ImVec2]
Written = tuple[float, imgui.ImVec2, int, str]  # how large, where, in which colour, what
Span = tuple[float, float, float, float]  # from, to, and from where to where it is in sight


@dataclass(frozen=True, slots=True, eq=False)
class _Drawing:
    """What is drawn over one view; all in UI points of the window."""

    clip: Rect
    lines: tuple[tuple[Rect, int], ...]
    texts: tuple[Written, ...]
    covers: tuple[tuple[Rect, Rect], ...]  # pieces of the picture that stay on top, and where they are in it


@dataclass(frozen=True, slots=True)
class _Window:
    """Where the picture is in the window. corner : UI points. scale : pixels of one."""

    corner: tuple[float, float]
    scale: float

    def point(self, x_px: float, y_px: float) -> imgui.ImVec2:
        """Return where a pixel of the picture is."""
        return imgui.ImVec2(self.corner[0] + x_px / self.scale, self.corner[1] + y_px / self.scale)

    def rect(self, left: float, top: float, right: float, bottom: float) -> Rect:
        """Return where a rectangle of the picture is."""
        return self.point(left, top), self.point(right, bottom)


def draw(drawn: imgui.ImDrawList, scene: Scene, view: ViewFrame, corner: tuple[float, float], scale: float) -> None:
    """Draw it over a view. corner, scale : of the picture, UI points, and pixels of one."""
    kept = _drawings(scene)
    at = view, corner, scale
    if at not in kept:
        kept[at] = _drawing(scene, view, _Window(corner, scale))
    found = kept[at]
    if found is None:
        return
    font, picture = imgui.get_font(), imgui.ImTextureRef(PICTURE)
    drawn.push_clip_rect(*found.clip, True)
    for rect, color in found.lines:
        drawn.add_rect_filled(*rect, color)
    for letters, place, color, text in found.texts:
        drawn.add_text(font, letters, place, color, text)
    for rect, texels in found.covers:
        drawn.add_image(picture, *rect, *texels)
    drawn.pop_clip_rect()


@functools.lru_cache(maxsize=1)
def _drawings(_scene: Scene) -> dict[tuple[ViewFrame, tuple[float, float], float], _Drawing | None]:
    """What was drawn over the views of a scene so far; forgotten with the next scene."""
    return {}


def _drawing(scene: Scene, view: ViewFrame, window: _Window) -> _Drawing | None:
    """What there is to draw over a view; None: nothing."""
    lines: list[tuple[Rect, int]] = []
    texts: list[Written] = []
    port = view.camera.viewport
    for grid in pixel_grids(view, LINES_FROM * window.scale):
        lines += _lines(grid, port, window)
        size = min(grid.size_px) / window.scale
        if size >= VALUES_FROM and len(grid.rows) * len(grid.columns) <= MOST:
            texts += _texts(grid, pixel_texts(grid, view, scene.background), port, window)
    if not lines:
        return None
    clip = window.rect(port.x, port.y, port.x + port.width, port.y + port.height)
    return _Drawing(clip, tuple(lines), tuple(texts), tuple(_covers(scene, view, window)))


def _lines(grid: PixelGrid, port: Viewport, window: _Window) -> Iterator[tuple[Rect, int]]:
    """The edges of pixels: dark at the end of one, light at the start of the next, to be seen on anything."""
    size = min(grid.size_px) / window.scale
    strength = min(max((size - LINES_FROM) / (LINES_FULL - LINES_FROM), 0.0), 1.0)
    xs, ys = _edges(grid.xs_px), _edges(grid.ys_px)
    left, right = max(xs[0] - 1, port.x), min(xs[-1] + 1, port.x + port.width)
    top, bottom = max(ys[0] - 1, port.y), min(ys[-1] + 1, port.y + port.height)
    for back, shade, color in ((1, SHADE, (0, 0, 0)), (0, SHINE, (1, 1, 1))):
        packed = imgui.get_color_u32(imgui.ImVec4(*color, shade * strength))
        for x in xs:
            yield window.rect(x - back, top, x - back + 1, bottom), packed
        for y in ys:
            yield window.rect(left, y - back, right, y - back + 1), packed


def _edges(edges_px: NDArray[np.float64]) -> list[int]:
    """The first whole pixel past each edge: it is the one whose middle the next pixel of the image covers."""
    return [int(each) for each in np.ceil(edges_px - 0.5)]


def _texts(grid: PixelGrid, texts: PixelTexts, port: Viewport, window: _Window) -> Iterator[Written]:
    """What is written in each pixel, each line in the middle of what is in sight of it."""
    letters = min(grid.size_px) / window.scale * SHARE
    letters = round(min(max(letters, SMALLEST), LARGEST) * window.scale) / window.scale
    advances = imgui.get_font().get_font_baked(letters)
    widths: dict[str, float] = {}
    width, height = (each / window.scale - 2 * MARGIN for each in grid.size_px)
    pitch = round(letters * PITCH)
    groups = [group.tolist() for group in _with_room(texts.groups, max((height - letters * DIGIT) / pitch, 0) + 1)]
    inks = [
        [imgui.get_color_u32(imgui.ImVec4(*each, share)) for share in (FIRST, *[OTHERS] * len(groups))]
        for each in (LIGHT, DARK)
    ]
    cells = _cells(grid, port, window)
    for (across, down), bright, *every in zip(cells, texts.bright.tolist(), *groups, strict=True):
        said = [(line, ink) for group, ink in zip(every, inks[bright], strict=False) for line in group if line]
        for line, _ in said:
            if line not in widths:
                widths[line] = sum(advances.get_char_advance(ord(letter)) for letter in line)
        said = [(line, ink) for line, ink in said if widths[line] <= width]
        if not said:
            continue
        x = _middle(across, max(widths[line] for line, _ in said))
        top = _middle(down, (len(said) - 1) * pitch + letters * DIGIT) - (len(said) - 1) * pitch / 2 - letters * CENTER
        for number, (line, ink) in enumerate(said):
            yield letters, imgui.ImVec2(round(x - widths[line] / 2), round(top) + number * pitch), ink, line


def _with_room(groups: tuple[Texts, ...], lines: float) -> Iterator[Texts]:
    """The groups that there is room for in so many lines, if all that matters more is there as well."""
    for group in groups:
        if group.shape[1] <= lines:
            lines -= group.shape[1]
            yield group


def _cells(grid: PixelGrid, port: Viewport, window: _Window) -> list[tuple[Span, Span]]:
    """Each pixel's place across and down: from, to, and what of it is in sight; UI points of the window."""
    xs, ys = (
        (edges / window.scale + corner).tolist()
        for edges, corner in zip((grid.xs_px, grid.ys_px), window.corner, strict=True)
    )
    (left, top), (right, bottom) = (
        (each.x, each.y) for each in window.rect(port.x, port.y, port.x + port.width, port.y + port.height)
    )
    across = [(low, high, max(low, left), min(high, right)) for low, high in itertools.pairwise(xs)]
    down = [(low, high, max(low, top), min(high, bottom)) for low, high in itertools.pairwise(ys)]
    return [(x, y) for y in down for x in across]


def _middle(span: Span, size: float) -> float:
    """Where the middle of what is so long goes: that of the pixel, but in sight for as long as it fits there."""
    low, high, first, last = span
    half = size / 2 + MARGIN
    at = max((low + high) / 2, min(first + half, high - half))
    return min(at, max(last - half, low + half))


def _covers(scene: Scene, view: ViewFrame, window: _Window) -> Iterator[tuple[Rect, Rect]]:
    """The plates of what is written in the picture."""
    rows, port = scene.rows[Primitive.GLYPHS], view.camera.viewport
    written = [(each, port.x, port.y) for each in view.draws if isinstance(each, DrawRows)]
    for draw, x, y in [*written, *([(scene.legend, 0, 0)] if scene.legend is not None else [])]:
        if draw.primitive is not Primitive.GLYPHS:
            continue
        mine = rows[draw.start : draw.start + draw.count]
        plates = mine[mine["texel"][:, 0] < 0]
        corners = np.concatenate([plates["corner"], plates["corner"] + plates["size"]], axis=1) + [x, y, x, y]
        for left, top, right, bottom in corners.tolist():
            texels = imgui.ImVec2(left / scene.width, top / scene.height)
            ends = imgui.ImVec2(right / scene.width, bottom / scene.height)
            yield window.rect(left, top, right, bottom), (texels, ends)
