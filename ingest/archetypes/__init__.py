"""Each loggable thing, checked once, where it is given. `FIELDS` of each states what a recording may hold of it."""

from blazon.ingest.archetypes.archetype import Archetype
from blazon.ingest.archetypes.arrows import Arrows2D, Arrows3D
from blazon.ingest.archetypes.boxes import Box2DFormat, Boxes2D
from blazon.ingest.archetypes.boxes3d import Boxes3D, FillMode
from blazon.ingest.archetypes.clear import Clear
from blazon.ingest.archetypes.depth import DepthImage, EncodedDepthImage
from blazon.ingest.archetypes.images import EncodedImage, Image, SegmentationImage
from blazon.ingest.archetypes.line_strips import LineStrips2D, LineStrips3D
from blazon.ingest.archetypes.pinhole import Pinhole
from blazon.ingest.archetypes.points import Points2D, Points3D, PointShading
from blazon.ingest.archetypes.rotations import Quaternion, RotationAxisAngle
from blazon.ingest.archetypes.transforms import (
    CoordinateFrame,
    InstancePoses3D,
    Transform3D,
    TransformAxes3D,
    TransformRelation,
)
from blazon.ingest.archetypes.video import AssetVideo, VideoCodec, VideoFrameReference, VideoStream
from blazon.ingest.archetypes.view_coordinates import ViewCoordinates

__all__ = [
    "Archetype",
    "Arrows2D",
    "Arrows3D",
    "AssetVideo",
    "Box2DFormat",
    "Boxes2D",
    "Boxes3D",
    "Clear",
    "CoordinateFrame",
    "DepthImage",
    "EncodedDepthImage",
    "EncodedImage",
    "FillMode",
    "Image",
    "InstancePoses3D",
    "LineStrips2D",
    "LineStrips3D",
    "Pinhole",
    "PointShading",
    "Points2D",
    "Points3D",
    "Quaternion",
    "RotationAxisAngle",
    "SegmentationImage",
    "Transform3D",
    "TransformAxes3D",
    "TransformRelation",
    "VideoCodec",
    "VideoFrameReference",
    "VideoStream",
    "ViewCoordinates",
]
