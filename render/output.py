"""Where pictures are written: one file, or a numbered sequence; nothing half-written is ever left under its name."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.errors import ArgumentError, SourceError
from blazon.render.png import png_of


@dataclass(frozen=True, slots=True)
class Output:
    """A file name, or a pattern with one field for a number, such as `frames/{:05d}.png`."""

    pattern: str
    is_sequence: bool

    @staticmethod
    def parse(text: str) -> Output:
        """Return what an OUT means. Raises `ArgumentError` for patterns that can't be numbered and unknown suffixes."""
        is_sequence = "{" in text or "}" in text
        if is_sequence:
            _check_pattern(text)
        if text.endswith("/") or Path(text).suffix.lower() != ".png":
            raise ArgumentError(f"OUT is {text!r}; only .png is written yet: give a.png or frames/{{:05d}}.png")
        return Output(text, is_sequence)

    def path(self, index: int) -> Path:
        """Return the file of picture `index`, from 0 on."""
        return Path(self.pattern.format(index)) if self.is_sequence else Path(self.pattern)

    def write(self, picture: NDArray[np.uint8], index: int = 0) -> None:
        """Write a picture, uint8 (h, w, 4), whole or not at all; makes folders that are missing.

        A link is followed, a file that is read-only is left alone. Raises `SourceError` where the file system refuses.
        """
        path, data = self.path(index), png_of(picture)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            target = path.resolve()
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, "it is a folder")
            if target.exists() and not os.access(target, os.W_OK):
                raise PermissionError(errno.EACCES, "it is read-only")
            with _replacing(target) as temporary:
                temporary.write(data)
        except OSError as error:
            raise SourceError(f"{path} can't be written: {error.strerror or error}; give another OUT") from None


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """Give a temporary file beside `path` that takes its place once it is whole.

    Its name is known before it is made, so that an interrupt at any moment leaves none behind.
    """
    temporary = path.with_name(f".blazon-{uuid.uuid4().hex}")
    try:
        with temporary.open("xb") as file:
            yield file
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _check_pattern(text: str) -> None:
    literal = r"(?:[^{}]|\{\{|\}\})*"
    if not re.fullmatch(literal + r"\{0?(:0?\d{0,3}[dxX]?)?\}" + literal, text):
        raise ArgumentError(f"OUT is {text!r}; give one field for the number, such as frames/{{:05d}}.png")
