"""Rows of many entities become the layers of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.notices import Notice
from blazon.render.cameras import Bounds
from blazon.render.visualizers.layers import Built, Primitive, RowsLayer, bounds_of
from blazon.render.visualizers.query import Query


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Rows of one primitive at one draw order. at : int64 (rows,), ascending, the instance that each row is of."""

    primitive: Primitive
    draw_order: float
    rows: NDArray[np.void]
    at: NDArray[np.int64]


def built_of_parts(
    query: Query, parts: Sequence[Part], low: NDArray[Any], high: NDArray[Any], finite: NDArray[np.bool_]
) -> list[Built]:
    """Return what each entity of a query is drawn as.

    low, high : float (n, 2), the corners of what an instance covers. finite : bool (n,), which instances are any.
    """
    if len(query.entities) == 1:
        layers = tuple(RowsLayer(part.primitive, part.draw_order, part.rows) for part in parts)
        return [Built(layers, bounds_of(low[finite], high[finite]), tuple(query.notices.list()))]
    starts = query.starts
    ends = np.append(starts[1:], len(finite))
    cuts = [np.stack([np.searchsorted(part.at, starts), np.searchsorted(part.at, ends)], axis=1) for part in parts]
    sliced = [
        [RowsLayer(part.primitive, part.draw_order, part.rows[first:last]) for first, last in cut.tolist()]
        for part, cut in zip(parts, cuts, strict=True)
    ]
    notices: dict[Any, list[Notice]] = {}
    for notice in query.notices.list():
        notices.setdefault(notice.entity, []).append(notice)
    return [
        Built(layers, bounds, tuple(notices.get(entity, ())))
        for entity, layers, bounds in zip(
            query.entities, zip(*sliced, strict=True), _bounds(starts, low, high, finite), strict=True
        )
    ]


def _bounds(
    starts: NDArray[np.int64], low: NDArray[Any], high: NDArray[Any], finite: NDArray[np.bool_]
) -> list[Bounds | None]:
    """The bounds of the finite instances of each entity."""
    there = finite[:, None]
    lows = np.minimum.reduceat(np.where(there, low, np.inf), starts, axis=0)
    highs = np.maximum.reduceat(np.where(there, high, -np.inf), starts, axis=0)
    corners = np.concatenate([lows, highs], axis=1).tolist()
    return [Bounds(*each) if each[0] <= each[2] else None for each in corners]
