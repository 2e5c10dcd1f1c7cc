"""One frame: uploads what changed and runs the passes. The only place that knows their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.backdrops import Backdrop, Paper, backdrop, write
from blazon.render.cameras import Camera2D, Viewport
from blazon.render.cameras3d import Camera3D
from blazon.render.gpu.context import Gpu
from blazon.render.gpu.targets import Target
from blazon.render.layouts import DEFINES
from blazon.render.passes.atlas import AtlasTexture
from blazon.render.passes.images import ImagesPass
from blazon.render.passes.instanced import (
    arrows_pass,
    glyphs_pass,
    lines_pass,
    plane_dots_pass,
    points_pass,
    rects_pass,
    segments_pass,
)
from blazon.render.passes.view_uniforms import view_uniforms
from blazon.render.pictures import Form
from blazon.render.plane import Draw, DrawImage, DrawRows
from blazon.render.scene import Scene, ViewFrame
from blazon.render.scratch import Scratch
from blazon.render.space import SpaceFrame
from blazon.render.space_renderer import SpaceRenderer
from blazon.render.visualizers.layers import ImageRole, Primitive


@dataclass(frozen=True, slots=True)
class FrameCounts:
    """What frames have cost so far, in numbers that do not depend on a clock."""

    draws: int
    uploads: int
    uploaded_bytes: int


class FrameRenderer:
    """Draws scenes into targets of one GPU."""

    def __init__(self, gpu: Gpu) -> None:
        self._gpu = gpu
        self._images = ImagesPass(gpu)
        self._rows = {
            Primitive.RECTS: rects_pass(gpu),
            Primitive.SEGMENTS: segments_pass(gpu),
            Primitive.LINES: lines_pass(gpu),
            Primitive.ARROWS: arrows_pass(gpu),
            Primitive.POINTS: points_pass(gpu),
            Primitive.GLYPHS: glyphs_pass(gpu),
        }
        self._atlas = AtlasTexture(gpu)
        self._dots = plane_dots_pass(gpu, self._rows[Primitive.POINTS])
        self._space = SpaceRenderer(gpu, self._images)
        self._scratches: list[Scratch] = []  # of each view; what a target shows lies in them until the next frame
        self._draws = 0

    def draw(self, scene: Scene, target: Target, *, form: Form | None = None, keeps: bool = True) -> None:
        """Draw `scene`; in each view its draws from the lowest to the topmost.

        form : what the picture will be read as; None: it will only be looked at. keeps : whether it may be read more
        than once; else that may need another `draw`.
        """
        copied = self._backdrops(scene, form=form, keeps=keeps)
        left = {view: view.draws[copied[view].done if view in copied else 0 :] for view in scene.views}
        draws = [draw for view in scene.views for draw in left[view]]
        if copied and not draws:
            picture, given = _together(scene, copied)
            if scene.legend is not None:
                write(scene.legend, scene, picture.view(np.uint32)[..., 0])
            target.show(picture, given)
            return
        draws += [scene.legend] if scene.legend is not None else []
        layers = [draw.layer for draw in draws if isinstance(draw, DrawImage)]
        layers += [layer for draw in draws if isinstance(draw, SpaceFrame) for layer in draw.images()]
        masks = [layer.pixels for layer in layers if layer.role is ImageRole.MASK]
        self._images.upload([layer.pixels for layer in layers if layer.role is not ImageRole.MASK], masks)
        for primitive in {draw.primitive for draw in draws if isinstance(draw, DrawRows)}:
            self._rows[primitive].upload(scene.rows[primitive])
        if scene.atlas is not None and any(
            isinstance(draw, DrawRows) and draw.primitive is Primitive.GLYPHS for draw in draws
        ):
            self._atlas.upload(scene.atlas)
        splats = [draw.splats for draw in draws if isinstance(draw, SpaceFrame) and draw.splats]
        self._space.upload(scene.space_rows, scene.poses, splats)
        target.begin(scene.background)
        self._gpu.bind_shared()
        for view, drawn in copied.items():
            target.write(view.camera.viewport, drawn.pixels)
        for view in scene.views:
            self._draw_view(view, left[view], target, scene.px_per_point)
        if scene.legend is not None:
            whole = Viewport(0, 0, scene.width, scene.height)
            target.set_viewport(whole)
            self._write(scene.legend, whole)
        target.finish()
        self._gpu.collect()

    def counts(self) -> FrameCounts:
        """Return what all frames together have cost."""
        uploaders = [self._images, self._atlas, *self._space.uploaders()]
        uploaders += [buffer for each in self._rows.values() for buffer in each.buffers]
        return FrameCounts(
            self._draws + self._space.draws,
            sum(each.uploads for each in uploaders),
            sum(each.uploaded_bytes for each in uploaders),
        )

    def _backdrops(self, scene: Scene, *, form: Form | None, keeps: bool) -> dict[ViewFrame, Backdrop]:
        """The views whose first draws GL need not draw."""
        if not self._gpu.is_software or scene.background & 255 < 255:
            return {}
        found = {}
        form = form if len(scene.views) == 1 and scene.legend is None else None
        del self._scratches[len(scene.views) :]
        for number, view in enumerate(scene.views):
            if number == len(self._scratches):
                self._scratches.append(Scratch())
            drawn = backdrop(view, scene, Paper(self._scratches[number], form, keeps))
            if drawn is not None:
                found[view] = drawn
        return found

    def _draw_view(self, view: ViewFrame, draws: Sequence[Draw], target: Target, px_per_point: float) -> None:
        viewport = view.camera.viewport
        target.set_viewport(viewport)
        plane = view_uniforms(view.camera, px_per_point) if isinstance(view.camera, Camera2D) else {}
        for draw in draws:
            if isinstance(draw, SpaceFrame):
                target.clip_to(draw.clip or viewport)
                self._space.draw(draw, target, px_per_point)
                target.clip_to(viewport)
                continue
            if isinstance(draw, DrawRows) and draw.primitive is Primitive.GLYPHS:
                self._write(draw, viewport)
                continue
            self._draws += 1
            if isinstance(draw, DrawImage):
                layer = draw.layer
                averaged = layer.role is not ImageRole.MASK
                if layer.plane_from_image is not None and isinstance(view.camera, Camera2D):
                    matrix = view.camera.clip_from_scene() @ _spatial(layer.plane_from_image)
                    self._images.draw_plane(matrix, layer.pixels, draw.opacity, averaged=averaged)
                    continue
                self._images.draw(
                    plane,
                    layer.pixels,
                    draw.opacity,
                    averaged=averaged,
                    smooth=layer.magnify_linearly,
                    into_bytes=target.holds_bytes,
                )
            elif draw.primitive is Primitive.POINTS and self._are_dots(view.camera, px_per_point):
                with target.widened(DEFINES["DOT_MARGIN_PX"]):
                    self._dots.draw(plane, draw.start, draw.count)
            else:
                self._rows[draw.primitive].draw(plane, draw.start, draw.count)

    def _write(self, draw: DrawRows, viewport: Viewport) -> None:
        """Draw what is written in a viewport."""
        self._draws += 1
        self._atlas.bind()
        uniforms = {"viewport_px": (viewport.x, viewport.y, viewport.width, viewport.height)}
        self._rows[draw.primitive].draw({**uniforms, "image": DEFINES["UNIT_IMAGE"]}, draw.start, draw.count)

    def _are_dots(self, camera: Camera2D | Camera3D, px_per_point: float) -> bool:
        """Whether all points of the plane are so small that GL's own points can be they, at a fraction of the cost."""
        least, most = self._rows[Primitive.POINTS].radii
        largest = max(-least * px_per_point, most * camera.px_per_unit)
        return bool(largest < min(DEFINES["DOT_MARGIN_PX"], self._gpu.max_dot / 2) - 2)


def _together(scene: Scene, copied: Mapping[ViewFrame, Backdrop]) -> tuple[NDArray[np.uint8], Any]:
    """The picture of views that are drawn already, uint8 (h, w, 4), and what is given away of it, if there is that."""
    first = next(iter(copied.values()))
    if first.pixels.shape[:2] == (scene.height, scene.width):
        return first.pixels, first.given
    whole = np.full((scene.height, scene.width), scene.background_word)
    pixels = whole.view(np.uint8).reshape(scene.height, scene.width, 4)
    for view, drawn in copied.items():
        at = view.camera.viewport
        pixels[at.y : at.y + at.height, at.x : at.x + at.width] = drawn.pixels
    return pixels, None


def _spatial(flat: NDArray[np.float64]) -> NDArray[np.float64]:
    """A matrix of the plane, (2, 3), as one of space, (4, 4)."""
    matrix = np.eye(4)
    matrix[:2, [0, 1, 3]] = flat
    return matrix
