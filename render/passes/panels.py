"""Draws triangles with textures over a window: its panels, and the picture among them.

Colours are bytes of sRGB, and go in as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from blazon.render.gpu.context import FRAMEBUFFER_SRGB, Gpu
from blazon.render.layouts import CORNER, DEFINES


@dataclass(frozen=True, slots=True)
class Patch:
    """Triangles of one texture. start, count : corners. clip : left, top, right and bottom in UI points.

    is_opaque : what lies below it does not show through, and need not be mixed in.
    """

    texture: int
    start: int
    count: int
    clip: tuple[float, float, float, float]
    is_opaque: bool = False


class PanelsPass:
    """Draws into the window's own framebuffer. Textures are known by numbers. ground : sRGB, 0 to 1, below it all."""

    def __init__(self, gpu: Gpu, ground: tuple[float, float, float]) -> None:
        self._ground = ground
        self._gpu = gpu
        self._program = gpu.program("panels", [CORNER])
        self._corners = gpu.growing_buffer(CORNER)
        self._textures: dict[int, moderngl.Texture] = {}

    def write_texture(self, number: int, pixels: NDArray[np.uint8], *, smooth: bool) -> None:
        """Make `pixels`, uint8 (h, w, 4), what a texture is."""
        height, width, _ = pixels.shape
        texture = self._textures.get(number)
        if texture is None or texture.size != (width, height):
            texture = self._textures[number] = self._gpu.context.texture((width, height), 4)
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR) if smooth else (moderngl.NEAREST, moderngl.NEAREST)
        texture.write(np.ascontiguousarray(pixels))

    def forget_texture(self, number: int) -> None:
        """Let go of a texture."""
        self._textures.pop(number, None)

    def draw(
        self, corners: NDArray[np.void], patches: Sequence[Patch], size: tuple[float, float], size_px: tuple[int, int]
    ) -> None:
        """Draw `corners`, CORNER (n,), in order of `patches`, over the ground.

        size : of the window, UI points. size_px : its pixels.
        """
        context, scale = self._gpu.context, size_px[0] / size[0]
        screen = context.screen
        screen.use()
        screen.viewport = (0, 0, *size_px)
        context.disable_direct(FRAMEBUFFER_SRGB)
        screen.clear(*self._ground)
        self._corners.write(corners)
        self._program.set(size=size, image=DEFINES["UNIT_IMAGE"])
        for patch in patches:
            left, top, right, bottom = (round(each * scale) for each in patch.clip)
            left, top = max(left, 0), max(top, 0)
            texture = self._textures.get(patch.texture)
            if texture is None or right <= left or bottom <= top:
                continue
            screen.scissor = (left, size_px[1] - bottom, right - left, bottom - top)
            texture.use(DEFINES["UNIT_IMAGE"])
            if patch.is_opaque:
                context.disable(moderngl.BLEND)
            self._program.draw_triangles(self._corners, patch.start, patch.count)
            if patch.is_opaque:
                context.enable(moderngl.BLEND)
        screen.scissor = None  # type: ignore[assignment] # moderngl takes None for none
        context.enable_direct(FRAMEBUFFER_SRGB)
