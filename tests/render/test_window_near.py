"""The real window from very near, and where a UI point is two pixels: what is on the screen is what it says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import rerun as rr
from Xlib import Xatom
from Xlib.display import Display as Connection

from blazon.render.panels.pixel_grid import SHADE, SHINE
from tests.pictures import write_rrd
from tests.render.windows import CAR, ROAD, WITHIN_S, Display, Shown, needs_display

pytestmark = needs_display


@pytest.fixture(scope="module")
def stripes(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A mask of 160 x 100 pixels: road, and 40 pixels of car every 80."""

    def log(stream: rr.RecordingStream) -> None:
        stream.log("/", rr.AnnotationContext([(1, "road", ROAD), (2, "car", CAR)]), static=True)
        ids = np.tile(np.where(np.arange(160) // 40 % 2, 2, 1).astype(np.uint8), (100, 1))
        stream.log("mask", rr.SegmentationImage(ids), static=True)

    path = tmp_path_factory.mktemp("stripes") / "stripes.rrd"
    write_rrd(path, log)
    return str(path)


def until(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < end, f"it never was so: {what}"
        time.sleep(0.05)


def test_pixels_have_edges_and_say_what_they_are(view: Callable[..., Shown], display: Display, stripes: str) -> None:
    shown = view(stripes, "--no-listen")
    shown.until(lambda state: state.get("views"))

    def cars() -> np.ndarray:
        return np.argwhere((display.pixels() == CAR).all(axis=-1))

    until(lambda: len(cars()) > 1000, "the car is drawn")
    left = cars()[:, 1].min()
    y, x = np.median([each for each in cars().tolist() if each[1] < left + 60], axis=0).astype(int).tolist()

    def around() -> np.ndarray:
        return display.pixels()[y - 70 : y + 70, x - 70 : x + 70]

    def columns(color: np.ndarray) -> np.ndarray:
        """Those that are mostly of a colour."""
        return np.flatnonzero((np.abs(around() - color) <= 2).all(axis=-1).mean(axis=0) > 0.8)

    def px_per_unit() -> float:
        (seen,) = shown.state["views"]
        return seen["at"][2] / (seen["shown"][2] - seen["shown"][0])

    dark, light = np.array(CAR) * (1 - SHADE), np.array(CAR) + (255 - np.array(CAR)) * SHINE
    assert len(columns(dark)) == 0
    shown.move_to(x, y)
    begun = px_per_unit()
    shown.do("click", "--repeat", round(np.log(44 / begun) / np.log(1.2)), "--delay", 20, 4)
    until(lambda: 40 < px_per_unit() < 50, "it came nearer")
    shown.move_to(x, y + 120)  # so that what is outlined is elsewhere
    until(lambda: len(columns(dark)) >= 3, "there are lines")
    edges = columns(dark)
    assert np.abs(np.diff(edges) - px_per_unit()).max() <= 1
    assert set(edges + 1) <= set(columns(light)), "each has a light one beside it"
    ink = around()[:, edges[0] + 2 : edges[0] + 40].max(axis=-1) < 80  # of the 2, and of "car" below it
    assert 30 < np.count_nonzero(ink) < 700
    assert shown.process.poll() is None


@pytest.fixture
def dense(display: Display) -> Iterator[Display]:
    """A display of two pixels a UI point."""
    connection = Connection(display.name)  # stays open: an X server without clients forgets
    root = connection.screen().root
    root.change_property(Xatom.RESOURCE_MANAGER, Xatom.STRING, 8, b"Xft.dpi:\t192\n")
    connection.sync()
    yield display
    connection.close()


def test_two_pixels_a_point(dense: Display, view: Callable[..., Shown], stripes: str) -> None:
    shown = view(stripes, "--no-listen", "--size", "800x500")  # 1600 x 1000 pixels
    assert shown.until(lambda state: state.get("views"))["scale"] == 2

    def edges() -> np.ndarray:
        """Where a pixel of road is left of one of car, on the screen: rows of y and x."""
        pixels = dense.pixels()
        return np.argwhere((pixels[:, :-1] == ROAD).all(axis=-1) & (pixels[:, 1:] == CAR).all(axis=-1))

    until(lambda: len(edges()) > 100, "road and car are drawn")
    y, x = edges()[len(edges()) // 2].tolist()
    for at, value in ((x - 20, 1), (x, 1), (x + 1, 2), (x + 20, 2)):
        shown.move_to(at, y)
        shown.until(lambda state, value=value: f"value: {value}" in (state["under_pointer"] or ""))
