"""The poses of what stands in space, in a texture: rows of buffers name them by number."""

from __future__ import annotations

import moderngl
import numpy as np
from numpy.typing import NDArray

from blazon.render.layouts import DEFINES

_TEXELS, _PER_ROW = DEFINES["POSE_TEXELS"], DEFINES["POSES_PER_ROW"]


class PoseTexture:
    """Poses on the GPU. The same array is not uploaded twice."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._texture: moderngl.Texture | None = None
        self._poses: NDArray[np.float32] | None = None
        self.uploads = 0
        self.uploaded_bytes = 0

    def write(self, poses: NDArray[np.float32]) -> None:
        """Make `poses`, float32 (n, 4, 4), what can be named: see shaders/view.glsl."""
        if poses is self._poses:
            return
        rows = max(1, -(-len(poses) // _PER_ROW))
        size = (_PER_ROW * _TEXELS, rows)
        if self._texture is None or self._texture.size[1] < rows:
            self._texture = self._context.texture(size, 4, dtype="f4")
            self._texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        padded = np.zeros((rows * _PER_ROW, _TEXELS, 4), np.float32)
        padded[: len(poses)] = poses
        self._texture.write(padded, viewport=(0, 0, *size))
        self.uploads += 1
        self.uploaded_bytes += padded.nbytes
        self._poses = poses

    def bind(self) -> None:
        """Bind the texture for programs to sample."""
        if self._texture is not None:
            self._texture.use(DEFINES["UNIT_POSES"])
