"""A live stream: the server, the queue, and the recordings that they fill.

Senders' threads decode and put chunks into the queue; one thread at a time takes them out (`drain`), its own unless
who draws does it. Source: DESIGN, "the life of a message".
"""

from __future__ import annotations

import contextlib
import os
import threading
import time as clock
from collections import Counter, deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import numpy as np

from blazon.ingest.cache import LIMIT_BYTES as CACHE_BYTES
from blazon.ingest.cache import ChunkCache
from blazon.ingest.errors import ArgumentError, DtypeError, SourceError
from blazon.ingest.live_stats import Latencies, LiveStats, Rate
from blazon.ingest.memory import Memory, default_limit
from blazon.ingest.queue import OVERHEAD_BYTES, Arrival, Policy, Queue
from blazon.ingest.recording import Recording
from blazon.ingest.rerun.container import MessageKind
from blazon.ingest.rerun.http2 import MAY_BE_KEPT
from blazon.ingest.rerun.messages import StoreId, parse_arrow_msg, parse_set_store_info, parse_write_request
from blazon.ingest.rerun.received import Receiver
from blazon.ingest.rerun.server import LOOPBACK, PORT, Access, Server
from blazon.ingest.rerun.writer import RrdWriter
from blazon.ingest.timeline import INT64_MAX
from blazon.ingest.together import Together

QUEUE_BYTES = 256 * 2**20
BATCH = 64  # chunks that a recording takes in at once
GATHER_S = 0.002  # for which it lets chunks gather, and the senders' threads do their work
WAIT_S = 0.2  # for which the own thread waits for something to come
MOST_RECORDINGS = 10_000
MOST_UNDRAWN = 4096  # whose times are known, where nobody draws
MOST_TROUBLES = 1000  # kinds that are told apart
_Key = tuple[str, str]  # application and recording


class Live:
    """What `serve` answers with: a sink that SDK programs stream into, until `stop`.

    drains : whether a thread of its own keeps the recordings up to date; else `drain` does, whenever it is called.
    on_insert : is called, on the thread that drains, when something new is in the recordings. together : what of that
    came at once, by `time.perf_counter`. decodes : whether it decodes what comes, the newest of each entity, for who
    draws at once.
    """

    def __init__(
        self,
        *,
        port: int = PORT,
        address: str = LOOPBACK,
        access: Access | None = None,
        policy: Policy = Policy.BLOCK,
        queue_bytes: int = QUEUE_BYTES,
        memory_bytes: int | None = None,
        save: str | os.PathLike[str] | None = None,
        drains: bool = True,
    ) -> None:
        self._recordings: dict[_Key, Recording] = {}  # in the order in which they began
        self._forgotten: set[_Key] = set()
        self._lock = threading.RLock()  # of the recordings, and of what was drained
        self._queue = Queue(queue_bytes, policy)
        limit_bytes = default_limit() if memory_bytes is None else memory_bytes
        self._cache = ChunkCache(min(CACHE_BYTES, limit_bytes // 4))  # of cells, for all recordings together
        self._memory = Memory(limit_bytes - self._cache.limit_bytes)
        self._receiver = Receiver()
        self._troubles: Counter[str] = Counter()
        self._drained, self._drawn, self._rate = Latencies(), Latencies(), Rate()
        self._undrawn: deque[int] = deque(maxlen=MOST_UNDRAWN)  # when that was logged which is in no picture yet
        self._chunks = self._rows = self._bytes = 0
        self._is_open = True
        self.on_insert: Callable[[], None] | None = None
        self.together, self.decodes = Together(), False
        self._writer = RrdWriter(save) if save is not None else None
        try:
            self._server = Server(self._receive, self._note, address=address, port=port, access=access)
        except BaseException:
            if self._writer is not None:
                self._writer.close()
            raise
        self._thread: threading.Thread | None = None
        if drains:
            self._thread = threading.Thread(target=self._keep_draining, name="blazon-drain", daemon=True)
            self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    @property
    def url(self) -> str:
        """What `rr.connect_grpc` takes."""
        scheme = "rerun+https" if self._server.is_encrypted else "rerun+http"
        host = f"[{self._server.address}]" if ":" in self._server.address else self._server.address
        return f"{scheme}://{host}:{self.port}/proxy"

    @property
    def recordings(self) -> Sequence[Recording]:
        """The recordings that senders fill, the newest first; a snapshot."""
        with self._lock:
            return list(self._recordings.values())[::-1]

    @property
    def rows(self) -> int:
        """How many rows have come."""
        return self._rows

    def drain(self, budget_s: float | None = None, wait_s: float = 0.0) -> int:
        """Put what has come into the recordings; return how many chunks. Queries see them when this returns.

        budget_s : after so long it returns with what is done; None: it goes on until nothing is left.
        wait_s : how long it waits for the first chunk, if there is none.
        """
        begun, count = clock.monotonic(), 0
        batch = self._queue.take(BATCH, wait_s)
        while batch:
            self._insert(batch)
            count += len(batch)
            is_over = budget_s is not None and clock.monotonic() - begun >= budget_s
            batch = [] if is_over else self._queue.take(BATCH)
        return count

    def forget(self, recording: Recording) -> None:
        """Forget a recording, and what still comes of it, until its program announces it anew."""
        with self._lock:
            for key in [key for key, each in self._recordings.items() if each is recording]:
                del self._recordings[key]
                self._forgotten.add(key)
                self._memory.drop(recording)

    def take_undrawn(self) -> list[int]:
        """Return when that was logged, ns, which has come since the last call: before a picture of it is begun."""
        with self._lock:
            undrawn = list(self._undrawn)
            self._undrawn.clear()
            self.together.take()
        return undrawn

    def give_back(self, later: Sequence[int]) -> None:
        """Take back what is not in the picture, for that is of a step before it."""
        with self._lock:
            self._undrawn.extendleft(reversed(later))
            self.together.give_back()

    def mark_drawn(self, logged: Sequence[int]) -> None:
        """Note that what was logged then is in a picture that can be seen now."""
        if logged:
            with self._lock:
                self._drawn.add(np.array(logged, np.int64), clock.time_ns())

    def stats(self) -> LiveStats:
        """Return what it has done so far; cheap."""
        queue = self._queue.stats()
        with self._lock:
            rows_per_s, bytes_per_s = self._rate.per_second(self._rows, self._bytes)
            dropped: Counter[str] = Counter()
            for (_, entity), count in queue.dropped.items():
                dropped[str(entity)] += count
            return LiveStats(
                url=self.url,
                senders=self._server.senders,
                recordings=len(self._recordings),
                chunks=self._chunks,
                rows=self._rows,
                n_bytes=self._bytes,
                rows_per_s=rows_per_s,
                bytes_per_s=bytes_per_s,
                queue_depth=queue.depth,
                queue_bytes=queue.n_bytes,
                queue_limit_bytes=queue.limit_bytes,
                dropped=dict(dropped),
                drained=self._drained.summary(),
                drawn=self._drawn.summary(),
                memory_bytes=self._memory.n_bytes + self._cache.n_bytes,
                memory_limit_bytes=self._memory.limit_bytes + self._cache.limit_bytes,
                forgotten=self._memory.forgotten,
                saved_bytes=self._writer.n_bytes if self._writer is not None else 0,
                save_failure=self._writer.failure if self._writer is not None else None,
                troubles=dict(self._troubles),
            )

    def stop(self) -> None:
        """Cut the senders off, and take in what has come; the recordings stay. May be called twice."""
        with self._lock:
            was_open, self._is_open = self._is_open, False
        if not was_open:
            return
        self._queue.close()
        self._server.stop()
        if self._thread is not None:
            self._thread.join()
        try:
            self.drain()
        finally:
            if self._writer is not None:
                self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _keep_draining(self) -> None:
        while self._is_open:
            if self.drain(wait_s=WAIT_S):
                clock.sleep(GATHER_S)

    def _insert(self, arrivals: list[Arrival]) -> None:
        by_key: dict[_Key, list[Arrival]] = {}
        for arrival in arrivals:
            by_key.setdefault(arrival.key, []).append(arrival)  # type: ignore[arg-type] # keys are ours
        with self._lock:
            for key, each in by_key.items():
                if key in self._forgotten:
                    continue
                recording = self._recording(key)
                for part in recording.steps.parts(each, recording):
                    try:
                        recording.insert([arrival.ref for arrival in part])
                        self._memory.add(recording, part)
                    except Exception as error:  # of one sender: the others go on
                        self._note(f"{len(part)} chunks of {key[1]!r} were skipped: {type(error).__name__}: {error}")
            self._chunks += len(arrivals)
            self._rows += sum(arrival.ref.n_rows for arrival in arrivals)
            self._bytes += sum(arrival.n_bytes for arrival in arrivals)
            self._rate.note(self._rows, self._bytes)
            logged = [arrival.logged_ns for arrival in arrivals]
            self._drained.add(np.array(logged, np.int64), clock.time_ns())
            self._undrawn.extend(logged)
        self._decode(by_key)
        with self._lock:
            self.together.note(sum(arrival.ref.n_rows for arrival in arrivals), clock.perf_counter())
        told = self.on_insert
        if told is not None:
            told()

    def _decode(self, by_key: dict[_Key, list[Arrival]]) -> None:
        """Have the newest of each entity in the cache, so that who draws finds it there."""
        for key, arrivals in by_key.items() if self.decodes else ():
            recording = self._recordings.get(key)
            if recording is not None:
                refs = {arrival.ref.entity: arrival.ref for arrival in arrivals}.values()
                with contextlib.suppress(Exception):  # it is told of each by itself
                    recording.load_chunks(refs)
                for ref in refs:
                    try:
                        recording.load_chunk(ref)
                    except Exception as error:  # of one sender: the others go on
                        self._note(f"{ref.entity} of {key[1]!r} can't be read: {type(error).__name__}: {error}")

    def _receive(self, message: memoryview) -> bool:
        """Take what a sender sent, on its thread; say whether its memory is kept.

        Raises `SourceError` for what can't be read.
        """
        kind, body = parse_write_request(message)
        if self._writer is not None:
            self._writer.append(MessageKind(kind), body)
        if kind == MessageKind.SET_STORE_INFO:
            store = parse_set_store_info(body)
            if store.is_recording:
                with self._lock:
                    key = self._known_key(store)
                    self._forgotten.discard(key)
                    self._recording(key)
            return False
        arrow = parse_arrow_msg(body) if kind == MessageKind.ARROW_MSG else None
        if arrow is None or not arrow.store.is_recording:
            return False
        keeps = len(message) >= MAY_BE_KEPT and 2 * len(arrow.payload) > len(message)
        received = self._receiver.receive(arrow if keeps else arrow._replace(payload=bytes(arrow.payload)))
        if received is None:
            return False
        key = self._known_key(arrow.store)
        self._tell(key, [f"{received.ref.entity}: {notice}" for notice in received.notices])
        if received.ref.components:
            n_bytes = (len(message) if keeps else received.n_bytes) + OVERHEAD_BYTES
            logged_ns = min(received.oldest[0], INT64_MAX)
            self._queue.put(Arrival(key, received.ref, n_bytes, logged_ns, received.newest))
        return keeps

    def _key(self, store: StoreId) -> _Key:
        """The key of a store; rerun-sdk 0.24 says the application when it announces one, and never again."""
        if store.application_id:
            return store.application_id, store.recording_id
        with self._lock:
            known = (key for key in (*self._recordings, *self._forgotten) if key[1] == store.recording_id)
            return next(known, ("", store.recording_id))

    def _known_key(self, store: StoreId) -> _Key:
        """The key of a store. Raises `SourceError` for one too many."""
        key = self._key(store)
        if key not in self._recordings and len(self._recordings) >= MOST_RECORDINGS:
            raise SourceError(f"there are {MOST_RECORDINGS} recordings already; stop, and begin anew")
        return key

    def _recording(self, key: _Key) -> Recording:
        """The recording of a key, made where there is none."""
        known = self._recordings.get(key)
        if known is None:
            known = self._recordings[key] = Recording(key[0] or "unknown", recording_id=key[1])
            known.cache = self._cache
        return known

    def _tell(self, key: _Key, notices: Sequence[str]) -> None:
        if notices:
            with self._lock:
                for notice in notices if key not in self._forgotten else ():
                    self._recording(key).notices.add(None, notice)

    def _note(self, trouble: str) -> None:
        """Count what a sender did wrong."""
        with self._lock:
            if trouble in self._troubles or len(self._troubles) < MOST_TROUBLES:
                self._troubles[trouble] += 1
            else:
                self._troubles["more troubles of other kinds"] += 1


def serve(
    *,
    port: int = PORT,
    address: str = LOOPBACK,
    policy: str = "block",
    queue_bytes: int = QUEUE_BYTES,
    memory_bytes: int | None = None,
    save: str | os.PathLike[str] | None = None,
    token: str | None = None,
    tls: tuple[str, str] | None = None,
    insecure: bool = False,
) -> Live:
    """Listen for SDK programs (`rr.connect_grpc()`, `rr.spawn()`), and return what their streams fill.

    port : 0 for any that is free. address : other than loopback only with `token` (which senders say as
    `authorization: Bearer …`), `tls` (files of a certificate and its key), or `insecure`.
    policy : what happens when more than `queue_bytes` wait: "block", "latest" or "drop-oldest", see `Policy`.
    memory_bytes : of temporal data in the recordings, the oldest of which goes; None: three quarters of the machine's.
    save : a file that is made, and gets all that arrives.
    Raises `ArgumentError` and `DtypeError`, and `SourceError` for a port that is taken or a file that can't be written.
    """
    policies = {each.value: each for each in Policy}
    if policy not in policies:
        raise ArgumentError(f"policy is {policy!r}; give one of {', '.join(policies)}")
    for name, value, least in (("port", port, 0), ("queue_bytes", queue_bytes, 1), ("memory_bytes", memory_bytes, 1)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise DtypeError(f"{name} is {value!r}, a {type(value).__name__}; pass a whole number")
        if value is not None and value < least:
            raise ArgumentError(f"{name} is {value}; pass a number from {least} on")
    if token is not None and not (isinstance(token, str) and token.isascii() and token.isprintable() and token.strip()):
        raise ArgumentError("token is empty, or not printable ASCII; pass what senders have to say, or None")
    if tls is not None and (isinstance(tls, str) or len(tls) != 2):
        raise DtypeError(f"tls is {tls!r}; pass the files of a certificate and of its key, as a pair")
    certificate, key = tls or (None, None)
    return Live(
        port=port,
        address=address,
        access=Access(token=token, certificate=certificate, key=key, insecure=insecure),
        policy=policies[policy],
        queue_bytes=queue_bytes,
        memory_bytes=memory_bytes,
        save=save,
    )
