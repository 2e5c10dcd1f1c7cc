"""Strips: joins without seams, holes or darker overlaps."""

from __future__ import annotations

import numpy as np
import pytest

import blazon as bz


def drawn(strips: object, radius: float, color: tuple[int, ...]) -> np.ndarray:
    rec = bz.Recording()
    rec.log("a", bz.LineStrips2D(strips, radii=radius, colors=color))
    with bz.Offscreen(64, 64) as screen:
        return screen.render(rec, bounds=(0, 0, 64, 64), background="000000")


@pytest.mark.parametrize("radius", [3, 8, 12, 20])
def test_a_closed_strip_has_no_hole_where_all_segments_are_as_near(radius: float) -> None:
    square = [[24, 24], [40, 24], [40, 40], [24, 40], [24, 24]]
    picture = drawn([square], radius, (255, 0, 0))
    y, x = np.mgrid[:64, :64] + 0.5
    outside = np.maximum(np.maximum(np.abs(x - 32), np.abs(y - 32)) - 8, 0)
    inside = 8 - np.maximum(np.abs(x - 32), np.abs(y - 32))
    covered = (outside == 0) & (inside < radius - 1)
    assert (picture[covered, 0] == 255).all()


@pytest.mark.parametrize("turn", [30, 90, 150, 175])
def test_a_translucent_strip_is_of_one_colour_where_it_bends(turn: float) -> None:
    angle = np.radians(180 - turn)
    strip = [[8, 32], [32, 32], [32 + 24 * np.cos(angle), 32 - 24 * np.sin(angle)]]
    picture = drawn([strip], 3, (255, 255, 255, 128))
    single = drawn([strip[:2]], 3, (255, 255, 255, 128))
    assert picture[..., 0].max() == single[..., 0].max()
