"""Many points in space: as columns, while those are as they were logged, or as rows of POINT.

Where all are drawn, opaque, of one radius and near the origin, columns are all that splats need; rows are made when
somebody asks for them. To write and to read rows takes as long as to decode what was logged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.slabs import empty
from blazon.render.kernels.compiled import in_slices
from blazon.render.kernels.points import DRAWN, look_over, pack_points
from blazon.render.layouts import POINT
from blazon.render.styles import Words
from blazon.render.visualizers.instances import FARTHEST

PER_SLICE = 1 << 16  # points below which a second thread does not pay
_ORIGIN = np.zeros(3)


@dataclass(frozen=True, slots=True, eq=False)
class PointColumns:
    """Points that are all drawn, and opaque. positions : float32 (n, 3), contiguous. words : uint32 (n,), colours."""

    positions: NDArray[np.float32]
    words: Words
    radius: float

    def __len__(self) -> int:
        return len(self.positions)

    def rows(self) -> NDArray[np.void]:
        """Return them as POINT rows, (n,)."""
        return packed(self.positions, _ORIGIN, self.words, np.full(1, self.radius, np.float32)).rows


class Packed(NamedTuple):
    """POINT rows, (n,), what becomes of each, uint8 (n,), and whether all are drawn."""

    rows: NDArray[np.void]
    fate: NDArray[np.uint8]
    are_drawn: bool


def columns_of(
    positions: NDArray[Any], anchor: NDArray[np.float64], words: Words, radii: NDArray[np.float32]
) -> PointColumns | None:
    """Return points as columns; None where they are other than those can say."""
    is_plain = positions.dtype == np.float32 and positions.flags.c_contiguous and not anchor.any()
    if not is_plain or len(radii) != 1 or not len(positions):
        return None
    found: list[tuple[int, int]] = []
    in_slices(lambda part: found.append(look_over(positions[part], words[part], FARTHEST)), len(positions), PER_SLICE)
    if any(common >> 24 != 255 or fates != DRAWN for common, fates in found):
        return None
    return PointColumns(positions, words, float(radii[0]))


def packed(positions: NDArray[Any], anchor: NDArray[np.float64], words: Words, radii: NDArray[np.float32]) -> Packed:
    """Return points as rows relative to an anchor. radii : float32 (n,), or (1,) for all."""
    positions = np.ascontiguousarray(positions)
    rows, fate = empty(len(positions), POINT), np.empty(len(positions), np.uint8)
    numbers, bits = rows.view(np.float32).reshape(-1, 5), rows.view(np.uint32).reshape(-1, 5)
    fates: list[int] = []

    def pack(part: slice) -> None:
        few = radii if len(radii) == 1 else radii[part]
        given = positions[part], anchor, words[part], few, FARTHEST
        fates.append(pack_points(*given, numbers[part], bits[part], fate[part]))

    in_slices(pack, len(positions), PER_SLICE)
    return Packed(rows, fate, all(each == DRAWN for each in fates))
