"""Each kernel of render/kernels/colors.py against its slow twin, and `bz.colorize` on everything of SEMANTICS §4."""

from __future__ import annotations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import blazon as bz
from blazon.ingest import colors as ingested
from blazon.ingest.annotations import AnnotationContext
from blazon.render.class_choices import EVERYTHING, ClassChoices
from blazon.render.kernels import colors as kernels
from blazon.render.kernels.colors import count_ids
from blazon.render.styles import Styles, make_table
from tests import naive
from tests.render.strategies import FLOATS, INTEGERS, contexts, few_ids, floats, integers, listed_ids

KNOWN = {
    0: (188, 77, 77),
    1: (77, 123, 188),
    2: (154, 188, 77),
    3: (188, 77, 178),
    4: (77, 188, 175),
    5: (188, 150, 77),
    10: (182, 188, 77),
    255: (77, 137, 188),
}
IDS = np.array([[0, 1, 2, 3], [4, 5, 10, 255]])
LIMITS = [0, 1, 127, 128, 255, 256, 32767, 32768, 65534, 65535, 65536, 65537, 70000, 2**31, 2**32 - 1]
CONTEXT = AnnotationContext([(id_, f"class {id_}", (id_ % 256, i, 7, 250 - i)) for i, id_ in enumerate(LIMITS)])


def word(color: naive.Color) -> int:
    return int.from_bytes(bytes(color), "little")


def colors_of(words: np.ndarray) -> list[naive.Color]:
    return [tuple(each) for each in np.ascontiguousarray(words).view(np.uint8).reshape(-1, 4).tolist()]


def names(dtype: np.dtype) -> str:
    return dtype.name


# --- §3: automatic colours


@pytest.mark.parametrize(("id_", "rgb"), KNOWN.items())
def test_known_automatic_colors_of_section_3(id_: int, rgb: tuple[int, int, int]) -> None:
    assert naive.auto(id_) == (*rgb, 255)
    assert tuple(bz.colorize(np.array([[id_]]))[0, 0]) == (*rgb, 255)


@given(st.lists(listed_ids, min_size=1, max_size=30))
def test_numpy_and_the_twin_agree_on_automatic_colors(ids: list[int]) -> None:
    assert [tuple(each) for each in ingested.auto_colors(np.array(ids, np.uint64)).tolist()] == list(
        map(naive.auto, ids)
    )


def test_the_dense_table_is_the_twin_s() -> None:
    table = Styles().table(None, EVERYTHING)
    step = np.arange(0, kernels.DENSE_IDS, 97)
    assert colors_of(table.dense[step]) == [naive.auto(int(id_)) for id_ in step]


# --- the kernels


@given(integers(np.dtype("u1")), st.integers(0, 2**32 - 1))
def test_lookup_u8(ids: np.ndarray, seed: int) -> None:
    table = np.random.default_rng(seed).integers(0, 2**32, 256, np.uint32)
    out = np.full(ids.size, 0xDEADBEEF, np.uint32)
    kernels.lookup(ids.reshape(-1), table, out)
    assert out.tolist() == [table[id_] for id_ in ids.reshape(-1).tolist()]


@given(integers(np.dtype("u2")), st.integers(0, 2**32 - 1))
def test_lookup_u16(ids: np.ndarray, seed: int) -> None:
    table = np.random.default_rng(seed).integers(0, 2**32, 65536, np.uint32)
    out = np.full(ids.size, 0xDEADBEEF, np.uint32)
    kernels.lookup(ids.reshape(-1), table, out)
    assert out.tolist() == [table[id_] for id_ in ids.reshape(-1).tolist()]


@pytest.mark.parametrize("dtype", [np.dtype("u1"), np.dtype("u2")], ids=names)
@pytest.mark.parametrize("odd_one", range(16))
def test_one_odd_id_among_equal_neighbours_is_seen(dtype: np.dtype, odd_one: int) -> None:
    ids = np.full((1, 16), 7, dtype)
    ids[0, odd_one] = 8
    np.testing.assert_array_equal(bz.colorize(ids), naive.colorize(ids, None))


@pytest.mark.parametrize("dtype", [each for each in INTEGERS if each.itemsize > 2], ids=names)
@given(st.data())
def test_lookup_wide(dtype: np.dtype, data: st.DataObject) -> None:
    ids, context = data.draw(integers(dtype)).reshape(-1), data.draw(contexts())
    table = make_table(context, EVERYTHING)
    out = np.full(ids.size, 0xDEADBEEF, np.uint32)
    negative = kernels.lookup_wide(ids, table.dense, table.keys, table.colors, out)
    assert colors_of(out) == [tuple(each) for each in naive.colorize(ids, context).tolist()]
    assert negative == sum(id_ < 0 for id_ in ids.tolist())


@pytest.mark.parametrize("dtype", FLOATS[1:], ids=names)
@given(st.data())
def test_round_ids(dtype: np.dtype, data: st.DataObject) -> None:
    ids = data.draw(floats(dtype)).reshape(-1)
    out = np.full(ids.size, 99, np.int64)
    kernels.round_ids(ids, out)
    classes = [naive.class_of(each) for each in ids]
    assert out.tolist() == [-1 if each is None else each for each in classes]


@given(
    contexts(),
    st.lists(few_ids, min_size=1, max_size=12),
    st.lists(few_ids, max_size=12),
    st.integers(0, 12),
)
def test_color_instances(context: AnnotationContext, class_ids: list[int], keypoint_ids: list[int], n: int) -> None:
    """Of a context that lists a class, an id twice, or neither; shorter ids repeat."""
    table = make_table(context, EVERYTHING)
    out = np.full(n, 0xDEADBEEF, np.uint32)
    kernels.color_instances(
        np.array(class_ids, np.uint32),
        np.array(keypoint_ids, np.uint32),
        table.dense,
        table.keys,
        table.colors,
        table.keypoint_keys,
        table.keypoint_colors,
        out,
    )
    assert colors_of(out) == naive.color_instances(class_ids, keypoint_ids, context, n)


# --- masks, whole


@pytest.mark.parametrize("dtype", INTEGERS, ids=names)
@given(st.data())
def test_integer_masks(dtype: np.dtype, data: st.DataObject) -> None:
    ids, context = data.draw(integers(dtype)), data.draw(contexts())
    if ids.size:
        np.testing.assert_array_equal(bz.colorize(ids, context), naive.colorize(ids, context))


@pytest.mark.parametrize("dtype", FLOATS, ids=names)
@given(st.data())
def test_float_masks(dtype: np.dtype, data: st.DataObject) -> None:
    ids, context = data.draw(floats(dtype)), data.draw(contexts())
    if ids.size:
        np.testing.assert_array_equal(bz.colorize(ids, context), naive.colorize(ids, context))


@pytest.mark.parametrize("dtype", [*INTEGERS, *FLOATS], ids=names)
@given(st.data())
def test_filtered_masks(dtype: np.dtype, data: st.DataObject) -> None:
    """`hide` and `only`, by id and by label; what is negative or NaN stays transparent, and is counted."""
    chosen = st.frozensets(few_ids | st.sampled_from(["a", "b"]), max_size=3)
    hide, only = data.draw(chosen), data.draw(chosen)
    context = data.draw(contexts())
    ids = data.draw(floats(dtype) if dtype.kind == "f" else integers(dtype))
    pixels, invalid = make_table(context, ClassChoices(hide, only)).color_image(ids)
    np.testing.assert_array_equal(pixels, naive.colorize(ids, context, hide, only))
    assert invalid == sum(naive.class_of(each) is None for each in ids.reshape(-1))


def test_large_masks_are_looked_up_in_slices_that_meet() -> None:
    """A megapixel is split over threads; every pixel of the seams is there."""
    for dtype in (np.uint8, np.uint16, np.int32, np.float32):
        ids = (np.arange(1021 * 1031) % 251).reshape(1021, 1031).astype(dtype)
        expected = naive.colorize(np.arange(251, dtype=np.uint8), CONTEXT)[ids.astype(int)]
        np.testing.assert_array_equal(bz.colorize(ids, CONTEXT), expected)


# --- bz.colorize


@pytest.mark.parametrize("dtype", [*INTEGERS, *FLOATS], ids=names)
def test_colorize_takes_every_dtype_of_section_4(dtype: np.dtype) -> None:
    ids = IDS.clip(max=127).astype(dtype)
    out = bz.colorize(ids, CONTEXT)
    assert (out.shape, out.dtype) == ((2, 4, 4), np.uint8)
    np.testing.assert_array_equal(out, naive.colorize(ids, CONTEXT))


@pytest.mark.parametrize("dtype", [np.dtype(">u2"), np.dtype(">i4"), np.dtype(">f8")], ids=str)
def test_colorize_takes_foreign_byte_orders(dtype: np.dtype) -> None:
    np.testing.assert_array_equal(bz.colorize(IDS.astype(dtype)), naive.colorize(IDS, None))


@pytest.mark.parametrize("dtype", ["u4", "u8", "i4", "i8", "f4", "f8"])
def test_colorize_is_exact_above_65535(dtype: str) -> None:
    ids = np.array([[65535, 65536, 65537, 70000, 131072]], dtype)
    out = bz.colorize(ids, CONTEXT)
    np.testing.assert_array_equal(out, naive.colorize(ids, CONTEXT))
    assert tuple(out[0, 3]) == (70000 % 256, 12, 7, 238)


@pytest.mark.parametrize("id_", [2**31, 2**32 - 1, 2**32, 2**53 + 1, 2**63, 15 * 10**18, 2**64 - 1])
def test_colorize_takes_ids_of_64_bits(id_: int) -> None:
    """§4: every id is drawn, whatever its size."""
    ids = np.array([[id_]], np.uint64)
    np.testing.assert_array_equal(bz.colorize(ids), naive.colorize(ids, None))


def test_colorize_keeps_wide_ids_apart_from_their_low_bits() -> None:
    """Nothing wraps: 2^32 + 1 is not class 1, nor is 65537."""
    context = AnnotationContext([(1, "one", (255, 0, 0))])
    out = bz.colorize(np.array([[1, 65537, 2**32 + 1]], np.uint64), context)
    assert [tuple(each) for each in out[0]] == [(255, 0, 0, 255), naive.auto(65537), naive.auto(2**32 + 1)]


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64])
def test_negative_ids_are_transparent(dtype: type) -> None:
    out = bz.colorize(np.array([[-1, 1, np.iinfo(dtype).min]], dtype))
    assert [tuple(each) for each in out[0]] == [naive.CLEAR, naive.auto(1), naive.CLEAR]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_round_to_the_nearest(dtype: type) -> None:
    out = bz.colorize(np.array([[0.4, 0.6, 1.4, 2.75, np.nan, -1, -np.inf]], dtype))
    expected = [naive.auto(id_) for id_ in (0, 1, 1, 3)] + [naive.CLEAR] * 3
    assert [tuple(each) for each in out[0]] == expected


@pytest.mark.parametrize(
    "shape",
    [
        (2, 4),
        (1, 2, 4),
        (2, 4, 1),
        (1, 2, 4, 1),
        (1, 1, 2, 4, 1, 1),
    ],
)
def test_axes_of_length_1_are_dropped(shape: tuple[int, ...]) -> None:
    np.testing.assert_array_equal(bz.colorize(IDS.reshape(shape)), bz.colorize(IDS))


@pytest.mark.parametrize("shape", [(1, 8), (8, 1), (1, 1, 8), (8, 1, 1), (1, 8, 1)])
def test_images_one_pixel_high_or_wide_stay_images(shape: tuple[int, ...]) -> None:
    out = bz.colorize(IDS.reshape(shape))
    np.testing.assert_array_equal(out.reshape(-1, 4), bz.colorize(IDS).reshape(-1, 4))
    assert out.ndim == 3


@pytest.mark.parametrize("shape", [(8,), (2, 2, 2), (2, 4, 3), (1, 2, 2, 2), ()])
def test_more_channels_or_fewer_axes_are_a_clear_error(shape: tuple[int, ...]) -> None:
    with pytest.raises(bz.ShapeError, match="shape"):
        bz.colorize(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("dtype", [bool, complex, np.complex64, "U3", "datetime64[s]", object])
def test_what_is_no_number_is_a_clear_error(dtype: object) -> None:
    with pytest.raises(bz.DtypeError, match="dtype"):
        bz.colorize(np.zeros((2, 2), dtype))


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0)])
def test_colorize_of_no_pixels_is_no_pixels(shape: tuple[int, int]) -> None:
    assert bz.colorize(np.zeros(shape, np.uint8)).shape == (*shape, 4)


@pytest.mark.parametrize(
    "view",
    [
        lambda ids: ids[::2],
        lambda ids: ids[:, ::3],
        lambda ids: ids[::-1, ::-1],
        lambda ids: ids.T,
        np.asfortranarray,
        lambda ids: np.stack([ids, ids], axis=2)[:, :, 1],
        lambda ids: np.broadcast_to(ids[:1], ids.shape),
    ],
    ids=["rows", "columns", "reversed", "transposed", "fortran", "channel", "broadcast"],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint32, np.float32])
def test_memory_need_not_be_contiguous(view, dtype: type) -> None:
    ids = view(np.arange(15 * 21).reshape(15, 21).astype(dtype))
    np.testing.assert_array_equal(bz.colorize(ids), naive.colorize(np.ascontiguousarray(ids), None))


def test_memory_may_be_read_only_and_is_left_alone() -> None:
    ids = np.arange(64, dtype=np.uint8).reshape(8, 8)
    ids.setflags(write=False)
    out = bz.colorize(ids)
    out[:] = 0  # the caller's own
    np.testing.assert_array_equal(bz.colorize(ids), naive.colorize(ids, None))


def test_lists_are_images_too() -> None:
    np.testing.assert_array_equal(bz.colorize(IDS.tolist()), bz.colorize(IDS))


def test_a_context_may_be_given_as_a_list() -> None:
    assert tuple(bz.colorize([[1]], [(1, "one", (9, 8, 7, 6))])[0, 0]) == (9, 8, 7, 6)


def test_without_a_context_all_colors_are_automatic() -> None:
    np.testing.assert_array_equal(bz.colorize(IDS), bz.colorize(IDS, []))


def test_class_0_is_drawn_unless_its_alpha_is_0() -> None:
    assert bz.colorize([[0]])[0, 0, 3] == 255
    assert bz.colorize([[0]], [(0, "nothing", (0, 0, 0, 0))])[0, 0, 3] == 0


@given(hnp.arrays(st.sampled_from([np.uint8, np.uint16]), st.tuples(st.integers(0, 4), st.integers(0, 9))), st.data())
def test_count_ids(ids: np.ndarray, data: st.DataObject) -> None:
    """Of a part of an image as well, whose rows do not lie side by side."""
    part = ids[:, data.draw(st.integers(0, ids.shape[1])) :]
    counts = np.zeros(256**ids.dtype.itemsize, np.int64)
    count_ids(part, counts)
    assert np.array_equal(counts, np.bincount(part.reshape(-1), minlength=len(counts)))
