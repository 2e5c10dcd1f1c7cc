"""DESIGN, 3D views: what stands in space lands where a plain projection says: poses, eyes, pinholes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import blazon as bz
from tests import naive
from tests.pictures import BACKGROUND, BLUE, GREEN, RED, differs, is_empty, logged, pixel

SIZE = (96, 72)
CONTEXT = bz.AnnotationContext([(1, None, (250, 120, 30)), (2, "two", (40, 90, 220))])
ORANGE: naive.Color = (250, 120, 30, 255)
FEW = settings(max_examples=25)

Point = tuple[float, float, float]


@pytest.fixture(scope="module")
def studio() -> Iterator[bz.Offscreen]:
    """One small screen for all pictures of a module, as examples of a property share it."""
    with bz.Offscreen(*SIZE) as screen:
        yield screen


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers that float32 holds."""
    return st.floats(low, high, width=32, allow_subnormal=False)


def points(reach: float = 3) -> st.SearchStrategy[Point]:
    return st.tuples(*[numbers(-reach, reach)] * 3)


@st.composite
def eyes(draw: st.DrawFn) -> dict[str, Any]:
    """Where somebody stands, relative to what is to be seen: eye, target near it, fov; never straight up or down."""
    direction = np.array(draw(points(1)))
    assume(np.linalg.norm(direction) > 0.1)
    direction = direction / np.linalg.norm(direction)
    assume(abs(direction[2]) < 0.95)
    away = draw(numbers(2, 30))
    return {"eye": direction * away, "target": np.array(draw(points(0.25))) * away, "fov": draw(numbers(20, 110))}


def shifted(seen: dict[str, Any], world: np.ndarray) -> dict[str, Any]:
    """An eye of `eyes`, around a point of the world."""
    return {
        "eye": tuple((seen["eye"] + world).tolist()),
        "target": tuple((seen["target"] + world).tolist()),
        "fov": seen["fov"],
    }


@st.composite
def poses(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments of `naive.pose`: some of translation, quaternion, axis and angle, scale, matrix, and the way back."""
    parts: dict[str, Any] = {}
    if draw(st.booleans()):
        parts["translation"] = draw(points(20))
    if draw(st.booleans()):
        parts["quaternion"] = draw(st.tuples(*[numbers(-2, 2)] * 4))
        assume(np.linalg.norm(parts["quaternion"]) > 0.1)
    if draw(st.booleans()):
        parts["axis_angle"] = (draw(points(2)), draw(numbers(-7, 7)))
        assume(np.linalg.norm(parts["axis_angle"][0]) > 0.1)
    if draw(st.booleans()):
        signs = st.sampled_from([-1, 1])
        parts["scale"] = tuple(draw(signs) * draw(numbers(0.375, 3)) for _ in range(3))
    if draw(st.booleans()):
        parts["mat3x3"] = (np.eye(3) + np.array([draw(points(0.25)) for _ in range(3)])).tolist()
    parts["inverse"] = draw(st.booleans())
    return parts


def as_logged(parts: dict[str, Any]) -> bz.Transform3D:
    """Of `poses`, what a program logs."""
    named: dict[str, Any] = {name: parts[name] for name in ("translation", "scale", "mat3x3") if name in parts}
    if "quaternion" in parts:
        named["quaternion"] = bz.Quaternion(xyzw=parts["quaternion"])
    if "axis_angle" in parts:
        axis, angle = parts["axis_angle"]
        named["rotation_axis_angle"] = bz.RotationAxisAngle(axis=axis, radians=angle)
    if parts["inverse"]:
        named["relation"] = "ChildFromParent"
    return bz.Transform3D(**named)


def assert_disc_at(picture: np.ndarray, x: float, y: float, color: naive.Color) -> None:
    """One disc is drawn; its middle is there, in exactly its colour."""
    ys, xs = np.nonzero(differs(picture))
    assert len(xs), "nothing is drawn"
    assert abs(xs.mean() + 0.5 - x) <= 0.6, (xs.mean() + 0.5, x)
    assert abs(ys.mean() + 0.5 - y) <= 0.6, (ys.mean() + 0.5, y)
    assert pixel(picture, int(x), int(y)) == color


def is_inside(x: float, y: float, margin: float = 7) -> bool:
    return margin <= x <= SIZE[0] - margin and margin <= y <= SIZE[1] - margin


# --- eyes


@FEW
@given(points(), eyes(), st.sampled_from([-3.0, -6.0]))
def test_a_point_is_where_an_eye_sees_it(studio: bz.Offscreen, at: Point, seen: dict[str, Any], radius: float) -> None:
    """Right-handed, z up, y of the picture down, fov vertical; small points and large ones."""
    look = shifted(seen, np.array(at))
    x, y, depth = naive.through_eye(at, size=SIZE, **look)
    assume(depth > 0.5 and is_inside(x, y))
    picture = studio.render(logged({"p": [bz.Points3D([at], radii=radius, class_ids=1), CONTEXT]}), **look)
    assert_disc_at(picture, x, y, ORANGE)


@FEW
@given(points(), st.lists(poses(), min_size=1, max_size=3), eyes())
def test_a_point_below_transforms(
    studio: bz.Offscreen, at: Point, chain: list[dict[str, Any]], seen: dict[str, Any]
) -> None:
    """Each level of the path has a transform of its own."""
    path, world_from_entity, things = "", np.eye(4), {}
    for level, parts in enumerate(chain):
        path = f"{path}/level{level}"
        world_from_entity = world_from_entity @ naive.pose(**parts)
        things[path] = as_logged(parts)
    world = naive.moved(at, world_from_entity)
    look = shifted(seen, world)
    x, y, depth = naive.through_eye(world, size=SIZE, **look)
    assume(depth > 0.5 and is_inside(x, y))
    things[f"{path}/p"] = [bz.Points3D([at], radii=-4.5, class_ids=1), CONTEXT]  # type: ignore[assignment]
    assert_disc_at(studio.render(logged(things), view="/", **look), x, y, ORANGE)


@FEW
@given(points(), poses(), st.lists(poses(), min_size=2, max_size=3), eyes())
def test_a_point_at_instance_poses(
    studio: bz.Offscreen, at: Point, below: dict[str, Any], copies: list[dict[str, Any]], seen: dict[str, Any]
) -> None:
    """It is drawn at each of them, within the transform of its entity: here is the first."""
    full = [
        {"translation": (0, 0, 0), "quaternion": (0, 0, 0, 1), "scale": (1, 1, 1), "inverse": False}
        | {name: value for name, value in each.items() if name in ("translation", "quaternion", "scale")}
        for each in copies
    ]
    instance_poses = bz.InstancePoses3D(
        translations=[each["translation"] for each in full],
        quaternions=[each["quaternion"] for each in full],
        scales=[each["scale"] for each in full],
    )
    worlds = [naive.moved(at, naive.pose(**below) @ naive.pose(**each)) for each in full]
    look = shifted(seen, worlds[0])
    places = [naive.through_eye(world, size=SIZE, **look) for world in worlds]
    x, y, depth = places[0]
    assume(depth > 0.5 and is_inside(x, y))
    assume(all(abs(depth - each[2]) > 1e-3 * depth for each in places[1:]))
    picture = studio.render(
        logged({"p": [as_logged(below), instance_poses, bz.Points3D([at], radii=-4.5, class_ids=1), CONTEXT]}), **look
    )
    for x, y, depth in places:
        if depth > 0.5 and is_inside(x, y):
            assert pixel(picture, int(x), int(y)) == ORANGE
    if all(depth <= 0 or not is_inside(x, y, -8) for x, y, depth in places[1:]):
        assert_disc_at(picture, *places[0][:2], ORANGE)


def box_corners(center: Point, half: Point, quaternion: Any) -> list[np.ndarray]:
    signs = [(a, b, c) for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)]
    placed = naive.pose(translation=center, quaternion=quaternion)
    return [naive.moved(np.array(each) * half, placed) for each in signs]


def assert_corners(picture: np.ndarray, places: list[tuple[float, float, float]]) -> None:
    """At each corner, or beside it, is something, and nothing is past them."""
    for x, y, _ in places:
        assert differs(picture)[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2].any(), (x, y)
    ys, xs = np.nonzero(differs(picture))
    found = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1])
    us, vs = [each[0] for each in places], [each[1] for each in places]
    np.testing.assert_allclose(found, [min(us), min(vs), max(us), max(vs)], atol=2.6)


BOXES = {"center": points(), "half": st.tuples(*[numbers(0.25, 1)] * 3), "quaternion": st.tuples(*[numbers(-2, 2)] * 4)}


SOLID = 3  # the fill mode without edges


@FEW
@given(**BOXES, below=poses(), seen=eyes(), mode=st.integers(1, 4))
def test_the_corners_of_a_box(
    studio: bz.Offscreen,
    center: Point,
    half: Point,
    quaternion: Any,
    below: dict[str, Any],
    seen: dict[str, Any],
    mode: int,
) -> None:
    assume(np.linalg.norm(quaternion) > 0.1)
    entity = naive.pose(**below)
    corners = [naive.moved(each, entity) for each in box_corners(center, half, quaternion)]
    look = shifted(seen, naive.moved(center, entity))
    places = [naive.through_eye(each, size=SIZE, **look) for each in corners]
    assume(all(depth > 0.5 and is_inside(x, y, 3) for x, y, depth in places))
    assume(mode != SOLID or min(np.ptp([each[:2] for each in places], axis=0)) > 4)  # a face has no rim: it may be lost
    box = bz.Boxes3D(
        centers=[center],
        half_sizes=[half],
        quaternions=[bz.Quaternion(xyzw=quaternion)],
        radii=-1,
        fill_mode=mode,
        class_ids=1,
    )
    assert_corners(studio.render(logged({"b": [as_logged(below), box, CONTEXT]}), view="/", **look), places)


@pytest.mark.parametrize("behind", [-0.001, -3.0, -1000.0])
@pytest.mark.parametrize("radius", [-3.0, -6.0, 0.5])
def test_what_is_behind_an_eye_is_not_drawn(studio: bz.Offscreen, behind: float, radius: float) -> None:
    seen = {"eye": (0, 0, 0), "target": (0, 1, 0)}
    picture = studio.render(logged({"p": bz.Points3D([[0, behind, 0]], radii=radius if behind < -1 else -3)}), **seen)
    assert is_empty(picture)


def test_a_line_that_goes_past_the_eye_is_cut(studio: bz.Offscreen) -> None:
    """It starts behind, to the left below, and ends before the eye: only what is before it is drawn."""
    strip = bz.LineStrips3D([[[1, -5, 0], [1, 5, 0]]], radii=-2, colors=RED)
    picture = studio.render(logged({"l": strip}), eye=(0, 0, 0), target=(0, 1, 0), fov=50)
    x, y, _ = naive.through_eye((1, 3, 0), (0, 0, 0), (0, 1, 0), 50, SIZE)
    assert pixel(picture, int(x), int(y)) == RED
    assert not differs(picture)[:, : SIZE[0] // 2].any()


@pytest.mark.parametrize("radius", [0.5, 1.0])
def test_a_radius_in_scene_units(studio: bz.Offscreen, radius: float) -> None:
    """A disc of that radius, at the point's depth."""
    picture = studio.render(logged({"p": bz.Points3D([[0, 0, 0]], radii=radius)}), eye=(0, -10, 0), target=(0, 0, 0))
    ys, xs = np.nonzero(differs(picture))
    expected = radius * SIZE[1] / 2 / np.tan(np.radians(25)) / 10
    np.testing.assert_allclose([np.ptp(xs) + 1, np.ptp(ys) + 1], 2 * expected, atol=1.6)


# --- what hides what

AHEAD = {"eye": (0, -10, 0), "target": (0, 0, 0)}
NEAR, FAR = [0, -2, 0], [0, 3, 0]


@pytest.mark.parametrize("radius", [-3.0, -6.0])
@pytest.mark.parametrize("near_first", [True, False])
@pytest.mark.parametrize("one_entity", [True, False])
def test_a_near_disc_hides_a_far_one(studio: bz.Offscreen, radius: float, near_first: bool, one_entity: bool) -> None:
    """Whatever the order in which they were logged, and the order of their paths."""
    pairs = [(NEAR, RED), (FAR, BLUE)][:: 1 if near_first else -1]
    if one_entity:
        things: Any = {"p": bz.Points3D([at for at, _ in pairs], radii=radius, colors=[color for _, color in pairs])}
    else:
        things = {name: bz.Points3D([at], radii=radius, colors=color) for name, (at, color) in zip("ab", pairs)}  # noqa: B905
    picture = studio.render(logged(things), **AHEAD)
    assert pixel(picture, 48, 36) == RED
    assert not (picture == BLUE).all(axis=2).any()


@pytest.mark.parametrize(("at", "color"), [(NEAR, GREEN), (FAR, RED)])
@pytest.mark.parametrize("mode", [1, 2])
@pytest.mark.parametrize("names", ["ab", "ba"])
def test_a_disc_before_and_behind_an_edge(
    studio: bz.Offscreen, at: list[float], color: naive.Color, mode: int, names: str
) -> None:
    """The edge is at y = 0, and goes up through the middle."""
    box = bz.Boxes3D(half_sizes=[[1, 1, 1]], centers=[[1, 1, 0]], radii=-2, colors=RED, fill_mode=mode)
    point = bz.Points3D([at], radii=-3, colors=GREEN)
    picture = studio.render(logged({names[0]: box, names[1]: point}), **AHEAD)
    assert pixel(picture, 47, 36) == color


@pytest.mark.parametrize(("at", "is_hidden"), [(NEAR, False), ([0, 0.5, 0], True), (FAR, True)])
@pytest.mark.parametrize("names", ["ab", "ba"])
def test_solid_faces_hide_what_is_behind_them(
    studio: bz.Offscreen, at: list[float], is_hidden: bool, names: str
) -> None:
    """A disc before a box, within it, and behind it."""
    box = bz.Boxes3D(half_sizes=[[1, 1, 1]], colors=RED, fill_mode="solid")
    rec = logged({names[0]: box, names[1]: bz.Points3D([at], radii=-3, colors=GREEN)})
    assert (pixel(studio.render(rec, **AHEAD), 48, 36) != GREEN) == is_hidden


def test_translucent_discs_are_mixed_from_far_to_near(studio: bz.Offscreen) -> None:
    discs = bz.Points3D([NEAR, FAR], radii=-6, colors=[(255, 0, 0, 128), (0, 0, 255, 128)])
    picture = studio.render(logged({"p": discs}), **AHEAD)
    expected = naive.blend((255, 0, 0, 128), naive.blend((0, 0, 255, 128), BACKGROUND))
    assert np.abs(picture[36, 48].astype(int) - expected).max() <= 2


# --- far away from the origin

OFFSET = np.array([5e5, 4.2e6, 100.0])
SOME = np.array([[0.1, 0.2, 0.3], [1, 0, 0.5], [-1.25, 0.75, 0], [0.3, -1, 1.1]])


def scene(offset: np.ndarray, how: str) -> bz.Recording:
    """Points, boxes, lines and arrows around `offset`, by a transform or by their coordinates."""
    here = offset if how == "coordinates" else np.zeros(3)
    things: dict[str, Any] = {
        "w/p": bz.Points3D(SOME + here, radii=[-3, -3, -6, 0.2], colors=[RED, GREEN, BLUE, (255, 255, 0)]),
        "w/b": bz.Boxes3D(centers=SOME[:2] + here, half_sizes=[0.5, 0.3, 0.2], radii=-1, colors=(200, 90, 0)),
        "w/l": bz.LineStrips3D([SOME + here], radii=-1, colors=GREEN),
        "w/a": bz.Arrows3D(origins=SOME[2:] + here, vectors=[[0.5, 0, 0.75]], colors=BLUE),
    }
    if how == "transform":
        things["w"] = bz.Transform3D(translation=offset)
    return logged(things)


@pytest.mark.parametrize("how", ["transform", "coordinates"])
@pytest.mark.parametrize(
    "fitted",
    [
        True,
        False,
    ],
)
def test_a_scene_far_from_the_origin_looks_the_same(studio: bz.Offscreen, how: str, fitted: bool) -> None:
    eye, target = np.array([2.5, -4, 3]), np.array([0.1, 0.2, 0.3])
    look = {} if fitted else {"eye": eye, "target": target}
    moved = {name: value + OFFSET for name, value in look.items()}
    before = studio.render(scene(np.zeros(3), how), view="/", **look)
    after = studio.render(scene(OFFSET, how), view="/", **moved)
    assert differs(before).sum() > 300
    assert np.abs(before.astype(int) - after).max() <= 2


# --- pinholes

AXES = ["RDF", "RUB", "FLU"]


@st.composite
def pinholes(draw: st.DrawFn) -> tuple[list[list[float]], dict[str, Any], str]:
    """A matrix, a rigid pose of the camera, and its axes."""
    matrix = [
        [draw(numbers(40, 120)), 0.0, draw(numbers(30, 66))],
        [0.0, draw(numbers(40, 120)), draw(numbers(25, 47))],
        [0.0, 0.0, 1.0],
    ]
    quaternion = draw(st.tuples(*[numbers(-2, 2)] * 4))
    assume(np.linalg.norm(quaternion) > 0.1)
    placed = {"translation": draw(points(20)), "quaternion": quaternion, "inverse": draw(st.booleans())}
    return matrix, placed, draw(st.sampled_from(AXES))


def through(matrix: Any, placed: dict[str, Any], axes: str, **others: Any) -> bz.Recording:
    """What a camera at /world/cam sees of the others."""
    camera = bz.Pinhole(image_from_camera=matrix, resolution=SIZE, camera_xyz=getattr(bz.ViewCoordinates, axes))
    things = {f"world/{name}": thing for name, thing in others.items()}
    return logged({"world/cam": [as_logged(placed), camera], **things})


def before_camera(pixel_: Point, matrix: Any, placed: dict[str, Any], axes: str) -> np.ndarray:
    """A point of the world that lies in a pixel at a depth: by trying the axes one after the other."""
    u, v, depth = pixel_
    view = np.linalg.solve(np.array(matrix), np.array([u, v, 1.0])) * depth
    columns = np.array([naive._LETTERS[letter] for letter in axes], np.float64).T
    return naive.moved(columns.T @ view, naive.pose(**placed))


@FEW
@given(pinholes(), st.tuples(numbers(8, 88), numbers(8, 64), numbers(1, 30)), st.sampled_from([-3.0, -6.0]))
def test_a_point_through_a_pinhole(
    studio: bz.Offscreen, camera: tuple[Any, dict[str, Any], str], place: Point, radius: float
) -> None:
    """K [R|t], in the picture of its own size."""
    at = before_camera(place, *camera).astype(np.float32)
    matrix, placed, axes = camera
    x, y, depth = naive.through_pinhole(at, naive.pose(**placed), matrix, axes)
    assert depth > 0
    rec = through(*camera, p=[bz.Points3D([at], radii=radius, class_ids=1), CONTEXT])
    assume(all(abs(each - round(each)) > 0.01 for each in (x, y)))
    assert_disc_at(studio.render(rec, view="world/cam"), x, y, ORANGE)


@FEW
@given(pinholes(), st.tuples(numbers(30, 66), numbers(25, 47), numbers(5, 12)), st.tuples(*[numbers(0.25, 0.75)] * 3))
def test_a_box_through_a_pinhole(
    studio: bz.Offscreen, camera: tuple[Any, dict[str, Any], str], place: Point, half: Point
) -> None:
    center = before_camera(place, *camera)
    matrix, placed, axes = camera
    corners = box_corners(tuple(center), half, (0.1, 0.2, 0.3, 0.9))  # type: ignore[arg-type]
    places = [naive.through_pinhole(each, naive.pose(**placed), matrix, axes) for each in corners]
    assume(all(depth > 0.5 and is_inside(x, y, 3) for x, y, depth in places))
    box = bz.Boxes3D(
        centers=[center],
        half_sizes=[half],
        quaternions=[bz.Quaternion(xyzw=(0.1, 0.2, 0.3, 0.9))],
        radii=-1,
        fill_mode=1,
        class_ids=1,
    )
    assert_corners(studio.render(through(*camera, b=[box, CONTEXT]), view="world/cam"), places)


@FEW
@given(pinholes(), st.tuples(numbers(8, 88), numbers(8, 64), numbers(1, 30)))
def test_what_is_behind_a_pinhole_is_not_drawn(
    studio: bz.Offscreen, camera: tuple[Any, dict[str, Any], str], place: Point
) -> None:
    """The same matrix would put it into the picture."""
    at = before_camera((place[0], place[1], -place[2]), *camera)
    rec = through(*camera, p=bz.Points3D([at], radii=-3), q=bz.Points3D([at], radii=-6))
    assert is_empty(studio.render(rec, view="world/cam"))


@pytest.mark.parametrize("axes", AXES)
def test_the_axes_of_a_camera(studio: bz.Offscreen, axes: str) -> None:
    """One point ahead, to the right and above: each convention has other numbers for it."""
    at = {"RDF": (1, -1, 5), "RUB": (1, 1, -5), "FLU": (5, -1, 1)}[axes]
    matrix = [[50, 0, 48], [0, 50, 36], [0, 0, 1]]
    picture = studio.render(
        through(matrix, {"inverse": False}, axes, p=bz.Points3D([at], radii=-3, colors=RED)), view="world/cam"
    )
    assert_disc_at(picture, 58, 26, RED)


def test_a_near_disc_hides_a_far_one_through_a_pinhole(studio: bz.Offscreen) -> None:
    matrix = [[50, 0, 48], [0, 50, 36], [0, 0, 1]]
    discs = bz.Points3D([[0, 0, 2], [0, 0, 9]], radii=-3, colors=[RED, BLUE])
    picture = studio.render(through(matrix, {"inverse": False}, "RDF", p=discs), view="world/cam")
    assert pixel(picture, 48, 36) == RED
