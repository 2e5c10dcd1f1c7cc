"""Live streams: the real SDK streams into the real sink, through a real socket."""

from __future__ import annotations

import json
import select
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from blazon.ingest.chunk import ChunkRef
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.live import Live
from blazon.ingest.memory import Memory
from blazon.ingest.moments import At
from blazon.ingest.queue import Arrival, Policy
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import TimeKind, Timeline

WITHIN_S = 20.0
FRAME = Timeline("frame", TimeKind.SEQUENCE)


@pytest.fixture
def serve() -> Iterator[Callable[..., Live]]:
    """`serve(…)` listens on a free port until the test is over."""
    opened: list[Live] = []

    def serve(**given: Any) -> Live:
        opened.append(Live(**{"port": 0, **given}))
        return opened[-1]

    yield serve
    for each in opened:
        each.stop()


def wait_for(what: Callable[[], Any]) -> Any:
    """What `what` answers once that is true; fails where it never is."""
    until = time.monotonic() + WITHIN_S
    while not (found := what()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)
    return found


def stream_to(live: Live, name: str = "sender", recording_id: str | None = None) -> rr.RecordingStream:
    stream = rr.RecordingStream(name, recording_id=recording_id)
    stream.connect_grpc(live.url)
    return stream


def done(stream: rr.RecordingStream) -> None:
    stream.flush()
    stream.disconnect()


def all_rows(recording: Recording) -> dict[tuple[str, str], list[Any]]:
    """Every cell of each component of each entity, by (timeline, time), without the times of logging."""
    found: dict[tuple[str, str], list[Any]] = {}
    for entity in recording.entities():
        for component in recording.components(entity):
            if component.startswith("RecordingInfo"):
                continue
            lines = [None, *(each.timeline for each in recording.timelines() if each.timeline.name != "log_time")]
            cells = []
            for line in lines:
                for row in recording.rows(entity, [component], line):
                    if line is None or row.time > -(2**63):
                        value = recording.read([row], component)
                        cells.append((str(line), row.time, str(np.asarray(value, object).tolist())))
            found[str(entity), component] = sorted(set(cells))
    return found


def log_a_bit_of_everything(stream: rr.RecordingStream) -> None:
    context = rr.AnnotationContext([(0, "nothing"), (1, "person", (255, 0, 0)), (2, "car")])
    stream.log("/", context, static=True)
    for frame in range(20):
        stream.set_time("frame", sequence=frame)
        stream.set_time("ts", timestamp=1_700_000_000.0 + frame)
        stream.log("cam/mask", rr.SegmentationImage(np.full((48, 64), frame % 3, np.uint8)))
        stream.log("cam/boxes", rr.Boxes2D(mins=[[frame, 2]], sizes=[[9, 9]], class_ids=[1], labels=[f"box {frame}"]))
        stream.log("world/points", rr.Points3D(np.eye(3) * frame, class_ids=[0, 1, 2]))
        stream.log("world", rr.Transform3D(translation=[frame, 0, 0]))
        if frame % 5 == 4:
            stream.log("world", rr.Clear(recursive=True))
    times = rr.TimeColumn("frame", sequence=[30, 31, 32])
    stream.send_columns(
        "late", indexes=[times], columns=rr.Points2D.columns(positions=np.eye(6, 2)).partition([1, 2, 3])
    )


def test_what_arrives_is_what_a_file_would_hold(serve: Callable[..., Live], tmp_path: Path) -> None:
    live = serve(save=tmp_path / "saved.rrd")
    streamed = stream_to(live, recording_id="one")
    log_a_bit_of_everything(streamed)
    done(streamed)
    filed = rr.RecordingStream("sender", recording_id="one")
    filed.save(tmp_path / "file.rrd")
    log_a_bit_of_everything(filed)
    done(filed)
    expected = all_rows(bz.load(tmp_path / "file.rrd"))
    wait_for(lambda: live.recordings and all_rows(live.recordings[0]) == expected)
    assert len(expected) > 10
    assert (live.recordings[0].application_id, live.recordings[0].recording_id) == ("sender", "one")
    assert all_rows(bz.load(tmp_path / "saved.rrd")) == expected
    with bz.Offscreen(320, 240) as screen:
        for at in (("frame", 3), ("frame", 31)):
            pictures = [screen.render(each, at=at) for each in (live.recordings[0], bz.load(tmp_path / "file.rrd"))]
            np.testing.assert_array_equal(*pictures)


def test_fifty_senders_at_once_have_a_recording_each(serve: Callable[..., Live]) -> None:
    live = serve()
    streams = [stream_to(live, f"app {i % 5}", recording_id=f"run {i}") for i in range(50)]

    def log(number: int) -> None:
        for frame in range(10):
            streams[number].set_time("frame", sequence=frame)
            streams[number].log("p", rr.Points2D([[number, frame]]))
        done(streams[number])

    threads = [threading.Thread(target=log, args=(i,)) for i in range(50)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(WITHIN_S)
    wait_for(lambda: live.stats().rows >= 50 * 10 + 50)
    found = {each.recording_id: each for each in live.recordings}
    assert len(found) == 50
    for number in range(50):
        recording = found[f"run {number}"]
        for frame in range(10):
            cell = recording.latest(EntityPath.parse("p"), "Points2D:positions", At(FRAME, frame))
            assert cell is not None
            assert cell.value.tolist() == [[number, frame]]
    assert not live.stats().troubles
    wait_for(lambda: live.stats().senders == 0)


def test_the_newest_recording_comes_first(serve: Callable[..., Live]) -> None:
    live = serve()
    for run in ("first", "second"):
        stream = stream_to(live, recording_id=run)
        stream.log("p", rr.Points2D([[1, 2]]))
        done(stream)
        wait_for(lambda run=run: live.recordings and live.recordings[0].recording_id == run)
    assert [each.recording_id for each in live.recordings] == ["second", "first"]


def test_blueprints_make_no_recording(serve: Callable[..., Live]) -> None:
    import rerun.blueprint as rrb

    live = serve()
    stream = stream_to(live, recording_id="one")
    stream.send_blueprint(rrb.Blueprint(rrb.Spatial2DView(origin="/")), make_active=True)
    stream.log("p", rr.Points2D([[1, 2]]))
    done(stream)
    wait_for(lambda: live.recordings and live.recordings[0].has(EntityPath.parse("p"), "Points2D:positions"))
    assert [each.recording_id for each in live.recordings] == ["one"]
    assert not live.stats().troubles


def test_a_spawning_program_finds_the_sink_that_listens(serve: Callable[..., Live]) -> None:
    live = serve()
    program = f"import rerun as rr; rr.init('spawner'); rr.spawn(port={live.port}, executable_path='/bin/false');"
    program += "rr.log('p', rr.Points2D([[1, 2]]))"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, capture_output=True)
    wait_for(lambda: [each.application_id for each in live.recordings] == ["spawner"])


def test_a_sender_that_is_killed_leaves_what_it_sent(serve: Callable[..., Live]) -> None:
    live = serve()
    program = f"""
import time, rerun as rr
rr.init("dying"); rr.connect_grpc({live.url!r})
rr.log("p", rr.Points2D([[1, 2]])); rr.get_global_data_recording().flush()
print("sent", flush=True); time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as sender:
        assert sender.stdout is not None
        sender.stdout.readline()
        sender.kill()
    wait_for(lambda: live.stats().rows >= 1 and live.stats().senders == 0)
    other = stream_to(live, "next")
    other.log("p", rr.Points2D([[3, 4]]))
    done(other)
    wait_for(lambda: [each.application_id for each in live.recordings] == ["next", "dying"])


@pytest.mark.parametrize("policy", list(Policy))
def test_a_slow_consumer_loses_nothing_but_what_the_policy_drops(serve: Callable[..., Live], policy: Policy) -> None:
    """Nobody drains while 60 masks of 100 kB come into a queue of 1 MB."""
    live = serve(policy=policy, queue_bytes=1_000_000, drains=False)
    stream = stream_to(live)
    stream.log("/", rr.AnnotationContext([(1, "one")]), static=True)

    def log() -> None:
        for frame in range(60):
            stream.set_time("frame", sequence=frame)
            stream.log("mask", rr.SegmentationImage(np.random.default_rng(frame).integers(0, 9, (250, 400), np.uint8)))
            stream.flush()
        stream.log("m/static", rr.Points2D([[1, 2]]), static=True)
        done(stream)

    sender = threading.Thread(target=log)
    sender.start()
    if policy is Policy.BLOCK:
        wait_for(lambda: live.stats().queue_bytes > 800_000)
    else:
        sender.join(WITHIN_S)
        wait_for(lambda: live.stats().dropped)
    assert live.stats().queue_bytes <= 1_000_000
    wait_for(lambda: live.drain(wait_s=0.1) >= 0 and not sender.is_alive() and live.stats().senders == 0)
    live.drain()
    stats, (recording,) = live.stats(), live.recordings
    entity = EntityPath.parse("mask")
    rows = recording.rows(entity, ["SegmentationImage:buffer"], FRAME)
    assert max(row.time for row in rows) == 59
    assert len(rows) + sum(stats.dropped.values()) >= 60
    assert recording.has(EntityPath.parse("m/static"), "Points2D:positions")
    assert recording.has(EntityPath.parse("/"), "AnnotationContext:context")
    assert set(stats.dropped) == (set() if policy is Policy.BLOCK else {"/mask"})
    if policy is Policy.BLOCK:
        assert sorted(row.time for row in rows) == list(range(60))


def test_a_full_memory_forgets_the_oldest_temporal_data(serve: Callable[..., Live]) -> None:
    live = serve(memory_bytes=2_000_000)
    stream = stream_to(live)
    stream.log("context", rr.AnnotationContext([(1, "one")]), static=True)
    stream.set_time("frame", sequence=0)
    stream.log("once", rr.Pinhole(focal_length=300, width=64, height=48))
    for frame in range(100):
        stream.set_time("frame", sequence=frame)
        stream.log("mask", rr.SegmentationImage(np.random.default_rng(frame).integers(0, 9, (250, 400), np.uint8)))
        stream.flush()
    done(stream)
    entity = EntityPath.parse("mask")
    wait_for(lambda: live.recordings and live.stats().senders == 0 and live.stats().queue_depth == 0)
    wait_for(lambda: live.recordings[0].newest(entity, "SegmentationImage:buffer", FRAME) is not None)
    recording, stats = live.recordings[0], live.stats()
    assert stats.memory_bytes <= 2_000_000
    assert stats.forgotten > 50
    times = recording.times(FRAME)
    assert times[-1] == 99
    assert len(times) < 30
    assert recording.latest(entity, "SegmentationImage:buffer", At(FRAME, 10)) is None
    assert recording.latest(entity, "SegmentationImage:buffer", At(FRAME, 99)) is not None
    assert recording.has(EntityPath.parse("context"), "AnnotationContext:context")
    assert recording.latest(EntityPath.parse("once"), "Pinhole:image_from_camera", At(FRAME, 99)) is not None
    (summary,) = (each for each in recording.timelines() if each.timeline == FRAME)
    assert summary.covered.last == 99
    assert summary.rows < 40


def test_static_data_that_is_logged_again_takes_no_more_memory(serve: Callable[..., Live]) -> None:
    live = serve()
    stream = stream_to(live)
    stream.log("context", rr.AnnotationContext([(1, "one")]), static=True)
    stream.log("mask", rr.SegmentationImage(np.zeros((250, 400), np.uint8), opacity=0.5), static=True)
    for frame in range(40):
        stream.log("mask", rr.SegmentationImage(np.full((250, 400), frame, np.uint8)), static=True)
        stream.flush()
    done(stream)
    wait_for(lambda: live.recordings and live.stats().senders == 0 and live.stats().queue_depth == 0)
    recording, entity = live.recordings[0], EntityPath.parse("mask")
    cell = wait_for(lambda: recording.latest(entity, "SegmentationImage:buffer", At(None)))
    wait_for(lambda: recording.latest(entity, "SegmentationImage:buffer", At(None)).value[0] == 39)
    assert cell is not None
    assert live.stats().memory_bytes < 4 * 150_000  # the first, which has an opacity, the last, and the rest
    assert recording.latest(entity, "SegmentationImage:opacity", At(None)).value.tolist() == [0.5]
    assert recording.components(entity)["SegmentationImage:buffer"] == 2


def test_what_is_forgotten_is_no_longer_drawn_nor_counted() -> None:
    """`forget` leaves what a recording that never had those rows would be."""
    kept, whole = bz.Recording("kept"), bz.Recording("whole")
    refs: list[ChunkRef] = []
    for frame in range(6):
        for recording in (kept, whole):
            if recording is whole or frame >= 3:
                recording.set_time("frame", sequence=frame)
                recording.log("p", bz.Points2D([[frame, frame]]))
        refs += [ref for ref in whole._refs_on(FRAME) if ref not in refs][: 1 if frame < 3 else 0]
    assert len(refs) == 3
    generation = whole.generation
    whole.forget(refs)
    assert whole.generation > generation
    assert whole.times(FRAME).tolist() == kept.times(FRAME).tolist() == [3, 4, 5]
    assert whole.components(EntityPath.parse("p")) == kept.components(EntityPath.parse("p"))
    with bz.Offscreen(64, 48) as screen:
        for frame in (1, 3, 5):
            looks = {"at": ("frame", frame), "bounds": (0, 0, 64, 48)}
            np.testing.assert_array_equal(screen.render(whole, **looks), screen.render(kept, **looks))


def test_memory_never_forgets_the_newest_of_an_entity() -> None:
    recording, memory = bz.Recording("memory"), Memory(1)
    for name in ("a", "b"):
        recording.set_time("frame", sequence=0)
        recording.log(name, bz.Points2D([[1, 2]]))
    refs = recording._refs_on(FRAME)
    memory.add(recording, [Arrival(("", ""), ref, 1000, 0) for ref in refs])
    assert memory.forgotten == 0
    assert len(recording._refs_on(FRAME)) == 2


def test_latencies_are_from_log_to_drained_and_to_drawn(serve: Callable[..., Live]) -> None:
    live = serve(drains=False)
    stream = stream_to(live)
    stream.log("p", rr.Points2D([[1, 2]]))
    done(stream)
    wait_for(lambda: live.stats().queue_depth)
    time.sleep(0.2)
    wait_for(lambda: live.drain(wait_s=0.1) == 0 and live.recordings)
    stats = live.stats()
    assert 200 <= stats.drained.p50_ms < WITHIN_S * 1e3
    assert np.isnan(stats.drawn.p50_ms)
    live.mark_drawn(live.take_undrawn())
    assert live.stats().drawn.p50_ms >= stats.drained.p50_ms
    json.dumps(live.stats().as_json(), allow_nan=False)
    assert "1 sender" not in live.stats().as_line()


def test_drain_gives_up_its_thread_after_the_budget(serve: Callable[..., Live]) -> None:
    live = serve(drains=False)
    stream = stream_to(live)
    for frame in range(400):
        stream.set_time("frame", sequence=frame)
        stream.log(f"p/{frame}", rr.Points2D([[1, 2]]))
    done(stream)
    wait_for(lambda: live.stats().senders == 0)
    total = live.stats().queue_depth
    first = live.drain(budget_s=0.0)
    assert 0 < first < total
    assert live.drain() == total - first


def test_a_taken_port_names_the_flag(serve: Callable[..., Live]) -> None:
    live = serve()
    with pytest.raises(bz.SourceError, match="--port"):
        serve(port=live.port)


def test_a_file_that_is_there_is_not_written_over(serve: Callable[..., Live], tmp_path: Path) -> None:
    (tmp_path / "a.rrd").write_bytes(b"mine")
    with pytest.raises(bz.SourceError, match="--save"):
        serve(save=tmp_path / "a.rrd")
    assert (tmp_path / "a.rrd").read_bytes() == b"mine"


def test_a_full_disk_is_told_and_the_stream_goes_on(serve: Callable[..., Live]) -> None:
    live = serve(save=None)
    from blazon.ingest.rerun.writer import RrdWriter

    live._writer = RrdWriter.__new__(RrdWriter)
    full = live._writer
    full.path, full.n_bytes, full.failure, full._lock = Path("/dev/full"), 0, None, threading.Lock()
    import os

    full._file = os.open("/dev/full", os.O_WRONLY)
    stream = stream_to(live)
    stream.log("p", rr.Points2D([[1, 2]]))
    done(stream)
    wait_for(lambda: live.recordings and live.recordings[0].has(EntityPath.parse("p"), "Points2D:positions"))
    assert "No space left" in str(live.stats().save_failure)


def frames_in(path: Path) -> list[int]:
    """The frames that a file holds by now."""
    try:
        return bz.load(path).times(FRAME).tolist()
    except bz.SourceError:  # nobody has sent yet
        return []


def test_a_kill_leaves_a_file_that_can_be_read(tmp_path: Path) -> None:
    saved = tmp_path / "saved.rrd"
    program = f"""
import blazon as bz, time
live = bz.serve(port=0, save={str(saved)!r})
print(live.url, flush=True); time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        stream = rr.RecordingStream("sender")
        stream.connect_grpc(url)
        for frame in range(50):
            stream.set_time("frame", sequence=frame)
            stream.log("p", rr.Points2D([[frame, 0]]))
        stream.flush()
        wait_for(lambda: frames_in(saved) == list(range(50)))
        server.kill()
    with pytest.raises(Exception, match="gRPC"):
        done(stream)
    assert bz.load(saved).times(FRAME).tolist() == list(range(50))
    with saved.open("ab") as file:
        file.write(b"\x02\0\0\0\0\0\0\0\xff\0")  # a message that was cut off
    assert bz.load(saved).times(FRAME).tolist() == list(range(50))


def test_through_a_proxy_that_speaks_tls(serve: Callable[..., Live], tmp_path: Path) -> None:
    """The SDK speaks no TLS: something beside it does, as `stunnel` would."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost", "-keyout"]
    subprocess.run(["openssl", *words, str(key), "-out", str(certificate)], check=True, capture_output=True)
    from blazon.ingest.rerun.server import Access

    live = serve(access=Access(certificate=str(certificate), key=str(key)))
    assert live.url.startswith("rerun+https://")
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    context.set_alpn_protocols(["h2"])
    listener = socket.create_server(("127.0.0.1", 0))

    def forward() -> None:
        plain, _ = listener.accept()
        with context.wrap_socket(socket.create_connection(("127.0.0.1", live.port))) as secret, plain:
            others = {plain: secret, secret: plain}
            while True:  # by one thread: an SSL socket is not for two
                ready = [secret] if secret.pending() else select.select([plain, secret], [], [])[0]
                for each in ready:
                    data = each.recv(65536)
                    if not data:
                        return
                    others[each].sendall(data)

    threading.Thread(target=forward, daemon=True).start()
    stream = rr.RecordingStream("sender")
    stream.connect_grpc(f"rerun+http://127.0.0.1:{listener.getsockname()[1]}/proxy")
    stream.log("p", rr.Points2D([[1, 2]]))
    done(stream)
    wait_for(lambda: live.recordings and live.recordings[0].has(EntityPath.parse("p"), "Points2D:positions"))
    listener.close()


def test_attached_streams_are_drawn_as_they_are_logged() -> None:
    stream = rr.RecordingStream("notebook", recording_id="cell")
    recording = bz.attach(stream)
    assert (recording.application_id, recording.recording_id) == ("notebook", "cell")
    context = rr.AnnotationContext([(1, "person", (255, 0, 0)), (2, "car", (0, 255, 0))])
    stream.log("/", context, static=True)
    with bz.Offscreen(64, 48) as screen:
        for frame, color in enumerate([(255, 0, 0, 255), (0, 255, 0, 255)]):
            stream.set_time("frame", sequence=frame)
            stream.log("mask", rr.SegmentationImage(np.full((48, 64), frame + 1, np.uint8)))
            assert tuple(screen.render(recording, labels="off")[0, 0]) == color
    with pytest.raises(bz.DtypeError, match="RecordingStream"):
        bz.attach(recording)


def test_threads_may_log_while_others_draw() -> None:
    recording = bz.Recording("threads")
    recording.log("p/0", bz.Points2D([[1, 2]]))

    def log(number: int) -> None:
        for frame in range(200):
            recording.set_time("frame", sequence=frame)
            recording.log(f"p/{number}", bz.Points2D([[number, frame]]))
            if frame % 20 == 0:
                recording.log(f"p/{number}", bz.Boxes2D(half_sizes=[[1, 1]]))

    threads = [threading.Thread(target=log, args=(i,)) for i in range(4)]
    with bz.Offscreen(64, 48) as screen:
        for each in threads:
            each.start()
        while any(each.is_alive() for each in threads):
            screen.render(recording)
        assert screen.render(recording).any()
    for number in range(4):
        assert recording.components(EntityPath.parse(f"p/{number}"))["Points2D:positions"] >= 200


def test_a_recording_that_is_forgotten_takes_no_memory_and_nothing_more() -> None:
    with bz.serve(port=0) as live:
        kept, gone = (rr.RecordingStream("app", recording_id=each) for each in ("kept", "gone"))
        for stream in (kept, gone):
            stream.connect_grpc(live.url)
            stream.log("/", rr.AnnotationContext([(1, "road")]), static=True)
            for frame in range(40):
                stream.set_time("frame", sequence=frame)
                stream.log("points", rr.Points2D(np.zeros((1000, 2))))
            stream.flush()
        wait_for(lambda: [len(each.entities()) >= 2 for each in live.recordings] == [True, True])
        wait_for(
            lambda: all(
                each.timelines() and max(line.rows for line in each.timelines()) >= 40 for each in live.recordings
            )
        )
        before = live.stats().memory_bytes
        live.forget(next(each for each in live.recordings if each.recording_id == "gone"))
        assert [each.recording_id for each in live.recordings] == ["kept"]
        assert live.stats().memory_bytes < 0.6 * before
        gone.log("points", rr.Points2D([[1, 2]]))
        gone.flush()
        kept.log("more", rr.Points2D([[1, 2]]))
        kept.flush()
        wait_for(lambda: any(str(each) == "/more" for each in live.recordings[0].entities()))
        assert [each.recording_id for each in live.recordings] == ["kept"]
        kept.disconnect()
        gone.disconnect()
        again = rr.RecordingStream("app", recording_id="gone")
        again.connect_grpc(live.url)
        again.log("points", rr.Points2D([[1, 2]]))
        again.flush()
        wait_for(lambda: "gone" in [each.recording_id for each in live.recordings])
        again.disconnect()
