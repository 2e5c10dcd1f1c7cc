"""What kind of value each component that blazon draws holds: the literal table that decoding is checked against."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class Kind(enum.Enum):
    """The canonical form of a cell."""

    FLOATS = "float32 (n,)"
    VECTORS2 = "float32 (n, 2)"
    IDS = "integers (n,)"
    COLORS = "uint32 (n,), 0xRRGGBBAA"
    STRINGS = "a list of n strings"
    FLAGS = "bool (n,)"
    ENUMS = "uint8 (n,)"
    BLOB = "uint8 (n,), the bytes of one blob"
    FORMAT = "an ImageFormat"
    STRIPS2 = "Ragged, float32 (m, 2)"
    CONTEXT = "an AnnotationContext"


_SHARED = {
    "radii": Kind.FLOATS,
    "colors": Kind.COLORS,
    "labels": Kind.STRINGS,
    "show_labels": Kind.FLAGS,
    "draw_order": Kind.FLOATS,
    "class_ids": Kind.IDS,
}
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
_FIELDS: Mapping[str, Mapping[str, Kind]] = {
    "AnnotationContext": {"context": Kind.CONTEXT},
    "Clear": {"is_recursive": Kind.FLAGS},
    "SegmentationImage": _PIXELS,
    "Image": _PIXELS,
    "DepthImage": {
        "buffer": Kind.BLOB,
        "format": Kind.FORMAT,
        "colormap": Kind.ENUMS,
        "depth_range": Kind.VECTORS2,
        "draw_order": Kind.FLOATS,
        "magnification_filter": Kind.ENUMS,
    },
    "EncodedImage": _ENCODED,
    "Points2D": {**_SHARED, "positions": Kind.VECTORS2, "keypoint_ids": Kind.IDS},
    "Boxes2D": {**_SHARED, "half_sizes": Kind.VECTORS2, "centers": Kind.VECTORS2},
    "LineStrips2D": {**_SHARED, "strips": Kind.STRIPS2},
}

COMPONENTS: Mapping[str, Kind] = {
    **{f"{archetype}:{field}": kind for archetype, fields in _FIELDS.items() for field, kind in fields.items()},
    "instance_ids": Kind.IDS,
}
