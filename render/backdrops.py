"""The lowest draws of a view, where a processor draws: kernels settle them, and GL draws only what is over them.

What can be: images each of whose pixels shows one texel, opaque or not, opaque ones that are reduced, and outlines,
lines and discs; see kernels/strokes.py and mixing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.colors import LINEAR_OF_SRGB
from blazon.render.cameras import Camera2D
from blazon.render.kernels.colors import lookup
from blazon.render.kernels.compiled import in_bands
from blazon.render.kernels.glyphs import draw_glyphs
from blazon.render.kernels.mixing import mix_nearest, mix_reduced, most_columns, most_covered
from blazon.render.kernels.sampling import sample_nearest
from blazon.render.kernels.strips import draw_segments
from blazon.render.kernels.strokes import draw_discs, draw_lines, draw_rects
from blazon.render.layouts import as_numbers
from blazon.render.pictures import Form
from blazon.render.plane import Draw, DrawImage, DrawRows
from blazon.render.scene import Scene, ViewFrame
from blazon.render.scratch import Scratch
from blazon.render.space import SpaceFrame
from blazon.render.space_backdrops import space_backdrop
from blazon.render.srgb import encoded, encoded_as_blended
from blazon.render.visualizers.layers import ImageLayer, ImageRole, Primitive

FARTHEST = 1e9  # pixels; past that float32 says nothing about single ones
ROWS_PER_SLICE = 64  # below which a second thread does not pay
ROWS_PER_BAND, FEW = 32, 1 << 15  # rows are drawn in more bands than there are cores where no more is looked at in each
STROKES = (Primitive.RECTS, Primitive.SEGMENTS, Primitive.LINES, Primitive.POINTS)
Words = NDArray[np.uint32]
Step = Callable[[slice], None]
_NO_TABLE = np.zeros(0, np.uint32)


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """A viewport as the first `done` draws of its view leave it. pixels : uint8 (h, w, 4), sRGB, opaque.

    given : the same in the form in which it is to be given away; None where nobody asked for it, or draws are left.
    It may be `pixels` itself.
    """

    pixels: NDArray[np.uint8]
    done: int
    given: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Paper:
    """What is painted on: scratch : where the pixels of a view are, until it is given to another backdrop.

    form : what is wanted as well, once all is drawn; None: nothing. keeps : whether the pixels are wanted after that.
    """

    scratch: Scratch
    form: Form | None = None
    keeps: bool = True


class _Painting:
    """What is done to the rows of a picture, one step after the other, and several bands of rows at a time.

    given : what the picture is in the form that is wanted, if it is painted as that.
    """

    def __init__(self, out: Words, given: Any = None) -> None:
        self.out, self.given = out, given
        self._steps: list[Step] = []
        self._n_instances = 0

    def then(self, step: Step, n_instances: int = 0) -> None:
        """Do this next. n_instances : how many things it looks at in each band."""
        self._steps.append(step)
        self._n_instances += n_instances

    def paint(self) -> None:
        """Do all that was said."""
        steps, self._steps = self._steps, []

        def paint(band: slice) -> None:
            for step in steps:
                step(band)

        if self._n_instances <= FEW:
            in_bands(paint, len(self.out), ROWS_PER_BAND)
        else:
            in_bands(paint, len(self.out), ROWS_PER_SLICE, a_core=1)

    @staticmethod
    def on(paper: Paper, shape: tuple[int, int]) -> _Painting:
        """Begin one of so many rows and columns."""
        made = None if paper.form is None or paper.keeps else paper.form.canvas(*shape)
        if made is None:
            return _Painting(paper.scratch.take("pixels", shape, np.uint32))
        return _Painting(made[1].view(np.uint32)[..., 0], made[0])


def backdrop(view: ViewFrame, scene: Scene, paper: Paper) -> Backdrop | None:
    """Draw as many of the lowest draws of a view of `scene` as can be; None where that is none."""
    if not view.draws:
        return None
    lowest = view.draws[0]
    if isinstance(view.camera, Camera2D):
        return _plane_backdrop(view.draws, view.camera, scene, paper)
    if not isinstance(lowest, SpaceFrame):
        return None
    seen = space_backdrop(lowest, scene, paper.scratch)
    if seen is None:
        return None
    if len(view.draws) == 1 and scene.legend is None:
        return Backdrop(_pixels(seen), 1)
    painting = _Painting.on(paper, seen.shape)
    painting.then(lambda band: np.copyto(painting.out[band], seen[band]))
    for draw in view.draws[1:]:
        if isinstance(draw, DrawRows):
            _write(draw, scene, painting)
    return _painted(painting, len(view.draws), paper.form)


def _plane_backdrop(draws: Sequence[Draw], camera: Camera2D, scene: Scene, paper: Paper) -> Backdrop | None:
    lowest = draws[0]
    if max(abs(each) for each in (*camera.origin_px, 1 / camera.px_per_unit)) > FARTHEST:
        return None
    word = scene.background_word
    if not isinstance(lowest, DrawImage) and not _is_stroke(lowest):
        return None
    painting = _Painting.on(paper, (camera.viewport.height, camera.viewport.width))
    done = int(isinstance(lowest, DrawImage) and _copy(lowest, camera, word, painting))
    if not done:
        painting.then(lambda band: painting.out[band].fill(word))
    for draw in draws[done:]:
        if isinstance(draw, DrawImage):
            if not _mix(draw, camera, painting):
                break
        elif isinstance(draw, DrawRows) and draw.primitive is Primitive.GLYPHS:
            _write(draw, scene, painting)
        elif isinstance(draw, DrawRows) and _is_stroke(draw):
            _draw(draw, scene.rows[draw.primitive], camera, scene.px_per_point, painting)
        else:
            break
        done += 1
    return _painted(painting, done, paper.form if done == len(draws) else None) if done else None


def _painted(painting: _Painting, done: int, form: Form | None) -> Backdrop:
    """What was painted, and it in the form in which it is wanted, if any, made while it is at hand."""
    if form is not None and painting.given is not None:
        painting.paint()
        return Backdrop(painting.given, done, painting.given)
    made = form.begin(*painting.out.shape) if form is not None else None
    if made is not None:
        fill = made[1]
        painting.then(lambda band: fill(band, painting.out[band]))
    painting.paint()
    return Backdrop(_pixels(painting.out), done, made[0] if made is not None else None)


def _is_stroke(draw: Draw) -> bool:
    return isinstance(draw, DrawRows) and draw.primitive in STROKES


def _copy(draw: DrawImage, camera: Camera2D, background: np.uint32, painting: _Painting) -> bool:
    """Copy what shows of an image, if nothing of it has to be mixed; and say whether that is so."""
    layer, mask, out = draw.layer, draw.layer.mask, painting.out
    if not _is_sharp(layer, camera) or layer.plane_from_image is not None or draw.opacity < 1:
        return False
    table = mask.table.listing(mask.ids) if mask is not None else None
    texels = mask.ids if mask is not None and table is not None else _texels(layer)
    words = table if table is not None else _NO_TABLE
    x, y, units = np.array([*camera.origin_px, 1 / camera.px_per_unit], np.float32)
    is_whole = (
        table is not None and camera.px_per_unit == 1 and camera.origin_px == (0, 0) and texels.shape == out.shape
    )
    common: list[np.uint32] = []

    def copy(part: slice) -> None:
        if is_whole:
            lookup(np.ascontiguousarray(texels[part]).reshape(-1), words, out[part].reshape(-1))
            return
        at = np.empty(out.shape[1], np.int64)
        common.append(sample_nearest(texels, words, x, y, units, part.start, background, at, out[part]))

    painting.then(copy)
    if layer.triples is not None or (table is not None and _is_opaque(table)):
        return True
    painting.paint()
    return _is_opaque(out) if is_whole else all(each >> 24 == 255 for each in common)


def _is_sharp(layer: ImageLayer, camera: Camera2D) -> bool:
    """Whether each pixel shows one texel."""
    if layer.role is ImageRole.MASK or camera.px_per_unit == 1:
        return True
    return camera.px_per_unit > 1 and not layer.magnify_linearly


def _mix(draw: DrawImage, camera: Camera2D, painting: _Painting) -> bool:
    """Put an image over what is there; answer whether it could be."""
    layer, mask, out = draw.layer, draw.layer.mask, painting.out
    if layer.plane_from_image is not None:
        return False
    seen = np.array([*camera.origin_px, 1 / camera.px_per_unit])
    blended = LINEAR_OF_SRGB, encoded_as_blended()
    if _is_sharp(layer, camera):
        table = mask.table.listing(mask.ids) if mask is not None else None
        ids = mask.ids if mask is not None and table is not None else None
        texels = ids if ids is not None else layer.pixels.view(np.uint32)[..., 0]
        words, nearest = (table if table is not None else _NO_TABLE), seen.astype(np.float32)

        def mix(part: slice) -> None:
            at = np.empty(out.shape[1], np.int64)
            mix_nearest(texels, words, nearest, part.start, draw.opacity, *blended, at, out[part])

        painting.then(mix)
        return True
    reduced = _texels(layer) if camera.px_per_unit < 1 else None
    if reduced is None or (layer.triples is None and not _is_opaque(reduced)):
        return False

    tables = LINEAR_OF_SRGB, encoded_as_blended() if draw.opacity < 1 else encoded()

    room = most_covered(seen[2], reduced.shape[1]), most_columns(seen[2], reduced.shape[1], out.shape[1])

    def reduce(part: slice) -> None:
        columns = out.shape[1]
        covered = np.empty(room[1], np.int64), np.empty(room, np.float32)
        sums = np.empty(3 * columns, np.float32), np.empty(3 * columns, np.float32)
        mix_reduced(reduced, seen, part.start, draw.opacity, *tables, *covered, *sums, out[part])

    painting.then(reduce)
    return True


def _texels(layer: ImageLayer) -> NDArray[Any]:
    """What kernels read of an image: triples, uint8 (h, w, 3), where it was logged so; else words, uint32 (h, w)."""
    return layer.triples if layer.triples is not None else layer.pixels.view(np.uint32)[..., 0]


def _is_opaque(words: Words) -> bool:
    return bool(np.bitwise_and.reduce(words, axis=None) >> 24 == 255)


def _draw(draw: DrawRows, rows: NDArray[np.void], camera: Camera2D, px_per_point: float, painting: _Painting) -> None:
    out = painting.out
    numbers, bits = as_numbers(rows[draw.start : draw.start + draw.count])
    seen = np.array([camera.px_per_unit, *camera.origin_px, px_per_point])

    def stroke(part: slice) -> None:
        given = numbers, bits, seen, part.start, LINEAR_OF_SRGB, encoded()
        if draw.primitive is Primitive.RECTS:
            shape = 2, out.shape[1]
            draw_rects(*given, np.empty(shape), np.empty(shape, np.uint32), out[part])
        elif draw.primitive is Primitive.LINES:
            draw_lines(*given, out[part])
        elif draw.primitive is Primitive.SEGMENTS:
            draw_segments(*given, out[part])
        else:
            draw_discs(*given, out[part])

    painting.then(stroke, draw.count)


def write(draw: DrawRows, scene: Scene, out: Words) -> None:
    """Draw what is written over all of a picture onto its words, uint32 (h, w)."""
    painting = _Painting(out)
    _write(draw, scene, painting)
    painting.paint()


def _write(draw: DrawRows, scene: Scene, painting: _Painting) -> None:
    """Draw what is written in a viewport, or over all of a picture."""
    if scene.atlas is None:
        return
    out = painting.out
    numbers, bits = as_numbers(scene.rows[draw.primitive][draw.start : draw.start + draw.count])
    covered = scene.atlas.pixels

    def glyphs(part: slice) -> None:
        dimmed = np.empty((3, 256), np.uint8)
        draw_glyphs(numbers, bits, covered, part.start, LINEAR_OF_SRGB, encoded(), dimmed, out[part])

    painting.then(glyphs, draw.count)


def _pixels(words: Words) -> NDArray[np.uint8]:
    return words.view(np.uint8).reshape(*words.shape, 4)
