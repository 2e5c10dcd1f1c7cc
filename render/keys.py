"""What glfw calls keys and buttons: by the names that `Hands` knows, and as Dear ImGui calls them."""

from __future__ import annotations

import glfw
from imgui_bundle import imgui

BUTTONS = {
    glfw.MOUSE_BUTTON_LEFT: "left",
    glfw.MOUSE_BUTTON_RIGHT: "right",
    glfw.MOUSE_BUTTON_MIDDLE: "middle",
}
MODIFIERS = {
    glfw.KEY_LEFT_CONTROL: imgui.Key.mod_ctrl,
    glfw.KEY_RIGHT_CONTROL: imgui.Key.mod_ctrl,
    glfw.KEY_LEFT_SHIFT: imgui.Key.mod_shift,
    glfw.KEY_RIGHT_SHIFT: imgui.Key.mod_shift,
    glfw.KEY_LEFT_ALT: imgui.Key.mod_alt,
    glfw.KEY_RIGHT_ALT: imgui.Key.mod_alt,
}
NAMED = {
    glfw.KEY_BACKSPACE: ("backspace", imgui.Key.backspace),
    glfw.KEY_DELETE: ("delete", imgui.Key.delete),
    glfw.KEY_LEFT: ("left", imgui.Key.left_arrow),
    glfw.KEY_RIGHT: ("right", imgui.Key.right_arrow),
    glfw.KEY_UP: ("up", imgui.Key.up_arrow),
    glfw.KEY_DOWN: ("down", imgui.Key.down_arrow),
    glfw.KEY_HOME: ("home", imgui.Key.home),
    glfw.KEY_END: ("end", imgui.Key.end),
    glfw.KEY_ENTER: ("enter", imgui.Key.enter),
    glfw.KEY_KP_ENTER: ("enter", imgui.Key.keypad_enter),
    glfw.KEY_ESCAPE: ("escape", imgui.Key.escape),
    glfw.KEY_TAB: ("tab", imgui.Key.tab),
    glfw.KEY_SPACE: ("space", imgui.Key.space),
    glfw.KEY_F1: ("f1", imgui.Key.f1),
    **{glfw.KEY_A + i: (chr(97 + i), getattr(imgui.Key, chr(97 + i))) for i in range(26)},
    **{glfw.KEY_0 + i: (str(i), getattr(imgui.Key, f"_{i}")) for i in range(10)},
    **{glfw.KEY_KP_0 + i: (str(i), getattr(imgui.Key, f"keypad{i}")) for i in range(10)},
}
