"""SEMANTICS §4: segmentation images, their opacity, and blending."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from tests import naive
from tests.pictures import (
    BACKGROUND,
    BLUE,
    HEIGHT,
    RED,
    WHITE,
    WIDTH,
    Draw,
    assert_near,
    disc,
    flat_image,
    is_empty,
    logged,
    mask,
    pixel,
)

DTYPES = ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"]
STRIPES = np.repeat(np.arange(WIDTH)[None] % 12, HEIGHT, axis=0)
GREY = (100, 100, 100, 255)
IS_RED = bz.AnnotationContext([(1, "red", RED)])


# --- types and shapes


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_is_drawn(draw: Draw, dtype: str) -> None:
    """§4: u8 u16 u32 u64 i8 i16 i32 i64 f16 f32 f64."""
    np.testing.assert_array_equal(draw({"m": bz.SegmentationImage(STRIPES.astype(dtype))}), bz.colorize(STRIPES))


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_of_the_sdk_is_drawn(from_sdk: Callable[..., bz.Recording], draw: Draw, dtype: str) -> None:
    """§4: the same through the wire."""
    rec = from_sdk(lambda stream: stream.log("m", rr.SegmentationImage(STRIPES.astype(dtype))))
    np.testing.assert_array_equal(draw(rec), bz.colorize(STRIPES))


@pytest.mark.parametrize("shape", [(1, HEIGHT, WIDTH), (HEIGHT, WIDTH, 1), (1, 1, HEIGHT, WIDTH, 1)])
def test_axes_of_length_1_are_dropped(draw: Draw, shape: tuple[int, ...]) -> None:
    """§4: leading or trailing axes of length 1."""
    picture = draw({"m": bz.SegmentationImage(STRIPES.reshape(shape))})
    np.testing.assert_array_equal(picture, bz.colorize(STRIPES))


@pytest.mark.parametrize("shape", [(HEIGHT, WIDTH, 3), (2, HEIGHT, WIDTH), (5,), ()])
def test_more_channels_are_a_clear_error(shape: tuple[int, ...]) -> None:
    """§4: more channels."""
    with pytest.raises(bz.ShapeError, match=r"shape .*\(h, w\)"):
        bz.SegmentationImage(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("dtype", [bool, complex])
def test_bool_is_a_clear_error(dtype: type) -> None:
    """§4: Bool."""
    with pytest.raises(bz.DtypeError, match=dtype.__name__):
        bz.SegmentationImage(np.zeros((4, 4), dtype))


# --- colours


def test_every_id_is_drawn_listed_or_not(draw: Draw) -> None:
    """§4: context colour, else auto."""
    picture = draw({"m": [mask(STRIPES), IS_RED]})
    assert [pixel(picture, x, 5) for x in (0, 1, 2)] == [naive.auto(0), RED, naive.auto(2)]


def test_class_0_is_not_transparent(draw: Draw) -> None:
    """§4: unless its colour has alpha 0."""
    assert pixel(draw({"m": mask(0)}), 5, 5) == naive.auto(0)
    assert pixel(draw({"m": [mask(0), bz.AnnotationContext([(0, "background")])]}), 5, 5) == naive.auto(0)


def test_a_class_of_alpha_0_is_transparent(draw: Draw) -> None:
    """§4: its colour has alpha 0."""
    assert is_empty(draw({"m": [mask(0), bz.AnnotationContext([(0, "nothing", (255, 255, 255, 0))])]}))


def test_a_translucent_class_shows_what_is_below(draw: Draw) -> None:
    """§4: blending with straight alpha."""
    context = bz.AnnotationContext([(1, None, (255, 0, 0, 64))])
    picture = draw({"i": flat_image(GREY), "m": [mask(1, opacity=1), context]})
    assert_near(pixel(picture, 5, 5), naive.blend((255, 0, 0, 64), GREY))


@pytest.mark.parametrize(
    ("dtype", "id_"),
    [("u2", 32768), ("u2", 65535), ("u4", 65536), ("i4", 70000), ("u4", 2**32 - 1), ("u8", 2**32 - 1), ("f8", 70001)],
)
def test_lookup_is_exact_whatever_the_id_s_size(draw: Draw, dtype: str, id_: int) -> None:
    """§4: exact integer lookup; its neighbours are others."""
    context = bz.AnnotationContext([(id_ - 1, "below", BLUE), (id_, "it", RED)])
    picture = draw({"m": [mask(np.full((HEIGHT, WIDTH), id_, dtype)), context]})
    assert pixel(picture, 5, 5) == RED


def test_a_full_table_of_16_bits(draw: Draw) -> None:
    """§4: each of 65536 ids has its own colour, listed or not."""
    ids = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    context = bz.AnnotationContext([(id_, None, (id_ >> 8, id_ & 255, 9)) for id_ in range(0, 65536, 64)])
    picture = draw({"m": [mask(ids), context]}, size=(256, 256), bounds=None)
    np.testing.assert_array_equal(picture, bz.colorize(ids, context))
    rows, columns = np.divmod(np.arange(0, 65536, 64), 256)
    np.testing.assert_array_equal(picture[rows, columns, :2], np.stack([rows, columns], axis=1))


def test_floats_round_to_the_nearest(draw: Draw) -> None:
    """§4: floats."""
    for value, id_ in ((0.6, 1), (1.4, 1), (1.75, 2)):
        assert pixel(draw({"m": mask(np.full((HEIGHT, WIDTH), value, np.float32))}), 5, 5) == naive.auto(id_)


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "f2", "f4", "f8"])
def test_negative_is_transparent_with_one_warning(screen: Callable[..., bz.Offscreen], dtype: str) -> None:
    """§4: negative or NaN: transparent, with one warning for the entity."""
    ids = np.full((HEIGHT, WIDTH), 1, dtype)
    ids[0, :3] = [-1, -2, -100]
    if dtype[0] == "f":
        ids[0, 3] = np.nan
    rec = logged({"a/m": mask(ids)})
    one = screen()
    with pytest.warns(bz.BlazonWarning, match="/a/m") as told:
        picture = one.render(rec)
    assert len(told) == 1
    assert str(3 + (dtype[0] == "f")) in str(told[0].message)  # counted
    np.testing.assert_array_equal(picture, naive.colorize(ids, None) + (ids != 1)[..., None] * np.uint8(BACKGROUND))
    one.render(rec)  # and not again


def test_masks_are_sampled_at_one_id(draw: Draw) -> None:
    """§4: nearest filtering, no smoothing of ids: enlarged, reduced, or at an odd scale."""
    ids = np.random.default_rng(1).integers(0, 9, (HEIGHT, WIDTH))
    known = {naive.auto(id_) for id_ in range(9)} | {BACKGROUND}
    for size in ((WIDTH * 2, HEIGHT * 2), (100, 75), (40, 30), (16, 12), (7, 5)):
        picture = draw({"m": mask(ids)}, size=size)
        assert {tuple(each) for each in picture.reshape(-1, 4).tolist()} <= known


def test_enlarged_pixels_are_rectangles(draw: Draw) -> None:
    """§4: nearest filtering: at a scale of 3 each id is 3 x 3 pixels."""
    ids = np.random.default_rng(2).integers(0, 9, (HEIGHT, WIDTH))
    picture = draw({"m": mask(ids)}, size=(3 * WIDTH, 3 * HEIGHT))
    np.testing.assert_array_equal(picture, bz.colorize(ids).repeat(3, axis=0).repeat(3, axis=1))


# --- opacity


def encoded(color: naive.Color) -> bz.EncodedImage:
    """A PNG over the whole picture."""
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.new("RGBA", (WIDTH, HEIGHT), color).save(file, "png")
    return bz.EncodedImage(contents=file.getvalue())


def test_opacity_is_1_without_an_image(draw: Draw) -> None:
    """§4: opacity default: else 1.0."""
    assert pixel(draw({"m": [mask(1), IS_RED], "p": disc(50, 40)}), 5, 5) == RED


@pytest.mark.parametrize("image", [flat_image(GREY), encoded(GREY)], ids=["Image", "EncodedImage"])
def test_opacity_is_a_half_over_a_color_image(draw: Draw, image: Any) -> None:
    """§4: 0.5 where the view has a colour image; red over (100, 100, 100) gives (198, 72, 72)."""
    assert pixel(draw({"a/m": [mask(1), IS_RED], "a/i": image}), 5, 5) == (198, 72, 72, 255)


def test_opacity_is_a_half_wherever_the_image_lies(draw: Draw) -> None:
    """§4: the view *has* an image: one that ends before the mask does, or lies over it, counts."""
    small = bz.Image(np.full((4, 4, 3), 100, np.uint8))
    picture = draw({"a/m": [mask(1), IS_RED], "a/i": small}, view="a")
    assert pixel(picture, 2, 2) == (198, 72, 72, 255)
    assert_near(pixel(picture, 40, 40), naive.blend(RED, BACKGROUND, 0.5))


def over_depth(thing: Any, path: str) -> Callable[[rr.RecordingStream], None]:
    """A program that logs a thing over a depth image, in one view."""

    def log(stream: rr.RecordingStream) -> None:
        stream.log("a", rr.AnnotationContext([(1, "red", (255, 0, 0))]), static=True)
        stream.log("a/depth", rr.DepthImage(np.full((HEIGHT, WIDTH), 1000, np.uint16), meter=1000))
        stream.log(path, thing)

    return log


def test_opacity_is_a_half_over_a_depth_image(from_sdk: Callable[..., bz.Recording], draw: Draw) -> None:
    """§4: 0.5 where the view has a colour or depth image."""
    ids = np.ones((HEIGHT, WIDTH), np.uint8)
    default, half = (
        draw(from_sdk(over_depth(rr.SegmentationImage(ids, opacity=opacity), "a/mask"))) for opacity in (None, 0.5)
    )
    np.testing.assert_array_equal(default, half)


def test_a_color_image_over_a_depth_image_is_half_opaque_too(from_sdk: Callable[..., bz.Recording], draw: Draw) -> None:
    """§4: a colour image over a depth image likewise has 0.5 by default."""
    red = np.full((HEIGHT, WIDTH, 3), (255, 0, 0), np.uint8)
    default, half = (draw(from_sdk(over_depth(rr.Image(red, opacity=opacity), "a/rgb"))) for opacity in (None, 0.5))
    np.testing.assert_array_equal(default, half)


def test_a_color_image_alone_is_opaque(draw: Draw) -> None:
    """§4: only over a depth image; a mask does not count."""
    assert pixel(draw({"i": flat_image(GREY)}), 5, 5) == GREY
    assert (
        pixel(draw({"a/i": flat_image(GREY), "a/m": [mask(0), bz.AnnotationContext([(0, None, (0, 0, 0, 0))])]}), 5, 5)
        == GREY
    )


def test_the_image_has_to_be_there_at_that_time(draw: Draw) -> None:
    """§4: at that time: before it is logged, and after it is cleared, the mask is opaque."""
    rec = logged({"a": IS_RED, "a/m": mask(1)})
    logged({"a/i": flat_image(GREY)}, rec, frame=1)
    logged({"a/i": bz.Clear(recursive=False)}, rec, frame=2)
    colors = [pixel(draw(rec, at=("frame", frame)), 5, 5) for frame in (0, 1, 2)]
    assert colors == [RED, (198, 72, 72, 255), RED]


def test_the_image_has_to_be_in_the_view(draw: Draw) -> None:
    """§4: the view has an image; another view's does not count."""
    rec = {"a": IS_RED, "a/m": mask(1), "b/i": flat_image(GREY)}
    assert pixel(draw(rec, view="a"), 5, 5) == RED
    assert pixel(draw(rec, view="/"), 5, 5) == (198, 72, 72, 255)


@pytest.mark.parametrize(("given", "shown"), [(1.0, 1.0), (0.25, 0.25), (0.0, 0.0), (7.0, 1.0), (-3.0, 0.0)])
@pytest.mark.parametrize("over", [True, False], ids=["over an image", "alone"])
def test_opacity_is_clamped(draw: Draw, given: float, shown: float, over: bool) -> None:
    """§4: clamped to 0…1, with or without an image."""
    things: dict[str, Any] = {"a/m": [mask(1, opacity=given), IS_RED]}
    if over:
        things["a/i"] = flat_image(GREY)
    assert_near(pixel(draw(things), 5, 5), naive.blend(RED, GREY if over else BACKGROUND, shown))


@pytest.mark.parametrize(("given", "shown"), [(0.25, 0.25), (7.0, 1.0), (-3.0, 0.0)])
def test_opacity_of_images_is_clamped_too(draw: Draw, given: float, shown: float) -> None:
    """§4: images as masks."""
    assert_near(pixel(draw({"i": flat_image(WHITE, opacity=given)}), 5, 5), naive.blend(WHITE, BACKGROUND, shown))


def test_opacity_is_clamped_before_it_multiplies(draw: Draw) -> None:
    """§4: clamped to 0…1: seven times opaque does not make a translucent class opaque, nor less than none a hole."""
    context = bz.AnnotationContext([(1, None, (255, 0, 0, 128))])
    found = pixel(draw({"m": [mask(1, opacity=7), context]}), 5, 5)
    assert_near(found, naive.blend((255, 0, 0, 128), BACKGROUND))
    picture = draw({"m": [mask(1, opacity=-3), context]}, background=(0, 0, 255, 128))
    assert_near(pixel(picture, 5, 5), (0, 0, 255, 128))


def test_opacity_multiplies_the_alpha_of_the_class(draw: Draw) -> None:
    """§4: blending with straight alpha."""
    context = bz.AnnotationContext([(1, None, (0, 0, 255, 128))])
    found = pixel(draw({"m": [mask(1, opacity=0.5), context]}), 5, 5)
    assert_near(found, naive.blend((0, 0, 255, 128), BACKGROUND, 0.5))


def test_several_masks_lie_over_each_other(draw: Draw) -> None:
    """§4: any number of masks in one view, each with the default opacity."""
    context = bz.AnnotationContext([(1, None, RED), (2, None, BLUE)])
    picture = draw({"a": context, "a/0": flat_image(GREY), "a/1": mask(1), "a/2": mask(2)})
    assert_near(pixel(picture, 5, 5), naive.blend(BLUE, naive.blend(RED, GREY, 0.5), 0.5))


# --- blending


@pytest.mark.parametrize(
    "color", [(0, 0, 0), (1, 2, 3), (13, 16, 17), (100, 100, 100), (127, 128, 129), (254, 255, 0), (255, 255, 255)]
)
def test_opaque_colors_come_out_exactly(draw: Draw, color: tuple[int, int, int]) -> None:
    """§4: opaque colours come out exactly as given; of masks, images, points, boxes and lines."""
    context = bz.AnnotationContext([(1, None, color)])
    exact = (*color, 255)
    assert pixel(draw({"m": [mask(1), context]}), 5, 5) == exact
    assert pixel(draw({"i": flat_image(exact)}), 5, 5) == exact
    assert pixel(draw({"p": disc(10, 10, colors=color)}), 10, 10) == exact
    assert pixel(draw({"b": bz.Boxes2D(half_sizes=[[10.5, 9.5]], colors=color)}), 10, 3) == exact
    assert pixel(draw({"l": bz.LineStrips2D([[[0, 5.5], [60, 5.5]]], colors=color)}), 30, 5) == exact


def test_all_opaque_greys_come_out_exactly(draw: Draw) -> None:
    """§4: every level of a channel, through the encoding and back."""
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    context = bz.AnnotationContext([(i, None, (i, 255 - i, (7 * i) % 256)) for i in range(256)])
    picture = draw({"m": [mask(levels), context]}, size=(16, 16), bounds=None)
    np.testing.assert_array_equal(picture[..., 0], levels)
    np.testing.assert_array_equal(picture[..., 1], 255 - levels)
    np.testing.assert_array_equal(picture[..., 2], (7 * levels.astype(int)) % 256)


@pytest.mark.parametrize("opacity", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("over", [RED, WHITE, (30, 60, 90, 255)], ids=str)
def test_everything_blends_in_linear_light(draw: Draw, over: naive.Color, opacity: float) -> None:
    """§4: blending, of images and of everything else, happens in linear light with straight alpha."""
    alpha = round(opacity * 255)
    expected = naive.blend((*over[:3], alpha), GREY)
    translucent = (*over[:3], alpha)
    things = {
        "p": disc(10, 10, colors=translucent),
        "b": bz.Boxes2D(centers=[[30.5, 10.5]], half_sizes=[[5, 5]], colors=translucent),
        "l": bz.LineStrips2D([[[5, 40.5], [60, 40.5]]], colors=translucent),
    }
    picture = draw({"i": flat_image(GREY), **things})
    for where in ((10, 10), (25, 10), (30, 40)):
        assert_near(pixel(picture, *where), expected)
    context = bz.AnnotationContext([(1, None, over)])
    picture = draw({"a/i": flat_image(GREY), "a/m": [mask(1, opacity=alpha / 255), context]})
    assert_near(pixel(picture, 5, 5), expected)


def test_translucent_images_blend(draw: Draw) -> None:
    """§4: straight alpha of an RGBA image."""
    assert_near(pixel(draw({"i": flat_image((255, 0, 0, 64))}), 5, 5), naive.blend((255, 0, 0, 64), BACKGROUND))
