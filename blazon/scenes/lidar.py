"""What a lidar on a car measures in a street, and the boxes around what moves there: numpy alone, the same each time.

The street runs along x. Metres, y to the left, z up, the road at 0. Beams are not traced one by one: each is given to
the ground, to a facade or to a thing, with the density that distance leaves it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ids = NDArray[np.uint8]
Place = tuple[float, float, float]

CLASSES = (
    *((0, "noise", (90, 90, 96)), (1, "road", (104, 84, 160)), (2, "lane marking", (240, 240, 240))),
    *((3, "sidewalk", (176, 132, 206)), (4, "terrain", (140, 160, 92)), (5, "building", (120, 124, 140))),
    *((6, "window", (150, 190, 210)), (7, "fence", (190, 153, 120)), (8, "vegetation", (96, 176, 72))),
    *((9, "trunk", (134, 96, 64)), (10, "pole", (236, 226, 120)), (11, "traffic sign", (255, 220, 60))),
    *((12, "car", (72, 176, 255)), (13, "truck", (255, 160, 64)), (14, "bus", (255, 120, 90))),
    *((15, "motorcycle", (170, 110, 255)), (16, "bicycle", (120, 255, 170)), (17, "pedestrian", (255, 84, 120))),
    *((18, "barrier", (200, 200, 90)), (19, "traffic cone", (255, 140, 0)), (20, "sky", (0, 0, 0, 0))),
)
"""Id, label and colour, as an annotation context takes them."""

NOISE, ROAD, MARKING, SIDEWALK, TERRAIN, BUILDING, WINDOW, FENCE, VEGETATION, TRUNK, POLE, SIGN = range(12)
CAR, TRUCK, BUS, MOTORCYCLE, BICYCLE, PEDESTRIAN, BARRIER, CONE, SKY = range(12, 21)
SENSOR = (0.0, 0.0, 1.8)
REACH, CURB, FACADE, ROOF = 100.0, 12.0, 28.0, 9.0  # how far beams go; |y| of curb and houses; their height

KIND = np.dtype([("id", "u1"), ("share", "f4"), ("half_size", "f4", 3), ("y", "f4", 2), ("speed", "f4")])
TRAFFIC = np.array(
    [  # class, share of all, half size, range of |y|, metres a second
        (CAR, 0.34, (2.2, 0.95, 0.8), (1.8, 11.0), 8),
        (TRUCK, 0.07, (4.2, 1.25, 1.6), (1.8, 9.0), 6),
        (BUS, 0.04, (5.8, 1.3, 1.6), (1.8, 9.0), 6),
        (MOTORCYCLE, 0.05, (1.1, 0.4, 0.75), (1.8, 11.0), 8),
        (BICYCLE, 0.1, (0.9, 0.3, 0.85), (11.0, 13.0), 4),
        (PEDESTRIAN, 0.24, (0.3, 0.3, 0.88), (12.6, 17.0), 1.2),
        (BARRIER, 0.1, (1.2, 0.25, 0.5), (11.5, 12.5), 0),
        (CONE, 0.06, (0.2, 0.2, 0.35), (10.5, 12.0), 0),
    ],
    KIND,
)
SCENERY = np.array(
    [
        (VEGETATION, 0.4, (1.6, 1.6, 1.5), (18.5, 25.0), 0),
        (TRUNK, 0.2, (0.2, 0.2, 1.6), (18.5, 25.0), 0),
        (POLE, 0.2, (0.08, 0.08, 3.0), (12.5, 13.5), 0),
        (SIGN, 0.1, (0.05, 0.4, 1.4), (12.5, 13.5), 0),
        (FENCE, 0.1, (3.0, 0.05, 0.6), (25.5, 27.0), 0),
    ],
    KIND,
)


@dataclass(frozen=True, slots=True)
class Things:
    """What stands or moves in the street.

    centers, half_sizes : (n, 3); yaws, radians, speeds, metres a second where they head, and class_ids : (n,).
    """

    centers: Floats
    half_sizes: Floats
    yaws: Floats
    speeds: Floats
    class_ids: Ids

    @property
    def quaternions(self) -> Floats:
        """Return the turn of each around z, (n, 4), x, y, z, w."""
        turns = np.zeros((len(self.yaws), 4), np.float32)
        turns[:, 2], turns[:, 3] = np.sin(self.yaws / 2), np.cos(self.yaws / 2)
        return turns


@dataclass(frozen=True, slots=True)
class Sweep:
    """One turn of the sensor. positions : (n, 3) in the street, in the order of their azimuth; class_ids : (n,)."""

    positions: Floats
    class_ids: Ids


def things(count: int, seconds: float = 0, x: float = 0, kinds: NDArray[np.void] = TRAFFIC) -> Things:
    """Return `count` things around `x`, each with its right hand to the curb; who leaves at one end comes back."""
    rng = np.random.default_rng(count)
    kind = kinds[rng.choice(len(kinds), count, p=kinds["share"] / kinds["share"].sum(dtype=float))]
    side = rng.choice(np.array([-1, 1]), count)  # the right one drives towards +x
    start = (rng.permutation(count) + rng.uniform(0, 0.6, count)) / count * 2 * REACH
    along = (start - side * kind["speed"] * seconds - x) % (2 * REACH) - REACH + x
    half_sizes = kind["half_size"] * rng.uniform(0.88, 1.12, (count, 3)).astype(np.float32)
    across = side * rng.uniform(*kind["y"].T)
    yaws = np.where(side > 0, np.pi, 0) + rng.normal(0, 0.04, count)
    centers = np.stack([along, across, half_sizes[:, 2]], axis=1)
    return Things(centers.astype(np.float32), half_sizes, yaws.astype(np.float32), kind["speed"], kind["id"])


def sweep(points: int, traffic: Things, seed: int = 0, sensor: Place = SENSOR) -> Sweep:
    """Return `points` measured by `sensor`, a quarter of them on things; another seed, other points."""
    rng = np.random.default_rng(seed)
    on_traffic, on_scenery = points // 8, points // 8
    parts = [
        _on_street(points - on_traffic - on_scenery, sensor, rng),
        _on_things(on_traffic, traffic, sensor, rng),
        _on_things(on_scenery, things(300, x=sensor[0], kinds=SCENERY), sensor, rng),
    ]
    positions = np.concatenate([part.positions for part in parts])
    class_ids = np.concatenate([part.class_ids for part in parts])
    positions += rng.normal(0, 0.015, positions.shape).astype(np.float32)
    class_ids[rng.random(points) < 0.002] = NOISE
    turn = np.argsort(np.arctan2(positions[:, 1] - sensor[1], positions[:, 0] - sensor[0]))
    return Sweep(positions[turn], class_ids[turn])


def surface(positions: NDArray[np.floating]) -> Ids:
    """Return the class of the ground or the facade at `positions`, (…, 3)."""
    along, across, up = np.moveaxis(positions, -1, 0)
    away = np.abs(across)
    classes = [
        (WINDOW, (up > 0.01) & (along % 4 < 1.4) & (up % 3 > 1) & (up % 3 < 2.4)),
        (BUILDING, (up > 0.01) | (away > FACADE)),
        (MARKING, (away < 0.12) & (along % 9 < 5)),
        (ROAD, away < CURB),
        (SIDEWALK, away < CURB + 5.5),
    ]
    return np.select([where for _, where in classes], [each for each, _ in classes], TERRAIN).astype(np.uint8)


def _on_street(count: int, sensor: Place, rng: np.random.Generator) -> Sweep:
    """Beams of even azimuth and elevation, each as far as the ground or a facade lets it."""
    azimuth = rng.uniform(-np.pi, np.pi, count)
    forward, left = np.cos(azimuth), np.sin(azimuth)
    wall = (FACADE - np.sign(left) * sensor[1]) / np.maximum(np.abs(left), 1e-6)  # metres to the houses
    wall = np.minimum(wall, REACH)
    top = np.where(wall < REACH, ROOF, 0) - sensor[2]
    slope = np.tan(rng.uniform(np.arctan2(-sensor[2], 2.5), np.arctan2(top, wall)))
    distance = np.minimum(wall, sensor[2] / np.maximum(-slope, 1e-6))
    positions = sensor + distance[:, None] * np.stack([forward, left, slope], axis=1)
    return Sweep(positions.astype(np.float32), surface(positions))


def _on_things(count: int, where: Things, sensor: Place, rng: np.random.Generator) -> Sweep:
    """Points on the five upper faces of things, more on the large and the near ones."""
    near = np.sum((where.centers - sensor) ** 2, axis=1) + 25
    weights = where.half_sizes.prod(axis=1) ** (2 / 3) / near
    which = rng.choice(len(weights), count, p=weights / weights.sum())
    inside = rng.uniform(-1, 1, (count, 3)).astype(np.float32)
    axis = rng.choice(3, count, p=[0.35, 0.45, 0.2])
    inside[np.arange(count), axis] = np.where(axis == 2, 1, rng.choice(np.array([-1, 1]), count))
    forward, left, up = (inside * where.half_sizes[which]).T
    cos, sin = np.cos(where.yaws[which]), np.sin(where.yaws[which])
    offsets = np.stack([cos * forward - sin * left, sin * forward + cos * left, up], axis=1)
    return Sweep(where.centers[which] + offsets, where.class_ids[which])
