"""One try of a job, and how one is lost."""

from __future__ import annotations

from dataclasses import dataclass

import blazon
from blazon.render.jobs import Job

_HOW = {  # of Ray's errors, by name: which of them there are differs with its version
    "OutOfMemoryError": "there was too little memory on its node",
    "NodeDiedError": "its node was lost",
    "LocalRayletDiedError": "its node was lost",
    "WorkerCrashedError": "the process that drew it, or its node, was lost",
}


@dataclass(slots=True, eq=False)
class Try:
    """A job that is given to a node.

    job : as it was asked for. sent : the same, as other machines know it. parts : to split it into first. lost : how
    often it was already. number, mark : of this try. is_begun : whether Ray has it. total : of its pictures, once that
    is known.
    """

    job: Job
    sent: Job
    parts: int = 1
    lost: int = 0
    number: int = 0
    mark: str = ""
    is_begun: bool = False
    total: int = 0


def how_it_was_lost(error: Exception) -> str:
    """Return what an error of Ray's says in a few words."""
    name = type(error).__name__
    said = " ".join(str(error).split())
    return _HOW.get(name) or f"it was lost: {said[:200] or name}"


def what_a_node_lacks(error: Exception) -> str:
    """Return what is said where a node could not even begin: its Python has no blazon, or another one."""
    said = (str(error).strip() or type(error).__name__).splitlines()[-1]
    return f"a node of the cluster can't begin it: {said}; install blazon {blazon.__version__} on all nodes"
