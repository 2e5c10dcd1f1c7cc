"""The centre and the half sizes of boxes, from the forms in which they may be given; shared by Boxes2D and Boxes3D."""

from __future__ import annotations

from typing import Any

from blazon.ingest.archetypes.archetype import Check, refuse_both
from blazon.ingest.errors import ArgumentError


def half_sizes_and_centers(
    owner: str, check: Check, *, sizes: Any, mins: Any, half_sizes: Any, centers: Any
) -> tuple[Any, Any]:
    """Return half sizes and centres, as given or made of sizes and mins.

    owner : the archetype's name. check : `values.vectors2` or `values.vectors3`. Raises what `check` raises, and
    `ArgumentError` for arguments that contradict each other, and for mins without sizes.
    """
    if sizes is not None:
        refuse_both(owner, "sizes", half_sizes=half_sizes)
        half_sizes = check(sizes, f"{owner} sizes") / 2
    if mins is not None:
        refuse_both(owner, "mins", centers=centers)
        if half_sizes is None:
            raise ArgumentError(f"{owner} has mins without sizes; pass sizes= or half_sizes= as well")
        corner, half = check(mins, f"{owner} mins"), check(half_sizes, f"{owner} half_sizes")
        if len(corner) != len(half) and 1 not in (len(corner), len(half)):
            raise ArgumentError(f"{owner} has {len(corner)} mins for {len(half)} sizes; pass as many, or one")
        centers = corner + half
    return half_sizes, centers
