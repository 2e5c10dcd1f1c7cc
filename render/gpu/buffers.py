"""Buffers of rows that grow as they must and are written only when their rows are other ones."""

from __future__ import annotations

import moderngl
import numpy as np
from numpy.typing import NDArray


class GrowingBuffer:
    """Rows of one layout on the GPU. Owns what is "dirty": the same array is not uploaded twice."""

    def __init__(self, context: moderngl.Context, layout: np.dtype[np.void]) -> None:
        self.layout = layout
        self.buffer = context.buffer(reserve=64 * layout.itemsize, dynamic=True)
        self.uploads = 0
        self.uploaded_bytes = 0
        self._rows: NDArray[np.void] | None = None

    def write(self, rows: NDArray[np.void]) -> None:
        """Make `rows`, (n,), what is drawn; nothing if they are the very array that was written last."""
        if rows is self._rows:
            return
        if rows.nbytes > self.buffer.size:
            self.buffer.orphan(max(rows.nbytes, 2 * self.buffer.size))
        elif rows.nbytes:
            self.buffer.orphan()
        if rows.nbytes:
            self.buffer.write(np.ascontiguousarray(rows))
            self.uploads += 1
            self.uploaded_bytes += rows.nbytes
        self._rows = rows
