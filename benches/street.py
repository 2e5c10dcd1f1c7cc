"""The street: one frame of masks, boxes and skeletons, all data new, to pixels in numpy."""

from __future__ import annotations

import itertools

from blazon.benches.harness import Section, time_together
from blazon.scenes.street import FRAMES, street
from blazon.render.offscreen import Offscreen


def run(repeat: int) -> list[Section]:
    """Return a section for 1280x720, one for 1920x1080."""
    sections = []
    for width, height in ((1280, 720), (1920, 1080)):
        recording = street(width, height)
        moments = itertools.cycle(range(FRAMES))
        with Offscreen(width, height) as screen:
            timings = time_together(
                {
                    "another frame": lambda: screen.render(recording, at=("frame", next(moments))),
                    "the same frame": lambda: screen.render(recording, at=("frame", 0)),
                    "the same frame again": lambda: screen.render(recording, at=("frame", 0)),
                },
                max(1, repeat // 3),
            )
        sections.append(Section(f"street, {width}x{height}, pixels in numpy", list(timings.values()), []))
    return sections
