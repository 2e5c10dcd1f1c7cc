"""Hours of a live stream, in minutes of reading: whether `blazon serve` stays as large and as quick as it was.

`python -m blazon.benches.soak --minutes 60`. A process logs fifty entities of boxes thirty times a second and a mask of
1080 rows ten times; a server of its own takes it in, and forgets what is too old. Ends with 1 where something grew, was
dropped, or got lost.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from blazon.benches.live import started

LISTENS_WITHIN_S, ENDS_WITHIN_S = 60.0, 30.0
GROWS_AT_MOST = 1.05  # memory of the last third against the middle one
WORKS_AT_MOST = 1.25  # processor time for a row in the last third against the first
SLOWS_AT_MOST, SLOWS_AT_MOST_MS = 1.25, 5.0  # the p99 of the last third against the first: a share, and beside it
_PAUSE_S = 0.1


@dataclass(frozen=True, slots=True)
class Sample:
    """The server at a moment.

    cpu_s : processor time so far. rss_mib : resident memory. dropped : chunks. troubles : of senders, how many.
    load : of the machine, the average of a minute: with more than it has cores, latencies are those of others as well.
    """

    at_s: float
    cpu_s: float
    rss_mib: float
    held_mib: float
    rows: int
    rows_per_s: float
    forgotten: int
    dropped: int
    troubles: int
    p50_ms: float
    p99_ms: float
    load: float

    def as_line(self) -> str:
        """Return it to read."""
        return (
            f"{self.at_s:6.0f} s  RSS {self.rss_mib:6,.0f} MiB, {self.held_mib:,.0f} of it chunks;"
            f" {self.rows:,} rows, {self.rows_per_s:,.0f} a second; {self.forgotten:,} chunks forgotten,"
            f" {self.dropped} dropped; latency p50 {self.p50_ms:.1f} ms, p99 {self.p99_ms:.1f};"
            f" {1e6 * self.cpu_s / max(self.rows, 1):.0f} us a row; load {self.load:.1f}"
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a soak has shown.

    grows : memory of the last third against the middle one. works, slows : processor time for a row, and the p99, of
    the last third against the first. slower_ms : what `slows` is in milliseconds. lost : rows that did not arrive.
    """

    grows: float
    works: float
    slows: float
    slower_ms: float
    dropped: int
    lost: int
    troubles: int

    @property
    def holds(self) -> bool:
        """Whether all is as it should be."""
        is_quick = self.slows <= SLOWS_AT_MOST or self.slower_ms <= SLOWS_AT_MOST_MS
        is_same = self.grows <= GROWS_AT_MOST and self.works <= WORKS_AT_MOST
        return is_same and is_quick and not (self.dropped or self.lost or self.troubles)

    def as_line(self) -> str:
        """Return it to read."""
        return (
            f"{'HOLDS' if self.holds else 'MISSED'}: memory of the last third {self.grows:.3f} of the middle one's;"
            f" processor time a row of the last third {self.works:.2f} of the first one's;"
            f" p99 of the last third {self.slows:.2f} of the first one's, {self.slower_ms:+.1f} ms;"
            f" {self.dropped} chunks dropped, {self.lost} rows lost, {self.troubles} troubles"
        )


class ServerProcess:
    """`blazon serve`, a process of ours on the loopback; for a `with`. memory_limit : as its flag takes it."""

    def __init__(self, memory_limit: str) -> None:
        self._words = [sys.executable, "-m", "blazon", "serve", "--port", "0", "--json", "--memory-limit", memory_limit]
        self.stats: dict[str, Any] = {}  # the newest that it said
        self._running: subprocess.Popen[str]
        self._reader: threading.Thread

    def __enter__(self) -> Self:
        self._running = subprocess.Popen(
            self._words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        until = time.monotonic() + LISTENS_WITHIN_S
        while not self.stats and time.monotonic() < until and self._running.poll() is None:
            time.sleep(_PAUSE_S)
        if not self.stats:
            self.__exit__()
            raise TimeoutError(f"blazon serve says nothing within {LISTENS_WITHIN_S:g} s")
        return self

    def __exit__(self, *_: object) -> None:
        for word in (signal.SIGINT, signal.SIGKILL):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._running.send_signal(word)
                self._running.wait(ENDS_WITHIN_S)
        self._reader.join(ENDS_WITHIN_S)
        assert self._running.stdout is not None
        self._running.stdout.close()

    @property
    def url(self) -> str:
        """What the SDK connects to."""
        return str(self.stats["url"])

    def sample(self, at_s: float) -> Sample:
        """Return how it is now, as far as it said. Raises `OSError` where it has ended."""
        lines = Path(f"/proc/{self._running.pid}/status").read_text("utf-8").splitlines()
        rss_mib = next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), None)
        if rss_mib is None:
            raise ProcessLookupError("blazon serve has ended")
        stats = self.stats
        drained = {name: float("nan") if value is None else value for name, value in stats["drained"].items()}
        return Sample(
            at_s=at_s,
            cpu_s=_cpu_s(self._running.pid),
            rss_mib=rss_mib,
            held_mib=stats["memory_bytes"] / 2**20,
            rows=stats["rows"],
            rows_per_s=stats["rows_per_s"],
            forgotten=stats["forgotten"],
            dropped=sum(stats["dropped"].values()),
            troubles=sum(stats["troubles"].values()),
            p50_ms=drained["p50_ms"],
            p99_ms=drained["p99_ms"],
            load=os.getloadavg()[0],
        )

    def _read(self) -> None:
        assert self._running.stdout is not None
        for line in self._running.stdout:
            self.stats = json.loads(line)


def main(words: Sequence[str] | None = None) -> int:
    """Soak, say how it goes, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--every", type=float, default=60.0, metavar="SECONDS", help="a line; default: %(default)s")
    parser.add_argument("--memory-limit", default="1GiB", metavar="SIZE", help="of the server; default: %(default)s")
    given = parser.parse_args(words)
    found: list[Sample] = []
    with ServerProcess(given.memory_limit) as server, started("soak", server.url, 60 * given.minutes) as process:
        for sample in _samples(server, process, given.every):
            found.append(sample)
            print(sample.as_line(), flush=True)
        assert process.stdout is not None
        logged = int(json.loads(process.stdout.readline() or '{"logged": 0}')["logged"])
    verdict = judged(found, logged, server.stats)
    print(verdict.as_line(), flush=True)
    return 0 if verdict.holds else 1


def judged(found: Sequence[Sample], logged: int, last: dict[str, Any]) -> Verdict:
    """Return what samples show, three or more of them. logged : rows. last : what the server said when it ended."""
    if len(found) < 6:
        raise ValueError(f"{len(found)} samples are too few; soak longer, or give a smaller --every")
    third = len(found) // 3
    first, middle, end = found[:third], found[third:-third], found[-third:]
    before, after = (statistics.median(each.p99_ms for each in part) for part in (first, end))
    sizes = [statistics.median(each.rss_mib for each in part) for part in (middle, end)]
    return Verdict(
        grows=sizes[1] / sizes[0],
        works=_cpu_s_a_row(end) / _cpu_s_a_row(first),
        slows=after / before,
        slower_ms=after - before,
        dropped=sum(last["dropped"].values()),
        lost=max(0, logged - last["rows"]) if logged else -1,
        troubles=sum(last["troubles"].values()),
    )


def _cpu_s_a_row(found: Sequence[Sample]) -> float:
    return (found[-1].cpu_s - found[0].cpu_s) / max(found[-1].rows - found[0].rows, 1)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _samples(server: ServerProcess, process: subprocess.Popen[str], every_s: float) -> Iterator[Sample]:
    """Yield a sample every so often, once something came, until the process that logs has ended."""
    until = time.monotonic() + LISTENS_WITHIN_S
    while not server.stats["rows"] and time.monotonic() < until and process.poll() is None:
        time.sleep(_PAUSE_S)
    begun = time.monotonic()
    due = every_s
    while process.poll() is None:
        time.sleep(_PAUSE_S)
        if time.monotonic() - begun >= due:
            yield server.sample(due)
            due += every_s


if __name__ == "__main__":
    sys.exit(main())
