"""DepthImage under a pinhole: a cloud of points, coloured by the image beside it, or by depth."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.errors import BlazonError
from blazon.ingest.pinholes import Pinhole
from blazon.render.kernels.depth_clouds import unproject
from blazon.render.layouts import POINT
from blazon.render.visualizers import depth_images
from blazon.render.visualizers.layers import NOT_DRAWN_NOTICE, BuiltSpace, Primitive, SpaceLayer
from blazon.render.visualizers.query import Query

UNITS_OF_INTEGERS = 1000.0  # millimetres, if nothing else is said


def build(query: Query, pinhole: Pinhole, albedo: NDArray[np.uint8] | None) -> BuiltSpace:
    """Return the cloud of a depth image, in the view space of its pinhole.

    albedo : uint8 (h, w, 4), the colours of the image or mask beside it, of any size; None: the depth's own colours.
    A depth is that along the axis of the camera, in `meter` to a scene unit; zero and what is not finite is no point.
    """
    nothing = np.zeros((0, 3), np.float32)
    try:
        depths = depth_images.depths_of(query)
    except BlazonError as error:
        query.warn(f"{NOT_DRAWN_NOTICE} {error}", 1)
        return BuiltSpace((), np.zeros(3), nothing, tuple(query.notices.list()))
    scale = 1.0 / _meter(query, depths)
    colors = depth_images.colors_of(query, depths) if albedo is None else albedo
    words = np.ascontiguousarray(colors).view(np.uint32)[..., 0]
    view_from_image = np.linalg.inv(pinhole.image_from_view)
    n = depths.size
    positions, radii, found = np.empty((n, 3), np.float32), np.empty(n, np.float32), np.empty(n, np.uint32)
    fill = query.scalar("point_fill_ratio")
    usable = fill if fill is not None and np.isfinite(fill) and fill > 0 else 1.0
    count = unproject(depths.astype(np.float32), words, view_from_image, scale, usable, positions, radii, found)
    rows = np.zeros(count, POINT)
    rows["position"], rows["radius"] = positions[:count], radii[:count]
    rows["color"] = found[:count].view(np.uint8).reshape(-1, 4)
    rows["color"][:, 3] = 255
    layer = SpaceLayer(Primitive.POINTS, rows)
    return BuiltSpace((layer,), np.zeros(3), positions[:count], tuple(query.notices.list()), reaches=False)


def _meter(query: Query, depths: NDArray[Any]) -> float:
    given = query.scalar("meter")
    if given is not None and np.isfinite(given) and given > 0:
        return given
    query.warn("a meter that is zero, negative or not finite: the default is used", int(given is not None))
    return 1.0 if depths.dtype.kind == "f" else UNITS_OF_INTEGERS
