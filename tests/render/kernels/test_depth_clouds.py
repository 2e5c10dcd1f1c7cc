"""The kernel of render/kernels/depth_clouds.py against its slow twin."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blazon.render.kernels import depth_clouds as kernels
from tests import naive

SIDES = st.integers(1, 6)
DEPTHS = hnp.arrays(
    np.float32,
    st.tuples(SIDES, SIDES),
    elements=st.sampled_from([0, 0.25, 1, 3.5, 1000, -1, math.nan, math.inf, -math.inf]),
)
COLORS = hnp.arrays(np.uint8, st.tuples(SIDES, SIDES, st.just(4)), elements=st.sampled_from([0, 1, 128, 255]))
FOCAL = st.floats(1, 500) | st.floats(-500, -1)


def unproject(
    depths: np.ndarray, colors: np.ndarray, matrix: np.ndarray, scale: float, fill: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the kernel writes into memory that holds anything."""
    n = depths.size
    positions, radii, words = np.full((n, 3), 9, np.float32), np.full(n, 9, np.float32), np.full(n, 9, np.uint32)
    packed = np.ascontiguousarray(colors).view(np.uint32)[..., 0]
    count = kernels.unproject(depths, packed, np.linalg.inv(matrix), scale, fill, positions, radii, words)
    assert (positions[count:] == 9).all()  # past its answer nothing is touched
    return positions[:count], radii[:count], words[:count].view(np.uint8).reshape(-1, 4)


@given(DEPTHS, COLORS, FOCAL, FOCAL, st.floats(-5, 50), st.floats(-5, 50), st.floats(0.001, 10), st.floats(0.1, 3))
def test_unproject(
    depths: np.ndarray,
    colors: np.ndarray,
    fx: float,
    fy: float,
    cx: float,
    cy: float,
    scale: float,
    fill: float,
) -> None:
    """Row by row, from above; the colours may be of any size."""
    matrix = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])
    positions, radii, words = unproject(depths, colors, matrix, scale, fill)
    expected = naive.unproject(depths, colors, matrix, scale, fill)
    assert len(positions) == len(expected)
    if expected:
        np.testing.assert_allclose(positions, [each[0] for each in expected], rtol=1e-5, atol=1e-5 * scale)
        np.testing.assert_allclose(radii, [each[1] for each in expected], rtol=1e-5)
    assert [tuple(each) for each in words.tolist()] == [each[2] for each in expected]


@given(DEPTHS)
def test_points_lie_in_the_middle_of_their_pixels(depths: np.ndarray) -> None:
    """The pinhole takes each back to where it came from."""
    matrix = np.array([[40, 0, 2.5], [0, 30, 1.5], [0, 0, 1]])
    positions, _, _ = unproject(depths, np.full((1, 1, 4), 255, np.uint8), matrix, 0.5, 1.0)
    there = np.isfinite(depths) & (depths > 0)
    assert len(positions) == there.sum()
    rows, columns = np.nonzero(there)
    for position, row, column in zip(positions, rows, columns, strict=True):
        x, y, depth = naive.through_pinhole(position.tolist(), np.eye(4), matrix)
        assert (x, y) == pytest.approx((column + 0.5, row + 0.5), abs=1e-4)
        assert depth == pytest.approx(depths[row, column] * 0.5)
