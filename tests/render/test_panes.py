"""Where views lie in the picture of a window."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blazon.ingest.entity_path import EntityPath
from blazon.render.panes import Key, Panes, Rect

KEYS = [(EntityPath.parse(f"view{i}"), "2d") for i in range(6)]
SIDES = st.floats(0.0, 900.0, allow_nan=False)


@st.composite
def rects(draw: st.DrawFn) -> dict[Key, Rect]:
    found: dict[Key, Rect] = {}
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True)):
        left, top = draw(SIDES), draw(SIDES)
        found[key] = left, top, left + draw(SIDES), top + draw(SIDES)
    return found


@given(rects(), st.sampled_from([0.5, 1.0, 1.25, 2.0, 3.0]), st.integers(1, 3000))
def test_every_view_has_pixels_of_its_own(given: dict[Key, Rect], scale: float, widest: int) -> None:
    panes = Panes(given, scale, widest)
    parts = [part for _, part in panes.places]
    assert [key for key, _ in panes.places] == list(given)
    for part in parts:
        assert part.x >= 0
        assert part.y >= 0
        assert part.x + part.width <= panes.size[0]
        assert part.y + part.height <= panes.size[1]
    for one, other in itertools.combinations(parts, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        below = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert beside or below


@given(rects(), st.sampled_from([1.0, 1.5, 2.0]))
def test_points_of_the_window_are_pixels_of_the_picture(given: dict[Key, Rect], scale: float) -> None:
    panes = Panes(given, scale, 1000)
    for key, rect in given.items():
        pane = panes.pane(key)
        assert pane is not None
        assert abs(pane.left - rect[0]) <= 0.5 / scale + 1e-9
        assert panes.in_picture(key, pane.left, pane.top) == (pane.part.x, pane.part.y)
        x, y = panes.in_picture(key, pane.left + 3, pane.top + 4)
        assert (x, y) == pytest.approx((pane.part.x + 3 * scale, pane.part.y + 4 * scale))
        left, top = panes.corner(key)
        assert (left + x / scale, top + y / scale) == pytest.approx((pane.left + 3, pane.top + 4))


def test_outside_of_all_panes_is_no_pixel() -> None:
    panes = Panes({KEYS[0]: (0, 0, 10, 10)})
    assert panes.in_picture(None, 5, 5) == panes.in_picture(KEYS[1], 5, 5) == (-1, -1)
    assert Panes().size == (1, 1)
