"""The window on a display without a screen, beside the SDK's: pictures a second, latency, and the first picture.

Both are measured alike and from outside, by what is on the display: each frame of the street says its number in discs,
which are read from the file that the X server keeps its pixels in. What blazon says of itself is told beside that.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from blazon.benches import window_stream
from blazon.benches.display import Display
from blazon.benches.harness import Claim, Section, timing
from blazon.benches.peers.errors import PeerError
from blazon.benches.rounds import WITHOUT_SDK
from blazon.benches.viewers import BLAZON, CONTENDERS, SIZE, Contender, Running, in_turns
from blazon.benches.window_scene import STREET
from blazon.benches.window_watch import first_picture_s
from blazon.render.picking.warm import warm_up
from blazon.scenes.street import FPS

MOST_TURNS, MOST_STARTS = 3, 5
STARTS_WITHIN_S, COMPILES_WITHIN_S = 30.0, 120.0
WANTED_S = 1.5
STREAM, START = "window stream", "window start"
TITLES = {
    STREAM: f"the street of the demo at {FPS} Hz into a window of {SIZE[0]}x{SIZE[1]}, all panels open, under Xvfb",
    START: f"a recording of the street in a window of {SIZE[0]}x{SIZE[1]} under Xvfb, a process of its own",
}


def run(repeat: int, *, peers: bool, spans: window_stream.Spans | None = None) -> Iterator[Section]:
    """Yield two sections. spans : how long streams last. Raises `PeerError` where blazon shows nothing."""
    with contextlib.ExitStack() as opened:
        try:
            path = STREET.recording()
            display = opened.enter_context(Display(SIZE))
            display.put_pointer(SIZE[0] - 1, SIZE[1] - 1)
        except (ImportError, PeerError) as error:
            why = WITHOUT_SDK if isinstance(error, ImportError) else f"left out: {error}"
            yield from (Section(name, title, [], [], [why]) for name, title in TITLES.items())
            return
        _fill_caches(display, path)
        found = window_stream.measured(display, min(repeat, MOST_TURNS), spans or window_stream.Spans(), peers=peers)
        yield Section(STREAM, TITLES[STREAM], found.timings, found.claims, found.notes)
        yield start_section(display, path, min(repeat, MOST_STARTS), peers=peers)


def _fill_caches(display: Display, path: Path) -> None:
    """Have the kernels compiled that a window needs: on a new machine the first one would do nothing else."""
    warm_up().join()
    with Running(CONTENDERS[0], display, path):
        first_picture_s(display.pixels, time.monotonic(), COMPILES_WITHIN_S)


def start_section(display: Display, path: Path, turns: int, *, peers: bool) -> Section:
    """Return how long the first picture takes. The first start of each warms up caches, and does not count."""

    def start(contender: Contender) -> float:
        began = time.monotonic()
        with Running(contender, display, path):
            return first_picture_s(display.pixels, began, STARTS_WITHIN_S)

    found, notes = in_turns(display, 1 + turns, start, peers=peers)
    timings = {name: timing(f"{name}: the first picture", [1e3 * s for s in runs[1:]]) for name, runs in found.items()}
    own = timings[BLAZON].median_ms
    claims = [Claim("blazon view: the first picture", own / 1e3, WANTED_S, at_most=True, unit="s")]
    claims += [
        Claim(f"the first picture, {name} against blazon", each.median_ms / own, None, at_most=False)
        for name, each in timings.items()
        if name != BLAZON
    ]
    notes.append("from the start of the process until a whole frame is on the screen; caches are warm")
    return Section(START, TITLES[START], list(timings.values()), claims, notes)
