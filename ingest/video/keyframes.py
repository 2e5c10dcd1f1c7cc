"""Which samples decoding can begin at: read from their first bytes, without decoding.

As in the reference, a keyframe brings its parameters along: H264 and H265 an SPS, AV1 a sequence header.
Sources: ITU-T H.264 and H.265, Annex B; AV1 section 5; RFC 6386, section 9.1; VP9 section 6.2; rerun's `re_video`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from blazon.ingest.archetypes.video import VideoCodec

_START = b"\0\0\1"
_H264_SPS, _H264_IDR, _H264_SLICES = 7, 5, range(1, 5)
_H265_SPS, _H265_INTRA, _H265_SLICES = 33, range(16, 24), range(16)
_AV1_SEQUENCE, _AV1_FRAME_HEADER, _AV1_FRAME = 1, 3, 6
_VP8_START, _VP9_SYNC = b"\x9d\x01\x2a", b"\x49\x83\x42"


def keyframe_head(codec: VideoCodec, sample: bytes) -> bytes | None:
    """Return the bytes that say how large the pictures from a sample on are; None where it is no keyframe.

    sample : one frame. Equal bytes, equal sizes. Damaged samples are no keyframes.
    """
    return _READERS[codec](sample)


def _units(sample: bytes) -> Iterator[tuple[int, int]]:
    """Where each NAL unit begins and ends, at the latest."""
    at = sample.find(_START)
    while at >= 0:
        after = sample.find(_START, at + 3)
        yield at + 3, len(sample) if after < 0 else after
        at = after


def _h264(sample: bytes) -> bytes | None:
    head = None
    for first, end in _units(sample):
        kind = sample[first] & 31 if first < end else 0
        if kind == _H264_SPS:
            head = sample[first:end]
        elif kind == _H264_IDR:
            return head
        elif kind in _H264_SLICES:
            return None
    return None


def _h265(sample: bytes) -> bytes | None:
    head = None
    for first, end in _units(sample):
        kind = sample[first] >> 1 & 63 if first < end else 40
        if kind == _H265_SPS:
            head = sample[first:end]
        elif kind in _H265_INTRA:
            return head
        elif kind in _H265_SLICES:
            return None
    return None


def _av1(sample: bytes) -> bytes | None:
    head, at = None, 0
    while at < len(sample):
        header = sample[at]
        kind, at = header >> 3 & 15, at + 1 + (header >> 2 & 1)
        size, at = _leb128(sample, at) if header & 2 else (len(sample) - at, at)
        if size <= 0 or at >= len(sample):
            at += max(size, 0)
            continue
        if kind == _AV1_SEQUENCE:
            head = sample[at : at + size]
        elif kind in (_AV1_FRAME, _AV1_FRAME_HEADER):
            is_still = head is not None and bool(head[0] >> 3 & 1)  # each frame is a keyframe, and none says so
            return head if is_still or sample[at] >> 5 == 0 else None
        at += size
    return None


def _leb128(sample: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where it ends."""
    number = 0
    for i in range(8):
        if at >= len(sample):
            break
        byte, at = sample[at], at + 1
        number |= (byte & 127) << 7 * i
        if byte < 128:
            break
    return number, at


def _vp8(sample: bytes) -> bytes | None:
    is_key = len(sample) >= 10 and sample[0] & 1 == 0 and sample[3:6] == _VP8_START
    return sample[6:10] if is_key else None


def _vp9(sample: bytes) -> bytes | None:
    bits = int.from_bytes(sample[:5], "big") << 8 * max(5 - len(sample), 0)
    is_third = bits >> 36 & 3 == 3  # profile 3 has one bit more
    first, sync = (bits >> 31, bits >> 7) if is_third else (bits >> 32, bits >> 8)
    is_key = bits >> 38 == 2 and first & 0b1100 == 0 and (sync & 0xFFFFFF).to_bytes(3, "big") == _VP9_SYNC
    return sample[1:16] if is_key else None


_READERS: Mapping[VideoCodec, Callable[[bytes], bytes | None]] = {
    VideoCodec.H264: _h264,
    VideoCodec.H265: _h265,
    VideoCodec.AV1: _av1,
    VideoCodec.VP8: _vp8,
    VideoCodec.VP9: _vp9,
}
