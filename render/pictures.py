"""What pictures are given away as: each is its owner's, in memory that is used again once he has let go of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.slabs import empty

Picture = NDArray[np.uint8]
Words = NDArray[np.uint32]
Fill = Callable[[slice, Words], None]


class Form(Protocol):
    """What somebody wants to have pictures as."""

    def canvas(self, height: int, width: int) -> tuple[Any, Picture] | None:
        """Return a new one, and the picture that it is, with anything in it, to be drawn into; None: it is none."""

    def begin(self, height: int, width: int) -> tuple[Any, Fill] | None:
        """Return a new one, with anything in it, and what fills it; None where only a whole picture can become one.

        That is given bands of rows, which begin at a multiple of eight, and the words of them, uint32 (rows, width):
        each while it is at hand, by any thread.
        """

    def of(self, picture: Picture, *, is_own: bool) -> Any:
        """Return a whole picture, uint8 (h, w, 4), in this form. is_own : whether nobody else has it."""


class _Arrays:
    """As they are, uint8 (h, w, 4)."""

    def canvas(self, height: int, width: int) -> tuple[Picture, Picture]:
        picture = new_picture(height, width)
        return picture, picture

    def begin(self, height: int, width: int) -> tuple[Picture, Fill]:
        picture = new_picture(height, width)
        words = picture.view(np.uint32)[..., 0]
        return picture, lambda band, drawn: np.copyto(words[band], drawn)

    def of(self, picture: Picture, *, is_own: bool) -> Picture:
        if is_own:
            return picture
        copy = empty(picture.shape, np.uint8)
        np.copyto(copy, picture)
        return copy


ARRAYS: Form = _Arrays()


def new_picture(height: int, width: int) -> Picture:
    """Return a picture with anything in it, uint8 (height, width, 4)."""
    return empty((height, width, 4), np.uint8)
