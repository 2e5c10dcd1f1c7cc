"""What a window shows, as data: for tests, which see its pixels and have to know what these should be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from blazon.render.cameras import Camera2D
from blazon.render.canvas import Canvas
from blazon.render.hands import Hands
from blazon.render.navigation import shown_by
from blazon.render.panels.desk import Desk
from blazon.render.scene import ViewFrame
from blazon.render.viewer import Viewer


def state_of(viewer: Viewer, canvas: Canvas, hands: Hands) -> dict[str, Any]:
    """Return what is shown and chosen."""
    scene, pick, recording, playback = canvas.scene, hands.shown, viewer.recording, viewer.playback
    at = playback.at(recording) if recording is not None else None
    has_time = at is not None and at.timeline is not None
    return {
        "scale": hands.panes.scale,
        "recording": recording.recording_id if recording is not None else None,
        "recordings": [each.recording_id for each in viewer.recordings],
        "timeline": at.timeline.name if at is not None and at.timeline is not None else None,
        "time": at.time if at is not None and has_time else None,
        "playing": playback.is_playing,
        "following": playback.is_following,
        "views": [_view(each) for each in (scene.views if scene is not None else ())],
        "hidden_classes": sorted(viewer.hidden_classes, key=str),
        "only_classes": sorted(viewer.only_classes, key=str),
        "colors": {f"{part}": f"#{color:08x}" for part, color in viewer.remembered.colors.items()},
        "hidden_entities": sorted(map(str, viewer.choices.hidden)),
        "under_pointer": pick.as_text() if pick is not None else None,
        "is_kept": hands.kept is not None,
        "has_help": hands.has_help,
        "note": hands.note,
    }


def places_of(desk: Desk) -> dict[str, Any]:
    """Return what panels show, and where things are in the window, UI points."""
    classes = desk.classes
    return {
        "message": desk.message,
        "classes": [[each.id, each.label, each.count, each.pixels] for each in desk.classes.seen],
        "warnings": [str(each) for each in desk.notices],
        "track": desk.time.track,
        "panes": {f"{root} {kind}": rect for (root, kind), rect in desk.dock.rects.items()},
        "class_places": {f"{id_} {label}": at for (id_, label), at in classes.places.items()},
        "swatch_places": {f"{id_} {label}": at for (id_, label), at in classes.swatches.items()},
        "fold_places": {f"{id_} {label}": at for (id_, label), at in classes.folds.items()},
        "picker": classes.picker.field,
        "entity_places": {str(path): at for path, at in desk.entities.places.items()},
    }


def write_state(path: Path, state: dict[str, Any]) -> None:
    """Write it as JSON; who reads meanwhile sees the one before, or this one."""
    draft = path.with_suffix(".partial")
    draft.write_text(json.dumps(state), "utf-8")
    draft.replace(path)


def _view(frame: ViewFrame) -> dict[str, Any]:
    port = frame.camera.viewport
    said = {"root": str(frame.view.root), "kind": frame.view.kind, "at": [port.x, port.y, port.width, port.height]}
    if frame.eye is not None:
        return {**said, "eye": frame.eye.position, "target": frame.eye.target}
    if isinstance(frame.camera, Camera2D):
        shown = shown_by(frame.camera)
        return {**said, "shown": [shown.x0, shown.y0, shown.x1, shown.y1]}
    return said
