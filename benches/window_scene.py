"""The street of the demo, logged through the real SDK as `blazon.scenes.street` logs it, with its number in each frame.

The number is logged last: where it is on a screen, so is the frame.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from blazon.benches import marker
from blazon.benches.scenes import FLAT, BenchScene
from blazon.scenes import classes
from blazon.scenes.actors import HEIGHT, PEOPLE, VEHICLES, WIDTH
from blazon.scenes.painter import Painter
from blazon.scenes.street import FPS, FRAMES, tracks

if TYPE_CHECKING:
    from rerun import RecordingStream

TIMELINE = "frame"
MARKER = "street/camera/number"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a frame is made of, in pixels.

    picture : uint8 (720, 1280, 3). ids : uint8 (720, 1280). boxes, tracks : of vehicles, float (n, 4) and of (10, 2);
    box_ids, track_ids : as many class ids. poses : float (13, 17, 2). around : float (13, 4).
    """

    picture: NDArray[np.uint8]
    ids: NDArray[np.uint8]
    boxes: NDArray[np.float64]
    box_ids: list[int]
    tracks: list[NDArray[np.float64]]
    track_ids: list[int]
    poses: NDArray[np.float64]
    around: NDArray[np.float64]


def drawn(count: int = FRAMES) -> list[Drawn]:
    """Return the first frames."""
    painter = Painter(WIDTH, HEIGHT)
    return [_drawn(painter, frame / FPS) for frame in range(count)]


def log_static(stream: RecordingStream) -> None:
    """Log what class ids mean."""
    import rerun as rr

    described = [
        rr.ClassDescription(
            info=rr.AnnotationInfo(each.info.id, each.info.label, each.info.color),
            keypoint_annotations=[rr.AnnotationInfo(p.id, p.label, p.color) for p in each.keypoint_annotations],
            keypoint_connections=list(each.keypoint_connections),
        )
        for each in classes.context().classes.values()
    ]
    stream.log("street", rr.AnnotationContext(described), static=True)


def log_frame(stream: RecordingStream, number: int, shown: Drawn) -> int:
    """Log a frame, and its number last; return when that was logged, nanoseconds of `time.monotonic_ns`."""
    import rerun as rr

    stream.set_time(TIMELINE, sequence=number)
    stream.set_time("time", duration=number / FPS)
    stream.log("street/camera", rr.Image(shown.picture))
    stream.log("street/camera/classes", rr.SegmentationImage(shown.ids))
    xyxy = rr.Box2DFormat.XYXY
    boxes = rr.Boxes2D(array=shown.boxes, array_format=xyxy, class_ids=shown.box_ids)
    stream.log("street/camera/vehicles", boxes)
    strips = rr.LineStrips2D(shown.tracks, class_ids=shown.track_ids, radii=-2, show_labels=False)
    stream.log("street/camera/tracks", strips)
    people = rr.Boxes2D(array=shown.around, array_format=xyxy, class_ids=classes.PERSON)
    stream.log("street/camera/people", people)
    for i, (pose, (person, _)) in enumerate(zip(shown.poses, PEOPLE, strict=True)):
        joint = -3.5 if person.height > 100 else -2.0
        points = rr.Points2D(
            pose,
            class_ids=classes.PERSON,
            keypoint_ids=range(17),
            radii=[joint * 0.6] * 5 + [joint] * 12,
            show_labels=False,
        )
        stream.log(f"street/camera/people/{i}", points)
    marked_ns = time.monotonic_ns()
    discs = rr.Points2D(marker.positions(), colors=marker.colors(number), radii=marker.RADIUS)
    stream.log(MARKER, discs)
    return marked_ns


def _log(stream: RecordingStream, *, frames: int) -> None:
    log_static(stream)
    for number, each in enumerate(drawn(frames)):
        log_frame(stream, number, each)


STREET = BenchScene("numbered street", "the street of the demo", FLAT, FRAMES, _log)


def _drawn(painter: Painter, seconds: float) -> Drawn:
    picture, ids = painter.paint(seconds)
    poses = np.array([person.keypoints(seconds) for person, _ in PEOPLE], np.float64)
    whole = tracks(seconds)
    return Drawn(
        picture=picture,
        ids=ids,
        boxes=np.array([vehicle.box(seconds) for vehicle in VEHICLES]),
        box_ids=[vehicle.class_id for vehicle in VEHICLES],
        tracks=list(whole.values()),
        track_ids=[vehicle.class_id for vehicle in whole],
        poses=poses,
        around=np.concatenate([poses.min(axis=1) - 9, poses.max(axis=1) + 9], axis=1),
    )
