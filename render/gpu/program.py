"""Shaders: files put together, compiled, and fed.

A file may include others, each once, by `#include "name.glsl"`; `#inputs` stands for what a layout declares, and every
shader sees the numbers of `layouts.DEFINES`. There is one GLSL version, here.
"""

from __future__ import annotations

import importlib.resources
import re
from typing import Any

import moderngl
import numpy as np

from blazon.render.gpu.buffers import GrowingBuffer
from blazon.render.layouts import DEFINES, attributes, glsl_inputs

VERSION = "#version 330 core\n"
_INCLUDE = re.compile(r'^#include "([\w.]+)"$', re.MULTILINE)


class Program:
    """A vertex and a fragment shader, and the vertex arrays that feed them."""

    def __init__(self, context: moderngl.Context, name: str, layout: np.dtype[np.void] | None = None) -> None:
        self._context = context
        self._program = context.program(
            vertex_shader=source(f"{name}.vert.glsl", layout),
            fragment_shader=source(f"{name}.frag.glsl"),
        )
        self._rows_array: moderngl.VertexArray | None = None
        self._bare_array: moderngl.VertexArray | None = None
        members = {name: self._program[name] for name in self._program}
        self._uniforms = {name: each for name, each in members.items() if isinstance(each, moderngl.Uniform)}
        attributes_used = [each for each in members.values() if isinstance(each, moderngl.Attribute)]
        self._locations = {each.name: each.location for each in attributes_used}

    def set(self, **values: Any) -> None:
        """Set uniforms by name, without their `u_`; those that the shader does not use are left out."""
        for name, value in values.items():
            uniform = self._uniforms.get(f"u_{name}")
            if uniform is None:
                continue
            if isinstance(value, np.ndarray):
                uniform.write(np.ascontiguousarray(value.T, np.float32).tobytes())  # GL wants columns
            else:
                uniform.value = value

    def draw_rows(self, rows: GrowingBuffer, start: int, count: int, vertices: int) -> None:
        """Draw a strip of `vertices` for each of `count` rows from `start` on."""
        if self._rows_array is None:
            self._rows_array = self._context.vertex_array(self._program, [])
        for attribute in attributes(rows.layout):
            self._rows_array.bind(
                self._locations[attribute.name],
                attribute.moderngl_class,
                rows.buffer,
                attribute.moderngl_format,
                offset=start * rows.layout.itemsize + attribute.offset,
                stride=rows.layout.itemsize,
                divisor=1,
            )
        self._rows_array.render(moderngl.TRIANGLE_STRIP, vertices=vertices, instances=count)

    def draw_bare(self, mode: int, vertices: int) -> None:
        """Draw without inputs: the shader makes its vertices from their numbers."""
        if self._bare_array is None:
            self._bare_array = self._context.vertex_array(self._program, [])
        self._bare_array.render(mode, vertices=vertices)


def source(file: str, layout: np.dtype[np.void] | None = None) -> str:
    """Return the whole text of a shader, as it is compiled."""
    defines = "".join(f"#define {name} {value}\n" for name, value in DEFINES.items())
    inputs = glsl_inputs(layout) if layout is not None else ""
    body = _include(_read(file), set()).replace("#inputs", inputs)
    return VERSION + defines + body


def _include(text: str, seen: set[str]) -> str:
    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name in seen:
            return ""
        seen.add(name)
        return _include(_read(name), seen)

    return _INCLUDE.sub(replace, text)


def _read(file: str) -> str:
    return (importlib.resources.files("blazon.shaders") / file).read_text("utf-8")
