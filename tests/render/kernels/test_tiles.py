"""Tiles of a picture: those that are marked, and those that are begun anew, against their naive twins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blazon.render.kernels.tiles import SIDE, begin_tiles, mark, touches

EDGES = st.floats(-70, 150)
ROWS, COLUMNS = 3, 5
WHOLE = np.zeros((0, 0), np.uint8)


def naive_tiles(low_x: float, high_x: float, low_y: float, high_y: float) -> np.ndarray:
    """Whether a rectangle reaches into each tile."""
    tiles = np.zeros((ROWS, COLUMNS), np.uint8)
    for row in range(ROWS):
        for column in range(COLUMNS):
            across = low_x < (column + 1) * SIDE and high_x >= column * SIDE
            tiles[row, column] = across and low_y < (row + 1) * SIDE and high_y >= row * SIDE
    return tiles


@given(EDGES, EDGES, EDGES, EDGES)
def test_mark_and_touches(x0: float, x1: float, y0: float, y1: float) -> None:
    box = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    expected = naive_tiles(*box)
    tiles = np.zeros((ROWS, COLUMNS), np.uint8)
    mark(tiles, *box)
    is_beside = not (box[0] < COLUMNS * SIDE and box[1] > 0 and box[2] < ROWS * SIDE and box[3] > 0)
    assert not is_beside or not tiles.any()
    assert is_beside or (tiles >= expected).all()  # one that only its edge touches may be marked
    assert is_beside or tiles.sum() <= naive_tiles(*(each + by for each, by in zip(box, (-1, 1) * 2))).sum()  # noqa: B905
    if not is_beside:
        for row, column in np.ndindex(ROWS, COLUMNS):
            one = np.zeros((ROWS, COLUMNS), np.uint8)
            one[row, column] = 1
            assert touches(one, *box) == tiles[row, column]
        assert touches(WHOLE, *box)


@pytest.mark.parametrize("has_splats", [False, True])
@pytest.mark.parametrize("first", [0, 5, 32])
def test_begin_tiles(has_splats: bool, first: int) -> None:
    rng = np.random.default_rng(first)
    shape = 40 - min(first, 20), 37
    words = rng.integers(0, 2**32, shape, np.uint32) if has_splats else np.zeros((0, 0), np.uint32)
    depths = rng.choice(np.array([1.5, 2.5, np.inf], np.float32), shape if has_splats else (0, 0))
    tiles = rng.integers(0, 2, (-(-52 // SIDE), -(-37 // SIDE))).astype(np.uint8)
    expected_words = np.where(depths < np.inf, words, np.uint32(7)) if has_splats else np.full(shape, 7, np.uint32)
    expected_depths = depths if has_splats else np.full(shape, np.inf, np.float32)
    pixels = tiles.repeat(SIDE, axis=0).repeat(SIDE, axis=1)[first : first + shape[0], : shape[1]].astype(bool)
    for given_tiles, anew in ((tiles, pixels), (WHOLE, np.ones(shape, bool))):
        out, out_depths = np.full(shape, 99, np.uint32), np.full(shape, 9, np.float32)
        begin_tiles(words, depths, np.uint32(7), given_tiles, first, out_depths, out)
        np.testing.assert_array_equal(out, np.where(anew, expected_words, 99))
        np.testing.assert_array_equal(out_depths, np.where(anew, expected_depths, 9))
