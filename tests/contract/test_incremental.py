"""What is kept from picture to picture never shows: a screen that has drawn others draws what a fresh one draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import blazon as bz
from tests.pictures import GREEN, RED

SIZE = (160, 120)
LOOK: dict[str, Any] = {"kind": "3d", "eye": (9.0, 9.0, 9.0), "target": (0.0, 0.0, 0.0)}


def fresh(rec: bz.Recording, **look: Any) -> np.ndarray:
    with bz.Offscreen(*SIZE) as screen:
        return screen.render(rec, **look)


def test_of_equally_near_points_the_last_shows_however_many_there_are() -> None:
    half = np.random.default_rng(0).uniform(-10, 10, (70_000, 3)).astype(np.float32)
    colors = np.zeros((140_000, 3), np.uint8)
    colors[:70_000, 0] = colors[70_000:, 1] = 255
    rec = bz.Recording("ties")
    rec.log("p", bz.Points3D(np.concatenate([half, half]), colors=colors, radii=-2), static=True)
    for _ in range(3):
        picture = fresh(rec, kind="3d", eye=(0, 3, 30), target=(0, 0, 0))
        assert not (picture == RED).all(axis=2).any()
        assert (picture == GREEN).all(axis=2).any()


@pytest.mark.parametrize("named_first", [True, False])
def test_of_a_frame_that_is_moved_by_name_and_by_itself_the_newest_counts(named_first: bool) -> None:
    named = ("w/tf", bz.Transform3D(translation=[20, 20, 0], child_frame="tf#/w/p", parent_frame="tf#/w"))
    own = ("w/p", bz.Transform3D(translation=[80, 80, 0]))
    rec = bz.Recording("frames")
    rec.log("w/p", bz.Points2D([[0, 0]], radii=5.0, colors=RED), static=True)
    for frame, (path, transform) in enumerate([named, own] if named_first else [own, named]):
        rec.set_time("frame", sequence=frame)
        rec.log(path, transform)
    picture = fresh(rec, view="w", kind="2d", bounds=(0, 0, 160, 120))
    ys, xs = np.nonzero((picture == RED).all(axis=2))
    wanted = 80 if named_first else 20
    assert (round(xs.mean() + 0.5), round(ys.mean() + 0.5)) == (wanted, wanted)


def test_a_camera_elsewhere_does_not_say_where_a_view_is() -> None:
    rec = bz.Recording("elsewhere")
    rec.log("w/a/p", bz.Points3D([[0, 0, 0]], radii=2.0, colors=RED), bz.CoordinateFrame("map"), static=True)
    rec.log("other/cam", bz.Pinhole(focal_length=50.0, width=100, height=100), static=True)
    assert (fresh(rec, view="w/a", **LOOK) == RED).all(axis=2).any()


@pytest.mark.parametrize("before", ["hidden", "another recording"])
def test_a_sequence_is_fitted_to_what_it_shows(before: str) -> None:
    def recording(context: str) -> bz.Recording:
        rec = bz.Recording("fit")
        rec.log(context, bz.AnnotationContext([(1, "a"), (2, "b")]), static=True)
        rec.log("w/far", bz.Points3D([[30, 0, 0]], radii=8.0, class_ids=2), static=True)
        for frame in range(2):
            rec.set_time("frame", sequence=frame)
            rec.log("w/near", bz.Points3D([[frame, 0, 0]], radii=1.0, class_ids=1))
        return rec

    rec, hide = recording("w"), [] if before == "hidden" else ["b"]
    with bz.Offscreen(*SIZE) as screen:
        if before == "hidden":
            screen.render(rec, kind="3d", hide=["b"])
        else:
            screen.render(recording("elsewhere"), kind="3d")
        kept = list(screen.frames(rec, timeline="frame", kind="3d", hide=hide))
    with bz.Offscreen(*SIZE) as screen:
        for one, other in zip(screen.frames(rec, timeline="frame", kind="3d", hide=hide), kept, strict=True):
            np.testing.assert_array_equal(one, other)


def test_the_order_of_cameras_is_not_that_in_which_they_moved() -> None:
    rec = bz.Recording("order")
    rec.log("w/a/cam", bz.Pinhole(focal_length=80.0, width=100, height=100, color=(255, 0, 0)), static=True)
    rec.log("w/cam", bz.Pinhole(focal_length=80.0, width=100, height=100, color=(0, 255, 0)), static=True)
    rec.log("w/x", bz.Boxes3D(half_sizes=[[1, 1, 1]]), static=True)
    for frame, (path, move) in enumerate([("w/cam", [0.02, 0, 0]), ("w/a/cam", [0, 0, 0.01])]):
        rec.set_time("frame", sequence=frame)
        rec.log(path, bz.Transform3D(translation=move))
    with bz.Offscreen(*SIZE) as screen:
        for frame in (0, 1, 0, 1):
            kept = screen.render(rec, at=("frame", frame), **LOOK)
            np.testing.assert_array_equal(kept, fresh(rec, at=("frame", frame), **LOOK))


def test_back_and_forth_is_the_same() -> None:
    """Fields at times of their own, a clear, a context that changes: whatever was drawn before."""
    rec, rng = bz.Recording("times"), np.random.default_rng(3)
    for frame in range(6):
        rec.set_time("frame", sequence=frame)
        for i in range(5):
            match (frame + i) % 5:
                case 0:
                    rec.log(f"w/p{i}", bz.Points2D(rng.uniform(0, 90, (3, 2)), class_ids=i, radii=4))
                case 1:
                    rec.log(f"w/p{i}", bz.Points2D.from_fields(class_ids=[frame]))
                case 2:
                    rec.log("w", bz.AnnotationContext([(i, "c", (50 * frame, 200, 9))]))
                case 3:
                    rec.log(f"w/p{i}", bz.Clear(recursive=False))
    order = rng.permutation(np.repeat(np.arange(6), 3)).tolist()
    with bz.Offscreen(*SIZE) as screen:
        for frame in order:
            kept = screen.render(rec, at=("frame", frame), bounds=(0, 0, 100, 100))
            np.testing.assert_array_equal(kept, fresh(rec, at=("frame", frame), bounds=(0, 0, 100, 100)))
