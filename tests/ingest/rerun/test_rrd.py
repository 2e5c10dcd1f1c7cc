"""Which recordings a file has, and what opening one costs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import rerun as rr

from blazon.ingest import sources
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.errors import NotInRecordingError
from blazon.ingest.moments import At
from blazon.ingest.recording import Recording
from blazon.ingest.timeline import TimeKind, Timeline
from tests.ingest.rerun.rrd_bytes import (
    HEADER,
    SET_STORE_INFO,
    arrow_msg,
    contents,
    ipc,
    log_a_bit,
    manifest,
    message,
    protobuf,
    split_footer,
    with_footer,
)

Loader = Callable[..., Recording]
Save = Callable[..., Path]


def log_one(name: str) -> Callable[[rr.RecordingStream], None]:
    def log(stream: rr.RecordingStream) -> None:
        stream.set_time("frame", sequence=len(name))
        stream.log(name, rr.Points2D([[1, 2]], labels=name))

    return log


@pytest.fixture(scope="module")
def parts(save: Save) -> dict[str, bytes]:
    """Files of two recordings, with and without footers; "b2" continues "b"."""
    return {
        "a": save(log_one("a"), id="a", app="first").read_bytes(),
        "b": save(log_one("bb"), id="b", app="second").read_bytes(),
        "b2": save(log_one("bbb"), id="b", app="second").read_bytes(),
        "bare a": save(log_one("a"), id="a", app="first", write_footer=False).read_bytes(),
        "bare b": save(log_one("bb"), id="b", app="second", write_footer=False).read_bytes(),
    }


def names(recording: Recording) -> list[str]:
    return [str(each) for each in recording.entities() if not each.is_reserved]


@pytest.mark.parametrize(
    "order",
    [
        ("a", "b"),
        ("bare a", "b"),
        ("a", "bare b"),
        ("bare a", "bare b"),
        ("a", "b", "a"),
        ("bare a", "bare a", "b"),
        ("a", "bare b", "b", "bare a"),
    ],
)  # fmt: skip
def test_concatenated_files(parts: dict[str, bytes], tmp_path: Path, order: tuple[str, ...]) -> None:
    path = tmp_path / "all.rrd"
    path.write_bytes(b"".join(parts[each] for each in order))
    assert sources.open_source(path).recordings() == [("a", "first"), ("b", "second")]
    first, a, b = sources.load(path), sources.load(path, "a"), sources.load(path, recording="b")
    assert (first.recording_id, first.application_id) == ("a", "first")
    assert (b.recording_id, b.application_id) == ("b", "second")
    assert (names(first), names(a), names(b)) == (["/a"], ["/a"], ["/bb"])
    runs = {each for each in order if each in ("a", "bare a")}  # the same file twice has the same chunks
    assert contents(a)["/a", "Points2D:labels"] == sorted(len(runs) * [("frame", "['a']"), ("log_time", "['a']")])
    assert set(contents(b)["/bb", "Points2D:labels"]) == {("frame", "['bb']"), ("log_time", "['bb']")}
    assert a.components(EntityPath(("a",)))["Points2D:positions"] == len(runs)


def test_streams_of_one_recording_are_merged(parts: dict[str, bytes], load_bytes: Loader) -> None:
    recording = load_bytes(parts["b"] + parts["a"] + parts["b2"])
    assert recording.recording_id == "b"
    assert names(recording) == ["/bb", "/bbb"]
    (frames,) = (each for each in recording.timelines() if each.timeline.name == "frame")
    assert (frames.covered.first, frames.covered.last, frames.rows) == (2, 3, 2)
    assert not recording.notices.list()


def test_recordings_that_share_a_stream_are_kept_apart(parts: dict[str, bytes], load_bytes: Loader) -> None:
    a, b = (split_footer(parts[each])[0] for each in "ab")
    both = a + b[len(HEADER) :]
    assert names(load_bytes(both)) == ["/a"]
    assert names(load_bytes(both, "b")) == ["/bb"]


def test_recordings_that_share_a_footer_come_in_the_order_of_their_data(load_bytes: Loader) -> None:
    first, second = (arrow_msg(ipc({"Points2D:labels": pa.array([[id]])}), id=id) for id in "ab")
    footer = manifest(len(second), start=len(HEADER + first), id="b") + manifest(len(first), id="a")
    data = with_footer(HEADER + first + second, footer)
    assert load_bytes(data).recording_id == "a"
    for id in "ab":
        assert contents(load_bytes(data, id)) == {("/thing", "Points2D:labels"): [("static", f"['{id}']")]}


def test_an_unknown_id_names_those_there_are(parts: dict[str, bytes], load_bytes: Loader) -> None:
    with pytest.raises(NotInRecordingError, match=r"recording 'c' is not in .*file\.rrd; it has 'a', 'b'"):
        load_bytes(parts["a"] + parts["b"], "c")


def test_a_recording_that_was_only_announced_is_empty(load_bytes: Loader) -> None:
    info = protobuf({2: {1: {1: "old style"}, 2: {1: 1, 2: "alone"}}})
    recording = load_bytes(HEADER + message(SET_STORE_INFO, info))
    assert (recording.recording_id, recording.application_id) == ("alone", "old style")
    assert recording.entities() == []


def test_blueprints_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "with_blueprint.rrd"
    stream = rr.RecordingStream("app", recording_id="run")
    stream.save(path, default_blueprint=rr.blueprint.Blueprint(rr.blueprint.Spatial2DView()))
    log_a_bit(stream)
    stream.disconnect()
    assert sources.open_source(path).recordings() == [("run", "app")]
    with_manifest = sources.load(path)
    messages, _ = split_footer(path.read_bytes())
    bare = tmp_path / "bare.rrd"
    bare.write_bytes(messages)
    assert [str(each) for each in with_manifest.entities()] == [str(each) for each in sources.load(bare).entities()]


def test_static_data_counts_its_rows(save: Save) -> None:
    def log(stream: rr.RecordingStream) -> None:
        stream.log("thing", rr.Points2D([[1, 2]]), static=True)

    recording = sources.load(save(log))
    thing = EntityPath(("thing",))
    assert recording.components(thing) == {"Points2D:positions": 1}
    assert "frame" not in [each.timeline.name for each in recording.timelines()]
    assert recording.latest(thing, "Points2D:positions", At(None)) is not None


def test_nothing_is_decoded_before_it_is_asked_for(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    from blazon.ingest.rerun.arrow import ChunkDecoder

    path = save(log_a_bit)
    decoded: list[object] = []
    decode = ChunkDecoder.decode

    def counted(self: ChunkDecoder, message: object) -> object:
        decoded.append(message)
        return decode(self, message)  # type: ignore[arg-type]

    monkeypatch.setattr(ChunkDecoder, "decode", counted)
    recording = sources.load(path)
    assert not decoded
    at = At(Timeline("frame", TimeKind.SEQUENCE), 1)
    assert recording.latest(EntityPath(("scene", "mask")), "SegmentationImage:format", at) is not None
    assert 1 <= len(decoded) <= 3


def test_a_schema_is_read_once_and_not_for_each_chunk(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    from blazon.ingest.rerun import layouts

    read: list[object] = []
    monkeypatch.setattr(
        layouts, "layout_of", lambda schema, real=layouts.layout_of: read.append(schema) or real(schema)
    )
    recording = sources.load(save(lambda stream: log_a_bit(stream, frames=20)))
    assert len(contents(recording)) > 10
    assert 4 <= len(read) <= 10


def test_memory_does_not_grow_with_the_file(save: Save) -> None:
    """A scan and a look at every frame of 200 MB, in a process of its own, stay far below that."""

    def log(stream: rr.RecordingStream) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (1000, 2000), np.uint8)
        for frame in range(100):
            stream.set_time("frame", sequence=frame)
            stream.log("mask", rr.SegmentationImage(np.roll(noise, frame)))

    path = save(log, write_footer=False)
    assert path.stat().st_size > 190_000_000
    before, after = map(int, subprocess.check_output([sys.executable, "-c", _WATCHED, str(path)], text=True).split())
    assert before > 10_000_000
    assert after - before < 130_000_000


_WATCHED = """
import sys
import numpy, pyarrow
from blazon.ingest import sources
from blazon.ingest.moments import At
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.rerun import rrd
from blazon.ingest.timeline import Timeline, TimeKind
def peak():  # `getrusage` would begin with the parent's
    with open("/proc/self/status") as status:
        return 1024 * int(next(line for line in status if line.startswith("VmHWM")).split()[1])
before = peak()
recording = sources.load(sys.argv[1])
recording.cache.limit_bytes = 10_000_000
for frame in range(100):
    at = At(Timeline("frame", TimeKind.SEQUENCE), frame)
    assert recording.latest(EntityPath(("mask",)), "SegmentationImage:buffer", at).value.size == 2_000_000
print(before, peak())
"""
