"""Work that goes on in other threads, a bounded way ahead of whoever takes what it makes. Knows nothing of pictures."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

T = TypeVar("T")
LOOK_S = 0.1  # how long it takes at the most to see that nobody takes anything any more


class _Made(Generic[T]):
    """What a thread makes, and how it ended."""

    def __init__(self, depth: int) -> None:
        self.ready: queue.Queue[tuple[bool, T | BaseException | None]] = queue.Queue(depth)
        self.is_unwanted = threading.Event()

    def make(self, items: Iterable[T]) -> None:
        """Take what `items` yields, as long as somebody wants it."""
        try:
            for item in items:
                if not self._put((True, item)):
                    return
        except BaseException as error:
            self._put((False, error))
        else:
            self._put((False, None))

    def _put(self, item: tuple[bool, T | BaseException | None]) -> bool:
        while not self.is_unwanted.is_set():
            try:
                self.ready.put(item, timeout=LOOK_S)
            except queue.Full:
                continue
            return True
        return False


def ahead(items: Iterable[T], depth: int) -> Generator[T, None, None]:
    """Yield what `items` yields, which is made in another thread, up to `depth` of it before it is asked for.

    What is raised there is raised here. Closed early, it waits until the thread has ended.
    """
    made: _Made[T] = _Made(depth)
    thread = threading.Thread(target=made.make, args=(items,), name="blazon-ahead", daemon=True)
    thread.start()
    try:
        while True:
            is_item, item = made.ready.get()
            if is_item:
                yield item  # type: ignore[misc] # a T, as it says
            elif item is None:
                return
            else:
                raise item  # type: ignore[misc] # an error, as it says
    finally:
        made.is_unwanted.set()
        thread.join()


class Crew:
    """Threads that do what they are given, of which no more than `waiting` waits at a time. Use it in a `with`.

    workers : threads; one does everything in order. done : called with how many are done, in the order of `give`.
    What a thread raises is raised by the next `give`, or at the end; nothing is done after it.
    """

    def __init__(self, workers: int, waiting: int, done: Callable[[int], object] = lambda _count: None) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="blazon-crew")
        self._waiting = waiting
        self._tasks: deque[Future[Any]] = deque()
        self._done = done
        self._has_failed = False
        self.count = 0

    def give(self, task: Callable[..., object], *arguments: object) -> None:
        """Have a thread do `task`; waits while too much waits."""
        while len(self._tasks) >= self._waiting or (self._tasks and self._tasks[0].done()):
            self._take()
        self._tasks.append(self._pool.submit(self._do, task, *arguments))

    def _do(self, task: Callable[..., object], *arguments: object) -> None:
        if self._has_failed:
            return
        try:
            task(*arguments)
        except BaseException:
            self._has_failed = True
            raise

    def _take(self) -> None:
        self._tasks[0].result()
        self._tasks.popleft()
        self.count += 1
        self._done(self.count)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            while self._tasks:
                try:
                    self._take()
                except BaseException:
                    self._abandon()
                    if kind is None:
                        raise
        finally:
            self._pool.shutdown()

    def _abandon(self) -> None:
        for each in self._tasks:
            each.cancel()
        self._tasks.clear()
