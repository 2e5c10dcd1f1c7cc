"""When a picture of a stream is worth drawing: once what was logged together has come. Times are seconds."""

from __future__ import annotations

LONGEST_S = 0.016  # for which it waits for the rest at most


class Pace:
    """Says how long to wait with a picture."""

    def __init__(self) -> None:
        self._rows = 0

    def wait_s(self, rows: int, first_s: float, now: float, *, is_whole: bool) -> float:
        """Return how long to wait yet; 0: draw. rows : that have come.

        first_s : when the first of those came that are in no picture yet. is_whole : whether no more is expected.
        """
        left = 0.0 if rows == self._rows or is_whole else first_s + LONGEST_S - now
        if left > 0:
            return left
        self._rows = rows
        return 0.0
