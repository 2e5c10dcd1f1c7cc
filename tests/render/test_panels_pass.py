"""Patches of panels that are drawn as one leave the same pixels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from blazon.render.layouts import CORNER
from blazon.render.passes.panels import Patch, joined

SIZE = 24
HALVES = st.integers(-4, 2 * SIZE).map(lambda number: number / 2)
RECTS = st.tuples(HALVES, HALVES, HALVES, HALVES)  # some are nothing
Box = tuple[int, int, int, int]


def corners_of(rects: list[tuple[float, float, float, float]]) -> np.ndarray:
    """Two triangles for each rect, in the colour of its number."""
    corners = np.zeros(6 * len(rects), CORNER)
    for number, (x0, y0, x1, y1) in enumerate(rects):
        corners["position"][6 * number : 6 * number + 6] = [(x0, y0), (x1, y0), (x1, y1), (x0, y0), (x1, y1), (x0, y1)]
    return corners


def painted(corners: np.ndarray, drawn: list[tuple[Patch, Box]], scale: float) -> np.ndarray:
    """Which rect, of which texture, is the topmost in each pixel."""
    shown = np.full((2 * SIZE, 2 * SIZE, 2), -1)
    middles = np.arange(2 * SIZE) + 0.5
    for patch, (left, top, right, bottom) in drawn:
        for start in range(patch.start, patch.start + patch.count, 6):
            (x0, y0), (x1, y1) = np.sort(corners["position"][[start, start + 2]] * scale, axis=0)
            x, y = (middles >= x0) & (middles < x1), (middles >= y0) & (middles < y1)
            x, y = x & (middles > left) & (middles < right), y & (middles > top) & (middles < bottom)
            shown[y[:, None] & x] = start, patch.texture
    return shown


def boxes_of(patches: list[Patch], scale: float) -> list[Box]:
    return [tuple(round(each * scale) for each in patch.clip) for patch in patches]  # type: ignore[misc] # four


@given(
    st.lists(st.tuples(st.lists(RECTS, max_size=3), RECTS, st.integers(1, 2)), max_size=8),
    st.sampled_from([1.0, 1.25, 1.5, 2.0]),
)
def test_joined(
    given: list[tuple[list[tuple[float, float, float, float]], tuple[float, float, float, float], int]], scale: float
) -> None:
    corners = corners_of([rect for rects, _, _ in given for rect in rects])
    patches, start = [], 0
    for rects, clip, texture in given:
        patches.append(Patch(texture, start, 6 * len(rects), clip, is_opaque=texture == 2))
        start += 6 * len(rects)
    boxes = boxes_of(patches, scale)
    found = joined(corners, patches, boxes, scale)
    assert sum(patch.count for patch, _ in found) == len(corners)
    assert all(patch.is_opaque == (patch.texture == 2) for patch, _ in found)
    expected = painted(corners, list(zip(patches, boxes, strict=True)), scale)
    np.testing.assert_array_equal(painted(corners, found, scale), expected)


def test_rows_that_are_clipped_by_themselves_become_one_patch() -> None:
    """As those of a list, each of whose texts has a clip that it does not need."""
    rects = [(2.0, y, 9.0, y + 2.0) for y in range(0, 20, 2)]
    patches = [Patch(1, 6 * n, 6, (1.0, y, 20.0, y + 2.0)) for n, (_, y, _, _) in enumerate(rects)]
    ((one, box),) = joined(corners_of(rects), patches, boxes_of(patches, 1.0), 1.0)
    assert (one.start, one.count, box) == (0, 60, (1, 0, 20, 20))
    cut = [*patches[:5], Patch(1, 30, 6, (1.0, 10.0, 5.0, 12.0)), *patches[6:]]  # half of one is not to be seen
    assert [patch.count for patch, _ in joined(corners_of(rects), cut, boxes_of(cut, 1.0), 1.0)] == [30, 6, 24]
