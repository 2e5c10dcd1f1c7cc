"""A slow, obvious twin of how texts are set. Plain Python, one text at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Glyph:
    """What a character is written as. advance : how far it moves the pen. has_ink : whether anything of it shows."""

    slot: int
    advance: int
    has_ink: bool


Placed = list[tuple[int, int, int]]  # slot, x and y of the pen


def set_text(
    text: str,
    glyphs: Mapping[str, Glyph],
    ellipsis: Glyph,
    *,
    longest: int,
    most_lines: int,
    ascent: int,
    line_px: int,
) -> tuple[Placed, tuple[int, int]]:
    """Set a text: its glyphs, in order, and its width and height. All in whole pixels, y down.

    Lines end at newlines and are centred on each other. One that is too long keeps as much of its beginning as leaves
    room for an ellipsis, and that is there whether there is room or not; so does the last line that is allowed where
    more than newlines follows. The text is as high as it has lines up to the last that is not empty, and as wide as its
    longest; where nothing of it shows its width is 0.
    """
    lines = text.split("\n")
    more = any(lines[most_lines:])
    rows = [[glyphs[character] for character in line if is_written(glyphs[character])] for line in lines[:most_lines]]
    for number, row in enumerate(rows):
        is_too_long = bool(row) and length(row) > longest
        if is_too_long or (more and number == most_lines - 1):
            while row and length([*row, ellipsis]) > longest:
                row.pop()
            row.append(ellipsis)
    width = max(length(row) for row in rows)
    placed = [
        (glyph.slot, (width - length(row)) // 2 + length(row[:before]), ascent + number * line_px)
        for number, row in enumerate(rows)
        for before, glyph in enumerate(row)
    ]
    shows = any(glyph.has_ink for row in rows for glyph in row)
    height = max((number + 1 for number, row in enumerate(rows) if row), default=0) * line_px
    return placed, (width if shows else 0, height)


def is_written(glyph: Glyph) -> bool:
    """Whether a character leaves any trace: others are no part of a line."""
    return glyph.advance > 0 or glyph.has_ink


def length(row: list[Glyph]) -> int:
    """How far a row of glyphs moves the pen."""
    return sum(glyph.advance for glyph in row)
