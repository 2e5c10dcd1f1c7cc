"""Pictures that a window saves: those of `blazon render`, of what the window shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import blazon as bz
from blazon.ingest.entity_path import EntityPath
from blazon.render.cameras import Bounds, Viewport
from blazon.render.playback import Playback
from blazon.render.shot import Shot, make_look
from blazon.render.shutter import Shutter
from blazon.render.viewer import Viewer

RED, GREEN = (255, 0, 0, 255), (0, 255, 0, 255)
LEFT, RIGHT = (EntityPath.parse("left"), "2d"), (EntityPath.parse("right"), "2d")


@pytest.fixture
def shot() -> Shot:
    """Two views, beside each other: red, of which a part is shown, and green."""
    recording = bz.Recording("cameras")
    recording.log("/", bz.AnnotationContext([(1, "red", RED[:3]), (2, "green", GREEN[:3])]), static=True)
    recording.log("left", bz.SegmentationImage(np.repeat([[1, 2]], [30, 10], axis=1).repeat(20, axis=0)), static=True)
    recording.log("right", bz.SegmentationImage(np.full((30, 20), 2, np.uint8)), static=True)
    viewer = Viewer([recording], None, make_look(10, 10), Playback())
    viewer.frame(LEFT, Bounds(20, 0, 40, 20))
    shot = viewer.shot(140, 60, 1.0, ((LEFT, Viewport(0, 0, 60, 60)), (RIGHT, Viewport(60, 0, 80, 50))))
    assert shot is not None
    return shot


def saved(shutter: Shutter, path: Path) -> np.ndarray:
    shutter.name = str(path)
    shutter.save()
    shutter.close()
    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA"))


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_a_view_as_it_is_framed_at_any_size(shot: Shot, tmp_path: Path, scale: float) -> None:
    said: list[str] = []
    shutter = Shutter(said.append)
    shutter.ask(shot, LEFT)
    assert shutter.is_asking
    shutter.scale = scale
    pixels = saved(shutter, tmp_path / "a.png")
    side = round(60 * scale)
    assert pixels.shape == (side, side, 4)
    assert shutter.size == (side, side)
    assert tuple(pixels[side // 2, side // 4]) == RED
    assert tuple(pixels[side // 2, 3 * side // 4]) == GREEN
    assert not shutter.is_asking
    assert said[-1] == f"saved {tmp_path / 'a.png'}, {side} x {side}"


def test_all_views_in_one_picture(shot: Shot, tmp_path: Path) -> None:
    shutter = Shutter(lambda _: None)
    shutter.ask(shot, None)
    assert shutter.view is None
    assert list(shutter.views) == [LEFT, RIGHT]
    pixels = saved(shutter, tmp_path / "a.png")
    assert pixels.shape == (60, 140, 4)
    assert tuple(pixels[30, 10]) == RED
    assert tuple(pixels[30, 105]) == GREEN


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a.bmp", "ends with one of"),
        ("a.mp4", "one picture"),
        ("there/a.png", "can't be written"),
        ("{}{}.png", "one field"),
        ("a{}.png", "one picture"),
        ("a\0.png", "null"),
        ("folder.png", "it is a folder"),
        (f"{'a' * 300}.png", "too long"),
        ("", "one picture"),
    ],
)
def test_what_cannot_be_saved_is_told(shot: Shot, tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "there").write_text("")
    (tmp_path / "folder.png").mkdir()
    shutter = Shutter(lambda _: None)
    shutter.ask(shot, LEFT)
    shutter.name = str(tmp_path / name) if name else ""
    shutter.save()
    shutter.close()
    assert shutter.is_asking
    assert says in shutter.note
    assert "OUT" not in shutter.note or "field" in shutter.note


def test_a_file_that_is_there_is_replaced_when_that_was_said_twice(shot: Shot, tmp_path: Path) -> None:
    there, other = tmp_path / "there.png", tmp_path / "other.png"
    there.write_text("precious")
    other.write_text("precious")
    shutter = Shutter(lambda _: None)
    shutter.ask(shot, LEFT)
    for name in (there, other):
        shutter.name = str(name)
        shutter.save()
        assert shutter.is_asking
        assert "there already" in shutter.note
    shutter.rename(str(there))
    shutter.rename(str(other))
    shutter.save()  # what was said of the name before is forgotten
    assert shutter.is_asking
    shutter.save()
    assert not shutter.is_asking
    shutter.close()
    assert there.read_text() == "precious"
    with Image.open(other) as image:
        assert image.size == shutter.size
    shutter.ask(shot, LEFT)
    assert not shutter.note


def test_a_picture_that_is_too_large_is_told(shot: Shot, tmp_path: Path) -> None:
    said: list[str] = []
    shutter = Shutter(said.append)
    shutter.ask(shot, LEFT)
    shutter.scale, shutter.name = 1e4, str(tmp_path / "a.png")
    shutter.save()
    shutter.close()
    assert "past what" in said[-1]
    assert not list(tmp_path.iterdir())
