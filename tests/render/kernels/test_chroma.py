"""What a video is given is what its naive twin says, to half a level."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import blazon as bz
from blazon.render.encoding import frames
from blazon.render.kernels.chroma import yuv420
from tests import naive_encoding

HALVES = st.tuples(st.integers(1, 6), st.integers(1, 20))
CLOSE = 0.51  # of a level: whole ones are nearest, but for what the coefficients were rounded by


@given(
    HALVES.flatmap(lambda half: hnp.arrays(np.uint8, (2 * half[0], 2 * half[1], 4))),
    st.integers(0, 33),
)
def test_yuv420(picture: np.ndarray, more: int) -> None:
    height, width = picture.shape[0] // 2, picture.shape[1] // 2
    luma = np.full((2 * height, 2 * width + more), 7, np.uint8)
    blue, red = np.full((2, height, width + more), 7, np.uint8)
    yuv420(picture.view(np.uint32)[..., 0], luma, blue, red)
    wanted = naive_encoding.yuv420(picture[..., :3])
    for found, each in zip((luma[:, : 2 * width], blue[:, :width], red[:, :width]), wanted, strict=True):
        assert np.abs(found - each).max() <= CLOSE
    assert (luma[:, 2 * width :] == 7).all()
    assert (blue[:, width:] == 7).all()


def test_the_ends_of_all_ranges() -> None:
    for color, wanted in (((0, 0, 0), (16, 128, 128)), ((255, 255, 255), (235, 128, 128))):
        planes = np.zeros((2, 2), np.uint8), np.zeros((1, 1), np.uint8), np.zeros((1, 1), np.uint8)
        yuv420(np.tile(np.array([*color, 9], np.uint8), (2, 2, 1)).view(np.uint32)[..., 0], *planes)
        assert tuple(int(plane[0, 0]) for plane in planes) == wanted
    for channel, plane in ((2, 1), (0, 2)):
        picture = np.zeros((2, 2, 4), np.uint8)
        picture[..., channel] = 255
        planes = np.zeros((2, 2), np.uint8), np.zeros((1, 1), np.uint8), np.zeros((1, 1), np.uint8)
        yuv420(picture.view(np.uint32)[..., 0], *planes)
        assert planes[plane][0, 0] == 240


def test_without_the_kernel_a_video_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rec = bz.Recording("red")
    rec.log("image", bz.Image(np.full((48, 64, 3), (200, 40, 40), np.uint8)), static=True)

    def middle() -> np.ndarray:
        bz.render_video(rec, tmp_path / "a.mp4", width=64, height=48)
        with av.open(str(tmp_path / "a.mp4")) as container:
            found: np.ndarray = next(container.decode(video=0)).to_ndarray(format="rgb24")[24, 32]
        return found

    assert np.abs(middle().astype(int) - (200, 40, 40)).max() <= 4
    monkeypatch.setattr(frames, "yuv420", lambda _, *planes: [plane.fill(0) for plane in planes])  # not what was there
    assert np.abs(middle().astype(int) - (200, 40, 40)).max() > 40
