"""What the ids of the street mean."""

from __future__ import annotations

from blazon.ingest.annotations import AnnotationContext, ClassDescription
from blazon.scenes.people import CONNECTIONS, KEYPOINTS

ROAD, SIDEWALK, BUILDING, VEGETATION, SKY, POLE, MARKING, PERSON, CAR, BUS = range(1, 11)
LEFT, RIGHT, FACE = (120, 255, 170), (255, 200, 90), (255, 255, 255)


def context() -> AnnotationContext:
    """Return the annotation context of the street."""
    colors = [FACE if i < 5 else LEFT if i % 2 else RIGHT for i in range(17)]
    person = ClassDescription(
        info=(PERSON, "person", (255, 84, 120)),
        keypoint_annotations=[(i, name, color) for i, (name, color) in enumerate(zip(KEYPOINTS, colors, strict=True))],
        keypoint_connections=CONNECTIONS,
    )
    return AnnotationContext(
        [
            (0, "unlabelled", (0, 0, 0, 0)),
            (ROAD, "road", (104, 84, 160)),
            (SIDEWALK, "sidewalk", (176, 132, 206)),
            (BUILDING, "building", (120, 124, 140)),
            (VEGETATION, "vegetation", (96, 176, 72)),
            (SKY, "sky", (96, 164, 224)),
            (POLE, "pole", (236, 226, 120)),
            (MARKING, "lane marking", (250, 250, 250)),
            person,
            (CAR, "car", (72, 176, 255)),
            (BUS, "bus", (255, 160, 64)),
        ]
    )
