"""What kind of value each component that blazon draws holds: the literal table that decoding is checked against."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class Kind(enum.Enum):
    """The canonical form of a cell."""

    FLOATS = "float32 (n,)"
    VECTORS2 = "float32 (n, 2)"
    VECTORS3 = "float32 or float64 (n, 3)"
    QUATERNIONS = "float32 (n, 4), xyzw"
    AXIS_ANGLES = "float32 (n, 4), axis and radians"
    MAT3X3 = "float32 (n, 9), one column after the other"
    VIEW_AXES = "uint8 (n, 3)"
    IDS = "integers (n,)"
    COLORS = "uint32 (n,), 0xRRGGBBAA"
    STRINGS = "a list of n strings"
    FLAGS = "bool (n,)"
    ENUMS = "uint8 (n,)"
    CODES = "uint32 (n,), four letters"
    TIMES = "int64 (n,), nanoseconds"
    BLOB = "uint8 (n,), the bytes of one blob"
    FORMAT = "an ImageFormat"
    STRIPS2 = "Ragged, float32 (m, 2)"
    STRIPS3 = "Ragged, float32 or float64 (m, 3)"
    CONTEXT = "an AnnotationContext"


_SHARED = {
    "radii": Kind.FLOATS,
    "colors": Kind.COLORS,
    "labels": Kind.STRINGS,
    "show_labels": Kind.FLAGS,
    "class_ids": Kind.IDS,
}
_FLAT = {**_SHARED, "draw_order": Kind.FLOATS}
_PIXELS = {
    "buffer": Kind.BLOB,
    "format": Kind.FORMAT,
    "opacity": Kind.FLOATS,
    "draw_order": Kind.FLOATS,
    "magnification_filter": Kind.ENUMS,
}
_ENCODED = {
    "blob": Kind.BLOB,
    "media_type": Kind.STRINGS,
    "opacity": Kind.FLOATS,
    "draw_order": Kind.FLOATS,
    "magnification_filter": Kind.ENUMS,
}
_DEPTHS = {
    "meter": Kind.FLOATS,
    "colormap": Kind.ENUMS,
    "depth_range": Kind.VECTORS2,
    "point_fill_ratio": Kind.FLOATS,
    "draw_order": Kind.FLOATS,
    "magnification_filter": Kind.ENUMS,
}
_FIELDS: Mapping[str, Mapping[str, Kind]] = {
    "AnnotationContext": {"context": Kind.CONTEXT},
    "Clear": {"is_recursive": Kind.FLAGS},
    "SegmentationImage": _PIXELS,
    "Image": _PIXELS,
    "DepthImage": {"buffer": Kind.BLOB, "format": Kind.FORMAT, **_DEPTHS},
    "EncodedDepthImage": {"blob": Kind.BLOB, "media_type": Kind.STRINGS, **_DEPTHS},
    "EncodedImage": _ENCODED,
    "AssetVideo": {"blob": Kind.BLOB, "media_type": Kind.STRINGS},
    "VideoFrameReference": {
        "timestamp": Kind.TIMES,
        "video_reference": Kind.STRINGS,
        "opacity": Kind.FLOATS,
        "draw_order": Kind.FLOATS,
    },
    "VideoStream": {
        "codec": Kind.CODES,
        "sample": Kind.BLOB,
        "is_keyframe": Kind.FLAGS,
        "opacity": Kind.FLOATS,
        "draw_order": Kind.FLOATS,
    },
    "Points2D": {**_FLAT, "positions": Kind.VECTORS2, "keypoint_ids": Kind.IDS},
    "Points3D": {
        **_SHARED,
        "positions": Kind.VECTORS3,
        "point_shading": Kind.ENUMS,
        "keypoint_ids": Kind.IDS,
    },
    "Boxes2D": {**_FLAT, "half_sizes": Kind.VECTORS2, "centers": Kind.VECTORS2},
    "Boxes3D": {
        **_SHARED,
        "half_sizes": Kind.VECTORS3,
        "centers": Kind.VECTORS3,
        "rotation_axis_angles": Kind.AXIS_ANGLES,
        "quaternions": Kind.QUATERNIONS,
        "fill_mode": Kind.ENUMS,
    },
    "LineStrips2D": {**_FLAT, "strips": Kind.STRIPS2},
    "LineStrips3D": {**_SHARED, "strips": Kind.STRIPS3},
    "Arrows2D": {**_FLAT, "vectors": Kind.VECTORS2, "origins": Kind.VECTORS2},
    "Arrows3D": {**_SHARED, "vectors": Kind.VECTORS3, "origins": Kind.VECTORS3},
    "Transform3D": {
        "translation": Kind.VECTORS3,
        "rotation_axis_angle": Kind.AXIS_ANGLES,
        "quaternion": Kind.QUATERNIONS,
        "scale": Kind.VECTORS3,
        "mat3x3": Kind.MAT3X3,
        "relation": Kind.ENUMS,
        "child_frame": Kind.STRINGS,
        "parent_frame": Kind.STRINGS,
        "axis_length": Kind.FLOATS,  # in older recordings; TransformAxes3D since
    },
    "TransformAxes3D": {"axis_length": Kind.FLOATS, "show_frame": Kind.FLAGS},
    "InstancePoses3D": {
        "translations": Kind.VECTORS3,
        "rotation_axis_angles": Kind.AXIS_ANGLES,
        "quaternions": Kind.QUATERNIONS,
        "scales": Kind.VECTORS3,
        "mat3x3": Kind.MAT3X3,
    },
    "CoordinateFrame": {
        "frame": Kind.STRINGS,
        "frame_id": Kind.STRINGS,  # what older recordings call it
    },
    "Pinhole": {
        "image_from_camera": Kind.MAT3X3,
        "resolution": Kind.VECTORS2,
        "camera_xyz": Kind.VIEW_AXES,
        "child_frame": Kind.STRINGS,
        "parent_frame": Kind.STRINGS,
        "image_plane_distance": Kind.FLOATS,
        "color": Kind.COLORS,
        "line_width": Kind.FLOATS,
    },
    "ViewCoordinates": {"xyz": Kind.VIEW_AXES},
}

COMPONENTS: Mapping[str, Kind] = {
    **{f"{archetype}:{field}": kind for archetype, fields in _FIELDS.items() for field, kind in fields.items()},
    "instance_ids": Kind.IDS,
}
