"""What the tests of the command line share: recordings written by the real SDK, and two ways to call blazon.

`clip.rrd` is made so that one pixel tells the time: its mask has one class throughout, another at each frame.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rerun as rr
from PIL import Image

from blazon.cli import main

HEIGHT, WIDTH = 6, 8
COLORS = {1: (255, 0, 0), 2: (0, 255, 0), 3: (0, 0, 255), 4: (255, 255, 0)}
LABELS = {1: "one", 2: "two", 3: "three", 4: "four"}
DATE = 1_714_564_800  # 2024-05-01T12:00:00Z
N_FRAMES = 4


@dataclass(frozen=True)
class Answer:
    """What a call of blazon left behind."""

    code: int
    out: str
    err: str

    def refused(self, code: int, *words: str) -> None:
        """Assert that blazon gave up with `code`, and one line that says `words`."""
        lines = self.err.splitlines()
        assert (self.code, len(lines)) == (code, 1), (self.code, self.err)
        assert lines[0].startswith("blazon"), self.err
        assert all(word in lines[0] for word in words), self.err
        assert self.out == ""

    def worked(self) -> None:
        """Assert that blazon did what it was told and had nothing to say."""
        assert (self.code, self.err) == (0, "")


def context() -> rr.AnnotationContext:
    return rr.AnnotationContext([(id_, LABELS[id_], COLORS[id_]) for id_ in COLORS])


def log_clip(stream: rr.RecordingStream) -> None:
    """Log a mask of class 1, 2, 3, 4 at frames 0, 10, 20, 30, half a second apart, on three timelines."""
    stream.log("w", context(), static=True)
    for i in range(N_FRAMES):
        stream.set_time("frame", sequence=10 * i)
        stream.set_time("clock", duration=0.5 * i)
        stream.set_time("date", timestamp=DATE + i)
        stream.log("w/mask", rr.SegmentationImage(np.full((HEIGHT, WIDTH), i + 1, np.uint8)))


def log_classes(stream: rr.RecordingStream) -> None:
    """Log a mask whose left half is class 1 and right half class 2, and a point of class 3 in its middle."""
    stream.log("w", context(), static=True)
    ids = np.full((HEIGHT, WIDTH), 1, np.uint8)
    ids[:, WIDTH // 2 :] = 2
    stream.log("w/mask", rr.SegmentationImage(ids))
    stream.log("w/point", rr.Points2D([[4, 3]], radii=2, class_ids=3))


def log_sizes(stream: rr.RecordingStream) -> None:
    """Log two masks of different sizes, which can't share a view."""
    stream.log("/", context(), static=True)
    stream.log("left/mask", rr.SegmentationImage(np.full((8, 8), 1, np.uint8)))
    stream.log("right/mask", rr.SegmentationImage(np.full((4, 4), 2, np.uint8)))


def log_scalars(stream: rr.RecordingStream) -> None:
    for i in range(3):
        stream.set_time("frame", sequence=i)
        stream.log("plots/loss", rr.Scalars(i))


def log_3d(stream: rr.RecordingStream) -> None:
    stream.log("world/points", rr.Points3D([[1, 2, 3]]))
    stream.log("world/box", rr.Boxes3D(half_sizes=[[1, 1, 1]]))


def log_static(stream: rr.RecordingStream) -> None:
    stream.log("w", context(), static=True)
    stream.log("w/mask", rr.SegmentationImage(np.full((HEIGHT, WIDTH), 2, np.uint8)), static=True)


def log_noise(stream: rr.RecordingStream) -> None:
    """Log an image that makes a PNG of some 60 kB."""
    noise = np.random.default_rng(1).integers(0, 255, (128, 160, 3), np.uint8)
    stream.log("image", rr.Image(noise))


def log_everything(stream: rr.RecordingStream) -> None:
    """Log what `info` has to tell apart: sparse columns, skeletons, what is not drawn, what is unknown."""
    person = rr.ClassDescription(
        info=rr.AnnotationInfo(7, "person", (1, 2, 3)),
        keypoint_annotations=[(0, "head", (9, 9, 9)), (1, "foot")],
        keypoint_connections=[(0, 1)],
    )
    stream.log("w", rr.AnnotationContext([person, (9, "car")]), static=True)
    for i in range(5):
        stream.set_time("frame", sequence=i)
        stream.log("w/points", rr.Points2D.from_fields(positions=[[i, 1], [2, i]]))
        if i < 2:
            stream.log("w/points", rr.Points2D.from_fields(class_ids=[7, 7]))
    stream.log("w/cloud", rr.Points3D([[1, 2, 3]]))
    stream.log("w/log", rr.TextLog("hello"))
    stream.log("w/odd", rr.DynamicArchetype(archetype="Wheels", components={"spokes": [1, 2]}))
    stream.log("w/values", rr.AnyValues(speed=1.5))
    stream.log("w/colors", rr.Points2D.from_fields(colors=[(1, 2, 3)]))


def write(path: Path, log: Callable[[rr.RecordingStream], None], recording_id: str, **options: Any) -> Path:
    """Have the SDK write what `log` logs."""
    stream = rr.RecordingStream("app", recording_id=recording_id)
    stream.save(path, **options)
    log(stream)
    stream.disconnect()
    return path


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of recordings by the SDK; tests only read it."""
    folder = tmp_path_factory.mktemp("recordings")
    logs = {
        "clip": log_clip,
        "classes": log_classes,
        "sizes": log_sizes,
        "scalars": log_scalars,
        "3d": log_3d,
        "static": log_static,
        "noise": log_noise,
        "everything": log_everything,
    }
    for name, log in logs.items():
        write(folder / f"{name}.rrd", log, name)
    names = ("static", "clip", "sizes")
    (folder / "three.rrd").write_bytes(b"".join((folder / f"{name}.rrd").read_bytes() for name in names))
    return folder


@pytest.fixture(scope="session")
def clip(recordings: Path) -> str:
    return str(recordings / "clip.rrd")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A file that does not exist, in a folder that is empty."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "a.png"


def heard(err: str) -> str:
    """What was said, without the one line that depends on what this machine has compiled before."""
    return "".join(line for line in err.splitlines(keepends=True) if "compiling kernels, once" not in line)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """`call("info", path)` runs the command line in this process."""

    def call(*words: object) -> Answer:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        said = capsys.readouterr()
        return Answer(code, said.out, heard(said.err))

    return call


def environment(**more: str) -> dict[str, str]:
    """The environment of a user: this one, without what a container or a harness may have put into it."""
    odd = ("PYTHONUNBUFFERED", "PYTHONWARNINGS", "NO_COLOR", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME")
    return {name: value for name, value in os.environ.items() if name not in odd} | more


def run_blazon(*words: object, before: Sequence[str] = (), env: dict[str, str] | None = None, **options: Any) -> Answer:
    """Run the command line in a process of its own, behind the words of a command that starts it."""
    done = subprocess.run(
        [*before, sys.executable, "-m", "blazon", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment(**(env or {})),
        **options,
    )
    fresh_cache = "NUMBA_CACHE_DIR" in (env or {})
    return Answer(done.returncode, done.stdout, done.stderr if fresh_cache else heard(done.stderr))


@pytest.fixture
def run() -> Callable[..., Answer]:
    """`run("info", path)` runs the command line in a process of its own."""
    return run_blazon


def read_png(path: Path) -> np.ndarray:
    """The picture in a file, uint8 (h, w, 4)."""
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGBA"))


def color_of(path: Path) -> tuple[int, ...]:
    """The colour of a picture of one colour; () while it is not there."""
    try:
        with Image.open(path) as picture:
            return tuple(np.asarray(picture.convert("RGB"))[0, 0].tolist())
    except FileNotFoundError:
        return ()


def class_of(picture: np.ndarray) -> int | None:
    """Which class of `COLORS` the middle pixel of a picture has."""
    middle = tuple(picture[picture.shape[0] // 2, picture.shape[1] // 2, :3].tolist())
    return next((id_ for id_, color in COLORS.items() if color == middle), None)


def class_in(path: Path) -> int | None:
    """Which class of `COLORS` the middle pixel of the picture in a file has."""
    return class_of(read_png(path))
