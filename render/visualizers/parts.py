"""Rows of many entities, and how they are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.cameras import Bounds
from blazon.render.visualizers.layers import Built, Primitive, RowsLayer
from blazon.render.visualizers.query import Query


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Rows of one primitive at one draw order. at : int64 (rows,), ascending, the instance that each row is of."""

    primitive: Primitive
    draw_order: float
    rows: NDArray[np.void]
    at: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What all instances of a query are drawn as in the plane.

    low, high : float (n, 2), the corners of what an instance covers. finite : bool (n,), which instances are any.
    """

    parts: Sequence[Part]
    low: NDArray[Any]
    high: NDArray[Any]
    finite: NDArray[np.bool_]

    def starts(self, part: Part, of_entities: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where the rows of each entity begin, and where the last one's end; int64 (entities + 1,).

        of_entities : int64 (entities,), where the instances of each begin.
        """
        return np.append(np.searchsorted(part.at, of_entities), len(part.at))

    def corners(self, of_entities: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return x0, y0, x1, y1 around the finite instances of each entity, float64 (entities, 4); inf … −inf: none."""
        return corners_of(self.low, self.high, self.finite, of_entities)

    def built(self, query: Query) -> Built:
        """Return it as what the one entity of `query` is drawn as."""
        drawn = (part for part in self.parts if part.primitive not in (Primitive.TAGS, Primitive.TALLIES))
        layers = tuple(RowsLayer(part.primitive, part.draw_order, part.rows) for part in drawn)
        tags = next((part.rows for part in self.parts if part.primitive is Primitive.TAGS), None)
        x0, y0, x1, y1 = self.corners(query.starts)[0].tolist()
        bounds = Bounds(x0, y0, x1, y1) if x0 <= x1 else None
        return Built(layers, bounds, tuple(query.notices.list()), tags)


def corners_of(
    low: NDArray[Any], high: NDArray[Any], counted: NDArray[np.bool_], of_entities: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return x0, y0, x1, y1 around the instances of each entity that count, float64 (entities, 4); inf … −inf: none.

    low, high : float (n, 2). counted : bool (n,). of_entities : int64 (entities,), where the instances of each begin.
    """
    if not counted.all():
        there = counted[:, None]
        low, high = np.where(there, low, np.inf), np.where(there, high, -np.inf)
    if len(of_entities) == 1:
        corners = np.concatenate([low.min(axis=0), high.max(axis=0)])[None]
    else:
        lows, highs = np.minimum.reduceat(low, of_entities), np.maximum.reduceat(high, of_entities)
        corners = np.concatenate([lows, highs], axis=1)
    return corners.astype(np.float64, copy=False)
