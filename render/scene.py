"""A shot's entities become layout arrays, through the visualizers, reusing what has not changed. No GL.

The order of things is decided here: layers of a view are sorted by (draw order, entity path, primitive), and each run
of one primitive becomes one draw of a slice of that primitive's rows. All rows of one primitive, of all views, share
one array; it is the same object as in the frame before where nothing in it changed, and then nothing is uploaded.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import NothingToDrawError, NotInRecordingError
from blazon.ingest.notices import Notice, Notices
from blazon.ingest.recording import At
from blazon.render.cameras import Bounds, Camera2D, grid
from blazon.render.layouts import POINT, RECT, SEGMENT
from blazon.render.shot import Fit, Shot
from blazon.render.styles import Styles, Table
from blazon.render.views import View, default_views, view_at
from blazon.render.visualizers.images import size_of
from blazon.render.visualizers.layers import Built, ImageLayer, ImageRole, Layer, Primitive, RowsLayer
from blazon.render.visualizers.query import Query, newest_cells
from blazon.render.visualizers.registry import VISUALIZERS, Visualizer

LAYOUTS = {Primitive.RECTS: RECT, Primitive.SEGMENTS: SEGMENT, Primitive.POINTS: POINT}
MARGIN = 0.05  # around content without an image
UNIT = Bounds(0, 0, 1, 1)  # shown where there is nothing


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


Draw = DrawRows | DrawImage
_BuiltView = list[tuple[EntityPath, str, Built]]  # entity, archetype, what was built


@dataclass(frozen=True, slots=True)
class ViewFrame:
    """One view of a picture: where it lies, how it is seen, what is drawn in which order."""

    view: View
    camera: Camera2D
    draws: tuple[Draw, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All that a picture needs. rows : one array of its layout for each primitive but images."""

    width: int
    height: int
    background: int
    px_per_point: float
    views: tuple[ViewFrame, ...]
    rows: dict[Primitive, NDArray[np.void]]
    notices: tuple[Notice, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the picture is nothing but background."""
        return not any(view.draws for view in self.views)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was built for one archetype of one entity, and from what."""

    key: tuple[Any, ...]
    table: Table
    built: Built


class SceneBuilder:
    """Builds scenes, and remembers what the last one was built from."""

    def __init__(self) -> None:
        self._styles = Styles()
        self._kept: dict[tuple[EntityPath, str], _Kept] = {}
        self._rows: dict[Primitive, tuple[tuple[Any, ...], NDArray[np.void]]] = {}
        self._views: tuple[tuple[Any, ...], list[View]] | None = None
        self._checked: tuple[Any, ...] = ()
        self._last: tuple[Shot, int, Scene] | None = None

    def build(self, shot: Shot) -> Scene:
        """Return the scene of `shot`; the very same one if neither the shot nor the recording changed.

        Raises `NothingToDrawError`, `NotInRecordingError` for a view or a class label that is not there.
        """
        generation = shot.recording.generation  # read first: what is logged meanwhile is for the next scene
        if self._last and self._last[0] == shot and self._last[1] == generation:
            return self._last[2]
        if self._last and self._last[0].recording is not shot.recording:
            self._kept.clear()
        views = self.views(shot)
        labels = (shot.recording, generation, shot.look.classes, shot.at.timeline)
        if self._checked != labels:
            check_classes(shot)
            self._checked = labels
        built = [self._build_view(shot, view) for view in views]
        shown = {(entity, archetype) for members in built for entity, archetype, _ in members}
        self._kept = {key: kept for key, kept in self._kept.items() if key in shown}
        scene = self._assemble(shot, views, built)
        self._last = (shot, generation, scene)
        return scene

    def views(self, shot: Shot) -> list[View]:
        """Return the views that `shot` shows. Raises as `build` does."""
        look, recording = shot.look, shot.recording
        key = (recording, recording.generation, shot.at.timeline, look.view)
        if self._views is None or self._views[0] != key:
            if look.view is not None:
                found = [view_at(recording, shot.at.timeline, look.view)]
            else:
                found = default_views(recording, shot.at.timeline)
            self._views = (key, found)
        if not self._views[1]:
            raise NothingToDrawError(
                f"the recording {recording.recording_id!r} holds nothing that can be drawn; see `blazon info`"
            )
        return self._views[1]

    def fit(self, shot: Shot, times: Sequence[int]) -> Fit:
        """Return bounds for each view of `shot` that fit all of `times`, for a sequence of pictures."""
        fitted: dict[EntityPath, Bounds] = {}
        for view in self.views(shot):
            moments = [Shot(shot.recording, At(shot.at.timeline, time), shot.look) for time in times]
            images = (_image_bounds(moment, view) for moment in moments)
            contents = (_content(self._build_view(moment, view)) for moment in moments)
            fitted[view.root] = _union(images) or _with_margin(_union(contents)) or UNIT
        return fitted

    def _build_view(self, shot: Shot, view: View) -> _BuiltView:
        built: _BuiltView = []
        for entity in view.entities:
            for visualizer in VISUALIZERS:
                if shot.recording.has_on(entity, visualizer.indicator, shot.at.timeline):
                    found = self._build_one(shot, entity, visualizer)
                    if found is not None:
                        built.append((entity, visualizer.archetype, found))
        return built

    def _build_one(self, shot: Shot, entity: EntityPath, visualizer: Visualizer) -> Built | None:
        cells = newest_cells(shot.recording, entity, visualizer.components, shot.at)
        required = cells.get(visualizer.indicator)
        if required is None or required.value is None or len(required.value) == 0:
            return None
        table = self._styles.table(shot.recording.context(entity, shot.at), shot.look.classes)
        key = tuple((name, cell.key) for name, cell in cells.items())
        kept = self._kept.get((entity, visualizer.archetype))
        if kept is None or kept.key != key or kept.table is not table:
            built = visualizer.build(Query(entity, visualizer.archetype, cells, table))
            kept = self._kept[(entity, visualizer.archetype)] = _Kept(key, table, built)
        return kept.built

    def _assemble(self, shot: Shot, views: list[View], built: list[_BuiltView]) -> Scene:
        look = shot.look
        bounds = [self._bounds_of(shot, view, members) for view, members in zip(views, built, strict=True)]
        tallest = max(each.height for each in bounds)
        aspect = max(each.width for each in bounds) / tallest if tallest > 0 else 1.0
        viewports = grid(len(views), look.width, look.height, aspect)
        collector = _Collector()
        frames = []
        for view, members, shown, viewport in zip(views, built, bounds, viewports, strict=True):
            frames.append(ViewFrame(view, Camera2D.fit(shown, viewport), collector.collect(members)))
        notices = Notices(notice for members in built for _, _, each in members for notice in each.notices)
        return Scene(
            look.width,
            look.height,
            look.background,
            look.px_per_point,
            tuple(frames),
            {primitive: self._rows_of(primitive, collector.parts[primitive]) for primitive in LAYOUTS},
            tuple(notices.list()),
        )

    def _bounds_of(self, shot: Shot, view: View, members: _BuiltView) -> Bounds:
        look = shot.look
        fitted = look.fitted.get(view.root) if look.fitted else None
        return (look.bounds or fitted or content_bounds(members) or UNIT).opened()

    def _rows_of(self, primitive: Primitive, parts: list[NDArray[np.void]]) -> NDArray[np.void]:
        """All rows of a primitive; the same array as before if it would be made of the same parts."""
        kept = self._rows.get(primitive)
        if kept and len(kept[0]) == len(parts) and all(a is b for a, b in zip(kept[0], parts, strict=True)):
            return kept[1]
        rows = parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, LAYOUTS[primitive]), *parts])
        self._rows[primitive] = (tuple(parts), rows)
        return rows


class _Collector:
    """Puts the layers of views in order, and their rows one after the other."""

    def __init__(self) -> None:
        self.parts: dict[Primitive, list[NDArray[np.void]]] = {primitive: [] for primitive in LAYOUTS}
        self._lengths = dict.fromkeys(LAYOUTS, 0)

    def collect(self, members: _BuiltView) -> tuple[Draw, ...]:
        """Return the draws of one view, lowest first; runs of one primitive at one draw order become one."""
        layers = [(layer, entity) for entity, _, built in members for layer in built.layers]
        layers.sort(key=lambda each: (_height(each[0]), each[1], each[0].primitive))
        over_image = any(_is_picture(layer) for layer, _ in layers)
        over_depth = any(isinstance(layer, ImageLayer) and layer.role is ImageRole.DEPTH for layer, _ in layers)
        draws: list[Draw] = []
        runs = itertools.groupby(layers, lambda each: (_height(each[0]), each[0].primitive))
        for (_, primitive), run in runs:
            if primitive is Primitive.IMAGE:
                draws += [
                    _draw_image(layer, over_image, over_depth) for layer, _ in run if isinstance(layer, ImageLayer)
                ]
            else:
                rows = [layer.rows for layer, _ in run if isinstance(layer, RowsLayer) and len(layer.rows)]
                if rows:
                    draws.append(self._take(primitive, rows))
        return tuple(draws)

    def _take(self, primitive: Primitive, rows: list[NDArray[np.void]]) -> DrawRows:
        count = sum(map(len, rows))
        start = self._lengths[primitive]
        self._lengths[primitive] += count
        self.parts[primitive] += rows
        return DrawRows(primitive, start, count)


def content_bounds(members: _BuiltView) -> Bounds | None:
    """Return the union of the images' rectangles, or else the content's bounding box with a margin, or None."""
    images = _union(layer.bounds for _, _, built in members for layer in built.layers if isinstance(layer, ImageLayer))
    return images or _with_margin(_content(members))


def _content(members: _BuiltView) -> Bounds | None:
    return _union(built.bounds for _, _, built in members)


def _with_margin(content: Bounds | None) -> Bounds | None:
    return content.grown(MARGIN) if content else None


def check_classes(shot: Shot) -> None:
    """Raise `NotInRecordingError` for a label to hide or show that no context of the recording has at any time."""
    wanted = {each for each in shot.look.classes.hide | shot.look.classes.only if isinstance(each, str)}
    if not wanted:
        return
    known = {label for context in shot.recording.contexts(shot.at.timeline) for label in context.ids_by_label}
    for label in sorted(wanted - known):
        names = ", ".join(sorted(known)) or "none"
        raise NotInRecordingError(f"class {label!r} is in no annotation context; labels there are: {names}")


def _height(layer: Layer) -> tuple[bool, float]:
    """What layers are sorted by: the draw order, and NaN above all. SEMANTICS §7."""
    return (True, 0.0) if np.isnan(layer.draw_order) else (False, layer.draw_order)


def _is_picture(layer: Layer) -> bool:
    return isinstance(layer, ImageLayer) and layer.role is not ImageRole.MASK


def _draw_image(layer: ImageLayer, over_image: bool, over_depth: bool) -> DrawImage:
    """Draw an image at its own opacity, or at the default that the view's other images make. SEMANTICS §4."""
    covers = over_image if layer.role is ImageRole.MASK else over_depth and layer.role is ImageRole.COLOR
    default = 0.5 if covers else 1.0
    return DrawImage(layer, default if layer.opacity is None else layer.opacity)


def _image_bounds(shot: Shot, view: View) -> Bounds | None:
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
    return _union(sizes)


def _union(bounds: Iterable[Bounds | None]) -> Bounds | None:
    found: Bounds | None = None
    for each in bounds:
        found = each.union(found) if each else found
    return found
