"""Many recordings, in processes of this machine: each with a GL context of its own, one job after the other.

Processes are spawned, never forked. One that ends, whatever ends it, takes its job alone with it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import time as clock
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType, TracebackType
from typing import Self

from blazon.ingest.cores import cores
from blazon.ingest.notices import Notice
from blazon.render.gpu.devices import devices, shared_out
from blazon.render.jobs import Job, attempt
from blazon.render.movie import Interrupted
from blazon.render.plans import check_names

REPORT_EVERY_S = 0.2
PATIENCE_S = 60.0  # for what processes are in the middle of when they are told to stop


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: `done` of `total` pictures."""

    job: Job
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a job. error : why it failed; None: it is done. notices : what is to be said about the data."""

    job: Job
    seconds: float
    pictures: int
    notices: Sequence[Notice] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """That a job is done in parts, each of which is told of as a job."""

    job: Job
    parts: int


Tell = Callable[[Progress | Result | Split], object]


def run_batch(jobs: Sequence[Job], workers: int, tell: Tell) -> list[Result]:
    """Do jobs in `workers` processes, GPUs shared out among them, and return what came of each, as they ended.

    tell : hears how far each job is, and what came of it. Told to stop by a KeyboardInterrupt, it has the processes
    end what they are in the middle of, and raises it again. Raises `ArgumentError` for names that mean nothing in
    another process.
    """
    check_names(jobs)
    found = devices()
    workers = max(min(workers, len(jobs)), 1)
    threads = max(cores() // workers, 1)
    with _Crew([shared_out(found, number) for number in range(workers)], tell) as crew:
        return crew.do([_with_threads(job, threads) for job in jobs])


def _with_threads(job: Job, threads: int) -> Job:
    return replace(job, output=replace(job.output, encoding=replace(job.output.encoding, threads=threads)))


class _Worker:
    """A process that does one job after the other."""

    def __init__(self, device: int | None) -> None:
        self.device = device
        spawned = multiprocessing.get_context("spawn")
        self.line, other = spawned.Pipe()
        self.process: BaseProcess = spawned.Process(target=_work, args=(other, device), daemon=True)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})  # until it minds them itself
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        other.close()
        self.job: Job | None = None
        self.begun = 0.0
        self.done = self.total = 0

    def is_gone(self) -> bool:
        """Whether it has ended, and that was noticed."""
        return self.job is None and not self.process.is_alive()

    def begin(self, job: Job) -> None:
        """Give it a job."""
        self.job, self.begun, self.done, self.total = job, clock.monotonic(), 0, 0
        with contextlib.suppress(OSError):  # it has ended: that is heard next
            self.line.send(job)

    def result(self, notices: Sequence[Notice], error: str | None) -> Result:
        """Return what came of its job."""
        assert self.job is not None
        return Result(self.job, clock.monotonic() - self.begun, self.done, notices, error)


class _Crew:
    """Processes that share jobs."""

    def __init__(self, device_numbers: Sequence[int | None], tell: Tell) -> None:
        self._tell = tell
        self._workers = [_Worker(device) for device in device_numbers]
        self._results: list[Result] = []
        self._stops = False

    def do(self, jobs: Sequence[Job]) -> list[Result]:
        """Do all, and return what came of them."""
        left = deque(jobs)
        while left or any(worker.job for worker in self._workers):
            self._workers = [_Worker(each.device) if each.is_gone() else each for each in self._workers]
            for worker in self._workers:
                if left and worker.job is None:
                    worker.begin(left.popleft())
            self._hear()
        return self._results

    def _hear(self, timeout_s: float | None = None) -> None:
        """Wait until some process says something, or ends; or for so long."""
        busy = {worker.line: worker for worker in self._workers if worker.job is not None}
        for line in wait(list(busy), timeout_s):
            worker = busy[line]  # type: ignore[index] # a Connection, as it was given
            try:
                said = worker.line.recv()
            except (EOFError, OSError):
                worker.process.join(PATIENCE_S)
                how = f"the process that drew it {_how_it_ended(worker.process.exitcode)}"
                self._end(worker, (), "interrupted: nothing was written" if self._stops else how)
                continue
            if said[0] == "report":
                _, worker.done, worker.total = said
                assert worker.job is not None
                self._tell(Progress(worker.job, worker.done, worker.total))
            else:
                self._end(worker, said[1], said[2])

    def _end(self, worker: _Worker, notices: Sequence[Notice], error: str | None) -> None:
        result = worker.result(notices, error)
        worker.job = None
        self._results.append(result)
        self._tell(result)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._stops = True
            for worker in self._workers:
                if worker.process.is_alive():
                    worker.process.terminate()
            self._hear_last(clock.monotonic() + PATIENCE_S)
        for worker in self._workers:
            worker.line.close()
        for worker in self._workers:
            worker.process.join(PATIENCE_S)
            if worker.process.is_alive():
                worker.process.kill()

    def _hear_last(self, until: float) -> None:
        """Hear how what was interrupted ended."""
        while any(worker.job for worker in self._workers) and clock.monotonic() < until:
            self._hear(max(until - clock.monotonic(), 0))


def _how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        return f"was ended by {name}" + ("; there may be too little memory" if name == "SIGKILL" else "")
    return f"ended with exit code {code}"


def _work(line: Connection, device: int | None) -> None:
    """What a process does: jobs, until there are no more, or it is told to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, for all processes at once: the first one decides
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
        while True:
            _do(line.recv(), line, device)
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _do(job: Job, line: Connection, device: int | None) -> None:
    said, newest, told = 0.0, (0, 0), (0, 0)

    def report(done: int, total: int) -> None:
        nonlocal said, newest
        newest = done, total
        if clock.monotonic() - said >= REPORT_EVERY_S or done == total:
            said = clock.monotonic()
            tell_newest()

    def tell_newest() -> None:
        nonlocal told
        if newest != told:
            told = newest
            line.send(("report", *newest))

    try:
        notices, error = attempt(job, report, device)
    except Interrupted as stop:
        tell_newest()
        line.send(("done", [], str(stop)))
        raise
    tell_newest()
    line.send(("done", list(notices), error))
