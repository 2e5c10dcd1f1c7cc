"""Points2D: discs, and the skeletons of their keypoints."""

from __future__ import annotations

import numpy as np

from blazon.render.layouts import POINT
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import Primitive
from blazon.render.visualizers.parts import Part, Parts
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.skeletons import skeleton_lines
from blazon.render.visualizers.tags import Anchor, tag_part, tally_part

DRAW_ORDER, SKELETON_DRAW_ORDER = 30.0, 20.0


def parts(query: Query) -> Parts:
    """Return the points and the skeleton lines of rows. SEMANTICS §3, §7, §8."""
    positions = query.value("positions")
    n = len(positions)
    finite = instances.finite(query, positions)
    words = instances.colors(query, n)
    drawn = finite & instances.shown(query, n) & instances.opaque_enough(words)
    rows = np.zeros(np.count_nonzero(drawn), POINT)
    rows["position"][:, :2] = positions[drawn]
    radii = instances.radii(query, n)
    rows["radius"] = radii[drawn]
    rows["color"] = words[drawn].view(np.uint8).reshape(-1, 4)
    found = [Part(Primitive.POINTS, query.draw_order(DRAW_ORDER), rows, np.flatnonzero(drawn))]
    if query.value("keypoint_ids") is not None:
        lines, at = skeleton_lines(query, positions, finite)
        found.insert(0, Part(Primitive.LINES, query.draw_order(SKELETON_DRAW_ORDER), lines, at))
    found += tag_part(query, drawn, words, radii, low=positions, high=positions, anchor=Anchor.BELOW)
    found += tally_part(query, drawn, positions, positions, radii)
    return Parts(found, positions, positions, finite)
