"""What a pointer hits: how near it is, what hides it, and what it is. Targets are asked; the best of all are told."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from blazon.ingest.entity_path import EntityPath
from blazon.ingest.poses import Matrix
from blazon.render.picking.found import Found
from blazon.render.picking.seen import Pointer

STEP_PT = 2.0  # UI points: what is so much less off in space counts as being as near to the pointer
NEXT_STEPS = 2  # so many steps off are points and lines better than what is behind or before them
BEHIND = 1 + 1e-4  # times the depth of what hides: it is behind that
MOST = 16  # that are told


class Kind(enum.IntEnum):
    """What was hit; in the plane, earlier ones are better."""

    POINT = 0
    RECT = 1
    BOX = 2
    LINE = 3
    IMAGE = 4


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """Something within reach. index : of the instance. place : where it was hit, or is, in units of its entity.

    off_px : from what is drawn of it. size : of those that lie in one plane the smaller is better. order : its draw
    order, the higher is on top. hides : whether nothing behind it is seen. nearer : times its depth it is drawn: lines
    stand out of surfaces, and keypoints of lines.
    """

    kind: Kind
    index: int
    off_px: float
    depth: float
    place: tuple[float, ...]
    size: float = 0.0
    order: float = 0.0
    hides: bool = False
    nearer: float = 1.0


class Target(Protocol):
    """What of one entity can be hit."""

    @property
    def entity(self) -> EntityPath:
        """Whose it is."""

    @property
    def what(self) -> str:
        """What it is of that; see `Found`."""

    def hits(self, pointer: Pointer) -> Iterable[Hit]:
        """Yield what of it is within reach: the best few."""

    def hit(self, index: int) -> Hit | None:
        """Return one instance, wherever it is; None where it is not drawn."""

    def outline(self, hit: Hit) -> Matrix:
        """Return lines around what was hit, pixels, float64 (k, 4)."""

    def found(self, hit: Hit) -> Found:
        """Return what was hit, in words; without an outline."""


Taken = tuple[Target, Hit]
Key = tuple[float, ...]


def in_order(targets: Iterable[Target], pointer: Pointer, *, is_space: bool) -> list[Taken]:
    """Return what a pointer hits, the best first."""
    taken = list(_numbered(targets, pointer))
    cover = min((hit.depth for _, _, hit in taken if hit.hides and hit.off_px == 0), default=math.inf)
    step = STEP_PT * pointer.px_per_point
    key: Callable[[tuple[int, Target, Hit]], Key] = (
        (lambda each: _space_key(each, cover, step)) if is_space else _plane_key
    )
    seen = (each for each in taken if each[2].off_px > 0 or each[2].depth * each[2].nearer <= cover * BEHIND)
    return [(target, hit) for _, target, hit in sorted(seen, key=key)[:MOST]]


def _numbered(targets: Iterable[Target], pointer: Pointer) -> Iterator[tuple[int, Target, Hit]]:
    for number, target in enumerate(targets):
        for hit in target.hits(pointer):
            yield number, target, hit


def _plane_key(each: tuple[int, Target, Hit]) -> Key:
    """Points and lines that are right there, as they are drawn; then points nearby, rectangles, boxes, lines, images.

    Of rectangles the smaller ones are better, of boxes the nearer ones, and of equals what is on top.
    """
    number, _, hit = each
    is_thin = hit.kind in (Kind.POINT, Kind.LINE)
    group = 0 if is_thin and hit.off_px == 0 else 1 + hit.kind
    order = math.inf if math.isnan(hit.order) else hit.order
    return (group, hit.off_px if is_thin else 0.0, hit.size, -order, hit.kind, *_last(number, hit))


def _space_key(each: tuple[int, Target, Hit], cover: float, step: float) -> Key:
    """What is seen, then what is hidden; points and lines next to the pointer, then what is nearest to the eye."""
    number, _, hit = each
    steps = math.ceil(hit.off_px / step)
    is_thin = hit.kind in (Kind.POINT, Kind.LINE)
    depth = round(math.log(hit.depth * hit.nearer), 5)  # what lies in one plane has one depth
    group = 0 if is_thin and steps <= NEXT_STEPS else 1 if steps == 0 else 2
    order = math.inf if math.isnan(hit.order) else hit.order
    return (hit.depth > cover * BEHIND, group, steps, depth, hit.kind, hit.size, -order, *_last(number, hit))


def _last(number: int, hit: Hit) -> Key:
    return hit.depth, -number, -hit.index
