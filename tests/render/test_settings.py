"""What is remembered of applications, and what comes of files that are no good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blazon.render.settings import Remembered, Settings, user_folder

COLORS = {((2, "car"), -1): 0x00FF00FF, ((3, ""), 7): 0x12345678, ((2**63, "ünder/way\n"), -1): 0}


def test_what_was_chosen_is_there_again(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "not" / "there")
    settings.of("street").colors |= COLORS
    settings.of("street").layout, settings.of("street").is_arranged = "[Window][a]\nPos=1,2\n", True
    assert settings.save() == ""
    again = Settings(tmp_path / "not" / "there")
    assert again.of("street") == Remembered(COLORS, "[Window][a]\nPos=1,2\n", True)
    assert again.of("kitchen") == Remembered()


def test_nothing_is_written_where_nothing_was_chosen(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    settings.of("street")
    assert settings.save() == ""
    assert not list(tmp_path.iterdir())
    Settings().of("street").colors |= COLORS  # no folder


@pytest.mark.parametrize("name", ["", ".", "..", "../../etc/passwd", "a/b", "x" * 3000, "\0", "日本", "a\ud800", "CON"])
def test_any_application_id_has_a_file_of_its_own(tmp_path: Path, name: str) -> None:
    settings = Settings(tmp_path / "kept")
    settings.of(name).colors |= COLORS
    settings.of(f"{name} ").colors[(1, "a"), -1] = 1
    assert settings.save() == ""
    assert {each.parent for each in tmp_path.rglob("*.json")} == {tmp_path / "kept"}
    assert Settings(tmp_path / "kept").of(name).colors == COLORS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "null",
        '"a"',
        "\xff\xfe",
        '{"colors": 3, "layout": "", "is_arranged": false}',
        '{"colors": [{"class_id": -1, "label": "", "keypoint": -1, "color": "#00000000"}], "layout": ""}',
        '{"colors": [{"class_id": 1, "label": "", "keypoint": -1, "color": "red"}], "layout": "", "is_arranged": 0}',
        '{"colors": [{"class_id": "1", "label": "", "keypoint": 0, "color": "#00000000"}], "layout": "a"}',
        "[" * 100_000,
        '{"colors": [], "layout": "\\ud800", "is_arranged": false}',
        '{"colors": [], "layout": "[Window]\\u0000", "is_arranged": false}',
        '{"colors": [], "layout": 7, "is_arranged": false}',
    ],
)
def test_a_broken_file_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    settings = Settings(tmp_path)
    path = settings.path("street")
    assert path is not None
    path.write_text(text, "latin-1")
    assert settings.of("street") == Remembered()
    settings.of("street").colors |= COLORS
    assert settings.save() == ""
    assert json.loads(path.read_text())["version"] == 1


def test_a_folder_that_cannot_be_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings(tmp_path / "file" / "below")
    settings.of("street").colors |= COLORS
    assert "settings can't be kept in" in settings.save()
    assert settings.save() == ""


def test_the_folder_is_where_users_keep_such_things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert user_folder() == tmp_path / "blazon" / "applications"
