"""What lies in the plane becomes draws in order: layers of entities, where transforms put them. No GL.

Layers of a view are sorted by (draw order, entity path, primitive), and each run of one primitive becomes one draw of
a slice of that primitive's rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.render.cameras import Bounds
from blazon.render.layouts import ARROW, LINE, POINT, RECT, SEGMENT
from blazon.render.shot import Shot
from blazon.render.space import SpaceFrame
from blazon.render.views import View
from blazon.render.visualizers.images import size_of
from blazon.render.visualizers.layers import (
    Built,
    ImageLayer,
    ImageRole,
    Layer,
    Primitive,
    RowsLayer,
    height_of,
    opacity_of,
)
from blazon.render.visualizers.registry import VISUALIZERS

LAYOUTS = {
    Primitive.RECTS: RECT,
    Primitive.SEGMENTS: SEGMENT,
    Primitive.LINES: LINE,
    Primitive.ARROWS: ARROW,
    Primitive.POINTS: POINT,
}
SPACE_DRAW_ORDER = 5.0  # where space lies in the picture of a camera: over its images, under what is drawn on them
MARGIN = 0.05  # around content without an image


@dataclass(frozen=True, slots=True, eq=False)
class FlatMember:
    """What was built of one archetype of an entity, where it lies in the plane of a view."""

    entity: EntityPath
    archetype: str
    built: Built


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


class PlaneCollector:
    """Puts the layers of views in order, and their rows one after the other."""

    def __init__(self) -> None:
        self.parts: dict[Primitive, list[NDArray[np.void]]] = {primitive: [] for primitive in LAYOUTS}
        self._lengths = dict.fromkeys(LAYOUTS, 0)

    def collect(self, members: Sequence[FlatMember], space: SpaceFrame | None) -> tuple[Draw, ...]:
        """Return the draws of one view, lowest first; runs of one primitive at one draw order become one.

        space : what is seen of space; it lies over images and under what is drawn on them.
        """
        layers = _in_order(members)
        images = [layer for layer in layers if isinstance(layer, ImageLayer)]
        over_image = any(_is_picture(layer) for layer in images)
        over_depth = any(layer.role is ImageRole.DEPTH for layer in images)
        draws: list[Draw] = []
        runs = itertools.groupby(layers, lambda layer: (height_of(layer), layer.primitive))
        below = space if space is not None and not space.is_empty else None
        for (height, primitive), run in runs:
            if below is not None and height > (False, SPACE_DRAW_ORDER):
                draws.append(below)
                below = None
            if primitive is Primitive.IMAGE:
                draws += [_draw_image(layer, over_image, over_depth) for layer in run if isinstance(layer, ImageLayer)]
            else:
                rows = [layer.rows for layer in run if isinstance(layer, RowsLayer) and len(layer.rows)]
                if rows:
                    draws.append(self._take(primitive, rows))
        if below is not None:
            draws.append(below)
        return tuple(draws)

    def _take(self, primitive: Primitive, rows: list[NDArray[np.void]]) -> DrawRows:
        count = sum(map(len, rows))
        start = self._lengths[primitive]
        self._lengths[primitive] += count
        self.parts[primitive] += rows
        return DrawRows(primitive, start, count)


def _in_order(members: Sequence[FlatMember]) -> list[Layer]:
    """All layers, the lowest first; at one height by (entity, primitive). Members are in the order of entities."""
    heights: dict[tuple[bool, float], list[Layer]] = {}
    for _, of_entity in itertools.groupby(members, lambda member: member.entity):
        layers = [layer for member in of_entity for layer in member.built.layers]
        if len(layers) > 1:
            layers.sort(key=lambda layer: layer.primitive)
        for layer in layers:
            heights.setdefault(height_of(layer), []).append(layer)
    return [layer for height in sorted(heights) for layer in heights[height]]


def content_bounds(members: Sequence[FlatMember]) -> Bounds | None:
    """Return the union of the images' rectangles, or else the content's bounding box with a margin, or None."""
    images = union(layer.bounds for member in members for layer in member.built.layers if isinstance(layer, ImageLayer))
    return images or with_margin(bounds_of_content(members))


def bounds_of_content(members: Sequence[FlatMember]) -> Bounds | None:
    """Return the bounding box of all content, images and others."""
    return union(member.built.bounds for member in members)


def with_margin(content: Bounds | None) -> Bounds | None:
    """Return the bounds that show `content`."""
    return content.grown(MARGIN) if content else None


def _is_picture(layer: Layer) -> bool:
    return isinstance(layer, ImageLayer) and layer.role is not ImageRole.MASK


def _draw_image(layer: ImageLayer, over_image: bool, over_depth: bool) -> DrawImage:
    """Draw an image at its own opacity, or at the default that the view's other images make. SEMANTICS §4."""
    return DrawImage(layer, opacity_of(layer, over_image=over_image, over_depth=over_depth))


def image_bounds(shot: Shot, view: View) -> Bounds | None:
    """The union of the images' rectangles of a view, without decoding their pixels."""
    sizes = []
    for entity in view.entities:
        for each in (each for each in VISUALIZERS if each.image and shot.recording.has(entity, each.indicator)):
            pixels = shot.recording.latest(entity, each.indicator, shot.at)
            cell = shot.recording.latest(entity, f"{each.archetype}:{each.sized_by}", shot.at)
            there = pixels is not None and pixels.value is not None and len(pixels.value) > 0
            size = size_of(cell.value) if cell and there else None
            if size:
                sizes.append(Bounds(0, 0, *size))
    return union(sizes)


def union(bounds: Iterable[Bounds | None]) -> Bounds | None:
    """Return the smallest rectangle around all; None if there are none."""
    found: Bounds | None = None
    for each in bounds:
        found = each.union(found) if each else found
    return found
