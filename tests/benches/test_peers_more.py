"""The peers draw what they are given, in the right colours, or are skipped where they are missing."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import numpy as np
import pytest

import blazon as bz
from blazon.benches.peers.bare_loops import LidarLoops, Packed, StreetLoops
from blazon.benches.peers.errors import PeerError
from blazon.benches.peers.lookups import LOOKUPS, installed
from blazon.benches.peers.supervision_opencv import StreetPainter

BLACK, RED, GREEN, BLUE = (0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255)
COLORS = np.array([BLACK, (104, 84, 160), (72, 176, 255), (255, 84, 120)], np.uint8)
NO_BOXES = (np.empty((0, 3)), np.empty((0, 3)), np.empty((0, 4)), np.empty((0, 3), np.uint8))
PAINTERS = ("pyvista_points", "pygfx_points")
PACKAGES = {"pyvista_points": "pyvista", "pygfx_points": "pygfx", "supervision_opencv": "supervision"}


@pytest.fixture(scope="module")
def painter(request: pytest.FixtureRequest) -> Any:
    """A PointsPainter of 64 x 48 pixels that looks along x at the origin, 10 units ahead, z up, 40 degrees high."""
    module = importlib.import_module(f"blazon.benches.peers.{request.param}")
    try:
        made = module.PointsPainter((64, 48), (-10, 0, 0), (0, 0, 0), 40)
    except PeerError as error:
        pytest.skip(str(error))
    yield made
    made.close()


def points(*rows: tuple[tuple[float, float, float], tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([at for at, _ in rows], np.float32), np.array([color for _, color in rows], np.uint8)


def drawn(picture: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(each) for each in picture.reshape(-1, 3).tolist()}


@pytest.mark.parametrize("painter", PAINTERS, indirect=True)
def test_points_are_where_they_should_be_and_in_their_colors(painter: Any) -> None:
    picture = painter.draw(*points(((0, 0, 0), (104, 84, 160)), ((0, 3, 0), RED), ((0, 0, 3), BLUE)), NO_BOXES)
    assert picture.shape == (48, 64, 3)
    assert picture.dtype == np.uint8
    assert drawn(picture) == {BLACK, (104, 84, 160), RED, BLUE}
    pixels_a_unit = 24 / (10 * np.tan(np.radians(20)))
    for color, at in {RED: (24, 32 - 3 * pixels_a_unit), BLUE: (24 - 3 * pixels_a_unit, 32)}.items():
        found = np.argwhere((picture == color).all(axis=2))
        assert 4 <= len(found) <= 12
        assert found.mean(axis=0) + 0.5 == pytest.approx(at, abs=1)


@pytest.mark.parametrize("painter", PAINTERS, indirect=True)
def test_the_nearer_point_hides_the_farther(painter: Any) -> None:
    near, far = ((-1, 0, 0), RED), ((1, 0, 0), BLUE)
    for rows in ((near, far), (far, near)):
        assert tuple(painter.draw(*points(*rows), NO_BOXES)[24, 32]) == RED


@pytest.mark.parametrize("painter", PAINTERS, indirect=True)
def test_every_draw_shows_what_is_new(painter: Any) -> None:
    first = painter.draw(*points(((0, 0, 0), RED)), NO_BOXES)
    moved = painter.draw(*points(((0, 2, 0), BLUE)), NO_BOXES)
    more = painter.draw(*points(((0, 2, 0), BLUE), ((0, 0, 0), GREEN)), NO_BOXES)
    none = painter.draw(np.empty((0, 3), np.float32), np.empty((0, 3), np.uint8), NO_BOXES)
    assert [drawn(each) for each in (first, moved, more, none)] == [
        {BLACK, RED},
        {BLACK, BLUE},
        {BLACK, BLUE, GREEN},
        {BLACK},
    ]


@pytest.mark.parametrize("painter", PAINTERS, indirect=True)
def test_arrays_that_the_caller_overwrites_are_drawn_as_they_are_now(painter: Any) -> None:
    positions, colors = points(((0, 0, 0), RED))
    painter.draw(positions, colors, NO_BOXES)
    positions[:], colors[:] = (0, 2, 0), BLUE
    picture = painter.draw(positions, colors, NO_BOXES)
    assert drawn(picture) == {BLACK, BLUE}
    assert tuple(picture[24, 32]) == BLACK


@pytest.mark.parametrize("painter", PAINTERS, indirect=True)
def test_boxes_are_turned_and_have_edges_alone(painter: Any) -> None:
    flat = np.array([[0.1, 2, 0.5]])
    lying = (np.zeros((1, 3)), flat, np.array([[0, 0, 0, 1.0]]), np.array([GREEN], np.uint8))
    standing = (np.zeros((1, 3)), flat, np.array([[np.sqrt(0.5), 0, 0, np.sqrt(0.5)]]), np.array([RED], np.uint8))
    for boxes, color, tall in ((lying, GREEN, False), (standing, RED, True)):
        picture = painter.draw(*points(((0, 3, 3), BLUE)), boxes)
        assert drawn(picture) == {BLACK, BLUE, color}
        assert tuple(picture[24, 32]) == BLACK
        rows, columns = np.ptp(np.argwhere((picture == color).all(axis=2)), axis=0)
        assert (rows > columns) == tall


@pytest.mark.parametrize("painter", PAINTERS, indirect=True)
def test_a_million_points_after_a_few(painter: Any) -> None:
    painter.draw(*points(((0, 2, 0), RED)), NO_BOXES)
    positions = np.random.default_rng(0).uniform(-1, 1, (1_000_000, 3)).astype(np.float32)
    picture = painter.draw(positions, np.broadcast_to(np.array(GREEN, np.uint8), positions.shape), NO_BOXES)
    assert drawn(picture) == {BLACK, GREEN}
    assert (picture[20:28, 28:36] == GREEN).all()


@pytest.mark.parametrize("painter", PAINTERS, indirect=True)
def test_blazon_draws_the_same_beside_it(painter: Any) -> None:
    recording = bz.Recording("beside")
    recording.log("mask", bz.SegmentationImage(np.arange(48, dtype=np.uint8).reshape(6, 8)))
    recording.log("boxes", bz.Boxes2D(array=[[1, 1, 5, 4]], array_format="XYXY", class_ids=[3]))
    module = importlib.import_module(type(painter).__module__)
    with bz.Offscreen(32, 24) as screen:
        alone = np.array(screen.render(recording))
        module.PointsPainter((8, 8), (-1, 0, 0), (0, 0, 0), 40).close()
        painter.draw(*points(((0, 0, 0), RED)), NO_BOXES)
        with bz.Offscreen(32, 24) as another:
            assert (np.array(another.render(recording)) == alone).all()
        other = bz.Recording("other")
        other.log("mask", bz.SegmentationImage(np.ones((6, 8), np.uint8)))
        assert (np.array(screen.render(other)) != alone).any()
        assert (np.array(screen.render(recording)) == alone).all()


def test_a_crash_of_vtk_is_said() -> None:
    peer = importlib.import_module("blazon.benches.peers.pyvista_points")
    try:
        painter = peer.PointsPainter((8, 8), (1, 0, 0), (0, 0, 0), 40)
    except PeerError as error:
        pytest.skip(str(error))
    with pytest.raises(PeerError, match="crashed"):
        painter._ask(os._exit, 1)
    painter.close()


@pytest.fixture
def street() -> StreetPainter:
    try:
        return StreetPainter(COLORS, [(0, 1)], person=3)
    except PeerError as error:
        pytest.skip(str(error))


def test_the_street_is_in_class_colors(street: StreetPainter) -> None:
    mask = np.ones((48, 64), np.uint8)
    mask[:8] = 200  # past the table
    people = np.zeros((1, 17, 2))  # (0, 0) is not found
    people[0, :2] = (40, 24), (56, 24)
    picture = street.draw(mask, np.array([[4.0, 12, 28, 40]]), np.array([2]), ["a"], people)
    assert picture.shape == (48, 64, 3)
    assert picture.dtype == np.uint8
    assert drawn(picture) >= {tuple(each) for each in COLORS.tolist()}  # and those of the label
    assert (picture[:8] == 0).all()
    assert tuple(picture[26, 4]) == tuple(COLORS[2])
    assert tuple(picture[26, 16]) == tuple(COLORS[1])
    assert (picture[24, 37:59] == COLORS[3]).all()


def test_pictures_of_the_street_are_new_ones(street: StreetPainter) -> None:
    nobody = (np.empty((0, 4)), np.empty(0, int), (), np.empty((0, 17, 2)))
    one, other = (street.draw(np.full((6, 5), each, np.uint8), *nobody) for each in (1, 2))
    assert drawn(one) == {tuple(COLORS[1])}
    assert drawn(other) == {tuple(COLORS[2])}


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("name", LOOKUPS)
@pytest.mark.parametrize(("lowest", "rows"), [(0, 40), (1, 40), (0, 256), (0, 65536)])
def test_lookups_agree(name: str, dtype: type, lowest: int, rows: int) -> None:
    lookup = installed(np.dtype(dtype)).get(name)
    if lookup is None:
        pytest.skip("not installed, or not for these ids")
    rng = np.random.default_rng(0)
    table = rng.integers(0, 256, (rows, 4), np.uint8)
    masks = [rng.choice([lowest, 3, 17, 39], (6, 7)).astype(dtype) for _ in range(2)]
    out = lookup(masks[0], table)
    for mask in masks:
        out = lookup(mask, table, out)
        want = table[mask][..., : out.shape[2]]
        assert (np.rint(out * 255) if out.dtype == float else out).tolist() == want.tolist()


def test_lookups_write_into_what_they_returned() -> None:
    ids, table = np.ones((3, 4), np.uint8), np.full((2, 4), 7, np.uint8)
    for name, lookup in installed(np.dtype(np.uint8)).items():
        out = lookup(ids, table)
        assert name == "skimage.color.label2rgb" or np.shares_memory(lookup(ids, table, out), out), name


@pytest.mark.parametrize("module", PACKAGES)
def test_a_missing_package_is_said(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, PACKAGES[module], None)
    peer = importlib.import_module(f"blazon.benches.peers.{module}")
    name, words = ("StreetPainter", (COLORS, []))
    if module != "supervision_opencv":
        name, words = ("PointsPainter", ((8, 8), (1, 0, 0), (0, 0, 0), 40))
    with pytest.raises(PeerError, match="not installed: pip install"):
        getattr(peer, name)(*words)


def test_lookups_without_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    monkeypatch.setitem(sys.modules, "skimage.color", None)
    assert list(installed(np.dtype(np.uint8))) == ["numpy.take"]


def test_bare_loops_draw_the_street_below_what_is_drawn_over_it() -> None:
    """A pixel that nothing is drawn over has the colour of its class; the others are lighter."""
    ids = np.random.default_rng(0).integers(0, 4, (90, 160)).astype(np.uint8)
    colors = np.column_stack([np.array(COLORS, np.uint8), np.full(len(COLORS), 255, np.uint8)])
    over = [np.array([], np.int64), np.array([50 * 160 + 7])]
    picture = StreetLoops(colors).draw(Packed(ids), over)
    expected = colors[ids]
    assert np.flatnonzero((picture != expected).any(axis=2)).tolist() == [8007]
    assert (picture[50, 7, :3] >= expected[50, 7, :3]).all()


def test_bare_loops_draw_the_lidar_that_blazon_draws() -> None:
    rng = np.random.default_rng(0)
    points, class_ids = rng.normal(size=(20_000, 3)).astype(np.float32), rng.integers(0, 4, 20_000).astype(np.uint16)
    colors = np.column_stack([np.array(COLORS, np.uint8), np.full(len(COLORS), 255, np.uint8)])
    eye, target, background = (6.0, 5.0, 4.0), (0.0, 0.0, 0.0), 0xFF171110
    loops = LidarLoops((320, 240), eye, target, 55, colors)
    drawn = loops.draw(Packed(points, class_ids), 1.5, background)
    rec = bz.Recording("cloud")
    rec.log("c", bz.Points3D(points, colors=colors[class_ids], radii=-1.5))
    with bz.Offscreen(320, 240) as screen:
        own = screen.render(rec, kind="3d", eye=eye, target=target, fov=55, labels="off", background=(16, 17, 23))
    assert (drawn != own).any(axis=2).mean() < 0.005
    assert (drawn != drawn[0, 0]).any(axis=2).mean() > 0.01
