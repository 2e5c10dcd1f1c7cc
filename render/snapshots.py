"""Pictures of a live stream, every so often: what a server without a display has to show of it."""

from __future__ import annotations

import threading
import time as clock

from blazon.ingest.errors import NothingToDrawError, NotInRecordingError
from blazon.ingest.live import Live
from blazon.ingest.notices import Notice, Notices
from blazon.ingest.recording import Recording
from blazon.render.labels import Memory
from blazon.render.offscreen import Offscreen
from blazon.render.output import Output
from blazon.render.shot import Look, Shot
from blazon.render.times import resolve_time


class Snapshots:
    """Writes pictures of the newest moment of a live stream's newest recording, or of the one that is named.

    timeline : a name; None: the default one.
    """

    def __init__(
        self, live: Live, look: Look, output: Output, *, recording: str | None = None, timeline: str | None = None
    ) -> None:
        self._live, self._look, self._output = live, look, output
        self._named, self._timeline = recording, timeline
        self._drawn: tuple[Recording, int] | None = None
        self._memory = Memory()
        self.written = 0
        self.notices = Notices()

    def write_all(self, every_s: float, ended: threading.Event, count: int | None = None) -> list[Notice]:
        """Write a picture each `every_s` seconds in which anything came, until `ended`, and then of what came last.

        count : after so many it ends. Raises `BlazonError` where nothing can be drawn or written at all.
        """
        due = clock.monotonic()
        with Offscreen(self._look.width, self._look.height) as screen:
            while count is None or self.written < count:
                is_last = ended.wait(max(due - clock.monotonic(), 0.0))
                due = max(due + every_s, clock.monotonic())
                self._write(screen)
                if is_last:
                    break
        return self.notices.list()

    def _write(self, screen: Offscreen) -> None:
        """Write a picture, if it would be another than the last."""
        recording = self._recording()
        if recording is None or self._drawn == (recording, recording.generation):
            return
        undrawn = self._live.take_undrawn()
        drawn = recording, recording.generation  # read first: what comes meanwhile is for the next one
        try:
            at = resolve_time(recording, self._timeline, "last")
            picture, scene = screen.draw(Shot(recording, at, self._look), self._memory)
        except (NotInRecordingError, NothingToDrawError):  # not yet
            return
        if scene.is_empty and self._drawn is None:
            return
        self._output.write(picture, self.written)
        self._live.mark_drawn(undrawn)
        self.notices.include([*recording.notices.list(), *scene.notices])
        self._drawn = drawn
        self.written += 1

    def _recording(self) -> Recording | None:
        found = (each for each in self._live.recordings if self._named in (None, each.recording_id))
        return next(found, None)
