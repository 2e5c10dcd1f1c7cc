"""Boxes2D: axis-aligned rectangles, in every form in which detectors give them."""

from __future__ import annotations

import enum
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import values
from blazon.ingest.archetypes.archetype import INSTANCES, Archetype, refuse_both
from blazon.ingest.archetypes.extents import half_sizes_and_centers
from blazon.ingest.errors import ArgumentError


class Box2DFormat(enum.Enum):
    """What the four numbers of a box are. X, Y: left, top; XC, YC: the centre; W2, H2: half of width and height."""

    XYWH = "XYWH"
    YXHW = "YXHW"
    XYXY = "XYXY"
    YXYX = "YXYX"
    XCYCWH = "XCYCWH"
    XCYCW2H2 = "XCYCW2H2"


class Boxes2D(Archetype):
    """Rectangles in the plane, drawn as outlines.

    Either array : float (n, 4), with array_format : `Box2DFormat` or its name; or half_sizes or sizes : float (n, 2),
    with centers or mins : float (n, 2), scene units, default centre (0, 0). radii : float (n,), half the width of the
    outline, scene units, negative for UI points; default 1.5 UI points. The rest is as for `Points2D`; draw_order's
    default is 10.
    Raises `ShapeError`, `DtypeError`, and `ArgumentError` for combinations that contradict each other. Source:
    SEMANTICS §6, §7.
    """

    FIELDS: ClassVar = {
        **INSTANCES,
        "half_sizes": values.vectors2,
        "centers": values.vectors2,
        "draw_order": values.one_float,
    }

    __slots__ = ()

    def __init__(
        self,
        *,
        sizes: Any = None,
        mins: Any = None,
        half_sizes: Any = None,
        centers: Any = None,
        array: Any = None,
        array_format: Box2DFormat | str | None = None,
        radii: Any = None,
        colors: Any = None,
        labels: Any = None,
        show_labels: bool | None = None,
        draw_order: float | None = None,
        class_ids: Any = None,
    ) -> None:
        extents = {"sizes": sizes, "mins": mins, "half_sizes": half_sizes, "centers": centers}
        if array is None:
            half_sizes, centers = half_sizes_and_centers("Boxes2D", values.vectors2, **extents)
        else:
            refuse_both("Boxes2D", "array", **extents)
            centers, half_sizes = _from_array(array, array_format)
        self._set(
            {
                "half_sizes": half_sizes,
                "centers": centers,
                "radii": radii,
                "colors": colors,
                "labels": labels,
                "show_labels": show_labels,
                "draw_order": draw_order,
                "class_ids": class_ids,
            }
        )


def _from_array(array: Any, array_format: Box2DFormat | str | None) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return centres and half sizes, float32 (n, 2) each."""
    names = [each.name for each in Box2DFormat]
    name = getattr(array_format, "name", array_format)  # the reference SDK's enum has the same names
    if not isinstance(name, str) or name.upper() not in names:
        raise ArgumentError(f"Boxes2D array_format is {array_format!r}; pass one of {', '.join(names)}")
    form = Box2DFormat[name.upper()]
    first, second = np.split(values.vectors(array, 4, "Boxes2D array"), 2, axis=1)
    if form in (Box2DFormat.YXHW, Box2DFormat.YXYX):
        first, second = first[:, ::-1], second[:, ::-1]
    if form in (Box2DFormat.XYWH, Box2DFormat.YXHW):
        return first + second / 2, second / 2
    if form in (Box2DFormat.XYXY, Box2DFormat.YXYX):
        return (first + second) / 2, (second - first) / 2
    return first, second / 2 if form is Box2DFormat.XCYCWH else second
