"""In which order the parts of a line stand that go in different directions. Source: UAX 9, worked out by hand."""

from __future__ import annotations

import pytest

from blazon.render.text.scripts import is_from_right, visual_order

LEFT, RIGHT, NEUTRAL = False, True, None


@pytest.mark.parametrize(
    ("parts", "line", "order"),
    [
        ([LEFT, LEFT], LEFT, [0, 1]),
        ([RIGHT, RIGHT], LEFT, [1, 0]),
        ([RIGHT, RIGHT], RIGHT, [1, 0]),
        ([LEFT, RIGHT, LEFT], LEFT, [0, 1, 2]),
        ([RIGHT, LEFT, RIGHT], RIGHT, [2, 1, 0]),
        ([LEFT, NEUTRAL, RIGHT, NEUTRAL, LEFT], LEFT, [0, 1, 2, 3, 4]),
        ([LEFT, NEUTRAL, RIGHT, NEUTRAL, RIGHT, NEUTRAL, LEFT], LEFT, [0, 1, 4, 3, 2, 5, 6]),
        ([RIGHT, NEUTRAL, LEFT, LEFT], RIGHT, [2, 3, 1, 0]),
        ([RIGHT, NEUTRAL], LEFT, [0, 1]),
        ([NEUTRAL], RIGHT, [0]),
        ([], LEFT, []),
    ],
)
def test_the_order_of_parts(parts: list[bool | None], line: bool, order: list[int]) -> None:
    assert visual_order(parts, line_from_right=line) == order


@pytest.mark.parametrize(
    ("text", "found"), [("abc", LEFT), ("سيارة", RIGHT), ("(שלום) a", RIGHT), ("12 - 3", NEUTRAL), ("", NEUTRAL)]
)
def test_the_direction_of_a_text(text: str, found: bool | None) -> None:
    assert is_from_right(text) is found
