"""The windows that are measured, as processes of ours on a display of ours: `blazon view`, and the SDK's `rerun`.

What is started is ended by its group, whatever happens. Both get words that say how large the window is and where it
listens, and nothing that hides a panel.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from blazon.benches.display import Display
from blazon.benches.peers.errors import PeerError
from blazon.benches.window_watch import wait_until_blank

SIZE = (1280, 720)
BLAZON, RERUN = "blazon view", "rerun"
LISTENS_WITHIN_S, ENDS_WITHIN_S = 30.0, 5.0
_PAUSE_S = 0.02
_Found = TypeVar("_Found")
_URL = re.compile(r"listening on (rerun\+http://\S+?),")


@dataclass(frozen=True, slots=True)
class Contender:
    """A window to measure. words : its command line, of a size "WxH", a free port, and a file to show, if any."""

    name: str
    words: Callable[[str, int, Path | None], Sequence[str]]


def blazon_words(size: str, _port: int, path: Path | None) -> list[str]:
    """Return the command line of `blazon view`, which finds a port by itself."""
    return ["-m", "blazon", "view", *([str(path)] if path else []), "--size", size, "--port", "0"]


def rerun_words(size: str, port: int, path: Path | None) -> list[str]:
    """Return the command line of the SDK's viewer; without a file, what its `spawn` says as well."""
    what = [str(path)] if path else ["--expect-data-soon"]
    return ["-m", "rerun_cli", *what, "--window-size", size, "--bind", "127.0.0.1", "--port", str(port)]


CONTENDERS = (Contender(BLAZON, blazon_words), Contender(RERUN, rerun_words))


def in_turns(
    display: Display, turns: int, measured: Callable[[Contender], _Found], *, peers: bool
) -> tuple[dict[str, list[_Found]], list[str]]:
    """Measure windows in turns, and say why a peer took no part to the end. Raises `PeerError` where blazon fails."""
    found: dict[str, list[_Found]] = {each.name: [] for each in (CONTENDERS if peers else CONTENDERS[:1])}
    notes: list[str] = []
    for _ in range(turns):
        for contender in (each for each in CONTENDERS if each.name in found):
            try:
                wait_until_blank(display.pixels)
                found[contender.name].append(measured(contender))
            except PeerError as error:
                if contender.name == BLAZON:
                    raise
                notes.append(f"without {contender.name}: {error}")
                del found[contender.name]
    return found, notes


class Running:
    """A window, as large as `SIZE`; for a `with`. path : a file to show. Raises `PeerError` where it fails.

    It does not see what a user had blazon remember; the viewer remembers nothing unless it is told to.
    """

    def __init__(self, contender: Contender, display: Display, path: Path | None = None) -> None:
        self._contender, self._display, self._path = contender, display, path
        self._ending = contextlib.ExitStack()
        self._port = 0
        self._log: Path
        self.process: subprocess.Popen[str]

    def __enter__(self) -> Self:
        if self._contender.name == RERUN and importlib.util.find_spec("rerun_cli") is None:
            raise PeerError("rerun-sdk is not installed: pip install 'blazon[bench]'")
        with contextlib.ExitStack() as ending:
            folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="blazon-peer-")))
            self._log, self._port = folder / "log.txt", _free_port()
            log = ending.enter_context(self._log.open("w"))
            own = {"DISPLAY": self._display.name, "NO_COLOR": "1", "TMPDIR": str(folder)}
            if self._contender.name != RERUN:
                own["XDG_CONFIG_HOME"] = str(folder)
            self.process = subprocess.Popen(
                [sys.executable, *self._contender.words(f"{SIZE[0]}x{SIZE[1]}", self._port, self._path)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
                env={**os.environ, **own},
            )
            ending.callback(self._end)
            self._ending = ending.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def url(self) -> str:
        """Return where it listens, once it does. Raises `PeerError`."""
        until = time.monotonic() + LISTENS_WITHIN_S
        while time.monotonic() < until:
            self.check()
            if found := _URL.search(self.log()):
                return found[1]
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1):
                return f"rerun+http://127.0.0.1:{self._port}/proxy"
            time.sleep(_PAUSE_S)
        raise PeerError(f"{self._contender.name} does not listen within {LISTENS_WITHIN_S:g} s")

    def check(self) -> None:
        """Raise `PeerError` where it has died."""
        if self.process.poll() is not None:
            said = [line for line in self.log().splitlines() if line.strip()]
            last = said[-1] if said else "it said nothing"
            raise PeerError(f"{self._contender.name} ended with code {self.process.returncode}: {last}")

    def log(self) -> str:
        """Return what it has said so far."""
        return self._log.read_text("utf-8", "replace")

    def _end(self) -> None:
        for word in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, word)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(ENDS_WITHIN_S)
        if self.process.stdin is not None:
            self.process.stdin.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
