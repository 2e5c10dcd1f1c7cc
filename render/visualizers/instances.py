"""What all archetypes of many instances share: colours, radii, and which instances are drawn."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.colors import auto_color
from blazon.ingest.entity_path import EntityPath
from blazon.render.layouts import UI_RADIUS
from blazon.render.styles import Words, words_of
from blazon.render.visualizers.layers import Primitive, SpaceLayer
from blazon.render.visualizers.query import Query, spread

ANCHORED_FROM = 1024.0  # scene units: float32 is good to a tenth of a millimetre up to here
SAMPLES = 1024  # positions that say where most of them are
FARTHEST = 1e30  # scene units
_NO_IDS = np.zeros(0, np.uint32)


def colors(query: Query, n: int) -> Words:
    """Return the colours of `n` instances, uint32 (n,), words. Source: SEMANTICS §3."""
    explicit = query.spread("colors", n)
    if explicit is not None:
        return words_of(explicit)
    class_ids = class_ids_of(query)
    if class_ids is None:
        own = [np.uint32(auto_color(_path_id(entity))) for entity in query.entities]
        return words_of(query.by_entity(own, n))
    keypoint_ids = query.value("keypoint_ids")
    return query.table.color_instances(class_ids, _NO_IDS if keypoint_ids is None else keypoint_ids, n)


def class_ids_of(query: Query) -> NDArray[np.uint32] | None:
    """Return the class ids, as many as were logged; keypoints without any are of class 0 (SEMANTICS §8)."""
    class_ids = query.value("class_ids")
    if class_ids is not None:
        return class_ids  # type: ignore[no-any-return]
    return None if query.value("keypoint_ids") is None else np.zeros(1, np.uint32)


def shown(query: Query, n: int) -> NDArray[np.bool_]:
    """Return which of `n` instances the user wants to see, by class; bool (n,)."""
    classes = query.table.classes
    if classes.is_open:
        return np.ones(n, np.bool_)
    class_ids = class_ids_of(query)
    if class_ids is None:
        return np.full(n, classes.only is None, np.bool_)
    visible: NDArray[np.bool_] = spread(classes.shows(class_ids), n)
    return visible


def few_radii(query: Query, n: int) -> NDArray[np.float32]:
    """Return the radii of `n` instances as `radii` does, float32 (n,), or (1,) where all have the default."""
    return np.full(1, UI_RADIUS, np.float32) if query.value("radii") is None else radii(query, n)


def radii(query: Query, n: int, default: float = UI_RADIUS) -> NDArray[np.float32]:
    """Return the radii of `n` instances, float32 (n,); non-finite and zero ones become the default, and are counted."""
    given = query.spread("radii", n)
    if given is None:
        return np.full(n, default, np.float32)
    usable = np.isfinite(given) & (given != 0)
    if not usable.all():
        bad = np.flatnonzero(~usable)
        query.warn("zero or non-finite radii: the default is used", len(bad), bad)
    return np.where(usable, given, np.float32(default))


def reach_of(radii: NDArray[np.float32]) -> float:
    """Return how far, in scene units, instances of these radii reach around their positions."""
    return max(float(radii.max()), 0.0) if len(radii) else 0.0


def finite(query: Query, *vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which instances are finite in all of `vectors`, float32 (n, k) each; bool (n,). Others are counted."""
    kept: NDArray[np.bool_] = np.logical_and.reduce([np.isfinite(each).all(axis=1) for each in vectors])
    if not kept.all():
        bad = np.flatnonzero(~kept)
        query.warn("non-finite positions: instances dropped", len(bad), bad)
    return kept


def in_reach(query: Query, *positions: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which instances are finite, and near enough to be worked out; bool (n,). Others are counted."""
    kept = finite(query, *positions)
    with np.errstate(invalid="ignore"):
        far = np.logical_or.reduce([(np.abs(each) > FARTHEST).any(axis=1) for each in positions]) & kept
    query.warn(f"positions past {FARTHEST:g}: instances dropped", int(np.count_nonzero(far)))
    return np.asarray(kept & ~far)


def anchored(
    *positions: NDArray[Any], finite: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], list[NDArray[np.float32]]]:
    """Return an anchor, float64 (3,), and positions, (n, 3) each, relative to it in float32: large ones lose nothing.

    The anchor is in the midst of them, whatever is lost far away. Small coordinates in float32 stay as they are, with
    the anchor at the origin. finite : bool (n,), those that count.
    """
    first = positions[0] if finite.all() else positions[0][finite]
    if len(first) == 0:
        return np.zeros(3), [each.astype(np.float32, copy=False) for each in positions]
    anchor = anchor_of(first)
    if not anchor.any() and all(each.dtype == np.float32 for each in positions):
        return anchor, list(positions)
    with np.errstate(over="ignore", invalid="ignore"):
        return anchor, [(each.astype(np.float64) - anchor).astype(np.float32) for each in positions]


def anchor_of(positions: NDArray[Any]) -> NDArray[np.float64]:
    """Return where most of positions, (n, 3), are, float64 (3,); the origin where float32 is good enough there."""
    sample = positions[:: max(1, len(positions) // SAMPLES)]
    sample = sample[np.isfinite(sample).all(axis=1)]
    if len(sample) == 0:
        return np.zeros(3)
    anchor: NDArray[np.float64] = np.median(sample, axis=0).astype(np.float64)
    is_good = positions.dtype == np.float32 and np.abs(anchor).max() < ANCHORED_FROM
    return np.zeros(3) if is_good or not np.abs(anchor).max() < FARTHEST else anchor


def split(primitive: Primitive, rows: NDArray[np.void]) -> list[SpaceLayer]:
    """Return the layers of rows in space: those that hide what is behind them, and those that let it through."""
    if len(rows) and np.bitwise_and.reduce(rows.view(np.uint32).reshape(len(rows), -1)[:, -1]) >> 24 == 255:
        return [SpaceLayer(primitive, rows)]
    solid = rows["color"][:, 3] == 255
    return [SpaceLayer(primitive, rows[solid]), SpaceLayer(primitive, rows[~solid], is_translucent=True)]


def opaque_enough(words: Words) -> NDArray[np.bool_]:
    """Return which colours are not fully transparent; bool (n,)."""
    return words.view(np.uint8)[3::4] > 0


def _path_id(entity: EntityPath) -> int:
    """A stable hash of a path: the id whose automatic colour an entity without classes has."""
    return zlib.crc32(str(entity).encode()) % 65535
