"""A shot's entities become layout arrays, through the visualizers, reusing what has not changed. No GL.

The order of things is decided here: layers of a view are sorted by (draw order, entity path, primitive), and each run
of one primitive becomes one draw of a slice of that primitive's rows. All rows of one primitive, of all views, share
one array; it is the same object as in the frame before where nothing in it changed, and then nothing is uploaded.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import NothingToDrawError, NotInRecordingError
from blazon.ingest.notices import Notice, Notices
from blazon.ingest.pinholes import Pinhole
from blazon.ingest.recording import At
from blazon.ingest.transforms import Place, Transforms
from blazon.render.cameras import Bounds, Camera2D, Viewport, grid
from blazon.render.cameras3d import UNIT_EXTENT, Camera3D, Extent
from blazon.render.cameras3d import union as union_of_extents
from blazon.render.layouts import ARROW, POINT, RECT, SEGMENT
from blazon.render.shot import Fit, Shot
from blazon.render.space import LAYOUTS as SPACE_LAYOUTS
from blazon.render.space import SpaceCollector, SpaceFrame, pose_rows
from blazon.render.stage import Builders, Stage, axes_of, eye_of, set_stage, set_stage_of_camera
from blazon.render.styles import Styles, Table
from blazon.render.views import View, default_views, space_entities, view_at
from blazon.render.visualizers import depth_clouds
from blazon.render.visualizers.images import size_of
from blazon.render.visualizers.layers import (
    Built,
    BuiltSpace,
    ImageLayer,
    ImageRole,
    Layer,
    Primitive,
    RowsLayer,
    opacity_of,
)
from blazon.render.visualizers.query import Query, newest_cells
from blazon.render.visualizers.registry import VISUALIZERS, SpaceVisualizer, Visualizer

LAYOUTS = {Primitive.RECTS: RECT, Primitive.SEGMENTS: SEGMENT, Primitive.ARROWS: ARROW, Primitive.POINTS: POINT}
SPACE_DRAW_ORDER = 5.0  # where space lies in the picture of a camera: over its images, under what is drawn on them
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


Draw = DrawRows | DrawImage | SpaceFrame
_BuiltView = list[tuple[EntityPath, str, Built]]  # entity, archetype, what was built


@dataclass(frozen=True, slots=True)
class ViewFrame:
    """One view of a picture: where it lies, how it is seen, what is drawn in which order."""

    view: View
    camera: Camera2D | Camera3D
    draws: tuple[Draw, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All that a picture needs. rows : one array of its layout for each primitive of the plane but images.

    space_rows : for each primitive of space its rows and, as many, which pose each has. poses : float32 (n, 4, 4).
    """

    width: int
    height: int
    background: int
    px_per_point: float
    views: tuple[ViewFrame, ...]
    rows: dict[Primitive, NDArray[np.void]]
    space_rows: dict[Primitive, tuple[NDArray[np.void], NDArray[np.void]]]
    poses: NDArray[np.float32]
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
    built: Any  # Built or BuiltSpace


@dataclass(frozen=True, slots=True, eq=False)
class _Set:
    """A view with what was built for it: in the plane, in space, or both."""

    view: View
    flat: _BuiltView
    stage: Stage | None = None
    place: Place | None = None  # of the camera through which a view in the plane sees space


class SceneBuilder:
    """Builds scenes, and remembers what the last one was built from.

    thins : whether small points that hide behind others are left out, as pays where a processor draws.
    """

    def __init__(self, *, thins: bool = False) -> None:
        self._thins = thins
        self._styles = Styles()
        self._kept: dict[tuple[EntityPath, str], _Kept] = {}
        self._rows: dict[Primitive, tuple[tuple[Any, ...], NDArray[np.void]]] = {}
        self._space_rows: dict[Primitive, tuple[list[Any], tuple[NDArray[np.void], NDArray[np.void]]]] = {}
        self._transforms = Transforms()
        self._used: set[tuple[EntityPath, str]] = set()
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
        self._used.clear()
        scene = self._assemble(shot, [self._set(shot, view) for view in views])
        self._kept = {key: kept for key, kept in self._kept.items() if key in self._used}
        self._last = (shot, generation, scene)
        return scene

    def views(self, shot: Shot) -> list[View]:
        """Return the views that `shot` shows. Raises as `build` does."""
        look, recording = shot.look, shot.recording
        key = (recording, recording.generation, shot.at.timeline, look.view, look.kind)
        if self._views is None or self._views[0] != key:
            if look.view is not None:
                found = [view_at(recording, shot.at.timeline, look.view, look.kind)]
            else:
                found = default_views(recording, shot.at.timeline, look.kind)
            self._views = (key, found)
        if not self._views[1]:
            how = f" in {look.kind}" if look.kind else ""
            raise NothingToDrawError(
                f"the recording {recording.recording_id!r} holds nothing that can be drawn{how}; see `blazon info`"
            )
        return self._views[1]

    def fit(self, shot: Shot, times: Sequence[int]) -> Fit:
        """Return bounds for each view of `shot` that fit all of `times`, for a sequence of pictures."""
        fitted: dict[tuple[EntityPath, str], Bounds | Extent] = {}
        for view in self.views(shot):
            moments = [Shot(shot.recording, At(shot.at.timeline, time), shot.look) for time in times]
            if view.kind == "3d":
                stages = (self._set(moment, view).stage for moment in moments)
                extents = (stage.extent() for stage in stages if stage)
                fitted[view.key] = union_of_extents(extents) or UNIT_EXTENT
                continue
            images = (self._camera_bounds(moment, view) or _image_bounds(moment, view) for moment in moments)
            contents = (_content(self._build_view(moment, view)) for moment in moments)
            fitted[view.key] = _union(images) or _with_margin(_union(contents)) or UNIT
        return fitted

    def _set(self, shot: Shot, view: View) -> _Set:
        """Build what a view shows."""
        builders = Builders(self._build_flat, self._build_space, self._build_cloud)
        frames = self._transforms.frames(shot.recording, shot.at)
        if view.kind == "3d":
            known = shot.look.fitted.get(view.key) if shot.look.fitted else None
            stage = set_stage(shot, view, frames, builders, known if isinstance(known, Extent) else None)
            stage.notices.extend(frames.notices.list())
            return _Set(view, [], stage)
        flat = self._build_view(shot, view)
        place = frames.place(view.root) if frames.pinholes else None
        if place is None or place.camera is None:
            return _Set(view, flat)
        entities = space_entities(shot.recording, shot.at.timeline)
        stage = set_stage_of_camera(shot, entities, frames, builders, place)
        stage.notices.extend(frames.notices.list())
        return _Set(view, flat, stage, place)

    def _build_view(self, shot: Shot, view: View) -> _BuiltView:
        built: _BuiltView = []
        for entity in view.entities:
            for visualizer in VISUALIZERS:
                if shot.recording.has_on(entity, visualizer.indicator, shot.at.timeline):
                    found = self._build_flat(shot, entity, visualizer)
                    if found is not None:
                        built.append((entity, visualizer.archetype, found))
        return built

    def _build_flat(self, shot: Shot, entity: EntityPath, visualizer: Visualizer) -> Built | None:
        built: Built | None = self._build_one(shot, entity, visualizer, visualizer.archetype, build=visualizer.build)
        return built

    def _build_space(self, shot: Shot, entity: EntityPath, visualizer: SpaceVisualizer) -> BuiltSpace | None:
        built: BuiltSpace | None = self._build_one(
            shot, entity, visualizer, visualizer.archetype, build=visualizer.build
        )
        return built

    def _build_cloud(
        self, shot: Shot, entity: EntityPath, pinhole: Pinhole, beside: EntityPath | None
    ) -> BuiltSpace | None:
        """The cloud of a depth image before a pinhole, in the colours of the image beside it."""
        depth = next(each for each in VISUALIZERS if each.image is ImageRole.DEPTH)
        pixels: NDArray[np.uint8] | None = None
        for visualizer in VISUALIZERS if beside is not None else ():
            if visualizer.image in (ImageRole.COLOR, ImageRole.MASK) and beside is not None and pixels is None:
                built = self._build_flat(shot, beside, visualizer)
                pixels = (
                    next((each.pixels for each in built.layers if isinstance(each, ImageLayer)), None)
                    if built
                    else None
                )
        cloud: BuiltSpace | None = self._build_one(
            shot,
            entity,
            depth,
            "DepthImage in space",
            build=lambda query: depth_clouds.build(query, pinhole, pixels),
            more=(pinhole.rows, None if pixels is None else id(pixels)),
        )
        return cloud

    def _build_one(
        self,
        shot: Shot,
        entity: EntityPath,
        visualizer: Visualizer | SpaceVisualizer,
        name: str,
        *,
        build: Callable[[Query], Any],
        more: tuple[Any, ...] = (),
    ) -> Any:
        """What `build` answers for the newest cells of an entity, or what it answered for the same ones and `more`."""
        cells = newest_cells(shot.recording, entity, visualizer.components, shot.at)
        required = cells.get(visualizer.indicator)
        if required is None or required.value is None or len(required.value) == 0:
            return None
        table = self._styles.table(shot.recording.context(entity, shot.at), shot.look.classes)
        key = (*((component, cell.key) for component, cell in cells.items()), *more)
        self._used.add((entity, name))
        kept = self._kept.get((entity, name))
        if kept is None or kept.key != key or kept.table is not table:
            built = build(Query(entity, visualizer.archetype, cells, table))
            kept = self._kept[entity, name] = _Kept(key, table, built)
        return kept.built

    def _assemble(self, shot: Shot, sets: list[_Set]) -> Scene:
        look = shot.look
        bounds = [None if each.view.kind == "3d" else self._bounds_of(shot, each) for each in sets]
        flat = [each for each in bounds if each is not None] or [Bounds(0, 0, look.width, look.height)]
        tallest = max(each.height for each in flat)
        aspect = max(each.width for each in flat) / tallest if tallest > 0 else 1.0
        viewports = grid(len(sets), look.width, look.height, aspect)
        collector, space = _Collector(), SpaceCollector(look.px_per_point, thins=self._thins)
        space.plan(member for each in sets if each.stage for member in each.stage.members)
        frames = []
        for each, shown, viewport in zip(sets, bounds, viewports, strict=True):
            plane = Camera2D.fit(shown, viewport) if shown else None
            seen = self._space_frame(shot, each, plane, viewport, space)
            if plane is not None:
                frames.append(ViewFrame(each.view, plane, collector.collect(each.flat, seen)))
            elif seen is not None:
                frames.append(ViewFrame(each.view, seen.camera, () if seen.is_empty else (seen,)))
        notices = Notices(notice for each in sets for _, _, built in each.flat for notice in built.notices)
        for each in sets:
            notices.extend(each.stage.notices.list() if each.stage else ())
        return Scene(
            look.width,
            look.height,
            look.background,
            look.px_per_point,
            tuple(frames),
            {primitive: self._rows_of(primitive, collector.parts[primitive]) for primitive in LAYOUTS},
            {primitive: self._space_rows_of(primitive, space) for primitive in SPACE_LAYOUTS},
            space.poses(),
            tuple(notices.list()),
        )

    def _space_frame(
        self, shot: Shot, each: _Set, plane: Camera2D | None, viewport: Viewport, space: SpaceCollector
    ) -> SpaceFrame | None:
        """What a view shows of space, if it shows any."""
        if each.stage is None:
            return None
        if plane is not None and each.place is not None and each.place.camera is not None:
            camera = Camera3D.of_pinhole(np.eye(4), each.place.camera.image_from_view, plane)
        else:
            fitted = shot.look.fitted.get(each.view.key) if shot.look.fitted else None
            known = fitted if isinstance(fitted, Extent) else None
            axes, aspect = axes_of(shot, each.view), viewport.width / viewport.height
            camera = Camera3D.of_eye(eye_of(shot.look, each.stage, known, axes, aspect), viewport)
        return space.frame(camera, each.stage.members, each.stage.planes)

    def _space_rows_of(self, primitive: Primitive, space: SpaceCollector) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """All rows of a primitive of space and their poses; the same arrays as before if made of the same parts."""
        parts = space.parts[primitive]
        kept = self._space_rows.get(primitive)
        if (
            kept
            and len(kept[0]) == len(parts)
            and all(
                a[0] is b[0] and (a[1] is b[1] or (isinstance(a[1], int) and a[1] == b[1]))
                for a, b in zip(kept[0], parts, strict=True)
            )
        ):
            return kept[1]
        rows = [rows for rows, _ in parts]
        whole = rows[0] if len(rows) == 1 else np.concatenate([np.zeros(0, SPACE_LAYOUTS[primitive]), *rows])
        made = whole, pose_rows(parts)
        self._space_rows[primitive] = (list(parts), made)
        return made

    def _bounds_of(self, shot: Shot, each: _Set) -> Bounds:
        look = shot.look
        fitted = look.fitted.get(each.view.key) if look.fitted else None
        known = fitted if isinstance(fitted, Bounds) else self._camera_bounds(shot, each.view)
        return (look.bounds or known or content_bounds(each.flat) or UNIT).opened()

    def _camera_bounds(self, shot: Shot, view: View) -> Bounds | None:
        """The image of the camera that a view in the plane belongs to: of its images, or else as it says itself."""
        frames = self._transforms.frames(shot.recording, shot.at)
        place = frames.place(view.root) if frames.pinholes else None
        if place is None or place.camera is None or place.camera.resolution is None:
            return None
        return _image_bounds(shot, view) or Bounds(0, 0, *place.camera.resolution)

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

    def collect(self, members: _BuiltView, space: SpaceFrame | None) -> tuple[Draw, ...]:
        """Return the draws of one view, lowest first; runs of one primitive at one draw order become one.

        space : what is seen of space; it lies over images and under what is drawn on them.
        """
        layers = [(layer, entity) for entity, _, built in members for layer in built.layers]
        layers.sort(key=lambda each: (_height(each[0]), each[1], each[0].primitive))
        over_image = any(_is_picture(layer) for layer, _ in layers)
        over_depth = any(isinstance(layer, ImageLayer) and layer.role is ImageRole.DEPTH for layer, _ in layers)
        draws: list[Draw] = []
        runs = itertools.groupby(layers, lambda each: (_height(each[0]), each[0].primitive))
        below = space if space is not None and not space.is_empty else None
        for (height, primitive), run in runs:
            if below is not None and height > (False, SPACE_DRAW_ORDER):
                draws.append(below)
                below = None
            if primitive is Primitive.IMAGE:
                draws += [
                    _draw_image(layer, over_image, over_depth) for layer, _ in run if isinstance(layer, ImageLayer)
                ]
            else:
                rows = [layer.rows for layer, _ in run if isinstance(layer, RowsLayer) and len(layer.rows)]
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
    return DrawImage(layer, opacity_of(layer, over_image=over_image, over_depth=over_depth))


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
