"""The OpenGL context, and what all passes share of it. Lives on one thread.

Headless contexts come from EGL: NVIDIA's driver, or Mesa's llvmpipe where there is no GPU.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence

import moderngl
import numpy as np

from blazon.ingest.colors import LINEAR_OF_SRGB
from blazon.ingest.errors import GpuError
from blazon.render.gpu.buffers import GrowingBuffer
from blazon.render.gpu.program import Program
from blazon.render.layouts import DEFINES

FRAMEBUFFER_SRGB = 0x8DB9  # blending happens in linear light where the target is sRGB
SRGB8_ALPHA8 = 0x8C43
RGBA8 = 0x8058
DEPTH_CLAMP = 0x864F  # what lies before near or behind far is drawn, as if it were there
LIBRARIES_OF_GL = ("libGL.so.1", "libOpenGL.so.0")  # the same functions, with X11's or without
SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader")  # renderers that draw on the processor
_ADVICE = (
    "on Debian: apt-get install libegl1 libopengl0 libgl1-mesa-dri;"
    " in an NVIDIA container: NVIDIA_DRIVER_CAPABILITIES=graphics (or all)"
)


class Gpu:
    """A context with the state that every pass relies on, and what makes their parts."""

    def __init__(self, context: moderngl.Context) -> None:
        self.context = context
        context.gc_mode = "context_gc"
        context.enable_only(moderngl.BLEND)
        context.enable_direct(FRAMEBUFFER_SRGB)
        context.blend_func = (  # type: ignore[assignment] # of colours, then of alpha
            moderngl.SRC_ALPHA,
            moderngl.ONE_MINUS_SRC_ALPHA,
            moderngl.ONE,
            moderngl.ONE_MINUS_SRC_ALPHA,
        )
        self.max_dot = float(context.info["GL_POINT_SIZE_RANGE"][1])
        context.enable(moderngl.PROGRAM_POINT_SIZE)
        self.max_size = int(context.info["GL_MAX_TEXTURE_SIZE"])
        self.renderer = str(context.info["GL_RENDERER"])
        self.is_software = any(name in self.renderer.lower() for name in SOFTWARE)
        self._linear_of_srgb = context.texture((256, 1), 1, LINEAR_OF_SRGB.tobytes(), dtype="f4")
        self._linear_of_srgb.filter = (moderngl.NEAREST, moderngl.NEAREST)

    def program(self, name: str, layouts: Sequence[np.dtype[np.void]] = (), words: Sequence[str] = ()) -> Program:
        """Return the program of `shaders/{name}.vert.glsl` and `shaders/{name}.frag.glsl`, fed by rows of `layouts`.

        words : what is defined for its shaders, and chooses a variant of them.
        """
        return Program(self.context, name, layouts, words)

    def growing_buffer(self, layout: np.dtype[np.void]) -> GrowingBuffer:
        """Return a buffer for rows of `layout`."""
        return GrowingBuffer(self.context, layout)

    @contextlib.contextmanager
    def in_space(self) -> Iterator[None]:
        """Draw so that what is near hides what is far."""
        self.context.enable(moderngl.DEPTH_TEST)
        self.context.depth_func = "<="
        self.context.enable_direct(DEPTH_CLAMP)
        try:
            yield
        finally:
            self.context.disable(moderngl.DEPTH_TEST)
            self.context.disable_direct(DEPTH_CLAMP)

    @contextlib.contextmanager
    def replacing(self, *, as_bytes: bool) -> Iterator[None]:
        """Draw over what is there without mixing it in. as_bytes : what is drawn is sRGB already."""
        self.context.disable(moderngl.BLEND)
        if as_bytes:
            self.context.disable_direct(FRAMEBUFFER_SRGB)
        try:
            yield
        finally:
            self.context.enable(moderngl.BLEND)
            self.context.enable_direct(FRAMEBUFFER_SRGB)

    @contextlib.contextmanager
    def pushed_back(self, slope: float, units: float) -> Iterator[None]:
        """Draw surfaces a little farther away than they are: `slope` pixels along their slope, and depth's `units`."""
        self.context.polygon_offset = slope, units
        try:
            yield
        finally:
            self.context.polygon_offset = 0, 0

    def bind_shared(self) -> None:
        """Bind the textures that every program may sample."""
        self._linear_of_srgb.use(DEFINES["UNIT_SRGB"])

    def collect(self) -> None:
        """Give back what nobody holds any more. Python says so on any thread; GL wants to hear it on its own."""
        self.context.gc()


def take_current() -> Gpu:
    """Return the GPU of the context that is current on this thread: a window's. Raises `GpuError` for an old one."""
    try:
        return Gpu(moderngl.create_context(require=330))
    except Exception as error:  # glcontext raises bare Exceptions
        raise GpuError(f"the window's OpenGL is of no use: {error}; 3.3 or later is needed") from None


def open_headless(device: int | None = None) -> Gpu:
    """Return a GPU without a display. Raises `GpuError` that says what to install where EGL gives nothing.

    device : its number, as EGL counts them; None: the first.
    """
    reasons = []
    for libgl in LIBRARIES_OF_GL:
        try:
            context = moderngl.create_standalone_context(
                require=330,
                backend="egl",  # type: ignore[arg-type] # moderngl's stubs want dicts
                libegl="libEGL.so.1",  # type: ignore[arg-type]
                libgl=libgl,  # type: ignore[arg-type]
                device_index=device or 0,  # type: ignore[arg-type]
            )
        except Exception as error:  # glcontext raises bare Exceptions
            reasons.append(str(error))
        else:
            return Gpu(context)
    wanted = os.environ.get("NVIDIA_DRIVER_CAPABILITIES")
    have = f" (NVIDIA_DRIVER_CAPABILITIES is {wanted!r})" if wanted else ""
    raise GpuError(f"no OpenGL 3.3 through EGL: {reasons[-1]}{have}; {_ADVICE}")
