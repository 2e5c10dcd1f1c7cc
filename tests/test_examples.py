"""Every example is a program that works, in any folder; every command line of the README is one that parses."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from blazon import cli

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
COMMANDS = re.findall(r"^ {4}blazon (.+?)(?: +#.*)?$", (ROOT / "README.md").read_text(), re.MULTILINE)


def test_there_are_examples() -> None:
    assert EXAMPLES
    assert COMMANDS


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_example(example: Path, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pictures = list(tmp_path.rglob("*.png"))
    assert pictures
    for each in pictures:
        with Image.open(each) as picture:
            assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 1, "a picture of a single colour"


@pytest.mark.parametrize("words", COMMANDS)
def test_command_of_the_readme(words: str) -> None:
    cli._parser().parse_args(cli._join_negative_values(shlex.split(words)))
