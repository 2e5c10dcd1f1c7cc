"""The real window, for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.render.windows import Display, Shown


@pytest.fixture(scope="module")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Display]:
    display = Display(tmp_path_factory.mktemp("display"))
    yield display
    display.close()


@pytest.fixture
def view(display: Display, tmp_path: Path) -> Iterator[Callable[..., Shown]]:
    shown: list[Shown] = []

    def view(*words: str, **how: Any) -> Shown:
        shown.append(Shown(display, tmp_path, *words, **how))
        return shown[-1]

    yield view
    for each in shown:
        each.close()
