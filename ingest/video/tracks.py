"""Which frame of which video an entity shows, followed through time as cells are (`ingest/tracks.py`).

What they answer with holds `Archetype:frame` beside the cells: something that decodes the frame when it is drawn. It is
the very same object while the cells and the frame are the same, so that nothing is decoded twice; and what is needed of
other entities, or of earlier samples, is looked at here alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from blazon.ingest.archetypes.video import VideoCodec
from blazon.ingest.chunk import ChunkRef
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import BlazonError, SourceError
from blazon.ingest.images import Decoded
from blazon.ingest.moments import At
from blazon.ingest.timeline import Timeline
from blazon.ingest.tracks import Found, Track
from blazon.ingest.video.files import Asset
from blazon.ingest.video.streams import SAMPLE, Gop
from blazon.ingest.video.videos import BLOB, Videos

if TYPE_CHECKING:
    from blazon.ingest.index import EntityIndex
    from blazon.ingest.queries import Queries

TIMESTAMP, REFERENCE = "VideoFrameReference:timestamp", "VideoFrameReference:video_reference"
CODEC = "VideoStream:codec"
REFERENCE_FRAME, STREAM_FRAME = "VideoFrameReference:frame", "VideoStream:frame"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A frame that is to be shown. picture : decodes it; raises `BlazonError` where there is none, and says why.

    error, count : where it is known before that there is none, why, and how many things are wrong.
    """

    key: Hashable
    picture: Callable[[], Decoded]
    error: BlazonError | None = None
    count: int = 1


class _Everything:
    """Stands for the index of whatever a frame may come from: it changes when anything is logged."""

    def __init__(self, recording: Queries) -> None:
        self._recording = recording

    @property
    def generation(self) -> int:
        """The recording's."""
        return self._recording.generation


class _FrameTrack:
    """Cells of an entity that are followed, and the frame that they mean. name : what that is called among them."""

    def __init__(self, recording: Queries, own: Track, timeline: Timeline | None, name: str) -> None:
        self._recording, self._own, self._timeline, self._name = recording, own, timeline, name
        self.since = self.until = 0
        self._found: Found | None = None
        self._of: tuple[Found | None, Hashable] = (None, None)

    def at(self, time: int) -> Found | None:
        """Return the cells at a time, and the frame."""
        return self.find(time)

    def wants(self, time: int) -> ChunkRef | None:
        """Return the chunk that `find` will ask for, as far as can be told."""
        return self._own.wants(time)

    def find(self, time: int) -> Found | None:
        """Return the same as `at`; it is another object where the cells or the frame are others."""
        own = self._own.at(time)
        self.since, self.until = self._own.since, self._own.until
        frame = self._frame(own, time) if own is not None else None
        of = own, frame.key if frame is not None else None
        if self._of != of:
            self._of = of
            self._found = own
            if own is not None and frame is not None:
                self._found = Found({**own.values, self._name: frame}, of)
        return self._found

    def _frame(self, own: Found, time: int) -> Frame | None:
        raise NotImplementedError


class ReferenceTrack(_FrameTrack):
    """Follows what a `VideoFrameReference` shows of an `AssetVideo` or a `VideoStream`, here or elsewhere."""

    def __init__(self, recording: Queries, entity: EntityPath, own: Track, timeline: Timeline | None) -> None:
        super().__init__(recording, own, timeline, REFERENCE_FRAME)
        self.index = _Everything(recording)
        self._entity = entity
        self._asset: tuple[EntityPath, Track] | None = None
        self._known: tuple[Found | None, Asset | None] = (None, None)

    def _frame(self, own: Found, time: int) -> Frame | None:
        times = own.values.get(TIMESTAMP)
        if times is None or len(times) == 0:
            return None
        try:
            target = target_of(self._entity, own.values.get(REFERENCE))
            asset = self._asset_at(target, time)
            if asset is not None:
                return _frame_of_file(self._recording.videos, asset, int(times[0]))
            if self._recording.has(target, SAMPLE):
                codec = codec_at(self._recording, target, At(self._timeline, time))
                return _frame_of_stream(self._recording, target, self._timeline, codec, time=int(times[0]))
            raise SourceError(f"there is no video at {target}; log an AssetVideo there, or name where it is")
        except BlazonError as error:
            return _broken(error)

    def _asset_at(self, target: EntityPath, time: int) -> Asset | None:
        """The file of an entity at a time, which may end what is known of the frame."""
        if self._asset is None or self._asset[0] != target:
            track = self._recording.follow(target, (BLOB,), self._timeline)
            self._asset = (target, track) if track is not None else None
        if self._asset is None:
            return None
        track = self._asset[1]
        found = track.at(time)
        self.since, self.until = max(self.since, track.since), min(self.until, track.until)
        if found is not self._known[0]:
            self._known = found, self._asset_of(found) if found is not None else None
        return self._known[1]

    def _asset_of(self, found: Found) -> Asset | None:
        blob = found.values.get(BLOB)
        ref, row = _cell_key(found.keys)
        chunk = self._recording.load_chunk(ref)
        if blob is None or len(blob) == 0 or chunk is None:
            return None
        return Asset(chunk.row_id(row), blob)


class StreamTrack(_FrameTrack):
    """Follows what a `VideoStream` shows."""

    def __init__(self, recording: Queries, entity: EntityPath, own: Track, timeline: Timeline | None) -> None:
        super().__init__(recording, own, timeline, STREAM_FRAME)
        self.index: EntityIndex = own.index
        self._entity = entity

    def _frame(self, own: Found, time: int) -> Frame | None:
        sample = own.values.get(SAMPLE)
        if sample is None or len(sample) == 0:
            return None
        try:
            codec = codec_of(own.values.get(CODEC))
            return _frame_of_stream(self._recording, self._entity, self._timeline, codec, time=time)
        except BlazonError as error:
            return _broken(error)


def follow_reference(
    recording: Queries, entity: EntityPath, components: tuple[str, ...], timeline: Timeline | None
) -> ReferenceTrack | None:
    """Return what follows the frame that an entity refers to; None where nothing was logged there."""
    own = recording.follow(entity, components, timeline)
    return None if own is None else ReferenceTrack(recording, entity, own, timeline)


def follow_stream(
    recording: Queries, entity: EntityPath, components: tuple[str, ...], timeline: Timeline | None
) -> StreamTrack | None:
    """Return what follows the picture of a stream; None where nothing was logged there."""
    own = recording.follow(entity, components, timeline)
    return None if own is None else StreamTrack(recording, entity, own, timeline)


def reference_size(recording: Queries, entity: EntityPath, at: At) -> tuple[int, int] | None:
    """Return the width and height of what an entity refers to, whatever was cleared since; None: not known."""
    cell = recording.latest_uncleared(entity, REFERENCE, at)
    try:
        target = target_of(entity, cell.value if cell is not None else None)
        asset = recording.latest_uncleared(target, BLOB, at)
        if asset is not None and asset.value is not None and len(asset.value):
            return recording.videos.table(Asset(asset.row_id, asset.value)).size
        return stream_size(recording, target, at) if recording.has(target, SAMPLE) else None
    except BlazonError:  # the picture says why
        return None


def stream_size(recording: Queries, entity: EntityPath, at: At) -> tuple[int, int] | None:
    """Return the width and height of the pictures of a stream; None: not known."""
    try:
        codec = codec_at(recording, entity, at)
        return recording.videos.stream(entity, at.timeline).size(recording, codec, at.time)
    except BlazonError:
        return None


def codec_at(recording: Queries, entity: EntityPath, at: At) -> VideoCodec:
    """Return how the samples of an entity are encoded. Raises `SourceError`."""
    cell = recording.latest_uncleared(entity, CODEC, at)
    return codec_of(cell.value if cell is not None else None)


def codec_of(logged: Any) -> VideoCodec:
    """Return the codec that was logged, uint32 (1,). Raises `SourceError` where it is none, or an unknown one."""
    if logged is None or len(logged) == 0:
        raise SourceError("the video stream has samples but no codec; log VideoStream(codec=…), best as static data")
    number = int(logged[0])
    if number not in [int(each) for each in VideoCodec]:
        letters = number.to_bytes(4, "big").decode("ascii", "replace")
        known = ", ".join(each.name for each in VideoCodec)
        raise SourceError(f"the video stream has codec {number:#010x} ({letters!r}); known are {known}")
    return VideoCodec(number)


def target_of(entity: EntityPath, reference: list[str] | None) -> EntityPath:
    """Return the entity that has the video. Raises `BlazonError` for what is no path."""
    return EntityPath.parse(reference[0]) if reference else entity


def _frame_of_file(videos: Videos, asset: Asset, time_ns: int) -> Frame:
    number = videos.table(asset).number_at(time_ns)
    return Frame((asset.key, number), lambda: videos.file_picture(asset, number))


def _frame_of_stream(
    recording: Queries, entity: EntityPath, timeline: Timeline | None, codec: VideoCodec, *, time: int
) -> Frame:
    videos = recording.videos
    gop = videos.stream(entity, timeline).gop(recording, codec, time)
    if not isinstance(gop, Gop):
        return _broken(
            SourceError(
                f"video samples before the first keyframe: {codec.name} can't be decoded from the middle; log from a"
                " keyframe on, with its parameter sets"
            ),
            gop,
        )
    name = entity, timeline
    return Frame((name, codec, gop.ids[0], gop.ids[-1], len(gop.ids)), lambda: videos.stream_picture(name, codec, gop))


def _broken(error: BlazonError, count: int = 1) -> Frame:
    """What there is no picture of. count : of what the error says."""

    def refuse() -> NoReturn:
        raise error

    return Frame((str(error), count), refuse, error, count)


def _cell_key(keys: Any) -> tuple[ChunkRef, int]:
    """The chunk and the row of the one cell that a track found, whose keys say that in one of three ways."""
    if isinstance(keys, ChunkRef):
        return keys, 0
    key: tuple[ChunkRef, int] = keys if isinstance(keys[0], ChunkRef) else keys[0][1]
    return key
