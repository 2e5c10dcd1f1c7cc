"""Recordings of old SDKs, made by `tests/assets/make_old_recordings.py`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from blazon.ingest import sources
from blazon.ingest.annotations import AnnotationContext, ClassDescription
from blazon.ingest.chunk import ImageFormat
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import SourceError
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import TimeKind, Timeline

ASSETS = Path(__file__).parents[2] / "assets"
FRAME = Timeline("frame", TimeKind.SEQUENCE)


def value(recording: Recording, entity: str, component: str, frame: int) -> object:
    cell = recording.latest(EntityPath.parse(entity), component, At(FRAME, frame))
    assert cell is not None
    assert cell.time == frame
    return cell.value.tolist() if isinstance(cell.value, np.ndarray) else cell.value


@pytest.mark.parametrize("version", ["0.24.1", "0.26.2", "0.30.2", "0.36.3"])
def test_old_recordings_are_read(version: str) -> None:
    path = ASSETS / f"sdk-{version}.rrd"
    assert sources.open_source(path).recordings() == [(f"made-by-{version}", "old_sdk")]
    recording = sources.load(path)
    assert (recording.recording_id, recording.application_id) == (f"made-by-{version}", "old_sdk")
    context = recording.context(EntityPath.parse("scene/pose"), At(FRAME, 0))
    person = ClassDescription(
        info=(1, "person", (255, 0, 0)),
        keypoint_annotations=[(0, "nose", (255, 255, 0)), (1, "eye")],
        keypoint_connections=[(0, 1)],
    )
    assert repr(context) == repr(AnnotationContext([person, (2, "car")]))
    for frame in range(2):
        ids = np.zeros((12, 16), np.uint8)
        ids[2:6, 3:9] = 1 + frame
        assert value(recording, "scene/mask", "SegmentationImage:buffer", frame) == ids.ravel().tolist()
        found = value(recording, "scene/mask", "SegmentationImage:format", frame)
        assert found == ImageFormat(16, 12, channel_datatype=6)
        assert value(recording, "scene/boxes", "Boxes2D:centers", frame) == [[3 + frame, 4], [9, 8]]
        assert value(recording, "scene/boxes", "Boxes2D:half_sizes", frame) == [[2, 2], [1, 2]]
        assert value(recording, "scene/boxes", "Boxes2D:class_ids", frame) == [1, 2]
        assert value(recording, "scene/boxes", "Boxes2D:labels", frame) == ["a", "b"]
        assert value(recording, "scene/pose", "Points2D:positions", frame) == [[1, 2], [3, 4], [5 + frame, 6]]
        assert value(recording, "scene/pose", "Points2D:keypoint_ids", frame) == [0, 1, 2]
        assert value(recording, "scene/pose", "Points2D:radii", frame) == [1.5]
    assert not recording.notices.list()


@pytest.mark.parametrize("version", ["0.22.1", "0.23.4"])
def test_older_recordings_say_who_wrote_them_and_what_is_needed(version: str) -> None:
    path = ASSETS / f"sdk-{version}.rrd"
    with pytest.raises(SourceError) as caught:
        sources.load(path)
    assert str(caught.value) == f"{path}: written by rerun-sdk {version}; 0.24 or later is needed: record it again"
