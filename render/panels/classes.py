"""The legend: which classes are in sight, in which colours, how often.

A click hides one, Alt and a click shows it alone, and a click on its colour changes that. Keypoints and connections
are folded below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from imgui_bundle import imgui

from blazon.ingest.annotations import AnnotationInfo, ClassDescription
from blazon.ingest.colors import auto_color
from blazon.render.census import Class
from blazon.render.class_choices import ClassName
from blazon.render.described import Described
from blazon.render.panels.gui import dim
from blazon.render.panels.lines import arrow, in_sight
from blazon.render.panels.swatches import Picker, swatch
from blazon.render.viewer import Viewer

MANY = 8  # lines, from which on one wants to search
INDENT = 20.0  # UI points
MASKS_LEFT = 110.0  # where their slider begins
ITSELF = -1  # the keypoint that stands for the class


@dataclass(frozen=True, slots=True)
class _Line:
    """What a line is of: a class, a keypoint of it, or two that are connected."""

    name: ClassName
    point: AnnotationInfo | None = None
    connects: tuple[str, str] | None = None


class Classes:
    """Draws the panel, and remembers the classes that it has seen, so that hidden ones can be shown again.

    places, swatches, folds : where the line, the colour and the arrow of each class in sight are, UI points.
    picker : of colours. seen : the classes that were in sight when they were counted last.
    """

    def __init__(self) -> None:
        self.places: dict[ClassName, tuple[float, float]] = {}
        self._has_masks = False  # or had some before classes were hidden
        self.swatches: dict[ClassName, tuple[float, float]] = {}
        self.folds: dict[ClassName, tuple[float, float]] = {}
        self.picker = Picker()
        self.seen: tuple[Class, ...] = ()
        self._known: dict[ClassName, int] = {}
        self._finder = Described()
        self._described: dict[ClassName, ClassDescription] = {}
        self._amounts: dict[ClassName, str] = {}
        self._open: set[ClassName] = set()
        self._has_folds = False
        self._searched = ""

    def note(self, classes: tuple[Class, ...]) -> None:
        """Take note of which classes are in sight."""
        self.seen = classes
        for each in classes:
            self._known[each.id, each.label] = int.from_bytes(each.word.to_bytes(4, "little"), "big")
        self._amounts = _amounts(classes)

    def draw(self, viewer: Viewer) -> None:
        """Draw the panel."""
        for places in (self.places, self.swatches, self.folds):
            places.clear()
        self.picker.field = None
        self._tools(viewer, has_masks=any(each.pixels for each in self.seen))
        self._described = self._finder.classes(viewer.recording, viewer.playback)
        seen = {(each.id, each.label) for each in self.seen}
        shown = [name for name in sorted(self._known) if self._is_found(name) and (name in seen or viewer.hides(name))]
        self._has_folds = any(map(self._has_more, shown))
        if not shown:
            dim("none in sight")
        lines = [line for name in shown for line in self._lines(name)]
        for number in in_sight(len(lines), imgui.get_text_line_height_with_spacing()):
            self._line(viewer, lines[number], is_seen=lines[number].name in seen)
        for given in sorted(map(str, viewer.hidden_classes - {part for name in self._known for part in (name, *name)})):
            dim(f"{given}: hidden from the start")

    def _tools(self, viewer: Viewer, *, has_masks: bool) -> None:
        """What concerns all lines."""
        colors = viewer.remembered.colors
        if len(self._known) > MANY or self._searched:
            imgui.set_next_item_width(imgui.get_content_region_avail().x)
            self._searched = imgui.input_text_with_hint("##search", "search", self._searched)[1]
        has_hidden = bool(viewer.hidden_classes or viewer.only_classes)
        self._has_masks = has_masks or (self._has_masks and has_hidden)
        if self._known:  # in their place from the first: what appears would move the lines under the pointer
            imgui.begin_disabled(not has_hidden)
            if imgui.button("show all"):
                viewer.show_all_classes()
            imgui.end_disabled()
            imgui.set_item_tooltip("show all classes (H)")
            imgui.same_line()
            imgui.begin_disabled(not colors)
            if imgui.button("reset colours"):
                colors.clear()
            imgui.end_disabled()
            imgui.set_item_tooltip("each has its own again")
        if self._has_masks or viewer.mask_share < 1:
            imgui.align_text_to_frame_padding()
            imgui.text(f"masks {viewer.mask_share:.0%}")
            imgui.same_line(MASKS_LEFT)
            imgui.set_next_item_width(imgui.get_content_region_avail().x)
            changed, share = imgui.slider_float("##masks", viewer.mask_share, 0.0, 1.0, "")
            if changed:
                viewer.mask_share = min(max(share, 0.0), 1.0)

    def _is_found(self, name: ClassName) -> bool:
        return not self._searched or self._searched.lower() in f"{name[0]} {name_of(name)}".lower()

    def _has_more(self, name: ClassName) -> bool:
        described = self._described.get(name)
        return described is not None and bool(described.keypoint_annotations or described.keypoint_connections)

    def _lines(self, name: ClassName) -> Iterator[_Line]:
        """A class, and what is unfolded below it."""
        yield _Line(name)
        if name not in self._open or name not in self._described:
            return
        points = self._described[name].keypoint_annotations
        names = {each.id: each.label or f"{each.id}" for each in points}
        yield from (_Line(name, each) for each in points)
        for pair in self._described[name].keypoint_connections:
            one, other = (names.get(each, f"{each}") for each in pair)
            yield _Line(name, connects=(one, other))

    def _line(self, viewer: Viewer, line: _Line, *, is_seen: bool) -> None:
        imgui.push_id(f"{line.name} {line.point.id if line.point else line.connects}")
        if line.point is not None:
            self._keypoint(viewer, line.name, line.point)
        elif line.connects is not None:
            imgui.dummy(imgui.ImVec2(2 * INDENT, 1))
            imgui.same_line(0, 0)
            dim(" – ".join(line.connects))
        else:
            self._class(viewer, line.name, self._amounts.get(line.name, "") if is_seen else "")
        imgui.pop_id()

    def _class(self, viewer: Viewer, name: ClassName, amount: str) -> None:
        is_hidden = viewer.hides(name)
        if is_hidden:
            imgui.push_style_var(imgui.StyleVar_.alpha, 0.35)
        if self._has_folds:
            at, has_more = imgui.get_cursor_screen_pos(), self._has_more(name)
            if has_more:
                self.folds[name] = at.x + 6, at.y + imgui.get_text_line_height() / 2
            if arrow(is_open=name in self._open, has_more=has_more):
                self._open ^= {name}
        self._swatch(viewer, name, ITSELF, self._known[name])
        at, half = imgui.get_cursor_screen_pos(), imgui.get_text_line_height() / 2
        self.places[name] = at.x + 12, at.y + half
        clicked = _words(str(name[0]), name_of(name), amount)
        if is_hidden:
            imgui.pop_style_var()
        if imgui.is_item_hovered():
            does = "show" if is_hidden else "hide"
            imgui.set_tooltip(f"{name_of(name)}\nclick: {does}; Alt + click: show it alone")
        if clicked:
            (viewer.solo_class if imgui.get_io().key_alt else viewer.toggle_class)(name)

    def _keypoint(self, viewer: Viewer, name: ClassName, point: AnnotationInfo) -> None:
        of_class = viewer.remembered.colors.get((name, ITSELF), self._described[name].info.color)
        own = point.color if point.color is not None else of_class
        imgui.dummy(imgui.ImVec2(INDENT, 1))
        imgui.same_line(0, 0)
        self._swatch(viewer, name, point.id, own if own is not None else auto_color(point.id))
        imgui.text_disabled(f"{point.id}")
        imgui.same_line()
        imgui.text_unformatted(point.label or f"keypoint {point.id}")

    def _swatch(self, viewer: Viewer, name: ClassName, keypoint: int, own: int) -> None:
        """The colour of a class or a keypoint, to be changed by a click. own : the one it has without the user's."""
        chosen = viewer.remembered.colors.get((name, keypoint))
        size, at = imgui.get_text_line_height(), imgui.get_cursor_screen_pos()
        if keypoint == ITSELF:
            self.swatches[name] = at.x + size / 2, at.y + size / 2
        packed = chosen if chosen is not None else own
        if swatch(packed, size, is_changed=chosen is not None):
            self.picker.open(packed, is_changed=chosen is not None)
        imgui.same_line(0, 6)
        title = name_of(name) if keypoint == ITSELF else f"{name_of(name)}: keypoint {keypoint}"
        self.picker.draw(title, packed, lambda color: viewer.recolor(name, keypoint, color))


def name_of(name: ClassName) -> str:
    """Return what a class is called."""
    return name[1] or f"class {name[0]}"


def _words(number: str, name: str, amount: str) -> bool:
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
