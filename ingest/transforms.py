"""Frames: where the things of a recording stand to each other at a time.

Every entity has a frame of its own, below that of its parent; `Transform3D` says how, and what is not said is no
transform. A name may be given to frames as well (`child_frame`, `parent_frame`, and `CoordinateFrame` for the frame
that an entity's data is in). Together they make a forest: what hangs together can be drawn together.

A transform is one thing: it is what its newest row says, whatever earlier rows said; what is static shadows it, field
by field. A named child frame has rows of its own, wherever they are logged.
Source: the reference SDK's `Transform3D`, rerun's `re_tf`; SEMANTICS §9, §10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.moments import At, Row
from blazon.ingest.notices import Notice, Notices
from blazon.ingest.pinholes import PINHOLE_FIELDS, Pinhole, read_pinhole
from blazon.ingest.poses import INSTANCE_POSES, Matrix, compose, is_finite, is_flat
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import Timeline
from blazon.ingest.track_sets import TrackSet

Frame = EntityPath | str  # that of an entity, or a named one
Rows = tuple[Row, ...]  # the newest static one, the newest temporal one
COORDINATE_FRAME = ("CoordinateFrame:frame", "CoordinateFrame:frame_id")  # now, and in SDK 0.27
IMPLICIT = "tf#"  # how the reference spells the frame of an entity
TRANSFORM_PARTS = ("translation", "rotation_axis_angle", "quaternion", "scale", "mat3x3")
_CHILD, _PARENT = "child_frame", "parent_frame"
TRANSFORM = tuple(f"Transform3D:{name}" for name in (*TRANSFORM_PARTS, "relation", _CHILD, _PARENT))
_PINHOLE = tuple(f"Pinhole:{name}" for name in PINHOLE_FIELDS)
_CHILD_FROM_PARENT = 2
_OF_ROOT = "a transform of the root, which has no parent: not applied"


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a frame stands. root : the frame at the top of its tree. root_from_frame : float64 (4, 4).

    camera : the pinhole at or above it, if there is one; root_from_frame then is that of the camera, and
    camera_from_frame, float64 (4, 4), what lies between: in pixels for what is flat.
    """

    root: Frame
    root_from_frame: Matrix
    camera: Pinhole | None = None
    camera_from_frame: Matrix = field(default_factory=lambda: np.eye(4))


@dataclass(frozen=True, slots=True, eq=False)
class _Edge:
    parent: Frame | None  # None: there is none, it is a root
    parent_from_frame: Matrix
    pinhole: Pinhole | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Joined:
    """Which frames hang where. moved : those that hang otherwise than the time before; None: nobody knows.

    others : those that entities don't say of themselves alone: named ones, and pinholes.
    """

    edges: dict[Frame, _Edge]
    moved: set[Frame] | None
    others: set[Frame]


class Frames:
    """All frames of a recording at one time. notices : what can't be applied as it was logged.

    posed : the entities that ever had instance poses. serial : of those that were asked for one after the other.
    """

    def __init__(
        self, recording: Recording, at: At, joined: _Joined, notices: Notices, standing: _Standing, *, serial: int
    ) -> None:
        self._recording, self._at, self._edges, self.notices = recording, at, joined.edges, notices
        self._standing, self.serial = standing, serial
        self._named = any(recording.entities_with(name) for name in COORDINATE_FRAME)
        self.posed = {entity for name in INSTANCE_POSES.values() for entity in recording.entities_with(name)}
        self._moved = None if self._named else joined.moved
        self._places: dict[Frame, Place | None] = {}
        self._poses: dict[EntityPath, Matrix | None] = {}
        pinholes = [edge.pinhole for edge in (joined.edges[frame] for frame in joined.others) if edge.pinhole]
        self.pinholes = sorted(pinholes, key=lambda pinhole: (pinhole.entity, str(pinhole.frame)))

    def moved_since(self, serial: int) -> set[Frame] | None:
        """Return the frames that are joined otherwise than in the frames of that serial; None where nobody knows."""
        if serial == self.serial:
            return set()
        return self._moved if serial == self.serial - 1 else None

    @property
    def is_empty(self) -> bool:
        """Whether everything is where it was logged."""
        return not self._edges and not self._named

    def frame_of(self, entity: EntityPath) -> Frame:
        """Return the frame that the data of `entity` is in."""
        return self.named_frame_of(entity) or entity

    def named_frame_of(self, entity: EntityPath) -> Frame | None:
        """Return the frame that a `CoordinateFrame` says that the data of `entity` is in, if one does."""
        for component in COORDINATE_FRAME if self._named else ():
            cell = self._recording.latest(entity, component, self._at)
            if cell is not None and cell.value:
                if cell.value[0]:
                    return parse_frame(cell.value[0])
                self.notices.add(entity, "a coordinate frame without a name: not applied", 1)
        return None

    def place(self, entity: EntityPath) -> Place | None:
        """Return where the data of `entity` is; None where its frames go round in a circle."""
        frame = self.frame_of(entity) if self._named else entity
        return self._places[frame] if frame in self._places else self.place_of(frame)

    def place_of(self, frame: Frame) -> Place | None:
        """Return where a frame is; None where frames go round in a circle."""
        if frame not in self._places:
            parent = self._edge(frame).parent
            if parent is None or parent in self._places:
                self._places[frame] = self._placed(frame)
            else:
                self._climb(frame)
        return self._places[frame]

    def _climb(self, frame: Frame) -> None:
        climbed: list[Frame] = []
        on_the_way: set[Frame] = set()
        at: Frame | None = frame
        while at is not None and at not in self._places and at not in on_the_way:
            climbed.append(at)
            on_the_way.add(at)
            at = self._edge(at).parent
        if at is not None and at in on_the_way:
            circle = climbed[climbed.index(at) :]
            names = ", ".join(sorted(map(str, circle)))
            self.notices.add(None, f"frames that go round in a circle, not drawn: {names}", len(circle))
            self._places |= dict.fromkeys(climbed)
        else:
            for each in reversed(climbed):
                self._places[each] = self._placed(each)

    def camera_place(self, pinhole: Pinhole) -> Place | None:
        """Return where a pinhole stands; None where it stands nowhere, or below another one."""
        place = self.place_of(pinhole.frame)
        return place if place is not None and place.camera is pinhole else None

    def instance_poses(self, entity: EntityPath) -> Matrix | None:
        """Return the poses at which the data of `entity` is drawn, within its frame, float64 (n, 4, 4); None: once.

        Poses that are not finite are left out, and counted.
        """
        if entity not in self.posed:
            return None
        if entity not in self._poses:
            self._poses[entity] = self._instance_poses(entity)
        return self._poses[entity]

    def _instance_poses(self, entity: EntityPath) -> Matrix | None:
        rows = self._recording.latest_rows(entity, INSTANCE_POSES.values(), self._at)
        parts = {part: self._recording.read(rows, name) for part, name in INSTANCE_POSES.items()}
        n = max((len(value) for value in parts.values() if value is not None), default=0)
        if n == 0:
            return None
        poses = compose(parts, n, lambda what, count: self.notices.add(entity, what, count))
        finite = is_finite(poses)
        self.notices.add(entity, "non-finite poses: instances dropped", n - int(np.count_nonzero(finite)))
        return poses[finite]

    def _edge(self, frame: Frame) -> _Edge:
        return self._edges.get(frame) or self._standing.edge(frame)

    def _placed(self, frame: Frame) -> Place | None:
        edge = self._edge(frame)
        above = self._places[edge.parent] if edge.parent is not None else None
        if edge.parent is not None and above is None:
            return None
        if edge.pinhole is not None and above is not None and above.camera is not None:
            self.notices.add(edge.pinhole.entity, "a pinhole below another one: not applied", 1)
        return self._standing.place(frame, edge, above)


class _Standing:
    """Places, kept while neither the frame's own edge nor the place above it is another."""

    def __init__(self) -> None:
        self._implicit: dict[Frame, _Edge] = {}
        self._kept: dict[Frame, tuple[_Edge, Place | None, Place]] = {}

    def edge(self, frame: Frame) -> _Edge:
        """Return the edge of a frame that nothing was logged for."""
        edge = self._implicit.get(frame)
        if edge is None:
            edge = _Edge(frame.parent if isinstance(frame, EntityPath) else None, _IDENTITY)
            self._implicit[frame] = edge
        return edge

    def place(self, frame: Frame, edge: _Edge, above: Place | None) -> Place:
        """Return where a frame stands below `above`."""
        kept = self._kept.get(frame)
        if kept is None or kept[0] is not edge or kept[1] is not above:
            kept = self._kept[frame] = edge, above, _below(frame, edge, above)
        return kept[2]


def _below(frame: Frame, edge: _Edge, above: Place | None) -> Place:
    if above is None:
        return Place(frame, edge.parent_from_frame, edge.pinhole)
    if above.camera is None:
        if edge.parent_from_frame is _IDENTITY and edge.pinhole is None:
            return above
        return Place(above.root, above.root_from_frame @ edge.parent_from_frame, edge.pinhole)
    return Place(above.root, above.root_from_frame, above.camera, above.camera_from_frame @ edge.parent_from_frame)


class Transforms:
    """The transforms of recordings, read as they are needed; those that have not changed are not composed again."""

    def __init__(self) -> None:
        self._serial = 0
        self._forget()

    def _forget(self) -> None:
        self._last: tuple[Recording, int, At, Frames] | None = None
        self._moved_by: tuple[int, ...] = ()
        self._moving: tuple[list[EntityPath], TrackSet[Rows]] | None = None
        self._rows_of: dict[Frame, Rows] = {}  # what the transform of an entity's own frame was composed of
        self._joined: dict[Frame, _Edge] = {}
        self._told: dict[Frame, list[Notice]] = {}
        self._others: set[Frame] = set()
        self._histories: dict[tuple[EntityPath, str], tuple[int, Timeline | None, dict[Frame, list[Row]]]] = {}
        self._composed: dict[Rows, tuple[Matrix | None, Notices]] = {}
        self._standing = _Standing()

    def frames(self, recording: Recording, at: At) -> Frames:
        """Return the frames of `recording` at a time; the very same while neither has changed."""
        generation = recording.generation
        last = self._last
        if last and last[0] is recording and last[1] == generation and last[2] == at:
            return last[3]
        if last and (last[0] is not recording or last[2].timeline != at.timeline):
            self._forget()
        notices = Notices()
        self._serial += 1
        joined = self._join(recording, at, notices)
        frames = Frames(recording, at, joined, notices, self._standing, serial=self._serial)
        self._others = joined.others
        self._last = (recording, generation, at, frames)
        return frames

    def _join(self, recording: Recording, at: At, notices: Notices) -> _Joined:
        edges, moved = self._unnamed(recording, at, notices)
        others: set[Frame] = set()
        naming = recording.entities_with(f"Transform3D:{_CHILD}")
        newest: dict[Frame, tuple[int, tuple[int, int]]] = {}
        if naming:  # a frame may have been moved by its own entity, and by name
            for entity in edges:
                rows = self._rows_of[entity]
                newest[entity] = rows[-1].time, rows[-1].row_id
        used: dict[Rows, tuple[Matrix | None, Notices]] = {}
        for entity in naming:
            for frame, rows in self._rows(recording, entity, TRANSFORM, at):
                composed = used[rows] = self._composed.get(rows) or _composed(recording, entity, rows)
                notices.extend(composed[1].list())
                if composed[0] is None:
                    continue
                parent = _named(recording, rows, f"Transform3D:{_PARENT}") or entity.parent
                stamp = rows[-1].time, rows[-1].row_id
                if parent is None:
                    notices.add(entity, _OF_ROOT, 1)
                elif frame not in newest or newest[frame] < stamp:
                    newest[frame], edges[frame] = stamp, _Edge(parent, composed[0])
                    others.add(frame)
        self._composed = used
        for entity in _entities_with(recording, _PINHOLE):
            for frame, rows in self._rows(recording, entity, _PINHOLE, at):
                pinhole = read_pinhole(recording, entity, rows, frame=frame, at=at, notices=notices)
                if pinhole is not None:
                    parent = _named(recording, rows, f"Pinhole:{_PARENT}") or entity.parent
                    posed = edges.get(frame, _Edge(parent, _IDENTITY))
                    if posed.parent != parent and recording.has(entity, f"Pinhole:{_PARENT}"):
                        notices.add(
                            entity, f"its pinhole has the parent {parent}, its transform {posed.parent}: that counts", 1
                        )
                    edges[frame] = _Edge(posed.parent, posed.parent_from_frame, pinhole)
                    others.add(frame)
        return _Joined(edges, None if self._last is None else moved | others | self._others, others)

    def _moved(self, recording: Recording, at: At) -> tuple[list[EntityPath], TrackSet[Rows]]:
        """The entities that say how they stand themselves, not frames that they name; in order."""
        counts = tuple(len(recording.entities_with(name)) for name in TRANSFORM)
        if self._moving is None or self._moved_by != counts:
            naming = set(recording.entities_with(f"Transform3D:{_CHILD}"))
            own = [entity for entity in _entities_with(recording, TRANSFORM) if entity not in naming]
            tracks = [recording.follow_rows(entity, TRANSFORM, at.timeline) for entity in own]
            self._moving = own, TrackSet(recording, [track for track in tracks if track is not None])
            self._moved_by = counts
            self._rows_of, self._joined, self._told = {}, {}, {}
            self._last = None  # so that nobody takes those for what moved that are asked for anew
        return self._moving

    def _unnamed(self, recording: Recording, at: At, notices: Notices) -> tuple[dict[Frame, _Edge], set[Frame]]:
        """The edges of entities' own frames, and which are new; only those are composed anew whose rows are others."""
        entities, tracks = self._moved(recording, at)
        moved: set[Frame] = set()
        for number in tracks.at(at.time):
            entity, rows = entities[number], tracks.found[number] or ()
            moved.add(entity)
            for known in (self._rows_of, self._joined, self._told):
                known.pop(entity, None)
            if rows:
                edge, said = _edge_of(recording, entity, rows)
                self._rows_of[entity] = rows
                if edge is not None:
                    self._joined[entity] = edge
                if said.list():
                    self._told[entity] = said.list()
        for told in self._told.values():
            notices.extend(told)
        return dict(self._joined), moved

    def _rows(
        self, recording: Recording, entity: EntityPath, components: tuple[str, ...], at: At
    ) -> Iterator[tuple[Frame, Rows]]:
        """Yield each frame that `entity` says something of, with its newest rows."""
        child = next(name for name in components if name.endswith(f":{_CHILD}"))
        if not recording.has(entity, child):
            newest = recording.latest_rows(entity, components, at)
            if newest:
                yield entity, newest
            return
        for frame, rows in self._history(recording, entity, components, at.timeline).items():
            newest = recording.newest_rows(entity, rows, at)
            if newest:
                yield frame, newest

    def _history(
        self, recording: Recording, entity: EntityPath, components: tuple[str, ...], timeline: Timeline | None
    ) -> dict[Frame, list[Row]]:
        """All rows of an entity by the frame that they are about."""
        generation = recording.generation
        key = (entity, components[0])
        kept = self._histories.get(key)
        if kept is not None and kept[:2] == (generation, timeline):
            return kept[2]
        child = next(name for name in components if name.endswith(f":{_CHILD}"))
        history: dict[Frame, list[Row]] = {}
        for row in recording.rows(entity, components, timeline):
            history.setdefault(_named(recording, (row,), child) or entity, []).append(row)
        self._histories[key] = (generation, timeline, history)
        return history


def _edge_of(recording: Recording, entity: EntityPath, rows: Rows) -> tuple[_Edge | None, Notices]:
    pose, notices = _composed(recording, entity, rows)
    parent = _named(recording, rows, f"Transform3D:{_PARENT}") or entity.parent
    if pose is not None and parent is None:
        notices.add(entity, _OF_ROOT, 1)
    return (None if pose is None or parent is None else _Edge(parent, pose)), notices


def parse_frame(name: str) -> Frame:
    """Return the frame that `name` means: `tf#/camera` is that of the entity `/camera`."""
    return EntityPath.parse(name.removeprefix(IMPLICIT)) if name.startswith(f"{IMPLICIT}/") else name


_IDENTITY = np.eye(4)


def _entities_with(recording: Recording, components: tuple[str, ...]) -> list[EntityPath]:
    return sorted({entity for name in components for entity in recording.entities_with(name)})


def _named(recording: Recording, rows: Rows, component: str) -> Frame | None:
    names = recording.read(rows, component)
    return parse_frame(names[0]) if names and names[0] else None


def _composed(recording: Recording, entity: EntityPath, rows: Rows) -> tuple[Matrix | None, Notices]:
    """The transform of the newest rows, parent from child, float64 (4, 4), or None; and what is wrong with it."""
    notices = Notices()
    cells = recording.read_all(rows, TRANSFORM)
    parts = {part: cells.get(f"Transform3D:{part}") for part in TRANSFORM_PARTS}
    relation = cells.get("Transform3D:relation")
    if len(cells) == 1 and (moved := parts["translation"]) is not None and np.isfinite(moved[0]).all():
        pose = np.eye(4)  # by far the most frequent, and nothing can be wrong with it
        pose[:3, 3] = moved[0]
        return pose, notices
    pose = compose(parts, 1, lambda what, count: notices.add(entity, what, count))[0]
    if not np.isfinite(pose).all():
        notices.add(entity, "a transform that is not finite: not applied", 1)
        return None, notices
    inverted = relation is not None and int(relation[0]) == _CHILD_FROM_PARENT
    flat = is_flat(pose)
    if flat if inverted else (flat and not _flattens(parts)):
        notices.add(entity, "a singular transform: not applied", 1)
        return None, notices
    return (np.linalg.inv(pose) if inverted else pose), notices


def _flattens(parts: Mapping[str, Any]) -> bool:
    """Whether it is meant: a scale of zero along one axis or two makes things flat, and is no mistake."""
    scale, matrix = parts["scale"], parts["mat3x3"]
    return scale is not None and matrix is None and bool(0 < np.count_nonzero(scale[0]) < 3)
