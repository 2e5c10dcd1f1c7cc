"""Which GPUs EGL can draw with. Draws nothing itself, and is asked by whoever shares work out among GPUs.

Source: EGL_EXT_device_query, EGL_EXT_device_drm, EGL_MESA_device_software, EGL_NV_device_cuda.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_EXTENSIONS, _CUDA_DEVICE = 0x3055, 0x323A
_MOST = 64


@dataclass(frozen=True, slots=True)
class Device:
    """A device of EGL. number : as `Offscreen` takes it. is_software : whether a processor draws.

    cuda : as CUDA counts them; None where it is none of CUDA's.
    """

    number: int
    is_software: bool
    cuda: int | None = None


def devices() -> list[Device]:
    """Return what EGL can draw with; nothing where EGL can't say."""
    try:
        egl = ctypes.CDLL("libEGL.so.1")
    except OSError:
        return []
    egl.eglGetProcAddress.restype = ctypes.c_void_p
    count_type = ctypes.POINTER(ctypes.c_int)
    query = _function(egl, b"eglQueryDevicesEXT", ctypes.c_uint, ctypes.c_int, ctypes.c_void_p, count_type)
    describe = _function(egl, b"eglQueryDeviceStringEXT", ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int)
    attribute_type = ctypes.POINTER(ctypes.c_ssize_t)
    ask = _function(egl, b"eglQueryDeviceAttribEXT", ctypes.c_uint, ctypes.c_void_p, ctypes.c_int, attribute_type)
    if query is None or describe is None or ask is None:
        return []
    handles, count = (ctypes.c_void_p * _MOST)(), ctypes.c_int()
    if not query(_MOST, handles, ctypes.byref(count)):
        return []
    found = []
    for number in range(count.value):
        extensions = (describe(handles[number], _EXTENSIONS) or b"").split()
        cuda = ctypes.c_ssize_t()
        has_cuda = b"EGL_NV_device_cuda" in extensions and ask(handles[number], _CUDA_DEVICE, ctypes.byref(cuda))
        is_software = b"EGL_MESA_device_software" in extensions
        found.append(Device(number, is_software, cuda.value if has_cuda else None))
    return found


def shared_out(found: list[Device], worker: int) -> int | None:
    """Return the number of the device that a worker, from 0 on, draws with; None: EGL's first."""
    hardware = [device.number for device in found if not device.is_software]
    return hardware[worker % len(hardware)] if hardware else None


def of_cuda(found: list[Device], cuda: int) -> int | None:
    """Return the number of the device that CUDA gives a number; None: EGL's first."""
    return next((device.number for device in found if device.cuda == cuda), None)


def _function(egl: ctypes.CDLL, name: bytes, result: object, *arguments: object) -> Callable[..., Any] | None:
    address = egl.eglGetProcAddress(name)
    return ctypes.CFUNCTYPE(result, *arguments)(address) if address else None  # type: ignore[arg-type]
