"""Discs that hide behind others: what shows is kept, what is hidden for certain is not; the picture agrees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import blazon as bz
from blazon.ingest.moments import At
from blazon.render.frame import FrameRenderer
from blazon.render.gpu.context import open_headless
from blazon.render.gpu.targets import Target
from blazon.render.kernels.hidden import TILE, hide, project
from blazon.render.scene import SceneBuilder
from blazon.render.shot import Shot, make_look
from tests import naive

WIDTH, HEIGHT, NEAR = 12, 9, 1.0
LENS = np.array([[6.0, 0, WIDTH / 2], [0, 6.0, HEIGHT / 2], [0, 0, 1]])
POINTS = hnp.arrays(np.float32, st.tuples(st.integers(1, 25), st.just(3)), elements=st.floats(-3, 8, width=32))


@given(POINTS)
def test_points_project_as_a_pinhole_does(points: np.ndarray) -> None:
    projected = np.empty((len(points), 3), np.float32)
    project(points, np.eye(4)[:3], LENS, NEAR, projected)
    for point, (x, y, depth) in zip(points, projected, strict=True):
        assert depth == (point[2] if point[2] >= NEAR else 0)
        if depth > 0:
            expected = LENS @ point.astype(float)
            np.testing.assert_allclose((x, y), expected[:2] / expected[2], atol=1e-4)


def hidden_of_any_size(points: np.ndarray, radii: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """What `hide` answers: projected points, and which of them may show."""
    projected, shows = np.empty((len(points), 3), np.float32), np.empty(len(points), np.bool_)
    lens = np.array([[6.0, 0, width / 2], [0, 6.0, height / 2], [0, 0, 1]])
    project(points, np.eye(4)[:3], lens, NEAR, projected)
    tiles = -(-height // TILE), -(-width // TILE)
    covered, closed = np.zeros((height, width), np.bool_), np.full(tiles, np.inf, np.float32)
    left = np.zeros(tiles, np.int64)
    for y in range(height):
        for x in range(width):
            left[y // TILE, x // TILE] += 1
    hide(projected, radii, np.argsort(projected[:, 2], kind="stable"), NEAR, closed, left, covered, shows)
    return projected, shows


@given(POINTS, st.data())
def test_discs_of_any_size_that_show_are_kept(points: np.ndarray, data: st.DataObject) -> None:
    radii = data.draw(hnp.arrays(np.float32, len(points), elements=st.floats(0.5, 30, width=32)))
    projected, shows = hidden_of_any_size(points, radii, 20, 18)
    wanted = naive.visible_discs([tuple(map(float, each)) for each in projected], radii.tolist(), 20, 18)
    assert not (np.array(wanted) & ~shows).any()


def test_large_discs_hide_what_is_behind_them() -> None:
    points = np.array([(0, 0, 5), (0, 0, 2), (1, 0, 3), (0, 0, 1.5), (0, 0, 0.5)], np.float32)
    _, shows = hidden_of_any_size(points, np.array([60, 60, 3, 2, 90], np.float32), 40, 30)
    assert shows.tolist() == [False, True, False, True, False]


@pytest.mark.parametrize("eye", [(3.0, 2.0, 1.0), (0.2, 0.1, 0.0)])
@pytest.mark.parametrize(("n", "radii"), [(120_000, -1.5), (3000, (0.05, 0.3)), (3000, (-20.0, -5.0))])
def test_the_picture_is_the_same_without_them(
    eye: tuple[float, float, float], n: int, radii: float | tuple[float, float]
) -> None:
    """But for pixels where two depths are one in the GPU's buffer."""
    rng = np.random.default_rng(1)
    positions, class_ids = rng.normal(size=(n, 3)).astype(np.float32), rng.integers(0, 9, n)
    if isinstance(radii, tuple):
        radii = rng.uniform(*radii, n)  # type: ignore[assignment]
    rec = bz.Recording("cloud")
    rec.log("p", bz.Points3D(positions, class_ids=class_ids, radii=radii), static=True)
    shot = Shot(rec, At(None), make_look(200, 150, eye=eye, target=(0, 0, 0)))
    gpu = open_headless()
    pictures, counts = [], []
    with gpu.context:
        target, frames = Target(gpu, 200, 150), FrameRenderer(gpu)
        for splats in (False, True):
            scene = SceneBuilder(splats=splats).build(shot)
            counts.append(sum(len(rows) for rows, _ in scene.space_rows.values()))
            frames.draw(scene, target)
            pictures.append(target.read())
        del target, frames
    gpu.context.release()
    assert counts[1] < counts[0] / 2
    inner = slice(2, -2)  # GL drops points whose middle is past the picture's edge
    differ = (pictures[0] != pictures[1]).any(axis=2)[inner, inner]
    assert differ.mean() < 1e-3
