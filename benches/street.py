"""The street: one frame of masks, boxes and skeletons, all data new, to pixels in numpy."""

from __future__ import annotations

import itertools

from blazon.benches.harness import Section, time_together
from blazon.render.offscreen import Offscreen
from blazon.scenes.street import FRAMES, street


def run(repeat: int) -> list[Section]:
    """Return a section for 1280x720, one for 1920x1080."""
    return [_section(1280, 720, max(1, repeat // 3)), _section(1920, 1080, max(1, repeat // 3))]


def _section(width: int, height: int, repeat: int) -> Section:
    recording = street(width, height)
    moments = itertools.cycle(range(FRAMES))
    with Offscreen(width, height) as screen:
        timings = time_together(
            {
                "another frame": lambda: screen.render(recording, at=("frame", next(moments))),
                "frame 0, after another": lambda: screen.render(recording, at=("frame", 0)),
                "frame 0 again: nothing changed": lambda: screen.render(recording, at=("frame", 0)),
            },
            repeat,
        )
    return Section(f"street, {width}x{height}, pixels in numpy", list(timings.values()), [])
