"""DepthImage and EncodedDepthImage: how far away each pixel is."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Any, ClassVar

from blazon.ingest import values
from blazon.ingest.archetypes import pixels
from blazon.ingest.archetypes.archetype import Archetype, refuse_both


class Colormap(enum.IntEnum):
    """The colour maps of the protocol; Turbo is drawn, whichever is asked for."""

    GRAYSCALE = 1
    INFERNO = 2
    MAGMA = 3
    PLASMA = 4
    TURBO = 5
    VIRIDIS = 6
    CYANTOYELLOW = 7
    SPECTRAL = 8
    TWILIGHT = 9
    RVIZMAP = 10
    RVIZCOSTMAP = 11
    COSTMAP = 12


_SHOWN = {
    "meter": values.one_float,
    "colormap": values.one_of(Colormap),
    "depth_range": values.vectors2,
    "point_fill_ratio": values.one_float,
    "draw_order": values.one_float,
    "magnification_filter": pixels.magnification,
}


class DepthImage(Archetype):
    """A depth for each pixel, drawn in the colours of the Turbo map.

    image : any integer or float dtype, (h, w); leading and trailing axes of length 1 are dropped. meter : how many
    of its units are one scene unit, for views in space; default 1 for floats, 1000 for integers. point_fill_ratio :
    how wide a point in space is, as a part of its pixel; default 1. colormap : a name; others than Turbo are
    drawn as Turbo, and counted. depth_range : two numbers, the depths at the two ends of the map; default 0 to the
    largest finite depth. draw_order : float, default −20. magnification_filter : as for `Image`.
    Raises `ShapeError`, `DtypeError`, `ArgumentError`.
    """

    FIELDS: ClassVar = {"buffer": pixels.blob, "format": pixels.image_format, **_SHOWN}

    __slots__ = ()

    def __init__(
        self,
        image: Any,
        *,
        meter: float | None = None,
        colormap: Any = None,
        depth_range: Any = None,
        point_fill_ratio: float | None = None,
        draw_order: float | None = None,
        magnification_filter: Any = None,
    ) -> None:
        buffer, made = pixels.single_channel(image, "DepthImage image", "depths")
        self._set(
            {
                "buffer": buffer,
                "format": made,
                "meter": meter,
                "colormap": colormap,
                "depth_range": depth_range,
                "point_fill_ratio": point_fill_ratio,
                "draw_order": draw_order,
                "magnification_filter": magnification_filter,
            }
        )


class EncodedDepthImage(Archetype):
    """A depth for each pixel in a file: a PNG or TIFF of one channel, or RVL, as ROS 2 sends it.

    path : a file, or contents : its bytes, or a binary file object; blob : the same as `contents`. media_type : such
    as "image/png"; RVL has to say "application/rvl", of others the contents decide. The rest is as for `DepthImage`.
    Raises `ArgumentError`, and `SourceError` where `path` can't be read.
    """

    FIELDS: ClassVar = {"blob": pixels.blob, "media_type": values.strings, **_SHOWN}

    __slots__ = ()

    def __init__(
        self,
        blob: Any = None,
        *,
        path: str | Path | None = None,
        contents: Any = None,
        media_type: str | None = None,
        meter: float | None = None,
        colormap: Any = None,
        depth_range: Any = None,
        point_fill_ratio: float | None = None,
        draw_order: float | None = None,
        magnification_filter: Any = None,
    ) -> None:
        if blob is not None:
            refuse_both("EncodedDepthImage", "blob", path=path, contents=contents)
        self._set(
            {
                "blob": pixels.contents_of("EncodedDepthImage", path, contents if blob is None else blob),
                "media_type": media_type,
                "meter": meter,
                "colormap": colormap,
                "depth_range": depth_range,
                "point_fill_ratio": point_fill_ratio,
                "draw_order": draw_order,
                "magnification_filter": magnification_filter,
            }
        )
