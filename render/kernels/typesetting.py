"""Characters that stand by themselves become rows of glyphs, at whole pixels, line by line."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from blazon.render.kernels.compiled import kernel, part_of_kernels

Array = NDArray[Any]
UNKNOWN = -1  # of a text that is not yet set, of a character whose glyph is not yet there
SHAPED = -2  # in place of a glyph: a character that depends on its neighbours
_NEWLINE = 10


@kernel
def set_texts(
    points: Array,
    starts: Array,
    ends: Array,
    slot_of: Array,
    advances: Array,
    glyphs: Array,
    rules: Array,
    numbers: Array,
    used: int,
    placed: Array,
    first: Array,
    count: Array,
    sizes: Array,
) -> int:
    """Set texts in lines that are centred on each other; answers how many glyphs were placed.

    points : int64 (c,), code points     starts, ends : int64 (n,), which of them are each text's
    slot_of : int32 (code points,), the glyph of each, plus one     advances : int32 (slots,), pixels
    glyphs : int32 (slots, 6); the third number is how wide one is drawn
    rules : int64 (5,): the ellipsis' slot, how long a line may be, the ascent, a line's height, and how many lines
    numbers : int64 (n,), where the answers go     used : how much of `placed` is taken
    placed : int32 (m, 3), rows of slot, x and y of the pen; m >= used + characters + lines
    first, count, sizes : int64, int32 and int32 (…, 2), by the texts' numbers
    A text that shows nothing has a width of 0. O(c). Twin: tests/naive_text.py::set_text
    """
    ellipsis, limit, ascent, line_px, most_lines = rules[0], rules[1], rules[2], rules[3], rules[4]
    at = used
    for i in range(starts.shape[0]):
        begin = at
        line, width, lines = 0, 0, 0
        k = starts[i]
        while k < ends[i] or line == 0:
            line_begin = at
            pen, is_cut = 0, False
            while k < ends[i] and points[k] != _NEWLINE:
                slot = slot_of[points[k]] - 1
                k += 1
                if is_cut or (advances[slot] == 0 and glyphs[slot, 2] == 0):
                    continue
                if pen + advances[slot] > limit:
                    is_cut = True
                    continue
                placed[at, 0], placed[at, 1], placed[at, 2] = slot, pen, ascent + line * line_px
                pen += advances[slot]
                at += 1
            is_last = line == most_lines - 1
            k += 1  # past the end of the line
            rest = k
            while rest < ends[i] and points[rest] == _NEWLINE:
                rest += 1
            if is_cut or (is_last and rest < ends[i]):
                while at > line_begin and pen + advances[ellipsis] > limit:
                    at -= 1
                    pen = placed[at, 1]
                placed[at, 0], placed[at, 1], placed[at, 2] = ellipsis, pen, ascent + line * line_px
                pen += advances[ellipsis]
                at += 1
            for row in range(line_begin, at):
                placed[row, 2] = ascent + line * line_px
            if at > line_begin:
                lines = line + 1
            width = max(width, pen)
            line += 1
            if is_last:
                break
        shows = _centre(placed, begin, at, width, advances, glyphs)
        first[numbers[i]], count[numbers[i]] = begin, at - begin
        sizes[numbers[i], 0] = width if shows else 0
        sizes[numbers[i], 1] = lines * line_px
    return at - used


@part_of_kernels
def _centre(placed: Array, begin: int, end: int, width: int, advances: Array, glyphs: Array) -> bool:
    """Shift lines, rows of one y each, to the middle of a text; answers whether any of it is to be seen."""
    row, shows = begin, False
    while row < end:
        after = row
        while after < end and placed[after, 2] == placed[row, 2]:
            after += 1
        shift = (width - placed[after - 1, 1] - advances[placed[after - 1, 0]]) // 2
        for each in range(row, after):
            placed[each, 1] += shift
            shows |= glyphs[placed[each, 0], 2] > 0
        row = after
    return shows
