"""Contexts and the user's choices become dense tables, made once for each context and kept while it lives.

Colours here are words: uint32 whose four bytes in memory are R, G, B, A.
"""

from __future__ import annotations

import functools
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.annotations import EMPTY_CONTEXT, AnnotationContext
from blazon.ingest.colors import auto_color, auto_colors
from blazon.ingest.slabs import empty
from blazon.render.class_choices import ClassChoices, ResolvedFilter
from blazon.render.kernels.colors import DENSE_IDS, color_instances, lookup, lookup_wide, round_ids
from blazon.render.kernels.compiled import in_slices

Words = NDArray[np.uint32]
_SLICE = 1 << 18  # pixels below which a second thread does not pay


@dataclass(frozen=True, slots=True)
class Connections:
    """The connections of all classes of a context, for the `connect` kernel."""

    class_keys: NDArray[np.uint32]  # (k,), sorted
    starts: NDArray[np.int64]  # (k + 1,)
    pairs: NDArray[np.uint32]  # (m, 2)
    colors: Words  # (k,)


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of all classes and keypoints of a context that have one."""

    class_keys: NDArray[np.uint64]  # (k,), sorted
    of_classes: tuple[str, ...]  # (k,)
    keypoint_keys: NDArray[np.uint64]  # (j,), sorted, class << 32 | keypoint
    of_keypoints: tuple[str, ...]  # (j,)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Table:
    """The colours of every id under one context and filter, and the labels."""

    classes: ResolvedFilter
    dense: Words  # (65536,)
    keys: NDArray[np.uint64]  # (k,), sorted: listed ids past the dense ones
    colors: Words  # (k,)
    keypoint_keys: NDArray[np.uint64]  # (j,), sorted, class << 32 | keypoint
    keypoint_colors: Words  # (j,)
    connections: Connections
    labels: Labels

    def color_instances(self, class_ids: NDArray[Any], keypoint_ids: NDArray[Any], n: int) -> Words:
        """Return the colours of `n` instances by class and keypoint; the last id repeats. SEMANTICS §3, 2 to 4."""
        out = empty(n, np.uint32)
        ids = class_ids if class_ids.dtype == np.uint16 else class_ids.astype(np.uint32, copy=False)
        keypoints = keypoint_ids.astype(np.uint32, copy=False)

        def color(part: slice) -> None:
            color_instances(
                _from(ids, part),
                _from(keypoints, part),
                self.dense,
                self.keys,
                self.colors,
                self.keypoint_keys,
                self.keypoint_colors,
                out[part],
            )

        in_slices(color, n, _SLICE)
        return out

    def color_image(self, ids: NDArray[Any]) -> tuple[NDArray[np.uint8], int]:
        """Return the colours of an image of class ids of any integer or float dtype, and how many were no ids.

        ids : (h, w). Answers uint8 (h, w, 4); negative ids and NaN are transparent, and counted. SEMANTICS §4.
        """
        words = np.empty(ids.shape, np.uint32)
        invalid = self.color_into(ids, words)
        return words.view(np.uint8).reshape(*ids.shape, 4), invalid

    def color_into(self, ids: NDArray[Any], out: Words) -> int:
        """Write the words of `ids`, (h, w), into `out`, uint32 (h, w), contiguous; answer how many were no ids."""
        return self._color_flat(np.ascontiguousarray(ids).reshape(-1), out.reshape(-1))

    def listing(self, ids: NDArray[Any]) -> Words | None:
        """Return the colours of all that ids of that dtype can be, where they are unsigned and small, uint32 (k,)."""
        is_small = ids.dtype.kind == "u" and ids.dtype.itemsize <= 2
        return self.dense[: 256**ids.dtype.itemsize] if is_small else None

    def _color_flat(self, ids: NDArray[Any], out: Words) -> int:
        if ids.dtype.kind == "f":
            ids = _rounded(ids)
        if ids.dtype.itemsize <= 2:
            unsigned = ids.view(f"u{ids.dtype.itemsize}")
            listed = self.listing(ids)
            table = self._signed_table(ids.dtype) if listed is None else listed
            in_slices(lambda part: lookup(unsigned[part], table, out[part]), ids.size, _SLICE)
            return int(np.count_nonzero(ids < 0)) if ids.dtype.kind == "i" else 0
        negative: list[int] = []
        in_slices(
            lambda part: negative.append(lookup_wide(ids[part], self.dense, self.keys, self.colors, out[part])),
            ids.size,
            _SLICE,
        )
        if not self.classes.is_open:  # ids past the dense table still have to go
            wide = np.flatnonzero(ids >= DENSE_IDS)
            out[wide[~self.classes.shows(ids[wide])]] = 0
        return sum(negative)

    def _signed_table(self, dtype: np.dtype[Any]) -> Words:
        """The table by bit pattern of a signed dtype of 8 or 16 bits: its upper half are negative ids."""
        half = 256**dtype.itemsize // 2
        return np.concatenate([self.dense[:half], np.zeros(half, np.uint32)])


MOST_TABLES = 4  # of a context: who drags a colour about makes many


class Styles:
    """Tables by context and what the user chose, kept while the context lives: the last few of each."""

    def __init__(self) -> None:
        self._tables: weakref.WeakKeyDictionary[AnnotationContext, dict[ClassChoices, Table]] = (
            weakref.WeakKeyDictionary()
        )

    def table(self, context: AnnotationContext | None, classes: ClassChoices) -> Table:
        """Return the table of `context` (None: no context, all colours automatic) as the user chose."""
        context = context or EMPTY_CONTEXT
        tables = self._tables.setdefault(context, {})
        table = tables.pop(classes, None) or make_table(context, classes)
        tables[classes] = table  # the newest is the last
        while len(tables) > MOST_TABLES:
            del tables[next(iter(tables))]
        return table


def make_table(context: AnnotationContext, classes: ClassChoices) -> Table:
    """Return the colours of every id under `context`, hidden classes transparent.

    It holds nothing of the context itself: tables are kept for as long as their context lives, and no longer.
    """
    shown, context = classes.under(context), classes.recolored(context)
    ids = np.array(sorted(context.classes), np.uint64)
    words = np.array([_word(context.classes[int(id_)].info.shown_color) for id_ in ids], np.uint32)
    low = ids < DENSE_IDS
    dense = auto_words().copy()
    dense[ids[low]] = words[low]
    dense[~shown.shows(np.arange(DENSE_IDS))] = 0
    keypoints = _keypoint_table(context)
    return Table(shown, dense, ids[~low], words[~low], *keypoints, _connections(context, shown), _labels(context))


@functools.cache
def auto_words() -> Words:
    """Return the automatic colours of the ids below 65536, uint32 (65536,), words."""
    words = auto_colors(np.arange(DENSE_IDS)).view(np.uint32)[:, 0]
    words.setflags(write=False)
    return words


def words_of(packed: NDArray[np.uint32]) -> Words:
    """Return packed colours `0xRRGGBBAA` as words."""
    return packed.astype(">u4").view(np.uint32)


def _word(packed: int) -> int:
    return int.from_bytes(packed.to_bytes(4, "big"), "little")


def _from(ids: NDArray[np.uint32], part: slice) -> NDArray[np.uint32]:
    """The ids of a part of instances, the last of which repeats."""
    return ids[min(part.start, max(len(ids) - 1, 0)) : part.stop]


def _rounded(values: NDArray[Any]) -> NDArray[np.int64]:
    """Float ids as int64, −1 where they are none."""
    wide = values.astype(np.float32) if values.dtype.itemsize < 4 else values
    whole = np.empty(wide.size, np.int64)
    in_slices(lambda part: round_ids(wide[part], whole[part]), wide.size, _SLICE)
    return whole


def _keypoint_table(context: AnnotationContext) -> tuple[NDArray[np.uint64], Words]:
    """Keys, sorted, and words of all listed keypoints: own colour, else the class's, else the id's automatic one.

    A keypoint with a colour of its own is drawn in it even where its class is transparent. SEMANTICS §3, 2.
    """
    words = {
        class_id << 32 | keypoint.id: _word(_first(keypoint.color, described.info.color, auto_color(keypoint.id)))
        for class_id, described in context.classes.items()
        for keypoint in described.keypoint_annotations
    }
    keys = sorted(words)
    return np.array(keys, np.uint64), np.array([words[key] for key in keys], np.uint32)


def _labels(context: AnnotationContext) -> Labels:
    classes = {id_: each.info.label for id_, each in sorted(context.classes.items()) if each.info.label}
    keypoints = {
        class_id << 32 | keypoint.id: keypoint.label
        for class_id, described in context.classes.items()
        for keypoint in described.keypoint_annotations
    }
    labelled = {key: label for key, label in sorted(keypoints.items()) if label}
    return Labels(
        np.array(list(classes), np.uint64),
        tuple(classes.values()),
        np.array(list(labelled), np.uint64),
        tuple(labelled.values()),
    )


def _first(*colors: int | None) -> int:
    return next(color for color in colors if color is not None)


def _connections(context: AnnotationContext, classes: ResolvedFilter) -> Connections:
    described = {id_: each for id_, each in sorted(context.classes.items()) if each.keypoint_connections}
    keys = np.array(list(described), np.uint32)
    shown = classes.shows(keys)
    kept = [each for each, visible in zip(described.values(), shown, strict=True) if visible]
    connected = [_distinct(each.keypoint_connections) for each in kept]
    pairs = [pair for each in connected for pair in each]
    lengths = [len(each) for each in connected]
    return Connections(
        keys[shown],
        np.cumsum([0, *lengths], dtype=np.int64),
        np.array(pairs, np.uint32).reshape(-1, 2),
        np.array([_word(each.info.shown_color) for each in kept], np.uint32),
    )


def _distinct(connections: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Connections without those that join a keypoint to itself, or the same two again."""
    return list({frozenset(pair): pair for pair in connections if pair[0] != pair[1]}.values())
