"""What a bench's pictures show: the same for blazon and for its peers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Place = tuple[float, float, float]

FOV_DEGREES = 55.0  # of the SDK viewer's 3D views, vertical; nothing sets it, so everything takes it


@dataclass(frozen=True, slots=True)
class Sight:
    """A view of everything, seen in one way. bounds : x0, y0, x1, y1, of "2d"; eye, target : of "3d". Scene units."""

    kind: str
    bounds: tuple[float, float, float, float] = (0, 0, 1920, 1080)
    eye: Place = (1, 1, 1)
    target: Place = (0, 0, 0)

    def as_look(self) -> dict[str, Any]:
        """Return what `Offscreen.render` and `make_look` take."""
        if self.kind == "2d":
            return {"view": "/", "kind": "2d", "bounds": self.bounds}
        return {"view": "/", "kind": "3d", "eye": self.eye, "target": self.target, "fov": FOV_DEGREES}
