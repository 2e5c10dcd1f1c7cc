"""`blazon info`: what a recording holds, what is not drawn and why, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rerun as rr

from tests.blazon.conftest import DATE, Answer, log_everything, write

Call = Callable[..., Answer]
Told = Callable[..., dict[str, Any]]


@pytest.fixture
def told(call: Call, recordings: Path) -> Told:
    """`told(name, *words)` is what `info --json` says of a recording."""

    def told(name: str, *words: str) -> dict[str, Any]:
        answer = call("info", recordings / f"{name}.rrd", "--json", *words)
        answer.worked()
        return json.loads(answer.out)  # type: ignore[no-any-return]

    return told


def entities(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["path"]: each for each in report["entities"]}


def test_the_pinned_keys(told: Told) -> None:
    report = told("clip")
    assert report["recordings"] == ["clip"]
    assert report["recording"] == "clip"
    assert all({"name", "kind", "first", "last"} <= each.keys() for each in report["timelines"])
    assert all({"path", "components", "drawn"} <= each.keys() for each in report["entities"])


def test_timelines(told: Told) -> None:
    lines = {each.pop("name"): each for each in told("clip")["timelines"]}
    log_time = lines.pop("log_time")
    second = 10**9
    assert lines == {
        "frame": {"kind": "sequence", "first": 0, "last": 30, "rows": 4},
        "clock": {"kind": "duration", "first": 0, "last": 3 * second // 2, "rows": 4},
        "date": {"kind": "timestamp", "first": DATE * second, "last": (DATE + 3) * second, "rows": 4},
    }
    assert log_time["kind"] == "timestamp"


def test_rows_of_sparse_columns(told: Told) -> None:
    found = entities(told("everything"))["/w/points"]["components"]
    assert found == {"Points2D:positions": 5, "Points2D:class_ids": 2}


def test_rows_are_counted_where_there_is_no_footer(call: Call, recordings: Path, tmp_path: Path) -> None:
    bare = write(tmp_path / "bare.rrd", log_everything, "everything", write_footer=False)
    with_footer, without = (
        json.loads(call("info", path, "--json").out) for path in (recordings / "everything.rrd", bare)
    )
    for report in (with_footer, without):
        del report["warnings"]
        for line in report["timelines"]:
            if line["name"] == "log_time":
                line.update(first=0, last=0)
    assert without == with_footer


def test_what_is_drawn_and_why_the_rest_is_not(told: Told) -> None:
    drawn = {path: each["drawn"] for path, each in entities(told("everything")).items()}
    assert drawn.pop("/w/points") is True
    assert drawn.pop("/w/cloud") is True
    assert all(isinstance(reason, str) and reason for reason in drawn.values())
    assert "Wheels" in drawn["/w/odd"]
    assert "does not know" in drawn["/w/odd"]
    assert "positions" in drawn["/w/colors"]
    assert "no archetype" in drawn["/w/values"]


def test_every_archetype_of_the_sdk_is_listed_and_never_fatal(call: Call, tmp_path: Path) -> None:
    def log(stream: rr.RecordingStream) -> None:
        stream.log("a/points", rr.Points2D([[1, 1]]))
        stream.log("a/pinhole", rr.Pinhole(focal_length=1, width=2, height=2))
        stream.log("a/transform", rr.Transform3D(translation=[1, 2, 3]))
        stream.log("a/bars", rr.BarChart([1, 2]))
        stream.log("a/tensor", rr.Tensor(np.zeros((2, 2, 2))))
        stream.log("a/text", rr.TextDocument("x"))
        stream.log("a/mesh", rr.Mesh3D(vertex_positions=np.eye(3)))
        stream.log("a/geo", rr.GeoPoints(lat_lon=[[1, 2]]))
        stream.log("a/graph", rr.GraphNodes(["a"]))
        stream.log("a/any", rr.AnyValues(x=[1], y="z"))
        stream.log("a/clear", rr.Clear(recursive=False))

    source = write(tmp_path / "all.rrd", log, "all")
    answer = call("info", source, "--json")
    answer.worked()
    drawn = {each["path"]: each["drawn"] for each in json.loads(answer.out)["entities"]}
    assert [path for path, reason in drawn.items() if reason is True] == ["/a/pinhole", "/a/points"]
    assert len(drawn) == 12  # and /__properties


def test_contexts(told: Told) -> None:
    (context,) = told("everything")["contexts"]
    person, car = sorted(context["classes"], key=lambda each: each["id"])
    assert context["path"] == "/w"
    assert (person["id"], person["label"], person["color"]) == (7, "person", "#010203ff")
    assert [(each["id"], each["label"]) for each in person["keypoints"]] == [(0, "head"), (1, "foot")]
    assert person["connections"] == [[0, 1]]
    assert (car["id"], car["label"]) == (9, "car")


def test_recordings_of_a_file(told: Told) -> None:
    report = told("three")
    assert (report["recordings"], report["recording"]) == (["static", "clip", "sizes"], "static")
    report = told("three", "--recording", "sizes")
    assert (report["recordings"], report["recording"]) == (["static", "clip", "sizes"], "sizes")
    assert "/left/mask" in entities(report)
    assert "/w/mask" not in entities(report)


def test_views(told: Told) -> None:
    assert [each["root"] for each in told("sizes")["views"]] == ["/left/mask", "/right/mask"]
    assert [(each["root"], each["kind"]) for each in told("3d")["views"]] == [("/", "3d")]


def test_what_is_wrong_with_the_data_is_a_warning(call: Call, tmp_path: Path) -> None:
    def log(stream: rr.RecordingStream) -> None:
        stream.log("points", rr.Points2D([[1, 1], [np.nan, 1], [np.inf, 2]]))

    report = json.loads(call("info", write(tmp_path / "nan.rrd", log, "nan"), "--json").out)
    assert [(each["entity"], each["count"]) for each in report["warnings"]] == [("/points", 2)]


def test_text(call: Call, recordings: Path) -> None:
    answer = call("info", recordings / "everything.rrd")
    answer.worked()
    for words in ("/w/points", "frame", "0 … 4", "person", "#010203ff", "not drawn: ", "Wheels", "does not know"):
        assert words in answer.out
    assert "\x1b" not in answer.out


def test_text_of_several_recordings(call: Call, recordings: Path) -> None:
    answer = call("info", recordings / "three.rrd")
    assert all(name in answer.out for name in ("static", "clip", "sizes"))


def test_json_is_the_only_thing_on_stdout_and_valid(call: Call, tmp_path: Path) -> None:
    def log(stream: rr.RecordingStream) -> None:
        stream.log("日本/ü", rr.AnnotationContext([(0, 'a "quoted" \\ \x00\x1b[31m\n✓')]), static=True)
        stream.log("日本/ü", rr.Points2D([[1, 1]], class_ids=0))

    source = write(tmp_path / "odd.rrd", log, "odd id\n✓")
    answer = call("info", source, "--json")
    answer.worked()
    report = json.loads(answer.out)
    assert report["recordings"] == ["odd id\n✓"]
    assert report["contexts"][0]["classes"][0]["label"] == 'a "quoted" \\ \x00\x1b[31m\n✓'


def test_text_keeps_what_was_logged_from_the_terminal(call: Call, tmp_path: Path) -> None:
    """Labels, names and ids are data: they can't move the cursor, colour the screen or begin a line."""

    def log(stream: rr.RecordingStream) -> None:
        stream.set_time("line\n\x1b[2J", sequence=1)
        stream.log("a", rr.AnnotationContext([(0, "evil\x1b[2J\nnot drawn: nothing")]), static=True)
        stream.log("a", rr.Points2D([[1, 1]], class_ids=0))
        stream.log("b", rr.DynamicArchetype(archetype="Ev\x1b[2Jil", components={"x\ny": [1]}))

    source = write(tmp_path / "evil.rrd", log, "evil\x1b[2J\nid")
    answer = call("info", source)
    assert answer.code == 0
    assert "\x1b" not in answer.out
    assert not any(line.startswith(("not drawn", "id", "y")) for line in answer.out.splitlines())


def test_info_opens_no_gpu(run: Call, clip: str) -> None:
    run("info", clip, env={"__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent"}).worked()


def test_info_of_a_static_recording(told: Told) -> None:
    report = told("static")
    assert [each["name"] for each in report["timelines"]] in ([], ["log_time"])
    assert entities(report)["/w/mask"]["drawn"] is True


def log_two_kinds(stream: rr.RecordingStream) -> None:
    """Log on one timeline a count, and then seconds, which the SDK warns of and writes."""
    stream.set_time("t", sequence=1)
    stream.log("a", rr.Points2D([[1, 1]]))
    stream.flush()
    stream.reset_time()
    stream.set_time("t", duration=1.0)
    stream.log("b", rr.Points2D([[5, 5]]))


@pytest.mark.parametrize("write_footer", [True, False])
def test_a_timeline_of_two_kinds_costs_no_data_on_others(call: Call, tmp_path: Path, write_footer: bool) -> None:
    source = write(tmp_path / "two.rrd", log_two_kinds, "two", write_footer=write_footer)
    report = json.loads(call("info", source, "--json").out)
    assert not [each for each in report["warnings"] if "another chunk" in each["what"]]
    for view in ("a", "b"):
        words = ("--view", view, "--size", "8x6", "--timeline", "log_time")
        answer = call("render", source, "-o", tmp_path / "a.png", *words)
        assert answer.code == 0, answer.err
        assert "empty" not in answer.err


def test_one_timeline_is_the_default(call: Call, tmp_path: Path) -> None:
    source = write(tmp_path / "two.rrd", log_two_kinds, "two", write_footer=False)
    assert call("info", source).out.count("(default)") == 1
