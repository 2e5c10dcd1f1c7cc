"""The scenes that are measured, and their recordings: logged once through the real SDK, and kept in a folder.

A file's folder is named after what the scene is made of, so that a scene that changes is logged anew.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from blazon.benches import scene_logs
from blazon.benches.pictures import LEAST_ALIKE
from blazon.benches.sight import Sight
from blazon.ingest.errors import ArgumentError
from blazon.scenes import swarm

VERSION = 3  # raise it when a generator or its logging changes
TIMELINE = "frame"
SMALL, LARGE = (1280, 720), (1920, 1080)


@dataclass(frozen=True, slots=True)
class BenchScene:
    """A recording to draw, and how it is looked at.

    frames : from 0 on, on the timeline `frame`. goal : how many times faster than the SDK's viewer blazon is to be.
    counts : what `log` takes by name; all that its data follows from. alike : how much like blazon's picture, which
    writes all labels for that, the viewer's has to be; where it writes labels over each other, that is not much.
    """

    name: str
    title: str
    sight: Sight
    frames: int
    log: Callable[..., None] = field(repr=False)
    counts: Mapping[str, int] = field(default_factory=dict)
    goal: float | None = None
    sizes: tuple[tuple[int, int], ...] = (SMALL,)
    alike: float = LEAST_ALIKE

    def recording(self, cache: Path | None = None) -> Path:
        """Return the scene's `.rrd`, logged now if it is not in `cache`. Raises `ImportError` without rerun-sdk."""
        path = (cache or default_cache()) / self._key() / f"{self.name}.rrd"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(path)
        return path

    def _key(self) -> str:
        made_of = [VERSION, self.name, self.frames, sorted(self.counts.items()), _sdk_version()]
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:16]

    def _write(self, path: Path) -> None:
        import rerun as rr

        temporary = path.with_name(f".{uuid.uuid4().hex}.rrd")
        try:
            with rr.RecordingStream("blazon bench", recording_id=f"blazon-bench-{self.name}") as stream:
                stream.save(temporary)
                self.log(stream, frames=self.frames, **self.counts)
                stream.flush()
                stream.disconnect()
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def default_cache() -> Path:
    """Return the folder in which recordings are kept."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "blazon" / "bench"


def scene(name: str) -> BenchScene:
    """Return the scene of that name. Raises `ArgumentError`."""
    for each in SCENES:
        if each.name == name:
            return each
    raise ArgumentError(f"scene is {name!r}; there are {', '.join(each.name for each in SCENES)}")


def _sdk_version() -> str:
    try:
        return importlib.metadata.version("rerun-sdk")
    except importlib.metadata.PackageNotFoundError:
        raise ImportError("rerun-sdk is not installed: pip install 'blazon[bench]'") from None


FLAT = Sight("2d")
LIDAR_STREET = Sight("3d", eye=(-48.0, -14.0, 26.0), target=(8.0, 0.0, 0.0))
SCENES = (
    BenchScene(
        name="street",
        title="a mask of 20 classes, 50 labelled boxes, 20 skeletons, all new in each frame",
        sight=FLAT,
        frames=60,
        log=scene_logs.log_street,
        goal=25,
        sizes=(SMALL, LARGE),
    ),
    BenchScene(
        name="crowd",
        title="10,000 boxes, all moving, one entity",
        sight=FLAT,
        frames=30,
        log=scene_logs.log_crowd,
        counts={"count": 10_000},
        goal=20,
    ),
    BenchScene(
        name="lidar",
        title="1,000,000 classed points and 500 boxes, all new in each frame",
        sight=LIDAR_STREET,
        frames=20,
        log=scene_logs.log_lidar,
        counts={"points": 1_000_000, "count": 500},
        goal=25,
    ),
    BenchScene(
        name="skeletons",
        title="500 people of 17 keypoints, an entity each, all moving",
        sight=FLAT,
        frames=20,
        log=scene_logs.log_skeletons,
        counts={"count": 500},
        goal=50,
        alike=0.7,
    ),
    BenchScene(
        name="static",
        title="1,000,000 points that stay, 100 boxes that move",
        sight=LIDAR_STREET,
        frames=20,
        log=scene_logs.log_static,
        counts={"points": 1_000_000, "count": 100},
        goal=50,
    ),
    BenchScene(
        name="entities",
        title="5,000 entities with a transform and a line each, 50 of which move in each frame",
        sight=Sight("3d", eye=swarm.EYE, target=swarm.TARGET),
        frames=20,
        log=scene_logs.log_entities,
        counts={"count": 5_000, "moving": 50},
        goal=30,
    ),
    BenchScene(
        name="labels",
        title="2,000 labelled boxes, all moving, 200 with a new text in each frame",
        sight=FLAT,
        frames=30,
        log=scene_logs.log_labels,
        counts={"count": 2_000, "new": 200},
        alike=0.1,
    ),
    BenchScene(
        name="micro",
        title="ten boxes, one entity, 2,000 frames",
        sight=FLAT,
        frames=2_000,
        log=scene_logs.log_micro,
        counts={"count": 10},
    ),
)
