"""The real window, on a display of its own, driven by real input, fed by the real SDK; its pixels are read."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from tests.pictures import write_rrd

pytestmark = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool (apt-get install)"
)
WITHIN_S = 60.0
WIDTH, HEIGHT = 1000, 700
ROAD, CAR = (90, 60, 30), (40, 160, 250)


class Display:
    """An X server without a screen. name : as `DISPLAY` has it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "Xvfb_screen0"
        reads, writes = os.pipe()
        words = ["Xvfb", "-displayfd", str(writes), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", str(folder)]
        self._process = subprocess.Popen(
            [*words, "-nolisten", "tcp"], pass_fds=[writes], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(writes)
        with os.fdopen(reads) as said:
            self.name = f":{said.readline().strip()}"

    def pixels(self) -> np.ndarray:
        """What is on the screen, uint8 (h, w, 3). Source: XWDFile.h."""
        data = self._file.read_bytes()
        head = struct.unpack(">25I", data[:100])
        size, width, height, row_bytes, colors = head[0], head[4], head[5], head[12], head[19]
        rows = np.frombuffer(data, np.uint8, row_bytes * height, size + 12 * colors).reshape(height, row_bytes)
        return rows[:, : 4 * width].reshape(height, width, 4)[..., 2::-1]

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(WITHIN_S)


class Shown:
    """A running `blazon view`."""

    def __init__(self, display: Display, folder: Path, *words: str) -> None:
        self._display, self._state_file, self._log = display, folder / "state.json", folder / "log"
        self.folder = folder
        given = ["--size", f"{WIDTH}x{HEIGHT}", "--debug-state", str(self._state_file), *words]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "blazon", "view", *given],
                env={**os.environ, "DISPLAY": display.name, "XDG_CONFIG_HOME": str(folder / "config")},
                stdout=log,
                stderr=log,
                cwd=folder,
            )
        self.until(lambda state: state["frames"] > 0)

    @property
    def state(self) -> dict[str, Any]:
        """What the window said last of what it shows."""
        try:
            return json.loads(self._state_file.read_text("utf-8"))
        except FileNotFoundError:
            return {"frames": 0}

    def until(self, is_so: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Wait until the state is so, and return it."""
        until = time.monotonic() + WITHIN_S
        while not is_so(state := self.state):
            assert self.process.poll() is None, self._log.read_text()
            assert time.monotonic() < until, f"it never was so: {state}\n{self._log.read_text()}"
            time.sleep(0.02)
        return state

    def do(self, *words: object) -> None:
        """Have xdotool do something."""
        environment = {**os.environ, "DISPLAY": self._display.name}
        subprocess.run(
            ["xdotool", *map(str, words)], env=environment, check=True, timeout=WITHIN_S, capture_output=True
        )

    def point(self, x: float, y: float, view: int = 0) -> tuple[int, int]:
        """Where a scene point of a view in the plane is on the screen."""
        state = self.state
        seen = state["views"][view]
        (x0, y0, x1, _), (left, top, right, _) = seen["shown"], state["panes"][f"{seen['root']} {seen['kind']}"]
        scale = (right - left) / (x1 - x0)
        return round(left + (x - x0) * scale), round(top + (y - y0) * scale)

    def move_to(self, x: int, y: int) -> None:
        """Put the pointer somewhere."""
        self.do("mousemove", x, y)

    def pixel(self, x: int, y: int) -> tuple[int, ...]:
        """The colour of a pixel of the screen."""
        return tuple(self._display.pixels()[y, x].tolist())

    def until_pixel(self, point: tuple[float, float], is_so: Callable[[tuple[int, ...]], bool]) -> None:
        """Wait until the colour at a scene point is so, wherever that is by then."""
        until = time.monotonic() + WITHIN_S
        while not is_so(found := self.pixel(*self.point(*point))):
            assert time.monotonic() < until, f"what is at {point} stays {found}: {self.state}"
            time.sleep(0.02)

    def url(self) -> str:
        """Where programs can stream to."""
        text = self._log.read_text()
        return text[text.index("rerun+http") :].split(",")[0]

    def close(self) -> None:
        """End it, if it has not ended."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(WITHIN_S)


@pytest.fixture(scope="module")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Display]:
    display = Display(tmp_path_factory.mktemp("display"))
    yield display
    display.close()


@pytest.fixture
def view(display: Display, tmp_path: Path) -> Iterator[Callable[..., Shown]]:
    shown: list[Shown] = []

    def view(*words: str) -> Shown:
        shown.append(Shown(display, tmp_path, *words))
        return shown[-1]

    yield view
    for each in shown:
        each.close()


def log_street(stream: rr.RecordingStream, frames: int = 20) -> None:
    stream.log("/", rr.AnnotationContext([(1, "road", ROAD), (2, "car", CAR)]), static=True)
    for frame in range(frames):
        ids = np.ones((100, 160), np.uint8)
        ids[40:60, 3 * frame : 3 * frame + 30] = 2
        stream.set_time("frame", sequence=frame)
        stream.log("camera/mask", rr.SegmentationImage(ids))
        stream.log("camera/boxes", rr.Boxes2D(mins=[[3 * frame, 40]], sizes=[[30, 20]], class_ids=2, labels=["car 17"]))


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("street") / "street.rrd"
    write_rrd(path, log_street)
    return str(path)


def test_a_file_is_shown_moved_and_looked_at(view: Callable[..., Shown], street: str) -> None:
    shown = view(street, "--no-listen")
    state = shown.until(lambda state: state.get("views"))
    assert [each["kind"] for each in state["views"]] == ["2d"]
    assert (state["timeline"], state["time"], state["playing"]) == ("frame", 0, False)
    assert [each[1] for each in state["classes"]] == ["road", "car"]
    shown.until_pixel((100, 20), lambda pixel: pixel == ROAD)
    car = shown.point(10.5, 50.5)
    assert shown.pixel(*car) == CAR

    shown.move_to(*car)
    text = shown.until(lambda state: "car 17" in (state["under_pointer"] or ""))["under_pointer"]
    assert "entity: /camera/boxes" in text
    assert "class: 2" in text
    assert "value: 2" in text  # of the mask below it

    before = state["views"][0]["shown"]
    shown.do("click", 4, "click", 4)  # the wheel, to the pointer
    width = before[2] - before[0]
    after = shown.until(lambda state: np.diff(state["views"][0]["shown"][::2])[0] < 0.8 * width)
    assert shown.point(10.5, 50.5) == pytest.approx(car, abs=1)
    shown.do("mousedown", 1, "mousemove_relative", "--sync", 60, 30, "mouseup", 1)
    moved = shown.until(lambda state: state["views"][0]["shown"] != after["views"][0]["shown"] and not state["is_kept"])
    assert shown.point(10.5, 50.5) == pytest.approx((car[0] + 60, car[1] + 30), abs=2)
    assert moved["views"][0]["shown"][0] < after["views"][0]["shown"][0]
    shown.until_pixel((10.5, 50.5), lambda pixel: pixel == CAR)

    shown.do("key", "f")
    shown.until(lambda state: state["views"][0]["shown"] == before)


def test_classes_entities_and_what_was_clicked(view: Callable[..., Shown], street: str) -> None:
    shown = view(street, "--no-listen")
    shown.until(lambda state: state.get("views"))
    road = shown.point(100, 20)
    shown.until_pixel((100, 20), lambda pixel: pixel == ROAD)
    line = shown.until(lambda state: "1 road" in state["class_places"])["class_places"]["1 road"]
    shown.do("mousemove", *map(round, line), "click", 1)
    shown.until(lambda state: state["hidden_classes"] == [[1, "road"]])
    shown.until_pixel((100, 20), lambda pixel: pixel != ROAD)
    shown.move_to(*road)
    shown.do("key", "h")
    shown.until(lambda state: state["hidden_classes"] == [])
    shown.until_pixel((100, 20), lambda pixel: pixel == ROAD)
    line = shown.until(lambda state: "1 road" in state["class_places"])["class_places"]["1 road"]
    shown.do("mousemove", *map(round, line), "keydown", "alt", "click", 1, "keyup", "alt")
    shown.until(lambda state: state["only_classes"] == [[1, "road"]])
    car = shown.point(10.5, 50.5)
    shown.until_pixel((10.5, 50.5), lambda pixel: pixel != CAR)
    shown.move_to(*road)
    shown.do("key", "h")
    shown.until_pixel((10.5, 50.5), lambda pixel: pixel == CAR)

    shown.move_to(*car)
    shown.until(lambda state: state["under_pointer"])
    shown.do("click", 1)
    shown.until(lambda state: state["is_kept"])
    shown.move_to(*shown.point(150, 90))
    time.sleep(0.2)
    assert "car 17" in shown.state["under_pointer"]
    shown.do("key", "Escape")
    shown.until(lambda state: not state["is_kept"])

    shown.do("mousemove", *map(round, shown.state["entity_places"]["/camera"]), "click", 1)
    shown.until(lambda state: state["hidden_entities"] == ["/camera"])
    shown.until_pixel((100, 20), lambda pixel: pixel != ROAD)


def test_time_goes_by_keys_and_by_the_track(view: Callable[..., Shown], street: str) -> None:
    shown = view(street, "--no-listen", "--at", "5")
    shown.until(lambda state: state.get("time") == 5)
    shown.move_to(*shown.point(80, 5))
    shown.do("key", "Right")
    shown.until(lambda state: state["time"] == 6)
    shown.do("key", "Left", "key", "Left")
    shown.until(lambda state: state["time"] == 4)
    shown.do("key", "End")
    shown.until(lambda state: state["time"] == 19)
    shown.until_pixel((3 * 19 + 15, 50), lambda pixel: pixel == CAR)
    shown.do("key", "space")
    shown.until(lambda state: state["playing"] and state["time"] > 2)
    shown.do("key", "space")
    shown.until(lambda state: not state["playing"])
    track = round(shown.state["track"][1])
    shown.do("mousemove", WIDTH // 2, track, "mousedown", 1)
    middle = shown.until(lambda state: state["time"] in (9, 10))["time"]
    shown.do("mousemove", WIDTH - 30, track)
    shown.until(lambda state: state["time"] > middle + 5)
    shown.do("mouseup", 1)


def test_a_program_streams_into_it(view: Callable[..., Shown]) -> None:
    shown = view("--port", "0")
    assert shown.until(lambda state: state["message"])["recording"] is None
    stream = rr.RecordingStream("street", recording_id="first")
    stream.connect_grpc(shown.url())
    log_street(stream, 10)
    stream.flush()
    state = shown.until(lambda state: state.get("time") == 9 and not state["message"])
    assert (state["recording"], state["following"]) == ("first", True)
    shown.until_pixel((27 + 15, 50), lambda pixel: pixel == CAR)
    stream.disconnect()
    again = rr.RecordingStream("street", recording_id="second")
    again.connect_grpc(shown.url())
    log_street(again, 5)
    again.flush()
    state = shown.until(lambda state: state["recording"] == "second" and state["time"] == 4)
    assert state["recordings"] == ["second", "first"]
    again.disconnect()


def test_nothing_is_drawn_where_nothing_changes(view: Callable[..., Shown], street: str) -> None:
    shown = view(street, "--no-listen")
    shown.until(lambda state: state.get("views"))
    time.sleep(2.0)
    frames = shown.state["frames"], shown.state["pictures"]
    time.sleep(1.0)
    assert (shown.state["frames"], shown.state["pictures"]) == frames
    shown.move_to(*shown.point(80, 20))
    state = shown.until(lambda state: state["frames"] > frames[0])
    assert state["pictures"] == frames[1]  # panels alone


def test_help_pictures_and_the_end(view: Callable[..., Shown], street: str) -> None:
    shown = view(street, "--no-listen")
    shown.until(lambda state: state.get("views"))
    shown.move_to(*shown.point(80, 5))
    shown.do("key", "question")
    shown.until(lambda state: state["has_help"])
    shown.do("key", "Escape")
    shown.until(lambda state: not state["has_help"])
    shown.do("key", "p")
    shown.until(lambda state: state["note"].startswith("saved "))
    (saved,) = shown.folder.glob("*.png")
    assert saved.stat().st_size > 500
    shown.do("key", "ctrl+q")
    assert shown.process.wait(WITHIN_S) == 0


def test_without_a_display_it_says_so(street: str) -> None:
    words = [sys.executable, "-m", "blazon", "view", street, "--no-listen"]
    nowhere = {**os.environ, "DISPLAY": ""}
    done = subprocess.run(words, check=False, env=nowhere, capture_output=True, text=True, timeout=WITHIN_S)
    assert done.returncode == 1
    assert "no window can be opened" in done.stderr
    assert "`blazon render` and `blazon serve` need no window" in done.stderr


SHOWN = """
import time, numpy as np, blazon as bz
rec = bz.Recording("kitchen")
rec.log("/", bz.AnnotationContext([(1, "road", (90, 60, 30)), (2, "car", (40, 160, 250))]), static=True)
rec.log("mask", bz.SegmentationImage(np.full((60, 80), 1, np.uint8)))
bz.show(rec, block=False, width=1000, height=700)
print("goes on", flush=True)
input()
rec.log("mask", bz.SegmentationImage(np.full((60, 80), 2, np.uint8)))
input()
"""


def test_show_from_a_program_that_goes_on_logging(display: Display) -> None:
    def until(color: tuple[int, ...]) -> None:
        until = time.monotonic() + WITHIN_S
        while tuple(display.pixels()[300, 500].tolist()) != color:
            assert time.monotonic() < until
            time.sleep(0.05)

    words = [sys.executable, "-c", SHOWN]
    environment = {**os.environ, "DISPLAY": display.name}
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stdout.readline() == "goes on\n"
        until(ROAD)
        program.stdin.write("\n")
        program.stdin.flush()
        until(CAR)
        program.stdin.close()
        assert program.wait(WITHIN_S) != -11  # the window's thread ends with the program


def test_show_takes_recordings_and_streams_alone() -> None:
    with pytest.raises(bz.DtypeError, match="show got a str"):
        bz.show("street.rrd")
