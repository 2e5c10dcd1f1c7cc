"""A scene, drawn by blazon and by its peers in turns: each frame once by each, so that neither has seen it before.

Each draws some frames in a row: a processor that was idle, or somebody else's, is slow for some milliseconds.

The SDK writes the recording; its viewer and blazon read that file, and see it in the same way. Peers without a file
format get the frame's arrays, made beforehand.
"""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from blazon.benches import pictures
from blazon.benches.harness import WARM_UP, Claim, Section, Timing, time_together
from blazon.benches.painters import Painter, painters_of
from blazon.benches.peers.errors import PeerError
from blazon.benches.peers.sdk_viewer import SdkViewer
from blazon.benches.scenes import TIMELINE, BenchScene
from blazon.benches.stages import stages_of
from blazon.ingest.sources import load
from blazon.render.offscreen import Offscreen
from blazon.render.output import Output
from blazon.render.pictures import Picture

Size = tuple[int, int]

MOST_TURNS = 20
IN_A_ROW = 3  # frames: each draws so many before it is another's turn
TO_NUMPY, TO_PNG, VIEWER = "blazon, pixels in numpy", "blazon, PNG in a file", "the SDK's headless viewer, PNG"
NOTES = (
    "its figure has in it: four samples a pixel, its user interface, a PNG, and the call into its process",
    "blazon's have in them: finding the frame in the file and decoding it; the viewer's file is loaded before",
    "while blazon draws, the viewer idles along at about a sixth of a core",
)
WITHOUT_SDK = "left out: rerun-sdk, which logs the scenes, is not installed: pip install 'blazon[bench]'"


def run(scene: BenchScene, repeat: int, *, peers: bool) -> Iterator[Section]:
    """Yield a section for each size, with no more than `MOST_TURNS` runs: some peers take seconds for each."""
    try:
        path = scene.recording()
    except ImportError:
        yield Section(scene.name, scene.title, [], [], [WITHOUT_SDK])
        return
    for size in scene.sizes:
        yield _Contest(scene, path, size, min(repeat, MOST_TURNS, max(1, scene.frames - WARM_UP))).section(peers=peers)


@dataclass(frozen=True, slots=True)
class _Contest:
    scene: BenchScene
    path: Path
    size: Size
    turns: int

    def section(self, *, peers: bool) -> Section:
        notes: list[str] = []
        timings: Mapping[str, Timing] | None = None
        painters = list(self._painters(notes)) if peers else []
        with contextlib.ExitStack() as opened:
            for painter in painters:
                opened.callback(painter.close)
            if peers:
                try:
                    timings = self._against_viewer(painters, notes)
                except PeerError as error:
                    notes.append(f"without the SDK's viewer: {error}")
            if timings is None:
                timings = self._timed(painters, {})
        stages = stages_of(self.scene, self.path, self.size, self.turns)
        name = f"{self.scene.name} {self.size[0]}x{self.size[1]}"
        claims = list(self._claims(timings, painters))
        return Section(name, self.scene.title, list(timings.values()), claims, notes, stages)

    def _claims(self, timings: Mapping[str, Timing], painters: Sequence[Painter]) -> Iterator[Claim]:
        if VIEWER in timings:
            for own, wanted in ((TO_NUMPY, self.scene.goal), (TO_PNG, None)):
                what = f"the SDK's viewer against {own}"
                yield Claim(what, timings[VIEWER].median_ms / timings[own].median_ms, wanted, at_most=False)
        for painter in painters:
            yield painter.claim(timings, TO_NUMPY)

    def _painters(self, notes: list[str]) -> Iterator[Painter]:
        for make in painters_of(self.scene.name):
            try:
                painter = make(self.scene, self.size, min(self.scene.frames, WARM_UP + self.turns))
                notes.append(f"{painter.says}; its arrays are in memory before")
                yield painter
            except PeerError as error:
                notes.append(f"without a peer: {error}")

    def _against_viewer(self, painters: Sequence[Painter], notes: list[str]) -> Mapping[str, Timing]:
        frames, pngs = itertools.count(), list[bytes]()
        with SdkViewer(self.path, self.size, sight=self.scene.sight, timeline=TIMELINE) as viewer:
            timings = self._timed(painters, {VIEWER: lambda: pngs.append(viewer.png(next(frames)))})
            last = len(pngs) - 1
            shown = [pictures.pixels(png) for png in pngs[WARM_UP:]]
            width, height = pictures.check(
                shown, pictures.pixels(viewer.png(last)), self._picture(last), self.scene.alike
            )
            notes.append(f"the viewer, {viewer.says()}: one view of {width}x{height}, panels hidden")
        notes += NOTES
        return timings

    def _timed(self, painters: Sequence[Painter], others: Mapping[str, Callable[[], object]]) -> Mapping[str, Timing]:
        with tempfile.TemporaryDirectory(prefix="blazon-bench-") as folder, contextlib.ExitStack() as opened:
            calls: dict[str, Callable[[], object]] = {
                TO_NUMPY: self._blazon(opened),
                TO_PNG: self._blazon(opened, Output.parse(f"{folder}/blazon.png")),
                **{painter.name: _next_frames(painter) for painter in painters},
                **others,
            }
            return time_together(calls, self.turns, in_a_row=IN_A_ROW)

    def _blazon(self, opened: contextlib.ExitStack, output: Output | None = None) -> Callable[[], object]:
        """Return a call that draws the next frame, from a recording that nothing was read from yet."""
        recording, frames, look = load(self.path), itertools.count(), self.scene.sight.as_look()
        screen = opened.enter_context(Offscreen(*self.size))

        def draw() -> None:
            picture = screen.render(recording, at=(TIMELINE, next(frames)), **look)
            if output is not None:
                output.write(picture)

        return draw

    def _picture(self, frame: int) -> Picture:
        with Offscreen(*self.size) as screen:
            return screen.render(load(self.path), at=(TIMELINE, frame), declutter=False, **self.scene.sight.as_look())


def _next_frames(painter: Painter) -> Callable[[], object]:
    frames = itertools.count()
    return lambda: painter.draw(next(frames))
