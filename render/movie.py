"""Shots become files: one picture, or a sequence of them."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from blazon.ingest.errors import NotInRecordingError
from blazon.ingest.notices import Notice, Notices
from blazon.ingest.recording import At, Recording
from blazon.ingest.timeline import TimeRange, TypedValue, format_value
from blazon.render.offscreen import Offscreen
from blazon.render.output import Output
from blazon.render.shot import Look, Shot
from blazon.render.times import Step, find_timeline, frame_times, resolve_time, time_value


@dataclass(frozen=True, slots=True)
class Sequence:
    """Which times of a timeline become pictures."""

    timeline: str | None = None
    first: TypedValue | None = None
    last: TypedValue | None = None
    every: int | Step | None = None
    fps: float | None = None


def render_one(
    recording: Recording, look: Look, timeline: str | None, at: TypedValue | str | None, output: Output
) -> list[Notice]:
    """Write one picture, and return what is to be said about the data. Raises `BlazonError`."""
    shot = Shot(recording, resolve_time(recording, timeline, at), look)
    with Offscreen(look.width, look.height) as screen:
        picture, scene = screen.draw(shot)
    output.write(picture)
    empty = (
        [Notice(None, f"nothing is there to draw at {_spoken(shot.at)}: the picture is empty")]
        if scene.is_empty
        else []
    )
    return [*recording.notices.list(), *scene.notices, *empty]


def render_sequence(
    recording: Recording, look: Look, sequence: Sequence, output: Output, *, progress: bool = False
) -> list[Notice]:
    """Write a picture for each time of a sequence, all with one fit, and return what is to be said about the data."""
    moments = _moments(recording, sequence)
    notices = Notices()
    with Offscreen(look.width, look.height) as screen:
        for index, shot in enumerate(screen.sequence(recording, moments, look)):
            picture, scene = screen.draw(shot)
            output.write(picture, index)
            notices.extend(scene.notices)
            if progress:
                print(f"\rblazon: {index + 1} of {len(moments)} pictures", end="", file=sys.stderr, flush=True)
    if progress:
        print(file=sys.stderr)
    return [*recording.notices.list(), *notices.list()]


def _moments(recording: Recording, sequence: Sequence) -> list[At]:
    summary = find_timeline(recording, sequence.timeline)
    if summary is None:
        return [At(None)]
    covered = summary.covered
    first = covered.first if sequence.first is None else time_value(summary, sequence.first)
    last = covered.last if sequence.last is None else time_value(summary, sequence.last)
    times = frame_times(recording, summary, within=TimeRange(first, last), every=sequence.every, fps=sequence.fps)
    if not times:
        ends = [format_value(summary.timeline.kind, end) for end in (covered.first, covered.last)]
        raise NotInRecordingError(
            f"no time on timeline {summary.timeline.name!r} lies in --range; it goes from {ends[0]} to {ends[1]}"
        )
    return [At(summary.timeline, time) for time in times]


def _spoken(at: At) -> str:
    if at.timeline is None:
        return "any time"
    return f"{at.timeline.name} {format_value(at.timeline.kind, at.time)}"
