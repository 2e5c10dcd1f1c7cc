"""Numbered pictures: of all kinds, in parts, taken up again; and names that mean nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import blazon as bz
from blazon.render import movie
from blazon.render.encoding.formats import FORMATS, check_format, format_of
from blazon.render.movie import Reel, render_film, render_sequence
from blazon.render.output import Output
from blazon.render.shot import make_look
from blazon.render.times import moments
from tests.films import SIZE, on_the_command_line, output, recording, reel, write_long


def test_pictures_of_all_kinds(tmp_path: Path) -> None:
    rec = recording(5)
    with bz.Offscreen(*SIZE) as screen:
        wanted = list(screen.frames(rec, timeline="frame"))
    for name, most in (("{}.png", 0), ("{}.jpg", 12), ("{}.webp", 40)):
        render_sequence(reel(rec), output(tmp_path / name))
        for number, picture in enumerate(wanted):
            read = np.asarray(Image.open(tmp_path / name.format(number)).convert("RGB")).astype(int)
            assert np.abs(read[8::16, 8::16] - picture[8::16, 8::16, :3]).max() <= most


def test_a_part_and_a_rest_are_what_the_whole_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With labels, which stay where they were: the same bytes, wherever a sequence was taken up again."""
    monkeypatch.setattr(movie, "CHAPTER", 16)
    rec = recording(40, labels=True)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    render_sequence(reel(rec), output(whole / "{:03d}.png"))
    render_sequence(reel(rec), output(parts / "{:03d}.png"))
    for number in (3, 4, 17, 30, 39):
        (parts / f"{number:03d}.png").unlink()
    Image.new("RGB", (8, 8)).save(parts / "005.png")  # of another run
    (parts / "006.png").write_bytes(b"something else")
    kept = (parts / "010.png").stat()
    reported: list[tuple[int, int]] = []
    render_sequence(reel(rec), output(parts / "{:03d}.png"), resume=True, report=lambda *each: reported.append(each))
    assert {each.name: each.read_bytes() for each in whole.iterdir()} == {
        each.name: each.read_bytes() for each in parts.iterdir()
    }
    assert (parts / "010.png").stat().st_mtime_ns == kept.st_mtime_ns
    assert (reported[0], reported[-1]) == ((33, 40), (40, 40))
    halves = tmp_path / "halves"
    for part in (range(16, 40), range(16)):
        render_sequence(Reel(rec, make_look(*SIZE), moments(rec, "frame"), part), output(halves / "{:03d}.png"))
    assert {each.name: each.read_bytes() for each in halves.iterdir()} == {
        each.name: each.read_bytes() for each in whole.iterdir()
    }


def test_labels_of_a_chapter_do_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the test above relies on matters: with chapters of one picture, others come out."""
    rec = recording(24, labels=True)
    render_sequence(reel(rec), output(tmp_path / "long/{:03d}.png"))
    monkeypatch.setattr(movie, "CHAPTER", 1)
    render_sequence(reel(rec), output(tmp_path / "short/{:03d}.png"))
    pairs = [(tmp_path / kind / f"{number:03d}.png" for kind in ("long", "short")) for number in range(24)]
    assert any(one.read_bytes() != other.read_bytes() for one, other in pairs)


def test_resume_does_not_take_anything_for_a_picture(tmp_path: Path) -> None:
    rec = recording(6)
    render_sequence(reel(rec), output(tmp_path / "{}.png"))
    whole = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    (tmp_path / "1.png").write_bytes(whole["1.png"][: len(whole["1.png"]) // 2])
    Image.new("RGB", SIZE).save(tmp_path / "2.png", "BMP")
    (tmp_path / "3.png").write_bytes(b"")
    render_sequence(reel(rec), output(tmp_path / "{}.png"), resume=True)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == whole


def test_a_log_is_told_nothing_of_short_work_and_quiet_is_quiet(tmp_path: Path) -> None:
    source = tmp_path / "long.rrd"
    write_long(source)
    for words in ((), ("--quiet",)):
        process = on_the_command_line(
            "render", source, "-o", tmp_path / "{}.png", "--range", "0..9", *words, env={**os.environ, "TERM": "dumb"}
        )
        _, said = process.communicate(timeout=60)
        assert (process.returncode, said) == (0, "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("a.mp4", "mp3", None), "codec is 'mp3'; mp4 takes h264, h265"),
        (("a.webm", "h264", None), "webm takes vp9, av1"),
        (("a.png", "h264", None), "none: it is no video"),
        (("a.mp4", None, 0), "quality is 0; pass a whole number from 1 to 100"),
        (("a.mp4", None, 101), "quality is 101"),
        (("a.mp4", None, True), "quality is True"),
        (("a.png", None, 50), "png has none"),
        (("a.gif", None, 50), "gif has none"),
        (("a.avi", None, None), r"ends with one of \.png"),
        (("a", None, None), "ends with one of"),
        (("{}.mp4", None, None), "numbers videos"),
        (("{stem}{}{}.png", None, None), "one field for the number"),
        (("{steam}.png", None, None), "one field for the number"),
    ],
)
def test_outputs_that_mean_nothing(words: tuple[str, str | None, Any], told: str) -> None:
    with pytest.raises(bz.ArgumentError, match=told):
        Output.parse(words[0], codec=words[1], quality=words[2])


def test_a_picture_wider_than_its_format() -> None:
    for name, largest in (("a.webp", 16_383), ("a.jpg", 65_500)):
        check_format(format_of(name), 0xFF, (largest, 2))
        with pytest.raises(bz.ArgumentError, match="each way at most"):
            check_format(format_of(name), 0xFF, (2, largest + 1))


@pytest.mark.parametrize("name", [name for name, each in FORMATS.items() if not each.has_alpha])
def test_what_is_always_opaque_takes_no_translucent_background(tmp_path: Path, name: str) -> None:
    rec = recording(2)
    made = output(tmp_path / f"a{name}")
    translucent = make_look(*SIZE, background=(0, 0, 0, 100))
    seen = Reel(rec, translucent, moments(rec, "frame"))
    with pytest.raises(bz.ArgumentError, match="translucent"):
        render_film(seen, made) if made.is_video else movie.render_one(rec, translucent, seen.times[0], made)
    assert not list(tmp_path.iterdir())
