"""Small discs that hide behind others: what shows is kept, what is hidden for certain is not; the picture agrees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import blazon as bz
from blazon.ingest.recording import At
from blazon.render.frame import FrameRenderer
from blazon.render.gpu.context import open_headless
from blazon.render.gpu.targets import Target
from blazon.render.kernels.hidden import cover, project, visible
from blazon.render.scene import SceneBuilder
from blazon.render.shot import Shot, make_look
from tests import naive

WIDTH, HEIGHT, NEAR = 12, 9, 1.0
LENS = np.array([[6.0, 0, WIDTH / 2], [0, 6.0, HEIGHT / 2], [0, 0, 1]])
POINTS = hnp.arrays(np.float32, st.tuples(st.integers(1, 25), st.just(3)), elements=st.floats(-3, 8, width=32))


def kept(points: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """What the kernels answer: projected points, and which of them may show."""
    projected, shows = np.empty((len(points), 3), np.float32), np.empty(len(points), np.bool_)
    nearest = np.full((HEIGHT, WIDTH), np.inf, np.float32)
    project(points, np.eye(4)[:3], LENS, NEAR, projected)
    for first in (0, 4):  # in two parts, as threads do
        cover(projected, radius, first, HEIGHT, nearest[first : 4 if first == 0 else HEIGHT])
    visible(projected, radius, NEAR, nearest, shows)
    return projected, shows


@given(POINTS, st.sampled_from([0.7, 1.5, 3.0]))
def test_whatever_shows_is_kept(points: np.ndarray, radius: float) -> None:
    projected, shows = kept(points, radius)
    wanted = naive.visible_dots([tuple(map(float, each)) for each in projected], radius, WIDTH, HEIGHT)
    assert not (np.array(wanted) & ~shows).any()


@given(POINTS)
def test_points_project_as_a_pinhole_does(points: np.ndarray) -> None:
    projected, _ = kept(points, 1.5)
    for point, (x, y, depth) in zip(points, projected, strict=True):
        assert depth == (point[2] if point[2] >= NEAR else 0)
        if depth > 0:
            expected = LENS @ point.astype(float)
            np.testing.assert_allclose((x, y), expected[:2] / expected[2], atol=1e-4)


def test_what_hides_is_left_out() -> None:
    wall = [(x / 4, y / 4, 2.0) for x in range(-16, 17) for y in range(-16, 17)]
    points = np.array([*wall, (0, 0, 4), (1, 1, 5), (0, 0, 1.5), (0, 0, 0.5), (99, 0, 2)], np.float32)
    _, shows = kept(points, 1.5)
    assert shows[len(wall) :].tolist() == [False, False, True, False, False]


@pytest.mark.parametrize("eye", [(3.0, 2.0, 1.0), (0.2, 0.1, 0.0)])
def test_the_picture_is_the_same_without_them(eye: tuple[float, float, float]) -> None:
    """But for pixels where two depths are one in the GPU's buffer."""
    rng = np.random.default_rng(1)
    positions, class_ids = rng.normal(size=(120_000, 3)).astype(np.float32), rng.integers(0, 9, 120_000)
    rec = bz.Recording("cloud")
    rec.log("p", bz.Points3D(positions, class_ids=class_ids), static=True)
    shot = Shot(rec, At(None), make_look(200, 150, eye=eye, target=(0, 0, 0)))
    gpu = open_headless()
    pictures, counts = [], []
    with gpu.context:
        target, frames = Target(gpu, 200, 150), FrameRenderer(gpu)
        for thins in (False, True):
            scene = SceneBuilder(thins=thins).build(shot)
            counts.append(sum(len(rows) for rows, _ in scene.space_rows.values()))
            frames.draw(scene, target)
            pictures.append(target.read())
        del target, frames
    gpu.context.release()
    assert counts[1] < counts[0] / 2
    assert (pictures[0] != pictures[1]).any(axis=2).mean() < 1e-3
