"""Which classes occur in a picture: how many instances of each are in sight, and how much of its masks. No GL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.cameras import Camera2D
from blazon.render.kernels.colors import count_ids
from blazon.render.pages import Page
from blazon.render.sheets import images_of
from blazon.render.styles import Table
from blazon.render.visualizers.layers import ImageLayer, Mask, Primitive


@dataclass(frozen=True, slots=True)
class Class:
    """One line. count : instances. pixels : of masks."""

    id: int
    label: str
    word: int
    count: int
    pixels: int


_Key = tuple[int, str, int]


class Census:
    """Counts classes in one picture after the other, and each part of a mask once."""

    def __init__(self) -> None:
        self._areas: dict[tuple[Any, ...], tuple[ImageLayer, NDArray[np.integer[Any]]]] = {}

    @staticmethod
    def parts(pages: Sequence[Page]) -> list[Any]:
        """Return what is counted: the very same ones while they are the same."""
        masks = [layer for page in pages for layer, _ in _masks(page)]
        return [*masks, *(rows for page in pages for rows in page.rows(Primitive.TALLIES))]

    def classes(self, pages: Sequence[Page], texts: Sequence[str], px_per_point: float) -> tuple[list[Class], int]:
        """Return the classes in sight by their ids, and how many pixels of masks are. texts : by their numbers."""
        counts: dict[_Key, int] = defaultdict(int)
        pixels: dict[_Key, int] = defaultdict(int)
        for (_, id_, text, word), count in _counts(pages, px_per_point).items():
            counts[id_, texts[text], word] += count
        areas, seen = {}, 0
        for page in pages:
            for layer, mask in _masks(page):
                part = _part_in_sight(page, layer)
                known = self._areas.get((id(layer), part))
                area = known[1] if known is not None and known[0] is layer else _areas(mask, part)
                areas[id(layer), part] = layer, area
                seen += int(area[:, 1].sum())
                for id_, label, word, count in _described(area, mask.table):
                    pixels[id_, label, word] += count
        self._areas = areas
        keys = sorted(counts.keys() | pixels.keys())
        classes = [Class(*key, counts.get(key, 0), pixels.get(key, 0)) for key in keys]
        return classes, seen


def _counts(pages: Sequence[Page], px_per_point: float) -> dict[tuple[int, ...], int]:
    """How many instances are in sight, by entity, class, label and colour; in the view that shows the most of them."""
    most: dict[tuple[int, ...], int] = {}
    for page in pages:
        here: dict[tuple[int, ...], int] = defaultdict(int)
        for spots, mine in zip(*page.spots(page.rows(Primitive.TALLIES), px_per_point), strict=True):
            in_sight = mine[spots[:, 5] >= 0]
            names = ("entity", "instance", "text", "color")
            columns = np.stack([in_sight[name].astype(np.int64) for name in names], axis=1)
            found, often = np.unique(columns, axis=0, return_counts=True)
            for key, count in zip(map(tuple, found.tolist()), often.tolist(), strict=True):
                here[key] += count
        for key, count in here.items():
            most[key] = max(most.get(key, 0), count)
    return most


def _masks(page: Page) -> Iterator[tuple[ImageLayer, Mask]]:
    return ((layer, layer.mask) for layer in images_of(page.sheets) if layer.mask is not None and layer.opacity != 0)


def _part_in_sight(page: Page, layer: ImageLayer) -> tuple[int, int, int, int]:
    """The rows and columns of a mask that are in sight: first and past the last of each."""
    width, height = layer.size
    if page.plane is None or layer.plane_from_image is not None:
        return 0, height, 0, width
    return *_range(page.plane, 1, height), *_range(page.plane, 0, width)


def _range(camera: Camera2D, axis: int, count: int) -> tuple[int, int]:
    size = (camera.viewport.width, camera.viewport.height)[axis]
    low = -camera.origin_px[axis] / camera.px_per_unit
    high = low + size / camera.px_per_unit
    return min(max(int(np.floor(low)), 0), count), min(max(int(np.ceil(high)), 0), count)


def _areas(mask: Mask, part: tuple[int, int, int, int]) -> NDArray[np.integer[Any]]:
    """The ids in a part of a mask and how many pixels each has, integers (k, 2)."""
    ids = mask.ids[part[0] : part[1], part[2] : part[3]]
    if ids.dtype.kind == "u" and ids.dtype.itemsize <= 2:
        counts = np.zeros(256**ids.dtype.itemsize, np.int64)
        count_ids(ids, counts)
        found = np.flatnonzero(counts)
        return np.stack([found, counts[found]], axis=1)
    whole = np.rint(ids[np.isfinite(ids)]) if ids.dtype.kind == "f" else ids
    found, counts = np.unique(whole, return_counts=True)
    kept = (found >= 0) & (found.astype(np.float64) < 2.0**64) if ids.dtype.kind == "f" else found >= 0
    return np.stack([found[kept].astype(np.uint64), counts[kept].astype(np.uint64)], axis=1)


def _described(areas: NDArray[np.integer[Any]], table: Table) -> Iterable[tuple[int, str, int, int]]:
    """Each class of a mask that can be seen: its id, label, colour and pixels."""
    if len(areas) == 0:
        return
    labels = dict(zip(table.labels.class_keys.tolist(), table.labels.of_classes, strict=True))
    colors = table.color_image(areas[:, :1])[0].view(np.uint32).reshape(-1)
    for (id_, count), word in zip(areas.tolist(), colors.tolist(), strict=True):
        if word >> 24:
            yield id_, labels.get(id_, ""), word | 0xFF000000, count
