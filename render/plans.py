"""What many recordings, or the parts of one, become: the jobs that processes and machines are given."""

from __future__ import annotations

import glob
import itertools
import os
import string
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from blazon.ingest import remote
from blazon.ingest.errors import ArgumentError, SourceError
from blazon.ingest.sources import load
from blazon.render.encoding.videos import partial_of
from blazon.render.jobs import Job
from blazon.render.movie import CHAPTER
from blazon.render.output import PARENT, STEM, Output
from blazon.render.scene import SceneBuilder
from blazon.render.shot import Shot

_OWN = "memory://"


def sources_of(words: Sequence[str]) -> list[str]:
    """Return the files and URLs that words stand for, in order, each once; `*`, `?`, `[]` and `**` are patterns.

    A file that is called so is no pattern. Raises `SourceError` for a pattern that nothing fits.
    """
    found: dict[str, None] = {}
    for word in words:
        found |= dict.fromkeys(_matches(word) if glob.has_magic(word) else [word])
    return list(found)


def jobs_for(sources: Sequence[str], job: Job) -> list[Job]:
    """Return what `job` is for each of several sources.

    Raises `ArgumentError` where two would write the same files, or one a recording that is read.
    """
    if len(sources) > 1 and not job.output.names_source:
        raise ArgumentError(
            f"OUT is {job.output.pattern!r} for {len(sources)} recordings; give each a name, such as out/{STEM}.mp4"
        )
    jobs = [replace(job, source=each, output=job.output.of_source(each)) for each in sources]
    written: dict[Hashable, str] = {}
    read = {_place(each): each for each in sources}
    for each in jobs:
        for place in _places(each.output):
            other = written.setdefault(place, each.source)
            if other != each.source:
                raise ArgumentError(
                    f"{other} and {each.source} would both be written to {each.output.pattern}; name them apart, as"
                    f" with {PARENT}, and with something that is no digit before a number"
                )
            if place in read:
                raise ArgumentError(f"OUT is {each.output.pattern!r}, which is the recording itself; give another OUT")
    return jobs


def _places(output: Output) -> Iterator[Hashable]:
    """Where an output is written, so that what is equal may be one file."""
    if output.is_sequence:  # a1 and the number 0 are a and the number 10
        before, after = output.around_number()
        yield _place(before + "0").rstrip(string.digits), after.lstrip(string.digits)
        return
    yield _place(output.name())
    if output.is_video:
        folder, slash, last = output.name().rpartition("/")
        yield _place(f"{folder}{slash}{partial_of(Path(last))}")


def _place(name: str) -> str:
    """A file's or a URL's name, the same for the same file."""
    return name if remote.is_url(name) else os.path.realpath(remote.local_path(name))


def check_names(jobs: Sequence[Job]) -> None:
    """Raise `ArgumentError` for sources and outputs that are there in this process alone."""
    for name in (name for job in jobs for name in (job.source, job.output.pattern)):
        if name.startswith(_OWN):
            raise ArgumentError(f"{name} is in the memory of one process; give a file, or a URL that others reach")


def parts_of(job: Job, count: int) -> list[Job]:
    """Return jobs that together do a job whose pictures are numbered, about `count` of them, in whole chapters.

    All carry the fit of the whole. A job that has no parts is returned as it is. Raises `BlazonError`.
    """
    if count < 2 or not job.output.is_sequence:
        return [job]
    recording = load(job.source, job.recording)
    times = job.when.times(recording)
    chapters = -(-len(times) // CHAPTER)
    count = min(count, chapters)
    if count < 2:
        return [job]
    look = job.look
    if look.bounds is None:
        fitted = SceneBuilder().fit(Shot(recording, times[-1], look), [at.time for at in times])
        look = replace(look, fitted=fitted)
    ends = [min(chapters * number // count * CHAPTER, len(times)) for number in range(count + 1)]
    return [replace(job, look=look, part=range(a, b)) for a, b in itertools.pairwise(ends)]


def _matches(pattern: str) -> Iterator[str]:
    if remote.is_url(pattern):
        found = remote.matches(pattern)
    else:
        local = remote.local_path(pattern)
        found = [local] if Path(local).exists() else sorted(glob.glob(local, recursive=True))  # noqa: PTH207 - `**/`
    if not found:
        raise SourceError(f"{pattern} fits no file; check the pattern")
    return iter(found)
