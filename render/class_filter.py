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
        shown = ~np.isin(ids, _resolve(self.hide, context))
        return shown & np.isin(ids, _resolve(self.only, context)) if self.only else shown


EVERYTHING = ClassFilter()


def _resolve(chosen: frozenset[int | str], context: AnnotationContext) -> list[int]:
    ids = [each for each in chosen if isinstance(each, int)]
    return ids + [id_ for each in chosen if isinstance(each, str) for id_ in context.ids_by_label.get(each, [])]
