"""An avenue: a mask of twenty classes, fifty labelled boxes and twenty people, all of whom move. Numpy and Pillow.

A function of the frame's number alone, so that everyone who draws it draws the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from blazon.scenes.people import Person

WIDTH, HEIGHT, FPS = 1920, 1080, 30
BOXES, PEOPLE = 50, 20
LABELS = (
    *("road", "sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign", "vegetation"),
    *("terrain", "sky", "person", "rider", "car", "truck", "bus", "train", "motorcycle", "bicycle", "marking"),
)
COLORS = (
    *((104, 84, 160), (176, 132, 206), (120, 124, 140), (134, 120, 156), (190, 153, 120), (236, 226, 120)),
    *((250, 170, 30), (255, 220, 60), (96, 176, 72), (140, 160, 92), (96, 164, 224), (255, 84, 120)),
    *((255, 40, 60), (72, 176, 255), (255, 160, 64), (255, 120, 90), (80, 120, 200), (170, 110, 255)),
    *((120, 255, 170), (250, 250, 250)),
)
"""sRGB by class id; ids are places in `LABELS`."""
ROAD, SIDEWALK, BUILDING, WALL, FENCE, POLE, LIGHT, SIGN, VEGETATION, TERRAIN, SKY = range(11)
PERSON, RIDER, CAR, TRUCK, BUS, TRAIN, MOTORCYCLE, BICYCLE, MARKING = range(11, 20)
_TRAFFIC = (CAR, CAR, CAR, TRUCK, BUS, TRAIN, MOTORCYCLE, BICYCLE, RIDER, CAR)
_SIZES = {CAR: (150, 70), TRUCK: (210, 120), BUS: (260, 130), TRAIN: (330, 120)}  # else 70 x 80
_UNITS = 1.5  # pixels of ours to one of `Person`


@dataclass(frozen=True, slots=True)
class AvenueFrame:
    """One frame, in pixels.

    mask : uint8 (1080, 1920). boxes : float32 (50, 4), x0, y0, x1, y1, of vehicles, then people; class_ids : uint8
    (50,); labels : as many. people : float32 (20, 17, 2), keypoints as COCO has them.
    """

    mask: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    class_ids: NDArray[np.uint8]
    labels: tuple[str, ...]
    people: NDArray[np.float32]


def avenue(frame: int) -> AvenueFrame:
    """Return frame `frame`."""
    seconds = frame / FPS
    people = np.array([person.keypoints(seconds) for person in _people()], np.float32) * np.float32(_UNITS)
    around = np.concatenate([people.min(axis=1) - 12, people.max(axis=1) + 12], axis=1)
    vehicles, kinds = _vehicles(seconds)
    boxes = np.concatenate([vehicles, around]).astype(np.float32)
    class_ids = np.concatenate([kinds, np.full(PEOPLE, PERSON)]).astype(np.uint8)
    labels = tuple(f"{LABELS[each]} {i}" for i, each in enumerate(class_ids))
    return AvenueFrame(_mask(boxes, class_ids), boxes, class_ids, labels, people)


@lru_cache(1)
def _people() -> tuple[Person, ...]:
    return tuple(
        Person(30 + 62 * i, 540 + 150 * (i * 7 % 20) / 20, 120 + 6 * (i % 9), (1 if i % 2 else -1) * (20 + 3 * i), i)
        for i in range(PEOPLE)
    )


def _vehicles(seconds: float) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The boxes of what drives, (30, 4), and its classes; who leaves on one side comes back on the other."""
    number = np.arange(BOXES - PEOPLE)
    kinds = np.array(_TRAFFIC)[number % len(_TRAFFIC)]
    sizes = np.array([_SIZES.get(kind, (70, 80)) for kind in kinds.tolist()], float) * (0.8 + number[:, None] % 5 / 8)
    lane = number % 6
    speed = (60 + 9 * lane) * np.where(lane < 3, -1, 1)
    left = (number * 331.0 + speed * seconds) % (WIDTH + 340) - 340
    bottom = 610 + lane * 34.0
    return np.stack([left, bottom - sizes[:, 1], left + sizes[:, 0], bottom], axis=1), kinds


def _mask(boxes: NDArray[np.float32], class_ids: NDArray[np.uint8]) -> NDArray[np.uint8]:
    picture = Image.fromarray(_scenery().copy())
    brush = ImageDraw.Draw(picture)
    for (left, top, right, bottom), kind in zip(boxes.tolist(), class_ids.tolist(), strict=True):
        inside = (left + 8, top + 8, right - 8, bottom - 4)
        (brush.ellipse if kind == PERSON else brush.rectangle)(inside, fill=kind)
        if kind not in (PERSON, RIDER, BICYCLE):
            for x in (left + (right - left) * 0.2, right - (right - left) * 0.2):
                brush.ellipse((x - 14, bottom - 24, x + 14, bottom), fill=kind)
    return np.asarray(picture)


@lru_cache(1)
def _scenery() -> NDArray[np.uint8]:
    """What stands still."""
    picture = Image.new("L", (WIDTH, HEIGHT), SKY)
    brush = ImageDraw.Draw(picture)
    for i, top in enumerate((180, 96, 222, 138, 255, 165, 117, 240, 150)):
        brush.rectangle((i * 220 - 30, top, i * 220 + 184, 560), fill=WALL if i % 4 == 3 else BUILDING)
    brush.rectangle((0, 520, WIDTH, 600), fill=TERRAIN)
    for x in range(0, WIDTH, 48):
        brush.rectangle((x, 528, x + 36, 548), fill=FENCE)
    for x in range(90, WIDTH, 260):
        brush.ellipse((x - 70, 380, x + 70, 540), fill=VEGETATION)
    brush.rectangle((0, 590, WIDTH, 830), fill=ROAD)
    for x in range(-40, WIDTH, 170):
        brush.polygon([(x, 706), (x + 96, 706), (x + 84, 716), (x - 12, 716)], fill=MARKING)
    brush.rectangle((0, 830, WIDTH, HEIGHT), fill=SIDEWALK)
    for i, x in enumerate(range(200, WIDTH, 400)):
        brush.rectangle((x, 250, x + 9, 600), fill=POLE)
        brush.rectangle((x - 12, 250, x + 21, 310), fill=LIGHT if i % 2 else SIGN)
    return np.asarray(picture)
