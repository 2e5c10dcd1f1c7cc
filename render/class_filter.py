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

    @property
    def is_open(self) -> bool:
        """Whether everything is shown."""
        return not self.hide and not self.only

    def shows(self, ids: NDArray[Any], context: AnnotationContext) -> NDArray[np.bool_]:
        """Return which of `ids`, integers (n,), are shown under `context`; bool (n,)."""
        unsigned = ids.astype(np.uint64)  # of one type, or numpy compares them as floats
        shown = ~np.isin(unsigned, _resolve(self.hide, context))
        return shown & np.isin(unsigned, _resolve(self.only, context)) if self.only else shown


EVERYTHING = ClassFilter()


def _resolve(chosen: frozenset[int | str], context: AnnotationContext) -> NDArray[np.uint64]:
    """The ids that are meant under `context`; those that no image can hold are left out."""
    ids = [each for each in chosen if isinstance(each, int) and each < 2**64]
    named = [id_ for each in chosen if isinstance(each, str) for id_ in context.ids_by_label.get(each, [])]
    return np.array([*ids, *named], np.uint64)
