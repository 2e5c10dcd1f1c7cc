"""Where pictures are written: one file, or a numbered sequence; nothing half-written is ever left under its name."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blazon.ingest.errors import ArgumentError, SourceError

PNG_LEVEL = 1  # a third of the default's time for a tenth more bytes


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
        if Path(text).suffix.lower() != ".png":
            raise ArgumentError(f"OUT is {text!r}; only .png is written yet: give a.png or frames/{{:05d}}.png")
        return Output(text, is_sequence)

    def path(self, index: int) -> Path:
        """Return the file of picture `index`, from 0 on."""
        return Path(self.pattern.format(index)) if self.is_sequence else Path(self.pattern)

    def write(self, picture: NDArray[np.uint8], index: int = 0) -> None:
        """Write a picture, uint8 (h, w, 4), whole or not at all; makes folders that are missing.

        Raises `SourceError` where the file system refuses.
        """
        from PIL import Image

        path = self.path(index)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(21, "it is a folder")
            with _replacing(path) as temporary:
                Image.fromarray(picture).save(temporary, "png", compress_level=PNG_LEVEL)
        except OSError as error:
            raise SourceError(f"{path} can't be written: {error.strerror or error}; give another OUT") from None


@contextlib.contextmanager
def _replacing(path: Path):  # type: ignore[no-untyped-def]
    """Give a temporary file beside `path` that takes its place once it is whole."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as temporary:
            yield temporary
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _check_pattern(text: str) -> None:
    try:
        distinct = text.format(0) != text.format(1)
    except (ValueError, IndexError, KeyError, AttributeError):
        distinct = False
    if not distinct:
        raise ArgumentError(f"OUT is {text!r}; give one field for the number, such as frames/{{:05d}}.png")
