"""A recording file of the reference SDK: which recordings are in it, and each of them, ready to be asked.

Opening reads a footer where there is one, and walks the file where there is none. Chunks are decoded when a query
needs them.
Blueprints, which arrange the reference's viewer, are passed over.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.chunk import Chunk, ChunkRef
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import NotInRecordingError, SourceError
from blazon.ingest.notices import Notices
from blazon.ingest.recording import Recording
from blazon.ingest.rerun.arrow import ChunkDecoder
from blazon.ingest.rerun.container import Message, MessageKind, Stream, find_streams, walk
from blazon.ingest.rerun.decoded import Block, Decoded
from blazon.ingest.rerun.manifest import Manifest, Place, Table, chunk_refs, parse_footer, read_table
from blazon.ingest.rerun.mapped_file import MappedFile
from blazon.ingest.rerun.messages import ARROW_IPC, ArrowMsg, StoreId, parse_arrow_msg, parse_set_store_info
from blazon.ingest.rerun.received import head_of
from blazon.ingest.timeline import Timeline


@dataclass(slots=True)
class _Contents:
    """Where one recording's chunks are listed, in file order."""

    application_id: str
    parts: list[tuple[Stream, Manifest] | Message] = field(default_factory=list)


class RrdFile:
    """The recordings of a file. Raises `SourceError` where it can't be read or holds none."""

    def __init__(self, file: MappedFile) -> None:
        self._file = file
        self._notices = Notices()
        self._contents: dict[str, _Contents] = {}
        try:
            for stream in find_streams(file.data, self._notices):
                self._take_in(stream)
            if not self._contents:
                raise SourceError("holds no recording; expected at least one, beside blueprints")
        except SourceError as error:
            raise SourceError(f"{file.path}: {error}") from None

    def recordings(self) -> list[tuple[str, str]]:
        """The id of each recording and the application that it comes from, in file order."""
        return [(id_, contents.application_id) for id_, contents in self._contents.items()]

    def open(self, recording_id: str | None = None) -> Recording:
        """Return one recording, the first if none is named. Raises `NotInRecordingError` for an unknown id."""
        if recording_id is None:
            recording_id = next(iter(self._contents))
        contents = self._contents.get(recording_id)
        if contents is None:
            raise NotInRecordingError(
                f"recording {recording_id!r} is not in {self._file.path}; it has {', '.join(map(repr, self._contents))}"
            )
        recording = Recording(contents.application_id or "unknown", recording_id=recording_id)
        recording.notices.extend(self._notices.list())
        index = _Index(self._file, recording_id, recording.notices)
        for part in contents.parts:
            index.add(part)
        recording.insert(index.refs)
        return recording

    def _take_in(self, stream: Stream) -> None:
        manifests = self._manifests(stream)
        for manifest in manifests:
            self._of(manifest.store).parts.append((stream, manifest))
        if not manifests:  # also where the footer has nothing to list: the recording may be announced, and empty
            for message in _messages(self._file, stream):
                self._take_in_message(message)

    def _manifests(self, stream: Stream) -> list[Manifest]:
        """The manifests of the stream's recordings, in the order in which these begin; none without a footer."""
        if stream.footer is None:
            return []
        start, stop = stream.footer
        try:
            found = [each for each in parse_footer(self._file.view[start:stop]) if each.store.is_recording]
            if len(found) > 1:
                found.sort(key=lambda each: _first_byte(read_table(each, stream.start, stream.stop)))
        except SourceError as error:
            self._notices.add(None, f"{error}, in the footer at byte {stop}: the file was read through instead")
            return []
        return found

    def _take_in_message(self, message: Message) -> None:
        body = self._file.view[message.start : message.stop]
        try:
            if message.kind == MessageKind.SET_STORE_INFO:
                self._of(parse_set_store_info(body))
            elif message.kind == MessageKind.ARROW_MSG:
                self._of(parse_arrow_msg(body).store).parts.append(message)
        except SourceError as error:
            self._notices.add(None, f"a message was skipped: {error}")

    def _of(self, store: StoreId) -> _Contents:
        """What is known of a recording; of a blueprint, something that is thrown away."""
        if not store.is_recording:
            return _Contents("")
        contents = self._contents.setdefault(store.recording_id, _Contents(store.application_id))
        contents.application_id = contents.application_id or store.application_id
        return contents


class _Load:
    """Loads the chunk at a place of the file of an index."""

    __slots__ = ("index", "place")

    def __init__(self, index: _Index, place: Place) -> None:
        self.index, self.place = index, place

    def __call__(self) -> Chunk:
        """Decode it. Raises `SourceError`."""
        return self.index.load(self.place)


class _Index:
    """Collects the refs of one recording, and loads their chunks."""

    def __init__(self, file: MappedFile, recording_id: str, notices: Notices) -> None:
        self.refs: list[ChunkRef] = []
        self._file = file
        self._recording_id = recording_id
        self._notices = notices
        self._decoder = ChunkDecoder()
        self._ids: set[bytes] = set()  # a chunk that is in the file twice is one chunk
        self._noticed: set[tuple[int, str]] = set()

    def add(self, part: tuple[Stream, Manifest] | Message) -> None:
        """Take in what a manifest lists, or one message."""
        if isinstance(part, Message):
            self._add_message(part)
            return
        stream, manifest = part
        try:
            table = read_table(manifest, stream.start, stream.stop)
        except SourceError as error:
            self._notices.add(None, f"{error}: the file was read through instead")
            for message in _messages(self._file, stream):
                self._add_message(message)
        else:
            self.refs += chunk_refs(table, self._ids, self._ref)

    def _add_message(self, message: Message) -> None:
        if message.kind != MessageKind.ARROW_MSG:
            return
        try:
            arrow = parse_arrow_msg(self._file.view[message.start : message.stop])
            store = arrow.store
            chunk_id = arrow.chunk_id
            if not store.is_recording or store.recording_id != self._recording_id or chunk_id in self._ids:
                return
            entity, chunk, notices = self._decoder.decode(arrow)
        except SourceError as error:
            self._notices.add(None, f"a chunk was skipped: {error}")
            return
        if chunk_id:
            self._ids.add(chunk_id)
        self._notice(message.start, entity, notices)
        if len(chunk.row_ids):
            known = ChunkRef.of(entity, chunk)
            place = Place(message.start, message.stop, entity, known.times)
            self.refs.append(self._ref(place, known.n_rows, known.components))
        self._file.has_read(message.stop - message.start)

    def _ref(self, place: Place, n_rows: int, components: Mapping[str, int]) -> ChunkRef:
        ref = ChunkRef(place.entity, n_rows, place.times, components, _Load(self, place))
        ref.source = self
        ref.read_times = functools.partial(self._read_times, place)
        return ref

    def _read_times(self, place: Place) -> Mapping[Timeline, NDArray[np.int64]] | None:
        """The times of a chunk's rows, where its first bytes tell them."""
        try:
            head = head_of(parse_arrow_msg(self._file.view[place.start : place.stop]), self._decoder.layouts)
        except SourceError:  # that is told when it is loaded
            return None
        self._file.has_read(place.stop - place.start)
        if head is None or head.entity != place.entity:
            return None
        stamps = (np.frombuffer(each, "<i8") for each in head.stamps[1:])
        return dict(zip(head.times, stamps, strict=True))

    def load(self, place: Place) -> Chunk:
        """Decode the chunk at `place`. Raises `SourceError`."""
        return self._checked(place, self._decoder.decode(self._message(place)))

    def load_alike(self, refs: Sequence[ChunkRef]) -> list[Chunk | None]:
        """Decode many; None for each that has to be decoded by itself, or can't be."""
        found: list[Chunk | None] = [None] * len(refs)
        places = {number: load.place for number, ref in enumerate(refs) if isinstance(load := ref.load, _Load)}
        blocks: dict[int, Block] = {}
        for number, place in places.items():
            with contextlib.suppress(SourceError):
                block = Block.of(self._message(place))
                if block is not None:
                    blocks[number] = block
        for number, decoded in zip(blocks, self._decoder.decode_alike(list(blocks.values())), strict=True):
            with contextlib.suppress(SourceError):
                found[number] = self._checked(places[number], decoded) if decoded is not None else None
        return found

    def unpack(self, ref: ChunkRef) -> Callable[[], Chunk]:
        """Decompress a chunk, and return what loads it from there. Raises `SourceError`, as that does."""
        load = ref.load
        message = self._message(load.place) if isinstance(load, _Load) else None
        if message is None or message.encoding != ARROW_IPC or not isinstance(load, _Load):
            return load
        stream = self._decoder.stream_of(message.payload, message.compression, message.uncompressed_size)
        place = load.place
        return lambda: self._checked(place, self._decoder.decode_stream(stream))

    def n_bytes(self, ref: ChunkRef) -> int:
        """Return how many bytes a chunk has, as the file says; 0: nobody knows."""
        with contextlib.suppress(SourceError):
            return self._message(ref.load.place).uncompressed_size if isinstance(ref.load, _Load) else 0
        return 0

    def _message(self, place: Place) -> ArrowMsg:
        return parse_arrow_msg(self._file.view[place.start : place.stop])

    def _checked(self, place: Place, decoded: Decoded) -> Chunk:
        """The chunk at `place`. Raises `SourceError` where it is another than was expected."""
        entity, chunk, notices = decoded
        names = {line.name for line in chunk.times}  # of one name in two kinds, a manifest knows one
        covers = {line.name for line in place.times} <= names if place.times else not chunk.times
        if entity != place.entity or not covers:
            raise SourceError(f"byte {place.start} has another chunk, of {entity}, than the file's manifest says")
        self._file.has_read(place.stop - place.start)
        self._notice(place.start, entity, notices)
        return chunk

    def _notice(self, start: int, entity: EntityPath, notices: tuple[str, ...]) -> None:
        """Count what was left out of the chunk at `start`, once: it may be loaded many times."""
        for notice in notices:
            if (start, notice) not in self._noticed:
                self._noticed.add((start, notice))
                self._notices.add(entity, notice)


def _messages(file: MappedFile, stream: Stream) -> tuple[Message, ...]:
    """All messages of a stream, whose framing is known to be sound if they were not read yet."""
    if stream.messages is not None:
        return stream.messages
    walked = walk(file.data, stream.start, stream.stop, Notices())
    return tuple(message for each in walked for message in each.messages or ())


def _first_byte(table: Table) -> int:
    return int(table.starts.min()) if len(table.starts) else 0
