"""Pictures that are given away: each is its owner's, in memory that is used again once he has let go of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.slabs import SLABS


def new_picture(height: int, width: int) -> NDArray[np.uint8]:
    """Return a picture with anything in it, uint8 (height, width, 4)."""
    return SLABS.take(4 * height * width).view(np.ndarray).reshape(height, width, 4)


def copy_of(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a copy of a picture, uint8 (h, w, 4)."""
    out = new_picture(*picture.shape[:2])
    np.copyto(out, picture)
    return out
