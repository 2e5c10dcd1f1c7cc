"""The tree of entities: a tick hides what lies at and below one; contexts are marked where they were logged."""

from __future__ import annotations

from imgui_bundle import imgui

from blazon.ingest.annotations import CONTEXT
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import Timeline
from blazon.render.inventory import why_undrawn
from blazon.render.panels.gui import ACCENT, DIM, dim
from blazon.render.viewer import Viewer

MOST = 2000  # lines; a tree of more is of no use to anyone
Tree = dict[EntityPath, list[EntityPath]]


class Entities:
    """Draws the panel, and remembers the tree while it is the same.

    places : where the tick of each entity is, UI points.
    """

    def __init__(self) -> None:
        self.places: dict[EntityPath, tuple[float, float]] = {}
        self._of: tuple[Recording, int, Timeline | None] | None = None
        self._below: Tree = {}
        self._undrawn: dict[EntityPath, str | None] = {}

    def draw(self, viewer: Viewer) -> None:
        """Draw the panel."""
        recording = viewer.recording
        if recording is None:
            return
        line = viewer.playback.at(recording).timeline
        of = recording, recording.shape, line
        if self._of != of:
            paths = recording.entities()
            self._below, self._of = tree_of(paths), of
            self._undrawn = {path: why_undrawn(recording, path, line) for path in paths}
        roots = self._below.get(EntityPath(), [])
        if recording.has(EntityPath(), CONTEXT):
            imgui.text_colored(imgui.ImVec4(*ACCENT, 1.0), "/  context")
        self.places.clear()
        imgui.push_style_var(imgui.StyleVar_.frame_padding, imgui.ImVec2(2, 1))
        imgui.push_style_var(imgui.StyleVar_.item_spacing, imgui.ImVec2(6, 4))
        for root in roots:
            self._node(viewer, recording, root, hidden=False)
        imgui.pop_style_var(2)

    def _node(self, viewer: Viewer, recording: Recording, path: EntityPath, *, hidden: bool) -> None:
        below = self._below.get(path, [])
        is_hidden = path in viewer.choices.hidden
        imgui.push_id(str(path))
        at, half = imgui.get_cursor_screen_pos(), imgui.get_frame_height() / 2
        self.places[path] = at.x + half, at.y + half
        if imgui.checkbox("##shown", not is_hidden)[0]:
            viewer.toggle_entity(path)
        imgui.same_line()
        flags = imgui.TreeNodeFlags_.default_open if len(path.parts) < 2 or len(below) < 12 else 0
        flags |= 0 if below else imgui.TreeNodeFlags_.leaf | imgui.TreeNodeFlags_.no_tree_push_on_open
        is_pale, has_context = hidden or is_hidden, recording.has(path, CONTEXT)
        reason = None if has_context else self._undrawn.get(path)
        if is_pale:
            imgui.push_style_var(imgui.StyleVar_.alpha, 0.45)
        is_open = imgui.tree_node_ex(path.parts[-1], flags)
        if is_pale:
            imgui.pop_style_var()
        if imgui.is_item_hovered():
            names = "\n".join(recording.components(path)) or "nothing of its own"
            imgui.set_tooltip(f"{path}\n{names}" + (f"\nnot drawn: {reason}" if reason else ""))
        if has_context or reason:
            imgui.same_line()
            shade = ACCENT if has_context else DIM
            imgui.text_colored(imgui.ImVec4(*shade, 1.0), "context" if has_context else "not drawn")
        if is_open and below:
            for each in below[:MOST]:
                self._node(viewer, recording, each, hidden=hidden or is_hidden)
            if len(below) > MOST:
                dim(f"{len(below) - MOST:,} more")
            imgui.tree_pop()
        imgui.pop_id()


def tree_of(entities: list[EntityPath]) -> Tree:
    """Return what lies directly below each path, in order; the protocol's own entities are left out."""
    below: dict[EntityPath, dict[EntityPath, None]] = {}
    for entity in entities:
        if entity.is_reserved:
            continue
        for depth in range(len(entity.parts)):
            above = EntityPath(entity.parts[:depth])
            below.setdefault(above, {})[EntityPath(entity.parts[: depth + 1])] = None
    return {path: sorted(each) for path, each in below.items()}
