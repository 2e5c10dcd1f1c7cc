"""The layouts of schemas that were seen, by the bytes of the schema.

Chunks mostly share their schema but for the chunk's id, its stamps and the entity's path, and reading a schema costs
more than reading a small chunk, so layouts are kept, in a bounded number. (pyarrow's own comparison takes longer, too.)
Source: Arrow's `Message.fbs` and `Schema.fbs`; WIRE.md.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import SourceError
from blazon.ingest.rerun.batches import CONTINUATION, PREFIX
from blazon.ingest.rerun.flatbuffer import follow, member, root, vector
from blazon.ingest.rerun.layout import Layout, layout_of

ENTITY_PATH = b"rerun:entity_path"
LARGEST = 1 << 16  # bytes of a schema that is kept
MOST_PATH = 4096  # bytes of an entity's path
_SCHEMA = 1
_VARYING = re.compile(rb"[0-9A-Za-z_.]{8,64}")  # ids and stamps; long, so that nothing else is taken for them
_MOST_LAYOUTS, _MOST_CUTS = 4096, 16


@dataclass(frozen=True, slots=True)
class Cut:
    """Where that stands, in schemas of some length, which differs from chunk to chunk. kept : what is left of them."""

    kept: tuple[slice, ...]
    entity: slice

    def key(self, schema: bytes) -> bytes:
        """Return what schemas have in common whose layout is the same."""
        return b"".join([schema[part] for part in self.kept])


class Layouts:
    """The layouts of schemas that were seen. May be shared by threads."""

    def __init__(self) -> None:
        self._cuts: dict[int, tuple[Cut, ...]] = {}  # by the length of the schema
        self._layouts: dict[bytes, Layout] = {}

    def find(self, head: bytes) -> tuple[Layout, bytes] | None:
        """Return the layout that is known of a schema, and the path in it. head : see `schema_in`."""
        known = self.find_cut(head)
        return (known[0], head[known[1].entity]) if known is not None else None

    def find_cut(self, head: bytes) -> tuple[Layout, Cut] | None:
        """Return the layout that is known of a schema, and what may differ in those that have it."""
        for cut in self._cuts.get(len(head), ()):
            layout = self._layouts.get(cut.key(head))
            if layout is not None:
                return layout, cut
        return None

    def of(self, schema: Any, head: bytes) -> Layout:
        """Return the layout of an Arrow schema. head : its bytes. Raises `SourceError` where it isn't a chunk's."""
        found = self.find(head)
        if found is not None:
            return found[0]
        layout, cut = layout_of(schema), _cut(head)
        if cut is not None and len(head) <= LARGEST:
            known = self._cuts.get(len(head), ())
            if len(self._layouts) >= _MOST_LAYOUTS:
                self._cuts, self._layouts = {}, {}
            self._layouts[cut.key(head)] = layout
            self._cuts[len(head)] = known if cut in known else (cut, *known)[:_MOST_CUTS]
        return layout


def entity_of(path: bytes) -> EntityPath:
    """Return the entity that a schema says. Raises `SourceError` for a path that is too long, `UnicodeDecodeError`."""
    if len(path) > MOST_PATH:
        raise SourceError(f"an entity's path has {len(path)} bytes; expected {MOST_PATH} at most")
    return EntityPath.parse(path.decode())


def schema_in(stream: bytes | memoryview) -> bytes:
    """Return the head of the message that an Arrow IPC stream begins with: a flatbuffer; b"" where there is none."""
    if len(stream) < PREFIX.size:
        return b""
    mark, size = PREFIX.unpack_from(stream, 0)
    return bytes(stream[8 : 8 + size]) if mark == CONTINUATION and size <= len(stream) - 8 else b""


def _cut(head: bytes) -> Cut | None:
    """What differs in a schema; None where that can't be told."""
    try:
        about = sorted(_about(head))
    except (struct.error, IndexError):
        return None
    varying = [
        (start, stop) for start, stop, key in about if key == ENTITY_PATH or _VARYING.fullmatch(head[start:stop])
    ]
    paths = [slice(start, stop) for start, stop, key in about if key == ENTITY_PATH]
    ends = [0, *(end for span in varying for end in span), len(head)]
    if len(paths) != 1 or ends != sorted(ends):
        return None
    return Cut(tuple(slice(*each) for each in zip(ends[::2], ends[1::2], strict=True)), paths[0])


def _about(head: bytes) -> Iterator[tuple[int, int, bytes]]:
    """What a schema says about itself: of each value where it begins and ends, and its key."""
    message = root(head, 0)
    kind, schema = member(head, message, 1), member(head, message, 2)
    if not kind or not schema or head[kind] != _SCHEMA:
        return
    table = follow(head, schema)
    endianness = member(head, table, 0)
    if endianness and head[endianness]:  # big endian: Arrow turns it round
        return
    listed = member(head, table, 2)
    first, count = vector(head, listed) if listed else (0, 0)
    for at in range(first, first + 4 * count, 4):
        pair = follow(head, at)
        (key, key_size), (value, value_size) = (vector(head, member(head, pair, index)) for index in (0, 1))
        yield value, value + value_size, head[key : key + key_size]
