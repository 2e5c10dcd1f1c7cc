"""What tests of pictures share: small screens, pixels, golden images, recordings by the real SDK.

By default a picture is 64 x 48 pixels of the bounds 0, 0, 64, 48: one scene unit is one pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rerun as rr
from PIL import Image

import blazon as bz
from tests.naive import Color

WIDTH, HEIGHT = 64, 48
BOUNDS = (0, 0, WIDTH, HEIGHT)
BACKGROUND: Color = (13, 16, 17, 255)
RED: Color = (255, 0, 0, 255)
GREEN: Color = (0, 255, 0, 255)
BLUE: Color = (0, 0, 255, 255)
WHITE: Color = (255, 255, 255, 255)
GOLDEN = Path(__file__).parent / "golden"

Things = Mapping[str, Any]  # entity path -> archetype, or a list of several
Draw = Callable[..., np.ndarray]


def logged(things: Things, rec: bz.Recording | None = None, **time: Any) -> bz.Recording:
    """A recording of `things`: static, or at a time such as frame=3."""
    rec = bz.Recording("test") if rec is None else rec
    for timeline, value in time.items():
        rec.set_time(timeline, sequence=value)
    for path, thing in things.items():
        for each in thing if isinstance(thing, list) else [thing]:
            rec.log(path, each, static=not time)
    return rec


def disc(x: float, y: float, radius: float = 4, **what: Any) -> bz.Points2D:
    """One point, of 4 scene units, so that its middle is well inside."""
    return bz.Points2D([[x, y]], radii=radius, **what)


def mask(ids: Any, **options: Any) -> bz.SegmentationImage:
    """A mask over the whole picture, of one id; or of an array of ids."""
    array = np.asarray(ids)
    return bz.SegmentationImage(np.full((HEIGHT, WIDTH), array) if array.ndim == 0 else array, **options)


def flat_image(color: Color, **options: Any) -> bz.Image:
    """A colour image over the whole picture."""
    return bz.Image(np.full((HEIGHT, WIDTH, 4), color, np.uint8), **options)


def pixel(picture: np.ndarray, x: int, y: int) -> Color:
    """The colour in column x, row y."""
    red, green, blue, alpha = picture[y, x].tolist()
    return red, green, blue, alpha


def is_empty(picture: np.ndarray) -> bool:
    """Whether nothing but the default background is there."""
    return bool((picture == BACKGROUND).all())


def differs(picture: np.ndarray, color: Color = BACKGROUND) -> np.ndarray:
    """Which pixels have another colour, bool (h, w)."""
    return (picture != color).any(axis=2)


def assert_near(found: Color, expected: Color, tolerance: int = 1) -> None:
    """Assert that two colours agree in each channel."""
    assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= tolerance, (found, expected)


def extent(picture: np.ndarray, color: Color = BACKGROUND) -> tuple[int, int, int, int]:
    """The first and last column, first and last row, that are not background: x0, y0, x1, y1, ends excluded."""
    ys, xs = np.nonzero(differs(picture, color))
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


@dataclass(frozen=True)
class Goldens:
    """Compares pictures with files. regenerate : write them instead."""

    regenerate: bool

    def check(self, name: str, picture: np.ndarray, *, tolerance: int = 2) -> None:
        """Assert that `picture` is tests/golden/{name}.png, within `tolerance` per channel.

        On failure the picture and its difference, ten times amplified, lie beside it.
        """
        path, actual, diff = (GOLDEN / f"{name}{end}" for end in (".png", ".actual.png", ".diff.png"))
        if self.regenerate:
            GOLDEN.mkdir(exist_ok=True)
            Image.fromarray(picture).save(path)
            return
        if not path.exists():
            pytest.fail(f"{path} is missing; run pytest --regenerate-golden, and look at it")
        with Image.open(path) as file:
            expected = np.asarray(file.convert("RGBA"))
        if expected.shape == picture.shape:
            apart = np.abs(expected.astype(int) - picture)
            if apart.max() <= tolerance:
                actual.unlink(missing_ok=True)
                diff.unlink(missing_ok=True)
                return
            amplified = np.clip(apart[..., :3].max(axis=2) * 10, 0, 255).astype(np.uint8)
            Image.fromarray(amplified).save(diff)
            what = f"{int((apart > tolerance).any(axis=2).sum())} pixels differ, by up to {apart.max()}"
        else:
            what = f"it has shape {picture.shape}, not {expected.shape}"
        Image.fromarray(picture).save(actual)
        pytest.fail(f"{name}: {what}; see {actual} and {diff}; if it is right, run pytest --regenerate-golden")


def write_rrd(path: Path, log: Callable[[rr.RecordingStream], None]) -> bz.Recording:
    """Have the real SDK write what `log` logs, and load it."""
    stream = rr.RecordingStream("test")
    stream.save(path)
    log(stream)
    stream.disconnect()
    return bz.load(path)
