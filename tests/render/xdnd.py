"""Files dropped on a window, as a file manager would do it: the source's part of XDND.

Source: the protocol, https://www.freedesktop.org/wiki/Specifications/XDND/, version 5.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.protocol import event

VERSION = 5
WITHIN_S = 60.0


def drop(display: str, paths: Iterable[Path], at: tuple[int, int]) -> bool:
    """Drop files on the window of `display` that takes any; answer whether it took them.

    display : as `DISPLAY` has it. at : where on the screen, pixels.
    """
    source = _Source(Display(display), "".join(f"{path.absolute().as_uri()}\r\n" for path in paths))
    try:
        return source.drop(at)
    finally:
        source.close()


class _Source:
    """Who has files to give away."""

    def __init__(self, display: Any, uris: str) -> None:
        self._display, self._uris = display, uris.encode()
        self._root = display.screen().root
        self._window = self._root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self._window.set_selection_owner(self._atom("XdndSelection"), X.CurrentTime)
        self._target = next(self._aware(self._root))

    def drop(self, at: tuple[int, int]) -> bool:
        """Go over the window, and let go of them there."""
        self._tell("XdndEnter", VERSION << 24, self._atom("text/uri-list"), 0, 0)
        self._tell("XdndPosition", 0, at[0] << 16 | at[1], X.CurrentTime, self._atom("XdndActionCopy"))
        if not self._answer("XdndStatus") & 1:
            self._tell("XdndLeave", 0, 0, 0, 0)
            return False
        self._tell("XdndDrop", 0, X.CurrentTime, 0, 0)
        return self._answer("XdndFinished") != 0  # bit 0, says the protocol; glfw says how many bytes it got

    def close(self) -> None:
        """Let go of the display."""
        self._window.destroy()
        self._display.close()

    def _atom(self, name: str) -> int:
        return int(self._display.get_atom(name))

    def _aware(self, window: Any) -> Iterator[Any]:
        """The windows at and below one that say that things can be dropped on them."""
        if window.get_full_property(self._atom("XdndAware"), Xatom.ATOM) is not None:
            yield window
        for child in window.query_tree().children:
            yield from self._aware(child)

    def _tell(self, what: str, *words: int) -> None:
        said = event.ClientMessage(
            window=self._target, client_type=self._atom(what), data=(32, [self._window.id, *words])
        )
        self._target.send_event(said)
        self._display.flush()

    def _answer(self, what: str) -> int:
        """Wait for the window's answer, and return its flags; give it what it asks for meanwhile."""
        kind = self._atom(what)
        answer = self._await(lambda each: each.type == X.ClientMessage and each.client_type == kind)
        return int(answer.data[1][1])

    def _await(self, is_it: Callable[[Any], bool]) -> Any:
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            while self._display.pending_events():
                found = self._display.next_event()
                if found.type == X.SelectionRequest:
                    self._give(found)
                elif is_it(found):
                    return found
            time.sleep(0.005)
        raise TimeoutError("the window does not answer")

    def _give(self, asked: Any) -> None:
        """Hand over where the files are."""
        asked.requestor.change_property(asked.property, asked.target, 8, self._uris)
        given = event.SelectionNotify(
            time=asked.time,
            requestor=asked.requestor,
            selection=asked.selection,
            target=asked.target,
            property=asked.property,
        )
        asked.requestor.send_event(given)
        self._display.flush()
