"""Colour lookup for anyone: the kernel that masks go through, without GL."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.annotations import AnnotationContext
from blazon.ingest.archetypes import SegmentationImage
from blazon.ingest.images import id_array
from blazon.render.class_choices import EVERYTHING
from blazon.render.styles import Styles


def colorize(ids: Any, context: AnnotationContext | None = None) -> NDArray[np.uint8]:
    """Return the colours of an image of class ids, uint8 (h, w, 4), sRGB, straight alpha.

    ids : any integer or float dtype, (h, w); leading and trailing axes of length 1 are dropped. context : what the ids
    mean, or a list that makes an `AnnotationContext`; ids that it does not list, and all of them without one, have
    their automatic colour. Floats round to the nearest id; negative ids and NaN are transparent.
    Raises `ShapeError` for more channels, `DtypeError` for bool and complex. Source: SEMANTICS §4.
    """
    if context is not None and not isinstance(context, AnnotationContext):
        context = AnnotationContext(context)
    logged = SegmentationImage(ids).components
    made = logged["SegmentationImage:format"]
    if made.width * made.height == 0:
        return np.zeros((made.height, made.width, 4), np.uint8)
    checked = id_array(logged["SegmentationImage:buffer"], made)
    return _shared_styles().table(context, EVERYTHING).color_image(checked)[0]


@functools.cache
def _shared_styles() -> Styles:
    return Styles()
