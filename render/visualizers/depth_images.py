"""DepthImage and EncodedDepthImage in the plane: depths as colours of the Turbo map."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.archetypes.depth import Colormap
from blazon.ingest.archetypes.pixels import MAGNIFY_LINEAR
from blazon.ingest.depth_files import decode_depths, size_of_depths
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import BlazonError
from blazon.ingest.images import depth_array
from blazon.ingest.moments import At
from blazon.ingest.queries import Queries
from blazon.render.visualizers.images import format_of, undrawn
from blazon.render.visualizers.layers import Built, ImageLayer, ImageRole, Logged
from blazon.render.visualizers.query import Query

DRAW_ORDER = -20.0
ENCODED = "EncodedDepthImage"
LEVELS = 4096
TURBO = np.array(  # a polynomial in t for each of red, green, blue; source: Mikhailov, Google AI, 2019
    [
        [0.13572138, 4.61539260, -42.66032258, 132.13108234, -152.94239396, 59.28637943],
        [0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604],
        [0.10667330, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973],
    ]
)


def build(query: Query) -> Built:
    """Return the colours of one row; depths that are not finite are transparent, and counted."""
    try:
        depths = depths_of(query)
    except BlazonError as error:
        return undrawn(query, error)
    layer = ImageLayer(
        query.draw_order(DRAW_ORDER),
        colors_of(query, depths),
        ImageRole.DEPTH,
        opacity=1.0,
        magnify_linearly=(query.scalar("magnification_filter") or 0) >= MAGNIFY_LINEAR,
        logged=Logged(depths[..., None], _per_metre(query)),
    )
    return Built((layer,), layer.bounds, tuple(query.notices.list()))


def depths_of(query: Query) -> NDArray[Any]:
    """Return the depths of one row, (h, w), of their own dtype. Raises `BlazonError` where they can't be read."""
    if query.archetype != ENCODED:
        return depth_array(query.value("buffer"), format_of(query))
    return decode_depths(query.value("blob"), _media_type(query.value("media_type")))


def size_of_encoded(recording: Queries, entity: EntityPath, at: At) -> tuple[int, int] | None:
    """Return the width and height of an encoded depth image at a time, whatever was cleared since, or None."""
    blob, media_type = (recording.latest_uncleared(entity, f"{ENCODED}:{name}", at) for name in ("blob", "media_type"))
    if blob is None or blob.value is None:
        return None
    try:
        return size_of_depths(blob.value, _media_type(media_type.value if media_type is not None else None))
    except BlazonError:  # the picture says why
        return None


def _media_type(logged: list[str] | None) -> str | None:
    return logged[0] if logged else None


def colors_of(query: Query, depths: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the colours of depths (h, w), uint8 (h, w, 4)."""
    colormap = query.scalar("colormap")
    query.warn("a colormap other than Turbo: drawn as Turbo", int(colormap not in (None, Colormap.TURBO)))
    finite = np.isfinite(depths)
    query.warn("non-finite depths: transparent", finite.size - int(np.count_nonzero(finite)))
    return _colors(depths, finite, *_range(query, depths, finite))


def _per_metre(query: Query) -> float:
    """How many of the values are a metre, where that was logged; else they are shown as they are."""
    given = query.scalar("meter")
    return given if given is not None and np.isfinite(given) and given > 0 else 1.0


def _range(query: Query, depths: NDArray[Any], finite: NDArray[np.bool_]) -> tuple[float, float]:
    given = query.value("depth_range")
    if given is not None and np.isfinite(given[0]).all():
        return float(given[0][0]), float(given[0][1])
    return 0.0, float(depths.max(where=finite, initial=0))


def _colors(depths: NDArray[Any], finite: NDArray[np.bool_], low: float, high: float) -> NDArray[np.uint8]:
    span = high - low if high != low else 1.0
    unit = (depths.astype(np.float32) - np.float32(low)) * np.float32((LEVELS - 1) / span)
    levels = np.clip(np.nan_to_num(unit, nan=0.0), 0, LEVELS - 1).astype(np.uint16)
    words = np.where(finite, turbo_words()[levels], np.uint32(0))
    return words.view(np.uint8).reshape(*depths.shape, 4)


@functools.cache
def turbo_words() -> NDArray[np.uint32]:
    """Return the Turbo map, uint32 (LEVELS,), words."""
    t = np.linspace(0, 1, LEVELS)
    rgb = np.stack([np.polynomial.polynomial.polyval(t, channel) for channel in TURBO], axis=-1)
    rgba = np.concatenate([rgb, np.ones((LEVELS, 1))], axis=-1)
    words: NDArray[np.uint32] = np.rint(np.clip(rgba, 0, 1) * 255).astype(np.uint8).view(np.uint32)[:, 0]
    return words
