"""What a user does with mouse and keys, and what comes of it: views move, time goes, things are looked at."""

from __future__ import annotations

import functools
import time as clock
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from blazon.ingest.errors import BlazonError
from blazon.ingest.sources import load
from blazon.render import navigation
from blazon.render.cameras import Bounds, Camera2D
from blazon.render.cameras3d import Camera3D, Eye
from blazon.render.canvas import Canvas
from blazon.render.panes import Key, Panes
from blazon.render.picking import Pick, Picker
from blazon.render.picking.found import NO_LINES
from blazon.render.scene import ViewFrame
from blazon.render.viewer import Viewer

CLICK = 4.0  # UI points: a button that is let go of no further away was clicked
DOUBLE_S = 0.35
TURN = 0.008  # radians a UI point
WALK = 0.8  # of the distance to the target, a second
SIDES = {"7": (0.0, 0.0, 1.0), "1": (0.0, -1.0, 0.0), "3": (1.0, 0.0, 0.0)}  # from above, the front, the side
WALKING = {
    "w": (0.0, 0.0, 1.0),
    "s": (0.0, 0.0, -1.0),
    "a": (-1.0, 0.0, 0.0),
    "d": (1.0, 0.0, 0.0),
    "q": (0.0, 1.0, 0.0),
    "e": (0.0, -1.0, 0.0),
}


class Hands:
    """Mouse and keys over the views of a window.

    copy : takes what the user copies. photograph : has the picture saved, or a view of it. panes : where views are
    shown. pick : what is under the pointer. kept : what was clicked. note : what there is to say of what was done.
    has_help : whether it is shown.
    """

    def __init__(
        self,
        viewer: Viewer,
        canvas: Canvas,
        copy: Callable[[str], object],
        photograph: Callable[[Key | None], object],
    ) -> None:
        self._viewer, self.canvas, self._copy_text, self._photograph = viewer, canvas, copy, photograph
        self._picker = Picker()
        self.panes = Panes()
        self.pick: Pick | None = None
        self.kept: Pick | None = None
        self.note, self.has_help = "", False
        self._pointer = (-1.0, -1.0)
        self._over: Key | None = None
        self._pressed: tuple[str, float, float, ViewFrame | None] | None = None
        self._clicked_s = -1.0
        self._clicked: tuple[float, float, Key | None] = (0.0, 0.0, None)  # where that was
        self._walking: set[str] = set()

    @property
    def is_walking(self) -> bool:
        """Whether a key is held that walks through space."""
        return bool(self._walking)

    @property
    def is_over(self) -> bool:
        """Whether the pointer is over a view."""
        return self._over is not None

    @property
    def is_pressing(self) -> bool:
        """Whether a button is held that went down over a view."""
        return self._pressed is not None

    @property
    def shown(self) -> Pick | None:
        """What was clicked, or else is under the pointer."""
        return self.kept or self.pick

    def move(self, x: float, y: float, over: Key | None, *, shift: bool) -> None:
        """Take note of where the pointer is, UI points of the window, over which view; drag what was pressed."""
        before, self._pointer = self._pointer, (x, y)
        if self._pressed is None:
            self._over = over
            self.look()
            return
        button, _, _, frame = self._pressed
        dx, dy = x - before[0], y - before[1]
        if frame is None:
            return
        shown, scale = self._shown_in(frame), self.panes.scale
        if isinstance(shown, Camera2D):
            self._viewer.frame(frame.view.key, navigation.panned(shown, dx * scale, dy * scale))
        elif isinstance(shown, Eye) and button == "left" and not shift:
            self._viewer.frame(frame.view.key, navigation.orbited(shown, -dx * TURN, dy * TURN))
        elif isinstance(shown, Eye):
            share = 2 * np.tan(np.radians(shown.fov) / 2) / frame.camera.viewport.height * scale
            self._viewer.frame(frame.view.key, navigation.shifted(shown, -dx * share, -dy * share))

    def press(self, button: str) -> None:
        """Take note of a button that goes down over the picture."""
        self._pressed = (button, *self._pointer, self._under_pointer())

    def release(self, button: str) -> None:
        """Let go of a button: near where it was pressed it is a click."""
        pressed = self._pressed
        if pressed is None or pressed[0] != button:
            return
        self._pressed = None
        (_, x, y, frame), (now_x, now_y) = pressed, self._pointer
        if max(abs(now_x - x), abs(now_y - y)) <= CLICK and button == "left":
            self._click(frame)
        self.look()

    def scroll(self, notches: float) -> None:
        """Go nearer to what is under the pointer, or away from it."""
        frame = self._under_pointer()
        if frame is None or not notches:
            return
        shown, (x, y), port = self._shown_in(frame), self._in_picture(), frame.camera.viewport
        if isinstance(shown, Camera2D):
            self._viewer.frame(frame.view.key, navigation.zoomed(shown, notches, x, y))
        elif isinstance(shown, Eye):
            from_middle = (x - port.x - port.width / 2) / port.height, (y - port.y - port.height / 2) / port.height
            self._viewer.frame(frame.view.key, navigation.dollied(shown, notches, from_middle, _depth_of(frame)))

    def hold(self, key: str, *, is_down: bool) -> None:
        """Take note of a key that walks for as long as it is held."""
        if key in WALKING:
            (self._walking.add if is_down else self._walking.discard)(key)

    def walk(self, elapsed_s: float) -> None:
        """Walk for so long, with the keys that are held."""
        frame = self._under_pointer() if self._walking else None
        shown = self._shown_in(frame) if frame is not None else None
        if frame is not None and isinstance(shown, Eye):
            right, down, ahead = np.sum([WALKING[key] for key in self._walking], axis=0) * WALK * min(elapsed_s, 0.1)
            self._viewer.frame(frame.view.key, navigation.shifted(shown, float(right), float(down), float(ahead)))

    def key(self, key: str) -> None:
        """Do what a key asks for; panels/help.py says it to the user."""
        does = self._shortcuts().get(key)
        if does is not None:
            does()

    def look(self) -> None:
        """See what is under the pointer."""
        scene, shot = self.canvas.scene, self.canvas.shot
        self.pick = None
        if scene is not None and shot is not None and self._over is not None:
            x, y = (np.floor(each) + 0.5 for each in self._in_picture())  # what is drawn in a pixel is at its middle
            self.pick = self._picker.pick(shot, scene, x, y)

    def look_again(self) -> None:
        """See what is under the pointer of another picture, and where in it that is which was clicked."""
        if self.pick is not None:
            self.look()
        scene, shot, kept = self.canvas.scene, self.canvas.shot, self.kept
        if kept is None or scene is None or shot is None:
            return
        if kept.shot.recording is not shot.recording:
            self.kept = None
            return
        gone = replace(kept, found=tuple(replace(each, outline_px=NO_LINES) for each in kept.found))
        self.kept = self._picker.again(shot, scene, kept) or gone

    def drop(self, paths: list[str]) -> None:
        """Open files."""
        opened: list[str] = []
        failed: list[str] = []
        for path in paths:
            try:
                self._viewer.open(load(path), Path(path).name)
                opened.append(Path(path).name)
            except (BlazonError, OSError) as error:
                failed.append(str(error))
        self.note = "; ".join([*failed, *([f"opened {', '.join(opened)}"] if opened else [])])

    def _shortcuts(self) -> dict[str, Callable[[], object]]:
        viewer, recording = self._viewer, self._viewer.recording
        found: dict[str, Callable[[], object]] = {
            "escape": self._escape,
            "f": self._fit,
            "p": lambda: self._photograph(self._over),
            "h": viewer.show_all_classes,
            "f1": self._toggle_help,
            "?": self._toggle_help,
            "ctrl+c": self._copy,
            **{key: functools.partial(self._side, direction) for key, direction in SIDES.items()},
        }
        if recording is not None:
            playback = viewer.playback
            found |= {
                "space": lambda: playback.toggle(recording),
                "left": lambda: playback.step(recording, -1),
                "right": lambda: playback.step(recording, 1),
                "home": lambda: playback.go_to(-np.inf),
                "end": lambda: playback.go_to(np.inf),
                "l": lambda: playback.follow(recording),
            }
        return found

    def _click(self, frame: ViewFrame | None) -> None:
        now, (x, y) = clock.perf_counter(), self._pointer
        at = (x, y, frame.view.key if frame is not None else None)
        is_near = max(abs(x - self._clicked[0]), abs(y - self._clicked[1])) <= CLICK and at[2] == self._clicked[2]
        is_double = is_near and now - self._clicked_s < DOUBLE_S
        self._clicked_s, self._clicked = -1.0 if is_double else now, at
        if is_double and frame is not None:
            self._viewer.frame(frame.view.key, None)
            self.kept = None
            return
        self.look()
        self.kept = self.pick if self.pick is not None and self.pick.found else None

    def _toggle_help(self) -> None:
        self.has_help = not self.has_help

    def _escape(self) -> None:
        self.kept, self.has_help, self.note = None, False, ""

    def _fit(self) -> None:
        for frame in self.canvas.scene.views if self.canvas.scene is not None else ():
            self._viewer.frame(frame.view.key, None)

    def _side(self, direction: tuple[float, float, float]) -> None:
        frame = self._under_pointer()
        shown = self._shown_in(frame) if frame is not None else None
        if frame is not None and isinstance(shown, Eye):
            self._viewer.frame(frame.view.key, navigation.seen_from(shown, direction))

    def _copy(self) -> None:
        if self.shown is not None:
            self._copy_text(self.shown.as_text())
            self.note = "copied"

    def _in_picture(self) -> tuple[float, float]:
        """Where the pointer is, pixels of the picture."""
        return self.panes.in_picture(self._over, *self._pointer)

    def _under_pointer(self) -> ViewFrame | None:
        views = self.canvas.scene.views if self.canvas.scene is not None else ()
        return next((each for each in views if each.view.key == self._over), None)

    def _shown_in(self, frame: ViewFrame) -> Camera2D | Eye | None:
        """What a view shows by now, be it drawn already or not."""
        chosen = self._viewer.choices.framings.get(frame.view.key)
        if isinstance(chosen, Eye):
            return chosen
        if isinstance(frame.camera, Camera2D):
            return Camera2D.fit(chosen, frame.camera.viewport) if isinstance(chosen, Bounds) else frame.camera
        return frame.eye


def _depth_of(frame: ViewFrame) -> float:
    """How far all that a view shows reaches from front to back, scene units."""
    camera = frame.camera
    return camera.far - camera.near if isinstance(camera, Camera3D) else 1.0
