"""Boxes, tracks and a mask over a video, logged as the SDK's detect-and-track example does, drawn into a video.

Run it: it writes out/input.mp4, out/track.rrd, out/track.mp4 and out/track.png.
"""

from pathlib import Path

import numpy as np
import rerun as rr
from PIL import Image

import blazon as bz

WIDTH, HEIGHT, FRAMES = 640, 360, 45
CAR = 2
OUT = Path("out")
OUT.mkdir(exist_ok=True)


def car(frame: int) -> tuple[int, int, int, int]:
    """Where the car is: left, top, width, height."""
    return 20 + 10 * frame, 200, 130, 60


# --- a video to look at: a grey car on a grey road
scene = bz.Recording("input")
for frame in range(FRAMES):
    picture = np.full((HEIGHT, WIDTH, 3), (120, 150, 180), np.uint8)
    picture[230:] = 70
    left, top, width, height = car(frame)
    picture[top : top + height, left : left + width] = 200
    scene.set_time("frame", sequence=frame)
    scene.log("image", bz.Image(picture))
bz.render_video(scene, OUT / "input.mp4", width=WIDTH, height=HEIGHT, timeline="frame", fps=30)

# --- your logging code, unchanged
with rr.RecordingStream("track") as stream:
    stream.save(OUT / "track.rrd")
    stream.log("/", rr.AnnotationContext([(0, "", (0, 0, 0, 0)), (CAR, "car", (80, 180, 255))]), static=True)
    video = rr.AssetVideo(path=OUT / "input.mp4")
    stream.log("video", video, static=True)
    stamps = video.read_frame_timestamps_nanos()
    stream.send_columns(
        "video",
        indexes=[rr.TimeColumn("time", duration=1e-9 * stamps)],
        columns=rr.VideoFrameReference.columns_nanos(stamps),
    )
    for frame, stamp in enumerate(stamps):
        stream.set_time("time", duration=1e-9 * stamp)
        left, top, width, height = car(frame)
        ids = np.zeros((HEIGHT, WIDTH), np.uint8)
        ids[top : top + height, left : left + width] = CAR
        stream.log("video/segmentation", rr.SegmentationImage(ids))
        stream.log(
            "video/detections",
            rr.Boxes2D(array=[car(frame)], array_format=rr.Box2DFormat.XYWH, class_ids=[CAR], labels=["car 7"]),
        )
        trail = [(car(each)[0] + width / 2, top + height) for each in range(max(0, frame - 20), frame + 1)]
        stream.log("video/track", rr.LineStrips2D([trail], class_ids=[CAR], show_labels=False))

# --- the pictures
recording = bz.load(OUT / "track.rrd")
bz.render_video(recording, OUT / "track.mp4", width=WIDTH, height=HEIGHT, timeline="time")
with bz.Offscreen(WIDTH, HEIGHT) as screen:
    picture = screen.render(recording, at=("time", 1.0))
Image.fromarray(picture).save(OUT / "track.png")
