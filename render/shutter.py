"""Saves what a window shows as a picture of any size: drawn as `blazon render` does, on a thread of its own."""

from __future__ import annotations

import threading
import time as clock
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from blazon.ingest import remote
from blazon.ingest.errors import BlazonError
from blazon.render import files
from blazon.render.offscreen import Offscreen
from blazon.render.output import Output
from blazon.render.panes import Key
from blazon.render.shot import Look, Shot

LEAST, LARGEST = 0.25, 8.0  # of the size on the screen
PATIENCE_S = 60.0  # for pictures that are on their way when the window closes


class Shutter:
    """Asks what to save, and saves it. tell : takes what came of it, on any thread.

    is_asking : whether the user is being asked. views : those that there are. view : the one to save; None: all, in a
    grid. scale : of the size on the screen. name : of the file. note : why it was not saved yet.
    asks_anew : whether another name is wanted, since that was seen last.
    """

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self._shot: Shot | None = None
        self._threads: list[threading.Thread] = []
        self.is_asking = False
        self.views: Sequence[Key] = ()
        self.view: Key | None = None
        self.scale, self.name, self.note = 1.0, "", ""
        self.asks_anew = False
        self._replaced = ""  # a file that the user was told of

    @property
    def size(self) -> tuple[int, int]:
        """Of the picture, pixels."""
        look = self._look()
        return look.width, look.height

    def ask(self, shot: Shot, view: Key | None) -> None:
        """Ask what to save of a picture. view : the one under the pointer."""
        self._shot, self.is_asking = shot, True
        self.views = [key for key, _ in shot.look.places or ()]
        self.view = view or (self.views[0] if len(self.views) == 1 else None)
        self.name, self.note, self._replaced = f"blazon-{clock.strftime('%Y%m%d-%H%M%S')}.png", "", ""

    def rename(self, name: str) -> None:
        """Have the file called something else; what was agreed on of the name before is forgotten."""
        if name != self.name:
            self.name, self.note, self._replaced = name, "", ""

    @staticmethod
    def _is_there(name: str) -> bool:
        """Whether a file of this machine is there, which may be written. Raises `SourceError` where it may not."""
        with files.refusals(name):
            files.writable(name)
        return files.is_there(name)

    def save(self) -> None:
        """Save it, as it was when the user was asked; go on asking where the name is no good, or another file's."""
        if self._shot is None:
            self.is_asking = False
            return
        try:
            name = str(Path(self.name).expanduser()) if self.name.startswith("~") else self.name
            output = Output.of_picture(name, "the name")
            is_new = remote.is_url(output.pattern) or not self._is_there(output.pattern)
        except (BlazonError, ValueError, RuntimeError) as error:  # for a null in it, or a home that nobody has
            self.note, self.asks_anew = str(error).replace("another OUT", "another name"), True
            return
        if self._replaced != self.name and not is_new:
            self._replaced, self.asks_anew = self.name, True
            self.note = "this file is there already: save again to replace it"
            return
        self.is_asking, self.note = False, ""
        shot = replace(self._shot, look=self._look())
        self._tell(f"saving {self.name} …")
        self._threads = [each for each in self._threads if each.is_alive()]
        thread = threading.Thread(target=self._draw, args=(shot, output), name="blazon-shutter", daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Wait for what is being saved, for so long and no longer."""
        until = clock.monotonic() + PATIENCE_S
        for each in self._threads:
            each.join(max(until - clock.monotonic(), 0.0))

    def _look(self) -> Look:
        """How the picture is to look."""
        assert self._shot is not None
        look = self._shot.look
        shown = dict(look.places or ()).get(self.view) if self.view is not None else None
        width, height = (shown.width, shown.height) if shown is not None else (look.width, look.height)
        return replace(
            look,
            width=max(round(width * self.scale), 1),
            height=max(round(height * self.scale), 1),
            px_per_point=look.px_per_point * self.scale,
            view=look.view if self.view is None else self.view[0],
            kind=look.kind if self.view is None else self.view[1],
            places=None,
            counts=False,
        )

    def _draw(self, shot: Shot, output: Output) -> None:
        try:
            with Offscreen(shot.look.width, shot.look.height) as screen:
                picture, _ = screen.draw(shot)
            output.write(picture)
        except BlazonError as error:
            self._tell(str(error))
        except Exception as error:  # a fault of ours: the window goes on
            self._tell(f"{output.pattern} can't be saved: {type(error).__name__}: {error}")
        else:
            self._tell(f"saved {output.pattern}, {shot.look.width} x {shot.look.height}")
