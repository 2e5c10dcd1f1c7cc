"""Decoders: one frame after the other, forward, from a keyframe on. One decoder belongs to one thread.

A decoder goes on where it is while what is asked for lies ahead and no keyframe is nearer, so that playing N frames
decodes N. What it decodes on the way is kept, so that going back a little costs nothing.

Packets are FFmpeg's own copies, never views of Python's bytes: a decoder's threads free them, and would wait for
Python's lock, which who closes the decoder holds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.archetypes.video import VideoCodec
from blazon.ingest.errors import SourceError
from blazon.ingest.images import Decoded
from blazon.ingest.video import frames
from blazon.ingest.video.files import FrameTable, opened, packets_of, stamp_of
from blazon.ingest.video.kept import FrameCache

if TYPE_CHECKING:
    import av
    from av.packet import Packet

FEW = 8  # frames: so many are decoded rather than skipped to the keyframe after them
_BEFORE_S = 5.0  # how much earlier is tried where seeking goes too far
_NAMES = {
    VideoCodec.AV1: ("libdav1d", "libaom-av1", "av1"),
    VideoCodec.H264: ("h264",),
    VideoCodec.H265: ("hevc",),
    VideoCodec.VP8: ("vp8", "libvpx"),
    VideoCodec.VP9: ("vp9", "libvpx-vp9"),
}


@dataclass(slots=True)
class Work:
    """What was done, for tests and benches. packets : given to decoders. seeks : starts at a keyframe."""

    packets: int = 0
    seeks: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame. is_exact : whether it is the one that was asked for, and not the last one before it that there is."""

    frame: av.VideoFrame
    is_exact: bool


class FileDecoder:
    """Decodes one file. key : what its frames are kept under."""

    def __init__(self, key: Hashable, table: FrameTable, blob: NDArray[np.uint8], kept: FrameCache, work: Work) -> None:
        from av.video.reformatter import VideoReformatter

        self._key, self._table, self._kept, self._work = key, table, kept, work
        self._container = opened(blob)
        self._frames: Iterator[av.VideoFrame] = iter(())
        self._last: av.VideoFrame | None = None
        self._fed = -1  # the number, in the order of decoding, of the last packet
        self._reformatter = VideoReformatter()

    def picture(self, number: int) -> Decoded:
        """Return the frame of a number in the order of showing. Raises `SourceError` where nothing can be decoded."""
        shown = self._shown(number)
        found = frames.decoded(shown.frame, self._reformatter)
        notes = list(found.notes)
        if not shown.is_exact:
            notes.append(("frames that can't be decoded: the one before is shown", 1))
        if self._table.missing:
            notes.append(("frames that the video file should have and has not: it was cut short", self._table.missing))
        return Decoded(found.pixels, tuple(notes))

    def _shown(self, number: int) -> Shown:
        at = int(self._table.order[number])
        time = int(self._table.shown[at])
        known = self._kept.get((self._key, time))
        if known is not None:
            return Shown(known, is_exact=True)
        start = self._table.start_of(at)
        if self._last is None or not self._is_ahead(time, start):
            self._frames, self._last = self._from(start), None
        best = self._last
        for frame in self._frames:
            self._last = frame
            self._kept.put((self._key, frame.pts), frame, frames.bytes_of(frame))
            if frame.pts == time:
                return Shown(frame, is_exact=True)
            if (frame.pts or 0) > time:
                break
            best = frame
        if best is None:
            raise SourceError(f"video frame {number} of {len(self._table.order)} can't be decoded: it is damaged")
        return Shown(best, is_exact=False)

    def _is_ahead(self, time: int, start: int) -> bool:
        """Whether going on gets to a frame that is shown at a time, no later than beginning at a keyframe would."""
        return self._last is not None and (self._last.pts or 0) < time and start <= self._fed + FEW

    def _from(self, start: int) -> Iterator[av.VideoFrame]:
        """Yield frames in the order of showing, from the keyframe of a number in the order of decoding on."""
        import av

        self._work.seeks += 1
        number = start
        for packet in self._packets(start):
            self._work.packets += 1
            try:
                decoded = packet.decode()
            except av.FFmpegError:  # later ones may do
                decoded = []
            self._fed = number
            number += 1
            yield from (frame for frame in decoded if frame.pts is not None)

    def _packets(self, start: int) -> Iterator[Packet[Any]]:
        """Yield the packets from one on, wherever seeking ends up."""
        import av

        container = self._container
        stream, wanted = container.streams.video[0], int(self._table.stamps[start])
        stream.codec_context.flush_buffers()
        earlier = round(_BEFORE_S / self._table.tick)
        for to in (wanted, wanted - earlier, int(self._table.stamps[0]) - earlier):
            try:
                container.seek(to, stream=stream)
            except av.FFmpegError:
                continue
            packets = packets_of(container)
            first = next(packets, None)
            stamp = stamp_of(first) if first is not None else None
            if first is not None and stamp is not None and stamp <= wanted:
                break
        else:
            return
        while first is not None and stamp_of(first) != wanted:
            first = next(packets, None)
        if first is not None:
            yield first
            yield from packets


class Samples(Protocol):
    """The samples from a keyframe to the one that is shown. ids : what tells each from all others."""

    @property
    def ids(self) -> tuple[Hashable, ...]:
        """Of each sample one."""

    def sample(self, number: int) -> bytes:
        """Return the bytes of one; none: it is skipped."""


class StreamDecoder:
    """Decodes samples that were logged. key : what its frames are kept under."""

    def __init__(self, key: Hashable, codec: VideoCodec, kept: FrameCache, work: Work) -> None:
        from av.video.reformatter import VideoReformatter

        self._key, self._kept, self._work = key, kept, work
        self._context = _context(codec)
        self._fed: tuple[Hashable, ...] = ()  # what the decoder was given since it began at a keyframe
        self._last: av.VideoFrame | None = None
        self._reformatter = VideoReformatter()
        self._reordered = False

    def picture(self, samples: Samples) -> Decoded:
        """Return the picture of the last of some samples. Raises `SourceError` where nothing can be decoded."""
        ids = samples.ids
        frame = self._kept.get((self._key, ids[0], ids[-1], len(ids)))
        shown = Shown(frame, is_exact=True) if frame is not None else self._shown(samples)
        found = frames.decoded(shown.frame, self._reformatter)
        notes = list(found.notes)
        if not shown.is_exact:
            notes.append(("samples that can't be decoded: the picture before is shown", 1))
        if self._reordered:
            notes.append(("samples are not in the order of their times (B-frames): pictures may be wrong", 1))
        return Decoded(found.pixels, tuple(notes))

    def _shown(self, samples: Samples) -> Shown:
        ids = samples.ids
        if not self._fed or len(self._fed) >= len(ids) or ids[: len(self._fed)] != self._fed:
            self._begin()
        for number in range(len(self._fed), len(ids)):
            self._give(samples, number)
        last = len(ids) - 1
        self._fed = ids
        if self._last is None or self._last.pts != last:  # it may come late; then the decoder has to begin again
            self._take(samples, self._decoded(None))
            self._fed = ()
        if self._last is None:
            raise SourceError(f"a video sample can't be decoded, nor can the {last} before it, back to a keyframe")
        return Shown(self._last, is_exact=self._last.pts == last)

    def _begin(self) -> None:
        self._work.seeks += 1
        self._context.flush_buffers()
        self._last, self._fed, self._reordered = None, (), False

    def _give(self, samples: Samples, number: int) -> None:
        from av.packet import Packet

        sample = samples.sample(number)
        if not sample:
            return
        packet = Packet(len(sample))
        packet.update(sample)
        packet.pts = packet.dts = number
        self._work.packets += 1
        self._take(samples, self._decoded(packet))

    def _decoded(self, packet: Packet[Any] | None) -> list[av.VideoFrame]:
        import av

        try:
            return self._context.decode(packet)
        except av.FFmpegError:  # later ones may do
            return []

    def _take(self, samples: Samples, decoded: list[av.VideoFrame]) -> None:
        """Keep frames; they come in the order of showing, which has to be that of the samples."""
        ids = samples.ids
        for frame in decoded:
            if frame.pts is None:
                continue
            if self._last is not None and frame.pts < (self._last.pts or 0):
                self._reordered = True
                continue
            self._last = frame
            self._kept.put((self._key, ids[0], ids[frame.pts], frame.pts + 1), frame, frames.bytes_of(frame))


def _context(codec: VideoCodec) -> av.VideoCodecContext:
    """Open a decoder that answers with a frame for each sample, at once: threads share a frame, not several."""
    import av
    from av.codec.context import Flags

    for name in _NAMES[codec]:
        try:
            context = av.CodecContext.create(name, "r")
        except (av.FFmpegError, ValueError):
            continue
        context.thread_type = "SLICE"
        context.flags |= Flags.low_delay
        if isinstance(context, av.VideoCodecContext):
            return context
    raise SourceError(f"PyAV was built without a decoder for {codec.name}; install one that has it")


def size_of_sample(codec: VideoCodec, sample: bytes) -> tuple[int, int] | None:
    """Return the width and height of what a keyframe shows, by decoding it; None where that can't be done."""
    import av
    from av.packet import Packet

    context, packet = _context(codec), Packet(len(sample))
    packet.update(sample)
    found: list[av.VideoFrame] = []
    for each in (packet, None):
        with contextlib.suppress(av.FFmpegError):
            found += context.decode(each)
    return (found[0].width, found[0].height) if found else None
