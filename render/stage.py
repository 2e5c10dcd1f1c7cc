"""Which things of a recording stand where in a view's space: members, images that hang in it, and the eye. No GL.

Entities are placed by the frames of the recording; what no transform connects with the view is counted and not drawn.
Images below a pinhole hang at its image plane, with what else is flat there; depth images become clouds of points.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.notices import Notices
from blazon.ingest.pinholes import Pinhole, view_from_axes
from blazon.ingest.poses import Matrix, is_flat
from blazon.ingest.transforms import Frame, Frames, Place
from blazon.render.builds import Builds
from blazon.render.cameras3d import UNIT_EXTENT, Cloud, Extent, Eye
from blazon.render.casts import Cast
from blazon.render.ensembles import Ensemble, Member
from blazon.render.extents import Plane, clouds_of, extent_of
from blazon.render.hanging import Flat, clouds, hang
from blazon.render.shot import Look, Shot
from blazon.render.troupes import Troupe
from blazon.render.views import View

PLANE_DISTANCE = 0.02  # of the scene's diagonal: how far an image hangs before its pinhole, if nothing else is said
PLANE_DISTANCE_ALONE = 0.3  # scene units, where there is nothing else
_UP, _DOWN, _FORWARD, _BACK = 1, 2, 5, 6  # of the protocol's directions


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What stands in the space of a view, and where its pinholes are, float64 (3,) each."""

    ensembles: list[Ensemble] = field(default_factory=list)
    planes: list[Plane] = field(default_factory=list)
    eyes: list[Matrix] = field(default_factory=list)
    notices: Notices = field(default_factory=Notices)

    def clouds(self) -> list[Cloud]:
        """All points of it, in the world."""
        return clouds_of(self.ensembles, self.planes, [each[None] for each in self.eyes])

    def extent(self) -> Extent | None:
        """How far all of it reaches."""
        return extent_of(self.clouds())


def set_stage(
    shot: Shot, view: View, cast: Cast, *, frames: Frames, builds: Builds, troupe: Troupe, fitted: Extent | None
) -> Stage:
    """Return the stage of a view in three dimensions. fitted : how large the scene is in all of a sequence."""
    stage = Stage()
    target = _target(frames, view, cast)
    world_from_root = _undone(frames.place_of(target))
    if world_from_root is None:
        stage.notices.add(view.root, "the view's own frame is singular, or goes round in a circle: nothing is drawn", 1)
        return stage
    root = (frames.place_of(target) or Place(target, np.eye(4))).root
    stage.ensembles.append(troupe.stand(frames, root, world_from_root))
    for entity, elsewhere in troupe.tell(stage.notices):
        _tell_unconnected(stage, entity, elsewhere, root)
    flat: dict[Pinhole, Flat] = defaultdict(list)
    for entity in cast.flat_entities if frames.pinholes else ():
        place = frames.place(entity)
        if place is not None and place.camera is not None:
            flat[place.camera].append((entity, place))
    cameras = []
    for pinhole in frames.pinholes:
        place = frames.camera_place(pinhole)
        if place is not None and place.root == root and pinhole.entity.is_within(view.root):
            world_from_view = np.asarray(world_from_root @ place.root_from_frame @ pinhole.camera_from_view, np.float64)
            cameras.append((pinhole, world_from_view))
            stage.eyes.append(world_from_view[:3, 3])
        elif pinhole.entity.is_within(view.root):
            _tell_unconnected(stage, pinhole.entity, place, root)
    seen: list[Member] = []
    for pinhole, world_from_view in cameras:
        seen += clouds(
            shot, flat[pinhole], pinhole, world_from_view=world_from_view, builds=builds, notices=stage.notices
        )
    if seen:
        stage.ensembles.append(Ensemble(seen))
    default = _plane_distance(stage, fitted) if any(not each.image_plane_distance for each, _ in cameras) else 0.0
    hung: list[Member] = []
    for pinhole, world_from_view in cameras:
        members, planes = hang(
            shot,
            flat[pinhole],
            pinhole,
            world_from_view=world_from_view,
            distance=pinhole.image_plane_distance or default,
            builds=builds,
            notices=stage.notices,
        )
        hung += members
        stage.planes.extend(planes)
    if hung:
        stage.ensembles.append(Ensemble(hung))
    return stage


def set_stage_of_camera(frames: Frames, troupe: Troupe, place: Place) -> Stage:
    """Return what a pinhole sees: all that transforms connect with it, in its own view space."""
    stage = Stage()
    if place.camera is None:
        return stage
    posed = place.root_from_frame @ place.camera.camera_from_view
    view_from_root = _undone(Place(place.root, posed))
    if view_from_root is None:
        stage.notices.add(place.camera.entity, "a camera whose transform is singular: it sees nothing of space", 1)
        return stage
    stage.ensembles.append(troupe.stand(frames, place.root, view_from_root))
    troupe.tell(stage.notices)  # not of those that are not connected: there may be other cameras for them
    return stage


def eye_of(look: Look, stage: Stage, fitted: Extent | None, axes: Sequence[int] | None, aspect: float) -> Eye:
    """Return the eye that a look asks for; what it leaves open is fitted to `fitted`, or else to the stage.

    axes : the directions of x, y and z that the recording gives, or None: right-handed, z up.
    """
    up, direction = _orientation(axes)
    if look.eye is not None and look.target is not None:
        return Eye(look.eye, look.target, _triple(up), look.fov)
    extent = fitted or stage.extent() or UNIT_EXTENT
    opened = extent.opened()
    is_lone = opened is not extent
    seen = [] if fitted or is_lone else stage.clouds()
    target = _triple(opened.middle) if is_lone and look.target is None else look.target
    seeing = Eye.seeing(seen, opened, direction, up, fov=look.fov, aspect=aspect, target=target)
    if look.eye is not None:
        target = seeing.target if seeing.target != look.eye else _triple(np.array(look.eye) - direction)
        return Eye(look.eye, target, _triple(up), look.fov)
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


def _target(frames: Frames, view: View, cast: Cast) -> Frame:
    """The frame that a view is drawn in: that of its root, or, where nothing is there, the top of the largest tree."""
    named = frames.named_frame_of(view.root)
    if named is not None:
        return named
    drawn = cast.entities
    cameras = [each for each in frames.pinholes if each.entity.is_within(view.root) and each.entity not in drawn]
    places = itertools.chain(map(frames.place, drawn), map(frames.camera_place, cameras))
    own = frames.place_of(view.root)
    sizes: Counter[Frame] = Counter()
    for place in places:
        if own is not None and place is not None and place.root == own.root:
            return view.root
        if place is not None:
            sizes[place.root] += 1
    return max(sizes, key=lambda root: (sizes[root], str(root))) if sizes else view.root


def _undone(place: Place | None) -> Matrix | None:
    if place is None:
        return None
    matrix = place.root_from_frame @ place.camera_from_frame
    if not np.isfinite(matrix).all() or is_flat(matrix):
        return None
    return np.asarray(np.linalg.inv(matrix), np.float64)


def _tell_unconnected(stage: Stage, entity: EntityPath, place: Place | None, root: Frame) -> None:
    if place is not None:  # else it hangs below frames that go round in a circle, which are told by themselves
        what = f"it stands in frame {place.root}, and no transform connects that with {root}, the view's: not drawn"
        stage.notices.add(entity, what, 1)


def _plane_distance(stage: Stage, fitted: Extent | None) -> float:
    extent = fitted or stage.extent()
    return PLANE_DISTANCE * extent.diagonal if extent and extent.diagonal > 0 else PLANE_DISTANCE_ALONE


def _triple(vector: Matrix) -> tuple[float, float, float]:
    x, y, z = (float(each) for each in vector)
    return x, y, z
