"""The legend: which classes are in sight, in which colours, how often.

A click hides one, and Alt and a click shows it alone.
"""

from __future__ import annotations

from imgui_bundle import imgui

from blazon.render.census import Class
from blazon.render.panels.gui import color, dim
from blazon.render.viewer import Viewer


class Classes:
    """Draws the panel, and remembers the classes that it has seen, so that hidden ones can be shown again.

    places : where the line of each class is, UI points.
    """

    def __init__(self) -> None:
        self.places: dict[int, tuple[float, float]] = {}
        self._known: dict[int, tuple[str, int]] = {}
        self._searched = ""

    def note(self, classes: tuple[Class, ...]) -> None:
        """Take note of which classes were in sight."""
        for each in classes:
            self._known[each.id] = each.label, each.word

    def draw(self, viewer: Viewer, classes: tuple[Class, ...]) -> None:
        """Draw the panel. classes : those in sight."""
        imgui.separator_text("Classes")
        counts = {each.id: _amount(each, classes) for each in classes}
        hidden = viewer.hidden_classes | ({*self._known} - viewer.only_classes if viewer.only_classes else set())
        if hidden or len(self._known) > 8:
            imgui.set_next_item_width(imgui.get_content_region_avail().x - (64 if hidden else 0))
            self._searched = imgui.input_text_with_hint("##search", "search", self._searched)[1]
        if hidden:
            imgui.same_line()
            if imgui.button("all"):
                viewer.show_all_classes()
        if any(each.pixels for each in classes) or viewer.mask_share < 1:
            imgui.set_next_item_width(imgui.get_content_region_avail().x)
            changed, share = imgui.slider_float("##masks", viewer.mask_share, 0.0, 1.0, "masks %.2f")
            if changed:
                viewer.mask_share = share
        shown = {id_: each for id_, each in sorted(self._known.items()) if id_ in counts or id_ in hidden}
        if not shown:
            dim("none in sight")
        self.places.clear()
        for id_, (label, word) in shown.items():
            at = imgui.get_cursor_screen_pos()
            name = label or f"class {id_}"
            if self._searched.lower() in f"{id_} {name}".lower():
                self.places[id_] = at.x + 30, at.y + imgui.get_text_line_height() / 2
                _line(viewer, id_, name, word, counts.get(id_, ""), is_hidden=id_ in hidden)


def _line(viewer: Viewer, id_: int, name: str, word: int, amount: str, *, is_hidden: bool) -> None:
    imgui.push_id(id_)
    if is_hidden:
        imgui.push_style_var(imgui.StyleVar_.alpha, 0.35)
    packed = int.from_bytes(word.to_bytes(4, "little"), "big")
    size = imgui.get_text_line_height()
    at = imgui.get_cursor_screen_pos()
    width = imgui.get_content_region_avail().x
    clicked = imgui.selectable("##class", False, 0, imgui.ImVec2(width, size))[0]
    is_hovered = imgui.is_item_hovered()
    drawn = imgui.get_window_draw_list()
    corner = imgui.ImVec2(at.x + size - 2, at.y + size - 2)
    drawn.add_rect_filled(imgui.ImVec2(at.x + 1, at.y + 1), corner, imgui.get_color_u32(color(packed)), 3.0)
    ink = imgui.get_color_u32(imgui.Col_.text)
    pale = imgui.get_color_u32(imgui.Col_.text_disabled)
    number = f"{id_}"
    drawn.add_text(imgui.ImVec2(at.x + size + 8, at.y), pale, number)
    after = at.x + size + 14 + max(imgui.calc_text_size(number).x, 18)
    room = at.x + width - imgui.calc_text_size(amount).x
    drawn.push_clip_rect(imgui.ImVec2(at.x, at.y - 2), imgui.ImVec2(room - 6, at.y + size + 4), True)
    drawn.add_text(imgui.ImVec2(after, at.y), ink, name)
    drawn.pop_clip_rect()
    drawn.add_text(imgui.ImVec2(room, at.y), pale, amount)
    if is_hidden:
        imgui.pop_style_var()
    imgui.pop_id()
    if is_hovered:
        imgui.set_tooltip(f"{name}\nclick: {'show' if is_hidden else 'hide'}; Alt + click: show it alone")
    if clicked:
        if imgui.get_io().key_alt:
            viewer.solo_class(id_)
        elif is_hidden and viewer.only_classes:
            viewer.show_all_classes()
        else:
            viewer.toggle_class(id_)


def _amount(each: Class, classes: tuple[Class, ...]) -> str:
    seen = sum(other.pixels for other in classes)
    said = [f"{each.count:,}"] if each.count else []
    if each.pixels:
        share = 100 * each.pixels / seen
        said.append(f"{share:.0f} %" if share >= 1 else "<1 %")
    return " · ".join(said)
