"""A window of the system with an OpenGL context: how it is opened, what is said where it can't be, when it is lost."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import glfw

from blazon.ingest.errors import GpuError

LEAST_SIZE = 480, 320  # UI points, below which nobody can use it
_WAY_OUT = "`blazon render` and `blazon serve` need no window"
_HINTS = (
    (glfw.CONTEXT_VERSION_MAJOR, 3),
    (glfw.CONTEXT_VERSION_MINOR, 3),
    (glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE),
    (glfw.OPENGL_FORWARD_COMPAT, True),
    (glfw.CONTEXT_ROBUSTNESS, glfw.LOSE_CONTEXT_ON_RESET),
    (glfw.SCALE_TO_MONITOR, True),
    (glfw.DEPTH_BITS, 0),  # panels lie over each other in order; to clear what nobody reads takes as long as drawing
    (glfw.STENCIL_BITS, 0),
)
_RESET_STATUS = ("glGetGraphicsResetStatus", "glGetGraphicsResetStatusKHR", "glGetGraphicsResetStatusARB")


class Surface:
    """A window, and its context, current on this thread. size : UI points.

    Raises `GpuError` where there is no display, or no OpenGL 3.3.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        said: list[str] = []
        glfw.set_error_callback(lambda _, text: said.append(text if isinstance(text, str) else text.decode()))
        if not glfw.init():
            why = said[-1].strip() if said else "there is no display"
            raise GpuError(f"no window can be opened: {why}; {_WAY_OUT}")
        for hint, value in _HINTS:
            glfw.window_hint(hint, value)
        self.handle = glfw.create_window(*size, "blazon", None, None)
        if not self.handle:
            why, version = said[-1] if said else "nothing says why", _version_there_is()
            glfw.terminate()
            raise GpuError(f"no window can be opened: {why}; OpenGL 3.3 is needed, {version}; {_WAY_OUT}")
        width, height = map(min, size, LEAST_SIZE)
        glfw.set_window_size_limits(self.handle, width, height, glfw.DONT_CARE, glfw.DONT_CARE)
        glfw.make_context_current(self.handle)
        glfw.swap_interval(1)
        self._reset_status, self._flush = _function(_RESET_STATUS, ctypes.c_uint), _function(("glFlush",), None)
        self.refresh()

    @property
    def size(self) -> tuple[float, float]:
        """Of the window, UI points."""
        (width, height), scale = self.size_px, self.scale
        return width / scale, height / scale

    def refresh(self) -> None:
        """Ask the system how large it is, and whether anybody can see it: an answer may take a while.

        size_px : of what is drawn into, pixels. scale : pixels of a UI point. is_hidden : whether nobody can see it.
        """
        width, height = glfw.get_framebuffer_size(self.handle)
        self.size_px = max(width, 1), max(height, 1)
        self.scale = float(max(glfw.get_window_content_scale(self.handle)[0], 0.5))
        attribute = glfw.get_window_attrib
        self.is_hidden = bool(attribute(self.handle, glfw.ICONIFIED)) or not attribute(self.handle, glfw.VISIBLE)

    def flush(self) -> None:
        """Have the GPU do what it was asked for so far, and don't wait for it. moderngl has no word for that."""
        if self._flush is not None:
            self._flush()

    @property
    def is_lost(self) -> bool:
        """Whether the driver says that the GPU was reset, and all that it held is gone."""
        return self._reset_status is not None and self._reset_status() != 0

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return what glfw says of the pointer in UI points."""
        (width, height), (wide, high) = self.size, glfw.get_window_size(self.handle)
        return x * width / max(wide, 1), y * height / max(high, 1)

    def destroy(self) -> None:
        """Let go of the window, and of nothing else."""
        glfw.destroy_window(self.handle)

    def close(self) -> None:
        """Let go of it, and of the display."""
        self.destroy()
        glfw.terminate()


def _version_there_is() -> str:
    """Which OpenGL a window can have here, in words."""
    glfw.default_window_hints()
    glfw.window_hint(glfw.VISIBLE, False)
    handle = glfw.create_window(16, 16, "blazon", None, None)
    if not handle:
        return "and there is none"
    major, minor = (
        glfw.get_window_attrib(handle, each) for each in (glfw.CONTEXT_VERSION_MAJOR, glfw.CONTEXT_VERSION_MINOR)
    )
    glfw.destroy_window(handle)
    return f"and there is {major}.{minor}"


def _function(names: Sequence[str], answers: Any) -> Any:
    """A function of OpenGL without arguments, under the first name that the driver knows; None where it knows none."""
    for name in names:
        address = ctypes.cast(glfw.get_proc_address(name), ctypes.c_void_p).value
        if address:
            return ctypes.CFUNCTYPE(answers)(address)
    return None
