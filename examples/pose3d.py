"""Keypoints in space, as the SDK documents them but for wider points, drawn by blazon. Run it: out/pose3d.png."""

from pathlib import Path

import rerun as rr
from PIL import Image

import blazon as bz

Path("out").mkdir(exist_ok=True)

# --- your logging code, unchanged
with rr.RecordingStream("pose3d") as stream:
    stream.save("out/pose3d.rrd")
    stream.log(
        "/",
        rr.AnnotationContext(
            rr.ClassDescription(
                info=0,
                keypoint_annotations=[
                    (0, "zero", (255, 0, 0)),
                    (1, "one", (0, 255, 0)),
                    (2, "two", (0, 0, 255)),
                    (3, "three", (255, 255, 0)),
                ],
                keypoint_connections=[(0, 2), (1, 2), (2, 3)],
            )
        ),
        static=True,
    )
    positions = [(0, 0, 0), (50, 0, 20), (100, 100, 30), (0, 50, 40)]
    stream.log("points", rr.Points3D(positions, class_ids=[0], keypoint_ids=[0, 1, 2, 3], radii=2))

# --- the picture, from an eye that sees all of it
with bz.Offscreen(640, 480) as screen:
    picture = screen.render(bz.load("out/pose3d.rrd"), kind="3d")

colors = {tuple(color) for color in picture[..., :3].reshape(-1, 3).tolist()}
assert {(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)} <= colors  # every keypoint in its own colour
Image.fromarray(picture).save("out/pose3d.png")
