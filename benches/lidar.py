"""A million classed points and 500 boxes, all new in each frame, drawn by blazon and by the SDK's own viewer.

The SDK writes the recording; both read that file, and look from the same eye with the same angle. Each frame is drawn
once by each, in turns, so that neither has seen it before. The viewer gives nothing but a PNG, so blazon's time with a
PNG is the one to hold against it.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blazon.benches.harness import WARM_UP, Claim, Section, time_together
from blazon.benches.peers.sdk_viewer import FOV_DEGREES, PeerError, SdkViewer
from blazon.ingest.sources import load
from blazon.render.offscreen import Offscreen
from blazon.render.output import Output
from blazon.scenes.lidar import CLASSES, sweep, things

SIZE = (1280, 720)
POINTS, BOXES, TURNS = 1_000_000, 500, 5
FRAMES = WARM_UP + TURNS
FPS = 10
EYE, TARGET = (-48.0, -14.0, 26.0), (8.0, 0.0, 0.0)
TITLE = "lidar, 1,000,000 classed points and 500 boxes, 1280x720, every frame new"
TO_NUMPY, TO_PNG, VIEWER = "blazon, pixels in numpy", "blazon, PNG in a file", "the SDK's headless viewer, PNG"
CLAIMS = {"the SDK's viewer against blazon's PNG": TO_PNG, "the SDK's viewer against blazon's pixels": TO_NUMPY}
WANTED = 5
LEAST_SIZE, LEAST_CHANGE, LEAST_DRAWN = 0.97, 0.01, 0.2  # shares: of a side; of pixels, of two frames and of one
EVENLY_DRAWN = 0.9  # the emptiest frame against the fullest
NOTES = (
    "its figure has in it: four samples a pixel, its user interface, a PNG, and the call into its process",
    "blazon's have in them: finding the frame in the file and decoding it; the viewer's file is loaded before",
    "while blazon draws, the viewer idles along at about a sixth of a core",
)


def run(repeat: int) -> list[Section]:
    """Return one section; of the peer, no more than `TURNS` runs, for it takes seconds."""
    with tempfile.TemporaryDirectory(prefix="blazon-bench-") as folder:
        path = Path(folder) / "lidar.rrd"
        try:
            write(path)
        except ImportError:
            return [Section(TITLE, [], [], ["left out: rerun-sdk is not installed: pip install 'blazon[bench]'"])]
        try:
            return [_section(path, min(repeat, TURNS), with_peer=True)]
        except PeerError as error:
            return [_section(path, min(repeat, TURNS), with_peer=False, notes=[f"without the SDK's viewer: {error}"])]


def write(path: Path, frames: int = FRAMES, points: int = POINTS) -> None:
    """Have the SDK log the scene into `path`. Raises `ImportError` without it."""
    import rerun as rr

    with rr.RecordingStream("blazon bench") as stream:
        stream.save(path)
        stream.log("world", rr.ViewCoordinates.RIGHT_HAND_Z_UP, rr.AnnotationContext(list(CLASSES)), static=True)
        for frame in range(frames):
            boxes = things(BOXES, frame / FPS)
            lidar = sweep(points, boxes, seed=frame)
            stream.set_time("frame", sequence=frame)
            stream.log("world/lidar", rr.Points3D(lidar.positions, class_ids=lidar.class_ids))
            logged = rr.Boxes3D(
                centers=boxes.centers,
                half_sizes=boxes.half_sizes,
                quaternions=boxes.quaternions,
                class_ids=boxes.class_ids,
            )
            stream.log("world/boxes", logged)


def _section(path: Path, repeat: int, *, with_peer: bool, notes: Sequence[str] = ()) -> Section:
    with contextlib.ExitStack() as opened:
        calls: dict[str, Callable[[], object]] = {
            TO_NUMPY: _blazon(path, opened),
            TO_PNG: _blazon(path, opened, Output.parse(str(path.with_name("blazon.png")))),
        }
        if not with_peer:
            return Section(TITLE, list(time_together(calls, repeat).values()), [], notes)
        viewer = opened.enter_context(SdkViewer(path, SIZE, eye=EYE, target=TARGET, timeline="frame"))
        frames, pngs = itertools.count(), list[bytes]()
        timings = time_together({**calls, VIEWER: lambda: pngs.append(viewer.png(next(frames)))}, repeat)
        width, height = _checked_size(pngs[WARM_UP:], viewer)
        said = f"the viewer, {viewer.says()}: one 3D view of {width}x{height}, panels hidden"
    claims = [
        Claim(what, timings[VIEWER].median_ms / timings[own].median_ms, WANTED, at_most=False)
        for what, own in CLAIMS.items()
    ]
    return Section(TITLE, list(timings.values()), claims, [said, *NOTES])


def _blazon(path: Path, opened: contextlib.ExitStack, output: Output | None = None) -> Callable[[], object]:
    """Return a call that draws the next frame, from a recording that nothing was read from yet."""
    recording, frames = load(path), itertools.count()
    screen = opened.enter_context(Offscreen(*SIZE))

    def draw() -> None:
        at = ("frame", next(frames))
        picture = screen.render(recording, view="/", kind="3d", at=at, eye=EYE, target=TARGET, fov=FOV_DEGREES)
        if output is not None:
            output.write(picture)

    return draw


def _checked_size(pngs: Sequence[bytes], viewer: SdkViewer) -> tuple[int, int]:
    """Return the size of the viewer's timed pictures. Raises `PeerError` where they are not what was to be drawn."""
    pictures = [_pixels(png) for png in pngs]
    height, width = pictures[0].shape[:2]
    if width < SIZE[0] * LEAST_SIZE or height < SIZE[1] * LEAST_SIZE:
        raise PeerError(f"its view has {width}x{height} pixels; FRAME in peers/sdk_viewer.py is not what it was")
    drawn = [_share(picture, picture[:1, :1]) for picture in pictures]
    if min(drawn) < max(LEAST_DRAWN, EVENLY_DRAWN * max(drawn)):
        raise PeerError("it answers before the scene is there")
    if min(itertools.starmap(_share, itertools.pairwise(pictures)), default=1) < LEAST_CHANGE:
        raise PeerError("it answers with the frame before")
    if _share(_pixels(viewer.png(WARM_UP + len(pngs) - 1)), pictures[-1]) > 0:
        raise PeerError("it draws the same frame otherwise when it is asked again")
    return width, height


def _pixels(png: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"))


def _share(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """How much of two pictures differs."""
    return float((one != other).any(axis=2).mean())
