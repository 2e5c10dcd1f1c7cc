"""The viewer of rerun-sdk, headless: a process of ours on the loopback that answers with PNGs.

It is started here rather than through `ViewerClient.spawn`, which listens on every network interface and gives the
window no size. Every wait has an end; the process is ended by the group that was started, whatever happens.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from blazon.benches.peers.errors import PeerError
from blazon.benches.sight import Sight

if TYPE_CHECKING:
    from rerun.blueprint import Blueprint
    from rerun.experimental import ViewerClient

FRAME = (7, 43)  # pixels of its window, from 0.41 on, that are not the view when all panels are hidden
STARTS_WITHIN_S, LOADS_WITHIN_S = 30.0, 90.0
LIVES_AT_MOST_S = 400.0  # then it is ended: a call into a viewer that hangs has no end of its own
NO_VULKAN = ("No graphics adapter", "Failed to get render context")  # what it says without
_PAUSE_S = 0.05
_Answer = TypeVar("_Answer")


class SdkViewer:
    """One view of one recording, drawn by the SDK's viewer; for a `with`.

    path : a `.rrd`. size : pixels of the view. sight : what of the recording it shows. Raises `PeerError`.
    """

    def __init__(self, path: Path, size: tuple[int, int], *, sight: Sight, timeline: str) -> None:
        self._path, self._timeline = path, timeline
        self._layout = _blueprint(sight)
        self._window = f"{size[0] + FRAME[0]}x{size[1] + FRAME[1]}"
        self._ending = contextlib.ExitStack()
        self._process: _Process
        self._client: ViewerClient
        self._view = ""

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as ending:
            folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="blazon-peer-")))
            self._process = ending.enter_context(_Process(self._window, folder / "log.txt"))
            with self._failures("start"):
                self._client = _wait(self._process.connect, STARTS_WITHIN_S)
            with self._failures(f"open {self._path}"):
                self._open(folder / "layout.rbl")
            self._ending = ending.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def png(self, frame: int) -> bytes:
        """Return the view at `frame`, drawn anew: the viewer keeps nothing of the picture before."""
        with self._failures(f"draw frame {frame}"):
            self._client.set_time(self._timeline, sequence=frame, play_state="paused")
            return self._client.take_screenshot(self._view)

    def rest(self) -> None:
        """Do nothing until it is `awake`: without anything to draw it takes about a sixth of a core."""
        self._process.signal(signal.SIGSTOP)

    @contextlib.contextmanager
    def awake(self) -> Iterator[None]:
        """Go on meanwhile, and rest afterwards."""
        self._process.signal(signal.SIGCONT)
        try:
            yield
        finally:
            self.rest()

    def says(self) -> str:
        """Return its version, and the adapter it draws with."""
        with self._failures("say what it is"):
            logs = [entry.message for entry in self._client.get_logs()]
            version = self._client.get_state().viewer_version
        names = [each.partition('name: "')[2].partition('"')[0] for each in logs if "wgpu adapter" in each]
        return f"rerun-sdk {version}, Vulkan on {names[0] if names else 'an adapter that it does not name'}"

    @contextlib.contextmanager
    def _failures(self, what: str) -> Iterator[None]:
        """Turn what goes wrong into a `PeerError`, with the viewer's last words where it has died."""
        try:
            yield
        except (OSError, RuntimeError) as error:
            reason = self._process.last_words() or (str(error).splitlines() or [type(error).__name__])[0]
            raise PeerError(f"the SDK's viewer does not {what}: {reason}") from None

    def _open(self, layout: Path) -> None:
        """Load layout and recording, in this order: what is opened last is what it shows."""
        self._layout.save("blazon bench", layout)
        self._client.open([str(layout), str(self._path)])
        self._view = _wait(self._shown_view, LOADS_WITHIN_S)
        _wait(self._settled, LOADS_WITHIN_S)

    def _settled(self) -> bool | None:
        """Whether it has the chunks to draw; it says that it has loaded before that, and turns a dial meanwhile."""
        return self.png(0) == self.png(0) or None

    def _shown_view(self) -> str | None:
        state = self._client.get_state()
        return state.views[0].view_id if state.views and not state.loading else None


class _Process:
    """The viewer's process, and the launcher around it: one group, which is ended whatever happens; for a `with`."""

    def __init__(self, window: str, log: Path) -> None:
        port = _free_port()
        self._url, self._log = f"rerun+http://127.0.0.1:{port}/proxy", log
        words = ["--headless", "--bind", "127.0.0.1", "--port", str(port), "--window-size", window]
        with log.open("wb") as output:
            self._running = subprocess.Popen(
                [sys.executable, "-m", "rerun_cli", *words, "--hide-welcome-screen", "--expect-data-soon"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, "RERUN_APP_ONLY": "true", "NO_COLOR": "1", "TMPDIR": str(log.parent)},
            )
        self._alarm = threading.Timer(LIVES_AT_MOST_S, self.signal, [signal.SIGKILL])
        self._alarm.daemon = True

    def __enter__(self) -> Self:
        self._alarm.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._alarm.cancel()
        self.signal(signal.SIGCONT)
        for word in (signal.SIGTERM, signal.SIGKILL):
            self.signal(word)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._running.wait(5)

    def connect(self) -> ViewerClient | None:
        """Return a client once the viewer listens. Raises `OSError` where it has died."""
        from rerun.experimental import ViewerClient

        if self._running.poll() is not None:
            raise ProcessLookupError("it has died")
        with contextlib.suppress(OSError):
            client = ViewerClient.connect(self._url)
            client.get_state()
            return client
        return None

    def last_words(self) -> str:
        """Return why it has died; empty while it lives."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._running.wait(1)
        if self._running.poll() is None:
            return ""
        log = self._log.read_text("utf-8", "replace")
        if any(each in log for each in NO_VULKAN):
            return "it finds no Vulkan; Mesa's is apt-get install mesa-vulkan-drivers"
        panics = [line for line in log.splitlines() if "panicked" in line]
        return panics[0] if panics else f"it ended with code {self._running.returncode}"

    def signal(self, word: signal.Signals) -> None:
        """Tell all of its processes something, if they live."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._running.pid, word)


def _wait(attempt: Callable[[], _Answer | None], within_s: float) -> _Answer:
    """Return what `attempt` answers once it is not None. Raises `TimeoutError`."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if (answer := attempt()) is not None:
            return answer
        time.sleep(_PAUSE_S)
    raise TimeoutError(f"not within {within_s:g} s")


def _blueprint(sight: Sight) -> Blueprint:
    """One view, no grid, no panels: as much of the window as can be had."""
    try:
        from rerun import blueprint
        from rerun.experimental import ViewerClient
    except ImportError:
        raise PeerError("rerun-sdk is not installed: pip install 'blazon[bench]'") from None
    if not hasattr(ViewerClient, "take_screenshot"):
        raise PeerError("this rerun-sdk has no viewer that can be driven; 0.41 has")
    panels = (blueprint.TopPanel, blueprint.BlueprintPanel, blueprint.SelectionPanel, blueprint.TimePanel)
    view: blueprint.Spatial2DView | blueprint.Spatial3DView
    if sight.kind == "2d":
        left, top, right, bottom = sight.bounds
        shown = blueprint.VisualBounds2D(x_range=(left, right), y_range=(top, bottom))
        view = blueprint.Spatial2DView(origin="/", titlebar=False, visual_bounds=shown)
    else:
        controls = blueprint.EyeControls3D(position=sight.eye, look_target=sight.target, eye_up=(0, 0, 1))
        view = blueprint.Spatial3DView(origin="/", titlebar=False, line_grid=False, eye_controls=controls)
    return blueprint.Blueprint(view, *(panel(state="hidden") for panel in panels), auto_layout=False, auto_views=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
