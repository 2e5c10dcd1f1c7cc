"""What is written in views: the labels of instances find places, and become rows of glyphs. No GL.

A label that did not change costs nothing: rows are made anew only where what is labelled, the camera or the texts are
other ones. Where pictures follow each other, a label that had a place chooses before others of its kind.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.colors import LINEAR_OF_SRGB
from blazon.render.kernels import labels as kernels
from blazon.render.kernels.glyphs import count_glyphs, write_glyphs
from blazon.render.kernels.labels import HIDDEN
from blazon.render.layouts import GLYPH, as_numbers
from blazon.render.pages import Page
from blazon.render.shot import Look
from blazon.render.srgb import encoded
from blazon.render.text.typesetter import Typesetter
from blazon.render.visualizers.layers import Primitive

PLATE = 0x000000F0  # behind text, packed: black that lets a little of the light through
MARGINS = 4.0, 1.0  # of a plate around its text, UI points
CORNER = 3.0  # the radius of a plate's corners, UI points
GAP_PX = 2.0  # between plates
Rows = NDArray[np.void]
Rect = tuple[float, float, float, float]
_NOBODY = np.zeros(0, np.uint64), np.zeros(0, np.int8)


@dataclass(frozen=True, slots=True, eq=False)
class _Written:
    """What was written in a view, and from what. who, places : uint64 and int8 (k,), who had which place, sorted."""

    key: tuple[Any, ...]
    parts: Sequence[Any]
    rows: NDArray[np.void]
    who: NDArray[np.uint64]
    places: NDArray[np.int8]

    def is_of(self, key: tuple[Any, ...], parts: Sequence[Any]) -> bool:
        """Whether it is what would be written."""
        is_alike = self.key == key and len(self.parts) == len(parts)
        return is_alike and all(map(operator.is_, self.parts, parts))

    def places_of(self, who: NDArray[np.uint64]) -> NDArray[np.int8]:
        """Return the places that labels had, int8 (n,), HIDDEN where they had none."""
        if len(self.who) == 0:
            return np.full(len(who), HIDDEN, np.int8)
        at = np.minimum(np.searchsorted(self.who, who), len(self.who) - 1)
        return np.where(self.who[at] == who, self.places[at], np.int8(HIDDEN))


_NEVER = _Written((), (), np.zeros(0, GLYPH), *_NOBODY)


class Memory:
    """What was written in the last picture of a sequence, by view: who had which place keeps it while it can."""

    def __init__(self) -> None:
        self.written: dict[Any, _Written] = {}


class Labels:
    """Writes what is written in one picture after the other."""

    def __init__(self) -> None:
        self._alone = Memory()  # of pictures by themselves, to which it means nothing but that they may be the same

    def write(
        self, look: Look, setter: Typesetter, pages: Sequence[Page], blocked: Rect, memory: Memory | None
    ) -> list[Rows]:
        """Return what is written in each view, GLYPH rows, the lowest first; the same arrays while they are the same.

        blocked : where in the picture nothing is to be written: left, top, right, bottom. memory : of the sequence that
        the picture is one of. Raises `AtlasFull`.
        """
        written = [self._page(look, setter, page, blocked, memory) for page in pages]
        known = self._alone if memory is None else memory
        known.written = {page.view.key: each for page, each in zip(pages, written, strict=True)}
        return [each.rows for each in written]

    def _page(self, look: Look, setter: Typesetter, page: Page, blocked: Rect, memory: Memory | None) -> _Written:
        """What is written in a view."""
        parts = page.rows(Primitive.TAGS)
        if not parts:
            return _NEVER
        key = (setter, look.declutter, look.px_per_point, page.sight(), blocked)
        before = (self._alone if memory is None else memory).written.get(page.view.key, _NEVER)
        if before.is_of(key, parts):
            return before
        before = before if memory is not None else _NEVER
        wanted = _Wanted.of(*page.spots(parts, look.px_per_point))
        setter.set(wanted.texts)
        kept = before.places_of(wanted.who)
        sizes = setter.sizes[wanted.texts]
        margins = [round(margin * look.px_per_point) for margin in MARGINS]
        sizes[sizes[:, 0] > 0] += 2 * np.array(margins, np.int32)
        x, y = page.viewport.x, page.viewport.y
        closed = np.array([blocked[0] - x, blocked[1] - y, blocked[2] - x, blocked[3] - y], np.float64)
        order, corners, places = _placed(look, page.window(), wanted, _Plates(sizes, kept, closed))
        rows = np.zeros(count_glyphs(order, places, wanted.texts, setter.count), GLYPH)
        numbers, bits = as_numbers(rows)
        used = write_glyphs(
            order,
            places,
            corners,
            sizes,
            wanted.texts,
            wanted.colors,
            setter.first,
            setter.count,
            setter.placed,
            setter.glyphs,
            np.array([*margins, CORNER * look.px_per_point, np.uint32(PLATE).byteswap()]),
            LINEAR_OF_SRGB,
            encoded(),
            numbers,
            bits,
        )
        shown = np.flatnonzero(places != HIDDEN)
        shown = shown[np.argsort(wanted.who[shown])]
        return _Written(key, parts, rows[:used], wanted.who[shown], places[shown])


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """Labels that want a place, in columns. who : uint64 (n,), the same from one picture to the next."""

    spots: NDArray[np.float64]
    anchors: NDArray[np.uint8]
    explicit: NDArray[np.uint8]
    texts: NDArray[np.int32]
    colors: NDArray[np.uint32]
    who: NDArray[np.uint64]

    @staticmethod
    def of(spots: Sequence[NDArray[np.float64]], tags: Sequence[NDArray[np.void]]) -> _Wanted:
        """Return those of several arrays of rows, TAG or SPACE_TAG, whose spots, (…, SPOT), are found."""

        def column(name: str) -> NDArray[Any]:
            return np.concatenate([rows[name] for rows in tags])

        who = column("entity").astype(np.uint64) << np.uint64(32) | column("instance")
        return _Wanted(
            np.concatenate(spots), column("anchor"), column("explicit"), column("text"), column("color"), who
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Plates:
    """sizes : int32 (n, 2), pixels. kept : int8 (n,), the places that they had. blocked : float64 (4,): not there."""

    sizes: NDArray[np.int32]
    kept: NDArray[np.int8]
    blocked: NDArray[np.float64]


def _placed(
    look: Look, window: NDArray[np.float64], wanted: _Wanted, plates: _Plates
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int8]]:
    """Return who chooses first, int64 (n,), and the corners, float64 (n, 2), and places, int8 (n,), that labels get."""
    n, spots, sizes = len(wanted.spots), wanted.spots, plates.sizes
    keys, corners, places = np.empty(n, np.uint64), np.zeros((n, 2)), np.empty(n, np.int8)
    kernels.rank_labels(spots, wanted.explicit, plates.kept, keys)
    order = np.argsort(keys)
    units = np.array([look.px_per_point, GAP_PX])
    if not look.declutter:
        kernels.place_all(spots, wanted.anchors, sizes, window, units, corners, places)
        return order, corners, places
    rows, columns = int(window[3] // kernels.CELL_HEIGHT) + 1, int(window[2] // kernels.CELL_WIDTH) + 1
    in_sight = spots[:, 5] >= 0
    across, down = sizes[in_sight, 0] // int(kernels.CELL_WIDTH) + 2, sizes[in_sight, 1] // int(kernels.CELL_HEIGHT) + 2
    cells = int((np.minimum(across, columns).astype(np.int64) * np.minimum(down, rows)).sum())
    kernels.place_labels(
        spots,
        wanted.anchors,
        sizes,
        order,
        plates.kept,
        window,
        plates.blocked,
        units,
        np.full((rows, columns), -1, np.int32),
        np.empty(cells, np.int32),
        np.empty(cells, np.int32),
        corners,
        places,
    )
    return order, corners, places
