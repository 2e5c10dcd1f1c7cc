"""Each loggable thing, checked once, where it is given. `FIELDS` of each states what a recording may hold of it."""

from blazon.ingest.archetypes.archetype import Archetype
from blazon.ingest.archetypes.boxes import Box2DFormat, Boxes2D
from blazon.ingest.archetypes.clear import Clear
from blazon.ingest.archetypes.depth import DepthImage
from blazon.ingest.archetypes.images import EncodedImage, Image, SegmentationImage
from blazon.ingest.archetypes.line_strips import LineStrips2D
from blazon.ingest.archetypes.points import Points2D

__all__ = [
    "Archetype",
    "Box2DFormat",
    "Boxes2D",
    "Clear",
    "DepthImage",
    "EncodedImage",
    "Image",
    "LineStrips2D",
    "Points2D",
    "SegmentationImage",
]
