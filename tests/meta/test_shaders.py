"""Every shader compiles, and is fed exactly what its layout holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import moderngl
import numpy as np
import pytest

from blazon.render.gpu.context import Gpu, open_headless
from blazon.render.gpu.program import source
from blazon.render.layouts import ARROW, CORNER, FACE, GLYPH, LINE, POINT, POSE, RECT, SEGMENT, attributes, glsl_inputs

SHADERS = Path(__file__).parents[2] / "shaders"
LAYOUTS = {
    "arrows": ARROW,
    "faces": FACE,
    "glyphs": GLYPH,
    "lines": LINE,
    "panels": CORNER,
    "points": POINT,
    "rects": RECT,
    "segments": SEGMENT,
}
PROGRAMS = sorted(path.name.removesuffix(".vert.glsl") for path in SHADERS.glob("*.vert.glsl"))
VARIANTS = [(name, ()) for name in PROGRAMS if name != "faces"] + [
    *((name, ("POSED",)) for name in ("arrows", "faces", "points", "segments")),
    ("points", ("POSED", "DOTS")),
]


@pytest.fixture(scope="module")
def gpu() -> Iterator[Gpu]:
    gpu = open_headless()
    with gpu.context:
        yield gpu
    gpu.context.release()


def test_every_file_is_part_of_a_program() -> None:
    used = {file for name in PROGRAMS for file in (f"{name}.vert.glsl", f"{name}.frag.glsl")}
    whole = "".join(path.read_text() for path in SHADERS.glob("*.glsl"))
    included = {path.name for path in SHADERS.glob("*.glsl") if f'#include "{path.name}"' in whole}
    assert {path.name for path in SHADERS.glob("*.glsl")} == used | included


@pytest.mark.parametrize(("name", "words"), VARIANTS)
def test_it_compiles_and_takes_the_fields_of_its_layout(gpu: Gpu, name: str, words: tuple[str, ...]) -> None:
    layouts = ([LAYOUTS[name]] if name in LAYOUTS else []) + ([POSE] if words else [])
    program = gpu.context.program(
        vertex_shader=source(f"{name}.vert.glsl", layouts, words),
        fragment_shader=source(f"{name}.frag.glsl", (), words),
    )
    taken = {each for each in program if isinstance(program[each], moderngl.Attribute) and not each.startswith("gl_")}
    assert taken == {each.name for layout in layouts for each in attributes(layout)}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_fields_lie_one_after_the_other(layout: np.dtype[np.void]) -> None:
    found = attributes(layout)
    assert [each.name for each in found] == [f"a_{name}" for name in layout.names or ()]
    sizes = {"float": 4, "vec2": 8, "vec3": 12, "vec4": 16, "uint": 4}
    assert layout.itemsize == sum(sizes[each.glsl_type] for each in found)
    assert glsl_inputs(layout).count("in ") == len(found)


def test_inputs_are_never_typed_by_hand() -> None:
    for path in SHADERS.glob("*.vert.glsl"):
        assert "\nin " not in path.read_text(), path.name


def test_an_include_appears_once() -> None:
    text = source("points.vert.glsl", [POINT])
    assert text.count("vec4 clip_of_window(") == 1
    assert text.startswith("#version 330 core\n")
