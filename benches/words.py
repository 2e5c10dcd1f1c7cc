"""What labels cost: ten thousand of them against the boxes that they belong to, and glyphs from nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from blazon.benches.harness import WARM_UP, Claim, Section, Timing, time_together
from blazon.benches.scenes import FLAT, SMALL, TIMELINE
from blazon.ingest.annotations import AnnotationContext
from blazon.ingest.archetypes import Boxes2D
from blazon.ingest.recording import Recording
from blazon.render.offscreen import Offscreen
from blazon.render.text.fonts import Fonts, shipped
from blazon.render.text.texts import Texts
from blazon.render.text.typesetter import Typesetter
from blazon.scenes import crowd

COUNT, NEW = 10_000, 1_000  # labels in view, and how many have another text in each frame
MOST_TURNS = 20
LETTERS = 500  # of one script, none of them seen before
SIZE_PX = 12.0
LABELLED, BARE = f"{COUNT:,} boxes and their labels", f"{COUNT:,} boxes"
SET, PILLOW = f"{COUNT:,} texts, set from nothing", f"{COUNT:,} texts, written by Pillow"
ATLAS = f"{LETTERS} letters, all new"


def run(repeat: int) -> list[Section]:
    """Return two sections: labels in pictures, and texts by themselves."""
    turns = min(repeat, MOST_TURNS)
    return [_labels(turns), _texts(turns)]


def _labels(turns: int) -> Section:
    recording = logged(WARM_UP + turns)
    with Offscreen(*SMALL) as labelled, Offscreen(*SMALL) as bare:
        calls = {
            LABELLED: _draws(labelled, recording, "on"),
            BARE: _draws(bare, recording, "off"),
        }
        timings = time_together(calls, turns)
    whole, without = timings[LABELLED].median_ms, timings[BARE].median_ms
    claim = Claim("the labels against the boxes they belong to", (whole - without) / without, 1, at_most=True)
    title = f"{COUNT:,} labels in view, {NEW:,} with a new text in each frame, decluttered; boxes all moving"
    return Section("words", title, list(timings.values()), [claim])


def _texts(turns: int) -> Section:
    texts = crowd.labels(COUNT, NEW, 0)
    timings: dict[str, Timing] = time_together(
        {SET: lambda: _set(texts), PILLOW: lambda: _by_pillow(texts), ATLAS: lambda: _set(_letters())}, min(turns, 8)
    )
    ratio = timings[PILLOW].median_ms / timings[SET].median_ms
    claim = Claim("Pillow against blazon", ratio, None, at_most=False)
    notes = ["Pillow's figure has the pixels in it, blazon's the atlas of glyphs and where each of them goes"]
    return Section("glyphs", "texts become glyphs", list(timings.values()), [claim], notes)


def logged(frames: int, count: int = COUNT, new: int = NEW) -> Recording:
    """Return a recording of boxes that all move, and whose labels have scores."""
    recording = Recording("blazon bench")
    recording.log("crowd", AnnotationContext([(i, f"class {i}") for i in range(crowd.CLASSES)]), static=True)
    for frame in range(frames):
        recording.set_time(TIMELINE, sequence=frame)
        boxes, class_ids = crowd.boxes(count, frame)
        row = Boxes2D(array=boxes, array_format="XYXY", class_ids=class_ids, labels=crowd.labels(count, new, frame))
        recording.log("crowd/boxes", row)
    return recording


def _draws(screen: Offscreen, recording: Recording, labels: str) -> Callable[[], object]:
    """Return a call that draws the next frame."""
    frames, look = itertools.count(), FLAT.as_look()
    return lambda: screen.render(recording, at=(TIMELINE, next(frames)), labels=labels, **look)


def _set(texts: list[str]) -> None:
    book = Texts()
    Typesetter(book, Fonts(), SIZE_PX, 1000).set(book.numbers(texts))


def _letters() -> list[str]:
    """Texts of letters of the shipped font: Latin, Greek, Cyrillic, Armenian."""
    return [chr(0x100 + i) for i in range(LETTERS)]


def _by_pillow(texts: list[str]) -> None:
    font = shipped().sized(SIZE_PX, shaped=False)
    for text in texts:
        np.asarray(font.getmask(text))
