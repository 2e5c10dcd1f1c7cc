"""Pinholes: cameras, as they were logged. Source: the reference SDK's `Pinhole`, rerun's `re_tf`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.moments import At, Row
from blazon.ingest.notices import Notices
from blazon.ingest.poses import Matrix
from blazon.ingest.recording import Recording

PINHOLE_FIELDS = ("image_from_camera", "resolution", "child_frame", "parent_frame")  # what is one thing, of one row
# Up, Down, Right, Left, Forward, Back of the protocol, as directions to the right, down and forward.
_DIRECTIONS = {1: (0, -1, 0), 2: (0, 1, 0), 3: (1, 0, 0), 4: (-1, 0, 0), 5: (0, 0, 1), 6: (0, 0, -1)}


@dataclass(frozen=True, slots=True, eq=False)
class Pinhole:
    """A camera. frame : that of its image. image_from_view : float64 (3, 3), pixels from right, down, forward.

    resolution : width, height.
    camera_from_view : float64 (4, 4), from right, down, forward to the axes that the camera's frame has.
    image_plane_distance : scene units, None: not said. radius : of the frustum's lines. color : 0xRRGGBBAA.
    """

    entity: EntityPath
    frame: EntityPath | str
    rows: tuple[Row, ...]
    image_from_view: Matrix
    camera_from_view: Matrix
    resolution: tuple[float, float] | None
    image_plane_distance: float | None
    radius: float | None
    color: int | None

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal keys: it looks the same, wherever it stands."""
        return self.rows, self.image_plane_distance, self.radius, self.color

    def view_from_image(self, distance: float) -> Matrix:
        """Return the matrix, float64 (4, 4), that takes pixels (x, y, 0, 1) to the image plane at a distance."""
        placed = np.zeros((4, 4))
        inverse = np.linalg.inv(self.image_from_view) * distance
        placed[:3, 0], placed[:3, 1], placed[:3, 3] = inverse.T
        placed[2, 2] = inverse[0, 0]
        placed[3, 3] = 1
        return placed


def read_pinhole(
    recording: Recording,
    entity: EntityPath,
    rows: tuple[Row, ...],
    *,
    frame: EntityPath | str,
    at: At,
    notices: Notices,
) -> Pinhole | None:
    """Return the pinhole of the newest rows, before `frame`; None, and counted, where its matrix shows nothing."""
    columns = recording.read(rows, "Pinhole:image_from_camera")
    if columns is None:
        notices.add(entity, "a pinhole without image_from_camera: not applied", 1)
        return None
    image_from_view = np.asarray(columns[0], np.float64).reshape(3, 3).T
    if not _shows_something(image_from_view):
        notices.add(entity, "a pinhole whose matrix is singular or not finite: not applied", 1)
        return None
    if not np.array_equal(image_from_view[2], (0, 0, 1)):
        notices.add(entity, "a pinhole whose matrix has a third row other than 0, 0, 1: that is taken instead", 1)
        image_from_view[2] = 0, 0, 1
    resolution = recording.read(rows, "Pinhole:resolution")
    usable = resolution is not None and np.isfinite(resolution[0]).all() and (resolution[0] > 0).all()
    if resolution is not None and not usable:
        given = "x".join(f"{side:g}" for side in resolution[0])
        notices.add(entity, f"a pinhole's resolution of {given}: that of its image is used", 1)
    axes = _newest(recording, entity, at, "Pinhole:camera_xyz", "ViewCoordinates:xyz")
    view_from_camera = view_from_axes(axes[0]) if axes is not None else np.eye(3)
    if view_from_camera is None:
        notices.add(entity, "view coordinates without three directions: not applied", 1)
        view_from_camera = np.eye(3)
    camera_from_view = np.eye(4)
    camera_from_view[:3, :3] = view_from_camera.T
    color = _newest(recording, entity, at, "Pinhole:color")
    width = _newest(recording, entity, at, "Pinhole:line_width")
    if width is not None and _number(width) is None:
        notices.add(entity, f"a pinhole's line_width of {width[0]:g}: the default is used", 1)
    distance = _newest(recording, entity, at, "Pinhole:image_plane_distance")
    if distance is not None and _positive(distance) is None:
        notices.add(entity, f"an image_plane_distance of {distance[0]:g}: the default is used", 1)
    return Pinhole(
        entity,
        frame,
        rows,
        image_from_view,
        camera_from_view,
        (float(resolution[0][0]), float(resolution[0][1])) if usable else None,
        _positive(distance),
        _number(width),
        None if color is None else int(color[0]),
    )


def view_from_axes(axes: NDArray[Any]) -> Matrix | None:
    """Return the matrix, float64 (3, 3), that takes coordinates along `axes` to right, down and forward.

    axes : integers (3,), the protocol's directions: where x, y and z point. None where they aren't three directions.
    """
    if any(int(axis) not in _DIRECTIONS for axis in axes):
        return None
    matrix = np.array([_DIRECTIONS[int(axis)] for axis in axes], np.float64).T
    return matrix if abs(np.linalg.det(matrix)) == 1 else None


def _shows_something(image_from_view: Matrix) -> bool:
    focal = np.abs(np.diag(image_from_view)[:2])
    if not np.isfinite(image_from_view).all() or focal.min() == 0:
        return False
    return abs(float(np.linalg.det(image_from_view[:2, :2] / focal.max()))) > 1e-12


def _newest(recording: Recording, entity: EntityPath, at: At, *components: str) -> Any:
    for component in components:
        cell = recording.latest(entity, component, at)
        if cell is not None and cell.value is not None and len(cell.value):
            return cell.value
    return None


def _number(value: Any) -> float | None:
    return float(value[0]) if value is not None and np.isfinite(value[0]) and value[0] != 0 else None


def _positive(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None
