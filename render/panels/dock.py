"""Where panels and views lie in the window: a user drags their tabs and the lines between them.

Views that nobody moved lie in a grid, made anew where other ones come; what a user arranged stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from imgui_bundle import imgui

from blazon.render.cameras import grid
from blazon.render.panes import Key, Rect

LEFT, RIGHT, BOTTOM = 264.0, 296.0, 84.0  # of the panels at first, UI points
RECORDINGS, CLASSES = 0.26, 0.52  # shares that the upper ones of the sides have at first
LEAST = 40.0  # UI points that views have in a layout that is one
ASPECT = 1.6  # of what is typically shown
PANELS = ("Recordings", "Entities", "Classes", "Selection", "Time")
VIEWS = "Views"
_NODE = imgui.internal.DockNodeFlagsPrivate_
_LONE = imgui.DockNodeFlags_.auto_hide_tab_bar  # what is alone in its place has no tab


class Dock:
    """Lays panels and views out.

    rects : where each view is in sight, UI points, as of the last frame. middle : where they are all at first.
    """

    def __init__(self) -> None:
        self.rects: dict[Key, Rect] = {}
        self._keys: tuple[Key, ...] = ()
        self._panels: dict[str, Rect] = {}
        self._lay: tuple[object, ...] = ()  # the window's size, which views there were, and where all of it lay
        self.middle: Rect = (0, 0, 0, 0)
        self._is_unproven = False  # whether it came from outside, and may be no layout at all
        self._is_built = False
        self._given: dict[Key, int] = {}  # the node that each view was given
        self._nodes: dict[Key, int] = {}  # the node that each is in
        self.is_arranged = False  # whether a user moved views
        self.is_touched = False  # whether a user moved anything

    def restore(self, layout: str, *, is_arranged: bool) -> None:
        """Take a layout that was saved. Not while a frame is made."""
        imgui.load_ini_settings_from_memory(layout)
        self._is_built, self.is_arranged, self._keys = True, is_arranged, ()
        self._is_unproven = True
        self._given.clear()

    def reset(self) -> None:
        """Lay all out as it is at first."""
        self._is_built = self.is_arranged = self.is_touched = False
        self._keys = ()
        self._given.clear()
        self._nodes.clear()

    def begin(self, size: tuple[float, float], keys: Sequence[Key]) -> None:
        """Begin a frame with views of so many UI points in all."""
        lies = size, tuple(keys), dict(self.rects), dict(self._panels)
        is_other = self._lay[:2] == lies[:2] and self._lay != lies
        self.is_touched |= is_other and imgui.is_mouse_down(imgui.MouseButton_.left)
        self._lay = lies
        self.is_arranged |= any(self._nodes.get(key, node) != node for key, node in self._given.items())
        self.rects.clear()
        imgui.set_next_window_pos(imgui.ImVec2(0, 0))
        imgui.set_next_window_size(imgui.ImVec2(*size))
        kinds = imgui.WindowFlags_
        flags = kinds.no_decoration | kinds.no_move | kinds.no_docking | kinds.no_background | kinds.no_nav
        imgui.push_style_var(imgui.StyleVar_.window_padding, imgui.ImVec2(0, 0))
        imgui.begin("desk", None, flags | kinds.no_bring_to_front_on_focus | kinds.no_saved_settings)
        imgui.pop_style_var()
        root = imgui.get_id("panels")
        if not self._is_built:
            self._build(root, size)
        imgui.dock_space(root)
        imgui.end()
        self._host(keys)

    @contextmanager
    def panel(self, name: str) -> Iterator[bool]:
        """Say whether a panel is in sight, and close it in the end."""
        imgui.set_next_window_class(_class(_NODE.no_tab_bar if name == "Time" else 0))
        kinds = imgui.WindowFlags_
        is_shown = imgui.begin(name, None, kinds.no_collapse | self._ground(name))[0]
        at, room = imgui.get_window_pos(), imgui.get_window_size()
        self._panels[name] = at.x, at.y, at.x + room.x, at.y + room.y
        try:
            yield is_shown
        finally:
            imgui.end()

    @contextmanager
    def view(self, key: Key) -> Iterator[bool]:
        """Say whether a view is in sight, and close it in the end; `rects` says where."""
        kinds = imgui.WindowFlags_
        imgui.push_style_var(imgui.StyleVar_.window_padding, imgui.ImVec2(0, 0))
        imgui.set_next_window_class(_class(_LONE if len(self._keys) == 1 else 0))
        flags = kinds.no_collapse | kinds.no_scrollbar | kinds.no_scroll_with_mouse | kinds.no_nav
        is_shown = imgui.begin(title_of(key), None, flags | self._ground(title_of(key)))[0]
        imgui.pop_style_var()
        self._nodes[key] = imgui.get_window_dock_id()
        if is_shown:
            at, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
            if min(room.x, room.y) >= 1:
                self.rects[key] = at.x, at.y, at.x + room.x, at.y + room.y
        try:
            yield key in self.rects
        finally:
            imgui.end()

    @staticmethod
    def _ground(name: str) -> int:
        """What keeps a window that is docked from drawing a ground: all of the window has that already."""
        known = imgui.internal.find_window_by_name(name)
        is_docked = known is not None and known.dock_node is not None and not known.dock_node.is_floating_node()
        return imgui.WindowFlags_.no_background if is_docked else 0

    def _host(self, keys: Sequence[Key]) -> None:
        """Draw what views are docked in; it is docked among the panels itself, and has no tab."""
        kinds = imgui.WindowFlags_
        imgui.push_style_var(imgui.StyleVar_.window_padding, imgui.ImVec2(0, 0))
        imgui.set_next_window_class(_class(_NODE.no_tab_bar | imgui.DockNodeFlags_.no_undocking))
        imgui.begin(VIEWS, None, kinds.no_decoration | kinds.no_move | kinds.no_nav | kinds.no_background)
        imgui.pop_style_var()
        at, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
        self.middle = at.x, at.y, at.x + room.x, at.y + room.y
        if self._is_unproven and not imgui.is_window_appearing():
            self._is_unproven = False
            if not imgui.is_window_docked() or min(room.x, room.y) < LEAST:
                self.reset()
        root = imgui.get_id("views")
        if self._keys != tuple(keys) and not imgui.is_window_appearing():  # it knows its size
            self._arrange(root, tuple(keys), (room.x, room.y))
        imgui.dock_space(root, imgui.ImVec2(0, 0), _LONE if len(keys) == 1 else 0)
        imgui.end()

    def _build(self, root: int, size: tuple[float, float]) -> None:
        """Lay the panels out as they are at first."""
        build = imgui.internal
        _clear(root, size)
        bottom, rest = _split(root, imgui.Dir.down, BOTTOM / max(size[1], 2 * BOTTOM))
        left, rest = _split(rest, imgui.Dir.left, LEFT / max(size[0], 3 * LEFT))
        right, middle = _split(rest, imgui.Dir.right, RIGHT / max(size[0] - LEFT, 2 * RIGHT))
        recordings, entities = _split(left, imgui.Dir.up, RECORDINGS)
        classes, selection = _split(right, imgui.Dir.up, CLASSES)
        for name, node in zip(PANELS, (recordings, entities, classes, selection, bottom), strict=True):
            build.dock_builder_dock_window(name, node)
        build.dock_builder_dock_window(VIEWS, middle)
        build.dock_builder_finish(root)
        self._is_built, self._keys = True, ()

    def _arrange(self, root: int, keys: tuple[Key, ...], size: tuple[float, float]) -> None:
        """Give views their places: in a grid, or, where a user arranged them, new ones beside others as tabs."""
        build = imgui.internal
        if self.is_arranged:
            beside = next((node for key, node in self._nodes.items() if key in self._keys and node), root)
            for key in keys:
                known = build.find_window_settings_by_id(build.im_hash_str(title_of(key)))
                if key not in self._nodes and known is None:
                    build.dock_builder_dock_window(title_of(key), beside)
        elif keys:
            _clear(root, size, _LONE if len(keys) == 1 else 0)
            self._given = dict(zip(keys, _cells(root, len(keys), size), strict=True))
            for key, cell in self._given.items():
                build.dock_builder_dock_window(title_of(key), cell)
            _share_evenly(root)
            build.dock_builder_finish(root)
            self._nodes = dict(self._given)
        self._keys = keys


def title_of(key: Key) -> str:
    """Return what a view is called, and known by."""
    return f"{name_of(key)}###view {key[0]} {key[1]}"


def name_of(key: Key) -> str:
    """Return what a view is called."""
    return f"{key[0]}  {key[1]}"


def _class(flags: int) -> imgui.WindowClass:
    found = imgui.WindowClass()
    found.dock_node_flags_override_set = _NODE.no_window_menu_button | _NODE.no_close_button | flags
    return found


def _clear(root: int, size: tuple[float, float], flags: int = 0) -> None:
    """Begin a layout anew."""
    imgui.internal.dock_builder_remove_node(root)
    imgui.internal.dock_builder_add_node(root, _NODE.dock_space | flags)
    imgui.internal.dock_builder_set_node_size(root, imgui.ImVec2(*(max(each, 8) for each in size)))


def _share_evenly(root: int) -> None:
    """Have all parts grow with the window, not the central one alone."""
    central = imgui.internal.dock_builder_get_central_node(root)
    if central is not None and central.id_ != root:
        central.set_local_flags(central.local_flags & ~_NODE.central_node)


def _split(node: int, direction: imgui.Dir, share: float) -> tuple[int, int]:
    """The number of the part in that direction, and of the other."""
    _, there, other = imgui.internal.dock_builder_split_node_py(node, direction, share)
    return there, other


def _cells(node: int, count: int, size: tuple[float, float]) -> list[int]:
    """Split a node into a grid, and return its cells, row by row."""
    places = grid(count, max(round(size[0]), 1), max(round(size[1]), 1), ASPECT)
    tops = sorted({each.y for each in places})
    rows = _slices(node, len(tops), imgui.Dir.up)
    cells = []
    for top, row in zip(tops, rows, strict=True):
        cells += _slices(row, sum(each.y == top for each in places), imgui.Dir.left)
    return cells


def _slices(node: int, count: int, direction: imgui.Dir) -> list[int]:
    found = []
    for left in range(count, 1, -1):
        first, node = _split(node, direction, 1 / left)
        found.append(first)
    return [*found, node]
