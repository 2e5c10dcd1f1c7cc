"""LineStrips2D: polylines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.chunk import Ragged
from blazon.render.layouts import SEGMENT
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import Primitive
from blazon.render.visualizers.parts import Part, Parts
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.tags import Anchor, tag_part, tally_part

DRAW_ORDER = 20.0


def parts(query: Query) -> Parts:
    """Return the lines of rows. SEMANTICS §3, §7."""
    strips: Ragged = query.value("strips")
    n = len(strips)
    strip_of_point = np.repeat(np.arange(n), np.diff(strips.offsets))
    words = instances.colors(query, n)
    finite = finite_strips(query, strips, strip_of_point)
    drawn = finite & instances.shown(query, n) & instances.opaque_enough(words)
    kept = drawn[strip_of_point]
    points = strips.points[kept]
    rows, strip_of_row = segments(points, strip_of_point[kept])
    radii = instances.radii(query, n)
    rows["radius"] = radii[strip_of_row]
    rows["color"] = words[strip_of_row].view(np.uint8).reshape(-1, 4)
    part = Part(Primitive.SEGMENTS, query.draw_order(DRAW_ORDER), rows, strip_of_row)
    low, high = np.full((n, 2), np.inf, np.float32), np.full((n, 2), -np.inf, np.float32)
    filled = np.flatnonzero(np.diff(strips.offsets))
    if len(filled):
        low[filled] = np.minimum.reduceat(strips.points, strips.offsets[filled], axis=0)
        high[filled] = np.maximum.reduceat(strips.points, strips.offsets[filled], axis=0)
    filled_ones = drawn & (np.diff(strips.offsets) > 0)
    middles = middles_of(strips)
    tags = tag_part(query, filled_ones, words, radii, low=middles, high=middles, anchor=Anchor.MIDDLE)
    tags += tally_part(query, filled_ones, low, high, radii)
    return Parts([part, *tags], low, high, finite)


def middles_of(strips: Ragged) -> NDArray[np.floating]:
    """Return the mean of the points of each strip, (n, d); NaN of those without any."""
    middles = np.full((len(strips), strips.points.shape[1]), np.nan, strips.points.dtype)
    filled = np.flatnonzero(np.diff(strips.offsets))
    if len(filled):
        sums = np.add.reduceat(strips.points, strips.offsets[filled], axis=0, dtype=np.float64)
        middles[filled] = sums / np.diff(strips.offsets)[filled, None]
    return middles


def segments(points: NDArray[np.float32], strip: NDArray[np.int64]) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """Return what joins each point to the next of its strip, SEGMENT (m,), not yet coloured, and whose it is, (m,).

    points : float32 (k, d)     strip : int64 (k,), ascending: which strip each belongs to
    Points that repeat the one before them are left out; a strip that returns to its first point is joined there.
    """
    fresh = np.ones(len(points), np.bool_)
    fresh[1:] = (strip[1:] != strip[:-1]) | (points[1:] != points[:-1]).any(axis=1)
    points, strip = points[fresh], strip[fresh]
    at = np.flatnonzero(strip[1:] == strip[:-1])
    first = np.searchsorted(strip, strip[at], side="left")
    last = np.searchsorted(strip, strip[at], side="right") - 1
    closed = (points[first] == points[last]).all(axis=1) & (last - first > 2)
    before = np.where(at > first, at - 1, np.where(closed, last - 1, at))
    after = np.where(at + 1 < last, at + 2, np.where(closed, first + 1, at + 1))
    rows = np.zeros(len(at), SEGMENT)
    for name, end in (("start", at), ("end", at + 1), ("before", before), ("after", after)):
        rows[name][:, : points.shape[1]] = points[end]
    rows["closing"] = np.where(closed, (at + 1 == last).astype(np.float32) - (at == first), 0)
    return rows, strip[at]


def finite_strips(query: Query, strips: Ragged, strip_of_point: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which strips have finite points alone, bool (n,); the others are counted."""
    broken = strip_of_point[~np.isfinite(strips.points).all(axis=1)]
    finite = np.ones(len(strips), np.bool_)
    finite[broken] = False
    if not finite.all():
        query.warn("non-finite positions: instances dropped", int(np.count_nonzero(~finite)), np.flatnonzero(~finite))
    return finite
