"""Copied pixels of an image are those that its naive twin and GL show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import blazon as bz
from blazon.ingest.images import Triples
from blazon.ingest.moments import At
from blazon.render import frame as frames
from blazon.render.backdrops import Paper
from blazon.render.kernels.sampling import sample_nearest
from blazon.render.offscreen import Offscreen
from blazon.render.scene import SceneBuilder
from blazon.render.scratch import Scratch
from blazon.render.shot import Shot, make_look
from tests import naive

EIGHTHS = st.integers(-80, 80).map(lambda number: number / 8)
SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 9))


@given(
    st.sampled_from([np.uint32, np.uint16, np.uint8]).flatmap(
        lambda dtype: hnp.arrays(dtype, SHAPES, elements=st.integers(1, 99))
    ),
    st.tuples(EIGHTHS, EIGHTHS),
    st.sampled_from([0.125, 0.5, 0.75, 1.0, 1.5, 4.0]),
    SHAPES,
)
def test_sample_nearest(
    image: np.ndarray, origin: tuple[float, float], units_per_px: float, shape: tuple[int, int]
) -> None:
    out = np.empty(shape, np.uint32)
    table = np.zeros(0 if image.dtype == np.uint32 else 100, np.uint32)
    table[:] = np.arange(len(table)) * 77
    words = table[image] if len(table) else image
    expected = naive.sample_nearest(words, origin, units_per_px, 0, shape)
    common = sample_nearest(
        image, table, *map(np.float32, (*origin, units_per_px)), 0, np.uint32(0), np.empty(shape[1], np.int64), out
    )
    np.testing.assert_array_equal(out, expected)
    assert common == np.bitwise_and.reduce(expected[expected > 0], initial=0xFFFFFFFF)


@given(
    SHAPES.flatmap(lambda shape: hnp.arrays(np.uint8, (*shape, 3))),
    st.tuples(EIGHTHS, EIGHTHS),
    st.sampled_from([0.125, 0.5, 0.75, 1.0, 1.5, 4.0]),
    SHAPES,
)
def test_sample_nearest_of_triples(
    triples: np.ndarray, origin: tuple[float, float], units_per_px: float, shape: tuple[int, int]
) -> None:
    out, image = np.empty(shape, np.uint32), Triples(triples)
    expected = naive.sample_nearest(image.pixels.view(np.uint32)[..., 0], origin, units_per_px, 7, shape)
    seen = map(np.float32, (*origin, units_per_px))
    sample_nearest(image.values, np.zeros(0, np.uint32), *seen, 0, np.uint32(7), np.empty(shape[1], np.int64), out)
    np.testing.assert_array_equal(out, expected)


IMAGES: dict[str, Any] = {
    "mask": bz.SegmentationImage(np.arange(40 * 60).reshape(40, 60) // 7),
    "image": bz.Image(np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)),
}


@pytest.mark.parametrize("what", IMAGES)
@pytest.mark.parametrize("bounds", [None, (0, 0, 60, 40), (-3.25, 5, 33.5, 27), (-40, -40, 150, 80), (70, 70, 80, 80)])
@pytest.mark.parametrize("size", [(60, 40), (97, 71)])
def test_copied_or_drawn_the_picture_is_the_same(
    monkeypatch: pytest.MonkeyPatch, what: str, bounds: Any, size: tuple[int, int]
) -> None:
    rec = bz.Recording("image")
    rec.log("i", IMAGES[what], static=True)
    pictures = []
    for copies in (True, False):
        if not copies:
            monkeypatch.setattr(frames, "backdrop", lambda *_, **__: None)
        with Offscreen(*size) as screen:
            pictures.append(screen.render(rec, bounds=bounds, background=(200, 10, 50)))
    one, other = (each.astype(int) for each in pictures)
    is_reduced = what == "image" and bounds == (-40, -40, 150, 80)  # then it is rounded in another order
    assert np.abs(one - other).max() <= is_reduced


def test_an_image_that_has_to_be_smoothed_is_left_to_gl() -> None:
    rec = bz.Recording("image")
    rec.log("i", bz.Image(np.zeros((4, 4, 4), np.uint8)), static=True)  # transparent, and reduced
    scene = SceneBuilder().build(Shot(rec, At(None), make_look(3, 3)))
    assert frames.backdrop(scene.views[0], scene, Paper(Scratch())) is None
