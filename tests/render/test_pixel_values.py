"""Images seen from very near: where their pixels are, and what is written in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import blazon as bz
from blazon.ingest.moments import At
from blazon.render.pixel_values import PixelGrid, PixelTexts, pixel_grids, pixel_texts
from blazon.render.scene import Scene, SceneBuilder
from blazon.render.shot import Shot, make_look

BLACK = 0x000000FF
CONTEXT = bz.AnnotationContext([(1, "road", (90, 60, 30)), (2, "car", (250, 220, 60)), (3, "", (0, 0, 0))])


def scene_of(things: dict[str, Any], bounds: tuple[float, ...] = (0, 0, 4, 3), **look: Any) -> Scene:
    """Things in a picture of 400 x 300 pixels, of one view."""
    recording = bz.Recording("near")
    recording.log("/", CONTEXT, static=True)
    for path, given in things.items():
        for each in given if isinstance(given, list) else [given]:
            recording.log(path, each, static=True)
    return SceneBuilder().build(Shot(recording, At(None), make_look(400, 300, bounds=bounds, view="/", **look)))


def seen(things: dict[str, Any], bounds: tuple[float, ...] = (0, 0, 4, 3), **look: Any) -> tuple[PixelGrid, PixelTexts]:
    """The only grid of a picture, and what is written in it."""
    (view,) = scene_of(things, bounds, **look).views
    (grid,) = pixel_grids(view, 10.0)
    return grid, pixel_texts(grid, view, BLACK)


def lines(texts: PixelTexts, columns: int) -> list[list[list[str]]]:
    """What is written, by row, column and line."""
    every = [[line for group in groups for line in group if line] for groups in zip(*texts.groups, strict=True)]
    return [every[at : at + columns] for at in range(0, len(every), columns)]


IDS = np.array([[1, 1, 2, 0], [1, 2, 2, 3], [9, 9, 2, 1]], np.uint8)


def test_a_mask_says_ids_and_labels() -> None:
    grid, texts = seen({"mask": bz.SegmentationImage(IDS)})
    assert grid.xs_px.tolist() == [0, 100, 200, 300, 400]
    assert grid.ys_px.tolist() == [0, 100, 200, 300]
    assert lines(texts, 4) == [
        [["1", "road"], ["1", "road"], ["2", "car"], ["0"]],
        [["1", "road"], ["2", "car"], ["2", "car"], ["3"]],
        [["9"], ["9"], ["2", "car"], ["1", "road"]],
    ]
    assert texts.bright.reshape(3, 4)[0].tolist() == [False, False, True, False]


def test_only_what_is_in_sight_is_asked() -> None:
    ids = np.tile(np.arange(200, dtype=np.uint8), (100, 1))
    grid, texts = seen({"mask": bz.SegmentationImage(ids)}, (150.5, 40.25, 154.5, 43.25))
    assert (grid.columns.tolist(), grid.rows.tolist()) == ([150, 151, 152, 153, 154], [40, 41, 42, 43])
    assert (grid.xs_px[0], grid.ys_px[0]) == (-50, -25)
    assert lines(texts, 5)[0] == [["150"], ["151"], ["152"], ["153"], ["154"]]


@pytest.mark.parametrize("bounds", [(-9, 0, -5, 3), (0, 50, 4, 53)])
def test_there_is_no_grid_past_the_image(bounds: tuple[float, ...]) -> None:
    (view,) = scene_of({"mask": bz.SegmentationImage(IDS)}, bounds).views
    assert pixel_grids(view, 10.0) == ()


def test_small_pixels_have_no_grid() -> None:
    (view,) = scene_of({"mask": bz.SegmentationImage(IDS)}, (0, 0, 40, 30)).views
    assert pixel_grids(view, 10.5) == ()
    assert len(pixel_grids(view, 10.0)) == 1


def test_hidden_classes_say_nothing() -> None:
    _, texts = seen({"mask": bz.SegmentationImage(IDS)}, hide=["car"])
    assert lines(texts, 4)[0] == [["1", "road"], ["1", "road"], [], ["0"]]
    _, texts = seen({"mask": bz.SegmentationImage(IDS)}, only=[2])
    assert lines(texts, 4)[0] == [[], [], ["2", "car"], []]


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        ([[2.0, np.nan, -1.0, 1.0]], ["2", "nan", "-1", "1"]),
        (np.array([[2, 65535, 70000, 2**63]], np.uint64), ["2", "65535", "70000", str(2**63)]),
        (np.array([[2, -3, 1, 0]], np.int16), ["2", "-3", "1", "0"]),
    ],
)
def test_ids_of_any_kind(ids: Any, said: list[str]) -> None:
    _, texts = seen({"mask": bz.SegmentationImage(np.asarray(ids))}, (0, 0, 4, 1))
    assert [each[0] for each in lines(texts, 4)[0]] == said
    assert lines(texts, 4)[0][0][1] == "car"


def test_colors_are_written_below_the_mask_that_covers_them() -> None:
    rgb = np.zeros((3, 4, 3), np.uint8)
    rgb[0, 0] = 255, 128, 0
    grid, texts = seen({"rgb": bz.Image(rgb), "mask": bz.SegmentationImage(IDS)})
    assert [each.layer.mask is not None for each in grid.draws] == [True, False]
    assert lines(texts, 4)[0][0] == ["1", "road", "255", "128", "0"]
    assert [group.shape[1] for group in texts.groups] == [1, 1, 3]


def test_of_two_masks_the_topmost_says_what_it_shows() -> None:
    above = np.array([[2, 1], [2, 1]], np.uint8)
    things = {
        "a": bz.SegmentationImage(above, draw_order=5.0),
        "b": bz.SegmentationImage(np.full((3, 4), 9, np.uint8)),
    }
    _, texts = seen(things, hide=["road"])
    assert lines(texts, 4)[0] == [["2", "car"], ["9"], ["9"], ["9"]]
    assert lines(texts, 4)[2] == [["9"]] * 4


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (bz.Image(np.full((3, 4), 7, np.uint8)), ["7"]),
        (bz.Image(np.full((3, 4), 40000, np.uint16)), ["40000"]),
        (bz.Image(np.full((3, 4), 0.125, np.float32)), ["0.125"]),
        (bz.Image(np.full((3, 4), 1e-5, np.float32)), ["1.0e-05"]),
        (bz.Image(np.full((3, 4, 3), (1, 2, 3), np.uint8), "BGR"), ["3", "2", "1"]),
        (bz.Image(np.full((3, 4, 4), (1, 2, 3, 255), np.uint16), "BGRA"), ["3", "2", "1"]),
        (bz.DepthImage(np.full((3, 4), 1234, np.uint16)), ["1234"]),
        (bz.DepthImage(np.full((3, 4), 1234, np.uint16), meter=1000.0), ["1.234"]),
        (bz.DepthImage(np.array([[1.5, 2.0, np.nan, np.inf]] * 3, np.float32)), ["1.500"]),
    ],
)
def test_what_was_logged_is_written_not_what_is_drawn(image: Any, said: list[str]) -> None:
    _, texts = seen({"image": image})
    assert lines(texts, 4)[0][0] == said


def test_grids_follow_what_moves_them() -> None:
    moved = bz.Transform3D(translation=[1, 0, 0], scale=[2, 1, 1])
    grid, texts = seen({"mask": [bz.SegmentationImage(IDS[:, :1]), moved]})
    assert grid.xs_px.tolist() == [100, 300]
    assert grid.ys_px.tolist() == [0, 100, 200, 300]
    assert grid.size_px == (200, 100)
    assert lines(texts, 1) == [[["1", "road"]], [["1", "road"]], [["9"]]]


def test_mirrored_images_are_read_as_they_are_seen() -> None:
    moved = bz.Transform3D(translation=[4, 0, 0], scale=[-1, 1, 1])
    grid, texts = seen({"mask": [bz.SegmentationImage(IDS), moved]})
    assert grid.columns.tolist() == [3, 2, 1, 0]
    assert [each[0] for each in lines(texts, 4)[0]] == ["0", "2", "1", "1"]


def test_turned_images_have_no_grid() -> None:
    turned = bz.Transform3D(translation=[4, 0, 0], mat3x3=[[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    (view,) = scene_of({"mask": [bz.SegmentationImage(IDS), turned]}).views
    assert view.draws
    assert pixel_grids(view, 10.0) == ()


def test_where_pixels_do_not_cover_each_other_the_topmost_have_the_grid() -> None:
    half = bz.Transform3D(scale=[2, 2, 1])
    things = {"rgb": bz.Image(np.full((4, 4, 3), 200, np.uint8)), "mask": [bz.SegmentationImage(IDS[:2, :2]), half]}
    grid, texts = seen(things, (0, 0, 4, 4))
    assert grid.size_px == (150, 150)
    assert lines(texts, 2)[0] == [["1", "road"], ["1", "road"]]
    apart = bz.Transform3D(translation=[4, 0, 0], scale=[2, 2, 1])
    (view,) = scene_of({**things, "mask": [things["mask"][0], apart]}, (0, 0, 8, 4)).views
    assert [each.size_px for each in pixel_grids(view, 10.0)] == [(100, 100), (50, 50)]


def test_what_is_transparent_has_no_grid() -> None:
    scene = scene_of({"rgb": bz.Image(np.full((3, 4, 3), 200, np.uint8), opacity=0.0)})
    assert pixel_grids(scene.views[0], 10.0) == ()
