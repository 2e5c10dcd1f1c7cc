"""The bar of time: which timeline, play, step, speed, loop, follow; a track to scrub that shows where data lies."""

from __future__ import annotations

import numpy as np
from imgui_bundle import imgui
from numpy.typing import NDArray

from blazon.ingest.recording import Recording
from blazon.ingest.timeline import format_value
from blazon.render.panels.gui import ACCENT, dim
from blazon.render.playback import SPEEDS, Playback
from blazon.render.viewer import Viewer

MARKS = 600  # places along the track where data may be marked
MARKED_EVERY_S = 1.0  # at most, of a stream
TRACK = 26.0  # height, UI points


class Time:
    """Draws the panel, and remembers where data lies while it is the same.

    track : from where to where the times lie, UI points: left, top, right, bottom.
    """

    def __init__(self) -> None:
        self.track = (0.0, 0.0, 0.0, 0.0)
        self._of: tuple[object, ...] = ()
        self._marked_at = 0.0
        self._marks: NDArray[np.bool_] = np.zeros(0, np.bool_)

    def draw(self, viewer: Viewer, *, is_live: bool) -> None:
        """Draw the panel. is_live : whether more may come."""
        recording = viewer.recording
        if recording is None:
            dim("no recording")
            return
        playback = viewer.playback
        summary = playback.summary(recording)
        if summary is None:
            dim("all of it is static: it has no time")
            return
        self._buttons(recording, playback, is_live=is_live)
        self._track(recording, playback)

    def _buttons(self, recording: Recording, playback: Playback, *, is_live: bool) -> None:
        summary = playback.summary(recording)
        assert summary is not None
        for name, by, tip in (("<", -1, "the time before (Left)"), (None, 0, ""), (">", 1, "the next time (Right)")):
            if name is None:
                if imgui.button("pause" if playback.is_playing else "play", imgui.ImVec2(64, 0)):
                    playback.toggle(recording)
                imgui.set_item_tooltip("play or pause (Space)")
            else:
                if imgui.button(name):
                    playback.step(recording, by)
                imgui.set_item_tooltip(tip)
            imgui.same_line()
        if is_live:
            if imgui.checkbox("follow", playback.is_following)[0]:
                playback.follow(recording)
            imgui.set_item_tooltip("always the newest (L)")
            imgui.same_line()
        imgui.set_next_item_width(84)
        at = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - playback.speed))
        changed, at = imgui.combo("##speed", at, [f"{each:g}×" for each in SPEEDS])
        if changed:
            playback.speed = SPEEDS[at]
        imgui.set_item_tooltip("how fast it plays")
        imgui.same_line()
        changed, playback.loops = imgui.checkbox("loop", playback.loops)
        imgui.same_line()
        lines = [each.timeline.name for each in recording.timelines()]
        imgui.set_next_item_width(140)
        changed, chosen = imgui.combo("##timeline", lines.index(summary.timeline.name), lines)
        if changed:
            playback.choose(lines[chosen])
        imgui.set_item_tooltip("the timeline")
        imgui.same_line()
        now = playback.at(recording).time
        imgui.text(format_value(summary.timeline.kind, now))
        imgui.same_line()
        ends = (format_value(summary.timeline.kind, each) for each in summary.covered)
        dim(f"of {' … '.join(ends)}")

    def _track(self, recording: Recording, playback: Playback) -> None:
        summary = playback.summary(recording)
        assert summary is not None
        (first, last), now = playback.span(summary), playback.at(recording).time
        width = imgui.get_content_region_avail().x
        at = imgui.get_cursor_screen_pos()
        self.track = at.x, at.y + TRACK / 2, at.x + width, at.y + TRACK / 2
        imgui.invisible_button("track", imgui.ImVec2(width, TRACK))
        if imgui.is_item_active() and last > first:
            share = (imgui.get_io().mouse_pos.x - at.x) / max(width, 1)
            playback.go_to(first + round(min(max(share, 0.0), 1.0) * (last - first)))
        drawn = imgui.get_window_draw_list()
        middle = at.y + TRACK / 2
        shade = imgui.get_color_u32(imgui.ImVec4(1, 1, 1, 0.07))
        drawn.add_rect_filled(imgui.ImVec2(at.x, middle - 5), imgui.ImVec2(at.x + width, middle + 5), shade, 4.0)
        marks = self._marked(recording, playback)
        pale = imgui.get_color_u32(imgui.ImVec4(1, 1, 1, 0.22))
        edges = np.flatnonzero(np.diff(np.concatenate([[0], marks.astype(np.int8), [0]])))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            left, right = (at.x + width * each / len(marks) for each in (start, end))
            drawn.add_rect_filled(imgui.ImVec2(left, middle - 3), imgui.ImVec2(max(right, left + 1), middle + 3), pale)
        x = at.x + width * ((now - first) / (last - first) if last > first else 0.5)
        accent = imgui.get_color_u32(imgui.ImVec4(*ACCENT, 1.0))
        drawn.add_line(imgui.ImVec2(x, at.y + 2), imgui.ImVec2(x, at.y + TRACK - 2), accent, 2.0)
        drawn.add_circle_filled(imgui.ImVec2(x, middle), 5.0, accent)

    def _marked(self, recording: Recording, playback: Playback) -> NDArray[np.bool_]:
        """Where along the track something was logged; found anew at most once for each portion of what comes."""
        summary = playback.summary(recording)
        assert summary is not None
        of = recording, summary.timeline, summary.covered, summary.rows
        is_late = self._of[:2] != of[:2] or imgui.get_time() > self._marked_at + MARKED_EVERY_S
        if self._of != of and is_late:
            self._of, self._marked_at = of, imgui.get_time()
            first, last = playback.span(summary)
            marks = np.zeros(MARKS, np.bool_)
            places = (recording.spans(summary.timeline) - first) / max(last - first, 1) * (MARKS - 1)
            for start, end in np.unique(places.astype(np.int64).clip(0, MARKS - 1), axis=0).tolist():
                marks[start : end + 1] = True
            self._marks = marks
        return self._marks
