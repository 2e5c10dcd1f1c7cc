"""The window: input in, pictures and panels out, and nothing drawn where nothing changed."""

from __future__ import annotations

import contextlib
import os
import sys
import time as clock
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import glfw

from blazon.ingest.errors import BlazonError
from blazon.ingest.live import Live
from blazon.render.canvas import Canvas
from blazon.render.debug_state import places_of, state_of, write_state
from blazon.render.gpu.context import take_current
from blazon.render.hands import Hands
from blazon.render.keys import BUTTONS, MODIFIERS, NAMED
from blazon.render.pace import Pace
from blazon.render.panels import save
from blazon.render.panels.desk import Desk
from blazon.render.panels.gui import GROUND, PICTURE, Gui
from blazon.render.panes import Key, Panes
from blazon.render.passes.panels import PanelsPass
from blazon.render.picking.warm import warm_up
from blazon.render.scene import Scene
from blazon.render.shot import Places
from blazon.render.shutter import Shutter
from blazon.render.surface import Surface
from blazon.render.viewer import Viewer

MOST_HZ = 60.0  # frames a second, at most
IDLE_S = 0.1  # how often it looks whether something came, where nobody says so
PLACING = 8  # frames of panels within which views find their places
SETTLING = 3  # frames of panels after input: Dear ImGui answers with some delay
KEPT_S = 3.0  # how often choices are written, if there are new ones
ASKED_S = 0.25  # how often the system is asked how large the window is, though it would tell
COUNTED_S = 0.2  # how often classes are counted
LAID_S = 0.1  # how often panels are laid out anew while nothing but pictures changes
FLOWING_S = 0.1  # after a picture, for which another one is expected that panels can wait for
SWITCH_S = 0.0002  # for which a thread keeps Python to itself; 5 ms by default
SAID_S = 0.5  # how often the line of figures is written anew


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
        self._surface = Surface(size)
        try:
            self._take_gpu()
            self._gui = Gui(self._copy, self._pasted)
        except BaseException:
            self._surface.close()
            raise
        self._hands = Hands(viewer, self._canvas, self._copy, self._photograph)
        self._shutter = Shutter(self._tell)
        self._desk = Desk(viewer, live)
        self._panes = Panes()  # of the picture that is shown
        self._times: list[float] = []  # when pictures were drawn lately
        self._settling, self._said_s, self._said = SETTLING, 0.0, (0, 0.0, 0)
        self._kept_s, self._kept_frames = clock.perf_counter(), 0
        self._has_news = False
        self._drawn: tuple[Any, ...] | None = None  # what the picture is of
        self._is_begun = False  # whether that is on its way
        self._counted: Scene | None = None
        self._counted_s = self._asked_s = self._laid_s = -1.0
        self._begun_s = clock.perf_counter()  # when panels were drawn last
        self._laid: Places = ()  # where views were when panels were laid out last
        self._is_stale = False  # whether panels are of a picture before
        self._owes = False  # whether they are to be laid out anew, once there is a picture, or none comes any more
        self._pace, self._waits_s = Pace(), 0.0
        self._is_behind = False  # whether there was something newer than what is shown
        self._undrawn: list[int] = []  # when that was logged which is in no picture yet
        self._frames = self._pictures = 0
        self._listen()

    def run(self) -> None:
        """Show it until it is closed."""
        before = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)  # threads that decode a stream would keep it waiting after each call to GL
        try:
            due = last = clock.perf_counter()
            has_drawn = True
            while not glfw.window_should_close(self._surface.handle):
                is_busy = self._settling or self._gui.has_input or self._viewer.playback.is_playing
                is_busy = (is_busy or self._hands.is_walking or self._is_behind) and not self._surface.is_hidden
                if is_busy and has_drawn:
                    glfw.poll_events()
                else:
                    glfw.wait_events_timeout(self._waits_s or (1 / MOST_HZ if is_busy else self._idle_s()))
                clock.sleep(max(due - clock.perf_counter(), 0.0))
                now = clock.perf_counter()
                has_drawn = self._step(now, now - last)
                if has_drawn:
                    due = now + 1 / MOST_HZ
                last = now
        finally:
            sys.setswitchinterval(before)
            self.close()

    def _idle_s(self) -> float:
        """How long it may sleep: a stream wakes it, and what logs in this process does not."""
        recording = self._viewer.recording
        is_own = recording is not None and self._live is None and self._viewer.playback.is_following
        return IDLE_S if is_own or self._owes else ASKED_S

    def close(self) -> None:
        """Let go of it."""
        self._shutter.close()
        self._desk.keep_layout()
        self._viewer.settings.save()
        if self._live is not None:
            self._live.on_insert, self._live.decodes = None, False
        self._gui.close()
        self._surface.close()

    def _step(self, now: float, elapsed_s: float) -> bool:
        """Draw, if anything changed; answer whether it did."""
        if now - self._asked_s > ASKED_S:
            self._asked_s = now
            self._surface.refresh()
        if self._surface.is_hidden:
            self._settling = 0
            return False
        if self._surface.is_lost:
            self._begin_again()
        recording = self._viewer.recording
        if recording is not None:
            recording.refresh()
            self._viewer.playback.advance(recording, elapsed_s)
        self._keep(now)
        if self._has_news:
            self._has_news, self._settling = False, SETTLING
        self._survive(lambda: self._hands.walk(elapsed_s))
        self._desk.follow_application()
        self._waits_s = self._wait_s(now)
        has_new = not self._waits_s and self._begin_picture(now)
        self._look_at_panels(now)
        is_flowing = bool(self._times) and now - self._times[-1] < FLOWING_S
        if not (has_new or self._settling or self._gui.has_input or (self._owes and not is_flowing)):
            return False
        is_touched = self._settling or self._gui.has_input or self._owes
        self._settling = max(self._settling - 1, 0)
        self._times = [each for each in self._times if now - each <= 1.0]
        is_alike = self._is_begun and self._laid == self._panes.places and self._hands.shown is None
        self._is_stale = is_alike and not is_touched and now - self._laid_s < LAID_S
        if self._is_stale:
            self._take_picture()
            self._panels.draw_again()
        else:
            self._laid_s, self._laid, self._owes = now, self._panes.places, False
            self._survive(self._draw_panels)
        glfw.swap_buffers(self._surface.handle)
        self._frames += 1
        if has_new and self._live is not None:
            self._live.mark_drawn(self._undrawn)
            self._undrawn = []
        if self._debug_state is not None:
            state = state_of(self._viewer, self._canvas, self._hands) | places_of(self._desk)
            asks = self._shutter.name if self._shutter.is_asking else None
            state |= {"frames": self._frames, "pictures": self._pictures}
            state |= {"asks_for_picture": asks, "asks_again_because": self._shutter.note}
            write_state(self._debug_state, state)
        return True

    def _look_at_panels(self, now: float) -> None:
        """Note whether panels have other things to say than when they were laid out."""
        has_ended = bool(self._times) and now - self._times[-1] > 1.0
        is_late = self._is_stale and now - self._laid_s > LAID_S
        self._owes |= self._count(now) or has_ended or is_late
        if now - self._said_s > SAID_S:
            before, self._said_s, self._said = self._said, now, self._figures()
            self._owes |= self._said != before

    def _keep(self, now: float) -> None:
        """Keep what the user chose, now and then."""
        if self._kept_frames != self._frames and now - self._kept_s > KEPT_S:
            self._kept_s, self._kept_frames = now, self._frames
            self._desk.keep_layout()
            self._hands.note = self._viewer.settings.save() or self._hands.note

    def _copy(self, text: str) -> None:
        glfw.set_clipboard_string(self._surface.handle, text)

    def _pasted(self) -> str:
        with contextlib.suppress(glfw.GLFWError, UnicodeDecodeError):  # there is none, or it is no text
            text = glfw.get_clipboard_string(self._surface.handle)
            return text.decode() if isinstance(text, bytes) else text or ""
        return ""

    def _photograph(self, view: Key | None) -> None:
        if self._canvas.shot is not None:
            self._shutter.ask(self._canvas.shot, view)

    def _tell(self, text: str) -> None:
        """Say something, on whatever thread it is found."""
        self._hands.note, self._has_news = text, True
        glfw.post_empty_event()

    def _survive(self, does: Callable[[], object]) -> None:
        """Do something; a fault of ours is no reason to end."""
        try:
            does()
        except Exception as error:
            traceback.print_exc()
            self._hands.note = f"{type(error).__name__}: {error}; what happened is on stderr"

    def _take_gpu(self) -> None:
        """Take the context of the window for drawing."""
        gpu = take_current()
        self._canvas, self._panels = Canvas(gpu), PanelsPass(gpu, GROUND)

    def _begin_again(self) -> None:
        """Open the window anew after the GPU was reset: all that it held is gone. Raises `GpuError`."""
        width, height = self._surface.size
        self._surface.destroy()
        self._surface = Surface((round(width), round(height)))
        self._take_gpu()
        self._gui.forget_textures()
        self._hands.canvas, self._drawn, self._settling = self._canvas, None, SETTLING
        self._hands.note = "the GPU was reset; all is drawn anew"
        self._listen()

    def _figures(self) -> tuple[int, float, int]:
        """What the panels say of a stream that changes by itself, once nothing comes any more."""
        if self._live is None:
            return 0, 0.0, 0
        stats = self._live.stats()
        return stats.rows, round(stats.rows_per_s), stats.senders

    def _wait_s(self, now: float) -> float:
        """How long to wait with a picture, for what is logged together with what has come."""
        if self._live is None:
            return 0.0
        recording = self._viewer.recording
        if recording is not None and self._viewer.playback.older_step(recording) is not None:
            return 0.0
        together = self._live.together
        return self._pace.wait_s(self._live.rows, together.first_s, now, is_whole=together.is_whole)

    def _begin_picture(self, now: float) -> bool:
        """Have the picture drawn, if it would be another; say whether it is, or what is said in its place."""
        viewer, desk, scale = self._viewer, self._desk, self._surface.scale
        is_other, message, panes = False, "", self._panes
        self._undrawn = self._live.take_undrawn() if self._live is not None else []
        older = viewer.playback.go_on(viewer.recording) if viewer.recording is not None else None
        self._is_behind = older is not None
        if older is not None and self._live is not None:
            self._live.give_back([each for each in self._undrawn if each > older.logged_ns])
            self._undrawn = [each for each in self._undrawn if each <= older.logged_ns]
        shot = viewer.shot(1, 1, scale)
        try:
            if desk.show(self._canvas.views(shot) if shot is not None else []):
                self._place()
            panes = Panes(desk.dock.rects, scale, self._surface.size_px[0])
            shot = viewer.shot(*panes.size, scale, panes.places)
            of = (shot, shot.recording.generation if shot is not None else None, viewer.recording)
            if self._drawn == of:
                return False
            self._drawn = of
            is_other = shot is not None and self._canvas.begin(shot)
        except BlazonError as error:  # not yet, or not any more
            message = str(error)
        except Exception as error:  # a fault of ours: what else is open can be seen nevertheless
            traceback.print_exc()
            message = f"this can't be drawn: {type(error).__name__}: {error}; what happened is on stderr"
        if shot is None:
            message = "waiting for a program to stream here" if self._live is not None else "nothing is open"
        if message:
            self._canvas.clear()
        elif self._canvas.scene is not None and shot is not None:
            viewer.keep_framings(shot, self._canvas.scene.views)
        is_new, desk.message = is_other or message != desk.message, message
        if is_other:
            self._surface.flush()  # the GPU draws while panels are laid out
            self._panes = self._hands.panes = panes
            self._pictures += 1
            if self._pictures == 1:
                warm_up()
            self._times.append(now)
            self._survive(self._hands.look_again)
        self._is_begun = is_other
        return is_new

    def _count(self, now: float) -> bool:
        """Count the classes in sight, at most every so often; answer whether there is another count."""
        scene = self._canvas.scene
        if scene is None or scene is self._counted or now - self._counted_s < COUNTED_S:
            return False
        self._counted, self._counted_s = scene, now
        self._survive(lambda: self._desk.classes.note(scene.count()))
        return True

    def _place(self) -> None:
        """Draw panels until all views have found their places."""
        before: object = None
        for _ in range(PLACING):
            self._draw_panels()
            if before == self._desk.dock.rects != {}:
                return
            before = dict(self._desk.dock.rects)

    def _take_picture(self) -> None:
        """Take the picture that is on its way, if one is."""
        if self._is_begun:
            self._is_begun = False
            self._panels.write_texture(PICTURE, self._canvas.finish(), smooth=False)

    def _draw_panels(self) -> None:
        begun = clock.perf_counter()
        elapsed_s, self._begun_s = begun - self._begun_s, begun  # of panels alone: Dear ImGui's clock
        size, scale = self._surface.size, self._surface.scale
        costs, canvas = self._desk.costs, self._canvas
        costs.fps, costs.build_ms, costs.draw_ms = float(len(self._times)), canvas.build_ms, canvas.draw_ms
        self._gui.begin(size, scale, elapsed_s)
        try:
            self._desk.draw(size, canvas, self._hands, self._panes)
            save.draw(self._shutter, size)
        except BaseException:
            self._gui.recover()
            raise
        painted = self._gui.end()
        self._take_picture()
        for number, pixels in painted.textures.items():
            if pixels is None:
                self._panels.forget_texture(number)
            else:
                self._panels.write_texture(number, pixels, smooth=scale != round(scale))
        self._panels.draw(painted.corners, painted.patches, size, self._surface.size_px)
        costs.panels_ms = 1e3 * (clock.perf_counter() - begun)

    # --- what glfw tells

    def _listen(self) -> None:
        """Have glfw tell what happens. Each of it has the panels drawn anew."""

        def then(does: Callable[..., None]) -> Callable[..., None]:
            def called(_handle: Any, *given: Any) -> None:
                self._settling = SETTLING
                self._survive(lambda: does(*given))

            return called

        def refresh(*_: object) -> None:
            self._surface.refresh()

        handle = self._surface.handle
        glfw.set_cursor_pos_callback(handle, then(self._on_pointer))
        glfw.set_mouse_button_callback(handle, then(self._on_button))
        glfw.set_scroll_callback(handle, then(self._on_scroll))
        glfw.set_key_callback(handle, then(self._on_key))
        glfw.set_char_callback(handle, then(self._on_character))
        glfw.set_drop_callback(handle, then(self._hands.drop))
        glfw.set_window_focus_callback(handle, then(lambda is_in: self._gui.io.add_focus_event(bool(is_in))))
        for tell in (
            glfw.set_framebuffer_size_callback,
            glfw.set_window_refresh_callback,
            glfw.set_cursor_enter_callback,
        ):
            tell(handle, then(refresh))
        if self._live is not None:
            self._live.on_insert, self._live.decodes = glfw.post_empty_event, True

    def _on_pointer(self, x: float, y: float) -> None:
        x, y = self._surface.point(x, y)
        self._gui.io.add_mouse_pos_event(x, y)
        over = None if self._hands.is_pressing else self._desk.view_at(x, y)
        self._hands.move(x, y, over, shift=self._gui.io.key_shift)

    def _on_button(self, button: int, action: int, _modifiers: int) -> None:
        name = BUTTONS.get(button)
        if name is None:
            return
        self._gui.io.add_mouse_button_event(button, action == glfw.PRESS)
        if action == glfw.RELEASE:
            self._hands.release(name)
        elif self._hands.is_over:
            self._hands.press(name)

    def _on_scroll(self, dx: float, dy: float) -> None:
        self._gui.io.add_mouse_wheel_event(dx, dy)
        self._hands.scroll(dy)

    def _on_key(self, key: int, _code: int, action: int, modifiers: int) -> None:
        io, is_down = self._gui.io, action != glfw.RELEASE
        name, known = NAMED.get(key, ("", None))
        if known is not None:
            io.add_key_event(known, is_down)
        if key in MODIFIERS:
            io.add_key_event(MODIFIERS[key], is_down)
        is_free, with_control = self._is_free(), bool(modifiers & glfw.MOD_CONTROL)
        self._hands.hold(name, is_down=is_down and not with_control and is_free)
        if is_down and with_control and name == "q":
            glfw.set_window_should_close(self._surface.handle, True)
        elif is_down and is_free:
            self._hands.key(f"ctrl+{name}" if with_control else name)

    def _is_free(self) -> bool:
        """Whether keys mean what they mean over views: nobody is typing, or being asked."""
        return not self._gui.io.want_text_input and not self._shutter.is_asking

    def _on_character(self, code: int) -> None:
        if chr(code) == "?" and self._is_free():
            self._hands.key("?")
        self._gui.io.add_input_character(code)
