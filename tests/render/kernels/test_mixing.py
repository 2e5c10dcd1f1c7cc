"""Images that kernels mix into a picture are those that their naive twins, and GL, put there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import blazon as bz
from blazon.ingest.colors import LINEAR_OF_SRGB
from blazon.render import frame as frames
from blazon.render.kernels.mixing import mix_nearest, mix_reduced, most_columns, most_covered
from blazon.render.offscreen import Offscreen
from blazon.render.srgb import encoded
from tests import naive

EIGHTHS = st.integers(-40, 40).map(lambda number: number / 8)
SHAPES = st.tuples(st.integers(1, 7), st.integers(1, 7))
WORDS = st.integers(0, 2**32 - 1)
TABLES = LINEAR_OF_SRGB, encoded()


def levels(words: np.ndarray) -> np.ndarray:
    return words.view(np.uint8).astype(int)


@given(
    hnp.arrays(np.uint32, SHAPES, elements=WORDS),
    hnp.arrays(np.uint32, SHAPES, elements=WORDS.map(lambda word: word | 0xFF000000)),
    st.tuples(EIGHTHS, EIGHTHS),
    st.sampled_from([0.25, 1.0, 1.5, 3.0]),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.integers(0, 3),
)
def test_mix_nearest(
    image: np.ndarray, before: np.ndarray, origin: tuple[float, float], units: float, opacity: float, first: int
) -> None:
    expected = naive.mix_nearest(image, before, (origin[0], origin[1] - first), units, opacity)
    out, at = before.copy(), np.empty(before.shape[1], np.int64)
    seen = np.array([*origin, units], np.float32)
    mix_nearest(image, np.zeros(0, np.uint32), seen, first, opacity, *TABLES, at, out)
    assert np.abs(levels(out) - levels(expected)).max() <= 1


def test_mix_nearest_looks_ids_up() -> None:
    table = np.array([0, 0xFF0000FF, 0x8000FF00], np.uint32)
    ids, before = np.array([[0, 1, 2]], np.uint8), np.full((1, 3), 0xFF808080, np.uint32)
    expected = naive.mix_nearest(table[ids], before, (0, 0), 1.0, 0.5)
    mix_nearest(ids, table, np.array([0, 0, 1], np.float32), 0, 0.5, *TABLES, np.empty(3, np.int64), before)
    assert np.abs(levels(before) - levels(expected)).max() <= 1


@given(
    hnp.arrays(np.uint32, SHAPES, elements=WORDS.map(lambda word: word | 0xFF000000)),
    hnp.arrays(np.uint32, SHAPES, elements=WORDS.map(lambda word: word | 0xFF000000)),
    st.tuples(EIGHTHS, EIGHTHS),
    st.sampled_from([1.0, 1.25, 2.0, 3.5, 40.0]),
    st.sampled_from([0.5, 1.0]),
    st.integers(0, 3),
)
def test_mix_reduced(
    image: np.ndarray, before: np.ndarray, origin: tuple[float, float], units: float, opacity: float, first: int
) -> None:
    expected = naive.mix_reduced(image, before, (origin[0], origin[1] - first), units, opacity)
    out, columns = before.copy(), before.shape[1]
    room = most_columns(units, image.shape[1], columns)
    covered = np.empty(room, np.int64), np.empty((most_covered(units, image.shape[1]), room), np.float32)
    sums = np.empty((2, 3 * columns), np.float32)
    mix_reduced(image, np.array([*origin, units]), first, opacity, *TABLES, *covered, *sums, out)
    assert np.abs(levels(out) - levels(expected)).max() <= 1
    triples, same = np.ascontiguousarray(image.view(np.uint8).reshape(*image.shape, 4)[..., :3]), before.copy()
    mix_reduced(triples, np.array([*origin, units]), first, opacity, *TABLES, *covered, *sums, same)
    np.testing.assert_array_equal(same, out)


def test_a_pixel_of_many_thousand_white_texels_is_white() -> None:
    """Their shares, as float32, are 1.0002 together."""
    for texels in (np.full((1, 20_000), 0xFFFFFFFF, np.uint32), np.full((1, 20_000, 3), 255, np.uint8)):
        out, sums = np.full((1, 1), 0xFF000000, np.uint32), np.empty((2, 3), np.float32)
        covered = np.empty(1, np.int64), np.empty((20_000, 1), np.float32)
        seen = np.array([0.0, 0.49998, 20_000.0])  # the middle of the pixel lies on the row
        mix_reduced(texels, seen, 0, 1.0, *TABLES, *covered, *sums, out)
        assert out[0, 0] == 0xFFFFFFFF


IDS = (np.arange(40 * 60).reshape(40, 60) // 7 % 300).astype(np.uint16)
SMOOTH = np.stack(np.broadcast_arrays(*np.ogrid[0:240:6, 0:240:4], 90), axis=-1).astype(np.uint8)


@pytest.mark.parametrize("bounds", [None, (0, 0, 60, 40), (-3.25, 5, 33.5, 27), (-40, -40, 150, 80)])
@pytest.mark.parametrize("size", [(60, 40), (97, 71), (41, 33)])
def test_a_mask_over_a_picture_is_what_gl_draws(
    monkeypatch: pytest.MonkeyPatch, bounds: Any, size: tuple[int, int]
) -> None:
    rec = bz.Recording("camera")
    rec.log("camera", bz.Image(SMOOTH), static=True)
    rec.log("camera/mask", bz.SegmentationImage(IDS, opacity=0.4), static=True)
    pictures = []
    for copies in (True, False):
        if not copies:
            monkeypatch.setattr(frames, "backdrop", lambda *_, **__: None)
        with Offscreen(*size) as screen:
            pictures.append(screen.render(rec, bounds=bounds).astype(int))
            assert (screen.counts().draws == 0) == copies
    difference = np.abs(pictures[0] - pictures[1]).max(axis=2)
    assert difference.max() <= 2
