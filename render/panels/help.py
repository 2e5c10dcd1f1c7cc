"""All keys, and what the mouse does."""

from __future__ import annotations

from collections.abc import Callable

from imgui_bundle import imgui

from blazon.render.panels.gui import dim

KEYS = (
    ("drag", "move; in space: turn"),
    ("Shift or right drag", "in space: move"),
    ("wheel", "nearer and farther, to the pointer"),
    ("double click, F", "fit: one view, all views"),
    ("W A S D Q E", "in space: walk"),
    ("7  1  3", "in space: from above, the front, the side"),
    ("click", "keep what is under the pointer"),
    ("Ctrl C", "copy it"),
    ("Space", "play or pause"),
    ("Left, Right", "the time before, the next time"),
    ("Home, End", "the first time, the last"),
    ("L", "follow what comes"),
    ("click on a class", "hide it; Alt: show it alone"),
    ("H", "show all classes"),
    ("click on a colour", "another one; kept for this application"),
    ("P", "save a view, or all, as large as you like"),
    ("drag a tab, a line", "move and resize views and panels"),
    ("Esc", "let go, close this"),
    ("Ctrl Q", "end"),
)


def draw(size: tuple[float, float], reset_layout: Callable[[], object]) -> bool:
    """Draw it in the middle of a window of so many UI points; answer whether it stays."""
    imgui.set_next_window_pos(imgui.ImVec2(size[0] / 2, size[1] / 2), imgui.Cond_.always, imgui.ImVec2(0.5, 0.5))
    flags = imgui.WindowFlags_
    kinds = (
        flags.no_resize | flags.no_collapse | flags.always_auto_resize | flags.no_saved_settings | flags.no_title_bar
    )
    imgui.push_style_var(imgui.StyleVar_.window_border_size, 1.0)
    imgui.begin("keys", None, kinds)
    imgui.pop_style_var()
    imgui.separator_text("Keys")
    for keys, does in KEYS:
        imgui.text(keys)
        imgui.same_line(190)
        dim(does)
    stays = not imgui.button("close")
    imgui.same_line()
    if imgui.button("reset the layout"):
        reset_layout()
    imgui.end()
    return stays
