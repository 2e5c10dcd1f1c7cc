"""What is under the pointer, or was clicked: who it is, of which class, where."""

from __future__ import annotations

from imgui_bundle import imgui

from blazon.render.panels.gui import color, dim
from blazon.render.picking import Found, Pick

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
        imgui.text_wrapped(title(each))
        for name, value in facts(each):
            dim(name)
            imgui.same_line(96)
            imgui.text_wrapped(value)
    if len(pick.found) > MOST:
        dim(f"{len(pick.found) - MOST} more")


def title(found: Found) -> str:
    """Return what something is called."""
    if found.label:
        return found.label
    return f"class {found.class_id}" if found.class_id is not None else found.what


def facts(found: Found) -> list[tuple[str, str]]:
    """Return what there is to say of something, in order."""
    said = [("entity", str(found.entity))]
    said.append(("what", found.what if found.index < 0 else f"{found.what} {found.index}"))
    if found.class_id is not None:
        said.append(("class", str(found.class_id)))
    said += found.about.items()
    said.append(("at", ", ".join(f"{each:g}" for each in found.place)))
    return said


def as_text(pick: Pick) -> str:
    """Return all of it as lines, to be copied."""
    lines = [f"{pick.view.view.root} {pick.view.view.kind} {pick.place or ''}".strip()]
    for each in pick.found:
        lines += [title(each), *(f"  {name}: {value}" for name, value in facts(each))]
    return "\n".join(lines)
