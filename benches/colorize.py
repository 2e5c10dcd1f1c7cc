"""Colour lookup: class ids of a 1080p mask to RGBA, against other packages, and the time of copying the output."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from blazon.benches.harness import Claim, Section, time_together
from blazon.benches.peers.lookups import Lookup, installed
from blazon.ingest.annotations import AnnotationContext
from blazon.render.class_choices import EVERYTHING
from blazon.render.styles import Styles

SIZE = (1080, 1920)
OWN, COPY = "blazon", "copying the output"
MOST_OF_COPY = 1.3
SLOW = ("skimage.color.label2rgb",)  # timed apart: what it leaves of the processor's caches is not the others' fault
LEAST = {"numpy.take": 6, "cv2.applyColorMap": 2}  # how many times faster blazon is to be; of others it is told


def run(repeat: int, *, peers: bool = True) -> list[Section]:
    """Return a section for u8 and one for u16."""
    return [_section(np.dtype(each), repeat, peers=peers) for each in (np.uint8, np.uint16)]


def blocky_ids(dtype: np.dtype[np.unsignedinteger]) -> np.ndarray:
    """Return a mask like a network's: 20 classes in patches, (1080, 1920)."""
    patches = np.random.default_rng(0).integers(0, 20, (SIZE[0] // 24, SIZE[1] // 24))
    return np.ascontiguousarray(patches.repeat(24, axis=0).repeat(24, axis=1).astype(dtype))


def _section(dtype: np.dtype[np.unsignedinteger], repeat: int, *, peers: bool) -> Section:
    ids = blocky_ids(dtype)
    table = Styles().table(AnnotationContext([(i, f"class {i}") for i in range(20)]), EVERYTHING)
    rows = np.ascontiguousarray(table.dense[: 256**dtype.itemsize]).view(np.uint8).reshape(-1, 4)
    source, target = np.zeros(SIZE, np.uint32), np.ones(SIZE, np.uint32)
    lookups = installed(dtype) if peers else {}
    calls: dict[str, Callable[[], object]] = {
        OWN: lambda: table.color_into(ids, target),
        COPY: lambda: np.copyto(target, source),
        **{name: _into_kept(lookup, ids, rows) for name, lookup in lookups.items()},
    }
    slow = {name: calls.pop(name) for name in SLOW if name in calls}
    timings = time_together(calls, repeat) | time_together(slow, repeat)
    own = timings[OWN].median_ms
    claims = [Claim(f"{OWN} against {COPY}", own / timings[COPY].median_ms, MOST_OF_COPY, at_most=True)]
    for name in lookups:
        claims.append(Claim(f"{name} against {OWN}", timings[name].median_ms / own, LEAST.get(name), at_most=False))
    title = "class ids to RGBA, 1920x1080, 20 classes"
    return Section(f"colours {dtype.name}", title, list(timings.values()), claims)


def _into_kept(lookup: Lookup, ids: np.ndarray, rows: np.ndarray) -> Callable[[], object]:
    """Return a call that writes into the array of the call before, as blazon's does."""
    out = lookup(ids, rows)
    return lambda: lookup(ids, rows, out)
