"""Where transforms put what is flat: in the plane of a view, or hung up in space. No GL, no state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.poses import Matrix
from blazon.ingest.transforms import Frames
from blazon.render.layouts import SEGMENT
from blazon.render.visualizers.layers import Built, ImageLayer, Layer, Primitive, RowsLayer, bounds_of

FIELDS = {  # of a row: the positions
    Primitive.RECTS: ("center",),
    Primitive.SEGMENTS: ("start", "end", "before", "after"),
    Primitive.LINES: ("start", "end"),
    Primitive.ARROWS: ("start", "tip"),
    Primitive.POINTS: ("position",),
}


def plane_from_entity(frames: Frames, root: EntityPath, entity: EntityPath) -> Matrix | None:
    """Return what takes the data of `entity` to the plane of the view at `root`, float64 (4, 4); z is dropped there.

    Below a pinhole the plane is that of its image. None where no transform connects the two.
    """
    place, seen_from = frames.place(entity), frames.place(root)
    if place is None or seen_from is None:
        return None
    if place.camera is not None:
        if seen_from.camera is place.camera:
            return _relative(seen_from.camera_from_frame, place.camera_from_frame)
        return place.camera_from_frame
    return _relative(seen_from.root_from_frame, place.root_from_frame) if place.root == seen_from.root else None


def _relative(seen_from: Matrix, placed: Matrix) -> Matrix | None:
    try:
        matrix = np.asarray(np.linalg.solve(seen_from, placed), np.float64)
    except np.linalg.LinAlgError:
        return None
    return matrix if np.isfinite(matrix).all() else None


def is_identity(matrix: Matrix) -> bool:
    """Whether a matrix, (4, 4), leaves what is flat where it is."""
    return np.array_equal(_flat(matrix), np.eye(2, 3))


def placed(built: Built, matrix: Matrix) -> Built:
    """Return what was built, where `matrix`, float64 (4, 4), puts it in the plane."""
    flat = _flat(matrix)
    corners = built.bounds.corners() if built.bounds else np.zeros((0, 2))
    return Built(
        tuple(_placed_layer(layer, flat) for layer in built.layers), bounds_of(_moved(corners, flat)), built.notices
    )


def outlines(rects: NDArray[np.void]) -> NDArray[np.void]:
    """Return RECT rows as SEGMENT rows, four each: what is turned is no rectangle of the plane any more."""
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    corners = rects["center"][:, None] + signs * rects["half_size"][:, None]
    rows = np.zeros((len(rects), 4), SEGMENT)
    rows["start"][..., :2] = corners
    rows["end"][..., :2] = np.roll(corners, -1, axis=1)
    rows["before"][..., :2] = np.roll(corners, 1, axis=1)
    rows["after"][..., :2] = np.roll(corners, -2, axis=1)
    rows["closing"] = -1, 0, 0, 1
    rows["radius"], rows["color"] = rects["radius"][:, None], rects["color"][:, None]
    return rows.reshape(-1)


def _flat(matrix: Matrix) -> Matrix:
    return matrix[:2, [0, 1, 3]]


def _moved(points: NDArray[Any], flat: Matrix) -> NDArray[Any]:
    return points[..., :2] @ flat[:, :2].T + flat[:, 2]


def _placed_layer(layer: Layer, flat: Matrix) -> Layer:
    if isinstance(layer, ImageLayer):
        return replace(layer, plane_from_image=flat)
    rows, primitive = layer.rows.copy(), layer.primitive
    if primitive is Primitive.RECTS:
        if flat[0, 1] == flat[1, 0] == 0:
            rows["half_size"] *= np.abs(np.diag(flat[:, :2]))
        else:
            rows, primitive = outlines(rows), Primitive.SEGMENTS
    for name in FIELDS[primitive]:
        rows[name][:, :2] = _moved(rows[name], flat)
    scale = np.sqrt(abs(np.linalg.det(flat[:, :2])))
    in_scene_units = rows["radius"] > 0
    rows["radius"][in_scene_units] *= max(scale, np.finfo(np.float32).tiny)
    return RowsLayer(primitive, layer.draw_order, rows)
