"""Draws triangles with textures over a window: its panels, and the picture among them.

Colours are bytes of sRGB, and go in as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import moderngl
import numpy as np
from numpy.typing import NDArray

from blazon.render.gpu.context import FRAMEBUFFER_SRGB, Gpu
from blazon.render.layouts import CORNER, DEFINES

_Box = tuple[int, int, int, int]  # left, top, right and bottom, pixels
_Clip = tuple[float, float, float, float]  # the same, UI points


_Corners = TypeVar("_Corners", _Box, _Clip)


@dataclass(frozen=True, slots=True)
class Patch:
    """Triangles of one texture. start, count : corners. clip : left, top, right and bottom in UI points.

    is_opaque : what lies below it does not show through, and need not be mixed in.
    """

    texture: int
    start: int
    count: int
    clip: _Clip
    is_opaque: bool = False


class PanelsPass:
    """Draws all of a window. Textures are known by numbers. ground : sRGB, 0 to 1, below it all."""

    def __init__(self, gpu: Gpu, ground: tuple[float, float, float]) -> None:
        self._gpu, self._ground = gpu, ground
        self._program = gpu.program("panels", [CORNER])
        self._corners = gpu.growing_buffer(CORNER)
        self._textures: dict[int, moderngl.Texture] = {}
        self._patches: list[tuple[Patch, _Box]] = []
        self._size_px = (1, 1)

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
        """Draw `corners`, CORNER (n,), in order of `patches`. size : of the window, UI points. size_px : its pixels."""
        scale, whole = size_px[0] / size[0], (0, 0, *size_px)
        self._patches = []
        for patch in joined(corners, patches):
            left, top, right, bottom = (round(each * scale) for each in patch.clip)
            self._patches.append((patch, _common((left, top, right, bottom), whole)))
        self._corners.write(corners)
        self._program.set(size=size, image=DEFINES["UNIT_IMAGE"])
        self._size_px = size_px
        self.draw_again()

    def draw_again(self) -> None:
        """Draw what was drawn last, with the textures as they are by now."""
        context, (width, height) = self._gpu.context, self._size_px
        screen = context.screen
        screen.use()
        screen.viewport = (0, 0, width, height)
        context.disable_direct(FRAMEBUFFER_SRGB)
        screen.clear(*self._ground)
        for patch, (left, top, right, bottom) in self._patches:
            texture = self._textures.get(patch.texture)
            if texture is None or right <= left or bottom <= top:
                continue
            screen.scissor = (left, height - bottom, right - left, bottom - top)
            texture.use(DEFINES["UNIT_IMAGE"])
            if patch.is_opaque:
                context.disable(moderngl.BLEND)
            self._program.draw_triangles(self._corners, patch.start, patch.count)
            if patch.is_opaque:
                context.enable(moderngl.BLEND)
        screen.scissor = None  # type: ignore[assignment] # moderngl takes None for none
        context.enable_direct(FRAMEBUFFER_SRGB)


def joined(corners: NDArray[np.void], patches: Sequence[Patch]) -> list[Patch]:
    """Return patches that draw the same: those that follow each other as one, where one clip cuts off what theirs do.

    corners : CORNER (n,), those of each patch after those of the one before.
    """
    if not patches:
        return []
    starts = [patch.start for patch in patches]
    lows, highs = (f.reduceat(corners["position"], starts).tolist() for f in (np.minimum, np.maximum))
    found: list[tuple[Patch, _Clip]] = []  # with what is around all of its corners
    for patch, low, high in zip(patches, lows, highs, strict=True):
        if found:
            (last, around), own = found[-1], (*low, *high)
            one = _one_of(last, around, patch, own) if last.start + last.count == patch.start else None
            if one is not None:
                found[-1] = one, _around(around, own)
                continue
        found.append((patch, (*low, *high)))
    return [patch for patch, _ in found]


def _one_of(first: Patch, first_around: _Clip, then: Patch, then_around: _Clip) -> Patch | None:
    """One patch in the place of two; None where no clip does for both."""
    if (first.texture, first.is_opaque) != (then.texture, then.is_opaque):
        return None
    for clip in (first.clip, then.clip, _around(first.clip, then.clip)):
        is_same = _common(first_around, clip) == _common(first_around, first.clip)
        if is_same and _common(then_around, clip) == _common(then_around, then.clip):
            return replace(first, count=first.count + then.count, clip=clip)
    return None


def _common(one: _Corners, other: _Corners) -> _Corners:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _around(one: _Clip, other: _Clip) -> _Clip:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
