"""Members of a space in columns: where all of them stand, and how far they reach, at once. No GL, no recording."""

from __future__ import annotations

import copy
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.poses import Matrix, mean_scale
from blazon.render.cameras3d import Cloud
from blazon.render.sheets import rows_of
from blazon.render.visualizers.layers import BuiltSpace, Primitive
from blazon.render.visualizers.tags import SPACE_TAG

FEW = 256  # points of a member
COPY_STEP = 0x9E3779B1  # added to who something is, for each copy of it
Key = tuple[EntityPath, str]
Tagged = tuple[NDArray[np.void], NDArray[np.int64], Matrix]


@dataclass(frozen=True, eq=False)
class Member:
    """What was built of one entity, and where it stands: world_from_entity, float64 (k, 4, 4), once at each.

    archetype : of what was logged; empty where nothing was.
    """

    key: Key
    built: BuiltSpace
    world_from_entity: Matrix
    archetype: str = ""

    @functools.cached_property
    def world_from_rows(self) -> Matrix:
        """The poses of the rows, float64 (k, 4, 4)."""
        poses = self.world_from_entity.copy()
        poses[:, :3, 3] += poses[:, :3, :3] @ self.built.anchor
        return poses

    def clouds(self) -> list[Cloud]:
        """Its points, once for each pose."""
        scales = mean_scale(self.world_from_rows)
        return [
            Cloud(self.built.content, pose, self.built.radius * float(scale), self.built.reaches)
            for pose, scale in zip(self.world_from_rows, scales, strict=True)
        ]

    def world_points(self) -> Matrix:
        """All its points in the world, float64 (n, 3)."""
        poses = self.world_from_rows
        moved = self.built.content.astype(np.float64) @ poses[:, :3, :3].transpose(0, 2, 1) + poses[:, None, :3, 3]
        return np.asarray(moved.reshape(-1, 3))

    def reach(self) -> tuple[float, bool]:
        """How far it reaches around its points in the world, and whether it does between them."""
        scale = float(mean_scale(self.world_from_rows).max(initial=0)) if self.built.radius else 0.0
        return self.built.radius * scale, self.built.reaches

    def facts(self) -> tuple[float, bool, float]:
        """What the GPU is told with each of its poses: shading, whether points are raised, the lift."""
        return self.built.shading, self.built.raises_points, self.built.lift_px


class Ensemble:
    """Members, in order. It never changes; where some of them do, there is another one.

    keys, builts : of each member; the same list as long as all of it is the same.
    copies : int64 (n,), how often each stands there. world_from_rows : float64 (sum of copies, 4, 4).
    facts : float64 (n, 3), see `Member`. planned : what a plan of the drawing, the first, knows of it; see space.py.
    special : those that may be sorted, splatted or thinned for each camera.
    """

    planned: tuple[Any, Any] | None = None

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = list(members)
        self.keys = [member.key for member in members]
        self.builts = [member.built for member in members]
        self.copies = np.array([len(member.world_from_entity) for member in members], np.int64)
        self.world_from_rows = _joined([member.world_from_rows for member in members], (4, 4))
        self.facts = np.array([member.facts() for member in members], np.float64).reshape(-1, 3)
        self.special = [number for number, built in enumerate(self.builts) if _is_special(built)]
        self._large = [number for number, built in enumerate(self.builts) if len(built.content) > FEW]
        few = [member if len(member.built.content) <= FEW else None for member in members]
        self._reach = np.array([member.reach() if member else (0, 0) for member in few]).reshape(-1, 2)
        points = [member.world_points() if member else np.zeros((0, 3)) for member in few]
        self._counts = np.array([len(each) for each in points], np.int64)
        self._numbered: dict[Primitive, tuple[NDArray[np.void], NDArray[np.int64]]] = {}
        self._tagged: dict[Primitive, Tagged] = {}
        self._points = _joined(points, (3,))

    def replaced(self, news: Mapping[int, Member]) -> Ensemble:
        """Return the ensemble in which members are those of `news`, by their numbers."""
        if not news:
            return self
        members = list(self.members)
        for number, member in news.items():
            members[number] = member
        numbers = np.array(sorted(news), np.int64)
        replaced = Ensemble([members[number] for number in numbers])
        is_alike = (
            np.array_equal(replaced.copies, self.copies[numbers])
            and np.array_equal(replaced._counts, self._counts[numbers])
            and not replaced._large
            and not any(number in news for number in self._large)
        )
        if not is_alike:
            return Ensemble(members)
        other = copy.copy(self)
        other._tagged = {}
        other.members = members
        if any(self.builts[number] is not member.built for number, member in news.items()):
            other.builts = [member.built for member in members]
            other._numbered = {}
            other.special = [number for number, built in enumerate(other.builts) if _is_special(built)]
        other.facts, other._reach = self.facts.copy(), self._reach.copy()
        other.facts[numbers], other._reach[numbers] = replaced.facts, replaced._reach
        other.world_from_rows, other._points = self.world_from_rows.copy(), self._points.copy()
        other.world_from_rows[rows_of(_starts(self.copies), numbers)] = replaced.world_from_rows
        other._points[rows_of(_starts(self._counts), numbers)] = replaced._points
        return other

    def tagged(self, kind: Primitive) -> Tagged | None:
        """Return what is to be said of instances, TAGS or TALLIES; None: nothing. The same one while it is the same.

        Rows, SPACE_TAG (n,), which of the poses each has, int64 (n,), and the poses, `world_from_rows`.
        """
        if kind not in self._tagged:
            if kind not in self._numbered:
                self._numbered[kind] = self._number(kind)
            self._tagged[kind] = *self._numbered[kind], self.world_from_rows
        found = self._tagged[kind]
        return found if len(found[0]) else None

    def _number(self, kind: Primitive) -> tuple[NDArray[np.void], NDArray[np.int64]]:
        first = _starts(self.copies)
        rows: list[NDArray[np.void]] = [np.zeros(0, SPACE_TAG)]
        poses: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
        for number, built in enumerate(self.builts):
            tags = built.tags if kind is Primitive.TAGS else built.tallies
            if tags is None:
                continue
            for copied in range(self.copies[number]):
                own = tags.copy() if copied else tags
                own["entity"] += np.uint32(copied * COPY_STEP & 0xFFFFFFFF)  # they are told apart
                rows.append(own)
                poses.append(np.full(len(own), first[number] + copied))
        return np.concatenate(rows), np.concatenate(poses)

    @property
    def few_points(self) -> tuple[Matrix, NDArray[np.int64]]:
        """The points of all members with few of them, in the world, float64 (n, 3), and how many are each one's."""
        return self._points, self._counts

    def clouds(self) -> list[Cloud]:
        """Return all its points, those of members with few of them together, so that many of those cost little."""
        clouds = [cloud for number in self._large for cloud in self.members[number].clouds()]
        filled = np.flatnonzero(self._counts)
        if len(filled) == 0:
            return clouds
        reach = self._reach[filled]
        if (reach == reach[0]).all():
            return [*clouds, Cloud(self._points, np.eye(4), float(reach[0, 0]), bool(reach[0, 1]))]
        kinds, which = np.unique(reach, axis=0, return_inverse=True)
        of_points = np.repeat(which.reshape(-1), self._counts[filled])
        for kind, (radius, reaches) in enumerate(kinds.tolist()):
            clouds.append(Cloud(self._points[of_points == kind], np.eye(4), radius, bool(reaches)))
        return clouds


def _starts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)])


def _joined(parts: Sequence[Matrix], shape: tuple[int, ...]) -> Matrix:
    return np.concatenate(parts) if parts else np.zeros((0, *shape))


def _is_special(built: BuiltSpace) -> bool:
    return any(layer.is_translucent or layer.primitive in (Primitive.DOTS, Primitive.POINTS) for layer in built.layers)
