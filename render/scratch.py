"""Arrays that are used again from frame to frame: to get new memory can cost more than what is done with it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from blazon.ingest.slabs import empty

T = TypeVar("T")


class Scratch:
    """Memory by name. Not for several threads at once."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, NDArray[np.uint8]] = {}
        self._others: dict[Hashable, Any] = {}

    def take(self, name: Hashable, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Return an array with anything in it; what was taken before under that name is overwritten by its writers."""
        kind = np.dtype(dtype)
        size = int(np.prod(shape)) * kind.itemsize
        kept = self._kept.get(name)
        if kept is None or len(kept) < size or len(kept) > 4 * size + 2**20:
            kept = self._kept[name] = empty(size, np.uint8)
        return kept[:size].view(kind).reshape(shape)

    def keep(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return what was made under that name, and make it the first time."""
        if name not in self._others:
            self._others[name] = make()
        kept: T = self._others[name]
        return kept
