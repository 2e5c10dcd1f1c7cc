"""`bz.show`: a window on recordings of this process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from blazon.ingest.errors import ArgumentError, DtypeError, GpuError
from blazon.ingest.live import Live
from blazon.ingest.recording import Recording
from blazon.render.playback import Playback
from blazon.render.settings import Settings, user_folder
from blazon.render.shot import make_look
from blazon.render.viewer import Viewer

if TYPE_CHECKING:
    from blazon.render.window import Window

SIZE = 1280, 800
_ONE = threading.Lock()  # held while a window of `show` is open: glfw and Dear ImGui have one of all that there is


def show(rec: Recording | Live, *, block: bool = True, width: int = SIZE[0], height: int = SIZE[1]) -> None:
    """Show a recording in a window, or all that a live stream fills, until it is closed.

    block : wait until the window is closed; else it has a thread of its own, which the program's end closes (not on
    macOS, where windows belong to the main thread), and follows what the program goes on to log.
    width, height : of the window, UI points.
    Raises `DtypeError` for what is neither, `ArgumentError` while another window is open in this process, `GpuError`
    where there is no display or no OpenGL 3.3.
    """
    live = rec if isinstance(rec, Live) else None
    if live is None and not isinstance(rec, Recording):
        raise DtypeError(f"show got a {type(rec).__name__}; pass a Recording, or what bz.serve() answers")
    if not isinstance(block, bool):
        raise ArgumentError(f"block is {block!r}; pass True or False")
    shown = [rec] if isinstance(rec, Recording) else []
    viewer = Viewer(shown, live, make_look(width, height), Playback(is_following=not block), Settings(user_folder()))
    if not _ONE.acquire(blocking=False):
        raise ArgumentError("a window is open already; close it first, or show both recordings with `blazon view`")
    if block:
        _run(viewer, live, (width, height))
        return
    failed: list[GpuError] = []
    opened = threading.Event()

    def run() -> None:
        try:
            _run(viewer, live, (width, height), opened)
        except GpuError as error:
            failed.append(error)
        finally:
            opened.set()

    threading.Thread(target=run, name="blazon-window", daemon=True).start()
    opened.wait()
    if failed:
        raise failed[0]


def _run(viewer: Viewer, live: Live | None, size: tuple[int, int], opened: threading.Event | None = None) -> None:
    try:
        window = open_window(viewer, live, size)
        if opened is not None:
            opened.set()
        window.run()
    finally:
        _ONE.release()


def open_window(viewer: Viewer, live: Live | None, size: tuple[int, int], debug_state: str | None = None) -> Window:
    """Return a window. Raises `GpuError` where there can be none."""
    try:
        from blazon.render.window import Window
    except ImportError as error:  # a library of the system is missing
        raise GpuError(
            f"no window can be opened: {error}; on Debian: apt-get install libx11-6 libgl1; `blazon render` and"
            " `blazon serve` need no window"
        ) from None
    return Window(viewer, live, size, debug_state)
