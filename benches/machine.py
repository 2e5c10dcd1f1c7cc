"""What the figures were measured on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path


def machine() -> dict[str, str]:
    """Return the machine, its system, the versions of what matters, and who draws."""
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "numba", "moderngl", "pyarrow")]
    return {
        "machine": f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, {_cpu()}",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "versions": ", ".join(versions),
        "OpenGL": _renderer(),
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def _renderer() -> str:
    from blazon.ingest.errors import GpuError
    from blazon.render.offscreen import Offscreen

    try:
        with Offscreen(16, 16) as screen:
            return screen.renderer
    except GpuError as error:
        return f"none ({error})"
