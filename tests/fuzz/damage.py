"""What the fuzz is made of: real messages of the SDK, ways to damage them, and a clock that no example outlasts.

`BLAZON_FUZZ_EXAMPLES` says how many examples each test tries; without it they are few, and the same each time.
"""

from __future__ import annotations

import contextlib
import faulthandler
import functools
import os
import struct
import sys
from collections.abc import Iterator

import numpy as np
import rerun as rr
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from blazon.ingest.rerun.messages import parse_arrow_msg
from blazon.ingest.rerun.payload import uncompressed
from tests.ingest.rerun.rrd_bytes import ARROW_MSG, log_a_bit, messages, protobuf, store

EXAMPLES = int(os.environ.get("BLAZON_FUZZ_EXAMPLES", "0"))
HANGS_S = 60.0
EXTREMES = [
    *(struct.pack(form, value) for form in ("<i", "<q") for value in (0, 1, -1)),
    *(struct.pack("<i", value) for value in (2**31 - 1, -(2**31), 2**24)),
    *(struct.pack("<q", value) for value in (2**63 - 1, -(2**63), 2**32)),
    b"\xff" * 10 + b"\x01",
    b"\xff\xff\xff\xff\x0f",
    b"\x80\x80\x80\x80\x10",
]


def fuzz(few: int = 100) -> settings:
    """How often a test is tried: `few` times, or as often as the environment says."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(
        max_examples=EXAMPLES or few,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=slow,
    )


@contextlib.contextmanager
def never_hangs() -> Iterator[None]:
    """End the whole run with a traceback of where it is, if it is there for too long."""
    faulthandler.dump_traceback_later(HANGS_S, exit=True, file=sys.__stderr__)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


@functools.cache
def sent() -> list[tuple[int, bytes]]:
    """(kind, message) of what the SDK says when a program logs a bit of everything."""
    stream = rr.RecordingStream("fuzz", recording_id="run")
    binary = stream.binary_stream()
    log_a_bit(stream, frames=2)
    _log_the_rest(stream)
    stream.flush()
    data = binary.read() or b""
    return [(kind, data[start + 16 : stop]) for kind, start, stop in messages(data) if kind]


@functools.cache
def requests() -> list[bytes]:
    """The same as `WriteMessagesRequest`s."""
    return [protobuf({1: {kind: message}}) for kind, message in sent()]


@functools.cache
def arrow_streams() -> list[bytes]:
    """The Arrow streams in them, decompressed: LZ4 notices most damage."""
    found = []
    for kind, message in sent():
        if kind == ARROW_MSG:
            arrow = parse_arrow_msg(memoryview(message))
            found.append(bytes(uncompressed(arrow.payload, arrow.compression, arrow.uncompressed_size)))
    return found


def arrow_request(payload: bytes) -> bytes:
    """A `WriteMessagesRequest` with an Arrow stream that is not compressed."""
    return protobuf({1: {2: {1: store(), 2: 1, 3: len(payload), 4: 1, 5: payload}}})


@st.composite
def damaged(draw: st.DrawFn, sources: list[bytes], most: int = 6) -> bytes:
    """One of `sources` with some of its bytes set, taken out, put in, doubled, or from another one."""
    data = bytearray(draw(st.sampled_from(sources)))
    for _ in range(draw(st.integers(1, most))):
        if not data:
            break
        at = draw(st.integers(0, len(data) - 1))
        end = min(len(data), at + draw(st.integers(0, 40)))
        match draw(st.sampled_from(["flip", "flip", "extreme", "extreme", "out", "in", "double", "splice", "cut"])):
            case "flip":
                data[at] ^= draw(st.integers(1, 255))
            case "extreme":
                value = draw(st.sampled_from(EXTREMES))
                at -= at % draw(st.sampled_from([1, 4, 8]))
                data[at : at + len(value)] = value
            case "out":
                del data[at:end]
            case "in":
                data[at:at] = draw(st.binary(max_size=40))
            case "double":
                data[at:at] = data[at:end]
            case "splice":
                other = draw(st.sampled_from(sources))
                start = draw(st.integers(0, len(other)))
                data[at:end] = other[start : start + draw(st.integers(0, 400))]
            case "cut":
                del data[at:]
    return bytes(data)


def _log_the_rest(stream: rr.RecordingStream) -> None:
    """An archetype of each further kind of cell."""
    mask = np.arange(48, dtype=np.uint16).reshape(6, 8)
    turn = rr.RotationAxisAngle([0, 0, 1], degrees=45)
    stream.set_time("when", timestamp=1_700_000_000.0)
    stream.log("rest/mask", rr.SegmentationImage(mask, opacity=0.4, draw_order=2.0))
    stream.log("rest/depth", rr.DepthImage(mask, meter=1000.0))
    stream.log("rest/image", rr.EncodedImage(contents=b"\x89PNG no more", media_type="image/png"))
    stream.log("rest/points", rr.Points3D([[1, 2, 3]] * 3, class_ids=[1, 2, 3], keypoint_ids=[0, 1, 2], radii=2.0))
    stream.log("rest/boxes", rr.Boxes3D(half_sizes=[[1, 1, 2]], rotation_axis_angles=[turn], fill_mode="solid"))
    stream.log("rest/cam", rr.Pinhole(focal_length=300, width=64, height=48, camera_xyz=rr.ViewCoordinates.RDF))
    stream.log("rest/cam", rr.Transform3D(translation=[1, 2, 3], rotation=rr.Quaternion(xyzw=[0, 0, 0, 1])))
    stream.log("rest/turned", rr.Transform3D(mat3x3=np.eye(3), relation=rr.TransformRelation.ChildFromParent))
    stream.log("rest/lines2", rr.LineStrips2D([[[0, 0], [1, 1]], [[2, 2], [3, 3], [4, 5]]], class_ids=[1, 2]))
    stream.log("rest/lines3", rr.LineStrips3D([[[0, 0, 0], [1, 1, 1]]], class_ids=[1]))
    stream.log("rest/arrows", rr.Arrows3D(vectors=[[1, 0, 0]], origins=[[0, 0, 0]], class_ids=[1]))
    stream.log("rest/any", rr.AnyValues(foo=[1, 2, 3], bar="x"))
    stream.log("rest/lines3", rr.LineStrips3D.from_fields(clear_unset=True))
    frames = [rr.TimeColumn("frame", sequence=[12, 10, 11])]
    columns = rr.Points3D.columns(positions=np.ones((6, 3)), class_ids=[1, 1, 2, 2, 0, 0]).partition([1, 2, 3])
    stream.send_columns("rest/columns", indexes=frames, columns=columns)
