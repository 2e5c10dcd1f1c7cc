"""Which characters stand by themselves, and which have to be shaped with their neighbours."""

from __future__ import annotations

import unicodedata

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


def is_from_right(text: str) -> bool:
    """Whether a line begins on the right: its first letter that has a direction is one of a script that does."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def _is_text(character: str) -> bool:
    return character == "\t" or unicodedata.category(character) not in _NO_TEXT
