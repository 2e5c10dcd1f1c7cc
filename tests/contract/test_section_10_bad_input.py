"""SEMANTICS §10: bad input: drawn as well as can be, with a counted warning; or refused where given."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from blazon.cli import main
from blazon.ingest.chunk import ImageFormat
from tests import naive
from tests.pictures import BLUE, BOUNDS, GREEN, RED, Draw, disc, flat_image, logged, mask, pixel, write_rrd

NAN, INF = float("nan"), float("inf")
NOT_FINITE = pytest.mark.parametrize("bad", [NAN, INF, -INF])


def told(screen: bz.Offscreen, rec: bz.Recording, **look: Any) -> tuple[np.ndarray, list[str]]:
    """A picture, and what was said about it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        picture = screen.render(rec, **{"bounds": BOUNDS, **look})
    assert all(issubclass(each.category, bz.BlazonWarning) for each in caught)
    return picture, [str(each.message) for each in caught]


def says(message: str, entity: str, count: int) -> bool:
    """Whether a warning names the entity, and how often."""
    numbers = re.findall(r"\d+", message.removeprefix(entity))
    return message.startswith(entity) and (count == 1 or str(count) in numbers)


Screen = Callable[..., bz.Offscreen]


# --- positions


@NOT_FINITE
def test_a_point_without_a_place_is_dropped(screen: Screen, bad: float) -> None:
    """§10: a non-finite position drops that instance; the others keep their own colours and radii."""
    points = bz.Points2D([[10, 10], [bad, 10], [30, 10], [40, bad]], radii=[3, 9, 4], colors=[RED, BLUE, GREEN])
    picture, said = told(screen(), logged({"a/p": points}))
    assert len(said) == 1
    assert says(said[0], "/a/p", 2)
    alike = bz.Points2D([[10, 10], [30, 10]], radii=[3, 4], colors=[RED, GREEN])
    np.testing.assert_array_equal(picture, screen().render(logged({"a/p": alike}), bounds=BOUNDS))


@NOT_FINITE
@pytest.mark.parametrize("field", ["centers", "half_sizes"])
def test_a_box_without_a_place_is_dropped(screen: Screen, bad: float, field: str) -> None:
    """§10: the same for boxes, for their centres and sizes."""
    numbers = {"centers": [[20, 20], [40, 30]], "half_sizes": [[5, 5], [6, 6]]}
    numbers[field][0][1] = bad
    picture, said = told(screen(), logged({"b": bz.Boxes2D(**numbers, colors=[RED, GREEN])}))
    assert len(said) == 1
    assert says(said[0], "/b", 1)
    alike = bz.Boxes2D(centers=[[40, 30]], half_sizes=[[6, 6]], colors=GREEN)
    np.testing.assert_array_equal(picture, screen().render(logged({"b": alike}), bounds=BOUNDS))


@NOT_FINITE
def test_a_strip_with_such_a_point_is_dropped(screen: Screen, bad: float) -> None:
    """§10: the instance is the strip."""
    strips = [[[0, 10], [30, bad], [60, 10]], [[0, 30.5], [60, 30.5]]]
    picture, said = told(screen(), logged({"l": bz.LineStrips2D(strips, colors=[RED, GREEN])}))
    assert len(said) == 1
    assert says(said[0], "/l", 1)
    alike = bz.LineStrips2D(strips[1:], colors=GREEN)
    np.testing.assert_array_equal(picture, screen().render(logged({"l": alike}), bounds=BOUNDS))


def test_positions_that_are_not_finite_do_not_stretch_the_bounds(screen: Screen) -> None:
    """§10: dropped, and so not part of what is fitted."""
    points = bz.Points2D([[10, 10], [INF, -INF], [30, 10], [NAN, 5]], colors=RED)
    picture, _ = told(screen(), logged({"p": points}), bounds=None)
    alike = bz.Points2D([[10, 10], [30, 10]], colors=RED)
    np.testing.assert_array_equal(picture, screen().render(logged({"p": alike})))


def test_an_entity_of_nothing_but_such_positions(screen: Screen) -> None:
    """§10: never a crash."""
    picture, said = told(screen(), logged({"p": bz.Points2D([[NAN, NAN]]), "q": disc(10, 10, colors=RED)}), bounds=None)
    assert len(said) == 1
    assert (picture == RED).all(axis=2).any()


@pytest.mark.parametrize("far", [1e30, 3e38, 1e60])
def test_places_far_away_are_only_far_away(screen: Screen, far: float) -> None:
    """§10: never a crash, never a wrong colour; past what 32 bits hold a place is not finite."""
    things = {
        "p": bz.Points2D([[far, 5], [10, 10]], radii=4, colors=RED),
        "b": bz.Boxes2D(centers=[[far, far], [40, 30]], half_sizes=[[5, 5], [5.5, 5.5]], colors=GREEN),
    }
    picture, _ = told(screen(), logged(things))
    assert [pixel(picture, 10, 10), pixel(picture, 45, 30)] == [RED, GREEN]


# --- radii


@pytest.mark.parametrize("bad", [0.0, -0.0, NAN, INF, -INF])
def test_such_a_radius_becomes_the_default(screen: Screen, bad: float) -> None:
    """§10: a non-finite or zero radius becomes the default, with one warning for each entity, counted."""

    def things(radius: float | None) -> dict[str, Any]:
        radii = None if radius is None else [radius, radius]
        return {
            "b": bz.Boxes2D(half_sizes=[[9, 9], [15, 15]], radii=radii, colors=GREEN),
            "l": bz.LineStrips2D([[[0, 30], [64, 30]], [[0, 40], [64, 40]]], radii=radii, colors=BLUE),
            "p": bz.Points2D([[10, 10], [30, 10]], radii=radii, colors=RED),
        }

    picture, said = told(screen(), logged(things(bad)))
    assert len(said) == 3
    assert [says(each, entity, 2) for each, entity in zip(sorted(said), ("/b", "/l", "/p"), strict=True)] == [True] * 3
    np.testing.assert_array_equal(picture, screen().render(logged(things(None)), bounds=BOUNDS))


def test_good_radii_beside_bad_ones_stay(screen: Screen) -> None:
    """§10: that instance alone."""
    points = bz.Points2D([[10, 10], [30, 10], [50, 10]], radii=[4, NAN, 5], colors=RED)
    picture, said = told(screen(), logged({"p": points}))
    assert len(said) == 1
    assert says(said[0], "/p", 1)
    alike = bz.Points2D([[10, 10], [30, 10], [50, 10]], radii=[4, -1.5, 5], colors=RED)
    np.testing.assert_array_equal(picture, screen().render(logged({"p": alike}), bounds=BOUNDS))


# --- warnings


def test_once_for_each_entity_and_kind(screen: Screen) -> None:
    """§10: each with one warning for the entity."""
    bad = bz.Points2D([[NAN, 1], [5, 5]], radii=[1, 0])
    one, rec = screen(), logged({"a": bad, "b": bad})
    _, said = told(one, rec)
    assert sorted(each.partition(":")[0] for each in said) == ["/a", "/a", "/b", "/b"]
    assert len(set(said)) == 4
    assert told(one, rec)[1] == []  # a second picture has nothing new to say


def test_once_for_all_frames(screen: Screen) -> None:
    """§10: not once for each picture of a sequence."""
    rec = bz.Recording()
    for frame in range(5):
        rec.set_time("frame", sequence=frame)
        rec.log("p", bz.Points2D([[NAN, frame], [frame, 5]]))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert len(list(screen().frames(rec, timeline="frame"))) == 5
    assert len(caught) == 1


def test_never_silence_for_another_recording(screen: Screen) -> None:
    """§10: each recording has its own say, also where Python reuses the memory of one that is gone."""
    one = screen()
    for _ in range(40):
        assert len(told(one, logged({"p": bz.Points2D([[NAN, 1], [5, 5]])}))[1]) == 1


def test_good_data_is_no_reason_to_warn(screen: Screen) -> None:
    """§10: no false alarm."""
    rec = logged({"a/m": mask(1), "a/i": flat_image(RED), "a/p": disc(5, 5), "a/b": bz.Boxes2D(half_sizes=[[5, 5]])})
    assert told(screen(), rec)[1] == []


def test_unknown_ids_are_no_reason_to_warn(screen: Screen) -> None:
    """§10: unknown ids are drawn with auto colours."""
    things = {
        "/": bz.ClassDescription(info=(1, None, RED), keypoint_annotations=[(0, None, GREEN)]),
        "m": mask(99),
        "p": bz.Points2D([[10, 10], [30, 10]], radii=4, class_ids=[98, 1], keypoint_ids=[0, 55]),
    }
    picture, said = told(screen(), logged(things))
    assert said == []
    assert [pixel(picture, 50, 40), pixel(picture, 10, 10), pixel(picture, 30, 10)] == [
        naive.auto(99),
        naive.auto(98),
        RED,
    ]


def test_info_shows_them(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """§10: counted, and shown in `blazon info`."""
    write_rrd(
        tmp_path / "a.rrd", lambda stream: stream.log("a/p", rr.Points2D([[NAN, 1], [NAN, 2], [3, 3]], radii=[1, 0, 2]))
    )
    main(["info", str(tmp_path / "a.rrd")])
    out = capsys.readouterr()
    lines = (out.out + out.err).splitlines()
    assert any("non-finite position" in line and "2" in line for line in lines)
    assert any("radii" in line or "radius" in line for line in lines)


def test_bad_data_of_the_sdk(from_sdk: Callable[..., bz.Recording], screen: Screen) -> None:
    """§10: what comes through the wire is data, and never a crash."""

    def log(stream: rr.RecordingStream) -> None:
        stream.log("p", rr.Points2D([[NAN, 1], [10, 10]], radii=[1, NAN], colors=[RED, GREEN], class_ids=[1, 2]))
        stream.log("m", rr.SegmentationImage(np.full((48, 64), -5, np.int16)))

    picture, said = told(screen(), from_sdk(log), view="/")
    assert sorted(each.partition(":")[0] for each in said) == ["/m", "/p", "/p"]
    assert pixel(picture, 10, 10) == GREEN


@pytest.mark.parametrize("datatype", [6, 8, 99])
def test_masks_whose_bytes_do_not_fit_are_not_drawn_and_said(screen: Screen, datatype: int) -> None:
    """§10: never a crash, never silence: a buffer that is shorter than its format says, or an unknown format."""
    broken = bz.SegmentationImage.from_fields(buffer=bytes(10), format=ImageFormat(64, 48, channel_datatype=datatype))
    picture, said = told(screen(), logged({"m": broken, "p": disc(10, 10, colors=RED)}), view="/")
    assert pixel(picture, 10, 10) == RED
    assert len(said) == 1
    assert said[0].startswith("/m")


# --- what the Python API refuses

BAD_IDS = [
    -1,
    1.5,
    2**32,
    [-1],
    [1, 1.5],
    [0, 2**32],
    np.array([-1]),
    np.array([2**40]),
    NAN,
    INF,
    2**70,
    True,
    [True],
    "1",
    ["a"],
    [[1]],
]
TAKE_IDS: list[Callable[[Any], Any]] = [
    lambda ids: bz.Points2D([[0, 0]], class_ids=ids),
    lambda ids: bz.Points2D([[0, 0]], keypoint_ids=ids),
    lambda ids: bz.Points2D([[0, 0]], instance_ids=ids),
    lambda ids: bz.Points2D.from_fields(class_ids=ids),
    lambda ids: bz.Boxes2D(half_sizes=[[1, 1]], class_ids=ids),
    lambda ids: bz.LineStrips2D([[[0, 0], [1, 1]]], class_ids=ids),
]


@pytest.mark.parametrize("take", TAKE_IDS, ids=["class", "keypoint", "instance", "fields", "boxes", "lines"])
@pytest.mark.parametrize("ids", BAD_IDS, ids=repr)
def test_ids_that_are_none_raise(take: Callable[[Any], Any], ids: Any) -> None:
    """§10: a class id of −1, 1.5 or 2^32 raises; nothing wraps."""
    with pytest.raises(bz.ArgumentError, match="_ids"):
        take(ids)


@pytest.mark.parametrize("id_", [-1, 1.5, 2**32, NAN, True, 2**70])
def test_ids_of_annotations_that_are_none_raise(id_: Any) -> None:
    """§10: in contexts as well, of classes, keypoints and connections."""
    for make in (
        lambda: bz.AnnotationInfo(id_),
        lambda: bz.AnnotationContext([(id_, "a")]),
        lambda: bz.ClassDescription(info=id_),
        lambda: bz.ClassDescription(info=0, keypoint_annotations=[id_]),
        lambda: bz.ClassDescription(info=0, keypoint_connections=[(0, id_)]),
    ):
        with pytest.raises(bz.ArgumentError):
            make()


def test_an_id_of_70000_is_exact(draw: Draw) -> None:
    """§10: 70000 is exact; nothing wraps."""
    context = bz.AnnotationContext([(70000, None, RED), (70000 - 65536, None, BLUE)])
    assert pixel(draw({"/": context, "p": disc(10, 10, class_ids=70000)}), 10, 10) == RED


@pytest.mark.parametrize(
    "make",
    [
        lambda: bz.Points2D([[1, 2, 3]]),
        lambda: bz.Points2D([1, 2, 3]),
        lambda: bz.Points2D([["a", "b"]]),
        lambda: bz.Points2D([[1, 2], [3]]),
        lambda: bz.Points2D(np.zeros((2, 2, 2))),
        lambda: bz.Points2D([[0, 0]], radii="big"),
        lambda: bz.Points2D([[0, 0]], radii=[[1]]),
        lambda: bz.Points2D([[0, 0]], labels=[1]),
        lambda: bz.Points2D([[0, 0]], show_labels="yes"),
        lambda: bz.Points2D([[0, 0]], draw_order="top"),
        lambda: bz.Points2D([[0, 0]], draw_order=[1, 2]),
        lambda: bz.Points2D.from_fields(position=[[0, 0]]),
        lambda: bz.Boxes2D(array=[[0, 0, 1, 1]]),
        lambda: bz.Boxes2D(array=[[0, 0, 1, 1]], array_format="LTRB"),
        lambda: bz.Boxes2D(array=[[0, 0, 1]], array_format="XYXY"),
        lambda: bz.Boxes2D(half_sizes=[[1, 1]], sizes=[[2, 2]]),
        lambda: bz.Boxes2D(mins=[[0, 0]]),
        lambda: bz.Boxes2D(mins=[[0, 0]], centers=[[1, 1]], sizes=[[2, 2]]),
        lambda: bz.Boxes2D(half_sizes=[[1, 1, 1]]),
        lambda: bz.LineStrips2D([[[0, 0, 0], [1, 1, 1]]]),
        lambda: bz.Image(np.zeros((4, 4, 5), np.uint8)),
        lambda: bz.Image(np.zeros(4, np.uint8)),
        lambda: bz.Image(np.zeros((4, 4), bool)),
        bz.Image,
        bz.EncodedImage,
        lambda: bz.SegmentationImage(np.zeros((4, 4), np.uint8), opacity="half"),
        lambda: bz.Clear(recursive=1),
        lambda: bz.Offscreen(0, 10),
        lambda: bz.Offscreen(10, 10.0),
        lambda: bz.Offscreen(-1, 10),
    ],
)
def test_values_that_are_wrong_raise_where_they_are_given(make: Callable[[], Any]) -> None:
    """§10: checked where they are given."""
    with pytest.raises(bz.ArgumentError):
        make()


@pytest.mark.parametrize(
    "look",
    [
        {"bounds": (0, 0, 0, 10)},
        {"bounds": (0, 0, -5, 10)},
        {"bounds": (0, 0, NAN, 10)},
        {"bounds": (0, 0, 10)},
        {"bounds": "all"},
        {"labels": "maybe"},
        {"kind": "4d"},
        {"background": "red-ish"},
        {"hide": [1.5]},
        {"hide": [-1]},
        {"only": [-1]},
        {"only": [True]},
        {"hide": 1.5},
        {"at": ("frame", 0, 0)},
    ],
    ids=str,
)
def test_looks_that_are_wrong_raise(screen: Screen, look: dict[str, Any]) -> None:
    """§10: a class id to hide of −1 or 1.5 raises as others do (masks may hold 2^32)."""
    rec = logged({"p": disc(10, 10)}, frame=0)
    one = screen()
    with pytest.raises(bz.ArgumentError):
        one.render(rec, **look)


@pytest.mark.parametrize(
    "thing", [None, 3, "points", [1, 2], rr.Points2D([[0, 0]])], ids=lambda each: type(each).__name__
)
def test_what_is_no_archetype_raises(thing: Any) -> None:
    """§10: also an archetype of another library."""
    with pytest.raises(bz.ArgumentError, match="log"):
        bz.Recording().log("p", thing)


def test_a_closed_screen_raises(screen: Screen) -> None:
    """§10: never a crash."""
    one = screen()
    one.close()
    with pytest.raises(bz.ArgumentError, match="closed"):
        one.render(logged({"p": disc(10, 10)}))


def test_errors_are_value_errors_and_say_what_to_do() -> None:
    """§10, STYLE 8: what, the value, what was expected, in one line."""
    with pytest.raises(ValueError, match=r"^Points2D class_ids holds -1; ids go from 0 to 4294967295$"):
        bz.Points2D([[0, 0]], class_ids=-1)
