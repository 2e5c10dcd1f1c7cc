"""People who walk: where their seventeen keypoints are at a time. Keypoints in the order of COCO."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

KEYPOINTS = (
    *("nose", "left eye", "right eye", "left ear", "right ear", "left shoulder", "right shoulder", "left elbow"),
    *("right elbow", "left wrist", "right wrist", "left hip", "right hip", "left knee", "right knee"),
    *("left ankle", "right ankle"),
)
CONNECTIONS = (
    *((15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7), (7, 9), (6, 8), (8, 10)),
    *((1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6)),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who walks along x. Pixels of a 1280x720 picture; speed in pixels a second, its sign the direction."""

    x: float
    feet_y: float
    height: float
    speed: float
    phase: float

    def keypoints(self, seconds: float) -> NDArray[np.float64]:
        """Return the keypoints, (17, 2), at a time."""
        stride = self.phase + seconds * 5.5
        swing = np.sin(stride) * 0.42
        facing = np.sign(self.speed) or 1.0
        hip = np.array([0.0, -0.52])
        neck = np.array([0.02, -0.82])
        points = np.zeros((17, 2))
        points[0] = neck + (0.05, -0.09)
        points[1], points[2] = neck + (0.035, -0.115), neck + (0.055, -0.112)
        points[3], points[4] = neck + (-0.015, -0.105), neck + (0.03, -0.1)
        points[5], points[6] = neck + (-0.045, 0.02), neck + (0.045, 0.03)
        points[11], points[12] = hip + (-0.03, 0.0), hip + (0.035, 0.01)
        for side, sign in ((0, 1.0), (1, -1.0)):
            elbow, wrist = _limb(points[5 + side], (0.15, 0.14), (-sign * swing, -sign * swing + 0.5))
            knee, ankle = _limb(
                points[11 + side], (0.25, 0.25), (sign * swing, sign * swing - max(0, sign * swing) * 0.9)
            )
            points[7 + side], points[9 + side] = elbow, wrist
            points[13 + side], points[15 + side] = knee, ankle
        feet = points[15:, 1].max()
        return np.array([self.x + self.speed * seconds, self.feet_y]) + (points - (0, feet)) * (facing, 1) * self.height


def _limb(
    start: NDArray[np.float64], lengths: tuple[float, float], angles: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The two further joints of a limb; angles from straight down, forwards positive."""
    middle = start + lengths[0] * np.array([np.sin(angles[0]), np.cos(angles[0])])
    return middle, middle + lengths[1] * np.array([np.sin(angles[1]), np.cos(angles[1])])
