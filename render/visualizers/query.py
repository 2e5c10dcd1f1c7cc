"""What a visualizer is given: the newest cells of one archetype, of one entity or of many, and how to colour them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.notices import Notices
from blazon.ingest.poses import Matrix
from blazon.render.styles import Table
from blazon.render.text.texts import Labelling

Values = Mapping[str, Any]  # by component name
_ONE = np.zeros(1, np.int64)


@dataclass(frozen=True, slots=True)
class Query:
    """An entity at a time, as one visualizer sees it; what it can't draw as logged, it counts in `notices`.

    poses : float64 (n, 4, 4), the instance poses of the entity, for an archetype that takes them.
    labelling : which labels are wanted; None: none are.
    """

    entity: EntityPath
    archetype: str
    values: Values
    table: Table
    poses: Matrix | None = None
    labelling: Labelling | None = None
    notices: Notices = field(default_factory=Notices)

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where the instances of each entity begin; int64 (entities,)."""
        return _ONE

    def counts_of(self, n: int) -> NDArray[np.int64]:
        """Return how many of `n` instances each entity has, int64 (entities,)."""
        return np.array([n], np.int64)

    def labels(self) -> tuple[list[str], NDArray[np.int64]]:
        """Return the labels that were logged, one entity's after the other's, and how many each has, int64."""
        given = self.value("labels") or []
        return given, np.array([len(given)], np.int64)

    def show_labels(self) -> NDArray[np.int64]:
        """Return whether each entity says that labels are shown, int64 (entities,): 1, 0, or −1 for neither."""
        given = self.value("show_labels")
        return np.array([-1 if given is None else int(given[0])], np.int64)

    def value(self, name: str) -> Any:
        """Return the value of a field; None where it was never logged, is empty, or was reset."""
        value = self.values.get(f"{self.archetype}:{name}")
        if value is None:
            value = self.values.get(name)
        return None if value is None or (hasattr(value, "__len__") and len(value) == 0) else value

    def spread(self, name: str, n: int) -> NDArray[Any] | None:
        """Return a field with a value for each of `n` instances, or None. SEMANTICS §6."""
        value = self.value(name)
        return None if value is None else spread(value, n)

    def by_entity(self, values: Sequence[Any], n: int) -> NDArray[Any]:
        """Return for each of `n` instances the one of `values` that belongs to its entity."""
        return np.full(n, values[0])

    @property
    def entities(self) -> Sequence[EntityPath]:
        """The entities that it asks about."""
        return (self.entity,)

    def scalar(self, name: str) -> float | None:
        """Return the first number of a field, or None."""
        value = self.value(name)
        return None if value is None else float(value[0])

    def draw_order(self, default: float) -> float:
        """Return the draw order; it may be NaN."""
        given = self.scalar("draw_order")
        return default if given is None else given

    def warn(self, what: str, count: int, at: NDArray[np.int64] | None = None) -> None:
        """Count what has to be drawn otherwise than it was logged. at : which instances, where that is known."""
        del at
        self.notices.add(self.entity, what, count)


def spread(values: NDArray[Any], n: int) -> NDArray[Any]:
    """Return `n` values: the last one repeats, those that are over are dropped. SEMANTICS §6."""
    if len(values) >= n:
        return values[:n]
    last = np.broadcast_to(values[-1], (n - len(values), *values.shape[1:]))
    return np.concatenate([values, last]) if len(values) > 1 else np.broadcast_to(values[0], (n, *values.shape[1:]))
