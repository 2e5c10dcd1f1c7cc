"""Every kernel is what makes the picture: with any of them disabled the picture is another one.

A disabled kernel answers 0 and leaves zeros in the arrays that it is given to write.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import blazon as bz
from blazon.render import kernels
from tests.pictures import BLUE, GREEN, RED, WHITE, Draw, logged

STRIPES = np.repeat(np.arange(64)[None] % 4, 48, axis=0)
CONTEXT = bz.AnnotationContext(
    [
        bz.ClassDescription(
            info=(1, "one", RED), keypoint_annotations=[(0, "a", GREEN)], keypoint_connections=[(0, 1), (1, 2)]
        ),
        (2, "two", BLUE),
        (70000, "wide", WHITE),
    ]
)
POSE = [[10, 10], [50, 10], [50, 40], [10, 30], [40, 30], [40, 45]]
PICTURES: dict[str, Any] = {  # kernel -> what it draws
    "lookup_u8": bz.SegmentationImage(STRIPES.astype(np.uint8)),
    "draw_rects": bz.Boxes2D(half_sizes=[[20, 10]], centers=[[30, 20]]),
    "draw_lines": bz.Points2D(POSE, radii=4, colors=GREEN, class_ids=1, keypoint_ids=[0, 1, 2, 0, 1, 2]),
    "draw_discs": bz.Points2D(POSE, radii=4, colors=GREEN),
    "sample_nearest": bz.SegmentationImage(STRIPES[::2, ::2].astype(np.uint8)),
    "mix_nearest": bz.SegmentationImage(STRIPES.astype(np.uint8), opacity=0.5),
    "mix_reduced": bz.Image(np.random.default_rng(0).integers(1, 255, (80, 100, 3), np.uint8)),
    "draw_segments": bz.LineStrips2D([POSE], radii=3, colors=GREEN),
    "lookup_u16": bz.SegmentationImage(STRIPES.astype(np.uint16)),
    "lookup_wide": bz.SegmentationImage(STRIPES.astype(np.int64) * 35000),
    "round_ids": bz.SegmentationImage(STRIPES.astype(np.float32) + 0.25),
    "color_instances": bz.Points2D(POSE, radii=4, class_ids=[2, 70000, 5], keypoint_ids=[0, 1]),
    "group": bz.Points2D(POSE, radii=4, colors=GREEN, class_ids=1, keypoint_ids=[0, 1, 2, 0, 1, 2]),
    "connect": bz.Points2D(POSE, radii=4, colors=GREEN, class_ids=1, keypoint_ids=[0, 1, 2, 0, 1, 2]),
    "count_lines": bz.Points2D(POSE, radii=4, colors=GREEN, class_ids=1, keypoint_ids=[0, 1, 2, 0, 1, 2]),
    "extent": bz.Boxes3D(half_sizes=[[3, 2, 1]], centers=[[20, 30, 40]]),  # the eye is fitted to it
    "depths_in_sight": bz.Boxes3D(half_sizes=[[3000, 2000, 1000]]),  # past the planes of an eye that sees nothing
    "sides_of_sight": bz.Points3D([[0, 0, 0], [3, 1, 2], [1, 5, 3]], radii=-4, colors=GREEN),  # how far off the eye is
    "unproject": [
        bz.Pinhole(focal_length=40, width=64, height=48),
        bz.DepthImage(1000 + 10 * STRIPES.astype(np.uint16)),
    ],
}
CLOUD = bz.Points3D(np.random.default_rng(0).normal(size=(140_000, 3)).astype(np.float32))  # for two threads
PICTURES["hide"] = bz.Points3D(np.random.default_rng(0).normal(size=(99, 3)), radii=1.5, class_ids=np.arange(99))
PICTURES |= dict.fromkeys(("splat", "merge", "take_apart"), CLOUD)
PICTURES["pack_points"] = bz.Points3D([[0, 0, 0], [1, 2, 3]], radii=[0.5, 1])
PICTURES["begin_tiles"] = CLOUD
PICTURES["project"] = PICTURES["hide"]
PICTURES |= dict.fromkeys(("see_faces", "draw_faces"), bz.Boxes3D(half_sizes=[[3, 2, 1]], fill_mode="solid"))
PICTURES |= dict.fromkeys(("see_strokes", "draw_space_strokes"), bz.LineStrips3D([[[0, 0, 0], [1, 2, 3]]], radii=-3))
LABELLED = [  # the larger one comes last, and chooses first
    bz.Boxes2D(half_sizes=[[8, 5], [12, 9]], centers=[[22, 15], [22, 11]], class_ids=[1, 2]),
    bz.Points2D([[40, 20], [41, 21], [42, 20]], class_ids=[1, 2, 1]),
]
WORDS = ("see_plane_tags", "rank_labels", "place_labels", "count_glyphs", "write_glyphs", "draw_glyphs", "set_texts")
PICTURES |= dict.fromkeys((*WORDS, "place_all"), LABELLED)
PICTURES["see_space_tags"] = bz.Boxes3D(half_sizes=[[3, 2, 1]], class_ids=1)
SPACE = (
    "see_space_tags",
    "extent",
    "depths_in_sight",
    "sides_of_sight",
    "unproject",
    "project",
    "see_strokes",
    "draw_space_strokes",
    "see_faces",
    "draw_faces",
    "begin_tiles",
    "splat",
    "merge",
    "take_apart",
    "pack_points",
    "hide",
)  # what is drawn in a view of space
WRITTEN: dict[str, int] = {
    "pack_points": 3,
    "draw_space_strokes": 2,
    "draw_faces": 2,
    "begin_tiles": 2,
    "take_apart": 2,  # how many of the last arguments; else 1
    "group": 2,
    "connect": 3,
    "count_lines": 0,
    "unproject": 3,
    "count_glyphs": 0,
    "lookup_u8": 2,
    "lookup_u16": 2,
    "write_glyphs": 2,
    "place_labels": 2,
    "place_all": 2,
    "set_texts": 4,
}
DRAWS_NOTHING = {
    "look_over",  # of points that can't be drawn, all: tests/render/kernels/test_splats.py
    "count_ids",  # of a legend: tests/render/test_legend.py
    "points_in_reach",  # these find what is drawn: tests/render/test_picking.py
    "lines_in_reach",
    "yuv420",  # of videos: tests/render/kernels/test_chroma.py
    "filter_rows",  # of PNGs: tests/render/kernels/test_png_rows.py
}
FILLED_BY = {"count_lines": "connect", "count_glyphs": "write_glyphs"}
ANSWERS = {"sample_nearest": 0xFFFFFFFF}  # what a kernel answers with, else 0


def found() -> dict[str, Dispatcher]:
    """The kernels of render/kernels by name, without their parts."""
    modules = [
        importlib.import_module(f"{kernels.__name__}.{each.name}") for each in pkgutil.iter_modules(kernels.__path__)
    ]
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Dispatcher) and not hasattr(value, "is_part")
    }


def disabled(name: str) -> Callable[..., Any]:
    """What stands in for a kernel."""

    def nothing(*arguments: Any) -> Any:
        for array in arguments[len(arguments) - WRITTEN.get(name, 1) :]:
            array[...] = 0
        return ANSWERS.get(name, 0)

    return nothing


def disable(monkeypatch: pytest.MonkeyPatch, kernel: Dispatcher, stand_in: Callable[..., Any]) -> None:
    """Put `stand_in` wherever a module of blazon knows the kernel by a name."""
    for module in [each for name, each in sys.modules.items() if name.startswith("blazon.render")]:
        for name, value in list(vars(module).items()):
            if value is kernel:
                monkeypatch.setattr(module, name, stand_in)


def test_every_kernel_has_a_picture() -> None:
    """A kernel that is added is added here, or draws nothing."""
    assert set(found()) == set(PICTURES) | DRAWS_NOTHING


@pytest.mark.parametrize("name", PICTURES)
def test_without_the_kernel_the_picture_is_another(draw: Draw, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    things = PICTURES[name]
    rec = logged({"m": [*(things if isinstance(things, list) else [things]), CONTEXT]})
    look: dict[str, Any] = {"kind": "3d", "bounds": None} if name in SPACE else {}
    if name in (*WORDS, "place_all", "see_space_tags"):
        look |= {"labels": "auto", "declutter": name != "place_all"}
    if name == "mix_reduced":
        look["bounds"] = None  # all of the image, which is larger than the picture
    before = draw(rec, **look)
    np.testing.assert_array_equal(draw(rec, **look), before)
    disable(monkeypatch, found()[name], disabled(name))
    if name in FILLED_BY:  # without room for what they count these would write past the end
        disable(monkeypatch, found()[FILLED_BY[name]], disabled(FILLED_BY[name]))
    assert (draw(rec, **look) != before).any()


def test_connect_is_given_the_room_that_count_lines_says(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    rooms: list[tuple[int, int]] = []

    def connect(*arguments: Any) -> int:
        ends, colors, missing = arguments[-3:]
        rooms.append((len(ends), len(colors)))
        missing[:] = 0
        return 0

    disable(monkeypatch, found()["connect"], connect)
    draw({"m": [PICTURES["connect"], CONTEXT]})
    assert rooms == [(4, 4)]  # two people of two connections


@pytest.mark.parametrize("dtype", ["u1", "u2", "i4", "f4"])
def test_colorize_goes_through_the_kernels_of_masks(monkeypatch: pytest.MonkeyPatch, dtype: str) -> None:
    """`bz.colorize` is that kernel for anyone."""
    ids = STRIPES.astype(dtype)
    assert bz.colorize(ids).any()
    for name in ("lookup_u8", "lookup_u16", "lookup_wide"):
        disable(monkeypatch, found()[name], disabled(name))
    assert not bz.colorize(ids).any()
