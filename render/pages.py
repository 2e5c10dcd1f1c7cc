"""What of a view may be written about: where its instances are seen, whatever is to be said of them. No GL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.poses import mean_scale
from blazon.render.cameras import Camera2D, Viewport
from blazon.render.cameras3d import Camera3D
from blazon.render.ensembles import Ensemble
from blazon.render.kernels.labels import SPOT, see_plane_tags, see_space_tags
from blazon.render.layouts import DEFINES, as_numbers
from blazon.render.sheets import Sheet
from blazon.render.views import View
from blazon.render.visualizers.layers import Primitive

Rows = NDArray[np.void]  # TAG or SPACE_TAG


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A view to be written in. plane : how what is flat is shown. space, ensembles : how what stands in space is.

    clip : the pixels of the picture that alone are drawn; None: all of the viewport.
    """

    view: View
    viewport: Viewport
    sheets: Sequence[Sheet]
    plane: Camera2D | None = None
    space: Camera3D | None = None
    ensembles: Sequence[Ensemble] = ()
    clip: Viewport | None = None

    def rows(self, kind: Primitive) -> list[Rows | tuple[Rows, NDArray[np.int64], NDArray[np.float64]]]:
        """Return rows of TAGS or TALLIES: of what is flat; and of what stands in space, with poses by number.

        The very same ones while they are the same.
        """
        parts = (part for sheet in self.sheets for part in sheet.parts)
        flat = [part.rows for part in parts if part.primitive is kind]
        standing = (ensemble.tagged(kind) for ensemble in self.ensembles if self.space is not None)
        return [*flat, *(each for each in standing if each is not None)]

    def window(self) -> NDArray[np.float64]:
        """Return what is shown, float64 (4,): left, top, right and bottom in pixels of the viewport."""
        shown = self.clip or self.viewport
        x, y = shown.x - self.viewport.x, shown.y - self.viewport.y
        return np.array([x, y, x + shown.width, y + shown.height], np.float64)

    def sight(self) -> tuple[object, ...]:
        """Return how all of it is seen: equal where it is seen alike."""
        plane = (self.plane.px_per_unit, *self.plane.origin_px) if self.plane else ()
        space = (self.space.view_from_world.tobytes(), self.space.px_from_view.tobytes()) if self.space else ()
        return self.window().tobytes(), plane, space

    def spots(
        self, rows: Iterable[Rows | tuple[Rows, NDArray[np.int64], NDArray[np.float64]]], px_per_point: float
    ) -> tuple[list[NDArray[np.float64]], list[Rows]]:
        """Return where rows, as `rows` answers, are seen, float64 (…, SPOT), and the rows alone."""
        window = self.window()
        spots: list[NDArray[np.float64]] = []
        alone: list[Rows] = []
        for each in rows:
            mine = each[0] if isinstance(each, tuple) else each
            numbers, bits = as_numbers(mine)
            spots.append(np.full((len(mine), SPOT), -1.0))
            alone.append(mine)
            if isinstance(each, tuple):
                if self.space is not None:
                    view_from_rows = self.space.view_from_world @ each[2]
                    least = DEFINES["CLOSEST"] * self.space.near
                    units = np.array([self.space.px_per_unit, px_per_point, least])
                    sight = each[1], view_from_rows, mean_scale(view_from_rows), self.space.px_from_view, units
                    see_space_tags(numbers, bits, *sight, window, spots[-1])
            elif self.plane is not None:
                seen = np.array([self.plane.px_per_unit, *self.plane.origin_px, px_per_point])
                see_plane_tags(numbers, bits, seen, window, spots[-1])
        return spots, alone
