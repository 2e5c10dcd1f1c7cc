"""What is done on the nodes of a cluster, in processes that Ray starts: a job at a time, with a GL context of its own.

Nothing is kept from one to the next. What a job raises is answered, never raised: what Ray raises is a process lost.
"""

from __future__ import annotations

import contextlib
import time as clock
from collections.abc import Sequence
from typing import Any

from blazon.ingest.errors import BlazonError
from blazon.render import files
from blazon.render.cluster.orders import Answer, opened
from blazon.render.cluster.shares import device_of
from blazon.render.gpu.devices import devices
from blazon.render.jobs import attempt
from blazon.render.plans import parts_of


def draw(version: str, order: bytes, post: Any, number: int, report_every_s: float) -> Answer:
    """Do a job. version, order : see `opened`. post, number : where to tell how far it is, and as which try."""
    begun, told = clock.monotonic(), _Told(post, number, report_every_s)
    try:
        notices, error = attempt(opened(version, order), told, _device())
    except BlazonError as refused:
        notices, error = (), str(refused)
    except KeyboardInterrupt as stop:
        notices, error = (), str(stop) or "interrupted: nothing was written"
    return Answer(clock.monotonic() - begun, told.done, list(notices), error)


def split(version: str, order: bytes, count: int) -> Answer:
    """Answer with the about `count` parts of a job. version, order : see `opened`."""
    try:
        return Answer(parts=parts_of(opened(version, order), count))
    except (BlazonError, OSError, MemoryError) as error:
        return Answer(error=" ".join(str(error).split()) or type(error).__name__)
    except Exception as error:  # a fault of ours: the others go on
        return Answer(error=f"{type(error).__name__}: {error}")


def sweep(left: Sequence[tuple[Sequence[str], str]]) -> None:
    """Remove what tries that were lost left behind. left : of each, the folders it wrote to, and its mark."""
    for folders, mark in left:
        for folder in folders:
            with contextlib.suppress(BlazonError):
                files.sweep(folder, mark)


def _device() -> int | None:
    """The number of EGL's device that is this process's to draw with."""
    import ray

    assigned = ray.get_gpu_ids()
    return device_of(devices(), assigned) if assigned else None


class _Told:
    """Leaves word of how far a job is, now and then."""

    def __init__(self, post: Any, number: int, every_s: float) -> None:
        self._post, self._number, self._every_s = post, number, every_s
        self._said = clock.monotonic()
        self.done = 0

    def __call__(self, done: int, total: int) -> None:
        self.done = done
        if clock.monotonic() - self._said >= self._every_s:
            self._said = clock.monotonic()
            self._post.say.remote(self._number, done, total)
