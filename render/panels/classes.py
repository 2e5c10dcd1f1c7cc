"""The legend: which classes are in sight, in which colours, how often.

A click hides one, Alt and a click shows it alone, and a click on its colour changes that. Keypoints and connections
are folded below.
"""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import imgui

from blazon.ingest.annotations import ClassDescription
from blazon.ingest.colors import auto_color
from blazon.render.census import Class
from blazon.render.class_choices import ClassName
from blazon.render.described import Described
from blazon.render.panels.gui import dim
from blazon.render.panels.swatches import Picker, swatch
from blazon.render.viewer import Viewer

MANY = 8  # lines, from which on one wants to search


class Classes:
    """Draws the panel, and remembers the classes that it has seen, so that hidden ones can be shown again.

    places, swatches, folds : where the line, the colour and the arrow of each class are, UI points. picker : of
    colours.
    """

    def __init__(self) -> None:
        self.places: dict[ClassName, tuple[float, float]] = {}
        self.swatches: dict[ClassName, tuple[float, float]] = {}
        self.folds: dict[ClassName, tuple[float, float]] = {}
        self.picker = Picker()
        self._known: dict[ClassName, int] = {}
        self._described = Described()
        self._open: set[ClassName] = set()
        self._has_folds = False
        self._searched = ""

    def note(self, classes: tuple[Class, ...]) -> None:
        """Take note of which classes were in sight."""
        for each in classes:
            self._known[each.id, each.label] = int.from_bytes(each.word.to_bytes(4, "little"), "big")

    def draw(self, viewer: Viewer, classes: tuple[Class, ...]) -> None:
        """Draw the panel. classes : those in sight."""
        amounts = _amounts(classes)
        hidden = {name for name in self._known if viewer.hides(name)}
        self._tools(viewer, classes, has_hidden=bool(hidden or viewer.hidden_classes or viewer.only_classes))
        shown = [name for name in sorted(self._known) if name in amounts or name in hidden]
        if not shown:
            dim("none in sight")
        self.places.clear()
        self.swatches.clear()
        self.folds.clear()
        self.picker.field = None
        described = self._described.classes(viewer.recording, viewer.playback)
        self._has_folds = any(map(_has_more, map(described.get, shown)))
        for name in shown:
            if self._searched.lower() in f"{name[0]} {name_of(name)}".lower():
                self._class(viewer, name, amounts.get(name, ""), described.get(name), is_hidden=name in hidden)
        for given in sorted(map(str, viewer.hidden_classes - {part for name in self._known for part in (name, *name)})):
            dim(f"{given}: hidden from the start")

    def _tools(self, viewer: Viewer, classes: tuple[Class, ...], *, has_hidden: bool) -> None:
        """What concerns all lines."""
        colors = viewer.remembered.colors
        if len(self._known) > MANY or self._searched:
            imgui.set_next_item_width(imgui.get_content_region_avail().x)
            self._searched = imgui.input_text_with_hint("##search", "search", self._searched)[1]
        if has_hidden:
            if imgui.button("show all"):
                viewer.show_all_classes()
            imgui.set_item_tooltip("show all classes (H)")
        if colors:
            if has_hidden:
                imgui.same_line()
            if imgui.button("reset colours"):
                colors.clear()
            imgui.set_item_tooltip(f"{len(colors)} changed: each has its own again")
        if any(each.pixels for each in classes) or viewer.mask_share < 1:
            imgui.set_next_item_width(imgui.get_content_region_avail().x)
            changed, share = imgui.slider_float("##masks", viewer.mask_share, 0.0, 1.0, "masks %.2f")
            if changed:
                viewer.mask_share = share

    def _class(
        self, viewer: Viewer, name: ClassName, amount: str, described: ClassDescription | None, *, is_hidden: bool
    ) -> None:
        """One class, and what is folded below it."""
        imgui.push_id(f"{name}")
        if is_hidden:
            imgui.push_style_var(imgui.StyleVar_.alpha, 0.35)
        has_more = _has_more(described)
        if self._has_folds and self._fold(name, has_more=has_more):
            self._open ^= {name}
        self._swatch(viewer, name, -1, self._known[name])
        imgui.same_line(0, 6)
        at, half = imgui.get_cursor_screen_pos(), imgui.get_text_line_height() / 2
        self.places[name] = at.x + 12, at.y + half
        clicked = _line(str(name[0]), name_of(name), amount)
        if is_hidden:
            imgui.pop_style_var()
        if imgui.is_item_hovered():
            does = "show" if is_hidden else "hide"
            imgui.set_tooltip(f"{name_of(name)}\nclick: {does}; Alt + click: show it alone")
        if clicked:
            (viewer.solo_class if imgui.get_io().key_alt else viewer.toggle_class)(name)
        if has_more and name in self._open and described is not None:
            imgui.indent(20)
            self._below(viewer, name, described)
            imgui.unindent(20)
        imgui.pop_id()

    def _fold(self, name: ClassName, *, has_more: bool) -> bool:
        """An arrow before what can be unfolded, and room before the rest; answer whether it was clicked."""
        size, at = imgui.get_text_line_height(), imgui.get_cursor_screen_pos()
        if not has_more:
            imgui.dummy(imgui.ImVec2(12, size))
            imgui.same_line(0, 2)
            return False
        clicked = imgui.invisible_button("fold", imgui.ImVec2(12, size))
        self.folds[name] = at.x + 6, at.y + size / 2
        shade = imgui.get_color_u32(imgui.Col_.text if imgui.is_item_hovered() else imgui.Col_.text_disabled)
        way = imgui.Dir.down if name in self._open else imgui.Dir.right
        imgui.internal.render_arrow(imgui.get_window_draw_list(), imgui.ImVec2(at.x - 2, at.y + 1), shade, way, 0.8)
        imgui.same_line(0, 2)
        return clicked

    def _below(self, viewer: Viewer, name: ClassName, described: ClassDescription) -> None:
        """The keypoints of a class, and what they are connected by."""
        of_class = described.info.color
        names = {}
        for point in described.keypoint_annotations:
            own = point.color if point.color is not None else of_class
            names[point.id] = point.label or f"{point.id}"
            imgui.push_id(point.id)
            chosen = viewer.remembered.colors.get((name, -1)) if point.color is None else None
            self._swatch(viewer, name, point.id, chosen or (own if own is not None else auto_color(point.id)))
            imgui.same_line(0, 6)
            imgui.text_disabled(f"{point.id}")
            imgui.same_line()
            imgui.text(names[point.id] if point.label else f"keypoint {point.id}")
            imgui.pop_id()
        count = len(described.keypoint_connections)
        if count and imgui.tree_node(f"{count} connection{'s' if count > 1 else ''}###connections"):
            for one, other in described.keypoint_connections:
                dim(f"{names.get(one, one)} – {names.get(other, other)}")
            imgui.tree_pop()

    def _swatch(self, viewer: Viewer, name: ClassName, keypoint: int, own: int) -> None:
        """The colour of a class or a keypoint, to be changed by a click. own : the one it has without the user's."""
        chosen = viewer.remembered.colors.get((name, keypoint))
        size, at = imgui.get_text_line_height(), imgui.get_cursor_screen_pos()
        if keypoint < 0:
            self.swatches[name] = at.x + size / 2, at.y + size / 2
        packed = chosen if chosen is not None else own
        if swatch(packed, size, is_changed=chosen is not None):
            self.picker.open(packed, is_changed=chosen is not None)
        title = name_of(name) if keypoint < 0 else f"{name_of(name)}: keypoint {keypoint}"
        self.picker.draw(title, packed, lambda color: viewer.recolor(name, keypoint, color))


def _has_more(described: ClassDescription | None) -> bool:
    return described is not None and bool(described.keypoint_annotations or described.keypoint_connections)


def name_of(name: ClassName) -> str:
    """Return what a class is called."""
    return name[1] or f"class {name[0]}"


def _line(number: str, name: str, amount: str) -> bool:
    """The words of a class; answer whether they were clicked."""
    height, width = imgui.get_text_line_height(), imgui.get_content_region_avail().x
    at, drawn = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    clicked = imgui.selectable("##class", False, 0, imgui.ImVec2(width, height))[0]
    pale = imgui.get_color_u32(imgui.Col_.text_disabled)
    drawn.add_text(imgui.ImVec2(at.x + 2, at.y), pale, number)
    room = at.x + width - imgui.calc_text_size(amount).x
    after = at.x + 8 + max(imgui.calc_text_size(number).x, 18)
    drawn.push_clip_rect(imgui.ImVec2(at.x, at.y - 2), imgui.ImVec2(room - 6, at.y + height + 4), True)
    drawn.add_text(imgui.ImVec2(after, at.y), imgui.get_color_u32(imgui.Col_.text), name)
    drawn.pop_clip_rect()
    drawn.add_text(imgui.ImVec2(room, at.y), pale, amount)
    return clicked


def _amounts(classes: Sequence[Class]) -> dict[ClassName, str]:
    """How much of each class is in sight: instances, and their share of all masks."""
    seen, said = sum(each.pixels for each in classes), {}
    counts: dict[ClassName, list[int]] = {}
    for each in classes:
        both = counts.setdefault((each.id, each.label), [0, 0])
        both[0] += each.count
        both[1] += each.pixels
    for name, (count, pixels) in counts.items():
        share = 100 * pixels / seen if seen else 0
        parts = [f"{count:,}"] * (count > 0) + [f"{share:.0f} %" if share >= 1 else "<1 %"] * (pixels > 0)
        said[name] = " · ".join(parts)
    return said
