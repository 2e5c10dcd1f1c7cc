"""All that Dear ImGui draws in the window: panels, views between them, what is said over them."""

from __future__ import annotations

import operator
from collections.abc import Callable

from imgui_bundle import imgui

from blazon.ingest.live import Live
from blazon.ingest.notices import Notice, Notices
from blazon.render.canvas import Canvas
from blazon.render.hands import Hands
from blazon.render.panels import classes, entities, help, pixel_grid, readout, recordings, status, time
from blazon.render.panels.dock import PANELS, Dock, title_of
from blazon.render.panels.gui import PICTURE, dim
from blazon.render.panes import Key, Pane, Panes
from blazon.render.scene import Scene
from blazon.render.viewer import Viewer
from blazon.render.views import View

STATUS = 28.0  # height of the line of figures, UI points


class Desk:
    """Draws everything, and knows where views lie.

    costs : what frames cost. message : said where there is no picture. notices : of what is shown.
    """

    def __init__(self, viewer: Viewer, live: Live | None) -> None:
        self._viewer, self._live = viewer, live
        self.dock = Dock()
        self.entities, self.classes, self.time = entities.Entities(), classes.Classes(), time.Time()
        self.costs, self.message = status.Costs(), ""
        self.notices: list[Notice] = []
        self._scene: Scene | None = None
        self._keys: tuple[Key, ...] = ()
        self._application: str | None = None

    def show(self, views: list[View]) -> bool:
        """Say which views there are; answer whether they have to find their places first."""
        keys = tuple(map(operator.attrgetter("key"), views))
        is_new, self._keys = keys != self._keys, keys
        return is_new

    def follow_application(self) -> None:
        """Take up the layout of the application that is shown, if it has one. Not while a frame is made."""
        recording = self._viewer.recording
        if recording is None or recording.application_id == self._application:
            return
        self.keep_layout()
        self._application = recording.application_id
        remembered = self._viewer.remembered
        if remembered.layout:
            self.dock.restore(remembered.layout, is_arranged=remembered.is_arranged)
        elif self.dock.is_touched or self.dock.is_arranged:
            self.dock.reset()
        self.dock.is_touched = False

    def keep_layout(self) -> None:
        """Have the layout remembered."""
        if self._application is not None and (self.dock.is_touched or self.dock.is_arranged):
            remembered = self._viewer.settings.of(self._application)
            remembered.layout, remembered.is_arranged = imgui.save_ini_settings_to_memory(), self.dock.is_arranged

    def _reset_layout(self) -> None:
        """Lay all out as it is at first, and remember that."""
        self.dock.reset()
        remembered = self._viewer.remembered
        remembered.layout, remembered.is_arranged = "", False

    def view_at(self, x: float, y: float) -> Key | None:
        """Return the view that a point of the window lies in, with no panel, tab or menu over it."""
        if imgui.is_popup_open("", imgui.PopupFlags_.any_popup):
            return None
        imgui.internal.update_hovered_window_and_capture_flags(imgui.ImVec2(x, y))
        hovered = imgui.get_current_context().hovered_window
        if hovered is None:
            return None
        for key, (left, top, right, bottom) in self.dock.rects.items():
            if left <= x < right and top <= y < bottom and hovered.name == title_of(key):
                return key
        return None

    def draw(self, size: tuple[float, float], canvas: Canvas, hands: Hands, drawn: Panes) -> None:
        """Draw a frame of a window of so many UI points. drawn : where the views are in the picture that there is."""
        viewer, live, scene, dock = self._viewer, self._live, canvas.scene, self.dock
        self._take_notices(canvas)
        dock.begin((size[0], size[1] - STATUS), self._keys)
        for key in self._keys:
            with dock.view(key) as is_shown:
                pane = drawn.pane(key)
                if is_shown and pane is not None and scene is not None:
                    _show(pane, drawn)
                    _overlay(scene, key, hands, drawn)
        panels: dict[str, Callable[[], None]] = {
            "Recordings": lambda: recordings.draw(viewer, live.url if live is not None else None),
            "Entities": lambda: self.entities.draw(viewer, self.notices),
            "Classes": lambda: self.classes.draw(viewer),
            "Selection": lambda: readout.draw(hands.shown, is_kept=hands.kept is not None),
            "Time": lambda: self.time.draw(viewer, is_live=live is not None or viewer.playback.is_following),
        }
        for name in PANELS:
            with dock.panel(name) as is_open:
                if is_open:
                    panels[name]()
        self._status(size, hands)
        self._say()
        if hands.has_help:
            hands.has_help = help.draw(size, self._reset_layout)

    def _take_notices(self, canvas: Canvas) -> None:
        """Find what is wrong with what is shown, if that is another picture than before."""
        if canvas.scene is self._scene and canvas.scene is not None:
            return
        self._scene, recording = canvas.scene, self._viewer.recording
        whole = recording.notices.list() if recording is not None else []
        self.notices = Notices([*whole, *(canvas.scene.notices if canvas.scene is not None else ())]).list()

    def _status(self, size: tuple[float, float], hands: Hands) -> None:
        kinds = imgui.WindowFlags_
        imgui.set_next_window_pos(imgui.ImVec2(0, size[1] - STATUS))
        imgui.set_next_window_size(imgui.ImVec2(size[0], STATUS))
        imgui.push_style_var(imgui.StyleVar_.window_padding, imgui.ImVec2(12, 5))
        flags = kinds.no_decoration | kinds.no_move | kinds.no_docking | kinds.no_saved_settings | kinds.no_nav
        imgui.begin("status", None, flags | kinds.no_bring_to_front_on_focus | kinds.no_background)
        imgui.pop_style_var()
        stats = self._live.stats() if self._live is not None else None
        status.draw(self.costs, stats, self.notices, hands.note)
        imgui.end()

    def _say(self) -> None:
        """Say in the middle why there is no picture."""
        if not self.message:
            return
        left, top, right, bottom = self.dock.middle
        room = imgui.calc_text_size(self.message, False, max(right - left - 40, 100))
        imgui.set_next_window_pos(imgui.ImVec2((left + right - room.x) / 2 - 12, (top + bottom - room.y) / 2 - 10))
        kinds = imgui.WindowFlags_
        flags = kinds.no_decoration | kinds.no_inputs | kinds.no_saved_settings | kinds.no_background | kinds.no_docking
        imgui.begin("message", None, flags | kinds.always_auto_resize)
        imgui.push_text_wrap_pos(room.x + 24)
        dim(self.message)
        imgui.pop_text_wrap_pos()
        imgui.end()


def _show(pane: Pane, drawn: Panes) -> None:
    """Draw a view's part of the picture, pixel for pixel."""
    width, height = drawn.size
    part = pane.part
    at, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    left, top = round(at.x * drawn.scale) / drawn.scale, round(at.y * drawn.scale) / drawn.scale
    end = imgui.ImVec2(left + part.width / drawn.scale, top + part.height / drawn.scale)
    uv = imgui.ImVec2(part.x / width, part.y / height)
    uv_end = imgui.ImVec2((part.x + part.width) / width, (part.y + part.height) / height)
    view = imgui.get_window_draw_list()
    view.push_clip_rect(at, imgui.ImVec2(at.x + room.x, at.y + room.y), True)
    view.add_image(imgui.ImTextureRef(PICTURE), imgui.ImVec2(left, top), end, uv, uv_end)
    view.pop_clip_rect()


def _overlay(scene: Scene, key: Key, hands: Hands, drawn: Panes) -> None:
    """What lies over a view: pixels and their values from very near, the outline of what is under the pointer."""
    view, corner, pick = imgui.get_window_draw_list(), drawn.corner(key), hands.shown
    for frame in scene.views:
        if frame.view.key == key:
            pixel_grid.draw(view, scene, frame, corner, drawn.scale)
    if pick is not None and pick.view.view.key == key:
        readout.outline(view, pick, corner, drawn.scale)
