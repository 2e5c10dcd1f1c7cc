"""One frame: uploads what changed and runs the passes. The only place that knows their order."""

from __future__ import annotations

from dataclasses import dataclass

from blazon.render.gpu.context import Gpu
from blazon.render.gpu.targets import Target
from blazon.render.passes.images import ImagesPass
from blazon.render.passes.instanced import points_pass, rects_pass, segments_pass
from blazon.render.passes.view_uniforms import view_uniforms
from blazon.render.scene import DrawImage, Scene, ViewFrame
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
            Primitive.POINTS: points_pass(gpu),
        }
        self._draws = 0

    def draw(self, scene: Scene, target: Target) -> None:
        """Draw `scene`; in each view its draws from the lowest to the topmost."""
        self._images.upload(
            [draw.layer.pixels for view in scene.views for draw in view.draws if isinstance(draw, DrawImage)]
        )
        for primitive, rows in scene.rows.items():
            self._rows[primitive].upload(rows)
        target.begin(scene.background)
        self._gpu.bind_shared()
        for view in scene.views:
            self._draw_view(view, target, scene.px_per_point)
        target.finish()
        self._gpu.collect()

    def counts(self) -> FrameCounts:
        """Return what all frames together have cost."""
        buffers = [each.buffer for each in self._rows.values()]
        return FrameCounts(
            self._draws,
            self._images.uploads + sum(each.uploads for each in buffers),
            self._images.uploaded_bytes + sum(each.uploaded_bytes for each in buffers),
        )

    def _draw_view(self, view: ViewFrame, target: Target, px_per_point: float) -> None:
        viewport = view.camera.viewport
        target.set_viewport(viewport.x, viewport.y, viewport.width, viewport.height)
        uniforms = view_uniforms(view.camera, px_per_point)
        for draw in view.draws:
            self._draws += 1
            if isinstance(draw, DrawImage):
                layer = draw.layer
                averaged = layer.role is not ImageRole.MASK
                self._images.draw(
                    uniforms, layer.pixels, draw.opacity, averaged=averaged, smooth=layer.magnify_linearly
                )
            else:
                self._rows[draw.primitive].draw(uniforms, draw.start, draw.count)
