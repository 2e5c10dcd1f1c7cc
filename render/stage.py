"""Which things of a recording stand where in a view's space: members, images that hang in it, and the eye. No GL.

Entities are placed by the frames of the recording; what no transform connects with the view is counted and not drawn.
Images below a pinhole hang at its image plane, with what else is flat there; depth images become clouds of points.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.notices import Notices
from blazon.ingest.pinholes import Pinhole, view_from_axes
from blazon.ingest.poses import Matrix, is_flat
from blazon.ingest.transforms import Frame, Frames, Place
from blazon.render.builds import Builds
from blazon.render.cameras3d import UNIT_EXTENT, Extent, Eye
from blazon.render.placing import outlines
from blazon.render.shot import Look, Shot
from blazon.render.space import Member, Plane, clouds_of, extent_of
from blazon.render.views import View
from blazon.render.visualizers.layers import (
    BuiltSpace,
    ImageLayer,
    ImageRole,
    Primitive,
    RowsLayer,
    SpaceLayer,
    opacity_of,
)
from blazon.render.visualizers.pinholes import frustum
from blazon.render.visualizers.registry import SPACE_VISUALIZERS, VISUALIZERS

PLANE_DISTANCE = 0.02  # of the scene's diagonal: how far an image hangs before its pinhole, if nothing else is said
PLANE_DISTANCE_ALONE = 0.3  # scene units, where there is nothing else
_UP, _DOWN, _FORWARD, _BACK = 1, 2, 5, 6  # of the protocol's directions
_DEPTH = "DepthImage"


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What stands in the space of a view, and where its pinholes are, float64 (3,) each."""

    members: list[Member] = field(default_factory=list)
    planes: list[Plane] = field(default_factory=list)
    eyes: list[Matrix] = field(default_factory=list)
    notices: Notices = field(default_factory=Notices)

    def clouds(self) -> list[tuple[NDArray[Any], Matrix]]:
        """All points of it: float (n, 3), and world from those, float64 (4, 4)."""
        return clouds_of(self.members, self.planes, [each[None] for each in self.eyes])

    def extent(self) -> Extent | None:
        """How far all of it reaches."""
        return extent_of(self.members, self.planes, [each[None] for each in self.eyes])


def set_stage(shot: Shot, view: View, frames: Frames, builds: Builds, fitted: Extent | None) -> Stage:
    """Return the stage of a view in three dimensions. fitted : how large the scene is in all of a sequence."""
    stage = Stage()
    target = _target(frames, view)
    world_from_root = _undone(frames.place_of(target))
    if world_from_root is None:
        stage.notices.add(view.root, "the view's own frame is singular, or goes round in a circle: nothing is drawn", 1)
        return stage
    root = (frames.place_of(target) or Place(target, np.eye(4))).root
    _add_members(stage, shot, view.entities, frames, builds=builds, root=root, world_from_root=world_from_root)
    flat: dict[EntityPath, list[tuple[EntityPath, Place]]] = defaultdict(list)
    for entity in view.entities:
        if any(shot.recording.has_on(entity, each.indicator, shot.at.timeline) for each in VISUALIZERS):
            place = frames.place(entity)
            if place is not None and place.camera is not None:
                flat[place.camera.entity].append((entity, place))
    cameras = []
    for pinhole in frames.pinholes.values():
        place = frames.camera_place(pinhole)
        if place is not None and place.root == root and pinhole.entity.is_within(view.root):
            world_from_view = np.asarray(world_from_root @ place.root_from_frame @ pinhole.camera_from_view, np.float64)
            cameras.append((pinhole, world_from_view))
            stage.eyes.append(world_from_view[:3, 3])
    for pinhole, world_from_view in cameras:
        _add_clouds(stage, shot, flat[pinhole.entity], pinhole, world_from_view=world_from_view, builds=builds)
    default = _plane_distance(stage, fitted)
    for pinhole, world_from_view in cameras:
        _hang(
            stage,
            shot,
            flat[pinhole.entity],
            pinhole,
            world_from_view=world_from_view,
            builds=builds,
            default=default,
        )
    return stage


def set_stage_of_camera(
    shot: Shot, entities: Iterable[EntityPath], frames: Frames, builds: Builds, place: Place
) -> Stage:
    """Return what a pinhole sees: all that transforms connect with it, in its own view space."""
    stage = Stage()
    if place.camera is None:
        return stage
    posed = place.root_from_frame @ place.camera.camera_from_view
    view_from_root = _undone(Place(place.root, posed))
    if view_from_root is None:
        stage.notices.add(place.camera.entity, "a camera whose transform is singular: it sees nothing of space", 1)
        return stage
    _add_members(
        stage,
        shot,
        entities,
        frames,
        builds=builds,
        root=place.root,
        world_from_root=view_from_root,
        silent=True,
    )
    return stage


def eye_of(look: Look, stage: Stage, fitted: Extent | None, axes: Sequence[int] | None, aspect: float) -> Eye:
    """Return the eye that a look asks for; what it leaves open is fitted to `fitted`, or else to the stage.

    axes : the directions of x, y and z that the recording gives, or None: right-handed, z up.
    """
    up, direction = _orientation(axes)
    if look.eye is not None and look.target is not None:
        return Eye(look.eye, look.target, _triple(up), look.fov)
    extent = fitted or stage.extent() or UNIT_EXTENT
    clouds = [] if fitted else stage.clouds()
    seeing = Eye.seeing(extent, direction, up, fov=look.fov, aspect=aspect, clouds=clouds)
    if look.eye is not None:
        target = seeing.target if seeing.target != look.eye else _triple(np.array(look.eye) - direction)
        return Eye(look.eye, target, _triple(up), look.fov)
    if look.target is not None:
        moved = np.array(look.target) + np.array(seeing.position) - np.array(seeing.target)
        return Eye(_triple(moved), look.target, _triple(up), look.fov)
    return seeing


def axes_of(shot: Shot, view: View) -> Sequence[int] | None:
    """Return the view coordinates of a view: of its root or the nearest above it, else the highest ones below it."""
    known = shot.recording.entities_with("ViewCoordinates:xyz")
    above = [entity for entity in view.root.ancestors() if entity in known]
    below = sorted((each for each in known if each.is_within(view.root)), key=lambda each: (len(each.parts), each))
    cameras = set(shot.recording.entities_with("Pinhole:image_from_camera"))
    below = [each for each in below if not any(up in cameras for up in each.ancestors())]
    for entity in [*above, *below]:
        cell = shot.recording.latest(entity, "ViewCoordinates:xyz", shot.at)
        if cell is not None and cell.value is not None and len(cell.value):
            axes = [int(axis) for axis in cell.value[0]]
            return axes if view_from_axes(np.array(axes)) is not None else None
    return None


def _orientation(axes: Sequence[int] | None) -> tuple[Matrix, Matrix]:
    """Which way is up, and in which direction from the middle the eye stands; (3,) each."""
    up, direction = np.array([0.0, 0.0, 1.0]), np.ones(3)
    if axes is None:
        return up, direction
    up = np.array([{_UP: 1.0, _DOWN: -1.0}.get(axis, 0.0) for axis in axes])
    if up[2] == 1:
        return up, direction
    signs = {_UP: 1.0, _DOWN: -1.0, _FORWARD: -1.0, _BACK: 1.0}  # from above and behind
    return up, np.array([signs.get(axis, 1.0) for axis in axes])


def _target(frames: Frames, view: View) -> Frame:
    """The frame that a view is drawn in: that of its root, or, where nothing is there, the top of the largest tree."""
    named = frames.named_frame_of(view.root)
    if named is not None:
        return named
    places = [frames.place(entity) for entity in view.entities]
    sizes = Counter(place.root for place in places if place is not None)
    own = frames.place_of(view.root)
    if not sizes or (own is not None and own.root in sizes):
        return view.root
    return max(sizes, key=lambda root: (sizes[root], str(root)))


def _undone(place: Place | None) -> Matrix | None:
    if place is None:
        return None
    matrix = place.root_from_frame @ place.camera_from_frame
    if not np.isfinite(matrix).all() or is_flat(matrix):
        return None
    return np.asarray(np.linalg.inv(matrix), np.float64)


def _add_members(
    stage: Stage,
    shot: Shot,
    entities: Iterable[EntityPath],
    frames: Frames,
    *,
    builds: Builds,
    root: Frame,
    world_from_root: Matrix,
    silent: bool = False,
) -> None:
    for entity in entities:
        for visualizer in SPACE_VISUALIZERS:
            if not shot.recording.has_on(entity, visualizer.indicator, shot.at.timeline):
                continue
            built = builds.space(shot, entity, visualizer)
            if built is None:
                continue
            stage.notices.extend(built.notices)
            place = frames.place(entity)
            if place is None or place.root != root:
                if not silent:
                    stage.notices.add(entity, "no transform connects its frame with that of the view: not drawn", 1)
                continue
            poses = None if built.posed else frames.instance_poses(entity)
            world_from_entity = world_from_root @ place.root_from_frame @ place.camera_from_frame
            placed = world_from_entity[None] if poses is None else world_from_entity @ poses
            finite = np.isfinite(placed).all(axis=(1, 2))
            stage.members.append(Member((entity, visualizer.archetype), built, placed[finite]))


def _add_clouds(
    stage: Stage,
    shot: Shot,
    flat: list[tuple[EntityPath, Place]],
    pinhole: Pinhole,
    *,
    world_from_view: Matrix,
    builds: Builds,
) -> None:
    for entity, _ in flat:
        if shot.recording.has_on(entity, f"{_DEPTH}:buffer", shot.at.timeline):
            built = builds.cloud(shot, entity, pinhole, _beside(shot, entity, flat))
            if built is not None:
                stage.notices.extend(built.notices)
                stage.members.append(Member((entity, _DEPTH), built, world_from_view[None]))


def _beside(shot: Shot, depth: EntityPath, flat: list[tuple[EntityPath, Place]]) -> EntityPath | None:
    """The image that colours a depth image: a colour image of the same camera, else a mask; the nearest by its path."""
    for role in (ImageRole.COLOR, ImageRole.MASK):
        drawn_by = [each for each in VISUALIZERS if each.image is role]
        found = [
            entity
            for entity, _ in flat
            if any(shot.recording.latest(entity, each.indicator, shot.at) is not None for each in drawn_by)
        ]
        if found:
            return min(found, key=lambda entity: (entity.parent != depth.parent and entity != depth, entity))
    return None


def _plane_distance(stage: Stage, fitted: Extent | None) -> float:
    extent = fitted or stage.extent()
    return PLANE_DISTANCE * extent.diagonal if extent and extent.diagonal > 0 else PLANE_DISTANCE_ALONE


def _hang(
    stage: Stage,
    shot: Shot,
    flat: list[tuple[EntityPath, Place]],
    pinhole: Pinhole,
    *,
    world_from_view: Matrix,
    builds: Builds,
    default: float,
) -> None:
    """Add the frustum of a pinhole, and what is flat at its image plane."""
    distance = pinhole.image_plane_distance or default
    world_from_image = world_from_view @ pinhole.view_from_image(distance)
    built = []
    for entity, place in flat:
        for each in VISUALIZERS:
            if each.archetype != _DEPTH and shot.recording.has_on(entity, each.indicator, shot.at.timeline):
                found = builds.flat(shot, entity, each)
                if found is not None:
                    stage.notices.extend(found.notices)
                    built += [(entity, each.archetype, place, layer) for layer in found.layers]
    images = [(layer, place) for _, _, place, layer in built if isinstance(layer, ImageLayer)]
    images.sort(key=lambda each: each[0].draw_order)
    over_image = any(layer.role is not ImageRole.MASK for layer, _ in images)
    for level, (layer, place) in enumerate(images):
        opacity = opacity_of(layer, over_image=over_image, over_depth=False)
        stage.planes.append(Plane(layer, opacity, world_from_image @ place.camera_from_frame, level))
    for number, (entity, archetype, place, flat_layer) in enumerate(built):
        if isinstance(flat_layer, RowsLayer) and len(flat_layer.rows):
            key = (entity, f"{archetype} {number} in space")
            stage.members.append(
                Member(key, _hung_rows(flat_layer), (world_from_image @ place.camera_from_frame)[None])
            )
    size = pinhole.resolution or next((_size(layer) for layer, _ in images), None) or _size_of_center(pinhole)
    stage.members.append(Member((pinhole.entity, "Pinhole"), frustum(pinhole, size, distance), world_from_view[None]))


def _hung_rows(layer: RowsLayer) -> BuiltSpace:
    """Rows of the plane, as they hang in space."""
    rows = layer.rows if layer.primitive is not Primitive.RECTS else outlines(layer.rows)
    primitive = layer.primitive if layer.primitive is not Primitive.RECTS else Primitive.SEGMENTS
    solid = rows["color"][:, 3] == 255
    layers = tuple(
        SpaceLayer(primitive, part, translucent)
        for part, translucent in ((rows[solid], False), (rows[~solid], True))
        if len(part)
    )
    return BuiltSpace(layers, np.zeros(3), np.zeros((0, 3), np.float32))


def _size(layer: ImageLayer) -> tuple[float, float]:
    return float(layer.pixels.shape[1]), float(layer.pixels.shape[0])


def _size_of_center(pinhole: Pinhole) -> tuple[float, float]:
    """Twice the way to the principal point, where nobody says how large the image is."""
    width, height = 2 * np.abs(pinhole.image_from_view[:2, 2])
    return max(float(width), 1.0), max(float(height), 1.0)


def _triple(vector: Matrix) -> tuple[float, float, float]:
    x, y, z = (float(each) for each in vector)
    return x, y, z
