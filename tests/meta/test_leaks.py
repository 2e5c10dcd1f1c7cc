"""No GL object outlives what made it, and a frame in which nothing changed costs nothing."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import moderngl
import numpy as np
import pytest

import blazon as bz
from blazon.ingest.recording import Recording
from blazon.render import frame as frames
from blazon.render.scene import SceneBuilder


def recording(frames: int) -> Recording:
    rec = bz.Recording("leaks")
    for frame in range(frames):
        rec.set_time("frame", sequence=frame)
        rec.log("a/mask", bz.SegmentationImage(np.full((8, 8), frame, np.uint8)))
        rec.log("a/points", bz.Points2D(np.random.default_rng(frame).random((frame + 1, 2)) * 8))
        rec.log("a/box", bz.Boxes2D(half_sizes=[[2, 2]], centers=[[4, 4]]))
    return rec


def live_objects() -> int:
    """How many GL objects Python holds; each gives its own back when it goes."""
    gc.collect()
    kinds = (moderngl.Texture, moderngl.Buffer, moderngl.VertexArray, moderngl.Framebuffer, moderngl.Program)
    return sum(isinstance(each, kinds) for each in gc.get_objects())


@pytest.fixture
def gl_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels leave all to GL, as on a GPU."""
    monkeypatch.setattr(frames, "backdrop", lambda *_, **__: None)


def test_many_frames_hold_no_more_than_one() -> None:
    rec = recording(40)
    with bz.Offscreen(8, 8) as screen:
        screen.render(rec, at=("frame", 0))
        before = live_objects()
        for frame in range(40):
            screen.render(rec, at=("frame", frame))
        assert live_objects() == before
        assert not screen._gpu.context.objects  # those that went were given back


def test_a_closed_screen_holds_nothing() -> None:
    before = live_objects()
    screen = bz.Offscreen(8, 8)
    screen.render(recording(1), background="00000080")
    assert live_objects() > before
    screen.close()
    screen.close()
    del screen
    assert live_objects() == before


def test_a_frame_in_which_nothing_changed_draws_and_uploads_nothing() -> None:
    rec = recording(2)
    with bz.Offscreen(8, 8) as screen:
        first = screen.render(rec)
        counts = screen.counts()
        second = screen.render(rec)
        assert screen.counts() == counts
    np.testing.assert_array_equal(first, second)
    assert first is not second  # the caller's own


@pytest.mark.usefixtures("gl_alone")
def test_only_what_changed_is_uploaded() -> None:
    rec = bz.Recording("changes")
    rec.log("a/mask", bz.SegmentationImage(np.zeros((8, 8), np.uint8)), static=True)
    for frame in range(3):
        rec.set_time("frame", sequence=frame)
        rec.log("a/points", bz.Points2D([[frame, 1]]))
    with bz.Offscreen(8, 8) as screen:
        screen.render(rec, at=("frame", 0))
        before = screen.counts()
        screen.render(rec, at=("frame", 1))
        after = screen.counts()
    assert after.uploads - before.uploads == 1
    assert after.uploaded_bytes - before.uploaded_bytes == 20  # one row of layouts.POINT


def test_two_screens_may_be_used_in_turns() -> None:
    rec = recording(1)
    with bz.Offscreen(8, 8) as one, bz.Offscreen(16, 16) as other:
        first = one.render(rec)
        assert other.render(rec).shape == (16, 16, 4)
        np.testing.assert_array_equal(one.render(rec), first)


@pytest.mark.usefixtures("gl_alone")
def test_entities_of_one_primitive_share_one_draw() -> None:
    rec = bz.Recording("draws")
    for i in range(50):
        rec.log(f"a/{i}", bz.Boxes2D(half_sizes=[[1, 1]], centers=[[i, i]]))
    with bz.Offscreen(8, 8) as screen:
        screen.render(rec)
        assert screen.counts().draws == 1


def test_a_table_goes_with_its_context() -> None:
    context = bz.AnnotationContext([(1, "one", (255, 0, 0))])
    gone = weakref.ref(context)
    bz.colorize(np.ones((2, 2), np.uint8), context)
    del context
    gc.collect()
    assert gone() is None


def test_what_is_no_longer_shown_is_not_kept() -> None:
    rec = bz.Recording("views")
    for i in range(10):
        rec.log(f"v{i}", bz.Points2D([[i, i]]))
    with bz.Offscreen(8, 8) as screen:
        for i in range(10):
            screen.render(rec, view=f"v{i}")
        assert len(screen._builder._builds._groups) == 1


def test_what_is_logged_while_a_scene_is_built_is_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that has returned is seen by the next render, also where it came in the middle of the one before."""
    rec = bz.Recording("meanwhile")
    rec.log("a", bz.SegmentationImage(np.zeros((4, 4), np.uint8)), static=True)
    assemble = SceneBuilder._assemble

    def log_and_assemble(*arguments: Any) -> Any:
        monkeypatch.setattr(SceneBuilder, "_assemble", assemble)
        rec.log("a", bz.SegmentationImage(np.ones((4, 4), np.uint8)), static=True)
        return assemble(*arguments)

    monkeypatch.setattr(SceneBuilder, "_assemble", log_and_assemble)
    with bz.Offscreen(4, 4) as screen:
        assert tuple(screen.render(rec)[0, 0, :3]) == (188, 77, 77)
        assert tuple(screen.render(rec)[0, 0, :3]) == (77, 123, 188)
