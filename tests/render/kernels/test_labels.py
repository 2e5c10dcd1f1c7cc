"""Labels get the places that a slow twin finds, no two plates meet, and what moves by whole pixels stays as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blazon.render.kernels import labels as kernels
from blazon.render.kernels.labels import CELL_HEIGHT, CELL_WIDTH, HIDDEN, SPOT
from tests import naive

ANCHORS = ("below", "edge", "middle")
NOWHERE = np.array([np.inf, np.inf, -np.inf, -np.inf])  # blocks nothing
WINDOW = (0.0, 0.0, 320.0, 200.0)
COORDINATES = st.floats(-20, 340, width=32)
EXTENTS = st.floats(0, 90, width=32)


@st.composite
def wanted(draw: Any) -> list[tuple[str, naive.Rect, float, tuple[int, int], int]]:
    """Labels: anchor, what is in sight of the box, reach, the plate's size, and the place that it had."""
    found = []
    for _ in range(draw(st.integers(1, 12))):
        anchor = draw(st.sampled_from(ANCHORS))
        x, y = draw(COORDINATES), draw(COORDINATES)
        width, height = (draw(EXTENTS), draw(EXTENTS)) if anchor == "edge" else (0.0, 0.0)
        box = max(x, 0.0), max(y, 0.0), min(x + width, 320.0), min(y + height, 200.0)
        if box[0] > box[2] or box[1] > box[3] or (anchor != "edge" and (x, y) != box[:2]):
            continue
        size = draw(st.integers(6, 130)), draw(st.integers(8, 40))
        kept = draw(st.integers(-1, {"below": 3, "edge": 5, "middle": 4}[anchor]))
        found.append((anchor, box, draw(st.sampled_from([0.0, 1.5, 20.0])), size, kept))
    return found


def columns(given: list[Any]) -> tuple[np.ndarray, ...]:
    """What kernels take: spots, anchors, sizes, kept."""
    spots = np.zeros((len(given), SPOT))
    for row, (_, box, reach, _, _) in zip(spots, given, strict=True):
        row[:6] = *box, reach, 1.0
    anchors = np.array([ANCHORS.index(each[0]) for each in given], np.uint8)
    sizes = np.array([each[3] for each in given], np.int32).reshape(-1, 2)
    return spots, anchors, sizes, np.array([each[4] for each in given], np.int8)


def placed(given: list[Any], window: naive.Rect = WINDOW, gap: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """The corners and the places that the kernel finds, in the order that is given."""
    n = len(given)
    spots, anchors, sizes, kept = columns(given)
    corners, places = np.zeros((n, 2)), np.empty(n, np.int8)
    grid = np.full((int(window[3] // CELL_HEIGHT) + 1, int(window[2] // CELL_WIDTH) + 1), -1, np.int32)
    scratch = np.empty((2, 4096), np.int32)
    units = np.array([1.0, gap])
    kernels.place_labels(
        spots, anchors, sizes, np.arange(n), kept, np.array(window), NOWHERE, units, grid, *scratch, corners, places
    )
    return corners, places


@given(wanted())
def test_the_places_are_those_of_the_twin(given: list[Any]) -> None:
    corners, places = placed(given)
    for found, corner, place in zip(naive.place_labels(given, WINDOW, 1.0, 2.0), corners, places, strict=True):
        assert (found is None) == (place == HIDDEN)
        if found is not None:
            assert found[2] == place
            assert found[:2] == pytest.approx(tuple(corner), abs=1e-9)


@given(wanted())
def test_no_two_plates_overlap_and_all_are_inside(given: list[Any]) -> None:
    """On whole pixels, as they are drawn."""
    corners, places = placed(given)
    covered = np.zeros((200, 320), np.int64)
    for (_, _, _, (width, height), _), corner, place in zip(given, corners, places, strict=True):
        if place == HIDDEN:
            continue
        x, y = np.floor(corner + 0.5 + 1e-6).astype(int)
        assert 0 <= x <= x + width <= 320
        assert 0 <= y <= y + height <= 200
        covered[y : y + height, x : x + width] += 1
    assert covered.max() <= 1


@given(wanted(), st.integers(-3, 3), st.integers(-3, 3))
def test_a_pan_by_whole_pixels_moves_all_alike(given: list[Any], dx: int, dy: int) -> None:
    """As long as the picture's edges are far away."""
    far = (-1000.0, -1000.0, 2000.0, 2000.0)
    moved = [(a, (b[0] + dx, b[1] + dy, b[2] + dx, b[3] + dy), *rest) for a, b, *rest in given]
    corners, places = placed(given, far)
    corners_after, places_after = placed(moved, far)
    np.testing.assert_array_equal(places, places_after)
    shown = places != HIDDEN
    before, after = (np.floor(each[shown] + 0.5 + 1e-6) for each in (corners, corners_after))
    np.testing.assert_array_equal(after - before, np.tile([dx, dy], (int(shown.sum()), 1)))


@given(wanted())
def test_who_has_a_place_keeps_it(given: list[Any]) -> None:
    """Placed once more, with what was found, in any order: all stay where they are, and the hidden stay hidden."""
    corners, places = placed(given)
    order = [*np.flatnonzero(places != HIDDEN).tolist(), *np.flatnonzero(places == HIDDEN).tolist()]
    again = [(*given[i][:4], int(places[i])) for i in order]
    corners_after, places_after = placed(again)
    np.testing.assert_array_equal(places_after, places[order])
    np.testing.assert_array_equal(corners_after[places_after != HIDDEN], corners[order][places_after != HIDDEN])


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(0, 3000), st.floats(0, 1e6)), min_size=1, max_size=9))
def test_explicit_ones_choose_first_then_those_with_a_place_then_large_then_near_ones(given: list[Any]) -> None:
    spots = np.zeros((len(given), SPOT))
    spots[:, 5:] = [each[2:] for each in given]
    kept = np.array([0 if each[1] else HIDDEN for each in given], np.int8)
    keys = np.empty(len(given), np.uint64)
    kernels.rank_labels(spots, np.array([each[0] for each in given], np.uint8), kept, keys)
    assert len(set(keys.tolist())) == len(given)
    order = np.argsort(keys)

    def rank(i: int) -> tuple[Any, ...]:
        explicit, has_place, size, depth = given[i]
        smallness = -int(4 * np.log2(size + 1))  # sizes that hardly differ are the same
        nearness = int((np.log2(depth) + 32) * 512) if depth > 0 else -1
        return not explicit, not has_place, max(smallness, -255), min(max(nearness, 0), 32767), i

    assert order.tolist() == sorted(range(len(given)), key=rank)


def test_who_is_not_in_sight_comes_last() -> None:
    spots = np.zeros((3, SPOT))
    spots[:, 5] = -1, 5, 1
    keys = np.empty(3, np.uint64)
    kernels.rank_labels(spots, np.zeros(3, np.uint8), np.full(3, HIDDEN, np.int8), keys)
    assert np.argsort(keys).tolist() == [1, 2, 0]
