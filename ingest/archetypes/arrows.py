"""Arrows2D and Arrows3D: vectors with an origin."""

from __future__ import annotations

from typing import Any, ClassVar

from blazon.ingest import values
from blazon.ingest.archetypes.archetype import INSTANCES, Archetype


class Arrows2D(Archetype):
    """Arrows in the plane.

    vectors : float (n, 2), scene units, from tail to tip. origins : float (n, 2), scene units, the tails; default 0, 0.
    radii : float (n,), half the width of the shaft, scene units, negative for UI points. The rest is as for `Points2D`.
    Raises `ShapeError`, `DtypeError`, `ArgumentError`. Source: SEMANTICS §6, §7.
    """

    FIELDS: ClassVar = {
        **INSTANCES,
        "vectors": values.vectors2,
        "origins": values.vectors2,
        "draw_order": values.one_float,
    }

    __slots__ = ()

    def __init__(
        self,
        *,
        vectors: Any,
        origins: Any = None,
        radii: Any = None,
        colors: Any = None,
        labels: Any = None,
        show_labels: bool | None = None,
        draw_order: float | None = None,
        class_ids: Any = None,
    ) -> None:
        self._set(
            {
                "vectors": vectors,
                "origins": origins,
                "radii": radii,
                "colors": colors,
                "labels": labels,
                "show_labels": show_labels,
                "draw_order": draw_order,
                "class_ids": class_ids,
            },
            needs="vectors",
        )


class Arrows3D(Archetype):
    """Arrows in space.

    vectors : float (n, 3), scene units, from tail to tip. origins : float (n, 3), scene units, the tails; default
    0, 0, 0. 64 bit coordinates are kept as they are. radii : float (n,), half the width of the shaft, scene units,
    negative for UI points. The rest is as for `Points3D`.
    Raises `ShapeError`, `DtypeError`, `ArgumentError`. Source: SEMANTICS §6, §7.
    """

    FIELDS: ClassVar = {
        **INSTANCES,
        "vectors": values.vectors3,
        "origins": values.vectors3,
    }

    __slots__ = ()

    def __init__(
        self,
        *,
        vectors: Any,
        origins: Any = None,
        radii: Any = None,
        colors: Any = None,
        labels: Any = None,
        show_labels: bool | None = None,
        class_ids: Any = None,
    ) -> None:
        self._set(
            {
                "vectors": vectors,
                "origins": origins,
                "radii": radii,
                "colors": colors,
                "labels": labels,
                "show_labels": show_labels,
                "class_ids": class_ids,
            },
            needs="vectors",
        )
