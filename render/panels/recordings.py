"""Which recordings there are, from files and from programs that stream here; one is shown."""

from __future__ import annotations

from imgui_bundle import imgui

from blazon.render.panels.gui import dim
from blazon.render.viewer import Viewer


def draw(viewer: Viewer, waiting_at: str | None) -> None:
    """Draw the panel. waiting_at : where programs can stream to; None: nowhere."""
    recordings, shown = viewer.recordings, viewer.recording
    if not recordings:
        dim("none yet")
    for number, each in enumerate(recordings):
        imgui.push_id(number)
        room = imgui.get_content_region_avail().x - 26
        at = imgui.get_cursor_screen_pos()
        if imgui.selectable("##recording", each is shown, 0, imgui.ImVec2(room, 0))[0]:
            viewer.choose(each)
        where = viewer.origin(each)
        text, free = each.application_id, room - 12 - imgui.calc_text_size(each.application_id).x
        imgui.get_window_draw_list().add_text(at, imgui.get_color_u32(imgui.Col_.text), text)
        if imgui.is_item_hovered():
            imgui.set_tooltip(f"{each.application_id}\n{each.recording_id}\n{where}")
        where = _elided(where, free)
        corner = imgui.get_item_rect_max()
        at = imgui.ImVec2(corner.x - imgui.calc_text_size(where).x - 6, imgui.get_item_rect_min().y + 3)
        imgui.get_window_draw_list().add_text(at, imgui.get_color_u32(imgui.Col_.text_disabled), where)
        imgui.same_line(room + 12)
        if imgui.small_button("×"):
            viewer.close(each)
        imgui.pop_id()
    if waiting_at is not None:
        dim("listening for rr.connect_grpc()")
        if imgui.is_item_hovered():
            imgui.set_tooltip(f"programs of rerun-sdk stream here:\n{waiting_at}")


def _elided(text: str, width: float) -> str:
    """As much of the end of a text as has room; nothing where that is no letter."""
    if imgui.calc_text_size(text).x <= width:
        return text
    fits = (f"…{text[start:]}" for start in range(1, len(text)) if imgui.calc_text_size(f"…{text[start:]}").x <= width)
    return next(fits, "")
