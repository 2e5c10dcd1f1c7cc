"""Rotations: quaternions and angles about an axis, and how a list of either is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import values
from blazon.ingest.errors import ArgumentError, DtypeError


@dataclass(frozen=True, slots=True, init=False)
class Quaternion:
    """A rotation as a quaternion.

    xyzw : 4 numbers, the real part last; need not be normalised. Zero or non-finite: no rotation.
    Raises `ShapeError`, `DtypeError`.
    """

    xyzw: tuple[float, float, float, float]

    def __init__(self, *, xyzw: Any) -> None:
        object.__setattr__(self, "xyzw", values.numbers_of(xyzw, 4, "Quaternion xyzw"))

    @staticmethod
    def identity() -> Quaternion:
        """Return the quaternion of no rotation."""
        return Quaternion(xyzw=(0, 0, 0, 1))


@dataclass(frozen=True, slots=True, init=False)
class RotationAxisAngle:
    """A rotation about an axis, counterclockwise as seen from the axis's tip.

    axis : 3 numbers; its length does not matter. Exactly one of angle and radians, in radians, and degrees.
    Raises `ArgumentError` for none or several of them, `ShapeError`, `DtypeError`.
    """

    axis: tuple[float, float, float]
    angle: float  # radians

    def __init__(
        self, axis: Any, angle: Any = None, *, radians: float | None = None, degrees: float | None = None
    ) -> None:
        given = {"angle": angle, "radians": radians, "degrees": degrees}
        given = {name: value for name, value in given.items() if value is not None}
        if len(given) != 1:
            raise ArgumentError(
                f"RotationAxisAngle got {sorted(given) or 'no angle'}; pass one of angle=, radians=, degrees="
            )
        ((name, value),) = given.items()
        turned = _angle(value, f"RotationAxisAngle {name}")
        object.__setattr__(self, "axis", values.numbers_of(axis, 3, "RotationAxisAngle axis"))
        object.__setattr__(self, "angle", math.radians(turned) if name == "degrees" else turned)


def quaternions(given: Any, what: str) -> NDArray[np.float32]:
    """Return quaternions, given as float (n, 4), xyzw, a `Quaternion` or a list of them; float32 (n, 4), as given."""
    if isinstance(given, (list, tuple)):
        given = [_xyzw(each) for each in given]
    return values.vectors(_xyzw(given), 4, what)


def axis_angles(given: Any, what: str) -> NDArray[np.float32]:
    """Return a `RotationAxisAngle` or a list of them as float32 (n, 4): axis x, y, z, and the angle in radians."""
    if hasattr(given, "axis"):
        given = [given]
    if not isinstance(given, (list, tuple, np.ndarray)):
        raise DtypeError(f"{what} is {given!r}; pass a RotationAxisAngle, or a list of them")
    rows = [_axis_angle(each, what) for each in given]
    return values.vectors(rows, 4, what)


def has_axes(given: Any) -> bool:
    """Whether rotations, given as a list of either kind or one of them, are of the kind of `RotationAxisAngle`."""
    return hasattr(given[0] if isinstance(given, (list, tuple)) and given else given, "axis")


def _xyzw(given: Any) -> Any:
    return getattr(given, "xyzw", given)


def _axis_angle(given: Any, what: str) -> tuple[float, ...]:
    if not hasattr(given, "axis") or not hasattr(given, "angle"):
        raise DtypeError(f"{what} holds {given!r}; pass RotationAxisAngle(axis, radians=) or (axis, degrees=)")
    return (*values.numbers_of(given.axis, 3, f"{what} axis"), _angle(given.angle, f"{what} angle"))


def _angle(given: Any, what: str) -> float:
    (angle,) = values.numbers_of(getattr(given, "radians", given), 1, what)  # the reference SDK's Angle has radians
    return angle
