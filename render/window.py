"""The window: input in, pictures and panels out, and nothing drawn where nothing changed. The only importer of glfw."""

from __future__ import annotations

import json
import os
import time as clock
from collections.abc import Callable
from pathlib import Path
from typing import Any

import glfw
import numpy as np
from imgui_bundle import imgui

from blazon.ingest.errors import BlazonError, GpuError, NothingToDrawError, NotInRecordingError
from blazon.ingest.live import Live
from blazon.ingest.sources import load
from blazon.render import navigation
from blazon.render.cameras import Camera2D
from blazon.render.canvas import Canvas
from blazon.render.gpu.context import take_current
from blazon.render.panels import classes, entities, help, readout, recordings, status, time
from blazon.render.panels.gui import PICTURE, Gui
from blazon.render.passes.panels import PanelsPass, Patch
from blazon.render.picking import Pick, Picker, view_under
from blazon.render.png import png_of
from blazon.render.scene import ViewFrame
from blazon.render.viewer import Viewer

MOST_HZ = 60.0  # frames a second, at most
IDLE_S = 0.1  # how often it looks whether something came, where nobody says so
SETTLING = 3  # frames of panels after input: Dear ImGui answers with some delay
STATS_S = 0.5  # how often the line of figures is written anew
LEFT, RIGHT, BOTTOM = 264.0, 280.0, 102.0  # of the panels, UI points
CLICK_PX = 4.0  # a button that is let go of no further away was clicked
TURN = 0.008  # radians a pixel
WALK = 0.8  # of the distance to the target, a second
SIDES = {glfw.KEY_7: (0.0, 0.0, 1.0), glfw.KEY_1: (0.0, -1.0, 0.0), glfw.KEY_3: (1.0, 0.0, 0.0)}  # top, front, side
WALKING = {
    glfw.KEY_W: (0.0, 0.0, 1.0),
    glfw.KEY_S: (0.0, 0.0, -1.0),
    glfw.KEY_A: (-1.0, 0.0, 0.0),
    glfw.KEY_D: (1.0, 0.0, 0.0),
    glfw.KEY_Q: (0.0, 1.0, 0.0),
    glfw.KEY_E: (0.0, -1.0, 0.0),
}
_MODIFIERS = {
    glfw.KEY_LEFT_CONTROL: imgui.Key.mod_ctrl,
    glfw.KEY_RIGHT_CONTROL: imgui.Key.mod_ctrl,
    glfw.KEY_LEFT_SHIFT: imgui.Key.mod_shift,
    glfw.KEY_RIGHT_SHIFT: imgui.Key.mod_shift,
    glfw.KEY_LEFT_ALT: imgui.Key.mod_alt,
    glfw.KEY_RIGHT_ALT: imgui.Key.mod_alt,
}
_EDITING = {
    glfw.KEY_BACKSPACE: imgui.Key.backspace,
    glfw.KEY_DELETE: imgui.Key.delete,
    glfw.KEY_LEFT: imgui.Key.left_arrow,
    glfw.KEY_RIGHT: imgui.Key.right_arrow,
    glfw.KEY_UP: imgui.Key.up_arrow,
    glfw.KEY_DOWN: imgui.Key.down_arrow,
    glfw.KEY_HOME: imgui.Key.home,
    glfw.KEY_END: imgui.Key.end,
    glfw.KEY_ENTER: imgui.Key.enter,
    glfw.KEY_ESCAPE: imgui.Key.escape,
    glfw.KEY_TAB: imgui.Key.tab,
    glfw.KEY_A: imgui.Key.a,
    glfw.KEY_C: imgui.Key.c,
    glfw.KEY_V: imgui.Key.v,
    glfw.KEY_X: imgui.Key.x,
}


class Window:
    """A window on what a viewer shows.

    live : a stream that comes in meanwhile. debug_state : a file that says, as JSON, what is shown, written anew after
    each frame: for tests.
    Raises `GpuError` where there is no display, or no OpenGL 3.3.
    """

    def __init__(
        self,
        viewer: Viewer,
        live: Live | None,
        size: tuple[int, int],
        debug_state: str | os.PathLike[str] | None = None,
    ) -> None:
        self._viewer, self._live = viewer, live
        self._debug_state = Path(debug_state) if debug_state is not None else None
        self._handle = _opened(size)
        gpu = take_current()
        glfw.swap_interval(1)
        self._canvas, self._panels = Canvas(gpu), PanelsPass(gpu)
        self._gui = Gui(self._scale()[1])
        self._entities, self._classes, self._time = entities.Entities(), classes.Classes(), time.Time()
        self._picker = Picker()
        self._pick: Pick | None = None
        self._kept: Pick | None = None
        self._pointer = (-1.0, -1.0)
        self._pressed: tuple[int, float, float] | None = None
        self._dragged: ViewFrame | None = None
        self._clicked_s = 0.0
        self._costs = status.Costs()
        self._times: list[float] = []  # when pictures were drawn lately
        self._settling, self._said_s, self._said_rows = SETTLING, 0.0, 0
        self._drawn: tuple[Any, ...] = ()
        self._note, self._message = "", ""
        self._has_help = False
        self._walking: set[int] = set()
        self._frames = self._pictures = 0
        self._listen()

    def run(self) -> None:
        """Show it until it is closed."""
        try:
            due = last = clock.perf_counter()
            while not glfw.window_should_close(self._handle):
                if self._is_busy:
                    glfw.poll_events()
                else:
                    glfw.wait_events_timeout(IDLE_S)
                now = clock.perf_counter()
                if now < due:
                    clock.sleep(due - now)
                    now = clock.perf_counter()
                due = now + 1 / MOST_HZ
                self._step(now, now - last)
                last = now
        finally:
            self.close()

    def close(self) -> None:
        """Let go of it."""
        if self._live is not None:
            self._live.on_insert = None
        self._gui.close()
        glfw.destroy_window(self._handle)
        glfw.terminate()

    # --- a turn of the loop

    @property
    def _is_busy(self) -> bool:
        return bool(self._settling or self._walking or self._viewer.playback.is_playing)

    def _step(self, now: float, elapsed_s: float) -> None:
        """Draw, if anything changed."""
        if glfw.get_window_attrib(self._handle, glfw.ICONIFIED):
            self._settling = 0
            return
        viewer = self._viewer
        recording = viewer.recording
        if recording is not None:
            recording.refresh()
            viewer.playback.advance(recording, elapsed_s)
            self._walk(elapsed_s)
        has_new = self._draw_picture(now)
        is_due = now - self._said_s > STATS_S and self._rows() != self._said_rows
        if has_new or self._settling or is_due:
            self._settling = max(self._settling - 1, 0)
            self._said_s, self._said_rows = now, self._rows()
            self._draw_panels(elapsed_s)
            glfw.swap_buffers(self._handle)
            self._frames += 1
            if has_new and self._live is not None:
                self._live.mark_drawn()
            self._say_state()

    def _rows(self) -> int:
        return self._live.rows if self._live is not None else 0

    def _draw_picture(self, now: float) -> bool:
        """Draw the picture, if it would be another; say whether it is."""
        (x, y, width, height), scale = self._middle(), self._scale()[1]
        del x, y
        shot = self._viewer.shot(max(round(width * scale), 1), max(round(height * scale), 1), scale)
        key = (shot, shot.recording.generation) if shot is not None else ()
        if self._drawn and self._drawn == key:
            return False
        message = ""
        pixels = None
        if shot is None:
            message = "Waiting for a program to stream here" if self._live is not None else "Nothing is open"
            self._canvas.clear()
        else:
            try:
                pixels = self._canvas.draw(shot)
            except (NothingToDrawError, NotInRecordingError) as error:
                message = str(error)
                self._canvas.clear()
            except BlazonError as error:
                message = str(error)
                self._canvas.clear()
            else:
                if self._canvas.scene is not None:
                    self._viewer.keep_framings(shot, self._canvas.scene.views)
                    self._classes.note(self._canvas.scene.classes)
        is_new = pixels is not None or message != self._message
        self._drawn, self._message = key or (None,), message
        if pixels is not None:
            self._panels.write_texture(PICTURE, pixels, smooth=False)
            self._pictures += 1
            self._times = [*(each for each in self._times if now - each < 1.0), now]
            self._look_under_pointer()
        return is_new

    def _draw_panels(self, elapsed_s: float) -> None:
        begun = clock.perf_counter()
        size, scale = self._scale()
        now = begun
        self._times = [each for each in self._times if now - each < 1.0]
        self._costs.fps = float(len(self._times))
        self._costs.build_ms, self._costs.draw_ms = self._canvas.build_ms, self._canvas.draw_ms
        self._gui.begin(size, scale, elapsed_s)
        self._compose(size)
        painted = self._gui.end()
        for number, pixels in painted.textures.items():
            if pixels is None:
                self._panels.forget_texture(number)
            else:
                self._panels.write_texture(number, pixels, smooth=True)
        patches = [Patch(each.texture, each.start, each.count, each.clip) for each in painted.batches]
        self._panels.draw(painted.corners, patches, size, glfw.get_framebuffer_size(self._handle))
        self._costs.panels_ms = 1e3 * (clock.perf_counter() - begun)

    def _compose(self, size: tuple[float, float]) -> None:
        """Draw all panels."""
        viewer = self._viewer
        x, y, width, height = self._middle()
        back = imgui.get_background_draw_list()
        if self._canvas.scene is not None:
            back.add_image(imgui.ImTextureRef(PICTURE), imgui.ImVec2(x, y), imgui.ImVec2(x + width, y + height))
            self._outline(back)
        if self._message:
            room = imgui.calc_text_size(self._message)
            at = imgui.ImVec2(x + max((width - room.x) / 2, 12), y + height / 2)
            back.add_text(at, imgui.get_color_u32(imgui.Col_.text_disabled), self._message)
        with _Side("left", 0, 0, LEFT, size[1] - BOTTOM):
            recordings.draw(viewer, self._live.url if self._live is not None else None)
            self._entities.draw(viewer)
        with _Side("right", size[0] - RIGHT, 0, RIGHT, size[1] - BOTTOM):
            self._classes.draw(viewer, self._canvas.scene.classes if self._canvas.scene is not None else ())
            readout.draw(self._kept or self._pick, is_kept=self._kept is not None)
        with _Side("bottom", 0, size[1] - BOTTOM, size[0], BOTTOM):
            self._time.draw(viewer, is_live=self._live is not None)
            status.draw(self._costs, self._live.stats() if self._live is not None else None, self._note)
        if self._has_help:
            self._has_help = help.draw(size)

    def _outline(self, drawn: imgui.ImDrawList) -> None:
        """Mark the instance that was clicked, or is under the pointer."""
        pick = self._kept or self._pick
        if pick is None or not pick.found or pick.found[0].box_px is None:
            return
        x, y, _, _ = self._middle()
        scale = self._scale()[1]
        left, top, right, bottom = (each / scale for each in pick.found[0].box_px)
        corners = imgui.ImVec2(x + left, y + top), imgui.ImVec2(x + right, y + bottom)
        drawn.add_rect(*corners, imgui.get_color_u32(imgui.ImVec4(0, 0, 0, 0.7)), 2.0, thickness=4.0)
        drawn.add_rect(*corners, imgui.get_color_u32(imgui.ImVec4(1, 1, 1, 0.95)), 2.0, thickness=1.5)

    # --- where things are

    def _scale(self) -> tuple[tuple[float, float], float]:
        """The size of the window in UI points, and pixels of a point."""
        width, height = glfw.get_framebuffer_size(self._handle)
        scale = max(glfw.get_window_content_scale(self._handle)[0], 0.5)
        return (max(width, 1) / scale, max(height, 1) / scale), scale

    def _middle(self) -> tuple[float, float, float, float]:
        """Where the picture is: left, top, width, height, UI points."""
        (width, height), _ = self._scale()
        return LEFT, 0.0, max(width - LEFT - RIGHT, 1.0), max(height - BOTTOM, 1.0)

    def _in_picture(self) -> tuple[float, float]:
        """Where the pointer is, pixels of the picture."""
        (x, y, _, _), (_, scale) = self._middle(), self._scale()
        return (self._pointer[0] - x) * scale, (self._pointer[1] - y) * scale

    def _under_pointer(self) -> ViewFrame | None:
        scene = self._canvas.scene
        return view_under(scene, *self._in_picture()) if scene is not None else None

    # --- what the user does

    def _look_under_pointer(self) -> None:
        scene, shot = self._canvas.scene, self._canvas.shot
        is_over = not self._gui.io.want_capture_mouse and self._dragged is None
        self._pick = self._picker.pick(shot, scene, *self._in_picture()) if scene and shot and is_over else None

    def _move(self, x: float, y: float) -> None:
        before, self._pointer = self._pointer, (x, y)
        self._gui.io.add_mouse_pos_event(x, y)
        frame, scale = self._dragged, self._scale()[1]
        if frame is None or self._pressed is None:
            self._look_under_pointer()
            return
        dx, dy = (x - before[0]) * scale, (y - before[1]) * scale
        now = self._now(frame)
        if now is None:
            return
        if isinstance(now.camera, Camera2D):
            self._viewer.frame(frame.view.key, navigation.panned(now.camera, dx, dy))
        elif now.eye is not None:
            button, shift = self._pressed[0], self._gui.io.key_shift
            if button == glfw.MOUSE_BUTTON_LEFT and not shift:
                eye = navigation.orbited(now.eye, -dx / scale * TURN, dy / scale * TURN)
            else:
                share = 2 * np.tan(np.radians(now.eye.fov) / 2) / now.camera.viewport.height
                eye = navigation.shifted(now.eye, -dx * share, -dy * share)
            self._viewer.frame(frame.view.key, eye)
        self._draw_picture(clock.perf_counter())

    def _now(self, frame: ViewFrame) -> ViewFrame | None:
        """A view as it was drawn last."""
        views = self._canvas.scene.views if self._canvas.scene is not None else ()
        return next((each for each in views if each.view.key == frame.view.key), None)

    def _press(self, button: int, action: int, _modifiers: int) -> None:
        is_down = action == glfw.PRESS
        self._gui.io.add_mouse_button_event(min(button, 4), is_down)
        if is_down:
            if not self._gui.io.want_capture_mouse:
                self._pressed = (button, *self._pointer)
                self._dragged = self._under_pointer()
            return
        pressed, frame = self._pressed, self._dragged
        self._pressed = self._dragged = None
        if pressed is None or button != pressed[0]:
            return
        if max(abs(self._pointer[0] - pressed[1]), abs(self._pointer[1] - pressed[2])) <= CLICK_PX:
            self._click(frame)
        self._look_under_pointer()

    def _click(self, frame: ViewFrame | None) -> None:
        now = clock.perf_counter()
        is_double = now - self._clicked_s < 0.35
        self._clicked_s = 0.0 if is_double else now
        if is_double and frame is not None:
            self._viewer.frame(frame.view.key, None)
            self._kept = None
            return
        self._look_under_pointer()
        self._kept = self._pick if self._pick is not None and self._pick.found else None

    def _scroll(self, dx: float, dy: float) -> None:
        self._gui.io.add_mouse_wheel_event(dx, dy)
        frame = self._under_pointer()
        if self._gui.io.want_capture_mouse or frame is None or not dy:
            return
        x, y = self._in_picture()
        if isinstance(frame.camera, Camera2D):
            self._viewer.frame(frame.view.key, navigation.zoomed(frame.camera, dy, x, y))
        elif frame.eye is not None:
            port = frame.camera.viewport
            from_middle = (x - port.x - port.width / 2) / port.height, (y - port.y - port.height / 2) / port.height
            self._viewer.frame(frame.view.key, navigation.dollied(frame.eye, dy, from_middle))
        self._draw_picture(clock.perf_counter())

    def _walk(self, elapsed_s: float) -> None:
        frame = self._under_pointer() if self._walking else None
        if frame is None or frame.eye is None:
            return
        move = np.sum([WALKING[key] for key in self._walking], axis=0) * WALK * min(elapsed_s, 0.1)
        self._viewer.frame(frame.view.key, navigation.shifted(frame.eye, *move.tolist()))

    def _key(self, key: int, action: int, modifiers: int) -> None:
        io, is_down = self._gui.io, action != glfw.RELEASE
        for names in (_MODIFIERS, _EDITING):
            if key in names:
                io.add_key_event(names[key], is_down)
        if key in WALKING:
            is_walking = is_down and not modifiers & glfw.MOD_CONTROL and not io.want_text_input
            (self._walking.add if is_walking else self._walking.discard)(key)
        if not is_down or io.want_text_input:
            return
        does = self._shortcuts(modifiers).get(key)
        if does is not None:
            does()
            self._viewer.changed()

    def _shortcuts(self, modifiers: int) -> dict[int, Callable[[], object]]:
        """What keys do now; panels/help.py says it to the user."""
        viewer, recording = self._viewer, self._viewer.recording
        if modifiers & glfw.MOD_CONTROL:
            return {glfw.KEY_C: self._copy, glfw.KEY_Q: lambda: glfw.set_window_should_close(self._handle, True)}
        found: dict[int, Callable[[], object]] = {
            glfw.KEY_ESCAPE: self._escape,
            glfw.KEY_F: self._fit,
            glfw.KEY_P: self._save_picture,
            glfw.KEY_H: viewer.show_all_classes,
            glfw.KEY_F1: self._toggle_help,
        }
        if recording is not None:
            playback = viewer.playback
            found |= {
                glfw.KEY_SPACE: lambda: playback.toggle(recording),
                glfw.KEY_LEFT: lambda: playback.step(recording, -1),
                glfw.KEY_RIGHT: lambda: playback.step(recording, 1),
                glfw.KEY_HOME: lambda: playback.go_to(
                    summary.covered.first if (summary := playback.summary(recording)) else 0
                ),
                glfw.KEY_END: lambda: playback.go_to(
                    summary.covered.last if (summary := playback.summary(recording)) else 0
                ),
                glfw.KEY_L: self._follow,
            }
        return found | {key: lambda key=key: self._side(SIDES[key]) for key in SIDES}

    def _toggle_help(self) -> None:
        self._has_help = not self._has_help

    def _follow(self) -> None:
        playback = self._viewer.playback
        playback.is_following, playback.is_playing = not playback.is_following, False

    def _escape(self) -> None:
        self._kept, self._has_help = None, False

    def _fit(self) -> None:
        for frame in self._canvas.scene.views if self._canvas.scene is not None else ():
            self._viewer.frame(frame.view.key, None)

    def _side(self, direction: tuple[float, float, float]) -> None:
        frame = self._under_pointer()
        if frame is not None and frame.eye is not None:
            self._viewer.frame(frame.view.key, navigation.seen_from(frame.eye, direction))

    def _copy(self) -> None:
        pick = self._kept or self._pick
        if pick is not None:
            glfw.set_clipboard_string(self._handle, readout.as_text(pick))
            self._note = "copied"

    def _save_picture(self) -> None:
        """Write the picture, without panels, into the current folder."""
        pixels = self._canvas.pixels
        if pixels is None:
            return
        name = f"blazon-{clock.strftime('%Y%m%d-%H%M%S')}.png"
        try:
            Path(name).write_bytes(png_of(pixels))
            self._note = f"saved {name}"
        except OSError as error:
            self._note = f"{name} can't be written: {error.strerror}"

    def _drop(self, paths: list[str]) -> None:
        for path in paths:
            try:
                self._viewer.open(load(path))
                self._note = f"opened {Path(path).name}"
            except (BlazonError, OSError) as error:
                self._note = str(error)

    def _listen(self) -> None:
        """Have glfw tell what happens. Each of it has the panels drawn anew."""

        def then(does: Callable[..., None]) -> Callable[..., None]:
            def called(_handle: Any, *given: Any) -> None:
                self._settling = SETTLING
                does(*given)

            return called

        handle = self._handle
        glfw.set_cursor_pos_callback(handle, then(self._move))
        glfw.set_mouse_button_callback(handle, then(self._press))
        glfw.set_scroll_callback(handle, then(self._scroll))
        glfw.set_key_callback(handle, then(lambda key, _, action, modifiers: self._key(key, action, modifiers)))
        glfw.set_char_callback(handle, then(self._character))
        glfw.set_drop_callback(handle, then(self._drop))
        glfw.set_framebuffer_size_callback(handle, then(lambda *_: None))
        glfw.set_window_refresh_callback(handle, then(lambda: None))
        glfw.set_cursor_enter_callback(handle, then(lambda *_: None))
        glfw.set_window_focus_callback(handle, then(lambda is_in: self._gui.io.add_focus_event(bool(is_in))))
        if self._live is not None:
            self._live.on_insert = glfw.post_empty_event

    def _character(self, code: int) -> None:
        self._gui.io.add_input_character(code)
        if chr(code) == "?" and not self._gui.io.want_text_input:
            self._toggle_help()

    def _say_state(self) -> None:
        """Write what is shown, for tests."""
        if self._debug_state is None:
            return
        viewer, scene = self._viewer, self._canvas.scene
        recording, pick = viewer.recording, self._kept or self._pick
        at = viewer.playback.at(recording) if recording is not None else None
        state = {
            "frames": self._frames,
            "pictures": self._pictures,
            "fps": self._costs.fps,
            "picture": self._middle(),
            "scale": self._scale()[1],
            "recording": recording.recording_id if recording is not None else None,
            "recordings": [each.recording_id for each in viewer.recordings],
            "timeline": at.timeline.name if at is not None and at.timeline is not None else None,
            "time": at.time if at is not None and at.timeline is not None else None,
            "playing": viewer.playback.is_playing,
            "following": viewer.playback.is_following,
            "views": [
                {"root": str(each.view.root), "kind": each.view.kind, "shown": _shown(each)}
                for each in (scene.views if scene is not None else ())
            ],
            "classes": [
                [each.id, each.label, each.count, each.pixels] for each in (scene.classes if scene is not None else ())
            ],
            "hidden_classes": sorted(viewer.hidden_classes),
            "only_classes": sorted(viewer.only_classes),
            "hidden_entities": sorted(map(str, viewer.choices.hidden)),
            "under_pointer": readout.as_text(pick) if pick is not None else None,
            "message": self._message,
            "note": self._note,
        }
        draft = self._debug_state.with_suffix(".partial")
        draft.write_text(json.dumps(state), "utf-8")
        draft.replace(self._debug_state)


class _Side:
    """A panel that stays where it is; for a `with`."""

    def __init__(self, name: str, x: float, y: float, width: float, height: float) -> None:
        self._name = name
        imgui.set_next_window_pos(imgui.ImVec2(x, y))
        imgui.set_next_window_size(imgui.ImVec2(width, height))

    def __enter__(self) -> None:
        flags = imgui.WindowFlags_
        imgui.begin(
            self._name,
            None,
            flags.no_title_bar
            | flags.no_resize
            | flags.no_move
            | flags.no_collapse
            | flags.no_saved_settings
            | flags.no_bring_to_front_on_focus,
        )

    def __exit__(self, *_: object) -> None:
        imgui.end()


def _shown(frame: ViewFrame) -> list[float]:
    if frame.eye is not None:
        return [*frame.eye.position, *frame.eye.target]
    assert isinstance(frame.camera, Camera2D)
    shown = navigation.shown_by(frame.camera)
    return [shown.x0, shown.y0, shown.x1, shown.y1]


def _opened(size: tuple[int, int]) -> Any:
    """A window with a current context. Raises `GpuError`."""
    said: list[str] = []
    glfw.set_error_callback(lambda _, text: said.append(str(text)))
    way_out = "`blazon render` and `blazon serve` need no window"
    if not glfw.init():
        raise GpuError(f"no window can be opened: {said[-1] if said else 'there is no display'}; {way_out}")
    for hint, value in (
        (glfw.CONTEXT_VERSION_MAJOR, 3),
        (glfw.CONTEXT_VERSION_MINOR, 3),
        (glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE),
        (glfw.OPENGL_FORWARD_COMPAT, True),
        (glfw.SCALE_TO_MONITOR, True),
    ):
        glfw.window_hint(hint, value)
    handle = glfw.create_window(*size, "blazon", None, None)
    if not handle:
        glfw.terminate()
        raise GpuError(f"no window can be opened: {said[-1] if said else 'no OpenGL 3.3'}; {way_out}")
    glfw.make_context_current(handle)
    return handle
