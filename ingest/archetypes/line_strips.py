"""LineStrips2D and LineStrips3D: polylines."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from blazon.ingest import values
from blazon.ingest.archetypes.archetype import INSTANCES, Archetype, Check
from blazon.ingest.chunk import Ragged
from blazon.ingest.errors import ShapeError


def _strips2(given: Any, what: str) -> Ragged:
    return _strips(given, 2, values.vectors2, what)


def _strips3(given: Any, what: str) -> Ragged:
    return _strips(given, 3, values.vectors3, what)


def _strips(given: Any, size: int, check: Check, what: str) -> Ragged:
    """Return strips given as an array (n, m, size), a list of arrays (m, size), or one array (m, size)."""
    if not hasattr(given, "__len__"):
        raise ShapeError(f"{what} is {given!r}; pass a list of arrays of shape (m, {size})")
    if len(given) and np.ndim(given[0]) == 1 and len(given[0]):  # a point, not an empty strip
        given = [given]
    strips = [check(strip, what) for strip in given]
    offsets = np.cumsum([0, *map(len, strips)], dtype=np.int64)
    return Ragged(np.concatenate([np.zeros((0, size), np.float32), *strips]), offsets)


class LineStrips2D(Archetype):
    """Polylines in the plane, of constant width, with round joins and caps.

    strips : a list of float (m, 2), scene units; or one of them. radii : float (n,), half the width, scene units,
    negative for UI points; default 1.5 UI points. The rest is as for `Points2D`; draw_order's default is 20.
    Raises `ShapeError`, `DtypeError`, `ArgumentError`. Source: SEMANTICS §7.
    """

    FIELDS: ClassVar = {
        **INSTANCES,
        "strips": _strips2,
        "draw_order": values.one_float,
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


class LineStrips3D(Archetype):
    """Polylines in space, of constant width, with round joins and caps.

    strips : a list of float (m, 3), scene units; or one of them; 64 bit coordinates are kept as they are. radii : float
    (n,), half the width, scene units, negative for UI points; default 1.5 UI points. The rest is as for `Points3D`.
    Raises `ShapeError`, `DtypeError`, `ArgumentError`. Source: SEMANTICS §7.
    """

    FIELDS: ClassVar = {**INSTANCES, "strips": _strips3}

    __slots__ = ()

    def __init__(
        self,
        strips: Any,
        *,
        radii: Any = None,
        colors: Any = None,
        labels: Any = None,
        show_labels: bool | None = None,
        class_ids: Any = None,
    ) -> None:
        self._set(
            {
                "strips": strips,
                "radii": radii,
                "colors": colors,
                "labels": labels,
                "show_labels": show_labels,
                "class_ids": class_ids,
            },
            needs="strips",
        )
