"""Video files: when their frames are shown, in which order they lie, and how they are opened.

A file is read once from its beginning to its end without decoding it; what is kept of that are its times. Edit lists
are ignored: every frame that is in the file counts, and times begin with the first one, as the SDK tells them.
"""

from __future__ import annotations

import bisect
import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.errors import SourceError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet

OPTIONS = {"ignore_editlist": "1", "protocol_whitelist": ""}  # nothing that a file names is opened
NS = 10**9
READ_BYTES = 1 << 18


class Blob(io.RawIOBase):
    """Bytes, as a file that PyAV reads; a view of them. blob : uint8 (n,)."""

    def __init__(self, blob: NDArray[np.uint8]) -> None:
        self._bytes, self._at = np.ascontiguousarray(blob), 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        end = len(self._bytes) if size < 0 else self._at + size
        found = self._bytes[self._at : end].tobytes()
        self._at += len(found)
        return found

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        base = (0, self._at, len(self._bytes))[whence]
        self._at = min(max(base + offset, 0), len(self._bytes))
        return self._at

    def tell(self) -> int:
        """Where it is."""
        return self._at

    def readable(self) -> bool:
        """That it can be read."""
        return True

    def seekable(self) -> bool:
        """That it can be read from anywhere."""
        return True


@contextlib.contextmanager
def file_errors(n_bytes: int) -> Iterator[None]:
    """Turn what FFmpeg says of a file into one `SourceError`."""
    import av

    try:
        yield
    except SourceError:
        raise
    except (av.FFmpegError, ValueError, OverflowError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise SourceError(
            f"video file ({n_bytes} bytes) can't be read: {reason}; log the whole of an MP4, or of another kind that"
            " FFmpeg reads"
        ) from error


def opened(blob: NDArray[np.uint8]) -> InputContainer:
    """Return a file, open at its first video stream, of which there is one. Raises `SourceError`."""
    import av

    with file_errors(len(blob)):
        container = av.open(Blob(blob), "r", options=dict(OPTIONS), buffer_size=READ_BYTES)
        if not container.streams.video:
            kinds = ", ".join(sorted({each.type for each in container.streams})) or "nothing"
            raise SourceError(f"video file ({len(blob)} bytes) holds {kinds} and no video; log one that has pictures")
        stream = container.streams.video[0]
        if stream.codec_context is None:
            raise SourceError("video file has a codec that FFmpeg does not know; encode it as H264, H265, AV1 or VP9")
        stream.thread_type = "SLICE"  # frames in parallel come late: whoever jumps about waits for three, not for one
        return container


def packets_of(container: InputContainer) -> Iterator[Packet[Any]]:
    """Yield what is left of the first video stream in the order of decoding; an empty one last, if nothing is cut."""
    import av

    packets = container.demux(container.streams.video[0])
    while True:
        try:
            packet = next(packets, None)
        except (av.FFmpegError, EOFError):  # what was cut off, or is damaged, ends it
            return
        if packet is None:
            return
        yield packet


class Asset(NamedTuple):
    """A file that was logged. key : the id of its row, which keeps nothing alive. blob : uint8 (n,)."""

    key: tuple[int, int]
    blob: NDArray[np.uint8]


def stamp_of(packet: Packet[Any]) -> int | None:
    """What orders packets as they are decoded."""
    return packet.dts if packet.dts is not None else packet.pts


@dataclass(frozen=True, slots=True, eq=False)
class FrameTable:
    """The frames of a file. size : width and height in pixels. missing : how many were cut off, as far as it tells.

    stamps, shown, keys : int64, int64 and bool (frames,), in the order of decoding: the decoding and the presentation
    time in ticks of `tick` seconds, and which are keyframes. order : int64 (frames,), which of them are shown one after
    the other.
    """

    size: tuple[int, int]
    tick: Fraction
    stamps: NDArray[np.int64]
    shown: NDArray[np.int64]
    keys: NDArray[np.bool_]
    order: NDArray[np.int64]
    missing: int

    @staticmethod
    def read(blob: NDArray[np.uint8]) -> FrameTable:
        """Return the frames of a file, uint8 (n,). Raises `SourceError`."""
        container = opened(blob)
        try:
            with file_errors(len(blob)):
                return _table(container, blob)
        finally:
            container.close()

    def times_ns(self) -> NDArray[np.int64]:
        """Return when the frames are shown, nanoseconds since the first one, ascending; int64 (frames,)."""
        ticks = self.shown[self.order] - self.shown[self.order[0]]
        times: NDArray[np.int64] = np.rint(ticks * (NS * float(self.tick))).astype(np.int64)
        return times

    def number_at(self, time_ns: int) -> int:
        """Return the number, in the order of showing, of the last frame that is not after a time; 0 before all.

        Times are rounded to the ticks of the file first, as in the reference: it forgives what others rounded.
        """
        tick = round(Fraction(time_ns, NS) / self.tick) + int(self.shown[self.order[0]])
        return max(bisect.bisect_right(self.order, tick, key=lambda at: int(self.shown[at])) - 1, 0)

    def start_of(self, at: int) -> int:
        """Return at which keyframe decoding has to begin for a frame; both in the order of decoding.

        Frames that follow a keyframe and are shown before it may need what comes before that.
        """
        before = np.flatnonzero(self.keys[: at + 1] & (self.shown[: at + 1] <= self.shown[at]))
        return int(before[-1]) if len(before) else 0


def _table(container: InputContainer, blob: NDArray[np.uint8]) -> FrameTable:
    stream = container.streams.video[0]
    rows: list[tuple[int, int, bool]] = []
    cut = int(_ends_early(blob))
    for packet in packets_of(container):
        stamp = stamp_of(packet)
        if packet.size and stamp is not None and packet.pts is not None and not packet.is_corrupt:
            rows.append((stamp, packet.pts, packet.is_keyframe))
        cut += packet.is_corrupt
    if not rows or stream.time_base is None:
        raise SourceError(
            f"video file ({len(blob)} bytes) has no frame with a time; log one that is whole, such as MP4"
        )
    stamps, shown, keys = (np.array(each, kind) for each, kind in zip(zip(*rows, strict=True), "qq?", strict=True))
    context: Any = stream.codec_context
    missing = max(stream.frames - len(rows), cut)
    order = np.argsort(shown, kind="stable").astype(np.int64)
    return FrameTable((context.width, context.height), stream.time_base, stamps, shown, keys, order, missing)


def _ends_early(blob: NDArray[np.uint8]) -> bool:
    """Whether an MP4 ends within one of its outermost boxes; each begins with its size. Source: ISO 14496-12, 4.2."""
    at = 0
    while blob[4:8].tobytes() == b"ftyp" and at < len(blob):
        head = blob[at : at + 16].tobytes()
        size = int.from_bytes(head[:4], "big")
        if size == 1:  # then it is written behind the name
            size = int.from_bytes(head[8:], "big")
        if len(head) < 8 or at + size > len(blob):
            return True
        if size < 8:  # 0: up to the end
            return False
        at += size
    return False
