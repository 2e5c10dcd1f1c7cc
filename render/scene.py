"""A shot's entities become layout arrays, through the visualizers, reusing what has not changed. No GL.

Their order is decided in plane.py and space.py. All rows of one primitive, of all views, share one array; it is that
of the frame before where nothing in it changed, and then nothing is uploaded.
"""

from __future__ import annotations

import operator
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import NotInRecordingError
from blazon.ingest.moments import At
from blazon.ingest.notices import Notice, Notices
from blazon.ingest.poses import Matrix
from blazon.ingest.transforms import Frames, Place, Transforms
from blazon.render.builds import Builds
from blazon.render.cameras import Bounds, Camera2D, Viewport, grid
from blazon.render.cameras3d import UNIT_EXTENT, Camera3D, Extent, Eye
from blazon.render.cameras3d import union as union_of_extents
from blazon.render.casting import Casting
from blazon.render.casts import Group
from blazon.render.census import Class
from blazon.render.kernels.compiled import in_slices
from blazon.render.labels import Memory
from blazon.render.layouts import joined
from blazon.render.pages import Page
from blazon.render.placing import flattened, placed, plane_from_entity
from blazon.render.plane import (
    LAYOUTS,
    Draw,
    DrawRows,
    PlaneCollector,
    bounds_of_content,
    content_bounds,
    image_bounds,
    union,
    with_margin,
)
from blazon.render.sheets import Sheet
from blazon.render.shot import Fit, Look, Shot
from blazon.render.space import LAYOUTS as SPACE_LAYOUTS
from blazon.render.space import Plan, SpaceCollector, SpaceFrame, pose_rows
from blazon.render.splats import Splatter
from blazon.render.stage import Stage, axes_of, eye_of, set_stage, set_stage_of_camera
from blazon.render.text.atlas import Atlas
from blazon.render.views import View
from blazon.render.visualizers.layers import Primitive
from blazon.render.writing import Writer

MOMENTS_PER_SLICE = 8  # below which a second thread does not pay
UNIT = Bounds(0, 0, 1, 1)  # shown where there is nothing


@dataclass(frozen=True, slots=True, eq=False)
class ViewFrame:
    """One view of a picture: where it lies, how it is seen, what is drawn in which order.

    eye : of a view in space. bounds : what is shown of the plane, at the least. flat : who draws what in the plane.
    """

    view: View
    camera: Camera2D | Camera3D
    draws: tuple[Draw, ...]
    eye: Eye | None = None
    bounds: Bounds | None = None
    flat: tuple[tuple[Group, Sheet], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All that a picture needs. rows : one array of its layout for each primitive of the plane but images.

    space_rows : for each primitive of space its rows and, as many, which pose each has. poses : float32 (n, 4, 4).
    atlas : where glyphs are, if anything is written. legend : what is written over all of it. count : the classes in
    sight, where the look asks for them; to be called before the next scene is built.
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
    atlas: Atlas | None
    legend: DrawRows | None
    count: Callable[[], tuple[Class, ...]]

    @property
    def background_word(self) -> np.uint32:
        """The background as a pixel of it: R, G, B, A from the lowest byte up."""
        return np.uint32(self.background).byteswap()

    @property
    def is_empty(self) -> bool:
        """Whether the picture is nothing but background."""
        return not any(view.draws for view in self.views)


@dataclass(frozen=True, slots=True, eq=False)
class _Set:
    """A view with what was built for it: in the plane, in space, or both."""

    view: View
    flat: list[Sheet]
    notices: Notices
    stage: Stage | None = None
    place: Place | None = None  # of the camera through which a view in the plane sees space


class SceneBuilder:
    """Builds scenes, and remembers what the last one was built from.

    splats : whether many small points are drawn here, as pays where a processor is the GPU.
    """

    def __init__(self, *, splats: bool = False) -> None:
        self._splatter = Splatter() if splats else None
        self._builds = Builds()
        self._rows: dict[Primitive, tuple[tuple[Any, ...], NDArray[np.void]]] = {}
        self._space_rows: dict[Primitive, tuple[list[Any], tuple[NDArray[np.void], NDArray[np.void]]]] = {}
        self._placed: weakref.WeakKeyDictionary[Sheet, tuple[bytes, Sheet]] = weakref.WeakKeyDictionary()
        self._plane = PlaneCollector()
        self._plan: Plan | None = None
        self._transforms = Transforms()
        self._casting = Casting()
        self._writer = Writer()
        self._memory: Memory | None = None
        self._checked: tuple[Any, ...] = ()
        self._last: tuple[Shot, int, Scene] | None = None

    def build(self, shot: Shot, memory: Memory | None = None) -> Scene:
        """Return the scene of `shot`; the very same one if neither the shot nor the recording changed.

        memory : of the sequence that it is one of: labels stay where they were in it, if they can.
        Raises `NothingToDrawError`, `NotInRecordingError` for a view or a class label that is not there.
        """
        generation = shot.recording.generation  # read first: what is logged meanwhile is for the next scene
        is_same = self._last is not None and self._last[0] == shot and self._last[1] == generation
        if self._last and is_same and memory is self._memory:
            return self._last[2]
        if self._last and self._last[0].recording is not shot.recording:
            self._builds.clear()
        self._memory = memory
        try:
            scene = self._built(shot, generation)
        except BaseException:  # what was on the way is neither as it was nor as it should be
            self._forget()
            raise
        self._last = (shot, generation, scene)
        return scene

    def _built(self, shot: Shot, generation: int) -> Scene:
        views = self.views(shot)
        labels = (shot.recording, generation, shot.look.classes, shot.at.timeline)
        if self._checked != labels:
            check_classes(shot)
            self._checked = labels
        self._builds.begin()
        places = None if shot.look.places is None else dict(shot.look.places)
        shown = [each for each in views if places is None or each.key in places]
        scene = self._assemble(shot, [self._set(shot, view) for view in shown])
        self._builds.end()
        return scene

    def _forget(self) -> None:
        self._builds.clear()
        self._transforms = Transforms()
        self._casting = Casting()
        self._writer = Writer()
        self._plan = None

    def views(self, shot: Shot) -> list[View]:
        """Return the views that `shot` shows. Raises as `build` does."""
        return self._casting.views(shot)

    def fit(self, shot: Shot, times: Sequence[int]) -> Fit:
        """Return bounds for each view of `shot` that fit all of `times`, for a sequence of pictures."""
        try:
            return self._fit(shot, times)
        except BaseException:
            self._forget()
            raise

    def _fit(self, shot: Shot, times: Sequence[int]) -> Fit:
        fitted: dict[tuple[EntityPath, str], Bounds | Extent] = {}
        for view in self.views(shot):
            moments = [Shot(shot.recording, At(shot.at.timeline, time), shot.look) for time in times]
            if view.kind == "3d":
                stages = (self._set(moment, view).stage for moment in moments)
                extents = (stage.extent() for stage in stages if stage)
                fitted[view.key] = union_of_extents(extents) or UNIT_EXTENT
                continue
            images = self._image_bounds(moments, view)
            contents = (bounds_of_content(self._flat(moment, view, Notices())) for moment in moments)
            fitted[view.key] = union(images) or with_margin(union(contents)) or UNIT
        return fitted

    def _image_bounds(self, moments: Sequence[Shot], view: View) -> list[Bounds | None]:
        """How far the images of a view reach at each moment; on all cores, for most of it is decompressing them."""
        found = [self._camera_bounds(moment, view) for moment in moments]
        left = [number for number, bounds in enumerate(found) if not bounds]

        def look(part: slice) -> None:
            for number in left[part]:
                found[number] = image_bounds(moments[number], view)

        in_slices(look, len(left), MOMENTS_PER_SLICE)
        return found

    def _set(self, shot: Shot, view: View) -> _Set:
        """Build what a view shows."""
        frames = self._transforms.frames(shot.recording, shot.at)
        notices = Notices()
        if view.kind == "3d":
            known = shot.look.fitted.get(view.key) if shot.look.fitted else None
            cast = self._casting.cast(shot, view)
            fitted = known if isinstance(known, Extent) else None
            troupe = self._builds.troupe(shot, frames, view, cast, self._casting.players)
            stage = set_stage(shot, view, cast, frames=frames, builds=self._builds, troupe=troupe, fitted=fitted)
            notices.extend(frames.notices.list())
            return _Set(view, [], notices, stage)
        flat = self._flat(shot, view, notices)
        notices.extend(frames.notices.list())
        place = _camera_place(frames, view)
        if place is None:
            return _Set(view, flat, notices)
        troupe = self._builds.troupe(shot, frames, view, self._casting.cast(shot, None), self._casting.players)
        return _Set(view, flat, notices, set_stage_of_camera(frames, troupe, place), place)

    def _flat(self, shot: Shot, view: View, notices: Notices) -> list[Sheet]:
        """Build what is flat in a view, where transforms put it."""
        frames = self._transforms.frames(shot.recording, shot.at)
        groups = self._casting.cast(shot, view).flat
        sheets = self._builds.sheets(shot, groups)
        if frames.is_empty:
            return sheets
        return [
            self._placed_sheet(sheet, self._matrices(frames, view, group, sheet, notices))
            for group, sheet in zip(groups, sheets, strict=True)
        ]

    def _matrices(self, frames: Frames, view: View, group: Group, sheet: Sheet, notices: Notices) -> Matrix:
        """What moves the entities of a group in the plane of a view, float64 (entities, 2, 3)."""
        matrices = np.tile(np.eye(2, 3), (len(group.entities), 1, 1))
        known: dict[Place | None, Matrix | None] = {}
        shown = np.flatnonzero(sheet.corners[:, 0] <= sheet.corners[:, 2])
        for number in shown.tolist():
            entity = group.entities[number]
            place = frames.place(entity)
            if place not in known:
                known[place] = plane_from_entity(frames, view.root, entity)
            matrix = known[place]
            if matrix is None:
                notices.add(entity, "no transform connects its frame with that of the view: not moved", 1)
            else:
                matrices[number] = flattened(matrix)
        return matrices

    def _placed_sheet(self, sheet: Sheet, matrices: Matrix) -> Sheet:
        if (matrices == np.eye(2, 3)).all():
            return sheet
        key = matrices.tobytes()
        kept = self._placed.get(sheet)
        if kept is None or kept[0] != key:
            kept = self._placed[sheet] = key, placed(sheet, matrices)
        return kept[1]

    def _assemble(self, shot: Shot, sets: list[_Set]) -> Scene:
        look = shot.look
        bounds = [None if each.view.kind == "3d" else self._bounds_of(shot, each) for each in sets]
        viewports = _viewports(look, sets, bounds)
        collector, space = (
            PlaneCollector(self._plane, look.mask_share),
            SpaceCollector(look.px_per_point, self._splatter),
        )
        ensembles = [ensemble for each in sets if each.stage for ensemble in each.stage.ensembles]
        self._plan = space.plan(ensembles, self._plan)
        frames, pages = [], []
        for each, shown, viewport in zip(sets, bounds, viewports, strict=True):
            plane = Camera2D.fit(shown, viewport) if shown else None
            eye = self._eye(shot, each, viewport)
            seen = self._space_frame(shot, each, plane, Camera3D.of_eye(eye, viewport) if eye else None, space)
            camera = plane if plane is not None else seen.camera if seen is not None else None
            if camera is None:
                continue
            draws = collector.collect(each.flat, seen)
            flat = tuple(zip(self._casting.cast(shot, each.view).flat, each.flat, strict=True)) if each.flat else ()
            frames.append(ViewFrame(each.view, camera, draws, eye, shown, flat))
            pages.append(_page(each, viewport, plane, seen))
        frames, legend = self._written(shot, frames, pages, collector)
        self._plane = collector
        notices = Notices()
        for each in sets:
            flat_notices = [notice for sheet in each.flat for told in sheet.notices.values() for notice in told]
            of_stage = each.stage.notices.list() if each.stage else []
            notices.include([*flat_notices, *each.notices.list(), *of_stage])
        self._writer.tell(notices)
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
            self._writer.atlas,
            legend,
            self._writer.count,
        )

    def _written(
        self, shot: Shot, frames: list[ViewFrame], pages: list[Page], collector: PlaneCollector
    ) -> tuple[list[ViewFrame], DrawRows | None]:
        """Views with what is written in them on top, and what is written over all of them."""
        texts = self._builds.texts(shot)
        if texts is None:
            return frames, None
        written, legend = self._writer.write(shot.look, texts, pages, self._memory)
        labelled = [
            replace(frame, draws=(*frame.draws, collector.write(rows))) if len(rows) else frame
            for frame, rows in zip(frames, written, strict=True)
        ]
        return labelled, collector.write(legend) if legend is not None else None

    def _eye(self, shot: Shot, each: _Set, viewport: Viewport) -> Eye | None:
        """From where a view in space is seen."""
        if each.stage is None or each.view.kind != "3d":
            return None
        fitted = shot.look.fitted.get(each.view.key) if shot.look.fitted else None
        if isinstance(fitted, Eye):
            return fitted
        known = fitted if isinstance(fitted, Extent) else None
        return eye_of(shot.look, each.stage, known, axes_of(shot, each.view), viewport.width / viewport.height)

    def _space_frame(
        self, shot: Shot, each: _Set, plane: Camera2D | None, standing: Camera3D | None, space: SpaceCollector
    ) -> SpaceFrame | None:
        """What a view shows of space, if it shows any."""
        if each.stage is None:
            return None
        if plane is not None and each.place is not None and each.place.camera is not None:
            camera = Camera3D.of_pinhole(np.eye(4), each.place.camera.image_from_view, plane)
            seen = space.frame(camera, each.stage.ensembles, each.stage.planes)
            is_whole = shot.look.bounds is None and each.place.camera.resolution is not None
            return replace(seen, clip=plane.viewport_of(self._bounds_of(shot, each))) if is_whole else seen
        assert standing is not None
        return space.frame(standing, each.stage.ensembles, each.stage.planes)

    def _space_rows_of(self, primitive: Primitive, space: SpaceCollector) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """All rows of a primitive of space and their poses; the same arrays as before if made of the same parts."""
        parts = space.parts[primitive]
        kept = self._space_rows.get(primitive)
        is_alike = kept is not None and len(kept[0]) == len(parts)
        if kept and is_alike and (all(map(operator.is_, kept[0], parts)) or all(map(_is_same, kept[0], parts))):
            return kept[1]
        rows = [rows for rows, _ in parts]
        whole = joined(rows, SPACE_LAYOUTS[primitive])
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
        place = _camera_place(frames, view)
        if place is None or place.camera is None or place.camera.resolution is None:
            return None
        return image_bounds(shot, view) or Bounds(0, 0, *place.camera.resolution)

    def _rows_of(self, primitive: Primitive, parts: list[NDArray[np.void]]) -> NDArray[np.void]:
        """All rows of a primitive; the same array as before if it would be made of the same parts."""
        kept = self._rows.get(primitive)
        if kept and len(kept[0]) == len(parts) and all(a is b for a, b in zip(kept[0], parts, strict=True)):
            return kept[1]
        rows = joined(parts, LAYOUTS[primitive])
        self._rows[primitive] = (tuple(parts), rows)
        return rows


def _viewports(look: Look, sets: list[_Set], bounds: list[Bounds | None]) -> list[Viewport]:
    """Where each view lies in the picture: as the look says, or in a grid."""
    if look.places is not None:
        places = dict(look.places)
        return [places[each.view.key] for each in sets]
    flat = [each for each in bounds if each is not None] or [Bounds(0, 0, look.width, look.height)]
    tallest = max(each.height for each in flat)
    aspect = max(each.width for each in flat) / tallest if tallest > 0 else 1.0
    return grid(len(sets), look.width, look.height, aspect)


def _page(each: _Set, viewport: Viewport, plane: Camera2D | None, seen: SpaceFrame | None) -> Page:
    """Where what a view shows is labelled."""
    ensembles = each.stage.ensembles if each.stage is not None and seen is not None else ()
    clip = seen.clip if seen is not None else None
    return Page(each.view, viewport, each.flat, plane, seen.camera if seen else None, ensembles, clip)


def _is_same(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    """Whether parts of space are of the same rows with the same poses' numbers."""
    if one is other:
        return True
    return one[0] is other[0] and (one[1] is other[1] or (isinstance(one[1], int) and bool(one[1] == other[1])))


def _camera_place(frames: Frames, view: View) -> Place | None:
    """Where the camera stands whose pictures a view in the plane shows; None where there is none, or several."""
    if not frames.pinholes:
        return None
    place = frames.place(view.root)
    if place is not None and place.camera is not None:
        return place
    places = [frames.place(entity) for entity in view.entities]
    cameras = {place.camera if place is not None else None for place in places}
    cameras |= {pinhole for pinhole in frames.pinholes if pinhole.entity == view.root}
    only = cameras.pop() if len(cameras) == 1 else None
    return frames.camera_place(only) if only is not None else None


def check_classes(shot: Shot) -> None:
    """Raise `NotInRecordingError` for a label to hide or show that no context of the recording has at any time."""
    wanted = {each for each in shot.look.classes.hide | shot.look.classes.only if isinstance(each, str)}
    if not wanted:
        return
    known = {label for context in shot.recording.contexts(shot.at.timeline) for label in context.ids_by_label}
    for label in sorted(wanted - known):
        names = ", ".join(sorted(known)) or "none"
        raise NotInRecordingError(f"class {label!r} is in no annotation context; labels there are: {names}")
