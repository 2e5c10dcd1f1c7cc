"""SEMANTICS §1: transforms move what is flat as well: in the plane of a view, and before a pinhole."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import blazon as bz
from tests.pictures import GREEN, RED, logged

SIZE = (100, 80)
WINDOW = (0, 0, 100, 80)


@pytest.fixture(scope="module")
def studio() -> Iterator[bz.Offscreen]:
    with bz.Offscreen(*SIZE) as screen:
        yield screen


def box_of(picture: np.ndarray, color: Any = RED) -> tuple[int, int, int, int]:
    ys, xs = np.nonzero((picture == color).all(axis=2))
    assert len(xs), "it is not drawn"
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def draw(studio: bz.Offscreen, things: dict[str, Any], **look: Any) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return studio.render(logged(things), **{"bounds": WINDOW, "kind": "2d", **look})


FLAT: dict[str, Any] = {
    "points": bz.Points2D([[10, 10]], radii=4, colors=RED),
    "rects": bz.Boxes2D(mins=[[6, 6]], sizes=[[8, 8]], radii=1, colors=RED),
    "strips": bz.LineStrips2D([[[6, 10], [14, 10]]], radii=2, colors=RED),
    "image": bz.Image(np.full((8, 8, 3), RED[:3], np.uint8)),
}


@pytest.mark.parametrize("what", FLAT)
def test_a_translation_moves_it(studio: bz.Offscreen, what: str) -> None:
    still = box_of(draw(studio, {"w/p": [FLAT[what]], "w/o": [bz.Points2D([[50, 50]], colors=GREEN)]}))
    moved = box_of(
        draw(
            studio,
            {
                "w/p": [bz.Transform3D(translation=[30, 20, 5]), FLAT[what]],
                "w/o": [bz.Points2D([[50, 50]], colors=GREEN)],
            },
        )
    )
    assert moved == tuple(a + b for a, b in zip(still, (30, 20, 30, 20), strict=True))


@pytest.mark.parametrize("what", FLAT)
def test_a_scale_makes_it_larger(studio: bz.Offscreen, what: str) -> None:
    """About the origin of the parent; radii in scene units grow as well."""
    other = {"w/o": [bz.Points2D([[50, 70]], colors=GREEN)]}
    still = box_of(draw(studio, {"w/p": [FLAT[what]], **other}))
    moved = box_of(draw(studio, {"w/p": [bz.Transform3D(scale=3), FLAT[what]], **other}))
    np.testing.assert_allclose(moved, 3 * np.array(still), atol=2)


def test_a_rect_that_is_turned_keeps_its_outline(studio: bz.Offscreen) -> None:
    turned = bz.Transform3D(translation=[50, 40, 0], rotation=bz.RotationAxisAngle(axis=[0, 0, 1], degrees=45))
    rect = bz.Boxes2D(half_sizes=[[20, 20]], radii=1, colors=RED)
    picture = draw(studio, {"w/p": [turned, rect], "w/o": [bz.Points2D([[50, 70]], colors=GREEN)]})
    reach = 20 * np.sqrt(2)
    np.testing.assert_allclose(box_of(picture), (50 - reach, 40 - reach, 50 + reach, 40 + reach), atol=2.5)
    assert tuple(picture[40, 50]) != RED


def test_what_the_view_hangs_from_does_not_move_it(studio: bz.Offscreen) -> None:
    """A view shows its root as it is; only what lies below is moved."""
    things = {"w": [bz.Transform3D(translation=[30, 20, 0])], "w/p": [FLAT["points"]]}
    assert box_of(draw(studio, things, view="w")) == box_of(draw(studio, {"w/p": [FLAT["points"]]}, view="w"))


def test_a_transform_below_a_pinhole_moves_what_lies_on_its_picture(studio: bz.Offscreen) -> None:
    things = {
        "cam": [bz.Pinhole(focal_length=100, width=100, height=80)],
        "cam/crop": [bz.Transform3D(translation=[30, 20, 0]), FLAT["points"]],
    }
    still = box_of(draw(studio, {"cam": things["cam"], "cam/crop": [FLAT["points"]]}, view="cam"))
    assert box_of(draw(studio, things, view="cam")) == tuple(a + b for a, b in zip(still, (30, 20) * 2, strict=True))


def test_an_unconnected_frame_is_told(studio: bz.Offscreen) -> None:
    things: dict[str, Any] = {"a": [FLAT["points"]], "b": [bz.CoordinateFrame("nowhere"), FLAT["rects"]]}
    with pytest.warns(bz.BlazonWarning, match="no transform connects"):
        studio.render(logged(things), kind="2d")
