"""A square of a colour, and the picker that a click on it opens."""

from __future__ import annotations

import re
from collections.abc import Callable

from imgui_bundle import imgui

from blazon.render.panels.gui import color

ROUND = 3.0
RIM = 0.18  # how much of white is around it: it may be as dark as the ground


def swatch(packed: int, size: float, *, is_changed: bool) -> bool:
    """Draw a square of so many UI points; answer whether it was clicked. is_changed : by the user: it has a mark."""
    at, drawn = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    clicked = imgui.invisible_button("swatch", imgui.ImVec2(size, size))
    corner, end = imgui.ImVec2(at.x + 1, at.y + 1), imgui.ImVec2(at.x + size - 2, at.y + size - 2)
    drawn.add_rect_filled(corner, end, imgui.get_color_u32(color(packed)), ROUND)
    drawn.add_rect(corner, end, imgui.get_color_u32(imgui.ImVec4(1, 1, 1, RIM)), ROUND)
    if is_changed or imgui.is_item_hovered():
        drawn.add_rect(corner, end, imgui.get_color_u32(imgui.ImVec4(1, 1, 1, 0.9)), ROUND, 1.5)
    if imgui.is_item_hovered():
        imgui.set_tooltip("click: another colour" + (" (it was changed)" if is_changed else ""))
    return clicked


class Picker:
    """The colour picker of one swatch after the other. field : where its text is, UI points; None: it is closed."""

    def __init__(self) -> None:
        self.field: tuple[float, float] | None = None
        self._text = self._before = ""
        self._was_chosen = False

    def open(self, packed: int, *, is_changed: bool) -> None:
        """Open it for the item that was drawn last. is_changed : whether the colour is the user's own."""
        self._text = self._before = f"#{packed >> 8:06x}"
        self._was_chosen = is_changed
        imgui.open_popup("picker")

    def draw(self, name: str, packed: int, choose: Callable[[int | None], object]) -> None:
        """Draw it, if it is open for this item. choose : takes a packed colour; None: the class's own again."""
        if not imgui.begin_popup("picker"):
            return
        imgui.text(name)
        at = imgui.get_cursor_screen_pos()
        self.field = at.x + 40, at.y + imgui.get_frame_height() / 2
        imgui.set_next_item_width(110)
        if imgui.is_window_appearing():
            imgui.set_keyboard_focus_here()
        self._text = imgui.input_text("##text", self._text, imgui.InputTextFlags_.auto_select_all)[1]
        found = re.fullmatch(r"\s*#?([0-9a-fA-F]{6})\s*", self._text)
        wanted = int(found.group(1), 16) << 8 | 255 if found else None
        imgui.same_line()
        if imgui.button("reset"):
            choose(None)
            imgui.close_current_popup()
        elif wanted is not None and wanted >> 8 != packed >> 8:
            choose(None if self._text == self._before and not self._was_chosen else wanted)
        if imgui.is_key_pressed(imgui.Key.enter):
            imgui.close_current_popup()
        parts = [(packed >> shift & 255) / 255 for shift in (24, 16, 8)]
        flags = imgui.ColorEditFlags_
        kinds = flags.no_inputs | flags.no_side_preview | flags.no_alpha | flags.no_label
        changed, parts = imgui.color_picker3("##color", parts, kinds)
        if changed:
            red, green, blue = (round(255 * each) for each in parts)
            picked = red << 24 | green << 16 | blue << 8 | 255
            self._text = f"#{picked >> 8:06x}"
            choose(picked)
        imgui.end_popup()
