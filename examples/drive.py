"""A car with a lidar and a camera, logged with rerun-sdk; space, and what the camera sees, drawn by blazon.

Run it: it writes out/drive.rrd, out/drive.png and out/drive_front.png.
"""

from pathlib import Path

import numpy as np
import rerun as rr
from PIL import Image

import blazon as bz

ROAD, CAR, PEDESTRIAN = 1, 2, 3
WIDTH, HEIGHT, FOCAL_LENGTH = 640, 360, 500
FORWARD = [[0, 0, 1], [-1, 0, 0], [0, -1, 0]]  # a camera's x right, y down, z forward, in the car's axes

rng = np.random.default_rng(0)
ground = np.stack([rng.uniform(-10, 50, 20_000), rng.uniform(-8, 8, 20_000), np.zeros(20_000)], axis=1)
centers = np.array([[18, 3.5, 0.8], [28, -3.5, 0.8], [16, -5, 0.9]])
half_sizes = np.array([[2.2, 0.9, 0.8], [2.2, 0.9, 0.8], [0.3, 0.3, 0.9]])
class_ids = [CAR, CAR, PEDESTRIAN]
hits = (centers[:, None] + half_sizes[:, None] * rng.uniform(-1, 1, (3, 500, 3))).reshape(-1, 3)
path = np.array([[0, 0, 0.1], [12, 0, 0.1], [20, 1.5, 0.1]])
sky = np.full((HEIGHT // 2, WIDTH, 3), (150, 180, 210), np.uint8)
picture = np.concatenate([sky, np.full_like(sky, 70)])  # level: the horizon is in the middle

# --- your logging code, unchanged
Path("out").mkdir(exist_ok=True)
with rr.RecordingStream("drive") as stream:
    stream.save("out/drive.rrd")
    stream.log("world", rr.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
    classes = [(ROAD, "road", (104, 84, 160)), (CAR, "car", (72, 176, 255)), (PEDESTRIAN, "pedestrian", (255, 84, 120))]
    stream.log("world", rr.AnnotationContext(classes), static=True)
    stream.log("world/ego/front", rr.Transform3D(translation=(1.5, 0, 1.5), mat3x3=FORWARD), static=True)
    lens = rr.Pinhole(focal_length=FOCAL_LENGTH, width=WIDTH, height=HEIGHT, image_plane_distance=2)
    stream.log("world/ego/front", lens, static=True)
    for frame in range(5):
        stream.set_time("frame", sequence=frame)
        car = np.array([frame, 0.0, 0.0])
        stream.log("world/ego", rr.Transform3D(translation=car))
        lidar = np.concatenate([ground, hits]) - car
        ids = np.repeat([ROAD, *class_ids], [len(ground), 500, 500, 500])
        stream.log("world/ego/lidar", rr.Points3D(lidar, class_ids=ids))
        stream.log("world/boxes", rr.Boxes3D(centers=centers, half_sizes=half_sizes, class_ids=class_ids))
        stream.log("world/plan", rr.LineStrips3D([car + path], radii=0.1))
        stream.log("world/ego/front", rr.Image(picture))

# --- the pictures
rec = bz.load("out/drive.rrd")
with bz.Offscreen(1280, 720) as screen:
    space = screen.render(rec, view="/", kind="3d", eye=(-8, -5, 6), target=(12, 0, 0), fov=55)
with bz.Offscreen(WIDTH, HEIGHT) as screen:
    front = screen.render(rec, view="world/ego/front", at=("frame", 0))

u, v = WIDTH / 2 + FOCAL_LENGTH * 5 / 14.5, HEIGHT / 2 + FOCAL_LENGTH * 0.6 / 14.5  # the middle of the pedestrian
seen = front[int(v), int(u), :3].astype(int)
assert seen.argmax() == 0, seen  # is red
Image.fromarray(space).save("out/drive.png")
Image.fromarray(front).save("out/drive_front.png")
