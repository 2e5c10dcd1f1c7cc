"""Boxes3D: boxes in space, turned about their centres."""

from __future__ import annotations

import enum
from typing import Any, ClassVar

from blazon.ingest import values
from blazon.ingest.archetypes import rotations as turns
from blazon.ingest.archetypes.archetype import INSTANCES, Archetype, refuse_both
from blazon.ingest.archetypes.extents import half_sizes_and_centers


class FillMode(enum.IntEnum):
    """What is drawn of a solid: lines, faces, or both. The two wireframes of a box are the same."""

    MajorWireframe = 1
    DenseWireframe = 2
    Solid = 3
    TransparentFillMajorWireframe = 4


class Boxes3D(Archetype):
    """Boxes in space.

    half_sizes or sizes : float (n, 3), with centers or mins : float (n, 3), scene units, default centre (0, 0, 0);
    64 bit coordinates are kept as they are. quaternions : float (n, 4), xyzw, or a list of `Quaternion`;
    rotation_axis_angles : a list of `RotationAxisAngle`; or rotations : a list of either. All turn a box about its
    centre. radii : float (n,), half the width of the edges, scene units, negative for UI points; default 0.5 UI
    points. fill_mode : `FillMode` or its name; default: edges and transparent faces. The rest is as for `Points3D`.
    Raises `ShapeError`, `DtypeError`, and `ArgumentError` for combinations that contradict each other. Source:
    SEMANTICS §6, §7.
    """

    FIELDS: ClassVar = {
        **INSTANCES,
        "half_sizes": values.vectors3,
        "centers": values.vectors3,
        "rotation_axis_angles": turns.axis_angles,
        "quaternions": turns.quaternions,
        "fill_mode": values.one_of(FillMode),
    }

    __slots__ = ()

    def __init__(
        self,
        *,
        sizes: Any = None,
        mins: Any = None,
        half_sizes: Any = None,
        centers: Any = None,
        rotation_axis_angles: Any = None,
        quaternions: Any = None,
        rotations: Any = None,
        colors: Any = None,
        radii: Any = None,
        fill_mode: Any = None,
        labels: Any = None,
        show_labels: bool | None = None,
        class_ids: Any = None,
    ) -> None:
        half_sizes, centers = half_sizes_and_centers(
            "Boxes3D", values.vectors3, sizes=sizes, mins=mins, half_sizes=half_sizes, centers=centers
        )
        if rotations is not None:
            refuse_both("Boxes3D", "rotations", quaternions=quaternions, rotation_axis_angles=rotation_axis_angles)
            if turns.has_axes(rotations):  # the other kind is reset, as by the reference's SDK
                quaternions, rotation_axis_angles = [], rotations
            else:
                quaternions, rotation_axis_angles = rotations, []
        self._set(
            {
                "half_sizes": half_sizes,
                "centers": centers,
                "rotation_axis_angles": rotation_axis_angles,
                "quaternions": quaternions,
                "colors": colors,
                "radii": radii,
                "fill_mode": fill_mode,
                "labels": labels,
                "show_labels": show_labels,
                "class_ids": class_ids,
            }
        )
