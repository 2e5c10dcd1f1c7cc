"""What hangs before pinholes: their images, what is flat with those, clouds of depth images, and frusta. No GL."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.notices import Notices
from blazon.ingest.pinholes import Pinhole
from blazon.ingest.poses import Matrix
from blazon.ingest.transforms import Place
from blazon.render.builds import Builds
from blazon.render.ensembles import Member
from blazon.render.extents import Plane
from blazon.render.placing import outlines
from blazon.render.shot import Shot
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import (
    BuiltSpace,
    ImageLayer,
    ImageRole,
    Layer,
    Primitive,
    RowsLayer,
    height_of,
    opacity_of,
)
from blazon.render.visualizers.pinholes import frustum
from blazon.render.visualizers.registry import VISUALIZERS
from blazon.render.visualizers.tags import SPACE_TAG, Anchor

LIFT_PX = 6.0  # by which what is drawn over something else on an image plane stands out of it
Flat = list[tuple[EntityPath, Place]]  # what lies on the image plane of a pinhole


def clouds(
    shot: Shot, flat: Flat, pinhole: Pinhole, *, world_from_view: Matrix, builds: Builds, notices: Notices
) -> Iterable[Member]:
    """Yield the depth images of a pinhole as clouds of points."""
    for entity, _ in flat:
        for each in VISUALIZERS:
            if each.image is ImageRole.DEPTH and shot.recording.has_on(entity, each.indicator, shot.at.timeline):
                built = builds.cloud(shot, entity, each, pinhole, _beside(shot, entity, flat))
                if built is not None:
                    notices.extend(built.notices)
                    yield Member((entity, each.archetype), built, world_from_view[None], each.archetype)


def hang(
    shot: Shot,
    flat: Flat,
    pinhole: Pinhole,
    *,
    world_from_view: Matrix,
    distance: float,
    builds: Builds,
    notices: Notices,
) -> tuple[list[Member], list[Plane]]:
    """Return the frustum of a pinhole with what is flat at its image plane, and its images, at a distance."""
    world_from_image = world_from_view @ pinhole.view_from_image(distance)
    members: list[Member] = []
    layers: list[tuple[EntityPath, str, Place, Layer]] = []
    for entity, place in flat:
        for each in VISUALIZERS:
            if each.image is not ImageRole.DEPTH and shot.recording.has_on(entity, each.indicator, shot.at.timeline):
                built = builds.flat(shot, entity, each)
                if built is not None:
                    notices.extend(built.notices)
                    layers += [(entity, each.archetype, place, layer) for layer in built.layers]
                    if built.tags is not None:
                        key = (entity, f"labels of {each.archetype} before {pinhole.frame}")
                        words = builds.derived(*key, (built,), functools.partial(_words, built.tags))
                        members.append(Member(key, words, (world_from_image @ place.camera_from_frame)[None]))
    layers.sort(key=lambda each: (height_of(each[3]), each[3].primitive))
    over_image = any(isinstance(layer, ImageLayer) and layer.role is not ImageRole.MASK for *_, layer in layers)
    planes: list[Plane] = []
    image_size: tuple[float, float] | None = None
    for level, (entity, archetype, place, layer) in enumerate(layers):
        placed = world_from_image @ place.camera_from_frame
        if isinstance(layer, ImageLayer):
            opacity = opacity_of(layer, over_image=over_image, over_depth=False)
            planes.append(Plane(layer, opacity, placed, level, (entity, archetype)))
            image_size = image_size or (float(layer.size[0]), float(layer.size[1]))
        elif len(layer.rows):
            key = (entity, f"{archetype} {layer.primitive.name} hung before {pinhole.frame}")
            hung = builds.derived(*key, (layer, level), functools.partial(_hung, layer, level))
            members.append(Member(key, hung, placed[None], archetype))
    size = pinhole.resolution or image_size or _size_of_center(pinhole)
    key = (pinhole.entity, f"Pinhole of {pinhole.frame}")
    drawn = builds.derived(*key, (pinhole.key, size, distance), lambda: frustum(pinhole, size, distance))
    return [*members, Member(key, drawn, world_from_view[None])], planes


def _words(tags: NDArray[np.void]) -> BuiltSpace:
    """What is written beside what is flat, where it hangs in space: at the middle of an edge, below it."""
    rows = np.zeros(len(tags), SPACE_TAG)
    for name in ("radius", "text", "color", "entity", "instance", "anchor", "explicit"):
        rows[name] = tags[name]
    low, high = tags["low"], tags["high"]
    at_edge = tags["anchor"] == Anchor.EDGE
    rows["position"][:, :2] = (low + high) / 2
    rows["position"][at_edge, 1] = high[at_edge, 1]
    rows["anchor"][at_edge] = Anchor.BELOW
    rows["size"] = np.linalg.norm(high - low, axis=1) / 2
    return BuiltSpace((), np.zeros(3), np.zeros((0, 3), np.float32), tags=rows)


def _beside(shot: Shot, depth: EntityPath, flat: Flat) -> EntityPath | None:
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


def _hung(layer: RowsLayer, level: int) -> BuiltSpace:
    """Rows of the plane, as they hang in space."""
    rows, primitive = layer.rows, layer.primitive
    if primitive is Primitive.RECTS:
        rows, primitive = outlines(rows), Primitive.SEGMENTS
    layers = tuple(each for each in instances.split(primitive, rows) if len(each))
    nothing = BuiltSpace((), np.zeros(3), np.zeros((0, 3), np.float32))
    return replace(nothing, layers=layers, lift_px=LIFT_PX * (level + 1))


def _size_of_center(pinhole: Pinhole) -> tuple[float, float]:
    """Twice the way to the principal point, where nobody says how large the image is."""
    x, y = (abs(float(each)) for each in pinhole.image_from_view[:2, 2])
    return 2 * x or 1.0, 2 * y or 1.0
