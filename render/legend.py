"""The legend: which classes occur in a picture, in which colours and how often, in columns over it. No GL."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from blazon.render.census import Census, Class
from blazon.render.labels import PLATE, Rows
from blazon.render.layouts import GLYPH
from blazon.render.pages import Page
from blazon.render.shot import Look
from blazon.render.text.typesetter import ELLIPSIS, Typesetter

# In UI points:
EDGE, PAD, GAP, BETWEEN = 12.0, 10.0, 7.0, 18.0  # to the picture, inside, between parts of a row, between columns
LEADING = 3.0  # between rows
CORNER, SWATCH_CORNER = 6.0, 2.0
WIDEST = 0.6  # of the picture's width; what finds no room there is cut
MOST_ROWS = 24  # of a column
MOST_EMS = 18  # of a label
NAME, COUNT, BORDER = 0xEEF2F5FF, 0x9AA4AEFF, 0x6A727AFF  # colours, packed


class Legend:
    """Writes the legend of one picture after the other.

    classes : those in sight in the last one that they were counted in. seen : how many pixels of its masks are.
    """

    def __init__(self) -> None:
        self._key: tuple[Any, ...] = ()
        self._parts: list[Any] = []
        self._rows: Rows | None = None
        self._is_written = False
        self.classes: tuple[Class, ...] = ()
        self.seen = 0
        self._census = Census()

    def write(self, look: Look, setter: Typesetter, pages: Sequence[Page]) -> Rows | None:
        """Return the legend of what is in sight, GLYPH rows in pixels of the picture; None where there is nothing."""
        self.count(look, setter, pages)
        if not self._is_written:
            self._rows = _Sheet(look, setter).written(self.classes, self.seen) if self.classes else None
            self._is_written = True
        return self._rows

    def count(self, look: Look, setter: Typesetter, pages: Sequence[Page]) -> None:
        """Find which classes are in sight, if that is not known."""
        key = (setter, look.px_per_point, look.width, look.height, *(page.sight() for page in pages))
        parts = self._census.parts(pages)
        is_same = self._key == key and len(parts) == len(self._parts) and all(map(operator.is_, parts, self._parts))
        if not is_same:
            classes, self.seen = self._census.classes(pages, setter.texts.all, look.px_per_point)
            self._key, self._parts, self.classes = key, parts, tuple(classes)
            self._is_written = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it is written. color : packed, of its swatch; None: it has none."""

    name: str
    amount: str = ""
    color: int | None = None


class _Sheet:
    """The legend as rows of glyphs: a plate, and columns of swatches, labels and counts."""

    def __init__(self, look: Look, setter: Typesetter) -> None:
        self._look, self._setter = look, setter
        self._parts: list[Rows] = []
        self._widths: dict[str, int] = {}
        self._swatch = max(round(setter.size_px * 0.8), 4)
        self._line = setter.line_px + self._px(LEADING)
        self._high = min((look.height - 2 * self._px(EDGE + PAD)) // self._line, MOST_ROWS)

    def written(self, classes: Sequence[Class], seen: int) -> Rows | None:
        """Return the rows; None where the picture is too small. seen : pixels of masks that are in sight."""
        most = max(self._high, 0) * max(self._look.width // (2 * self._swatch), 1)  # lines that could ever find room
        kept = sorted(_commonest(classes)[:most])
        lines = [self._line_of(classes[n], seen) for n in kept]
        columns = self._fitted(lines, [classes[n] for n in kept], len(classes))
        widths = [self._width_of(column) for column in columns]
        panel = sum(widths) + self._px(BETWEEN) * (len(widths) - 1) + 2 * self._px(PAD)
        x, y = self._look.width - self._px(EDGE) - panel, self._px(EDGE)
        if not columns or x < 0:
            return None
        tall = len(columns[0]) * self._line - self._px(LEADING) + 2 * self._px(PAD)
        self._box((x, y), (panel, tall), CORNER, PLATE)
        x += self._px(PAD)
        for column, width in zip(columns, widths, strict=True):
            for row, line in enumerate(column):
                self._write(line, x, y + self._px(PAD) + row * self._line, width)
            x += width + self._px(BETWEEN)
        return np.concatenate(self._parts)

    def _fitted(self, lines: list[_Line], classes: Sequence[Class], total: int) -> list[list[_Line]]:
        """Columns of all lines; or else of those that occur most, in order, and of how many of `total` there are left.

        classes : of each line.
        """
        columns = self._columns(lines)
        room = sum(map(len, columns))
        if room == total:
            return columns
        often = _commonest(classes)
        for count in range(room - 1, -1, -1):  # what is kept may be wider than what was in its place
            kept = [*(lines[n] for n in sorted(often[:count])), _Line(f"+{total - count} more")]
            columns = self._columns(kept)
            if sum(map(len, columns)) == len(kept):
                break
        return columns

    def _columns(self, lines: list[_Line]) -> list[list[_Line]]:
        """Lines in as many columns as there is room for; one at least, where there is any height."""
        columns: list[list[_Line]] = []
        width = 2 * self._px(PAD)
        for first in range(0, len(lines), self._high) if self._high > 0 else ():
            column = lines[first : first + self._high]
            width += self._width_of(column) + self._px(BETWEEN) * bool(columns)
            if columns and width > WIDEST * self._look.width:
                break
            columns.append(column)
        return columns

    def _width_of(self, column: Sequence[_Line]) -> int:
        names = max(self._width(line.name) for line in column)
        amounts = max(self._width(line.amount) for line in column)
        return self._swatch + self._px(GAP) + names + (self._px(GAP) + amounts if amounts else 0)

    def _write(self, line: _Line, x: int, y: int, width: int) -> None:
        if line.color is None:
            self._parts.append(self._setter.rows(line.name, x, y, COUNT))
            return
        at, size = y + (self._setter.line_px - self._swatch) // 2, self._swatch
        self._box((x - 1, at - 1), (size + 2, size + 2), SWATCH_CORNER + 1, BORDER)
        self._box((x, at), (size, size), SWATCH_CORNER, line.color)
        self._parts.append(self._setter.rows(line.name, x + size + self._px(GAP), y, NAME))
        self._parts.append(self._setter.rows(line.amount, x + width - self._width(line.amount), y, COUNT))

    def _line_of(self, each: Class, seen: int) -> _Line:
        name = " ".join(each.label.split()) or f"class {each.id}"
        return _Line(self._cut(name), _amount(each, seen), int.from_bytes(each.word.to_bytes(4, "little"), "big"))

    def _cut(self, name: str) -> str:
        """A label of a length that leaves room for others."""
        most = min(MOST_EMS * self._setter.size_px, self._look.width / 3)
        if self._width(name) <= most:
            return name
        low, high = 0, len(name)
        while low < high - 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._width(name[:middle].rstrip() + ELLIPSIS) <= most else (low, middle)
        return name[:low].rstrip() + ELLIPSIS

    def _width(self, text: str) -> int:
        known = self._widths.get(text)
        if known is None:
            number = self._setter.texts[text]
            self._setter.set(np.array([number], np.int32))
            known = self._widths[text] = int(self._setter.sizes[number, 0])
        return known

    def _box(self, corner: tuple[int, int], size: tuple[int, int], radius: float, color: int) -> None:
        row = np.zeros(1, GLYPH)
        row["corner"], row["size"], row["texel"] = corner, size, (-1, radius * self._look.px_per_point)
        row["color"] = list(color.to_bytes(4, "big"))
        self._parts.append(row)

    def _px(self, points: float) -> int:
        return round(points * self._look.px_per_point)


def panel_of(rows: Rows) -> tuple[float, float, float, float]:
    """Return where a legend lies in the picture: left, top, right and bottom of its plate, the first of its rows."""
    (x, y), (width, height) = rows[0]["corner"].tolist(), rows[0]["size"].tolist()
    return x, y, x + width, y + height


def _commonest(classes: Sequence[Class]) -> list[int]:
    """The numbers of classes, those first that occur most."""
    return sorted(range(len(classes)), key=lambda n: (-classes[n].count, -classes[n].pixels, n))


def _amount(each: Class, seen: int) -> str:
    share = 100 * each.pixels / seen if seen else 0.0
    said = [f"{each.count:,}"] if each.count else []
    if each.pixels:
        said.append(f"{share:.0f} %" if share >= 1 else "<1 %")
    return " · ".join(said)
