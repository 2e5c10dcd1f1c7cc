"""A swarm in space: a small coil of a line each, all entities with a transform, some of which move. Numpy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blazon.scenes.lidar import Place

POINTS = 10  # of each line
SPREAD = 50.0  # metres from the middle, each way
EYE: Place = (-85.0, -60.0, 60.0)
TARGET: Place = (0.0, 0.0, 0.0)


def strips(count: int) -> NDArray[np.float32]:
    """Return the lines, each around its own origin, float32 (count, 10, 3), metres."""
    turns = np.linspace(0, 2.5 * np.pi, POINTS) + np.arange(count)[:, None]
    up = np.broadcast_to(np.linspace(-0.8, 0.8, POINTS), turns.shape)
    return np.stack([0.7 * np.cos(turns), 0.7 * np.sin(turns), up], axis=-1).astype(np.float32)


def translations(count: int) -> NDArray[np.float32]:
    """Return where each stands at frame 0, float32 (count, 3), metres."""
    places = np.random.default_rng(count).uniform(-SPREAD, SPREAD, (count, 3))
    return (places * (1, 1, 0.4)).astype(np.float32)


def moved(count: int, moving: int, frame: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return which move in `frame`, (moving,), and where they then stand, float32 (moving, 3)."""
    which = (np.arange(moving) * (count // moving) + frame) % count
    up = np.array([0, 0, 2 + frame / 10], np.float32)
    return which, translations(count)[which] + up
