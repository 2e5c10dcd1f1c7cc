"""Which things are under a pixel of a picture, the best first, and where what was picked is in the next one."""

from __future__ import annotations

from dataclasses import replace

from blazon.ingest.transforms import Transforms
from blazon.render.cameras import Camera2D
from blazon.render.navigation import scene_point
from blazon.render.picking.found import Found, Pick
from blazon.render.picking.hits import STEP_PT, Taken, in_order
from blazon.render.picking.moment import Moment
from blazon.render.picking.seen import Pointer, is_in
from blazon.render.picking.targets import targets
from blazon.render.scene import Scene, ViewFrame
from blazon.render.shot import Shot
from blazon.render.tables import Tables

REACH_PX = 8.0  # around the pointer, in UI points


def view_under(scene: Scene, x_px: float, y_px: float) -> ViewFrame | None:
    """Return the view that a pixel of a picture lies in."""
    return next((view for view in scene.views if is_in(view.camera.viewport, x_px, y_px)), None)


class Picker:
    """Finds what is under a pixel of one picture after the other."""

    def __init__(self) -> None:
        self._transforms, self._tables = Transforms(), Tables()
        self._moment: tuple[Scene, Moment] | None = None

    def pick(self, shot: Shot, scene: Scene, x_px: float, y_px: float) -> Pick | None:
        """Return what is under a pixel; None outside of all views."""
        frame = view_under(scene, x_px, y_px)
        if frame is None:
            return None
        moment, flat = self._at(shot, scene), isinstance(frame.camera, Camera2D)
        scale = scene.px_per_point
        pointer = Pointer(x_px, y_px, REACH_PX * scale, scale, 0.0 if flat else STEP_PT * scale)
        taken = in_order(targets(moment, frame, pointer), pointer, is_space=not flat)
        place = scene_point(frame.camera, x_px, y_px) if isinstance(frame.camera, Camera2D) else None
        return Pick(frame, place, tuple(map(_found, taken)), shot)

    def again(self, shot: Shot, scene: Scene, kept: Pick) -> Pick | None:
        """Return the first of what was picked as it is in another picture; None where it is not in that."""
        if not kept.found:
            return None
        first = kept.found[0]
        for frame in (each for each in scene.views if each.view.key == kept.view.view.key):
            for target in targets(self._at(shot, scene), frame, first.entity):
                if target.entity == first.entity and target.what == first.what:
                    hit = target.hit(first.index)
                    if hit is not None:
                        return Pick(frame, kept.place, (_found((target, hit)),), shot)
        return None

    def _at(self, shot: Shot, scene: Scene) -> Moment:
        """What entities are in a picture."""
        if self._moment is None or self._moment[0] is not scene or self._moment[1].shot != shot:
            self._moment = scene, Moment(shot, self._transforms, self._tables)
        return self._moment[1]


def _found(taken: Taken) -> Found:
    target, hit = taken
    return replace(target.found(hit), outline_px=target.outline(hit))
