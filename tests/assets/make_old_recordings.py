"""Writes the small recordings of old SDKs that the tests read: `sdk-<version>.rrd`, beside this file.

Each SDK needs an environment of its own, so this is run once for each version, by hand:

    for v in 0.22.1 0.23.4 0.24.1 0.26.2 0.30.2 0.36.3; do
        python3 -m venv /tmp/sdk-$v
        /tmp/sdk-$v/bin/pip install "rerun-sdk==$v"
        /tmp/sdk-$v/bin/python tests/assets/make_old_recordings.py
    done

What is logged: a static annotation context, and on timeline "frame", at 0 and 1, a segmentation image of 16 by 12
pixels, two boxes and three keypoints. `tests/ingest/rerun/test_old_sdks.py` knows the values.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rerun as rr


def main() -> None:
    """Write the recording of the SDK that this runs under."""
    path = Path(__file__).parent / f"sdk-{rr.__version__}.rrd"
    rr.init("old_sdk", recording_id=f"made-by-{rr.__version__}")
    rr.save(path)
    person = rr.ClassDescription(
        info=rr.AnnotationInfo(1, "person", (255, 0, 0)),
        keypoint_annotations=[(0, "nose", (255, 255, 0)), (1, "eye")],
        keypoint_connections=[(0, 1)],
    )
    rr.log("scene", rr.AnnotationContext([person, rr.AnnotationInfo(2, "car")]), static=True)
    for frame in range(2):
        _log_frame(frame)
    if hasattr(rr, "disconnect"):
        rr.disconnect()
    print(f"{path}: {path.stat().st_size} bytes")


def _log_frame(frame: int) -> None:
    if hasattr(rr, "set_time"):
        rr.set_time("frame", sequence=frame)
    else:  # before 0.23
        rr.set_time_sequence("frame", frame)
    ids = np.zeros((12, 16), np.uint8)
    ids[2:6, 3:9] = 1 + frame
    rr.log("scene/mask", rr.SegmentationImage(ids))
    boxes = rr.Boxes2D(
        array=[[1 + frame, 2, 4, 4], [8, 6, 2, 4]],
        array_format=rr.Box2DFormat.XYWH,
        class_ids=[1, 2],
        labels=["a", "b"],
    )
    rr.log("scene/boxes", boxes)
    rr.log("scene/pose", rr.Points2D([[1, 2], [3, 4], [5 + frame, 6]], class_ids=1, keypoint_ids=[0, 1, 2], radii=1.5))


if __name__ == "__main__":
    main()
