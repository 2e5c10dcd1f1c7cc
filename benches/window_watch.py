"""What a screen shows, seen from outside: when each numbered frame is first on it, and how long that took."""

from __future__ import annotations

import contextlib
import json
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blazon.benches import marker
from blazon.benches.peers.errors import PeerError
from blazon.benches.window_emit import Sent
from blazon.scenes.street import FPS

LATER_S = 1.0  # frames that are seen so long after the last was logged still count
STARTS_WITHIN_S = 30.0  # of the program that streams
LOST_AFTER = 50  # looks in which no number was to be read: the picture has moved
_LOOK_S, _SEARCH_S = 0.001, 0.02


@dataclass(frozen=True, slots=True)
class Streamed:
    """What became of frames. frames : that count. shown : of them. sent : all of them, and those before.

    whole_ms : from a frame's first `rr.log` until all of it was seen, of those that were; last_ms : from its last one.
    """

    sent: Sent
    frames: int
    shown: int
    whole_ms: NDArray[np.float64]
    last_ms: NDArray[np.float64]

    @property
    def shown_hz(self) -> float:
        """Different pictures a second of what was streamed."""
        return self.shown * FPS / self.frames

    def whole(self, percent: float) -> float:
        """Return a percentile of `whole_ms`."""
        return float(np.percentile(self.whole_ms, percent))

    @property
    def late_ms(self) -> NDArray[np.float64]:
        """How late the program was with each frame, by itself."""
        late: NDArray[np.float64] = np.subtract(self.sent.begun_ns, self.sent.due_ns)[-self.frames :] / 1e6
        return late


class Watch:
    """Looks at a screen, and notes when numbers came. pixels : uint8 (h, w, 3), which change. seen_ns : by number."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        self._pixels = pixels
        self._places: marker.Places | None = None
        self._lost = 0
        self.seen_ns: dict[int, int] = {}

    def look(self) -> int | None:
        """Return the number that is on the screen; None where there is none, or it has moved."""
        if self._places is None:
            self._places = marker.find(self._pixels)
        if self._places is None:
            return None
        number = marker.number_of(self._pixels[self._places])
        if number is not None:
            self.seen_ns.setdefault(number, time.monotonic_ns())
        self._lost = 0 if number is not None else self._lost + 1
        if self._lost > LOST_AFTER:
            self._places, self._lost = None, 0
        return number

    def pause(self) -> None:
        """Wait until it is worth looking again; searching takes longer than looking."""
        time.sleep(_LOOK_S if self._places is not None else _SEARCH_S)


def streamed(pixels: NDArray[np.uint8], url: str, *, warm_up: int, frames: int) -> Streamed:
    """Stream frames to a window, and return what became of those after the first `warm_up`. Raises `PeerError`."""
    watch = Watch(pixels)
    with _program(url, warm_up + frames) as program:
        until = time.monotonic() + STARTS_WITHIN_S + (warm_up + frames) / FPS
        while time.monotonic() < until and not _has_said(program):
            for _ in range(20):
                watch.look()
                watch.pause()
        line = program.stdout.readline() if program.stdout is not None and _has_said(program) else ""
        if not line:
            raise PeerError("the program that streams has failed, or hangs")
        sent = Sent(**json.loads(line))
        ends_ns = sent.begun_ns[-1] + round(1e9 * LATER_S)
        while time.monotonic_ns() < ends_ns:
            watch.look()
            watch.pause()
    done = judged(watch.seen_ns, sent, frames)
    if not done.shown:
        raise PeerError(f"none of {frames} frames was on the screen within {LATER_S:g} s of the last")
    return done


def judged(seen_ns: Mapping[int, int], sent: Sent, frames: int) -> Streamed:
    """Return what became of the last so many frames. seen_ns : when each was first seen, by number."""
    first, ends_ns = len(sent.begun_ns) - frames, sent.begun_ns[-1] + round(1e9 * LATER_S)
    shown = [i for i in range(first, first + frames) if i in seen_ns and seen_ns[i] <= ends_ns]
    whole, last = (_since(seen_ns, since, shown) for since in (sent.begun_ns, sent.marked_ns))
    return Streamed(sent, frames, len(shown), whole, last)


def first_picture_s(pixels: NDArray[np.uint8], start: float, within_s: float) -> float:
    """Return how long after `start`, by `time.monotonic`, a numbered frame is on the screen. Raises `PeerError`."""
    while (now := time.monotonic() - start) < within_s:
        if marker.find(pixels) is not None:
            return now
        time.sleep(5 * _LOOK_S)
    raise PeerError(f"no picture within {within_s:g} s")


def wait_until_blank(pixels: NDArray[np.uint8]) -> None:
    """Wait until what a window before showed is gone. Raises `PeerError`."""
    until = time.monotonic() + STARTS_WITHIN_S
    while marker.find(pixels) is not None:
        if time.monotonic() > until:
            raise PeerError("a picture of a window that has ended stays on the screen")
        time.sleep(_SEARCH_S)


def _since(seen_ns: Mapping[int, int], logged_ns: Sequence[int], shown: Sequence[int]) -> NDArray[np.float64]:
    return np.array([(seen_ns[i] - logged_ns[i]) / 1e6 for i in shown], np.float64)


def _has_said(program: subprocess.Popen[str]) -> bool:
    assert program.stdout is not None
    return bool(select.select([program.stdout], [], [], 0)[0])


@contextlib.contextmanager
def _program(url: str, frames: int) -> Iterator[subprocess.Popen[str]]:
    """The program that streams; ended afterwards, or long after it should have ended."""
    words = [sys.executable, "-m", "blazon.benches.window_emit", url, str(frames)]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as program:
        alarm = threading.Timer(2 * STARTS_WITHIN_S + frames / FPS, program.kill)
        alarm.start()
        try:
            yield program
        finally:
            alarm.cancel()
            program.kill()
