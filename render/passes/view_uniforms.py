"""What every shader is told of the view that is drawn: the values of shaders/view.glsl, under its names."""

from __future__ import annotations

from typing import Any

import numpy as np

from blazon.render.cameras import Camera2D
from blazon.render.cameras3d import Camera3D


def view_uniforms(camera: Camera2D, px_per_point: float) -> dict[str, Any]:
    """Return the uniforms of a 2D view by name, without their `u_`."""
    viewport = camera.viewport
    return {
        "clip_from_scene": camera.clip_from_scene(),
        "viewport_px": (viewport.x, viewport.y, viewport.width, viewport.height),
        "px_per_unit": camera.px_per_unit,
        "units_per_px": 1 / camera.px_per_unit,
        "px_per_point": px_per_point,
        "origin_px": (viewport.x + camera.origin_px[0], viewport.y + camera.origin_px[1]),
    }


def space_uniforms(camera: Camera3D, first_pose: int, px_per_point: float) -> dict[str, Any]:
    """Return the uniforms of what a camera sees of space by name, without their `u_`."""
    viewport = camera.viewport
    return {
        "clip_from_view": camera.clip_from_view().astype(np.float32),
        "viewport_px": (viewport.x, viewport.y, viewport.width, viewport.height),
        "px_per_unit": camera.px_per_unit,
        "px_per_point": px_per_point,
        "near": camera.near,
        "first_pose": first_pose,
    }
