"""Clears: which rows of an entity or of those above it take data away. Source: SEMANTICS §9, rerun's latest-at."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from blazon.ingest.chunk import STATIC_TIME, Chunk
from blazon.ingest.timeline import Timeline

CLEAR = "Clear:is_recursive"
Stamp = tuple[int, tuple[int, int]]  # (time, row id): what is later wins


@dataclass(frozen=True, slots=True)
class ClearRow:
    """One clear, of an entity or of all below it."""

    stamp: Stamp
    is_recursive: bool


def clears_in(chunk: Chunk, timeline: Timeline | None) -> Iterator[ClearRow]:
    """Yield the clears of a chunk in order: static ones (`timeline` None), or those on a timeline."""
    if CLEAR not in chunk.columns or (timeline is not None and timeline not in chunk.times):
        return
    for row in chunk.rows_in_order(timeline, CLEAR).tolist():
        flags = chunk.columns[CLEAR].read(row)
        if flags is not None and len(flags):
            time = STATIC_TIME if timeline is None else int(chunk.times[timeline][row])
            yield ClearRow((time, chunk.row_id(row)), bool(flags[0]))


def is_cleared(clears: Sequence[ClearRow], stamp: Stamp, time: int, *, is_own: bool) -> bool:
    """Return whether one of `clears`, in order and not after `time`, takes away what was logged at `stamp`.

    is_own : whether the clears are of the very entity; those of one above it count if they are recursive.
    """
    for i in range(bisect.bisect_right(clears, time, key=_time_of) - 1, -1, -1):
        if clears[i].stamp < stamp:
            return False
        if is_own or clears[i].is_recursive:
            return True
    return False


def _time_of(clear: ClearRow) -> int:
    return clear.stamp[0]
