"""SEMANTICS §9: time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rerun as rr

import blazon as bz
from tests import naive
from tests.pictures import BLUE, GREEN, RED, WHITE, Draw, disc, is_empty, logged, mask, pixel


def colors_over(
    draw: Draw, rec: bz.Recording, frames: range | list[int], where: tuple[int, int] = (10, 10)
) -> list[Any]:
    """The colour of a pixel at each frame; None where the picture is empty."""
    found = []
    for frame in frames:
        picture = draw(rec, at=("frame", frame))
        found.append(None if is_empty(picture) else pixel(picture, *where))
    return found


def point(color: naive.Color) -> bz.Points2D:
    return disc(10, 10, colors=color)


# --- latest-at


def test_the_latest_row_not_after_the_query(draw: Draw) -> None:
    """§9: the greatest time not after the query; before the first there is nothing."""
    rec = logged({"p": point(RED)}, frame=2)
    logged({"p": point(GREEN)}, rec, frame=5)
    assert colors_over(draw, rec, [-9, 1, 2, 3, 4, 5, 6, 2**62]) == [None, None, RED, RED, RED, GREEN, GREEN, GREEN]


def test_each_component_on_its_own(draw: Draw) -> None:
    """§9: latest-at for each component on its own."""
    rec = logged({"p": bz.Points2D([[10, 10]], radii=4, colors=RED)}, frame=0)
    logged({"p": bz.Points2D.from_fields(colors=GREEN)}, rec, frame=1)
    logged({"p": bz.Points2D.from_fields(positions=[[40, 10]])}, rec, frame=2)
    assert colors_over(draw, rec, [0, 1]) == [RED, GREEN]
    assert colors_over(draw, rec, [2], (40, 10)) == [GREEN]


def test_a_component_that_came_before_the_positions(draw: Draw) -> None:
    """§9: also one that was logged before there was anything to draw."""
    rec = logged({"p": bz.Points2D.from_fields(colors=GREEN, radii=4)}, frame=0)
    logged({"p": bz.Points2D.from_fields(positions=[[10, 10]])}, rec, frame=1)
    assert colors_over(draw, rec, [0, 1]) == [None, GREEN]


def test_a_full_update_resets_what_it_does_not_say(draw: Draw) -> None:
    """§9: `cleared` and `clear_unset` log empty values, which are newer than the others."""
    rec = logged({"p": disc(10, 10, colors=RED, class_ids=1)}, frame=0)
    logged({"p": bz.Points2D.from_fields(clear_unset=True, positions=[[10, 10]], radii=4, class_ids=1)}, rec, frame=1)
    logged({"p": bz.Points2D.cleared()}, rec, frame=2)
    assert colors_over(draw, rec, [0, 1, 2]) == [RED, naive.auto(1), None]


def test_of_equal_times_the_later_row_wins(draw: Draw) -> None:
    """§9: equal times, the later row."""
    rec = logged({"p": point(RED)}, frame=3)
    logged({"p": point(GREEN)}, rec, frame=3)
    assert colors_over(draw, rec, [3]) == [GREEN]


def test_rows_may_come_in_any_order(draw: Draw) -> None:
    """§9: time counts, not the order of logging."""
    rec = logged({"p": point(BLUE)}, frame=9)
    logged({"p": point(RED)}, rec, frame=1)
    logged({"p": point(GREEN)}, rec, frame=5)
    assert colors_over(draw, rec, [0, 1, 5, 8, 9]) == [None, RED, GREEN, GREEN, BLUE]


def test_columns_of_the_sdk_are_rows(from_sdk: Callable[..., bz.Recording], draw: Draw) -> None:
    """§9: many rows sent at once, out of order and with a time twice."""

    def log(stream: rr.RecordingStream) -> None:
        stream.send_columns(
            "p",
            indexes=[rr.TimeColumn("frame", sequence=[4, 2, 2, 0])],
            columns=rr.Points2D.columns(
                positions=[[10, 10]] * 4,
                radii=[4] * 4,
                colors=np.array([0x0000FFFF, 0xFF0000FF, 0x00FF00FF, 0xFFFFFFFF], np.uint32),
            ),
        )

    assert colors_over(draw, from_sdk(log), [-1, 0, 1, 2, 3, 4]) == [None, WHITE, WHITE, GREEN, GREEN, BLUE]


# --- timelines


def test_a_row_without_the_timeline_does_not_exist(draw: Draw) -> None:
    """§9: a temporal row that does not carry the queried timeline does not exist for that query."""
    rec = bz.Recording()
    rec.set_time("frame", sequence=0)
    rec.log("a", disc(10, 10, colors=RED))
    rec.reset_time()
    rec.set_time("other", sequence=0)
    rec.log("b", disc(40, 10, colors=GREEN))
    rec.log("a", disc(10, 10, colors=BLUE))
    frame, other = draw(rec, at=("frame", 9), view="/"), draw(rec, at=("other", 9), view="/")
    assert [pixel(frame, 10, 10) == RED, pixel(frame, 40, 10) == GREEN] == [True, False]
    assert [pixel(other, 10, 10) == BLUE, pixel(other, 40, 10) == GREEN] == [True, True]


def test_rows_can_carry_several_timelines(draw: Draw) -> None:
    """§9: rows can carry several."""
    rec = bz.Recording()
    for i, color in enumerate((RED, GREEN, BLUE)):
        rec.set_time("up", sequence=i)
        rec.set_time("down", sequence=-i)
        rec.log("p", point(color))
    assert [pixel(draw(rec, at=("up", i)), 10, 10) for i in range(3)] == [RED, GREEN, BLUE]
    assert [pixel(draw(rec, at=("down", -i)), 10, 10) for i in range(3)] == [RED, GREEN, BLUE]


def test_kinds_of_timelines(draw: Draw) -> None:
    """§9: sequence (integer), duration and timestamp (ns)."""
    rec = bz.Recording()
    day = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)
    for i, color in enumerate((RED, GREEN)):
        rec.set_time("n", sequence=7 + i)
        rec.set_time("d", duration=1.5 + i)
        rec.set_time("t", timestamp=day + dt.timedelta(seconds=i))
        rec.log("p", point(color))
    assert [pixel(draw(rec, at=("n", 7 + i)), 10, 10) for i in range(2)] == [RED, GREEN]
    for value in (1.5, 1_500_000_000, "1.5s", dt.timedelta(seconds=1.5)):
        assert pixel(draw(rec, at=("d", value)), 10, 10) == RED
    for value in (2.5, 2_500_000_000, "2500ms", 2_499_999_999):
        assert pixel(draw(rec, at=("d", value)), 10, 10) == (RED if value == 2_499_999_999 else GREEN)
    for value in (day, np.datetime64("2024-05-01T12:00:00"), "2024-05-01T12:00:00Z", day.timestamp()):
        assert pixel(draw(rec, at=("t", value)), 10, 10) == RED


@pytest.mark.parametrize(
    "value", [np.timedelta64(1500, "ms"), np.timedelta64(1_500_000_000, "ns"), np.timedelta64(2, "s")]
)
def test_times_of_numpy_are_durations(draw: Draw, value: np.timedelta64) -> None:
    """§9: duration (ns): a timedelta64 has a unit of its own."""
    rec = bz.Recording()
    for seconds, color in ((0, BLUE), (1.5, RED), (3, GREEN)):
        rec.set_time("d", duration=seconds)
        rec.log("p", point(color))
    assert pixel(draw(rec, at=("d", value)), 10, 10) == RED


@pytest.mark.parametrize(
    "given",
    [
        {"duration": dt.timedelta(seconds=1.5)},
        {"duration": np.timedelta64(1500, "ms")},
        {"timestamp": 1_714_564_800.25},
        {"timestamp": np.datetime64("2024-05-01T12:00:00.25")},
        {"timestamp": dt.datetime(2024, 5, 1, 12, 0, 0, 250_000, dt.UTC)},
        {"timestamp": dt.datetime(2024, 5, 1, 14, 0, 0, 250_000, dt.timezone(dt.timedelta(hours=2)))},
        {"sequence": np.int32(4)},
    ],
    ids=str,
)
def test_times_are_exact(given: dict[str, Any]) -> None:
    """§9: what programs have becomes integers of ns, or a count."""
    rec = bz.Recording()
    rec.set_time("t", **given)
    rec.log("p", point(RED))
    covered = {each.timeline.name: each.covered.first for each in rec.timelines()}["t"]
    assert (
        covered == {"duration": 1_500_000_000, "timestamp": 1_714_564_800_250_000_000, "sequence": 4}[next(iter(given))]
    )


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"sequence": 1, "duration": 1},
        {"sequence": 1.5},
        {"sequence": True},
        {"sequence": "3"},
        {"sequence": 2**63},
        {"duration": float("nan")},
        {"duration": float("inf")},
        {"duration": 1e300},
        {"timestamp": np.datetime64("NaT")},
        {"timestamp": "2024"},
        {"sequence": np.timedelta64(5, "s")},
        {"duration": np.timedelta64("NaT")},
    ],
    ids=str,
)
def test_what_is_no_time_raises(given: dict[str, Any]) -> None:
    """§9 with §10: checked where it is given."""
    with pytest.raises(bz.ArgumentError):
        bz.Recording().set_time("t", **given)


def test_a_timeline_has_one_kind() -> None:
    """§9: a timeline is a sequence, or in time, and stays that."""
    rec = bz.Recording()
    rec.set_time("t", sequence=1)
    with pytest.raises(bz.ArgumentError, match="sequence"):
        rec.set_time("t", duration=1)


def test_log_time_comes_with_every_row(draw: Draw) -> None:
    """§9: `log_time` comes with every live row, also where no time was set; static rows carry none."""
    rec = bz.Recording()
    rec.log("p", point(RED))
    rec.set_time("frame", sequence=0)
    rec.log("p", point(GREEN))
    rec.log("s", disc(40, 40), static=True)
    rows = {each.timeline.name: each.rows for each in rec.timelines()}
    assert rows["log_time"] == 2
    assert pixel(draw(rec, timeline="log_time"), 10, 10) == GREEN
    first = next(each for each in rec.timelines() if each.timeline.name == "log_time").covered.first
    assert pixel(draw(rec, at=("log_time", first)), 10, 10) == RED


def test_log_time_of_the_sdk(from_sdk: Callable[..., bz.Recording], draw: Draw) -> None:
    """§9: `log_time` comes with every live row of the SDK's."""

    def log(stream: rr.RecordingStream) -> None:
        for color in (RED, GREEN):
            stream.log("p", rr.Points2D([[10, 10]], radii=4, colors=color))

    rec = from_sdk(log)
    covered = {each.timeline.name: each.covered for each in rec.timelines()}["log_time"]
    assert [pixel(draw(rec, at=("log_time", at)), 10, 10) for at in (covered.first, covered.last)] == [RED, GREEN]


def test_log_tick_of_sdks_that_write_it() -> None:
    """§9: `log_tick` comes with every live row: of SDKs before 0.36, where it is on by default."""
    rec = bz.load(Path(__file__).parents[1] / "assets" / "sdk-0.30.2.rrd")
    assert {"log_time", "log_tick"} <= {each.timeline.name for each in rec.timelines()}


def test_other_threads_have_their_own_times(draw: Draw) -> None:
    """§9, of `set_time`: it holds for the thread that said it."""
    import threading

    rec = bz.Recording()
    rec.set_time("frame", sequence=5)

    def other() -> None:
        rec.set_time("frame", sequence=1)
        rec.log("p", point(RED))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    rec.log("p", point(GREEN))
    assert colors_over(draw, rec, [1, 5]) == [RED, GREEN]


# --- static data


def test_static_data_shadows_temporal_data(draw: Draw) -> None:
    """§9: of the same component and entity: even later rows."""
    rec = logged({"p": point(RED)}, frame=0)
    logged({"p": point(GREEN)}, rec)
    logged({"p": point(BLUE)}, rec, frame=1)
    assert colors_over(draw, rec, [-1, 0, 1]) == [GREEN] * 3


def test_static_data_shadows_component_by_component(draw: Draw) -> None:
    """§9: of the same component; the others go on."""
    rec = logged({"p": bz.Points2D.from_fields(colors=GREEN, radii=4)})
    logged({"p": bz.Points2D([[10, 10]], colors=RED)}, rec, frame=0)
    logged({"p": bz.Points2D([[40, 10]], colors=BLUE)}, rec, frame=1)
    assert colors_over(draw, rec, [-1, 0]) == [None, GREEN]
    assert colors_over(draw, rec, [1], (40, 10)) == [GREEN]


def test_static_data_does_not_shadow_other_entities(draw: Draw) -> None:
    """§9: of the same entity: not of those below."""
    rec = logged({"p": disc(40, 40, colors=GREEN)})
    logged({"p/q": point(RED)}, rec, frame=0)
    assert colors_over(draw, rec, [0]) == [RED]


def test_of_static_rows_the_last_counts(draw: Draw) -> None:
    """§9: equal times, the later row; for static rows too."""
    rec = logged({"p": [point(RED), point(GREEN)]})
    assert pixel(draw(rec), 10, 10) == GREEN


def test_static_data_is_there_at_all_times(draw: Draw) -> None:
    """§9: on every timeline, before and after everything, and without any timeline."""
    rec = logged({"p": point(RED)})
    assert pixel(draw(rec), 10, 10) == RED
    logged({"q": disc(50, 40)}, rec, frame=5)
    assert colors_over(draw, rec, [-(2**63), 5, 2**63 - 1]) == [RED] * 3


# --- clear


def cleared(path: str, *, recursive: bool, static: bool = False) -> bz.Recording:
    """Points at p and p/q from frame 0 on, and one static at p/s; cleared at frame 2."""
    rec = logged({"p/s": disc(50, 10, colors=BLUE)})
    logged({"p": point(RED), "p/q": disc(30, 10, colors=GREEN)}, rec, frame=0)
    rec.set_time("frame", sequence=2)
    rec.log(path, bz.Clear(recursive=recursive), static=static)
    return rec


def shown(draw: Draw, rec: bz.Recording, frame: int) -> str:
    picture = draw(rec, at=("frame", frame), view="/")
    where = {"p": ((10, 10), RED), "q": ((30, 10), GREEN), "s": ((50, 10), BLUE)}
    return "".join(name for name, (at, color) in where.items() if pixel(picture, *at) == color)


@pytest.mark.parametrize(
    ("path", "recursive", "left"),
    [
        ("p", False, "qs"),
        ("p", True, "s"),
        ("p/q", False, "ps"),
        ("p/q", True, "ps"),
        ("/", True, "s"),
        ("/", False, "pqs"),
        ("p/x", True, "pqs"),
        ("pp", True, "pqs"),
    ],
)
def test_clear(draw: Draw, path: str, recursive: bool, left: str) -> None:
    """§9: `Clear` clears its entity, a recursive one all below it, from its time on; never static data."""
    rec = cleared(path, recursive=recursive)
    assert [shown(draw, rec, frame) for frame in (0, 1, 2, 3)] == ["pqs", "pqs", left, left]


def test_what_is_logged_after_a_clear_is_there(draw: Draw) -> None:
    """§9: from its time on; what comes later is new, also at the same time but logged later."""
    rec = cleared("p", recursive=True)
    logged({"p": point(RED)}, rec, frame=2)
    logged({"p/q": disc(30, 10, colors=GREEN)}, rec, frame=4)
    assert [shown(draw, rec, frame) for frame in (1, 2, 3, 4)] == ["pqs", "ps", "ps", "pqs"]


def test_what_is_logged_late_but_lies_before_a_clear_is_cleared(draw: Draw) -> None:
    """§9: time counts, not the order of logging."""
    rec = cleared("p", recursive=True)
    logged({"p": point(RED)}, rec, frame=1)
    assert [shown(draw, rec, frame) for frame in (1, 2)] == ["pqs", "s"]


def test_a_clear_takes_all_components(draw: Draw) -> None:
    """§9: clears its entity: what is logged next does not have the colours of before."""
    rec = logged({"p": disc(10, 10, colors=RED, class_ids=1)}, frame=0)
    logged({"p": bz.Clear(recursive=False)}, rec, frame=1)
    logged({"p": bz.Points2D.from_fields(positions=[[10, 10]], radii=4, class_ids=2)}, rec, frame=2)
    assert colors_over(draw, rec, [0, 1, 2]) == [RED, None, naive.auto(2)]


def test_a_clear_on_another_timeline_clears_nothing_here(draw: Draw) -> None:
    """§9: a temporal row that does not carry the queried timeline does not exist for that query."""
    rec = logged({"p": point(RED)}, frame=0)
    rec.reset_time()
    logged({"p": bz.Clear(recursive=False)}, rec, other=0)
    assert colors_over(draw, rec, [9]) == [RED]


def test_clears_may_be_repeated(draw: Draw) -> None:
    """§9: something that comes and goes."""
    rec = bz.Recording()
    for frame in range(8):
        rec.set_time("frame", sequence=frame)
        rec.log("p", point(RED) if frame % 2 else bz.Clear.flat())
    assert colors_over(draw, rec, range(8)) == [None, RED] * 4


def test_masks_and_images_are_cleared_as_well(draw: Draw) -> None:
    """§9: whatever the entity has."""
    rec = logged({"m": mask(1), "b": bz.Boxes2D(half_sizes=[[20, 20]])}, frame=0)
    logged({"/": bz.Clear.recursive()}, rec, frame=1)
    assert not is_empty(draw(rec, at=("frame", 0)))
    assert is_empty(draw(rec, at=("frame", 1)))


def test_clears_of_the_sdk(from_sdk: Callable[..., bz.Recording], draw: Draw) -> None:
    """§9: through the wire."""

    def log(stream: rr.RecordingStream) -> None:
        stream.set_time("frame", sequence=0)
        stream.log("a/p", rr.Points2D([[10, 10]], radii=4, colors=RED))
        stream.log("a/q", rr.Points2D([[30, 10]], radii=4, colors=GREEN))
        stream.set_time("frame", sequence=1)
        stream.log("a/p", rr.Clear(recursive=False))
        stream.set_time("frame", sequence=2)
        stream.log("a", rr.Clear(recursive=True))

    rec = from_sdk(log)
    pictures = [draw(rec, at=("frame", frame)) for frame in range(3)]
    drawn = [(pixel(each, 10, 10) == RED, pixel(each, 30, 10) == GREEN) for each in pictures]
    assert drawn == [(True, True), (False, True), (False, False)]
