"""Images as a pointer hits them: which pixel, and what was logged there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.chunk import ImageFormat
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.image_formats import ColorModel
from blazon.ingest.poses import Matrix
from blazon.render.picking.found import NO_LINES, Found
from blazon.render.picking.hits import Hit, Kind
from blazon.render.picking.instance import labels_of
from blazon.render.picking.moment import Moment
from blazon.render.picking.seen import Pointer, Seen
from blazon.render.visualizers.layers import ImageLayer, ImageRole, Mask

LEAST_PX = 3.0  # smaller pixels are not outlined
_SQUARE = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])


class Picture:
    """An image of one entity. is_opaque : whether it hides what is behind it, in space."""

    def __init__(
        self, moment: Moment, who: tuple[EntityPath, str], layer: ImageLayer, seen: Seen, *, is_opaque: bool = False
    ) -> None:
        self._moment, self._layer, self._seen, self._is_opaque = moment, layer, seen, is_opaque
        self.entity, self._archetype = who
        self.what = self._archetype if layer.mask is None else "mask"

    def hits(self, pointer: Pointer) -> Iterator[Hit]:
        """Yield the pixel under the pointer."""
        at = self._seen.on_plane(pointer)
        width, height = self._layer.size
        if at is None or not (0 <= at[0] < width and 0 <= at[1] < height):
            return
        x, y = math.floor(at[0]), math.floor(at[1])
        if self._layer.mask is None or _is_shown(self._layer.mask, self._layer.mask.ids[y, x]):
            yield Hit(Kind.IMAGE, -1, 0.0, at[2], (x, y), size=1.0, order=self._layer.draw_order, hides=self._is_opaque)

    def hit(self, index: int) -> Hit | None:
        """Return nothing: which pixel it was has to be asked again."""
        del index
        return None

    def outline(self, hit: Hit) -> Matrix:
        """Return the edges of a pixel, where it is large enough to have any."""
        corners = np.array(hit.place) + _SQUARE
        lines = self._seen.lines(corners, np.roll(corners, -1, axis=0))
        lengths = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
        return lines if lengths.size and lengths.min() >= LEAST_PX else NO_LINES

    def found(self, hit: Hit) -> Found:
        """Return what was logged in a pixel: of masks the class, of depth metres."""
        x, y = (int(each) for each in hit.place)
        if self._layer.mask is not None:
            return self._of_mask(self._layer.mask, self._layer.mask.ids[y, x], hit)
        layer = self._layer
        values = np.atleast_1d(layer.logged.values[y, x] if layer.logged is not None else layer.texel(x, y))
        if layer.logged is None and values[3] == 255 and not self._has_alpha():
            values = values[:3]
        about = {"value": ", ".join(map(_number, values))}
        if layer.role is ImageRole.DEPTH and layer.logged is not None and layer.logged.per_unit != 1:
            about["depth"] = f"{float(values[0]) / layer.logged.per_unit:g} m"
        color = None if layer.role is ImageRole.DEPTH else _packed(layer.texel(x, y))
        return Found(self.entity, self.what, -1, None, None, color, hit.place, 0.0, about=about)

    def _has_alpha(self) -> bool:
        """Whether four numbers were logged for each pixel."""
        shot = self._moment.shot
        cell = shot.recording.latest(self.entity, f"{self._archetype}:format", shot.at)
        format_ = cell.value if cell is not None else None
        if not isinstance(format_, ImageFormat) or format_.pixel_format is not None:
            return False
        return format_.color_model in (ColorModel.RGBA, ColorModel.BGRA)

    def _of_mask(self, mask: Mask, value: Any, hit: Hit) -> Found:
        id_, shot = _id_of(value), self._moment.shot
        label = labels_of(shot.recording.context(self.entity, shot.at), id_)[0]
        color = _packed(mask.table.color_image(np.array([[value]]))[0][0, 0]) if id_ is not None else None
        about = {"value": _number(value)}
        return Found(self.entity, self.what, -1, id_, label, color, hit.place, 0.0, about=about)


def _is_shown(mask: Mask, value: Any) -> bool:
    """Whether a class is not hidden; what is no id is nobody's."""
    id_, classes = _id_of(value), mask.table.classes
    return classes.is_open if id_ is None else bool(classes.shows(np.array([id_], np.uint64))[0])


def _id_of(value: Any) -> int | None:
    if not np.isfinite(value) or not 0 <= value < 2**64:
        return None
    return int(value) if isinstance(value, np.integer) else round(float(value))


def _number(value: Any) -> str:
    return str(int(value)) if isinstance(value, np.integer) else f"{float(value):g}"


def _packed(rgba: NDArray[np.uint8]) -> int:
    return int.from_bytes(rgba.tobytes(), "big")
