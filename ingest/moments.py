"""What a recording is asked for, and what it answers with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from blazon.ingest.chunk import ChunkRef
from blazon.ingest.timeline import Timeline


@dataclass(frozen=True, slots=True)
class At:
    """A time to ask for: a value on a timeline. Without a timeline, only static data exists."""

    timeline: Timeline | None
    time: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """One component of one row, as it was found."""

    value: Any
    time: int  # STATIC_TIME for static data
    row_id: tuple[int, int]
    key: tuple[ChunkRef, int]  # (chunk, row): equal keys, equal cells


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an entity, as it was found; what of it is there is read by `Recording.read`."""

    time: int  # STATIC_TIME for static data
    row_id: tuple[int, int]
    key: tuple[ChunkRef, int]  # (chunk, row): equal keys, equal rows
