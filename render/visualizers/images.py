"""SegmentationImage, Image and EncodedImage: pixels of the plane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from blazon.ingest.archetypes.pixels import MAGNIFY_LINEAR
from blazon.ingest.chunk import ImageFormat
from blazon.ingest.errors import BlazonError
from blazon.ingest.images import Decoded, decode_file, id_array, image_size, rgba_image
from blazon.render.visualizers.layers import NOT_DRAWN_NOTICE, Built, ImageLayer, ImageRole, Logged, Mask
from blazon.render.visualizers.query import Query

MASK_DRAW_ORDER, COLOR_DRAW_ORDER = 0.0, -10.0


def build_segmentation(query: Query) -> Built:
    """Return a mask in the colours of its classes. SEMANTICS §4."""
    try:
        ids = id_array(query.value("buffer"), format_of(query))
    except BlazonError as error:
        return undrawn(query, error)
    pixels = None
    if query.table.listing(ids) is None:  # some may be no ids
        pixels, invalid = query.table.color_image(ids)
        query.warn("negative or NaN class ids: transparent", invalid)
    mask = Mask(ids, query.table, pixels)
    layer = ImageLayer(query.draw_order(MASK_DRAW_ORDER), mask, ImageRole.MASK, _opacity(query))
    return Built((layer,), layer.bounds, tuple(query.notices.list()))


def build_image(query: Query) -> Built:
    """Return a colour image."""
    return build_color(query, lambda: rgba_image(query.value("buffer"), format_of(query)))


def build_encoded(query: Query) -> Built:
    """Return a picture that was logged in a file format."""
    media_type = query.value("media_type")
    return build_color(query, lambda: decode_file(query.value("blob"), media_type[0] if media_type else None))


def size_of(value: Any) -> tuple[int, int] | None:
    """Return the width and height that an `ImageFormat`, or the head of an encoded picture, tells, or None."""
    if isinstance(value, ImageFormat):
        return value.width, value.height
    try:
        return None if value is None else image_size(value)
    except BlazonError:
        return None


def build_color(query: Query, decode: Callable[[], Decoded], draw_order: float = COLOR_DRAW_ORDER) -> Built:
    """Return a colour image of what `decode` answers with. draw_order : where none was logged."""
    try:
        decoded = decode()
    except BlazonError as error:
        return undrawn(query, error)
    for what, count in decoded.notes:
        query.warn(what, count)
    magnify = query.scalar("magnification_filter")
    layer = ImageLayer(
        query.draw_order(draw_order),
        decoded.image,
        ImageRole.COLOR,
        _opacity(query),
        magnify_linearly=magnify is not None and magnify >= MAGNIFY_LINEAR,
        logged=Logged(decoded.values) if decoded.values is not None else None,
    )
    return Built((layer,), layer.bounds, tuple(query.notices.list()))


def format_of(query: Query) -> ImageFormat:
    """Return the format that belongs to a buffer. Raises `BlazonError` where none was logged."""
    found: ImageFormat | None = query.value("format")
    if found is None:
        raise BlazonError("the image has a buffer but no format; log both")
    return found


def _opacity(query: Query) -> float | None:
    given = query.scalar("opacity")
    return None if given is None or np.isnan(given) else min(max(given, 0.0), 1.0)


def undrawn(query: Query, error: BlazonError, count: int = 1) -> Built:
    """Return nothing, and count why."""
    query.warn(f"{NOT_DRAWN_NOTICE} {error}", count)
    return Built((), None, tuple(query.notices.list()))
