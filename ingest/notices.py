"""Counted warnings about data: one for each entity and kind, however often it occurs.

A notice never stops a picture. It is part of what was read or built, so that whoever shows a picture (the
command line, `blazon info`, Python's `warnings`) can show beside it what was wrong with the data.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from blazon.ingest.entity_path import EntityPath

MOST_LETTERS = 1000  # of what is said of one kind of trouble


@dataclass(frozen=True, slots=True)
class Notice:
    """One kind of trouble at one entity."""

    entity: EntityPath | None  # None: the source as a whole
    what: str  # for example "non-finite positions: instances dropped"
    count: int = 1

    def __str__(self) -> str:
        where = f"{self.entity}: " if self.entity is not None else ""
        return f"{where}{self.what} ({self.count})" if self.count > 1 else f"{where}{self.what}"


class Notices:
    """The notices of one source or one picture, counted by entity and kind."""

    def __init__(self, notices: Iterable[Notice] = ()) -> None:
        self._counts: dict[tuple[EntityPath | None, str], int] = {}
        self._lock = threading.Lock()
        self.extend(notices)

    def add(self, entity: EntityPath | None, what: str, count: int = 1) -> None:
        """Count `what` at `entity`, `count` times; nothing if `count` is 0."""
        if count:
            key = (entity, what if len(what) <= MOST_LETTERS else f"{what[:MOST_LETTERS]}…")
            with self._lock:
                self._counts[key] = self._counts.get(key, 0) + int(count)

    def extend(self, notices: Iterable[Notice]) -> None:
        """Count each of `notices`."""
        for notice in notices:
            self.add(notice.entity, notice.what, notice.count)

    def include(self, notices: Iterable[Notice]) -> None:
        """Count what another view of the same things says: what both say is there once."""
        for notice in Notices(notices).list():
            key = (notice.entity, notice.what)
            self._counts[key] = max(self._counts.get(key, 0), notice.count)

    def list(self) -> list[Notice]:
        """All notices, in the order in which they were first seen."""
        with self._lock:
            found = list(self._counts.items())
        return [Notice(entity, what, count) for (entity, what), count in found]
