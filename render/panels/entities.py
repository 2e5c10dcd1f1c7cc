"""The tree of entities: a tick hides what lies at and below one; contexts are marked where they were logged."""

from __future__ import annotations

from imgui_bundle import imgui

from blazon.ingest.annotations import CONTEXT
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.recording import Recording
from blazon.render.panels.gui import ACCENT, dim
from blazon.render.viewer import Viewer

MOST = 2000  # lines; a tree of more is of no use to anyone
Tree = dict[EntityPath, list[EntityPath]]


class Entities:
    """Draws the panel, and remembers the tree while it is the same."""

    def __init__(self) -> None:
        self._of: tuple[Recording, int] | None = None
        self._below: Tree = {}

    def draw(self, viewer: Viewer) -> None:
        """Draw the panel."""
        imgui.separator_text("Entities")
        recording = viewer.recording
        if recording is None:
            return
        of = recording, recording.shape
        if self._of != of:
            self._below, self._of = tree_of(recording.entities()), of
        roots = self._below.get(EntityPath(), [])
        if recording.has(EntityPath(), CONTEXT):
            imgui.text_colored(imgui.ImVec4(*ACCENT, 1.0), "/  context")
        for root in roots:
            self._node(viewer, recording, root, hidden=False)

    def _node(self, viewer: Viewer, recording: Recording, path: EntityPath, *, hidden: bool) -> None:
        below = self._below.get(path, [])
        is_hidden = path in viewer.choices.hidden
        imgui.push_id(str(path))
        if imgui.checkbox("##shown", not is_hidden)[0]:
            viewer.toggle_entity(path)
        imgui.same_line()
        flags = imgui.TreeNodeFlags_.default_open if len(path.parts) < 2 or len(below) < 12 else 0
        flags |= 0 if below else imgui.TreeNodeFlags_.leaf | imgui.TreeNodeFlags_.no_tree_push_on_open
        if hidden or is_hidden:
            imgui.push_style_var(imgui.StyleVar_.alpha, 0.45)
        is_open = imgui.tree_node_ex(path.parts[-1], flags)
        if hidden or is_hidden:
            imgui.pop_style_var()
        if imgui.is_item_hovered():
            names = "\n".join(recording.components(path)) or "nothing of its own"
            imgui.set_tooltip(f"{path}\n{names}")
        if recording.has(path, CONTEXT):
            imgui.same_line()
            imgui.text_colored(imgui.ImVec4(*ACCENT, 1.0), "context")
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
