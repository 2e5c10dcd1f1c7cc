"""Large chunks that begin to be loaded before they are asked for, on cores that are idle until then.

Most of it is LZ4, which needs no interpreter: it goes on while others are found, and built from. The rest is left to
who asks, for two threads that both want the interpreter wait for each other.
"""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable, Iterable
from queue import SimpleQueue

from blazon.ingest.chunk import Chunk, ChunkRef
from blazon.ingest.cores import cores

LOOK_S = 0.5  # after which it is looked whether whoever loads is still there


class Load:
    """A chunk that whoever is first loads: a thread that has nothing else to do, or who asks for it."""

    __slots__ = ("_by", "_claim", "_done", "_error", "_finish", "ref")

    def __init__(self, ref: ChunkRef) -> None:
        self.ref = ref
        self._claim, self._done = threading.Lock(), threading.Lock()
        self._done.acquire()
        self._by: threading.Thread | None = None
        self._finish: Callable[[], Chunk] | None = None
        self._error: Exception | None = None

    def begin(self) -> None:
        """Offer it to other threads. There have to be other cores."""
        _offered().put(self)
        time.sleep(0)  # so that one of them gets to where it needs the interpreter no more

    def run(self) -> bool:
        """Unpack it, unless somebody does or did; say whether that was so. What goes wrong is told by `result`."""
        if not self._claim.acquire(blocking=False):
            return False
        self._by = threading.current_thread()
        try:
            source = self.ref.source
            self._finish = source.unpack(self.ref) if source is not None else self.ref.load
        except Exception as error:
            self._error = error
        finally:
            self._done.release()
        return True

    def abandon(self) -> None:
        """Have nobody load it who has not begun."""
        self._claim.acquire(blocking=False)

    def result(self, others: Iterable[Load]) -> Chunk:
        """Return the chunk, once; others : what can be done instead of waiting. Raises what `ref.load` raises."""
        if not self.run():
            for other in others:
                if not self._done.locked():
                    break
                other.run()
            self._wait()
        if self._error is not None:
            raise self._error
        return self._finish() if self._finish is not None else self.ref.load()

    def _wait(self) -> None:
        while not self._done.acquire(timeout=LOOK_S):
            if self._by is not None and not self._by.is_alive():  # it was left behind in another process
                return


@functools.cache
def _offered() -> SimpleQueue[Load]:
    """What threads of this process load."""
    offered: SimpleQueue[Load] = SimpleQueue()

    def load() -> None:
        while True:
            offered.get().run()

    for number in range(max(1, cores() - 1)):
        threading.Thread(target=load, name=f"blazon-load_{number}", daemon=True).start()
    return offered


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_offered.cache_clear)  # threads stay behind
