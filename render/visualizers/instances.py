"""What all archetypes of many instances share: colours, radii, and which instances are drawn."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.colors import auto_color
from blazon.ingest.entity_path import EntityPath
from blazon.render.layouts import UI_RADIUS
from blazon.render.styles import Words, words_of
from blazon.render.visualizers.query import Query, spread

_NO_IDS = np.zeros(0, np.uint32)


def colors(query: Query, n: int) -> Words:
    """Return the colours of `n` instances, uint32 (n,), words. Source: SEMANTICS §3."""
    explicit = query.spread("colors", n)
    if explicit is not None:
        return words_of(explicit)
    class_ids = class_ids_of(query)
    if class_ids is None:
        return words_of(np.full(n, auto_color(_path_id(query.entity)), np.uint32))
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


def radii(query: Query, n: int) -> NDArray[np.float32]:
    """Return the radii of `n` instances, float32 (n,); non-finite and zero ones become the default, and are counted."""
    given = query.spread("radii", n)
    if given is None:
        return np.full(n, UI_RADIUS, np.float32)
    usable = np.isfinite(given) & (given != 0)
    query.warn("zero or non-finite radii: the default is used", n - int(np.count_nonzero(usable)))
    return np.where(usable, given, np.float32(UI_RADIUS))


def finite(query: Query, *vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which instances are finite in all of `vectors`, float32 (n, k) each; bool (n,). Others are counted."""
    kept: NDArray[np.bool_] = np.logical_and.reduce([np.isfinite(each).all(axis=1) for each in vectors])
    query.warn("non-finite positions: instances dropped", kept.size - int(np.count_nonzero(kept)))
    return kept


def opaque_enough(words: Words) -> NDArray[np.bool_]:
    """Return which colours are not fully transparent; bool (n,)."""
    return words.view(np.uint8)[3::4] > 0


def _path_id(entity: EntityPath) -> int:
    """A stable hash of a path: the id whose automatic colour an entity without classes has."""
    return zlib.crc32(str(entity).encode()) % 65535
