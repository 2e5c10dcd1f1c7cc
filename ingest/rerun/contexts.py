"""Annotation contexts as Arrow holds them: a list of (class id, description), for each context.

The Arrow type is checked to the leaves before any value is read, so that reading can't fail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from blazon.ingest.annotations import AnnotationContext, AnnotationInfo, ClassDescription


def is_context(type_: Any) -> bool:
    """Whether `type_` is the Arrow type of one annotation context."""
    return _IS_CONTEXT(type_)


def one_context(items: Any) -> AnnotationContext | None:
    """Return the first context of `items`, an Arrow array of them; None if there is none.

    Of duplicate class ids the last wins. A class id and its info's id may differ.
    """
    entries = items[0].as_py() if len(items) else None
    if entries is None:
        return None
    present = [entry for entry in entries if entry is not None]
    return AnnotationContext.from_map({_id(entry["class_id"]): _description(entry) for entry in present})


def _description(entry: dict[str, Any]) -> ClassDescription:
    description = entry["class_description"] or {}
    info = description.get("info")
    keypoints = [each for each in description.get("keypoint_annotations") or () if each is not None]
    pairs = [pair for pair in description.get("keypoint_connections") or () if pair is not None]
    return ClassDescription(
        info=AnnotationInfo(_id(entry["class_id"])) if info is None else _info(info),
        keypoint_annotations=list(map(_info, keypoints)),
        keypoint_connections=[(_id(pair["keypoint0"]), _id(pair["keypoint1"])) for pair in pairs],
    )


def _info(info: dict[str, Any]) -> AnnotationInfo:
    return AnnotationInfo(_id(info["id"]), info["label"], info["color"])


def _id(value: int | None) -> int:
    return value or 0


def _is_id(type_: Any) -> bool:
    return type_ in (pa.uint8(), pa.uint16(), pa.uint32())


def _is_label(type_: Any) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))


def _list(item: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda type_: (pa.types.is_list(type_) or pa.types.is_large_list(type_)) and item(type_.value_type)


def _struct(fields: Mapping[str, Callable[[Any], bool]]) -> Callable[[Any], bool]:
    def matches(type_: Any) -> bool:
        if not pa.types.is_struct(type_):
            return False
        types = {field.name: field.type for field in type_}
        is_unique = len(types) == type_.num_fields  # Arrow allows for two fields of one name, a dict does not
        return is_unique and all(name in types and accepts(types[name]) for name, accepts in fields.items())

    return matches


_IS_INFO = _struct({"id": _is_id, "label": _is_label, "color": pa.types.is_uint32})
_IS_PAIR = _struct({"keypoint0": _is_id, "keypoint1": _is_id})
_IS_DESCRIPTION = _struct(
    {"info": _IS_INFO, "keypoint_annotations": _list(_IS_INFO), "keypoint_connections": _list(_IS_PAIR)}
)
_IS_CONTEXT = _list(_struct({"class_id": _is_id, "class_description": _IS_DESCRIPTION}))
