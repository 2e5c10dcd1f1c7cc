"""What of a view can be hit: what is flat in it, what stands in its space, and what hangs there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.poses import Matrix
from blazon.render.cameras import Camera2D
from blazon.render.casts import Group
from blazon.render.ensembles import Ensemble, Member
from blazon.render.extents import Plane
from blazon.render.picking.boxes import Boxes, Rects
from blazon.render.picking.hits import Target
from blazon.render.picking.moment import Moment
from blazon.render.picking.pictures import Picture
from blazon.render.picking.points import Cloud, Points
from blazon.render.picking.seen import Pointer, Seen, is_in
from blazon.render.picking.strips import Skeleton, Strips, arrows_of
from blazon.render.placing import flattened, plane_from_entity
from blazon.render.scene import ViewFrame
from blazon.render.sheets import Sheet
from blazon.render.space import SpaceFrame
from blazon.render.visualizers.layers import ImageRole
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.registry import SPACE_VISUALIZERS, VISUALIZERS

Wanted = Pointer | EntityPath
MANY = 32  # entities: of more of them, those that are far from the pointer are not asked
_DRAWN_BY = {each.archetype: each for each in (*VISUALIZERS, *SPACE_VISUALIZERS)}


def targets(moment: Moment, frame: ViewFrame, wanted: Wanted) -> Iterator[Target]:
    """Yield what can be hit in a view: near a pointer, maybe with more, or of one entity."""
    space = next((draw for draw in frame.draws if isinstance(draw, SpaceFrame)), None)
    if space is not None and (
        space.clip is None or isinstance(wanted, EntityPath) or is_in(space.clip, wanted.x, wanted.y)
    ):
        yield from _in_space(moment, space, wanted)
    if isinstance(frame.camera, Camera2D):
        for group, sheet in frame.flat:
            yield from _in_plane(moment, frame, frame.camera, group=group, sheet=sheet, wanted=wanted)


def _in_plane(
    moment: Moment, frame: ViewFrame, camera: Camera2D, *, group: Group, sheet: Sheet, wanted: Wanted
) -> Iterator[Target]:
    role, share = group.visualizer.image, moment.shot.look.mask_share
    for number in _near(sheet, camera, wanted):
        entity = group.entities[number]
        if isinstance(wanted, EntityPath) and entity != wanted:
            continue
        if role is None:
            query = moment.query(entity, group.visualizer)
            if query is not None:
                yield from _of_query(moment, query, Seen.in_plane(camera, _plane_from(moment, frame, entity)))
            continue
        layer = sheet.images.get(number)
        if layer is not None and layer.opacity != 0 and not (role is ImageRole.MASK and share <= 0):
            moved = np.eye(2, 3) if layer.plane_from_image is None else layer.plane_from_image
            yield Picture(moment, (entity, group.visualizer.archetype), layer, Seen.in_plane(camera, moved))


def _plane_from(moment: Moment, frame: ViewFrame, entity: EntityPath) -> Matrix:
    frames = moment.frames
    matrix = None if frames.is_empty else plane_from_entity(frames, frame.view.root, entity)
    return np.eye(2, 3) if matrix is None else flattened(matrix)


def _near(sheet: Sheet, camera: Camera2D, wanted: Wanted) -> list[int]:
    """The numbers of entities of a sheet that draw anything, near the pointer where they are many."""
    low, high = sheet.corners[:, :2], sheet.corners[:, 2:]
    there = low[:, 0] <= high[:, 0]
    if isinstance(wanted, Pointer) and len(there) > MANY:
        origin = np.add(camera.origin_px, (camera.viewport.x, camera.viewport.y))
        at = (np.array([wanted.x, wanted.y]) - origin) / camera.px_per_unit
        widest = max((float(part.rows["radius"].max(initial=0)) for part in sheet.parts), default=0.0)
        thinnest = min((float(part.rows["radius"].min(initial=0)) for part in sheet.parts), default=0.0)
        margin = widest + (wanted.reach_px - thinnest * wanted.px_per_point) / camera.px_per_unit
        there &= ((low - margin <= at) & (at <= high + margin)).all(axis=1)
    return np.flatnonzero(there).tolist()


def _in_space(moment: Moment, space: SpaceFrame, wanted: Wanted) -> Iterator[Target]:
    for plane in (each for each in (*space.planes, *space.translucent) if isinstance(each, Plane)):
        if plane.key is not None and plane.opacity > 0:
            seen = Seen.in_space(space.camera, plane.world_from_image)
            yield Picture(moment, plane.key, plane.layer, seen, is_opaque=not plane.is_translucent)
    told: set[tuple[EntityPath, str, bytes]] = set()
    for ensemble in space.ensembles:
        for member in _members_near(ensemble, space, wanted):
            drawn_by = _DRAWN_BY.get(member.archetype)
            query = moment.query(member.key[0], drawn_by) if drawn_by is not None else None
            for world_from_entity in member.world_from_entity if query is not None else ():
                who = member.key[0], member.archetype, world_from_entity.tobytes()
                if query is not None and who not in told:  # of what hangs there are members for lines, and for points
                    told.add(who)
                    seen = Seen.in_space(space.camera, world_from_entity)
                    cloud = _cloud(moment, member, query, seen)
                    yield from _of_query(moment, query, seen) if cloud is None else (cloud,)


def _cloud(moment: Moment, member: Member, query: Query, seen: Seen) -> Cloud | None:
    place = moment.frames.place(member.key[0]) if member.archetype == "DepthImage" else None
    if place is None or place.camera is None or not member.built.layers:
        return None
    return Cloud(query, seen, member.built.layers[0].rows.view(np.float32).reshape(-1, 5), place.camera)


def _members_near(ensemble: Ensemble, space: SpaceFrame, wanted: Wanted) -> Iterator[Member]:
    """Members that may be hit; where they are many, without those whose points are all far from the wanted."""
    if isinstance(wanted, EntityPath) or len(ensemble.members) <= MANY:
        yield from (each for each in ensemble.members if isinstance(wanted, Pointer) or each.key[0] == wanted)
        return
    points, counts = ensemble.few_points
    seen = Seen.in_space(space.camera, np.eye(4))
    px = seen.px(points)
    with np.errstate(all="ignore"):
        at = px[:, :2] / px[:, 2:]
    is_before = px[:, 2] > space.camera.near
    margin = wanted.reach_px + 8 * wanted.px_per_point
    sides = np.stack([at[:, 0] < wanted.x - margin, at[:, 0] > wanted.x + margin], axis=1)
    ends = np.stack([at[:, 1] < wanted.y - margin, at[:, 1] > wanted.y + margin], axis=1)
    beside = np.concatenate([sides, ends], axis=1) & is_before[:, None]
    all_beside = np.asarray(_all_of_each(beside, counts).any(axis=1))
    for number, member in enumerate(ensemble.members):
        if counts[number] == 0 or not all_beside[number] or member.built.radius > 0:
            yield member


def _all_of_each(marks: NDArray[np.bool_], counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether all marks of each member are set, bool (members, 4); marks : bool (sum of counts, 4)."""
    found = np.ones((len(counts), marks.shape[1]), np.bool_)
    filled = np.flatnonzero(counts)
    if len(filled):
        starts = (np.cumsum(counts) - counts)[filled]
        found[filled] = np.logical_and.reduceat(marks, starts, axis=0)
    return found


def _of_query(moment: Moment, query: Query, seen: Seen) -> Iterator[Target]:
    """What one archetype of one entity is hit by."""
    make = _MAKERS.get(query.archetype)
    if make is not None:
        yield make(moment, query, seen)
    if query.archetype in ("Points2D", "Points3D") and query.value("keypoint_ids") is not None:
        yield Skeleton(moment, query, seen)


def _strips(moment: Moment, query: Query, seen: Seen) -> Target:
    return Strips(moment, query, seen, query.value("strips"))


def _arrows(moment: Moment, query: Query, seen: Seen) -> Target:
    return Strips(moment, query, seen, arrows_of(query))


_MAKERS: dict[str, Callable[[Moment, Query, Seen], Target]] = {
    "Points2D": Points,
    "Points3D": Points,
    "Boxes2D": Rects,
    "Boxes3D": Boxes,
    "LineStrips2D": _strips,
    "LineStrips3D": _strips,
    "Arrows2D": _arrows,
    "Arrows3D": _arrows,
}
