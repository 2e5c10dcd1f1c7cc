"""Labels in scripts that single pixels can't pin: accents, letters that join, conjuncts, both directions. SEMANTICS §5.

`pytest --regenerate-golden` writes them anew: look at each before you keep it. The fonts are small ones of our own and
the one that ships with blazon, so that it does not matter which are installed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import features

import blazon as bz
from blazon.render.text import fonts
from tests.pictures import WHITE, Draw

Golden = Callable[..., None]
FONTS = Path(__file__).parents[1] / "assets" / "fonts"
WIDTH, HEIGHT = 160, 104
COLORS = [WHITE, (255, 170, 60), (90, 170, 255)]
needs_shaping = pytest.mark.skipif(not features.check("raqm"), reason="Pillow is without raqm, or without FriBiDi")
scales = pytest.mark.parametrize("scale", [1, 2])


@pytest.fixture(autouse=True)
def no_installed_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "installed", lambda: ())


def labelled(draw: Draw, texts: list[str], scale: int, **look: Any) -> Any:
    """Three boxes with a label each, one below the other."""
    boxes = bz.Boxes2D(
        centers=[[80, 8], [80, 42], [80, 76]], half_sizes=[[60, 4]] * 3, labels=texts, colors=COLORS, radii=-0.5
    )
    size = (WIDTH * scale, HEIGHT * scale)
    return draw({"b": boxes}, size=size, bounds=(0, 0, WIDTH, HEIGHT), labels="auto", scale=scale, **look)


@scales
def test_latin(draw: Draw, golden: Golden, scale: int) -> None:
    """Accents above, below and through letters."""
    golden(f"label_latin_{scale}", labelled(draw, ["Zürich, Straße", "garçon (naïveté)", "Łódź: fjäll 42 %"], scale))


@scales
def test_greek_and_cyrillic(draw: Draw, golden: Golden, scale: int) -> None:
    golden(f"label_greek_{scale}", labelled(draw, ["αυτοκίνητο", "пешеход, ёж", "Київ ΆΛΦΑ"], scale))


@scales
def test_chinese(draw: Draw, golden: Golden, scale: int) -> None:
    """Its font is the user's; letters of Latin, which that lacks, are of the one that ships."""
    texts = ["行人", "自行车 42", "红绿灯，猫。"]
    golden(f"label_chinese_{scale}", labelled(draw, texts, scale, font=FONTS / "chinese.ttf"))


@needs_shaping
@scales
def test_arabic(draw: Draw, golden: Golden, scale: int) -> None:
    """Letters join, from right to left, with their marks."""
    golden(f"label_arabic_{scale}", labelled(draw, ["سيارة", "مشاة", "درّاجة هوائية"], scale))


@needs_shaping
@scales
def test_hindi(draw: Draw, golden: Golden, scale: int) -> None:
    """Conjuncts form, and the short i stands before the letters that it follows."""
    texts = ["क्षत्रिय", "हिन्दी", "ज्ञान श्री 42"]
    golden(f"label_hindi_{scale}", labelled(draw, texts, scale, font=[FONTS / "devanagari.ttf"]))


@needs_shaping
@scales
def test_both_directions(draw: Draw, golden: Golden, scale: int) -> None:
    """A line runs as its first letter does; numbers and words of the other direction keep their own."""
    golden(f"label_mixed_{scale}", labelled(draw, ["car سيارة 42", "سيارة SUV 42", "12 مشاة (old)"], scale))


@scales
def test_letters_that_no_font_has(draw: Draw, golden: Golden, scale: int) -> None:
    """A box each, between those that are there."""
    golden(f"label_missing_{scale}", labelled(draw, ["a\U0010fffdb", "行人 12", "\U000e0fff"], scale))
