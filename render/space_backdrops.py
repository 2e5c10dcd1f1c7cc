"""Views of space that kernels draw whole, where a processor draws: small points, strips and lines, all of them opaque.

Anything else in a view leaves all of it to GL. See kernels/splats.py, kernels/space_strokes.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.colors import LINEAR_OF_SRGB
from blazon.render.kernels.compiled import in_slices
from blazon.render.kernels.space_strokes import SEEN, draw_space_strokes, lay_splats, see_strokes
from blazon.render.scene import Scene
from blazon.render.scratch import Scratch
from blazon.render.space import MOST_SOFT_STROKES, SpaceFrame, SpaceRows
from blazon.render.srgb import encoded
from blazon.render.visualizers.layers import Primitive

ROWS_PER_SLICE = 64  # below which a second thread does not pay
STROKES_PER_SLICE = 1 << 12
STROKES = (Primitive.SEGMENTS, Primitive.LINES)


def space_backdrop(frame: SpaceFrame, scene: Scene, scratch: Scratch) -> NDArray[np.uint8] | None:
    """Return what a camera sees, uint8 (h, w, 4), sRGB, opaque; None where that is for GL to draw.

    scratch : where the pixels are, until it is used again.
    """
    if frame.planes or frame.translucent or any(each.primitive not in STROKES for each in frame.solid):
        return None
    shape = frame.camera.viewport.height, frame.camera.viewport.width
    word, splats = np.uint32(scene.background).byteswap(), frame.splats
    out, depths = scratch.take("pixels", shape, np.uint32), scratch.take("depths", shape, np.float32)

    def begin(part: slice) -> None:
        if splats is None:
            out[part], depths[part] = word, np.inf
        else:
            lay_splats(splats.colors[part].view(np.uint32)[..., 0], splats.depths[part], word, depths[part], out[part])

    in_slices(begin, shape[0], ROWS_PER_SLICE)
    strokes = [_seen(each, frame, scene, scratch) for each in sorted(frame.solid, key=_order)]
    for rims in (False, True):
        for each in strokes:
            if not rims or (each.drawn.soft and each.drawn.n <= MOST_SOFT_STROKES):
                _draw(each, rims, depths, out)
    return out.view(np.uint8).reshape(*shape, 4)


@dataclass(frozen=True, slots=True, eq=False)
class _Strokes:
    """Strokes of a draw: their rows as numbers, and where they are seen; see `see_strokes`."""

    drawn: SpaceRows
    numbers: NDArray[np.float32]
    seen: NDArray[np.float64]


def _order(drawn: SpaceRows) -> int:
    return STROKES.index(drawn.primitive)


def _seen(drawn: SpaceRows, frame: SpaceFrame, scene: Scene, scratch: Scratch) -> _Strokes:
    part, camera = slice(drawn.start, drawn.start + drawn.n), frame.camera
    rows, numbers_of_poses = scene.space_rows[drawn.primitive]
    numbers, pose_of = rows[part].view(np.float32).reshape(drawn.n, -1), numbers_of_poses[part].view(np.uint32)
    poses = scene.poses[frame.first_pose :]
    units = np.array([camera.px_per_unit, scene.px_per_point, camera.near])
    has_neighbours = drawn.primitive is Primitive.SEGMENTS
    seen = scratch.take((drawn.primitive, drawn.start), (drawn.n, SEEN), np.float64)
    in_slices(
        lambda each: see_strokes(
            numbers[each], pose_of[each], poses, camera.px_from_view, units, has_neighbours, seen[each]
        ),
        drawn.n,
        STROKES_PER_SLICE,
    )
    return _Strokes(drawn, numbers, seen)


def _draw(strokes: _Strokes, rims: bool, depths: NDArray[np.float32], out: NDArray[np.uint32]) -> None:
    bits = strokes.numbers.view(np.uint32)
    in_slices(
        lambda part: draw_space_strokes(
            strokes.seen, bits, rims, part.start, LINEAR_OF_SRGB, encoded(), depths[part], out[part]
        ),
        len(out),
        ROWS_PER_SLICE,
    )
