"""What once broke pictures that kernels draw, or the pictures after them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import blazon as bz
from blazon.ingest.index import TimeIndex
from blazon.render import followed
from blazon.render.troupes import Troupe
from tests.pictures import logged

SMALL = np.random.default_rng(0).normal(0, 1, (300, 3)) + [3, 0, 0]


@pytest.mark.parametrize("size", [1e11, 1e12, 1e14, 1e17, 1e30])
def test_a_box_as_large_as_the_world_around_the_eye(size: float) -> None:
    made = {"a": [bz.Boxes3D(half_sizes=[[size] * 3])], "b": [bz.Boxes3D(centers=SMALL, half_sizes=SMALL * 0 + 0.1)]}
    with bz.Offscreen(64, 48) as screen:
        picture = screen.render(logged(made), kind="3d", eye=(0, 0, 0), target=(1, 0, 0))
    assert len(np.unique(picture.reshape(-1, 4), axis=0)) > 3


@pytest.mark.parametrize(("scale", "half_size"), [(1e-38, 1e-44), (1e-20, 1e-44), (1e-45, 1.0)])
def test_boxes_too_small_to_be_worked_out(scale: float, half_size: float) -> None:
    boxes = bz.Boxes3D(half_sizes=[[half_size] * 3], fill_mode="solid")
    with bz.Offscreen(16, 16) as screen:
        screen.render(logged({"b": [bz.Transform3D(scale=scale), boxes]}), kind="3d", eye=(1, 1, 1), target=(0, 0, 0))


@pytest.mark.parametrize(
    "thing",
    [
        bz.Boxes2D(centers=[[3e38, 0], [5, 5]], half_sizes=[[3e38, 1], [2, 2]]),
        bz.Arrows2D(origins=[[3e38, 0], [5, 5]], vectors=[[3e38, 1], [2, 2]]),
    ],
)
def test_what_reaches_past_all_numbers_is_left_out_and_told(thing: Any) -> None:
    with bz.Offscreen(16, 16) as screen, pytest.warns(bz.BlazonWarning, match="non-finite positions"):
        assert len(np.unique(screen.render(logged({"b": [thing]})).reshape(-1, 4), axis=0)) > 1


def test_a_build_that_was_interrupted_leaves_nothing_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    rec = bz.Recording("interrupted")
    for time, color in enumerate([(255, 0, 0), (0, 255, 0)]):
        rec.set_time("frame", sequence=time)
        rec.log("b", bz.Boxes2D(centers=[[8, 8]], half_sizes=[[6, 6]], radii=-4, colors=color))
        rec.log("s", bz.Boxes3D(centers=[[time, 0, 0]], half_sizes=[[1, 1, 1]], colors=color))
    batches = followed.batches

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    with bz.Offscreen(32, 16) as screen, bz.Offscreen(32, 16) as fresh:
        screen.render(rec, at=("frame", 0))
        monkeypatch.setattr(followed, "batches", interrupted)
        with pytest.raises(KeyboardInterrupt):
            screen.render(rec, at=("frame", 1))
        monkeypatch.setattr(followed, "batches", batches)
        np.testing.assert_array_equal(screen.render(rec, at=("frame", 1)), fresh.render(rec, at=("frame", 1)))


def test_memory_of_pictures_stays_as_the_eye_goes_round() -> None:
    rng = np.random.default_rng(0)
    strips = rng.normal(size=(300, 3, 3))
    made = {
        "s": [bz.LineStrips3D(strips, colors=(200, 90, 0, 120))],
        "b": [bz.Boxes3D(centers=rng.normal(size=(60, 3)), half_sizes=np.full((60, 3), 0.1))],
    }
    with bz.Offscreen(48, 32) as screen:
        rec, sizes = logged(made), []
        for angle in np.linspace(0, 3, 40):
            screen.render(rec, kind="3d", eye=(6 * np.cos(angle), 6 * np.sin(angle), 2), target=(0, 0, 0))
            kept = screen._frames._scratches[0]._kept
            sizes.append((len(kept), sum(each.nbytes for each in kept.values())))
    assert max(count for count, _ in sizes) <= 6
    assert sizes[-1][1] <= 3 * sizes[0][1]


def test_several_cameras_share_what_stands_in_space(monkeypatch: pytest.MonkeyPatch) -> None:
    """A point that moves before one of them places nothing of it anew."""
    rec, placed = bz.Recording("cameras"), []
    rec.log("world/boxes", bz.Boxes3D(half_sizes=[[1, 1, 1]], centers=[[0, 0, 9]]), static=True)
    for i in range(3):
        rec.log(f"world/c{i}", bz.Pinhole(focal_length=20, width=32, height=24), static=True)
    for time in range(4):
        rec.set_time("frame", sequence=time)
        rec.log("world/c0/p", bz.Points2D([[time, 3]]))
        for i in (1, 2):
            rec.log(f"world/c{i}/q", bz.Points2D([[5, 3]])) if time == 0 else None
    member = Troupe._member
    monkeypatch.setattr(Troupe, "_member", lambda *words: placed.append(1) or member(*words))
    with bz.Offscreen(96, 64) as screen:
        for time in range(4):
            screen.render(rec, at=("frame", time), kind="2d")
            if time == 0:
                placed.clear()
    assert not placed


def test_who_reads_while_a_chunk_comes_in_between_reads_what_was_there() -> None:
    index = TimeIndex(frozenset("a"))
    refs: list[Any] = [object() for _ in range(4)]
    for first in (10, 20, 30):
        index.add(refs[first // 10 - 1], first, first)
    reading = index.candidates(40)
    assert next(reading)[0] is refs[2]
    index.add(refs[3], 5, 50)
    assert [ref for ref, _ in reading] == [refs[1], refs[0]]
    assert [end for _, end in index.candidates(40)] == [50, 50, 50, 50]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_draws_and_writes(tmp_path: Path) -> None:
    program = f"""
import os, numpy as np
from blazon.render.output import Output
picture, out = np.zeros((700, 64, 4), np.uint8), Output.parse({str(tmp_path / "{}.png")!r})
out.write(picture, 0)
child = os.fork()
if child == 0:
    out.write(picture, 1)
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=60)
    assert (tmp_path / "1.png").read_bytes() == (tmp_path / "0.png").read_bytes()


def test_keypoints_without_classes_are_of_class_0_whatever_was_before() -> None:
    """As with the SDK, which logs that."""
    rec = bz.Recording("classes")
    for time, ids in enumerate([{"class_ids": 3}, {"keypoint_ids": [1]}]):
        rec.set_time("frame", sequence=time)
        rec.log("a", bz.Points2D([[8, 8]], radii=6, **ids))
        rec.log("b", bz.Points2D([[8, 8]], radii=6, class_ids=0, keypoint_ids=[1]))
    with bz.Offscreen(16, 16) as screen:
        look: dict[str, Any] = {"at": ("frame", 1), "bounds": (0, 0, 16, 16)}
        np.testing.assert_array_equal(screen.render(rec, view="a", **look), screen.render(rec, view="b", **look))
