"""DepthImage in the plane: the Turbo map, its range, and what lies over it. SEMANTICS §4, §7."""

from __future__ import annotations

import numpy as np
import pytest

import blazon as bz


def turbo(t: float) -> np.ndarray:
    """The map's published polynomial, one value at a time."""
    coefficients = (
        (0.13572138, 4.61539260, -42.66032258, 132.13108234, -152.94239396, 59.28637943),
        (0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604),
        (0.10667330, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973),
    )
    channels = [sum(c * t**power for power, c in enumerate(each)) for each in coefficients]
    return np.array([round(min(max(channel, 0), 1) * 255) for channel in channels] + [255])


def drawn(*things: object) -> np.ndarray:
    rec = bz.Recording()
    for i, thing in enumerate(things):
        rec.log(f"a/{i}", thing)  # type: ignore[arg-type]
    with bz.Offscreen(8, 4) as screen:
        return screen.render(rec)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.float16, np.float32, np.float64])
def test_depths_go_from_zero_to_the_largest(dtype: type) -> None:
    depths = (np.arange(32).reshape(4, 8) + 10).astype(dtype)
    picture = drawn(bz.DepthImage(depths))
    for (y, x), depth in np.ndenumerate(depths):
        assert np.abs(picture[y, x].astype(int) - turbo(float(depth) / 41)).max() <= 1


def test_a_given_range_is_clamped_to() -> None:
    depths = np.tile(np.array([0, 1, 2, 3, 4, 5, 6, 7], np.float32), (4, 1))
    picture = drawn(bz.DepthImage(depths, depth_range=[2, 6]))
    for x, t in enumerate([0, 0, 0, 0.25, 0.5, 0.75, 1, 1]):
        assert np.abs(picture[0, x].astype(int) - turbo(t)).max() <= 1


def test_depths_that_are_not_finite_are_transparent_and_counted() -> None:
    depths = np.ones((4, 8), np.float32)
    depths[0, :3] = np.nan, np.inf, -np.inf
    with pytest.warns(bz.BlazonWarning, match=r"non-finite depths: transparent \(3\)"):
        picture = drawn(bz.DepthImage(depths))
    assert (picture[0, :3] == (13, 16, 17, 255)).all()
    assert np.abs(picture[0, 3].astype(int) - turbo(1)).max() <= 1


def test_an_image_over_a_depth_image_is_half_transparent() -> None:
    depth, image = bz.DepthImage(np.zeros((4, 8), np.uint16)), bz.Image(np.full((4, 8, 3), 255, np.uint8))
    over = drawn(image, depth)[0, 0]
    assert tuple(drawn(image)[0, 0]) == (255, 255, 255, 255)
    below = turbo(0)[:3] / 255
    light = np.where(below <= 0.04045, below / 12.92, ((below + 0.055) / 1.055) ** 2.4)
    mixed = (light + 1) / 2
    expected = np.rint((1.055 * mixed ** (1 / 2.4) - 0.055) * 255)
    assert np.abs(over[:3].astype(int) - expected).max() <= 1


def test_a_mask_over_a_depth_image_is_half_transparent() -> None:
    mask, depth = bz.SegmentationImage(np.zeros((4, 8), np.uint8)), bz.DepthImage(np.zeros((4, 8), np.uint16))
    assert tuple(drawn(mask)[0, 0, :3]) == (188, 77, 77)
    assert tuple(drawn(mask, depth)[0, 0, :3]) != (188, 77, 77)


def test_other_colormaps_are_drawn_as_turbo_and_counted() -> None:
    depth = bz.DepthImage(np.ones((4, 8), np.uint8), colormap="viridis")
    with pytest.warns(bz.BlazonWarning, match="drawn as Turbo"):
        picture = drawn(depth)
    assert np.abs(picture[0, 0].astype(int) - turbo(1)).max() <= 1


@pytest.mark.parametrize("shape", [(4, 8, 3), (4,), (2, 4, 8)])
def test_wrong_shapes_raise(shape: tuple[int, ...]) -> None:
    with pytest.raises(bz.ShapeError, match=r"pass depths of shape \(h, w\)"):
        bz.DepthImage(np.zeros(shape, np.uint16))
