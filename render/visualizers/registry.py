"""Which archetype is drawn by what: a literal table."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from blazon.ingest.archetypes.points import INSTANCE_IDS
from blazon.ingest.archetypes.schema import COMPONENTS
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
)
from blazon.render.visualizers.layers import Built, BuiltSpace, ImageRole
from blazon.render.visualizers.parts import Parts
from blazon.render.visualizers.query import Query


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

    indicator: str = field(init=False)  # the component whose presence says that an entity is drawn by this
    components: tuple[str, ...] = field(init=False)  # all that a picture may depend on

    def __post_init__(self) -> None:
        object.__setattr__(self, "indicator", f"{self.archetype}:{self.required}")
        object.__setattr__(self, "components", _components(self.archetype))

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


VISUALIZERS = (
    Visualizer("DepthImage", "buffer", depth_images.build, None, ImageRole.DEPTH, "format"),
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
    "not drawn yet": "Asset3D Capsules3D Cylinders3D Ellipses2D Ellipsoids3D EncodedDepthImage GaussianSplats3D GridMap"
    " Mesh3D TransformAxes3D Volume3D VoxelGridMap",
    "video is not drawn yet": "AssetVideo VideoFrameReference VideoStream",
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
