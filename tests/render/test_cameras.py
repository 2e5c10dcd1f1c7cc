"""Where scene coordinates lie in a picture: equal scale, centred, whole pixels where they can be; and the grid."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from blazon.render.cameras import Bounds, Camera2D, Viewport, grid

numbers = st.floats(-1e4, 1e4, allow_nan=False)
sizes = st.integers(1, 2000)


@given(numbers, numbers, st.floats(1e-2, 1e4), st.floats(1e-2, 1e4), sizes, sizes)
def test_bounds_are_shown_whole_centred_and_never_stretched(
    x: float, y: float, width: float, height: float, pixels_x: int, pixels_y: int
) -> None:
    bounds = Bounds(x, y, x + width, y + height)
    assume(bounds.width > 0 and bounds.height > 0)
    camera = Camera2D.fit(bounds, Viewport(0, 0, pixels_x, pixels_y))
    corners = np.array([[bounds.x0, bounds.y0], [bounds.x1, bounds.y1]]) * camera.px_per_unit + camera.origin_px
    margin = np.array([corners[0], (pixels_x, pixels_y) - corners[1]])  # left top, right bottom
    tolerance = 1e-6 * (abs(x) + abs(y) + width + height) * camera.px_per_unit + 1e-6
    assert margin.min() >= -tolerance
    assert margin[0].min() <= 1 + tolerance or margin[1].min() <= 1 + tolerance  # as large as it can be
    assert np.abs(margin[0] - margin[1]).max() <= 1 + tolerance  # centred, to a pixel


def test_one_unit_is_one_pixel_where_the_sizes_are_equal() -> None:
    camera = Camera2D.fit(Bounds(0, 0, 640, 480), Viewport(0, 0, 640, 480))
    assert (camera.px_per_unit, camera.origin_px) == (1, (0, 0))


def test_a_whole_scale_leaves_no_half_pixels() -> None:
    camera = Camera2D.fit(Bounds(0, 0, 10, 10), Viewport(0, 0, 21, 20))
    assert (camera.px_per_unit, camera.origin_px) == (2, (0, 0))


def test_a_point_and_a_line_can_be_shown() -> None:
    assert Camera2D.fit(Bounds(5, 5, 5, 5), Viewport(0, 0, 10, 10)).px_per_unit == 10
    assert Camera2D.fit(Bounds(0, 5, 20, 5), Viewport(0, 0, 10, 10)).px_per_unit == 0.5


@given(numbers, numbers, st.floats(1, 1e3), sizes, sizes)
def test_the_matrix_does_what_the_camera_says(x: float, y: float, width: float, pixels_x: int, pixels_y: int) -> None:
    camera = Camera2D.fit(Bounds(0, 0, width, width), Viewport(3, 4, pixels_x, pixels_y))
    clip = camera.clip_from_scene() @ np.array([x, y, 0, 1])
    px = (clip[:2] / clip[3] * 0.5 + 0.5) * (pixels_x, pixels_y)
    expected = np.array([x, y]) * camera.px_per_unit + camera.origin_px
    np.testing.assert_allclose(px, expected, atol=1e-2 + 1e-5 * np.abs(expected).max())


@given(st.integers(1, 40), sizes, sizes, st.floats(0.1, 10))
def test_cells_of_a_grid_do_not_overlap_and_lie_inside(count: int, width: int, height: int, aspect: float) -> None:
    assume(width >= 40 and height >= 40)
    cells = grid(count, width, height, aspect)
    covered = np.zeros((height, width), int)
    for cell in cells:
        assert cell.x + cell.width <= width
        assert cell.y + cell.height <= height
        covered[cell.y : cell.y + cell.height, cell.x : cell.x + cell.width] += 1
    assert len(cells) == count
    assert covered.max() == 1
    assert min(cell.width for cell in cells) + 1 >= max(cell.width for cell in cells)


def test_one_view_has_the_whole_picture() -> None:
    assert grid(1, 7, 5, 1.0) == [Viewport(0, 0, 7, 5)]


def test_wide_views_are_stacked_and_tall_ones_lie_side_by_side() -> None:
    assert [cell.x for cell in grid(2, 100, 100, 4.0)] == [0, 0]
    assert [cell.y for cell in grid(2, 100, 100, 0.25)] == [0, 0]
