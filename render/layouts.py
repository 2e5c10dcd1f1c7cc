"""What is uploaded: the only mirror between numpy dtypes and GLSL.

A dtype's fields name the shader's inputs (`a_position` for `position`); `glsl_inputs` writes their declarations, so
that they are never typed by hand, and `attributes` tells moderngl the same. Positions have three components in two
dimensions as well (z = 0), so that a pass serves both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

UI_RADIUS = -1.5  # the default of points, rect outlines and lines: 1.5 UI points; positive radii are scene units

POINT = np.dtype(
    [
        ("position", "<f4", 3),  # scene units
        ("radius", "<f4"),  # > 0 scene units, < 0 UI points
        ("color", "u1", 4),  # sRGB, straight alpha; one word in the shader, see shaders/color.glsl
    ]
)
RECT = np.dtype(
    [
        ("center", "<f4", 2),  # scene units
        ("half_size", "<f4", 2),  # scene units, not negative
        ("radius", "<f4"),  # half the width of the outline; > 0 scene units, < 0 UI points
        ("color", "u1", 4),
    ]
)
SEGMENT = np.dtype(
    [
        ("start", "<f4", 3),  # scene units
        ("end", "<f4", 3),
        ("before", "<f4", 3),  # where the strip comes from; equal to `start` where it begins there
        ("after", "<f4", 3),  # where the strip goes on to; equal to `end` where it ends there
        (
            "closing",
            "<f4",
        ),  # −1 the first, 1 the last segment of a closed strip, else 0: who yields where both are as near
        ("radius", "<f4"),  # half the width; > 0 scene units, < 0 UI points
        ("color", "u1", 4),
    ]
)
LINE = np.dtype(
    [
        ("start", "<f4", 3),  # scene units
        ("end", "<f4", 3),
        ("radius", "<f4"),  # half the width; > 0 scene units, < 0 UI points
        ("color", "u1", 4),
    ]
)
ARROW = np.dtype(
    [
        ("start", "<f4", 3),  # scene units
        ("tip", "<f4", 3),
        ("radius", "<f4"),  # half the width of the shaft; > 0 scene units, < 0 UI points
        ("color", "u1", 4),
    ]
)
FACE = np.dtype(
    [
        ("center", "<f4", 3),  # scene units
        ("half_u", "<f4", 3),  # from the centre to the middles of two sides that meet
        ("half_v", "<f4", 3),
        ("lit", "<f4"),  # 1 where the light at the eye shades it, else 0
        ("color", "u1", 4),
    ]
)
GLYPH = np.dtype(
    [
        ("corner", "<f4", 2),  # the left upper one, pixels of the viewport, whole ones
        ("size", "<f4", 2),  # pixels
        ("texel", "<f4", 2),  # where it lies in the atlas; x < 0: a rectangle, whose corners have a radius of y pixels
        ("color", "u1", 4),
    ]
)
CORNER = np.dtype(  # of a triangle of a window's panels; as Dear ImGui has it
    [
        ("position", "<f4", 2),  # UI points, y down
        ("texel", "<f4", 2),  # 0 to 1 in its texture
        ("color", "u1", 4),
    ]
)
POSE = np.dtype([("pose", "<u4")])  # beside each row of what stands in space: which pose it has


def joined(parts: Sequence[NDArray[np.void]], layout: np.dtype[np.void]) -> NDArray[np.void]:
    """Return rows one after the other, (n,) of `layout`; the very same array if there is just one."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return np.zeros(0, layout)
    raw = np.dtype((np.void, layout.itemsize))  # numpy compares the fields of every array that it joins
    return np.concatenate([part.view(raw) for part in parts]).view(layout)


def as_numbers(rows: NDArray[np.void]) -> tuple[NDArray[np.float32], NDArray[np.uint32]]:
    """Return rows, contiguous, of four bytes a number, as kernels take them: float32 and uint32 (n, numbers)."""
    shape = len(rows), rows.dtype.itemsize // 4
    return rows.view(np.float32).reshape(shape), rows.view(np.uint32).reshape(shape)


DEFINES: Mapping[str, Any] = {
    "MODE_NEAREST": 0,  # how an image that hangs in space is sampled: the texel that a pixel's centre lies in
    "MODE_FILTERED": 1,  # by the texture's own filter
    "UNIT_IMAGE": 0,  # texture units
    "UNIT_SRGB": 1,
    "UNIT_POSES": 2,
    "UNIT_DEPTHS": 3,
    "POSE_TEXELS": 4,  # of the texture of poses, for each of them
    "POSES_PER_ROW": 256,  # of the texture of poses
    "PHASE_WHOLE": 0,  # what of a shape is drawn: all of it
    "PHASE_HARD": 1,  # its solid part alone, where there is no rim
    "PHASE_SOLID": 2,  # its solid part
    "PHASE_RIM": 3,  # its soft rim
    "PHASE_STROKE": 4,  # the solid part of a line, which is as thin as its rim
    "PHASE_STROKE_RIM": 5,
    "REACH_PX": 0.5,  # past its radius: how far a shape covers parts of pixels
    "DOT_MARGIN_PX": 64.0,  # around a viewport: GL drops points whose middle is not in it
    "LEAST_POINT_PX": 0.5,  # of radius: no point of space is smaller than a pixel
    "CLOSEST": 1e-3,  # of the near plane: points nearer to the eye than that are not drawn
    "TIP_LENGTH": 4.0,  # of an arrow, in radii of its shaft
    "TIP_HALF_WIDTH": 2.0,
    "TIP_SHARE": 0.75,  # of an arrow's length, at most
    "LIGHT_LEAST": 0.6,  # what a face at a grazing angle has of its light
}
"""Numbers that shaders and Python share; every shader sees them as #define."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One field of a layout, as a shader's input and as the GPU reads it."""

    name: str
    glsl_type: str
    moderngl_class: str
    moderngl_format: str
    offset: int


def attributes(layout: np.dtype[np.void]) -> list[Attribute]:
    """Return what a shader and the GPU have to know of each field of `layout`, in order."""
    return [_attribute(layout, name) for name in layout.names or ()]


def glsl_inputs(layout: np.dtype[np.void]) -> str:
    """Return the declarations of a vertex shader's inputs for `layout`."""
    return "\n".join(f"in {each.glsl_type} {each.name};" for each in attributes(layout))


def _attribute(layout: np.dtype[np.void], name: str) -> Attribute:
    fields: Mapping[str, Any] = layout.fields or {}
    field, offset = fields[name][:2]
    base, shape = field.subdtype or (field, ())
    count = int(np.prod(shape, dtype=int))
    if base in (
        np.uint8,
        np.uint32,
    ):  # four bytes travel as one word: moderngl can't bind normalised bytes at an offset
        return Attribute(f"a_{name}", "uint", "i", "1u", offset)
    return Attribute(f"a_{name}", "float" if count == 1 else f"vec{count}", "f", f"{count}f", offset)
