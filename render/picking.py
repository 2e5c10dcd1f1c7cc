"""What lies under a pixel of a picture: of masks the class, of instances who they are. Asks recordings; no GL.

Only what is flat, and points of space, are found so far.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.annotations import AnnotationContext
from blazon.ingest.colors import auto_color
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import BlazonError
from blazon.ingest.images import id_array
from blazon.ingest.transforms import Frames, Transforms
from blazon.render.cameras import Camera2D, Viewport
from blazon.render.cameras3d import Camera3D
from blazon.render.navigation import scene_point
from blazon.render.placing import flattened, plane_from_entity
from blazon.render.scene import Scene, ViewFrame
from blazon.render.shot import Shot
from blazon.render.visualizers.images import size_of

REACH_PX = 8.0  # around the pointer, in UI points


@dataclass(frozen=True, slots=True)
class Found:
    """Something under a pixel.

    index : of the instance; −1: the pixel of an image. place : where it is, in units of its entity. distance_px : from
    the pixel. box_px : what is around it, pixels of the picture; None: nothing to speak of. about : further facts to
    show, in order.
    """

    entity: EntityPath
    what: str
    index: int
    class_id: int | None
    label: str | None
    color: int | None  # packed
    place: tuple[float, ...]
    distance_px: float
    box_px: tuple[float, float, float, float] | None = None
    about: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it is called."""
        return self.label or (f"class {self.class_id}" if self.class_id is not None else self.what)

    def facts(self) -> list[tuple[str, str]]:
        """Return what there is to say of it, in order."""
        said = [("entity", str(self.entity)), ("what", self.what if self.index < 0 else f"{self.what} {self.index}")]
        if self.class_id is not None:
            said.append(("class", str(self.class_id)))
        return [*said, *self.about.items(), ("at", ", ".join(f"{each:g}" for each in self.place))]


@dataclass(frozen=True, slots=True)
class Pick:
    """What is under a pixel. view : the one that it lies in. place : in the plane of that; None: it is none.

    found : the nearest and smallest first, masks last.
    """

    view: ViewFrame
    place: tuple[float, float] | None
    found: tuple[Found, ...]

    def as_text(self) -> str:
        """Return all of it as lines."""
        where = f" {self.place[0]:.2f}, {self.place[1]:.2f}" if self.place is not None else ""
        lines = [f"{self.view.view.root} {self.view.view.kind}{where}"]
        for each in self.found:
            lines += [each.title, *(f"  {name}: {value}" for name, value in each.facts())]
        return "\n".join(lines)


def view_under(scene: Scene, x_px: float, y_px: float) -> ViewFrame | None:
    """Return the view that a pixel of a picture lies in."""
    return next((view for view in scene.views if _is_in(view.camera.viewport, x_px, y_px)), None)


class Picker:
    """Finds what is under a pixel of one picture after the other."""

    def __init__(self) -> None:
        self._transforms = Transforms()

    def pick(self, shot: Shot, scene: Scene, x_px: float, y_px: float) -> Pick | None:
        """Return what is under a pixel; None outside of all views."""
        view = view_under(scene, x_px, y_px)
        if view is None:
            return None
        frames = self._transforms.frames(shot.recording, shot.at)
        asked = _Asked(shot, frames, view, (x_px, y_px), REACH_PX * scene.px_per_point)
        if isinstance(view.camera, Camera3D):
            found = [each for entity in view.view.entities for each in asked.points_of_space(entity, view.camera)]
            return Pick(view, None, tuple(sorted(found, key=lambda each: each.distance_px)))
        place = scene_point(view.camera, x_px, y_px)
        found = [each for entity in view.view.entities for each in asked.flat(entity, view.camera, place)]
        masks = [each for entity in view.view.entities for each in asked.masks(entity, place)]
        return Pick(view, place, (*sorted(found, key=lambda each: each.distance_px), *masks))


class _Asked:
    """One question. at_px : of the picture. reach_px : around it."""

    def __init__(
        self, shot: Shot, frames: Frames, view: ViewFrame, at_px: tuple[float, float], reach_px: float
    ) -> None:
        self._shot, self._frames, self._view = shot, frames, view
        self._at_px, self._reach_px = np.array(at_px), reach_px

    def masks(self, entity: EntityPath, place: tuple[float, float]) -> Iterator[Found]:
        """Yield the pixel of a mask that is under a place."""
        format_ = self._cell(entity, "SegmentationImage:format")
        size = size_of(format_) if format_ is not None else None
        x, y = (math.floor(each) for each in place)
        if size is None or not (0 <= x < size[0] and 0 <= y < size[1]):
            return
        buffer = self._cell(entity, "SegmentationImage:buffer")
        try:
            value = id_array(buffer, format_)[y, x] if buffer is not None else None
        except BlazonError:  # it is not drawn, either, and the picture says why
            return
        if value is not None:
            id_ = round(float(value)) if np.isfinite(value) and value >= 0 else None
            yield self._found((entity, "mask", -1), id_, (x, y), 0.0, value=str(value))

    def flat(self, entity: EntityPath, camera: Camera2D, place: tuple[float, float]) -> Iterator[Found]:
        """Yield the boxes around a place, and the points near it."""
        matrix = plane_from_entity(self._frames, self._view.view.root, entity)
        plane = np.eye(2, 3) if matrix is None else flattened(matrix)
        half_sizes = self._cell(entity, "Boxes2D:half_sizes")
        if half_sizes is not None and len(half_sizes):
            centers = _spread(self._cell(entity, "Boxes2D:centers"), len(half_sizes), 2)
            moved = centers @ plane[:, :2].T + plane[:, 2]
            yield from self._boxes(entity, moved, np.abs(half_sizes), place, camera)
        positions = self._cell(entity, "Points2D:positions")
        if positions is not None and len(positions):
            seen = (positions @ plane[:, :2].T + plane[:, 2]) * camera.px_per_unit + camera.origin_px
            seen += (camera.viewport.x, camera.viewport.y)
            yield from self._near(entity, "Points2D", positions, seen)

    def points_of_space(self, entity: EntityPath, camera: Camera3D) -> Iterator[Found]:
        """Yield the points of space that are seen near the pixel."""
        for archetype, name in (("Points3D", "positions"), ("Boxes3D", "centers")):
            positions = self._cell(entity, f"{archetype}:{name}")
            place = self._frames.place(entity)
            if positions is None or not len(positions) or place is None or place.camera is not None:
                continue
            view = camera.view_from_world @ place.root_from_frame
            seen = positions @ view[:3, :3].T + view[:3, 3]
            with np.errstate(all="ignore"):
                px = seen @ camera.px_from_view.T
                px = np.where(seen[:, 2:] > camera.near, px[:, :2] / px[:, 2:], np.inf)
            yield from self._near(entity, archetype, positions, px + (camera.viewport.x, camera.viewport.y))

    def _boxes(
        self,
        entity: EntityPath,
        centers: NDArray[Any],
        half_sizes: NDArray[np.float32],
        place: tuple[float, float],
        camera: Camera2D,
    ) -> Iterator[Found]:
        px_per_unit = camera.px_per_unit
        corner = np.add(camera.origin_px, (camera.viewport.x, camera.viewport.y))
        margin = self._reach_px / 2 / px_per_unit
        inside = np.flatnonzero((np.abs(np.array(place) - centers) <= half_sizes + margin).all(axis=1))
        areas = half_sizes[inside].prod(axis=1)
        for index in inside[np.argsort(areas, kind="stable")].tolist():
            size = f"{2 * half_sizes[index, 0]:g} x {2 * half_sizes[index, 1]:g}"
            depth = self._reach_px + float(np.sqrt(half_sizes[index].prod())) * px_per_unit
            low, high = ((centers[index] + side * half_sizes[index]) * px_per_unit + corner for side in (-1, 1))
            found = self._instance(entity, "Boxes2D", index, tuple(centers[index].tolist()), depth, size=size)
            yield replace(found, box_px=(*low.tolist(), *high.tolist()))

    def _near(
        self, entity: EntityPath, archetype: str, positions: NDArray[np.floating[Any]], seen_px: NDArray[np.float64]
    ) -> Iterator[Found]:
        distances = np.hypot(*(seen_px - self._at_px).T)
        near = np.flatnonzero(distances <= self._reach_px)
        for index in near[np.argsort(distances[near])][:3].tolist():
            found = self._instance(entity, archetype, index, tuple(positions[index].tolist()), float(distances[index]))
            low, high = seen_px[index] - self._reach_px, seen_px[index] + self._reach_px
            yield replace(found, box_px=(*low.tolist(), *high.tolist()))

    def _instance(
        self, entity: EntityPath, archetype: str, index: int, place: tuple[float, ...], distance_px: float, **about: str
    ) -> Found:
        class_id = _one(self._cell(entity, f"{archetype}:class_ids"), index)
        keypoint = _one(self._cell(entity, f"{archetype}:keypoint_ids"), index)
        labels = self._cell(entity, f"{archetype}:labels")
        label = labels[index] if labels is not None and index < len(labels) else None
        if keypoint is not None:
            context = self._context(entity)
            found = context.classes.get(class_id or 0) if context is not None else None
            infos = found.keypoint_annotations if found is not None else ()
            named = next((each.label for each in infos if each.id == keypoint and each.label), "")
            about = {"keypoint": f"{keypoint} {named}".strip(), **about}
        return self._found((entity, archetype, index), class_id, place, distance_px, label=label, **about)

    def _found(
        self,
        who: tuple[EntityPath, str, int],
        class_id: int | None,
        place: tuple[float, ...],
        distance_px: float,
        *,
        label: str | None = None,
        **about: str,
    ) -> Found:
        context = self._context(who[0])
        described = context.classes.get(class_id) if context is not None and class_id is not None else None
        color = (
            None if class_id is None else described.info.shown_color if described is not None else auto_color(class_id)
        )
        name = label or (described.info.label if described is not None else None)
        return Found(*who, class_id, name, color, place, distance_px, about=about)

    def _context(self, entity: EntityPath) -> AnnotationContext | None:
        return self._shot.recording.context(entity, self._shot.at)

    def _cell(self, entity: EntityPath, component: str) -> Any:
        cell = self._shot.recording.latest(entity, component, self._shot.at)
        return cell.value if cell is not None else None


def _one(ids: NDArray[np.integer[Any]] | None, index: int) -> int | None:
    """The id of an instance; the last one repeats."""
    return int(ids[min(index, len(ids) - 1)]) if ids is not None and len(ids) else None


def _spread(values: NDArray[np.float32] | None, n: int, size: int) -> NDArray[np.float32]:
    if values is None or len(values) == 0:
        return np.zeros((n, size), np.float32)
    return values[np.minimum(np.arange(n), len(values) - 1)]


def _is_in(viewport: Viewport, x: float, y: float) -> bool:
    return viewport.x <= x < viewport.x + viewport.width and viewport.y <= y < viewport.y + viewport.height
