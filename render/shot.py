"""The frozen request for a picture. Flags, `Offscreen`, jobs and the window all make one.

What can be wrong without a recording is checked here, once.
"""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from blazon.ingest.colors import parse_color
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import ArgumentError, DtypeError
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.render.cameras import LEAST_EXTENT, Bounds, Viewport
from blazon.render.cameras3d import DEFAULT_FOV, Extent, Eye
from blazon.render.class_choices import EVERYTHING, ClassChoices

BACKGROUND = 0x0D1011FF
# What each view, by root and kind, shows in all of a sequence; an eye: from where.
Fit = Mapping[tuple[EntityPath, str], Bounds | Extent | Eye]
Places = tuple[tuple[tuple[EntityPath, str], Viewport], ...]
Point = tuple[float, float, float]
LABEL_CHOICES = ("auto", "on", "off")
KINDS = ("2d", "3d")
LONGEST_ID = 40  # digits
FARTHEST = 1e15  # scene units
LEAST_FOV = 0.01  # degrees
LEAST_SCALE, LARGEST_SCALE = 0.25, 16  # pixels of a UI point
LABEL_SIZE, LEAST_LABEL, LARGEST_LABEL = 12, 4, 200  # UI points


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
    classes: ClassChoices = EVERYTHING
    background: int = BACKGROUND  # packed 0xRRGGBBAA
    px_per_point: float = 1.0
    eye: Point | None = None  # in space: where one stands; None: fitted
    target: Point | None = None  # what one looks at
    fov: float = DEFAULT_FOV  # vertical, degrees
    fitted: Fit | None = None
    label_size: float = LABEL_SIZE  # UI points
    declutter: bool = True  # labels that find no place are left out
    legend: bool = False  # which classes there are is written over the picture
    mask_share: float = 1.0  # of their opacity that masks in the plane are drawn with, 0 to 1
    counts: bool = False  # the scene tells which there are, and how many of each
    fonts: tuple[str, ...] = ()  # files, asked before the one that ships with blazon
    hidden: frozenset[EntityPath] = frozenset()  # entities that are not drawn, nor what lies below them
    places: Places | None = None  # where each view lies, by root and kind; the others are not drawn. None: in a grid


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
    eye: Any = None,
    target: Any = None,
    fov: Any = DEFAULT_FOV,
    label_size: Any = LABEL_SIZE,
    declutter: bool = True,
    font: Any = (),
    legend: bool = False,
    scale: Any = 1.0,
) -> Look:
    """Return a look from what a program or a command line gives. Raises `ArgumentError` for what is wrong in itself."""
    if kind not in (None, *KINDS):
        raise ArgumentError(f"kind is {kind!r}; pass '2d' or '3d'")
    eye, target = _point(eye, "eye"), _point(target, "target")
    if eye is not None and eye == target:
        raise ArgumentError(f"eye and target are both {eye}; pass two different points")
    if labels not in LABEL_CHOICES:
        raise ArgumentError(f"labels is {labels!r}; pass one of {', '.join(LABEL_CHOICES)}")
    return Look(
        *_size(width, height),
        view=None if view is None else EntityPath.parse(view),
        kind=kind,
        bounds=None if bounds is None else _bounds(bounds),
        labels=labels,
        classes=ClassChoices(_classes(hide, "hide"), _classes(only, "only")),
        background=BACKGROUND if background is None else parse_color(background, "background"),
        eye=eye,
        target=target,
        fov=_fov(fov),
        label_size=_label_size(label_size),
        declutter=bool(declutter),
        fonts=_fonts(font),
        legend=bool(legend),
        px_per_point=_scale(scale),
    )


def _point(given: Any, what: str) -> Point | None:
    if given is None:
        return None
    try:
        x, y, z = (float(each) for each in given)
    except (TypeError, ValueError):
        raise ArgumentError(f"{what} is {given!r}; pass x, y, z in scene units") from None
    if not all(abs(each) <= FARTHEST for each in (x, y, z)):
        raise ArgumentError(f"{what} is {given!r}; pass finite numbers, up to {FARTHEST:g}")
    return x, y, z


def _fov(given: Any) -> float:
    try:
        degrees = float(given)
    except (TypeError, ValueError):
        degrees = math.nan
    if not LEAST_FOV <= degrees <= 180 - LEAST_FOV:
        raise ArgumentError(f"fov is {given!r}; pass degrees, from {LEAST_FOV:g} to {180 - LEAST_FOV:g}")
    return degrees


def _scale(given: Any) -> float:
    try:
        scale = float(given)
    except (TypeError, ValueError):
        scale = math.nan
    if not LEAST_SCALE <= scale <= LARGEST_SCALE:
        raise ArgumentError(f"scale is {given!r}; pass pixels of a UI point, from {LEAST_SCALE} to {LARGEST_SCALE}")
    return scale


def _label_size(given: Any) -> float:
    try:
        points = float(given)
    except (TypeError, ValueError):
        points = math.nan
    if not LEAST_LABEL <= points <= LARGEST_LABEL:
        raise ArgumentError(f"label size is {given!r}; pass UI points, from {LEAST_LABEL} to {LARGEST_LABEL}")
    return points


def _fonts(given: Any) -> tuple[str, ...]:
    from blazon.render.text.fonts import check_font

    alone = isinstance(given, (str, bytes, os.PathLike)) or not isinstance(given, Iterable)
    paths = [given] if alone else list(given)
    for path in paths:
        if not isinstance(path, (str, os.PathLike)) or isinstance(os.fspath(path), bytes):
            raise DtypeError(f"font is {path!r}; pass the path of a font file, or a list of them")
        check_font(os.fspath(path))
    return tuple(os.fspath(path) for path in paths)


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
