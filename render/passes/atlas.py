"""The atlas of glyphs on the GPU. Owns what is "dirty": an atlas in which nothing is new is not uploaded again."""

from __future__ import annotations

import moderngl

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
        if self._of == (atlas, atlas.version):
            return
        height, width = atlas.pixels.shape
        if self._texture is None or self._texture.size != (width, height):
            self._texture = self._context.texture((width, height), 1, dtype="f1")
            self._texture.filter = moderngl.NEAREST, moderngl.NEAREST
        self._texture.write(atlas.pixels)
        self._of = atlas, atlas.version
        self.uploads += 1
        self.uploaded_bytes += atlas.pixels.nbytes

    def bind(self) -> None:
        """Bind it where glyphs look for it."""
        if self._texture is not None:
            self._texture.use(DEFINES["UNIT_IMAGE"])
