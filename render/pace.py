"""When a picture of a stream is worth drawing: once what was logged together has come. Times are seconds."""

from __future__ import annotations

GATHER_S = 0.003  # for which nothing more has come
LONGEST_S = 0.015  # for which it waits at most


class Pace:
    """Says how long to wait with a picture."""

    def __init__(self) -> None:
        self._rows = 0
        self._noticed_s: float | None = None  # when it was noticed first that more than is drawn has come

    def wait_s(self, rows: int, came_s: float, now: float) -> float:
        """Return how long to wait yet; 0: draw. rows : that have come. came_s : when the last of them did."""
        if rows == self._rows:
            return 0.0
        if self._noticed_s is None:
            self._noticed_s = now
        left = min(came_s + GATHER_S, self._noticed_s + LONGEST_S) - now
        if left > 0:
            return left
        self._rows, self._noticed_s = rows, None
        return 0.0
