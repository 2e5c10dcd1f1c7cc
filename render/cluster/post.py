"""Where jobs leave word of how far they are, for whoever asks. Lives in a process of the cluster; imports little."""

from __future__ import annotations


class Post:
    """Keeps the last word of each job."""

    def __init__(self) -> None:
        self._said: dict[int, tuple[int, int]] = {}

    def say(self, number: int, done: int, total: int) -> None:
        """Leave word that a try is at `done` of `total` pictures. number : of the try."""
        self._said[number] = done, total

    def take(self) -> dict[int, tuple[int, int]]:
        """Return what was said since this was last asked."""
        said, self._said = self._said, {}
        return said
