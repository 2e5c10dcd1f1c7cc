"""The figures as a picture: bars for each scene, blazon's beside its peers', and the cost against the size.

Pillow alone, which blazon has anyway. Times lie on axes of powers of ten: a step to the right is ten times as long.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from blazon.benches.harness import Section
from blazon.benches.report import Report
from blazon.benches.rounds import TO_NUMPY, TO_PNG, VIEWER

WIDTH, MARGIN, LEFT = 1600, 56, 330  # pixels; LEFT is where bars begin
RIGHT = WIDTH - 210
BAR, GAP, HEAD = 26, 5, 96
CHART = 420  # height of the line's chart
PAPER, INK, FAINT, GRID = "#ffffff", "#1c2024", "#697078", "#e3e6e9"
OWN, OWN_PNG, THE_VIEWER, OTHER = "#d6336c", "#f0a3bd", "#4c6ef5", "#aab2bd"
COLORS = {TO_NUMPY: OWN, TO_PNG: OWN_PNG, VIEWER: THE_VIEWER}


@dataclass(frozen=True, slots=True)
class Axis:
    """Powers of ten along pixels, from `low` at `start` to `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    @staticmethod
    def around(values: Sequence[float], start: float, end: float) -> Axis:
        """Return an axis of whole powers of ten with all of `values`, above 0, on it."""
        low = 10.0 ** math.floor(math.log10(min(values)))
        high = 10.0 ** math.ceil(math.log10(max(values)))
        return Axis(low, high if high > low else low * 10, start, end)

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        along = math.log10(value / self.low) / math.log10(self.high / self.low)
        return self.start + along * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Return the powers of ten."""
        count = round(math.log10(self.high / self.low))
        return [self.low * 10.0**i for i in range(count + 1)]


def plotted(report: Report) -> NDArray[np.uint8]:
    """Return a picture of a report, uint8 (h, 1600, 4)."""
    scenes = [each for each in report.sections if _is_contest(each)]
    series = [each for each in report.sections if each.series]
    height = _height(scenes, series)
    picture = Image.new("RGBA", (WIDTH, height), PAPER)
    brush = ImageDraw.Draw(picture)
    _text(brush, (MARGIN, 38), "What a new frame costs", 34)
    said = f"milliseconds, log scale, less is better · {report.machine.get('machine', '')}"
    _text(brush, (MARGIN, 76), f"{said} · {report.machine.get('OpenGL', '')}"[:150], 18, color=FAINT)
    below = HEAD + _draw_bars(brush, scenes, HEAD)
    for section in series:
        _draw_line(brush, section, below)
        below += CHART
    return np.asarray(picture)


def _is_contest(section: Section) -> bool:
    return any(each.name == TO_NUMPY for each in section.timings)


def _height(scenes: Sequence[Section], series: Sequence[Section]) -> int:
    bars = sum(len(each.timings) * (BAR + GAP) + 26 for each in scenes)
    return HEAD + (bars + 110 if scenes else 0) + CHART * len(series) + 20


def _draw_bars(brush: ImageDraw.ImageDraw, scenes: Sequence[Section], top: int) -> int:
    """Draw a group of bars for each scene; return how high that is."""
    if not scenes:
        return 0
    axis = Axis.around([each.median_ms for scene in scenes for each in scene.timings], LEFT, RIGHT)
    first = top + 56
    bottom = first + sum(len(each.timings) * (BAR + GAP) + 26 for each in scenes)
    _draw_legend(brush, top + 18)
    for tick in axis.ticks():
        brush.line((axis.at(tick), first - 8, axis.at(tick), bottom), GRID, 2)
        _text(brush, (axis.at(tick), bottom + 16), f"{tick:,g} ms", 17, color=FAINT, anchor="mm")
    y = first
    for scene in scenes:
        middle = y + len(scene.timings) * (BAR + GAP) / 2
        _text(brush, (LEFT - 20, middle), scene.name, 22, anchor="rm")
        own = next(each.median_ms for each in scene.timings if each.name == TO_NUMPY)
        for each in scene.timings:
            right = max(axis.at(each.median_ms), LEFT + 3)
            brush.rounded_rectangle((LEFT, y, right, y + BAR), 4, COLORS.get(each.name, OTHER))
            times = f"   {each.median_ms / own:.1f} x" if each.name not in (TO_NUMPY, TO_PNG) else ""
            who = "" if each.name in COLORS else f"  {each.name.partition(',')[0]}"
            said = f"{_short(each.median_ms)} ms{times}{who}"
            _text(brush, (right + 10, y + BAR / 2), said, 18, halo=True)
            y += BAR + GAP
        y += 26
    return bottom - top + 54


def _draw_legend(brush: ImageDraw.ImageDraw, y: float) -> None:
    x: float = LEFT
    for name, color in (*COLORS.items(), ("other peers, pixels in numpy", OTHER)):
        brush.rounded_rectangle((x, y - 9, x + 18, y + 9), 4, color)
        _text(brush, (x + 27, y), name, 18)
        x += 27 + _font(18).getlength(name) + 30


def _draw_line(brush: ImageDraw.ImageDraw, section: Section, top: float) -> None:
    """Draw a cost against a size, both in powers of ten."""
    sizes, times = zip(*section.series, strict=True)
    across = Axis.around(sizes, LEFT, RIGHT)
    up = Axis.around(times, top + CHART - 70, top + 66)
    _text(brush, (MARGIN, top + 22), f"Cost against size: {section.title}"[:120], 24)
    for tick in across.ticks():
        brush.line((across.at(tick), up.end, across.at(tick), up.start), GRID, 2)
        _text(brush, (across.at(tick), up.start + 22), _count(tick), 17, color=FAINT, anchor="mm")
    for tick in up.ticks():
        brush.line((LEFT, up.at(tick), RIGHT, up.at(tick)), GRID, 2)
        _text(brush, (LEFT - 20, up.at(tick)), f"{tick:,g} ms", 17, color=FAINT, anchor="rm")
    points = list(_points(section, across, up))
    brush.line([(x, y) for x, y, _ in points], OWN, 4, joint="curve")
    for x, y, ms in points:
        brush.ellipse((x - 7, y - 7, x + 7, y + 7), OWN, PAPER, 2)
        at, anchor = ((x + 8, y - 24), "lm") if x == points[0][0] else ((x + 4, y - 24), "mm")  # clear of the axis
        _text(brush, at, f"{_short(ms)} ms", 18, anchor=anchor, halo=True)


def _points(section: Section, across: Axis, up: Axis) -> Iterator[tuple[float, float, float]]:
    for size, ms in section.series:
        yield across.at(size), up.at(ms), ms


def _short(ms: float) -> str:
    return f"{ms:,.0f}" if ms >= 100 else f"{ms:.1f}" if ms >= 10 else f"{ms:.2f}"


def _count(value: float) -> str:
    names = ((1e6, " million"), (1e3, " thousand"))
    return next((f"{value / unit:g}{name}" for unit, name in names if value >= unit), f"{value:g}")


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _text(
    brush: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: float,
    *,
    color: str = INK,
    anchor: str = "lm",
    halo: bool = False,
) -> None:
    around = 3 if halo else 0
    brush.text(at, text, color, _font(size), anchor, stroke_width=around, stroke_fill=PAPER)
