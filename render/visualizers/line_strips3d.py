"""LineStrips3D: polylines in space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.chunk import Ragged
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import BuiltSpace, Primitive
from blazon.render.visualizers.line_strips2d import finite_strips, middles_of, segments
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.tags import Anchor, space_tags, space_tallies


def build(query: Query) -> BuiltSpace:
    """Return the lines of one row. SEMANTICS §3, §7."""
    strips: Ragged = query.value("strips")
    n = len(strips)
    strip_of_point = np.repeat(np.arange(n), np.diff(strips.offsets))
    words = instances.colors(query, n)
    finite = finite_strips(query, strips, strip_of_point)
    far = np.unique(strip_of_point[(np.abs(strips.points) > instances.FARTHEST).any(axis=1)])
    query.warn(f"positions past {instances.FARTHEST:g}: instances dropped", int(np.count_nonzero(finite[far])))
    finite[far] = False
    anchor, (points,) = instances.anchored(strips.points, finite=finite[strip_of_point])
    drawn = finite & instances.shown(query, n) & instances.opaque_enough(words)
    kept = drawn[strip_of_point]
    rows, strip_of_row = segments(points[kept], strip_of_point[kept])
    radii = instances.radii(query, n)
    rows["radius"] = radii[strip_of_row]
    rows["color"] = words[strip_of_row].view(np.uint8).reshape(-1, 4)
    layers = instances.split(Primitive.SEGMENTS, rows)
    seen = drawn & (np.diff(strips.offsets) > 0)
    middles = middles_of(Ragged(points, strips.offsets))
    reaches = _reaches(Ragged(points, strips.offsets), middles)
    tags = space_tags(query, seen, words, radii, positions=middles, sizes=reaches, anchor=Anchor.MIDDLE)
    return BuiltSpace(
        tuple(layers),
        anchor,
        points[finite[strip_of_point]],
        tuple(query.notices.list()),
        radius=instances.reach_of(rows["radius"]),
        tags=tags,
        tallies=space_tallies(query, seen, middles, reaches),
    )


def _reaches(strips: Ragged, middles: NDArray[np.floating]) -> NDArray[np.float32]:
    """How far each strip reaches around its middle, (n,)."""
    reaches = np.zeros(len(strips), np.float32)
    counts = np.diff(strips.offsets)
    filled = np.flatnonzero(counts)
    if len(filled):
        with np.errstate(invalid="ignore", over="ignore"):
            away = np.linalg.norm(strips.points - np.repeat(middles, counts, axis=0), axis=1)
            reaches[filled] = np.maximum.reduceat(np.nan_to_num(away), strips.offsets[filled])
    return reaches
