"""SEMANTICS §2: which annotation context applies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import rerun as rr

import blazon as bz
from tests import naive
from tests.pictures import BLUE, GREEN, RED, Draw, disc, logged, mask, pixel


def context(*classes: tuple[int, naive.Color]) -> bz.AnnotationContext:
    return bz.AnnotationContext([(id_, None, color) for id_, color in classes])


def at_frames(contexts: dict[int, object], path: str = "a/b") -> bz.Recording:
    """A mask of class 1 at a/b/m, a red context at the root, and others at frames of `path`."""
    rec = logged({"/": context((1, RED)), "a/b/m": mask(1)})
    for frame, thing in contexts.items():
        logged({path: thing}, rec, frame=frame)
    return rec


@pytest.mark.parametrize("where", ["/", "a", "a/b", "a/b/m"])
def test_the_nearest_ancestor_itself_included(draw: Draw, where: str) -> None:
    """§2: an entity uses the nearest ancestor (itself included) that has a context."""
    rec = logged({"a/b/m": mask(1)})
    assert pixel(draw(logged({where: context((1, RED))}, rec)), 5, 5) == RED


@pytest.mark.parametrize("where", ["a/b/m/below", "a/c", "b", "a/b/mm", "a/b/m2"])
def test_no_other_context_applies(draw: Draw, where: str) -> None:
    """§2: not one beside, not one below, not one whose name begins alike."""
    assert pixel(draw({where: context((1, RED)), "a/b/m": mask(1)}), 5, 5) == naive.auto(1)


def test_the_nearer_of_two_applies(draw: Draw) -> None:
    """§2: nearest."""
    rec = {"/": context((1, RED)), "a": context((1, GREEN)), "a/m": mask(1), "m": disc(5, 5, class_ids=1)}
    assert pixel(draw(rec, view="a"), 5, 5) == GREEN
    assert pixel(draw(rec, view="m"), 5, 5) == RED


def test_no_merging_and_no_fall_through_for_a_missing_id(draw: Draw) -> None:
    """§2: the whole nearest context applies."""
    rec = {"/": context((1, RED), (2, BLUE)), "a": context((1, GREEN)), "a/m": mask(2)}
    assert pixel(draw(rec), 5, 5) == naive.auto(2)


def test_no_fall_through_for_a_missing_keypoint_or_connection(draw: Draw) -> None:
    """§2: nor for what a class of the nearest context lacks."""
    far = bz.ClassDescription(
        info=(1, None, BLUE), keypoint_annotations=[(0, None, RED)], keypoint_connections=[(0, 1)]
    )
    pose = bz.Points2D([[10, 10], [50, 10]], radii=4, class_ids=1, keypoint_ids=[0, 1])
    picture = draw({"/": far, "a": context((1, GREEN)), "a/p": pose})
    assert pixel(picture, 10, 10) == GREEN
    assert pixel(picture, 30, 10) == (13, 16, 17, 255)


def test_a_context_without_classes_applies_too(draw: Draw) -> None:
    """§2: the nearest that *has a context*; its map may be empty."""
    assert pixel(draw({"/": context((1, RED)), "a": bz.AnnotationContext([]), "a/m": mask(1)}), 5, 5) == naive.auto(1)


def test_before_the_first_temporal_context_a_farther_one_applies(draw: Draw) -> None:
    """§2: at the query time."""
    rec = at_frames({5: context((1, GREEN))})
    colors = [pixel(draw(rec, at=("frame", frame)), 5, 5) for frame in (4, 5, 6)]
    assert colors == [RED, GREEN, GREEN]


def test_a_context_may_change_over_time(draw: Draw) -> None:
    """§2: a context may also change over time."""
    rec = at_frames({1: context((1, GREEN)), 3: context((1, BLUE)), 5: context((2, BLUE))})
    colors = [pixel(draw(rec, at=("frame", frame)), 5, 5) for frame in (0, 1, 2, 3, 4, 5)]
    assert colors == [RED, GREEN, GREEN, BLUE, BLUE, naive.auto(1)]


@pytest.mark.parametrize(
    ("path", "clear"),
    [("a/b", bz.Clear(recursive=False)), ("a/b", bz.Clear(recursive=True)), ("a", bz.Clear.recursive())],
)
def test_a_context_may_be_cleared(draw: Draw, path: str, clear: bz.Clear) -> None:
    """§2: and be cleared: then a farther one applies again."""
    rec = at_frames({1: context((1, GREEN))})
    logged({path: clear}, rec, frame=3)
    colors = [pixel(draw(rec, at=("frame", frame)), 5, 5) for frame in (2, 3, 4)]
    assert colors == [GREEN, RED, RED]


def test_a_static_context_shadows_a_temporal_one(draw: Draw) -> None:
    """§2 with §9: static contexts are the usual case."""
    rec = logged({"a/m": [mask(1), context((1, RED))]})
    logged({"a/m": context((1, GREEN))}, rec, frame=1)
    assert pixel(draw(rec, at=("frame", 2)), 5, 5) == RED


def test_a_context_on_another_timeline_does_not_apply(draw: Draw) -> None:
    """§2 with §9: what does not carry the queried timeline does not exist."""
    rec = at_frames({})
    logged({"a/b": context((1, GREEN))}, rec, other=0)
    rec.reset_time()
    logged({"a/b/x": disc(40, 40)}, rec, frame=0)
    assert pixel(draw(rec, at=("frame", 9)), 5, 5) == RED
    assert pixel(draw(rec, at=("other", 9)), 5, 5) == GREEN


def test_of_duplicate_class_ids_the_last_wins(draw: Draw) -> None:
    """§2: duplicate class ids."""
    assert pixel(draw({"/": context((1, RED), (2, BLUE), (1, GREEN)), "m": mask(1)}), 5, 5) == GREEN


def test_of_duplicate_class_ids_the_last_wins_as_a_whole(draw: Draw) -> None:
    """§2: its lack of a colour, or of connections, counts as well."""
    first = bz.ClassDescription(info=(1, "a", RED), keypoint_connections=[(0, 1)])
    pose = bz.Points2D([[10, 10], [50, 10]], radii=4, class_ids=1, keypoint_ids=[0, 1])
    picture = draw({"/": bz.AnnotationContext([first, 1]), "p": pose})
    assert pixel(picture, 10, 10) == naive.auto(1)
    assert pixel(picture, 30, 10) == (13, 16, 17, 255)


def test_of_duplicate_keypoint_ids_the_last_wins(draw: Draw) -> None:
    """§2: duplicate keypoint ids."""
    described = bz.ClassDescription(info=1, keypoint_annotations=[(7, None, RED), (7, None, GREEN)])
    assert pixel(draw({"/": described, "p": disc(10, 10, class_ids=1, keypoint_ids=7)}), 10, 10) == GREEN


def test_of_duplicate_ids_from_the_sdk_the_last_wins(from_sdk: Callable[..., bz.Recording], draw: Draw) -> None:
    """§2: on the wire as well."""

    def log(stream: rr.RecordingStream) -> None:
        described = rr.ClassDescription(
            info=(2, "b"), keypoint_annotations=[(7, "x", (255, 0, 0)), (7, "y", (0, 255, 0))]
        )
        stream.log("/", rr.AnnotationContext([(1, "a", (255, 0, 0)), (1, "a", (0, 255, 0)), described]), static=True)
        stream.log("p", rr.Points2D([[10, 10], [30, 10]], radii=4, class_ids=[1, 2], keypoint_ids=[0, 7]), static=True)

    picture = draw(from_sdk(log))
    assert [pixel(picture, 10, 10), pixel(picture, 30, 10)] == [GREEN, GREEN]
