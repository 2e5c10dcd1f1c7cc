"""The messages that a recording is made of, as the SDK writes them into files and sends them.

Parsing is cheap and decodes no payload. Source: rerun's `log_msg.proto` and `common.proto`, as in WIRE.md.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from blazon.ingest.errors import SourceError
from blazon.ingest.rerun.protobuf import fields, number, text, view

_SENT = (1, 2, 3)  # `MessageKind`, which numbers them as files do
ARROW_IPC = 1  # the encoding of payloads
RECORDING_KIND = 1  # the other kind is a blueprint: how the reference's viewer is arranged


class StoreId(NamedTuple):
    """Which recording, or which blueprint, a message belongs to."""

    kind: int
    recording_id: str
    application_id: str  # "" from rerun-sdk 0.24, which says it in `SetStoreInfo` alone

    @property
    def is_recording(self) -> bool:
        """Whether it is a recording, not a blueprint."""
        return self.kind == RECORDING_KIND


class ArrowMsg(NamedTuple):
    """A chunk as it was sent."""

    store: StoreId
    compression: int  # `payload.NONE` or `payload.LZ4`
    uncompressed_size: int  # as the sender says
    encoding: int
    payload: bytes | memoryview
    tuid: memoryview | None

    @property
    def chunk_id(self) -> bytes:
        """The id of the chunk, 16 bytes as in a manifest; b"" where there is none. Raises `SourceError`."""
        if self.tuid is None:
            return b""
        found = dict(fields(self.tuid))
        return (number(found, 1) << 64 | number(found, 2)).to_bytes(16, "big")


def parse_write_request(message: memoryview) -> tuple[int, memoryview]:
    """Read a `WriteMessagesRequest`: the `MessageKind` of what it holds, and that, as a view. Raises `SourceError`."""
    found = dict(fields(view(dict(fields(message)), 1)))
    kinds = [kind for kind in found if kind in _SENT]
    if len(kinds) != 1:
        raise SourceError(f"a request holds {len(kinds)} messages of known kinds; expected one: it is damaged")
    return kinds[0], view(found, kinds[0])


def parse_store_id(message: memoryview) -> StoreId:
    """Read a `StoreId`. Raises `SourceError`."""
    return _store_id(bytes(message))


def parse_set_store_info(message: memoryview) -> StoreId:
    """Read which recording a `SetStoreInfo` announces. Raises `SourceError`."""
    info = dict(fields(view(dict(fields(message)), 2)))
    store = parse_store_id(view(info, 2))
    return store if store.application_id else store._replace(application_id=_application_id(view(info, 1)))


def parse_arrow_msg(message: memoryview) -> ArrowMsg:
    """Read an `ArrowMsg`; its payload is a view into `message`. Raises `SourceError`."""
    found = dict(fields(message))
    return ArrowMsg(
        store=parse_store_id(view(found, 1)),
        compression=number(found, 2),
        uncompressed_size=number(found, 3),
        encoding=number(found, 4),
        payload=view(found, 5),
        tuid=view(found, 6) if 6 in found else None,
    )


@functools.lru_cache(maxsize=256)
def _store_id(message: bytes) -> StoreId:
    found = dict(fields(memoryview(message)))
    return StoreId(number(found, 1), text(found, 2), _application_id(view(found, 3)))


def _application_id(message: memoryview) -> str:
    return text(dict(fields(message)), 1)
