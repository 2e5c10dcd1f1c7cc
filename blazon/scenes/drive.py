"""A drive, as data sets of driving have it: a car with a lidar and six cameras in a world with boxes around what moves.

The street of `lidar.py`, bent into a gentle curve to the left. Two frames a second, like annotated keyframes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.annotations import AnnotationContext
from blazon.ingest.archetypes import (
    Arrows3D,
    Boxes3D,
    Image,
    LineStrips3D,
    Pinhole,
    Points3D,
    SegmentationImage,
    Transform3D,
    ViewCoordinates,
)
from blazon.ingest.recording import Recording
from blazon.scenes import lidar

Array = NDArray[np.floating]

FPS, FRAMES = 2, 10
POINTS, BOXES = 50_000, 40
RADIUS, LANE, SPEED = 160.0, -3.2, 8.0  # metres: of the curve, and where the car drives across; metres a second
MOUNT = (0.9, 0.0, 1.8)  # of the lidar, in the car
ANNOTATED = np.isin(lidar.TRAFFIC["id"], (lidar.CAR, lidar.TRUCK, lidar.PEDESTRIAN, lidar.BICYCLE, lidar.BARRIER))
CAMERAS = {  # name -> degrees to the left, where in the car, focal length in pixels
    "front": (0, (1.7, 0.0, 1.5), 253.0),
    "front_left": (55, (1.5, 0.5, 1.5), 253.0),
    "front_right": (-55, (1.5, -0.5, 1.5), 253.0),
    "back": (180, (0.0, 0.0, 1.6), 162.0),
    "back_left": (110, (1.0, 0.5, 1.6), 253.0),
    "back_right": (-110, (1.0, -0.5, 1.6), 253.0),
}
WIDTH, HEIGHT = 320, 180
PAINT = np.array([color[:3] for _, _, color in lidar.CLASSES]) * 0.55 + 50
ZENITH, HAZE = np.array([96.0, 140, 196]), np.array([206.0, 214, 222])


def drive(frames: Iterable[int] = range(FRAMES)) -> Recording:
    """Return the drive on the timelines `frame` and `time`."""
    recording = Recording("blazon drive")
    recording.log("world", ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
    recording.log("world", AnnotationContext(list(lidar.CLASSES)), static=True)
    recording.log("world/ego/lidar", Transform3D(translation=MOUNT), static=True)
    for name, (degrees, mount, focal_length) in CAMERAS.items():
        mounted = Transform3D(translation=mount, mat3x3=_axes(np.radians(degrees)))
        lens = Pinhole(focal_length=focal_length, width=WIDTH, height=HEIGHT, image_plane_distance=2)
        recording.log(f"world/ego/{name}", mounted, static=True)
        recording.log(f"world/ego/{name}", lens, static=True)
    for frame in frames:
        recording.set_time("frame", sequence=frame)
        recording.set_time("time", duration=frame / FPS)
        _log_frame(recording, frame)
    return recording


def _log_frame(recording: Recording, frame: int) -> None:
    along = SPEED * frame / FPS
    street = _others(frame / FPS, along)
    ahead = np.stack([np.linspace(along, along + 45, 30), np.full(30, LANE), np.full(30, 0.1)], axis=1)
    ego, heading = _bend(np.array([along, LANE, 0.0])), along / RADIUS
    measured = lidar.sweep(POINTS, street, frame, (along + MOUNT[0], LANE, MOUNT[2]))
    points = (_bend(measured.positions) - ego) @ _turn(heading) - MOUNT  # `@` of rows: turned back
    boxes = replace(street, centers=_bend(street.centers), yaws=street.yaws + street.centers[:, 0] / RADIUS)
    moves = boxes.speeds > 0
    ways = boxes.speeds * np.stack([np.cos(boxes.yaws), np.sin(boxes.yaws), np.zeros(len(boxes.yaws))])
    recording.log("world/ego", Transform3D(translation=ego, mat3x3=_turn(heading)))
    recording.log("world/ego/lidar", Points3D(points, class_ids=measured.class_ids))
    recording.log(
        "world/boxes",
        Boxes3D(
            centers=boxes.centers,
            half_sizes=boxes.half_sizes,
            quaternions=boxes.quaternions,
            class_ids=boxes.class_ids,
        ),
    )
    arrows = Arrows3D(vectors=ways.T[moves], origins=boxes.centers[moves], class_ids=boxes.class_ids[moves])
    recording.log("world/velocities", arrows)
    recording.log("world/plan", LineStrips3D([_bend(ahead)], radii=0.15, colors=(120, 255, 170)))
    for name, (degrees, mount, focal_length) in CAMERAS.items():
        picture, ids = _seen(ego + _turn(heading) @ mount, heading + np.radians(degrees), focal_length)
        recording.log(f"world/ego/{name}", Image(picture))
        if name == "front":
            recording.log(f"world/ego/{name}/classes", SegmentationImage(ids, opacity=0.3))


def _others(seconds: float, along: float) -> lidar.Things:
    """What moves in the straight street, but for what would be in the car's way."""
    others = lidar.things(BOXES, seconds, along, lidar.TRAFFIC[ANNOTATED])
    x, y, _ = others.centers.T
    clear = (np.abs(x - along) > 9) | (np.abs(y - LANE) > 2.5)
    fields = ("centers", "half_sizes", "yaws", "speeds", "class_ids")
    return lidar.Things(*(getattr(others, field)[clear] for field in fields))


def _bend(street: Array) -> Array:
    """From the straight street to the world, (…, 3)."""
    along, across, up = np.moveaxis(np.asarray(street, float), -1, 0)
    reach = RADIUS - across
    return np.stack([reach * np.sin(along / RADIUS), RADIUS - reach * np.cos(along / RADIUS), up], axis=-1)


def _straighten(world: Array) -> Array:
    """From the world to the straight street, (…, 3)."""
    x, y, up = np.moveaxis(world, -1, 0)
    return np.stack([RADIUS * np.arctan2(x, RADIUS - y), RADIUS - np.hypot(x, RADIUS - y), up], axis=-1)


def _turn(angle: float) -> Array:
    """The matrix of a turn to the left."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def _axes(angle: float) -> Array:
    """A camera's axes as columns, x right, y down, z forward, of one that looks `angle` to the left, level."""
    axes: Array = _turn(angle) @ np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])
    return axes


def _seen(eye: Array, angle: float, focal_length: float) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The ground under a paling sky: a picture, uint8 (h, w, 3), and its class ids, (h, w)."""
    v, u = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    rays = np.stack([(u - WIDTH / 2) / focal_length, (v - HEIGHT / 2) / focal_length, np.ones_like(u)], axis=-1)
    rays = rays @ _axes(angle).T
    far = eye[2] / np.maximum(-rays[..., 2:], 1e-3)  # times the ray, to the ground
    ids = np.where(rays[..., 2] < 0, lidar.surface(_straighten(eye + far * rays)), lidar.SKY)
    sky = HAZE + (ZENITH - HAZE) * np.clip(rays[..., 2:] * 2.5, 0, 1)
    ground = HAZE + (PAINT[ids] - HAZE) * np.exp(-far / 60)
    return np.where(rays[..., 2:] < 0, ground, sky).astype(np.uint8), ids.astype(np.uint8)
