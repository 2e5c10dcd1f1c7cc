"""What is written beside instances: which text each has, where it is, and in which colour. SEMANTICS §5."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.styles import Words
from blazon.render.text.texts import NOTHING
from blazon.render.visualizers import instances
from blazon.render.visualizers.layers import Primitive
from blazon.render.visualizers.parts import Part, corners_of
from blazon.render.visualizers.query import Query, spread

FEW = 30  # instances of an entity: fewer are labelled by default


class Anchor(enum.IntEnum):
    """Where a label is, of what it belongs to."""

    BELOW = 0  # a point: below it
    EDGE = 1  # a rectangle: at the middle of its lower edge
    MIDDLE = 2  # anything else: on its middle


_SHARED = [
    ("radius", "<f4"),  # around that; > 0 scene units, < 0 UI points
    ("text", "<i4"),  # its number in the book of texts
    ("color", "<u4"),  # a word
    ("entity", "<u4"),  # with `instance`: who it is, from one picture to the next
    ("instance", "<u4"),
    ("anchor", "u1"),  # an `Anchor`
    ("explicit", "u1"),  # 1: the text was logged for this instance
]
TAG = np.dtype([("low", "<f4", 2), ("high", "<f4", 2), *_SHARED, ("unused", "<u2")])  # the corners of an instance
SPACE_TAG = np.dtype([("position", "<f4", 3), ("size", "<f4"), *_SHARED, ("unused", "<u2")])  # size : its radius


def tag_part(
    query: Query,
    drawn: NDArray[np.bool_],
    words: Words,
    radii: NDArray[np.float32],
    *,
    low: NDArray[Any],
    high: NDArray[Any],
    anchor: Anchor,
) -> list[Part]:
    """Return what is written beside the instances of a query of the plane, as one part, or none.

    drawn : bool (n,), which instances are seen. words, radii : (n,). low, high : float (n, 2), their corners.
    """
    said = _said(query, drawn)
    if said is None:
        return []
    rows = np.zeros(len(said.at), TAG)
    rows["low"], rows["high"] = low[said.at], high[said.at]
    _fill(rows, query, said, anchor)
    rows["radius"], rows["color"] = radii[said.at], words[said.at]
    for row, corners in zip(said.alone.tolist(), _around(query, said, drawn, low, high), strict=True):
        middle = (corners[:2] + corners[2:]) / 2
        rows["low"][row] = rows["high"][row] = middle
        rows["radius"][row] = 0
    return [Part(Primitive.TAGS, 0.0, rows, said.at)]


def space_tags(
    query: Query,
    drawn: NDArray[np.bool_],
    words: Words,
    radii: NDArray[np.float32],
    *,
    positions: NDArray[Any],
    sizes: NDArray[Any] | float,
    anchor: Anchor,
) -> NDArray[np.void] | None:
    """Return what is written beside the instances of one entity in space, SPACE_TAG (m,); None where that is nothing.

    drawn : bool (n,), which instances are seen. words : (n,). radii : (n,) or (1,).
    positions : float (n, 3), relative to the entity's anchor. sizes : their radii, scene units, (n,) or for all.
    """
    said = _said(query, drawn)
    if said is None:
        return None
    rows = np.zeros(len(said.at), SPACE_TAG)
    rows["position"] = positions[said.at]
    rows["size"] = np.broadcast_to(np.asarray(sizes, np.float32), (len(drawn),))[said.at]
    _fill(rows, query, said, anchor)
    rows["radius"], rows["color"] = radii[said.at] if len(radii) > 1 else radii, words[said.at]
    if len(said.alone):
        there = positions[drawn]
        low, high = there.min(axis=0), there.max(axis=0)
        rows["position"][said.alone] = (low + high) / 2
        rows["size"][said.alone], rows["radius"][said.alone] = np.linalg.norm(high - low) / 2, 0
    return rows


def tally_part(
    query: Query, drawn: NDArray[np.bool_], low: NDArray[Any], high: NDArray[Any], radii: NDArray[np.float32]
) -> list[Part]:
    """Return which classes the instances of a query of the plane are of, as one part, or none; see `tag_part`.

    In TAG rows: `instance` is the class id, `text` its label, `color` its colour.
    """
    at = _counted(query, drawn)
    if at is None:
        return []
    rows = np.zeros(len(at), TAG)
    reach = np.maximum(radii[at], 0)[:, None]
    rows["low"], rows["high"], rows["anchor"] = low[at] - reach, high[at] + reach, Anchor.EDGE
    _fill_classes(rows, query, at, len(drawn))
    return [Part(Primitive.TALLIES, 0.0, rows, at)]


def space_tallies(
    query: Query, drawn: NDArray[np.bool_], positions: NDArray[Any], sizes: NDArray[Any]
) -> NDArray[np.void] | None:
    """Return which classes the instances of one entity in space are of, SPACE_TAG (m,), as `tally_part` does.

    sizes : how far each reaches around its position, scene units, (n,) or (1,).
    """
    at = _counted(query, drawn)
    if at is None:
        return None
    rows = np.zeros(len(at), SPACE_TAG)
    rows["position"], rows["anchor"] = positions[at], Anchor.EDGE
    rows["size"] = np.maximum(sizes[at] if len(sizes) > 1 else sizes, 0)
    _fill_classes(rows, query, at, len(drawn))
    return rows


def _counted(query: Query, drawn: NDArray[np.bool_]) -> NDArray[np.int64] | None:
    """The instances that are counted, int64 (m,): of keypoints one for each person, as well as can be told."""
    class_ids = instances.class_ids_of(query)
    if query.labelling is None or not query.labelling.tallies or class_ids is None:
        return None
    at = np.flatnonzero(drawn)
    keypoint_ids = query.spread("keypoint_ids", len(drawn))
    if keypoint_ids is None or len(at) == 0:
        return at
    owner = np.searchsorted(query.starts, at, side="right") - 1
    classes = spread(class_ids, len(drawn))
    keys = np.stack([owner, classes[at].astype(np.int64), keypoint_ids[at].astype(np.int64)], axis=1)
    found, which, often = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    order = np.lexsort((-often, found[:, 1], found[:, 0]))
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (np.diff(found[order, :2], axis=0) != 0).any(axis=1)
    return at[np.isin(which.reshape(-1), order[is_first])]


def _fill_classes(rows: NDArray[np.void], query: Query, at: NDArray[np.int64], n: int) -> None:
    of_instances = instances.class_ids_of(query)
    if query.labelling is None or of_instances is None:
        return
    class_ids = spread(of_instances, n)[at]
    numbers, _ = query.labelling.texts.of_table(query.table)
    rows["instance"] = class_ids
    rows["entity"] = _names(query)[np.searchsorted(query.starts, at, side="right") - 1]
    rows["text"] = _found(query.table.labels.class_keys, numbers, class_ids.astype(np.uint64))
    rows["color"] = query.table.color_instances(class_ids, np.zeros(0, np.uint32), len(at)) | np.uint32(0xFF000000)


@dataclass(frozen=True, slots=True)
class _Said:
    """Which instances have a text. at : int64 (m,), ascending. texts : int32 (m,). explicit : bool (m,).

    alone : the rows whose text is that of a whole entity.
    """

    at: NDArray[np.int64]
    texts: NDArray[np.int32]
    explicit: NDArray[np.bool_]
    alone: NDArray[np.int64]


def _said(query: Query, drawn: NDArray[np.bool_]) -> _Said | None:
    labelling, n = query.labelling, len(drawn)
    if labelling is None or labelling.mode == "off" or n == 0:
        return None
    counts, starts = query.counts_of(n), query.starts
    given, lengths = query.labels()
    wanted = query.show_labels()
    by_default = (lengths == 1) | (counts < FEW)
    shown = np.ones(len(counts), np.bool_) if labelling.mode == "on" else np.where(wanted >= 0, wanted > 0, by_default)
    if not shown.any():
        return None
    are_given = bool((lengths >= counts).all())
    texts = None if are_given else _annotated(query, n)
    if texts is None and not given:
        return None
    if texts is None:
        texts = np.zeros(n, np.int32)
    explicit = np.zeros(n, np.bool_)
    is_alone = (lengths == 1) & (counts > 1)
    if given:
        numbers = labelling.texts.numbers(given)
        own = np.where(is_alone, 0, np.minimum(lengths, counts))
        begin = np.cumsum(lengths) - lengths
        within = np.arange(own.sum()) - np.repeat(np.cumsum(own) - own, own)
        at = np.repeat(starts, own) + within
        texts[at] = numbers[np.repeat(begin, own) + within]
        explicit[at] = True
        texts[np.repeat(is_alone, counts)] = NOTHING
        firsts = _firsts(drawn, starts[is_alone], counts[is_alone])
        texts[firsts[firsts >= 0]] = numbers[begin[is_alone]][firsts >= 0]
        explicit[firsts[firsts >= 0]] = True
    told = np.flatnonzero((texts != NOTHING) & drawn & np.repeat(shown, counts))
    if len(told) == 0:
        return None
    alone = np.flatnonzero(np.repeat(is_alone, counts)[told])
    return _Said(told, texts[told], explicit[told], alone)


def _firsts(seen: NDArray[np.bool_], starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first instance of each entity that is seen, int64 (entities,); −1 where none is."""
    found = [np.flatnonzero(seen[start : start + count]) for start, count in zip(starts, counts, strict=True)]
    return np.array([start + each[0] if len(each) else -1 for start, each in zip(starts, found, strict=True)], np.int64)


def _annotated(query: Query, n: int) -> NDArray[np.int32] | None:
    """The texts that the context has for `n` instances: a keypoint's, or else its class's; None where it has none."""
    labels, class_ids = query.table.labels, instances.class_ids_of(query)
    if class_ids is None or query.labelling is None or not (labels.of_classes or labels.of_keypoints):
        return None
    of_classes, of_keypoints = query.labelling.texts.of_table(query.table)
    classes = class_ids.astype(np.uint64)
    texts: NDArray[np.int32] = spread(_found(labels.class_keys, of_classes, classes), n).copy()
    keypoint_ids = query.spread("keypoint_ids", n)
    if keypoint_ids is not None and labels.of_keypoints:
        keys = spread(classes, n) << np.uint64(32) | keypoint_ids.astype(np.uint64)
        own = _found(labels.keypoint_keys, of_keypoints, keys)
        texts = np.where(own != NOTHING, own, texts)
    return texts


def _found(keys: NDArray[np.uint64], numbers: NDArray[np.int32], wanted: NDArray[np.uint64]) -> NDArray[np.int32]:
    if len(keys) == 0:
        return np.zeros(len(wanted), np.int32)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, numbers[at], np.int32(NOTHING))


def _fill(rows: NDArray[np.void], query: Query, said: _Said, anchor: Anchor) -> None:
    rows["text"], rows["explicit"], rows["anchor"] = said.texts, said.explicit, anchor
    rows["anchor"][said.alone] = Anchor.MIDDLE
    starts = query.starts
    owner = np.searchsorted(starts, said.at, side="right") - 1
    rows["entity"], rows["instance"] = _names(query)[owner], said.at - starts[owner]


def _names(query: Query) -> NDArray[np.uint32]:
    """A number for each entity, by which it is known again, uint32 (entities,)."""
    return np.array([hash((entity, query.archetype)) & 0xFFFFFFFF for entity in query.entities], np.uint32)


def _around(
    query: Query, said: _Said, drawn: NDArray[np.bool_], low: NDArray[Any], high: NDArray[Any]
) -> NDArray[np.float64]:
    """The corners, float64 (alone, 4), of what the entities cover whose one text is for all of them."""
    if len(said.alone) == 0:
        return np.zeros((0, 4))
    owner = np.searchsorted(query.starts, said.at[said.alone], side="right") - 1
    return corners_of(low, high, drawn, query.starts)[owner]
