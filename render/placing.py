"""Where transforms put what is flat: in the plane of a view, or hung up in space. No GL, no state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.poses import Matrix
from blazon.ingest.transforms import Frames
from blazon.render.layouts import SEGMENT
from blazon.render.sheets import Sheet, SheetRows, rows_of
from blazon.render.visualizers.layers import Primitive

FIELDS = {  # of a row: the positions
    Primitive.RECTS: ("center",),
    Primitive.SEGMENTS: ("start", "end", "before", "after"),
    Primitive.LINES: ("start", "end"),
    Primitive.ARROWS: ("start", "tip"),
    Primitive.POINTS: ("position",),
    Primitive.TAGS: ("low", "high"),
    Primitive.TALLIES: ("low", "high"),
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


def flattened(matrix: Matrix) -> Matrix:
    """Return what a matrix of space, (4, 4), does to what is flat, float64 (2, 3)."""
    return matrix[:2, [0, 1, 3]]


def placed(sheet: Sheet, matrices: Matrix) -> Sheet:
    """Return what a sheet shows, where `matrices`, float64 (entities, 2, 3), put its entities in the plane."""
    corners = sheet.corners[:, [[0, 1], [0, 3], [2, 1], [2, 3]]]
    there = sheet.corners[:, 0] <= sheet.corners[:, 2]
    moved = sheet.corners.copy()
    turned = _moved(corners[there], matrices[there, None])
    moved[there] = np.concatenate([turned.min(axis=1), turned.max(axis=1)], axis=1)
    images = {
        number: replace(layer, plane_from_image=None if _is_identity(matrices[number]) else matrices[number])
        for number, layer in sheet.images.items()
    }
    parts = [each for part in sheet.parts for each in _placed_part(part, matrices)]
    return Sheet(sheet.ranks, tuple(parts), moved, images, sheet.notices)


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


def _is_identity(flat: Matrix) -> bool:
    return np.array_equal(flat, np.eye(2, 3))


def _moved(points: NDArray[Any], flat: Matrix) -> NDArray[Any]:
    """Points (…, 2 or more) moved by matrices (…, 2, 3)."""
    return np.asarray((flat[..., :2] @ points[..., :2, None])[..., 0] + flat[..., 2])


def _placed_part(part: SheetRows, matrices: Matrix) -> Iterator[SheetRows]:
    counts = np.diff(part.starts)
    turns = np.asarray((matrices[:, 0, 1] != 0) | (matrices[:, 1, 0] != 0))
    if part.primitive is not Primitive.RECTS or not turns[counts > 0].any():
        yield replace(part, rows=_placed_rows(part.primitive, part.rows, np.repeat(matrices, counts, axis=0)))
        return
    for of, primitive, each in ((~turns, Primitive.RECTS, 1), (turns, Primitive.SEGMENTS, 4)):
        numbers, mine = np.flatnonzero(of), np.where(of, counts, 0) * each
        rows = part.rows[rows_of(part.starts, numbers)]
        rows = outlines(rows) if primitive is Primitive.SEGMENTS else rows
        if len(rows):
            starts = np.concatenate([[0], np.cumsum(mine)])
            placed_rows = _placed_rows(primitive, rows, np.repeat(matrices, mine, axis=0))
            yield SheetRows(primitive, part.draw_order, placed_rows, starts)


def _placed_rows(primitive: Primitive, given: NDArray[np.void], flat: Matrix) -> NDArray[np.void]:
    """Rows of a primitive, each moved by a matrix of its own; flat : float64 (n, 2, 3)."""
    rows = given.copy()
    if primitive is Primitive.RECTS:
        rows["half_size"] *= np.abs(flat[:, [0, 1], [0, 1]])
    for name in FIELDS[primitive]:
        rows[name][:, :2] = _moved(rows[name], flat)
    if primitive in (Primitive.TAGS, Primitive.TALLIES):  # the rectangle around what is turned
        low, high = given["low"], given["high"]
        mixed = np.stack([low, np.stack([low[:, 0], high[:, 1]], 1), np.stack([high[:, 0], low[:, 1]], 1), high], 1)
        turned = _moved(mixed, flat[:, None])
        rows["low"], rows["high"] = turned.min(axis=1), turned.max(axis=1)
    scale = np.sqrt(np.abs(np.linalg.det(flat[..., :2])))
    in_scene_units = rows["radius"] > 0
    rows["radius"][in_scene_units] *= np.maximum(scale[in_scene_units], np.finfo(np.float32).tiny)
    return rows
