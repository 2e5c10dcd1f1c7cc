"""Jobs as they are sent to other machines: with names that mean the same there, and bytes that wait to be opened.

A worker compares versions before it opens them: what another version sends, it may not be able to.
"""

from __future__ import annotations

import os
import pickle
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import blazon
from blazon.ingest import remote
from blazon.ingest.errors import ClusterError
from blazon.ingest.notices import Notice
from blazon.render.jobs import Job
from blazon.render.output import Output


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker says. pictures : how many are done. error : None: it is done. parts : of a job that was split."""

    seconds: float = 0.0
    pictures: int = 0
    notices: Sequence[Notice] = ()
    error: str | None = None
    parts: Sequence[Job] = ()


def packed(job: Job, mark: str, threads: int) -> bytes:
    """Return a job as it is sent. mark : of this try; see `files.sweep`. threads : that encode."""
    output = replace(_absolute_output(job.output), mark=mark, encoding=replace(job.output.encoding, threads=threads))
    look = replace(job.look, fonts=tuple(_absolute(font) for font in job.look.fonts))
    return pickle.dumps(replace(job, source=_absolute(job.source), output=output, look=look))


def opened(version: str, order: bytes) -> Job:
    """Return what was packed. Raises `ClusterError` where another version packed it."""
    if version != blazon.__version__:
        raise ClusterError(
            f"blazon is {blazon.__version__} on the node {platform.node()}, and {version} where this was started;"
            " install the same on all"
        )
    job: Job = pickle.loads(order)
    return job


def folders_of(job: Job, total: int) -> list[str]:
    """Return the folders that a job writes to, as every machine calls them. total : of its pictures, if known."""
    output = _absolute_output(job.output)
    numbers = job.part if job.part is not None else range(max(total, 1))
    return sorted({output.name(number).rpartition("/")[0] for number in numbers})


def _absolute(name: str) -> str:
    return name if remote.is_url(name) else str(Path(remote.local_path(name)).absolute())


def _absolute_output(output: Output) -> Output:
    pattern = output.pattern
    if remote.is_url(pattern):
        return output
    here = str(Path.cwd())
    if output.is_sequence:
        here = here.replace("{", "{{").replace("}", "}}")
    return replace(output, pattern=os.path.join(here, remote.local_path(pattern)))  # noqa: PTH118 - a pattern, no path
