"""How each scene is logged: through the real SDK, the way its users do. Knows no file and no clock.

What is written is what everybody writes: in the street the labels of boxes, and not the names of keypoints, which
supervision does not draw. The skeletons are logged as their users do, so that the SDK's viewer writes the name of each
keypoint, and blazon those that find a place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blazon.scenes import avenue, crowd, lidar, swarm
from blazon.scenes.people import CONNECTIONS, KEYPOINTS

if TYPE_CHECKING:
    from rerun import Boxes3D, ClassDescription, RecordingStream

SIDES = ((255, 255, 255), (255, 200, 90), (120, 255, 170))  # colours of keypoints: face, right, left
FPS = 10  # of what moves in the lidar's street


def log_street(stream: RecordingStream, *, frames: int) -> None:
    """A mask, boxes, and each person an entity."""
    import rerun as rr

    infos = [(i, avenue.LABELS[i], avenue.COLORS[i]) for i in range(len(avenue.LABELS)) if i != avenue.PERSON]
    person = _person(avenue.PERSON, avenue.COLORS[avenue.PERSON])
    stream.log("street", rr.AnnotationContext([*infos, person]), static=True)
    for frame in range(frames):
        drawn = avenue.avenue(frame)
        stream.set_time("frame", sequence=frame)
        stream.log("street/mask", rr.SegmentationImage(drawn.mask))
        boxes = rr.Boxes2D(
            array=drawn.boxes,
            array_format=rr.Box2DFormat.XYXY,
            class_ids=drawn.class_ids,
            labels=drawn.labels,
            show_labels=True,
        )
        stream.log("street/boxes", boxes)
        for i, pose in enumerate(drawn.people):
            points = rr.Points2D(pose, class_ids=avenue.PERSON, keypoint_ids=range(17), radii=-3, show_labels=False)
            stream.log(f"street/people/{i}", points)


def log_crowd(stream: RecordingStream, *, frames: int, count: int) -> None:
    """All boxes in one entity."""
    import rerun as rr

    stream.log("crowd", rr.AnnotationContext([(i, f"class {i}") for i in range(crowd.CLASSES)]), static=True)
    for frame in range(frames):
        xyxy, class_ids = crowd.boxes(count, frame)
        stream.set_time("frame", sequence=frame)
        boxes = rr.Boxes2D(array=xyxy, array_format=rr.Box2DFormat.XYXY, class_ids=class_ids, show_labels=False)
        stream.log("crowd/boxes", boxes)


def log_labels(stream: RecordingStream, *, frames: int, count: int, new: int) -> None:
    """Boxes with labels of their own; in each frame some of them say something else."""
    import rerun as rr

    stream.log("crowd", rr.AnnotationContext([(i, f"class {i}") for i in range(crowd.CLASSES)]), static=True)
    for frame in range(frames):
        xyxy, class_ids = crowd.boxes(count, frame)
        stream.set_time("frame", sequence=frame)
        boxes = rr.Boxes2D(
            array=xyxy,
            array_format=rr.Box2DFormat.XYXY,
            class_ids=class_ids,
            labels=crowd.labels(count, new, frame),
            show_labels=True,
        )
        stream.log("crowd/boxes", boxes)


def log_micro(stream: RecordingStream, *, frames: int, count: int) -> None:
    """Many short rows of one entity."""
    log_crowd(stream, frames=frames, count=count)


def log_skeletons(stream: RecordingStream, *, frames: int, count: int) -> None:
    """Each person an entity."""
    import rerun as rr

    stream.log("people", rr.AnnotationContext([_person(1, (255, 84, 120))]), static=True)
    for frame in range(frames):
        stream.set_time("frame", sequence=frame)
        for i, pose in enumerate(crowd.skeletons(count, frame)):
            stream.log(f"people/{i}", rr.Points2D(pose, class_ids=1, keypoint_ids=range(17), radii=-2))


def log_lidar(stream: RecordingStream, *, frames: int, points: int, count: int) -> None:
    """A sweep of points and the boxes around what it hits, all new in each frame."""
    import rerun as rr

    _log_world(stream)
    for frame in range(frames):
        things = lidar.things(count, frame / FPS)
        sweep = lidar.sweep(points, things, seed=frame)
        stream.set_time("frame", sequence=frame)
        stream.log("world/lidar", rr.Points3D(sweep.positions, class_ids=sweep.class_ids))
        stream.log("world/boxes", _boxes(things))


def log_static(stream: RecordingStream, *, frames: int, points: int, count: int) -> None:
    """A sweep of points for all of time, and boxes that move."""
    import rerun as rr

    _log_world(stream)
    sweep = lidar.sweep(points, lidar.things(count))
    stream.log("world/lidar", rr.Points3D(sweep.positions, class_ids=sweep.class_ids), static=True)
    for frame in range(frames):
        stream.set_time("frame", sequence=frame)
        stream.log("world/boxes", _boxes(lidar.things(count, frame / FPS)))


def log_entities(stream: RecordingStream, *, frames: int, count: int, moving: int) -> None:
    """A line and a transform in each entity; after frame 0 some of the transforms move."""
    import rerun as rr

    infos = [(i, f"class {i}") for i in range(crowd.CLASSES)]
    stream.log("world", rr.ViewCoordinates.RIGHT_HAND_Z_UP, rr.AnnotationContext(infos), static=True)
    stream.set_time("frame", sequence=0)
    for i, (strip, at) in enumerate(zip(swarm.strips(count), swarm.translations(count), strict=True)):
        line = rr.LineStrips3D([strip], class_ids=i % crowd.CLASSES)
        stream.log(f"world/{i}", rr.Transform3D(translation=at), line)
    for frame in range(1, frames):
        stream.set_time("frame", sequence=frame)
        for i, at in zip(*swarm.moved(count, moving, frame), strict=True):
            stream.log(f"world/{i}", rr.Transform3D(translation=at))


def _log_world(stream: RecordingStream) -> None:
    import rerun as rr

    stream.log("world", rr.ViewCoordinates.RIGHT_HAND_Z_UP, rr.AnnotationContext(list(lidar.CLASSES)), static=True)


def _boxes(things: lidar.Things) -> Boxes3D:
    import rerun as rr

    return rr.Boxes3D(
        centers=things.centers,
        half_sizes=things.half_sizes,
        quaternions=things.quaternions,
        class_ids=np.asarray(things.class_ids),
    )


def _person(class_id: int, color: tuple[int, int, int]) -> ClassDescription:
    import rerun as rr

    return rr.ClassDescription(
        info=(class_id, "person", color),
        keypoint_annotations=[(i, name, SIDES[0 if i < 5 else 1 + i % 2]) for i, name in enumerate(KEYPOINTS)],
        keypoint_connections=list(CONNECTIONS),
    )
