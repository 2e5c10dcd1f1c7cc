"""What a live stream has done so far, as one cheap snapshot: depths, rates, drops, latencies."""

from __future__ import annotations

import time as clock
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

KEPT = 4096  # latencies
RATE_OVER_S, SAMPLE_S = 2.0, 0.1


@dataclass(frozen=True, slots=True)
class Latency:
    """From `rr.log` to something, of the newest chunks, milliseconds; NaN where nothing came yet."""

    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStats:
    """A snapshot.

    url : what `rr.connect_grpc` takes. senders : connected now. chunks, rows, n_bytes : put into recordings so far, and
    a second, over the last two. queue_… : what waits. dropped : chunks that a policy dropped, by entity.
    drained, drawn : latencies from `rr.log` to the recording, and to a picture. memory_… : what recordings hold, bytes.
    forgotten : chunks that had to go from memory. saved_bytes : written by `--save`. save_failure : why no more is.
    troubles : what senders did wrong, and how often.
    """

    url: str
    senders: int
    recordings: int
    chunks: int
    rows: int
    n_bytes: int
    rows_per_s: float
    bytes_per_s: float
    queue_depth: int
    queue_bytes: int
    queue_limit_bytes: int
    dropped: Mapping[str, int]
    drained: Latency
    drawn: Latency
    memory_bytes: int
    memory_limit_bytes: int
    forgotten: int
    saved_bytes: int
    save_failure: str | None
    troubles: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """Return plain data, in which what is not known yet is None."""
        found = asdict(self)
        for name in ("drained", "drawn"):
            found[name] = {key: None if np.isnan(value) else round(value, 3) for key, value in found[name].items()}
        return found

    def as_line(self) -> str:
        """Return the most important of it as one line."""
        parts = [
            f"{self.senders} sender{'s' if self.senders != 1 else ''}",
            f"{self.rows_per_s:,.0f} rows/s",
            f"{self.bytes_per_s / 1e6:,.1f} MB/s",
            f"queue {self.queue_depth:,}",
            f"memory {self.memory_bytes / 2**20:,.0f} MiB",
        ]
        if not np.isnan(self.drained.p50_ms):
            parts.append(f"latency {self.drained.p50_ms:.0f} ms, p99 {self.drained.p99_ms:.0f}")
        if self.dropped:
            parts.append(f"{sum(self.dropped.values()):,} chunks dropped")
        if self.save_failure:
            parts.append("no longer saved")
        return " · ".join(parts)


class Latencies:
    """The newest latencies."""

    def __init__(self) -> None:
        self._kept = np.zeros(KEPT, np.float64)
        self._count = 0

    def add(self, logged_ns: NDArray[np.int64], now_ns: int) -> None:
        """Note that what was logged at some times, int64 (n,), has arrived now. A clock that is off counts as 0."""
        found = np.maximum(now_ns - logged_ns[-KEPT:], 0) / 1e6
        at = (self._count + np.arange(len(found))) % KEPT
        self._kept[at] = found
        self._count += len(found)

    def summary(self) -> Latency:
        """Return the middle and the tail."""
        if self._count == 0:
            return Latency(float("nan"), float("nan"))
        p50, p99 = np.percentile(self._kept[: min(self._count, KEPT)], [50, 99])
        return Latency(float(p50), float(p99))


class Rate:
    """How much a second, over the last two."""

    def __init__(self) -> None:
        self._noted = clock.monotonic()  # when something came
        self._samples: deque[tuple[float, int, int]] = deque([(self._noted, 0, 0)])

    def note(self, rows: int, n_bytes: int) -> None:
        """Note how much there was in all, up to now."""
        now = self._noted = clock.monotonic()
        if now - self._samples[-1][0] < SAMPLE_S:
            return
        self._samples.append((now, rows, n_bytes))
        while len(self._samples) > 2 and now - self._samples[1][0] > RATE_OVER_S:
            self._samples.popleft()

    def per_second(self, rows: int, n_bytes: int) -> tuple[float, float]:
        """Return rows and bytes a second, of how much there is in all now."""
        now = clock.monotonic()
        if now - self._noted > RATE_OVER_S:
            return 0.0, 0.0
        start, rows_before, bytes_before = next(
            (each for each in list(self._samples) if now - each[0] <= RATE_OVER_S), self._samples[-1]
        )
        span = max(now - start, SAMPLE_S)
        return (rows - rows_before) / span, (n_bytes - bytes_before) / span
