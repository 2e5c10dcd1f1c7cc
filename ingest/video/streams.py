"""A stream's samples, from the one that is shown back to the keyframe before it.

Chunks may overlap in time and come in any order, so samples are ordered by (time, row id), as everything else is, and
only those chunks are opened that a picture needs. A clear hides a picture; what comes after it may still need what was
logged before it.
"""

from __future__ import annotations

import bisect
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from blazon.ingest.archetypes.video import VideoCodec
from blazon.ingest.chunk import STATIC_TIME, ChunkRef
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.timeline import INT64_MAX, Timeline
from blazon.ingest.video.decoders import size_of_sample
from blazon.ingest.video.keyframes import keyframe_head

if TYPE_CHECKING:
    from blazon.ingest.queries import Queries

SAMPLE = "VideoStream:sample"
MOST_SAMPLES = 1 << 18  # of which it is remembered whether they are keyframes
RowId = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The samples of one chunk in order. heads : what `keyframe_head` said of those that were asked for."""

    rows: list[int]
    times: list[int]
    ids: list[RowId]
    heads: dict[tuple[int, VideoCodec], bytes | None] = field(default_factory=dict)


class Place(NamedTuple):
    """A sample: which one of which chunk."""

    ref: ChunkRef
    block: Block
    at: int

    @property
    def stamp(self) -> tuple[int, RowId]:
        """What samples are ordered by."""
        return self.block.times[self.at], self.block.ids[self.at]


@dataclass(frozen=True, slots=True, eq=False)
class Gop:
    """The samples from a keyframe to the one that is shown: all that a picture needs.

    ids : of each sample its row id. head : what says the size.
    """

    recording: Queries
    places: tuple[Place, ...]
    ids: tuple[RowId, ...]
    head: bytes

    def sample(self, number: int) -> bytes:
        """Return the bytes of one; none where they are gone, or were never there."""
        return _bytes_of(self.recording, self.places[number])


class Stream:
    """The samples of an entity on a timeline. It is kept by the recording, which therefore comes with each question."""

    def __init__(self, entity: EntityPath, timeline: Timeline | None) -> None:
        self._entity, self._timeline = entity, timeline
        self._blocks: weakref.WeakKeyDictionary[ChunkRef, Block] = weakref.WeakKeyDictionary()  # forgotten with them
        self._n_samples = 0
        self._sizes: dict[tuple[VideoCodec, bytes], tuple[int, int] | None] = {}

    def gop(self, recording: Queries, codec: VideoCodec, time: int) -> Gop | int:
        """Return what the newest sample at a time needs; or how many samples there are if none of them is a keyframe.

        Of a sample of no bytes it is that of the one before.
        """
        places: list[Place] = []
        for place in self._backwards(recording, time):
            places.append(place)
            head = self._head(recording, codec, place)
            if head is not None:
                places.reverse()
                return Gop(recording, tuple(places), tuple(each.stamp[1] for each in places), head)
        return len(places)

    def size(self, recording: Queries, codec: VideoCodec, time: int = INT64_MAX) -> tuple[int, int] | None:
        """Return the width and height from the newest keyframe at a time on; None where there is none."""
        gop = self.gop(recording, codec, time)
        if isinstance(gop, int):
            return None
        key = codec, gop.head
        if key not in self._sizes:
            self._sizes[key] = size_of_sample(codec, gop.sample(0))
        return self._sizes[key]

    def _head(self, recording: Queries, codec: VideoCodec, place: Place) -> bytes | None:
        heads, key = place.block.heads, (place.at, codec)
        if key not in heads:
            heads[key] = keyframe_head(codec, _bytes_of(recording, place))
        return heads[key]

    def _backwards(self, recording: Queries, time: int) -> Iterator[Place]:
        """Yield the samples at and before a time, the newest first. Static ones stand before all, or else alone."""
        index = recording.index_of(self._entity)
        static = [(ref, self._block(recording, ref)) for ref in index.static.get(SAMPLE, ())] if index else []
        if static:
            yield from _newer([Place(ref, block, len(block.rows) - 1) for ref, block in static if block], None)
            return
        chunks = index.temporal.get((self._timeline, SAMPLE)) if index and self._timeline else None
        active: list[Place] = []
        for ref, bound in chunks.candidates(time) if chunks else ():
            yield from _newer(active, bound)
            block = self._block(recording, ref)
            at = bisect.bisect_right(block.times, time) - 1 if block is not None else -1
            if block is not None and at >= 0:
                active.append(Place(ref, block, at))
        yield from _newer(active, None)

    def _block(self, recording: Queries, ref: ChunkRef) -> Block | None:
        block = self._blocks.get(ref)
        if block is None:
            block = self._read(recording, ref)
            if block is not None:
                self._n_samples += len(block.rows)
                if self._n_samples > MOST_SAMPLES:
                    self._blocks.clear()
                    self._n_samples = len(block.rows)
                self._blocks[ref] = block
        return block

    def _read(self, recording: Queries, ref: ChunkRef) -> Block | None:
        chunk, line = recording.load_chunk(ref), None if ref.is_static else self._timeline
        if chunk is None or SAMPLE not in chunk.columns or (line is not None and line not in chunk.times):
            return None
        rows = chunk.rows_in_order(line, SAMPLE).tolist()
        times = [STATIC_TIME] * len(rows) if line is None else chunk.times[line][rows].tolist()
        return Block(rows, times, [chunk.row_id(row) for row in rows]) if rows else None


def _newer(active: list[Place], than: int | None) -> Iterator[Place]:
    """Yield samples of blocks that overlap, the newest first, as long as they are newer than a time.

    active : where each block is; moved on.
    """
    while active:
        number = max(range(len(active)), key=lambda i: active[i].stamp) if len(active) > 1 else 0
        place = active[number]
        if than is not None and place.stamp[0] <= than:
            return
        yield place
        if place.at:
            active[number] = Place(place.ref, place.block, place.at - 1)
        else:
            del active[number]


def _bytes_of(recording: Queries, place: Place) -> bytes:
    chunk = recording.load_chunk(place.ref)
    column = chunk.columns.get(SAMPLE) if chunk is not None else None
    value: Any = column.read(place.block.rows[place.at]) if column is not None else None
    return b"" if value is None else bytes(value)
