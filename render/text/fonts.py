"""Which font a character is drawn in: the user's own, the one that ships with blazon, then those that are installed.

Glyphs are made by Pillow (FreeType, HarfBuzz through raqm); which characters a file has is read by fontTools, and only
where a text leaves what the shipped font is known to have.
"""

from __future__ import annotations

import functools
import importlib.resources
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from PIL import ImageFont, features

from blazon.ingest.errors import SourceError

SHIPPED = "DejaVuSans.ttf"
SURELY_SHIPPED = range(0x20, 0x250)  # letters of Latin: no need to look into the file
ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
MOST_FILES = 2000  # that are looked into for a character that no font has
_STYLES = re.compile(
    r"bold|italic|oblique|mono|serif|condensed|narrow|light|thin|black|heavy|medium|display|symbol|math|emoji|music|"
    r"awesome|icon|barcode",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"sans.*regular|sans[-_ ]?\w*\.|regular", re.IGNORECASE)


class Font:
    """A face of a font file."""

    def __init__(self, path: str, face: int = 0) -> None:
        self.path, self.face = path, face
        self.is_shipped = self.is_broken = False
        self._characters: frozenset[int] | None = None

    def has(self, character: int) -> bool:
        """Whether it has a glyph for a code point; not if it `is_broken`."""
        if self.is_broken:
            return False
        if self.is_shipped and character in SURELY_SHIPPED:
            return True
        if self._characters is None:
            self._characters = _characters(self.path, self.face)
        return character in self._characters

    @functools.lru_cache(maxsize=64)  # noqa: B019 - fonts live as long as the process
    def sized(self, size_px: float, *, shaped: bool) -> ImageFont.FreeTypeFont:
        """Return it at a size. shaped : whether what it writes is shaped, by raqm."""
        layout = ImageFont.Layout.RAQM if shaped and can_shape() else ImageFont.Layout.BASIC
        return ImageFont.truetype(self.path, size_px, self.face, layout_engine=layout)


class Fonts:
    """All fonts, in the order in which they are asked. own : font files of the user's, first of all."""

    def __init__(self, own: Iterable[str] = ()) -> None:
        self.own = tuple(own)
        self._first = [*map(Font, self.own), shipped()]
        self._more: Iterator[Font] = iter(())
        self._is_open = False

    @property
    def leading(self) -> tuple[Font, Font]:
        """The fonts that say how high lines are: the one that is asked first, and the one that ships."""
        return self._first[0], shipped()

    def of(self, character: int) -> Font | None:
        """Return the first font that has a character; None where no font has it."""
        return next((font for font in self._all() if font.has(character)), None)

    def of_all(self, characters: Iterable[int]) -> Font | None:
        """Return the first font that has all of some characters; None where there is none."""
        wanted = set(characters)
        return next((font for font in self._all() if all(map(font.has, wanted))), None)

    def _all(self) -> Iterator[Font]:
        """All fonts; the installed ones are looked for when they are first needed."""
        yield from list(self._first)
        known = len(self._first)
        if not self._is_open:
            self._more, self._is_open = iter(installed()), True
        while True:
            if known == len(self._first):
                font = next(self._more, None)
                if font is None:
                    return
                self._first.append(font)
            yield self._first[known]
            known += 1


@functools.cache
def shipped() -> Font:
    """Return the font that ships with blazon."""
    font = Font(str(importlib.resources.files("blazon.render.text") / SHIPPED))
    font.is_shipped = True
    return font


@functools.cache
def installed() -> tuple[Font, ...]:
    """Return the fonts of this machine, plain sans ones first."""
    paths = sorted(
        {
            str(path)
            for folder in _folders()
            for path in (folder.rglob("*") if folder.is_dir() else ())
            if path.suffix.lower() in ENDINGS and path.is_file()
        },
        key=lambda path: (_rank(Path(path).name), path),
    )
    return tuple(Font(path) for path in paths[:MOST_FILES])


@functools.cache
def can_shape() -> bool:
    """Whether scripts whose letters join can be written: Pillow's raqm is there, with FriBiDi."""
    return bool(features.check("raqm"))


def _rank(name: str) -> int:
    return 2 * bool(_STYLES.search(name)) + (not _PLAIN.search(name))


def _folders() -> list[Path]:
    home = Path.home()
    data = os.environ.get("XDG_DATA_HOME") or home / ".local/share"
    system = Path("/usr/local/share/fonts"), Path("/usr/share/fonts")
    return [Path(data) / "fonts", home / ".fonts", *system]


def check_font(path: str) -> None:
    """Raise `SourceError` for a file that is no font."""
    if "\0" in path or not Path(path).is_file():  # Pillow would look for it elsewhere
        raise SourceError(f"font {path!r}: there is no such file; pass a TrueType or OpenType file")
    try:
        ImageFont.truetype(path, 12)
    except OSError as error:
        reason = f"FreeType can't read it ({error})"
        raise SourceError(f"font {path!r}: {reason}; pass a TrueType or OpenType file") from None
    if not _characters(path, 0):
        raise SourceError(f"font {path!r}: it says of no character of Unicode that it has it; pass another one")


def _characters(path: str, face: int) -> frozenset[int]:
    """The code points that a font file has outlines for; none of one that can't be read."""
    from fontTools.ttLib import TTFont

    try:
        with Path(path).open("rb") as content, TTFont(content, fontNumber=face, lazy=True) as file:
            found: Any = file.getBestCmap() if {"glyf", "CFF ", "CFF2"} & set(file.keys()) else None
            return frozenset(found or ())
    except Exception:  # fontTools raises all sorts of errors for broken files
        return frozenset()
