"""Points3D: discs in space that face the eye, and the skeletons of their keypoints."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.archetypes.points import PointShading
from blazon.render.kernels.points import DRAWN, NOT_FINITE, TOO_FAR, TRANSPARENT
from blazon.render.layouts import POINT
from blazon.render.styles import Words
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import BuiltSpace, Primitive, SpaceLayer
from blazon.render.visualizers.points_of_space import columns_of, packed
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.skeletons import skeleton_lines
from blazon.render.visualizers.tags import Anchor, space_tags, space_tallies

LARGEST_DOT = 4.0  # UI points of radius
_NO_ROWS = np.zeros(0, POINT)


def build(query: Query) -> BuiltSpace:
    """Return the points and the skeleton lines of one row. SEMANTICS §3, §7, §8."""
    given = query.value("positions")
    n = len(given)
    anchor = instances.anchor_of(given)
    words = instances.colors(query, n)
    radii = instances.few_radii(query, n)
    columns = columns_of(given, anchor, words, radii) if query.table.classes.is_open else None
    rows, fate, are_drawn = packed(given, anchor, words, radii) if columns is None else (_NO_ROWS, None, True)
    is_as_given = given.dtype == np.float32 and not anchor.any()
    positions = given if is_as_given else np.ascontiguousarray(rows["position"])
    finite = np.ones(n, np.bool_)
    if fate is not None and not are_drawn:
        query.warn("non-finite positions: instances dropped", int(np.count_nonzero(fate == NOT_FINITE)))
        query.warn(f"positions past {instances.FARTHEST:g}: instances dropped", int(np.count_nonzero(fate == TOO_FAR)))
        finite = (fate == DRAWN) | (fate == TRANSPARENT)
        rows = rows[(fate == DRAWN) & instances.shown(query, n)]
    elif not query.table.classes.is_open:
        rows = rows[instances.shown(query, n)]
    tags, tallies = _tags(query, positions, words, radii, finite if fate is None else fate == DRAWN)
    layers: list[SpaceLayer] = []
    if query.value("keypoint_ids") is not None:
        layers += instances.split(Primitive.LINES, skeleton_lines(query, positions, finite)[0])
    has_lines = any(len(layer) for layer in layers)
    shown = radii if len(radii) == 1 else rows["radius"]
    primitive = _primitive(shown)
    layers += [SpaceLayer(primitive, columns)] if columns is not None else instances.split(primitive, rows)
    shading = float(query.scalar("point_shading") == PointShading.Gradient)
    content = positions if are_drawn else positions[finite]
    return BuiltSpace(
        tuple(layers),
        anchor,
        content,
        tuple(query.notices.list()),
        reaches=has_lines,
        radius=instances.reach_of(shown),
        shading=shading,
        raises_points=has_lines,
        tags=tags,
        tallies=tallies,
    )


def _tags(
    query: Query, positions: NDArray[Any], words: Words, radii: NDArray[np.float32], drawn: NDArray[np.bool_]
) -> tuple[NDArray[np.void] | None, NDArray[np.void] | None]:
    """What is written beside points, and which classes they are of. drawn : bool (n,)."""
    if query.labelling is None:
        return None, None
    drawn = drawn & instances.shown(query, len(drawn))
    tags = space_tags(query, drawn, words, radii, positions=positions, sizes=0.0, anchor=Anchor.BELOW)
    return tags, space_tallies(query, drawn, positions, radii)


def _primitive(radii: np.ndarray) -> Primitive:
    """GL's points where all are small, whatever the distance; they vanish with their middle, so large ones are not."""
    small = len(radii) and radii.max() < 0 and radii.min() >= -LARGEST_DOT
    return Primitive.DOTS if small else Primitive.POINTS
