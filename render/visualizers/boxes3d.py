"""Boxes3D: edges and faces of boxes that are turned as they like."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.archetypes.boxes3d import FillMode
from blazon.ingest.colors import LINEAR_OF_SRGB, encode_srgb
from blazon.ingest.poses import compose
from blazon.render.layouts import FACE, LINE
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import BuiltSpace, Primitive, SpaceLayer
from blazon.render.visualizers.query import Query, spread
from blazon.render.visualizers.tags import Anchor, space_tags, space_tallies

RADIUS = -0.5  # the default of edges: half a UI point to each side
OUTLINES = encode_srgb(np.float32(0.8) * LINEAR_OF_SRGB)  # of solid boxes: between their lightest and darkest faces
CORNERS = np.array(list(itertools.product((-1, 1), repeat=3)), np.float32)  # (8, 3)
EDGES = np.array([(a, b) for a in range(8) for b in range(a) if bin(a ^ b).count("1") == 1])  # (12, 2)
# Each face: the axis it lies on, the side, and the two axes that span it.
_FACES = [(axis, side, (axis + 1) % 3, (axis + 2) % 3) for axis in range(3) for side in (-1, 1)]


def build(query: Query) -> BuiltSpace:
    """Return the boxes of one row; as many as the longest of half sizes, centres, rotations and instance poses.

    A box is placed by the instance pose of its own number, where there are any. SEMANTICS §3, §6, §7.
    """
    own = {
        "translation": query.value("centers"),
        "rotation_axis_angle": query.value("rotation_axis_angles"),
        "quaternion": query.value("quaternions"),
    }
    lengths = [len(each) for each in (query.poses, *own.values(), query.value("half_sizes")) if each is not None]
    n = max(lengths) if min(lengths) else 0  # no pose is left of those that were logged
    placed = compose(own, n, query.warn)
    if query.poses is not None:
        placed = spread(query.poses, n) @ placed
    half_sizes = spread(query.value("half_sizes"), n)
    words = instances.colors(query, n)
    centers = placed[:, :3, 3]
    finite = instances.in_reach(query, placed.reshape(n, 16), half_sizes)
    anchor, (middles,) = instances.anchored(centers, finite=finite)
    with np.errstate(invalid="ignore", over="ignore"):
        axes = (placed[:, :3, :3] * half_sizes[:, None, :]).transpose(0, 2, 1).astype(np.float32)  # (n, axis, xyz)
    drawn = finite & instances.shown(query, n) & instances.opaque_enough(words)
    fill = query.scalar("fill_mode") or FillMode.TransparentFillMajorWireframe
    radii = instances.radii(query, n, RADIUS)
    layers: list[SpaceLayer] = []
    if fill >= FillMode.Solid:
        faces = _faces(middles[drawn], axes[drawn], words[drawn], solid=fill == FillMode.Solid)
        layers += instances.split(Primitive.FACES, faces)
    with np.errstate(invalid="ignore", over="ignore"):
        sizes = np.linalg.norm(axes, axis=(1, 2))
    tags = space_tags(query, drawn, words, radii, positions=middles, sizes=sizes, anchor=Anchor.MIDDLE)
    tallies = space_tallies(query, drawn, middles, sizes)
    edges = _edges(middles[drawn], axes[drawn], words[drawn], radii[drawn])
    if fill == FillMode.Solid:  # outlines keep them smooth, and there at all where they are smaller than a pixel
        edges["radius"] = RADIUS
        edges["color"][:, :3] = OUTLINES[edges["color"][:, :3]]
    layers += instances.split(Primitive.LINES, edges)
    reach = instances.reach_of(radii) if fill != FillMode.Solid else 0.0
    corners = middles[finite, None] + np.einsum("ka,nax->nkx", CORNERS, axes[finite])
    content = corners.reshape(-1, 3).astype(np.float32, copy=False)
    return BuiltSpace(
        tuple(layers),
        anchor,
        content,
        tuple(query.notices.list()),
        radius=reach,
        posed=True,
        tags=tags,
        tallies=tallies,
    )


def _edges(
    middles: NDArray[Any], axes: NDArray[Any], words: NDArray[np.uint32], radii: NDArray[np.float32]
) -> NDArray[np.void]:
    """Twelve edges of each box, LINE (12 n,)."""
    corners = middles[:, None] + np.einsum("ka,nax->nkx", CORNERS, axes)
    rows = np.zeros((len(middles), len(EDGES)), LINE)
    rows["start"] = corners[:, EDGES[:, 0]]
    rows["end"] = corners[:, EDGES[:, 1]]
    rows["radius"] = radii[:, None]
    rows["color"] = words.view(np.uint8).reshape(-1, 1, 4)
    return rows.reshape(-1)


def _faces(middles: NDArray[Any], axes: NDArray[Any], words: NDArray[np.uint32], *, solid: bool) -> NDArray[np.void]:
    """Six faces of each box, FACE (6 n,); at a quarter of the alpha where they aren't solid."""
    rows = np.zeros((len(middles), 6), FACE)
    for k, (axis, side, u, v) in enumerate(_FACES):
        rows["center"][:, k] = middles + side * axes[:, axis]
        rows["half_u"][:, k], rows["half_v"][:, k] = axes[:, u], axes[:, v]
    rows["color"] = words.view(np.uint8).reshape(-1, 1, 4)
    rows["lit"] = float(solid)
    if not solid:
        rows["color"][..., 3] = (rows["color"][..., 3].astype(np.uint16) + 2) // 4
    return rows.reshape(-1)
