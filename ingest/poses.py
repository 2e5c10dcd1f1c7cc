"""The arithmetic of poses: translations, rotations, scales and matrices, many at once, become 4 × 4 matrices.

A point is multiplied by the 3 × 3 matrix first, then scaled, turned by the quaternion, turned about the axis, moved:
the order in which the reference composes them. Source: rerun's `re_tf`; what is wrong: SEMANTICS §10.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Warn = Callable[[str, int], None]
INSTANCE_POSES = {  # the parts of `compose`, as `InstancePoses3D` names them
    "translation": "InstancePoses3D:translations",
    "rotation_axis_angle": "InstancePoses3D:rotation_axis_angles",
    "quaternion": "InstancePoses3D:quaternions",
    "scale": "InstancePoses3D:scales",
    "mat3x3": "InstancePoses3D:mat3x3",
}
NO_ROTATION = "zero or non-finite rotations: those instances are not turned"


def compose(parts: Mapping[str, NDArray[Any] | None], n: int, warn: Warn) -> Matrix:
    """Return `n` poses, float64 (n, 4, 4).

    parts : translation (m, 3), rotation_axis_angle (m, 4), quaternion (m, 4), scale (m, 3), mat3x3 (m, 9) by columns;
    each may be missing or None, and the last value of a shorter one repeats.
    warn : is told of rotations that are none. What is not finite elsewhere is left as it is.
    """
    linear = np.broadcast_to(np.eye(3), (n, 3, 3))
    for name, rotations in (("rotation_axis_angle", rotations_of_axis_angles), ("quaternion", rotations_of)):
        given = _spread(parts.get(name), n)
        if given is not None:
            turned, valid = rotations(given)
            warn(NO_ROTATION, n - int(np.count_nonzero(valid)))
            linear = linear @ turned
    with np.errstate(invalid="ignore", over="ignore"):
        scale = _spread(parts.get("scale"), n)
        if scale is not None:
            linear = linear * scale[:, None, :]
        columns = _spread(parts.get("mat3x3"), n)
        if columns is not None:
            linear = linear @ columns.reshape(n, 3, 3).transpose(0, 2, 1)
    poses = np.zeros((n, 4, 4))
    poses[:, :3, :3] = linear
    poses[:, 3, 3] = 1
    translation = _spread(parts.get("translation"), n)
    if translation is not None:
        poses[:, :3, 3] = translation
    return poses


def rotations_of(quaternions: NDArray[Any]) -> tuple[Matrix, NDArray[np.bool_]]:
    """Return the rotations of quaternions (n, 4), x y z w, of any length: float64 (n, 3, 3), and which of them are any.

    A zero or non-finite quaternion is no rotation.
    """
    given = np.asarray(quaternions, np.float64)
    unit, valid = _normalized(given, np.array([0.0, 0.0, 0.0, 1.0]))
    x, y, z, w = unit.T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.array(rows).transpose(2, 0, 1), valid


def rotations_of_axis_angles(axis_angles: NDArray[Any]) -> tuple[Matrix, NDArray[np.bool_]]:
    """Return the rotations about axes (n, 4): x y z and an angle in radians; as `rotations_of` does."""
    given = np.asarray(axis_angles, np.float64)
    axis, has_axis = _normalized(given[:, :3], np.array([0.0, 0.0, 1.0]))
    valid = has_axis & np.isfinite(given[:, 3])
    half = np.where(valid, given[:, 3], 0) / 2
    return rotations_of(np.concatenate([axis * np.sin(half)[:, None], np.cos(half)[:, None]], axis=1))[0], valid


def is_finite(poses: Matrix) -> NDArray[np.bool_]:
    """Return which of poses (n, 4, 4) are numbers throughout; bool (n,)."""
    return np.asarray(np.isfinite(poses).all(axis=(1, 2)))


def is_flat(pose: Matrix) -> bool:
    """Whether a finite pose (4, 4) is singular: it makes space flat, and nothing undoes it."""
    linear = pose[:3, :3]
    lengths = np.linalg.norm(linear, axis=0)
    return bool(lengths.min() == 0 or abs(np.linalg.det(linear / lengths)) < 1e-9)


def mean_scale(poses: Matrix) -> Matrix:
    """Return how much larger each of poses (n, 4, 4) makes things: the geometric mean of three directions; (n,)."""
    lengths = np.linalg.norm(poses[:, :3, :3], axis=1)
    return np.asarray(np.cbrt(np.prod(lengths, axis=1)))


def _normalized(vectors: Matrix, otherwise: Matrix) -> tuple[Matrix, NDArray[np.bool_]]:
    with np.errstate(invalid="ignore", over="ignore"):
        largest = np.abs(vectors).max(axis=1, initial=0)
        valid = np.isfinite(vectors).all(axis=1) & (largest > 0)
        safe = np.where(valid[:, None], vectors / np.where(valid, largest, 1)[:, None], otherwise)
    return safe / np.linalg.norm(safe, axis=1)[:, None], valid


def _spread(values: NDArray[Any] | None, n: int) -> Matrix | None:
    if values is None or len(values) == 0:
        return None
    return np.asarray(values, np.float64)[np.minimum(np.arange(n), len(values) - 1)]
