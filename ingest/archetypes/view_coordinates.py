"""ViewCoordinates: where the axes of a space point, as who looks sees them."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import values
from blazon.ingest.archetypes.archetype import Archetype
from blazon.ingest.errors import ArgumentError, ShapeError


class ViewDir(enum.IntEnum):
    """Where an axis points. Opposite directions are neighbours: 1 and 2, 3 and 4, 5 and 6."""

    Up = 1
    Down = 2
    Right = 3
    Left = 4
    Forward = 5
    Back = 6


_BY_LETTER = {each.name[0]: each for each in ViewDir}  # all differ
_BY_HAND = {
    "RIGHT_HAND_X_UP": "URF",
    "RIGHT_HAND_X_DOWN": "DRB",
    "RIGHT_HAND_Y_UP": "RUB",
    "RIGHT_HAND_Y_DOWN": "RDF",
    "RIGHT_HAND_Z_UP": "RFU",
    "RIGHT_HAND_Z_DOWN": "RBD",
    "LEFT_HAND_X_UP": "URB",
    "LEFT_HAND_X_DOWN": "DRF",
    "LEFT_HAND_Y_UP": "RUF",
    "LEFT_HAND_Y_DOWN": "RDB",
    "LEFT_HAND_Z_UP": "RBU",
    "LEFT_HAND_Z_DOWN": "RFD",
}

if TYPE_CHECKING:

    class _Named(type):
        def __getattr__(cls, name: str) -> ViewCoordinates: ...

else:
    _Named = type  # the constants are real attributes, set below


def view_axes(given: Any, what: str) -> NDArray[np.uint8]:
    """Return where x, y and z point, as numbers of `ViewDir`, uint8 (1, 3).

    given : `ViewCoordinates`, three letters such as "RDF", or three of `ViewDir`, its names or numbers.
    """
    if isinstance(given, ViewCoordinates):
        return np.array(given.components["ViewCoordinates:xyz"])
    given = getattr(given, "coordinates", given)  # the reference SDK's ViewCoordinates
    if not isinstance(given, Iterable):
        raise ShapeError(f"{what} is {given!r}; pass ViewCoordinates, or three directions")
    axes = [values.member(ViewDir, _direction(each), what) for each in given]
    if not axes:
        return np.zeros((0, 3), np.uint8)
    if len(axes) != 3:
        raise ShapeError(f"{what} has {len(axes)} directions; pass three")
    if len({(axis - 1) // 2 for axis in axes}) != 3:
        raise ArgumentError(f"{what} is {given!r}; pass one of up and down, right and left, forward and back each")
    return np.array([axes], np.uint8)


def _direction(given: Any) -> Any:
    return _BY_LETTER.get(given, given) if isinstance(given, str) else given


class ViewCoordinates(Archetype, metaclass=_Named):
    """Where the axes of an entity's space point. Tells a view in space which way is up.

    xyz : three letters such as "RDF" (x right, y down, z forward), or three of Up, Down, Right, Left, Forward and Back,
    as names or the protocol's numbers 1 to 6. Constants: all such letters, `ViewCoordinates.RDF` and so on, and
    `RIGHT_HAND_Z_UP` and so on. Raises `ShapeError`, and `ArgumentError` for axes that aren't at right angles.
    """

    FIELDS: ClassVar = {"xyz": view_axes}

    __slots__ = ()

    def __init__(self, xyz: Any) -> None:
        self._set({"xyz": xyz}, needs="xyz")


def _all_letters() -> Iterable[str]:
    for pairs in itertools.permutations(("UD", "RL", "FB")):
        yield from map("".join, itertools.product(*pairs))


for _name, _letters in [*_BY_HAND.items(), *zip(_all_letters(), _all_letters(), strict=True)]:
    setattr(ViewCoordinates, _name, ViewCoordinates(_letters))
