"""Arrows2D and Arrows3D: a shaft from an origin along a vector, with a tip that faces the eye."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blazon.render.layouts import ARROW, DEFINES
from blazon.render.styles import Words
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import BuiltSpace, Primitive
from blazon.render.visualizers.parts import Part, Parts
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.tags import Anchor, space_tags, space_tallies, tag_part, tally_part

DRAW_ORDER = 20.0


def parts2d(query: Query) -> Parts:
    """Return the arrows of rows in the plane; as many as vectors. SEMANTICS §3, §6."""
    vectors, origins = _given(query)
    with np.errstate(over="ignore", invalid="ignore"):
        tips = origins + vectors
    finite = instances.finite(query, origins, tips)
    words, radii = instances.colors(query, len(vectors)), instances.radii(query, len(vectors))
    drawn = finite & instances.shown(query, len(vectors)) & instances.opaque_enough(words)
    rows = _rows(origins[drawn], tips[drawn], words[drawn], radii[drawn])
    part = Part(Primitive.ARROWS, query.draw_order(DRAW_ORDER), rows, np.flatnonzero(drawn))
    with np.errstate(over="ignore", invalid="ignore"):
        middles = (origins + tips) / 2
    tags = tag_part(query, drawn, words, radii, low=middles, high=middles, anchor=Anchor.MIDDLE)
    tags += tally_part(query, drawn, np.minimum(origins, tips), np.maximum(origins, tips), radii)
    return Parts([part, *tags], np.minimum(origins, tips), np.maximum(origins, tips), finite)


def build3d(query: Query) -> BuiltSpace:
    """Return the arrows of one row in space; as many as vectors. SEMANTICS §3, §6."""
    vectors, origins = _given(query)
    finite = instances.in_reach(query, origins, vectors)
    with np.errstate(invalid="ignore", over="ignore"):  # in those that are dropped
        anchor, (starts, tips) = instances.anchored(origins, origins + vectors, finite=finite)
    words, radii = instances.colors(query, len(vectors)), instances.radii(query, len(vectors))
    drawn = finite & instances.shown(query, len(vectors)) & instances.opaque_enough(words)
    rows = _rows(starts[drawn], tips[drawn], words[drawn], radii[drawn])
    with np.errstate(invalid="ignore", over="ignore"):
        middles, sizes = (starts + tips) / 2, np.linalg.norm(tips - starts, axis=1) / 2
    tags = space_tags(query, drawn, words, radii, positions=middles, sizes=sizes, anchor=Anchor.MIDDLE)
    tallies = space_tallies(query, drawn, middles, sizes)
    content = np.concatenate([starts[finite], tips[finite]])
    layers = instances.split(Primitive.ARROWS, rows)
    radius = DEFINES["TIP_HALF_WIDTH"] * instances.reach_of(rows["radius"])
    return BuiltSpace(
        tuple(layers), anchor, content, tuple(query.notices.list()), radius=radius, tags=tags, tallies=tallies
    )


def _given(query: Query) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    vectors = query.value("vectors")
    origins = query.spread("origins", len(vectors))
    return vectors, np.zeros_like(vectors) if origins is None else origins


def _rows(
    starts: NDArray[np.floating], tips: NDArray[np.floating], words: Words, radii: NDArray[np.float32]
) -> NDArray[np.void]:
    """ARROW rows."""
    rows = np.zeros(len(starts), ARROW)
    dimensions = starts.shape[1]
    rows["start"][:, :dimensions], rows["tip"][:, :dimensions] = starts, tips
    rows["radius"], rows["color"] = radii, words.view(np.uint8).reshape(-1, 4)
    return rows
