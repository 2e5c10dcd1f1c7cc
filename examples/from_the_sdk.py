"""A program that logs with rerun-sdk, and its recording drawn by blazon. Run it: it writes out/segmentation.png."""

from pathlib import Path

import numpy as np
import rerun as rr
from PIL import Image

import blazon as bz

Path("out").mkdir(exist_ok=True)

# --- your logging code, unchanged
with rr.RecordingStream("segmentation") as stream:
    stream.save("out/segmentation.rrd")
    stream.log("segmentation", rr.AnnotationContext([(1, "red", (255, 0, 0)), (2, "green", (0, 255, 0))]), static=True)
    ids = np.zeros((200, 300), np.uint8)
    ids[50:100, 50:120] = 1
    ids[100:180, 130:280] = 2
    stream.log("segmentation/image", rr.SegmentationImage(ids))

# --- the picture
with bz.Offscreen(300, 200) as screen:
    picture = screen.render(bz.load("out/segmentation.rrd"))

assert tuple(picture[60, 60]) == (255, 0, 0, 255)
assert tuple(picture[150, 200]) == (0, 255, 0, 255)
Image.fromarray(picture).save("out/segmentation.png")
