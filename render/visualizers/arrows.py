"""Arrows2D and Arrows3D: a shaft from an origin along a vector, with a tip that faces the eye."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blazon.render.layouts import ARROW
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import Built, BuiltSpace, Primitive, RowsLayer, bounds_of
from blazon.render.visualizers.query import Query

DRAW_ORDER = 20.0


def build2d(query: Query) -> Built:
    """Return the arrows of one row in the plane; as many as vectors. SEMANTICS §3, §6."""
    vectors, origins = _given(query)
    rows, finite = _rows(query, origins, origins + vectors)
    layer = RowsLayer(Primitive.ARROWS, query.draw_order(DRAW_ORDER), rows)
    bounds = bounds_of(origins[finite], (origins + vectors)[finite])
    return Built((layer,), bounds, tuple(query.notices.list()))


def build3d(query: Query) -> BuiltSpace:
    """Return the arrows of one row in space; as many as vectors. SEMANTICS §3, §6."""
    vectors, origins = _given(query)
    there = np.isfinite(origins).all(axis=1) & np.isfinite(vectors).all(axis=1)
    anchor, (starts, tips) = instances.anchored(origins, origins + vectors, finite=there)
    rows, finite = _rows(query, starts, tips)
    content = np.concatenate([starts[finite], tips[finite]])
    layers = instances.split(Primitive.ARROWS, rows)
    return BuiltSpace(tuple(layers), anchor, content, tuple(query.notices.list()))


def _given(query: Query) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    vectors = query.value("vectors")
    origins = query.spread("origins", len(vectors))
    return vectors, np.zeros_like(vectors) if origins is None else origins


def _rows(
    query: Query, starts: NDArray[np.floating], tips: NDArray[np.floating]
) -> tuple[NDArray[np.void], NDArray[np.bool_]]:
    """ARROW rows of what is drawn, and which arrows are finite, bool (n,)."""
    n = len(starts)
    finite = instances.finite(query, starts, tips)
    words = instances.colors(query, n)
    drawn = finite & instances.shown(query, n) & instances.opaque_enough(words)
    rows = np.zeros(np.count_nonzero(drawn), ARROW)
    dimensions = starts.shape[1]
    rows["start"][:, :dimensions], rows["tip"][:, :dimensions] = starts[drawn], tips[drawn]
    rows["radius"] = instances.radii(query, n)[drawn]
    rows["color"] = words[drawn].view(np.uint8).reshape(-1, 4)
    return rows, finite
