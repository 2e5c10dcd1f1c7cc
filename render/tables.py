"""Which table colours an entity: that of the nearest annotation context at or above it. SEMANTICS §2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.annotations import CONTEXT, AnnotationContext
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.recording import Recording
from blazon.render.class_choices import ClassChoices
from blazon.render.shot import Shot
from blazon.render.styles import Styles, Table
from blazon.render.text.texts import MOST as MOST_TEXTS
from blazon.render.text.texts import Labelling, Texts

Owners = tuple[EntityPath, ...]  # those at or above an entity that ever had a context, the nearest first


@dataclass(frozen=True, slots=True, eq=False)
class Colored:
    """Entities by who colours them. group : int64 (entities,), which of `owners` each has."""

    owners: tuple[Owners, ...]
    group: NDArray[np.int64]


class Tables:
    """The tables of a recording at a time."""

    def __init__(self) -> None:
        self._styles = Styles()
        self._labelling: Labelling | None = None
        self._known: dict[tuple[AnnotationContext | None, ClassChoices], Table] = {}
        self._owners: dict[EntityPath, Owners] = {}
        self._owned_by: tuple[Any, ...] = ()
        self._contexts: dict[EntityPath, AnnotationContext | None] = {}
        self._of_time: tuple[Any, ...] = ()

    def begin(self) -> None:
        """Start a scene: no context is kept alive from one to the next."""
        self._known.clear()
        if self._labelling is not None and len(self._labelling.texts.all) > MOST_TEXTS:
            self._labelling = None

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()
        self._owners.clear()
        self._contexts.clear()
        self._of_time = self._owned_by = ()
        self._labelling = None

    def labelling(self, shot: Shot) -> Labelling | None:
        """Return which labels are wanted; another object where texts have other numbers than before. None: none."""
        look, known = shot.look, self._labelling
        tallies = look.legend or look.counts
        if look.labels == "off" and not tallies:
            return None
        if known is None or (known.mode, known.tallies) != (look.labels, tallies):
            known = self._labelling = Labelling(look.labels, known.texts if known else Texts(), tallies)
        return known

    def of(self, shot: Shot, entity: EntityPath) -> Table:
        """Return the table of an entity."""
        return self.of_owners(shot, self._owners_of(shot.recording, entity))

    def of_owners(self, shot: Shot, owners: Owners) -> Table:
        """Return the table of those that have `owners`."""
        key = self._context(shot, owners), shot.look.classes
        table = self._known.get(key)
        if table is None:
            table = self._known[key] = self._styles.table(*key)
        return table

    def colored(self, recording: Recording, entities: Sequence[EntityPath]) -> Colored:
        """Return who colours each of `entities`; for as long as no other entity gets its first context."""
        groups: dict[Owners, int] = {}
        group = [groups.setdefault(self._owners_of(recording, entity), len(groups)) for entity in entities]
        return Colored(tuple(groups), np.array(group, np.int64))

    def _owners_of(self, recording: Recording, entity: EntityPath) -> Owners:
        having = recording, len(recording.entities_with(CONTEXT))
        if having != self._owned_by:
            self._owned_by = having
            self._owners.clear()
        owners = self._owners.get(entity)
        if owners is None:
            owners = tuple(each for each in entity.ancestors() if recording.has(each, CONTEXT))
            self._owners[entity] = owners
        return owners

    def _context(self, shot: Shot, owners: Owners) -> AnnotationContext | None:
        """The nearest context; each is asked for once in a scene."""
        recording = shot.recording
        of_time = (recording, recording.generation, shot.at)
        if self._of_time != of_time:
            self._of_time = of_time
            self._contexts.clear()
        for owner in owners:
            if owner not in self._contexts:
                cell = recording.latest(owner, CONTEXT, shot.at)
                self._contexts[owner] = cell.value if cell is not None else None
            context = self._contexts[owner]
            if context is not None:
                return context
        return None
