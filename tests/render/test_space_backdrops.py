"""Strips, lines and faces of space that kernels draw are those that GL draws, over each other and splatted points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import blazon as bz
from blazon.render import frame as frames
from blazon.render import space_backdrops
from blazon.render.offscreen import Offscreen
from tests.pictures import logged

SIZE = (200, 150)  # large enough that lines are raised by little, and hardly ever as near as what they lie in
COORDINATES = st.floats(-3, 3, width=32)
PLACES = st.tuples(COORDINATES, COORDINATES, COORDINATES)
COLORS = st.sampled_from([(255, 0, 0, 255), (0, 200, 90, 255), (250, 250, 250, 120), (10, 20, 30, 255)])
UI_RADII = st.sampled_from([-1.5, -0.3, -4.0])
RADII = UI_RADII | st.sampled_from([0.02, 0.2])
MIDST = (1.03, 0.47, 0.21)  # in the plane of no face that shrinks to round numbers
EYES = st.sampled_from([(6.07, 5.03, 4.01), MIDST, (0.13, -9.1, 0.57)])


@pytest.fixture(scope="module")
def screens() -> Any:
    with Offscreen(*SIZE) as one, Offscreen(*SIZE) as other:
        yield one, other


def both(screens: Any, rec: bz.Recording, **look: Any) -> tuple[np.ndarray, np.ndarray]:
    """A picture that kernels draw, and one that GL draws alone."""
    before = screens[0].counts()
    drawn = screens[0].render(rec, **look)
    assert screens[0].counts() == before  # GL has nothing to do
    kept, frames.backdrop = frames.backdrop, lambda *_, **__: None  # type: ignore[assignment]
    try:
        return drawn, screens[1].render(rec, **look)
    finally:
        frames.backdrop = kept


@st.composite
def things(draw: Any, some_radii: st.SearchStrategy[float]) -> dict[str, Any]:
    """Strips, some of them closed, and the edges of boxes, moved by transforms."""
    count = draw(st.integers(1, 4))
    strips = []
    for _ in range(count):
        points = draw(st.lists(PLACES, min_size=2, max_size=6))
        strips.append([*points, points[0]] if draw(st.booleans()) else points)
    colors, radii = [draw(COLORS) for _ in range(count)], [draw(some_radii) for _ in range(count)]
    boxes = bz.Boxes3D(
        half_sizes=[draw(st.tuples(*[st.floats(0.125, 2, width=32)] * 3))],
        colors=draw(COLORS),
        radii=draw(some_radii),
        fill_mode=draw(st.sampled_from(["majorwireframe", "solid", "transparentfillmajorwireframe"])),
    )
    moved = bz.Transform3D(translation=draw(PLACES), scale=draw(st.sampled_from([1.0, 0.25])))
    return {"s": [bz.LineStrips3D(strips, colors=colors, radii=radii)], "b": [moved, boxes]}


@given(st.data())
def test_kernels_draw_what_gl_draws(screens: Any, data: Any) -> None:
    """GL cuts off what tapers by as much as strokes do that go past the eye: there all have one width."""
    eye = data.draw(EYES)
    made = data.draw(things(UI_RADII if eye == MIDST else RADII))
    look = {"kind": "3d", "eye": eye, "target": (0.0, 0.0, 0.0), "background": (90, 90, 90)}
    drawn, by_gl = both(screens, logged(made), **look)
    difference = np.abs(drawn.astype(int) - by_gl.astype(int)).max(axis=2)
    assert (difference <= 6).mean() > 0.97, difference.max()  # where two are as near, either may win


def test_lines_among_many_points(screens: Any) -> None:
    """Small points are splatted; they hide lines, and lines hide them."""
    rng = np.random.default_rng(0)
    cloud = bz.Points3D(rng.normal(size=(20_000, 3)), colors=(0, 90, 200))
    lines = bz.LineStrips3D([[[-9, 0, 0], [9, 0, 0]], [[0, -9, 1], [0, 9, 1]]], colors=(255, 230, 0), radii=-2)
    look = {"kind": "3d", "eye": (6.0, 5.0, 4.0), "target": (0.0, 0.0, 0.0)}
    drawn, by_gl = both(screens, logged({"c": [cloud], "l": [lines]}), **look)
    difference = np.abs(drawn.astype(int) - by_gl.astype(int)).max(axis=2)
    assert (difference <= 6).mean() > 0.98
    assert {tuple(each) for each in drawn.reshape(-1, 4).tolist()} >= {(255, 230, 0, 255), (0, 90, 200, 255)}


def test_more_strokes_than_have_rims() -> None:
    """A field of strips, side by side."""
    at = np.stack(np.meshgrid(np.arange(50), np.arange(50), [0]), axis=-1).reshape(-1, 1, 3)
    bend = np.random.default_rng(1).uniform(0.2, 0.8, (len(at), 10, 3)) * [1, 1, 0]
    rec = logged({"l": [bz.LineStrips3D(at + bend, class_ids=np.arange(len(at)) % 9, radii=-1)]})
    with Offscreen(640, 480) as one, Offscreen(640, 480) as other:
        drawn, by_gl = both((one, other), rec, kind="3d", eye=(25.0, 24.0, 50.0), target=(25.0, 25.0, 0.0))
    assert (np.abs(drawn.astype(int) - by_gl.astype(int)).max(axis=2) <= 6).mean() > 0.99


@pytest.mark.parametrize("what", ["discs", "arrows"])
def test_the_rest_is_left_to_gl(screens: Any, what: str) -> None:
    strip: Any = [[[-1, 0, 0], [1, 0, 0]]]
    made = {"discs": bz.Points3D([[0, 0, 0]], radii=0.2), "arrows": bz.Arrows3D(vectors=[[1, 1, 1]])}[what]
    before = screens[0].counts().draws
    screens[0].render(logged({"l": [bz.LineStrips3D(strip)], "x": [made]}), kind="3d")
    assert screens[0].counts().draws > before


@st.composite
def steps(draw: Any) -> list[dict[str, Any]]:
    """What stands at each of some times: some things move, change colour, or come and go, and others stay."""
    first = draw(things(RADII))
    others = [draw(things(RADII)) for _ in range(2)]
    stays = {"z": [bz.LineStrips3D([[[-3, 0, 0], [3, 1, 2]]], colors=(200, 20, 60), radii=-3)]}
    moved = {**first, "b": [bz.Transform3D(translation=draw(PLACES)), first["b"][1]]}
    told = draw(st.permutations([first, moved, {"s": first["s"]}, *others]))
    return [{**stays, **each} for each in told]


@given(st.data())
def test_a_picture_after_another_is_what_it_is_alone(screens: Any, data: Any) -> None:
    """Only tiles in which something changed are drawn anew."""
    look = {"kind": "3d", "eye": data.draw(EYES), "target": (0.0, 0.0, 0.0)}
    look |= {"labels": "off", "legend": False}
    cloud = bz.Points3D(np.random.default_rng(0).normal(size=(500, 3)), colors=(0, 90, 200), radii=-1)
    rec = bz.Recording("steps")
    for frame, told in enumerate(data.draw(steps())):
        rec.set_time("frame", sequence=frame)
        for name in ("s", "b", "z"):
            rec.log(name, bz.Clear(recursive=True))
            for each in told.get(name, ()):
                rec.log(name, each)
        rec.log("c", cloud)
    for frame in range(5):
        after = screens[0].render(rec, at=("frame", frame), **look)
        with Offscreen(*SIZE) as alone:
            np.testing.assert_array_equal(after, alone.render(rec, at=("frame", frame), **look))


def test_what_stays_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a picture in which a small thing moves, no more is begun anew than the tiles around it."""
    rec = logged({"l": [bz.LineStrips3D([[[-3, 0, 0], [3, 0, 0]]], radii=-2)]})
    for frame in range(2):
        rec.set_time("frame", sequence=frame)
        rec.log("m", bz.LineStrips3D([[[0, 1 + frame / 8, 0], [0.25, 1 + frame / 8, 0]]], radii=-2))
    drawn: list[float] = []
    begin = space_backdrops.begin_tiles

    def told(*given: Any) -> None:
        drawn.append(float(given[3].mean()) if given[3].size else 1.0)
        begin(*given)

    monkeypatch.setattr(space_backdrops, "begin_tiles", told)
    with Offscreen(640, 480) as screen:
        for frame in (0, 1, 1):
            screen.render(rec, at=("frame", frame), kind="3d", eye=(0.0, 0.0, 9.0), target=(0.0, 0.0, 0.0))
    assert set(drawn[: len(drawn) // 2]) == {1.0}
    assert all(0 < each < 0.05 for each in drawn[len(drawn) // 2 :])
