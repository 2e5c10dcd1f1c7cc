"""A scene, drawn by blazon and by its peers in turns: each frame once by each, so that neither has seen it before.

Each draws some frames in a row, as who shows or writes many does. The first of a row is told by itself: a processor and
memory that were idle, or somebody else's, are slow for some milliseconds.

The SDK writes the recording; its viewer and blazon read that file, and see it in the same way. Peers without a file
format get the frame's arrays, made beforehand.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from blazon.benches import pictures
from blazon.benches.harness import Claim, Section, Timing, Turn, time_in_turns
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

MOST_IN_A_ROW, MOST_TURNS = 15, 3
TO_NUMPY, TO_PNG, VIEWER = "blazon, pixels in numpy", "blazon, PNG in a file", "the SDK's headless viewer, PNG"
NOTES = (
    "its figure has in it: four samples a pixel, its user interface, a PNG, and the call into its process",
    "blazon's have in them: finding the frame in the file and decoding it; the viewer's file is loaded before",
    "while others draw, its process is stopped: idle, it takes about a sixth of a core",
)
WITHOUT_SDK = "left out: rerun-sdk, which logs the scenes, is not installed: pip install 'blazon[bench]'"


def run(scene: BenchScene, repeat: int, *, peers: bool) -> Iterator[Section]:
    """Yield a section for each size, of `repeat` frames or a few more, in no more than `MOST_TURNS` turns."""
    try:
        path = scene.recording()
    except ImportError:
        yield Section(scene.name, scene.title, [], [], [WITHOUT_SDK])
        return
    for size in scene.sizes:
        in_a_row = min(max(2, scene.frames // (1 + MOST_TURNS)), MOST_IN_A_ROW)
        turns = min(math.ceil(repeat / (in_a_row - 1)), MOST_TURNS)
        yield _Contest(scene, path, size, turns, in_a_row).section(peers=peers)


@dataclass(frozen=True, slots=True)
class _Contest:
    scene: BenchScene
    path: Path
    size: Size
    turns: int  # after one to warm up
    in_a_row: int  # frames: each draws so many before it is another's turn

    @property
    def frames(self) -> int:
        return (1 + self.turns) * self.in_a_row

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
                timings = self._timed(painters, notes)
        stages = stages_of(self.scene, self.path, self.size, self.frames)
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
                painter = make(self.scene, self.size, self.frames)
                notes.append(f"{painter.says}; its arrays are in memory before")
                yield painter
            except PeerError as error:
                notes.append(f"without a peer: {error}")

    def _against_viewer(self, painters: Sequence[Painter], notes: list[str]) -> Mapping[str, Timing]:
        frames, pngs = itertools.count(), list[bytes]()
        with SdkViewer(self.path, self.size, sight=self.scene.sight, timeline=TIMELINE) as viewer:
            viewer.rest()
            timings = self._timed(
                painters,
                notes,
                {VIEWER: lambda: pngs.append(viewer.png(next(frames)))},
                lambda name: viewer.awake() if name == VIEWER else contextlib.nullcontext(),
            )
            last = len(pngs) - 1
            with viewer.awake():
                again = pictures.pixels(viewer.png(last))
                says = viewer.says()
        shown = [pictures.pixels(png) for png in pngs[self.in_a_row :]]
        width, height = pictures.check(shown, again, self._picture(last), self.scene.alike)
        notes.append(f"the viewer, {says}: one view of {width}x{height}, panels hidden")
        notes += NOTES
        return timings

    def _timed(
        self,
        painters: Sequence[Painter],
        notes: list[str],
        others: Mapping[str, Callable[[], object]] = MappingProxyType({}),
        turn: Turn = lambda _name: contextlib.nullcontext(),
    ) -> Mapping[str, Timing]:
        with tempfile.TemporaryDirectory(prefix="blazon-bench-") as folder, contextlib.ExitStack() as opened:
            calls: dict[str, Callable[[], object]] = {
                TO_NUMPY: self._blazon(opened),
                TO_PNG: self._blazon(opened, Output.parse(f"{folder}/blazon.png")),
                **{painter.name: _next_frames(painter) for painter in painters},
                **others,
            }
            steady, first = time_in_turns(calls, self.turns, self.in_a_row, turn)
            notes.append(
                f"the first of {self.in_a_row} frames in a row, which is in no figure above: "
                + ", ".join(f"{name} {each.median_ms:.1f} ms" for name, each in first.items())
            )
            return steady

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
