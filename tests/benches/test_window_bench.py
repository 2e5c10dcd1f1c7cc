"""The benches of the window read what is on a screen, and say what they should. No test asks how long it takes."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from blazon.benches import display, marker, viewers, window, window_emit, window_scene, window_stream, window_watch
from blazon.benches.display import Display
from blazon.benches.peers.errors import PeerError
from blazon.benches.report import section_lines
from blazon.benches.suite import benches
from blazon.benches.viewers import BLAZON, RERUN, SIZE, Contender, Running
from blazon.benches.window_emit import Sent
from blazon.benches.window_watch import Streamed, Watch, judged
from blazon.ingest.archetypes import Points2D
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.live import Live
from blazon.ingest.moments import At
from blazon.ingest.timeline import TimeKind, Timeline
from blazon.render.offscreen import Offscreen
from blazon.scenes.street import street
from tests.pictures import write_rrd

needs_xvfb = pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs Xvfb (apt-get install xvfb)")
MS = 1_000_000


def screen_of(number: int, scale: float = 0.57, at: tuple[int, int] = (70, 200)) -> np.ndarray:
    """A screen with the discs of a number on it, uint8 (360, 640, 3)."""
    pixels = np.full((360, 640, 3), 90, np.uint8)
    rows, columns = np.ogrid[:360, :640]
    for (x, y), color in zip(marker.positions() * scale, marker.colors(number), strict=True):
        disc = np.hypot(rows - at[0] - y, columns - at[1] - x) <= marker.RADIUS * scale
        pixels[disc] = color
    return pixels


@pytest.mark.parametrize("scale", [0.45, 0.57, 1.0])
def test_numbers_are_found_and_read(scale: float) -> None:
    for number in (0, 1, 2, 341, 512, marker.LAST):
        pixels = screen_of(number, scale)
        places = marker.find(pixels)
        assert places is not None
        assert marker.number_of(pixels[places]) == number


def test_every_number_has_colours_of_its_own() -> None:
    found = [marker.number_of(np.array(marker.colors(number), np.uint8)) for number in range(marker.LAST + 1)]
    assert found == list(range(marker.LAST + 1))


def test_what_is_no_number_is_none() -> None:
    colors = np.array(marker.colors(5), np.uint8)
    for place, color in ((0, (0, 0, 0)), (-1, (255, 255, 255)), (2, (128, 128, 128)), (2, (255, 255, 255))):
        torn = colors.copy()
        torn[place] = color
        assert marker.number_of(torn) is None
    assert marker.find(np.zeros((360, 640, 3), np.uint8)) is None
    assert marker.find(screen_of(5)[:, ::-1]) is None


def test_a_watch_notes_when_numbers_come_and_finds_them_again() -> None:
    pixels = screen_of(3)
    watch = Watch(pixels)
    assert [watch.look(), watch.look()] == [3, 3]
    first = dict(watch.seen_ns)
    pixels[:] = screen_of(4)
    assert watch.look() == 4
    assert watch.seen_ns[3] == first[3]
    pixels[:] = screen_of(6, at=(20, 20))
    assert window_watch.LOST_AFTER > 1
    looks = [watch.look() for _ in range(window_watch.LOST_AFTER + 2)]
    assert (looks[0], looks[-1]) == (None, 6)
    watch.pause()


def sent(frames: int) -> Sent:
    due = [1_000 * MS + round(1000 / 30 * MS) * i for i in range(frames)]
    return Sent(due, [each + 2 * MS for each in due], [each + 7 * MS for each in due])


def run(missing: tuple[int, ...] = (), after_ms: int = 40) -> Streamed:
    what = sent(90)
    seen = {i: begun + after_ms * MS for i, begun in enumerate(what.begun_ns) if i not in missing}
    return judged(seen, what, 60)


def test_frames_that_were_seen_are_counted_and_timed() -> None:
    done = run()
    assert (done.frames, done.shown, done.shown_hz) == (60, 60, 30)
    assert (done.whole(50), done.whole(99)) == (40, 40)
    assert np.all(done.last_ms == 35)
    assert np.all(done.late_ms == 2)
    assert run(missing=(0, 29)).shown == 60, "those of the warm-up don't count"
    assert run(missing=(30, 89)).shown_hz == 29
    assert run(after_ms=1001).shown == 59, "what comes too late does not count"


def test_claims_and_words() -> None:
    found = list(window_stream.claims({BLAZON: [run()], RERUN: [run(tuple(range(30, 60)), after_ms=400)]}))
    assert [each.wanted for each in found] == [30, 50, None, None, None, None]
    assert all(each.holds for each in found)
    assert [each.ratio for each in found[-3:]] == [15, 2, 10]
    assert len(list(window_stream.claims({BLAZON: [run()]}))) == 3
    missed = list(window_stream.claims({BLAZON: [run((50,), after_ms=51)]}))
    assert [each.holds for each in missed] == [False, False, True]
    assert "59 of 60 frames" in window_stream.said(BLAZON, [run((50,))])


def test_windows_take_turns_and_a_peer_that_fails_is_told() -> None:
    blank = display.Display(SIZE)
    blank.pixels = np.zeros((8, 8, 3), np.uint8)

    def measured(contender: Contender) -> str:
        if contender.name == RERUN:
            raise PeerError("it has no Vulkan")
        return contender.name

    found, notes = viewers.in_turns(blank, 2, measured, peers=True)
    assert found == {BLAZON: [BLAZON, BLAZON]}
    assert notes == ["without rerun: it has no Vulkan"]

    def fails(_: Contender) -> str:
        raise PeerError("nothing is shown")

    with pytest.raises(PeerError, match="nothing is shown"):
        viewers.in_turns(blank, 1, fails, peers=False)


def test_without_an_x_server_it_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rerun")
    monkeypatch.setattr(display.shutil, "which", lambda _: None)
    sections = list(benches()["window"](1, False))
    assert [each.name for each in sections] == [window.STREAM, window.START]
    assert all("left out: Xvfb is not installed" in "\n".join(section_lines(each)) for each in sections)


def test_what_is_streamed_is_the_street_of_the_demo(tmp_path: Path) -> None:
    pytest.importorskip("rerun")
    logged = write_rrd(tmp_path / "street.rrd", lambda stream: window_scene.STREET.log(stream, frames=2))
    own = street(frames=range(2))
    for frame in range(2):
        own.set_time("frame", sequence=frame)
        discs = Points2D(marker.positions(), colors=marker.colors(frame), radii=marker.RADIUS)
        own.log(window_scene.MARKER, discs)
    with Offscreen(1280, 720) as screen:
        for frame in range(2):
            picture, shown = (screen.render(each, at=("frame", frame)) for each in (own, logged))
            assert np.abs(picture.astype(int) - shown).max() <= 1, "the SDK rounds boxes in its own way"
            places = marker.find(shown[..., :3])
            assert places is not None
            assert marker.number_of(shown[..., :3][places]) == frame


def test_the_program_that_streams(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("rerun")
    with Live(port=0, drains=True) as live:
        window_emit.main([live.url, "3"])
        said = Sent(**json.loads(capsys.readouterr().out))
        assert all(a <= b <= c for a, b, c in zip(said.due_ns, said.begun_ns, said.marked_ns, strict=True))
        at = At(Timeline(window_scene.TIMELINE, TimeKind.SEQUENCE), 2)
        path, until = EntityPath.parse(window_scene.MARKER), time.monotonic() + 10
        while not any(each.latest(path, "Points2D:positions", at) for each in live.recordings):
            assert time.monotonic() < until
            time.sleep(0.02)
    with pytest.raises(SystemExit):
        window_emit.main([live.url, str(marker.LAST + 1)])


@needs_xvfb
def test_a_display_has_pixels_and_a_pointer() -> None:
    with Display((320, 200)) as screen:
        assert screen.pixels.shape == (200, 320, 3)
        middle = screen.pixels[80:120, 140:180]
        before = middle.copy()
        screen.put_pointer(319, 199)
        until = time.monotonic() + 10
        while (middle == before).all() and before.any() and time.monotonic() < until:
            time.sleep(0.02)
        assert not middle.any()


@needs_xvfb
def test_a_window_that_ends_at_once_is_told() -> None:
    fails = Contender(BLAZON, lambda _size, _port, _path: ["-c", "raise SystemExit('no window')"])
    with Display((320, 200)) as screen, Running(fails, screen) as running:
        with pytest.raises(PeerError, match="ended with code 1: no window"):
            running.url()
        with pytest.raises(PeerError, match="no picture"):
            window_watch.first_picture_s(screen.pixels, time.monotonic(), 0.1)


def test_command_lines() -> None:
    path = Path("street.rrd")
    assert viewers.blazon_words("1280x720", 1, path)[2:4] == ["view", "street.rrd"]
    assert viewers.rerun_words("1280x720", 1, path)[2] == "street.rrd"
    assert "--expect-data-soon" in viewers.rerun_words("1280x720", 1, None)


@needs_xvfb
def test_a_short_run() -> None:
    pytest.importorskip("rerun")
    stream, start = window.run(1, peers=False, spans=window_stream.Spans(1.0, 1.0))
    assert (stream.name, start.name) == (window.STREAM, window.START)
    assert len(stream.timings) == len(start.timings) == 1
    assert [each.wanted for each in stream.claims] == [30, 50, None]
    assert 0 < stream.claims[0].ratio <= 30
    assert any("blazon says of one more run: log to drawn p50" in note for note in stream.notes)
