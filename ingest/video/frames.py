"""Decoded frames as sRGB, by their own colour space and range.

Colours of one matrix and range go into those of sRGB; transfer curves and primaries stay as they are, as in the
reference and in most players. What says nothing about its matrix is BT.709 of limited range, as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blazon.ingest.images import Decoded

if TYPE_CHECKING:
    import av
    from av.video.reformatter import VideoReformatter

BT709, BT601, SMPTE240M, BT2020 = 1, 5, 7, 9  # numbers of swscale; those of frames are of ITU-T H.273
_MATRICES = {4: 4, 5: BT601, 6: BT601, 7: SMPTE240M, 9: BT2020, 10: BT2020}
_LIMITED, _FULL = 1, 2
_VECTOR = 16  # pixels
_HDR_CURVES = (16, 18)  # PQ and HLG


def decoded(frame: av.VideoFrame, reformatter: VideoReformatter) -> Decoded:
    """Return what a frame looks like. reformatter : kept from frame to frame, by one thread; it is slow to start.

    Rotation that a file asks for is not applied, as in the reference: boxes and masks are in the pixels as they were
    encoded. It is noted, as is what is brighter than sRGB can be.
    """
    is_full = frame.color_range == _FULL or frame.format.name.startswith("yuvj")
    fits = frame.width % _VECTOR == 0
    converted = reformatter.reformat(
        frame,
        format="rgba" if fits else "rgb24",
        src_colorspace=_MATRICES.get(frame.colorspace, BT709),
        src_color_range=_FULL if is_full else _LIMITED,
        dst_color_range=_FULL,
    ).to_ndarray()
    if not fits:  # swscale leaves the last columns of rgba as they were in memory
        converted = np.dstack([converted, np.full(converted.shape[:2], 255, np.uint8)])
    notes: list[tuple[str, int]] = []
    if frame.rotation:
        notes.append((f"the video asks to be turned by {frame.rotation}°: drawn as it was encoded", 1))
    if frame.color_trc in _HDR_CURVES:
        notes.append(("the video is HDR: drawn as if it were not, paler than it is", 1))
    return Decoded(np.ascontiguousarray(converted), tuple(notes))


def bytes_of(frame: av.VideoFrame) -> int:
    """Return how much memory a frame takes."""
    return sum(plane.buffer_size for plane in frame.planes)
