"""VideoFrameReference and VideoStream: a frame of a video, drawn as an image.

Which frame it is was found where cells are followed (`ingest/video/tracks.py`); here it is decoded.
"""

from __future__ import annotations

from blazon.ingest.video.tracks import Frame
from blazon.render.visualizers.images import build_color, undrawn
from blazon.render.visualizers.layers import Built
from blazon.render.visualizers.query import Query

DRAW_ORDER = -15.0


def build(query: Query) -> Built:
    """Return the frame of one row."""
    frame: Frame | None = query.value("frame")
    if frame is None:
        return Built()
    if frame.error is not None:
        return undrawn(query, frame.error, frame.count)
    return build_color(query, frame.picture, DRAW_ORDER)
