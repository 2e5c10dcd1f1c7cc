"""Outlines, lines and discs that kernels draw are those that GL draws, in the same order, to a level of 8 bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import blazon as bz
from blazon.render import frame as frames
from blazon.render.offscreen import Offscreen
from tests.pictures import logged

SIZE = (64, 48)
COORDINATES = st.floats(-10, 74, width=32)
POINTS = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=6)
COLORS = st.sampled_from([(255, 0, 0, 255), (0, 200, 90, 255), (250, 250, 250, 120), (10, 20, 30, 255)])
RADII = st.sampled_from([-1.5, -0.3, -4.0, 0.25, 3.0, 40.0])
LOOKS = st.sampled_from([(0, 0, 64, 48), (0, 0, 96, 72), (-3.3, 2.1, 40.0, 31.7)])


@st.composite
def things(draw: Any) -> dict[str, Any]:
    """Rects, skeleton lines and points over each other."""
    count = draw(st.integers(1, 6))

    def many(values: st.SearchStrategy, n: int = count) -> list[Any]:
        return [draw(values) for _ in range(n)]

    rects = bz.Boxes2D(
        half_sizes=many(st.tuples(st.floats(0, 30, width=32), st.floats(0, 30, width=32))),
        centers=many(st.tuples(COORDINATES, COORDINATES)),
        colors=many(COLORS),
        radii=many(RADII),
    )
    discs = bz.Points2D(many(st.tuples(COORDINATES, COORDINATES)), colors=many(COLORS), radii=many(RADII))
    people = bz.Points2D(
        many(st.tuples(COORDINATES, COORDINATES), 4), class_ids=draw(st.sampled_from([1, 2])), keypoint_ids=range(4)
    )
    strips = bz.LineStrips2D(
        [many(st.tuples(COORDINATES, COORDINATES), draw(st.integers(1, 5))) for _ in range(2)],
        colors=many(COLORS, 2),
        radii=many(RADII, 2),
    )
    return {"r": [rects], "s": [strips], "d": [discs], "p": [people]}


CONTEXT = bz.AnnotationContext(
    [
        bz.ClassDescription(
            info=(1, "a", (240, 180, 0)), keypoint_annotations=range(4), keypoint_connections=[(0, 1), (1, 2), (2, 3)]
        ),
        bz.ClassDescription(
            info=(2, "b", (0, 180, 240, 100)), keypoint_annotations=range(4), keypoint_connections=[(0, 1), (0, 2)]
        ),
    ]
)


@pytest.fixture(scope="module")
def screens() -> Any:
    with Offscreen(*SIZE) as one, Offscreen(*SIZE) as other:
        yield one, other


def both(screens: Any, rec: bz.Recording, **look: Any) -> tuple[np.ndarray, np.ndarray]:
    """A picture that kernels draw, and one that GL draws alone."""
    drawn = screens[0].render(rec, **look)
    kept, frames.backdrop = frames.backdrop, lambda *_, **__: None  # type: ignore[assignment]
    try:
        return drawn, screens[1].render(rec, **look)
    finally:
        frames.backdrop = kept


@given(things(), LOOKS)
def test_kernels_draw_what_gl_draws(screens: Any, made: dict[str, Any], bounds: Any) -> None:
    rec = logged({"/": [CONTEXT], **made})
    drawn, by_gl = both(screens, rec, bounds=bounds, background=(90, 90, 90))
    difference = np.abs(drawn.astype(int) - by_gl.astype(int)).max(axis=2)
    assert (difference <= 3).mean() > 0.995, difference.max()  # at edges f32 and f64 may be a step of coverage apart
    assert difference.max() <= 40


def test_kernels_draw_all_of_it_where_they_can(screens: Any) -> None:
    """GL has nothing left to do in a picture of a mask, boxes and skeletons."""
    people = bz.Points2D([[20, 20], [30, 30], [9, 30], [9, 40]], class_ids=1, keypoint_ids=range(4))
    rec = logged(
        {
            "/": [CONTEXT],
            "mask": [bz.SegmentationImage(np.ones((48, 64), np.uint8))],
            "boxes": [bz.Boxes2D(half_sizes=[[9, 9]], centers=[[30, 20]])],
            "people": [people],
        }
    )
    before = screens[0].counts().draws
    screens[0].render(rec)
    assert screens[0].counts().draws == before
