"""`blazon bench`, from its words to what it prints. The fastest bench stands for all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from blazon.benches import suite
from blazon.cli import main

QUICK = ["bench", "--scenes", "many", "--repeat", "1"]


def test_json_compare_and_plot_in_one_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--json"]) == 0
    old = tmp_path / "old.json"
    old.write_text(capsys.readouterr().out)
    report = json.loads(old.read_text())
    assert [each["name"] for each in report["sections"]] == ["many"]
    assert set(report["machine"]) == {"machine", "system", "versions", "OpenGL"}

    plot = tmp_path / "plot.png"
    assert main([*QUICK, "--json", "--compare", str(old), "--plot", str(plot)]) == 0
    printed = capsys.readouterr()
    json.loads(printed.out)
    assert "new / old" in printed.err
    with Image.open(plot) as picture:
        assert picture.format == "PNG"


def test_text_and_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(QUICK) == 0
    assert "wanted: at most 3" in capsys.readouterr().out
    assert main([*QUICK, "--markdown"]) == 0
    assert "| bench | what | measured | wanted |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--scenes", "strete"], 2, "strete"),
        (["--scenes", ""], 2, "--scenes"),
        (["--plot", "a.gif"], 2, "a.gif"),
        (["--plot", "{}.png"], 2, "--plot"),
        (["--plot", "a.mp4"], 2, "--plot"),
        (["--json", "--markdown"], 2, "--markdown"),
        (["--compare", "missing.json"], 1, "missing.json"),
    ],
    ids=str,
)
def test_wrong_words(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: int,
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["bench", "--repeat", "1", *words]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert says in printed.err
    assert printed.err.count("\n") == 1


def test_help_names_every_scene(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    listed = told.split("these alone, of ")[1].split(" --repeat")[0]
    assert sorted(listed.split(", ")) == sorted(suite.benches())
