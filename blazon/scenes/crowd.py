"""Many small things in the plane that all move: boxes, and people as skeletons. Numpy alone.

Functions of the frame's number, so that everyone who draws them draws the same. Pixels of a 1920x1080 area.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blazon.scenes.people import Person

WIDTH, HEIGHT, FPS = 1920, 1080, 30
CLASSES = 20
_SPEED = 40.0  # pixels a second, at most


def boxes(count: int, frame: int, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return boxes, float32 (count, 4), x0, y0, x1, y1, and their class ids, uint8 (count,)."""
    rng = np.random.default_rng(seed)
    start = rng.uniform((0, 0), (WIDTH, HEIGHT), (count, 2))
    speed = rng.uniform(-_SPEED, _SPEED, (count, 2))
    half_sizes = rng.uniform(4, 16, (count, 2))
    centers = (start + speed * frame / FPS) % (WIDTH, HEIGHT)
    class_ids = rng.integers(0, CLASSES, count).astype(np.uint8)
    return np.concatenate([centers - half_sizes, centers + half_sizes], axis=1).astype(np.float32), class_ids


def labels(count: int, new: int, frame: int, seed: int = 0) -> list[str]:
    """Return a label for each of `count` boxes, with a score; in each frame `new` of them have another score."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(30, 100, count)
    at = (np.arange(new) + new * frame) % count
    scores[at] = np.random.default_rng((seed, frame)).integers(30, 100, new)
    return [f"class {i % CLASSES} 0.{score}" for i, score in enumerate(scores.tolist())]


def skeletons(count: int, frame: int, seed: int = 0) -> NDArray[np.float32]:
    """Return the keypoints of people who walk to and fro, float32 (count, 17, 2)."""
    rng = np.random.default_rng(seed)
    x, feet = rng.uniform(40, WIDTH - 40, count), rng.uniform(130, HEIGHT - 20, count)
    height, phase = rng.uniform(50, 110, count), rng.uniform(0, 6, count)
    speed = rng.uniform(10, 50, count) * rng.choice([-1, 1], count)
    walkers = zip(x.tolist(), feet.tolist(), height.tolist(), speed.tolist(), phase.tolist(), strict=True)
    return np.array([Person(*each).keypoints(frame / FPS) for each in walkers], np.float32)
