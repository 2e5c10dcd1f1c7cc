"""Chunks that are joined hold what they held apart: every row, every cell, every picture."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable

import numpy as np
import pyarrow as pa
import pytest
import rerun as rr

import blazon as bz
from blazon.ingest.archetypes.schema import COMPONENTS, Kind
from blazon.ingest.chunk import ChunkRef, Ragged
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.memory import Memory
from blazon.ingest.moments import At
from blazon.ingest.queue import OVERHEAD_BYTES, Arrival
from blazon.ingest.recording import Recording
from blazon.ingest.rerun import payload
from blazon.ingest.rerun.joined import LEFT, TOGETHER, join, may_join
from blazon.ingest.rerun.messages import ArrowMsg, StoreId, parse_arrow_msg
from blazon.ingest.rerun.received import Packed, Received, Receiver
from blazon.ingest.timeline import TimeKind, Timeline
from tests.ingest.rerun.rrd_bytes import ARROW_MSG, comparable, contents, ipc, messages

FRAMES = 2 * TOGETHER + LEFT + 10
FRAME = Timeline("frame", TimeKind.SEQUENCE)
BIG = 1 << 40


def logged(log: Callable[[rr.RecordingStream], None]) -> list[ArrowMsg]:
    stream = rr.RecordingStream("joined", recording_id="run")
    binary = stream.binary_stream()
    log(stream)
    stream.flush()
    data = binary.read() or b""
    found = [(kind, memoryview(data)[at + 16 : end]) for kind, at, end in messages(data)]
    return [parse_arrow_msg(body) for kind, body in found if kind == ARROW_MSG]


def taken(sent: Iterable[ArrowMsg], limit_bytes: int = BIG) -> tuple[Recording, Memory, list[Received]]:
    """A recording that chunks come into as in a live stream, in portions."""
    recording, memory, receiver = Recording("app", recording_id="run"), Memory(limit_bytes), Receiver()
    every = [received for each in sent if (received := receiver.receive(each)) is not None]
    for i in range(0, len(every), 7):
        part = every[i : i + 7]
        arrivals = [
            Arrival("run", each.ref, each.n_bytes + OVERHEAD_BYTES, each.oldest[0], each.newest) for each in part
        ]
        recording.insert([each.ref for each in part])
        memory.add(recording, arrivals)
    return recording, memory, every


def apart(sent: Iterable[ArrowMsg]) -> Recording:
    recording, receiver = Recording("app", recording_id="run"), Receiver()
    recording.insert([received.ref for each in sent if (received := receiver.receive(each)) is not None])
    return recording


def refs_of(recording: Recording, entity: str, component: str) -> list[ChunkRef]:
    return recording._entities[EntityPath.parse(entity)].temporal[FRAME, component].refs()


def boxes_and_points(stream: rr.RecordingStream) -> None:
    stream.log("/", rr.AnnotationContext([(i, f"class {i}") for i in range(5)]), static=True)
    for frame in range(FRAMES):
        stream.set_time("frame", sequence=frame)
        boxes = rr.Boxes2D(
            mins=[[frame % 40, 5], [20, 20]], sizes=[8, 6], class_ids=[frame % 5, 1], labels=["a", f"b{frame}"]
        )
        stream.log("boxes", boxes)
        stream.log("points", rr.Points2D(np.full((frame % 3, 2), frame % 40), class_ids=frame % 5))
        if frame % 10 == 0:
            stream.log("points", rr.Points2D.from_fields(radii=[frame / 50 + 1]))
        stream.log("lines", rr.LineStrips2D([[[0, 0], [frame % 60, 30]]], class_ids=2))
        stream.log("any", rr.AnyValues(number=frame))
        stream.flush()


def test_what_is_joined_is_what_it_was() -> None:
    sent = logged(boxes_and_points)
    (recording, memory, every), plain = taken(sent), apart(sent)
    assert contents(recording) == contents(plain)
    assert recording.timelines() == plain.timelines()
    assert recording.times(FRAME).tolist() == list(range(FRAMES))
    assert len(refs_of(recording, "boxes", "Boxes2D:centers")) == FRAMES - 2 * (TOGETHER - 1)
    assert len(refs_of(plain, "boxes", "Boxes2D:centers")) == FRAMES
    assert memory.n_bytes < 0.8 * sum(each.n_bytes + OVERHEAD_BYTES for each in every)
    for entity in plain.entities():
        for name in plain.components(entity):
            for frame in range(-1, FRAMES, 3):
                old, new = (each.latest(entity, name, At(FRAME, frame)) for each in (plain, recording))
                assert (old is None) == (new is None)
                if old is not None and new is not None:
                    assert (old.time, old.row_id, comparable(old.value)) == (
                        new.time,
                        new.row_id,
                        comparable(new.value),
                    )
    with bz.Offscreen(64, 48) as screen:
        for frame in [0, 5, TOGETHER - 1, TOGETHER, 70, FRAMES - 1]:
            looks = {"at": ("frame", frame), "bounds": (0, 0, 64, 48)}
            np.testing.assert_array_equal(screen.render(recording, **looks), screen.render(plain, **looks))


def test_pictures_of_a_stream_that_is_joined_meanwhile() -> None:
    """Who draws at each step sees no gap, whenever chunks are joined."""
    sent = logged(boxes_and_points)
    recording, memory, receiver, plain = Recording(), Memory(BIG), Receiver(), Recording()
    with bz.Offscreen(64, 48) as screen, bz.Offscreen(64, 48) as other:
        for i, each in enumerate(sent):
            received, again = receiver.receive(each), receiver.receive(each)
            assert received is not None
            assert again is not None
            recording.insert([received.ref])
            plain.insert([again.ref])
            memory.add(recording, [Arrival("", received.ref, received.n_bytes, 0, received.newest)])
            if i % 50 == 10:
                looks = {"at": ("frame", i // 10), "bounds": (0, 0, 64, 48)}
                np.testing.assert_array_equal(screen.render(recording, **looks), other.render(plain, **looks))
    assert len(refs_of(recording, "boxes", "Boxes2D:centers")) < FRAMES


def test_where_time_goes_back_chunks_are_left_apart() -> None:
    def log(stream: rr.RecordingStream) -> None:
        for turn in range(FRAMES):
            stream.set_time("frame", sequence=turn % 20)
            stream.log("p", rr.Points2D([[turn, 0]]))
            stream.flush()

    sent = logged(log)
    recording, _, _ = taken(sent)
    assert len(refs_of(recording, "p", "Points2D:positions")) == FRAMES
    assert contents(recording) == contents(apart(sent))


def test_rows_that_lack_a_component_and_many_rows() -> None:
    def log(stream: rr.RecordingStream) -> None:
        for turn in range(FRAMES):
            for row in range(3):
                stream.set_time("frame", sequence=3 * turn + row)
                stream.log("p", rr.Points2D([[turn, row]], class_ids=row))
                if turn % 30 == 5:  # of other components: another chunk, or nulls
                    stream.log("p", rr.Points2D.from_fields(class_ids=[turn]))
            stream.flush()

    sent = logged(log)
    (recording, _, every), plain = taken(sent), apart(sent)
    assert any(each.ref.n_rows > 2 for each in every)
    assert contents(recording) == contents(plain)
    assert len(refs_of(recording, "p", "Points2D:positions")) < len(refs_of(plain, "p", "Points2D:positions"))
    for frame in range(0, 3 * FRAMES, 7):
        for name in ("Points2D:positions", "Points2D:class_ids"):
            cells = [each.latest(EntityPath.parse("p"), name, At(FRAME, frame)) for each in (recording, plain)]
            assert len({repr((cell.time, cell.row_id, cell.value)) for cell in cells if cell}) == 1


def test_what_is_too_much_is_forgotten_whole_and_the_newest_stays() -> None:
    sent = logged(boxes_and_points)
    whole, _, every = taken(sent)
    limit = sum(each.n_bytes + OVERHEAD_BYTES for each in every if not each.ref.is_static) // 6
    recording, memory, _ = taken(sent, limit)
    assert memory.forgotten
    assert memory.n_bytes <= limit
    left = recording.times(FRAME).tolist()
    assert left == list(range(FRAMES - len(left), FRAMES))
    assert 0 < len(left) < FRAMES
    assert memory.n_bytes == sum(each.n_bytes for each in memory._held.values()) + sum(
        each.n_bytes for held in memory._static.values() for each in held
    )
    with bz.Offscreen(64, 48) as screen:
        looks = {"at": ("frame", FRAMES), "bounds": (0, 0, 64, 48)}
        np.testing.assert_array_equal(screen.render(recording, **looks), screen.render(whole, **looks))


def test_the_oldest_goes_first_joined_or_not() -> None:
    sent = logged(boxes_and_points)
    _, _, every = taken(sent)
    total = sum(each.n_bytes + OVERHEAD_BYTES for each in every)
    for share in (8, 6, 4, 3):
        recording, _, _ = taken(sent, total // share)
        left = sorted(
            time
            for ref in refs_of(recording, "boxes", "Boxes2D:centers")
            for time in recording.load_chunk(ref).times[FRAME].tolist()
        )
        assert left == list(range(FRAMES - len(left), FRAMES))


def test_nothing_is_decoded_but_what_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    recording, _, _ = taken(logged(boxes_and_points))
    decoded: list[int] = []
    real = payload.uncompressed
    monkeypatch.setattr(payload, "uncompressed", lambda *given: decoded.append(1) or real(*given))
    path = EntityPath.parse("boxes")
    for _ in range(3):
        for name in ("Boxes2D:centers", "Boxes2D:class_ids", "Boxes2D:labels"):
            assert recording.latest(path, name, At(FRAME, 3)) is not None
    assert len(decoded) == 1
    assert recording.latest(path, "Boxes2D:centers", At(FRAME, 4)) is not None
    assert len(decoded) == 2


def part(columns: dict[str, pa.Array], frame: int, *, damage: bool = False) -> ChunkRef:
    stream = ipc(columns, frames=[frame], row_ids=struct.pack(">QQ", frame, 0))
    message = ArrowMsg(StoreId(1, "run", "app"), payload.NONE, len(stream), 1, stream, None)
    received = Receiver().receive(message)
    assert received is not None
    assert isinstance(received.ref.load, Packed)
    if damage:
        received.ref.load.payload = stream[: len(stream) // 2]
    return received.ref


@pytest.mark.parametrize("name", [*COMPONENTS, "of:nobody"])
def test_a_part_that_is_damaged_is_empty_and_told(name: str) -> None:
    kind = COMPONENTS.get(name)
    if kind is Kind.CONTEXT:
        return
    cells = pa.array([[1]], pa.list_(pa.uint8()))  # where it is of another type it is left out, with a notice
    told: list[tuple[EntityPath, str]] = []
    refs = [part({"x": cells}, frame, damage=frame == 1) for frame in range(3)]
    for ref in refs:
        ref.components = {name: 1}
    chunk = join(refs, lambda *each: told.append(each)).load()
    assert chunk.times[FRAME].tolist() == [0, 1, 2]
    assert [chunk.row_id(row)[0] for row in range(3)] == [0, 1, 2]
    value = chunk.columns[name].read(1)
    assert len(told) == 1
    assert told[0][0] == EntityPath.parse("thing")
    assert told[0][1].startswith("a chunk was skipped: ")
    if value is not None:
        assert len(value) == 0
        assert isinstance(value, list | Ragged | np.ndarray)
    chunk.columns[name].read(1)
    assert len(told) == 1


def test_what_may_be_joined() -> None:
    one = pa.array([[1.0]], pa.list_(pa.float32()))
    assert may_join(part({"Points2D:radii": one}, 0))
    assert not may_join(part({"Points2D:radii": one, "Clear:is_recursive": pa.array([[True]])}, 0))
    large = pa.array([np.random.default_rng(0).random(10_000)], pa.list_(pa.float32()))
    assert not may_join(part({"Points2D:radii": large}, 0))
    recording = Recording()
    recording.log("p", bz.Points2D([[1, 2]]))
    (ref,) = recording._refs_on(recording.timelines()[0].timeline)
    assert not may_join(ref)


def test_what_was_cleared_does_not_come_back() -> None:
    """Clears stay as long as they hold, however old they are; the newest of a cleared entity stays as well."""

    def log(stream: rr.RecordingStream) -> None:
        for frame in range(400):
            stream.set_time("frame", sequence=frame)
            if frame < 5:
                stream.log("a/ghost", rr.Points2D([[5, 5]], radii=3.0))
            if frame == 5:
                stream.log("a", rr.Clear(recursive=True))
            if frame == 6:
                stream.log("a", rr.Clear(recursive=False))
            stream.log("b", rr.Points2D([[frame, 1]]))
            stream.log("c", rr.Clear(recursive=frame % 2 == 0))
            stream.flush()

    sent = logged(log)
    _, _, every = taken(sent)
    recording, memory, _ = taken(sent, sum(each.n_bytes + OVERHEAD_BYTES for each in every) // 5)
    assert memory.forgotten > 500
    assert recording.latest(EntityPath.parse("a/ghost"), "Points2D:positions", At(FRAME, 399)) is None
    assert len(refs_of(recording, "c", "Clear:is_recursive")) < 300  # those that later ones stand for go


def test_what_reaches_farthest_stays_whenever_it_began() -> None:
    recording, memory, receiver = Recording(), Memory(1), Receiver()
    for frames, values in (([0, 1000], [1.0, 2.0]), ([5], [3.0])):
        cells = pa.array([[each] for each in values], pa.list_(pa.float32()))
        stream = ipc({"Points2D:radii": cells}, frames=frames)
        received = receiver.receive(ArrowMsg(StoreId(1, "run", "app"), payload.NONE, len(stream), 1, stream, None))
        assert received is not None
        recording.insert([received.ref])
        memory.add(recording, [Arrival("", received.ref, 1000, 0, received.newest)])
    cell = recording.latest(EntityPath.parse("thing"), "Points2D:radii", At(FRAME, 2000))
    assert cell is not None
    assert cell.value.tolist() == [2.0]


def test_a_program_whose_time_stands_still_is_forgotten_as_well() -> None:
    def log(stream: rr.RecordingStream) -> None:
        stream.set_time("frame", sequence=5)
        for turn in range(200):
            stream.log("p", rr.Points2D([[turn, 0]]))
            stream.flush()

    sent = logged(log)
    _, _, every = taken(sent)
    _, memory, _ = taken(sent, sum(each.n_bytes + OVERHEAD_BYTES for each in every) // 4)
    assert memory.forgotten > 100
