"""What goes on side by side: nothing is lost, out of order, or another than one after the other."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

import blazon as bz
from blazon.render.ahead import Crew, ahead
from blazon.render.gpu.targets import Target
from blazon.render.passes import atlas as atlas_pass
from blazon.render.shot import Shot, make_look
from blazon.render.times import moments
from tests.films import SIZE, recording


def test_ahead_yields_all_in_order_and_no_more_than_is_asked_for() -> None:
    made: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    taken = ahead(numbers(), 2)
    assert [next(taken) for _ in range(10)] == list(range(10))
    time.sleep(0.2)
    assert len(made) <= 14
    taken.close()
    assert len(made) <= 14


def test_ahead_raises_what_was_raised() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise bz.SourceError("no more")

    taken = ahead(numbers(), 2)
    assert next(taken) == 1
    with pytest.raises(bz.SourceError, match="no more"):
        next(taken)


def test_a_crew_does_all_and_raises_the_first_error() -> None:
    done: list[int] = []
    with Crew(2, 3) as crew:
        for number in range(50):
            crew.give(done.append, number)
    assert (sorted(done), crew.count) == (list(range(50)), 50)

    def fail(number: int) -> None:
        if number == 5:
            raise bz.SourceError("five")

    given = iter(range(50))
    with pytest.raises(bz.SourceError, match="five"), Crew(2, 3) as crew:
        [crew.give(fail, number) for number in given]
    assert next(given) < 15


def test_a_crew_does_nothing_after_an_error() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 3:
            raise bz.SourceError("three")
        time.sleep(0.01)
        done.append(number)

    with pytest.raises(bz.SourceError, match="three"), Crew(1, 6) as crew:
        [crew.give(work, number) for number in range(20)]
    assert done == [0, 1, 2]


def test_pictures_on_their_way_back_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a GPU: through pixel buffers, two behind; a translucent background has GL draw all of it."""
    rec = recording(12, labels=True)
    for background in ((10, 20, 30, 100), (10, 20, 30)):
        with bz.Offscreen(*SIZE) as screen:
            wanted = list(screen.frames(rec, timeline="frame", background=background))
        with monkeypatch.context() as patched:
            patched.setattr(Target, "reads_ahead", 2)
            with bz.Offscreen(*SIZE) as screen:
                found = list(screen.frames(rec, timeline="frame", background=background))
                stopped = screen.frames(rec, timeline="frame", background=background)
                first = next(stopped)
                stopped.close()  # type: ignore[attr-defined] # a generator
                again = screen.render(rec, at=("frame", 11), background=background)
        assert len(found) == 12
        assert all(np.array_equal(one, other) for one, other in zip(wanted, found, strict=True))
        assert np.array_equal(first, wanted[0])
        assert again.shape == wanted[0].shape
        assert not any(np.shares_memory(one, other) for one, other in itertools.pairwise(found))


def test_glyphs_that_come_while_others_are_uploaded_are_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that builds goes on adding them: here while each upload is on its way."""
    rec = bz.Recording("words")
    for i in range(24):
        rec.set_time("frame", sequence=i)
        text = "".join(chr(0x100 + 6 * i + n) for n in range(6))
        rec.log("w/box", bz.Boxes2D(mins=[[20, 20]], sizes=[[80, 40]], labels=[text]))
    look = make_look(*SIZE, background=(9, 9, 9, 100), labels="on")
    times = moments(rec, "frame")
    with bz.Offscreen(*SIZE) as screen:
        fitted = screen.fitted(rec, times, look)
        wanted = [screen.draw(Shot(rec, at, fitted))[0] for at in times]

    def copied(pixels: np.ndarray) -> np.ndarray:
        whole = np.array(pixels)
        time.sleep(0.02)
        return whole

    monkeypatch.setattr(atlas_pass, "np", SimpleNamespace(ascontiguousarray=copied))
    with bz.Offscreen(*SIZE) as screen:
        scenes = ahead((screen.build(Shot(rec, at, fitted)) for at in times), 4)
        found = [picture for picture, _ in screen.pictures(scenes)]
    assert all(np.array_equal(one, other) for one, other in zip(wanted, found, strict=True))
