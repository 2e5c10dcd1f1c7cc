"""All that is written in a picture: labels in its views, and the legend over them. Owns the fonts and the glyphs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from blazon.ingest.notices import Notices
from blazon.render.census import Class
from blazon.render.labels import Labels, Memory, Rows
from blazon.render.legend import Legend, panel_of
from blazon.render.pages import Page
from blazon.render.shot import Look
from blazon.render.text.atlas import Atlas, AtlasFull
from blazon.render.text.fonts import Fonts
from blazon.render.text.texts import Texts
from blazon.render.text.typesetter import Typesetter

_UNSHAPED = "labels whose letters join, written letter by letter: FriBiDi is missing (apt-get install libfribidi0)"
_NO_ROOM = "the picture is too small for a legend: not drawn"
NOWHERE = (math.inf, math.inf, -math.inf, -math.inf)  # of a picture
MARGIN = 8.0  # of the picture, UI points: no line is longer than what is left


class Writer:
    """Writes in one picture after the other."""

    def __init__(self) -> None:
        self._fonts = Fonts()
        self._setter: Typesetter | None = None
        self._labels, self._legend = Labels(), Legend()
        self._lacks_legend = False
        self._uncounted: tuple[Look, Typesetter, Sequence[Page]] | None = None
        self._classes: tuple[Class, ...] = ()

    @property
    def atlas(self) -> Atlas | None:
        """Where the glyphs are; None where nothing was ever written."""
        return self._setter.atlas if self._setter else None

    def count(self) -> tuple[Class, ...]:
        """Return which classes are in sight in the last picture, if its look asked for that."""
        if self._uncounted is not None:
            self._legend.count(*self._uncounted)
            self._uncounted = None
            self._classes = self._legend.classes
        return self._classes

    def tell(self, notices: Notices) -> None:
        """Add what could not be written as it should be."""
        if self._setter is not None:
            notices.add(None, _UNSHAPED, self._setter.unshaped)
            for path in sorted(self._setter.broken):
                notices.add(None, f"font {path}: some of its glyphs can't be drawn: not used", 1)
            notices.add(None, _NO_ROOM, int(self._lacks_legend))

    def write(
        self, look: Look, texts: Texts, pages: Sequence[Page], memory: Memory | None
    ) -> tuple[list[Rows], Rows | None]:
        """Return what is written in each view and over all of them, GLYPH rows; the same while that is the same.

        memory : of the sequence that the picture is one of, in which labels stay where they were, if they can.
        """
        narrowest = min((window[2] - window[0] for window in (page.window() for page in pages)), default=look.width)
        setter = self._setter_of(look, texts, float(narrowest))
        for is_last in (False, True):
            try:
                return self._written(look, setter, pages, memory)
            except AtlasFull:  # of what was written before: begin anew; or of this alone: then boxes have to do
                setter = self._setter = Typesetter(
                    texts, self._fonts, setter.size_px, setter.longest_px, is_last=is_last
                )
        return self._written(look, setter, pages, memory)

    def _written(
        self, look: Look, setter: Typesetter, pages: Sequence[Page], memory: Memory | None
    ) -> tuple[list[Rows], Rows | None]:
        legend = self._legend.write(look, setter, pages) if look.legend else None
        self._uncounted, self._classes = ((look, setter, pages) if look.counts else None), ()
        self._lacks_legend = look.legend and legend is None and bool(self._legend.classes)
        blocked = panel_of(legend) if legend is not None else NOWHERE
        return self._labels.write(look, setter, pages, blocked, memory), legend

    def _setter_of(self, look: Look, texts: Texts, narrowest_px: float) -> Typesetter:
        if look.fonts != self._fonts.own:
            self._fonts, self._setter = Fonts(look.fonts), None
        size_px, longest_px = look.label_size * look.px_per_point, narrowest_px - MARGIN * look.px_per_point
        known, size = self._setter, (size_px, longest_px)
        if known is None or known.is_full or known.texts is not texts or (known.size_px, known.longest_px) != size:
            known = self._setter = Typesetter(texts, self._fonts, *size)
        return known
