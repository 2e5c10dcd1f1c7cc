"""Pictures of space that single pixels can't pin: boxes in each fill mode, arrows, skeletons. SEMANTICS §7, §8.

`pytest --regenerate-golden` writes them anew: look at each before you keep it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from tests import naive
from tests.pictures import BLUE, GREEN, RED, WHITE, Draw, pixel

Golden = Callable[..., None]
SIZE = (160, 120)
SPACE: dict[str, Any] = {"size": SIZE, "bounds": None}
MODES = {1: "major", 2: "dense", 3: "solid", 4: "default"}


@pytest.mark.parametrize("mode", MODES)
def test_boxes(draw: Draw, golden: Golden, mode: int) -> None:
    """A turned box that a second one pierces, and a translucent one before them; mode 4 is the default."""
    boxes = bz.Boxes3D(
        centers=[[0, 0, 0], [0.9, -0.6, 0.5], [-1.1, -1.3, 0.2]],
        half_sizes=[[1, 0.7, 0.5], [0.3, 0.3, 0.9], [0.35, 0.35, 0.35]],
        rotation_axis_angles=[
            bz.RotationAxisAngle(axis=(0.3, 0.2, 1), degrees=35),
            bz.RotationAxisAngle(axis=(0, 0, 1), degrees=0),
            bz.RotationAxisAngle(axis=(1, 1, 0), degrees=40),
        ],
        colors=[(90, 170, 255), (255, 170, 60), (120, 255, 120, 120)],
        radii=[-0.5, -1.5, -1],
        fill_mode=None if mode == 4 else mode,
    )
    golden(f"boxes3d_{MODES[mode]}", draw({"b": boxes}, eye=(2.2, -4, 2.4), target=(0, -0.2, 0.1), fov=40, **SPACE))


def test_arrows(draw: Draw, golden: Golden) -> None:
    """A fan of all directions, short and long, thin and thick; one comes towards the eye."""
    angles = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    fan = np.stack([np.cos(angles), np.sin(angles), 0.3 * np.sin(3 * angles)], axis=1)
    arrows = bz.Arrows3D(
        vectors=fan * np.linspace(0.4, 1.4, 10)[:, None],
        origins=0.2 * fan,
        colors=[(255, 25 * i, 80) for i in range(10)],
        radii=[0.02, 0.03, 0.04, 0.05, 0.06, -1, -2, -3, 0.03, 0.08],
    )
    rest = bz.Arrows3D(vectors=[[0, 0, 1.2], [0.5, -0.9, 0.6]], origins=[0, 0, 0], colors=[WHITE, GREEN])
    look = {"eye": (1.5, -2.7, 1.8), "target": (0, 0, 0.15)}
    golden("arrows3d", draw({"fan": arrows, "rest": rest}, **look, **SPACE))


def test_skeletons(draw: Draw, golden: Golden) -> None:
    """Two people of two classes, turned to each other, on a grid of lines; the nearer one hides the farther one."""
    pairs = [(0, 1), (1, 2), (1, 3), (1, 4), (4, 5), (4, 6)]
    context = bz.AnnotationContext(
        [
            bz.ClassDescription(
                info=(1, "person", (255, 90, 120)),
                keypoint_annotations=[(0, "head", WHITE), (2, "left", (90, 160, 255)), (3, "right", (255, 200, 0))],
                keypoint_connections=pairs,
            ),
            bz.ClassDescription(info=2, keypoint_connections=pairs),
        ]
    )
    body = np.array(
        [[0, 0, 1.8], [0, 0, 1.5], [-0.5, 0.1, 1.2], [0.5, 0, 1.3], [0, 0, 0.9], [-0.3, 0, 0], [0.3, 0.2, 0]]
    )
    ticks = np.arange(-2, 3)
    lines = [[[i, -2, 0], [i, 2, 0]] for i in ticks] + [[[-2, i, 0], [2, i, 0]] for i in ticks]
    people = {
        "one": bz.Points3D(body, radii=-3, class_ids=1, keypoint_ids=range(7)),
        "two": bz.Points3D(body, radii=0.08, class_ids=2, keypoint_ids=range(7)),
    }
    things = {
        "/": context,
        "grid": bz.LineStrips3D(lines, radii=-0.5, colors=(90, 90, 90)),
        "people/one": [
            bz.Transform3D(translation=[0.2, -0.8, 0], rotation=bz.RotationAxisAngle(axis=(0, 0, 1), degrees=20)),
            people["one"],
        ],
        "people/two": [
            bz.Transform3D(translation=[-0.3, 0.5, 0], rotation=bz.RotationAxisAngle(axis=(0, 0, 1), degrees=-40)),
            people["two"],
        ],
    }
    golden("skeletons3d", draw(things, view="/", **SPACE))


LOOK: dict[str, Any] = {"eye": (190.0, -150.0, 140.0), "target": (45.0, 40.0, 20.0), "fov": 45.0}
KEYPOINTS = {(0, 0, 0): RED, (50, 0, 20): GREEN, (100, 100, 30): BLUE, (0, 50, 40): (255, 255, 0, 255)}
PAIRS = [(0, 2), (1, 2), (2, 3)]


def documented(stream: rr.RecordingStream) -> None:
    """What the SDK's documentation shows of keypoints in space."""
    annotations = [rr.AnnotationInfo(i, f"keypoint {i}", color) for i, color in enumerate(KEYPOINTS.values())]
    described = rr.ClassDescription(info=0, keypoint_annotations=annotations, keypoint_connections=PAIRS)
    stream.log("/", rr.AnnotationContext(described), static=True)
    stream.log("points", rr.Points3D(list(KEYPOINTS), class_ids=[0], keypoint_ids=[0, 1, 2, 3]))


def test_the_documented_lines(draw: Draw, golden: Golden, from_sdk: Callable[..., bz.Recording]) -> None:
    """§8: from keypoint to keypoint in space, in the colour of class 0."""
    picture = draw(from_sdk(documented), **LOOK, **SPACE)
    places = np.array(list(KEYPOINTS))
    for start, end in PAIRS:
        x, y, _ = naive.through_eye((places[start] + places[end]) / 2, size=SIZE, **LOOK)  # type: ignore[arg-type]
        assert pixel(picture, int(x), int(y)) == naive.auto(0)
    golden("keypoints3d", picture)


def test_the_documented_keypoints(draw: Draw, from_sdk: Callable[..., bz.Recording]) -> None:
    """§3: the four keypoints are in their own colours, over the lines that end there, from wherever one looks."""
    picture = draw(from_sdk(documented), **LOOK, **SPACE)
    for place, color in KEYPOINTS.items():
        x, y, _ = naive.through_eye(place, size=SIZE, **LOOK)
        assert pixel(picture, int(x), int(y)) == color


def test_keypoints_that_lines_lead_away_from(draw: Draw, from_sdk: Callable[..., bz.Recording]) -> None:
    """Three of the four, from the other side: there nothing comes towards the eye."""
    look = {**LOOK, "eye": (-150.0, -150.0, 140.0)}
    picture = draw(from_sdk(documented), **look, **SPACE)
    for place, color in KEYPOINTS.items():
        x, y, _ = naive.through_eye(place, size=SIZE, **look)
        if color != BLUE:
            assert pixel(picture, int(x), int(y)) == color
