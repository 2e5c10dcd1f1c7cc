"""Pictures of points with their depth: a rectangle that covers a viewport, and hides what lies behind its pixels."""

from __future__ import annotations

from typing import Any

import moderngl
import numpy as np

from blazon.render.gpu.context import SRGB8_ALPHA8, Gpu
from blazon.render.layouts import DEFINES
from blazon.render.splats import Splats

_Textures = tuple[moderngl.Texture, moderngl.Texture]


class SplatsPass:
    """Draws splats. Textures are kept while the very same ones are drawn, and reused for others of the same size."""

    def __init__(self, gpu: Gpu) -> None:
        self._gpu = gpu
        self._program = gpu.program("splats")
        self._kept: dict[int, tuple[Splats, _Textures]] = {}
        self.uploads = 0
        self.uploaded_bytes = 0

    def upload(self, wanted: list[Splats]) -> None:
        """Replace what can be drawn."""
        ids = {id(each) for each in wanted}
        spare = [self._kept.pop(key)[1] for key in list(self._kept) if key not in ids]
        for each in wanted:
            if id(each) not in self._kept:
                self._kept[id(each)] = (each, self._textures(each, spare))

    def draw(self, splats: Splats, uniforms: dict[str, Any]) -> None:
        """Draw splats that were uploaded into the viewport that they were made for."""
        colors, depths = self._kept[id(splats)][1]
        colors.use(DEFINES["UNIT_IMAGE"])
        depths.use(DEFINES["UNIT_DEPTHS"])
        self._program.set(image=DEFINES["UNIT_IMAGE"], depths=DEFINES["UNIT_DEPTHS"], **uniforms)
        self._program.draw_bare(moderngl.TRIANGLE_STRIP, vertices=4)

    def _textures(self, splats: Splats, spare: list[_Textures]) -> _Textures:
        height, width = splats.depths.shape
        textures = next((each for each in spare if each[0].size == (width, height)), None)
        if textures is None:
            context = self._gpu.context
            colors = context.texture((width, height), 4, internal_format=SRGB8_ALPHA8)
            depths = context.texture((width, height), 1, dtype="f4")
            for texture in (colors, depths):
                texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
            textures = colors, depths
        else:
            spare.remove(textures)
        textures[0].write(splats.colors)
        textures[1].write(np.ascontiguousarray(splats.depths))
        self.uploads += 2
        self.uploaded_bytes += splats.colors.nbytes + splats.depths.nbytes
        return textures
