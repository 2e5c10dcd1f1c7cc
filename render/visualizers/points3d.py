"""Points3D: discs in space that face the eye, and the skeletons of their keypoints."""

from __future__ import annotations

import numpy as np

from blazon.ingest.archetypes.points import PointShading
from blazon.render.layouts import POINT
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import BuiltSpace, Primitive, SpaceLayer
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.skeletons import skeleton_lines

LARGEST_DOT = 4.0  # UI points of radius


def build(query: Query) -> BuiltSpace:
    """Return the points and the skeleton lines of one row. SEMANTICS §3, §7, §8."""
    given = query.value("positions")
    n = len(given)
    finite = instances.in_reach(query, given)
    anchor, (positions,) = instances.anchored(given, finite=finite)
    words = instances.colors(query, n)
    drawn = finite & instances.shown(query, n) & instances.opaque_enough(words)
    chosen = slice(None) if drawn.all() else drawn  # a slice copies nothing
    rows = np.empty(np.count_nonzero(drawn), POINT)
    rows["position"] = positions[chosen]
    rows["radius"] = instances.radii(query, n)[chosen]
    rows["color"] = words[chosen].view(np.uint8).reshape(-1, 4)
    layers: list[SpaceLayer] = []
    if query.value("keypoint_ids") is not None:
        layers += instances.split(Primitive.SEGMENTS, skeleton_lines(query, positions, finite))
    has_lines = any(len(layer.rows) for layer in layers)
    layers += instances.split(_primitive(rows["radius"]), rows)
    shading = float(query.scalar("point_shading") == PointShading.Gradient)
    content = positions if finite.all() else positions[finite]
    return BuiltSpace(
        tuple(layers),
        anchor,
        content,
        tuple(query.notices.list()),
        reaches=has_lines,
        radius=instances.reach_of(rows["radius"]),
        shading=shading,
        raises_points=has_lines,
    )


def _primitive(radii: np.ndarray) -> Primitive:
    """GL's points where all are small, whatever the distance; they vanish with their middle, so large ones are not."""
    small = len(radii) and radii.max() < 0 and radii.min() >= -LARGEST_DOT
    return Primitive.DOTS if small else Primitive.POINTS
