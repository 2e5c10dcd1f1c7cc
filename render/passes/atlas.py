"""The atlas of glyphs on the GPU. Owns what is "dirty": an atlas in which nothing is new is not uploaded again."""

from __future__ import annotations

import moderngl
import numpy as np

from blazon.render.gpu.context import Gpu
from blazon.render.layouts import DEFINES
from blazon.render.text.atlas import Atlas


class AtlasTexture:
    """How much of each pixel glyphs cover, as a texture."""

    def __init__(self, gpu: Gpu) -> None:
        self._context = gpu.context
        self._texture: moderngl.Texture | None = None
        self._of: tuple[Atlas, int] | None = None
        self.uploads = 0
        self.uploaded_bytes = 0

    def upload(self, atlas: Atlas) -> None:
        """Make `atlas` what is sampled."""
        known, version = self._of or (None, 0)
        newest = atlas.version  # read first, as the pixels are once: another thread may go on adding glyphs
        if known is atlas and version == newest:
            return
        pixels = atlas.pixels
        height, width = pixels.shape
        first, end = 0, height
        if self._texture is None or self._texture.size != (width, height):
            self._texture = self._context.texture((width, height), 1, dtype="f1")
            self._texture.filter = moderngl.NEAREST, moderngl.NEAREST
        elif known is atlas:  # what is new alone
            rows = atlas.rows[version:newest]
            first, end = min(row for row, _ in rows), max(row for _, row in rows)
        self._texture.write(np.ascontiguousarray(pixels[first:end]), viewport=(0, first, width, end - first))
        self._of = atlas, newest
        self.uploads += 1
        self.uploaded_bytes += (end - first) * width

    def bind(self) -> None:
        """Bind it where glyphs look for it."""
        if self._texture is not None:
            self._texture.use(DEFINES["UNIT_IMAGE"])
