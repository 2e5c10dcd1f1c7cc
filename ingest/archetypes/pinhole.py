"""Pinhole: the camera through which the images below an entity are seen."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import values
from blazon.ingest.archetypes.archetype import Archetype, refuse_both
from blazon.ingest.archetypes.transforms import frame
from blazon.ingest.archetypes.view_coordinates import view_axes
from blazon.ingest.colors import parse_colors
from blazon.ingest.errors import ArgumentError

_LEAST_HALF_ANGLE = 1.19209e-07  # as in the reference's SDK: keeps the focal length finite


class Pinhole(Archetype):
    """A pinhole camera without distortion.

    image_from_camera : float (3, 3), rows first, pixels; x right, y down, z forward. Or focal_length : one or two
    floats, pixels, with principal_point : float (2,), pixels, default the middle of the image. Or fov_y : float,
    radians, with aspect_ratio : float, width / height; the image is then aspect_ratio wide and 1 high.
    resolution : float (2,), width and height, pixels; or width and height. camera_xyz : `ViewCoordinates`, where the
    axes of the entity's space point; default RDF. child_frame, parent_frame : as for `Transform3D`.
    image_plane_distance : float, scene units, color, and line_width : float, scene units, negative for UI points, are
    for the frustum in a view in space.
    Raises `ShapeError`, `DtypeError`, and `ArgumentError` for too few arguments and for contradicting ones.
    """

    FIELDS: ClassVar = {
        "image_from_camera": values.one(values.matrices3),
        "resolution": values.one(values.vectors2),
        "camera_xyz": view_axes,
        "child_frame": frame,
        "parent_frame": frame,
        "image_plane_distance": values.one_float,
        "color": values.one(parse_colors),
        "line_width": values.one_float,
    }

    __slots__ = ()

    def __init__(
        self,
        *,
        image_from_camera: Any = None,
        resolution: Any = None,
        camera_xyz: Any = None,
        width: float | None = None,
        height: float | None = None,
        focal_length: Any = None,
        principal_point: Any = None,
        fov_y: float | None = None,
        aspect_ratio: float | None = None,
        child_frame: str | None = None,
        parent_frame: str | None = None,
        image_plane_distance: float | None = None,
        color: Any = None,
        line_width: float | None = None,
    ) -> None:
        if (width is None) != (height is None):
            raise ArgumentError("Pinhole has one of width and height; pass both, or resolution")
        if width is not None:
            refuse_both("Pinhole", "width and height", resolution=resolution)
            resolution = [
                *values.numbers_of(width, 1, "Pinhole width"),
                *values.numbers_of(height, 1, "Pinhole height"),
            ]
        if (fov_y is None) != (aspect_ratio is None):
            raise ArgumentError("Pinhole has one of fov_y and aspect_ratio; pass both, or focal_length")
        if image_from_camera is not None:
            lens = {"focal_length": focal_length, "principal_point": principal_point, "fov_y": fov_y}
            refuse_both("Pinhole", "image_from_camera", **lens)
        else:
            if fov_y is not None:
                refuse_both("Pinhole", "fov_y", focal_length=focal_length, resolution=resolution)
                focal_length, resolution = _of_angle(fov_y, aspect_ratio)
            image_from_camera = _intrinsics(focal_length, principal_point, resolution)
        self._set(
            {
                "image_from_camera": image_from_camera,
                "resolution": resolution,
                "camera_xyz": camera_xyz,
                "child_frame": child_frame,
                "parent_frame": parent_frame,
                "image_plane_distance": image_plane_distance,
                "color": color,
                "line_width": line_width,
            }
        )


def _of_angle(fov_y: Any, aspect_ratio: Any) -> tuple[float, list[float]]:
    """Return the focal length and the resolution of an image that is 1 high."""
    (angle,) = values.numbers_of(fov_y, 1, "Pinhole fov_y")
    (width,) = values.numbers_of(aspect_ratio, 1, "Pinhole aspect_ratio")
    if not 0 <= angle < math.pi:
        raise ArgumentError(f"Pinhole fov_y is {angle}; pass an angle in radians, 0 to π")
    return 0.5 / math.tan(max(angle / 2, _LEAST_HALF_ANGLE)), [width, 1.0]


def _intrinsics(focal_length: Any, principal_point: Any, resolution: Any) -> NDArray[np.float64]:
    """Return the matrix that projects to pixels, float64 (3, 3), rows first."""
    if focal_length is None:
        raise ArgumentError("Pinhole has no lens; pass image_from_camera=, focal_length=, or fov_y= and aspect_ratio=")
    if principal_point is not None:
        x, y = values.numbers_of(principal_point, 2, "Pinhole principal_point")
    elif resolution is not None:
        x, y = (size / 2 for size in values.numbers_of(resolution, 2, "Pinhole resolution"))
    else:
        raise ArgumentError("Pinhole has no principal_point; pass it, or resolution=, or width= and height=")
    n_lengths = 1 if np.size(focal_length) == 1 else 2
    lengths = values.numbers_of(focal_length, n_lengths, "Pinhole focal_length")
    return np.array([[lengths[0], 0, x], [0, lengths[-1], y], [0, 0, 1]])
