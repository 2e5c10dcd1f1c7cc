"""The kernels of render/kernels/reach.py against their slow twins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blazon.render.kernels.reach import AT, DEPTH, OFF, SHARE, X, Y, lines_in_reach, points_in_reach
from tests import naive

LENS = np.array([[30.0, 0, 50, 0], [0, 30, 40, 0], [0, 0, 1, 3]])  # of space; the eye is three units behind the origin
PLANE = np.array([[10.0, 2, 0, 50], [-2, 10, 0, 40], [0, 0, 0, 1]])
NUMBERS = st.floats(-4, 4, width=32) | st.sampled_from([np.nan, np.inf])
RADII = st.sampled_from([-1.5, -4, 0.25, 1])
BEST = 4


def asked(step: float) -> np.ndarray:
    return np.array([52.5, 41.5, 8, 0.01, 30, 1, step, 0.5])


@given(st.data(), st.sampled_from([2, 3]), st.sampled_from([0, 2]), st.sampled_from([np.float32, np.float64]))
def test_points_in_reach(data: st.DataObject, size: int, step: float, dtype: type) -> None:
    n = data.draw(st.integers(0, 20))
    points = data.draw(hnp.arrays(np.float32, (n, size), elements=NUMBERS)).astype(dtype)
    many = data.draw(st.booleans()) and n > 0
    radii = data.draw(hnp.arrays(np.float32, n if many else 1, elements=RADII))
    shown = data.draw(hnp.arrays(np.bool_, n if many else 1))
    pose = PLANE if size == 2 else LENS
    numbers, out = np.full(BEST, -1), np.full((BEST, 5), np.nan)
    count = points_in_reach(points, pose, radii, shown, asked(step), numbers, out)
    with np.errstate(all="ignore"):
        wanted = naive.points_in_reach(points, pose, radii.tolist(), shown.tolist(), asked(step).tolist(), BEST)
    assert numbers[:count].tolist() == [i for i, _, _ in wanted]
    assert (numbers[count:] == -1).all()
    np.testing.assert_allclose(out[:count, [DEPTH, OFF]], np.reshape([each[1:] for each in wanted], (-1, 2)), atol=1e-9)
    for i, row in zip(numbers[:count].tolist(), out, strict=False):
        px = pose[:, :size] @ points[i] + pose[:, 3]
        np.testing.assert_allclose(row[[X, Y]], px[:2] / px[2], rtol=1e-6)


@settings(max_examples=40)
@given(st.data(), st.sampled_from([2, 3]))
def test_lines_in_reach(data: st.DataObject, size: int) -> None:
    lengths = data.draw(st.lists(st.integers(0, 3), max_size=4))
    points = data.draw(hnp.arrays(np.float32, (sum(lengths), size), elements=st.floats(-4, 4, width=32)))
    radii = data.draw(hnp.arrays(np.float32, len(lengths) or 1, elements=st.sampled_from([-1.5, -4])))
    shown = data.draw(hnp.arrays(np.bool_, len(lengths) or 1))
    starts, pose = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), PLANE if size == 2 else LENS
    numbers, out = np.full(BEST, -1), np.full((BEST, 7), np.nan)
    count = lines_in_reach(points, starts, pose, radii, shown, asked(0), numbers, out)
    strips = np.split(points, starts[1:-1]) if lengths else []
    wanted = naive.lines_in_reach(strips, pose, radii.tolist(), shown.tolist(), asked(0).tolist())
    found = dict(zip(numbers[:count].tolist(), out[:count, OFF].tolist(), strict=True))
    for i, off in wanted.items():
        assert found[i] <= off + 1e-6  # the twin looks at some places alone
        assert found[i] == pytest.approx(off, abs=0.5)
    assert all(off >= 7.4 for i, off in found.items() if i not in wanted)
    for row in out[:count]:
        first = int(row[AT])
        place = points[first] + (points[first + 1].astype(np.float64) - points[first]) * row[SHARE]
        px = pose[:, :size] @ place + pose[:, 3]
        np.testing.assert_allclose(px[:2] / px[2], row[[X, Y]], atol=1e-6)
        assert px[2] == pytest.approx(row[DEPTH])


def test_lines_that_are_not_finite_are_nowhere() -> None:
    numbers, out = np.empty(BEST, np.int64), np.empty((BEST, 7))
    points = np.array([[np.nan, 0, 0], [0, 0, 0], [np.inf, 0, 0]], np.float32)
    every = np.ones(1, np.bool_)
    starts, radii = np.array([0, 3]), np.full(1, -1.5, np.float32)
    assert lines_in_reach(points, starts, LENS, radii, every, asked(0), numbers, out) == 0
