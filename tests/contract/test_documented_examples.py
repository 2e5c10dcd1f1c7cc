"""The SDK's documented examples of AnnotationContext, logged by the SDK itself, with the values of its documentation.

https://rerun.io/docs/reference/types/archetypes/annotation_context
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from tests import naive
from tests.pictures import BACKGROUND, BLUE, GREEN, RED, Draw, pixel

FromSdk = Callable[..., bz.Recording]


# --- segmentation


def segmentation(stream: rr.RecordingStream) -> None:
    image = np.zeros((200, 300), dtype=np.uint8)
    image[50:100, 50:120] = 1
    image[100:180, 130:280] = 2
    stream.log(
        "segmentation",
        rr.AnnotationContext([(1, "red", (255, 0, 0)), (2, "green", (0, 255, 0))]),
        static=True,
    )
    stream.log("segmentation/image", rr.SegmentationImage(image))


def test_segmentation(from_sdk: FromSdk, draw: Draw) -> None:
    """Every pixel: class 1 red, class 2 green, class 0, which is not listed, in its automatic colour."""
    picture = draw(from_sdk(segmentation), size=(300, 200), bounds=None)
    expected = np.empty((200, 300, 4), np.uint8)
    expected[:] = naive.auto(0)
    expected[50:100, 50:120] = RED
    expected[100:180, 130:280] = GREEN
    np.testing.assert_array_equal(picture, expected)


def test_segmentation_by_label(from_sdk: FromSdk, draw: Draw) -> None:
    """And its labels are there: `only` red."""
    picture = draw(from_sdk(segmentation), size=(300, 200), bounds=None, only="red")
    expected = np.full((200, 300, 4), BACKGROUND, np.uint8)
    expected[50:100, 50:120] = RED
    np.testing.assert_array_equal(picture, expected)


# --- rects


def rects(stream: rr.RecordingStream) -> None:
    stream.log("/", rr.AnnotationContext([(1, "red", (255, 0, 0)), (2, "green", (0, 255, 0))]), static=True)
    stream.log("detections", rr.Boxes2D(mins=[[-2, -2], [0, 0]], sizes=[[3, 3], [2, 2]], class_ids=[1, 2]))


def test_rects(from_sdk: FromSdk, draw: Draw) -> None:
    """Two outlines in the colours of their classes, ten pixels for each unit, three pixels wide."""
    picture = draw(from_sdk(rects), size=(60, 60), bounds=(-3, -3, 3, 3))  # (0, 0) is between pixels 29 and 30
    red = [(10, 20), (25, 10), (40, 20), (20, 40), (10, 10), (40, 10), (10, 40)]
    green = [(30, 35), (45, 30), (50, 45), (35, 50), (30, 30), (50, 50)]
    for x, y in red:
        assert pixel(picture, x, y)[:2] == (255, 0), (x, y)
    for x, y in green:
        assert pixel(picture, x, y)[:2] == (0, 255), (x, y)
    for x, y in ((20, 20), (35, 35), (45, 45), (5, 5), (55, 20)):
        assert pixel(picture, x, y) == BACKGROUND, (x, y)


def test_rects_fit_into_the_default_bounds(from_sdk: FromSdk, draw: Draw) -> None:
    """Both are seen whole: content from −2, −2 to 2, 2 with a margin of 5 %."""
    picture = draw(from_sdk(rects), size=(88, 88), bounds=None)  # 4.4 units: 20 pixels for each
    expected = draw(from_sdk(rects), size=(88, 88), bounds=(-2.2, -2.2, 2.2, 2.2))
    assert int(np.abs(picture.astype(int) - expected).max()) <= 1
    assert pixel(picture, 4, 30)[:2] == (255, 0)
    assert pixel(picture, 84, 60)[:2] == (0, 255)


# --- connections

POINTS = [(0, 0), (50, 0), (100, 100), (0, 50)]  # of the documentation's Points3D, without z


def connections(stream: rr.RecordingStream) -> None:
    stream.log(
        "/",
        rr.AnnotationContext(
            [
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
            ]
        ),
        static=True,
    )
    stream.log("points", rr.Points2D(POINTS, class_ids=[0], keypoint_ids=[0, 1, 2, 3]))


@pytest.fixture
def skeleton(from_sdk: FromSdk, draw: Draw) -> np.ndarray:
    return draw(from_sdk(connections), size=(120, 120), bounds=(-10, -10, 110, 110))


@pytest.mark.parametrize(("which", "color"), list(enumerate([RED, GREEN, BLUE, (255, 255, 0, 255)])))
def test_keypoints_have_their_own_colors(skeleton: np.ndarray, which: int, color: naive.Color) -> None:
    x, y = POINTS[which]
    assert pixel(skeleton, x + 10, y + 10) == color


@pytest.mark.parametrize("pair", [(0, 2), (1, 2), (2, 3)])
def test_connected_keypoints_are_connected_in_the_class_color(skeleton: np.ndarray, pair: tuple[int, int]) -> None:
    """Class 0 has no colour: auto(0)."""
    (x0, y0), (x1, y1) = (POINTS[each] for each in pair)
    for part in (0.2, 0.5, 0.7):
        x, y = round(x0 + part * (x1 - x0)), round(y0 + part * (y1 - y0))
        assert pixel(skeleton, x + 10, y + 10) == naive.auto(0)


@pytest.mark.parametrize("between", [(25, 0), (0, 25)])
def test_the_others_are_not(skeleton: np.ndarray, between: tuple[int, int]) -> None:
    """Between 0 and 1, and between 0 and 3."""
    assert pixel(skeleton, between[0] + 10, between[1] + 10) == BACKGROUND


def test_only_those_three_lines_are_there(skeleton: np.ndarray) -> None:
    """Every pixel that is not background lies near a point or one of the three lines."""
    ys, xs = np.nonzero((skeleton != BACKGROUND).any(axis=2))
    at = np.stack([xs, ys], axis=1) + 0.5 - 10
    nearest = np.full(len(at), np.inf)
    for first, second in ((0, 2), (1, 2), (2, 3), (0, 0), (1, 1), (3, 3)):
        a, b = np.array(POINTS[first], float), np.array(POINTS[second], float)
        along = b - a
        part = np.clip((at - a) @ along / max(along @ along, 1e-9), 0, 1)
        nearest = np.minimum(nearest, np.linalg.norm(at - a - part[:, None] * along, axis=1))
    assert nearest.max() <= 2.1
    assert len(at) > 3 * 2 * 90
