"""What lies in the plane becomes draws in order, where transforms put it. No GL.

What a view shows is sorted by (draw order, entity path, primitive), and each run of one primitive becomes one draw of
a slice of that primitive's rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.cameras import Bounds
from blazon.render.layouts import ARROW, GLYPH, LINE, POINT, RECT, SEGMENT
from blazon.render.sheets import Sheet, SheetRows, images_of
from blazon.render.shot import Shot
from blazon.render.space import SpaceFrame
from blazon.render.views import View
from blazon.render.visualizers.layers import ImageLayer, ImageRole, Primitive, height_of, opacity_of
from blazon.render.visualizers.registry import VISUALIZERS

LAYOUTS = {
    Primitive.RECTS: RECT,
    Primitive.SEGMENTS: SEGMENT,
    Primitive.LINES: LINE,
    Primitive.ARROWS: ARROW,
    Primitive.POINTS: POINT,
    Primitive.GLYPHS: GLYPH,
}
SPACE_DRAW_ORDER = 5.0  # where space lies in the picture of a camera: over its images, under what is drawn on them
MARGIN = 0.05  # around content without an image


@dataclass(frozen=True, slots=True)
class DrawRows:
    """Draw rows `start` to `start + count` of a primitive."""

    primitive: Primitive
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class DrawImage:
    """Draw an image with an opacity of 0 to 1."""

    layer: ImageLayer
    opacity: float


Draw = DrawRows | DrawImage | SpaceFrame
_Thing = tuple[NDArray[np.int64], SheetRows | ImageLayer]  # with the ranks of its entities
_Run = tuple[Primitive, list[NDArray[np.void]]] | ImageLayer
_ONE = np.zeros(1, np.int64)


class PlaneCollector:
    """Puts what views draw in order, and its rows one after the other.

    before : the collector of the scene before, whose order is taken over where it is of the same things.
    mask_share : see `Look`.
    """

    def __init__(self, before: PlaneCollector | None = None, mask_share: float = 1.0) -> None:
        self._mask_share = mask_share
        self.parts: dict[Primitive, list[NDArray[np.void]]] = {primitive: [] for primitive in LAYOUTS}
        self._lengths = dict.fromkeys(LAYOUTS, 0)
        self._before = before._runs if before is not None else {}
        self._runs: dict[tuple[Any, ...], list[_Run]] = {}

    def collect(self, sheets: Sequence[Sheet], space: SpaceFrame | None) -> tuple[Draw, ...]:
        """Return the draws of one view, lowest first; runs of one primitive at one draw order become one.

        space : what is seen of space; it lies over images and under what is drawn on them.
        """
        images = list(images_of(sheets))
        over_image = any(layer.role is not ImageRole.MASK for layer in images)
        over_depth = any(layer.role is ImageRole.DEPTH for layer in images)
        draws: list[Draw] = []
        below = space if space is not None and not space.is_empty else None
        at_height = _by_height(sheets)
        for height in sorted(at_height):
            if below is not None and height > (False, SPACE_DRAW_ORDER):
                draws.append(below)
                below = None
            for run in self._runs_of(at_height[height]):
                if isinstance(run, ImageLayer):
                    draws.append(_draw_image(run, over_image, over_depth, self._mask_share))
                else:
                    draws.append(self._take(*run))
        if below is not None:
            draws.append(below)
        return tuple(draws)

    def write(self, glyphs: NDArray[np.void]) -> DrawRows:
        """Return the draw of what is written in a view, GLYPH rows."""
        return self._take(Primitive.GLYPHS, [glyphs])

    def _runs_of(self, things: list[_Thing]) -> list[_Run]:
        """What lies at one height, in order."""
        (_, first), *others = things
        if not others and isinstance(first, SheetRows):
            return [(first.primitive, [first.rows])]
        key = tuple(thing for _, thing in things)
        runs = self._before.get(key) or _interleaved(things)
        self._runs[key] = runs
        return runs

    def _take(self, primitive: Primitive, rows: list[NDArray[np.void]]) -> DrawRows:
        count = sum(map(len, rows))
        start = self._lengths[primitive]
        self._lengths[primitive] += count
        self.parts[primitive] += rows
        return DrawRows(primitive, start, count)


def _by_height(sheets: Sequence[Sheet]) -> dict[tuple[bool, float], list[_Thing]]:
    """What lies at each height, with the ranks of what has any of it, int64 (k,), ascending."""
    heights: dict[tuple[bool, float], list[_Thing]] = {}
    for sheet in sheets:
        for number, layer in sheet.images.items():
            heights.setdefault(height_of(layer), []).append((sheet.ranks[number : number + 1], layer))
        for part in (part for part in sheet.parts if part.primitive in LAYOUTS):
            heights.setdefault(height_of(part), []).append((sheet.ranks, part))
    return heights


def _interleaved(things: list[_Thing]) -> list[_Run]:
    """What lies at one height by (entity, primitive), and of one entity as `things` are; runs of rows together."""
    there = [np.flatnonzero(np.diff(thing.starts)) if isinstance(thing, SheetRows) else _ONE for _, thing in things]
    ranks = np.concatenate([each[numbers] for (each, _), numbers in zip(things, there, strict=True)])
    whose = np.repeat(np.arange(len(things)), [len(numbers) for numbers in there])
    primitives = np.array([thing.primitive for _, thing in things])[whose]
    order = np.lexsort((whose, primitives, ranks))
    whose, primitives, numbers = whose[order], primitives[order], np.concatenate(there)[order]
    edges = np.flatnonzero(np.diff(whose)) + 1
    runs: list[_Run] = []
    last: Primitive | None = None
    for first, end in itertools.pairwise([0, *edges.tolist(), len(order)]):
        thing = things[whose[first]][1]
        if isinstance(thing, ImageLayer):
            runs.append(thing)
            last = None
            continue
        rows = thing.rows[thing.starts[numbers[first]] : thing.starts[numbers[end - 1] + 1]]
        if thing.primitive is last and isinstance(runs[-1], tuple):
            runs[-1][1].append(rows)
        else:
            runs.append((thing.primitive, [rows]))
        last = thing.primitive
    return runs


def content_bounds(sheets: Sequence[Sheet]) -> Bounds | None:
    """Return the union of the images' rectangles, or else the content's bounding box with a margin, or None."""
    return union(layer.bounds for layer in images_of(sheets)) or with_margin(bounds_of_content(sheets))


def bounds_of_content(sheets: Sequence[Sheet]) -> Bounds | None:
    """Return the bounding box of all content, images and others."""
    return union(sheet.bounds() for sheet in sheets)


def with_margin(content: Bounds | None) -> Bounds | None:
    """Return the bounds that show `content`."""
    return content.grown(MARGIN) if content else None


def _draw_image(layer: ImageLayer, over_image: bool, over_depth: bool, mask_share: float) -> DrawImage:
    """Draw an image at its own opacity, or at the default that the view's other images make. SEMANTICS §4."""
    share = mask_share if layer.role is ImageRole.MASK else 1.0
    return DrawImage(layer, opacity_of(layer, over_image=over_image, over_depth=over_depth) * share)


def image_bounds(shot: Shot, view: View) -> Bounds | None:
    """The union of the images' rectangles of a view, without decoding their pixels."""
    sizes = []
    for entity in view.entities:
        for each in (each for each in VISUALIZERS if each.image and shot.recording.has(entity, each.indicator)):
            pixels = shot.recording.latest(entity, each.indicator, shot.at)
            there = pixels is not None and pixels.value is not None and len(pixels.value) > 0
            size = each.size(shot.recording, entity, shot.at) if there else None
            if size:
                sizes.append(Bounds(0, 0, *size))
    return union(sizes)


def union(bounds: Iterable[Bounds | None]) -> Bounds | None:
    """Return the smallest rectangle around all; None if there are none."""
    found: Bounds | None = None
    for each in bounds:
        found = each.union(found) if each else found
    return found
