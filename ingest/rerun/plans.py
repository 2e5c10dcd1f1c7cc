"""How the rows of a record batch are read, from what its head says: checked once, for all batches with such a head.

Small chunks of one program mostly have the same head: the same columns, as many rows, as many instances. What is in
their bodies is checked of each.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.rerun.bare import CellsPlan, Numbers, Stream, plan_cells, values
from blazon.ingest.rerun.batches import PREFIX, UnusualError, read_batch
from blazon.ingest.rerun.layout import Places
from blazon.ingest.timeline import Timeline

CELL_BYTES = 200  # what a kept cell takes beside its bytes
_MOST, _LONGEST = 512, 1 << 14  # plans that are kept, and bytes of a head of which one is
_ROW_ID, _TIME = np.dtype("S16"), np.dtype("<i8")
_Key = tuple[int, int, bytes]


class BatchPlan(NamedTuple):
    """How a batch is read. head : the bytes of its stream that say so. end : bytes that its stream has at least.

    everywhere : bool (rows,), all True. cell_bytes : what all cells take, if kept.
    """

    places: Places
    head: slice
    end: int
    ids: Numbers
    times: tuple[tuple[Timeline, Numbers], ...]
    columns: tuple[CellsPlan, ...]
    everywhere: NDArray[np.bool_]
    cell_bytes: int


class Plans:
    """The plans of the batches that were seen last, a bounded number. May be shared by threads."""

    def __init__(self) -> None:
        self._known: dict[_Key, BatchPlan] = {}

    def find(self, stream: Stream, at: int, places: Places | None) -> BatchPlan | None:
        """Return how the batch is read whose message begins at `at`; None where Arrow has to.

        places : where the columns of its layout are.
        """
        if places is None or places.bare is None or stream.size < at + PREFIX.size:
            return None
        head = stream.data[at : at + PREFIX.size + PREFIX.unpack_from(stream.data, at)[1]].tobytes()
        key = (id(places), at, head)  # the plan keeps them, so that no other ones can get this id
        plan = self._known.get(key)
        if plan is None:
            plan = _plan(stream, at, places)
            if plan is not None and len(head) <= _LONGEST:
                if len(self._known) >= _MOST:
                    self._known = {}
                self._known[key] = plan
        return plan


def _plan(stream: Stream, at: int, places: Places) -> BatchPlan | None:
    try:
        batch = read_batch(stream.data, at, places)
        if batch is None or batch.n_rows < 1:
            return None
        ids = values(batch, *places.row_id, _ROW_ID)
        times = [(line, values(batch, node, buffer, _TIME)) for line, node, buffer in places.timelines]
        if any(each.shape != (batch.n_rows,) for each in (ids, *(each for _, each in times))):
            return None
        columns = tuple(plan_cells(column, batch) for column in places.bare or ())
    except (struct.error, IndexError, UnusualError):
        return None
    everywhere = np.ones(batch.n_rows, np.bool_)
    everywhere.flags.writeable = False
    cell_bytes = batch.n_rows * len(columns) * CELL_BYTES
    return BatchPlan(
        places, slice(at, batch.body), batch.body + batch.size, ids, tuple(times), columns, everywhere, cell_bytes
    )
