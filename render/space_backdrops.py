"""Views of space that kernels draw whole, where a processor draws: small points, faces, strips and lines.

Anything else in a view leaves all of it to GL. What did not change since the last picture is not drawn again. See
kernels/splats.py, space_strokes.py, space_faces.py, tiles.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.colors import LINEAR_OF_SRGB
from blazon.render.kernels.compiled import in_bands, in_slices
from blazon.render.kernels.space_faces import SEEN as FACE
from blazon.render.kernels.space_faces import draw_faces, see_faces
from blazon.render.kernels.space_strokes import RIMS, SOLID, WHOLE, draw_space_strokes, see_strokes
from blazon.render.kernels.space_strokes import SEEN as STROKE
from blazon.render.kernels.tiles import SIDE, begin_tiles
from blazon.render.layouts import DEFINES
from blazon.render.scene import Scene
from blazon.render.scratch import Scratch
from blazon.render.space import PUSHED, SpaceFrame, SpaceRows
from blazon.render.splats import Splats
from blazon.render.srgb import encoded
from blazon.render.visualizers.layers import Primitive

ROWS_PER_BAND = 32  # below which another band does not pay
PER_SLICE = 1 << 12  # the same of what is drawn
ORDER = (Primitive.FACES, Primitive.SEGMENTS, Primitive.LINES)
NUMBERS = {Primitive.FACES: FACE, Primitive.SEGMENTS: STROKE, Primitive.LINES: STROKE}
Step = Callable[[slice], None]  # draws some rows of the picture
ALL_STALE = np.zeros(0, np.bool_)
_Place = tuple[object, object, int]  # the arrays that hold the rows of a draw and their poses, and its first row
_NO_SPLATS = np.zeros((0, 0), np.uint32), np.zeros((0, 0), np.float32)
CLOSEST, LIGHT_LEAST = DEFINES["CLOSEST"], DEFINES["LIGHT_LEAST"]


def space_backdrop(frame: SpaceFrame, scene: Scene, scratch: Scratch) -> NDArray[np.uint32] | None:
    """Return what a camera sees, uint32 (h, w), words of sRGB, opaque; None where that is for GL to draw.

    scratch : of the view. What is answered is not to be written to: the next picture begins with it.
    """
    drawn = [*frame.solid, *frame.translucent]
    rows = [each for each in drawn if isinstance(each, SpaceRows) and each.primitive in ORDER]
    if frame.planes or len(rows) < len(drawn):
        return None
    return scratch.keep("space", _Canvas).drawn(frame, scene, len(frame.solid), rows)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Rows of a draw as numbers, and where they are seen; see `see_strokes`, `see_faces`."""

    drawn: SpaceRows
    numbers: NDArray[np.float32]
    seen: NDArray[np.float64]


class _Canvas:
    """The picture that a view had last, how far away is what shows in it, and where all of it was seen.

    Where the same draws are seen by a camera like the last one, only tiles in which anything changed are drawn anew.
    """

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._splats: Splats | None = None
        self._pixels, self._depths = np.zeros((0, 0), np.uint32), np.zeros((0, 0), np.float32)
        self._seen: list[NDArray[np.float64]] = []
        self._rows: list[_Place] = []  # what was seen, as long as it lies in the same memory
        self._poses = np.zeros((0, 4, 4), np.float32)

    def drawn(self, frame: SpaceFrame, scene: Scene, solid: int, rows: Sequence[SpaceRows]) -> NDArray[np.uint32]:
        """Return what a camera sees of rows, the first `solid` of which let nothing through."""
        camera = frame.camera
        shape = camera.viewport.height, camera.viewport.width
        draws = [(each.primitive, each.n, each.has_rims) for each in rows]
        seen_by = camera.px_from_view.tobytes(), camera.px_per_unit, camera.near, camera.far, scene.px_per_point
        key = (shape, scene.background_word, *seen_by, solid, *draws)
        is_alike = key == self._key and frame.splats is self._splats
        self._key = ()  # until it is whole
        if shape != self._pixels.shape:
            self._pixels, self._depths = np.empty(shape, np.uint32), np.empty(shape, np.float32)
        tiles = np.zeros([-(-each // SIDE) for each in shape] if is_alike else (0, 0), np.uint8)
        brush = _Brush(frame, scene, tiles, self._pixels, self._depths)
        if not is_alike:
            self._seen, self._rows = [np.empty((each.n, NUMBERS[each.primitive])) for each in rows], []
        seen = [brush.see(*each) for each in zip(rows, self._seen, self._stale(frame, scene, rows), strict=True)]
        if not is_alike or tiles.any():
            in_order = sorted(seen[:solid], key=lambda each: ORDER.index(each.drawn.primitive))
            strokes = [(each, SOLID) for each in in_order]
            strokes += [(each, RIMS) for each in in_order if each.drawn.has_rims]
            brush.paint([*strokes, *((each, WHOLE) for each in seen[solid:])])
        self._key, self._splats = key, frame.splats
        return self._pixels

    def _stale(self, frame: SpaceFrame, scene: Scene, rows: Sequence[SpaceRows]) -> list[NDArray[np.bool_]]:
        """The poses that changed, bool (p,), of each of rows that are the same as before; (0,) of the others."""
        poses, before = scene.poses[frame.first_pose :], self._poses
        changed = (poses != before).any(axis=(1, 2)) if poses.shape == before.shape else ALL_STALE
        known: list[_Place] = [(*scene.space_rows[each.primitive], each.start) for each in rows]
        then = self._rows if len(self._rows) == len(known) else [(None, None, 0)] * len(known)
        self._poses, self._rows = poses.copy(), known
        return [changed if _is_same(*each) else ALL_STALE for each in zip(known, then, strict=True)]


def _is_same(one: _Place, other: _Place) -> bool:
    return one[0] is other[0] and one[1] is other[1] and one[2] == other[2]


class _Brush:
    """Draws what a camera sees into the tiles of a picture that are drawn anew; see kernels/tiles.py."""

    def __init__(
        self,
        frame: SpaceFrame,
        scene: Scene,
        tiles: NDArray[np.uint8],
        pixels: NDArray[np.uint32],
        depths: NDArray[np.float32],
    ) -> None:
        self._frame, self._scene, camera = frame, scene, frame.camera
        self._tiles, self._pixels, self._depths = tiles, pixels, depths
        self._poses = scene.poses[frame.first_pose :]
        self._units = np.array([camera.px_per_unit, scene.px_per_point, camera.near])
        self._view_from_px = np.linalg.inv(camera.px_from_view)
        per_step = (camera.far - camera.near) / (camera.far * camera.near)  # of one over the depth, for GL's depths
        self._push = np.array([PUSHED[0], PUSHED[1] * 2.0**-24 * per_step])

    def paint(self, strokes: Sequence[tuple[_Seen, int]]) -> None:
        """Draw what lies below all, and rows over it, one after the other; each with the phase it is drawn in."""
        steps = [self._begin(), *(self._drawn(rows, phase) for rows, phase in strokes)]

        def paint(band: slice) -> None:
            for step in steps:
                step(band)

        in_bands(paint, len(self._pixels), ROWS_PER_BAND)

    def _begin(self) -> Step:
        """What draws the background, and small points."""
        word, splats = self._scene.background_word, self._frame.splats
        words, depths = (splats.colors.view(np.uint32)[..., 0], splats.depths) if splats is not None else _NO_SPLATS

        def begin(part: slice) -> None:
            here = self._depths[part], self._pixels[part]
            begin_tiles(words[part], depths[part], word, self._tiles, part.start, *here)

        return begin

    def see(self, drawn: SpaceRows, seen: NDArray[np.float64], stale: NDArray[np.bool_]) -> _Seen:
        """Find where rows are seen, and which tiles change thereby.

        seen : where they were seen before, overwritten. stale : see `see_strokes`.
        """
        part, camera = slice(drawn.start, drawn.start + drawn.n), self._frame.camera
        rows, numbers_of_poses = self._scene.space_rows[drawn.primitive]
        numbers, pose_of = rows[part].view(np.float32).reshape(drawn.n, -1), numbers_of_poses[part].view(np.uint32)
        bits = numbers.view(np.uint32)

        def see(each: slice) -> None:
            given = numbers[each], bits[each], pose_of[each], self._poses, camera.px_from_view
            here = stale, np.empty(seen.shape[1]), self._tiles, seen[each]
            if drawn.primitive is Primitive.FACES:
                scratch = np.empty((4, 3)), np.empty((5, 3))
                see_faces(*given, self._view_from_px, CLOSEST * camera.near, *scratch, *here)
            else:
                see_strokes(*given, self._units, drawn.primitive is Primitive.SEGMENTS, *here)

        in_slices(see, drawn.n, PER_SLICE)
        return _Seen(drawn, numbers, seen)

    def _drawn(self, rows: _Seen, phase: int) -> Step:
        """What draws rows over what is there."""
        bits, tables = rows.numbers.view(np.uint32), (LINEAR_OF_SRGB, encoded())

        def draw(part: slice) -> None:
            here = self._tiles, part.start, *tables, self._depths[part], self._pixels[part]
            if rows.drawn.primitive is Primitive.FACES:
                draw_faces(rows.seen, bits, self._push, self._view_from_px, LIGHT_LEAST, phase == SOLID, *here)
            else:
                draw_space_strokes(rows.seen, bits, phase, *here)

        return draw
