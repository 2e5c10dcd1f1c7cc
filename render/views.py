"""Which views a recording has, and what lies in each. Decodes no pixels, knows no GL.

By default 2D entities form one view at their nearest common ancestor; images share a view when their sizes are equal,
with at most one colour and one depth image and any number of masks, and only where they don't, the view splits, at
the highest subtrees in which they do. A pinhole's entity is the root of a view of its own. Whatever stands in space is
in one view at the root. Source: DESIGN.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from blazon.ingest.entity_path import ROOT, EntityPath, nearest_common_ancestor
from blazon.ingest.errors import NothingToDrawError, NotInRecordingError
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import INT64_MAX, Timeline
from blazon.ingest.transforms import TRANSFORM
from blazon.render.visualizers.layers import ImageRole
from blazon.render.visualizers.registry import SPACE_VISUALIZERS, VISUALIZERS, Visualizer

PINHOLE = "Pinhole:image_from_camera"


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class View:
    """One picture's worth of entities: `root`, and those of its entities that can be drawn, in order.

    kind : "2d" or "3d".
    """

    root: EntityPath
    entities: tuple[EntityPath, ...]
    kind: str = "2d"

    @property
    def key(self) -> tuple[EntityPath, str]:
        """What tells this view from others of a recording."""
        return self.root, self.kind


def default_views(recording: Recording, timeline: Timeline | None, kind: str | None = None) -> list[View]:
    """Return the views of a recording on a timeline, in order of their roots; none if nothing can be drawn.

    kind : "2d" or "3d": views of that kind alone.
    """
    is_asked_for = kind == "3d" or (kind is None and _has_depth(recording, timeline))
    views = _space_view(recording, timeline, ROOT) if is_asked_for else []
    return views if kind == "3d" else views + _flat_views(recording, timeline)


def view_at(
    recording: Recording,
    timeline: Timeline | None,
    root: EntityPath,
    kind: str | None = None,
    *,
    prefers_space: bool = False,
) -> View:
    """Return everything at or below `root` as one view.

    Where `kind` is not said: in two dimensions if there is something flat, unless it lies before several pinholes
    below `root`, or something stands in space beside them; then, or with `prefers_space`, in three.
    Raises `NotInRecordingError` where nothing was logged there, `NothingToDrawError` where nothing of it can be drawn.
    """
    if not any(entity.is_within(root) for entity in recording.entities()):
        known = ", ".join(dict.fromkeys(str(view.root) for view in default_views(recording, timeline))) or "none"
        raise NotInRecordingError(f"view {str(root)!r} is not in the recording; its views are: {known}")
    flat = [entity for entity in drawable_entities(recording, timeline) if entity.is_within(root)]
    is_camera = _pinhole_above(recording, root) is not None
    space = _space_view(recording, timeline, root)
    if kind is None and space and (prefers_space or _holds_cameras(recording, timeline, root)):
        return space[0]
    if kind != "3d" and (flat or (is_camera and _stands_in_space(recording, timeline))):
        return View(root, tuple(flat))
    if kind != "2d" and space:
        return space[0]
    if kind is not None:
        raise NothingToDrawError(f"view {str(root)!r} holds nothing that can be drawn in {kind}; see `blazon info`")
    raise NothingToDrawError(f"view {str(root)!r} holds nothing that can be drawn; see `blazon info`")


def _holds_cameras(recording: Recording, timeline: Timeline | None, root: EntityPath) -> bool:
    """Whether pinholes lie below `root`, and more than one's own picture."""
    if _pinhole_above(recording, root) is not None:
        return False
    cameras = [each for each in recording.entities_with(PINHOLE) if each.is_within(root)]
    standing = [each for each in space_entities(recording, timeline) if each.is_within(root)]
    return len(cameras) > 1 or bool(cameras and standing)


def space_entities(recording: Recording, timeline: Timeline | None) -> list[EntityPath]:
    """Return the entities that stand in space themselves, with data that is static or on `timeline`; in order."""
    return [
        entity
        for entity in recording.entities()
        if any(recording.has_on(entity, each.indicator, timeline) for each in SPACE_VISUALIZERS)
    ]


def drawable_entities(recording: Recording, timeline: Timeline | None) -> list[EntityPath]:
    """Return the entities that a visualizer can draw, with data that is static or on `timeline`; in order."""
    return [
        entity
        for entity in recording.entities()
        if any(recording.has_on(entity, each.indicator, timeline) for each in VISUALIZERS)
    ]


def _space_view(recording: Recording, timeline: Timeline | None, root: EntityPath) -> list[View]:
    """The view of all that stands in space at or below `root`, and what hangs before its pinholes; none if nothing."""
    standing = {entity for entity in space_entities(recording, timeline) if entity.is_within(root)}
    standing |= {each for each in recording.entities_with(PINHOLE) if each.is_within(root)}
    if not standing:
        return []
    flat = {entity for entity in drawable_entities(recording, timeline) if entity.is_within(root)}
    return [View(root, tuple(sorted(standing | flat)), "3d")]


def _flat_views(recording: Recording, timeline: Timeline | None) -> list[View]:
    by_root: dict[EntityPath | None, list[EntityPath]] = {}
    for entity in drawable_entities(recording, timeline):
        by_root.setdefault(_pinhole_above(recording, entity), []).append(entity)
    views = []
    for pinhole, entities in by_root.items():
        views += _split(recording, timeline, pinhole or nearest_common_ancestor(entities), entities)
    return sorted(views, key=lambda view: (view.root, view.entities))


def _has_depth(recording: Recording, timeline: Timeline | None) -> bool:
    """Whether there is more to space than a camera that stands nowhere, before its picture."""
    if _stands_in_space(recording, timeline):
        return True
    depths = [each.indicator for each in VISUALIZERS if each.image is ImageRole.DEPTH]
    telling = {entity for name in depths for entity in recording.entities_with(name)}
    posed = {entity for name in TRANSFORM for entity in recording.entities_with(name)}
    cameras = recording.entities_with(PINHOLE)
    return any(_pinhole_above(recording, entity) for entity in telling) or any(
        above in posed for camera in cameras for above in camera.ancestors()
    )


def _stands_in_space(recording: Recording, timeline: Timeline | None) -> bool:
    return bool(space_entities(recording, timeline))


def _pinhole_above(recording: Recording, entity: EntityPath) -> EntityPath | None:
    return next((each for each in entity.ancestors() if recording.has(each, PINHOLE)), None)


def _split(recording: Recording, timeline: Timeline | None, root: EntityPath, entities: list[EntityPath]) -> list[View]:
    """One view of `entities`, or, where their images can't share one, the views of the subtrees of `root`."""
    if _can_share(recording, timeline, entities):
        return [View(root, tuple(entities))]
    below: dict[EntityPath, list[EntityPath]] = {}
    for entity in entities:
        child = EntityPath(entity.parts[: len(root.parts) + 1])
        below.setdefault(child, []).append(entity)
    if list(below) == [root]:  # a single entity whose own images differ: they have to share
        return [View(root, tuple(entities))]
    views = []
    for child, members in below.items():
        views += _split(recording, timeline, child if child == root else nearest_common_ancestor(members), members)
    return views


def _can_share(recording: Recording, timeline: Timeline | None, entities: Iterable[EntityPath]) -> bool:
    roles: dict[ImageRole, set[EntityPath]] = {}
    sizes: set[tuple[int, int]] = set()
    for entity in entities:
        for each in VISUALIZERS:
            if each.image is not None and recording.has_on(entity, each.indicator, timeline):
                roles.setdefault(each.image, set()).add(entity)
                size = _size(recording, timeline, entity, each)
                if size is not None:
                    sizes.add(size)
    alone = all(len(roles.get(role, ())) <= 1 for role in (ImageRole.COLOR, ImageRole.DEPTH))
    return alone and len(sizes) <= 1


def image_sizes(recording: Recording, timeline: Timeline | None) -> tuple[tuple[int, int] | None, ...]:
    """Return the sizes of all images: with who has which components, what the views of a recording depend on."""
    return tuple(
        _size(recording, timeline, entity, each)
        for each in VISUALIZERS
        if each.image is not None
        for entity in recording.entities_with(each.indicator)
        if recording.has_on(entity, each.indicator, timeline)
    )


def _size(
    recording: Recording, timeline: Timeline | None, entity: EntityPath, drawn_by: Visualizer
) -> tuple[int, int] | None:
    """Width and height of an entity's newest image, whatever the time, so that views don't change as time goes on."""
    return drawn_by.size(recording, entity, At(timeline, INT64_MAX))
