"""EncodedDepthImage: what a file holds is drawn as the same DepthImage is; in the plane and as a cloud."""

from __future__ import annotations

import contextlib
import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rerun as rr
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import blazon as bz
from blazon.ingest.depth_files import RVL, decode_depths
from tests.pictures import HEIGHT, WIDTH, Draw, is_empty

FromSdk = Callable[..., bz.Recording]
DEPTHS = (np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH) * 7 % 5000).astype(np.uint16)


def file_of(depths: np.ndarray, kind: str = "PNG", **how: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(depths).save(file, kind, **how)
    return file.getvalue()


def rvl_of(depths: np.ndarray, quantized: tuple[float, float] = (0, 0)) -> bytes:
    """As the paper writes it: number by number, nibble by nibble."""
    numbers: list[int] = []
    flat, at, before = depths.reshape(-1).tolist(), 0, 0
    while at < len(flat):
        zeros = next((i for i, each in enumerate(flat[at:]) if each), len(flat) - at)
        at += zeros
        others = next((i for i, each in enumerate(flat[at:]) if not each), len(flat) - at)
        numbers += [zeros, others]
        for each in flat[at : at + others]:
            delta, before = each - before, each
            numbers.append(delta << 1 if delta >= 0 else (-delta << 1) - 1)
        at += others
    nibbles: list[int] = []
    for number in numbers:
        while number > 7:
            nibbles.append(number & 7 | 8)
            number >>= 3  # noqa: PLW2901 - as the paper has it
        nibbles.append(number)
    nibbles += [0] * (-len(nibbles) % 8)
    words = [int("".join(f"{each:x}" for each in nibbles[i : i + 8]), 16) for i in range(0, len(nibbles), 8)]
    head = struct.pack("<iffII", 0, *quantized, depths.shape[1], depths.shape[0])
    return head + struct.pack(f"<{len(words)}I", *words)


@pytest.mark.parametrize(
    ("contents", "media_type", "depths"),
    [
        (file_of(DEPTHS), "image/png", DEPTHS),
        (file_of(DEPTHS), None, DEPTHS),
        (file_of((DEPTHS % 256).astype(np.uint8)), "image/png", (DEPTHS % 256).astype(np.uint8)),
        (file_of(DEPTHS, "TIFF"), "image/tiff", DEPTHS),
        (file_of(DEPTHS.astype(np.float32) / 7, "TIFF"), "image/tiff", DEPTHS.astype(np.float32) / 7),
        (rvl_of(DEPTHS), RVL, DEPTHS),
    ],
    ids=["PNG16", "guessed", "PNG8", "TIFF16", "TIFF32F", "RVL"],
)
def test_it_is_drawn_as_the_same_depths_are(
    from_sdk: FromSdk, draw: Draw, contents: bytes, media_type: str | None, depths: np.ndarray
) -> None:
    look: dict[str, Any] = {"colormap": "turbo", "depth_range": [100, 3000]}
    file = from_sdk(lambda stream: stream.log("d", rr.EncodedDepthImage(contents, media_type=media_type, **look)))
    raw = from_sdk(lambda stream: stream.log("d", rr.DepthImage(depths, **look)))
    own = {"d": bz.EncodedDepthImage(contents=contents, media_type=media_type, **look)}
    expected = draw(raw, bounds=None)
    assert not is_empty(expected)
    np.testing.assert_array_equal(draw(file, bounds=None), expected)
    np.testing.assert_array_equal(draw(own, bounds=None), expected)


def test_it_is_a_cloud_before_a_pinhole(from_sdk: FromSdk, draw: Draw) -> None:
    def log(stream: rr.RecordingStream, depth: Any) -> None:
        stream.log("cam", rr.Pinhole(focal_length=60, width=WIDTH, height=HEIGHT))
        stream.log("cam/depth", depth)

    options: dict[str, Any] = {"kind": "3d", "eye": (0, 0, -4), "target": (0, 0, 3), "bounds": None}
    raw = draw(from_sdk(lambda stream: log(stream, rr.DepthImage(DEPTHS, meter=1000))), **options)
    file = from_sdk(
        lambda stream: log(stream, rr.EncodedDepthImage(file_of(DEPTHS), media_type="image/png", meter=1000))
    )
    assert not is_empty(raw)
    np.testing.assert_array_equal(draw(file, **options), raw)


def test_a_mask_over_it_is_half_transparent(draw: Draw) -> None:
    """§4: as over any depth image."""
    mask = np.ones((HEIGHT, WIDTH), np.uint8)
    default, half = (
        draw({"a/d": bz.EncodedDepthImage(file_of(DEPTHS)), "a/m": bz.SegmentationImage(mask, opacity=opacity)})
        for opacity in (None, 0.5)
    )
    np.testing.assert_array_equal(default, half)


@settings(max_examples=50)
@given(seed=st.integers(0, 2**31), zeros=st.floats(0, 1), width=st.integers(1, 40), height=st.integers(1, 9))
def test_rvl_of_any_depths(seed: int, zeros: float, width: int, height: int) -> None:
    rng = np.random.default_rng(seed)
    depths = rng.integers(0, 65536, (height, width)).astype(np.uint16)
    depths[rng.random((height, width)) < zeros] = 0
    np.testing.assert_array_equal(decode_depths(np.frombuffer(rvl_of(depths), np.uint8), RVL), depths)


def test_rvl_of_floats() -> None:
    """ROS 2: depth is a / (v − b), and 0 is no depth."""
    blob = rvl_of(np.array([[5, 0, 10]], np.uint16), (10.0, 1.0))
    found = decode_depths(np.frombuffer(blob, np.uint8), RVL)
    np.testing.assert_allclose(found, [[2.5, np.nan, 10 / 9]], rtol=1e-6)


@pytest.mark.parametrize(
    ("contents", "media_type", "message"),
    [
        (b"nothing", "image/png", "is of no known kind"),
        (file_of(DEPTHS)[:200], "image/png", "can't be decoded"),
        (file_of(np.zeros((4, 4, 3), np.uint8)), "image/png", "has colours; log depths with one channel"),
        (b"short", RVL, "its head alone has 20"),
        (rvl_of(DEPTHS)[:900], RVL, r"cut short|ends after"),
        (struct.pack("<iffII", 0, 0, 0, 2**31, 2**31), RVL, "2147483648×2147483648 pixels"),
        (struct.pack("<iffII", 0, 0, 0, 4, 4) + b"\xff" * 40, RVL, "32 bits|ends after"),
    ],
)
def test_what_can_t_be_read_is_not_drawn_and_said(draw: Draw, contents: bytes, media_type: str, message: str) -> None:
    with pytest.warns(bz.BlazonWarning, match=f"/d: not drawn: .*({message})"):
        picture = draw({"d": bz.EncodedDepthImage(contents=contents, media_type=media_type)})
    assert is_empty(picture)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**31))
def test_damaged_rvl_is_refused_or_read(seed: int) -> None:
    rng = np.random.default_rng(seed)
    blob = np.frombuffer(rvl_of(DEPTHS[:6, :9]), np.uint8).copy()
    blob[rng.integers(0, len(blob), 3)] = rng.integers(0, 256, 3)
    with contextlib.suppress(bz.SourceError):
        decode_depths(blob, RVL)
