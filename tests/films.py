"""What the tests of moving pictures share: a recording whose pictures say their number, and how to read them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np

import blazon as bz
from blazon.render.movie import Reel
from blazon.render.output import Output
from blazon.render.shot import make_look
from blazon.render.times import moments

SIZE = 160, 96
CONTEXT = bz.AnnotationContext(
    [(0, "road", (128, 64, 128)), (1, "car", (0, 0, 142)), (2, "tree", (107, 142, 35)), (3, "sky", (70, 130, 180))]
)


def recording(count: int, *, labels: bool = False) -> bz.Recording:
    """A mask whose columns of 16 tell the time, a box that moves; labels that push each other about."""
    rec = bz.Recording("movie")
    rec.log("w", CONTEXT, static=True)
    for i in range(count):
        rec.set_time("frame", sequence=i)
        rec.set_time("clock", duration=i * 0.1 + (0.05 if i % 3 == 0 else 0))
        ids = np.zeros((SIZE[1], SIZE[0]), np.uint8)
        for bit in range(10):
            ids[:, 16 * bit : 16 * bit + 16] = 1 + (i >> bit & 1)
        rec.log("w/mask", bz.SegmentationImage(ids))
        if labels:
            for name, size in (("small", 6.0), ("large", 3.0 + i % 10)):  # which is larger changes; who was first stays
                rec.log(f"w/{name}", bz.Boxes2D(centers=[[80, 40]], half_sizes=[[size, 6]], labels=[name]))
    return rec


def frames_of(path: Path | str) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def number_in(picture: np.ndarray) -> int:
    """Which time a picture shows."""
    middle = picture[SIZE[1] // 2, 8::16][:10].astype(int)
    tree = np.abs(middle - (107, 142, 35)).sum(axis=1) < np.abs(middle - (0, 0, 142)).sum(axis=1)
    return int(sum(1 << bit for bit in range(10) if tree[bit]))


def reel(rec: bz.Recording, timeline: str = "frame", **options: Any) -> Reel:
    return Reel(rec, make_look(*SIZE), moments(rec, timeline, **options))


def output(path: Path, **options: Any) -> Output:
    return Output.parse(str(path), **options)


def on_the_command_line(*words: object, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["env", "--default-signal=INT", sys.executable, "-m", "blazon", *map(str, words)],
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def write_long(path: Path) -> None:
    import rerun as rr

    with rr.RecordingStream("long", recording_id="long") as stream:
        stream.save(path)
        stream.log("w", rr.AnnotationContext([(0, "a", (9, 9, 9)), (1, "b", (200, 0, 0))]), static=True)
        ids = np.random.default_rng(1).integers(0, 2, (96, 160), np.uint8)
        for i in range(1000):
            stream.set_time("frame", sequence=i)
            stream.log("w/mask", rr.SegmentationImage(np.roll(ids, i, axis=1)))
        stream.flush()
        stream.disconnect()
