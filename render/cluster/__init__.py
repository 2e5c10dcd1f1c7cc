"""Many recordings, and parts of them, on the machines of a Ray cluster. Why so: docs/decisions/0007-cluster.md."""

from blazon.render.cluster.driver import run_on_cluster
from blazon.render.cluster.shares import Share

__all__ = ["Share", "run_on_cluster"]
