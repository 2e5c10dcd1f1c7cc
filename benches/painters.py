"""Peers that draw arrays rather than recordings: each is given the scene's own arrays, frame by frame.

Their modules name libraries that blazon does not need; one that is missing is a `PeerError` with the reason.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from blazon.benches.harness import Claim, Timing
from blazon.benches.peers.bare_loops import LidarLoops, Packed, StreetLoops
from blazon.benches.peers.errors import PeerError
from blazon.benches.scene_logs import FPS
from blazon.benches.scenes import TIMELINE, BenchScene
from blazon.benches.sight import FOV_DEGREES
from blazon.ingest.sources import load
from blazon.render.layouts import UI_RADIUS
from blazon.render.offscreen import Offscreen
from blazon.scenes import avenue, lidar
from blazon.scenes.people import CONNECTIONS

Size = tuple[int, int]
PARTS = 8  # of a picture
LOST_AT_MOST = 1.5  # of what bare loops take


@dataclass(frozen=True, slots=True)
class Painter:
    """A peer, ready to draw.

    says : its version, and what it draws with. draw : of a frame's number. goal : how many times faster blazon is to
    be; None: it is told alone. is_floor : what nobody is faster than; goal : how many times longer blazon may take.
    """

    who: str
    says: str
    draw: Callable[[int], object]
    close: Callable[[], object]
    goal: float | None = None
    is_floor: bool = False

    @property
    def name(self) -> str:
        """What its figure is called."""
        return f"{self.who}, pixels in numpy"

    def claim(self, timings: Mapping[str, Timing], own: str) -> Claim:
        """Return how its figure compares with blazon's, which is called `own`."""
        mine, its = timings[own].median_ms, timings[self.name].median_ms
        if self.is_floor:
            return Claim(f"{own} against {self.who}", mine / its, self.goal, at_most=True)
        return Claim(f"{self.who} against {own}", its / mine, self.goal, at_most=False)


Maker = Callable[[BenchScene, Size, int], Painter]
"""Takes the scene, the picture's size and the number of frames, and prepares them. Raises `PeerError`."""


def painters_of(scene: str) -> Sequence[Maker]:
    """Return the peers that a scene has, apart from the SDK's viewer."""
    makers: dict[str, list[Maker]] = {
        "street": [_supervision, _street_loops],
        "lidar": [_pyvista, _pygfx, _lidar_loops],
    }
    return makers.get(scene, [])


def _supervision(_scene: BenchScene, size: Size, count: int) -> Painter:
    if size != (avenue.WIDTH, avenue.HEIGHT):
        raise PeerError("supervision draws at the mask's own size: see street 1920x1080")
    colors = np.array(avenue.COLORS, np.uint8)
    painter = _peer("supervision_opencv", "StreetPainter")(colors, list(CONNECTIONS), person=avenue.PERSON)
    frames = [avenue.avenue(i) for i in range(count)]

    def draw(i: int) -> object:
        frame = frames[i]
        return painter.draw(frame.mask, frame.boxes, frame.class_ids, frame.labels, frame.people)

    versions = [f"{each} {importlib.metadata.version(each)}" for each in ("supervision", "opencv-python-headless")]
    return Painter("supervision and OpenCV", f"{', '.join(versions)}: no smooth edges", draw, lambda: None, goal=6)


def _pyvista(scene: BenchScene, size: Size, count: int) -> Painter:
    return _points("pyvista", "pyvista_points", scene, size, count, goal=6)


def _pygfx(scene: BenchScene, size: Size, count: int) -> Painter:
    return _points("pygfx", "pygfx_points", scene, size, count, goal=None)


def _street_loops(scene: BenchScene, size: Size, count: int) -> Painter:
    if size != (avenue.WIDTH, avenue.HEIGHT):
        raise PeerError("bare loops draw at the mask's own size: see street 1920x1080")
    colors = np.column_stack([np.array(avenue.COLORS, np.uint8), np.full(len(avenue.COLORS), 255, np.uint8)])
    loops = StreetLoops(colors)
    masks = [avenue.avenue(i).mask for i in range(count)]
    recording = load(scene.recording())
    with Offscreen(*size) as screen:
        pictures = (screen.render(recording, at=(TIMELINE, i), **scene.sight.as_look()) for i in range(count))
        over = [_parts_of(picture, colors[mask]) for picture, mask in zip(pictures, masks, strict=True)]
    packed = [Packed(mask) for mask in masks]
    return _floor(lambda i: loops.draw(packed[i], over[i]))


def _parts_of(picture: np.ndarray, below: np.ndarray) -> list[np.ndarray]:
    """Which pixels are not as what lies below, by number, in parts of as many rows."""
    rows = np.linspace(0, len(picture), PARTS + 1).astype(int)
    at = np.flatnonzero((picture != below).any(axis=2))
    return np.split(at, np.searchsorted(at, rows[1:-1] * picture.shape[1]))


def _lidar_loops(scene: BenchScene, size: Size, count: int) -> Painter:
    sight, colors = scene.sight, np.array([(*color[:3], 255) for _, _, color in lidar.CLASSES], np.uint8)
    loops = LidarLoops(size, sight.eye, sight.target, FOV_DEGREES, colors)
    packed = []
    for i in range(count):
        sweep = lidar.sweep(scene.counts["points"], lidar.things(scene.counts["count"], i / FPS), seed=i)
        packed.append(Packed(sweep.positions, sweep.class_ids.astype(np.uint16)))
    return _floor(lambda i: loops.draw(packed[i], -UI_RADIUS, int.from_bytes(bytes((13, 16, 17, 255)), "little")))


def _floor(draw: Callable[[int], object]) -> Painter:
    says = "bare loops: LZ4 and one pass over points and pixels, for this one picture, without words and 3D boxes"
    return Painter("bare loops", says, draw, lambda: None, goal=LOST_AT_MOST, is_floor=True)


def _points(who: str, module: str, scene: BenchScene, size: Size, count: int, *, goal: float | None) -> Painter:
    sight = scene.sight
    painter = _peer(module, "PointsPainter")(size, sight.eye, sight.target, FOV_DEGREES)
    palette = np.array([color[:3] for _, _, color in lidar.CLASSES], np.uint8)
    frames = [_points_frame(scene, i, palette) for i in range(count)]
    return Painter(who, painter.says(), lambda i: painter.draw(*frames[i]), painter.close, goal)


def _points_frame(scene: BenchScene, frame: int, palette: np.ndarray) -> tuple[Any, ...]:
    things = lidar.things(scene.counts["count"], frame / FPS)
    sweep = lidar.sweep(scene.counts["points"], things, seed=frame)
    boxes = things.centers, things.half_sizes, things.quaternions, palette[things.class_ids]
    return sweep.positions, palette[sweep.class_ids], boxes


def _peer(module: str, name: str) -> Callable[..., Any]:
    """Return a class of `benches/peers`. Raises `PeerError` where a library that it needs is missing."""
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(f"blazon.benches.peers.{module}"), name)
    except ImportError as error:
        raise PeerError(f"{module} needs something that is not installed: {error}") from None
    return found
