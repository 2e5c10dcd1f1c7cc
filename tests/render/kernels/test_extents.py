"""Each kernel of render/kernels/extents.py against its slow twin."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blazon.render.kernels import extents as kernels
from tests import naive

SMALL = st.integers(-8, 8).map(lambda i: i / 2)  # halves: what lies on a border lies there exactly
CLOUDS = hnp.arrays(np.float32, st.tuples(st.integers(0, 20), st.just(3)), elements=SMALL)
POSES = hnp.arrays(np.float64, (3, 4), elements=SMALL)


@given(CLOUDS, POSES, hnp.arrays(np.float64, (2, 3), elements=SMALL.map(lambda value: 4 * value)))
def test_extent(points: np.ndarray, pose: np.ndarray, corners: np.ndarray) -> None:
    """What `out` held before makes no difference."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    out = np.full((2, 3), 7.0)
    count = kernels.extent(points, pose, low, high, out)
    expected = naive.extent(points, pose, low, high)
    assert (count > 0) == (expected is not None)
    if expected is None:
        assert (out[0] == np.inf).all()
        assert (out[1] == -np.inf).all()
    else:
        np.testing.assert_allclose(out, expected, rtol=1e-12)


@given(CLOUDS, POSES)
def test_extent_counts_all_between_infinite_corners(points: np.ndarray, pose: np.ndarray) -> None:
    everywhere = np.full(3, np.inf)
    assert kernels.extent(points, pose, -everywhere, everywhere, np.empty((2, 3))) == len(points)


def test_extent_is_exact_far_from_the_origin() -> None:
    """The pose is float64, and so is the sum."""
    pose = np.eye(4)[:3]
    pose[:, 3] = 5e5 + 0.001, 4.2e6 + 0.001, 100.001
    out, everywhere = np.empty((2, 3)), np.full(3, np.inf)
    kernels.extent(np.array([[0.5, 0.25, 0.125]], np.float32), pose, -everywhere, everywhere, out)
    np.testing.assert_allclose(out[0], [500000.501, 4200000.251, 100.126], rtol=0, atol=1e-9)


# Depths of quarters and edges of halves: no rounding decides what is in sight.
@given(
    CLOUDS, POSES, hnp.arrays(np.float64, (2, 2), elements=st.sampled_from([-2, -1, -0.5, -0.25, 0, 0.25, 0.5, 1, 2]))
)
def test_depths_in_sight(points: np.ndarray, pose: np.ndarray, edges: np.ndarray) -> None:
    ordered = np.sort(edges, axis=1).ravel()
    out = np.full(2, 7.0)
    count = kernels.depths_in_sight(points, pose, ordered, out)
    # The twin divides; a quotient a rounding away from an edge may be on either side of it.
    least = naive.depths_in_sight(points, pose, ordered + [1e-9, -1e-9, 1e-9, -1e-9])
    most = naive.depths_in_sight(points, pose, ordered + [-1e-9, 1e-9, -1e-9, 1e-9])
    expected = naive.depths_in_sight(points, pose, ordered)
    assert len(least) <= count <= len(most)
    if len(least) == len(most):
        assert out.tolist() == [min(expected, default=np.inf), max(expected, default=-np.inf)]


@given(CLOUDS, POSES)
def test_depths_of_all_that_is_ahead(points: np.ndarray, pose: np.ndarray) -> None:
    """Edges may be infinite; what is at the eye, or behind it, is not seen."""
    out = np.full(2, 7.0)
    count = kernels.depths_in_sight(points, pose, np.array([-np.inf, np.inf, -np.inf, np.inf]), out)
    expected = naive.depths_in_sight(points, pose, [-np.inf, np.inf, -np.inf, np.inf])
    assert count == len(expected)
    assert out.tolist() == [min(expected, default=np.inf), max(expected, default=-np.inf)]


@given(
    CLOUDS,
    POSES,
    POSES,
    hnp.arrays(np.float64, (2, 3), elements=SMALL),
    st.tuples(st.floats(0.1, 3), st.floats(0.1, 3)),
    st.floats(0, 4),
)
def test_sides_of_sight(
    points: np.ndarray,
    pose: np.ndarray,
    axes: np.ndarray,
    corners: np.ndarray,
    tangents: tuple[float, float],
    radius: float,
) -> None:
    bounds, found = np.sort(20 * corners, axis=0), np.full(4, -np.inf)
    kernels.sides_of_sight(points, np.concatenate([pose, axes]), radius, bounds, np.array(tangents), found)
    expected = naive.sides_of_sight(points, pose, axes, radius, bounds, tangents)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-9)
