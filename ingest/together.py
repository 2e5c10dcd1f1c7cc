"""What comes together: a program logs a lot at once, then nothing for a while, and so on. Times are seconds.

The SDK sends what there is each 8 ms, so that what is logged at once may come in parts. Source: WIRE, trap 4.
"""

from __future__ import annotations

APART_S = 0.012  # for which nothing comes, between what is logged together


class Together:
    """Rows as they come. first_s : when the first came of those that nobody took, or that were taken last."""

    def __init__(self) -> None:
        self.first_s = self._last_s = self._began_s = float("-inf")
        self._is_taken = True
        self._rows = self._before = 0  # that came together: now, and before that

    def note(self, rows: int, now: float) -> None:
        """Note that some came."""
        if now - self._last_s > APART_S:
            self._before, self._rows, self._began_s = self._rows, 0, now
        self._rows, self._last_s = self._rows + rows, now
        if self._is_taken:
            self.first_s, self._is_taken = now, False

    def take(self) -> None:
        """Take all that came."""
        self._is_taken = True

    def give_back(self) -> None:
        """Have what came together last be taken by nobody."""
        self.first_s, self._is_taken = self._began_s, False

    @property
    def is_whole(self) -> bool:
        """Whether as many came together as the last time. It takes a time before that can be said."""
        return 0 < self._before <= self._rows
