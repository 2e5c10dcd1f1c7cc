"""One recording and what is to become of it: what a process, or a machine far away, is given to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from blazon.ingest.errors import BlazonError
from blazon.ingest.moments import At
from blazon.ingest.notices import Notice
from blazon.ingest.recording import Recording
from blazon.ingest.sources import load
from blazon.render import files
from blazon.render.movie import Reel, Report, render_film, render_one, render_sequence, unheard
from blazon.render.output import Output
from blazon.render.shot import Look
from blazon.render.times import Step, moments, resolve_time


@dataclass(frozen=True, slots=True)
class When:
    """Which times of a recording: at one, or from `first` to `last`; see `render` and `frames` of `Offscreen`."""

    timeline: str | None = None
    at: Any = None
    first: Any = None
    last: Any = None
    every: int | Step | None = None
    fps: float | None = None

    def times(self, recording: Recording) -> list[At]:
        """Return the times of a sequence. Raises as `moments` does."""
        return moments(recording, self.timeline, first=self.first, last=self.last, every=self.every, fps=self.fps)


@dataclass(frozen=True, slots=True)
class Job:
    """A recording of a file or URL, how it is to look, and where that goes.

    recording : an id; None: the first. resume : leave files that are there as they are; see `render_sequence`.
    part : of a sequence, by number; None: all.
    """

    source: str
    output: Output
    look: Look
    when: When = When()
    recording: str | None = None
    resume: bool = False
    part: range | None = None


def attempt(job: Job, report: Report = unheard, device: int | None = None) -> tuple[Sequence[Notice], str | None]:
    """Do a job, and return what is to be said about the data, and why it failed; None: it did not.

    report, device : see `run`. Raises `Interrupted`.
    """
    try:
        return run(job, report, device), None
    except (BlazonError, OSError, MemoryError) as error:
        return (), " ".join(str(error).split()) or type(error).__name__
    except Exception as error:  # a fault of ours: the others go on
        return (), f"{type(error).__name__}: {error}"


def run(job: Job, report: Report = unheard, device: int | None = None) -> Sequence[Notice]:
    """Do a job, and return what is to be said about the data. Raises `BlazonError`, and `Interrupted`.

    report : told how many pictures are done, of how many. device : see `Offscreen`.
    """
    output = job.output
    if job.resume and not output.is_sequence and files.is_there(output.name()):
        report(0, 0)
        return ()
    recording = load(job.source, job.recording)
    if not output.is_sequence and not output.is_video:
        at = resolve_time(recording, job.when.timeline, job.when.at)
        notices = render_one(recording, job.look, at, output, device=device)
        report(1, 1)
        return notices
    reel = Reel(recording, job.look, job.when.times(recording), job.part)
    if output.is_video:
        return render_film(reel, output, fps=job.when.fps, report=report, device=device)
    return render_sequence(reel, output, report=report, resume=job.resume, device=device)
