"""Files dropped on the real window, by the protocol that file managers speak."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rerun as rr

from tests.pictures import write_rrd
from tests.render.windows import Display, Shown, needs_display
from tests.render.xdnd import drop

pytestmark = needs_display
PLACE = 500, 300


@pytest.fixture
def shown(display: Display, tmp_path: Path) -> Iterator[Shown]:
    shown = Shown(display, tmp_path, "--no-listen")
    yield shown
    shown.close()


def log_mask(stream: rr.RecordingStream) -> None:
    stream.log("mask", rr.SegmentationImage(np.ones((4, 6), np.uint8)), static=True)


def test_files_are_opened_and_what_is_none_is_told(display: Display, shown: Shown, tmp_path: Path) -> None:
    broken, folder = tmp_path / "broken file.rrd", tmp_path / "folder"
    broken.write_bytes(b"RRF2 and nothing that would follow it")
    folder.mkdir()
    good = [tmp_path / name for name in ("Straße 1.rrd", "second.rrd", "third.rrd")]
    for path in good:
        write_rrd(path, log_mask)
    assert shown.until(lambda state: state["message"] == "nothing is open")["recordings"] == []

    assert drop(display.name, [good[0]], PLACE)
    state = shown.until(lambda state: len(state["recordings"]) == 1 and state["views"])
    assert state["note"] == "opened Straße 1.rrd"

    for wrong in (broken, folder, tmp_path / "gone.rrd"):
        before = shown.state["note"]
        assert drop(display.name, [wrong], PLACE)
        state = shown.until(lambda state, before=before: state["note"] != before)
        assert wrong.name in state["note"]
        assert len(state["recordings"]) == 1

    assert drop(display.name, [*good[1:], broken], PLACE)  # several at once: what can be opened is
    state = shown.until(lambda state: len(state["recordings"]) == 3)
    assert broken.name in state["note"]
    assert shown.process.poll() is None
