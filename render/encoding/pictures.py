"""One picture as the bytes of a file: PNG, JPEG or WebP."""

from __future__ import annotations

import os
import tempfile
from typing import IO

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
    with _in_memory() as file:
        if encoding.format.name == "jpeg":
            _save_jpeg(picture, file, encoding.chosen_quality)
        else:
            _save_webp(picture, file, encoding.chosen_quality)
        file.seek(0)
        return file.read()


def _save_jpeg(picture: NDArray[np.uint8], file: IO[bytes], quality: int) -> None:
    from PIL import Image

    height, width = picture.shape[:2]
    image = Image.frombuffer("RGBX", (width, height), picture, "raw", "RGBX", 0, 1)
    image.save(file, "JPEG", quality=quality, subsampling="4:4:4")  # thin lines would lose their colour otherwise


def _save_webp(picture: NDArray[np.uint8], file: IO[bytes], quality: int) -> None:
    from PIL import Image

    image = Image.fromarray(picture)
    image = image.convert("RGB") if picture[..., 3].min() == 255 else image
    image.save(file, "WEBP", quality=quality, method=_WEBP_EFFORT)


def _in_memory() -> IO[bytes]:
    """A file of the system's: while Pillow encodes into one, other threads run; into one of Python's own they wait."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("blazon"), "w+b")  # noqa: PTH123 - whoever asks for it closes it
    return tempfile.TemporaryFile()
