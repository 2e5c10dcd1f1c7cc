"""How kernels are compiled: once for each machine, kept on disk where a folder is writable, told to whoever asks.

No `parallel=True`: its OpenMP layer dies in a forked child and its workqueue layer aborts when two threads call it.
Kernels are serial and release the GIL; `in_slices` spreads one over threads.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import threading
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, cast

import numba
from numba.core import event
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.runtime.nrt import rtsys

from blazon.ingest import colors
from blazon.ingest.cores import cores

BANDS_A_CORE = 3
LOOK_S = 0.5  # after which it is looked for ends whose ring an interrupt has swallowed
F = TypeVar("F", bound=Callable[..., Any])


class _Cache(FunctionCache):
    """numba's cache on disk, for which a broken file or a full disk is no reason to fail.

    What was compiled is loaded without all that numba compiles with, scipy and cffi among it where they are there:
    to import that takes a fifth of a start. Numba's runtime alone has to be there.

    Numba itself looks at the file of a kernel alone to see whether it is still what was compiled; but kernels call
    parts, and have constants, that stand in others.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        stamp = sources_stamp(), self._impl.locator.get_source_stamp()
        self._cache_file = IndexDataCacheFile(self._cache_path, self._impl.filename_base, stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            rtsys.initialize(target_context)
            return self._load_overload(sig, target_context)
        except Exception:
            with contextlib.suppress(Exception):
                self.flush()  # so that it is written anew
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        with contextlib.suppress(Exception):
            super().save_overload(sig, data)


@functools.cache
def sources_stamp(folder: Path = Path(__file__).parent) -> int:
    """Return a number that is another when any file changes that kernels are compiled from."""
    stamp = 0
    for path in (*sorted(folder.glob("*.py")), Path(colors.__file__)):
        stamp = zlib.crc32(path.read_bytes(), stamp)
    return stamp


def kernel(function: F) -> F:
    """Compile `function` on its first call with each set of types, or load it from the machine's cache."""
    made: Any = numba.njit(nogil=True)(function)
    with contextlib.suppress(RuntimeError):  # no folder is writable: compile in each process
        made._cache = _Cache(function)  # what `cache=True` does, with numba's own class
    return cast(F, made)


def part_of_kernels(function: F) -> F:
    """Compile what kernels call; never called from Python itself."""
    made: Any = numba.njit(nogil=True)(function)
    made.is_part = True
    return cast(F, made)


class _Listener(event.Listener):
    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell

    def on_start(self, event: event.Event) -> None:  # noqa: ARG002 - numba's interface
        self._tell()

    def on_end(self, event: event.Event) -> None:
        pass


def when_compiling(tell: Callable[[], None]) -> None:
    """Call `tell` each time a kernel is really compiled, not loaded."""
    event.register("numba:compile", _Listener(tell))


def in_slices(work: Callable[[slice], None], n: int, at_least: int) -> None:
    """Call `work` with slices that cover 0…n, on as many threads as cores, each slice `at_least` long."""
    _together([functools.partial(work, part) for part in slices(n, at_least)])


def in_bands(work: Callable[[slice], None], n: int, at_least: int, a_core: int = BANDS_A_CORE) -> None:
    """Call `work` with slices that cover 0…n, as `in_slices` does, `a_core` for each core: who is done takes the next.

    For what takes longer in one place than in another. `work` may be called by any thread, in any order. Each begins at
    a multiple of eight.
    """
    count = max(min(a_core * cores(), n // at_least), 1)
    edges = [*(n * i // count & ~7 for i in range(count)), n]
    bands = iter([slice(a, b) for a, b in itertools.pairwise(edges)])

    def take() -> None:
        for band in bands:  # which threads may share: one step of it is one step of the interpreter
            work(band)

    _together([take] * min(cores(), count))


def slices(n: int, at_least: int) -> list[slice]:
    """Return slices that cover 0…n in order, one for each core, each `at_least` long; one where that is not enough."""
    count = max(min(cores(), n // at_least), 1)
    return [slice(a, b) for a, b in itertools.pairwise(n * i // count for i in range(count + 1))]


Call = Callable[[], None]


def _together(calls: Sequence[Call]) -> None:
    """Make all calls, the first one on this thread; return when all are done, whatever happened."""
    ended: list[BaseException | None] = []
    rings: SimpleQueue[None] = SimpleQueue()
    for call in calls[1:]:
        _helpers().put((call, ended, rings))
    interrupt: KeyboardInterrupt | None = None
    try:
        calls[0]()
    finally:
        while len(ended) < len(calls) - 1:  # they write into memory that is used again
            try:
                rings.get(timeout=LOOK_S)
            except Empty:
                pass
            except KeyboardInterrupt as told:
                interrupt = told
    for error in (interrupt, *ended):
        if error is not None:
            raise error


@functools.cache
def _helpers() -> SimpleQueue[tuple[Call, list[BaseException | None], SimpleQueue[None]]]:
    """What threads of this process take calls from, and who wants to know of their end.

    No executor: an interrupt of who waits for its futures can leave their locks held, and then no process ends.
    """
    waiting: SimpleQueue[tuple[Call, list[BaseException | None], SimpleQueue[None]]] = SimpleQueue()

    def help_out() -> None:
        while True:
            call, ended, rings = waiting.get()
            error: BaseException | None = None
            try:
                call()
            except BaseException as raised:
                error = raised
            ended.append(error)
            rings.put(None)
            del call, ended, rings, error  # nothing of it is kept until the next one comes

    for number in range(max(1, cores() - 1)):
        threading.Thread(target=help_out, name=f"blazon-kernel_{number}", daemon=True).start()
    return waiting


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_helpers.cache_clear)  # threads stay behind
