"""Which time a window shows: it stands, plays, or follows the newest. Knows recordings, and no clock of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.ingest.steps import Step
from blazon.ingest.store import TimelineSummary
from blazon.ingest.timeline import TimeKind, TimeRange

SEQUENCE_HZ = 30.0  # counts of a sequence that are played in a second
SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)
NS = 1_000_000_000
PATIENCE, HASTE = 8, 30  # pictures in a row of something older, and then of the newest, whatever that leaves out
MOST_WAITING = 2  # steps that are shown one after the other


@dataclass(slots=True)
class Playback:
    """The time of one recording that is shown.

    timeline : a name; None: the default one. time : a value on it; None: the first there is, or the last while it
    follows. is_following : the newest time is shown, whatever comes. loops : after the end comes the beginning.
    within : the first and the last time that are shown; None: all there is. hz : counts of a sequence a second.
    """

    timeline: str | None = None
    time: float | None = None
    is_playing: bool = False
    is_following: bool = False
    loops: bool = True
    speed: float = 1.0
    within: tuple[int | None, int | None] = (None, None)
    hz: float = SEQUENCE_HZ
    _newest: At | None = None  # what was shown last while it follows
    _generation: int = 0  # of the recording by then
    _behind: int = 0  # pictures in a row of something older
    _haste: int = 0  # pictures to come of the newest

    def summary(self, recording: Recording) -> TimelineSummary | None:
        """Return what the recording has on the timeline that is shown; None where it has none."""
        found = {each.timeline.name: each for each in recording.timelines()}
        default = recording.default_timeline()
        return found.get(self.timeline or "") or (found.get(default.name) if default is not None else None)

    def span(self, summary: TimelineSummary) -> TimeRange:
        """Return the first and the last time that are shown."""
        first, last = summary.covered
        low = first if self.within[0] is None else min(max(self.within[0], first), last)
        return TimeRange(low, last if self.within[1] is None else max(min(self.within[1], last), low))

    def at(self, recording: Recording) -> At:
        """Return the time that is shown."""
        summary = self.summary(recording)
        if summary is None:
            return At(None)
        first, last = self.span(summary)
        newest = self._newest if self._newest is not None and self._newest.timeline == summary.timeline else None
        following = last if newest is None else newest.time
        time = following if self.is_following else first if self.time is None else self.time
        return At(summary.timeline, int(min(max(time, first), last)))

    def older_step(self, recording: Recording) -> Step | None:
        """Return the step to be shown next while it follows, where that is not the newest there is.

        A step of which more may come can wait: one before it is whole, and if it was not shown yet, or before all of it
        had come, nobody would see it any more. That goes on for some pictures: if something older is shown in each of
        them, they take too long for the stream, and the newest is shown for a while.
        """
        return self._next_of(self._unseen(recording))

    def go_on(self, recording: Recording) -> Step | None:
        """Show what `older_step` says, or the newest there is, until this is called again; return what it said."""
        summary, generation = self.summary(recording), recording.generation
        if summary is None:
            return None
        step, last = self._next_of(self._unseen(recording)), self.span(summary).last
        newest = At(summary.timeline, last if step is None else step.ends.get(summary.timeline, last))
        generation = generation if step is None else step.generation
        if (newest, generation) != (self._newest, self._generation):
            self._haste = max(self._haste - 1, 0)
            self._behind = self._behind + 1 if step is not None else 0
        if self._behind > PATIENCE:
            self._haste, self._behind = HASTE, 0
        self._newest, self._generation = newest, generation
        return step

    def _unseen(self, recording: Recording) -> list[Step]:
        """The steps that have ended, were not shown whole, and are not the newest there is, oldest first."""
        summary, newest = self.summary(recording), self._newest
        if not self.is_following or summary is None or newest is None or newest.timeline != summary.timeline:
            return []
        last, found = self.span(summary).last, {}
        for step in recording.steps.ended:
            end = step.ends.get(summary.timeline, last)
            is_new = end > newest.time or (end == newest.time and step.generation > self._generation)
            if is_new and end < last:
                found[end] = step
        return list(found.values())

    def _next_of(self, unseen: Sequence[Step]) -> Step | None:
        if not unseen or self._haste:
            return None
        return unseen[0] if len(unseen) <= MOST_WAITING else unseen[-1]

    def advance(self, recording: Recording, elapsed_s: float) -> None:
        """Let so much time go by."""
        summary = self.summary(recording)
        if summary is None or not self.is_playing or self.is_following:
            return
        first, last = self.span(summary)
        rate = self.hz if summary.timeline.kind is TimeKind.SEQUENCE else NS
        now = first if self.time is None else max(self.time, first)
        self.time = now + elapsed_s * self.speed * rate
        if self.time < last + (summary.timeline.kind is TimeKind.SEQUENCE):
            return
        if self.loops and last > first:
            self.time = first
        else:
            self.time, self.is_playing = last, False

    def toggle(self, recording: Recording) -> None:
        """Play, or stop playing; from the end on it plays from the beginning."""
        summary = self.summary(recording)
        if self.is_following and summary is not None:
            self.time = self.span(summary).last
        self.is_following, self.is_playing = False, not self.is_playing
        if self.is_playing and summary is not None and self.time is not None and self.time >= self.span(summary).last:
            self.time = self.span(summary).first

    def follow(self, recording: Recording) -> None:
        """Show the newest from now on, whatever comes; or no longer, and stand where that is."""
        if self.is_following:
            self.time = self.at(recording).time
        self.is_following, self.is_playing, self._newest = not self.is_following, False, None

    def go_to(self, time: float) -> None:
        """Stand at a time."""
        self.time, self.is_playing, self.is_following = time, False, False

    def step(self, recording: Recording, by: int) -> None:
        """Stand at the next time that was logged, or by −1 at the one before."""
        summary = self.summary(recording)
        if summary is None:
            return
        now = self.at(recording).time
        times = recording.times(summary.timeline)
        place = int(np.searchsorted(times, now, "left" if by < 0 else "right")) + (by if by < 0 else by - 1)
        if len(times):
            self.go_to(int(times[min(max(place, 0), len(times) - 1)]))

    def choose(self, timeline: str) -> None:
        """Show another timeline."""
        if timeline != self.timeline:
            self.timeline, self.time, self.is_playing, self.within = timeline, None, False, (None, None)
            self._newest = None
