"""What a window remembers of each application, in the user's config folder: colours that were changed, the layout.

A file that can't be read is as good as none, and one that can't be written is said once: neither stops anybody.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from blazon.render.class_choices import ClassName

LARGEST = 1 << 22  # bytes; nobody's layout is that large
_VERSION = 1


@dataclass(slots=True)
class Remembered:
    """What is known of an application.

    colors : packed, by the class and its keypoint (−1: the class itself). layout : as Dear ImGui writes it; "": as it
    is at first. is_arranged : whether the user moved views.
    """

    colors: dict[tuple[ClassName, int], int] = field(default_factory=dict)
    layout: str = ""
    is_arranged: bool = False


def user_folder() -> Path:
    """Return where a user's settings are kept."""
    return platformdirs.user_config_path("blazon") / "applications"


class Settings:
    """What is remembered, by application id. folder : where; None: only as long as this lives."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._known: dict[str, Remembered] = {}
        self._written: dict[str, str] = {}

    def of(self, application_id: str) -> Remembered:
        """Return what is known of an application, to be changed in place."""
        if application_id not in self._known:
            self._known[application_id] = self._read(application_id)
            self._written[application_id] = _text(application_id, self._known[application_id])
        return self._known[application_id]

    def save(self) -> str:
        """Write what has changed; return what is wrong with that, "" where nothing is."""
        failed = ""
        for application_id, remembered in self._known.items():
            text, path = _text(application_id, remembered), self.path(application_id)
            if path is None or text == self._written[application_id]:
                continue
            self._written[application_id] = text  # one try
            draft = path.with_suffix(f".{os.getpid()}")
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                draft.write_text(text, "utf-8")
                draft.replace(path)
            except OSError as error:
                with contextlib.suppress(OSError):
                    draft.unlink(missing_ok=True)
                failed = failed or f"settings can't be kept in {path}: {error.strerror or error}"
        return failed

    def path(self, application_id: str) -> Path | None:
        """Return the file of an application; None where there is none."""
        if self._folder is None:
            return None
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", application_id)[:40].strip(".-") or "application"
        digest = hashlib.sha256(application_id.encode(errors="replace")).hexdigest()
        return self._folder / f"{plain}-{digest[:8]}.json"

    def _read(self, application_id: str) -> Remembered:
        path = self.path(application_id)
        if path is None:
            return Remembered()
        try:
            with path.open("rb") as file:
                found = json.loads(file.read(LARGEST))
            colors = {_part(each): _packed(each["color"]) for each in found["colors"]}
            return Remembered(colors, _layout(found["layout"]), bool(found["is_arranged"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return Remembered()


def _text(application_id: str, remembered: Remembered) -> str:
    colors = [
        {"class_id": id_, "label": label, "keypoint": keypoint, "color": f"#{color:08x}"}
        for ((id_, label), keypoint), color in sorted(remembered.colors.items())
    ]
    whole = {"version": _VERSION, "application_id": application_id, **asdict(remembered), "colors": colors}
    return json.dumps(whole, indent=1, ensure_ascii=True) + "\n"


def _part(said: dict[str, Any]) -> tuple[ClassName, int]:
    id_, keypoint, label = said["class_id"], said["keypoint"], said["label"]
    if not (isinstance(id_, int) and isinstance(keypoint, int) and isinstance(label, str)):
        raise TypeError
    if not (0 <= id_ < 1 << 64 and -1 <= keypoint < 1 << 32):
        raise ValueError
    return (id_, label), keypoint


def _layout(said: Any) -> str:
    if not isinstance(said, str) or "\0" in said:
        raise TypeError
    said.encode()  # which fails for halves of letters
    return said


def _packed(text: str) -> int:
    if not re.fullmatch("#[0-9a-f]{8}", text):
        raise ValueError
    return int(text[1:], 16)
