"""A program that streams with rerun-sdk, and blazon drawing what came so far. Run it: it writes out/live.png."""

import time
from pathlib import Path

import numpy as np
import rerun as rr
from PIL import Image

import blazon as bz

Path("out").mkdir(exist_ok=True)
with bz.serve(port=0) as live, bz.Offscreen(320, 240) as screen:  # 9876, the default, is where the SDK looks by itself
    # --- your logging code, unchanged; mostly it runs in another process
    with rr.RecordingStream("camera") as stream:
        stream.connect_grpc(live.url)
        stream.log("camera", rr.AnnotationContext([(1, "road", (90, 90, 100)), (2, "car", (255, 200, 0))]), static=True)
        for frame in range(30):
            stream.set_time("frame", sequence=frame)
            ids = np.ones((240, 320), np.uint8)
            ids[100:140, 8 * frame : 8 * frame + 60] = 2
            stream.log("camera/mask", rr.SegmentationImage(ids))
            stream.log("camera/cars", rr.Boxes2D(mins=[[8 * frame, 100]], sizes=[[60, 40]], class_ids=2))
        stream.flush()
    until = time.monotonic() + 10
    while live.stats().rows < 61 and time.monotonic() < until:  # what the SDK has sent is there within milliseconds
        time.sleep(0.01)

    # --- the picture of the newest moment
    picture = screen.render(live.recordings[0])
    print(live.stats().as_line())

assert tuple(picture[120, 8 * 29 + 30]) == (255, 200, 0, 255)
Image.fromarray(picture).save("out/live.png")
