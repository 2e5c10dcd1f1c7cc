"""What of a cluster a job is given, how many fit at a time, and into how many parts work is split. Knows no Ray."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blazon.render.gpu.devices import Device, of_cuda

PARTS_PER_SLOT = 3  # parts are not equally long, nor are machines equally fast: the last ones to end are short


@dataclass(frozen=True, slots=True)
class Share:
    """What each job is given. cpus : whole ones, and threads that encode. gpus : a fraction of one; 0: none."""

    cpus: int = 1
    gpus: float = 0.0

    def __str__(self) -> str:
        cpus = f"{self.cpus} CPU{'s' if self.cpus > 1 else ''}"
        return f"{cpus} and {self.gpus:g} GPU" if self.gpus else cpus


def slots(nodes: Sequence[Mapping[str, Any]], share: Share) -> int:
    """Return how many jobs fit on a cluster at a time. nodes : as `ray.nodes()` tells of them."""
    return sum(_slots_of(node.get("Resources", {}), share) for node in nodes if node.get("Alive"))


def parts_for(recordings: int, slot_count: int) -> int:
    """Return into how many parts each of some recordings is to be split, so that all of a cluster has work."""
    return max(-(-PARTS_PER_SLOT * slot_count // recordings), 1) if recordings < slot_count * PARTS_PER_SLOT else 1


def device_of(found: list[Device], assigned: Sequence[int | str]) -> int | None:
    """Return the number of EGL's device that is the GPU which Ray assigned; None: EGL's first.

    found : what EGL can draw with. assigned : `ray.get_gpu_ids()`: CUDA's numbers, or names where a machine's GPUs were
    told to Ray by name; EGL knows no names.
    """
    numbers = [int(each) for each in assigned if str(each).isdecimal()]
    return of_cuda(found, numbers[0]) if numbers else None


def _slots_of(resources: Mapping[str, float], share: Share) -> int:
    by_cpu = int(resources.get("CPU", 0) // share.cpus)
    if not share.gpus:
        return by_cpu
    # a job draws with one GPU, whatever is left of the others
    by_gpu = int(resources.get("GPU", 0)) * int(1 / share.gpus + 1e-9)
    return min(by_cpu, by_gpu)
