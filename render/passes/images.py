"""Images: a textured rectangle each, in tiles where an image is larger than the GPU's textures.

Textures are kept while the very same pixels are drawn, and reused for others of the same size. Enlarged, a texel is a
rectangle of one colour; reduced, colours are averaged (never class ids: masks are always sampled at one texel).
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from blazon.render.gpu.context import RGBA8, SRGB8_ALPHA8, Gpu
from blazon.render.layouts import DEFINES


@dataclass(slots=True)
class _Tile:
    """A part of an image and the texture that holds it."""

    rect: tuple[int, int, int, int]  # x, y, width, height in texels
    texture: moderngl.Texture
    form: int  # its internal format
    has_mipmaps: bool = False
    opaque: bool | None = None  # not known until it matters

    def is_opaque(self, pixels: NDArray[np.uint8]) -> bool:
        """Whether the tile's part of `pixels` has no transparency."""
        if self.opaque is None:
            x, y, width, height = self.rect
            words = pixels.view(np.uint32)[y : y + height, x : x + width, 0]
            self.opaque = bool(np.bitwise_and.reduce(words, axis=None) >> 24 == 255)
        return self.opaque


BYTES = "BYTES"  # of a mask: replaces what is there
MODES = (BYTES, "MASK", "NEAREST", "FILTERED", "AVERAGED")  # variants of the shader


class ImagesPass:
    """Draws pixels of the plane: texel (i, j) covers [j, j+1) × [i, i+1) of the scene."""

    def __init__(self, gpu: Gpu) -> None:
        self._gpu = gpu
        self._programs = {mode: gpu.program("images", words=(mode,)) for mode in MODES}
        self._planes = gpu.program("planes")
        self._kept: dict[int, tuple[NDArray[np.uint8], list[_Tile]]] = {}
        self.uploads = 0
        self.uploaded_bytes = 0

    def upload(self, images: list[NDArray[np.uint8]], masks: list[NDArray[np.uint8]]) -> None:
        """Replace what can be drawn, uint8 (h, w, 4) each; those that are there already are kept.

        masks : images whose texels are never mixed.
        """
        are_masks = {id(pixels) for pixels in masks}
        wanted = {id(pixels): pixels for pixels in (*images, *masks)}
        gone = [self._kept.pop(key) for key in list(self._kept) if key not in wanted]
        spare = [tile for _, tiles in gone for tile in tiles]
        for key, pixels in wanted.items():
            if key not in self._kept:
                form = RGBA8 if key in are_masks else SRGB8_ALPHA8
                tiles = [_Tile(rect, self._texture(pixels, rect, spare, form), form) for rect in self._tiles(pixels)]
                self._kept[key] = (pixels, tiles)

    def draw(
        self,
        uniforms: dict[str, Any],
        pixels: NDArray[np.uint8],
        opacity: float,
        *,
        averaged: bool,
        smooth: bool,
        into_bytes: bool,
    ) -> None:
        """Draw an image that was uploaded. Texels may be mixed: averaged, where they are reduced; smooth, enlarged.

        into_bytes : whether the target holds bytes of sRGB, so that opaque masks need no arithmetic.
        """
        for tile in self._kept[id(pixels)][1]:
            mode = _mode(tile, uniforms["px_per_unit"], averaged=averaged, smooth=smooth)
            covers = opacity == 1 and tile.is_opaque(pixels)
            if mode == "MASK" and covers and into_bytes:
                mode = BYTES
            tile.texture.use(DEFINES["UNIT_IMAGE"])
            program = self._programs[mode]
            program.set(
                image=DEFINES["UNIT_IMAGE"],
                linear_of_srgb=DEFINES["UNIT_SRGB"],
                rect=tile.rect,
                opacity=opacity,
                **uniforms,
            )
            with self._gpu.replacing(as_bytes=mode == BYTES) if covers else contextlib.nullcontext():
                program.draw_bare(moderngl.TRIANGLE_STRIP, vertices=4)

    def draw_plane(
        self,
        clip_from_image: NDArray[np.float64],
        pixels: NDArray[np.uint8],
        opacity: float,
        *,
        averaged: bool,
    ) -> None:
        """Draw an image that was uploaded where it hangs in space. clip_from_image : float64 (4, 4)."""
        for tile in self._kept[id(pixels)][1]:
            mode = "MODE_NEAREST"
            if averaged:
                mode = "MODE_FILTERED"
                _make_mipmaps(tile)
                tile.texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.NEAREST)
            tile.texture.use(DEFINES["UNIT_IMAGE"])
            self._planes.set(
                image=DEFINES["UNIT_IMAGE"],
                linear_of_srgb=DEFINES["UNIT_SRGB"],
                rect=tile.rect,
                opacity=opacity,
                mode=DEFINES[mode],
                clip_from_image=clip_from_image.astype(np.float32),
            )
            self._planes.draw_bare(moderngl.TRIANGLE_STRIP, vertices=4)

    def _tiles(self, pixels: NDArray[np.uint8]) -> list[tuple[int, int, int, int]]:
        height, width = pixels.shape[:2]
        most = self._gpu.max_size
        return [
            (x, y, min(most, width - x), min(most, height - y))
            for y in range(0, height, most)
            for x in range(0, width, most)
        ]

    def _texture(
        self, pixels: NDArray[np.uint8], rect: tuple[int, int, int, int], spare: list[_Tile], form: int
    ) -> moderngl.Texture:
        """A texture with the pixels of `rect`: one of `spare`, if its size fits."""
        x, y, width, height = rect
        reused = next((each for each in spare if each.texture.size == (width, height) and each.form == form), None)
        if reused is None:
            texture = self._gpu.context.texture((width, height), 4, internal_format=form)
        else:
            spare.remove(reused)
            texture = reused.texture
        texture.write(np.ascontiguousarray(pixels[y : y + height, x : x + width]))
        texture.repeat_x = texture.repeat_y = False
        self.uploads += 1
        self.uploaded_bytes += width * height * 4
        return texture


def _mode(tile: _Tile, px_per_texel: float, *, averaged: bool, smooth: bool) -> str:
    """How a tile is sampled at a scale; sets its texture's filter."""
    if not averaged:
        return "MASK"
    if px_per_texel == 1 or (px_per_texel > 1 and not smooth):
        return "NEAREST"  # every pixel shows one texel
    if px_per_texel < 1:
        return "AVERAGED"
    tile.texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
    return "FILTERED"


def _make_mipmaps(tile: _Tile) -> None:
    if not tile.has_mipmaps:
        tile.texture.build_mipmaps()
        tile.has_mipmaps = True
