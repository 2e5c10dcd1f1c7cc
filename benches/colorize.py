"""Colour lookup: class ids of a 1080p mask to RGBA, against numpy, OpenCV, and the time of copying the output."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from blazon.benches.harness import Claim, Section, time_together
from blazon.ingest.annotations import AnnotationContext
from blazon.render.class_filter import EVERYTHING
from blazon.render.styles import Styles

SIZE = (1080, 1920)


def run(repeat: int) -> list[Section]:
    """Return a section for u8 and one for u16."""
    return [_section(np.dtype(np.uint8), repeat), _section(np.dtype(np.uint16), repeat)]


def blocky_ids(dtype: np.dtype[np.unsignedinteger]) -> np.ndarray:
    """Return a mask like a network's: 20 classes in patches, (1080, 1920)."""
    patches = np.random.default_rng(0).integers(0, 20, (SIZE[0] // 24, SIZE[1] // 24))
    return np.ascontiguousarray(patches.repeat(24, axis=0).repeat(24, axis=1).astype(dtype))


def _section(dtype: np.dtype[np.unsignedinteger], repeat: int) -> Section:
    ids = blocky_ids(dtype)
    context = AnnotationContext([(i, f"class {i}") for i in range(20)])
    table = Styles().table(context, EVERYTHING)
    words = table.dense[: 256**dtype.itemsize]
    source, target = np.zeros(SIZE, np.uint32), np.ones(SIZE, np.uint32)
    calls: dict[str, Callable[[], object]] = {
        "blazon": lambda: table.color_into(ids, target),
        "copying the output": lambda: np.copyto(target, source),
        "numpy.take": lambda: np.take(words, ids, out=target, mode="clip"),  # the default mode buffers: slower
    }
    if dtype == np.uint8:
        calls |= _opencv(ids)
    timings = time_together(calls, repeat)
    own = timings["blazon"].median_ms
    claims = [
        Claim("blazon against copying the output", own / timings["copying the output"].median_ms, 1.6, at_most=True),
        Claim("numpy.take against blazon", timings["numpy.take"].median_ms / own, 5, at_most=False),
    ]
    if "cv2.applyColorMap" in timings:
        claims.append(
            Claim("cv2.applyColorMap against blazon", timings["cv2.applyColorMap"].median_ms / own, 2, at_most=False)
        )
    return Section(f"colour lookup, {dtype.name}, 1920x1080, 20 classes", list(timings.values()), claims)


def _opencv(ids: np.ndarray) -> dict[str, Callable[[], object]]:
    """OpenCV's own table lookup: three channels, 8 bit ids alone."""
    try:
        import cv2
    except ImportError:
        return {}
    colors = np.random.default_rng(0).integers(0, 256, (256, 1, 3), dtype=np.uint8)
    target = np.empty((*SIZE, 3), np.uint8)
    return {"cv2.applyColorMap": lambda: cv2.applyColorMap(ids, colors, target)}
