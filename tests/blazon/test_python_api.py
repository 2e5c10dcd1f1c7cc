"""What a hostile program gives to the Python API: an error of blazon's own in one line, and never a wrong picture."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz


@pytest.fixture(scope="module")
def screen() -> Iterator[bz.Offscreen]:
    with bz.Offscreen(16, 16) as screen:
        yield screen


@pytest.fixture
def rec() -> bz.Recording:
    """Four frames of one point that moves."""
    rec = bz.Recording("four")
    for i in range(4):
        rec.set_time("frame", sequence=i)
        rec.log("a", bz.Points2D([[i, i]], class_ids=1))
    return rec


def refused(work: Callable[[], object], error: type[bz.BlazonError] = bz.ArgumentError) -> None:
    """Assert that `work` raises `error` with one line."""
    with pytest.raises(error) as raised:
        work()
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    "look",
    [
        {"hide": None},
        {"hide": [1.5]},
        {"hide": [True]},
        {"hide": [None]},
        {"hide": [-1]},  # a class id of −1 raises
        {"only": -1},
        {"bounds": 5},
        {"bounds": (1, 2, 3)},
        {"bounds": "abcd"},
        {"bounds": (0, 0, np.nan, 1)},
        {"bounds": (1, 1, 1, 1)},
        {"kind": 3},
        {"labels": True},
        {"background": object()},
        {"background": (1, 2)},
        {"background": (300, 0, 0)},
        {"view": 5},
        {"at": ("frame", 1, 2)},
        {"at": ("frame", "soon")},
        {"at": ("frame", 1.5)},
        {"at": ("frame", True)},
        {"at": ("log_time", float("nan"))},
        {"at": ("frame", 2**63)},
        {"eye": (1, 1)},
        {"eye": (1, 1, float("nan"))},
        {"eye": "here"},
        {"target": 3},
        {"eye": (1, 1, 1), "target": (1, 1, 1)},
        {"fov": 0},
        {"fov": 180},
        {"fov": float("nan")},
        {"fov": "wide"},
    ],
    ids=str,
)
def test_wrong_looks(screen: bz.Offscreen, rec: bz.Recording, look: dict[str, Any]) -> None:
    refused(lambda: screen.render(rec, **look))


@pytest.mark.parametrize("look", [{"hide": ["9" * 5000]}, {"hide": ["²"]}, {"view": "nope"}, {"timeline": "nope"}])
def test_looks_that_the_recording_lacks(screen: bz.Offscreen, rec: bz.Recording, look: dict[str, Any]) -> None:
    with pytest.raises(bz.BlazonError):
        screen.render(rec, **look)


@pytest.mark.parametrize("size", [1e-320, 1e-300, 1e-40, 1e-30, 1e30, 1e300, 1e308])
def test_bounds_of_any_size(screen: bz.Offscreen, rec: bz.Recording, size: float) -> None:
    """Drawn or refused: not an OverflowError, and no warning of numpy's."""
    with contextlib.suppress(bz.ArgumentError):
        assert screen.render(rec, bounds=(0, 0, size, size)).shape == (16, 16, 4)


def test_numpy_integers_are_whole_numbers(rec: bz.Recording) -> None:
    height, width = np.array([8, 16])
    with bz.Offscreen(width, height) as screen:
        assert screen.render(rec).shape == (8, 16, 4)
        hidden = screen.render(rec, hide=np.unique([1, 1]), at=("frame", np.int64(2)))
        assert (hidden == hidden[0, 0]).all()


@pytest.mark.parametrize("every", [0, -1, 1.5, "0.5s"])
def test_frames_of_a_wrong_every(screen: bz.Offscreen, rec: bz.Recording, every: Any) -> None:
    refused(lambda: list(screen.frames(rec, timeline="frame", every=every)))


@pytest.mark.parametrize("words", [{"wiew": "a"}, {"at": 1}])
def test_frames_of_a_wrong_word(screen: bz.Offscreen, rec: bz.Recording, words: dict[str, Any]) -> None:
    with pytest.raises((TypeError, bz.ArgumentError), match=next(iter(words))):
        list(screen.frames(rec, timeline="frame", **words))


@pytest.mark.parametrize(
    "value",
    [
        np.timedelta64(10**11, "s"),
        np.timedelta64(2**40, "D"),
        np.timedelta64(300, "Y"),
        np.timedelta64("NaT"),
        dt.timedelta.max,
        1e300,
        float("nan"),
        10**11,
        "1s",
        None,
    ],
    ids=repr,
)
def test_durations_that_do_not_fit_never_wrap(value: Any) -> None:
    refused(lambda: bz.Recording().set_time("t", duration=value))


@pytest.mark.parametrize(
    "value",
    [
        np.datetime64("9999-01-01"),
        np.datetime64("0001-01-01"),
        np.datetime64("NaT"),
        dt.datetime(9999, 1, 1),
        dt.datetime.min,
        1e20,
        "2024-05-01",
    ],
    ids=repr,
)
def test_timestamps_that_do_not_fit_never_wrap(value: Any) -> None:
    refused(lambda: bz.Recording().set_time("t", timestamp=value))


def test_log_time_is_not_the_programs_own() -> None:
    refused(lambda: bz.Recording().set_time("log_time", sequence=1))


@pytest.mark.parametrize("thing", [rr.Points2D([[1, 1], [2, 2]]), bz.Points2D, "points", None, [[1, 1]]])
def test_what_can_not_be_logged(thing: Any) -> None:
    refused(lambda: bz.Recording().log("a", thing), bz.DtypeError)


def test_colours_of_no_pixels() -> None:
    colors = bz.colorize(np.zeros((0, 5), np.uint8), bz.AnnotationContext([]))
    assert colors.shape == (0, 5, 4)
    assert colors.dtype == np.uint8


def test_times_at_the_ends_of_int64(screen: bz.Offscreen) -> None:
    rec = bz.Recording("ends")
    for time in (-(2**63), 0, 2**63 - 1):
        rec.set_time("frame", sequence=time)
        rec.log("a", bz.Points2D([[1, 1]]))
    assert len(list(screen.frames(rec, timeline="frame"))) == 3
    assert (screen.render(rec, at=("frame", -(2**63))) != screen.render(rec, at=("frame", 0), hide=["1"])).sum() == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38, 1e-45, 1e300])
def test_points_at_the_ends_of_floats(screen: bz.Offscreen, value: float) -> None:
    rec = bz.Recording("ends")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *_, **__: None)
        rec.log("a", bz.Points2D([[value, 0], [1, value]], radii=[1, value] if value > 0 else 1, draw_order=value))
        rec.log("b", bz.Boxes2D(half_sizes=[[value, 1]], centers=[[1, value]]))
        rec.log("c", bz.LineStrips2D([[[0, 0], [value, 1], [2, 2]]]))
        assert screen.render(rec).shape == (16, 16, 4)


@pytest.mark.parametrize("strips", [[], [np.zeros((0, 2))], [[[1, 1]]], [[[1, 1], [1, 1]]]], ids=str)
def test_strips_without_a_line(screen: bz.Offscreen, strips: Any) -> None:
    rec = bz.Recording("strips")
    rec.log("a", bz.LineStrips2D(strips))
    rec.log("b", bz.Points2D([[1, 1]]))
    assert screen.render(rec).shape == (16, 16, 4)


def test_a_context_of_65536_classes(screen: bz.Offscreen) -> None:
    rec = bz.Recording("many")
    rec.log("a", bz.AnnotationContext([(id_, f"class {id_}", (id_ >> 8, id_ & 255, 7)) for id_ in range(65536)]))
    rec.log("a/mask", bz.SegmentationImage(np.array([[0x1234, 0xFFFF]], np.uint16)))
    assert screen.render(rec, bounds=(0, 0, 2, 1))[8, [4, 12]].tolist() == [[0x12, 0x34, 7, 255], [255, 255, 7, 255]]


@pytest.mark.parametrize("shape", [(1, 1), (3, 20_000), (20_000, 3)])
def test_images_past_the_size_of_a_texture(screen: bz.Offscreen, shape: tuple[int, int]) -> None:
    """Every part of them is there: the last column and the last row too."""
    ids = np.zeros(shape, np.uint8)
    ids[-1, -1] = 1
    rec = bz.Recording("long")
    rec.log("a", bz.AnnotationContext([(0, None, (255, 0, 0)), (1, None, (0, 255, 0))]))
    rec.log("a/mask", bz.SegmentationImage(ids))
    height, width = shape
    assert screen.render(rec, bounds=(width - 1, height - 1, width, height))[8, 8].tolist() == [0, 255, 0, 255]


def test_logging_while_another_thread_draws(screen: bz.Offscreen) -> None:
    rec = bz.Recording("threads")
    rec.log("a", bz.Points2D([[1, 1]]))
    done = threading.Event()

    def log() -> None:
        i = 0
        while not done.is_set():
            rec.set_time("frame", sequence=i)
            rec.log(f"b/{i % 20}", bz.Points2D([[i % 9, 1]]))
            i += 1

    thread = threading.Thread(target=log)
    thread.start()
    try:
        for _ in range(100):
            assert screen.render(rec).shape == (16, 16, 4)
    finally:
        done.set()
        thread.join()


def test_one_window_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Glfw and Dear ImGui have one of all that there is: two threads with windows would end the program."""
    show = importlib.import_module("blazon.render.show")
    with show._ONE, pytest.raises(bz.ArgumentError, match="open already"):
        bz.show(bz.Recording(), block=False)
    monkeypatch.setattr(show, "open_window", lambda *_: (_ for _ in ()).throw(bz.GpuError("none")))
    for block in (True, False, True):
        with pytest.raises(bz.GpuError):
            bz.show(bz.Recording(), block=block)
