"""LineStrips2D: polylines."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from blazon.ingest import values
from blazon.ingest.archetypes.archetype import Archetype
from blazon.ingest.chunk import Ragged
from blazon.ingest.colors import parse_colors
from blazon.ingest.errors import ShapeError


def strips2d(given: Any, what: str) -> Ragged:
    """Return strips given as an array (n, m, 2), a list of arrays (m, 2), or one array (m, 2)."""
    if not hasattr(given, "__len__"):
        raise ShapeError(f"{what} is {given!r}; pass a list of arrays of shape (m, 2)")
    if len(given) and np.ndim(given[0]) == 1:
        given = [given]
    strips = [values.vectors(strip, 2, what) for strip in given]
    offsets = np.cumsum([0, *map(len, strips)], dtype=np.int64)
    return Ragged(np.concatenate([np.zeros((0, 2), np.float32), *strips]), offsets)


class LineStrips2D(Archetype):
    """Polylines in the plane, of constant width, with round joins and caps.

    strips : a list of float (m, 2), scene units; or one of them. radii : float (n,), half the width, scene units,
    negative for UI points; default 1.5 UI points. The rest is as for `Points2D`; draw_order's default is 20.
    Raises `ShapeError`, `DtypeError`, `ArgumentError`. Source: SEMANTICS §7.
    """

    FIELDS: ClassVar = {
        "strips": strips2d,
        "radii": values.floats,
        "colors": parse_colors,
        "labels": values.strings,
        "show_labels": values.flag,
        "draw_order": values.one_float,
        "class_ids": values.ids,
    }

    __slots__ = ()

    def __init__(
        self,
        strips: Any,
        *,
        radii: Any = None,
        colors: Any = None,
        labels: Any = None,
        show_labels: bool | None = None,
        draw_order: float | None = None,
        class_ids: Any = None,
    ) -> None:
        self._set(
            {
                "strips": strips,
                "radii": radii,
                "colors": colors,
                "labels": labels,
                "show_labels": show_labels,
                "draw_order": draw_order,
                "class_ids": class_ids,
            },
            needs="strips",
        )
