"""Discs that become a picture with its depth agree with their naive twins, on one thread and on several."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import blazon as bz
from blazon.ingest.moments import At
from blazon.render.cameras import Viewport
from blazon.render.cameras3d import Camera3D
from blazon.render.kernels.points import look_over, pack_points
from blazon.render.kernels.splats import EMPTY, merge, splat, take_apart
from blazon.render.layouts import POINT
from blazon.render.scene import SceneBuilder
from blazon.render.shot import Shot, make_look
from blazon.render.splats import Dots, Splatter
from blazon.render.visualizers.layers import Primitive, SpaceLayer
from tests import naive

WIDTH, HEIGHT = 13, 9
LENS = np.array([[8.0, 0, WIDTH / 2], [0, 8.0, HEIGHT / 2], [0, 0, 1]])
COUNTS = st.integers(1, 25)
POINTS = hnp.arrays(
    np.float32, st.tuples(COUNTS, st.just(3)), elements=st.sampled_from(np.arange(-24, 33) / 8 + 1 / 64)
)


def seen(points: np.ndarray) -> list[tuple[float, float, float]]:
    """Where a pinhole sees points: pixels, and the depth; nowhere where they are not before it."""
    found = []
    for x, y, z in points.astype(np.float64):
        u, v, _ = LENS @ np.array([x, y, z]) / z if z > 0 else (0, 0, 0)
        found.append((float(u), float(v), float(z)))
    return found


@given(POINTS, st.data())
def test_splats(points: np.ndarray, data: st.DataObject) -> None:
    """One radius or many, in one picture or in two that are merged."""
    n = len(points)
    words = np.arange(1, n + 1, dtype=np.uint32) << np.uint32(8)
    radii = data.draw(st.sampled_from([np.full(1, 1.5, np.float32), np.linspace(0.5, 4, n).astype(np.float32)]))
    half = data.draw(st.integers(0, n))
    pictures = [np.full((HEIGHT, WIDTH), EMPTY) for _ in range(2)]
    for part, picture in zip((slice(0, half), slice(half, n)), pictures, strict=True):
        few = radii if len(radii) == 1 else radii[part]
        splat(points[part], words[part], few, np.eye(4)[:3], LENS, 1.0, np.empty((3, 8)), picture)
    merge(*pictures)
    depths, colors = np.empty((HEIGHT, WIDTH), np.uint32), np.empty((HEIGHT, WIDTH), np.uint32)
    take_apart(pictures[0], depths, colors)
    expected = naive.splat(seen(points), words.tolist(), np.broadcast_to(radii, n).tolist(), WIDTH, HEIGHT)
    assert np.array_equal(colors, expected[0])
    assert np.array_equal(depths.view(np.float32), expected[1])


def test_what_is_raised_is_nearer() -> None:
    picture = np.full((HEIGHT, WIDTH), EMPTY)
    point, word, radius = np.array([[0, 0, 4]], np.float32), np.ones(1, np.uint32), np.full(1, 1.5, np.float32)
    splat(point, word, radius, np.eye(4)[:3], LENS, 0.75, np.empty((3, 8)), picture)
    depths, colors = np.empty((HEIGHT, WIDTH), np.uint32), np.empty((HEIGHT, WIDTH), np.uint32)
    take_apart(picture, depths, colors)
    assert set(depths.view(np.float32)[colors == 1].tolist()) == {3.0}


@given(
    hnp.arrays(
        np.float64,
        st.tuples(COUNTS, st.just(3)),
        elements=st.sampled_from([0.0, 1.5, -7.25, 1e6, 2e30, -3e30, np.inf, np.nan]),
    ),
    st.sampled_from([np.float32, np.float64]),
    st.booleans(),
)
def test_points_are_packed(positions: np.ndarray, dtype: type, one_radius: bool) -> None:
    n = len(positions)
    positions = positions.astype(dtype)
    anchor = np.array([1.0, 2.0, 3.0])
    words = (np.arange(n, dtype=np.uint32) % 3 << np.uint32(30)) | np.arange(n, dtype=np.uint32)
    radii = np.arange(1, 2 if one_radius else n + 1, dtype=np.float32)
    rows, fate = np.zeros(n, POINT), np.empty(n, np.uint8)
    numbers, bits = rows.view(np.float32).reshape(-1, 5), rows.view(np.uint32).reshape(-1, 5)
    with np.errstate(all="ignore"):
        fates = pack_points(positions, anchor, words, radii, 1e30, numbers, bits, fate)
        assert fates == np.bitwise_or.reduce(fate)
        seen = look_over(positions, words, 1e30)
        assert seen == (np.bitwise_and.reduce(words), fates)
        expected = naive.pack_points(positions, anchor, words.tolist(), radii.tolist(), 1e30)
        for row, become, (position, radius, word, wanted) in zip(rows, fate, expected, strict=True):
            assert become == wanted
            if wanted in (0, 3):
                assert np.array_equal(row["position"], position.astype(np.float32))
                assert (row["radius"], row["color"].view(np.uint32)[0]) == (radius, word)


def test_a_picture_is_kept_while_nothing_moves() -> None:
    camera = Camera3D(Viewport(0, 0, WIDTH, HEIGHT), np.eye(4), LENS)
    rows = np.zeros(5, POINT)
    rows["position"][:, 2], rows["radius"], rows["color"][:, 3] = np.arange(1, 6), -1.5, 255
    layer, other = SpaceLayer(Primitive.DOTS, rows), SpaceLayer(Primitive.DOTS, rows.copy())
    moved = np.eye(4)
    moved[0, 3] = 1
    splatter = Splatter()
    first = splatter.draw(0, camera, [Dots(layer, np.eye(4), 1.0, 1.0)])
    assert splatter.draw(0, camera, [Dots(layer, np.eye(4), 1.0, 1.0)]) is first
    assert splatter.draw(0, camera, [Dots(layer, moved, 1.0, 1.0)]) is not first
    assert splatter.draw(0, camera, [Dots(other, moved, 1.0, 1.0)]) is not first


@pytest.mark.parametrize("look", [{}, {"eye": (0.2, 0.1, 0.0), "target": (1, 0, 0)}])
def test_a_scene_whose_points_stay_uploads_none(look: dict[str, tuple[float, float, float]]) -> None:
    """Boxes that move among them are all that is built and uploaded."""
    rng = np.random.default_rng(1)
    rec = bz.Recording("cloud")
    rec.log("p", bz.Points3D(rng.normal(size=(100_001, 3)), class_ids=rng.integers(0, 9, 100_001)), static=True)
    for frame in range(3):
        rec.set_time("frame", sequence=frame)
        rec.log("b", bz.Boxes3D(half_sizes=[[0.2, 0.1, 0.1]], centers=[[frame / 9, 0, 0]]))
    line = rec.default_timeline()
    builder = SceneBuilder(splats=True)
    look = look or {"eye": (3.0, 2.0, 1.0), "target": (0.0, 0.0, 0.0)}
    scenes = [builder.build(Shot(rec, At(line, time), make_look(100, 80, kind="3d", **look))) for time in (0, 1)]
    splats = [scene.views[0].draws[0].splats for scene in scenes]  # type: ignore[union-attr]
    assert splats[0] is splats[1]
    assert splats[0] is not None
    assert len(next(rows for rows, _ in scenes[0].space_rows.values())) < 100
