"""DESIGN, "2D views", "Views by default", `--view`, `--bounds`, `--background`, `--at`, and sequences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rerun as rr
from hypothesis import given
from hypothesis import strategies as st

import blazon as bz
from blazon.render.cameras import Bounds, Camera2D, Viewport
from blazon.render.views import default_views
from tests import naive
from tests.pictures import (
    BACKGROUND,
    BLUE,
    GREEN,
    HEIGHT,
    RED,
    WHITE,
    WIDTH,
    Draw,
    assert_near,
    differs,
    disc,
    extent,
    is_empty,
    logged,
    mask,
    pixel,
)

Screen = Callable[..., bz.Offscreen]


def ids(width: int, height: int, id_: int = 1) -> bz.SegmentationImage:
    return bz.SegmentationImage(np.full((height, width), id_, np.uint8))


def image(width: int, height: int, color: naive.Color = RED) -> bz.Image:
    return bz.Image(np.full((height, width, 3), color[:3], np.uint8))


def depth(width: int, height: int) -> bz.DepthImage:
    return bz.DepthImage(np.ones((height, width), np.uint16))


def roots(things: dict[str, Any] | bz.Recording) -> list[tuple[str, list[str]]]:
    """The default views of a recording: the root of each, and what lies in it."""
    rec = things if isinstance(things, bz.Recording) else logged(things)
    views = default_views(rec, rec.default_timeline())
    return [(str(view.root), [str(entity) for entity in view.entities]) for view in views]


# --- the plane


def test_x_goes_right_and_y_down(draw: Draw) -> None:
    """DESIGN, 2D views: x to the right, y down."""
    picture = draw({"p": bz.Points2D([[10, 5], [50, 40]], radii=3, colors=[RED, GREEN])})
    assert [pixel(picture, 10, 5), pixel(picture, 50, 40)] == [RED, GREEN]


def test_pixel_i_j_covers_its_square(draw: Draw) -> None:
    """Pixel (i, j) of an image covers [j, j+1) × [i, i+1): a rect around it meets it exactly."""
    array = np.zeros((HEIGHT, WIDTH), np.uint8)
    array[30, 20] = 1
    context = bz.AnnotationContext([(0, None, (0, 0, 0, 0)), (1, None, RED)])
    picture = draw({"m": [mask(array), context]}, size=(4 * WIDTH, 4 * HEIGHT))
    assert extent(picture) == (80, 120, 84, 124)
    blot = bz.Boxes2D(centers=[[20.5, 30.5]], half_sizes=[[0, 0]], radii=0.5, colors=RED)
    np.testing.assert_array_equal(picture, draw({"b": blot}, size=(4 * WIDTH, 4 * HEIGHT)))


sizes = st.integers(1, 300)
extents = st.floats(0.01, 1000)
corners = st.floats(-500, 500)


@given(corners, corners, extents, extents, sizes, sizes, st.tuples(corners, corners))
def test_the_camera_is_the_twin_s(x0, y0, width, height, w, h, point) -> None:
    """Equal scale, centred, never stretched; at whole scales the corner lies on a whole pixel, half a pixel away."""
    bounds = Bounds(x0, y0, x0 + width, y0 + height)
    camera = Camera2D.fit(bounds, Viewport(0, 0, w, h))
    expected = naive.project(point, (bounds.x0, bounds.y0, bounds.x1, bounds.y1), (w, h))
    found = [camera.origin_px[i] + point[i] * camera.px_per_unit for i in (0, 1)]
    scale = camera.px_per_unit
    near = (0.5 if scale == round(scale) else 0) + 1e-6 * max(1, scale) * 1000
    assert found == pytest.approx(expected, abs=near)


# --- bounds


@pytest.mark.parametrize("size", [(64, 48), (1, 1), (7, 5), (33, 100)])
def test_at_the_size_of_the_bounds_a_unit_is_a_pixel(draw: Draw, size: tuple[int, int]) -> None:
    """When `--size` equals the bounds, a segmentation pixel has exactly its class's colour."""
    array = np.random.default_rng(3).integers(0, 70000, (size[1], size[0]))
    for look in ({"bounds": None}, {"bounds": (0, 0, *size)}):
        np.testing.assert_array_equal(draw({"m": mask(array)}, size=size, **look), bz.colorize(array))


def test_parts_of_an_image_are_not_blurred(draw: Draw) -> None:
    """Bounds that lie elsewhere, of the picture's size: whole and half units."""
    array = np.random.default_rng(4).integers(0, 200, (48, 64))
    part = draw({"m": mask(array)}, size=(20, 10), bounds=(5, 7, 25, 17))
    np.testing.assert_array_equal(part, bz.colorize(array[7:17, 5:25]))
    colors = np.random.default_rng(5).integers(0, 255, (48, 64, 3), np.uint8)
    np.testing.assert_array_equal(
        draw({"i": bz.Image(colors)}, size=(20, 10), bounds=(5, 7, 25, 17))[..., :3], colors[7:17, 5:25]
    )


def test_default_bounds_are_the_images(draw: Draw) -> None:
    """The union of the images' rectangles; points outside do not count."""
    rec = {"a/m": mask(1), "a/p": bz.Points2D([[-500, 300]])}
    np.testing.assert_array_equal(draw(rec, bounds=None), draw({"a/m": mask(1)}))


def test_images_of_several_sizes_in_one_view(draw: Draw) -> None:
    """The union: `--view` puts them together."""
    rec = {"a/m": ids(20, 48), "b/m": ids(64, 10)}
    picture = draw(rec, bounds=None, view="/")
    np.testing.assert_array_equal(picture, draw(rec, view="/"))


CONTENT = [
    bz.Points2D([[0, 0], [100, 50], [30, 20]]),
    bz.Boxes2D(mins=[[0, 0], [60, 30]], sizes=[[10, 10], [40, 20]]),
    bz.LineStrips2D([[[0, 50], [100, 0]]]),
]


@pytest.mark.parametrize("thing", CONTENT, ids=["points", "boxes", "lines"])
def test_default_bounds_are_the_content_with_a_margin(draw: Draw, thing: Any) -> None:
    """Else the content's bounding box with 5 % around it: on each side, of its size along each axis."""
    picture = draw({"p": thing}, size=(220, 110), bounds=None)
    expected = draw({"p": thing}, size=(220, 110), bounds=(-5, -2.5, 105, 52.5))
    np.testing.assert_array_equal(picture, expected)


def test_the_margin_is_of_all_content(draw: Draw) -> None:
    """The content of all entities of a view."""
    rec = {"a": bz.Points2D([[0, 0]]), "b": bz.Boxes2D(mins=[[90, 40]], sizes=[[10, 10]])}
    expected = draw(rec, size=(220, 110), bounds=(-5, -2.5, 105, 52.5))
    np.testing.assert_array_equal(draw(rec, size=(220, 110), bounds=None), expected)


@pytest.mark.parametrize(
    "thing",
    [
        bz.Points2D([[1000, -1000]], colors=RED),
        bz.Points2D([[5, 5]] * 3, colors=RED),
        bz.Boxes2D(half_sizes=[[0, 0]], colors=RED),
    ],
    ids=["point", "points", "box"],
)
def test_content_without_extent_is_in_the_middle(draw: Draw, thing: Any) -> None:
    """Where there is nothing to fit, what there is is in the middle."""
    assert extent(draw({"p": thing}, bounds=None)) == (30, 22, 34, 26)


@pytest.mark.parametrize("ends", [[[0, 5], [100, 5]], [[5, 0], [5, 100]]], ids=["level", "upright"])
def test_content_of_a_line_s_extent_is_seen_whole(draw: Draw, ends: Any) -> None:
    """Flat content: the other axis is centred."""
    x0, y0, x1, y1 = extent(draw({"p": bz.Points2D(ends, colors=RED)}, bounds=None))
    assert (x0 + x1, y0 + y1) == (WIDTH, HEIGHT)
    assert max(x1 - x0 - 3, y1 - y0 - 3) == pytest.approx((WIDTH if ends[0][1] == 5 else HEIGHT) / 1.1, abs=2)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((64, 48), (8, 0, 56, 48)), ((48, 64), (0, 8, 48, 56)), ((30, 10), (10, 0, 20, 10)), ((40, 60), (0, 10, 40, 50))],
)
def test_pictures_of_another_shape_are_letterboxed(draw: Draw, size: tuple[int, int], expected: Any) -> None:
    """Equal scale, centred, never stretched; what is beside shows the background."""
    assert extent(draw({"m": ids(10, 10)}, size=size, bounds=None)) == expected


@pytest.mark.parametrize("size", [(64, 49), (67, 48), (129, 96)])
def test_at_whole_scales_nothing_is_blurred(draw: Draw, size: tuple[int, int]) -> None:
    """Where the picture is an odd number of pixels larger, its corner still lies on a whole pixel."""
    box = bz.Boxes2D(mins=[[10, 10]], sizes=[[30, 20]], radii=1, colors=RED)
    picture = draw({"b": box}, size=size)
    assert set(map(tuple, picture.reshape(-1, 4).tolist())) == {RED, BACKGROUND}
    array = np.random.default_rng(6).integers(0, 99, (48, 64))
    scale, colors = size[0] // 64, bz.colorize(array)
    x0, y0, x1, y1 = extent(draw({"m": mask(array)}, size=size))
    assert (x1 - x0, y1 - y0) == (64 * scale, 48 * scale)
    np.testing.assert_array_equal(
        draw({"m": mask(array)}, size=size)[y0:y1, x0:x1], colors.repeat(scale, axis=0).repeat(scale, axis=1)
    )


def test_bounds_are_the_scene_units_shown(draw: Draw) -> None:
    """`bounds`: what lies in them is as large as it can be, and centred; things beside them are seen as well."""
    things = {"p": bz.Points2D([[5, 5], [0, 0], [-3, 5]], radii=0.5, colors=[RED, GREEN, BLUE])}
    picture = draw(things, bounds=(0, 0, 10, 10), size=(200, 100))
    assert [pixel(picture, 100, 50), pixel(picture, 51, 1), pixel(picture, 20, 50)] == [RED, GREEN, BLUE]


def test_bounds_hold_for_each_view(draw: Draw) -> None:
    """With several views, each shows the same scene units."""
    rec = {"a/m": ids(8, 8, 1), "b/m": ids(4, 4, 2)}
    picture = draw(rec, bounds=(0, 0, 4, 4), size=(200, 100))
    left, right = (differs(picture[:, half], BACKGROUND) for half in (slice(0, 98), slice(102, 200)))
    assert left.mean() > 0.9
    assert right.mean() > 0.9


# --- default views


def test_entities_share_a_view_at_their_nearest_common_ancestor() -> None:
    """2D entities form one view at their nearest common ancestor."""
    things = {"w/a/p": disc(1, 1), "w/a/b": bz.Boxes2D(half_sizes=[[1, 1]]), "w/c": disc(2, 2)}
    assert roots(things) == [("/w", ["/w/a/b", "/w/a/p", "/w/c"])]
    assert roots({"w/a/p": disc(1, 1)}) == [("/w/a/p", ["/w/a/p"])]
    assert roots({"a": disc(1, 1), "b": disc(1, 1)}) == [("/", ["/a", "/b"])]
    assert roots({"a": disc(1, 1), "a/b": disc(1, 1)}) == [("/a", ["/a", "/a/b"])]


def test_images_share_a_view_when_their_sizes_are_equal() -> None:
    """At most one colour and one depth image and any number of masks."""
    things = {
        "c/i": image(8, 8),
        "c/depth": depth(8, 8),
        "c/m1": ids(8, 8),
        "c/m2": ids(8, 8),
        "c/d/m3": ids(8, 8),
        "c/p": disc(1, 1),
    }
    assert [root for root, _ in roots(things)] == ["/c"]


@pytest.mark.parametrize(
    ("things", "expected"),
    [
        ({"c/i1": image(8, 8), "c/i2": image(8, 8)}, ["/c/i1", "/c/i2"]),
        ({"c/d1": depth(8, 8), "c/d2": depth(8, 8)}, ["/c/d1", "/c/d2"]),
        ({"c/i": image(8, 8), "c/d": depth(4, 4)}, ["/c/d", "/c/i"]),
        ({"c/m1": ids(8, 8), "c/m2": ids(8, 9)}, ["/c/m1", "/c/m2"]),
        ({"l/i": image(8, 8), "l/m": ids(8, 8), "r/i": image(8, 8), "r/m": ids(8, 8)}, ["/l", "/r"]),
        ({"w/l/i": image(8, 8), "w/l/m": ids(8, 8), "w/r/m": ids(4, 4)}, ["/w/l", "/w/r/m"]),
        ({"w/i": image(8, 8), "w/r/i": image(4, 4), "w/r/m": ids(4, 4)}, ["/w/i", "/w/r"]),
        ({"c": image(8, 8), "c/m": ids(4, 4)}, ["/c", "/c/m"]),
        (
            {"a/b/i": image(8, 8), "a/b/m": ids(4, 4), "a/c/p": disc(1, 1), "a/c/q": disc(1, 1)},
            ["/a/b/i", "/a/b/m", "/a/c"],
        ),
    ],
    ids=[
        "two images",
        "two depths",
        "image and depth",
        "two sizes",
        "two cameras",
        "deeper",
        "beside",
        "above",
        "with points",
    ],
)
def test_where_they_do_not_share_the_view_splits_at_the_highest_subtrees(things: Any, expected: list[str]) -> None:
    """Only where they don't, the view splits, at the highest subtrees in which they do."""
    found = roots(things)
    assert [root for root, _ in found] == expected
    assert sorted(entity for _, entities in found for entity in entities) == sorted(f"/{path}" for path in things)


def test_views_do_not_change_with_time(screen: Screen) -> None:
    """An image that comes later splits the view from the start: the picture's layout stays as it is."""
    rec = logged({"a/m": ids(8, 8)}, frame=0)
    logged({"b/m": ids(4, 4)}, rec, frame=1)
    assert [root for root, _ in roots(rec)] == ["/a/m", "/b/m"]
    first, second = (screen(100, 50).render(rec, at=("frame", frame)) for frame in (0, 1))
    np.testing.assert_array_equal(first[:, :48], second[:, :48])
    assert is_empty(first[:, 52:])
    assert not is_empty(second[:, 52:])


def test_a_pinhole_is_the_root_of_its_own_view(from_sdk: Callable[..., bz.Recording]) -> None:
    """A Pinhole's entity is the root of its own 2D view, also where everything could share one."""

    def log(stream: rr.RecordingStream) -> None:
        for camera in ("world/left", "world/right"):
            stream.log(camera, rr.Pinhole(focal_length=5, width=8, height=8))
            stream.log(f"{camera}/image/mask", rr.SegmentationImage(np.zeros((8, 8), np.uint8)))
            stream.log(f"{camera}/image/boxes", rr.Boxes2D(half_sizes=[[1, 1]]))
        stream.log("world/map/points", rr.Points2D([[1, 1]]))
        stream.log("world/map/more", rr.Points2D([[1, 1]]))

    assert roots(from_sdk(log)) == [
        ("/world/left", ["/world/left/image/boxes", "/world/left/image/mask"]),
        ("/world/map", ["/world/map/more", "/world/map/points"]),
        ("/world/right", ["/world/right/image/boxes", "/world/right/image/mask"]),
    ]


def test_pinhole_and_image_at_one_entity(from_sdk: Callable[..., bz.Recording]) -> None:
    """As the SDK's examples do it: the image at the pinhole's own path."""

    def log(stream: rr.RecordingStream) -> None:
        stream.log("cam", rr.Pinhole(focal_length=5, width=8, height=8))
        stream.log("cam", rr.Image(np.zeros((8, 8, 3), np.uint8)))
        stream.log("cam/mask", rr.SegmentationImage(np.zeros((8, 8), np.uint8)))
        stream.log("other", rr.Points2D([[1, 1]]))

    assert roots(from_sdk(log)) == [("/cam", ["/cam", "/cam/mask"]), ("/other", ["/other"])]


# --- the grid


@pytest.mark.parametrize("size", [(200, 100), (100, 200), (300, 100), (100, 100)])
@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_every_view_has_a_cell_of_its_own(draw: Draw, n: int, size: tuple[int, int]) -> None:
    """Several views make a grid, row by row: each is whole, square, as large as the others, and touches none."""
    context = {"/": bz.AnnotationContext([(i, None, (40 * i + 40, 0, 255)) for i in range(5)])}
    picture = draw({**context, **{f"v{i}/m": ids(8 + i, 8 + i, i) for i in range(n)}}, size=size, bounds=None)
    cells = []
    for i in range(n):
        ys, xs = np.nonzero((picture == (40 * i + 40, 0, 255, 255)).all(axis=2))
        x0, y0, x1, y1 = xs.min(), ys.min(), xs.max() + 1, ys.max() + 1
        assert len(xs) == (x1 - x0) * (y1 - y0)  # a rectangle without holes
        assert abs((x1 - x0) - (y1 - y0)) <= 1
        cells.append((int(x0), int(y0), int(x1 - x0)))
    widths = [width for _, _, width in cells]
    assert max(widths) - min(widths) <= 2
    assert min(widths) ** 2 * n >= 0.3 * size[0] * size[1]
    middles = [(round(y / size[1] * 4), x) for x, y, _ in cells]
    assert middles == sorted(middles)  # reading order


def test_cells_that_are_full_do_not_touch(draw: Draw) -> None:
    """There is background between them."""
    picture = draw({"a/m": ids(100, 50), "b/m": ids(200, 100)}, size=(204, 50), bounds=None)
    empty = (picture == BACKGROUND).all(axis=(0, 2))
    assert 0 < empty.sum() <= 10
    assert set(np.flatnonzero(empty)) <= set(range(95, 109))


def test_wide_things_are_stacked_and_tall_things_stand_side_by_side(draw: Draw) -> None:
    """The number of columns is the one that shows things largest."""
    for shape, axis in (((40, 8), 0), ((8, 40), 1)):
        picture = draw({"a/m": ids(*shape, 1), "b/m": ids(shape[0] + 1, shape[1], 2)}, size=(100, 100), bounds=None)
        first = np.nonzero((picture == naive.auto(1)).all(axis=2))[axis]
        second = np.nonzero((picture == naive.auto(2)).all(axis=2))[axis]
        assert first.max() < second.min()


def test_things_do_not_reach_into_a_neighbour_s_cell(draw: Draw) -> None:
    """What lies beside an image is cut off at the cell."""
    rec = {"a/m": ids(8, 8, 1), "a/p": bz.Points2D([[8, 4]], radii=40, colors=RED), "b/m": ids(4, 4, 2)}
    picture = draw(rec, size=(204, 100), bounds=None)
    reds = np.nonzero((picture == RED).all(axis=2))[1]
    assert reds.max() < 102
    assert (picture[:, 110:] == naive.auto(2)).all(axis=2).any()


# --- view=


def test_view_draws_everything_at_or_below(draw: Draw) -> None:
    """Whether or not it is one of the default views."""
    rec = {"a": disc(10, 10, colors=RED), "a/b": disc(30, 10, colors=GREEN), "ab": disc(50, 10, colors=BLUE)}
    where = ((10, RED), (30, GREEN), (50, BLUE))

    def shown(view: str) -> list[bool]:
        picture = draw(rec, view=view)
        return [pixel(picture, x, 10) == color for x, color in where]

    assert shown("/") == [True, True, True]
    assert shown("a") == shown("/a") == shown("a/") == [True, True, False]
    assert shown("a/b") == [False, True, False]


def test_view_puts_together_what_would_be_split(draw: Draw) -> None:
    """One view: the images lie over each other."""
    rec = {"a/m": [ids(64, 48, 1)], "b/m": [ids(32, 48, 2)]}
    picture = draw(rec, view="/", bounds=None)
    assert [pixel(picture, 10, 10), pixel(picture, 50, 10)] == [naive.auto(2), naive.auto(1)]


def test_view_with_a_context_above_it(draw: Draw) -> None:
    """§2: contexts above the view apply in it."""
    assert pixel(draw({"/": bz.AnnotationContext([(1, None, RED)]), "a/m": mask(1)}, view="a"), 5, 5) == RED


def test_views_that_are_not_there(draw: Draw) -> None:
    """What is not in the recording, and what holds nothing to draw."""
    rec = {"a": disc(1, 1), "c": bz.AnnotationContext([1])}
    with pytest.raises(bz.NotInRecordingError, match="/b"):
        draw(rec, view="b")
    with pytest.raises(bz.NothingToDrawError, match="/c"):
        draw(rec, view="c")


@pytest.mark.parametrize("things", [{}, {"c": bz.AnnotationContext([1])}, {"c": bz.Clear.flat()}], ids=str)
def test_recordings_without_anything_to_draw(draw: Draw, things: Any) -> None:
    """And an empty one."""
    with pytest.raises(bz.NothingToDrawError):
        draw(things)


# --- background


def test_the_default_background(draw: Draw) -> None:
    """0d1011, opaque."""
    assert is_empty(draw({"p": disc(500, 500)}))


@pytest.mark.parametrize(
    ("given", "color"),
    [
        ("ff8000", (255, 128, 0, 255)),
        ("#FF8000", (255, 128, 0, 255)),
        ("ff800040", (255, 128, 0, 64)),
        ((255, 128, 0), (255, 128, 0, 255)),
        ((1.0, 0.0, 0.0, 0.5), (255, 0, 0, 128)),
        (0xFF8000FF, (255, 128, 0, 255)),
        ("00000000", (0, 0, 0, 0)),
    ],
    ids=str,
)
def test_backgrounds(draw: Draw, given: Any, color: naive.Color) -> None:
    """RRGGBB[AA]; straight alpha in the picture."""
    picture = draw({"p": disc(500, 500)}, background=given)
    assert len({tuple(each) for each in picture.reshape(-1, 4).tolist()}) == 1
    assert_near(pixel(picture, 5, 5), color, 0 if color[3] in (0, 255) else 1)


def test_opaque_colors_are_exact_over_any_background(draw: Draw) -> None:
    """The picture is opaque where something opaque is drawn."""
    array = np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)
    for background in ("00000000", "ffffff80", "000000"):
        np.testing.assert_array_equal(draw({"m": mask(array)}, background=background), bz.colorize(array))


@pytest.mark.parametrize("alpha", [1, 64, 128, 254])
def test_translucent_things_over_nothing_keep_their_color(draw: Draw, alpha: int) -> None:
    """Straight alpha: the colour is the thing's own, the alpha too."""
    context = bz.AnnotationContext([(1, None, (200, 100, 50, alpha))])
    picture = draw({"m": [mask(1), context]}, background=(0, 0, 0, 0))
    found = pixel(picture, 5, 5)
    assert found[3] == pytest.approx(alpha, abs=1)
    assert_near((*found[:3], 0), (200, 100, 50, 0), 2 if alpha == 1 else 1)


def test_the_rim_of_a_disc_over_nothing_keeps_its_color(draw: Draw) -> None:
    """No dark fringe: at every alpha the colour is red."""
    picture = draw({"p": disc(32.3, 24.1, 10, colors=RED)}, background=(0, 0, 0, 0))
    rim = picture[(picture[..., 3] > 8) & (picture[..., 3] < 255)]
    assert len(rim) > 20
    assert (rim[:, 0] >= 254).all()
    assert (rim[:, 1:3] == 0).all()
    assert (picture[picture[..., 3] == 0] == 0).all()


def test_alpha_adds_up(draw: Draw) -> None:
    """Half over half is three quarters opaque, and between the two in colour."""
    half = (255, 0, 0, 128), (0, 0, 255, 128)
    points = bz.Points2D([[32, 24]] * 2, radii=9, colors=half)
    found = pixel(draw({"p": points}, background=(0, 0, 0, 0)), 32, 24)
    alpha = 128 / 255
    whole = alpha + alpha * (1 - alpha)
    expected = [naive.encode(part / whole) for part in (alpha * (1 - alpha), 0, alpha)]
    assert_near(found, (expected[0], expected[1], expected[2], round(255 * whole)))


def test_gutters_and_letterboxes_are_background(draw: Draw) -> None:
    """Between the cells of a grid too."""
    picture = draw({"a/m": ids(8, 8), "b/m": ids(4, 4)}, size=(200, 50), bounds=None, background=WHITE)
    assert set(map(tuple, picture.reshape(-1, 4).tolist())) == {WHITE, naive.auto(1)}


# --- when


def moving(**extra: Any) -> bz.Recording:
    """A point that goes right, red, green, blue at frames 0, 10, 20."""
    rec = logged(extra) if extra else bz.Recording()
    for i, color in enumerate((RED, GREEN, BLUE)):
        logged({"p": disc(10 + 20 * i, 10, colors=color)}, rec, frame=10 * i)
    return rec


def when(picture: np.ndarray) -> int | None:
    """Which frame of `moving` a picture shows."""
    found = [10 * i for i, color in enumerate((RED, GREEN, BLUE)) if (picture == color).all(axis=2).any()]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("look", "frame"),
    [
        ({}, 20),
        ({"at": None}, 20),
        ({"at": "last"}, 20),
        ({"at": 0}, 0),
        ({"at": 15}, 10),
        ({"at": "15"}, 10),
        ({"at": ("frame", 10)}, 10),
        ({"at": ("frame", "10")}, 10),
        ({"at": ("frame", None)}, 20),
        ({"at": 10, "timeline": "frame"}, 10),
        ({"timeline": "frame"}, 20),
        ({"at": np.int64(10)}, 10),
        ({"at": -1}, None),
        ({"at": 2**63 - 1}, 20),
    ],
    ids=str,
)
def test_at(draw: Draw, look: dict[str, Any], frame: int | None) -> None:
    """`at` is a value on `timeline`, or a pair (timeline, value); None = last."""
    assert when(draw(moving(), **look)) == frame


@pytest.mark.parametrize(
    ("look", "error"),
    [
        ({"timeline": "time"}, bz.NotInRecordingError),
        ({"at": ("time", 0)}, bz.NotInRecordingError),
        ({"at": "1.5s"}, bz.NotInRecordingError),
        ({"at": "soon"}, bz.ArgumentError),
        ({"at": 1.5}, bz.ArgumentError),
        ({"at": 2**63}, bz.ArgumentError),
        ({"at": True}, bz.ArgumentError),
    ],
    ids=str,
)
def test_times_that_are_none(draw: Draw, look: dict[str, Any], error: type[Exception]) -> None:
    """Timelines that are not there, values that don't fit, values that are none."""
    with pytest.raises(error):
        draw(moving(), **look)


def test_the_default_timeline_is_the_one_with_most_rows() -> None:
    """The program's own with the most rows, ties by name."""
    rec = moving()
    rec.reset_time()
    for i in range(2):
        logged({"p": disc(10, 40, colors=WHITE)}, rec, few=i)
    assert str(rec.default_timeline().name) == "frame"
    rec.reset_time()
    logged({"q": disc(10, 40, colors=WHITE)}, rec, few=2)
    assert str(rec.default_timeline().name) == "few"  # three rows each


def test_log_time_is_the_default_only_where_there_is_no_other() -> None:
    """`log_time` only where there is no other, however many rows it has."""
    rec = bz.Recording()
    for _ in range(5):
        rec.log("p", disc(1, 1))
    assert rec.default_timeline().name == "log_time"
    logged({"p": disc(1, 1)}, rec, frame=0)
    assert rec.default_timeline().name == "frame"


def test_static_recordings_need_no_time(draw: Draw) -> None:
    """And a time that is asked for is an error."""
    rec = {"p": disc(10, 10, colors=RED)}
    assert when(draw(rec)) == 0
    with pytest.raises(bz.NotInRecordingError):
        draw(rec, at=5)


# --- sequences


def test_a_sequence_has_a_picture_for_each_time(screen: Screen) -> None:
    """The distinct times logged, in order."""
    rec = moving()
    logged({"q": disc(1, 1)}, rec, frame=10)
    assert [when(each) for each in screen().frames(rec, timeline="frame")] == [0, 10, 20]
    assert [when(each) for each in screen().frames(rec)] == [0, 10, 20]


@pytest.mark.parametrize(
    ("options", "frames"),
    [
        ({"first": 10}, [10, 20]),
        ({"last": 10}, [0, 10]),
        ({"first": 1, "last": 19}, [10]),
        ({"first": 10, "last": 10}, [10]),
        ({"every": 2}, [0, 20]),
    ],
    ids=str,
)
def test_parts_of_a_sequence(screen: Screen, options: dict[str, Any], frames: list[int]) -> None:
    """Both ends included; each Nth."""
    assert [when(each) for each in screen().frames(moving(), timeline="frame", **options)] == frames


def test_a_sequence_of_no_time_is_a_mistake(screen: Screen) -> None:
    """As on the command line: nothing was logged in the range, and the answer says what there is."""
    with pytest.raises(bz.NotInRecordingError, match="0 to 20"):
        list(screen().frames(moving(), timeline="frame", first=30))


def test_a_sequence_is_fitted_once(screen: Screen) -> None:
    """Over its range: the point moves through the pictures; each fitted for itself would keep it in the middle."""
    rec = bz.Recording()
    for i in range(3):
        logged({"p": bz.Points2D([[100 * i, 0], [100 * i, 50]], colors=RED)}, rec, frame=i)
    one = screen(220, 110)
    pictures = list(one.frames(rec, timeline="frame"))
    middles = [sum(extent(each)[::2]) / 2 for each in pictures]
    assert middles == pytest.approx([10, 110, 210], abs=1)
    for i, each in enumerate(pictures):
        fitted = one.render(rec, at=("frame", i), bounds=(-10, -2.5, 210, 52.5))
        np.testing.assert_array_equal(each, fitted)
        assert sum(extent(one.render(rec, at=("frame", i)))[::2]) / 2 == pytest.approx(110, abs=1)


def test_a_sequence_is_fitted_over_the_images_of_all_times(screen: Screen) -> None:
    """An image that is there only later counts throughout."""
    rec = logged({"a/p": bz.Points2D([[0, 0], [9, 9]], colors=RED)}, frame=0)
    logged({"a/m": mask(1)}, rec, frame=1)
    first, second = screen().frames(rec, timeline="frame")
    np.testing.assert_array_equal(second, screen().render(rec, at=("frame", 1)))
    np.testing.assert_array_equal(first, screen().render(rec, at=("frame", 0), bounds=(0, 0, 64, 48)))


def test_a_sequence_of_a_range_is_fitted_to_that_range(screen: Screen) -> None:
    """Over its range: what comes before or after does not count."""
    rec = moving()
    logged({"p": disc(9000, 9000)}, rec, frame=99)
    (only,) = screen().frames(rec, timeline="frame", first=10, last=10, view="p")
    np.testing.assert_array_equal(only, screen().render(rec, at=("frame", 10)))


def test_bounds_win_over_the_fit(screen: Screen) -> None:
    """What is asked for counts."""
    pictures = list(screen().frames(moving(), timeline="frame", bounds=(0, 0, 64, 48)))
    assert [pixel(each, 10 + 20 * i, 10) for i, each in enumerate(pictures)] == [RED, GREEN, BLUE]


def test_static_data_alone_makes_one_picture(screen: Screen) -> None:
    """Without a timeline."""
    assert len(list(screen().frames(logged({"p": disc(1, 1)})))) == 1


def test_pictures_are_the_caller_s_own(screen: Screen) -> None:
    """(height, width, 4) uint8, writable, and not changed by later pictures."""
    one, rec = screen(), moving()
    first = one.render(rec, at=0)
    kept = first.copy()
    second = one.render(rec, at=20)
    assert (first.shape, first.dtype, first.flags.writeable) == ((HEIGHT, WIDTH, 4), np.uint8, True)
    np.testing.assert_array_equal(first, kept)
    second[:] = 0
    assert when(one.render(rec, at=20)) == 20


def test_what_is_logged_later_is_in_the_next_picture(screen: Screen) -> None:
    """A `rec.log(…)` that has returned is seen by the next `render`."""
    one, rec = screen(), moving()
    assert when(one.render(rec)) == 20
    logged({"p": disc(10, 10, colors=RED)}, rec, frame=30)
    assert when(one.render(rec)) == 0
