"""Images against slow twins made from the formats' definitions, Pillow's files, and what the SDK logs."""

from __future__ import annotations

import io
import math
import struct
import warnings
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import rerun as rr
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from blazon.ingest.chunk import ImageFormat
from blazon.ingest.errors import SourceError
from blazon.ingest.image_formats import ChannelDatatype, ColorModel, PixelFormat
from blazon.ingest.images import Triples, decode_file, id_array, image_size, rgba_image

SIZES = st.tuples(st.integers(1, 7), st.integers(1, 7))
SEEDS = st.integers(0, 2**32 - 1)
KNOWN_NUMBERS = [st.sampled_from([None, *kind]) for kind in (PixelFormat, ColorModel, ChannelDatatype)]
OTHER_DATATYPES = [each for each in ChannelDatatype if each is not ChannelDatatype.U8]

# ---- the twins ----


def naive_u8(data: bytes, model: ColorModel, width: int, height: int) -> np.ndarray:
    out = np.zeros((height, width, 4), np.uint8)
    for y in range(height):
        for x in range(width):
            start = (y * width + x) * model.channels
            named = dict(zip(model.name, data[start : start + model.channels], strict=True))
            red, green, blue = (named.get(channel, named.get("L")) for channel in "RGB")
            out[y, x] = red, green, blue, named.get("A", 255)
    return out


def yuv_at(data: bytes, kind: PixelFormat, size: tuple[int, int], x: int, y: int) -> tuple[int, int, int]:
    """Y, U and V of one pixel, as the formats lay them out (fourcc.org); halves of odd sizes round up."""
    width, height = size
    area, half_width, half_height = width * height, (width + 1) // 2, (height + 1) // 2
    if kind is PixelFormat.YUY2:
        quad = data[(y * half_width + x // 2) * 4 :][:4]
        return quad[2 * (x % 2)], quad[1], quad[3]
    luma = data[y * width + x]
    if kind.name.startswith("Y8"):
        return luma, 128, 128
    if kind is PixelFormat.NV12:
        pair = area + (y // 2) * 2 * half_width + 2 * (x // 2)
        return luma, data[pair], data[pair + 1]
    if "V24" in kind.name:
        at, plane = y * width + x, area
    elif "V16" in kind.name:
        at, plane = y * half_width + x // 2, half_width * height
    else:
        at, plane = (y // 2) * half_width + x // 2, half_width * half_height
    return luma, data[area + at], data[area + plane + at]


def naive_yuv(data: bytes, kind: PixelFormat, width: int, height: int) -> np.ndarray:
    """Exact levels, float (h, w, 3), before they are rounded."""
    full = kind.name.endswith("FullRange")
    is_bt601 = kind.name in ("NV12", "YUY2")
    kr, gu, gv, bu = (1.402, 0.344, 0.714, 1.772) if is_bt601 else (1.575, 0.187, 0.468, 1.856)
    out = np.zeros((height, width, 3))
    for row in range(height):
        for column in range(width):
            y, u, v = yuv_at(data, kind, (width, height), column, row)
            luma = y / 255 if full else (y - 16) / 219
            cb, cr = ((c - 128) / (255 if full else 224) for c in (u, v))
            rgb = luma + kr * cr, luma - gu * cb - gv * cr, luma + bu * cb
            out[row, column] = [255 * min(max(value, 0.0), 1.0) for value in rgb]
    return out


def yuv_bytes(kind: PixelFormat, width: int, height: int) -> int:
    half_width, half_height = (width + 1) // 2, (height + 1) // 2
    if kind is PixelFormat.YUY2:
        return 4 * half_width * height
    if "V24" in kind.name:
        return 3 * width * height
    if "V16" in kind.name:
        return width * height + 2 * half_width * height
    if "V12" in kind.name or kind is PixelFormat.NV12:
        return width * height + 2 * half_width * half_height
    return width * height


def mirrored(at: int, size: int) -> int:
    if size == 1:
        return 0
    return -at if at < 0 else 2 * (size - 1) - at if at >= size else at


def naive_bayer(data: bytes, kind: PixelFormat, width: int, height: int) -> np.ndarray:
    """A sample of its own colour, else the mean of the nearest samples of a colour; linear light, encoded as sRGB."""
    tile = kind.name.removeprefix("Bayer").removesuffix("8")
    near = [[(0, 0)], [(0, -1), (0, 1), (-1, 0), (1, 0)], [(-1, -1), (-1, 1), (1, -1), (1, 1)]]
    out = np.full((height, width, 4), 255, np.uint8)
    for y in range(height):
        for x in range(width):
            for channel, color in enumerate("RGB"):
                for ring in near:
                    samples = [
                        data[mirrored(y + dy, height) * width + mirrored(x + dx, width)]
                        for dy, dx in ring
                        if tile[2 * ((y + dy) % 2) + (x + dx) % 2] == color
                    ]
                    if samples:
                        out[y, x, channel] = naive_srgb(sum(samples) / len(samples) / 255)
                        break
    return out


def naive_srgb(linear: float) -> int:
    return round(255 * (12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055))


def naive_levels(values: np.ndarray, *, is_float: bool, gray: bool) -> np.ndarray:
    """Exact levels, float, of values (h, w, channels) that have one range; NaN 0."""
    numbers = [value for value in values.reshape(-1).tolist() if math.isfinite(value)]
    low, high = (min(numbers), max(numbers)) if numbers else (0, 0)
    linear = not gray and not (low >= 0 and high <= 255)
    if is_float and low >= 0 and high <= 1:
        low, high = 0, 1
    elif low >= 0 and high <= 255:
        low, high = 0, 255
    elif low == high:
        low, high = low - 1, high + 1
    out = np.zeros(values.shape)
    for index in np.ndindex(values.shape):
        value = values[index].item()
        unit = 0.0 if math.isnan(value) else min(max((value - low) / (high - low), 0.0), 1.0)
        if linear and index[2] < 3:
            unit = unit * 12.92 if unit <= 0.0031308 else 1.055 * unit ** (1 / 2.4) - 0.055
        out[index] = 255 * unit
    return out


def assert_nearest(levels: np.ndarray, exact: np.ndarray, slack: float = 1e-3) -> None:
    """Each level is the whole number nearest to the exact one; on the border between two, either is."""
    assert np.abs(levels.astype(float) - exact).max() <= 0.5 + slack


def noise(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, n, dtype=np.uint8)


def raw(values: np.ndarray) -> np.ndarray:
    return np.frombuffer(values.tobytes(), np.uint8)


def attempt(read: Callable[..., Any], *given: Any) -> Any:
    """What `read` answers, or the message of its SourceError."""
    try:
        return read(*given)
    except SourceError as error:
        return str(error)


def colored(values: np.ndarray, model: ColorModel) -> Any:
    height, width = values.shape[:2]
    datatype = ChannelDatatype.of(values.dtype)
    return rgba_image(raw(values), ImageFormat(width, height, color_model=model, channel_datatype=datatype))


# ---- class ids ----


@pytest.mark.parametrize("datatype", ChannelDatatype)
def test_ids_are_a_view_in_their_own_dtype(datatype: ChannelDatatype) -> None:
    ids = np.arange(15).reshape(3, 5).astype(datatype.dtype)
    buffer = raw(ids)
    got = id_array(buffer, ImageFormat(5, 3, channel_datatype=datatype))
    assert got.dtype == datatype.dtype
    np.testing.assert_array_equal(got, ids)
    assert np.shares_memory(got, buffer)


def test_ids_without_a_datatype_are_u8_and_with_l_are_ids() -> None:
    assert id_array(noise(6), ImageFormat(3, 2)).dtype == np.uint8
    wide, fmt = (
        np.array([[70000, 2**32 - 1]], np.uint32),
        ImageFormat(2, 1, color_model=1, channel_datatype=10),
    )
    assert id_array(raw(wide), fmt).tolist() == wide.tolist()
    assert id_array(noise(6), ImageFormat(3, 2, pixel_format=41)).tolist() == noise(6).reshape(2, 3).tolist()


def test_ids_in_a_buffer_that_is_not_aligned_are_copied() -> None:
    buffer = noise(9)[1:]
    got = id_array(buffer, ImageFormat(2, 1, channel_datatype=ChannelDatatype.U32))
    assert got.flags.aligned
    assert got.tobytes() == buffer.tobytes()


def test_ids_in_a_buffer_with_gaps_are_read() -> None:
    assert id_array(noise(12)[::2], ImageFormat(3, 2)).tobytes() == noise(12)[::2].tobytes()


def test_bytes_past_the_last_id_are_ignored() -> None:
    assert id_array(noise(9), ImageFormat(2, 2, channel_datatype=8)).tobytes() == noise(9)[:8].tobytes()


@pytest.mark.parametrize(
    ("fmt", "words"),
    [
        (ImageFormat(4, 4, channel_datatype=8), ("32", "15", "4×4")),
        (ImageFormat(4, 4, color_model=2), ("RGB", "one channel")),
        (ImageFormat(4, 4, pixel_format=26), ("NV12",)),
        (ImageFormat(4, 4, pixel_format=128), ("BayerRGGB8",)),
        (ImageFormat(4, 4, pixel_format=99), ("99", "NV12")),
        (ImageFormat(4, 4, channel_datatype=99), ("99", "F32")),
        (ImageFormat(4, 4, color_model=99), ("99", "BGRA")),
        (ImageFormat(0, 4), ("0×4",)),
        (ImageFormat(4, 0), ("4×0",)),
        (ImageFormat(2**32 - 1, 2**32 - 1, channel_datatype=12), (str((2**32 - 1) ** 2 * 8),)),
    ],
)
def test_ids_that_cannot_be_read_are_one_clear_error(fmt: ImageFormat, words: tuple[str, ...]) -> None:
    with pytest.raises(SourceError) as error:
        id_array(noise(15), fmt)
    assert "\n" not in str(error.value)
    assert all(word in str(error.value) for word in words)


# ---- plain channels ----


@pytest.mark.parametrize("model", ColorModel)
@given(size=SIZES, seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_bytes_come_out_exactly(model: ColorModel, size: tuple[int, int], seed: int) -> None:
    width, height = size
    data = noise(width * height * model.channels, seed)
    decoded = rgba_image(data, ImageFormat(width, height, color_model=model, channel_datatype=6))
    np.testing.assert_array_equal(decoded.pixels, naive_u8(data.tobytes(), model, width, height))
    assert decoded.pixels.flags.c_contiguous
    assert decoded.notes == ()


def test_rgba_bytes_are_not_copied() -> None:
    data = noise(24)
    assert np.shares_memory(rgba_image(data, ImageFormat(3, 2, color_model=3)).pixels, data)


def test_a_format_that_says_nothing_is_grey_bytes() -> None:
    assert rgba_image(np.array([7], np.uint8), ImageFormat(1, 1)).pixels.tolist() == [[[7, 7, 7, 255]]]


def test_a_buffer_may_be_read_only() -> None:
    data = noise(12)
    data.flags.writeable = False
    for model in ColorModel:
        assert rgba_image(data, ImageFormat(1, 3, color_model=model)).pixels.shape == (3, 1, 4)


@pytest.mark.parametrize("model", ColorModel)
@pytest.mark.parametrize("datatype", OTHER_DATATYPES)
@pytest.mark.parametrize("span", [(0, 1), (0, 100), (0, 127), (-100, 100), (40, 41), (-1, -1), (0, 60000)])
def test_every_datatype_is_normalised_by_its_range(
    model: ColorModel, datatype: ChannelDatatype, span: tuple[int, int]
) -> None:
    dtype = datatype.dtype
    limits = np.iinfo(dtype) if dtype.kind in "iu" else np.finfo(dtype)
    low, high = (min(max(end, int(limits.min)), int(limits.max)) for end in span)
    values = (np.random.default_rng(0).random((3, 4, model.channels)) * (high - low) + low).astype(dtype)
    values.flat[0], values.flat[1] = low, high
    exact = naive_levels(values, is_float=dtype.kind == "f", gray=model is ColorModel.L)
    linear = model is not ColorModel.L and (low < 0 or high > 255)
    pixels = colored(values, model).pixels
    for channel, name in enumerate("RGBA"):
        if name in model.name or (model is ColorModel.L and name != "A"):
            source = 0 if model is ColorModel.L else model.name.index(name)
            assert_nearest(pixels[..., channel], exact[..., source], 0.06 if linear else 1e-3)
        else:
            assert (pixels[..., channel] == 255).all()


def test_grey_of_16_bits_over_the_full_range_is_v_by_257() -> None:
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    expected = [round(v / 257) for v in range(65536)]
    assert colored(values, ColorModel.L).pixels[..., 0].reshape(-1).tolist() == expected


def test_small_integers_of_any_datatype_are_levels() -> None:
    values = np.arange(200).reshape(10, 20)
    for datatype in (ChannelDatatype.U16, ChannelDatatype.I64, ChannelDatatype.F32):
        pixels = colored(values.astype(datatype.dtype), ColorModel.L).pixels
        np.testing.assert_array_equal(pixels[..., 1], values)


def test_one_value_outside_the_usual_ranges_is_middle_grey() -> None:
    for value, dtype in ((1000, np.uint16), (-5.0, np.float32), (1.7e308, np.float64), (2**63, np.uint64)):
        assert colored(np.full((2, 2), value, dtype), ColorModel.L).pixels[0, 0].tolist() == [
            128,
            128,
            128,
            255,
        ]


def test_the_largest_floats_do_not_overflow() -> None:
    top = np.finfo(np.float64).max
    pixels = colored(np.array([[-top, 0.0, top]]), ColorModel.L).pixels
    assert pixels[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_what_is_not_finite_is_drawn_and_counted(dtype: type) -> None:
    values = np.array([[np.nan, 0.5, np.inf], [-np.inf, np.nan, 1.0]], dtype)
    decoded = colored(values, ColorModel.L)
    assert decoded.pixels[..., 0].tolist() == [[0, 128, 255], [0, 0, 255]]
    assert [(what.split()[0], count) for what, count in decoded.notes] == [("NaN", 2), ("infinite", 2)]


def test_an_image_of_nothing_finite_is_drawn() -> None:
    decoded = colored(np.array([[np.nan, np.inf, -np.inf]], np.float32), ColorModel.L)
    assert decoded.pixels[0, :, 0].tolist() == [0, 255, 0]


@given(
    data=st.binary(min_size=48, max_size=48),
    model=st.sampled_from(ColorModel),
    datatype=st.sampled_from(ChannelDatatype),
)
@settings(max_examples=300, deadline=None)
def test_any_bits_are_an_image(data: bytes, model: ColorModel, datatype: ChannelDatatype) -> None:
    width = 48 // (model.channels * datatype.dtype.itemsize)
    if width == 0:
        return
    fmt = ImageFormat(width, 1, color_model=model, channel_datatype=datatype)
    pixels = rgba_image(np.frombuffer(data, np.uint8), fmt).pixels
    assert pixels.shape == (1, width, 4)
    assert pixels.dtype == np.uint8


def test_tall_images_are_normalised_as_a_whole() -> None:
    values = np.linspace(-1, 3, 1000, dtype=np.float32).reshape(500, 2)
    exact = naive_levels(values[..., None], is_float=True, gray=True)[..., 0]
    assert_nearest(colored(values, ColorModel.L).pixels[..., 0], exact)


# ---- pixel formats ----

BAYER = [kind for kind in PixelFormat if kind.name.startswith("Bayer")]
YUV = [kind for kind in PixelFormat if kind not in BAYER]


@pytest.mark.parametrize("kind", YUV)
@given(size=SIZES, seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_yuv(kind: PixelFormat, size: tuple[int, int], seed: int) -> None:
    width, height = size
    data = noise(yuv_bytes(kind, width, height), seed)
    decoded = rgba_image(data, ImageFormat(width, height, pixel_format=kind))
    assert_nearest(decoded.pixels[..., :3], naive_yuv(data.tobytes(), kind, width, height))
    assert (decoded.pixels[..., 3] == 255).all()
    assert decoded.notes == ()
    assert decoded.pixels.flags.c_contiguous


@pytest.mark.parametrize("kind", YUV)
def test_yuv_taller_than_a_band(kind: PixelFormat) -> None:
    width, height = 5, 135
    data = noise(yuv_bytes(kind, width, height))
    decoded = rgba_image(data, ImageFormat(width, height, pixel_format=kind))
    assert_nearest(decoded.pixels[..., :3], naive_yuv(data.tobytes(), kind, width, height))


@pytest.mark.parametrize("kind", BAYER)
@given(size=SIZES, seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_bayer(kind: PixelFormat, size: tuple[int, int], seed: int) -> None:
    width, height = size
    data = noise(width * height, seed)
    decoded = rgba_image(data, ImageFormat(width, height, pixel_format=kind))
    np.testing.assert_array_equal(decoded.pixels, naive_bayer(data.tobytes(), kind, width, height))


def test_a_mosaic_of_one_color_is_that_color_everywhere() -> None:
    mosaic = np.zeros((6, 8), np.uint8)
    mosaic[::2, ::2], mosaic[1::2, 1::2] = 200, 10
    mosaic[::2, 1::2] = mosaic[1::2, ::2] = 90
    pixels = rgba_image(mosaic.reshape(-1), ImageFormat(8, 6, pixel_format=PixelFormat.BayerRGGB8)).pixels
    assert (pixels == (*(naive_srgb(level / 255) for level in (200, 90, 10)), 255)).all()


def test_limited_range_clamps_below_black_and_above_white() -> None:
    levels = np.array([0, 16, 126, 235, 255], np.uint8)
    pixels = rgba_image(levels, ImageFormat(5, 1, pixel_format=PixelFormat.Y8_LimitedRange)).pixels
    assert pixels[0, :, 0].tolist() == [0, 0, 128, 255, 255]


@pytest.mark.parametrize("kind", PixelFormat)
def test_a_byte_too_few_is_an_error_and_a_byte_too_many_a_note(kind: PixelFormat) -> None:
    need, fmt = yuv_bytes(kind, 5, 3), ImageFormat(5, 3, pixel_format=kind)
    with pytest.raises(SourceError, match=rf"{kind.name} wants {need} bytes, but its buffer has {need - 1}"):
        rgba_image(noise(need - 1), fmt)
    decoded = rgba_image(noise(need + 1), fmt)
    assert decoded.notes == (("bytes past the end of the image: ignored", 1),)
    np.testing.assert_array_equal(decoded.pixels, rgba_image(noise(need + 1)[:need], fmt).pixels)


@given(
    n=st.integers(0, 64),
    width=st.integers(0, 2**32 - 1) | st.integers(0, 5),
    height=st.integers(0, 2**32 - 1) | st.integers(0, 5),
    numbers=st.tuples(*[st.none() | st.integers(0, 255)] * 3) | st.tuples(*KNOWN_NUMBERS),
)
@settings(max_examples=300, deadline=None)
def test_a_lying_format_is_an_image_or_a_source_error(n: int, width: int, height: int, numbers: Any) -> None:
    fmt = ImageFormat(width, height, *numbers)
    for read in (id_array, lambda *given: rgba_image(*given).pixels):
        result = attempt(read, noise(n), fmt)
        assert "\n" not in result if isinstance(result, str) else result.shape[:2] == (height, width)


# ---- files ----

RGB = noise(11 * 7 * 3, 1).reshape(7, 11, 3)
RGBA = noise(11 * 7 * 4, 2).reshape(7, 11, 4)
GRAY = noise(11 * 7, 3).reshape(7, 11)


def saved(image: Pillow.Image | np.ndarray, kind: str, **options: Any) -> np.ndarray:
    out = io.BytesIO()
    (image if isinstance(image, Pillow.Image) else Pillow.fromarray(image)).save(out, kind, **options)
    return np.frombuffer(out.getvalue(), np.uint8)


def opaque(rgb: np.ndarray) -> np.ndarray:
    rgb = rgb if rgb.ndim == 3 else np.stack([rgb] * 3, axis=-1)
    return np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "QOI", "WEBP", "JPEG2000"])
def test_files_of_rgb_are_exact(kind: str) -> None:
    blob = saved(RGB, kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {}))
    np.testing.assert_array_equal(decode_file(blob).pixels, opaque(RGB))
    assert image_size(blob) == (11, 7)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "QOI", "WEBP"])
def test_files_of_rgba_keep_straight_alpha(kind: str) -> None:
    blob = saved(RGBA, kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {}))
    np.testing.assert_array_equal(decode_file(blob).pixels, RGBA)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "GIF"])
def test_files_of_grey_are_exact(kind: str) -> None:
    np.testing.assert_array_equal(decode_file(saved(GRAY, kind)).pixels, opaque(GRAY))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_files_of_one_bit_are_black_and_white(kind: str) -> None:
    bits = Pillow.fromarray(GRAY > 127)
    np.testing.assert_array_equal(
        decode_file(saved(bits, kind)).pixels, opaque(np.where(GRAY > 127, 255, 0).astype("u1"))
    )


def test_png_of_grey_and_alpha() -> None:
    image = Pillow.fromarray(np.dstack([GRAY, GRAY[::-1]]), "LA")
    pixels = decode_file(saved(image, "PNG")).pixels
    np.testing.assert_array_equal(pixels, np.dstack([GRAY, GRAY, GRAY, GRAY[::-1]]))


def palette_image() -> Pillow.Image:
    image = Pillow.fromarray(GRAY % 4, "P")
    image.putpalette(bytes([9, 8, 7, 255, 0, 0, 0, 255, 0, 1, 2, 3]))
    return image


PALETTE = np.array([[9, 8, 7, 255], [255, 0, 0, 255], [0, 255, 0, 255], [1, 2, 3, 255]], np.uint8)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "TIFF"])
def test_files_with_a_palette(kind: str) -> None:
    np.testing.assert_array_equal(decode_file(saved(palette_image(), kind)).pixels, PALETTE[GRAY % 4])


def test_png_with_transparent_palette_entries() -> None:
    expected = PALETTE.copy()
    expected[:, 3] = [0, 40, 255, 200]
    blob = saved(palette_image(), "PNG", transparency=bytes([0, 40, 255, 200]))
    np.testing.assert_array_equal(decode_file(blob).pixels, expected[GRAY % 4])


def test_png_with_a_transparent_color() -> None:
    rgb = np.where(GRAY[..., None] > 127, (10, 20, 30), (40, 50, 60)).astype(np.uint8)
    pixels = decode_file(saved(rgb, "PNG", transparency=(10, 20, 30))).pixels
    np.testing.assert_array_equal(pixels[..., 3], np.where(GRAY > 127, 0, 255))
    np.testing.assert_array_equal(pixels[..., :3], rgb)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_grey_of_16_bits_uses_the_full_range(kind: str) -> None:
    values = np.array([[0, 1, 128, 129, 257], [1000, 4095, 32768, 65407, 65535]], np.uint16)
    expected = np.array([[round(v / 257) for v in row] for row in values.tolist()], np.uint8)
    for part in (slice(0, 2), slice(0, 1)):  # the second has no bright pixel that would stretch it
        np.testing.assert_array_equal(decode_file(saved(values[part], kind)).pixels, opaque(expected[part]))


def test_grey_of_16_bits_in_big_endian_tiff() -> None:
    image = Pillow.frombytes("I;16B", (3, 1), np.array([0, 40000, 65535], ">u2").tobytes())
    assert decode_file(saved(image, "TIFF")).pixels[0, :, 0].tolist() == [0, 156, 255]


def test_tiff_of_integers_and_floats_is_shown_by_its_range() -> None:
    integers = saved(np.array([[-100, 0, 100]], np.int32), "TIFF")
    assert decode_file(integers).pixels[0, :, 0].tolist() == [0, 128, 255]
    floats = decode_file(saved(np.array([[0.0, 0.5, np.nan]], np.float32), "TIFF"))
    assert floats.pixels[0, :, 0].tolist() == [0, 128, 0]
    assert [count for _, count in floats.notes] == [1]


def test_jpeg_is_what_pillow_says_and_flat_jpeg_is_exact() -> None:
    blob = saved(RGB, "JPEG", quality=90)
    expected = np.asarray(Pillow.open(io.BytesIO(blob.tobytes())))
    np.testing.assert_array_equal(decode_file(blob).pixels, opaque(expected))
    flat = saved(np.full((16, 16), 77, np.uint8), "JPEG")
    assert (decode_file(flat).pixels == (77, 77, 77, 255)).all()


def test_jpeg_of_cmyk() -> None:
    ink = np.zeros((8, 16, 4), np.uint8)
    ink[:, 8:, 3] = 255
    pixels = decode_file(saved(Pillow.fromarray(ink, "CMYK"), "JPEG", quality=100)).pixels
    assert pixels[4, 2].tolist() == [255, 255, 255, 255]
    assert pixels[4, 13].tolist() == [0, 0, 0, 255]


def test_the_first_frame_of_several_is_read() -> None:
    frames = [Pillow.new("RGB", (4, 3), color) for color in ("red", "blue")]
    for kind in ("GIF", "TIFF", "PNG", "WEBP"):
        options = {"lossless": True} if kind == "WEBP" else {}
        blob = saved(frames[0], kind, save_all=True, append_images=frames[1:], **options)
        assert (decode_file(blob).pixels == (255, 0, 0, 255)).all()
    blob = saved(frames[0], "MPO", save_all=True, append_images=frames[1:])
    assert decode_file(blob).pixels.shape == (3, 4, 4)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_orientation_is_ignored(kind: str) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    blob = saved(RGB, kind, exif=exif)
    assert decode_file(blob).pixels.shape == (7, 11, 4)
    assert image_size(blob) == (11, 7)


def test_size_and_pixels_of_a_turned_tiff_agree() -> None:
    blob = saved(RGB, "TIFF", tiffinfo={0x0112: 6})
    height, width = decode_file(blob).pixels.shape[:2]
    assert image_size(blob) == (width, height)


def png_header(width: int, height: int) -> np.ndarray:
    """A PNG that ends where its pixels should begin."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = b"\x89PNG\r\n\x1a\n", struct.pack(">I", 13), body, struct.pack(">I", zlib.crc32(body))
    idat = b"IDAT" + zlib.compress(b"")
    parts += struct.pack(">I", len(idat) - 4), idat, struct.pack(">I", zlib.crc32(idat))
    return np.frombuffer(b"".join(parts), np.uint8)


def test_an_enormous_file_is_an_error_and_a_large_header_no_warning() -> None:
    for read in (decode_file, image_size):
        with pytest.raises(SourceError, match="pixels"):
            read(png_header(60000, 60000))
    assert image_size(png_header(12000, 10000)) == (12000, 10000)  # Pillow would warn


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "PPM"])
def test_a_truncated_file_is_one_line(kind: str) -> None:
    blob = saved(noise(64 * 64 * 3).reshape(64, 64, 3), kind)
    for end in (0, 1, 4, 20, len(blob) // 2):
        with pytest.raises(SourceError, match="encoded image") as error:
            decode_file(blob[:end], f"image/{kind.lower()}")
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"hello", b"\0" * 100, b"%!PS-Adobe-3.0\n%%BoundingBox: 0 0 9 9\n"])
def test_a_file_that_is_no_picture(content: bytes) -> None:
    for read in (decode_file, image_size):
        with pytest.raises(SourceError, match=r"no known kind.*PNG"):
            read(np.frombuffer(content, np.uint8))


def test_the_contents_decide_and_not_the_media_type() -> None:
    np.testing.assert_array_equal(decode_file(saved(RGB, "PNG"), "image/jpeg").pixels, opaque(RGB))


FILES = [
    saved(RGB, "PNG"),
    saved(RGB, "JPEG"),
    saved(palette_image(), "GIF"),
    saved(RGB, "TIFF", tiffinfo={0x0112: 3}),
    saved(RGB, "TIFF", compression="tiff_lzw"),
    saved(RGB, "BMP"),
    saved(RGB, "WEBP"),
    saved(GRAY.astype(np.uint16) * 257, "PNG"),
]


@given(
    which=st.sampled_from(range(len(FILES))),
    changes=st.lists(st.tuples(SEEDS, st.integers(0, 255)), min_size=1, max_size=6),
)
@settings(max_examples=400, deadline=None)
def test_a_damaged_file_is_a_picture_or_a_source_error(which: int, changes: list[tuple[int, int]]) -> None:
    blob = FILES[which].copy()
    for at, value in changes:
        blob[at % min(len(blob), 300)] = value
    with pytest.MonkeyPatch.context() as patch:  # a header that claims millions of pixels only costs time
        patch.setattr(Pillow, "MAX_IMAGE_PIXELS", 10**5)
        result = attempt(decode_file, blob)
    if isinstance(result, str):
        assert "\n" not in result
    else:
        assert image_size(blob) == result.pixels.shape[1::-1]


def test_threads_decode_alike_and_leave_the_warning_filters() -> None:
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(decode_file, FILES * 20))
    for index, decoded in enumerate(results):
        np.testing.assert_array_equal(decoded.pixels, decode_file(FILES[index % len(FILES)]).pixels)
    assert list(warnings.filters) == before


# ---- what the SDK logs ----


def component(archetype: Any, name: str) -> Any:
    batches = {str(batch.component_descriptor()): batch for batch in archetype.as_component_batches()}
    return batches[f"{type(archetype).__name__}:{name}"].as_arrow_array()


def logged(archetype: Any) -> tuple[np.ndarray, ImageFormat]:
    fmt = component(archetype, "format")[0].as_py()
    return component(archetype, "buffer").flatten().to_numpy(), ImageFormat(**fmt)


def test_sdk_colors() -> None:
    np.testing.assert_array_equal(rgba_image(*logged(rr.Image(RGB))).pixels, opaque(RGB))
    np.testing.assert_array_equal(rgba_image(*logged(rr.Image(RGBA))).pixels, RGBA)
    np.testing.assert_array_equal(rgba_image(*logged(rr.Image(GRAY))).pixels, opaque(GRAY))
    np.testing.assert_array_equal(rgba_image(*logged(rr.Image(RGB, "BGR"))).pixels, opaque(RGB[..., ::-1]))
    np.testing.assert_array_equal(rgba_image(*logged(rr.Image(RGBA, "BGRA"))).pixels, RGBA[..., [2, 1, 0, 3]])
    floats = RGB.astype(np.float32) / 255
    np.testing.assert_array_equal(rgba_image(*logged(rr.Image(floats))).pixels, opaque(RGB))


@pytest.mark.parametrize("kind", PixelFormat)
def test_sdk_pixel_formats(kind: PixelFormat) -> None:
    data = noise(yuv_bytes(kind, 6, 4))
    image = rr.Image(bytes=data.tobytes(), width=6, height=4, pixel_format=getattr(rr.PixelFormat, kind.name))
    pixels = rgba_image(*logged(image)).pixels
    if kind in BAYER:
        np.testing.assert_array_equal(pixels, naive_bayer(data.tobytes(), kind, 6, 4))
    else:
        assert_nearest(pixels[..., :3], naive_yuv(data.tobytes(), kind, 6, 4))


@pytest.mark.parametrize("datatype", ChannelDatatype)
def test_sdk_masks(datatype: ChannelDatatype) -> None:
    ids = np.arange(35).reshape(5, 7).astype(datatype.dtype)
    got = id_array(*logged(rr.SegmentationImage(ids)))
    np.testing.assert_array_equal(got, ids)
    assert got.dtype == ids.dtype


def test_sdk_encoded_image() -> None:
    image = rr.EncodedImage(contents=saved(RGB, "PNG").tobytes(), media_type="image/png")
    blob = component(image, "blob").flatten().to_numpy()
    np.testing.assert_array_equal(decode_file(blob, "image/png").pixels, opaque(RGB))


def test_triples_are_a_view_unless_that_keeps_much_else_in_memory() -> None:
    chunk = np.zeros((10, 4, 5, 3), np.uint8)  # ten pictures that were logged at once
    assert not np.shares_memory(Triples(chunk[3]).values, chunk)
    alone = chunk[3].copy()
    triples = Triples(alone)
    assert np.shares_memory(triples.values, alone)
    assert triples.pixels is triples.pixels
    assert triples.pixels[0, 0].tolist() == [0, 0, 0, 255]
