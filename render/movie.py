"""Shots become files: one picture, or a sequence of them."""

from __future__ import annotations

import sys
from typing import Self

from blazon.ingest.moments import At
from blazon.ingest.notices import Notice, Notices
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import format_value
from blazon.render.labels import Memory
from blazon.render.offscreen import Offscreen
from blazon.render.output import Output
from blazon.render.shot import Look, Shot


def render_one(recording: Recording, look: Look, at: At, output: Output) -> list[Notice]:
    """Write one picture, and return what is to be said about the data. Raises `BlazonError`."""
    with Offscreen(look.width, look.height) as screen:
        picture, scene = screen.draw(Shot(recording, at, look))
    output.write(picture)
    notices = Notices([*recording.notices.list(), *scene.notices])
    notices.add(None, f"nothing is there to draw at {_spoken(at)}: the picture is empty", int(scene.is_empty))
    return notices.list()


def render_sequence(
    recording: Recording, look: Look, times: list[At], output: Output, *, progress: bool = False
) -> list[Notice]:
    """Write a picture for each of `times`, all with one fit, and return what is to be said about the data."""
    notices = Notices()
    with Offscreen(look.width, look.height) as screen, _Progress(len(times), shown=progress) as done:
        memory = Memory()
        for index, shot in enumerate(screen.sequence(recording, times, look)):
            picture, scene = screen.draw(shot, memory)
            output.write(picture, index)
            notices.extend(scene.notices)
            done.say(index + 1)
    return [*recording.notices.list(), *notices.list()]


class _Progress:
    """A line on a terminal that counts pictures; it ends as it should, however the work ends."""

    def __init__(self, total: int, *, shown: bool) -> None:
        self._total, self._shown, self._begun = total, shown, False

    def say(self, count: int) -> None:
        """Show that `count` pictures are done."""
        if self._shown:
            self._begun = True
            print(f"\rblazon: {count} of {self._total} pictures", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._begun:
            print(file=sys.stderr)


def _spoken(at: At) -> str:
    if at.timeline is None:
        return "any time"
    return f"{at.timeline.name} {format_value(at.timeline.kind, at.time)}"
