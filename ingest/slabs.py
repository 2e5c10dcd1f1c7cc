"""Large pieces of memory that are used again: to be given new memory costs more than most of what is done with it.

The system gives a page when it is first touched, which takes one microsecond, or several on a virtual machine: 4 MB
of small ones cost 2 to 12 ms, of which the work itself is 0.2. So memory comes in pages of 2 MiB where the system has
them, and comes back here once nobody refers to it any more. Whoever is lent some owns it as any other array.
"""

from __future__ import annotations

import contextlib
import math
import mmap
import os
import threading
import weakref
from collections import deque
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

SMALLEST = 1 << 18  # bytes that are worth it; less comes from numpy
MOST_IDLE = 96 * 2**20  # bytes that wait for their next use
_WASTE = 2  # a piece is lent to whoever needs at least this part of it
_HUGE = 1 << 21
_MOST_UNUSED = 6  # the part of a piece that may be there for the sake of its last page alone: a sixth


class _Slab(NamedTuple):
    """Some memory: `size` bytes from `start` on."""

    memory: mmap.mmap
    start: int
    size: int


class Slabs:
    """Memory by size. May be shared by threads. most_idle : bytes that are kept for later."""

    def __init__(self, most_idle: int = MOST_IDLE) -> None:
        self._most_idle = most_idle
        self._lock = threading.Lock()
        self._back: deque[_Slab] = deque()  # what came back since somebody was here
        self._idle: list[_Slab] = []  # the one that came last is last
        self._waiting_bytes = 0  # of both, about: whoever brings something back has no lock
        self._lent: dict[int, weakref.ref[NDArray[np.uint8]]] = {}

    def take(self, size: int) -> NDArray[np.uint8]:
        """Return `size` bytes with anything in them, uint8 (size,); they come back when nothing refers to them."""
        if size < SMALLEST:
            return np.empty(size, np.uint8)
        with self._lock:
            self._sort_in()
            slab = self._idle_one(size)
        if slab is None:
            slab = _new(size)
        lent: NDArray[np.uint8] = np.ndarray((size,), np.uint8, slab.memory, slab.start)
        self._lent[id(slab)] = weakref.ref(lent, lambda _gone: self._return(slab))
        return lent

    @property
    def idle_bytes(self) -> int:
        """How much waits for its next use."""
        with self._lock:
            self._sort_in()
            return self._waiting_bytes

    def forked(self) -> None:
        """Go on in a child process, whatever a thread that stayed behind was about."""
        self._lock = threading.Lock()

    def _idle_one(self, size: int) -> _Slab | None:
        fitting = [(each.size, -number) for number, each in enumerate(self._idle) if size <= each.size <= _WASTE * size]
        if fitting:
            slab = self._idle.pop(-min(fitting)[1])
            self._waiting_bytes -= slab.size
            return slab
        while self._idle and self._waiting_bytes + size > self._most_idle:  # other sizes are asked for now
            self._waiting_bytes -= self._idle.pop(0).size
        return None

    def _return(self, slab: _Slab) -> None:
        """Take back what nobody refers to any more: called at any moment, by any thread, even within `take`.

        So it waits for nobody, and holds nothing that an interrupt could leave behind.
        """
        self._lent.pop(id(slab), None)
        if self._waiting_bytes + slab.size <= self._most_idle:
            self._waiting_bytes += slab.size
            self._back.append(slab)

    def _sort_in(self) -> None:
        while self._back:
            self._idle.append(self._back.popleft())
        self._waiting_bytes = sum(each.size for each in self._idle)


def _new(size: int) -> _Slab:
    size = -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
    if -size % _HUGE <= size // _MOST_UNUSED:  # then its last page is a large one as well
        size += -size % _HUGE
    private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    whole = size - size % _HUGE  # of the rest, no more than is used
    if not whole or not hasattr(mmap, "MADV_HUGEPAGE"):
        return _Slab(mmap.mmap(-1, size, flags=private), 0, size)
    memory = mmap.mmap(-1, size + _HUGE, flags=private)
    start = -np.frombuffer(memory, np.uint8).ctypes.data % _HUGE
    with contextlib.suppress(OSError):  # where the system has no such pages
        memory.madvise(mmap.MADV_HUGEPAGE, start, whole)
    return _Slab(memory, start, size)


SLABS = Slabs()
"""What all of a process share."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=SLABS.forked)


def empty(shape: int | tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Return an array with anything in it, as `np.empty` does, of memory that is used again once it is let go."""
    kind = np.dtype(dtype)
    size = math.prod(shape) if isinstance(shape, tuple) else shape
    return SLABS.take(size * kind.itemsize).view(kind).reshape(shape)
