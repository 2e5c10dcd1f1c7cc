"""One picture as the bytes of a file: PNG, JPEG or WebP."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from blazon.render.encoding.formats import Encoding
from blazon.render.encoding.png import png_of

_WEBP_EFFORT = 0  # of 0 to 6: 2 takes a quarter longer for a fifth of the bytes less


def encode_picture(picture: NDArray[np.uint8], encoding: Encoding, *, alone: bool = True) -> bytes:
    """Return a picture, uint8 (h, w, 4), sRGB, straight alpha, as a file.

    alone : whether all cores are there for it; the bytes are the same either way. Any thread may call.
    """
    if encoding.format.name == "png":
        return png_of(picture, alone=alone)
    from PIL import Image

    height, width = picture.shape[:2]
    file = io.BytesIO()
    if encoding.format.name == "jpeg":  # colours at full resolution: thin lines would lose theirs
        image = Image.frombuffer("RGBX", (width, height), picture, "raw", "RGBX", 0, 1)
        image.save(file, "JPEG", quality=encoding.chosen_quality, subsampling="4:4:4")
    else:
        image = Image.fromarray(picture)
        image = image.convert("RGB") if picture[..., 3].min() == 255 else image
        image.save(file, "WEBP", quality=encoding.chosen_quality, method=_WEBP_EFFORT)
    return file.getvalue()
