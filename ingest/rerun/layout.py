"""The layout of a record batch: which column is the row id, which are timelines, which are components.

Chunks mostly share their schema but for the chunk's id and the entity's path, and reading a schema costs more than
reading a small chunk, so layouts are kept, in a bounded number, by the bytes of the schema. (pyarrow's own comparison
takes longer, too.) Source: rerun's `re_sorbet`, as in WIRE.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from blazon.ingest.archetypes.schema import COMPONENTS, Kind
from blazon.ingest.errors import SourceError
from blazon.ingest.rerun.cells import FORMS, Form, form_of
from blazon.ingest.timeline import TimeKind, Timeline

_MAX_LAYOUTS = 4096
_ANY_INTEGER = "instance_ids"  # a program's own numbers; all other ids are the protocol's
_CONTINUATION = b"\xff\xff\xff\xff"  # what an Arrow IPC message begins with
_VARYING = re.compile(rb"[0-9A-Za-z_.]{8,64}")  # ids and stamps; long, so that nothing else is taken for them


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a record batch, by their index."""

    row_id: int
    timelines: tuple[tuple[Timeline, int], ...]
    known: tuple[tuple[str, int, Form], ...]  # components that blazon draws
    limited: frozenset[int]  # those whose ids may turn out not to be within 0 to 2^32−1
    others: tuple[tuple[str, int], ...]
    notices: tuple[str, ...]  # what was left out


class Layouts:
    """The layouts of schemas that were seen."""

    def __init__(self) -> None:
        self._by_bytes: dict[bytes, Layout] = {}

    def of(self, schema: Any, stream: Any, metadata: Mapping[bytes, bytes]) -> Layout:
        """Return the layout of `schema`, which the buffer `stream` begins with, and which has `metadata`.

        Raises `SourceError` where it isn't a chunk's.
        """
        key = _fingerprint(stream, metadata)
        layout = self._by_bytes.get(key)
        if layout is None:
            layout = _read(schema)
            if len(self._by_bytes) >= _MAX_LAYOUTS:
                self._by_bytes = {}
            self._by_bytes[key] = layout
        return layout


def timeline_of(name: str, type_: Any) -> Timeline:
    """Return the timeline that a column of Arrow type `type_` holds. Raises `SourceError` for other types."""
    kinds = {
        pa.int64(): TimeKind.SEQUENCE,
        pa.timestamp("ns"): TimeKind.TIMESTAMP,
        pa.duration("ns"): TimeKind.DURATION,
    }
    if type_ not in kinds:
        raise SourceError(f"timeline {name!r} has type {type_}; expected int64, timestamp[ns] or duration[ns]")
    return Timeline(name, kinds[type_])


def _fingerprint(stream: Any, metadata: Mapping[bytes, bytes]) -> bytes:
    """The bytes of the schema that `stream` begins with, without what differs from chunk to chunk."""
    head = bytes(memoryview(stream)[:8])
    start, size = (8, head[4:]) if head.startswith(_CONTINUATION) else (4, head[:4])
    schema = bytes(memoryview(stream)[start : start + int.from_bytes(size, "little")])
    for value in metadata.values():
        if _VARYING.fullmatch(value) or (value.startswith(b"/") and schema.count(value) == 1):  # an entity's path
            schema = schema.replace(value, bytes(len(value)))
    return schema


def _read(schema: Any) -> Layout:
    row_id: int | None = None
    timelines, known, others, notices = [], [], [], []
    for index, field in enumerate(schema):
        about = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        role = about.get("rerun:kind", "data")
        if role == "control":
            row_id = _row_id(field, index)
        elif role == "index":
            timelines.append((timeline_of(about.get("rerun:index_name", field.name), field.type), index))
        else:
            name = about.get("rerun:component", field.name)
            kind = COMPONENTS.get(name)
            form = form_of(kind, field.type) if kind else None
            if kind is None:
                others.append((name, index))
            elif form is None:
                notices.append(f"component {name} has type {field.type}; expected {kind.value}: it was left out")
            else:
                known.append((name, index, form))
    if row_id is None:
        raise SourceError("a chunk has no column of row ids; expected rerun.controls.RowId")
    limited = frozenset(index for name, index, form in known if form is FORMS[Kind.IDS] and name != _ANY_INTEGER)
    return Layout(row_id, tuple(timelines), tuple(known), limited, tuple(others), tuple(notices))


def _row_id(field: Any, index: int) -> int:
    if not pa.types.is_fixed_size_binary(field.type) or field.type.byte_width != 16:
        raise SourceError(f"column {field.name} has type {field.type}; expected fixed_size_binary[16]")
    return index
