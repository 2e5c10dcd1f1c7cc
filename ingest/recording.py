"""A recording: what one program logged. Queries are in `queries.py`, chunks in `store.py`; never draws."""

from __future__ import annotations

import itertools
import threading
import time as clock
import uuid
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from blazon.ingest import timeline as timelines
from blazon.ingest.chunk import Chunk, ChunkRef, Column
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import ArgumentError, DtypeError
from blazon.ingest.queries import Queries
from blazon.ingest.steps import Steps
from blazon.ingest.timeline import TimeKind, Timeline

LOG_TIME = Timeline("log_time", TimeKind.TIMESTAMP)


class Loggable(Protocol):
    """An archetype: something that says which components are logged for it."""

    @property
    def components(self) -> Mapping[str, Any]:
        """Canonical cells by component name."""


class Recording(Queries):
    """What one program logged, in memory or in a file that is read as it is needed.

    application_id : the name of the program. recording_id : a name that is unique to this run; made up if not given.
    steps : in which a stream of it came.
    """

    def __init__(self, application_id: str = "blazon", *, recording_id: str | None = None) -> None:
        super().__init__()
        self.application_id = application_id
        self.recording_id = recording_id or uuid.uuid4().hex
        self.steps = Steps()
        self._now = threading.local()
        self._counter = itertools.count()

    def __repr__(self) -> str:
        return f"<Recording {self.application_id!r} {self.recording_id}: {len(self._entities)} entities>"

    def set_time(self, timeline: str, *, sequence: Any = None, duration: Any = None, timestamp: Any = None) -> None:
        """Set the time that this thread's following `log` calls carry on `timeline`.

        Exactly one of: sequence, a whole number; duration, seconds, `timedelta` or `np.timedelta64`; timestamp, seconds
        since 1970, `datetime` or `np.datetime64`. Raises `ArgumentError` for none or several, for values that are
        out of range, and for a timeline that already has another kind.
        """
        if not isinstance(timeline, str):
            raise DtypeError(f"timeline is {timeline!r}, a {type(timeline).__name__}; pass its name")
        given = {"sequence": sequence, "duration": duration, "timestamp": timestamp}
        given = {name: value for name, value in given.items() if value is not None}
        if len(given) != 1:
            raise ArgumentError(
                f"set_time({timeline!r}) got {sorted(given) or 'nothing'}; pass one of sequence=, duration=, timestamp="
            )
        if timeline == LOG_TIME.name:
            raise ArgumentError(f"timeline {timeline!r} is stamped by log itself; pass another name")
        ((name, value),) = given.items()
        line = Timeline(timeline, TimeKind(name))
        for known in [*self._summaries, *self._times()]:
            if known.name == timeline and known.kind is not line.kind:
                raise ArgumentError(f"timeline {timeline!r} is a {known.kind.value}; it can't take a {name} as well")
        self._times()[line] = timelines.value_of(line.kind, value)

    def reset_time(self) -> None:
        """Forget the times of this thread: what is logged next carries `log_time` alone."""
        self._times().clear()

    def log(
        self,
        path: str | EntityPath,
        archetype: Loggable,
        *more: Loggable,
        static: bool = False,
    ) -> None:
        """Log one row at `path`: the components of `archetype` and of `more`, at this thread's time and at `log_time`.

        static : the row holds at all times, and shadows temporal data of the same components. What is logged is copied.
        Raises `DtypeError` where something that can't be logged is given.
        """
        cells: dict[str, Any] = {}
        for each in (archetype, *more):
            cells.update(_components(each))
        now = clock.time_ns()
        times = {} if static else {**self._times(), LOG_TIME: now}
        self.insert([_single_row(EntityPath.parse(path), cells, times, (now, next(self._counter)))])

    def refresh(self) -> None:
        """Take in what has come since, where somebody else's stream is recorded; every picture begins with it."""

    def _times(self) -> dict[Timeline, int]:
        if not hasattr(self._now, "times"):
            self._now.times = {}
        times: dict[Timeline, int] = self._now.times
        return times


def _components(loggable: Loggable) -> Mapping[str, Any]:
    components = getattr(loggable, "components", None)
    if not isinstance(components, Mapping):
        kind = loggable if isinstance(loggable, type) else type(loggable)
        name = f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}"
        what = f"the class {name}" if kind is loggable else f"a {name}"
        raise DtypeError(f"log got {what}; pass an archetype of blazon, such as blazon.Points2D(…)")
    return components


def _single_row(
    entity: EntityPath, cells: Mapping[str, Any], times: Mapping[Timeline, int], row_id: tuple[int, int]
) -> ChunkRef:
    present = np.ones(1, np.bool_)
    columns = {name: Column(present, (value,).__getitem__) for name, value in cells.items()}
    stamps = {line: np.array([time], np.int64) for line, time in times.items()}
    n_bytes = sum(getattr(value, "nbytes", 64) for value in cells.values())
    ref = ChunkRef.of(entity, Chunk(np.array([row_id], np.uint64), stamps, columns, n_bytes))
    ref.row = cells
    return ref
