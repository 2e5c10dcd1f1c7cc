"""Annotation contexts: what class ids and keypoint ids mean.

A context maps a class id to a label, a colour, keypoints and the connections between them. It is immutable, so that
tables derived from it can be kept for as long as it lives. Source: SEMANTICS §1 to §3.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from blazon.ingest import values
from blazon.ingest.colors import auto_color, parse_color
from blazon.ingest.errors import DtypeError

CONTEXT = "AnnotationContext:context"


@dataclass(frozen=True, slots=True, init=False)
class AnnotationInfo:
    """The name and the colour of a class or a keypoint.

    id : 0 to 2^32−1. label : str or None. color : 3 or 4 numbers, `#RRGGBB[AA]`, a packed int `0xRRGGBBAA`, or None for
    the automatic colour of the id. Raises `ArgumentError` for ids and colours outside.
    """

    id: int
    label: str | None
    color: int | None  # packed 0xRRGGBBAA

    def __init__(self, id: Any, label: str | None = None, color: Any = None) -> None:
        object.__setattr__(self, "id", values.one_id(id, "annotation id"))
        if label is not None and not isinstance(label, str):
            raise DtypeError(f"annotation label is {label!r}, a {type(label).__name__}; pass a str or None")
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "color", None if color is None else parse_color(color, "annotation color"))

    @staticmethod
    def of(value: Any) -> AnnotationInfo:
        """Return the info that `value` (an info, an id, `(id, label)` or `(id, label, color)`) stands for."""
        if isinstance(value, AnnotationInfo):
            return value
        if isinstance(value, Sequence) and not isinstance(value, str):
            if not 1 <= len(value) <= 3:
                raise DtypeError(f"annotation is {value!r}; pass an id, (id, label) or (id, label, color)")
            return AnnotationInfo(*value)
        return AnnotationInfo(value)

    @property
    def shown_color(self) -> int:
        """The colour, or the automatic one of the id; packed `0xRRGGBBAA`."""
        return auto_color(self.id) if self.color is None else self.color


@dataclass(frozen=True, slots=True, init=False)
class ClassDescription:
    """A class: its info, its keypoints, and which of them are connected.

    info : anything that `AnnotationInfo.of` takes. keypoint_annotations : a sequence of such.
    keypoint_connections : pairs of keypoint ids.
    """

    info: AnnotationInfo
    keypoint_annotations: tuple[AnnotationInfo, ...]
    keypoint_connections: tuple[tuple[int, int], ...]

    def __init__(
        self,
        *,
        info: Any,
        keypoint_annotations: Iterable[Any] | None = None,
        keypoint_connections: Iterable[Any] | None = None,
    ) -> None:
        object.__setattr__(self, "info", AnnotationInfo.of(info))
        object.__setattr__(self, "keypoint_annotations", tuple(map(AnnotationInfo.of, keypoint_annotations or ())))
        object.__setattr__(self, "keypoint_connections", tuple(map(_pair, keypoint_connections or ())))

    @property
    def components(self) -> dict[str, Any]:
        """What is logged for a class description by itself: a context of this one class."""
        return AnnotationContext(self).components

    @staticmethod
    def of(value: Any) -> ClassDescription:
        """Return the description that `value` (a description, or a short form of its info) stands for."""
        return value if isinstance(value, ClassDescription) else ClassDescription(info=value)


class AnnotationContext:
    """A map of class ids, logged at an entity path and used by every entity at and below it.

    context : one class description or a sequence of them, each a `ClassDescription`, an `AnnotationInfo`, an id,
    `(id, label)` or `(id, label, color)`. Of duplicate ids the last wins.
    """

    __slots__ = ("__dict__", "__weakref__", "classes")

    def __init__(self, context: Any = ()) -> None:
        alone = isinstance(context, (ClassDescription, AnnotationInfo)) or not isinstance(context, Iterable)
        items = [context] if alone else list(context)
        descriptions = [ClassDescription.of(item) for item in items]
        self.classes: dict[int, ClassDescription] = {each.info.id: each for each in descriptions}

    @staticmethod
    def from_map(classes: dict[int, ClassDescription]) -> AnnotationContext:
        """Return the context of `classes` as they are: on the wire a class id and its info's id may differ."""
        context = AnnotationContext()
        context.classes = classes
        return context

    @property
    def components(self) -> dict[str, Any]:
        """What is logged: one component, whose value is this whole context."""
        return {CONTEXT: self}

    def __repr__(self) -> str:
        return f"AnnotationContext({list(self.classes.values())!r})"

    @functools.cached_property
    def ids_by_label(self) -> dict[str, list[int]]:
        """The class ids that carry each label."""
        found: dict[str, list[int]] = {}
        for id_, description in self.classes.items():
            if description.info.label is not None:
                found.setdefault(description.info.label, []).append(id_)
        return found


EMPTY_CONTEXT = AnnotationContext()


def _pair(value: Any) -> tuple[int, int]:
    try:
        first, second = value
    except (TypeError, ValueError):
        raise DtypeError(f"keypoint connection is {value!r}; pass a pair of keypoint ids") from None
    return values.one_id(first, "keypoint connection"), values.one_id(second, "keypoint connection")
