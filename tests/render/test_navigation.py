"""Dragging and the wheel: what was under the pointer stays under it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blazon.render.cameras import Bounds, Camera2D, Viewport
from blazon.render.cameras3d import Camera3D, Eye
from blazon.render.navigation import (
    MOST_PX_PER_UNIT,
    dollied,
    orbited,
    panned,
    scene_point,
    seen_from,
    shifted,
    shown_by,
    zoomed,
)

PORT = Viewport(30, 20, 640, 360)
coordinates = st.floats(-1000, 1000)
eyes = st.builds(
    lambda x, y, z, tx, ty: Eye((x, y, z), (tx, ty, z - 3.0)), *[st.floats(-50, 50, width=32) for _ in range(5)]
)


@given(st.floats(-5000, 5000), st.floats(-5000, 5000), st.floats(1, 9000), st.floats(1, 9000))
def test_what_a_camera_shows_is_shown_the_same_again(x: float, y: float, width: float, height: float) -> None:
    camera = Camera2D.fit(Bounds(x, y, x + width, y + height), PORT)
    again = Camera2D.fit(shown_by(camera), PORT)
    assert again.px_per_unit == pytest.approx(camera.px_per_unit, rel=1e-9)
    assert np.subtract(again.origin_px, camera.origin_px).max() <= 1.0


@given(st.floats(30, 669), st.floats(20, 379), st.integers(-6, 6))
def test_the_wheel_keeps_what_is_under_the_pointer(x: float, y: float, notches: int) -> None:
    camera = Camera2D.fit(Bounds(0, 0, 101, 77), PORT)
    after = Camera2D.fit(zoomed(camera, notches, x, y), PORT)
    assert scene_point(after, x, y) == pytest.approx(scene_point(camera, x, y), abs=1.5 / after.px_per_unit)
    assert after.px_per_unit == pytest.approx(camera.px_per_unit * 1.2**notches, rel=1e-9)


def test_the_wheel_ends_where_a_pixel_is_large() -> None:
    camera = Camera2D.fit(Bounds(0, 0, 101, 77), PORT)
    for _ in range(100):
        camera = Camera2D.fit(zoomed(camera, 3, 300, 200), PORT)
    assert camera.px_per_unit == pytest.approx(MOST_PX_PER_UNIT)


def test_dragging_takes_the_plane_along() -> None:
    camera = Camera2D.fit(Bounds(0, 0, 100, 50), PORT)
    after = Camera2D.fit(panned(camera, 33, -12), PORT)
    assert scene_point(after, 333, 188) == pytest.approx(scene_point(camera, 300, 200), abs=1.0 / camera.px_per_unit)


@given(eyes, st.floats(-7, 7), st.floats(-4, 4))
def test_going_round_keeps_the_target_and_the_distance(eye: Eye, right: float, up: float) -> None:
    after = orbited(eye, right, up)
    assert after.target == eye.target
    distances = [math.dist(each.position, each.target) for each in (eye, after)]
    assert distances[0] == pytest.approx(distances[1], rel=1e-6)
    assert np.isfinite(after.view_from_world()).all()
    assert after.view_from_world()[1, 2] <= 1e-6  # up stays up


def test_going_round_once_is_going_nowhere() -> None:
    eye = Eye((5.0, 1.0, 2.0), (1.0, 1.0, 1.0))
    assert orbited(eye, 2 * math.pi, 0.0).position == pytest.approx(eye.position)
    above = seen_from(eye, (0.0, 0.0, 1.0))
    assert above.position == pytest.approx((1.0, 1.0, 1.0 + math.dist(eye.position, eye.target)))
    assert np.isfinite(orbited(above, 0.3, 0.3).position).all()


@given(eyes, st.floats(-0.8, 0.8), st.floats(-0.5, 0.5), st.integers(-5, 5))
def test_coming_nearer_keeps_what_is_under_the_pointer(eye: Eye, x: float, y: float, notches: int) -> None:
    """A point of the plane that the target lies in, across the line of sight."""
    axes = eye.view_from_world()[:3, :3]
    distance = math.dist(eye.position, eye.target)
    size = 2 * distance * math.tan(math.radians(eye.fov) / 2)
    point = np.array([*(np.array(eye.target) + axes[0] * x * size + axes[1] * y * size), 1.0])
    seen = [_seen(each, point) for each in (eye, dollied(eye, notches, (x, y), math.inf if notches < 0 else 0.0))]
    assert seen[0] == pytest.approx(seen[1], abs=1e-3 * PORT.height)


def test_coming_nearer_never_ends() -> None:
    """At its nearest an eye goes on, and takes its target along; there is a farthest, from which it comes back."""
    eye = Eye((0.0, -10.0, 0.0), (0.0, 0.0, 0.0))
    for _ in range(200):
        eye = dollied(eye, 1, (0.0, 0.0), 5.0)
    assert math.dist(eye.position, eye.target) > 0.004
    assert eye.position[1] > 4.0
    for _ in range(200):
        eye = dollied(eye, -1, (0.0, 0.0), 5.0)
    assert math.dist(eye.position, eye.target) == pytest.approx(500.0)


@pytest.mark.parametrize(
    ("up", "above", "front"),
    [
        ((0, 0, 1), (0, 0, 1), (0, -1, 0)),
        ((0, 1, 0), (0, 1, 0), (0, 0, 1)),
        ((0, -1, 0), (0, -1, 0), (0, 0, -1)),
        ((1, 0, 0), (1, 0, 0), (0, -1, 0)),
        ((0, 0, -1), (0, 0, -1), (0, 1, 0)),
    ],
)
def test_sides_are_by_what_is_up(up: tuple[float, ...], above: tuple[float, ...], front: tuple[float, ...]) -> None:
    eye = Eye((3.0, -4.0, 12.0), (0.0, 0.0, 0.0), up=up)  # type: ignore[arg-type]
    for direction, wanted in (((0.0, 0.0, 1.0), above), ((0.0, -1.0, 0.0), front)):
        assert seen_from(eye, direction).position == pytest.approx([13.0 * each for each in wanted], abs=1e-9)


def test_walking_takes_the_target_along() -> None:
    eye = Eye((0.0, -10.0, 0.0), (0.0, 0.0, 0.0))
    after = shifted(eye, 0.0, 0.0, 0.5)
    assert after.position == pytest.approx((0.0, -5.0, 0.0))
    assert after.target == pytest.approx((0.0, 5.0, 0.0))
    assert shifted(eye, 0.1, 0.0).position == pytest.approx((1.0, -10.0, 0.0))


def _seen(eye: Eye, point: np.ndarray) -> list[float]:
    camera = Camera3D.of_eye(eye, PORT)
    view = (camera.view_from_world @ point)[:3]
    px = camera.px_from_view @ view
    return (px[:2] / px[2]).tolist()
