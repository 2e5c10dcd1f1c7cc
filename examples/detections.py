"""What a detector and a pose model answered, drawn over the frame they saw. Run it: it writes out/detections.png."""

from pathlib import Path

import numpy as np
from PIL import Image

import blazon as bz

PERSON, CAR = 1, 2

rec = bz.Recording("detections")
rec.log(
    "camera",
    bz.AnnotationContext(
        [
            (0, "background", (0, 0, 0, 0)),
            bz.ClassDescription(
                info=(PERSON, "person", (255, 84, 120)),
                keypoint_annotations=[(0, "head", (255, 255, 255)), (1, "hip"), (2, "left foot"), (3, "right foot")],
                keypoint_connections=[(0, 1), (1, 2), (1, 3)],
            ),
            (CAR, "car", (72, 176, 255)),
        ]
    ),
    static=True,
)

rec.set_time("frame", sequence=0)
frame = np.linspace(30, 90, 640, dtype=np.uint8)[None, :, None] * np.ones((480, 1, 3), np.uint8)
mask = np.zeros((480, 640), np.uint8)
mask[200:300, 60:300] = CAR
rec.log("camera/frame", bz.Image(frame))
rec.log("camera/mask", bz.SegmentationImage(mask))
rec.log(
    "camera/boxes",
    bz.Boxes2D(array=[[60, 200, 300, 300], [400, 100, 560, 420]], array_format="XYXY", class_ids=[CAR, PERSON]),
)
rec.log(
    "camera/pose",
    bz.Points2D([[480, 130], [480, 260], [440, 400], [520, 400]], class_ids=PERSON, keypoint_ids=range(4), radii=-6),
)

with bz.Offscreen(640, 480) as screen:
    picture = screen.render(rec)  # (480, 640, 4) uint8, row 0 on top

assert picture.shape == (480, 640, 4)
assert tuple(picture[460, 600, :3]) == tuple(frame[460, 600])  # one unit is one pixel, and nothing is blurred
Path("out").mkdir(exist_ok=True)
Image.fromarray(picture).save("out/detections.png")
