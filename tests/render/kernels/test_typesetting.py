"""Texts are set as their naive twin sets them, wherever they lie among others, and nothing else is written."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from blazon.render.kernels.typesetting import UNKNOWN, set_texts
from tests.naive_text import Glyph, set_text

ASCENT, LINE = 9, 12
ELLIPSIS = 5  # its slot
GLYPHS = {  # slots in another order than code points
    "\r": Glyph(7, 0, False),
    " ": Glyph(3, 3, False),
    "a": Glyph(6, 5, True),
    "b": Glyph(1, 8, True),
    "l": Glyph(2, 2, True),
    "\u0301": Glyph(4, 0, True),
}
NEWLINE = Glyph(0, 0, False)
SLOTS = 8
UNTOUCHED = -99
LINES = st.lists(st.text(alphabet=list(GLYPHS), max_size=8), max_size=6)
TEXTS = st.lists(st.builds(lambda lines, end: "\n".join(lines) + end, LINES, st.sampled_from(["", "\n", "\n\n\n"])))
ADVANCES = st.sampled_from([0, 4, 9])


def as_tables(ellipsis: Glyph) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The glyph of each code point, plus one; how far each moves the pen; and what is drawn of it."""
    slot_of, advances, glyphs = np.zeros(0x400, np.int32), np.zeros(SLOTS, np.int32), np.zeros((SLOTS, 6), np.int32)
    for character, glyph in {**GLYPHS, "\n": NEWLINE}.items():
        slot_of[ord(character)] = glyph.slot + 1
    for glyph in [*GLYPHS.values(), ellipsis]:
        advances[glyph.slot] = glyph.advance
        glyphs[glyph.slot, 2:4] = (glyph.advance + 1, 7) if glyph.has_ink else (0, 0)
    return slot_of, advances, glyphs


@given(TEXTS, st.integers(-4, 40), st.integers(1, 4), ADVANCES, st.booleans(), st.integers(0, 3), st.data())
def test_texts(
    texts: list[str], longest: int, most_lines: int, advance: int, dots: bool, used: int, data: st.DataObject
) -> None:
    """Their numbers are in any order, and have gaps."""
    ellipsis = Glyph(ELLIPSIS, advance, dots)
    n = len(texts)
    numbers = data.draw(st.permutations(range(2 * n + 1)))[:n]
    lengths = [len(text) for text in texts]
    ends = np.cumsum(lengths, dtype=np.int64)
    room = sum(lengths) + sum(min(text.count("\n") + 1, most_lines) for text in texts)
    placed = np.full((used + room + 3, 3), UNTOUCHED, np.int32)
    first, count = np.full(2 * n + 1, UNKNOWN, np.int64), np.full(2 * n + 1, UNTOUCHED, np.int32)
    sizes = np.full((2 * n + 1, 2), UNTOUCHED, np.int32)
    more = set_texts(
        np.array([ord(character) for text in texts for character in text], np.int64),
        ends - np.array(lengths, np.int64),
        ends,
        *as_tables(ellipsis),
        np.array([ELLIPSIS, longest, ASCENT, LINE, most_lines], np.int64),
        np.array(numbers, np.int64),
        used,
        placed,
        first,
        count,
        sizes,
    )
    assert (placed[:used] == UNTOUCHED).all()
    assert (placed[used + room :] == UNTOUCHED).all()
    at = used
    for number, text in zip(numbers, texts, strict=True):
        expected, size = set_text(
            text, GLYPHS, ellipsis, longest=longest, most_lines=most_lines, ascent=ASCENT, line_px=LINE
        )
        assert (first[number], count[number]) == (at, len(expected))
        assert list(map(tuple, placed[at : at + len(expected)].tolist())) == expected
        assert tuple(sizes[number].tolist()) == size
        at += len(expected)
    assert more == at - used
    others = np.setdiff1d(np.arange(2 * n + 1), numbers)
    assert (first[others] == UNKNOWN).all()
    assert (count[others] == UNTOUCHED).all()
    assert (sizes[others] == UNTOUCHED).all()
