"""What all tests share. `--regenerate-golden` writes golden images anew; look at them before you keep them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rerun as rr
from hypothesis import settings

import blazon as bz
from tests.pictures import BOUNDS, HEIGHT, WIDTH, Draw, Goldens, logged, write_rrd

settings.register_profile("blazon", deadline=None)  # kernels compile in the first example
settings.load_profile("blazon")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate-golden", action="store_true", help="write golden images instead of comparing them")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`golden("name", picture)` compares with tests/golden/name.png."""
    return Goldens(request.config.getoption("--regenerate-golden")).check


@pytest.fixture
def screen() -> Iterator[Callable[..., bz.Offscreen]]:
    """`screen()` or `screen(width, height)` opens an Offscreen, which is closed when the test is over."""
    opened: list[bz.Offscreen] = []

    def screen(width: int = WIDTH, height: int = HEIGHT) -> bz.Offscreen:
        opened.append(bz.Offscreen(width, height))
        return opened[-1]

    yield screen
    for each in opened:
        each.close()


@pytest.fixture
def draw(screen: Callable[..., bz.Offscreen]) -> Draw:
    """`draw(rec)` or `draw({path: archetype})` renders at 64 x 48 with bounds of the same size; `size=` is another.

    Without labels: they would cover what is looked at; those that look at labels say so.
    """

    def draw(what: Any, *, size: tuple[int, int] = (WIDTH, HEIGHT), **look: Any) -> np.ndarray:
        rec = what if isinstance(what, bz.Recording) else logged(what)
        return screen(*size).render(rec, **{"bounds": BOUNDS, "labels": "off", **look})

    return draw


@pytest.fixture
def from_sdk(tmp_path: Path) -> Callable[..., bz.Recording]:
    """`from_sdk(log)` has the SDK write what `log(stream)` logs, and loads it."""
    names = iter(range(1000))

    def from_sdk(log: Callable[[rr.RecordingStream], None]) -> bz.Recording:
        return write_rrd(tmp_path / f"{next(names)}.rrd", log)

    return from_sdk
