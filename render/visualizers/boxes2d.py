"""Boxes2D: outlines."""

from __future__ import annotations

import numpy as np

from blazon.render.layouts import RECT
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import Primitive
from blazon.render.visualizers.parts import Part, Parts
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.tags import Anchor, tag_part, tally_part

DRAW_ORDER = 10.0


def parts(query: Query) -> Parts:
    """Return the outlines of rows. SEMANTICS §3, §6, §7."""
    half_sizes = np.abs(query.value("half_sizes"))
    n = len(half_sizes)
    centers = query.spread("centers", n)
    if centers is None:
        centers = np.zeros((n, 2), np.float32)
    words = instances.colors(query, n)
    with np.errstate(over="ignore", invalid="ignore"):
        low, high = centers - half_sizes, centers + half_sizes
    finite = instances.finite(query, half_sizes, low, high)
    drawn = finite & instances.shown(query, n) & instances.opaque_enough(words)
    rows = np.zeros(np.count_nonzero(drawn), RECT)
    rows["center"] = centers[drawn]
    rows["half_size"] = half_sizes[drawn]
    radii = instances.radii(query, n)
    rows["radius"] = radii[drawn]
    rows["color"] = words[drawn].view(np.uint8).reshape(-1, 4)
    part = Part(Primitive.RECTS, query.draw_order(DRAW_ORDER), rows, np.flatnonzero(drawn))
    tags = tag_part(query, drawn, words, radii, low=low, high=high, anchor=Anchor.EDGE)
    tags += tally_part(query, drawn, low, high, radii)
    return Parts([part, *tags], low, high, finite)
