"""Which classes the user wants to see, and in which colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.annotations import AnnotationContext, AnnotationInfo, ClassDescription

LARGEST_ID = 2**32 - 1  # of annotations; masks hold larger ones
ClassName = tuple[int, str]  # an id, and its label where it has that one; "" where it has none


@dataclass(frozen=True, slots=True, order=True)
class Override:
    """A colour that the user chose; how opaque a class is stays as it was.

    keypoint : of the class; −1: the class itself. color : packed `0xRRGGBBAA`.
    """

    name: ClassName
    keypoint: int
    color: int


@dataclass(frozen=True, slots=True)
class ClassChoices:
    """Which classes are shown, and how: ids, labels, or both together, each resolved in the entity's own context.

    hide : these are not. only : if any, no others are, nor instances without a class. colors : in place of their own.
    """

    hide: frozenset[int | str | ClassName] = frozenset()
    only: frozenset[int | str | ClassName] = frozenset()
    colors: frozenset[Override] = frozenset()

    def under(self, context: AnnotationContext) -> ResolvedFilter:
        """Return what this means for an entity whose context is `context`."""
        return ResolvedFilter(_ids(self.hide, context), _ids(self.only, context) if self.only else None)

    def recolored(self, context: AnnotationContext) -> AnnotationContext:
        """Return `context` with the colours that were chosen; itself, where none of them is meant for it."""
        classes = dict(context.classes)
        for each in sorted(self.colors):
            id_, label = each.name
            if label != _label(context, id_):
                continue
            before = classes.get(id_) or ClassDescription(
                info=min(id_, LARGEST_ID)
            )  # its own id is no longer asked for
            info, keypoints = before.info, before.keypoint_annotations
            if each.keypoint < 0:
                info = AnnotationInfo(info.id, info.label, each.color & ~255 | info.shown_color & 255)
            else:
                keypoints = tuple(_repainted(point, each) for point in keypoints)
            classes[id_] = ClassDescription(
                info=info, keypoint_annotations=keypoints, keypoint_connections=before.keypoint_connections
            )
        return AnnotationContext.from_map(classes) if classes != context.classes else context


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


EVERYTHING = ClassChoices()


def _ids(chosen: frozenset[int | str | ClassName], context: AnnotationContext) -> NDArray[np.uint64]:
    """The ids that are meant under `context`; those that no image can hold are left out."""
    ids = [each for each in chosen if isinstance(each, int) and each < 2**64]
    ids += [id_ for each in chosen if isinstance(each, str) for id_ in context.ids_by_label.get(each, [])]
    ids += [each[0] for each in chosen if isinstance(each, tuple) and each[1] == _label(context, each[0])]
    return np.array(ids, np.uint64)


def _label(context: AnnotationContext, id_: int) -> str:
    described = context.classes.get(id_)
    return (described.info.label if described is not None else None) or ""


def _repainted(point: AnnotationInfo, by: Override) -> AnnotationInfo:
    return AnnotationInfo(point.id, point.label, by.color) if point.id == by.keypoint else point
