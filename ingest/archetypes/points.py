"""Points2D and Points3D: positions with radii, colours, classes and keypoints."""

from __future__ import annotations

import enum
from typing import Any, ClassVar

import numpy as np

from blazon.ingest import values
from blazon.ingest.archetypes.archetype import INSTANCES, Archetype

INSTANCE_IDS = "instance_ids"  # from the reference's SDK: `AnyValues(instance_ids=…)` beside the points


class PointShading(enum.IntEnum):
    """How the disc of a point in space is filled."""

    Gradient = 1
    Flat = 2


class Points2D(Archetype):
    """Points in the plane, drawn as discs; skeletons where their classes connect keypoints.

    positions : float (n, 2), scene units. The others have n values, or fewer: the last one repeats.
    radii : float (n,), scene units, negative for UI points; default 1.5 UI points.
    colors : what `blazon.ingest.colors.parse_colors` takes; default: the annotation context's.
    labels : str (n,); one label for several points stands for all of them. show_labels : bool.
    draw_order : float, higher is on top; default 30. class_ids, keypoint_ids : integers (n,), 0 to 2^32−1.
    instance_ids : integers (n,), which object each keypoint belongs to; without them a keypoint id that its class
    already has starts the next object. Keypoint ids without class ids mean class 0.
    Raises `ShapeError`, `DtypeError` and `ArgumentError`. Source: SEMANTICS §1, §3, §6 to §8.
    """

    FIELDS: ClassVar = {
        **INSTANCES,
        "positions": values.vectors2,
        "draw_order": values.one_float,
        "keypoint_ids": values.ids,
        "instance_ids": values.ids,
    }
    OWN_NAMES: ClassVar = {"instance_ids": INSTANCE_IDS}

    __slots__ = ()

    def __init__(
        self,
        positions: Any,
        *,
        radii: Any = None,
        colors: Any = None,
        labels: Any = None,
        show_labels: bool | None = None,
        draw_order: float | None = None,
        class_ids: Any = None,
        keypoint_ids: Any = None,
        instance_ids: Any = None,
    ) -> None:
        self._set(
            {
                "positions": positions,
                "radii": radii,
                "colors": colors,
                "labels": labels,
                "show_labels": show_labels,
                "draw_order": draw_order,
                "class_ids": _classes(class_ids, keypoint_ids),
                "keypoint_ids": keypoint_ids,
                "instance_ids": instance_ids,
            },
            needs="positions",
        )


class Points3D(Archetype):
    """Points in space, drawn as discs that face the eye; skeletons where their classes connect keypoints.

    positions : float (n, 3), scene units; 64 bit coordinates are kept as they are. point_shading : `PointShading` or
    its name; "flat" (default), or "gradient", darker towards the rim. The rest is as for `Points2D`, but for
    draw_order, which space has none of.
    Raises `ShapeError`, `DtypeError` and `ArgumentError`. Source: SEMANTICS §1, §3, §6 to §8.
    """

    FIELDS: ClassVar = {
        **INSTANCES,
        "positions": values.vectors3,
        "point_shading": values.one_of(PointShading),
        "keypoint_ids": values.ids,
        "instance_ids": values.ids,
    }
    OWN_NAMES: ClassVar = {"instance_ids": INSTANCE_IDS}

    __slots__ = ()

    def __init__(
        self,
        positions: Any,
        *,
        radii: Any = None,
        colors: Any = None,
        labels: Any = None,
        show_labels: bool | None = None,
        point_shading: Any = None,
        class_ids: Any = None,
        keypoint_ids: Any = None,
        instance_ids: Any = None,
    ) -> None:
        self._set(
            {
                "positions": positions,
                "radii": radii,
                "colors": colors,
                "labels": labels,
                "show_labels": show_labels,
                "point_shading": point_shading,
                "class_ids": _classes(class_ids, keypoint_ids),
                "keypoint_ids": keypoint_ids,
                "instance_ids": instance_ids,
            },
            needs="positions",
        )


def _classes(class_ids: Any, keypoint_ids: Any) -> Any:
    """What is logged as class ids: keypoints are of class 0 where nothing else is said, whatever was logged before."""
    return 0 if class_ids is None and keypoint_ids is not None and np.size(keypoint_ids) else class_ids
