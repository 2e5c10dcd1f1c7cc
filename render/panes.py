"""Where each view of the picture is shown in a window, and what of the picture that is. Pure arithmetic.

The picture of a window is a sheet on which its views lie in rows, each as large as its pane; panes may lie anywhere,
over one another too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blazon.ingest.entity_path import EntityPath
from blazon.render.cameras import Viewport

Key = tuple[EntityPath, str]
Rect = tuple[float, float, float, float]  # left, top, right, bottom, UI points of the window


@dataclass(frozen=True, slots=True)
class Pane:
    """A view in a window. left, top : of its first pixel, UI points. part : of the picture."""

    key: Key
    left: float
    top: float
    part: Viewport


class Panes:
    """The panes of a window. scale : pixels of a UI point. size : of the picture, pixels."""

    def __init__(self, rects: Mapping[Key, Rect] | None = None, scale: float = 1.0, widest: int = 1) -> None:
        """Lay the views out in rows, none wider than `widest` pixels if it can be."""
        self.scale = scale
        self._panes: dict[Key, Pane] = {}
        x = y = width = row = 0
        for key, rect in (rects or {}).items():
            left, top, right, bottom = (round(each * scale) for each in rect)
            part = max(right - left, 1), max(bottom - top, 1)
            if x and x + part[0] > widest:
                x, y, row = 0, y + row, 0
            self._panes[key] = Pane(key, left / scale, top / scale, Viewport(x, y, *part))
            x, row = x + part[0], max(row, part[1])
            width = max(width, x)
        self.size = max(width, 1), max(y + row, 1)

    @property
    def places(self) -> tuple[tuple[Key, Viewport], ...]:
        """Where each view lies in the picture."""
        return tuple((key, pane.part) for key, pane in self._panes.items())

    def pane(self, key: Key) -> Pane | None:
        """Return where a view is shown; None where it is not."""
        return self._panes.get(key)

    def in_picture(self, key: Key | None, x: float, y: float) -> tuple[float, float]:
        """Return which pixel of the picture is at a point of the window, in the pane of a view; −1, −1 in no pane."""
        pane = self._panes.get(key) if key is not None else None
        if pane is None:
            return -1.0, -1.0
        return pane.part.x + (x - pane.left) * self.scale, pane.part.y + (y - pane.top) * self.scale

    def corner(self, key: Key) -> tuple[float, float]:
        """Return where the picture's first pixel would be in the window if all of it lay as it does in this pane."""
        pane = self._panes[key]
        return pane.left - pane.part.x / self.scale, pane.top - pane.part.y / self.scale
