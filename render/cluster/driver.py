"""Jobs on a cluster: who does what is Ray's to decide, what becomes of it is decided here.

Ray retries nothing: a try that is lost is told from one that failed, counted, and swept up after, by the mark that each
try puts on what it is writing. A try redoes all of its part: what a machine that is gone had reported as written may
never have left its memory, and what lies there may be of an older run.
"""

from __future__ import annotations

import contextlib
import time as clock
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import blazon
from blazon.ingest.errors import ClusterError
from blazon.render.batch import Progress, Result, Split, Tell
from blazon.render.cluster import worker
from blazon.render.cluster.link import connected
from blazon.render.cluster.orders import Answer, folders_of, packed
from blazon.render.cluster.post import Post
from blazon.render.cluster.shares import Share, parts_for, slots
from blazon.render.cluster.tries import Try, how_it_was_lost, what_a_node_lacks
from blazon.render.jobs import Job
from blazon.render.plans import check_names

MOST_TRIES = 3
MOST_WAITING = 2000  # tries that Ray knows of: it can tell a cluster that grows by itself how much there is to do
LISTEN_S = 0.2
ONE_CPU = Share()
AGAIN_S = 5.0  # after which they are told once more
PATIENCE_S = 30.0  # for what nodes are in the middle of when they are told to stop
WITHOUT_NODES_S = 60.0  # until what no node has room for any more is given up
REPORT_EVERY_S, MOST_REPORTS = 0.5, 200  # of one job, at the most; a second, of all jobs


def run_on_cluster(
    jobs: Sequence[Job], address: str, tell: Tell, *, share: Share = ONE_CPU, parts: int | None = None
) -> list[Result]:
    """Do jobs on a Ray cluster, sequences in parts, and return what came of each part, as they ended.

    address : see `connected`. tell : hears how far each is, what is split, and what came of it. share : of a node, for
    each job. parts : into how many each sequence is split; None: so many that all of the cluster has work. All nodes
    must reach sources and outputs under the same names, and have this version of blazon. Told to stop by a
    KeyboardInterrupt, it has the nodes end what they are in the middle of, and raises it again. Raises `ClusterError`.
    """
    check_names(jobs)
    with connected(address) as ray:
        room = slots(ray.nodes(), share)
        if not room:
            raise ClusterError(
                f"no node of the Ray cluster at {address} has {share} for a job; give less, or add nodes"
            )
        return _Run(ray, share, room, tell).do(jobs, parts or parts_for(len(jobs), room))


class _Run:
    """The tries that wait, and those that Ray has."""

    def __init__(self, ray: Any, share: Share, room: int, tell: Tell) -> None:
        self._ray, self._share, self._tell = ray, share, tell
        self._every_s = max(REPORT_EVERY_S, room / MOST_REPORTS)
        self._name = uuid.uuid4().hex[:8]
        self._left: deque[Try] = deque()
        self._tries: dict[Any, Try] = {}
        self._begun: dict[int, Try] = {}
        self._lost: list[Try] = []
        self._results: list[Result] = []
        self._stops = False
        self._had_room = clock.monotonic()
        self._post = ray.remote(num_cpus=0, max_restarts=-1, **self._here())(Post).remote()
        self._word = self._post.take.remote()

    def do(self, jobs: Sequence[Job], parts: int) -> list[Result]:
        """Do all, and return what came of them."""
        options = {"num_cpus": self._share.cpus, "num_gpus": self._share.gpus, "max_retries": 0}
        # CUDA, and so a video's encoder, keeps to the first GPU that its process was given
        keeps_gpu = self._share.gpus and any(job.output.is_video for job in jobs)
        self._draw = self._ray.remote(**options, max_calls=1 if keeps_gpu else 0)(worker.draw)
        self._split = self._ray.remote(**options, max_calls=0)(worker.split)
        self._left.extend(Try(job, job, parts if parts > 1 and job.output.is_sequence else 1) for job in jobs)
        try:
            self._go_on()
        except KeyboardInterrupt:
            self._stop()
            raise
        finally:
            self._sweep()
        return self._results

    def _go_on(self) -> None:
        while self._left or self._tries:
            while self._left and len(self._tries) < MOST_WAITING:
                self._begin(self._left.popleft())
            self._hear()
            if self._lost:
                self._check_room()

    def _begin(self, each: Try) -> None:
        each.number, each.is_begun = len(self._begun), True
        self._begun[each.number] = each
        each.mark = f"{self._name}-{each.number}-"
        order = packed(each.sent, each.mark, self._share.cpus)
        if each.parts > 1:
            answer = self._split.remote(blazon.__version__, order, each.parts)
        else:
            answer = self._draw.remote(blazon.__version__, order, self._post, each.number, self._every_s)
        self._tries[answer] = each

    def _hear(self) -> None:
        """Take what was answered, and what was said, since the last time; waits a little."""
        answers = list(self._tries)
        ended, _ = self._ray.wait(answers, num_returns=len(answers), timeout=LISTEN_S)
        self._read()
        for each in ended:
            self._take(self._tries.pop(each), each)

    def _take(self, each: Try, ref: Any) -> None:
        errors, each.is_begun = self._ray.exceptions, False
        try:
            answer: Answer = self._ray.get(ref)
        except errors.TaskCancelledError:
            return
        except errors.RayTaskError as error:
            self._end(each, Answer(error=what_a_node_lacks(error)))
        except errors.RayError as error:
            self._lose(each, how_it_was_lost(error))
        else:
            self._split_up(each, answer.parts) if answer.parts else self._end(each, answer)

    def _split_up(self, each: Try, parts: Sequence[Job]) -> None:
        if len(parts) > 1:
            self._tell(Split(each.job, len(parts)))
        tries = [Try(replace(each.job, part=part.part), part) for part in parts]
        self._left.extendleft(reversed(tries))  # before others are: those parts hold a whole sequence up

    def _end(self, each: Try, answer: Answer) -> None:
        result = Result(each.job, answer.seconds, answer.pictures, answer.notices, answer.error)
        self._results.append(result)
        self._tell(result)

    def _lose(self, each: Try, reason: str) -> None:
        self._lost.append(each)
        if self._stops:
            self._end(each, Answer(error=f"interrupted: {reason}"))
        elif each.lost + 1 < MOST_TRIES:
            self._left.appendleft(Try(each.job, each.sent, each.parts, each.lost + 1))
        else:
            self._end(each, Answer(error=f"{reason}, the last of {MOST_TRIES} times; nothing more was tried"))

    def _read(self) -> None:
        """Tell how far jobs are. Nothing is lost if nobody can say."""
        if not self._ray.wait([self._word], timeout=0)[0]:
            return
        with contextlib.suppress(self._ray.exceptions.RayError):
            for number, (done, total) in self._ray.get(self._word).items():
                each = self._begun[number]
                each.total = total
                if each.is_begun:
                    self._tell(Progress(each.job, done, total))
        self._word = self._post.take.remote()

    def _check_room(self) -> None:
        """Give up what waits for a node that does not come back."""
        if slots(self._ray.nodes(), self._share):
            self._had_room = clock.monotonic()
        elif clock.monotonic() - self._had_room > WITHOUT_NODES_S:
            waiting = [*self._left, *self._tries.values()]
            self._left.clear()
            self._tries.clear()
            for each in waiting:
                self._end(each, Answer(error=f"no node that has {self._share} for a job is left in the cluster"))

    def _stop(self) -> None:
        """Have nodes end what they are in the middle of, and hear how that went.

        They are told again and again: an interrupt that comes while a process calls back into Python, out of an import
        or a destructor, is lost there.
        """
        self._stops = True
        self._left.clear()
        for by_force, patience_s in ((False, PATIENCE_S), (True, PATIENCE_S / 3)):
            until = clock.monotonic() + patience_s
            while self._tries and clock.monotonic() < until:
                for ref in self._tries:
                    self._ray.cancel(ref, force=by_force)
                again = min(until, clock.monotonic() + AGAIN_S)
                while self._tries and clock.monotonic() < again:
                    self._hear()

    def _sweep(self) -> None:
        """Remove what tries that were lost, or did not stop, left behind."""
        left = [(folders_of(each.sent, each.total), each.mark) for each in (*self._lost, *self._tries.values())]
        if left:
            sweep = self._ray.remote(num_cpus=0, max_retries=MOST_TRIES)(worker.sweep)
            with contextlib.suppress(self._ray.exceptions.RayError):
                self._ray.get(sweep.remote(left), timeout=PATIENCE_S)

    def _here(self) -> dict[str, Any]:
        """Where what must not be lost with a node is best kept: on this one."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        node = self._ray.get_runtime_context().get_node_id()
        return {"scheduling_strategy": NodeAffinitySchedulingStrategy(node, soft=True)}
