"""Where glyphs lie: one picture of how much of each pixel they cover, filled shelf by shelf. It only grows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WIDTH = 2048  # pixels
FIRST_HEIGHT, MOST_HEIGHT = 128, 8192
GAP = 1  # between glyphs


class AtlasFull(Exception):  # noqa: N818 - never leaves text/: whoever meets it begins a new atlas
    """There is no more room."""


class Atlas:
    """pixels : uint8 (height, WIDTH), how much of each is covered; another array once it has grown.

    rows : of each glyph, in the order in which they came, its first row and past its last.
    """

    @property
    def version(self) -> int:
        """How many glyphs there are."""
        return len(self.rows)

    def __init__(self) -> None:
        self.pixels: NDArray[np.uint8] = np.zeros((FIRST_HEIGHT, WIDTH), np.uint8)
        self.rows: list[tuple[int, int]] = []
        self._shelves: list[list[int]] = []  # of each: where it begins, how high it is, how much of it is taken

    def add(self, mask: NDArray[np.uint8]) -> tuple[int, int]:
        """Put a glyph, (h, w), somewhere; return where, x and y. Raises `AtlasFull`."""
        height, width = mask.shape
        x, y = self._place(width + GAP, height + GAP)
        self.pixels[y : y + height, x : x + width] = mask
        self.rows.append((y, y + height))
        return x, y

    def _place(self, width: int, height: int) -> tuple[int, int]:
        for shelf in self._shelves:
            start, tall, taken = shelf
            if height <= tall <= height + 4 + height // 4 and taken + width <= WIDTH:
                shelf[2] += width
                return taken, start
        start = sum(self._shelves[-1][:2]) if self._shelves else 0
        if width > WIDTH or start + height > MOST_HEIGHT:
            raise AtlasFull
        while start + height > len(self.pixels):
            self.pixels = np.concatenate([self.pixels, np.zeros_like(self.pixels)])
        self._shelves.append([start, height, width])
        return 0, start
