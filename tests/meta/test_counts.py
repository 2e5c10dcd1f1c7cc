"""What a frame costs, in numbers that no clock has a part in: calls of Python functions, uploads, draws, bytes.

The ceilings stand a third above what was measured when they were written; who passes one has made frames dearer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import blazon as bz
from blazon.ingest.moments import At
from blazon.render import frame as frames
from blazon.render.scene import SceneBuilder
from blazon.render.shot import Shot, make_look
from blazon.render.visualizers.layers import Primitive

PLANE: dict[str, Any] = {"bounds": (0, 0, 100, 100)}
SPACE: dict[str, Any] = {"kind": "3d", "eye": (-9, -9, 9), "target": (0, 0, 0)}


def calls_of(run: Callable[[], object]) -> int:
    """How many Python functions are called."""
    count = 0

    def profile(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        run()
    finally:
        sys.setprofile(before)
    return count


def people(count: int, frames: int) -> bz.Recording:
    """Entities of keypoints that all move."""
    rec = bz.Recording("people")
    keypoints = bz.ClassDescription(
        info=1, keypoint_annotations=range(5), keypoint_connections=[(0, 1), (1, 2), (2, 3), (3, 4)]
    )
    rec.log("/", bz.AnnotationContext([keypoints]), static=True)
    at = np.random.default_rng(0).uniform(0, 90, (count, 5, 2))
    for frame in range(frames):
        rec.set_time("frame", sequence=frame)
        for i in range(count):
            rec.log(f"p{i}", bz.Points2D(at[i] + frame, class_ids=1, keypoint_ids=range(5)))
    return rec


def things(count: int, moving: int, frames: int) -> bz.Recording:
    """Entities in space with a transform each; a few of them move."""
    rec = bz.Recording("things")
    strip = np.random.default_rng(0).uniform(0, 1, (10, 3))
    for frame in range(frames):
        rec.set_time("frame", sequence=frame)
        for i in range(moving if frame else count):
            rec.log(f"t{i}", bz.Transform3D(translation=[i % 9, i // 9, frame]))
            if frame == 0:
                rec.log(f"t{i}", bz.LineStrips3D([strip]))
    return rec


def scene_calls(rec: bz.Recording, look: dict[str, Any]) -> int:
    """The calls of building a second frame after the first, and what is kept of it."""
    builder, line = SceneBuilder(splats=True), rec.default_timeline()
    for frame in (0, 1):
        builder.build(Shot(rec, At(line, frame), make_look(64, 48, **look)))
    return calls_of(lambda: builder.build(Shot(rec, At(line, 2), make_look(64, 48, **look))))


def test_a_frame_in_which_nothing_changed_costs_nothing() -> None:
    rec = people(20, 1)
    with bz.Offscreen(64, 48) as screen:
        screen.render(rec, **PLANE)
        before = screen.counts()
        assert calls_of(lambda: screen.render(rec, **PLANE)) < 90
        assert screen.counts() == before


def test_of_a_stream_one_frame_is_drawn_once_more_and_then_kept() -> None:
    rec = people(20, 9)
    with bz.Offscreen(64, 48) as screen:
        for frame in range(9):
            screen.render(rec, at=("frame", frame), **PLANE)
        first = calls_of(lambda: screen.render(rec, at=("frame", 8), **PLANE))
        assert calls_of(lambda: screen.render(rec, at=("frame", 8), **PLANE)) < 90 < first


def test_entities_that_all_change() -> None:
    """The cost of one more, in calls."""
    few, many = (scene_calls(people(count, 3), PLANE) for count in (20, 120))
    assert (many - few) / 100 < 11


def test_entities_that_stay() -> None:
    few, many = (scene_calls(things(count, 5, 3), SPACE) for count in (20, 120))
    assert (many - few) / 100 < 4


def test_more_instances_cost_no_more_calls() -> None:
    counts = []
    for n in (100, 5000):
        rec = bz.Recording("boxes")
        for frame in range(3):
            rec.set_time("frame", sequence=frame)
            rec.log("b", bz.Boxes2D(half_sizes=np.ones((n, 2)), centers=np.full((n, 2), 10.0 * frame)))
        counts.append(scene_calls(rec, PLANE))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("moved", "uploads", "n_bytes"),
    [("nothing", 0, 0), ("the eye", 5, 64 * 48 * 8 + 2**15), ("a box", 5, 2**15)],
)
def test_points_that_stay_are_not_uploaded(
    monkeypatch: pytest.MonkeyPatch, moved: str, uploads: int, n_bytes: int
) -> None:
    """By GL, which kernels leave nothing to here."""
    monkeypatch.setattr(frames, "backdrop", lambda *_, **__: None)
    rec = bz.Recording("cloud")
    rec.log("p", bz.Points3D(np.random.default_rng(0).normal(size=(20_000, 3))), static=True)
    for frame in (0, 1):
        rec.set_time("frame", sequence=frame)
        rec.log("b", bz.Boxes3D(half_sizes=[[1, 1, 1]], centers=[[frame, 0, 0]]))
    look = {**SPACE, "eye": (-9, -8, 9)} if moved == "the eye" else SPACE
    with bz.Offscreen(64, 48) as screen:
        screen.render(rec, at=("frame", 0), **SPACE)
        before = screen.counts()
        screen.render(rec, at=("frame", int(moved == "a box")), **look)
        after = screen.counts()
    assert after.uploads - before.uploads <= uploads
    assert after.uploaded_bytes - before.uploaded_bytes <= n_bytes


def labelled(count: int, frames: int) -> bz.Recording:
    """Boxes with labels that stay, and one that moves and has none."""
    rec = bz.Recording("labels")
    at = np.random.default_rng(0).uniform(0, 90, (count, 2))
    rec.log("still", bz.Boxes2D(centers=at, half_sizes=np.ones((count, 2)), labels=["label"] * count), static=True)
    for frame in range(frames):
        rec.set_time("frame", sequence=frame)
        rec.log("moving", bz.Boxes2D(centers=[[frame, 5]], half_sizes=[[3, 3]]))
    return rec


def test_labels_that_stay_are_not_placed_again() -> None:
    """Their rows are the very same array, whatever else moves; a legend's as well."""
    builder, rec = SceneBuilder(), labelled(40, 3)
    look = make_look(100, 100, labels="on", legend=True, **PLANE)
    found = [builder.build(Shot(rec, At(rec.timelines()[0], frame), look)).rows for frame in range(3)]
    glyphs = [rows[Primitive.GLYPHS] for rows in found]
    assert len(glyphs[0])
    assert glyphs[0] is glyphs[1] is glyphs[2]


def test_more_labels_cost_no_more_calls() -> None:
    counted = []
    for count in (40, 4000):
        builder, rec = SceneBuilder(), labelled(count, 1)
        rec.log("more", bz.Points2D(np.zeros((1, 2))), static=True)
        look = make_look(100, 100, labels="on", **PLANE)
        builder.build(Shot(rec, At(rec.timelines()[0], 0), look))  # makes glyphs
        rec.log("still", bz.Boxes2D(half_sizes=np.ones((count, 2)), labels=["lab el"] * count), static=True)
        counted.append(calls_of(lambda b=builder, r=rec, o=look: b.build(Shot(r, At(r.timelines()[0], 0), o))))
    assert counted[1] <= counted[0] + 10
