"""What a visualizer is given: the newest cells of one archetype of an entity, and how they are to be coloured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.notices import Notices
from blazon.ingest.poses import Matrix
from blazon.ingest.recording import At, Cell, Recording
from blazon.render.styles import Table

Cells = Mapping[str, Cell]  # by component name


@dataclass(frozen=True, slots=True)
class Query:
    """An entity at a time, as one visualizer sees it; what it can't draw as logged, it counts in `notices`.

    poses : float64 (n, 4, 4), the instance poses of the entity, for an archetype that takes them.
    """

    entity: EntityPath
    archetype: str
    cells: Cells
    table: Table
    poses: Matrix | None = None
    notices: Notices = field(default_factory=Notices)

    def value(self, name: str) -> Any:
        """Return the value of a field; None where it was never logged, is empty, or was reset."""
        cell = self.cells.get(f"{self.archetype}:{name}") or self.cells.get(name)
        if cell is None or cell.value is None:
            return None
        return None if hasattr(cell.value, "__len__") and len(cell.value) == 0 else cell.value

    def spread(self, name: str, n: int) -> NDArray[Any] | None:
        """Return a field with a value for each of `n` instances, or None. SEMANTICS §6."""
        value = self.value(name)
        return None if value is None else spread(value, n)

    def scalar(self, name: str) -> float | None:
        """Return the first number of a field, or None."""
        value = self.value(name)
        return None if value is None else float(value[0])

    def draw_order(self, default: float) -> float:
        """Return the draw order; it may be NaN."""
        given = self.scalar("draw_order")
        return default if given is None else given

    def warn(self, what: str, count: int) -> None:
        """Count what has to be drawn otherwise than it was logged."""
        self.notices.add(self.entity, what, count)


def newest_cells(recording: Recording, entity: EntityPath, components: tuple[str, ...], at: At) -> Cells:
    """Return the newest cell of each of `components` that `entity` has at a time."""
    found = {name: recording.latest(entity, name, at) for name in components if recording.has(entity, name)}
    return {name: cell for name, cell in found.items() if cell is not None}


def spread(values: NDArray[Any], n: int) -> NDArray[Any]:
    """Return `n` values: the last one repeats, those that are over are dropped. SEMANTICS §6."""
    if len(values) >= n:
        return values[:n]
    last = np.broadcast_to(values[-1], (n - len(values), *values.shape[1:]))
    return np.concatenate([values, last]) if len(values) > 1 else np.broadcast_to(values[0], (n, *values.shape[1:]))
