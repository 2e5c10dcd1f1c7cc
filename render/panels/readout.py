"""What is under the pointer, or was clicked: who it is, of which class, where."""

from __future__ import annotations

from imgui_bundle import imgui

from blazon.render.panels.gui import color, dim
from blazon.render.picking import Pick

MOST = 6


def draw(pick: Pick | None, *, is_kept: bool) -> None:
    """Draw the panel. is_kept : whether it was clicked, and stays."""
    imgui.separator_text("Selected" if is_kept else "Under the pointer")
    if pick is None:
        dim("nothing")
        return
    where = f"  {pick.place[0]:.1f}, {pick.place[1]:.1f}" if pick.place is not None else ""
    dim(f"{pick.view.view.root}  {pick.view.view.kind}{where}")
    for each in pick.found[:MOST]:
        imgui.spacing()
        if each.color is not None:
            size = imgui.get_text_line_height()
            at = imgui.get_cursor_screen_pos()
            corner = imgui.ImVec2(at.x + size - 2, at.y + size - 2)
            shade = imgui.get_color_u32(color(each.color))
            imgui.get_window_draw_list().add_rect_filled(imgui.ImVec2(at.x + 1, at.y + 1), corner, shade, 3.0)
            imgui.dummy(imgui.ImVec2(size, size))
            imgui.same_line()
        imgui.text_wrapped(each.title)
        for name, value in each.facts():
            dim(name)
            imgui.same_line(96)
            imgui.text_wrapped(value)
    if len(pick.found) > MOST:
        dim(f"{len(pick.found) - MOST} more")


def outline(drawn: imgui.ImDrawList, pick: Pick | None, corner: tuple[float, float], scale: float) -> None:
    """Mark the first of what was found. corner, scale : of the picture, UI points, and pixels of one."""
    box = pick.found[0].box_px if pick is not None and pick.found else None
    if box is None:
        return
    left, top, right, bottom = (each / scale + corner[i % 2] for i, each in enumerate(box))
    corners = imgui.ImVec2(left, top), imgui.ImVec2(right, bottom)
    drawn.add_rect(*corners, imgui.get_color_u32(imgui.ImVec4(0, 0, 0, 0.7)), 2.0, 4.0)
    drawn.add_rect(*corners, imgui.get_color_u32(imgui.ImVec4(1, 1, 1, 0.95)), 2.0, 1.5)
