"""AssetVideo, VideoFrameReference and VideoStream: videos as a file with references to its frames, or as samples."""

from __future__ import annotations

import enum
import math
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import values
from blazon.ingest.archetypes import pixels
from blazon.ingest.archetypes.archetype import Archetype
from blazon.ingest.errors import ArgumentError, DtypeError
from blazon.ingest.timeline import INT64_MAX, INT64_MIN


class VideoCodec(enum.IntEnum):
    """How the samples of a `VideoStream` are encoded; the numbers of the protocol, which are letters."""

    AV1 = 0x61763031
    H264 = 0x61766331
    H265 = 0x68657631
    VP8 = 0x76703038
    VP9 = 0x76703039


def _codec(given: Any, what: str) -> NDArray[np.uint32]:
    return np.array([values.member(VideoCodec, given, what)], np.uint32)


def _timestamp_ns(given: Any, what: str) -> NDArray[np.int64]:
    """Whole nanoseconds, given as a number or as the reference SDK's `VideoTimestamp`; int64 (1,)."""
    number = getattr(given, "timestamp_ns", given)
    if isinstance(number, bool) or not isinstance(number, (int, np.integer)):
        raise DtypeError(f"{what} is {given!r}; pass whole nanoseconds, or seconds= in its place")
    if not INT64_MIN <= number <= INT64_MAX:
        raise ArgumentError(f"{what} is {number} ns; it has to fit 64 bits")
    return np.array([number], np.int64)


class AssetVideo(Archetype):
    """A whole video file, such as MP4. It is drawn where a `VideoFrameReference` says which frame of it.

    path : a file, or contents : its bytes, or a binary file object. media_type : such as "video/mp4"; the contents
    decide. Raises `ArgumentError`, and `SourceError` where `path` can't be read.
    """

    FIELDS: ClassVar = {"blob": pixels.blob, "media_type": values.strings}

    __slots__ = ()

    def __init__(self, *, path: str | Path | None = None, contents: Any = None, media_type: str | None = None) -> None:
        self._set({"blob": pixels.contents_of("AssetVideo", path, contents), "media_type": media_type})

    def read_frame_timestamps_nanos(self) -> NDArray[np.int64]:
        """Return when each frame is shown, nanoseconds since the first one, ascending; int64 (frames,).

        Raises `SourceError` where the file can't be read.
        """
        from blazon.ingest.video.files import FrameTable

        return FrameTable.read(self.components["AssetVideo:blob"]).times_ns()


class VideoFrameReference(Archetype):
    """Shows one frame of a video: the last one that is not after a time; before the first one, the first.

    Exactly one of timestamp : whole nanoseconds, seconds, nanoseconds; since the first frame of an `AssetVideo`, or
    the time of the timeline for a `VideoStream`. video_reference : the path of the entity that has the video; this
    one, if it is not said. opacity : float 0 to 1. draw_order : float, default −15.
    Raises `ArgumentError`, `DtypeError`.
    """

    FIELDS: ClassVar = {
        "timestamp": _timestamp_ns,
        "video_reference": values.strings,
        "opacity": values.one_float,
        "draw_order": values.one_float,
    }

    __slots__ = ()

    def __init__(
        self,
        timestamp: Any = None,
        *,
        seconds: float | None = None,
        nanoseconds: int | None = None,
        video_reference: Any = None,
        opacity: float | None = None,
        draw_order: float | None = None,
    ) -> None:
        given = [each for each in (timestamp, seconds, nanoseconds) if each is not None]
        if len(given) != 1:
            raise ArgumentError(
                f"VideoFrameReference has {len(given)} of timestamp, seconds and nanoseconds; pass exactly one of them"
            )
        if seconds is not None:
            timestamp = _ns_of_seconds(seconds)
        self._set(
            {
                "timestamp": nanoseconds if timestamp is None else timestamp,
                "video_reference": None if video_reference is None else str(video_reference),
                "opacity": opacity,
                "draw_order": draw_order,
            }
        )


class VideoStream(Archetype):
    """A sample of a video that is logged as it comes: one for each frame, at the time at which that is shown.

    codec : a `VideoCodec` or its name; usually logged once, as static data. sample : the bytes of one frame, H264 and
    H265 as Annex B, keyframes with their parameter sets. is_keyframe : kept as it is; what is a keyframe is read from
    the samples, as in the reference. opacity : float 0 to 1. draw_order : float, default −15.
    Raises `ArgumentError`, `DtypeError`.
    """

    FIELDS: ClassVar = {
        "codec": _codec,
        "sample": pixels.blob,
        "is_keyframe": values.flag,
        "opacity": values.one_float,
        "draw_order": values.one_float,
    }

    __slots__ = ()

    def __init__(
        self,
        codec: Any,
        *,
        sample: Any = None,
        is_keyframe: bool | None = None,
        opacity: float | None = None,
        draw_order: float | None = None,
    ) -> None:
        fields = {"sample": sample, "is_keyframe": is_keyframe, "opacity": opacity, "draw_order": draw_order}
        self._set({"codec": codec, **fields}, needs="codec")


def _ns_of_seconds(seconds: float) -> int:
    number = values.one_float(seconds, "VideoFrameReference seconds")  # refuses what is no number
    if not math.isfinite(number[0]):
        raise ArgumentError(f"VideoFrameReference seconds is {seconds}; pass a finite number")
    return math.floor(float(seconds) * 1e9 + 0.5)
