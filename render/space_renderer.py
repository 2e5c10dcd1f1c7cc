"""Space, drawn: the order in which what hides, what shows through, and soft rims are drawn. See shaders/phase.glsl."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.render.extents import Plane
from blazon.render.gpu.context import Gpu
from blazon.render.gpu.poses import PoseTexture
from blazon.render.gpu.targets import Target
from blazon.render.layouts import DEFINES
from blazon.render.passes.images import ImagesPass
from blazon.render.passes.instanced import (
    arrows_pass,
    dots_pass,
    faces_pass,
    lines_pass,
    points_pass,
    segments_pass,
)
from blazon.render.passes.splats import SplatsPass
from blazon.render.passes.view_uniforms import space_uniforms
from blazon.render.space import PUSHED, STROKES, SpaceFrame, SpaceRows
from blazon.render.splats import Splats
from blazon.render.visualizers.layers import ImageRole, Primitive

ORDER = (
    Primitive.FACES,
    Primitive.DOTS,
    Primitive.POINTS,
    Primitive.SEGMENTS,
    Primitive.LINES,
    Primitive.ARROWS,
)


class SpaceRenderer:
    """Draws what cameras see of space."""

    def __init__(self, gpu: Gpu, images: ImagesPass) -> None:
        self._gpu, self._images = gpu, images
        self._poses = PoseTexture(gpu.context)
        self._splats = SplatsPass(gpu)
        self._passes = {
            Primitive.FACES: faces_pass(gpu),
            Primitive.DOTS: dots_pass(gpu),
            Primitive.POINTS: points_pass(gpu, posed=True),
            Primitive.SEGMENTS: segments_pass(gpu, posed=True),
            Primitive.LINES: lines_pass(gpu, posed=True),
            Primitive.ARROWS: arrows_pass(gpu, posed=True),
        }
        self.draws = 0

    def upload(
        self,
        rows: Mapping[Primitive, tuple[NDArray[np.void], NDArray[np.void]]],
        poses: NDArray[np.float32],
        splats: list[Splats],
    ) -> None:
        """Replace what can be drawn: the rows of each primitive with their poses' numbers, the poses, and splats."""
        self._splats.upload(splats)
        for primitive, (whole, numbers) in rows.items():
            self._passes[primitive].upload(whole, numbers)
        if len(poses):
            self._poses.write(poses)

    def uploaders(self) -> list[Any]:
        """All that count their uploads."""
        return [self._poses, self._splats, *(buffer for each in self._passes.values() for buffer in each.buffers)]

    def draw(self, frame: SpaceFrame, target: Target, px_per_point: float) -> None:
        """Draw one camera's sight into the viewport that is set."""
        uniforms = space_uniforms(frame.camera, frame.first_pose, px_per_point)
        by_primitive = sorted(frame.solid, key=lambda each: ORDER.index(each.primitive))
        with self._gpu.in_space():
            self._poses.bind()
            target.leave_depth(True)
            if frame.splats is not None:
                self.draws += 1
                self._splats.draw(frame.splats, uniforms)
            for rows in by_primitive:
                self._draw(target, uniforms, rows, _solid_phase(rows))
            for plane in frame.planes:
                self._draw_plane(frame, plane)
            target.leave_depth(False)
            for rows in by_primitive:
                if rows.has_rims:
                    self._draw(target, uniforms, rows, "PHASE_STROKE_RIM" if rows.primitive in STROKES else "PHASE_RIM")
            for each in frame.translucent:
                if isinstance(each, SpaceRows):
                    self._draw(target, uniforms, each, "PHASE_WHOLE")
                else:
                    self._draw_plane(frame, each)
            target.leave_depth(True)

    def _draw(self, target: Target, uniforms: dict[str, Any], rows: SpaceRows, phase: str) -> None:
        self.draws += 1
        if rows.primitive is Primitive.DOTS:
            with target.widened(DEFINES["DOT_MARGIN_PX"]):
                self._passes[rows.primitive].draw(uniforms, rows.start, rows.n, phase)
        elif rows.primitive is Primitive.FACES:
            with self._gpu.pushed_back(*PUSHED):
                self._passes[rows.primitive].draw(uniforms, rows.start, rows.n, phase)
        else:
            self._passes[rows.primitive].draw(uniforms, rows.start, rows.n, phase)

    def _draw_plane(self, frame: SpaceFrame, plane: Plane) -> None:
        self.draws += 1
        clip_from_world = frame.camera.clip_from_view() @ frame.camera.view_from_world
        hung = [*frame.planes, *(each for each in frame.translucent if isinstance(each, Plane))]
        with self._gpu.pushed_back(PUSHED[0], PUSHED[1] * (1 + _above(hung, plane))):
            self._images.draw_plane(
                clip_from_world @ plane.world_from_image,
                plane.layer.pixels,
                plane.opacity,
                averaged=plane.layer.role is not ImageRole.MASK,
            )


def _above(planes: Iterable[Plane], plane: Plane) -> int:
    """How many images hang on the same plane, over it."""
    return sum(
        each.level > plane.level and np.array_equal(each.world_from_image, plane.world_from_image) for each in planes
    )


def _solid_phase(rows: SpaceRows) -> str:
    if rows.primitive is Primitive.FACES:
        return "PHASE_WHOLE"
    if rows.primitive in STROKES:
        return "PHASE_STROKE"
    return "PHASE_SOLID" if rows.soft else "PHASE_HARD"
