"""Pinhole: its frustum in space, up to the image plane."""

from __future__ import annotations

import numpy as np

from blazon.ingest.pinholes import Pinhole
from blazon.ingest.poses import Matrix
from blazon.render.layouts import LINE
from blazon.render.visualizers.layers import BuiltSpace, Primitive, SpaceLayer

COLOR = (0x9F, 0x9F, 0x9F, 255)
RADIUS = -1.0  # UI points
UP_MARK = ((0.4, 0.0), (0.5, 0.1), (0.6, 0.0))  # a small roof over the upper edge, in widths of the image


def frustum(pinhole: Pinhole, size: tuple[float, float], distance: float) -> BuiltSpace:
    """Return the frustum of a pinhole in its view space, for an image of `size` (width, height) at a distance."""
    width, height = size
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)])
    roof = np.array([(x * width, -y * width) for x, y in UP_MARK])
    view_from_image = pinhole.view_from_image(distance)
    at = _on_plane(view_from_image, corners), _on_plane(view_from_image, roof)
    eye = np.zeros(3)
    lines = [(eye, corner) for corner in at[0]]
    lines += list(zip(at[0], np.roll(at[0], -1, axis=0), strict=True))
    lines += [(at[1][0], at[1][1]), (at[1][1], at[1][2])]
    rows = np.zeros(len(lines), LINE)
    rows["start"] = [start for start, _ in lines]
    rows["end"] = [end for _, end in lines]
    rows["radius"] = pinhole.radius or RADIUS
    rows["color"] = COLOR if pinhole.color is None else list(pinhole.color.to_bytes(4, "big"))
    content = np.concatenate([eye[None], at[0]]).astype(np.float32)
    return BuiltSpace((SpaceLayer(Primitive.LINES, rows),), np.zeros(3), content)


def _on_plane(view_from_image: Matrix, pixels: Matrix) -> Matrix:
    placed = np.concatenate([pixels, np.zeros((len(pixels), 1)), np.ones((len(pixels), 1))], axis=1)
    on_plane: Matrix = (placed @ view_from_image.T)[:, :3]
    return on_plane
