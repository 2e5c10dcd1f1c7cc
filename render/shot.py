"""The frozen request for a picture. Flags, `Offscreen`, jobs and the window all make one.

What can be wrong without a recording is checked here, once.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from blazon.ingest.colors import parse_color
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import ArgumentError, DtypeError
from blazon.ingest.recording import At, Recording
from blazon.render.cameras import LEAST_EXTENT, Bounds
from blazon.render.class_filter import EVERYTHING, ClassFilter

BACKGROUND = 0x0D1011FF
Fit = Mapping[EntityPath, Bounds]  # what each view, by its root, shows throughout a sequence
LABEL_CHOICES = ("auto", "on", "off")
KINDS = ("2d", "3d")
LONGEST_ID = 40  # digits


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture is to look, whatever the time.

    bounds : the scene units shown in each view; None: those of `fitted`, or else what the picture's own time fits.
    """

    width: int
    height: int
    view: EntityPath | None = None
    kind: str | None = None
    bounds: Bounds | None = None
    labels: str = "auto"
    classes: ClassFilter = EVERYTHING
    background: int = BACKGROUND  # packed 0xRRGGBBAA
    px_per_point: float = 1.0
    fitted: Fit | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: of what, when, and how it looks."""

    recording: Recording
    at: At
    look: Look


def make_look(
    width: int,
    height: int,
    *,
    view: str | EntityPath | None = None,
    kind: str | None = None,
    bounds: Any = None,
    labels: str = "auto",
    hide: Iterable[Any] = (),
    only: Iterable[Any] = (),
    background: Any = None,
) -> Look:
    """Return a look from what a program or a command line gives. Raises `ArgumentError` for what is wrong in itself."""
    if kind not in (None, *KINDS):
        raise ArgumentError(f"kind is {kind!r}; pass '2d' or '3d'")
    if kind == "3d":
        raise ArgumentError("kind '3d' is not drawn yet; leave it out, or pass '2d'")
    if labels not in LABEL_CHOICES:
        raise ArgumentError(f"labels is {labels!r}; pass one of {', '.join(LABEL_CHOICES)}")
    return Look(
        *_size(width, height),
        view=None if view is None else EntityPath.parse(view),
        kind=kind,
        bounds=None if bounds is None else _bounds(bounds),
        labels=labels,
        classes=ClassFilter(_classes(hide, "hide"), _classes(only, "only")),
        background=BACKGROUND if background is None else parse_color(background, "background"),
    )


def _size(width: Any, height: Any) -> tuple[int, int]:
    try:
        size = operator.index(width), operator.index(height)
    except TypeError:
        size = 0, 0
    if min(size) < 1:
        raise ArgumentError(f"size is {width}x{height}; pass whole numbers of pixels, 1 or more, such as 1280x720")
    return size


def _bounds(given: Any) -> Bounds:
    try:
        bounds = given if isinstance(given, Bounds) else Bounds(*(float(each) for each in given))
    except (TypeError, ValueError):
        raise ArgumentError(f"bounds is {given!r}; pass x0, y0, x1, y1 in scene units") from None
    finite = all(map(math.isfinite, (bounds.x0, bounds.y0, bounds.x1, bounds.y1, bounds.width, bounds.height)))
    if not finite or min(bounds.width, bounds.height) <= LEAST_EXTENT:
        raise ArgumentError(f"bounds is {given!r}; pass finite x0 < x1 and y0 < y1, in scene units")
    return bounds


def _classes(given: Any, what: str) -> frozenset[int | str]:
    items = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    return frozenset(_class(item, what) for item in items)


def _class(item: Any, what: str) -> int | str:
    """A class to hide or show: digits are an id, any other text is a label. An id that nothing has is no mistake."""
    if isinstance(item, str) and not (item.isascii() and item.isdigit()):
        return item
    if isinstance(item, bool) or not isinstance(item, (int, np.integer, str)) or len(str(item)) > LONGEST_ID:
        raise DtypeError(f"{what} holds {str(item)[:LONGEST_ID]!r}; pass class ids, 0 or more, or labels")
    if int(item) < 0:
        raise ArgumentError(f"{what} holds {item}; ids are 0 or more")
    return int(item)
