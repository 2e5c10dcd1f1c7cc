"""The benches of live streams run, and say what they should. No test asks how long anything takes."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from blazon.benches import live, live_emit, live_latency, soak
from blazon.benches.live_emit import BOXES, HEIGHT, KINDS, POINTS, STEADY_ENTITIES, TIMELINE, WIDTH
from blazon.benches.peers.errors import PeerError
from blazon.benches.peers.rerun_receive import RerunReceiver
from blazon.benches.report import section_lines
from blazon.benches.suite import benches
from blazon.ingest.entity_path import EntityPath
from blazon.ingest.live import serve
from blazon.ingest.moments import At
from blazon.ingest.sources import load
from blazon.ingest.timeline import TimeKind, Timeline

pytest.importorskip("rerun")

SHORT_S = 0.05
STREAMS = {stream.kind: stream for stream in live.STREAMS}
QUIET = [
    soak.Sample(
        at_s=60 * minute,
        cpu_s=minute,
        rss_mib=100,
        held_mib=50,
        rows=1000 * minute,
        rows_per_s=16,
        forgotten=0,
        dropped=0,
        troubles=0,
        p50_ms=5,
        p99_ms=10,
        load=1,
    )
    for minute in range(6)
]
ENDED = {"rows": 5001, "dropped": {}, "troubles": {}}


@pytest.mark.parametrize(
    ("kind", "entity", "component", "shape"),
    [
        ("masks", "mask/0", "SegmentationImage:buffer", (HEIGHT * WIDTH,)),
        ("clouds", "cloud/0", "Points3D:positions", (POINTS, 3)),
        ("rows50", "boxes/49", "Boxes2D:half_sizes", (BOXES, 2)),
        ("soak", "mask", "SegmentationImage:buffer", (HEIGHT * WIDTH,)),
    ],
)
def test_what_is_logged(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    entity: str,
    component: str,
    shape: tuple[int, ...],
) -> None:
    path = tmp_path / "live.rrd"
    live_emit.main([kind, str(path), "0"])
    emitted = live_emit.Emitted(**json.loads(capsys.readouterr().out))
    each = KINDS[kind]
    assert emitted.logged == each.entities + bool(each.beside)
    assert emitted.seconds >= emitted.logging_s
    recording = load(path)
    line = Timeline(TIMELINE, TimeKind.SEQUENCE)
    assert sum(each.rows for each in recording.timelines() if each.timeline == line) == emitted.logged
    cell = recording.latest(EntityPath.parse(entity), component, At(line, 0))
    assert cell is not None
    assert np.shape(cell.value) == shape


def test_every_kind_is_measured() -> None:
    assert set(STREAMS) | {"steady", "soak"} == set(KINDS)
    assert "live" in benches()


@pytest.mark.parametrize("kind", ["masks", "rows50"])
def test_a_section_without_peers(kind: str) -> None:
    section = live.section(STREAMS[kind], 1, peers=False, seconds=SHORT_S)
    assert [each.name for each in section.timings] == list(live.OWN)
    assert all(each.median_ms > 0 for each in section.timings)
    against, _ = section.claims
    assert against.wanted == STREAMS[kind].wanted
    assert "arrived" in "\n".join(section_lines(section))


def test_a_peer_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "FLAGS", ("--no-such-flag",))
    monkeypatch.setattr(live, "into_grpcio", lambda *_: (_ for _ in ()).throw(PeerError("grpcio is not installed")))
    section = live.section(STREAMS["rows1"], 1, peers=True, seconds=SHORT_S)
    assert [each.name for each in section.timings] == list(live.OWN)
    assert any("without the SDK into rerun --no-such-flag" in note for note in section.notes)


def test_a_sink_of_grpcio_takes_what_the_sdk_sends() -> None:
    pytest.importorskip("grpc")
    found = live.into_grpcio("rows1", SHORT_S)
    assert found.logged > 0
    assert found.cpu_s > 0


@pytest.mark.parametrize("flag", ["--test-receive", "--serve-grpc"])
def test_the_receivers_of_the_sdk(flag: str) -> None:
    try:
        assert live.into_rerun(flag, "rows1", SHORT_S).logged > 0
    except PeerError as error:
        pytest.skip(str(error))


def test_a_receiver_that_does_not_start_is_said() -> None:
    with pytest.raises(PeerError, match="--no-such-flag ended"), RerunReceiver("--no-such-flag"):
        pass


def test_rows_that_are_lost_are_told() -> None:
    with serve(port=0) as sink:
        with live.emitting("rows1", sink.url, SHORT_S) as emitted:
            live.wait(sink, emitted)
        live.check(sink, emitted)
        with pytest.raises(live.LostRowsError, match="were logged"):
            live.check(sink, replace(emitted, logged=emitted.logged + 1))


def test_a_program_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(PeerError, match="failed"), live.emitting("rows1", str(tmp_path), SHORT_S):
        pass


@pytest.mark.parametrize("drains", [False, True])
def test_latencies(drains: bool) -> None:
    stats = live_latency.measured(drains=drains, seconds=0.3)
    assert stats.rows > STEADY_ENTITIES
    assert 0 < stats.drained.p50_ms <= stats.drained.p99_ms


def test_latencies_where_nothing_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_latency, "STARTS_WITHIN_S", 0.05)
    with pytest.raises(PeerError, match="rows came"):
        live_latency.measured(drains=False, seconds=0.1)


def test_a_soak(capsys: pytest.CaptureFixture[str]) -> None:
    soak.main(["--minutes", "0.1", "--every", "0.5", "--memory-limit", "30MiB"])
    *lines, verdict = capsys.readouterr().out.splitlines()
    assert len(lines) >= 6
    assert all("RSS" in line for line in lines)
    assert "0 rows lost" in verdict


@pytest.mark.parametrize(
    ("last", "logged", "holds"),
    [
        ({}, 5000, True),
        ({"rss_mib": 104}, 5000, True),
        ({"rss_mib": 106}, 5000, False),
        ({"p99_ms": 14}, 5000, True),
        ({"p99_ms": 40}, 5000, False),
        ({"cpu_s": 6}, 5000, False),
        ({}, 5002, False),
        ({}, 0, False),
    ],
)
def test_verdicts(last: dict[str, float], logged: int, holds: bool) -> None:
    samples = [*QUIET[:4], *(replace(each, **last) for each in QUIET[4:])]
    if "cpu_s" in last:
        samples[4] = QUIET[4]
    verdict = soak.judged(samples, logged, ENDED)
    assert verdict.holds is holds
    assert verdict.as_line().startswith("HOLDS" if holds else "MISSED")


def test_a_verdict_of_drops_and_of_too_little() -> None:
    assert not soak.judged(QUIET, 5000, {**ENDED, "dropped": {"/a": 1}}).holds
    assert not soak.judged(QUIET, 5000, {**ENDED, "troubles": {"a": 1}}).holds
    assert not soak.judged([replace(each, p99_ms=math.nan) for each in QUIET], 5000, ENDED).holds
    with pytest.raises(ValueError, match="too few"):
        soak.judged(QUIET[:5], 5000, ENDED)
