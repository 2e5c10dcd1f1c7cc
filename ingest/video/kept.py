"""Decoded frames that are kept for a while: least recently used first out, bounded in bytes. For all threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    import av

LIMIT_BYTES = 64 * 2**20
Kept = TypeVar("Kept")


class FrameCache:
    """Frames as they were decoded, which takes a third of what their pixels would."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.n_bytes = 0
        self._frames: OrderedDict[Hashable, tuple[av.VideoFrame, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> av.VideoFrame | None:
        """Return a frame, if it is still here."""
        with self._lock:
            found = self._frames.get(key)
            if found is None:
                return None
            self._frames.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, frame: av.VideoFrame, n_bytes: int) -> None:
        """Keep a frame, and let go of others; one that is larger than all that may be kept is not."""
        with self._lock:
            if key in self._frames or n_bytes > self.limit_bytes:
                return
            self._frames[key] = frame, n_bytes
            self.n_bytes += n_bytes
            while self.n_bytes > self.limit_bytes:
                _, (_, gone) = self._frames.popitem(last=False)
                self.n_bytes -= gone


class Shelf(Generic[Kept]):
    """A few things by key, made when they are asked for; the one that was not used for longest goes first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._things: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._things)

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """Return the thing of `key`. Two threads that ask for what is not there may both make it; one is kept."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]
        made = make()
        with self._lock:
            made = self._things.setdefault(key, made)
            while len(self._things) > self.most:
                self._things.popitem(last=False)
        return made
