"""Views of space that kernels draw whole, where a processor draws: small points, faces, strips and lines.

Anything else in a view leaves all of it to GL. See kernels/splats.py, space_strokes.py, space_faces.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.colors import LINEAR_OF_SRGB
from blazon.render.kernels.compiled import in_slices
from blazon.render.kernels.space_faces import SEEN as FACE
from blazon.render.kernels.space_faces import draw_faces, see_faces
from blazon.render.kernels.space_strokes import RIMS, SOLID, WHOLE, draw_space_strokes, lay_splats, see_strokes
from blazon.render.kernels.space_strokes import SEEN as STROKE
from blazon.render.layouts import DEFINES
from blazon.render.scene import Scene
from blazon.render.scratch import Scratch
from blazon.render.space import PUSHED, SpaceFrame, SpaceRows
from blazon.render.srgb import encoded
from blazon.render.visualizers.layers import Primitive

ROWS_PER_SLICE = 64  # below which a second thread does not pay
PER_SLICE = 1 << 12  # the same of what is drawn
ORDER = (Primitive.FACES, Primitive.SEGMENTS, Primitive.LINES)
CLOSEST, LIGHT_LEAST = DEFINES["CLOSEST"], DEFINES["LIGHT_LEAST"]


def space_backdrop(frame: SpaceFrame, scene: Scene, scratch: Scratch) -> NDArray[np.uint32] | None:
    """Return what a camera sees, uint32 (h, w), words of sRGB, opaque; None where that is for GL to draw.

    scratch : where the pixels are, until it is used again.
    """
    drawn = [*frame.solid, *frame.translucent]
    if frame.planes or not all(isinstance(each, SpaceRows) and each.primitive in ORDER for each in drawn):
        return None
    canvas = _Canvas(frame, scene, scratch)
    in_order = sorted(frame.solid, key=lambda each: ORDER.index(each.primitive))
    solid = [canvas.see(each, name) for name, each in enumerate(in_order)]
    for each in solid:
        canvas.draw(each, SOLID)
    for each in solid:
        if each.drawn.has_rims:
            canvas.draw(each, RIMS)
    for sheer in frame.translucent:
        if isinstance(sheer, SpaceRows):
            canvas.draw(canvas.see(sheer, len(solid)), WHOLE)
    pixels: NDArray[np.uint32] = canvas.pixels
    return pixels


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Rows of a draw as numbers, and where they are seen; see `see_strokes`, `see_faces`."""

    drawn: SpaceRows
    numbers: NDArray[np.float32]
    seen: NDArray[np.float64]


class _Canvas:
    """A picture in the making, and how far away is what shows in it."""

    def __init__(self, frame: SpaceFrame, scene: Scene, scratch: Scratch) -> None:
        self._frame, self._scene, self._scratch, camera = frame, scene, scratch, frame.camera
        shape = camera.viewport.height, camera.viewport.width
        self.pixels, self._depths = scratch.take("pixels", shape, np.uint32), scratch.take("depths", shape, np.float32)
        self._poses = scene.poses[frame.first_pose :]
        self._units = np.array([camera.px_per_unit, scene.px_per_point, camera.near])
        self._view_from_px = np.linalg.inv(camera.px_from_view)
        per_step = (camera.far - camera.near) / (camera.far * camera.near)  # of one over the depth, for GL's depths
        self._push = np.array([PUSHED[0], PUSHED[1] * 2.0**-24 * per_step])
        in_slices(self._begin, shape[0], ROWS_PER_SLICE)

    def _begin(self, part: slice) -> None:
        word, splats = self._scene.background_word, self._frame.splats
        if splats is None:
            self.pixels[part], self._depths[part] = word, np.inf
        else:
            colors = splats.colors[part].view(np.uint32)[..., 0]
            lay_splats(colors, splats.depths[part], word, self._depths[part], self.pixels[part])

    def see(self, drawn: SpaceRows, name: int) -> _Seen:
        """Find where rows are seen; it holds until others are seen under that name."""
        part, camera = slice(drawn.start, drawn.start + drawn.n), self._frame.camera
        rows, numbers_of_poses = self._scene.space_rows[drawn.primitive]
        numbers, pose_of = rows[part].view(np.float32).reshape(drawn.n, -1), numbers_of_poses[part].view(np.uint32)
        is_face = drawn.primitive is Primitive.FACES
        seen = self._scratch.take(("seen", name), (drawn.n, FACE if is_face else STROKE), np.float64)

        def see(each: slice) -> None:
            given = numbers[each], pose_of[each], self._poses, camera.px_from_view
            if is_face:
                see_faces(
                    *given,
                    self._view_from_px,
                    CLOSEST * camera.near,
                    np.empty((4, 3)),
                    np.empty((5, 3)),
                    seen[each],
                )
            else:
                see_strokes(*given, self._units, drawn.primitive is Primitive.SEGMENTS, seen[each])

        in_slices(see, drawn.n, PER_SLICE)
        return _Seen(drawn, numbers, seen)

    def draw(self, rows: _Seen, phase: int) -> None:
        """Draw rows over what is there."""
        bits, tables = rows.numbers.view(np.uint32), (LINEAR_OF_SRGB, encoded())

        def draw(part: slice) -> None:
            here = part.start, *tables, self._depths[part], self.pixels[part]
            if rows.drawn.primitive is Primitive.FACES:
                draw_faces(rows.seen, bits, self._push, self._view_from_px, LIGHT_LEAST, phase == SOLID, *here)
            else:
                draw_space_strokes(rows.seen, bits, phase, *here)

        in_slices(draw, len(self.pixels), ROWS_PER_SLICE)
