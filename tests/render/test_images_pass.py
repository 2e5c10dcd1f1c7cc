"""Images that are reduced: class ids are never mixed, colours are, and transparent texels give none."""

from __future__ import annotations

import numpy as np
import pytest

import blazon as bz


def drawn(thing: object, size: int, background: str) -> np.ndarray:
    rec = bz.Recording()
    rec.log("a", thing)  # type: ignore[arg-type]
    with bz.Offscreen(size, size) as screen:
        return screen.render(rec, background=background)


@pytest.mark.parametrize("size", [20, 13, 7, 3])
def test_transparent_texels_give_no_colour(size: int) -> None:
    """White beside transparent black, reduced over white, is white: no dark fringe."""
    image = np.full((40, 40, 4), 255, np.uint8)
    image[:, 1::2] = 0
    assert (drawn(bz.Image(image), size, "ffffff") == 255).all()


def test_half_covered_is_half_transparent() -> None:
    image = np.full((40, 40, 4), 255, np.uint8)
    image[:, 1::2] = 0
    assert np.abs(drawn(bz.Image(image), 20, "000000")[5, 5, :3].astype(int) - 188).max() <= 1  # half of the light


@pytest.mark.parametrize("alpha", [255, 254])
def test_reduced_colours_are_averaged_in_linear_light(alpha: int) -> None:
    image = np.zeros((40, 40, 4), np.uint8)
    image[:, ::2, :3], image[..., 3] = 255, alpha
    assert np.abs(drawn(bz.Image(image), 20, "000000")[5, 5, :3].astype(int) - 188).max() <= 2


@pytest.mark.parametrize("size", [40, 29, 7])
def test_reduced_colours_that_are_alike_stay_as_they_are(size: int) -> None:
    levels = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16), 50, axis=0).repeat(50, axis=1)
    for level in range(0, 256, 5):
        row, column = divmod(level, 16)
        image = levels[50 * row : 50 * row + 50, 50 * column : 50 * column + 50]
        picture = drawn(bz.Image(np.stack([image, 255 - image, image], axis=-1)), size, "102030")
        assert (picture == (level, 255 - level, level, 255)).all()


@pytest.mark.parametrize("size", [20, 13, 7])
def test_reduced_masks_show_their_own_classes_alone(size: int) -> None:
    ids = np.tile(np.array([1, 2], np.uint8), (40, 20))
    colors = {tuple(pixel) for row in drawn(bz.SegmentationImage(ids), size, "000000") for pixel in row.tolist()}
    assert colors <= {(77, 123, 188, 255), (154, 188, 77, 255)}


def test_an_image_larger_than_a_texture_is_drawn_in_tiles() -> None:
    ids = np.zeros((2, 40_000), np.uint16)
    ids[:, 30_000:] = 1
    rec = bz.Recording()
    rec.log("a", bz.SegmentationImage(ids))
    with bz.Offscreen(20, 2) as screen:
        picture = screen.render(rec, bounds=(29_990, 0, 30_010, 2))
    assert tuple(picture[0, 9, :3]) == (188, 77, 77)
    assert tuple(picture[0, 10, :3]) == (77, 123, 188)
