"""The dialog of a picture that is to be saved: of what, how large, under which name."""

from __future__ import annotations

from imgui_bundle import imgui

from blazon.render.panels.dock import name_of
from blazon.render.panels.gui import WARNING, dim
from blazon.render.panes import Key
from blazon.render.shutter import LARGEST, LEAST, Shutter

TITLE = "Save a picture"
WIDTH = 340.0
ENTER = imgui.Key.enter, imgui.Key.keypad_enter


def draw(shutter: Shutter, size: tuple[float, float]) -> None:
    """Draw it in the middle of a window of so many UI points, while it is asked for."""
    if not shutter.is_asking:
        return
    if not imgui.is_popup_open(TITLE):
        imgui.open_popup(TITLE)
    imgui.set_next_window_pos(imgui.ImVec2(size[0] / 2, size[1] / 2), imgui.Cond_.always, imgui.ImVec2(0.5, 0.5))
    kinds = imgui.WindowFlags_
    flags = kinds.always_auto_resize | kinds.no_saved_settings | kinds.no_move
    if not imgui.begin_popup_modal(TITLE, None, flags)[0]:
        return
    choices: list[Key | None] = list(shutter.views) if len(shutter.views) == 1 else [None, *shutter.views]
    imgui.set_next_item_width(WIDTH)
    names = ["all views" if each is None else name_of(each) for each in choices]
    at = choices.index(shutter.view) if shutter.view in choices else 0
    shutter.view = choices[imgui.combo("##view", at, names)[1]]
    imgui.set_next_item_width(WIDTH)
    shutter.scale = imgui.slider_float("##scale", shutter.scale, LEAST, LARGEST, "%.2f × the size here")[1]
    shutter.scale = min(max(shutter.scale, LEAST), LARGEST)
    dim("{} x {} pixels".format(*shutter.size))
    imgui.set_next_item_width(WIDTH)
    if imgui.is_window_appearing() or shutter.asks_anew:
        imgui.set_keyboard_focus_here()
        shutter.asks_anew = False
    shutter.rename(imgui.input_text("##name", shutter.name, imgui.InputTextFlags_.auto_select_all)[1])
    if shutter.note:
        imgui.push_text_wrap_pos(WIDTH)
        imgui.text_colored(imgui.ImVec4(*WARNING, 1.0), shutter.note)
        imgui.pop_text_wrap_pos()
    wants = imgui.button("save") or any(imgui.is_key_pressed(key, False) for key in ENTER)  # held down is pressed once
    imgui.same_line()
    if wants:
        shutter.save()
    elif imgui.button("cancel") or imgui.is_key_pressed(imgui.Key.escape):
        shutter.is_asking = False
    if not shutter.is_asking:
        imgui.close_current_popup()
    imgui.end_popup()
