"""Which archetype is drawn by what: a literal table."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from blazon.ingest.archetypes.points import INSTANCE_IDS
from blazon.ingest.archetypes.schema import COMPONENTS
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.moments import At
from blazon.ingest.queries import Queries
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import Timeline
from blazon.ingest.track_sets import Follower
from blazon.ingest.tracks import Found
from blazon.ingest.video import tracks
from blazon.render.visualizers import (
    arrows,
    boxes2d,
    boxes3d,
    depth_images,
    images,
    line_strips2d,
    line_strips3d,
    points2d,
    points3d,
    videos,
)
from blazon.render.visualizers.layers import Built, BuiltSpace, ImageRole
from blazon.render.visualizers.parts import Parts
from blazon.render.visualizers.query import Query


class Cells(Follower[Found | None], Protocol):
    """What follows the newest cells of an entity, and what else a picture of it depends on."""

    def at(self, time: int) -> Found | None:
        """Return what there is at a time."""


Sizer = Callable[[Queries, EntityPath, At], tuple[int, int] | None]
Follow = Callable[[Queries, EntityPath, tuple[str, ...], Timeline | None], Cells | None]


@functools.cache
def _components(archetype: str) -> tuple[str, ...]:
    own = tuple(name for name in COMPONENTS if name.startswith(f"{archetype}:"))
    return (*own, INSTANCE_IDS) if f"{archetype}:keypoint_ids" in own else own


@dataclass(frozen=True, slots=True)
class Visualizer:
    """How one archetype is drawn: as an image, or as rows. required : the field without which there is nothing."""

    archetype: str
    required: str
    picture: Callable[[Query], Built] | None = None  # of one entity
    parts: Callable[[Query], Parts] | None = None  # of any number of entities
    image: ImageRole | None = None  # what its images are to others of a view
    sized_by: str | None = None  # the field that tells an image's size
    sized: Sizer | None = None  # where that takes more than a field
    followed: Follow | None = None  # where a picture depends on more than the entity's newest cells

    indicator: str = field(init=False)  # the component whose presence says that an entity is drawn by this
    components: tuple[str, ...] = field(init=False)  # all that a picture may depend on

    def __post_init__(self) -> None:
        object.__setattr__(self, "indicator", f"{self.archetype}:{self.required}")
        object.__setattr__(self, "components", _components(self.archetype))

    def follow(self, recording: Recording, entity: EntityPath, timeline: Timeline | None) -> Cells | None:
        """Return what follows all that a picture of an entity may depend on; None where nothing was logged there."""
        return (self.followed or Recording.follow)(recording, entity, self.components, timeline)

    def size(self, recording: Recording, entity: EntityPath, at: At) -> tuple[int, int] | None:
        """Return the width and height of an entity's newest image at a time, whatever was cleared since, or None."""
        if self.sized is not None:
            return self.sized(recording, entity, at)
        cell = recording.latest_uncleared(entity, f"{self.archetype}:{self.sized_by}", at)
        return images.size_of(cell.value) if cell else None

    def build(self, query: Query) -> Built:
        """Return what one entity is drawn as."""
        if self.parts is not None:
            return self.parts(query).built(query)
        return self.picture(query) if self.picture is not None else Built()


@dataclass(frozen=True, slots=True)
class SpaceVisualizer:
    """How one archetype is drawn in space. required : the field without which there is nothing to draw.

    takes_poses : whether the entity's instance poses are its own affair.
    """

    archetype: str
    required: str
    build: Callable[[Query], BuiltSpace]
    takes_poses: bool = False

    indicator: str = field(init=False)  # the component whose presence says that an entity is drawn by this
    components: tuple[str, ...] = field(init=False)  # all that a picture may depend on

    def __post_init__(self) -> None:
        object.__setattr__(self, "indicator", f"{self.archetype}:{self.required}")
        object.__setattr__(self, "components", _components(self.archetype))

    def follow(self, recording: Recording, entity: EntityPath, timeline: Timeline | None) -> Cells | None:
        """Return what follows an entity's newest cells; None where nothing was logged there."""
        return recording.follow(entity, self.components, timeline)


VISUALIZERS = (
    Visualizer("DepthImage", "buffer", depth_images.build, None, ImageRole.DEPTH, "format"),
    Visualizer(
        "EncodedDepthImage", "blob", depth_images.build, None, ImageRole.DEPTH, sized=depth_images.size_of_encoded
    ),
    Visualizer(
        "VideoFrameReference",
        "timestamp",
        videos.build,
        image=ImageRole.COLOR,
        sized=tracks.reference_size,
        followed=tracks.follow_reference,
    ),
    Visualizer(
        "VideoStream",
        "sample",
        videos.build,
        image=ImageRole.COLOR,
        sized=tracks.stream_size,
        followed=tracks.follow_stream,
    ),
    Visualizer("SegmentationImage", "buffer", images.build_segmentation, None, ImageRole.MASK, "format"),
    Visualizer("Image", "buffer", images.build_image, None, ImageRole.COLOR, "format"),
    Visualizer("EncodedImage", "blob", images.build_encoded, None, ImageRole.COLOR, "blob"),
    Visualizer("Boxes2D", "half_sizes", parts=boxes2d.parts),
    Visualizer("LineStrips2D", "strips", parts=line_strips2d.parts),
    Visualizer("Arrows2D", "vectors", parts=arrows.parts2d),
    Visualizer("Points2D", "positions", parts=points2d.parts),
)

SPACE_VISUALIZERS = (
    SpaceVisualizer("Boxes3D", "half_sizes", boxes3d.build, takes_poses=True),
    SpaceVisualizer("LineStrips3D", "strips", line_strips3d.build),
    SpaceVisualizer("Arrows3D", "vectors", arrows.build3d),
    SpaceVisualizer("Points3D", "positions", points3d.build),
)

_REASONS = {
    "not drawn yet": "Asset3D Capsules3D Cylinders3D Ellipses2D Ellipsoids3D GaussianSplats3D GridMap Mesh3D"
    " TransformAxes3D Volume3D VoxelGridMap",
    "a video file: drawn where a VideoFrameReference says which frame of it is shown": "AssetVideo",
    "says where things are": "CoordinateFrame InstancePoses3D Pinhole Transform3D ViewCoordinates",
    "nothing that lies in a picture": "AssetAudio BarChart GeoLineStrings GeoPoints GraphEdges GraphNodes McapChannel"
    " McapMessage McapSchema McapStatistics Measurements Scalars SeriesLines SeriesPoints StateChange"
    " StateConfiguration Tensor TextDocument TextLog",
    "says what class ids mean; it colours what is at and below it": "AnnotationContext",
    "takes away what was logged before it": "Clear",
    "describes the recording": "RecordingInfo",
}

NOT_DRAWN: Mapping[str, str] = {
    archetype: reason for reason, archetypes in _REASONS.items() for archetype in archetypes.split()
}
"""What is known and not drawn by itself, and why; any other archetype is unknown."""
