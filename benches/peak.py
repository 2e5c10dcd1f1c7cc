"""A process that draws a few frames and prints how much memory it held at most: run by `stages.py`, in MiB."""

from __future__ import annotations

import sys
from pathlib import Path

from blazon.benches.scenes import TIMELINE, scene
from blazon.ingest.sources import load
from blazon.render.offscreen import Offscreen


def main() -> None:
    """Take a scene's name, its recording, WxH and the number of frames."""
    name, path, size, frames = sys.argv[1:]
    width, height = map(int, size.split("x"))
    recording, look = load(path), scene(name).sight.as_look()
    with Offscreen(width, height) as screen:
        for frame in range(int(frames)):
            screen.render(recording, at=(TIMELINE, frame), **look)
    print(resident_peak_mib())


def resident_peak_mib() -> float:
    """Return the most memory that this process had resident; `ru_maxrss` would count who started it as well."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
