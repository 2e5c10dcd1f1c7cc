"""Arrows2D and Arrows3D: a shaft from an origin along a vector, with a tip that faces the eye."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blazon.render.layouts import ARROW, DEFINES
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import BuiltSpace, Primitive
from blazon.render.visualizers.parts import Part, Parts
from blazon.render.visualizers.query import Query

DRAW_ORDER = 20.0


def parts2d(query: Query) -> Parts:
    """Return the arrows of rows in the plane; as many as vectors. SEMANTICS §3, §6."""
    vectors, origins = _given(query)
    with np.errstate(over="ignore", invalid="ignore"):
        tips = origins + vectors
    finite = instances.finite(query, origins, tips)
    rows, at = _rows(query, origins, tips, finite)
    part = Part(Primitive.ARROWS, query.draw_order(DRAW_ORDER), rows, at)
    return Parts([part], np.minimum(origins, tips), np.maximum(origins, tips), finite)


def build3d(query: Query) -> BuiltSpace:
    """Return the arrows of one row in space; as many as vectors. SEMANTICS §3, §6."""
    vectors, origins = _given(query)
    finite = instances.in_reach(query, origins, vectors)
    with np.errstate(invalid="ignore", over="ignore"):  # in those that are dropped
        anchor, (starts, tips) = instances.anchored(origins, origins + vectors, finite=finite)
    rows, _ = _rows(query, starts, tips, finite)
    content = np.concatenate([starts[finite], tips[finite]])
    layers = instances.split(Primitive.ARROWS, rows)
    radius = DEFINES["TIP_HALF_WIDTH"] * instances.reach_of(rows["radius"])
    return BuiltSpace(tuple(layers), anchor, content, tuple(query.notices.list()), radius=radius)


def _given(query: Query) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    vectors = query.value("vectors")
    origins = query.spread("origins", len(vectors))
    return vectors, np.zeros_like(vectors) if origins is None else origins


def _rows(
    query: Query, starts: NDArray[np.floating], tips: NDArray[np.floating], finite: NDArray[np.bool_]
) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """ARROW rows of what is drawn, and which arrows those are. finite : bool (n,), which arrows are any."""
    n = len(starts)
    words = instances.colors(query, n)
    drawn = finite & instances.shown(query, n) & instances.opaque_enough(words)
    rows = np.zeros(np.count_nonzero(drawn), ARROW)
    dimensions = starts.shape[1]
    rows["start"][:, :dimensions], rows["tip"][:, :dimensions] = starts[drawn], tips[drawn]
    rows["radius"] = instances.radii(query, n)[drawn]
    rows["color"] = words[drawn].view(np.uint8).reshape(-1, 4)
    return rows, np.flatnonzero(drawn)
