"""Which classes the user wants to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.annotations import AnnotationContext


@dataclass(frozen=True, slots=True)
class ClassFilter:
    """Which classes are shown: ids or labels, each resolved in the entity's own context.

    hide : these are not. only : if any, no others are, nor instances without a class.
    """

    hide: frozenset[int | str] = frozenset()
    only: frozenset[int | str] = frozenset()

    def under(self, context: AnnotationContext) -> ResolvedFilter:
        """Return what this means for an entity whose context is `context`."""
        return ResolvedFilter(_ids(self.hide, context), _ids(self.only, context) if self.only else None)


@dataclass(frozen=True, slots=True, eq=False)
class ResolvedFilter:
    """Which ids are shown under one context. hide, only : uint64 (n,); only is None where no class was asked for."""

    hide: NDArray[np.uint64]
    only: NDArray[np.uint64] | None

    @property
    def is_open(self) -> bool:
        """Whether everything is shown."""
        return self.only is None and len(self.hide) == 0

    def shows(self, ids: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which of `ids`, integers (n,), are shown; bool (n,)."""
        unsigned = ids.astype(np.uint64)  # of one type, or numpy compares them as floats
        shown = ~np.isin(unsigned, self.hide)
        return shown if self.only is None else shown & np.isin(unsigned, self.only)


EVERYTHING = ClassFilter()


def _ids(chosen: frozenset[int | str], context: AnnotationContext) -> NDArray[np.uint64]:
    """The ids that are meant under `context`; those that no image can hold are left out."""
    ids = [each for each in chosen if isinstance(each, int) and each < 2**64]
    named = [id_ for each in chosen if isinstance(each, str) for id_ in context.ids_by_label.get(each, [])]
    return np.array([*ids, *named], np.uint64)
