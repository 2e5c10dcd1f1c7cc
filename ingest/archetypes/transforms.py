"""Where things are: Transform3D, InstancePoses3D, CoordinateFrame, and the axes that show a transform."""

from __future__ import annotations

import enum
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import values
from blazon.ingest.archetypes import rotations as turns
from blazon.ingest.archetypes.archetype import Archetype, refuse_both
from blazon.ingest.errors import ArgumentError


class TransformRelation(enum.IntEnum):
    """Which way a transform goes."""

    ParentFromChild = 1
    ChildFromParent = 2


def frame(given: Any, what: str) -> list[str]:
    """Return the name of one coordinate frame as a list of one str."""
    names = values.strings(given, what)
    if len(names) > 1 or "" in names:
        raise ArgumentError(f"{what} is {given!r}; pass one name, which is not empty")
    return names


def _scale(given: Any, what: str) -> NDArray[Any]:
    """One factor for all axes, or one for each; (1, 3)."""
    factors = values.numbers(given, what)
    return values.vectors3(np.repeat(factors.ravel(), 3) if factors.size == 1 else factors, what)


class Transform3D(Archetype):
    """How the space of an entity lies in that of its parent: translation · axis angle · quaternion · scale · matrix.

    translation : float (3,), scene units; 64 bit coordinates are kept as they are. rotation : a `Quaternion` or a
    `RotationAxisAngle`; or quaternion : a `Quaternion` or 4 numbers, xyzw, and rotation_axis_angle : a
    `RotationAxisAngle`. scale : float, or float (3,). mat3x3 : float (3, 3), rows first, a linear map.
    relation : `TransformRelation` or its name; default ParentFromChild. from_parent : True for ChildFromParent, as
    older programs say it. child_frame, parent_frame : names of coordinate frames; default: the entity's own and its
    parent's.
    Raises `ShapeError`, `DtypeError`, and `ArgumentError` for arguments that contradict each other.
    """

    FIELDS: ClassVar = {
        "translation": values.one(values.vectors3),
        "rotation_axis_angle": values.one(turns.axis_angles),
        "quaternion": values.one(turns.quaternions),
        "scale": values.one(_scale),
        "mat3x3": values.one(values.matrices3),
        "relation": values.one_of(TransformRelation),
        "child_frame": frame,
        "parent_frame": frame,
    }

    __slots__ = ()

    def __init__(
        self,
        *,
        translation: Any = None,
        rotation: Any = None,
        rotation_axis_angle: Any = None,
        quaternion: Any = None,
        scale: Any = None,
        mat3x3: Any = None,
        from_parent: bool | None = None,
        relation: Any = None,
        child_frame: str | None = None,
        parent_frame: str | None = None,
    ) -> None:
        if rotation is not None:
            refuse_both("Transform3D", "rotation", quaternion=quaternion, rotation_axis_angle=rotation_axis_angle)
            if turns.has_axes(rotation):
                rotation_axis_angle = rotation
            else:
                quaternion = rotation
        if from_parent is not None:
            refuse_both("Transform3D", "from_parent", relation=relation)
            is_inverse = bool(values.flag(from_parent, "Transform3D from_parent")[0])
            relation = TransformRelation.ChildFromParent if is_inverse else None
        self._set(
            {
                "translation": translation,
                "rotation_axis_angle": rotation_axis_angle,
                "quaternion": quaternion,
                "scale": scale,
                "mat3x3": mat3x3,
                "relation": relation,
                "child_frame": child_frame,
                "parent_frame": parent_frame,
            }
        )


class InstancePoses3D(Archetype):
    """Poses at each of which the entity's own things are drawn; what is below the entity is not moved.

    translations : float (n, 3), scene units; 64 bit coordinates are kept as they are. quaternions : float (n, 4),
    xyzw, or a list of `Quaternion`. rotation_axis_angles : a list of `RotationAxisAngle`. scales : float (n, 3).
    mat3x3 : float (n, 3, 3), rows first. Each is applied as by `Transform3D`; the last one of the shorter ones repeats.
    Raises `ShapeError`, `DtypeError`.
    """

    FIELDS: ClassVar = {
        "translations": values.vectors3,
        "rotation_axis_angles": turns.axis_angles,
        "quaternions": turns.quaternions,
        "scales": values.vectors3,
        "mat3x3": values.matrices3,
    }

    __slots__ = ()

    def __init__(
        self,
        *,
        translations: Any = None,
        rotation_axis_angles: Any = None,
        quaternions: Any = None,
        scales: Any = None,
        mat3x3: Any = None,
    ) -> None:
        self._set(
            {
                "translations": translations,
                "rotation_axis_angles": rotation_axis_angles,
                "quaternions": quaternions,
                "scales": scales,
                "mat3x3": mat3x3,
            }
        )


class CoordinateFrame(Archetype):
    """The name of the coordinate frame that an entity's things are in.

    frame : str, not empty. Without it an entity is in its own frame, `tf#/its/path`. Raises `ArgumentError` and
    `DtypeError`.
    """

    FIELDS: ClassVar = {"frame": frame}

    __slots__ = ()

    def __init__(self, frame: str) -> None:
        self._set({"frame": frame}, needs="frame")


class TransformAxes3D(Archetype):
    """Three arrows, red, green and blue, that show the axes of the entity's space.

    axis_length : float, in units of that space. show_frame : bool, whether the frame's name is written beside them.
    Raises `ShapeError`, `DtypeError`.
    """

    FIELDS: ClassVar = {"axis_length": values.one_float, "show_frame": values.flag}

    __slots__ = ()

    def __init__(self, axis_length: float, *, show_frame: bool | None = None) -> None:
        self._set({"axis_length": axis_length, "show_frame": show_frame}, needs="axis_length")
