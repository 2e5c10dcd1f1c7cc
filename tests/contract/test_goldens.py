"""Pictures that single pixels can't pin: smooth edges of lines, discs and outlines, and how they overlap. SEMANTICS §7.

`pytest --regenerate-golden` writes them anew: look at each before you keep it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import blazon as bz
from tests.pictures import BLUE, GREEN, RED, WHITE, Draw

Golden = Callable[..., None]
SIZE: dict[str, Any] = {"size": (160, 120), "bounds": (0, 0, 160, 120)}


def test_lines(draw: Draw, golden: Golden) -> None:
    """Fans of thin and thick lines, sharp and blunt joins, round caps, a closed strip, one thinner than a pixel."""
    fan = [
        [[40, 40], [40 + 36 * np.cos(a), 40 + 36 * np.sin(a)]] for a in np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ]
    zigzag = [[88, 12], [150, 16], [92, 22], [150, 34], [96, 50], [152, 58]]
    closed = [[12, 88], [50, 84], [60, 112], [16, 114], [12, 88]]
    wave = [[70 + 5 * i, 92 + 16 * np.sin(i)] for i in range(18)]
    picture = draw(
        {
            "fan": bz.LineStrips2D(fan, radii=np.linspace(-0.3, -2.5, 16), colors=WHITE),
            "zigzag": bz.LineStrips2D([zigzag], radii=3.3, colors=GREEN),
            "closed": bz.LineStrips2D([closed], radii=-2.5, colors=RED),
            "wave": bz.LineStrips2D([wave], colors=BLUE),
        },
        **SIZE,
    )
    golden("lines", picture)


def test_discs(draw: Draw, golden: Golden) -> None:
    """Radii from a tenth of a pixel on, at places between pixels; translucent ones overlap."""
    small = bz.Points2D([[8 + 12.3 * i, 10 + 0.37 * i] for i in range(12)], radii=[-0.1 - 0.4 * i for i in range(12)])
    row = bz.Points2D(
        [[16 + 13.1 * i, 45.25] for i in range(10)], radii=9, colors=[(255, 20 * i, 0, 120) for i in range(10)]
    )
    context = bz.AnnotationContext([(1, None, RED), (2, None, (0, 255, 0, 128))])
    large = bz.Points2D([[45, 90], [80, 90], [115, 90]], radii=24.4, class_ids=[1, 2, 3])
    golden("discs", draw({"small": small, "row": row, "large": [large, context]}, **SIZE))


def test_outlines(draw: Draw, golden: Golden) -> None:
    """Edges between pixels, widths from half a pixel on, nested and overlapping, larger than the picture."""
    nested = bz.Boxes2D(
        centers=[[50.3, 45.7]],
        half_sizes=[[4.2 * i, 3.1 * i] for i in range(1, 11)],
        radii=[-0.25 - 0.1 * i for i in range(10)],
        class_ids=range(10),
    )
    across = bz.Boxes2D(
        array=[[70, 30, 200, 80], [90, 60, 130, 140]], array_format="XYXY", radii=4.5, colors=[(255, 255, 0, 128)]
    )
    tiny = bz.Boxes2D(
        mins=[[8 + 14 * i, 100] for i in range(6)], sizes=[[0.8 * i, 1.7 * i] for i in range(6)], colors=WHITE
    )
    golden("outlines", draw({"nested": nested, "across": across, "tiny": tiny}, **SIZE))


def test_a_translucent_polyline(draw: Draw, golden: Golden) -> None:
    """It bends back on itself, turns sharply, and lies over a mask and an image."""
    ids = np.kron(np.arange(12).reshape(3, 4), np.ones((40, 40), int))
    strip = [[10, 20], [70, 60], [30, 64], [120, 20], [124, 26], [60, 100], [150, 104], [100, 60], [150, 60]]
    picture = draw(
        {
            "a/image": bz.Image(np.full((120, 160, 3), 200, np.uint8)),
            "a/mask": bz.SegmentationImage(ids, opacity=0.3),
            "a/line": bz.LineStrips2D([strip], radii=8, colors=(255, 0, 60, 110)),
        },
        **SIZE,
    )
    golden("polyline", picture)


def test_people(draw: Draw, golden: Golden) -> None:
    """Skeletons over boxes over a mask, of two classes, one with its keypoints' colours."""
    pairs = [(0, 1), (1, 2), (1, 3), (1, 4), (4, 5), (4, 6)]
    context = bz.AnnotationContext(
        [
            (0, None, (0, 0, 0, 0)),
            bz.ClassDescription(
                info=(1, "person", (255, 90, 120)),
                keypoint_annotations=[(0, "head", WHITE), (2, "left", (90, 160, 255)), (3, "right", (255, 200, 0))],
                keypoint_connections=pairs,
            ),
            bz.ClassDescription(info=2, keypoint_connections=pairs),
        ]
    )
    body = np.array([[0, -20], [0, -10], [-12, -4], [12, -6], [0, 12], [-9, 34], [8, 35]])
    people = np.concatenate([body * size + at for at, size in (((34, 50), 1.3), ((84, 56), 1.5), ((130, 60), 1.0))])
    ids = np.zeros((120, 160), np.uint8)
    ids[20:112, 10:62] = 1
    ids[60:118, 100:156] = 2
    picture = draw(
        {
            "/": context,
            "scene/mask": bz.SegmentationImage(ids, opacity=0.4),
            "scene/boxes": bz.Boxes2D(
                array=[[10, 20, 62, 112], [60, 22, 108, 116]], array_format="XYXY", class_ids=[1, 2]
            ),
            "scene/pose": bz.Points2D(people, radii=-3, class_ids=[1] * 14 + [2] * 7, keypoint_ids=list(range(7)) * 3),
        },
        view="/",
        **SIZE,
    )
    golden("people", picture)
