r"""Entity paths: where in the tree a thing was logged.

A path is a tuple of unescaped parts; its text form escapes whatever is not a letter, a digit or one of `_-.`:
`/camera/front\ left`. Parsing forgives: missing or repeated slashes and unescaped characters are accepted, as
the reference SDK's `log` does. Source: rerun's `re_log_types::path`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from blazon.ingest.errors import DtypeError

_PARTS = re.compile(r"(?:[^/\\]|\\.|\\$)+", re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9A-Fa-f]{1,6})\}|\\(.)", re.DOTALL)
LONG = 500  # letters; longer paths are parsed each time, so that they take no memory
_NAMED = {"n": "\n", "r": "\r", "t": "\t"}
_CONTROL = {value: "\\" + name for name, value in _NAMED.items()}


@dataclass(frozen=True, slots=True, order=True)
class EntityPath:
    """A place in the tree of entities; orders as its parts do."""

    parts: tuple[str, ...] = ()
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash(self.parts))  # asked for at every turn

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[EntityPath], tuple[tuple[str, ...]]]:
        return EntityPath, (self.parts,)  # the hashes of str are others in another process

    @staticmethod
    def parse(text: str | EntityPath) -> EntityPath:
        r"""Return the path that `text` names; `""` and `"/"` are the root.

        Raises `DtypeError` where `text` is neither a str nor an `EntityPath`.
        """
        if isinstance(text, EntityPath):
            return text
        if not isinstance(text, str):
            raise DtypeError(f"entity path is {text!r}, a {type(text).__name__}; pass a str such as 'world/camera'")
        return _parse(text) if len(text) <= LONG else _parse.__wrapped__(text)

    def __str__(self) -> str:
        return "/" + "/".join(map(_escape, self.parts))

    @property
    def parent(self) -> EntityPath | None:
        """The path one step up, or None at the root."""
        return EntityPath(self.parts[:-1]) if self.parts else None

    def ancestors(self) -> Iterator[EntityPath]:
        """Yield this path, then each one above it, to the root."""
        for length in range(len(self.parts), -1, -1):
            yield EntityPath(self.parts[:length])

    def is_within(self, root: EntityPath) -> bool:
        """Whether this path is `root` or lies below it."""
        return self.parts[: len(root.parts)] == root.parts

    @property
    def is_reserved(self) -> bool:
        """Whether the path belongs to the protocol (`__properties`, …) and not to the program."""
        return bool(self.parts) and self.parts[0].startswith("__")


ROOT = EntityPath()


def nearest_common_ancestor(paths: list[EntityPath]) -> EntityPath:
    """Return the longest path that all of `paths` (at least one) are within."""
    first, last = min(paths).parts, max(paths).parts  # all others share what these two share
    length = 0
    while length < min(len(first), len(last)) and first[length] == last[length]:
        length += 1
    return EntityPath(first[:length])


@functools.lru_cache(maxsize=65536)
def _parse(text: str) -> EntityPath:
    return EntityPath(tuple(_ESCAPE.sub(_unescape, part) for part in _PARTS.findall(text)))


def _unescape(match: re.Match[str]) -> str:
    code, char = match.groups()
    if code is None:
        return _NAMED.get(char, char)
    value = int(code, 16)
    surrogate_or_too_large = value > 0x10FFFF or 0xD800 <= value <= 0xDFFF
    return match.group() if surrogate_or_too_large else chr(value)


def _escape(part: str) -> str:
    return "".join(map(_escape_char, part))


def _escape_char(char: str) -> str:
    if char.isalnum() or char in "_-.":
        return char
    if char in _CONTROL:
        return _CONTROL[char]
    if char == " " or (char.isascii() and char.isprintable()):
        return "\\" + char
    return f"\\u{{{ord(char):04X}}}"
