"""The tree of entities: a tick hides what lies at and below one; contexts are marked where they were logged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imgui_bundle import imgui

from blazon.ingest.annotations import CONTEXT
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.notices import Notice
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import Timeline
from blazon.render.inventory import why_undrawn
from blazon.render.panels.gui import ACCENT, DIM, WARNING
from blazon.render.panels.lines import arrow, in_sight
from blazon.render.viewer import Viewer

FEW = 12  # lines below one, that are shown from the start
INDENT = 21.0  # UI points
Tree = dict[EntityPath, list[EntityPath]]


class Entities:
    """Draws the panel, and remembers the tree while it is the same. Lines that are out of sight cost nothing.

    places : where the tick of each entity in sight is, UI points.
    """

    def __init__(self) -> None:
        self.places: dict[EntityPath, tuple[float, float]] = {}
        self._of: tuple[Recording, int, Timeline | None] | None = None
        self._below: Tree = {}
        self._rows: list[EntityPath] | None = None
        self._turned: set[EntityPath] = set()  # that are open where they would be closed, or the other way round
        self._reasons: dict[EntityPath, str | None] = {}
        self._wrong: dict[EntityPath, list[Notice]] = {}

    def draw(self, viewer: Viewer, notices: Sequence[Notice]) -> None:
        """Draw the panel. notices : what is wrong with data that is shown."""
        recording = viewer.recording
        if recording is None:
            return
        of = recording, recording.shape, viewer.playback.at(recording).timeline
        if self._of != of:
            self._below, self._of, self._rows = tree_of(recording.entities()), of, None
            self._reasons.clear()
        if self._rows is None:
            self._rows = list(self._shown(EntityPath()))
        rows = self._rows  # a click on an arrow has them found anew, for the next frame
        if recording.has(EntityPath(), CONTEXT):
            imgui.text_colored(imgui.ImVec4(*ACCENT, 1.0), "/  context")
        self._wrong.clear()
        for each in notices:
            if each.entity is not None:
                self._wrong.setdefault(each.entity, []).append(each)
        self.places.clear()
        imgui.push_style_var(imgui.StyleVar_.frame_padding, imgui.ImVec2(2, 1))
        imgui.push_style_var(imgui.StyleVar_.item_spacing, imgui.ImVec2(6, 4))
        for row in in_sight(len(rows), imgui.get_frame_height_with_spacing()):
            self._line(viewer, recording, rows[row])
        imgui.pop_style_var(2)

    def _shown(self, path: EntityPath) -> Iterator[EntityPath]:
        """All that is unfolded below a path, in order."""
        for each in self._below.get(path, ()):
            yield each
            if self._is_open(each):
                yield from self._shown(each)

    def _is_open(self, path: EntityPath) -> bool:
        return (len(self._below.get(path, ())) <= FEW) != (path in self._turned)

    def _line(self, viewer: Viewer, recording: Recording, path: EntityPath) -> None:
        hidden = viewer.choices.hidden
        imgui.push_id(str(path))
        imgui.indent(depth := INDENT * (len(path.parts) - 1) + 0.1)
        at, half = imgui.get_cursor_screen_pos(), imgui.get_frame_height() / 2
        self.places[path] = at.x + half, at.y + half
        if imgui.checkbox("##shown", path not in hidden)[0]:
            viewer.toggle_entity(path)
        imgui.same_line()
        below = self._below.get(path)
        if arrow(is_open=self._is_open(path), has_more=bool(below)):
            self._turned ^= {path}
            self._rows = None
        is_pale = any(above in hidden for above in path.ancestors())
        if is_pale:
            imgui.push_style_var(imgui.StyleVar_.alpha, 0.45)
        imgui.text_unformatted(path.parts[-1])
        if is_pale:
            imgui.pop_style_var()
        has_context = recording.has(path, CONTEXT)
        reason = None if has_context else self._reason(recording, path)
        wrong = self._wrong.get(path, [])
        if imgui.is_item_hovered():
            told = [f"{path}", *recording.components(path)] + [f"not drawn: {reason}"] * (reason is not None)
            imgui.set_tooltip("\n".join([*told, *(f"{each.what} ({each.count:,})" for each in wrong)]))
        said = "context" if has_context else f"{len(below):,}" if below and not self._is_open(path) else ""
        if said or reason or wrong:
            imgui.same_line()
            shade = WARNING if wrong else ACCENT if has_context else DIM
            imgui.text_colored(imgui.ImVec4(*shade, 1.0), "warning" if wrong else said or "not drawn")
        imgui.unindent(depth)
        imgui.pop_id()

    def _reason(self, recording: Recording, path: EntityPath) -> str | None:
        """Why an entity is not drawn; None where it is, or has nothing of its own."""
        if path not in self._reasons:
            assert self._of is not None
            has_any = bool(recording.components(path))
            self._reasons[path] = why_undrawn(recording, path, self._of[2]) if has_any else None
        return self._reasons[path]


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
