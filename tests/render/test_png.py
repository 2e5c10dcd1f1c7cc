"""What is written as PNG is read by another library as the very same bytes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from blazon.render.encoding.png import png_of

KINDS = ("noise", "flat", "ramp", "stripes")


def picture(kind: str, height: int, width: int, *, opaque: bool) -> np.ndarray:
    pixels = {
        "noise": np.random.default_rng(0).integers(0, 256, (height, width, 4)),
        "flat": np.full((height, width, 4), 77),
        "ramp": np.add.outer(np.arange(height), np.arange(width))[..., None] + np.arange(4),
        "stripes": np.broadcast_to((np.arange(width) % 7 * 30)[None, :, None], (height, width, 4)),
    }[kind].astype(np.uint8)
    pixels[..., 3] = 255 if opaque else pixels[..., 3] // 2
    return pixels


@pytest.mark.parametrize("kind", KINDS)
@given(st.integers(1, 600), st.integers(1, 40), st.booleans())
def test_the_same_bytes(kind: str, height: int, width: int, opaque: bool) -> None:
    pixels = picture(kind, height, width, opaque=opaque)
    data = png_of(pixels)
    with Image.open(io.BytesIO(data)) as read:
        assert read.mode == ("RGB" if opaque else "RGBA")
        np.testing.assert_array_equal(np.asarray(read.convert("RGBA")), pixels)
    assert data == png_of(pixels)


@pytest.mark.parametrize("kind", KINDS)
def test_no_larger_than_by_pillow(kind: str) -> None:
    pixels, other = picture(kind, 480, 640, opaque=True), io.BytesIO()
    Image.fromarray(pixels).save(other, "png", compress_level=1)
    assert len(png_of(pixels)) < 1.02 * len(other.getvalue())


def test_checksums() -> None:
    """Every chunk's, and that of the data, which Pillow only checks where it is told to."""
    with Image.open(io.BytesIO(png_of(picture("noise", 300, 20, opaque=False)))) as read:
        read.verify()
