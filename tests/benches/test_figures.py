"""Claims, figures, and what is printed of them. No test asks how long anything takes."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from blazon.benches import harness
from blazon.benches.compare import compared, medians, read_report
from blazon.benches.harness import Claim, Section, Stages, Timing, time_in_turns, time_together, timing
from blazon.benches.plot import WIDTH, Axis, plotted
from blazon.benches.report import Report
from blazon.benches.rounds import TO_NUMPY, TO_PNG, VIEWER
from blazon.ingest.errors import SourceError

MACHINE = {"machine": "x86_64, 2 cores, a processor", "system": "Linux", "versions": "numpy 2", "OpenGL": "llvmpipe"}
STAGES = Stages(
    open_ms=9,
    decode_ms=1,
    build_ms=2,
    upload_ms=3,
    draw_ms=4,
    read_ms=5,
    again_ms=0.5,
    uploaded_bytes=2_500_000,
    uploads=6,
    draws=7,
    python_calls=1234,
    peak_mib=300,
)


def report(scale: float = 1, machine: dict[str, str] = MACHINE) -> Report:
    times = {TO_NUMPY: 10.0, TO_PNG: 20.0, VIEWER: 300.0, "somebody else, pixels in numpy": 70.0}
    timings = [Timing(name, scale * ms, scale * ms, scale * ms) for name, ms in times.items()]
    claims = [Claim("the viewer against blazon", 30, 25, at_most=False), Claim("with a PNG", 15, None, at_most=False)]
    sizes = [(10.0**i, scale * 10.0 ** (i - 3)) for i in range(3, 7)]
    of_sizes = [Timing(f"{size:,.0f} points", ms, ms, ms) for size, ms in sizes]
    return Report(
        machine,
        [
            Section("street 64x48", "a street", timings, claims, ["a note"], STAGES),
            Section("sizes", "points", of_sizes, [], series=sizes),
        ],
    )


@pytest.mark.parametrize(
    ("ratio", "wanted", "at_most", "holds"),
    [
        (5, 5, False, True),
        (4.99, 5, False, False),
        (5, 5, True, True),
        (5.01, 5, True, False),
        (0.1, None, False, True),
        (1e9, None, True, True),
    ],
)
def test_a_claim_holds_up_to_its_bound_and_not_past_it(
    ratio: float, wanted: float | None, at_most: bool, holds: bool
) -> None:
    assert Claim("this against that", ratio, wanted, at_most=at_most).holds is holds


def test_a_missed_claim_is_told_in_text_and_markdown() -> None:
    missed = Report(MACHINE, [Section("a", "b", [], [Claim("this", 2, 3, at_most=False), Claim("that", 2, 3, True)])])
    this, that = (line for line in missed.as_text().splitlines() if "wanted" in line)
    assert "MISSED" in this
    assert "holds" in that
    this, that = (line for line in missed.as_markdown().splitlines() if line.startswith("| a |"))
    assert this.endswith("≥ 3 x, missed |")
    assert that.endswith("≤ 3 x |")


def test_the_rows_of_each_markdown_table_are_as_wide_as_its_head() -> None:
    text = report().as_markdown()
    tables = [table.splitlines() for table in text.split("\n\n") if table.startswith("|")]
    assert len(tables) == 3
    for table in tables:
        assert len({row.count("|") for row in table}) == 1


def test_a_timing_has_the_median_and_the_quartiles() -> None:
    assert timing("a", [3, 1, 2]) == Timing("a", 2, 1, 3)
    quarters = timing("a", [1, 2, 3, 4, 5, 6, 7])
    assert (quarters.low_ms, quarters.median_ms, quarters.high_ms) == (2, 4, 6)


def test_calls_are_timed_in_turns_after_a_warm_up() -> None:
    called: list[str] = []
    timings = time_together({name: lambda name=name: called.append(name) for name in "ab"}, repeat=2, warm_up=1)
    assert called == list("ababab")
    assert list(timings) == ["a", "b"]
    assert timings["a"].low_ms > 0


def test_who_draws_many_frames_is_timed_in_rows_without_the_first_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    clock = [0.0]

    @contextlib.contextmanager
    def turn(name: str) -> Iterator[None]:
        done.append(f"{name}:")
        yield
        done.append("|")

    def call(name: str) -> None:
        clock[0] += 9 if done[-1].endswith(":") else 1  # seconds: the first one of a row is slow
        done.append(name)

    monkeypatch.setattr(harness.time, "perf_counter", lambda: clock[0])
    steady, first = time_in_turns({name: lambda name=name: call(name) for name in "ab"}, 2, 3, turn)
    assert "".join(done) == "a:aaa|b:bbb|" * 3
    assert steady == {name: Timing(name, 1e3, 1e3, 1e3) for name in "ab"}
    assert first == {name: Timing(name, 9e3, 9e3, 9e3) for name in "ab"}


def test_a_timing_of_many_things_is_shared_by_them() -> None:
    assert Timing("a", 8, 4, 12).shared_by(4) == Timing("a", 2, 1, 3)


def test_text_has_every_figure() -> None:
    text = report().as_text()
    for part in ("street 64x48", VIEWER, "build 2.00", "2.50 MB in 6 uploads, 7 draw calls", "1,234 calls", "a note"):
        assert part in text


def test_medians_of_a_report_by_section_and_name() -> None:
    found = medians(report().as_json())
    assert found["street 64x48", VIEWER] == 300
    assert found["street 64x48", "stage build"] == 2
    assert found["sizes", "1,000 points"] == 1


def test_comparing_gives_the_ratio_of_new_to_old(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(report(scale=2).as_json()))
    lines = compared(read_report(path), report()).splitlines()
    assert lines[0].startswith("the same machine")
    numbers = {line[:54].strip(): line[54:].split() for line in lines}
    assert numbers[f"street 64x48: {VIEWER}"] == ["600.000", "300.000", "0.50", "x"]
    assert numbers["street 64x48: stage build"] == ["2.000", "2.000", "1.00", "x"]


def test_comparing_tells_of_another_machine_and_of_what_is_new() -> None:
    old = report(machine={**MACHINE, "OpenGL": "a GPU"}).as_json()
    del old["sections"][1]
    lines = compared(old, report()).splitlines()
    assert lines[0].startswith("NOT the same machine")
    assert "  OpenGL: a GPU -> llvmpipe" in lines
    assert "new here: sizes: 1,000 points" in lines


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sections": 3}', "no json"])
def test_what_is_no_report_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "old.json"
    path.write_text(text)
    with pytest.raises(SourceError, match="no report"):
        read_report(path)
    with pytest.raises(SourceError, match="can't be read"):
        read_report(tmp_path / "missing.json")


def test_the_plot_is_a_picture_with_a_bar_for_each_figure() -> None:
    picture = plotted(report())
    assert picture.dtype == np.uint8
    assert picture.shape[1:] == (WIDTH, 4)
    assert (picture[..., 3] == 255).all()
    lone = plotted(Report(MACHINE, report().sections[:1]))
    assert lone.shape[0] < picture.shape[0]
    longest = [_pixels(lone, color) for color in ((0xD6, 0x33, 0x6C), (0xF0, 0xA3, 0xBD), (0x4C, 0x6E, 0xF5))]
    assert all(a < b for a, b in itertools.pairwise(longest)), "bars grow with what they stand for"


def _pixels(picture: np.ndarray, color: tuple[int, int, int]) -> int:
    return int((picture[..., :3] == color).all(axis=2).sum())


def test_the_plot_of_nothing_is_a_picture_all_the_same() -> None:
    assert plotted(Report(MACHINE, [])).shape[1:] == (WIDTH, 4)


def test_an_axis_holds_its_values_between_powers_of_ten() -> None:
    axis = Axis.around([3, 450], 0, 300)
    assert axis.ticks() == [1, 10, 100, 1000]
    assert [round(axis.at(each)) for each in axis.ticks()] == [0, 100, 200, 300]
    assert Axis.around([10], 0, 1).ticks() == [10, 100]
