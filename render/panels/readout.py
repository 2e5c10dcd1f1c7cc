"""What is under the pointer, or was clicked: who it is, of which class, where."""

from __future__ import annotations

from imgui_bundle import imgui

from blazon.render.panels.gui import color, dim
from blazon.render.picking import Pick

MOST = 6
LABELS = 96.0  # UI points: how far the names of facts reach


def draw(pick: Pick | None, *, is_kept: bool) -> None:
    """Draw the panel. is_kept : whether it was clicked, and stays; then all its components are told."""
    imgui.separator_text("Selected" if is_kept else "Under the pointer")
    if pick is None:
        dim("nothing")
        return
    where = f"  {pick.place[0]:.1f}, {pick.place[1]:.1f}" if pick.place is not None else ""
    dim(f"{pick.view.view.root}  {pick.view.view.kind}{where}")
    for each in pick.found[:1] if is_kept else pick.found[:MOST]:
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
            _fact(name, value)
    if is_kept:
        imgui.spacing()
        for name, value in pick.components:
            dim(name)
            imgui.indent(12)
            imgui.text_wrapped(value)
            imgui.unindent(12)
    elif len(pick.found) > MOST:
        dim(f"{len(pick.found) - MOST} more")


def outline(drawn: imgui.ImDrawList, pick: Pick | None, corner: tuple[float, float], scale: float) -> None:
    """Mark the first of what was found. corner, scale : of the picture, UI points, and pixels of one."""
    if pick is None or not pick.found:
        return
    lines = [
        (imgui.ImVec2(x0 + corner[0], y0 + corner[1]), imgui.ImVec2(x1 + corner[0], y1 + corner[1]))
        for x0, y0, x1, y1 in (pick.found[0].outline_px / scale).tolist()
    ]
    for shade, width in ((imgui.ImVec4(0, 0, 0, 0.7), 4.0), (imgui.ImVec4(1, 1, 1, 0.95), 1.5)):
        for start, end in lines:
            drawn.add_line(start, end, imgui.get_color_u32(shade), width)


def _fact(name: str, value: str) -> None:
    dim(name)
    imgui.same_line(LABELS)
    imgui.text_wrapped(value)
