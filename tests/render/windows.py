"""A display of its own, and the real window on it: driven by real input, known by its pixels and by what it says."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

needs_display = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool (apt-get install)"
)
WITHIN_S = 60.0
WIDTH, HEIGHT = 1000, 700
ROAD, CAR = (90, 60, 30), (40, 160, 250)


class Display:
    """An X server without a screen. name : as `DISPLAY` has it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "Xvfb_screen0"
        reads, writes = os.pipe()
        words = ["Xvfb", "-displayfd", str(writes), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", str(folder)]
        self._process = subprocess.Popen(
            [*words, "-nolisten", "tcp"], pass_fds=[writes], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(writes)
        with os.fdopen(reads) as said:
            self.name = f":{said.readline().strip()}"

    def pixels(self) -> np.ndarray:
        """What is on the screen, uint8 (h, w, 3). Source: XWDFile.h."""
        data = self._file.read_bytes()
        head = struct.unpack(">25I", data[:100])
        size, width, height, row_bytes, colors = head[0], head[4], head[5], head[12], head[19]
        rows = np.frombuffer(data, np.uint8, row_bytes * height, size + 12 * colors).reshape(height, row_bytes)
        return rows[:, : 4 * width].reshape(height, width, 4)[..., 2::-1]

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(WITHIN_S)


class Shown:
    """A running `blazon view`."""

    def __init__(self, display: Display, folder: Path, *words: str, program: Sequence[str] = ("-m", "blazon")) -> None:
        self._display, self._state_file, self._log = display, folder / "state.json", folder / "log"
        self.folder = folder
        given = ["--size", f"{WIDTH}x{HEIGHT}", "--debug-state", str(self._state_file), *words]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, *program, "view", *given],
                env={**os.environ, "DISPLAY": display.name, "XDG_CONFIG_HOME": str(folder / "config")},
                stdout=log,
                stderr=log,
                cwd=folder,
            )
        self.until(lambda state: state["frames"] > 0)

    @property
    def state(self) -> dict[str, Any]:
        """What the window said last of what it shows."""
        try:
            return json.loads(self._state_file.read_text("utf-8"))
        except FileNotFoundError:
            return {"frames": 0}

    def until(self, is_so: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Wait until the state is so, and return it."""
        until = time.monotonic() + WITHIN_S
        while not is_so(state := self.state):
            assert self.process.poll() is None, self._log.read_text()
            assert time.monotonic() < until, f"it never was so: {state}\n{self._log.read_text()}"
            time.sleep(0.02)
        return state

    def do(self, *words: object) -> str:
        """Have xdotool do something, and return what it answers."""
        environment = {**os.environ, "DISPLAY": self._display.name}
        command = ["xdotool", *map(str, words)]
        done = subprocess.run(command, env=environment, check=True, timeout=WITHIN_S, capture_output=True, text=True)
        return done.stdout

    def point(self, x: float, y: float, view: int = 0) -> tuple[int, int]:
        """Where a scene point of a view in the plane is on the screen, once that view is there."""
        state = self.until(lambda state: len(state["views"]) > view and _pane(state, view) in state["panes"])
        seen = state["views"][view]
        (x0, y0, x1, _), (left, top, right, _) = seen["shown"], state["panes"][_pane(state, view)]
        scale = (right - left) / (x1 - x0)
        return round(left + (x - x0) * scale), round(top + (y - y0) * scale)

    def move_to(self, x: int, y: int) -> None:
        """Put the pointer somewhere."""
        self.do("mousemove", x, y)

    def pixel(self, x: int, y: int) -> tuple[int, ...]:
        """The colour of a pixel of the screen."""
        return tuple(self._display.pixels()[y, x].tolist())

    def until_pixel(self, point: tuple[float, float], is_so: Callable[[tuple[int, ...]], bool]) -> None:
        """Wait until the colour at a scene point is so, wherever that is by then."""
        until = time.monotonic() + WITHIN_S
        while not is_so(found := self.pixel(*self.point(*point))):
            assert time.monotonic() < until, f"what is at {point} stays {found}: {self.state}"
            time.sleep(0.02)

    def url(self) -> str:
        """Where programs can stream to."""
        text = self._log.read_text()
        return text[text.index("rerun+http") :].split(",")[0]

    def close(self) -> None:
        """End it, if it has not ended."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(WITHIN_S)


def _pane(state: dict[str, Any], view: int) -> str:
    """The name of the pane a view is shown in."""
    seen = state["views"][view]
    return f"{seen['root']} {seen['kind']}"
