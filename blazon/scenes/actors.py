"""Who is on the street: vehicles and people, and where they are at a time."""

from __future__ import annotations

from dataclasses import dataclass

from blazon.scenes.classes import BUS, CAR
from blazon.scenes.people import Person

WIDTH, HEIGHT = 1280, 720  # the pixels in which places are given


@dataclass(frozen=True, slots=True)
class Vehicle:
    """Something that drives along x; speed in pixels a second, its sign the direction."""

    class_id: int
    x: float
    base_y: float
    width: float
    height: float
    speed: float
    paint: tuple[int, int, int]

    def box(self, seconds: float) -> tuple[float, float, float, float]:
        """Return left, top, right, bottom; who leaves on one side comes back on the other."""
        span = WIDTH + 2 * self.width
        left = (self.x + self.speed * seconds + self.width) % span - self.width
        return left, self.base_y - self.height, left + self.width, self.base_y


VEHICLES = (
    Vehicle(BUS, 770, 452, 250, 122, -70, (226, 146, 60)),
    Vehicle(CAR, 300, 444, 130, 62, -95, (150, 60, 56)),
    Vehicle(CAR, 60, 452, 140, 66, -95, (74, 110, 150)),
    Vehicle(CAR, 520, 560, 196, 90, 120, (210, 212, 216)),
    Vehicle(CAR, 905, 556, 186, 86, 120, (52, 62, 76)),
)
_NEAR_SHIRTS = (
    *((196, 70, 62), (70, 120, 160), (226, 196, 96), (90, 150, 96)),
    *((160, 96, 150), (80, 84, 100), (214, 130, 80), (60, 150, 160)),
)
_FAR_SHIRTS = ((180, 120, 90), (90, 100, 170), (200, 190, 180), (110, 60, 70), (90, 140, 120))


def _near(i: int) -> Person:
    direction = 1 if i % 2 else -1
    return Person(60 + 152 * i + 31 * (i % 3), 694 + 8 * (i % 3), 168 + 10 * (i % 4), direction * (34 + 5 * i), i * 1.7)


def _far(i: int) -> Person:
    return Person((170, 470, 610, 1010, 1160)[i], 400, 72, (1 if i % 2 else -1) * 22, i * 2.3)


PEOPLE = tuple((_far(i), shirt) for i, shirt in enumerate(_FAR_SHIRTS)) + tuple(
    (_near(i), shirt) for i, shirt in enumerate(_NEAR_SHIRTS)
)
"""Each with the colour of a shirt; those farther away first."""
