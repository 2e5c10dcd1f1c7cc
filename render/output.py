"""Where pictures go: one file, a numbered sequence of them, or a video."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blazon.ingest import remote
from blazon.ingest.errors import ArgumentError
from blazon.render import files
from blazon.render.encoding.formats import FORMATS, Encoding, format_of
from blazon.render.encoding.pictures import encode_picture

STEM, PARENT = "{stem}", "{parent}"
_FIELD = r"\{0?(?::0?\d{0,3}[dxX]?)?\}"


@dataclass(frozen=True, slots=True)
class Output:
    """A file's name or URL, or a pattern with one field for a number, such as `frames/{:05d}.png`.

    mark : of what is being written by one try of a job on a cluster; see `files.sweep`. "": none.
    """

    pattern: str
    is_sequence: bool
    encoding: Encoding
    mark: str = field(default="", compare=False)

    @staticmethod
    def parse(text: str, *, codec: str | None = None, quality: Any = None) -> Output:
        """Return what an OUT means. Raises `ArgumentError` for patterns that can't be numbered and unknown suffixes.

        codec, quality : see `Encoding`.
        """
        named = text.replace(STEM, "stem").replace(PARENT, "parent")
        is_sequence = "{" in named or "}" in named
        if is_sequence:
            _check_pattern(text, named)
        encoding = Encoding(format_of(text), codec, quality)
        if is_sequence and encoding.format.is_video:
            raise ArgumentError(f"OUT is {text!r}, which numbers videos; give one name, such as out.mp4")
        return Output(text, is_sequence, encoding)

    @staticmethod
    def of_picture(text: str, what: str = "OUT") -> Output:
        """Return the output of one picture. Raises `ArgumentError` for anything else; `what` is what it calls it."""
        found = FORMATS.get(PurePosixPath(text).suffix.lower())
        if found is None or found.is_video:
            ends = ", ".join(suffix for suffix, each in FORMATS.items() if not each.is_video)
            raise ArgumentError(f"{what} is {text!r}; give the name of one picture, which ends with one of {ends}")
        output = Output.parse(text)
        if output.is_sequence or output.names_source:
            raise ArgumentError(f"{what} is {text!r}; give the name of one picture, such as a.png")
        return output

    @property
    def is_video(self) -> bool:
        """Whether it is one file of many pictures."""
        return self.encoding.format.is_video

    @property
    def names_source(self) -> bool:
        """Whether its name tells of which recording it is."""
        return STEM in self.pattern or PARENT in self.pattern

    def of_source(self, source: str) -> Output:
        """Return the output of a file's recording: `{stem}` is its name without suffix, `{parent}` its folder's."""
        path = PurePosixPath(source if remote.is_url(source) else os.path.abspath(remote.local_path(source)))  # noqa: PTH100
        words = {STEM: path.stem, PARENT: path.parent.name}

        def word_of(found: re.Match[str]) -> str:
            word = words[found[0]]
            return word.replace("{", "{{").replace("}", "}}") if self.is_sequence else word

        return replace(self, pattern=re.sub(r"\{(stem|parent)\}", word_of, self.pattern))

    def around_number(self) -> tuple[str, str]:
        """Return what stands before and after the number in the names of a sequence."""
        literal = r"((?:[^{}]|\{\{|\}\})*)"
        found = re.fullmatch(literal + _FIELD + literal, self.pattern)
        assert found is not None, self.pattern  # it was parsed
        before, after = (each.replace("{{", "{").replace("}}", "}") for each in found.groups())
        return before, after

    def name(self, index: int = 0) -> str:
        """Return the name of picture `index`, from 0 on."""
        return self.pattern.format(index) if self.is_sequence else self.pattern

    def encode(self, picture: NDArray[np.uint8], *, alone: bool = True) -> bytes:
        """Return a picture, uint8 (h, w, 4), as it is written; alone : see `encode_picture`."""
        return encode_picture(picture, self.encoding, alone=alone)

    def write(self, picture: NDArray[np.uint8], index: int = 0, *, alone: bool = True) -> None:
        """Write a picture, uint8 (h, w, 4), whole or not at all. Raises `SourceError` where that is refused."""
        files.write_whole(self.name(index), self.encode(picture, alone=alone), self.mark)


def _check_pattern(text: str, named: str) -> None:
    literal = r"(?:[^{}]|\{\{|\}\})*"
    if not re.fullmatch(literal + _FIELD + literal, named):
        raise ArgumentError(
            f"OUT is {text!r}; give one field for the number, such as frames/{{:05d}}.png, and {STEM} or {PARENT} for"
            " what the recording's file is called"
        )
