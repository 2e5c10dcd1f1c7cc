"""The lowest image of a view, where a processor draws: its pixels are copied, and GL need not draw any of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blazon.render.cameras import Camera2D
from blazon.render.kernels.compiled import in_slices
from blazon.render.kernels.sampling import sample_nearest
from blazon.render.plane import DrawImage
from blazon.render.scene import ViewFrame
from blazon.render.visualizers.layers import ImageRole

FARTHEST = 1e9  # pixels; past that float32 says nothing about single ones
ROWS_PER_SLICE = 128  # below which a second thread does not pay


def backdrop(view: ViewFrame, background: int) -> NDArray[np.uint8] | None:
    """Return the viewport of a view as its first draw leaves it, uint8 (h, w, 4), if that can be copied; else None.

    background : packed, opaque. It can where an image is opaque, and each pixel shows one of its texels.
    """
    first = view.draws[0] if view.draws else None
    if not isinstance(first, DrawImage) or not isinstance(view.camera, Camera2D) or first.opacity < 1:
        return None
    layer, camera = first.layer, view.camera
    is_sharp = layer.role is ImageRole.MASK or camera.px_per_unit == 1
    is_sharp |= camera.px_per_unit > 1 and not layer.magnify_linearly
    words = layer.pixels.view(np.uint32)[..., 0]
    if not is_sharp or layer.plane_from_image is not None or np.bitwise_and.reduce(words, axis=None) >> 24 < 255:
        return None
    out = np.full((camera.viewport.height, camera.viewport.width), np.uint32(background).byteswap())
    seen = np.array([*camera.origin_px, 1 / camera.px_per_unit])
    if np.abs(seen).max() > FARTHEST:
        return None
    origin_x, origin_y, units = seen.astype(np.float32)
    in_slices(
        lambda part: sample_nearest(words, origin_x, origin_y - np.float32(part.start), units, out[part]),
        len(out),
        ROWS_PER_SLICE,
    )
    return out.view(np.uint8).reshape(*out.shape, 4)
