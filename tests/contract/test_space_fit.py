"""What an eye that nobody set sees: all of it, in the middle, however little or much there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import blazon as bz
from tests.pictures import GREEN, RED, logged

SIZE = (96, 72)


@pytest.fixture(scope="module")
def studio() -> Iterator[bz.Offscreen]:
    with bz.Offscreen(*SIZE) as screen:
        yield screen


def extent_of(picture: np.ndarray) -> tuple[int, int, int, int]:
    """The first and last column, the first and last row, that differ from the background."""
    ys, xs = np.nonzero((picture != picture[0, 0]).any(axis=2))
    assert len(xs), "nothing is drawn"
    return int(xs.min()), int(xs.max()), int(ys.min()), int(ys.max())


LONE: dict[str, Any] = {
    "a point": bz.Points3D([[4, 5, 2]], colors=RED),
    "two equal points": bz.Points3D([[4, 5, 2]] * 2, colors=RED),
    "a point of a radius": bz.Points3D([[4, 5, 2]], radii=0.05, colors=RED),
    "a point of a tiny radius": bz.Points3D([[4, 5, 2]], radii=1e-4, colors=RED),
    "a box without a size": bz.Boxes3D(half_sizes=[[0, 0, 0]], centers=[[1, 1, 1]], colors=RED),
    "an arrow without a length": bz.Arrows3D(vectors=[[0, 0, 0]], origins=[[1, 1, 1]], colors=RED),
    "a point of UTM": bz.Points3D(np.array([[448262.0, 5411932.0, 200.0]]), radii=1, colors=RED),
}


@pytest.mark.parametrize("what", LONE)
@pytest.mark.parametrize("look", [{}, {"target": (4, 5, 2)}, {"fov": 10}])
def test_what_is_alone_is_seen(studio: bz.Offscreen, what: str, look: dict[str, Any]) -> None:
    if "target" in look and "UTM" in what:
        look = {"target": (448262.0, 5411932.0, 200.0)}
    picture = studio.render(logged({"p": [LONE[what]]}), kind="3d", **look)
    left, right, top, bottom = extent_of(picture)
    assert (left > 0, right < SIZE[0] - 1, top > 0, bottom < SIZE[1] - 1) == (True,) * 4
    if "target" not in look:
        assert abs((left + right + 1) / 2 - SIZE[0] / 2) <= 1
        assert abs((top + bottom + 1) / 2 - SIZE[1] / 2) <= 1


WIDE: dict[str, Any] = {
    "points of scene units": bz.Points3D([[0.1, 0, 0], [-0.1, 0, 0]], radii=0.05, colors=RED),
    "lines of scene units": bz.LineStrips3D([[[0, 0, 0], [1, 0, 0], [1, 1, 0]]], radii=0.3, colors=RED),
    "arrows of scene units": bz.Arrows3D(vectors=[[1, 0, 0], [0, 0, 1]], radii=0.1, colors=RED),
    "boxes": bz.Boxes3D(half_sizes=[[3, 1, 0.5]], centers=[[7, 0, 0]], colors=RED),
    "points here and there": bz.Points3D([[0, 0, 0], [9, 1, 0], [3, 3, 4], [2, 7, 1]], colors=RED),
}


@pytest.mark.parametrize("what", WIDE)
def test_all_of_it_is_seen_in_the_middle(studio: bz.Offscreen, what: str) -> None:
    """It reaches near two opposite sides, and as far from one as from the other."""
    left, right, top, bottom = extent_of(studio.render(logged({"p": [WIDE[what]]}), kind="3d"))
    margins = left, SIZE[0] - 1 - right, top, SIZE[1] - 1 - bottom
    assert min(margins) >= 1
    assert min(margins) <= 12
    assert abs(margins[0] - margins[1]) <= 6  # arrows are fitted as wide as their tips all along
    assert abs(margins[2] - margins[3]) <= 4


def test_with_a_target_all_of_it_is_seen(studio: bz.Offscreen) -> None:
    corners = bz.Points3D([[0, 0, 0], [20, 0, 0], [20, 20, 0], [0, 20, 0]], radii=0.5, colors=RED)
    for target in ((0, 0, 0), (20, 20, 0), (10, 10, 0)):
        left, right, top, bottom = extent_of(studio.render(logged({"p": [corners]}), kind="3d", target=target))
        assert left >= 1
        assert right < SIZE[0] - 1
        assert top >= 1
        assert bottom < SIZE[1] - 1


def test_a_ball_around_the_eye_fills_the_picture(studio: bz.Offscreen) -> None:
    picture = studio.render(
        logged({"p": [bz.Points3D([[0, 0, 0]], radii=5, colors=RED)]}), kind="3d", eye=(0.001, 0, 0), target=(0, 0, 0)
    )
    assert (picture == RED).all()


def test_a_disc_that_reaches_into_the_picture_is_seen(studio: bz.Offscreen) -> None:
    """Its middle is out of sight, and everything else is far away."""
    points = bz.Points3D([[5, 3, 0], [100, 0, 0]], radii=[2, 0.1], colors=[RED, GREEN])
    picture = studio.render(logged({"p": [points]}), kind="3d", eye=(0, 0, 0), target=(1, 0, 0), fov=40)
    assert (picture == RED).all(axis=2).any()


def test_a_line_to_far_away_hides_nothing_that_is_near(studio: bz.Offscreen) -> None:
    things: Any = {
        "map": [bz.LineStrips3D([[[-1, 1, 0], [1e6, 9, 0]]])],
        "near": [bz.Points3D([[5, 0, 0]], radii=1, colors=RED)],
    }
    picture = studio.render(logged(things), kind="3d", eye=(0, 0, 0), target=(1, 0, 0))
    assert (picture == RED).all(axis=2).sum() > 100


def test_a_point_that_is_lost_does_not_blur_the_others(studio: bz.Offscreen) -> None:
    """The first one is far away: what float32 holds of the others stays as it is."""
    near = np.array([[0.25, 0.5, 0.125], [0.75, 0.25, 0.5], [0, 0, 0], [1, 1, 1]], np.float32)
    look: dict[str, Any] = {"kind": "3d", "eye": (3, 2, 1), "target": (0.5, 0.5, 0.5)}
    alone = studio.render(logged({"p": [bz.Points3D(near, colors=RED)]}), **look)
    lost = np.concatenate([np.array([[1e8, 0, 0]], np.float32), near])
    assert np.array_equal(studio.render(logged({"p": [bz.Points3D(lost, colors=RED)]}), **look), alone)


@pytest.mark.parametrize("n", [90_000, 110_000])
@pytest.mark.parametrize("radius", [-0.3, 0.001])
def test_many_points_of_a_tiny_radius_are_seen(studio: bz.Offscreen, n: int, radius: float) -> None:
    positions = np.random.default_rng(0).uniform(-1, 1, (n, 3)).astype(np.float32)
    picture = studio.render(logged({"p": [bz.Points3D(positions, radii=radius, colors=RED)]}), kind="3d")
    assert (picture == RED).all(axis=2).mean() > 0.3


def test_translucent_things_of_different_kinds_are_drawn_from_far_to_near(studio: bz.Offscreen) -> None:
    """A point behind the faces of a box is seen through them, whether it is opaque or almost."""
    box = bz.Boxes3D(half_sizes=[[1, 1, 1]], colors=RED)
    look: dict[str, Any] = {"kind": "3d", "eye": (8, 0, 0), "target": (0, 0, 0)}
    colors = []
    for alpha in (255, 254):
        point = bz.Points3D([[-3, 0, 0]], radii=0.3, colors=(*GREEN[:3], alpha))
        colors.append(studio.render(logged({"b": [box], "p": [point]}), **look)[SIZE[1] // 2, SIZE[0] // 2])
    np.testing.assert_allclose(colors[0].astype(int), colors[1].astype(int), atol=2)


@pytest.mark.parametrize("runs", ["few", "many"])
def test_many_translucent_things_are_drawn(studio: bz.Offscreen, runs: str) -> None:
    """However their kinds alternate in depth, few draw calls are made."""
    n = {"few": 5, "many": 400}[runs]
    at = np.stack([np.linspace(0, 10, n), np.zeros(n), np.zeros(n)], axis=1)
    things: Any = {
        "p": [bz.Points3D(at, colors=(255, 0, 0, 90))],
        "b": [bz.Boxes3D(half_sizes=[[0.1] * 3], centers=at + 5 / n)],
    }
    before = studio.counts().draws
    picture = studio.render(logged(things), kind="3d")
    assert studio.counts().draws - before < 280
    extent_of(picture)
