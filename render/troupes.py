"""Who stands where in the space of a view, kept from time to time: only those are placed anew that changed. No GL."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.notices import Notices
from blazon.ingest.poses import Matrix
from blazon.ingest.transforms import Frame, Frames, Place
from blazon.render.ensembles import Ensemble, Member
from blazon.render.followed import FollowedSpace
from blazon.render.visualizers.layers import BuiltSpace

_LOST_POSES = "poses too large to be worked out: instances dropped"


class Troupe:
    """Some of those that are followed, by their numbers, ascending, as they stand in one view."""

    def __init__(self, followed: FollowedSpace, numbers: Sequence[int]) -> None:
        n = len(numbers)
        self._followed, self._numbers = followed, list(numbers)
        self._at_of = {number: at for at, number in enumerate(numbers)}
        self._entities = [followed.players[number][0] for number in numbers]
        self._below: dict[Frame, list[int]] = {}  # who may move with a frame
        for at, entity in enumerate(self._entities):
            for above in entity.ancestors():
                self._below.setdefault(above, []).append(at)
        self._seen_from: tuple[Frame | None, bytes] = None, b""
        self._serial = -1
        self._builts: list[BuiltSpace | None] = [None] * n
        self._poses: dict[int, Matrix] = {}
        self._places: list[Place | None] = [None] * n
        self._members: list[Member | None] = [None] * n
        self._unconnected: dict[int, Place] = {}
        self._lost: dict[int, int] = {}
        self._told: dict[int, BuiltSpace] = {}
        self._ensemble, self._at = Ensemble([]), np.zeros(n, np.int64)

    def stand(self, frames: Frames, root: Frame, world_from_root: Matrix) -> Ensemble:
        """Return those that transforms connect with the view's root, where they stand."""
        stale = self._replaced(frames)
        seen_from = root, world_from_root.tobytes()
        if seen_from != self._seen_from:
            self._seen_from = seen_from
            stale |= set(range(len(self._numbers)))
        news, is_other = dict[int, Member](), False
        for at in sorted(stale):
            before, member = self._members[at], self._member(at, root, world_from_root)
            self._members[at] = member
            is_other |= (before is None) != (member is None)
            if member is not None:
                news[at] = member
        if is_other:
            there = [member is not None for member in self._members]
            self._at = np.cumsum(there) - 1
            self._ensemble = Ensemble([member for member in self._members if member is not None])
        else:
            self._ensemble = self._ensemble.replaced({int(self._at[at]): member for at, member in news.items()})
        return self._ensemble

    def tell(self, notices: Notices) -> list[tuple[EntityPath, Place]]:
        """Add what could not be drawn as it was logged; return who is not connected with the view's root, and where."""
        for at in sorted(self._told):
            notices.extend(self._told[at].notices)
        for at in sorted(self._lost):
            notices.add(self._entities[at], _LOST_POSES, self._lost[at])
        return [(self._entities[at], self._unconnected[at]) for at in sorted(self._unconnected)]

    def _replaced(self, frames: Frames) -> set[int]:
        """Take over what was built and where it stands; return who is another than before."""
        builts = [self._followed.builts[number] for number in self._numbers]
        stale: set[int] = set()
        if builts != self._builts:
            pairs = enumerate(zip(builts, self._builts, strict=True))
            stale = {at for at, (now, before) in pairs if now is not before}
            self._builts = builts
        if self._followed.poses or self._poses:
            poses = self._followed.poses.items()
            posed = {self._at_of[number]: each for number, each in poses if number in self._at_of}
            stale |= {at for at in posed.keys() | self._poses.keys() if posed.get(at) is not self._poses.get(at)}
            self._poses = posed
        moved = frames.moved_since(self._serial)
        self._serial = frames.serial
        if moved is None:
            asked = set(range(len(self._numbers)))
        else:
            asked = {at for frame in moved for at in self._below.get(frame, ())}
        for at in asked:
            place = frames.place(self._entities[at])
            if place is not self._places[at]:
                self._places[at] = place
                stale.add(at)
        return stale

    def _member(self, at: int, root: Frame, world_from_root: Matrix) -> Member | None:
        built, place, poses = self._builts[at], self._places[at], self._poses.get(at)
        for known in (self._unconnected, self._lost, self._told):
            known.pop(at, None)
        if built is None:
            return None
        if built.notices:
            self._told[at] = built
        if place is None:
            return None
        if place.root != root:
            self._unconnected[at] = place
            return None
        entity, drawn_by = self._followed.players[self._numbers[at]]
        world_from_entity = world_from_root @ place.root_from_frame @ place.camera_from_frame
        placed = world_from_entity[None] if poses is None or built.posed else world_from_entity @ poses
        finite = np.isfinite(placed).all(axis=(1, 2))
        if not finite.all():
            self._lost[at] = len(placed) - int(np.count_nonzero(finite))
        return Member((entity, drawn_by.archetype), built, placed[finite], drawn_by.archetype)
