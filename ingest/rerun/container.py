"""The container that messages lie in: one or more streams, each a header, messages, and mostly a footer.

Finds where things are, and reads nothing but headers. A file may be several streams one after the other
(`cat a b`), may lack its end (a program that runs or has crashed), and may be damaged: whatever is complete is
found, and what is not is a notice. With footers only the end of the file is read; what lies before the first of
them is walked from the front.

    stream   'RRF2' | version, 4 bytes | compression | serializer = 2 | 0 | 0
    message  kind, u64 | length, u64 | a protobuf message
    footer   start, u64, of the footer's message in its stream | length, u64 | xxh32 | 'RRF2' | 'FOOT' | 1, u32

Source: rerun's `re_log_encoding::rrd`, as in WIRE.md.
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass, replace
from mmap import mmap
from typing import NamedTuple

import xxhash

from blazon.ingest.errors import SourceError
from blazon.ingest.notices import Notices

MAGIC = b"RRF2"
_OLD_MAGICS = (b"RRF0", b"RRF1")
_HEADER, _MESSAGE, _FOOTER = struct.Struct("<4s4B4B"), struct.Struct("<QQ"), struct.Struct("<QQI4s4sI")
_PROTOBUF, _MSGPACK = 2, 1
_OLDEST = (0, 24)
_WRITTEN_AS = (0, 41, 0, 0)  # the version of rerun-sdk whose framing this is
_CRC_SEED = 7850921

Data = mmap | bytes


class MessageKind(enum.IntEnum):
    """What a message holds."""

    END = 0
    SET_STORE_INFO = 1
    ARROW_MSG = 2
    BLUEPRINT_ACTIVATION = 3


class Message(NamedTuple):
    """Where a message is: `data[start:stop]`, without its header."""

    kind: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a file.

    start, stop : its bytes. messages : all that are complete, in order; None where its footer was found first and
    nothing else was read. footer : where the footer's message is; None if there is none, or it is damaged.
    """

    start: int
    stop: int
    messages: tuple[Message, ...] | None
    footer: tuple[int, int] | None


def find_streams(data: Data, notices: Notices) -> list[Stream]:
    """Return the streams of a file, in order.

    notices : takes what is incomplete or damaged. Raises `SourceError` where the file isn't a recording of
    rerun-sdk 0.24 or later.
    """
    check_header(data, 0)
    found: list[Stream] = []
    stop = len(data)
    while stop and (stream := _stream_before(data, stop)):
        found.append(stream)
        stop = stream.start
    return [*walk(data, 0, stop, notices), *reversed(found)]


def walk(data: Data, start: int, stop: int, notices: Notices) -> list[Stream]:
    """Return the streams in `data[start:stop]`, with their messages, by going from message to message."""
    found: list[Stream] = []
    at: int | None = start
    while at is not None and at < stop:
        stream, at = _walk_stream(data, at, stop, notices)
        found.append(stream)
    return found


def check_header(data: Data, start: int) -> None:
    """Raise `SourceError`, which says why, where no stream that can be read begins at `start`."""
    head = bytes(data[start : start + _HEADER.size])
    if head[:4] in _OLD_MAGICS:
        raise SourceError("written by rerun-sdk 0.22 or older; 0.24 or later is needed: record it again")
    if not head.startswith(MAGIC[: len(head)]):
        raise SourceError(f"not a recording: starts with {head[:4]!r}; expected {MAGIC!r}")
    if len(head) < _HEADER.size:
        raise SourceError(f"ends inside its header, after {len(head)} bytes; expected a recording")
    _, major, minor, patch, _, _, serializer, *reserved = _HEADER.unpack(head)
    if (major, minor) < _OLDEST or serializer == _MSGPACK:
        raise SourceError(f"written by rerun-sdk {major}.{minor}.{patch}; 0.24 or later is needed: record it again")
    if serializer != _PROTOBUF or any(reserved):
        raise SourceError(f"its header ends with {head[8:].hex(' ')}; expected 01 02 00 00: it is damaged")


def stream_head() -> bytes:
    """Return what a stream begins with."""
    return _HEADER.pack(MAGIC, *_WRITTEN_AS, 1, _PROTOBUF, 0, 0)


def message_head(kind: MessageKind, size: int) -> bytes:
    """Return what stands before a message of so many bytes."""
    return _MESSAGE.pack(kind, size)


def _stream_before(data: Data, stop: int) -> Stream | None:
    """The stream whose footer ends at `stop`, if one does and all that it says is true."""
    at = stop - _FOOTER.size
    if at < _HEADER.size + _MESSAGE.size:
        return None
    in_stream, length, _, *marks = _FOOTER.unpack_from(data, at)
    start = at - length - in_stream
    if marks != [MAGIC, b"FOOT", 1] or start < 0 or in_stream < _HEADER.size + _MESSAGE.size:
        return None
    if _MESSAGE.unpack_from(data, at - length - _MESSAGE.size) != (MessageKind.END, length):
        return None
    if not _is_header(data, start) or _damage(data, at, length):
        return None
    return Stream(start, stop, None, (at - length, at))


def _damage(data: Data, at: int, length: int) -> str:
    """What is wrong with the checksum in the footer at `at`, whose message of `length` bytes lies before it."""
    expected = _FOOTER.unpack_from(data, at)[2]
    found = xxhash.xxh32_intdigest(memoryview(data)[at - length : at], seed=_CRC_SEED)
    return "" if found == expected else f"its checksum is {found:08x}, not {expected:08x}"


def _walk_stream(data: Data, start: int, stop: int, notices: Notices) -> tuple[Stream, int | None]:
    """The stream at `start`, and where the next one begins, if there is a next one."""
    messages: list[Message] = []
    at = start + _HEADER.size
    while message := _message_at(data, at, stop):
        messages.append(message)
        at = message.stop
        if message.kind == MessageKind.END:
            return _end_of_stream(data, Stream(start, stop, tuple(messages), None), notices)
    trouble, resume = _trouble(data, at, stop, messages[-1].start if messages else at)
    is_all = start == 0 and resume is None and stop == len(data)
    notices.add(None, f"{'the file' if is_all else f'the part of the file from byte {start}'} {trouble}")
    return Stream(start, resume or stop, tuple(messages), None), resume


def _message_at(data: Data, at: int, stop: int) -> Message | None:
    """The message whose header is at `at`, if it is one and all of it is there."""
    body = at + _MESSAGE.size
    if body > stop:
        return None
    kind, length = _MESSAGE.unpack_from(data, at)
    if kind > MessageKind.BLUEPRINT_ACTIVATION or length > stop - body:
        return None
    return Message(kind, body, body + length)


def _trouble(data: Data, at: int, stop: int, last: int) -> tuple[str, int | None]:
    """Why there is no message at `at`, and where the next stream begins. last : where the message before begins."""
    body = at + _MESSAGE.size
    if at == stop or _is_header(data, at):
        resume = None if at == stop else at
        return "has no end mark: it was written without a footer, or more was to follow", resume
    if body > stop or _MESSAGE.unpack_from(data, at)[0] <= MessageKind.BLUEPRINT_ACTIVATION:
        resume = _next_header(data, min(body, stop), stop)
        return f"ends inside a message at byte {at}: what is complete is shown", resume
    resume = _next_header(data, last, stop)  # the message before may have been cut off, and reach into the next stream
    return f"is damaged at byte {at}: {_rest(resume)}", resume


def _end_of_stream(data: Data, stream: Stream, notices: Notices) -> tuple[Stream, int | None]:
    """What follows a stream's last message: a footer, another stream, nothing."""
    assert stream.messages
    _, body, at = stream.messages[-1]
    end = at + _FOOTER.size
    if data[at + 20 : at + 28] == MAGIC + b"FOOT" and end <= stream.stop:
        damage = _damage(data, at, at - body)
        if damage:
            notices.add(None, f"the footer at byte {at} is damaged ({damage}): the file was read through instead")
        stream = replace(stream, footer=None if damage else (body, at))
        at = end
    if at == stream.stop:
        return stream, None
    resume = _next_header(data, at, stream.stop)
    if resume != at:
        notices.add(None, f"the file is damaged at byte {at}: {_rest(resume)}")
    return replace(stream, stop=at), resume


def _next_header(data: Data, at: int, stop: int) -> int | None:
    """Where the next stream begins, at `at` or after it."""
    while (found := data.find(MAGIC, at, stop)) >= 0:
        if _is_header(data, found):
            return found
        at = found + 1
    return None


def _is_header(data: Data, at: int) -> bool:
    try:
        check_header(data, at)
    except SourceError:
        return False
    return bytes(data[at : at + 4]) == MAGIC


def _rest(resume: int | None) -> str:
    return "what follows can't be read" if resume is None else f"what lies between there and byte {resume} was skipped"
