"""All components of an entity at a time, as short text. A cell that can't be read says so, and nothing else is lost."""

from __future__ import annotations

import enum
import re
from typing import Any

import numpy as np

from blazon.ingest.annotations import AnnotationContext
from blazon.ingest.chunk import ImageFormat, Ragged
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import BlazonError
from blazon.ingest.image_formats import ChannelDatatype, ColorModel, PixelFormat
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording

LONGEST = 60  # letters
SHORT = 16  # numbers of an instance: more of them are told by their type and how many there are
CONFIDENCE = re.compile(r"(?:^|[:./])(?:confidence|score)s?$", re.IGNORECASE)


def components_of(recording: Recording, at: At, entity: EntityPath, index: int) -> list[tuple[str, str]]:
    """Return the components of an entity at a time, in order of name, each with its value at an instance as text.

    index : −1: none in particular. Where a component has not one value for each instance, all of it is told.
    """
    found = []
    for name in recording.components(entity):
        try:
            cell = recording.latest(entity, name, at)
            if cell is not None and cell.value is not None:
                found.append((name, shortened(text_of(name, cell.value, index))))
        except (BlazonError, ValueError, TypeError) as error:
            found.append((name, shortened(f"can't be read: {error}")))
    return found


def confidence_of(recording: Recording, at: At, entity: EntityPath, index: int) -> str | None:
    """Return what was logged as confidence, or score, of an instance, whatever its archetype; None: nothing."""
    for name in recording.components(entity):
        if CONFIDENCE.search(name):
            cell = recording.latest(entity, name, at)
            values = _items(cell.value) if cell is not None else None
            if values is not None and (0 <= index < len(values) or len(values) == 1):
                return shortened(_said(values[index if len(values) > 1 else 0]))
    return None


def text_of(component: str, value: Any, index: int) -> str:
    """Return a canonical value, or one that Arrow has, as text: of one instance where there are some."""
    if isinstance(value, ImageFormat):
        return _said_format(value)
    if isinstance(value, AnnotationContext):
        return f"{len(value.classes)} classes"
    if isinstance(value, Ragged):
        return _said_strips(value, index)
    items = _items(value)
    if items is None or not 0 <= index < len(items):
        return _said(value if items is None else items[0] if len(items) == 1 else items)
    is_color = component.endswith((":colors", ":color"))
    return f"#{int(items[index]):08X}" if is_color else _said(items[index])


def shortened(text: str) -> str:
    """Return text on one line, no longer than `LONGEST`."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _items(value: Any) -> Any:
    """The instances of a cell, that have a length and can be counted into; None where it has none."""
    if hasattr(value, "to_pylist"):  # Arrow, as it came: one row of a list
        first = value[0] if len(value) else None
        return _Items(first.values) if first is not None and getattr(first, "values", None) is not None else None
    return value if hasattr(value, "__len__") and hasattr(value, "__getitem__") else None


class _Items:
    """The items of an Arrow array as Python's own."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, index: int) -> Any:
        return self._array[index].as_py()

    def __str__(self) -> str:
        return f"{self._array.type} ({len(self)},)"


def _said(value: Any) -> str:
    if isinstance(value, (np.ndarray, list, tuple)):
        return _said_many(value)
    if isinstance(value, (float, np.floating)):
        return f"{float(value):g}"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _said_many(values: Any) -> str:
    """Few values are told, of many the type and how many there are."""
    if isinstance(values, np.ndarray) and (values.ndim > 1 or values.size > SHORT):
        return f"{values.dtype} {values.shape}"
    return ", ".join(map(_said, values)) if len(values) <= SHORT else f"{len(values)} values"


def _said_strips(value: Ragged, index: int) -> str:
    if not 0 <= index < len(value):
        return f"{len(value)} strips, {_said(value.points)}"
    strip = value.points[value.offsets[index] : value.offsets[index + 1]]
    return f"{strip.dtype} {strip.shape}"


def _said_format(value: ImageFormat) -> str:
    parts = [f"{value.width} x {value.height}"]
    kinds: tuple[tuple[type[enum.IntEnum], int | None], ...] = (
        (PixelFormat, value.pixel_format),
        (ColorModel, value.color_model),
        (ChannelDatatype, value.channel_datatype),
    )
    for kind, number in kinds:
        if number is not None:
            names = [each.name for each in kind if each.value == number]
            parts.append(names[0] if names else str(number))
    return ", ".join(parts)
