"""Whether a peer's pictures are of what was asked for: no claim is made against one that draws something else."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blazon.benches.peers.errors import PeerError

Picture = NDArray[np.uint8]

LEAST_SIZE, LEAST_CHANGE = 0.97, 1e-4  # shares: of a side; of pixels, of two frames
EVENLY_DRAWN = 0.9  # the emptiest frame against the fullest
CELLS = (32, 18)  # a picture is cut into so many to be compared
LEAST_ALIKE = 0.85  # correlation of the brightness of cells


def check(
    pictures: Sequence[Picture], again: Picture, own: Picture, least_alike: float = LEAST_ALIKE
) -> tuple[int, int]:
    """Return the size, w, h, of a peer's pictures of frames in sequence, uint8 (h, w, 3).

    again : the last frame, asked for once more. own : blazon's picture of it. least_alike : how
    much the two have to be like each other. Raises `PeerError` for what is wrong.
    """
    height, width = pictures[0].shape[:2]
    if width < own.shape[1] * LEAST_SIZE or height < own.shape[0] * LEAST_SIZE:
        raise PeerError(f"its pictures have {width}x{height} pixels, not {own.shape[1]}x{own.shape[0]}")
    empty = _commonest(pictures[0])
    drawn = [share(picture, empty) for picture in pictures]
    if min(drawn) < EVENLY_DRAWN * max(drawn) or not min(drawn):
        raise PeerError("it answers before the scene is there")
    if min(itertools.starmap(share, itertools.pairwise(pictures)), default=1) < LEAST_CHANGE:
        raise PeerError("it answers with the frame before")
    if share(again, pictures[-1]) > 0:
        raise PeerError("it draws the same frame otherwise when it is asked again")
    if (found := likeness(pictures[-1], own)) < least_alike:
        raise PeerError(f"it draws something else than blazon: their likeness is {found:.2f}")
    return width, height


def pixels(png: bytes) -> Picture:
    """Return the pixels of a PNG, uint8 (h, w, 3)."""
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"))


def share(one: Picture, other: Picture) -> float:
    """How much of two pictures differs, from 0 to 1."""
    return float((one != other).any(axis=2).mean())


def likeness(one: Picture, other: Picture) -> float:
    """How well two pictures agree about where how much is drawn: 1 is the same, 0 is nothing in common.

    Cells are compared rather than pixels, for edges, widths of lines and backgrounds are each renderer's own.
    """
    left, right = (_cells(each[..., :3]) for each in (one, other))
    if left.std() == 0 or right.std() == 0:
        return float(np.array_equal(left, right))
    return float(np.corrcoef(left, right)[0, 1])


def _cells(picture: Picture) -> NDArray[np.float64]:
    """The mean brightness of each cell, one after the other."""
    small = Image.fromarray(np.ascontiguousarray(picture)).convert("L").resize(CELLS, Image.Resampling.BOX)
    return np.asarray(small, float).ravel()


def _commonest(picture: Picture) -> Picture:
    """The colour that most pixels have, uint8 (1, 1, 3)."""
    colors, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    return np.asarray(colors[counts.argmax()][None, None], np.uint8)
