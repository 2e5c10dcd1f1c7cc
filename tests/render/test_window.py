"""The real window, on a display of its own, driven by real input, fed by the real SDK; its pixels are read."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rerun as rr
from PIL import Image

import blazon as bz
from tests.pictures import write_rrd
from tests.render.windows import CAR, ROAD, WIDTH, WITHIN_S, Display, Shown, needs_display

ARROW = 22  # from a tick to the arrow beside it, UI points

pytestmark = needs_display


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

    x, y = map(round, shown.state["entity_places"]["/camera"])
    before = len(shown.state["entity_places"])
    shown.do("mousemove", x + ARROW, y, "click", 1)  # folded, what is below it is gone
    shown.until(lambda state: len(state["entity_places"]) < before)
    shown.do("click", 1)
    shown.until(lambda state: len(state["entity_places"]) == before)


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


def test_what_was_found_in_a_picture_is_seen_on_that_picture(view: Callable[..., Shown]) -> None:
    """A loop that logs a picture, looks for something in it for long, and logs that just before the next picture."""
    shown = view("--port", "0")
    whole = 0
    with rr.RecordingStream("detector") as stream:
        stream.connect_grpc(shown.url())
        for frame in range(60):
            stream.set_time("frame", sequence=frame)
            stream.log("camera", rr.Image(np.full((100, 160, 3), 60 if frame % 2 else 200, np.uint8)))
            if frame == 9:
                shown.until(lambda state: state["views"])
                corner, left, right = (shown.point(*each) for each in ((80, 90), (30, 50), (120, 50)))
            until = time.monotonic() + 0.06
            while time.monotonic() < until and frame > 9:
                grey, one, other = (shown.pixel(*each)[0] for each in (corner, left, right))
                whole += (one, other) == ((60, 255) if grey == 60 else (255, 200))
                time.sleep(0.002)
            box = rr.Boxes2D(mins=[[100 if frame % 2 else 10, 30]], sizes=[[40, 40]], colors=[[255, 0, 0]], radii=30)
            stream.log("camera/found", box)
    assert whole > 10


def test_colours_and_places_are_kept_for_the_application(view: Callable[..., Shown], street: str) -> None:
    shown = view(street, "--no-listen")
    state = shown.until(lambda state: "2 car" in state.get("swatch_places", {}))
    shown.do("mousemove", *map(round, state["swatch_places"]["2 car"]), "click", 1)
    shown.until(lambda state: state["picker"])
    shown.do("key", "ctrl+a", "type", "#00ff40")
    shown.until_pixel((10.5, 50.5), lambda pixel: pixel == (0, 255, 64))
    shown.do("key", "Return")
    shown.until(lambda state: not state["picker"])
    assert shown.pixel(*shown.point(100, 20)) == ROAD
    left, top, _, bottom = shown.state["panes"]["/camera 2d"]
    edge = round(left) - 1, round((top + bottom) / 2)
    shown.do("mousemove", *edge, "mousedown", 1, "mousemove", edge[0] - 40, edge[1], "mousemove", edge[0] - 80, edge[1])
    wanted = shown.until(lambda state: state["panes"]["/camera 2d"][0] < left - 70)["panes"]
    shown.do("mouseup", 1, "key", "ctrl+q")
    assert shown.process.wait(WITHIN_S) == 0

    again = view(street, "--no-listen")
    state = again.until(lambda state: state.get("panes") == wanted and state["colors"])
    again.until_pixel((10.5, 50.5), lambda pixel: pixel == (0, 255, 64))
    again.do("mousemove", *map(round, state["swatch_places"]["2 car"]), "click", 1)
    place = again.until(lambda state: state["picker"])["picker"]
    again.do("mousemove", round(place[0] + 98), round(place[1]), "click", 1)  # reset
    again.until_pixel((10.5, 50.5), lambda pixel: pixel == CAR)
    assert again.until(lambda state: not state["colors"])["panes"] == wanted


RESET = """
import sys
from blazon.render import surface
from blazon.cli import main
told = iter([0] * 5 + [1])
finds = surface._function
def find(names, answers):
    asks = finds(names, answers)
    return (lambda: next(told, None) or asks()) if asks and answers else asks
surface._function = find
sys.exit(main(sys.argv[1:]))
"""


def test_a_gpu_that_was_reset_is_begun_anew(view: Callable[..., Shown], street: str) -> None:
    """The sixth answer of the driver is another than it gave: nobody can reset llvmpipe."""
    shown = view(street, "--no-listen", program=["-c", RESET])
    shown.until(lambda state: "the GPU was reset" in state.get("note", ""))
    shown.until_pixel((10.5, 50.5), lambda pixel: pixel == CAR)
    shown.move_to(*shown.point(80, 5))
    shown.do("key", "End")
    shown.until(lambda state: state["time"] == 19)
    shown.until_pixel((3 * 19 + 15, 50), lambda pixel: pixel == CAR)


def test_what_is_wrong_with_data_is_told(view: Callable[..., Shown], tmp_path: Path) -> None:
    def log(stream: rr.RecordingStream) -> None:
        stream.log("boxes", rr.Boxes2D(mins=[[0, 0], [5, 5]], sizes=[[np.nan, 3], [3, 3]]), static=True)

    write_rrd(tmp_path / "wrong.rrd", log)
    shown = view(str(tmp_path / "wrong.rrd"), "--no-listen")
    state = shown.until(lambda state: state.get("views"))
    assert state["warnings"] == ["/boxes: non-finite positions: instances dropped"]


def test_a_hidden_window_draws_nothing(view: Callable[..., Shown], street: str) -> None:
    shown = view(street, "--no-listen")
    shown.until(lambda state: state.get("views"))
    shown.move_to(*shown.point(80, 5))
    shown.do("key", "space")
    shown.until(lambda state: state["playing"])
    (window,) = shown.do("search", "--onlyvisible", "--name", "blazon").split()
    shown.do("windowunmap", "--sync", window)
    time.sleep(0.5)
    before = shown.state["frames"]
    time.sleep(1.0)
    assert shown.state["frames"] == before
    shown.do("windowmap", "--sync", window)
    shown.until(lambda state: state["frames"] > before + 3)


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
    road, car = shown.point(100, 20), shown.point(10.5, 50.5)
    shown.do("key", "p")
    shown.until(lambda state: (state["asks_for_picture"] or "").endswith(".png"))
    shown.do("key", "ctrl+a", "type", "shot.png")
    shown.until(lambda state: state["asks_for_picture"] == "shot.png")
    shown.do("key", "Return")
    shown.until(lambda state: state["note"].startswith("saved shot.png"))
    left, top, right, bottom = shown.state["panes"]["/camera 2d"]
    with Image.open(shown.folder / "shot.png") as image:
        assert image.size == (right - left, bottom - top)
        pixels = [image.getpixel((x - left, y - top))[:3] for x, y in (road, car)]
    assert pixels == [ROAD, CAR]
    shown.do("key", "p")
    shown.until(lambda state: state["asks_for_picture"])
    shown.do("key", "ctrl+a", "type", "nowhere.bmp")
    shown.until(lambda state: state["asks_for_picture"] == "nowhere.bmp")
    shown.do("key", "Return")
    shown.until(lambda state: "ends with one of" in state["asks_again_because"])
    shown.do("key", "ctrl+a", "type", "shot.png")
    shown.until(lambda state: state["asks_for_picture"] == "shot.png")
    shown.do("key", "Return")
    shown.until(lambda state: "there already" in state["asks_again_because"])
    shown.do("key", "Escape")
    shown.until(lambda state: not state["asks_for_picture"])
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
