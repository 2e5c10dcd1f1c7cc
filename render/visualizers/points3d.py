"""Points3D: discs in space that face the eye, and the skeletons of their keypoints."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.archetypes.points import PointShading
from blazon.ingest.slabs import empty
from blazon.render.kernels.compiled import in_slices
from blazon.render.kernels.points import DRAWN, NOT_FINITE, TOO_FAR, TRANSPARENT, pack_points
from blazon.render.layouts import POINT
from blazon.render.styles import Words
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import BuiltSpace, Primitive, SpaceLayer
from blazon.render.visualizers.query import Query
from blazon.render.visualizers.skeletons import skeleton_lines
from blazon.render.visualizers.tags import Anchor, space_tags, space_tallies

LARGEST_DOT = 4.0  # UI points of radius


def build(query: Query) -> BuiltSpace:
    """Return the points and the skeleton lines of one row. SEMANTICS §3, §7, §8."""
    given = query.value("positions")
    n = len(given)
    anchor = instances.anchor_of(given)
    words = instances.colors(query, n)
    radii = instances.few_radii(query, n)
    rows, fate, is_opaque, are_drawn = _packed(given, anchor, words, radii)
    positions = given if given.dtype == np.float32 and not anchor.any() else np.ascontiguousarray(rows["position"])
    finite = np.ones(n, np.bool_)
    if not are_drawn:
        query.warn("non-finite positions: instances dropped", int(np.count_nonzero(fate == NOT_FINITE)))
        query.warn(f"positions past {instances.FARTHEST:g}: instances dropped", int(np.count_nonzero(fate == TOO_FAR)))
        finite = (fate == DRAWN) | (fate == TRANSPARENT)
        rows = rows[(fate == DRAWN) & instances.shown(query, n)]
    elif not query.table.classes.is_open:
        rows = rows[instances.shown(query, n)]
    tags, tallies = _tags(query, positions, words, radii, fate)
    layers: list[SpaceLayer] = []
    if query.value("keypoint_ids") is not None:
        layers += instances.split(Primitive.LINES, skeleton_lines(query, positions, finite)[0])
    has_lines = any(len(layer.rows) for layer in layers)
    shown = radii if len(radii) == 1 else rows["radius"]
    primitive = _primitive(shown)
    if is_opaque and len(rows):
        layers.append(SpaceLayer(primitive, rows, known_radii=(radii[0], radii[0]) if len(radii) == 1 else None))
    else:
        layers += instances.split(primitive, rows)
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
    query: Query, positions: NDArray[Any], words: Words, radii: NDArray[np.float32], fate: NDArray[np.uint8]
) -> tuple[NDArray[np.void] | None, NDArray[np.void] | None]:
    """What is written beside points, and which classes they are of."""
    if query.labelling is None:
        return None, None
    drawn = (fate == DRAWN) & instances.shown(query, len(fate))
    tags = space_tags(query, drawn, words, radii, positions=positions, sizes=0.0, anchor=Anchor.BELOW)
    return tags, space_tallies(query, drawn, positions, radii)


def _packed(
    positions: NDArray[Any], anchor: NDArray[np.float64], words: Words, radii: NDArray[np.float32]
) -> tuple[NDArray[np.void], NDArray[np.uint8], bool, bool]:
    """Return POINT rows, (n,), what becomes of each, uint8 (n,), whether all are opaque, and whether all are drawn."""
    positions = np.ascontiguousarray(positions)
    rows, fate = empty(len(positions), POINT), np.empty(len(positions), np.uint8)
    numbers, bits = rows.view(np.float32).reshape(-1, 5), rows.view(np.uint32).reshape(-1, 5)

    found: list[tuple[int, int]] = []

    def pack(part: slice) -> None:
        few = radii if len(radii) == 1 else radii[part]
        given = positions[part], anchor, words[part], few, instances.FARTHEST
        found.append(pack_points(*given, numbers[part], bits[part], fate[part]))

    in_slices(pack, len(positions), 1 << 16)
    is_opaque = all(common >> 24 == 255 for common, _ in found)
    return rows, fate, is_opaque, all(fates == DRAWN for _, fates in found)


def _primitive(radii: np.ndarray) -> Primitive:
    """GL's points where all are small, whatever the distance; they vanish with their middle, so large ones are not."""
    small = len(radii) and radii.max() < 0 and radii.min() >= -LARGEST_DOT
    return Primitive.DOTS if small else Primitive.POINTS
