"""Boxes3D: edges and faces of boxes that are turned as they like."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.poses import INSTANCE_POSES, compose, is_finite
from blazon.render.layouts import FACE, SEGMENT
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import BuiltSpace, Primitive, SpaceLayer
from blazon.render.visualizers.query import Query, spread

RADIUS = -0.5  # the default of edges: half a UI point to each side
DENSE_WIREFRAME, SOLID, TRANSPARENT = (
    2,
    3,
    4,
)  # of the protocol's fill modes; 1, the major wireframe, is the edges alone
CORNERS = np.array(list(itertools.product((-1, 1), repeat=3)), np.float32)  # (8, 3)
EDGES = np.array([(a, b) for a in range(8) for b in range(a) if bin(a ^ b).count("1") == 1])  # (12, 2)
# Each face: the axis it lies on, the side, and the two axes that span it.
_FACES = [(axis, side, (axis + 1) % 3, (axis + 2) % 3) for axis in range(3) for side in (-1, 1)]


def build(query: Query) -> BuiltSpace:
    """Return the boxes of one row; as many as the longest of half sizes, centres, rotations and instance poses.

    A box is placed by the instance pose of its own number, where there are any. SEMANTICS §3, §6, §7.
    """
    poses = {part: query.value(name) for part, name in INSTANCE_POSES.items()}
    own = {
        "translation": query.value("centers"),
        "rotation_axis_angle": query.value("rotation_axis_angles"),
        "quaternion": query.value("quaternions"),
    }
    lengths = [len(each) for each in (*poses.values(), *own.values(), query.value("half_sizes")) if each is not None]
    n = max(lengths)
    placed = compose(own, n, query.warn)
    if any(each is not None for each in poses.values()):
        placed = compose(poses, n, query.warn) @ placed
    half_sizes = spread(query.value("half_sizes"), n)
    words = instances.colors(query, n)
    finite = is_finite(placed) & np.isfinite(half_sizes).all(axis=1)
    query.warn("non-finite positions: instances dropped", n - int(np.count_nonzero(finite)))
    centers = placed[:, :3, 3]
    far = finite & ((np.abs(centers) > instances.FARTHEST) | (np.abs(half_sizes) > instances.FARTHEST)).any(axis=1)
    query.warn(f"positions past {instances.FARTHEST:g}: instances dropped", int(np.count_nonzero(far)))
    finite &= ~far
    anchor, (middles,) = instances.anchored(centers, finite=finite)
    with np.errstate(invalid="ignore", over="ignore"):
        axes = (placed[:, :3, :3] * half_sizes[:, None, :]).transpose(0, 2, 1).astype(np.float32)  # (n, axis, xyz)
    drawn = finite & instances.shown(query, n) & instances.opaque_enough(words)
    fill = query.scalar("fill_mode") or TRANSPARENT
    radii = instances.radii(query, n, RADIUS)
    layers: list[SpaceLayer] = []
    if fill >= SOLID:
        layers += instances.split(
            Primitive.FACES, _faces(middles[drawn], axes[drawn], words[drawn], solid=fill == SOLID)
        )
    if fill != SOLID:
        layers += instances.split(Primitive.SEGMENTS, _edges(middles[drawn], axes[drawn], words[drawn], radii[drawn]))
    corners = middles[finite, None] + np.einsum("ka,nax->nkx", CORNERS, axes[finite])
    content = corners.reshape(-1, 3).astype(np.float32, copy=False)
    return BuiltSpace(tuple(layers), anchor, content, tuple(query.notices.list()), posed=True)


def _edges(
    middles: NDArray[Any], axes: NDArray[Any], words: NDArray[np.uint32], radii: NDArray[np.float32]
) -> NDArray[np.void]:
    """Twelve edges of each box, SEGMENT (12 n,)."""
    corners = middles[:, None] + np.einsum("ka,nax->nkx", CORNERS, axes)
    rows = np.zeros((len(middles), len(EDGES)), SEGMENT)
    rows["start"] = rows["before"] = corners[:, EDGES[:, 0]]
    rows["end"] = rows["after"] = corners[:, EDGES[:, 1]]
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
        rows["color"][..., 3] //= 4
    return rows.reshape(-1)
