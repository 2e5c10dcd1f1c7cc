"""Lists of lines, of which those in sight alone cost anything, and the arrow before what can be unfolded."""

from __future__ import annotations

from collections.abc import Iterator

from imgui_bundle import imgui

ARROW = 12.0  # UI points


def in_sight(count: int, height: float) -> Iterator[int]:
    """Yield the numbers of the lines, of so many UI points each, that are in sight."""
    clipper = imgui.ListClipper()
    clipper.begin(count, height)
    while clipper.step():
        yield from range(clipper.display_start, clipper.display_end)


def arrow(*, is_open: bool, has_more: bool) -> bool:
    """Draw an arrow, or leave room for one, and stay on the line; answer whether it was clicked."""
    size, at = imgui.get_text_line_height(), imgui.get_cursor_screen_pos()
    if not has_more:
        imgui.dummy(imgui.ImVec2(ARROW, size))
        imgui.same_line(0, 4)
        return False
    clicked = imgui.invisible_button("fold", imgui.ImVec2(ARROW, size))
    shade = imgui.get_color_u32(imgui.Col_.text if imgui.is_item_hovered() else imgui.Col_.text_disabled)
    way = imgui.Dir.down if is_open else imgui.Dir.right
    imgui.internal.render_arrow(imgui.get_window_draw_list(), imgui.ImVec2(at.x - 2, at.y + 2), shade, way, 0.8)
    imgui.same_line(0, 4)
    return clicked
