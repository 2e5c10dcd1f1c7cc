"""The scenes that are measured hold what they say, and both sides of a contest see the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import blazon as bz
from blazon.benches import pictures, suite
from blazon.benches.painters import painters_of
from blazon.benches.peers.errors import PeerError
from blazon.benches.scenes import SCENES, TIMELINE, BenchScene, scene
from blazon.benches.stages import stages_of
from blazon.ingest.errors import ArgumentError
from blazon.ingest.recording import Recording
from blazon.ingest.sources import load
from blazon.scenes import avenue, crowd, swarm

FRAMES = 3
SMALLER = {"points": 2_000, "count": 40, "moving": 7, "new": 5}
ENTITIES = {"street": 23, "crowd": 2, "lidar": 3, "labels": 2, "skeletons": 41, "static": 3, "entities": 41, "micro": 2}


def small(name: str) -> BenchScene:
    """Return a scene with few things and frames: logged in the same way."""
    whole = scene(name)
    return replace(whole, frames=FRAMES, counts={each: SMALLER[each] for each in whole.counts})


def paths(recording: Recording) -> list[str]:
    return [str(path) for path in recording.entities() if not str(path).startswith("/__")]


NAMES = [each.name for each in SCENES]


@pytest.mark.parametrize("name", NAMES)
def test_a_scene_is_logged_once_and_loads(tmp_path: Path, name: str) -> None:
    path = small(name).recording(tmp_path)
    written = path.stat().st_mtime_ns
    assert small(name).recording(tmp_path) == path
    assert path.stat().st_mtime_ns == written
    assert [each.name for each in path.parent.iterdir()] == [f"{name}.rrd"], "nothing half-written is left"
    recording = load(path)
    shown = next(each for each in recording.timelines() if each.timeline.name == TIMELINE)
    assert (shown.covered.first, shown.covered.last) == (0, FRAMES - 1)
    assert len(paths(recording)) == ENTITIES[name]


@pytest.mark.parametrize("name", NAMES)
def test_each_frame_of_a_scene_is_another_picture(
    tmp_path: Path, screen: Callable[..., bz.Offscreen], name: str
) -> None:
    recording, offscreen = load(small(name).recording(tmp_path)), screen(320, 180)
    drawn = [offscreen.render(recording, at=(TIMELINE, i), **scene(name).sight.as_look()) for i in range(FRAMES)]
    shares = [pictures.share(drawn[i][..., :3], drawn[i + 1][..., :3]) for i in range(FRAMES - 1)]
    assert min(shares) > pictures.LEAST_CHANGE


def test_a_scene_with_other_counts_has_another_file(tmp_path: Path) -> None:
    less = small("crowd")
    more = replace(less, counts={"count": 41})
    assert less.recording(tmp_path) != more.recording(tmp_path)


def test_a_scene_that_fails_to_be_logged_leaves_no_file(tmp_path: Path) -> None:
    def log(*_: object, **__: object) -> None:
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        replace(small("crowd"), log=log).recording(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_scenes_have_the_sizes_that_they_promise() -> None:
    counts = {each.name: dict(each.counts) for each in SCENES}
    assert counts["crowd"] == {"count": 10_000}
    assert counts["lidar"] == {"points": 1_000_000, "count": 500}
    assert counts["entities"] == {"count": 5_000, "moving": 50}
    assert {each.name: each.frames for each in SCENES if each.name in ("street", "micro")} == {
        "street": 60,
        "micro": 2_000,
    }
    drawn = avenue.avenue(7)
    assert drawn.mask.shape == (1080, 1920)
    assert drawn.mask.dtype == np.uint8
    assert set(np.unique(drawn.mask)) == set(range(20))
    assert drawn.boxes.shape == (50, 4)
    assert len(drawn.labels) == len(drawn.class_ids) == 50
    assert drawn.people.shape == (20, 17, 2)


def test_generators_say_the_same_again_and_move() -> None:
    for make in (
        lambda i: avenue.avenue(i).mask,
        lambda i: avenue.avenue(i).people,
        lambda i: crowd.boxes(10, i)[0],
        lambda i: crowd.skeletons(5, i),
        lambda i: swarm.moved(40, 7, i)[1],
    ):
        assert np.array_equal(make(1), make(1))
        assert not np.array_equal(make(1), make(2))


def test_moved_entities_are_distinct_and_there() -> None:
    which, places = swarm.moved(40, 7, 39)
    assert len(set(which.tolist())) == 7
    assert which.max() < 40
    assert places.shape == (7, 3)


def test_pictures_of_the_same_are_alike_and_others_are_not() -> None:
    rng = np.random.default_rng(0)
    one = np.zeros((180, 320, 3), np.uint8)
    for x, y in rng.integers(0, 160, (30, 2)):
        one[y : y + 12, x : x + 20] = rng.integers(60, 256, 3)
    paler = np.clip(one.astype(int) // 2 + 20, 0, 255).astype(np.uint8)
    assert pictures.likeness(one, paler) > pictures.LEAST_ALIKE
    assert pictures.likeness(one, one[:, ::-1]) < pictures.LEAST_ALIKE
    assert pictures.likeness(one, np.zeros_like(one)) == 0
    assert pictures.likeness(one * 0, one * 0) == 1


def moving(count: int) -> list[np.ndarray]:
    """Return pictures of a square that moves."""
    drawn = [np.zeros((90, 160, 3), np.uint8) for _ in range(count)]
    for i, picture in enumerate(drawn):
        picture[20:60, 20 + 4 * i : 60 + 4 * i] = 200
    return drawn


def test_what_a_peer_draws_is_checked() -> None:
    one, two, three = moving(3)
    assert pictures.check([one, two], two, two) == (160, 90)
    for shown, again, own, says in (
        ([one, one], one, one, "frame before"),
        ([one, two], one, two, "otherwise"),
        ([one, two], two, two[::-1], "something else"),
        ([one[:50], two[:50]], two[:50], two, "160x50"),
        ([one * 0, two], two, two, "before the scene"),
    ):
        with pytest.raises(PeerError, match=says):
            pictures.check(shown, again, own)
    assert three.any()


def test_stages_of_a_small_scene(tmp_path: Path) -> None:
    each = small("lidar")  # what processors draw of the plane needs no GL
    stages = stages_of(each, each.recording(tmp_path), (64, 48), 1)
    assert min(stages.build_ms, stages.draw_ms, stages.read_ms, stages.again_ms) > 0
    assert stages.draws > 0
    assert stages.uploads > 0
    assert stages.uploaded_bytes >= 64 * 48
    assert stages.python_calls > 10
    assert stages.peak_mib > 10


def test_names_of_benches() -> None:
    assert set(NAMES) <= set(suite.chosen(None))
    assert suite.chosen("street, sizes") == ["street", "sizes"]
    with pytest.raises(ArgumentError, match="strete"):
        suite.chosen("strete")
    with pytest.raises(ArgumentError, match="there are street"):
        scene("strete")


def test_a_peer_that_is_missing_is_an_error_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyvista", None)
    make, *_ = painters_of("lidar")
    with pytest.raises(PeerError, match=r"(?i)pyvista"):
        make(small("lidar"), (64, 48), 1)
