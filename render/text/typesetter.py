"""Texts become glyphs: each text is set once, in lines, and its glyphs are kept as rows of numbers.

Characters that stand by themselves are glyphs of their own, set by a kernel at whole pixels; a line with others is
shaped as a whole, and what one font writes of it is one glyph.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from blazon.render.kernels.typesetting import SHAPED, UNKNOWN, set_texts
from blazon.render.layouts import GLYPH
from blazon.render.text.atlas import WIDTH, Atlas, AtlasFull
from blazon.render.text.fonts import Font, Fonts, can_shape
from blazon.render.text.scripts import (
    is_blank,
    is_from_right,
    is_mark,
    is_shaped,
    is_unseen,
    shaped_lines,
    visual_order,
)
from blazon.render.text.texts import Texts

ELLIPSIS = "…"
MOST_EMS = 40  # of a line; what is longer is cut
MOST_LINES = 8  # of a text; likewise
TAB = 4  # spaces
_CODE_POINTS = 0x110000
_NOTHING = np.zeros((0, 0), np.uint8)


class Typesetter:
    """Sets texts of one book at one size. Raises `AtlasFull` where there is no more room: begin another one.

    size_px : of an em. longest_px : how long a line may be.
    is_last : what finds no room is a box, as if no font had it, and then it `is_full`.
    glyphs : int32 (slots, 6): x, y, width and height in the atlas, then where it lies from the pen, right and down.
    placed : int32 (m, 3): glyphs of texts: the slot, and where the pen is, from the text's left upper corner.
    first, count : int64 and int32 (texts,), the rows of `placed` of each text. sizes : int32 (texts, 2), pixels.
    """

    def __init__(self, texts: Texts, fonts: Fonts, size_px: float, longest_px: float, *, is_last: bool = False) -> None:
        self.texts, self.fonts, self.size_px, self.longest_px = texts, fonts, size_px, longest_px
        self._is_last, self.is_full = is_last, False
        self.atlas = Atlas()
        self.glyphs = np.zeros((256, 6), np.int32)
        self.placed = np.zeros((1024, 3), np.int32)
        self.first, self.count = np.full(256, UNKNOWN, np.int64), np.zeros(256, np.int32)
        self.sizes = np.zeros((256, 2), np.int32)
        self._slots = self._used = 0
        self._advances = np.zeros(256, np.int32)
        self._slot_of = np.zeros(_CODE_POINTS, np.int32)  # of each code point, plus one; 0: not yet known
        heights = [font.sized(size_px, shaped=False).getmetrics() for font in fonts.leading]
        self.ascent = max(ascent for ascent, _ in heights)
        self.line_px = self.ascent + max(descent for _, descent in heights)
        self._limit = int(min(MOST_EMS * size_px, longest_px))
        self._slot_of[ord("\n")] = self._add(_NOTHING, 0, 0, 0) + 1
        self.broken: set[str] = set()  # files of fonts that can't be drawn with
        self.unshaped = 0  # texts that should have been shaped, and were written letter by letter
        self._missing = self._made_box()
        self._ellipsis = self._slot(ord(ELLIPSIS))

    def set(self, numbers: NDArray[np.int32]) -> None:
        """Make sure that texts, by their numbers in the book, are set."""
        self._reserve_texts()
        wanted = np.unique(numbers[self.first[numbers] == UNKNOWN])
        if len(wanted) == 0:
            return
        written = [self.texts.all[number] for number in wanted.tolist()]
        points = np.frombuffer("".join(written).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
        ends = np.cumsum(np.fromiter(map(len, written), np.int64, len(written)))
        for point in np.unique(points[self._slot_of[points] == UNKNOWN + 1]).tolist():
            self._slot_of[point] = SHAPED + 1 if is_shaped(point) and not is_unseen(point) else self._slot(point) + 1
        starts = ends - np.diff(ends, prepend=0)
        shaped = np.add.reduceat(self._slot_of[points] == SHAPED + 1, starts[starts < ends], dtype=np.int64)
        is_whole = np.zeros(len(wanted), np.bool_)
        is_whole[starts < ends] = shaped > 0
        for which in np.flatnonzero(is_whole).tolist():
            self._set_shaped(int(wanted[which]), written[which])
        plain = np.flatnonzero(~is_whole)
        room = int((ends - starts)[plain].sum() + len(plain) * MOST_LINES)
        self._reserve_placed(room)
        self._used += set_texts(
            points,
            starts[plain],
            ends[plain],
            self._slot_of,
            self._advances,
            self.glyphs,
            np.array([self._ellipsis, self._limit, self.ascent, self.line_px, MOST_LINES], np.int64),
            wanted[plain].astype(np.int64),
            self._used,
            self.placed,
            self.first,
            self.count,
            self.sizes,
        )

    def rows(self, text: str, x: int, y: int, color: int) -> NDArray[np.void]:
        """Return a text whose left upper corner is at `x`, `y`, GLYPH rows. color : packed."""
        number = self.texts[text]
        self.set(np.array([number], np.int32))
        placed = self.placed[self.first[number] : self.first[number] + self.count[number]]
        glyphs = self.glyphs[placed[:, 0]]
        rows = np.zeros(len(placed), GLYPH)
        rows["corner"] = placed[:, 1:] + glyphs[:, 4:] + (x, y)
        rows["size"], rows["texel"] = glyphs[:, 2:4], glyphs[:, :2]
        rows["color"] = list(color.to_bytes(4, "big"))
        return rows[glyphs[:, 2] > 0]

    def _slot(self, point: int) -> int:
        """The glyph of a character that stands by itself."""
        if point == ord("\t"):
            return self._add(_NOTHING, 0, 0, TAB * int(self._advances[self._slot_of_known(ord(" "))]))
        if is_unseen(point):
            return int(self._slot_of[ord("\n")]) - 1
        while (font := self.fonts.of(point)) is not None:
            with contextlib.suppress(_BrokenFont):  # then others are asked
                return self._write(font, chr(point), shaped=False)
        return self._missing if not is_blank(point) else self._add(_NOTHING, 0, 0, round(self.size_px / 2))

    def _slot_of_known(self, point: int) -> int:
        if self._slot_of[point] == 0:
            self._slot_of[point] = self._slot(point) + 1
        return int(self._slot_of[point]) - 1

    def _made_box(self) -> int:
        """What is shown for a character that no font has: an empty box."""
        height, width = max(round(self.size_px * 0.72), 3), max(round(self.size_px * 0.5), 3)
        mask = np.zeros((height, width), np.uint8)
        line = max(1, round(self.size_px / 14))
        mask[:line], mask[-line:], mask[:, :line], mask[:, -line:] = 255, 255, 255, 255
        return self._add(mask, line, -height, width + 2 * line)

    def _write(self, font: Font, text: str, *, shaped: bool) -> int:
        """The glyph of what one font writes, as a slot."""
        with self._unbroken(font):
            mask, x, y, advance = _drawn(font.sized(self.size_px, shaped=shaped), text)
        low = -self.ascent - self.line_px // 4  # what stands out of its line by more than that is cut
        mask, y = mask[max(low - y, 0) : max(self.line_px // 2 - y, 0)], max(y, low)
        try:
            return self._add(mask, x, y, advance)
        except AtlasFull:
            if self._is_last:
                self.is_full = True
                return self._missing
            raise

    @contextlib.contextmanager
    def _unbroken(self, font: Font) -> Iterator[None]:
        """Give a font up that can't be drawn with: from then on it has no characters. Raises `_BrokenFont`."""
        try:
            yield
        except (OSError, ValueError, RuntimeError, MemoryError):  # what FreeType, HarfBuzz and Pillow raise
            if font.is_shipped:
                raise
            font.is_broken = True
            self.broken.add(font.path)
            raise _BrokenFont from None

    def _add(self, mask: NDArray[np.uint8], left: int, top: int, advance: int) -> int:
        height, width = mask.shape
        x, y = self.atlas.add(mask) if mask.size else (0, 0)
        slot = self._slots
        if slot == len(self.glyphs):
            self.glyphs, self._advances = _doubled(self.glyphs), _doubled(self._advances)
        self.glyphs[slot] = x, y, width, height, left, top
        self._advances[slot] = advance
        self._slots += 1
        return slot

    def _set_shaped(self, number: int, text: str) -> None:
        """Set a text in which letters depend on each other."""
        self.unshaped += not can_shape()
        lines = [line.replace("\t", " " * TAB) for line in shaped_lines(text)]
        if len(lines) > MOST_LINES:
            lines = [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1] + ELLIPSIS]
        rows: list[list[int]] | None = None
        while rows is None:
            with contextlib.suppress(_BrokenFont):  # then others are asked
                rows = [self._shaped_line(line) for line in lines]
        lengths = [sum(int(self._advances[slot]) for slot in row) for row in rows]
        width = max(lengths)
        self._reserve_placed(sum(map(len, rows)))
        self.first[number] = self._used
        for line, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            pen = (width - length) // 2
            for slot in row:
                self.placed[self._used] = slot, pen, self.ascent + line * self.line_px
                self._used += 1
                pen += int(self._advances[slot])
        self.count[number] = self._used - self.first[number]
        self.sizes[number] = width, len(lines) * self.line_px

    def _shaped_line(self, line: str) -> list[int]:
        """The glyphs of a line, from the left; it is cut where it is too long."""
        runs = self._runs(line)
        limit = min(self._limit, WIDTH - 1)
        if self._length(runs) > limit:
            low, high = 0, len(line)
            while low < high - 1:  # how many characters fit, with an ellipsis
                middle = (low + high) // 2
                if self._length(self._runs(line[:middle].rstrip() + ELLIPSIS)) <= limit:
                    low = middle
                else:
                    high = middle
            while low > 0 and low < len(line) and is_mark(ord(line[low])):  # not between a letter and its marks
                low -= 1
            runs = self._runs(line[:low].rstrip() + ELLIPSIS)
        parts = [part for run in runs for part in _without_edges(*run)] if len(runs) > 1 else runs
        order = visual_order([is_from_right(part) for _, part in parts], line_from_right=bool(is_from_right(line)))
        ordered = (parts[number] for number in order)
        return [self._missing if font is None else self._write(font, part, shaped=True) for font, part in ordered]

    def _length(self, runs: list[tuple[Font | None, str]]) -> int:
        total = 0
        for font, part in runs:
            if font is None:
                total += int(self._advances[self._missing])
                continue
            with self._unbroken(font):
                total += round(font.sized(self.size_px, shaped=True).getlength(part))
        return total

    def _runs(self, line: str) -> list[tuple[Font | None, str]]:
        """A line in parts that one font each can write; None: a character that no font has."""
        seen = [point for point in map(ord, line) if not is_unseen(point)]
        whole = self.fonts.of_all(seen)
        if whole is not None:
            return [(whole, line)] if line else []
        runs: list[tuple[Font | None, str]] = []
        for character in line:
            point = ord(character)
            last = runs[-1][0] if runs else None
            sticks = is_unseen(point) or character == " " or is_mark(point)
            keeps = last is not None and (sticks or last.has(point))
            font = last if keeps else self.fonts.of(point)
            if font is not None and font is last:
                runs[-1] = (font, runs[-1][1] + character)
            elif not (is_unseen(point) and font is None):
                runs.append((font, character))
        return runs

    def _reserve_texts(self) -> None:
        while len(self.first) < len(self.texts.all):
            known = len(self.first)
            self.first, self.count = _doubled(self.first), _doubled(self.count)
            self.sizes = _doubled(self.sizes)
            self.first[known:] = UNKNOWN

    def _reserve_placed(self, more: int) -> None:
        while self._used + more > len(self.placed):
            self.placed = _doubled(self.placed)


class _BrokenFont(Exception):  # noqa: N818 - never leaves this file
    """A font that can't be drawn with."""


def _drawn(sized: Any, text: str) -> tuple[NDArray[np.uint8], int, int, int]:
    """Return how much of each pixel a text covers, (h, w), where that lies from the pen, and how far that moves."""
    left, top, right, bottom = sized.getbbox(text, anchor="ls")
    x, y = int(np.floor(left)), int(np.floor(top))
    width, height = min(int(np.ceil(right)) - x, WIDTH - 1), int(np.ceil(bottom)) - y
    advance = min(max(round(sized.getlength(text)), 0), WIDTH)
    if width <= 0 or height <= 0:
        return _NOTHING, x, y, advance
    image = Image.new("L", (width, height))
    ImageDraw.Draw(image).text((-x, -y), text, 255, font=sized, anchor="ls")
    return np.asarray(image), x, y, advance


def _without_edges(font: Font | None, part: str) -> list[tuple[Font | None, str]]:
    """What a font writes without the spaces around it, and those, by themselves: they belong to the line."""
    inside = part.strip(" ")
    if not inside or inside == part:
        return [(font, part)]
    before, after = part[: part.index(inside)], part[part.index(inside) + len(inside) :]
    return [(font, each) for each in (before, inside, after) if each]


def _doubled(array: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([array, np.zeros_like(array)])
