"""Which characters stand by themselves, and which have to be shaped with their neighbours."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence

# Scripts whose letters change or join with their neighbours; of Unicode, first to last code point.
_SHAPED = (
    (0x0590, 0x08FF),  # Hebrew, Arabic, Syriac, Thaana, N'Ko: from right to left
    (0x0900, 0x109F),  # of India, Sinhala, Thai, Lao, Tibetan, Myanmar
    (0x1100, 0x11FF),  # Hangul by letters
    (0x135D, 0x135F),
    (0x1700, 0x18AF),  # Philippine, Khmer, Mongolian
    (0x1900, 0x1CFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xA800, 0xABFF),
    (0xFB1D, 0xFDFF),
    (0xFE70, 0xFEFE),
    (0x10800, 0x11FFF),
    (0x16A40, 0x16FFF),
    (0x1B000, 0x1B16F),
    (0x1E000, 0x1EFFF),
)
_MARKS = {"Mn", "Mc", "Me"}
_NO_TEXT = {"Cc", "Cs", "Zl", "Zp"}
_UNSEEN = {*_NO_TEXT, "Cf"}


def is_shaped(character: int) -> bool:
    """Whether a code point is written otherwise beside others than by itself."""
    return any(first <= character <= last for first, last in _SHAPED) or is_mark(character)


def is_mark(character: int) -> bool:
    """Whether a code point belongs to the one before it."""
    return unicodedata.category(chr(character)) in _MARKS


def is_unseen(character: int) -> bool:
    """Whether a code point says something about others, and is not written itself."""
    return unicodedata.category(chr(character)) in _UNSEEN or 0xFE00 <= character <= 0xFE0F


def is_blank(character: int) -> bool:
    """Whether a code point is a space."""
    return unicodedata.category(chr(character)) == "Zs"


def shaped_lines(text: str) -> list[str]:
    """Return the lines of a text without what is no character of a line: controls, halves of surrogates, separators."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    return ["".join(filter(_is_text, line)) for line in lines]


def is_from_right(text: str) -> bool | None:
    """Whether a text begins on the right, as its first letter that has a direction says; None where none has."""
    directions = map(unicodedata.bidirectional, text)
    return next((direction != "L" for direction in directions if direction in ("L", "R", "AL")), None)


def visual_order(from_right: Sequence[bool | None], *, line_from_right: bool) -> list[int]:
    """Return the order of a line's parts from the left, by their numbers.

    from_right : of each part, in the order in which it is read, its direction; None: that of its neighbours, where both
    are alike, or else of the line. Source: Unicode Standard Annex 9, N1, N2 and L2, for parts without parts.
    """
    directions = list(from_right)
    for number, direction in enumerate(from_right):
        if direction is None:
            before = next((each for each in reversed(from_right[:number]) if each is not None), line_from_right)
            after = next((each for each in from_right[number + 1 :] if each is not None), line_from_right)
            directions[number] = before if before == after else line_from_right
    groups = [list(group) for _, group in itertools.groupby(range(len(directions)), key=directions.__getitem__)]
    turned = [group[::-1] if directions[group[0]] else group for group in groups]
    return [number for group in (turned[::-1] if line_from_right else turned) for number in group]


def _is_text(character: str) -> bool:
    return character == "\t" or unicodedata.category(character) not in _NO_TEXT
