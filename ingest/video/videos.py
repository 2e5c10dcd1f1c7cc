"""All that a recording keeps to show its videos: the tables of files, a few decoders, some frames.

Tables and streams are shared by all threads; a decoder belongs to the thread that asked for it, so that one that plays
and one that saves a picture don't take it out of each other's hands.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable

from blazon.ingest.archetypes.video import VideoCodec
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import SourceError
from blazon.ingest.images import Decoded
from blazon.ingest.timeline import Timeline
from blazon.ingest.video.decoders import FileDecoder, StreamDecoder, Work
from blazon.ingest.video.files import Asset, FrameTable
from blazon.ingest.video.kept import FrameCache, Shelf
from blazon.ingest.video.streams import Gop, Stream

BLOB = "AssetVideo:blob"
MOST_DECODERS = 16  # a 1080p one takes some 20 MB; who shows more videos at once waits for each to begin again
MOST_FILES = 256  # whose tables are kept, 40 bytes for each frame


class Videos:
    """Shows frames of the videos of a recording. frames, work : what is kept of them, and what it took.

    It does not know the recording, which owns it: who drops one has its memory back at once.
    """

    def __init__(self) -> None:
        self.frames, self.work = FrameCache(), Work()
        self._tables: Shelf[FrameTable | SourceError] = Shelf(MOST_FILES)
        self._streams: Shelf[Stream] = Shelf(MOST_FILES)
        self._decoders: Shelf[FileDecoder | StreamDecoder] = Shelf(MOST_DECODERS)

    def table(self, asset: Asset) -> FrameTable:
        """Return the frames of a file. Raises `SourceError`, the same each time."""
        found = self._tables.get(asset.key, lambda: _table(asset))
        if isinstance(found, SourceError):
            raise found
        return found

    def stream(self, entity: EntityPath, timeline: Timeline | None) -> Stream:
        """Return the samples of an entity on a timeline."""
        return self._streams.get((entity, timeline), lambda: Stream(entity, timeline))

    def file_picture(self, asset: Asset, number: int) -> Decoded:
        """Return a frame of a file, by its number in the order of showing. Raises `SourceError`."""
        key = asset.key
        decoder = self._decoders.get(
            (threading.get_ident(), key),
            lambda: FileDecoder(key, self.table(asset), asset.blob, self.frames, self.work),
        )
        assert isinstance(decoder, FileDecoder)
        return decoder.picture(number)

    def stream_picture(self, name: Hashable, codec: VideoCodec, gop: Gop) -> Decoded:
        """Return what the last sample of a stream shows. name : of the stream. Raises `SourceError`."""
        key = name, codec
        decoder = self._decoders.get(
            (threading.get_ident(), key), lambda: StreamDecoder(key, codec, self.frames, self.work)
        )
        assert isinstance(decoder, StreamDecoder)
        return decoder.picture(gop)


def _table(asset: Asset) -> FrameTable | SourceError:
    try:
        return FrameTable.read(asset.blob)
    except SourceError as error:
        return error
