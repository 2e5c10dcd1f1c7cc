"""Many small points of space, settled on the processor: a picture of them with its depth. No GL. See kernels/splats.py.

A picture is kept while the same rows are seen by the same camera from the same place, and then costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.poses import Matrix
from blazon.render.cameras3d import Camera3D
from blazon.render.kernels.compiled import in_slices, slices
from blazon.render.kernels.splats import AT_ONCE, EMPTY, merge, splat, take_apart
from blazon.render.scratch import Scratch
from blazon.render.visualizers.layers import SpaceLayer

PER_SLICE = 1 << 16  # points below which a second thread does not pay


@dataclass(frozen=True, slots=True, eq=False)
class Splats:
    """What a viewport shows of points.

    colors : uint8 (h, w, 4), sRGB. depths : float32 (h, w), scene units, infinite where there is nothing.
    """

    colors: NDArray[np.uint8]
    depths: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Dots:
    """Points of one member, all of radii in UI points.

    view_from_rows : float64 (4, 4). nearer : see `splat`.
    """

    layer: SpaceLayer
    view_from_rows: Matrix
    px_per_point: float
    nearer: float

    def is_same(self, other: Dots) -> bool:
        """Whether the same points are seen from the same place."""
        return (
            self.layer is other.layer
            and self.px_per_point == other.px_per_point
            and self.nearer == other.nearer
            and np.array_equal(self.view_from_rows, other.view_from_rows)
        )


class Splatter:
    """Draws dots, and remembers what it drew last in each view."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[tuple[object, ...], Sequence[Dots], Splats]] = {}
        self._scratch = Scratch()

    def draw(self, view: int, camera: Camera3D, dots: Sequence[Dots]) -> Splats:
        """Return what `camera` sees of dots; the very same as before if it would not differ. view : its number."""
        viewport = camera.viewport
        seen_by = (viewport.width, viewport.height, camera.px_from_view.tobytes())
        kept = self._kept.get(view)
        if (
            kept
            and kept[0] == seen_by
            and len(kept[1]) == len(dots)
            and all(a.is_same(b) for a, b in zip(kept[1], dots, strict=True))
        ):
            return kept[2]
        made = _drawn(camera, dots, self._scratch)
        self._kept[view] = (seen_by, tuple(dots), made)
        return made


def _drawn(camera: Camera3D, dots: Sequence[Dots], scratch: Scratch) -> Splats:
    shape = camera.viewport.height, camera.viewport.width
    whole = scratch.take(0, shape, np.uint64)
    in_slices(lambda part: whole[part].fill(EMPTY), shape[0], 64)
    for each in dots:
        _splat(each, camera, whole, scratch)
    depths, words = np.empty(shape, np.uint32), np.empty(shape, np.uint32)
    in_slices(lambda part: take_apart(whole[part], depths[part], words[part]), shape[0], 64)
    return Splats(words.view(np.uint8).reshape(*shape, 4), depths.view(np.float32))


def _splat(dots: Dots, camera: Camera3D, whole: NDArray[np.uint64], scratch: Scratch) -> None:
    """Draw dots over a picture. Each thread draws a part of them into its own; the parts are put together in order."""
    layer, pose = dots.layer, np.ascontiguousarray(dots.view_from_rows[:3])
    given, words = layer.points()
    least, most = layer.radii
    few = 1 if least == most else len(layer)
    own = np.array([least], np.float32) if few == 1 else layer.rows["radius"]
    radii = -own * np.float32(dots.px_per_point)
    parts = slices(len(layer), PER_SLICE)
    pictures = [whole, *(scratch.take(number, whole.shape, np.uint64) for number in range(1, len(parts)))]

    def draw(numbers: slice) -> None:
        for part, picture in zip(parts[numbers], pictures[numbers], strict=True):
            mine = radii if few == 1 else radii[part]
            if picture is not whole:
                picture.fill(EMPTY)
            seen = pose, camera.px_from_view, dots.nearer, np.empty((3, AT_ONCE))
            splat(given[part], words[part], mine, *seen, picture)

    def join(part: slice) -> None:
        for picture in pictures[1:]:
            merge(whole[part], picture[part])

    in_slices(draw, len(parts), 1)
    in_slices(join, len(whole), 64)
