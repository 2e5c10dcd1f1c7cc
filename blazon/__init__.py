"""blazon draws what vision models see: class ids, keypoints and boxes go in, pictures come out.

The public names. Each is imported when it is first used, so that `import blazon` is cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blazon.ingest.annotations import AnnotationContext, AnnotationInfo, ClassDescription
    from blazon.ingest.archetypes import (
        Arrows2D,
        Arrows3D,
        AssetVideo,
        Box2DFormat,
        Boxes2D,
        Boxes3D,
        Clear,
        CoordinateFrame,
        DepthImage,
        EncodedDepthImage,
        EncodedImage,
        FillMode,
        Image,
        InstancePoses3D,
        LineStrips2D,
        LineStrips3D,
        Pinhole,
        Points2D,
        Points3D,
        PointShading,
        Quaternion,
        RotationAxisAngle,
        SegmentationImage,
        Transform3D,
        TransformAxes3D,
        TransformRelation,
        VideoCodec,
        VideoFrameReference,
        VideoStream,
        ViewCoordinates,
    )
    from blazon.ingest.attach import attach
    from blazon.ingest.errors import (
        ArgumentError,
        BlazonError,
        BlazonWarning,
        DtypeError,
        GpuError,
        NothingToDrawError,
        NotInRecordingError,
        ShapeError,
        SourceError,
    )
    from blazon.ingest.live import Live, serve
    from blazon.ingest.recording import Recording
    from blazon.ingest.sources import load
    from blazon.render.colorize import colorize
    from blazon.render.film import render_video
    from blazon.render.offscreen import Offscreen
    from blazon.render.show import show

__version__ = "0.1.0"

_HOMES = {
    "blazon.ingest.annotations": ("AnnotationContext", "AnnotationInfo", "ClassDescription"),
    "blazon.ingest.archetypes": (
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
    ),
    "blazon.ingest.attach": ("attach",),
    "blazon.ingest.errors": (
        "ArgumentError",
        "BlazonError",
        "BlazonWarning",
        "DtypeError",
        "GpuError",
        "NotInRecordingError",
        "NothingToDrawError",
        "ShapeError",
        "SourceError",
    ),
    "blazon.ingest.live": ("Live", "serve"),
    "blazon.ingest.recording": ("Recording",),
    "blazon.ingest.sources": ("load",),
    "blazon.render.colorize": ("colorize",),
    "blazon.render.film": ("render_video",),
    "blazon.render.offscreen": ("Offscreen",),
    "blazon.render.show": ("show",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AnnotationContext",
    "AnnotationInfo",
    "ArgumentError",
    "Arrows2D",
    "Arrows3D",
    "AssetVideo",
    "BlazonError",
    "BlazonWarning",
    "Box2DFormat",
    "Boxes2D",
    "Boxes3D",
    "ClassDescription",
    "Clear",
    "CoordinateFrame",
    "DepthImage",
    "DtypeError",
    "EncodedDepthImage",
    "EncodedImage",
    "FillMode",
    "GpuError",
    "Image",
    "InstancePoses3D",
    "LineStrips2D",
    "LineStrips3D",
    "Live",
    "NotInRecordingError",
    "NothingToDrawError",
    "Offscreen",
    "Pinhole",
    "PointShading",
    "Points2D",
    "Points3D",
    "Quaternion",
    "Recording",
    "RotationAxisAngle",
    "SegmentationImage",
    "ShapeError",
    "SourceError",
    "Transform3D",
    "TransformAxes3D",
    "TransformRelation",
    "VideoCodec",
    "VideoFrameReference",
    "VideoStream",
    "ViewCoordinates",
    "__version__",
    "attach",
    "colorize",
    "load",
    "render_video",
    "serve",
    "show",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'blazon' has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
