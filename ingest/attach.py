"""An SDK's recording stream of this process, without a socket: what it logs is drawn by blazon as it is.

The SDK hands over what was logged since the last time as the bytes of a whole `.rrd` stream. Source: WIRE, "native
tools"; rerun's `binary_stream`.
"""

from __future__ import annotations

import importlib
import threading
from typing import Any

from blazon.ingest.chunk import ChunkRef
from blazon.ingest.errors import ArgumentError, DtypeError, SourceError
from blazon.ingest.notices import Notices
from blazon.ingest.recording import Recording
from blazon.ingest.rerun.container import MessageKind, walk
from blazon.ingest.rerun.messages import parse_arrow_msg
from blazon.ingest.rerun.received import Receiver


class Attached(Recording):
    """A recording that is what an SDK stream logs, up to the last call of `refresh`, which every picture begins with.

    stream : a `rerun.BinaryStream`.
    """

    def __init__(self, stream: Any, application_id: str, recording_id: str) -> None:
        super().__init__(application_id, recording_id=recording_id)
        self._stream, self._receiver = stream, Receiver()
        self._reading = threading.Lock()

    def refresh(self) -> None:
        """Take in all that was logged by now."""
        with self._reading:
            data = self._stream.read()
            if not data:
                return
            refs: list[ChunkRef] = []
            for stream in walk(data, 0, len(data), Notices()):
                for kind, start, stop in stream.messages or ():
                    if kind == MessageKind.ARROW_MSG:
                        refs += self._refs_in(memoryview(data)[start:stop])
            if refs:
                self.insert(refs)

    def _refs_in(self, message: memoryview) -> list[ChunkRef]:
        try:
            arrow = parse_arrow_msg(message)
            if not arrow.store.is_recording:
                return []
            received = self._receiver.receive(arrow)
        except SourceError as error:
            self.notices.add(None, f"a chunk was skipped: {error}")
            return []
        if received is None:
            return []
        for notice in received.notices:
            self.notices.add(received.ref.entity, notice)
        return [received.ref]


def attach(rr_recording: Any = None) -> Attached:
    """Return a recording that is what a rerun-sdk `RecordingStream` of this process logs; None: the SDK's current one.

    From then on the stream logs to blazon alone, and to what was attached last: call it before the program logs, in the
    place of `rr.save` or `rr.connect_grpc`. Each picture first takes in what was logged by then; all of it is kept.
    Raises `ArgumentError` where the SDK is not installed or has no current recording, and `DtypeError` for what is no
    recording stream.
    """
    try:
        rr = importlib.import_module("rerun")
    except ImportError:
        raise ArgumentError("attach needs rerun-sdk, which is not installed: pip install rerun-sdk") from None
    if rr_recording is not None and not isinstance(rr_recording, rr.RecordingStream):
        raise DtypeError(f"attach got a {type(rr_recording).__name__}; pass a rerun.RecordingStream, or nothing")
    found = rr.get_data_recording(rr_recording)
    if found is None:
        raise ArgumentError("the SDK has no current recording; call rr.init(…) before, or pass a rerun.RecordingStream")
    application_id = found.get_application_id() if hasattr(found, "get_application_id") else "rerun"
    recording_id = rr.get_recording_id(found)
    return Attached(found.binary_stream(), application_id or "rerun", recording_id)
