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
_Around = tuple[float, float, float, float]  # the same, around all corners of a patch


_Rect = TypeVar("_Rect", _Box, _Around)


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
        boxes = []
        for patch in patches:
            left, top, right, bottom = (round(each * scale) for each in patch.clip)
            boxes.append(_common((left, top, right, bottom), whole))
        self._patches = joined(corners, patches, boxes, scale)
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


def joined(
    corners: NDArray[np.void], patches: Sequence[Patch], boxes: Sequence[_Box], scale: float
) -> list[tuple[Patch, _Box]]:
    """Return patches that draw the same, with what clips them: those that follow each other as one, where they can be.

    They can where one box cuts off what those of both did. corners : CORNER (n,), those of each patch after those of
    the one before. boxes : what clips each. scale : pixels of a UI point.
    """
    given = [(patch, box) for patch, box in zip(patches, boxes, strict=True) if patch.count]
    if not given:
        return []
    starts = [patch.start for patch, _ in given]
    lows, highs = ((f.reduceat(corners["position"], starts) * scale).tolist() for f in (np.minimum, np.maximum))
    found: list[tuple[Patch, _Box, _Around]] = []
    for (patch, box), low, high in zip(given, lows, highs, strict=True):
        own: _Around = (low[0], low[1], high[0], high[1])
        if found:
            last, last_box, around = found[-1]
            clip = _clip_of(last_box, around, box, own) if _are_alike(last, patch) else None
            if clip is not None:
                found[-1] = replace(last, count=last.count + patch.count), clip, _around(around, own)
                continue
        found.append((patch, box, own))
    return [(patch, box) for patch, box, _ in found]


def _are_alike(first: Patch, then: Patch) -> bool:
    follows = first.start + first.count == then.start
    return follows and (first.texture, first.is_opaque) == (then.texture, then.is_opaque)


def _clip_of(first: _Box, first_around: _Around, then: _Box, then_around: _Around) -> _Box | None:
    """What clips two patches as their own boxes do; None where nothing does."""
    for box in (first, then, _around(first, then)):
        is_same = _common(first_around, box) == _common(first_around, first)
        if is_same and _common(then_around, box) == _common(then_around, then):
            return box
    return None


def _common(one: _Rect, other: _Rect) -> _Rect:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _around(one: _Rect, other: _Rect) -> _Rect:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
