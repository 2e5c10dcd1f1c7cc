"""A street: a picture, a mask of its classes, boxes around vehicles and people, skeletons, and tracks.

Everything is made from a few numbers, so that the same second always looks the same.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from blazon.ingest.archetypes import Boxes2D, Image, LineStrips2D, Points2D, SegmentationImage
from blazon.ingest.recording import Recording
from blazon.scenes.actors import HEIGHT, PEOPLE, VEHICLES, WIDTH, Vehicle
from blazon.scenes.classes import PERSON, context
from blazon.scenes.painter import Painter

FPS, FRAMES = 30, 60
TRACK_SECONDS = np.linspace(-0.9, 0, 10)


def street(width: int = WIDTH, height: int = HEIGHT, frames: Iterable[int] = range(FRAMES)) -> Recording:
    """Return the street on the timelines `frame` and `time`; its images are `width` × `height` pixels."""
    recording = Recording("blazon street")
    recording.log("street", context(), static=True)
    painter = Painter(width, height)
    for frame in frames:
        recording.set_time("frame", sequence=frame)
        recording.set_time("time", duration=frame / FPS)
        _log_frame(recording, painter, frame / FPS)
    return recording


def _log_frame(recording: Recording, painter: Painter, seconds: float) -> None:
    picture, ids = painter.paint(seconds)
    scale = painter.scale
    recording.log("street/camera", Image(picture))
    recording.log("street/camera/classes", SegmentationImage(ids))
    boxes = np.array([vehicle.box(seconds) for vehicle in VEHICLES]) * np.tile(scale, 2)
    classes = [vehicle.class_id for vehicle in VEHICLES]
    recording.log("street/camera/vehicles", Boxes2D(array=boxes, array_format="XYXY", class_ids=classes))
    _log_tracks(recording, scale, seconds)
    poses = [person.keypoints(seconds) * scale for person, _ in PEOPLE]
    around = np.array([(*pose.min(axis=0) - 9 * scale, *pose.max(axis=0) + 9 * scale) for pose in poses])
    recording.log("street/camera/people", Boxes2D(array=around, array_format="XYXY", class_ids=PERSON))
    for i, (pose, (person, _)) in enumerate(zip(poses, PEOPLE, strict=True)):
        joint = -3.5 if person.height > 100 else -2.0
        radii = [joint * 0.6] * 5 + [joint] * 12  # smaller ones in the face
        points = Points2D(pose, class_ids=PERSON, keypoint_ids=range(17), radii=radii, show_labels=False)
        recording.log(f"street/camera/people/{i}", points)


def _log_tracks(recording: Recording, scale: np.ndarray, seconds: float) -> None:
    whole = tracks(seconds)
    strips, classes = [track * scale for track in whole.values()], [vehicle.class_id for vehicle in whole]
    recording.log("street/camera/tracks", LineStrips2D(strips, class_ids=classes, radii=-2, show_labels=False))


def tracks(seconds: float) -> dict[Vehicle, np.ndarray]:
    """Return where each vehicle was of late, float (10, 2), but for those that came back from the other side."""
    found = {vehicle: _track(vehicle, seconds) for vehicle in VEHICLES}
    return {each: track for each, track in found.items() if np.abs(np.diff(track[:, 0])).max() < WIDTH / 2}


def _track(vehicle: Vehicle, seconds: float) -> np.ndarray:
    return np.array([(vehicle.box(seconds + ago)[0] + vehicle.width / 2, vehicle.base_y + 8) for ago in TRACK_SECONDS])
