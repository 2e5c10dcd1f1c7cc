"""Shaders: files put together, compiled, and fed.

A file may include others, each once, by `#include "name.glsl"`; `#inputs` stands for what its layouts declare, and
every shader sees the numbers of `layouts.DEFINES`. Words such as POSED choose a variant. There is one GLSL version,
here.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
from collections.abc import Sequence
from typing import Any

import moderngl
import numpy as np

from blazon.render.gpu.buffers import GrowingBuffer
from blazon.render.layouts import DEFINES, attributes, glsl_inputs

VERSION = "#version 330 core\n"
_INCLUDE = re.compile(r'^#include "([\w.]+)"$', re.MULTILINE)


class Program:
    """A vertex and a fragment shader, and the vertex arrays that feed them; compiled once it is used.

    Many pictures need few of all programs, or none where kernels draw.
    """

    def __init__(
        self, context: moderngl.Context, name: str, layouts: Sequence[np.dtype[np.void]] = (), words: Sequence[str] = ()
    ) -> None:
        self._context, self._name, self._layouts, self._words = context, name, layouts, words
        self._rows_array: moderngl.VertexArray | None = None
        self._bare_array: moderngl.VertexArray | None = None

    @functools.cached_property
    def _program(self) -> moderngl.Program:
        return self._context.program(
            vertex_shader=source(f"{self._name}.vert.glsl", self._layouts, self._words),
            fragment_shader=source(f"{self._name}.frag.glsl", (), self._words),
        )

    @functools.cached_property
    def _uniforms(self) -> dict[str, moderngl.Uniform]:
        return {each: uniform for each in self._program if isinstance(uniform := self._program[each], moderngl.Uniform)}

    @functools.cached_property
    def _locations(self) -> dict[str, int]:
        members = [self._program[each] for each in self._program]
        return {each.name: each.location for each in members if isinstance(each, moderngl.Attribute)}

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

    def draw_rows(self, buffers: Sequence[GrowingBuffer], start: int, count: int, vertices: int) -> None:
        """Draw a strip of `vertices` for each of `count` rows from `start` on; one vertex is a point.

        buffers : one for each layout that the program was made for; their rows belong together.
        """
        array = self._array()
        for rows in buffers:
            self._bind(rows, start, divisor=0 if vertices == 1 else 1)
        if vertices == 1:
            array.render(moderngl.POINTS, vertices=count)
        else:
            array.render(moderngl.TRIANGLE_STRIP, vertices=vertices, instances=count)

    def draw_triangles(self, rows: GrowingBuffer, start: int, count: int) -> None:
        """Draw triangles whose corners are `count` rows from `start` on."""
        self._bind(rows, 0, divisor=0)
        self._array().render(moderngl.TRIANGLES, vertices=count, first=start)

    def draw_bare(self, mode: int, vertices: int) -> None:
        """Draw without inputs: the shader makes its vertices from their numbers."""
        if self._bare_array is None:
            self._bare_array = self._context.vertex_array(self._program, [])
        self._bare_array.render(mode, vertices=vertices)

    def _array(self) -> moderngl.VertexArray:
        if self._rows_array is None:
            self._rows_array = self._context.vertex_array(self._program, [])
        return self._rows_array

    def _bind(self, rows: GrowingBuffer, start: int, divisor: int) -> None:
        """Feed rows from `start` on. divisor : 0 where each is a corner, 1 where each is an instance."""
        for attribute in attributes(rows.layout):
            if attribute.name in self._locations:
                self._array().bind(
                    self._locations[attribute.name],
                    attribute.moderngl_class,
                    rows.buffer,
                    attribute.moderngl_format,
                    offset=start * rows.layout.itemsize + attribute.offset,
                    stride=rows.layout.itemsize,
                    divisor=divisor,
                )


def source(file: str, layouts: Sequence[np.dtype[np.void]] = (), words: Sequence[str] = ()) -> str:
    """Return the whole text of a shader, as it is compiled."""
    defines = "".join(f"#define {name} {value}\n" for name, value in [*DEFINES.items(), *((word, 1) for word in words)])
    inputs = "\n".join(map(glsl_inputs, layouts))
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
