"""Pictures that are given away: each is its owner's, in memory that is used again once he has let go of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.slabs import empty


def new_picture(height: int, width: int) -> NDArray[np.uint8]:
    """Return a picture with anything in it, uint8 (height, width, 4)."""
    return empty((height, width, 4), np.uint8)


def copy_of(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a copy of a picture, uint8 (h, w, 4)."""
    out = empty(picture.shape, np.uint8)
    np.copyto(out, picture)
    return out
