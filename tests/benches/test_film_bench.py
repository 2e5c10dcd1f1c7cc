"""The benches of moving pictures and of jobs run, and say what they should. No test asks how long anything takes."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from blazon.benches import film, jobs
from blazon.benches.painters import painters_of
from blazon.benches.peers.supervision_film import FilmWriter
from blazon.benches.report import section_lines
from blazon.benches.scenes import LARGE, scene
from blazon.benches.suite import benches

pytest.importorskip("rerun")
FRAMES = 4


def test_a_film_without_peers() -> None:
    (section,) = film.run(1, peers=False, frames=FRAMES)
    assert [each.name for each in section.timings] == [
        film.RAW,
        film.JPEG,
        film.PNG,
        film.VIDEO,
        film.PNG_ALONE,
        film.VIDEO_ALONE,
    ]
    assert [claim.wanted for claim in section.claims] == [film.LOST_AT_MOST, None, film.LOST_AT_MOST]
    text = "\n".join(section_lines(section))
    assert "stages, one after the other: build" in text
    assert "encode as PNG" in text


def test_what_supervision_writes_is_the_street(tmp_path: Path) -> None:
    street = scene("street")
    painter = painters_of("street")[0](street, LARGE, FRAMES)
    writer = FilmWriter(tmp_path / "a.mp4", LARGE, 30, options={"preset": "ultrafast", "crf": "10"}, threads=2)
    drawn = [np.asarray(painter.draw(frame)) for frame in range(FRAMES)]
    for picture in drawn:
        writer.write(picture)
    writer.close()
    with av.open(str(tmp_path / "a.mp4")) as container:
        shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(shown) == FRAMES
    assert all(np.abs(a.astype(int) - b).mean() < 12 for a, b in zip(shown, drawn, strict=True))


def test_jobs() -> None:
    (section,) = jobs.run(1, frames=6)
    if not section.timings:
        pytest.skip("one core")
    assert [claim.wanted for claim in section.claims] == [jobs.WANTED, jobs.LOST_AT_MOST]
    assert "frames a second: " in section.notes[0]


def test_both_can_be_asked_for() -> None:
    assert {"film", "jobs"} <= set(benches())
